# One look can catch half a frame: what stands in the way must be there twice.
runtime: claude
---
see draft ─────
see absent
see empty
>  800 ms: paste OURS
see draft OURS
>  955 ms: Enter
see empty | record=1,a,OURS
> 1360 ms: accepted (1 Enter): claude's own record has it as a new prompt
>          record.turn
