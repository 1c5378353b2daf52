//! This program's own file: which build it is, and how to start that very build again after the file was replaced.
//!
//! An upgrade puts another file in its place while dashboards and taps run on. What runs keeps the file that it was
//! started from, and Linux keeps a way to it. Starts nothing itself.

use std::{
    cmp::Ordering,
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use serde::{Deserialize, Serialize};

/// Where Linux shows what this process runs, whatever has become of the file.
const IMAGE: &str = "/proc/self/exe";

/// Which build somebody runs. Of two that differ one is newer: by version first, by the file's time then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// The package's version.
    pub version: String,
    /// When its file was last written, in nanoseconds since 1970; 0 where that cannot be told.
    pub made: u64,
}

impl Build {
    /// Whether this one is to take over from that one.
    #[must_use]
    pub fn is_newer_than(&self, other: &Self) -> bool {
        let order = release(&self.version).cmp(&release(&other.version));
        order.then(self.made.cmp(&other.made)) == Ordering::Greater
    }
}

/// The numbers of a version; what stands behind a `-` is left to the file's time.
fn release(version: &str) -> Vec<u64> {
    let numbers = version.split(['-', '+']).next().unwrap_or_default();
    numbers.split('.').map(|number| number.parse().unwrap_or(0)).collect()
}

/// A file of this program, as it was when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    path: PathBuf,
    /// Leads to what was looked at when the path does not any more.
    image: Option<PathBuf>,
    /// Device, inode and time of the last change.
    file: Option<(u64, u64, u64)>,
    build: Build,
}

impl Binary {
    /// What this process runs. To be asked for the first time at the program's start: later the path may be gone.
    #[must_use]
    pub fn ours() -> Self {
        static OURS: OnceLock<Binary> = OnceLock::new();
        OURS.get_or_init(|| {
            // Without its own path it cannot start a tap, and says so by the path that it tries.
            let path = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("mosaic-top"));
            match fs::metadata(IMAGE) {
                // By the pid, because it is somebody else who follows it: `sh`, or a tap.
                Ok(file) => Self::seen(path, Some(&file), Some(format!("/proc/{}/exe", std::process::id()).into())),
                Err(_) => Self::at(path),
            }
        })
        .clone()
    }

    /// The file at a path.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let file = fs::metadata(&path).ok();
        Self::seen(path, file.as_ref(), None)
    }

    fn seen(path: PathBuf, file: Option<&Metadata>, image: Option<PathBuf>) -> Self {
        let made = file.map_or(0, made);
        let build = Build { version: env!("CARGO_PKG_VERSION").to_owned(), made };
        Self { path, image, file: file.map(identity), build }
    }

    /// Which build it is.
    #[must_use]
    pub fn build(&self) -> &Build {
        &self.build
    }

    /// What to start to get this build: its path, or the running image once another file has taken its place. The
    /// latter is good for as long as this process lives.
    #[must_use]
    pub fn runnable(&self) -> &Path {
        let there = fs::metadata(&self.path).ok().as_ref().map(identity);
        match &self.image {
            Some(image) if there.is_none() || there != self.file => image,
            _ => &self.path,
        }
    }
}

fn identity(file: &Metadata) -> (u64, u64, u64) {
    (file.dev(), file.ino(), made(file))
}

fn made(file: &Metadata) -> u64 {
    let nanos = i128::from(file.mtime()) * 1_000_000_000 + i128::from(file.mtime_nsec());
    u64::try_from(nanos).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]
    use super::*;

    #[track_caller]
    fn check_newer(one: (&str, u64), other: (&str, u64), expected: bool) {
        let [one, other] = [one, other].map(|(version, made)| Build { version: version.to_owned(), made });
        assert_eq!(one.is_newer_than(&other), expected, "{one:?} against {other:?}");
        assert!(!(one.is_newer_than(&other) && other.is_newer_than(&one)), "never both");
    }

    #[test]
    fn the_version_decides_and_then_the_files_time() {
        check_newer(("0.2.0", 1), ("0.1.9", 9), true);
        check_newer(("0.10.0", 1), ("0.9.0", 1), true);
        check_newer(("0.1.0", 2), ("0.1.0", 1), true);
        check_newer(("0.1.0", 1), ("0.1.0", 1), false);
        check_newer(("0.1.0", 9), ("0.2.0-rc1", 1), false);
    }

    #[test]
    fn a_file_that_was_replaced_is_another_build_and_is_not_taken_for_the_one_that_runs() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mosaic-top");
        fs::write(&path, "old").unwrap();
        let file = fs::metadata(&path).unwrap();
        let image = PathBuf::from("/proc/1/exe");
        let running = Binary::seen(path.clone(), Some(&file), Some(image.clone()));
        assert_eq!(running.runnable(), path);
        let new = dir.path().join("new");
        fs::write(&new, "new").unwrap();
        fs::rename(&new, &path).unwrap();
        assert_eq!(running.runnable(), image);
        fs::remove_file(&path).unwrap();
        assert_eq!(running.runnable(), image);
    }
}
