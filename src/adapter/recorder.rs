//! The flight recorder's files: the last minutes of each agent, bounded, in the program's own state directory.
//!
//! One thread writes for everybody, and nobody waits for it: what it cannot take is left out, and the record says so.
//! A disk that is full ends the recording of that agent, with the reason, and nothing else.
#![expect(clippy::disallowed_methods, reason = "the recorder's own files; nothing of the user's")]

mod sweep;

use std::{
    collections::HashMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use jiff::Timestamp;
use rustix::fs::{FlockOperation, OFlags, flock};
use serde::{Deserialize, Serialize};

use self::sweep::Sweeper;
pub use self::sweep::Whole;
use super::exec::{Content, Exec};
use crate::{
    fleet::{
        cast::{self, Cast, Decoder, Event, GAP, Head, RESET, What, file_name},
        ids::Socket,
        reading::Why,
        words::short,
    },
    screen::Size,
};

/// How many bytes may wait for the disk, of all agents together.
const MOST_WAITING: usize = 4 << 20;

/// A file is at most two parts of what is kept, beside its pictures: one that it had when it was taken up again, and one.
const PARTS: u64 = 16;

/// The most that one piece becomes in a file: what is read from a pipe at once, if all of it must be escaped.
const LARGEST_PIECE: u64 = 400_000;

/// The first line, and the markers that the recorder itself writes.
const AROUND: u64 = 2000;

/// From how long on a silence before a file is taken up again is told.
const TOLD: Duration = Duration::from_secs(1);

/// The most files that are read of one agent.
const MOST_FILES: usize = 1000;

/// Whose record is kept, and how much of it: what a watcher asks the tap for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// The agent's name.
    pub agent: String,
    /// The most that is kept of it, in megabytes.
    pub megabytes: u32,
    /// What is kept of all of them.
    #[serde(default)]
    pub whole: Whole,
}

/// Where the records of this machine's agents are: `mosaic-top/records` under the state directory.
#[must_use]
pub fn root() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    Some(state.join("mosaic-top/records"))
}

/// Where one agent's record is.
#[must_use]
pub fn folder(root: &Path, socket: &Socket, agent: &str) -> PathBuf {
    root.join(file_name(socket.name())).join(file_name(agent))
}

/// The agents of a server of whom there is a record, as their folders are called.
#[must_use]
pub fn recorded(root: &Path, socket: &Socket) -> Vec<String> {
    let entries = fs::read_dir(root.join(file_name(socket.name()))).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// The recordings of a folder, the older ones first; one that is no recording is passed over with a word in the log.
pub async fn read_folder(exec: &dyn Exec, folder: &Path) -> Result<Vec<Cast>, Why> {
    let files = files(folder).map_err(|error| Why::new(format!("{}: {error}", folder.display())))?;
    let paths: Vec<PathBuf> = files.into_iter().map(|(path, _)| path).take(MOST_FILES).collect();
    let mut casts = Vec::new();
    for (path, read) in paths.iter().zip(exec.read(paths.clone(), cast::LONGEST_FILE).await) {
        match read.map_err(|error| Why::new(error.to_string())).and_then(|content| read_cast(&content)) {
            Ok(cast) => casts.push(cast),
            Err(why) => tracing::warn!(path = %path.display(), %why, "a recording was passed over"),
        }
    }
    Ok(casts)
}

/// One recording, anybody's.
pub async fn read_file(exec: &dyn Exec, path: &Path) -> Result<Cast, Why> {
    let content = exec.read(vec![path.to_owned()], cast::LONGEST_FILE).await.pop();
    let content = content.ok_or_else(|| Why::new("no answer"))?.map_err(|error| Why::new(error.to_string()))?;
    read_cast(&content).map_err(|why| Why::new(format!("{}: {why}", path.display())))
}

fn read_cast(content: &Content) -> Result<Cast, Why> {
    cast::read(&content.bytes)
}

/// The recordings in a folder with their sizes, by their names, which is by their age.
fn files(folder: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if path.extension().is_some_and(|kind| kind == "cast") && entry.file_type()?.is_file() {
            files.push((path, entry.metadata().map_or(0, |file| file.len())));
        }
    }
    files.sort();
    Ok(files)
}

/// Told why a recording has ended.
type Ended = Box<dyn Fn(String) + Send>;

/// The writing thread, from where recordings are begun.
#[derive(Clone)]
pub struct Recorder {
    jobs: mpsc::Sender<(u64, Job)>,
    waiting: Arc<AtomicUsize>,
    next: Arc<AtomicU64>,
}

