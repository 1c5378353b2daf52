# Also without a verdict a swallowed Enter is pressed again, while the text is seen.
runtime: claude
asked: no verdict
---
see empty
>    0 ms: paste OURS
see draft OURS
>  155 ms: Enter
see draft OURS
see draft OURS
see draft OURS
> 1360 ms: Enter
see empty
> 1765 ms: submitted (2 Enter): submitted, not verified
