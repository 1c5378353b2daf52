//! A machine that answers what a test tells it to, and remembers what it was asked. It starts and reads nothing.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{Answer, Argv, Content, Exec, ExecError, FileError, Output, Stamp};
use crate::{
    adapter::identity::Who,
    fleet::{facts::Process, reading::Reading},
};

/// What a program of the script does.
#[derive(Debug, Clone)]
pub enum Reply {
    /// It ends with this.
    Output(Output),
    /// It gives no output.
    Error(ExecError),
    /// It never ends: the caller's limit decides.
    Hang,
}

impl Reply {
    /// A program that prints and succeeds.
    pub fn prints(stdout: impl Into<Vec<u8>>) -> Self {
        Self::Output(Output { status: 0, stdout: stdout.into(), stderr: Vec::new() })
    }

    /// A program that complains and fails.
    #[must_use]
    pub fn fails(status: i32, stderr: &str) -> Self {
        Self::Output(Output { status, stdout: Vec::new(), stderr: stderr.into() })
    }
}

/// A machine made of replies.
#[derive(Debug, Default)]
pub struct Scripted {
    script: Mutex<Script>,
}

#[derive(Debug, Default)]
struct Script {
    replies: Vec<(String, Reply)>,
    files: BTreeMap<PathBuf, Result<Content, FileError>>,
    processes: Option<BTreeMap<u32, Process>>,
    who: Who,
    calls: Vec<Argv>,
}

impl Scripted {
    /// A machine that has no program and no file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on, a command line that contains `words` gets this reply; the newest match counts.
    pub fn on(&self, words: &str, reply: Reply) {
        self.script().replies.push((words.to_owned(), reply));
    }

    /// From now on this file has this content.
    pub fn file(&self, path: impl Into<PathBuf>, text: &str) {
        let stamp = Stamp { modified: None, len: text.len() as u64, inode: 1, regular: true };
        self.script().files.insert(path.into(), Ok(Content { bytes: text.into(), stamp }));
    }

    /// From now on these processes run.
    pub fn running(&self, processes: BTreeMap<u32, Process>) {
        self.script().processes = Some(processes);
    }

    /// From now on this is who asks.
    pub fn asked_by(&self, who: Who) {
        self.script().who = who;
    }

    /// Every command line so far, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<Argv> {
        self.script().calls.clone()
    }

    /// From now on this path cannot be read or written.
    pub fn broken(&self, path: impl Into<PathBuf>, why: &str) {
        let path = path.into();
        let error = FileError::Failed { path: path.clone(), why: why.to_owned() };
        self.script().files.insert(path, Err(error));
    }

    /// What stands in a file; nothing where there is none.
    pub fn text(&self, path: &Path) -> Result<String, FileError> {
        match self.look(path) {
            Ok(content) => Ok(String::from_utf8_lossy(&content.bytes).into_owned()),
            Err(FileError::Missing(_)) => Ok(String::new()),
            Err(error) => Err(error),
        }
    }

    /// Removes a file; `false` when there was none.
    pub(in crate::adapter) fn forget(&self, path: &Path) -> bool {
        self.script().files.remove(path).is_some()
    }

    /// Remembers a command line that nobody waits for.
    pub(in crate::adapter) fn note(&self, argv: &Argv) {
        self.script().calls.push(argv.clone());
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reply(&self, argv: &Argv) -> Reply {
        let mut script = self.script();
        script.calls.push(argv.clone());
        let line = argv.to_string();
        let found = script.replies.iter().rev().find(|(words, _)| line.contains(words.as_str()));
        let missing = || Reply::Error(ExecError::NotInstalled { program: argv.program().to_owned() });
        found.map_or_else(missing, |(_, reply)| reply.clone())
    }

    fn look(&self, path: &Path) -> Result<Content, FileError> {
        self.script().files.get(path).cloned().unwrap_or_else(|| Err(FileError::Missing(path.to_owned())))
    }
}

impl Exec for Scripted {
    fn run<'a>(&'a self, argv: &'a Argv, limit: Duration) -> Answer<'a, Result<Output, ExecError>> {
        let reply = self.reply(argv);
        Box::pin(async move {
            match reply {
                Reply::Output(output) => Ok(output),
                Reply::Error(error) => Err(error),
                Reply::Hang => {
                    tokio::time::sleep(limit).await;
                    Err(ExecError::TimedOut { program: argv.program().to_owned(), limit })
                }
            }
        })
    }

    fn read(&self, paths: Vec<PathBuf>, _cap: usize) -> Answer<'_, Vec<Result<Content, FileError>>> {
        let found = paths.iter().map(|path| self.look(path)).collect();
        Box::pin(async move { found })
    }

    fn stat(&self, path: PathBuf) -> Answer<'_, Result<Stamp, FileError>> {
        let found = self.look(&path).map(|content| content.stamp);
        Box::pin(async move { found })
    }

    fn processes(&self, _roots: Vec<u32>) -> Answer<'_, Reading<BTreeMap<u32, Process>>> {
        let found = self.script().processes.clone();
        Box::pin(async move { found.map_or_else(|| Reading::unknown("no /proc on this system"), Reading::Known) })
    }

    fn who(&self) -> Answer<'_, Result<Who, String>> {
        let who = self.script().who.clone();
        Box::pin(async move { Ok(who) })
    }
}
