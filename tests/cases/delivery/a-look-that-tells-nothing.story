# A server that is silent for one look ends nothing: it is looked again.
runtime: claude
---
see empty
see draft OURS
miss the tmux server gave no answer within 5s
miss the tmux server gave no answer within 5s
see empty
