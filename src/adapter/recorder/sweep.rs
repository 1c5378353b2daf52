//! Bounds all records together: what is old goes, and what is the oldest where all of them are too large. What somebody
//! records at the moment is locked, and stays.
#![expect(clippy::disallowed_methods, reason = "the recorder's own files; nothing of the user's")]

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::adapter::clock::Moment;

/// How often is swept at most: a sweep reads every folder.
const EVERY: Duration = Duration::from_secs(60);
/// An empty folder may be somebody's who is about to begin; one that is older is nobody's.
const EMPTY_FOR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How much is kept of all agents together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whole {
    /// At most so many megabytes.
    pub megabytes: u32,
    /// For so many days after the last line.
    pub days: u32,
}

impl Default for Whole {
    /// What holds where a watcher does not say.
    fn default() -> Self {
        Self { megabytes: 500, days: 14 }
    }
}

/// Sweeps now and then.
#[derive(Debug, Default)]
pub(super) struct Sweeper {
    last: Option<Instant>,
}

/// A file that may go.
struct Old {
    written: SystemTime,
    size: u64,
    path: PathBuf,
}

impl Sweeper {
    /// Sweeps all that lies beside an agent's folder (`ROOT/SOCKET/AGENT`), unless that was done a moment ago.
    pub(super) fn sweep(&mut self, folder: &Path, whole: Whole, now: Moment) {
        let due = self.last.is_none_or(|last| now.steady.saturating_duration_since(last) >= EVERY);
        let Some(root) = folder.parent().and_then(Path::parent).filter(|_| due) else { return };
        self.last = Some(now.steady);
        sweep(root, whole, now.wall.into());
    }
}

/// What cannot be removed is there the next time, too.
fn sweep(root: &Path, whole: Whole, now: SystemTime) {
    let folders: Vec<PathBuf> = below(root).iter().flat_map(|socket| below(socket)).collect();
    let mut all: Vec<Old> = folders.iter().flat_map(|folder| casts(folder)).collect();
    all.sort_by_key(|file| file.written);
    let mut total: u64 = all.iter().map(|file| file.size).sum();
    let old = |file: &Old| now.duration_since(file.written).is_ok_and(|age| age > DAY * whole.days);
    for file in all {
        if !old(&file) && total <= u64::from(whole.megabytes) * 1_000_000 {
            break;
        }
        if !is_written(&file.path) && fs::remove_file(&file.path).is_ok() {
            total = total.saturating_sub(file.size);
        }
    }
    for folder in folders {
        let written = fs::symlink_metadata(&folder).and_then(|folder| folder.modified());
        if written.is_ok_and(|written| now.duration_since(written).is_ok_and(|age| age > EMPTY_FOR)) {
            // Fails, as it should, where there is anything in it.
            let _ = fs::remove_dir(&folder);
        }
    }
}

/// The directories in a directory; a link is none.
fn below(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()).collect()
}

fn casts(folder: &Path) -> Vec<Old> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let old = |entry: fs::DirEntry| {
        let (path, facts) = (entry.path(), entry.metadata().ok()?);
        let is_ours = facts.is_file() && path.extension().is_some_and(|kind| kind == "cast");
        is_ours.then_some(Old { written: facts.modified().ok()?, size: facts.len(), path })
    };
    entries.filter_map(old).collect()
}

/// Whether somebody records into it: whoever does holds its lock. What cannot be asked is taken for such.
fn is_written(path: &Path) -> bool {
    File::open(path).map_or(true, |file| flock(&file, FlockOperation::NonBlockingLockExclusive).is_err())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn now() -> SystemTime {
        crate::adapter::clock::now().wall.into()
    }

    /// Files as `AGENT/NAME`, each with its size in kilobytes and its age in days.
    fn records(files: &[(&str, usize, u32)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, kilobytes, days) in files {
            let path = dir.path().join("default").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, vec![0; kilobytes * 1000]).unwrap();
            let file = File::options().write(true).open(&path).unwrap();
            file.set_modified(now() - DAY * *days).unwrap();
        }
        dir
    }

    #[track_caller]
    fn check(dir: &tempfile::TempDir, whole: Whole, left: &[&str]) {
        sweep(dir.path(), whole, now());
        let files = below(&dir.path().join("default")).into_iter().flat_map(|folder| fs::read_dir(folder).unwrap());
        let mut names: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, left);
    }

    #[test]
    fn what_is_old_goes_and_nothing_that_is_no_recording() {
        let dir = records(&[("a/1.cast", 1, 20), ("a/2.cast", 1, 3), ("b/3.cast", 1, 15), ("b/notes", 1, 99)]);
        check(&dir, Whole { megabytes: 500, days: 14 }, &["2.cast", "notes"]);
    }

    #[test]
    fn where_all_are_too_large_the_oldest_of_all_agents_goes() {
        let dir = records(&[("a/1.cast", 600, 3), ("a/2.cast", 600, 1), ("b/3.cast", 600, 2)]);
        check(&dir, Whole { megabytes: 1, days: 14 }, &["2.cast"]);
    }

    #[test]
    fn what_is_being_recorded_stays() {
        let dir = records(&[("a/1.cast", 900, 20), ("a/2.cast", 900, 1)]);
        let held = File::open(dir.path().join("default/a/1.cast")).unwrap();
        flock(&held, FlockOperation::NonBlockingLockExclusive).unwrap();
        check(&dir, Whole { megabytes: 1, days: 14 }, &["1.cast"]);
    }

    #[test]
    fn an_empty_folder_goes_once_nobody_can_be_about_to_write_there() {
        let dir = records(&[("a/1.cast", 1, 20)]);
        check(&dir, Whole::default(), &[]);
        let folder = dir.path().join("default/a");
        assert!(folder.exists(), "it was used a moment ago");
        let later = folder.metadata().unwrap().modified().unwrap() + 2 * EMPTY_FOR;
        sweep(dir.path(), Whole::default(), later);
        assert!(!folder.exists());
    }
}
