# It was moving before Enter: that it moves after it proves nothing.
runtime: unheard-of
---
see shell > a
see shell > b
>  400 ms: paste OURS
see shell > OURS
>  555 ms: Enter
see shell > 1
see shell > 2
see shell > 3
see shell > 4
> 6560 ms: unverifiable (1 Enter): its screen changed, but nothing shows that it took the text
