# A new prompt in the record that is not ours proves nothing.
runtime: claude
---
see empty | record=3,a,old
>    0 ms: paste OURS
see draft OURS | record=3,a,old
>  155 ms: Enter
see draft OURS | record=4,a,somebody else's
> 1360 ms: Enter
> 2565 ms: Enter
> 6170 ms: draft (3 Enter): it still stands in the input line after 3 Enter
