# The runtime's own record is the strongest evidence, and the quickest.
runtime: claude
---
see empty | record=3,a,old; idle
>    0 ms: paste OURS
see draft OURS | record=3,a,old; idle
>  155 ms: Enter
see empty | record=4,a,OURS; busy
>  560 ms: accepted (1 Enter): claude's own record has it as a new prompt
>          record.turn
>          status.began
