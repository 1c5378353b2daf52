# A reset is proven by another conversation in the record.
runtime: claude
text: /clear
asked: reset
---
see empty | record=3,a,old
>    0 ms: type OURS
see draft /clear | record=3,a,old
>  505 ms: Enter
see empty | record=3,b,old
>  910 ms: accepted (1 Enter): it began a new conversation: claude's own record shows a new conversation
>          record.session
