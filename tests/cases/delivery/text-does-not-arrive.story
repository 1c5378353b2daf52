# Nothing to submit: Enter on an empty composer would submit a suggestion.
runtime: claude
---
see empty
>    0 ms: paste OURS
see ghost Once fixed, resend your message
> 3355 ms: unverifiable (0 Enter): the text was not seen in its input line, and Enter was not pressed; it may still come, so look there before it is sent again
