//! The border to one machine: programs, files, processes and the machine's own name.
//!
//! Everything that the adapter learns comes through [`Exec`]; it never changes a file. [`Local`] is this machine,
//! [`scripted::Scripted`] a machine that answers what a test tells it to.

mod database;
mod follow;
pub(in crate::adapter) mod local;
pub mod scripted;

use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    path::{Path, PathBuf},
    pin::Pin,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

pub use database::{Question, Rows};
pub use follow::{Entry, Follow, Followed, Part};
pub use local::Local;

use super::identity::Who;
use crate::fleet::{doctor::facts::Ground, facts::Process, reading::Reading};

/// A promised answer; boxed so that [`Exec`] can be a trait object.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One machine, as far as it can be observed. Batches are single calls, so that a far machine costs one round trip.
pub trait Exec: Send + Sync {
    /// Runs one program to its end, with no standard input, and gives up (killing it) after `limit`.
    fn run<'a>(&'a self, argv: &'a Argv, limit: Duration) -> Answer<'a, Result<Output, ExecError>>;

    /// Reads regular files of at most `cap` bytes each; the answers stand in the order asked.
    fn read(&self, paths: Vec<PathBuf>, cap: usize) -> Answer<'_, Vec<Result<Content, FileError>>>;

    /// What a path is, following links.
    fn stat(&self, path: PathBuf) -> Answer<'_, Result<Stamp, FileError>>;

    /// What these paths are, whose, and what this user may do there; the answers stand in the order asked. For the
    /// health check; a machine that cannot tell says so.
    fn survey(&self, paths: Vec<PathBuf>) -> Answer<'_, Vec<Result<Ground, FileError>>> {
        let why = "owners and modes are not told here";
        Box::pin(
            async move { paths.into_iter().map(|path| Err(FileError::Failed { path, why: why.to_owned() })).collect() },
        )
    }

    /// What is new of these files; the answers stand in the order asked. Where nothing is, it costs a `stat`.
    fn follow(&self, asks: Vec<Follow>) -> Answer<'_, Vec<Result<Followed, FileError>>>;

    /// What lies in these directories, at most so many entries each; the answers stand in the order asked.
    fn list(&self, directories: Vec<PathBuf>, most: usize) -> Answer<'_, Vec<Result<Vec<Entry>, FileError>>>;

    /// Asks SQLite data bases that somebody else writes, without holding them up; the answers stand in the order asked.
    fn ask(&self, questions: Vec<(PathBuf, Question)>) -> Answer<'_, Vec<Result<Rows, FileError>>>;

    /// The processes at and below these pids.
    fn processes(&self, roots: Vec<u32>) -> Answer<'_, Reading<BTreeMap<u32, Process>>>;

    /// Who is asking there, and what that machine is called; or why that cannot be told now.
    fn who(&self) -> Answer<'_, Result<Who, String>>;
}

/// A command line as data. A shell never sees it; [`fmt::Display`] is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argv {
    /// The program and its arguments.
    pub words: Vec<String>,
    /// Variables to set, or (with `None`) to remove, in the environment that it inherits.
    pub env: BTreeMap<String, Option<String>>,
}

impl Argv {
    /// A program with its arguments, in the environment as it is.
    pub fn new<S: Into<String>>(words: impl IntoIterator<Item = S>) -> Self {
        Self { words: words.into_iter().map(Into::into).collect(), env: BTreeMap::new() }
    }

    /// The same with a variable set.
    #[must_use]
    pub fn with(mut self, variable: &str, value: impl Into<String>) -> Self {
        self.env.insert(variable.to_owned(), Some(value.into()));
        self
    }

    /// The same with a variable removed.
    #[must_use]
    pub fn without(mut self, variable: &str) -> Self {
        self.env.insert(variable.to_owned(), None);
        self
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }
}

impl fmt::Display for Argv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words.join(" "))
    }
}

/// What a program left behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Output {
    /// Its exit status.
    pub status: i32,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it complained about.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Its complaint in one line: the first line of standard error that says something.
    #[must_use]
    pub fn complaint(&self) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
    }
}

/// Why a program gave no output.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExecError {
    /// There is no such program.
    #[error("{program} is not installed, or not on PATH")]
    NotInstalled {
        /// Its name.
        program: String,
    },
    /// It was still running at the limit, and was killed.
    #[error("{program} gave no answer within {limit:?}")]
    TimedOut {
        /// Its name.
        program: String,
        /// How long it was waited for.
        limit: Duration,
    },
    /// Something else killed it.
    #[error("{program} was killed by signal {signal}")]
    Killed {
        /// Its name.
        program: String,
        /// The signal's number; 0 when the system did not tell.
        signal: i32,
    },
    /// It could not be started, or its output could not be read.
    #[error("{program} could not be run: {why}")]
    Failed {
        /// Its name.
        program: String,
        /// The system's words.
        why: String,
    },
}

/// A file's bytes and what the file was at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The file they are from.
    pub stamp: Stamp,
}

/// What tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Its last change, where the file system tells.
    pub modified: Option<Timestamp>,
    /// Bytes.
    pub len: u64,
    /// An atomic replacement shows here even when time and size are the same.
    pub inode: u64,
    /// Whether it is a regular file; nothing else is ever read.
    pub regular: bool,
}

/// A file that changed so shortly before it was looked at may change again within what its time stamp can tell apart.
const RACY: SignedDuration = SignedDuration::from_secs(2);

impl Stamp {
    /// Whether it tells this state of the file, seen at `now`, from any later one.
    #[must_use]
    pub fn is_settled(&self, now: Timestamp) -> bool {
        self.modified.is_some_and(|at| now.duration_since(at) > RACY)
    }
}

/// Why a file was not read: the path and the reason, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is nothing at that path.
    #[error("{} does not exist", .0.display())]
    Missing(PathBuf),
    /// This user may not read it.
    #[error("{} may not be read by this user", .0.display())]
    Denied(PathBuf),
    /// A directory, a pipe, a socket or a device: reading it might never end.
    #[error("{} is no regular file", .0.display())]
    NotRegular(PathBuf),
    /// Larger than what it could reasonably be.
    #[error("{} is larger than {cap} bytes", path.display())]
    TooBig {
        /// The file.
        path: PathBuf,
        /// The most that would have been read.
        cap: usize,
    },
    /// It could not be written or removed.
    #[error("{} could not be written: {why}", path.display())]
    NotWritten {
        /// The file.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// Anything else, in the system's words.
    #[error("{} could not be read: {why}", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
}

impl FileError {
    /// The system's error about a path.
    #[must_use]
    pub fn from_io(path: &Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
        match error.kind() {
            NotFound | NotADirectory => Self::Missing(path.to_owned()),
            PermissionDenied => Self::Denied(path.to_owned()),
            _ => Self::Failed { path: path.to_owned(), why: error.to_string() },
        }
    }
}
