# What does not go away is left alone.
runtime: codex
asked: replace
---
see draft fix the tests
>  400 ms: press C-c
>  955 ms: unverifiable (0 Enter, nothing typed): the draft in its input line could not be cleared: fix the tests; C-c was pressed to clear it
>          composer.draft
