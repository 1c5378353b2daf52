//! This machine, changed: programs with standard input, whole files, lines of a log.
#![expect(clippy::disallowed_methods, reason = "the adapter is where files are touched")]

use std::{
    ffi::OsString,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::{
        fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::Duration,
};

use nix::fcntl::{Flock, FlockArg, OFlag};
use tokio::io::AsyncWriteExt;

use super::{
    Change, Hand, Held, LOCK_PATIENCE,
    amend::amend,
    client::{Client, StandBy},
};
use crate::{
    adapter::exec::{
        Answer, Argv, ExecError, FileError, Local, Output,
        local::{command, exit_code, not_started},
    },
    screen::Size,
};

/// Between two tries for the lock.
const LOCK_STEP: Duration = Duration::from_millis(5);

impl Hand for Local {
    fn change<'a>(&'a self, argv: &'a Argv, stdin: Vec<u8>, limit: Duration) -> Answer<'a, Result<Output, ExecError>> {
        Box::pin(async move {
            let program = argv.program().to_owned();
            match tokio::time::timeout(limit, fed(argv, &stdin)).await {
                Err(_) => Err(ExecError::TimedOut { program, limit }),
                Ok(Err(error)) => Err(not_started(program, &error)),
                Ok(Ok(done)) => {
                    let status = exit_code(&program, done.status)?;
                    Ok(Output { status, stdout: done.stdout, stderr: done.stderr })
                }
            }
        })
    }

    fn leave(&self, argv: &Argv) {
        let mut line = std::process::Command::new(argv.program());
        line.args(argv.words.iter().skip(1)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        for (variable, value) in &argv.env {
            match value {
                Some(value) => line.env(variable, value),
                None => line.env_remove(variable),
            };
        }
        // Nobody is left who could be told that it did not start.
        let _ = line.spawn();
    }

    fn attach(&self, argv: &Argv, size: Option<Size>) -> Result<Client, ExecError> {
        match size {
            Some(size) => Client::on_its_own(argv, size),
            None => Client::here(argv),
        }
    }

    fn stand_by(&self, argv: &Argv) -> Result<StandBy, ExecError> {
        let mut line = std::process::Command::new(argv.program());
        line.args(argv.words.iter().skip(1)).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        for (variable, value) in &argv.env {
            match value {
                Some(value) => line.env(variable, value),
                None => line.env_remove(variable),
            };
        }
        // What ends our terminal's foreground job must not end it.
        let child = line.process_group(0).spawn().map_err(|error| not_started(argv.program().to_owned(), &error))?;
        Ok(StandBy::of(child))
    }

    fn claim(&self, path: PathBuf, bytes: Vec<u8>) -> Answer<'_, Result<bool, FileError>> {
        Box::pin(blocking(path, move |path| claim(path, &bytes)))
    }

    fn write(&self, path: PathBuf, bytes: Vec<u8>) -> Answer<'_, Result<(), FileError>> {
        Box::pin(blocking(path, move |path| replace(path, &bytes)))
    }

    fn amend(&self, path: PathBuf, change: Change) -> Answer<'_, Result<bool, String>> {
        Box::pin(async move {
            let job = tokio::task::spawn_blocking(move || amend(&path, &change));
            job.await.unwrap_or_else(|error| Err(error.to_string()))
        })
    }

    fn remove(&self, path: PathBuf) -> Answer<'_, Result<bool, FileError>> {
        Box::pin(blocking(path, |path| match fs::remove_file(path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }))
    }

    fn hold(&self, path: PathBuf) -> Answer<'_, Result<Option<Held>, FileError>> {
        Box::pin(blocking(path, |path| {
            made(path)?;
            let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
            let held = Flock::lock(file, FlockArg::LockExclusiveNonblock).ok();
            Ok(held.map(|held| Box::new(held) as Held))
        }))
    }

    fn append(&self, path: PathBuf, line: Vec<u8>, most: u64) -> Answer<'_, Result<(), FileError>> {
        Box::pin(blocking(path, move |path| append(path, &line, most)))
    }

    fn append_now(&self, path: &Path, line: &[u8], most: u64) -> Result<(), FileError> {
        append(path, line, most).map_err(|error| written(path, &error))
    }
}

