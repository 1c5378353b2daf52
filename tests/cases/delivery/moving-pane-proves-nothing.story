# The old minimum, a changed screen, is no evidence on a pane with a composer.
runtime: claude
---
see empty
>    0 ms: paste OURS
see draft OURS | above=1
>  155 ms: Enter
see absent | above=2
see absent | above=3
see absent | above=4
see absent | above=5
> 6160 ms: unverifiable (1 Enter): its screen changed, but nothing shows that it took the text
