# The menu on `/` takes the first Enter to complete the command; the second runs it.
runtime: claude
text: /clear
asked: reset
---
see empty
>    0 ms: type OURS
see draft /clear
>  505 ms: Enter
see draft /clear
see draft /clear
see draft /clear
> 1710 ms: Enter
see empty
> 2515 ms: accepted (2 Enter): the command was taken: its input line held the text before Enter, and is empty now
>          composer.emptied
