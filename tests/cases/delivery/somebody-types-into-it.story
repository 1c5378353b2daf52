# Not ours alone any more: not ours to submit.
runtime: claude
---
see empty
>    0 ms: paste OURS
see draft OURSand also this
> 3355 ms: draft (0 Enter): not submitted, and left there: its input line does not hold the text alone: please do the thingand also this
