# Nobody asked for a verdict: it is over as soon as the text has left the composer, and claims nothing.
runtime: claude
asked: no verdict
---
see empty
>    0 ms: paste OURS
see draft OURS
>  155 ms: Enter
see empty
>  560 ms: submitted (1 Enter): submitted, not verified
