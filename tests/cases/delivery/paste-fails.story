# What could not be done is said as it is.
runtime: claude
---
see empty
>    0 ms: paste OURS
fail tmux: no space for new pane
>    5 ms: unverifiable (0 Enter, nothing typed): tmux: no space for new pane
