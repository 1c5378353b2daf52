# The text is among the messages, and in the composer again: taken and put back before the first look.
runtime: claude
---
see empty
>    0 ms: paste OURS
see draft OURS
>  155 ms: Enter
see draft OURS | above=❯ OURS
> 6160 ms: draft (1 Enter): it was taken and put back into the input line: the turn was cut short
