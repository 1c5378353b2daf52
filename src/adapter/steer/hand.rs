//! The border for changes: [`Exec`] with what alters a machine. Only `steer` and `audit` name it, so a
//! [`Watch`](crate::adapter::Watch), which holds an `Exec`, has no word for a change.

mod amend;
pub mod client;
mod local;
mod scripted;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use crate::{
    adapter::exec::{Answer, Argv, Exec, ExecError, FileError, Output},
    screen::Size,
};
use client::{Client, StandBy};

/// One machine that can be changed. Every file it makes is private to its user (0600, directories 0700).
pub trait Hand: Exec {
    /// Runs one changing program with this standard input, and gives up (killing it) after `limit`.
    fn change<'a>(&'a self, argv: &'a Argv, stdin: Vec<u8>, limit: Duration) -> Answer<'a, Result<Output, ExecError>>;

    /// Starts one program and does not wait: the last tidying of a job that was dropped.
    fn leave(&self, argv: &Argv);

    /// Starts a program on a terminal: one of its own of this size, or (`None`) the one that this program runs on.
    fn attach(&self, argv: &Argv, size: Option<Size>) -> Result<Client, ExecError>;

    /// Starts a program that outlives this one: its standard input ends when this one does, however it ends.
    fn stand_by(&self, argv: &Argv) -> Result<StandBy, ExecError>;

    /// Writes a new file, whole at once; `false`, and nothing is written, where there is one already.
    fn claim(&self, path: PathBuf, bytes: Vec<u8>) -> Answer<'_, Result<bool, FileError>>;

    /// Writes a whole file atomically, beside the old one and then in its place.
    fn write(&self, path: PathBuf, bytes: Vec<u8>) -> Answer<'_, Result<(), FileError>>;

    /// Changes a file that others write, too: under `flock` on its path with `.mosaic-lock` behind it, which other tools
    /// use, keeping mode, owner and a link; looked at again afterwards. `false` when there was nothing to change.
    fn amend(&self, path: PathBuf, change: Change) -> Answer<'_, Result<bool, String>> {
        let _ = change;
        Box::pin(async move { Err(format!("{} cannot be changed from here", path.display())) })
    }

    /// Removes a file; `false` when there was none.
    fn remove(&self, path: PathBuf) -> Answer<'_, Result<bool, FileError>>;

    /// Takes a lock file, which stays; `None` while another program holds it. It is given back when the answer is dropped,
    /// or its holder dies.
    fn hold(&self, path: PathBuf) -> Answer<'_, Result<Option<Held>, FileError>>;

    /// Appends one line, as [`Hand::append_now`], on another thread.
    fn append(&self, path: PathBuf, line: Vec<u8>, most: u64) -> Answer<'_, Result<(), FileError>>;

    /// Appends one line in one write under a lock. A half line at the end is closed first; a file of more than `most`
    /// bytes moves to `….1` first. Blocks for as long as other writers hold the lock, at most [`LOCK_PATIENCE`].
    fn append_now(&self, path: &Path, line: &[u8], most: u64) -> Result<(), FileError>;
}

/// A lock that is held.
pub type Held = Box<dyn std::any::Any + Send>;

/// From a file's text (`None`: there is no file) to what it is to be; `None`: as it is. `Err`: it is to be left alone.
pub type Change = Arc<dyn Fn(Option<&str>) -> Result<Option<String>, String> + Send + Sync>;

/// How long a writer waits for the others' lock.
pub const LOCK_PATIENCE: Duration = Duration::from_secs(2);
