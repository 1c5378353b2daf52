//! The operator's configuration file: looked at again and again, read when it is another one, never written.
//!
//! It is always this machine's, also when another one's fleet is shown.

use std::path::{Path, PathBuf};

use super::exec::{Content, Exec, FileError, Local, Stamp};

/// A configuration of hundreds of lines has some ten thousand bytes.
const CAP: usize = 1024 * 1024;

/// The file, and what of it is known.
#[derive(Debug)]
pub struct ConfigFile {
    path: PathBuf,
    named: bool,
    exec: Local,
    seen: Option<Seen>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    Stamp(Stamp),
    Error(FileError),
}

/// What looking at it gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigRead {
    /// Its text.
    Text(String),
    /// There is none.
    Missing(String),
    /// There is one, and it cannot be read.
    Failed(String),
}

impl ConfigFile {
    /// A file that was not looked at yet.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path, named: false, exec: Local::new(), seen: None }
    }

    /// The same, which somebody named: it has to be there.
    #[must_use]
    pub fn named(self) -> Self {
        Self { named: true, ..self }
    }

    /// Whether somebody named it.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.named
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is now; `None` when that is what it was at the last look.
    pub async fn look(&mut self) -> Option<ConfigRead> {
        let stat = self.exec.stat(self.path.clone()).await;
        let seen = stat.map_or_else(Seen::Error, Seen::Stamp);
        if self.seen.as_ref() == Some(&seen) {
            return None;
        }
        let read = self.exec.read(vec![self.path.clone()], CAP).await.pop();
        let (seen, found) = match read {
            Some(Ok(Content { bytes, stamp })) => (Seen::Stamp(stamp), self.text(bytes)),
            Some(Err(error @ FileError::Missing(_))) => {
                let words = error.to_string();
                (Seen::Error(error), ConfigRead::Missing(words))
            }
            Some(Err(error)) => {
                let words = error.to_string();
                (seen, ConfigRead::Failed(words))
            }
            None => (seen, ConfigRead::Failed(format!("{} gave no answer", self.path.display()))),
        };
        self.seen = Some(seen);
        Some(found)
    }

    fn text(&self, bytes: Vec<u8>) -> ConfigRead {
        match String::from_utf8(bytes) {
            Ok(text) => ConfigRead::Text(text),
            Err(_) => ConfigRead::Failed(format!("{} is not UTF-8 text", self.path.display())),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may fail loudly, and writes its own file")]
mod tests {
    use std::fs;

    use super::*;

    #[tokio::test]
    async fn it_is_read_once_and_again_whenever_it_is_another_one() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("c.yaml");
        let mut file = ConfigFile::new(path.clone());
        assert!(matches!(file.look().await, Some(ConfigRead::Missing(_))));
        assert_eq!(file.look().await, None);
        fs::write(&path, "a").unwrap();
        assert_eq!(file.look().await, Some(ConfigRead::Text("a".into())));
        assert_eq!(file.look().await, None);
        fs::write(&path, b"\xff\xfe").unwrap();
        assert!(matches!(file.look().await, Some(ConfigRead::Failed(words)) if words.contains("UTF-8")));
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(matches!(file.look().await, Some(ConfigRead::Failed(words)) if words.contains("no regular file")));
        assert_eq!(file.look().await, None);
    }
}
