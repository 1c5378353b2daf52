# Without a record the composer must be seen empty twice.
runtime: claude
---
see empty
>    0 ms: paste OURS
see draft OURS
>  155 ms: Enter
see ghost Press up to edit queued messages
>  960 ms: accepted (1 Enter): its input line held the text before Enter, and is empty now
>          composer.emptied
