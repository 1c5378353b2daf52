# Nobody asked for a verdict: it is over as soon as the text has left the composer, and claims nothing.
runtime: claude
asked: no verdict
---
see empty
see draft OURS
see empty
