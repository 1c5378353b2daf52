# No key is guessed.
runtime: codex
spec: {keys: {clear: []}}
asked: replace
---
see draft fix the tests
>  400 ms: refused (0 Enter, nothing typed): a draft stands in its input line, and no key is known that clears it: fix the tests
