# A text that fills the screen pushes the input line out of sight: it stands there, and that is said.
runtime: claude
---
see empty
>    0 ms: paste OURS
see absent
> 3355 ms: unverifiable (0 Enter): its input line went out of sight when the text was typed; the text may stand in its input line, whole or in part, and Enter was not pressed: look there, and clear it
