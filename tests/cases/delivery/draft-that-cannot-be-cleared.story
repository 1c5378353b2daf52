# What does not go away is left alone.
runtime: codex
asked: replace
---
see draft fix the tests
>  400 ms: press C-c
> 1355 ms: press C-c
> 1910 ms: refused (0 Enter, nothing typed): the draft in its input line could not be cleared: fix the tests
>          composer.draft
