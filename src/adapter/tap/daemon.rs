//! The tap as a process: started by the first watcher, in a session of its own, alone on its server.
//!
//! `start` is the short-lived half that a watcher runs and waits for; it answers when the tap listens. `serve` is the
//! tap itself. Whoever comes second finds the lock held and leaves.
#![expect(clippy::disallowed_methods, reason = "the tap's own process, socket and lock; nothing of the user's")]

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, ErrorKind, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::Path,
    process::{Command, Stdio},
};

use rustix::fs::{FlockOperation, flock};
use tokio::net::UnixListener;

use super::{binary::Binary, hub::Hub, place::Place, scope, server::Server};
use crate::fleet::{ids::Socket, reading::Why};

/// What the tap says on its standard output once it listens.
const READY: &str = "ready";

/// Starts the tap of a server and waits until it listens. For the hidden verb `__tap`.
pub fn start(binary: &Path, socket: &Socket, server: u32) -> Result<(), Why> {
    let mut child = Command::new(binary)
        .args(words(socket, server))
        .arg("--serve")
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| Why::new(format!("{} cannot be started as a tap: {error}", binary.display())))?;
    let mut said = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut said).map_err(|error| Why::new(format!("the tap: {error}")))?;
    }
    match said.trim() {
        READY => Ok(()),
        "" => Err(Why::new("the tap ended without a word")),
        words => Err(Why::new(words)),
    }
}

/// The arguments of the hidden verb for one server.
#[must_use]
pub fn words(socket: &Socket, server: u32) -> Vec<String> {
    let mut words = vec!["__tap".to_owned(), "--server".to_owned(), server.to_string()];
    if let Socket::Named(name) = socket {
        words.extend(["--on".to_owned(), name.clone()]);
    }
    words
}

/// Closes every descriptor beyond the standard ones that the starter handed down unasked: a tap that outlives its
/// starter must not hold somebody's lock or pipe. To be called before anything is opened.
pub fn drop_inherited() {
    let listed = fs::read_dir("/dev/fd").into_iter().flatten().flatten();
    let inherited: Vec<i32> = listed.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for fd in inherited.into_iter().filter(|fd| *fd > 2) {
        // The listing's own descriptor is closed by now, and says so.
        let _ = nix::unistd::close(fd);
    }
}

/// Is the tap: listens, says so, serves to the end and clears up. For the hidden verb `__tap --serve`.
pub async fn serve(server: Server, place: &Place, binary: Binary) -> Result<(), Why> {
    // A session of its own: the login that started it may end. Fails only where it already leads one.
    let _ = nix::unistd::setsid();
    let ready = listen(place);
    let word = match &ready {
        Ok(_) => READY.to_owned(),
        Err(why) => why.to_string(),
    };
    // The starter may have been killed meanwhile; that is no reason not to serve.
    let _ = writeln!(io::stdout(), "{word}").and_then(|()| io::stdout().flush());
    let Some((listener, _lock)) = ready? else { return Ok(()) };
    tokio::spawn(enter_scope(server.clone()));
    let outcome = Hub::serve(server, binary, listener, &place.socket).await;
    place.clear().map_err(|error| Why::new(format!("cannot clear {}: {error}", place.dir.display())))?;
    outcome.map_err(|error| Why::new(error.to_string()))
}

/// A unit of its own, where there is a manager for it; the session of its own must do elsewhere.
async fn enter_scope(server: Server) {
    match scope::enter(&server).await {
        Ok(name) => tracing::debug!(name, "the tap has a unit of its own"),
        Err(why) => tracing::debug!(%why, "the tap has no unit of its own"),
    }
}

/// Takes the lock and listens; `None` when another tap is there already.
fn listen(place: &Place) -> Result<Option<(UnixListener, File)>, Why> {
    let said = |error: io::Error| Why::new(format!("the tap cannot listen at {}: {error}", place.socket.display()));
    let lock = loop {
        place.prepare()?;
        match lock(place) {
            // A tap that was just leaving took the empty directory with it.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            locked => break locked.map_err(said)?,
        }
    };
    let Some(lock) = lock else { return Ok(None) };
    match fs::remove_file(&place.socket) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(said(error)),
        _ => {}
    }
    let listener = UnixListener::bind(&place.socket).map_err(said)?;
    fs::set_permissions(&place.socket, fs::Permissions::from_mode(0o600)).map_err(said)?;
    Ok(Some((listener, lock)))
}

/// The lock of a living tap; `None` when somebody holds it.
fn lock(place: &Place) -> io::Result<Option<File>> {
    loop {
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&place.lock)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) => return Ok(None),
            locked => locked?,
        }
        // A tap that was just leaving may have removed the file that we locked: then this lock is nobody's.
        match fs::metadata(&place.lock) {
            Ok(there) if there.ino() == file.metadata()?.ino() => return Ok(Some(file)),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
}
