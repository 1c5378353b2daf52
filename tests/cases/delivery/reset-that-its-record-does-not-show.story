# An input line that is empty again is no new conversation, where the runtime's own record would show one.
runtime: claude
text: /clear
asked: reset
---
see empty | record=3,a,old
see draft /clear | record=3,a,old
see empty | record=3,a,old