enum Job {
    Open { folder: PathBuf, title: String, budget: u64, whole: Whole, alive: Weak<()>, ended: Ended },
    Begin { fresh: bool, size: Size, at: Timestamp, picture: Vec<u8> },
    Bytes { at: Timestamp, bytes: Vec<u8> },
    Picture { size: Size, at: Timestamp, picture: Vec<u8> },
    Mark { at: Timestamp, words: String },
}

/// One agent's recording. Dropping it ends it.
pub struct Track {
    recorder: Recorder,
    id: u64,
    _alive: Arc<()>,
    /// How many bytes are written after one beginning before there is to be another.
    part: usize,
}

impl Recorder {
    /// Starts the writing thread.
    pub fn start() -> io::Result<Self> {
        let (jobs, inbox) = mpsc::channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let taken = Arc::clone(&waiting);
        std::thread::Builder::new().name("recorder".into()).spawn(move || write_all(&inbox, &taken))?;
        Ok(Self { jobs, waiting, next: Arc::default() })
    }

    /// Begins a recording in a folder; `ended` is told why it ended, should it.
    pub fn track(&self, folder: PathBuf, wish: &Wish, ended: impl Fn(String) + Send + 'static) -> Track {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let alive = Arc::new(());
        let budget = u64::from(wish.megabytes.max(1)) * 1_000_000;
        let track = Track {
            recorder: self.clone(),
            id,
            part: usize::try_from(budget / PARTS).unwrap_or(usize::MAX),
            _alive: Arc::clone(&alive),
        };
        let (title, alive) = (wish.agent.clone(), Arc::downgrade(&alive));
        // It needs no room.
        let (whole, ended) = (wish.whole, Box::new(ended));
        let _ = track.push(0, Job::Open { folder, title, budget, whole, alive, ended });
        track
    }
}

impl Track {
    /// How many bytes, as [`cast::cost`] counts them, are to be written after one beginning at most.
    #[must_use]
    pub fn part(&self) -> usize {
        self.part
    }

    /// A file begins with this picture: the last one taken up again, or a fresh one. False when it cannot be taken.
    #[must_use]
    pub fn begin(&self, fresh: bool, size: Size, at: Timestamp, picture: Vec<u8>) -> bool {
        self.push(picture.len(), Job::Begin { fresh, size, at, picture })
    }

    /// The pane printed. False when it cannot be taken.
    #[must_use]
    pub fn bytes(&self, at: Timestamp, bytes: Vec<u8>) -> bool {
        self.push(bytes.len(), Job::Bytes { at, bytes })
    }

    /// A whole picture takes the place of what was there. False when it cannot be taken.
    #[must_use]
    pub fn picture(&self, size: Size, at: Timestamp, picture: Vec<u8>) -> bool {
        self.push(picture.len(), Job::Picture { size, at, picture })
    }

    /// A marker. False when it cannot be taken.
    #[must_use]
    pub fn mark(&self, at: Timestamp, words: String) -> bool {
        self.push(words.len(), Job::Mark { at, words })
    }

    /// Whether there is room for so much.
    fn push(&self, bytes: usize, job: Job) -> bool {
        let waiting = &self.recorder.waiting;
        if waiting.fetch_add(bytes, Ordering::Relaxed) + bytes > MOST_WAITING {
            waiting.fetch_sub(bytes, Ordering::Relaxed);
            return false;
        }
        self.recorder.jobs.send((self.id, job)).is_ok()
    }
}

