# Asked to queue, but the turn ended meanwhile: Enter.
runtime: codex
asked: queue
---
see empty | busy
>    0 ms: paste OURS
see draft OURS | idle
>  155 ms: Enter
see empty | busy
>  560 ms: accepted (1 Enter): it was idle before Enter, and works now
>          status.began
