# Never into the pane that we run in.
runtime: claude
---
see empty | own
>    0 ms: refused (0 Enter, nothing typed): it is the pane that mosaic-top itself runs in
