# Also without a verdict a draft is not called submitted.
runtime: claude
asked: no verdict
---
see empty
see draft OURS
