//! This machine: starts programs, reads files, walks `/proc`. It writes nothing.
//!
//! File work is blocking and a dead network mount can hold it for ever, so it runs on other threads, and only a few
//! of those may hang at once before further looks are refused with words.
#![expect(clippy::disallowed_methods, reason = "reads what the machine says, for the border")]

use std::{
    collections::BTreeMap,
    fs::{File, Metadata, OpenOptions},
    io::Read,
    os::unix::{
        fs::{MetadataExt, OpenOptionsExt},
        process::ExitStatusExt,
    },
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use nix::fcntl::OFlag;
use tokio::{process::Command, sync::Semaphore};

use super::{
    Answer, Argv, Content, Entry, Exec, ExecError, FileError, Follow, Followed, Output, Question, Rows, Stamp,
    database, follow,
};
use crate::{
    adapter::{
        identity::{self, Who},
        process,
    },
    fleet::{doctor::facts::Ground, facts::Process, reading::Reading},
};

/// Looks at files that may hang at the same time. A refresh needs three; a fourth refresh in a row that hangs is
/// refused rather than given yet another thread.
const LOOKS_AT_ONCE: usize = 12;

/// What a heartbeat or a cgroup fits into.
const USUAL_BYTES: usize = 512;

/// The machine this program runs on.
#[derive(Debug, Clone)]
pub struct Local {
    looks: Arc<Semaphore>,
}

impl Local {
    /// This machine.
    #[must_use]
    pub fn new() -> Self {
        Self { looks: Arc::new(Semaphore::new(LOOKS_AT_ONCE)) }
    }

    /// Does blocking work on another thread; `Err` with words when too many looks hang or it panicked.
    async fn look<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
        let permit = Arc::clone(&self.looks)
            .try_acquire_owned()
            .map_err(|_| "earlier looks at files of this machine still hang (a dead network mount?)".to_owned())?;
        let job = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        job.await.map_err(|error| error.to_string())
    }

    /// One answer for each path, in their order, from one piece of blocking work.
    fn each<T: Send + 'static>(
        &self,
        paths: Vec<PathBuf>,
        work: impl FnOnce() -> Vec<Result<T, FileError>> + Send + 'static,
    ) -> Answer<'_, Vec<Result<T, FileError>>> {
        Box::pin(async move {
            match self.look(work).await {
                Ok(answers) => answers,
                Err(why) => paths.into_iter().map(|path| Err(FileError::Failed { path, why: why.clone() })).collect(),
            }
        })
    }
}

impl Default for Local {
    fn default() -> Self {
        Self::new()
    }
}

impl Exec for Local {
    fn run<'a>(&'a self, argv: &'a Argv, limit: Duration) -> Answer<'a, Result<Output, ExecError>> {
        Box::pin(async move {
            let program = argv.program().to_owned();
            match tokio::time::timeout(limit, command(argv).output()).await {
                Err(_) => Err(ExecError::TimedOut { program, limit }),
                Ok(Err(error)) => Err(not_started(program, &error)),
                Ok(Ok(done)) => {
                    let status = exit_code(&program, done.status)?;
                    Ok(Output { status, stdout: done.stdout, stderr: done.stderr })
                }
            }
        })
    }

