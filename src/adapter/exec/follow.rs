//! Reading only what is new of a file, and what lies in a directory: the blocking half, for the local machine.
//!
//! It opens for reading, without blocking, and writes nothing.
#![expect(clippy::disallowed_methods, reason = "reads what the machine says, for the border")]

use std::{
    fs::{DirEntry, File, OpenOptions},
    io::{Read, Seek, SeekFrom},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use nix::fcntl::OFlag;

use super::{FileError, Stamp, local::stamp};

/// A file to be looked at again, and what is wanted of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    /// The file.
    pub path: PathBuf,
    /// What it was when it was last read.
    pub known: Option<Stamp>,
    /// What of it to read.
    pub part: Part,
    /// The most bytes to read.
    pub cap: usize,
}

/// What of a file to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it, when it is another one than was known.
    Whole,
    /// What was appended after this offset; its last bytes when it is another file, or was cut short.
    After(u64),
    /// Its first bytes.
    Head,
}

/// What there was to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Followed {
    /// Nothing new.
    Same,
    /// These bytes.
    New {
        /// The bytes.
        bytes: Vec<u8>,
        /// Where in the file they begin.
        from: u64,
        /// Whether they continue what was read before.
        continued: bool,
        /// The file they are from.
        stamp: Stamp,
    },
}

/// An entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is.
    pub stamp: Stamp,
}

/// Looks at one file.
pub(super) fn follow(ask: &Follow) -> Result<Followed, FileError> {
    let io = |error: std::io::Error| FileError::from_io(&ask.path, &error);
    let known = |now: &Stamp| match ask.part {
        Part::After(offset) => now.len == offset && ask.known.is_some_and(|known| known.inode == now.inode),
        Part::Whole | Part::Head => ask.known.as_ref() == Some(now),
    };
    // Mostly nothing is new, and a look at the metadata tells without opening it.
    let now = stamp(&std::fs::metadata(&ask.path).map_err(io)?);
    if known(&now) {
        return Ok(Followed::Same);
    }
    if !now.regular {
        return Err(FileError::NotRegular(ask.path.clone()));
    }
    let mut file = open(&ask.path).map_err(io)?;
    let stamp = stamp(&file.metadata().map_err(io)?);
    if !stamp.regular {
        return Err(FileError::NotRegular(ask.path.clone()));
    }
    let cap = ask.cap as u64;
    let (from, continued) = match ask.part {
        Part::Whole | Part::Head => (0, false),
        Part::After(offset) => {
            let same = ask.known.is_some_and(|known| known.inode == stamp.inode) && stamp.len >= offset;
            if same { (offset, true) } else { (stamp.len.saturating_sub(cap), false) }
        }
    };
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from)).map_err(io)?;
    file.take(cap).read_to_end(&mut bytes).map_err(io)?;
    if ask.part == Part::Whole && stamp.len > cap {
        return Err(FileError::TooBig { path: ask.path.clone(), cap: ask.cap });
    }
    Ok(Followed::New { bytes, from, continued, stamp })
}

/// What lies in a directory, with what a link points to; at most so many. Fewer are all that there are.
pub(super) fn list(path: &Path, most: usize) -> Result<Vec<Entry>, FileError> {
    let io = |error: std::io::Error| FileError::from_io(path, &error);
    let told = |entry: std::io::Result<DirEntry>| {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return Some(Err(io(error))),
        };
        let name = entry.file_name().into_string().ok()?;
        // What a link leads to may be out of reach: the link itself is there all the same.
        let meta = std::fs::metadata(entry.path()).or_else(|_| entry.metadata()).ok()?;
        Some(Ok(Entry { name, stamp: stamp(&meta) }))
    };
    std::fs::read_dir(path).map_err(io)?.filter_map(told).take(most).collect()
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits()).open(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    use super::*;

    /// A listing that is cut short must not look like a whole one.
    #[test]
    fn names_that_are_no_text_do_not_count_among_the_most() {
        let dir = tempfile::tempdir().unwrap();
        for n in 0..40_u8 {
            std::fs::write(dir.path().join(OsStr::from_bytes(&[0xff, b'a' + n % 20, b'a' + n / 20])), "").unwrap();
        }
        for name in ["a", "b", "c"] {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        assert_eq!(list(dir.path(), 2).unwrap().len(), 2);
        assert_eq!(list(dir.path(), 10).unwrap().len(), 3);
    }
}
