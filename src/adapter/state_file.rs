//! The file of what is remembered between two starts: read whole, and replaced at once, so that of several dashboards the
//! last one to write wins and nobody ever reads half a file. It is this program's own and no file of the fleet.
#![expect(clippy::disallowed_methods, reason = "the adapter is where files are touched")]

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process,
};

/// Some hundred bytes a fleet, of fifty fleets; more is no such file.
const CAP: u64 = 256 * 1024;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateFile {
    path: PathBuf,
}

impl StateFile {
    /// The file at this path, which need not exist.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its text; `None` when there is none.
    pub fn read(&self) -> io::Result<Option<String>> {
        match self.path.metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
            Ok(meta) if !meta.is_file() => return Err(io::Error::other("it is no regular file")),
            Ok(meta) if meta.len() > CAP => return Err(io::Error::other("it is too large to be this program's")),
            Ok(_) => {}
        }
        let mut bytes = Vec::new();
        fs::File::open(&self.path)?.take(CAP).read_to_end(&mut bytes)?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Replaces it: mode 0600, in a directory of mode 0700 that is made if it is missing.
    pub fn replace(&self, text: &str) -> io::Result<()> {
        if let Some(directory) = self.path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        }
        let fresh = self.path.with_extension(format!("{}.new", process::id()));
        let written = (|| {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
            file.write_all(text.as_bytes())?;
            fs::rename(&fresh, &self.path)
        })();
        if written.is_err() {
            // What is left of it is of no use to anybody, and may be gone already.
            let _ = fs::remove_file(&fresh);
        }
        written
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failure is the test's failure")]
mod tests {
    use std::{os::unix::fs::PermissionsExt, thread};

    use super::*;

    #[test]
    fn what_was_written_is_read_and_private() {
        let home = tempfile::tempdir().unwrap();
        let file = StateFile::new(home.path().join("state/mosaic-top/state.json"));
        assert_eq!(file.read().unwrap(), None);
        file.replace("one").unwrap();
        file.replace("two").unwrap();
        assert_eq!(file.read().unwrap().as_deref(), Some("two"));
        assert_eq!(file.path().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(file.path().parent().unwrap().read_dir().unwrap().count(), 1, "something was left over");
    }

    #[test]
    fn nobody_ever_reads_half_a_file() {
        let home = tempfile::tempdir().unwrap();
        let file = StateFile::new(home.path().join("state.json"));
        let texts = ["a".repeat(100_000), "b".repeat(100_000)];
        file.replace(&texts[0]).unwrap();
        let writer = {
            let (file, texts) = (file.clone(), texts.clone());
            thread::spawn(move || (0..200).for_each(|i| file.replace(&texts[i % 2]).unwrap()))
        };
        while !writer.is_finished() {
            let read = file.read().unwrap().unwrap();
            assert!(texts.contains(&read), "{} bytes of a mixture", read.len());
        }
        writer.join().unwrap();
    }

    #[test]
    fn a_place_that_cannot_be_written_is_an_error_and_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let file = StateFile::new(home.path().join("state.json"));
        fs::create_dir(file.path()).unwrap();
        assert!(file.read().is_err() && file.replace("x").is_err());
        assert_eq!(home.path().read_dir().unwrap().count(), 1);
    }
}
