# An input line that is empty again is no new conversation, where the runtime's own record would show one.
runtime: claude
text: /clear
asked: reset
---
see empty | record=3,a,old
>    0 ms: type OURS
see draft /clear | record=3,a,old
>  505 ms: Enter
see empty | record=3,a,old
> 6510 ms: unverifiable (1 Enter): the command was taken, but its own record does not show a new conversation
>          composer.emptied
