# The record is given time; then the composer counts.
runtime: claude
---
see empty | record=3,a,old
>    0 ms: paste OURS
see draft OURS | record=3,a,old
>  155 ms: Enter
see empty | record=3,a,old
> 2160 ms: accepted (1 Enter): its input line held the text before Enter, and is empty now
>          composer.emptied
