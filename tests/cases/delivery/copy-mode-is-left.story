# Copy mode would swallow what is typed.
runtime: claude
---
see empty | mode
>    0 ms: leave copy mode
see empty
>  155 ms: paste OURS
see draft OURS
>  310 ms: Enter
see empty
> 1115 ms: accepted (1 Enter): its input line held the text before Enter, and is empty now
>          composer.emptied