/// The writing thread: ends when nobody can send it anything any more.
fn write_all(inbox: &mpsc::Receiver<(u64, Job)>, waiting: &AtomicUsize) {
    let mut reels: HashMap<u64, Reel> = HashMap::new();
    let mut sweeper = Sweeper::default();
    while let Ok((id, job)) = inbox.recv() {
        let bytes = match &job {
            Job::Begin { picture, .. } | Job::Picture { picture, .. } => picture.len(),
            Job::Bytes { bytes, .. } => bytes.len(),
            Job::Mark { words, .. } => words.len(),
            Job::Open { .. } => 0,
        };
        if let Job::Open { folder, title, budget, whole, alive, ended } = job {
            reels.retain(|_, reel| reel.alive.strong_count() > 0);
            sweeper.sweep(&folder, whole, super::clock::now());
            reels.insert(id, Reel { folder, title, budget, alive, ended, file: None, decoder: Decoder::default() });
        } else if let Some(reel) = reels.get_mut(&id)
            && let Err(error) = reel.write(job)
        {
            (reel.ended)(format!("{}: {error}", reel.folder.display()));
            reels.remove(&id);
        }
        waiting.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// One agent's files while they are written.
struct Reel {
    folder: PathBuf,
    title: String,
    budget: u64,
    alive: Weak<()>,
    ended: Ended,
    file: Option<Open>,
    decoder: Decoder,
}

struct Open {
    file: File,
    head: Head,
}

impl Reel {
    fn write(&mut self, job: Job) -> io::Result<()> {
        match job {
            Job::Begin { fresh, size, at, picture } => self.begin(fresh, size, at, &picture),
            Job::Bytes { at, bytes } => {
                let text = self.decoder.text(&bytes);
                self.say(at, What::Output(text))
            }
            Job::Picture { size, at, picture } => self.picture(size, at, &picture),
            Job::Mark { at, words } => self.say(at, What::Mark(words)),
            Job::Open { .. } => Ok(()),
        }
    }

    fn begin(&mut self, fresh: bool, size: Size, at: Timestamp, picture: &[u8]) -> io::Result<()> {
        private(&self.folder)?;
        // One at a time: otherwise this very file would be found taken.
        self.file = None;
        let part = self.budget / PARTS;
        let needs = part + part.max(LARGEST_PIECE) + cast::cost(picture) as u64 + AROUND;
        self.make_room(needs)?;
        if let Some((open, silence)) = if fresh { None } else { self.last(part) } {
            self.file = Some(open);
            if silence > TOLD {
                self.say(at, What::Mark(format!("{GAP} {}", short(silence))))?;
            }
            return self.picture(size, at, picture);
        }
        self.file = Some(self.fresh(size, at)?);
        self.draw(at, "", picture)
    }

    /// Removes the oldest files until so much more may be written.
    fn make_room(&self, needs: u64) -> io::Result<()> {
        if needs > self.budget {
            return Err(io::Error::other(format!("a picture of this pane needs {needs} of {} bytes", self.budget)));
        }
        let files = files(&self.folder)?;
        let mut total: u64 = files.iter().map(|(_, size)| size).sum();
        for (path, size) in files {
            if total + needs <= self.budget {
                break;
            }
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => total -= size,
            }
        }
        Ok(())
    }

    /// The newest file, if it is small enough and nobody writes it; and for how long nobody has.
    fn last(&self, part: u64) -> Option<(Open, Duration)> {
        let (path, _) = files(&self.folder).ok()?.pop().filter(|(_, size)| *size <= part)?;
        let flags = OFlags::NOFOLLOW.bits().cast_signed();
        let mut file = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path).ok()?;
        flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
        let mut line = String::new();
        BufReader::new(file.try_clone().ok()?.take(8192)).read_line(&mut line).ok()?;
        let head = Head::read(&line).ok()?;
        let written = file.metadata().ok()?.modified().ok()?;
        let silence = super::clock::now().wall.duration_since(Timestamp::try_from(written).ok()?);
        // Whoever wrote it last may have been killed within a line.
        file.seek(SeekFrom::End(-1)).ok()?;
        let mut end = [0];
        file.read_exact(&mut end).ok()?;
        if end != *b"\n" {
            file.write_all(b"\n").ok()?;
        }
        Some((Open { file, head }, Duration::try_from(silence).unwrap_or_default()))
    }

    fn fresh(&self, size: Size, at: Timestamp) -> io::Result<Open> {
        let began = Timestamp::from_second(at.as_second()).unwrap_or(at);
        let head = Head { size, began, title: self.title.clone() };
        for attempt in 0..100 {
            let name = format!("{:013}-{}-{attempt}.cast", at.as_millisecond(), std::process::id());
            let path = self.folder.join(name);
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                opened => {
                    let mut file = opened?;
                    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
                    file.write_all(head.line().as_bytes())?;
                    return Ok(Open { file, head });
                }
            }
        }
        Err(io::Error::other("no free name for a recording"))
    }

    fn picture(&mut self, size: Size, at: Timestamp, picture: &[u8]) -> io::Result<()> {
        self.say(at, What::Resize(size))?;
        self.draw(at, RESET, picture)
    }

    /// What follows a picture follows nothing that came before it.
    fn draw(&mut self, at: Timestamp, before: &str, picture: &[u8]) -> io::Result<()> {
        self.decoder = Decoder::default();
        let text = self.decoder.text(picture);
        self.say(at, What::Output(format!("{before}{text}")))
    }

    fn say(&mut self, at: Timestamp, what: What) -> io::Result<()> {
        let Some(Open { file, head }) = &mut self.file else { return Ok(()) };
        file.write_all(Event { at: head.since(at), what }.line().as_bytes())
    }
}

/// Makes a folder that is ours alone, with all that it stands in.
fn private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let facts = fs::symlink_metadata(folder)?;
    let ours = facts.is_dir() && facts.uid() == nix::unistd::geteuid().as_raw();
    if !ours {
        return Err(io::Error::other("it is not a directory of this user; move it away"));
    }
    if facts.permissions().mode() & 0o077 != 0 {
        return Err(io::Error::other("others may enter it; run chmod 700 on it"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
