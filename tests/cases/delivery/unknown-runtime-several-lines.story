# To a program that may not know a paste from typing, several lines would be several messages.
runtime: unheard-of
text: first\nsecond
---
see shell $
>    0 ms: refused (0 Enter, nothing typed): its text has several lines, and they may arrive as several messages: the input line of unheard-of is not known. Hint: send one line, or describe it in fleet/runtimes.yaml
