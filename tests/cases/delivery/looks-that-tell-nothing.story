# A server that stays silent after Enter: what became of the text is not known, and that is not called untouched.
runtime: claude
---
see empty
see draft OURS
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
miss no answer
