# To a program that may not know a paste from typing, several lines would be several messages.
runtime: unheard-of
text: first\nsecond
---
see shell $
