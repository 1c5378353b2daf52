# A draft that is still ours after three looks gets another Enter; never the text.
runtime: codex
---
see ghost Ask Codex to do anything
>    0 ms: paste OURS
see draft OURS
>  155 ms: Enter
see draft OURS
see draft OURS\n
see draft OURS\n
> 1360 ms: Enter
see empty | busy
> 2165 ms: accepted (2 Enter): its input line held the text before Enter, and is empty now
>          composer.emptied
