# A terminal in cooked mode would lose the whole line.
runtime: unheard-of
spec: {input: {longest_line: 10}}
---
>    0 ms: refused (0 Enter, nothing typed): a line of it has 19 bytes, and one of more than 10 may not arrive in unheard-of
