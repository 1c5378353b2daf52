# The model's row below the composer and a title of its own: now it listens.
runtime: codex
---
see ghost Ask Codex to do anything | below=  ? for shortcuts; title=vm
see ghost Ask Codex to do anything | title=vm
see ghost Ask Codex to do anything | title=x
>  800 ms: paste OURS
see draft OURS
>  955 ms: Enter
see empty | record=1,a,OURS
> 1360 ms: accepted (1 Enter): claude's own record has it as a new prompt
>          record.turn
