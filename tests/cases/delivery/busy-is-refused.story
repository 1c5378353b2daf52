# Enter would cut codex's turn.
runtime: codex
---
see empty | busy
>  400 ms: refused (0 Enter, nothing typed): it is busy; it could be queued
