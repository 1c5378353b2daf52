# A server that stays silent after Enter: what became of the text is not known, and that is not called untouched.
runtime: claude
---
see empty
>    0 ms: paste OURS
see draft OURS
>  155 ms: Enter
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
> 6160 ms: unverifiable (1 Enter): no answer, after Enter
