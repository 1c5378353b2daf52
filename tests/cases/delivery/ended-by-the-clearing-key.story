# What a clearing key has done is not called nothing.
runtime: codex
asked: replace
---
see draft fix the tests
see draft fix the tests
>  400 ms: press C-c
see draft fix the tests | dead
>  555 ms: unverifiable (0 Enter, nothing typed): its program has ended; C-c was pressed to clear it
>          composer.draft
