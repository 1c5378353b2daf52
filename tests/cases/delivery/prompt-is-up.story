# Digits of a message would choose an option.
runtime: claude
---
see absent | prompt=Do you want to proceed?
>  400 ms: refused (0 Enter, nothing typed): it stands at a prompt: Do you want to proceed?
