# The stand-in of a collapsed paste is our text.
runtime: claude
text: one\ntwo\nthree\nfour\nfive
---
see empty
>    0 ms: paste OURS
see draft [Pasted text #1 +4 lines]
>  155 ms: Enter
see empty
>  960 ms: accepted (1 Enter): its input line held the text before Enter, and is empty now
>          composer.emptied
