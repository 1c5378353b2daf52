# The pane was restarted since it was chosen.
runtime: claude
---
see empty | pid=2
>    0 ms: refused (0 Enter, nothing typed): its pane runs process 2 now, not 1: it was restarted
