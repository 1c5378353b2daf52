# Nothing is known of its composer: honest about that.
runtime: unheard-of
---
see shell $
see shell $
>  400 ms: paste OURS
see shell $ OURS
>  555 ms: Enter
see shell $ OURS\n$
> 6560 ms: unverifiable (1 Enter): its screen changed, but nothing shows that it took the text
>          screen.rest
