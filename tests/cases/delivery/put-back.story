# An interrupt before any output puts the prompt back: no Enter is pressed on it again.
runtime: claude
---
see empty
>    0 ms: paste OURS
see draft OURS
>  155 ms: Enter
see empty
see draft OURS
> 6160 ms: draft (1 Enter): it was taken and put back into the input line: the turn was cut short
