# C-c on an empty composer would end codex: a draft is seen twice before it is pressed, and an unchanged one waits.
runtime: codex
asked: replace
---
see draft fix the tests
see draft fix the tests
>  400 ms: press C-c
see draft fix the tests
see empty
>  955 ms: paste OURS
see draft OURS
> 1110 ms: Enter
see empty
> 1915 ms: accepted (1 Enter): its input line held the text before Enter, and is empty now
>          composer.draft
>          composer.emptied
