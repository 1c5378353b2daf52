//! Where the program's own log goes: a file, never the screen.

use std::{
    env,
    path::{Path, PathBuf},
    sync::Mutex,
};

use tracing_subscriber::filter::LevelFilter;

use super::complain;
use crate::adapter::log_file;

/// Starts logging. A log that cannot be opened is said once, and the program goes on without.
pub(super) fn start(asked: Option<&Path>, verbose: u8) {
    let Some(path) = asked.map(Path::to_owned).or_else(default_path) else {
        return complain("mosaic-top: no log is kept: neither XDG_STATE_HOME nor HOME is set. Hint: --log FILE");
    };
    match log_file::open(&path) {
        Ok(file) => tracing_subscriber::fmt()
            .with_writer(Mutex::new(file))
            .with_ansi(false)
            .with_max_level(level(verbose))
            .init(),
        Err(error) => {
            complain(&format!("mosaic-top: no log is kept: {}: {error}. Hint: --log FILE", path.display()));
        }
    }
}

fn level(verbose: u8) -> LevelFilter {
    match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}

/// The XDG rule: an unset, empty or relative `XDG_STATE_HOME` means `~/.local/state`.
fn default_path() -> Option<PathBuf> {
    Some(own_directory()?.join("mosaic-top.log"))
}

/// This program's directory for what it keeps: mosaic-top below `$XDG_STATE_HOME` (~/.local/state).
pub(super) fn own_directory() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    Some(state.join("mosaic-top"))
}
