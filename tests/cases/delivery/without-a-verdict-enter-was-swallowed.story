# Also without a verdict a swallowed Enter is pressed again, while the text is seen.
runtime: claude
asked: no verdict
---
see empty
see draft OURS
see draft OURS
see draft OURS
see draft OURS
see empty
