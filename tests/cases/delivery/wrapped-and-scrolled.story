# A long text is wrapped, and only its end is shown.
runtime: claude
text: one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
---
see empty
>    0 ms: paste OURS
see draft n eleven twelve\nthirteen fourteen fifteen
>  155 ms: Enter
see draft n eleven twelve\nthirteen fourteen fifteen
see empty
> 1360 ms: accepted (1 Enter): its input line held the text before Enter, and is empty now
>          composer.emptied
