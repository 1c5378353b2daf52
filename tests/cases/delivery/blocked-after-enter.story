# Delivered, as its record shows, and now it asks.
runtime: claude
---
see empty | record=0,a,
>    0 ms: paste OURS
see draft OURS | record=0,a,
>  155 ms: Enter
see absent | record=1,a,OURS; prompt=Do you want to proceed?
>  560 ms: blocked (1 Enter): delivered, and it now stands at a prompt: Do you want to proceed?
>          record.turn
