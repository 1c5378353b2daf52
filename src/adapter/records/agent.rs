//! One agent's record: which files it is made of, and what they say together.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{Asked, follower::Follower, homes::Homes, opencode::Database};
use crate::{
    adapter::exec::{Entry, Exec, FileError, Follow, Followed, Part, Stamp},
    fleet::{
        reading::{Reading, Why},
        record::{
            Record, RecordStatus,
            claude::{self, Owner, Session, Transcript},
        },
        words,
    },
};

/// A claude that is well writes its session file within 9 s of its start, also under load.
const READY_WITHIN: Duration = Duration::from_secs(15);
/// How often a file that is not there is looked for under its other names.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// The most projects that are looked into for it.
const MOST_PROJECTS: usize = 5_000;
/// A session file is some hundred bytes.
const SMALL: usize = 64 * 1024;

/// One agent whose record is read.
pub(super) struct Agent {
    asked: Asked,
    /// Where it is; the last that was known.
    pub(super) cwd: Option<String>,
    /// When its process started, by the clock on the wall.
    pub(super) started: Option<Timestamp>,
    /// `None` for a runtime whose record is not read.
    pub(super) kind: Option<Kind>,
}

/// What its record is made of.
pub(super) enum Kind {
    /// A session file by pid, and the transcript that it names.
    Claude(Claude),
    /// A log that must be found, below this directory.
    Log(Log),
    /// A data base.
    Database(Database),
}

/// Claude's files.
pub(super) struct Claude {
    home: PathBuf,
    session: Option<(Stamp, Result<Session, Why>)>,
    missing: Option<FileError>,
    transcript: Option<Follower>,
    /// Under which of its possible names the transcript is looked for, and until when not again.
    attempt: usize,
    rest_until: Option<Instant>,
    /// Whether no project at all has a transcript of its session; `None` while that was not looked for.
    unsaid: Option<bool>,
    turns: u64,
}

/// A log that is found by looking into a directory.
pub(super) struct Log {
    /// Codex or pi.
    pub(super) runtime: LogOf,
    /// The log that was found.
    pub(super) follower: Option<Follower>,
    /// Why none was.
    pub(super) why: Why,
    /// Turns that were seen in logs before this one.
    pub(super) turns: u64,
}

/// Whose log it is, and where its logs lie.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LogOf {
    /// The directory that has years in it.
    Codex(PathBuf),
    /// The agent directory, or the one directory of all sessions.
    Pi {
        /// `~/.pi/agent`.
        home: PathBuf,
        /// Where all sessions lie, when that is set.
        sessions: Option<PathBuf>,
    },
}

impl Kind {
    /// The record of a runtime; `None` for one whose record is not read.
    pub(super) fn of(runtime: &str, homes: &Homes) -> Option<Self> {
        let why = || Why::new("its log was not looked for yet");
        let log = |runtime| Self::Log(Log { runtime, follower: None, why: why(), turns: 0 });
        match runtime {
            "claude" => Some(Self::Claude(Claude {
                home: homes.claude.clone(),
                session: None,
                missing: None,
                transcript: None,
                attempt: 0,
                rest_until: None,
                unsaid: None,
                turns: 0,
            })),
            "codex" => Some(log(LogOf::Codex(homes.codex.join("sessions")))),
            "pi" => Some(log(LogOf::Pi { home: homes.pi.clone(), sessions: homes.pi_sessions.clone() })),
            "opencode" => Some(Self::Database(Database::new(homes.opencode.join("opencode.db")))),
            _ => None,
        }
    }
}

impl Agent {
    pub(super) fn new(asked: &Asked, homes: &Homes, started: Option<Timestamp>) -> Self {
        let kind = Kind::of(&asked.runtime, homes);
        Self { asked: asked.clone(), cwd: asked.cwd.clone(), started, kind }
    }

    /// Whether it is still the same process.
    pub(super) fn is(&self, asked: &Asked) -> bool {
        let one = |it: &'_ Asked| (it.pid, it.started_ticks, it.runtime.clone());
        one(&self.asked) == one(asked)
    }

