//! The user's rules, `fleet/gates.d/*.yaml` and `fleet/runtimes.yaml`: read at the first look, and again when one of them
//! is another file than before. It reads and judges nothing else.

use std::path::{Path, PathBuf};

use super::{
    exec::{Entry, Exec, FileError, Stamp},
    files::Files,
};
use crate::fleet::gate::{UserFile, UserRules};

/// More rules than anybody writes.
const FILE_MOST: usize = 1024 * 1024;
/// More files than anybody keeps.
const FILES_MOST: usize = 200;

/// A file of rules and what told it from another.
type GateFile = (PathBuf, Stamp);

/// What was read, and of what.
#[derive(Debug, Default)]
pub(super) struct RuleFiles {
    made_of: Option<(Vec<GateFile>, Option<Stamp>)>,
    user: UserRules,
}

impl RuleFiles {
    /// The rules as they are now. Where nothing is new it costs a listing and a `stat`.
    pub(super) async fn look(&mut self, exec: &dyn Exec, files: &Files) -> UserRules {
        let (gates, wrong) = gate_files(exec, &files.gates()).await;
        let runtimes = exec.stat(files.runtimes()).await.ok();
        let now = Some((gates, runtimes));
        if self.made_of != now {
            self.user = read(exec, now.as_ref().map_or(&[][..], |(gates, _)| gates), files, runtimes.is_some()).await;
            self.made_of = now;
        }
        let mut user = self.user.clone();
        user.problems.extend(wrong);
        user
    }
}

/// The files of rules in the order of their names. No directory: no rules.
async fn gate_files(exec: &dyn Exec, directory: &Path) -> (Vec<GateFile>, Option<String>) {
    let entries = match exec.list(vec![directory.to_owned()], FILES_MOST).await.pop() {
        Some(Ok(entries)) => entries,
        None | Some(Err(FileError::Missing(_))) => return (Vec::new(), None),
        Some(Err(error)) => return (Vec::new(), Some(error.to_string())),
    };
    let is_rules = |entry: &Entry| {
        let name = Path::new(&entry.name);
        !entry.name.starts_with('.') && name.extension().is_some_and(|end| end == "yaml" || end == "yml")
    };
    let mut found: Vec<GateFile> =
        entries.into_iter().filter(is_rules).map(|entry| (directory.join(entry.name), entry.stamp)).collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    (found, None)
}

async fn read(exec: &dyn Exec, gates: &[GateFile], files: &Files, runtimes: bool) -> UserRules {
    let paths: Vec<PathBuf> =
        gates.iter().map(|(path, _)| path.clone()).chain(runtimes.then(|| files.runtimes())).collect();
    let texts = exec.read(paths.clone(), FILE_MOST).await;
    let mut read: Vec<UserFile> = paths
        .iter()
        .zip(texts)
        .map(|(path, text)| {
            let text = text.map_err(|error| error.to_string()).and_then(|content| {
                String::from_utf8(content.bytes).map_err(|_| format!("{} is not UTF-8 text", path.display()))
            });
            (path.display().to_string(), text)
        })
        .collect();
    let runtimes = if runtimes { read.pop() } else { None };
    UserRules::of(&read, runtimes.as_ref())
}
