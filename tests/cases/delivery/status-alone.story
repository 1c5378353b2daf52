# Idle before Enter and at work after it, with the text gone.
runtime: claude
---
see empty | idle
>    0 ms: paste OURS
see draft OURS | idle
>  155 ms: Enter
see absent | busy
>  560 ms: accepted (1 Enter): it was idle before Enter, and works now
>          status.began
