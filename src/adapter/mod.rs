//! The shared tmux and systemd adapter: the only code that starts programs or touches files.
//!
//! [`Watch`] looks at one host and changes nothing. All that it learns passes through one border, [`exec::Exec`], so
//! that another machine needs another `Exec` and nothing else. [`Steer`] changes; there is none without a
//! [`Licence`], which is made in one place, from the parsed access.

pub mod audit;
pub mod clock;
pub mod config_file;
pub mod demo;
pub mod doctor;
pub mod exec;
pub mod files;
pub mod gather;
pub mod identity;
pub mod log_file;
pub mod notify;
pub mod observe;
pub mod process;
pub mod recorder;
pub mod records;
mod rule_files;
pub mod screens;
pub mod state_file;
pub mod steer;
pub mod systemd;
pub mod tap;
pub mod tmux;
pub mod trust;

pub use gather::{Ask, Look, Watch, WatchConfig};
pub use observe::{Observer, Sight};
pub use steer::{Licence, Steer};
