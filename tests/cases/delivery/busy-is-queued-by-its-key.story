# Tab queues in codex; its record tells of a queued prompt only when the turn ends.
runtime: codex
asked: queue
---
see empty | busy; record=3,a,old
>    0 ms: paste OURS
see draft OURS | busy; record=3,a,old
>  155 ms: press Tab
see empty | busy; record=3,a,old
>  960 ms: accepted (1 Enter): queued, to be taken up when its turn ends: its input line held the text before Enter, and is empty now
>          composer.emptied
