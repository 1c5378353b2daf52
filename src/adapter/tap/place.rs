//! Where the tap of a server listens: a directory that only its owner can enter, a name that only that server has.

use std::{
    fs,
    io::{self, ErrorKind},
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::fleet::{ids::Socket, reading::Why};

/// `sun_path` holds 108 bytes with its end mark on Linux, 104 on macOS.
const LONGEST_PATH: usize = 103;

/// The tap's place: its socket and the lock that keeps it alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The directory, 0700 and ours.
    pub dir: PathBuf,
    /// The unix socket.
    pub socket: PathBuf,
    /// Held by the living tap.
    pub lock: PathBuf,
}

impl Place {
    /// The place of a server's tap. It lies beside tmux's own sockets, so that everybody who finds the server finds
    /// the tap, with or without `XDG_RUNTIME_DIR`; the server's pid keeps a new server apart from an old one.
    pub fn of(tmux_tmpdir: &Path, uid: u32, socket: &Socket, server: u32) -> Result<Self, Why> {
        let dir = tmux_tmpdir.join(format!("mosaic-top-{uid}"));
        let label = match socket {
            Socket::Default => "default",
            Socket::Named(name) => name,
        };
        let short: String = label.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
        let path = dir.join(format!("{short}-{server}"));
        if path.as_os_str().len() > LONGEST_PATH {
            let longest = LONGEST_PATH;
            return Err(Why::new(format!("{} is longer than a socket's path may be ({longest})", path.display())));
        }
        Ok(Self { dir, lock: path.with_extension("lock"), socket: path })
    }

    /// Makes the directory, or makes sure that it is ours alone.
    pub fn prepare(&self) -> Result<(), Why> {
        match fs::DirBuilder::new().mode(0o700).create(&self.dir) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => self.check(),
            Err(error) => Err(Why::new(format!("cannot make {}: {error}", self.dir.display()))),
        }
    }

    /// Refuses a directory that somebody else could have prepared for us.
    pub fn check(&self) -> Result<(), Why> {
        let dir = self.dir.display();
        let facts = fs::symlink_metadata(&self.dir).map_err(|error| Why::new(format!("{dir}: {error}")))?;
        let mode = facts.permissions().mode();
        if !facts.is_dir() {
            return Err(Why::new(format!("{dir} is not a directory, so nothing listens there; move it away")));
        }
        if facts.uid() != nix::unistd::geteuid().as_raw() {
            let uid = facts.uid();
            return Err(Why::new(format!(
                "{dir} belongs to uid {uid}, so nothing listens there; have it moved away, or set TMUX_TMPDIR"
            )));
        }
        if mode & 0o077 != 0 {
            return Err(Why::new(format!(
                "{dir} may be entered by others (mode {:o}); run chmod 700 on it",
                mode & 0o777
            )));
        }
        Ok(())
    }

    /// Removes what the tap leaves: its socket and its lock, and the directory when it was the last.
    #[expect(clippy::disallowed_methods, reason = "the tap's own files; nothing of the user's")]
    pub fn clear(&self) -> io::Result<()> {
        for path in [&self.socket, &self.lock] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        match fs::remove_dir(&self.dir) {
            // Another server's tap still lives there.
            Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty) => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::disallowed_methods)]
    use super::*;

    fn place(dir: &Path) -> Place {
        Place::of(dir, 1000, &Socket::Named("mosaic-fleet".into()), 42).unwrap()
    }

    #[test]
    fn two_servers_on_one_socket_have_two_places() {
        let dir = Path::new("/tmp");
        let other = Place::of(dir, 1000, &Socket::Named("mosaic-fleet".into()), 43).unwrap();
        assert_ne!(place(dir).socket, other.socket);
        assert_eq!(place(dir).socket, Path::new("/tmp/mosaic-top-1000/mosaicfleet-42"));
    }

    #[test]
    fn a_path_too_long_for_a_socket_is_said() {
        let dir = PathBuf::from("/tmp").join("x".repeat(120));
        let why = Place::of(&dir, 0, &Socket::Default, 1).unwrap_err();
        assert!(why.words().contains("longer than a socket's path"), "{why}");
    }

    #[test]
    fn a_directory_that_others_may_enter_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let place = place(dir.path());
        place.prepare().unwrap();
        place.prepare().unwrap();
        fs::set_permissions(&place.dir, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(place.prepare().unwrap_err().words().contains("chmod 700"));
    }

    #[test]
    fn a_link_in_the_directorys_place_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let place = place(dir.path());
        std::os::unix::fs::symlink("/tmp", &place.dir).unwrap();
        assert!(place.prepare().unwrap_err().words().contains("not a directory"));
    }

    #[test]
    fn nothing_is_left_behind() {
        let dir = tempfile::tempdir().unwrap();
        let place = place(dir.path());
        place.prepare().unwrap();
        fs::write(&place.socket, "").unwrap();
        place.clear().unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
