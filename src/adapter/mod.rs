//! The shared tmux and systemd adapter: the only code that starts programs or touches files.

pub mod clock;
pub mod demo;
pub mod log_file;
