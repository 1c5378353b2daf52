//! The shared tmux and systemd adapter: the only code that starts programs or touches files.
