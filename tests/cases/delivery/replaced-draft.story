# The draft is cleared by the runtime's own key, once for each look that shows it change, and its text is in the receipt.
runtime: claude
asked: replace
---
see draft first\nsecond
see draft first\nsecond
>  400 ms: press C-u
see draft first
>  555 ms: press C-u
see empty
>  710 ms: paste OURS
see draft OURS
>  865 ms: Enter
see empty
> 1670 ms: accepted (1 Enter): its input line held the text before Enter, and is empty now
>          composer.draft
>          composer.emptied
