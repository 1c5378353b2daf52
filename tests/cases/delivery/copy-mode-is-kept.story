# Somebody wants it.
runtime: claude
---
see empty | mode
>    0 ms: leave copy mode
>  155 ms: leave copy mode
>  310 ms: refused (0 Enter, nothing typed): somebody keeps it in copy mode, which swallows what is typed
