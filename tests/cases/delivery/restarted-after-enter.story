# Nothing shows that the one that ended had taken it.
runtime: claude
---
see empty
>    0 ms: paste OURS
see draft OURS
>  155 ms: Enter
see empty | pid=2
>  560 ms: unverifiable (1 Enter): its pane runs process 2 now, not 1: it was restarted, after Enter
