# A runtime that is not known to queue is not sent to while it works.
runtime: unheard-of
asked: queue
---
see shell $  | busy
>  400 ms: refused (0 Enter, nothing typed): it is busy, and unheard-of is not known to queue messages
