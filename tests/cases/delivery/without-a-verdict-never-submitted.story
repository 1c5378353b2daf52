# Also without a verdict a draft is not called submitted.
runtime: claude
asked: no verdict
---
see empty
>    0 ms: paste OURS
see draft OURS
>  155 ms: Enter
> 1360 ms: Enter
> 2565 ms: Enter
> 6170 ms: draft (3 Enter): it still stands in the input line after 3 Enter
