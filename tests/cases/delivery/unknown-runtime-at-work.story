# At rest before, and another picture at every look since Enter.
runtime: unheard-of
---
see shell >
see shell >
>  400 ms: paste OURS
see shell > OURS
>  555 ms: Enter
see shell > 1
see shell > 2
see shell > 3
> 1760 ms: accepted (1 Enter): its screen was at rest before, and changes at every look since Enter
>          screen.moving
