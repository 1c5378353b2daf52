# Where nothing is known of the composer, one Enter is all that can be done.
runtime: unheard-of
asked: no verdict
---
see shell $
see shell $
see shell $ OURS
see shell $ OURS
