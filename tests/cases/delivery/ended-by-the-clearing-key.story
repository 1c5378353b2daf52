# What a clearing key has done is not called nothing.
runtime: codex
asked: replace
---
see draft fix the tests
see draft fix the tests
see draft fix the tests | dead
