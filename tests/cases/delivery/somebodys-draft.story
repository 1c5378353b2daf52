# An operator's draft is not eaten.
runtime: claude
---
see draft fix the tests
>  400 ms: refused (0 Enter, nothing typed): a draft stands in its input line: fix the tests
