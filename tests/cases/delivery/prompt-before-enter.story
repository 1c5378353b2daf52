# It came up while the text settled: Enter would answer it.
runtime: codex
---
see empty
>    0 ms: paste OURS
see absent | prompt=Trust this folder?
>  155 ms: draft (0 Enter): not submitted: a prompt came up before Enter: Trust this folder?
