# A server that is silent for a look ends nothing: it is looked again.
runtime: claude
---
see empty
>    0 ms: paste OURS
see draft OURS
>  155 ms: Enter
miss the tmux server gave no answer within 5s
miss the tmux server gave no answer within 5s
see empty
> 1760 ms: accepted (1 Enter): its input line held the text before Enter, and is empty now
>          composer.emptied
