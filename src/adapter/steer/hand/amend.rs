//! Changes a file that another program writes, too: under a lock, in one step, looked at again afterwards. Mode, owner
//! and a link in its place stay.
#![expect(clippy::disallowed_methods, reason = "the adapter is where files are touched")]

use std::{
    ffi::OsString,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use nix::{
    fcntl::{Flock, FlockArg, OFlag},
    unistd::{Gid, Uid, chown},
};

use super::{Change, LOCK_PATIENCE};

/// Between two tries for the lock.
const LOCK_STEP: Duration = Duration::from_millis(5);
/// A program that does not lock may write between our reading and our writing: then it is done again, so often.
const TRIES: u32 = 3;

/// Whether something was changed. Blocks for as long as others hold the lock.
pub(super) fn amend(path: &Path, change: &Change) -> Result<bool, String> {
    let said = |what: &'static str| move |error: io::Error| format!("{what}: {error}");
    if let Some(directory) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(said("its directory"))?;
    }
    let _lock = locked(&beside(path, ".mosaic-lock")).map_err(said("its lock"))?;
    let mut wrote = false;
    for _ in 0..=TRIES {
        let real = resolved(path).map_err(said("its link"))?;
        let text = match fs::read(&real) {
            Ok(bytes) => Some(String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.to_string()),
        };
        // The second time this is the look at what was written.
        let Some(fresh) = change(text.as_deref())? else { return Ok(wrote) };
        let before = text.as_deref().map(str::as_bytes);
        wrote |= replace(&real, before, fresh.as_bytes()).map_err(said("it could not be written"))?;
    }
    Err(format!("another program took the change away {TRIES} times"))
}

/// Where a link leads; a link that leads nowhere is nobody's to fill.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_symlink() => fs::canonicalize(path),
        _ => Ok(path.to_owned()),
    }
}

/// Puts the bytes in the place of what was read there; `false`, and nothing is done, when that has changed since.
fn replace(path: &Path, read: Option<&[u8]>, bytes: &[u8]) -> io::Result<bool> {
    let before = fs::metadata(path).ok();
    let fresh = beside(path, &format!(".{}.new", std::process::id()));
    let written = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
        file.write_all(bytes)?;
        if let Some(before) = &before {
            let own = file.metadata()?;
            if (own.uid(), own.gid()) != (before.uid(), before.gid()) {
                chown(&fresh, Some(Uid::from_raw(before.uid())), Some(Gid::from_raw(before.gid())))?;
            }
            file.set_permissions(fs::Permissions::from_mode(before.mode() & 0o7777))?;
        }
        file.sync_all()?;
        let now = match fs::read(path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if now.as_deref() != read {
            return Ok(false);
        }
        fs::rename(&fresh, path).map(|()| true)
    };
    let done = written();
    if !matches!(done, Ok(true)) {
        let _ = fs::remove_file(&fresh);
    }
    done
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}

fn locked(path: &Path) -> io::Result<Flock<File>> {
    let flags = (OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_NOFOLLOW).bits();
    let mut file =
        OpenOptions::new().read(true).append(true).create(true).mode(0o600).custom_flags(flags).open(path)?;
    let mut waited = Duration::ZERO;
    loop {
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(locked) => return Ok(locked),
            Err(_) if waited >= LOCK_PATIENCE => {
                return Err(io::Error::other(format!("another program has held it for {LOCK_PATIENCE:?}")));
            }
            Err((back, _)) => file = back,
        }
        thread::sleep(LOCK_STEP);
        waited += LOCK_STEP;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failure is the test's failure")]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };

    use super::*;

    #[test]
    fn what_another_program_writes_meanwhile_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        fs::write(&path, "old").unwrap();
        let (theirs, first) = (path.clone(), AtomicBool::new(true));
        let change: Change = Arc::new(move |text| {
            // Between our reading and our writing, in one step as programs do.
            if first.swap(false, Ordering::Relaxed) {
                fs::write(theirs.with_extension("x"), "theirs").unwrap();
                fs::rename(theirs.with_extension("x"), &theirs).unwrap();
            }
            let text = text.unwrap_or_default();
            Ok((!text.ends_with("+ ours")).then(|| format!("{text} + ours")))
        });
        assert_eq!(amend(&path, &change), Ok(true));
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs + ours");
        let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "the file and its lock: {left:?}");
    }
}