    fn read(&self, paths: Vec<PathBuf>, cap: usize) -> Answer<'_, Vec<Result<Content, FileError>>> {
        let asked = paths.clone();
        self.each(paths, move || asked.iter().map(|path| read_file(path, cap)).collect())
    }

    fn follow(&self, asks: Vec<Follow>) -> Answer<'_, Vec<Result<Followed, FileError>>> {
        let paths = asks.iter().map(|ask| ask.path.clone()).collect();
        self.each(paths, move || asks.iter().map(follow::follow).collect())
    }

    fn list(&self, directories: Vec<PathBuf>, most: usize) -> Answer<'_, Vec<Result<Vec<Entry>, FileError>>> {
        let paths = directories.clone();
        self.each(paths, move || directories.iter().map(|path| follow::list(path, most)).collect())
    }

    fn ask(&self, questions: Vec<(PathBuf, Question)>) -> Answer<'_, Vec<Result<Rows, FileError>>> {
        let paths = questions.iter().map(|(path, _)| path.clone()).collect();
        self.each(paths, move || questions.iter().map(|(path, question)| database::ask(path, question)).collect())
    }

    fn stat(&self, path: PathBuf) -> Answer<'_, Result<Stamp, FileError>> {
        Box::pin(async move {
            let asked = path.clone();
            let look = self.look(move || match std::fs::metadata(&asked) {
                Ok(meta) => Ok(stamp(&meta)),
                Err(error) => Err(FileError::from_io(&asked, &error)),
            });
            look.await.unwrap_or_else(|why| Err(FileError::Failed { path, why }))
        })
    }

    fn survey(&self, paths: Vec<PathBuf>) -> Answer<'_, Vec<Result<Ground, FileError>>> {
        let asked = paths.clone();
        self.each(paths, move || asked.iter().map(|path| ground(path)).collect())
    }

    fn processes(&self, roots: Vec<u32>) -> Answer<'_, Reading<BTreeMap<u32, Process>>> {
        Box::pin(async move { self.look(move || process::trees(&roots)).await.unwrap_or_else(Reading::unknown) })
    }

    fn who(&self) -> Answer<'_, Result<Who, String>> {
        Box::pin(self.look(identity::here))
    }
}

/// The command with its environment, killed when nobody waits for it any more.
pub(in crate::adapter) fn command(argv: &Argv) -> Command {
    let mut command = Command::new(argv.program());
    command.args(argv.words.iter().skip(1)).stdin(Stdio::null()).kill_on_drop(true);
    for (variable, value) in &argv.env {
        match value {
            Some(value) => command.env(variable, value),
            None => command.env_remove(variable),
        };
    }
    command
}

pub(in crate::adapter) fn not_started(program: String, error: &std::io::Error) -> ExecError {
    match error.kind() {
        std::io::ErrorKind::NotFound => ExecError::NotInstalled { program },
        _ => ExecError::Failed { program, why: error.to_string() },
    }
}

pub(in crate::adapter) fn exit_code(program: &str, status: ExitStatus) -> Result<i32, ExecError> {
    status
        .code()
        .ok_or_else(|| ExecError::Killed { program: program.to_owned(), signal: status.signal().unwrap_or_default() })
}

/// Reads one regular file. Opened without blocking, so that a pipe put in its place cannot hold us.
fn read_file(path: &Path, cap: usize) -> Result<Content, FileError> {
    let io = |error: std::io::Error| FileError::from_io(path, &error);
    let file = OpenOptions::new()
        .read(true)
        .custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits())
        .open(path)
        .map_err(io)?;
    let stamp = stamp(&file.metadata().map_err(io)?);
    if !stamp.regular {
        return Err(FileError::NotRegular(path.to_owned()));
    }
    let bytes = read_at_most(file, cap).map_err(io)?;
    if bytes.len() > cap {
        return Err(FileError::TooBig { path: path.to_owned(), cap });
    }
    Ok(Content { bytes, stamp })
}

/// One byte more than the cap, to tell a file that just fits. The size in the metadata is no help: `/proc` says 0. Room
/// from the start, because growing from nothing takes four reads for a heartbeat.
fn read_at_most(file: File, cap: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    file.take(cap as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What a path is, whose, and what this user may do there.
#[allow(clippy::useless_conversion, reason = "block counts are smaller numbers on other systems")]
fn ground(path: &Path) -> Result<Ground, FileError> {
    let io = |error: std::io::Error| FileError::from_io(path, &error);
    let meta = std::fs::metadata(path).map_err(io)?;
    let room = nix::sys::statvfs::statvfs(path).ok();
    Ok(Ground {
        resolved: std::fs::canonicalize(path).map_err(io)?,
        directory: meta.is_dir(),
        uid: meta.uid(),
        mode: meta.mode() & 0o7777,
        writable: nix::unistd::access(path, nix::unistd::AccessFlags::W_OK).is_ok(),
        free: room.map(|room| u64::from(room.blocks_available()) * u64::from(room.fragment_size())),
    })
}

/// What a file is at this moment.
pub(super) fn stamp(meta: &Metadata) -> Stamp {
    Stamp {
        modified: meta.modified().ok().and_then(|time| Timestamp::try_from(time).ok()),
        len: meta.len(),
        inode: meta.ino(),
        regular: meta.is_file(),
    }
}
