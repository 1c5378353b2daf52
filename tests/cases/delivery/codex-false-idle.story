# Its first composer takes text and loses it: waited for, and refused once the gate is up.
runtime: codex
---
see ghost Ask Codex to do anything | below=  ? for shortcuts; title=vm
see ghost Ask Codex to do anything | below=  ? for shortcuts; title=vm
see absent | prompt=Trust this folder?; title=vm
> 1200 ms: refused (0 Enter, nothing typed): it stands at a prompt: Trust this folder?