    /// What is to be read of it now.
    pub(super) fn asks(&self, now: Instant) -> Vec<Follow> {
        match &self.kind {
            Some(Kind::Claude(claude)) => claude.asks(self.asked.pid, now),
            Some(Kind::Log(log)) => log.follower.iter().map(Follower::ask).collect(),
            Some(Kind::Database(database)) => database.asks(),
            None => Vec::new(),
        }
    }

    /// Whether it follows a transcript that was not read yet: one that this look has only just found.
    pub(super) fn has_begun_another(&self, now: Instant) -> bool {
        let Some(Kind::Claude(claude)) = &self.kind else { return false };
        claude.transcript.as_ref().is_some_and(|it| !it.was_read())
            && claude.rest_until.is_none_or(|until| now >= until)
    }

    /// Looks for a transcript where its name cannot be guessed, before that nothing was said is believed.
    pub(super) async fn seek(&mut self, exec: &dyn Exec) {
        if let Some(Kind::Claude(claude)) = &mut self.kind
            && claude.unsaid.is_none()
            && let Some(session) = claude.without_transcript().map(|session| session.session.clone())
        {
            claude.unsaid = Some(holds_none(exec, &claude.home.join("projects"), &session).await);
        }
    }

    /// Takes up what was read of a file of its.
    pub(super) fn take(&mut self, path: &Path, found: Result<Followed, FileError>, now: Instant) {
        let owner = self.owner();
        match &mut self.kind {
            Some(Kind::Claude(claude)) if path == claude.session_path(owner.pid) => claude.take_session(found, &owner),
            Some(Kind::Claude(claude)) => claude.take_transcript(found, now),
            Some(Kind::Log(log)) => {
                if let Some(follower) = log.follower.as_mut().filter(|follower| follower.path() == path) {
                    follower.take(found);
                }
            }
            Some(Kind::Database(database)) => database.take(path, &found),
            None => {}
        }
    }

    /// What its record says, or why there is none.
    pub(super) fn record(&self, now: Timestamp) -> Reading<Record> {
        match &self.kind {
            None => Reading::unknown(format!("{} keeps no record that is read here", self.asked.runtime)),
            Some(Kind::Claude(claude)) => claude.record(self.started, now),
            Some(Kind::Database(database)) => database.record(),
            Some(Kind::Log(log)) => match &log.follower {
                None => Reading::Unknown(log.why.clone()),
                Some(follower) => follower.record().into(),
            },
        }
    }

    fn owner(&self) -> Owner {
        let Asked { pid, started_ticks, pane, .. } = self.asked;
        Owner { pid, started_ticks, started: self.started, pane }
    }
}

impl Claude {
    fn session_path(&self, pid: u32) -> PathBuf {
        self.home.join(format!("sessions/{pid}.json"))
    }

    fn asks(&self, pid: u32, now: Instant) -> Vec<Follow> {
        let known = self.session.as_ref().map(|(stamp, _)| *stamp);
        let session = Follow { path: self.session_path(pid), known, part: Part::Whole, cap: SMALL };
        let resting = self.rest_until.is_some_and(|until| now < until);
        let transcript = self.transcript.as_ref().filter(|_| !resting).map(Follower::ask);
        [session].into_iter().chain(transcript).collect()
    }

    fn take_session(&mut self, found: Result<Followed, FileError>, owner: &Owner) {
        match found {
            Ok(Followed::Same) => self.missing = None,
            Err(error) => {
                self.missing = Some(error);
                self.session = None;
            }
            Ok(Followed::New { bytes, stamp, .. }) => {
                self.missing = None;
                let session = Session::parse(&bytes).and_then(|session| session.is_of(owner).map(|()| session));
                let before = self.session.as_ref().and_then(|(_, before)| before.as_ref().ok());
                // What it does now may have begun a transcript.
                self.unsaid = None;
                let other = session.as_ref().is_ok_and(|it| before.is_none_or(|was| was.session != it.session));
                self.session = Some((stamp, session));
                if other {
                    self.attempt = 0;
                    self.open_transcript();
                }
            }
        }
    }

