//! The program's own log file: private to its owner, and bounded.
//!
//! Never on the screen and never a reason to stop: whoever cannot open it says so once and goes on without.
#![expect(clippy::disallowed_methods, reason = "the adapter is where files are touched")]

use std::{
    fs::{DirBuilder, File, OpenOptions, rename},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

/// At this size (5 MiB, weeks at the default level) the log moves to `….log.1`, in place of the one before it.
const CAP: u64 = 5 * 1024 * 1024;

/// Opens the log for appending, mode 0600 in a directory of mode 0700, after moving a full one aside.
pub fn open(path: &Path) -> io::Result<File> {
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    if path.metadata().is_ok_and(|file| file.is_file() && file.len() > CAP) {
        rename(path, rotated(path))?;
    }
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

fn rotated(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".1");
    name.into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failure is the test's failure")]
mod tests {
    use std::{io::Write, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn the_log_and_its_directory_are_private() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("state/mosaic-top/mosaic-top.log");
        open(&path).unwrap().write_all(b"a line\n").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn a_full_log_moves_aside_and_only_one_old_one_is_kept() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("mosaic-top.log");
        for _ in 0..2 {
            File::create(&path).unwrap().set_len(CAP + 1).unwrap();
            open(&path).unwrap();
            assert_eq!(path.metadata().unwrap().len(), 0, "a full log was appended to");
        }
        assert_eq!(home.path().read_dir().unwrap().count(), 2);
    }
}