/// Runs a program with an input. A program that ends without reading all of it has its own words for that.
async fn fed(argv: &Argv, stdin: &[u8]) -> io::Result<std::process::Output> {
    let mut child = command(argv).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let pipe = child.stdin.take();
    let feed = async {
        if let Some(mut pipe) = pipe {
            let _ = pipe.write_all(stdin).await;
        }
    };
    let ((), done) = tokio::join!(feed, child.wait_with_output());
    done
}

async fn blocking<T: Send + 'static>(
    path: PathBuf,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T, FileError> {
    let asked = path.clone();
    let job = tokio::task::spawn_blocking(move || work(&path).map_err(|error| written(&path, &error)));
    job.await.unwrap_or_else(|error| Err(FileError::Failed { path: asked, why: error.to_string() }))
}

fn written(path: &Path, error: &io::Error) -> FileError {
    let why = match error.kind() {
        io::ErrorKind::PermissionDenied => "this user may not write there".to_owned(),
        _ => error.to_string(),
    };
    FileError::NotWritten { path: path.to_owned(), why }
}

fn made(path: &Path) -> io::Result<()> {
    match path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        Some(directory) => DirBuilder::new().recursive(true).mode(0o700).create(directory),
        None => Ok(()),
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    made(path)?;
    let fresh = beside(path, &format!(".{}.new", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    let done = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&fresh, path));
    if done.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    done
}

/// A link fails where there is something, and what it leads to is whole.
fn claim(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    made(path)?;
    let fresh = beside(path, &format!(".{}.new", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    let done = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::hard_link(&fresh, path));
    let _ = fs::remove_file(&fresh);
    match done {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

fn append(path: &Path, line: &[u8], most: u64) -> io::Result<()> {
    made(path)?;
    loop {
        let mut file = locked(path)?;
        // Somebody moved it aside between our opening and our lock: what we hold is the old one.
        if fs::metadata(path).map(|now| now.ino()).ok() != Some(file.metadata()?.ino()) {
            continue;
        }
        let before = file.metadata()?.len();
        if before > most {
            fs::rename(path, beside(path, ".1"))?;
            continue;
        }
        let mut whole = if ends_in_the_middle(&mut file, before)? { vec![b'\n'] } else { Vec::new() };
        whole.extend_from_slice(line);
        return match file.write(&whole) {
            Ok(wrote) if wrote == whole.len() => Ok(()),
            // Less than a line is no line: taken back, so that a full disk leaves nothing broken behind.
            Ok(_) => file.set_len(before).and_then(|()| Err(io::Error::from(io::ErrorKind::StorageFull))),
            Err(error) => Err(error),
        };
    }
}

/// The log, opened for appending and locked.
fn locked(path: &Path) -> io::Result<Flock<File>> {
    let flags = (OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits();
    let mut file =
        OpenOptions::new().read(true).append(true).create(true).mode(0o600).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut waited = Duration::ZERO;
    loop {
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(locked) => return Ok(locked),
            Err(_) if waited >= LOCK_PATIENCE => {
                return Err(io::Error::other(format!("another program has held its lock for {LOCK_PATIENCE:?}")));
            }
            Err((back, _)) => file = back,
        }
        thread::sleep(LOCK_STEP);
        waited += LOCK_STEP;
    }
}

/// Whether a writer died in the middle of its line.
fn ends_in_the_middle(file: &mut File, length: u64) -> io::Result<bool> {
    if length == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0_u8];
    file.read_exact(&mut last)?;
    Ok(last != [b'\n'])
}
