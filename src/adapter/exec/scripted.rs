//! A machine that answers what a test tells it to, and remembers what it was asked. It starts and reads nothing.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    Answer, Argv, Content, Entry, Exec, ExecError, FileError, Follow, Followed, Output, Part, Question, Rows, Stamp,
};
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
    answers: Vec<(PathBuf, &'static str, Rows)>,
    processes: Option<BTreeMap<u32, Process>>,
    who: Who,
    calls: Vec<Argv>,
    hangs: bool,
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

    /// From now on looking at this path fails so.
    pub fn fails(&self, path: impl Into<PathBuf>, error: FileError) {
        self.script().files.insert(path.into(), Err(error));
    }

    /// From now on this data base gives these rows to that statement.
    pub fn answers(&self, path: impl Into<PathBuf>, sql: &'static str, rows: Rows) {
        self.script().answers.push((path.into(), sql, rows));
    }

    /// From now on these processes run.
    pub fn running(&self, processes: BTreeMap<u32, Process>) {
        self.script().processes = Some(processes);
    }

    /// From now on this is who asks.
    pub fn asked_by(&self, who: Who) {
        self.script().who = who;
    }

    /// From now on its disk does not answer: no lock is given and no line appended.
    pub fn disk_hangs(&self) {
        self.script().hangs = true;
    }

    /// Whether it is so.
    pub(in crate::adapter) fn hangs(&self) -> bool {
        self.script().hangs
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

impl Scripted {
    /// What lies directly in a directory, as far as the script's files tell.
    fn entries(&self, directory: PathBuf, most: usize) -> Result<Vec<Entry>, FileError> {
        let script = self.script();
        let mut entries: BTreeMap<String, Stamp> = BTreeMap::new();
        for (path, content) in &script.files {
            let Some(name) = path.strip_prefix(&directory).ok().and_then(|below| below.components().next()) else {
                continue;
            };
            let name = name.as_os_str().to_string_lossy().into_owned();
            let regular = directory.join(&name) == *path;
            let other = Stamp { modified: None, len: 0, inode: 1, regular };
            entries.insert(name, content.as_ref().map_or(other, |content| content.stamp));
        }
        if entries.is_empty() {
            return Err(FileError::Missing(directory));
        }
        Ok(entries.into_iter().map(|(name, stamp)| Entry { name, stamp }).take(most).collect())
    }
}

/// What is new of a file, as the local machine tells it.
fn followed(ask: &Follow, content: &Content) -> Followed {
    let stamp = content.stamp;
    let same_file = ask.known.is_some_and(|known| known.inode == stamp.inode);
    let (from, continued) = match ask.part {
        Part::After(offset) if same_file && stamp.len == offset => return Followed::Same,
        Part::After(offset) if same_file && stamp.len > offset => (offset, true),
        Part::After(_) => (stamp.len.saturating_sub(ask.cap as u64), false),
        Part::Whole | Part::Head if ask.known == Some(stamp) => return Followed::Same,
        Part::Whole | Part::Head => (0, false),
    };
    let bytes = content.bytes.iter().skip(from as usize).take(ask.cap).copied().collect();
    Followed::New { bytes, from, continued, stamp }
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

    fn follow(&self, asks: Vec<Follow>) -> Answer<'_, Vec<Result<Followed, FileError>>> {
        let found = asks.iter().map(|ask| self.look(&ask.path).map(|content| followed(ask, &content))).collect();
        Box::pin(async move { found })
    }

    fn list(&self, directories: Vec<PathBuf>, most: usize) -> Answer<'_, Vec<Result<Vec<Entry>, FileError>>> {
        let found = directories.into_iter().map(|directory| self.entries(directory, most)).collect();
        Box::pin(async move { found })
    }

    fn ask(&self, questions: Vec<(PathBuf, Question)>) -> Answer<'_, Vec<Result<Rows, FileError>>> {
        let script = self.script();
        let answer = |(path, question): (PathBuf, Question)| {
            let found = script.answers.iter().rev().find(|(at, sql, _)| *at == path && *sql == question.sql);
            found.map(|(.., rows)| rows.clone()).ok_or(FileError::Missing(path))
        };
        let found = questions.into_iter().map(answer).collect();
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
