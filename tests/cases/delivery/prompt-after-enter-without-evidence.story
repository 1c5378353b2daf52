# A prompt alone shows nothing: it may have swallowed the text.
runtime: claude
---
see empty
>    0 ms: paste OURS
see draft OURS
>  155 ms: Enter
see absent | prompt=Do you trust the files in this folder?
> 6160 ms: unverifiable (1 Enter): a prompt is up, and nothing shows that the text was taken: Do you trust the files in this folder?
