# Where nothing is known of the composer, one Enter is all that can be done.
runtime: unheard-of
asked: no verdict
---
see shell $
see shell $
>  400 ms: paste OURS
see shell $ OURS
>  555 ms: Enter
see shell $ OURS
>  960 ms: submitted (1 Enter): submitted, not verified