    /// Follows the transcript of the present session, under the name whose turn it is.
    fn open_transcript(&mut self) {
        let Some((_, Ok(session))) = &self.session else { return };
        let names = session.project_names();
        let Some(name) = names.get(self.attempt % names.len().max(1)).filter(|_| session.names_a_file()) else {
            return self.transcript = None;
        };
        let path = self.home.join("projects").join(name).join(format!("{}.jsonl", session.session));
        if self.transcript.as_ref().is_none_or(|open| open.path() != path) {
            self.turns = self.transcript.take().map_or(self.turns, |open| open.turns());
            self.transcript = Some(Follower::new(path, self.turns, || Box::<Transcript>::default()));
        }
        self.rest_until = None;
    }

    fn take_transcript(&mut self, found: Result<Followed, FileError>, now: Instant) {
        let Some(transcript) = &mut self.transcript else { return };
        let missing = matches!(found, Err(FileError::Missing(_)));
        transcript.take(found);
        self.rest_until = None;
        // It comes into being with the first prompt.
        if missing {
            self.attempt += 1;
            self.open_transcript();
            self.rest_until = self.attempt.is_multiple_of(2).then(|| now + LOOK_AGAIN);
            self.unsaid = self.unsaid.filter(|_| self.rest_until.is_none());
        }
    }

    /// Its session where that rests, and has a transcript under none of the names that can be guessed.
    fn without_transcript(&self) -> Option<&Session> {
        let session = self.session.as_ref()?.1.as_ref().ok()?;
        let none = self.transcript.as_ref().is_none_or(|it| !it.was_read());
        let tried = self.attempt >= session.project_names().len();
        (none && tried && session.names_a_file() && session.status == Some(RecordStatus::Idle)).then_some(session)
    }

    fn record(&self, started: Option<Timestamp>, now: Timestamp) -> Reading<Record> {
        match (&self.session, &self.missing) {
            (Some((_, Ok(session))), _) => {
                let transcript = self.transcript.as_ref().filter(|it| it.was_read());
                let said = transcript.and_then(|transcript| transcript.record().ok());
                let mut record = claude::joined(session, said.as_ref());
                record.turns = transcript.map_or(self.turns, Follower::turns);
                // It comes into being with the first prompt: without one in any project nothing was said yet.
                if self.unsaid == Some(true) && self.without_transcript().is_some() {
                    record.context_used_percent = Some(0.0);
                }
                Reading::Known(record)
            }
            (Some((_, Err(why))), _) => Reading::Unknown(why.clone()),
            (None, Some(FileError::Missing(_))) => not_ready(started, now),
            (None, Some(error)) => Reading::unknown(error.to_string()),
            (None, None) => Reading::unknown("claude's session file was not looked for yet"),
        }
    }
}

/// Whether no project has a transcript of that session; not so where that cannot be told.
async fn holds_none(exec: &dyn Exec, projects: &Path, session: &str) -> bool {
    match exec.list(vec![projects.to_owned()], MOST_PROJECTS).await.pop() {
        Some(Ok(entries)) if entries.len() < MOST_PROJECTS => {
            let path = |entry: &Entry| projects.join(&entry.name).join(format!("{session}.jsonl"));
            // Nothing is read of it: one that is there is too large, and nothing else is missing.
            let found = exec.read(entries.iter().map(path).collect(), 0).await;
            found.iter().all(|it| matches!(it, Err(FileError::Missing(_))))
        }
        Some(Err(FileError::Missing(_))) => true,
        _ => false,
    }
}

/// No session file: claude has only just started, or stands before the point where it writes one.
fn not_ready(started: Option<Timestamp>, now: Timestamp) -> Reading<Record> {
    let Some(started) = started else {
        return Reading::unknown("claude has no session file, and when it started is not known");
    };
    let up = words::age(started, now);
    if up < READY_WITHIN {
        return Reading::unknown(format!("claude has not written its session file yet; up for {}", words::long(up)));
    }
    let status_since = Some(started);
    Reading::Known(Record { status: Some(RecordStatus::NotReady(up)), status_since, ..Record::new(claude::SOURCE) })
}
