//! Finds the log of an agent whose runtime does not name it by process: codex's rollout, pi's session file.
//!
//! A log is an agent's when it is of the agent's directory and was written to since the agent's process started; the
//! last one written to counts. Two agents that share a directory cannot be told apart, and then neither gets one: a
//! wrong record is worse than none. Directories are listed only now and then.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

use super::{
    Looking,
    agent::{Agent, Kind, Log, LogOf},
    follower::Follower,
};
use crate::{
    adapter::exec::{Entry, Follow, Followed, Part},
    fleet::{
        reading::Why,
        record::{codex, pi},
    },
};

/// How long a listing holds: a conversation that was begun anew is seen after this at the latest.
const LIST_EVERY: Duration = Duration::from_secs(5);
/// The most entries that are looked at of a directory.
const MOST: usize = 5_000;
/// The latest days whose rollouts are looked at.
const DAYS: usize = 3;
/// What is read of a rollout to know whose it is, and of how many in one look.
const HEAD: usize = 64 * 1024;
const HEADS: usize = 64;

/// What was listed, and whose rollouts those are.
#[derive(Default)]
pub(super) struct Directories {
    listed: Option<Instant>,
    /// The directory of each rollout that was looked into; `None` for one that is nobody's.
    rollouts: BTreeMap<PathBuf, Option<String>>,
}

/// A log that could be an agent's.
struct Candidate {
    path: PathBuf,
    written: Timestamp,
}

impl Directories {
    /// Lists what is due, and gives every agent the log that is its own.
    pub(super) async fn refresh(&mut self, looking: &Looking<'_>, agents: &mut BTreeMap<u32, Agent>) {
        let now = looking.at.steady;
        let due = self.listed.is_none_or(|listed| now.saturating_duration_since(listed) >= LIST_EVERY);
        let some = agents.values().any(|agent| matches!(agent.kind, Some(Kind::Log(_))));
        if !some || !(due || looking.afresh) {
            return;
        }
        self.listed = Some(now);
        let shared = shared(agents);
        let mut directories: BTreeMap<PathBuf, Vec<Candidate>> = BTreeMap::new();
        for directory in pi_directories(agents) {
            let found = list(looking, vec![directory.clone()]).await;
            directories.insert(directory, found);
        }
        for home in codex_homes(agents) {
            let found = rollouts(looking, &home).await;
            directories.insert(home, found);
        }
        self.look_into(looking, &directories, agents).await;
        for agent in agents.values_mut() {
            let (cwd, started) = (agent.cwd.clone(), agent.started);
            let Some(Kind::Log(log)) = &mut agent.kind else { continue };
            let sharing = shared.get(&log.runtime.place(cwd.as_deref())).copied().unwrap_or(1);
            let found = match (cwd, started) {
                (Some(cwd), Some(started)) if sharing == 1 => {
                    match self.own(log, &cwd, started, &directories) {
                        // Only the latest days are listed, and a conversation may have begun before them.
                        Err(_) if log.follower.as_ref().is_some_and(Follower::is_there) => continue,
                        found => found,
                    }
                }
                (Some(cwd), Some(_)) => Err(Why::new(format!(
                    "{sharing} {} agents share {cwd}: nothing tells whose log is whose",
                    log.runtime.name()
                ))),
                _ => Err(Why::new(format!("where {} runs, or since when, is not known", log.runtime.name()))),
            };
            log.follow(found);
        }
    }

    /// The log that is an agent's own.
    fn own(
        &self,
        log: &Log,
        cwd: &str,
        started: Timestamp,
        directories: &BTreeMap<PathBuf, Vec<Candidate>>,
    ) -> Result<PathBuf, Why> {
        let directory = log.runtime.directory(cwd);
        let is_own = |candidate: &&Candidate| match &log.runtime {
            LogOf::Codex(_) => self.rollouts.get(&candidate.path).is_some_and(|of| of.as_deref() == Some(cwd)),
            LogOf::Pi { .. } => true,
        };
        let candidates = directories.get(&directory).into_iter().flatten();
        let own = candidates.filter(|it| it.written >= a_little_before(started)).filter(is_own);
        own.max_by_key(|it| it.written).map(|it| it.path.clone()).ok_or_else(|| {
            let (name, place) = (log.runtime.name(), directory.display());
            Why::new(format!("{name} has written no log of this directory since it was started (looked in {place})"))
        })
    }

    /// Reads the first line of rollouts that are not known yet.
    async fn look_into(
        &mut self,
        looking: &Looking<'_>,
        directories: &BTreeMap<PathBuf, Vec<Candidate>>,
        agents: &BTreeMap<u32, Agent>,
    ) {
        let of_codex = |home: &PathBuf| codex_homes(agents).contains(home);
        let rollouts: Vec<&Candidate> =
            directories.iter().filter(|(home, _)| of_codex(home)).flat_map(|(_, found)| found).collect();
        let listed: BTreeSet<&PathBuf> = rollouts.iter().map(|it| &it.path).collect();
        self.rollouts.retain(|path, _| listed.contains(path));
        let earliest = agents.values().filter_map(|agent| agent.started).min().map(a_little_before);
        let mut unknown: Vec<&Candidate> = rollouts
            .into_iter()
            .filter(|it| Some(it.written) >= earliest && !self.rollouts.contains_key(&it.path))
            .collect();
        unknown.sort_by_key(|it| std::cmp::Reverse(it.written));
        unknown.truncate(HEADS);
        let head = |it: &&Candidate| Follow { path: it.path.clone(), known: None, part: Part::Head, cap: HEAD };
        let asks: Vec<Follow> = unknown.iter().map(head).collect();
        if asks.is_empty() {
            return;
        }
        for (candidate, found) in unknown.iter().zip(looking.exec.follow(asks).await) {
            let Ok(Followed::New { bytes, .. }) = found else { continue };
            let meta = codex::Meta::parse(&bytes);
            // A first line that is not whole yet is read again.
            if meta.is_some() || bytes.contains(&b'\n') || bytes.len() == HEAD {
                self.rollouts.insert(candidate.path.clone(), meta.filter(|meta| !meta.aside).map(|meta| meta.cwd));
            }
        }
    }
}

impl LogOf {
    fn name(&self) -> &'static str {
        match self {
            Self::Codex(_) => codex::SOURCE,
            Self::Pi { .. } => pi::SOURCE,
        }
    }

    /// What the logs of one agent have in common with those of no other, if it is alone there.
    fn place(&self, cwd: Option<&str>) -> (Self, Option<String>) {
        let apart = !matches!(self, Self::Pi { sessions: Some(_), .. });
        (self.clone(), cwd.filter(|_| apart).map(str::to_owned))
    }

    /// Where the logs of a working directory are looked for.
    fn directory(&self, cwd: &str) -> PathBuf {
        match self {
            Self::Codex(sessions) | Self::Pi { sessions: Some(sessions), .. } => sessions.clone(),
            Self::Pi { home, sessions: None } => home.join("sessions").join(pi::directory_name(cwd)),
        }
    }
}

impl Log {
    /// Follows the log that was found; what was followed before has been, and its turns count on.
    fn follow(&mut self, found: Result<PathBuf, Why>) {
        match found {
            Ok(path) if self.follower.as_ref().is_some_and(|follower| follower.path() == path) => {}
            Ok(path) => {
                self.leave();
                let turns = self.turns;
                self.follower = Some(match self.runtime {
                    LogOf::Codex(_) => Follower::new(path, turns, || Box::<codex::Rollout>::default()),
                    LogOf::Pi { .. } => Follower::new(path, turns, || Box::<pi::Session>::default()),
                });
            }
            Err(why) => {
                self.leave();
                self.why = why;
            }
        }
    }

    /// Follows nothing any more, and keeps count.
    fn leave(&mut self) {
        self.turns = self.follower.take().map_or(self.turns, |before| before.turns());
    }
}

/// How many agents have their logs in one place.
fn shared(agents: &BTreeMap<u32, Agent>) -> BTreeMap<(LogOf, Option<String>), usize> {
    let mut shared = BTreeMap::new();
    for agent in agents.values() {
        if let Some(Kind::Log(log)) = &agent.kind {
            *shared.entry(log.runtime.place(agent.cwd.as_deref())).or_default() += 1;
        }
    }
    shared
}

fn pi_directories(agents: &BTreeMap<u32, Agent>) -> BTreeSet<PathBuf> {
    let of = |agent: &Agent| match (&agent.kind, &agent.cwd) {
        (Some(Kind::Log(Log { runtime: runtime @ LogOf::Pi { .. }, .. })), Some(cwd)) => Some(runtime.directory(cwd)),
        _ => None,
    };
    agents.values().filter_map(of).collect()
}

fn codex_homes(agents: &BTreeMap<u32, Agent>) -> BTreeSet<PathBuf> {
    let of = |agent: &Agent| match &agent.kind {
        Some(Kind::Log(Log { runtime: LogOf::Codex(sessions), .. })) => Some(sessions.clone()),
        _ => None,
    };
    agents.values().filter_map(of).collect()
}

/// The rollouts of the latest days below a `sessions` directory, which has years, months and days in it.
async fn rollouts(looking: &Looking<'_>, sessions: &Path) -> Vec<Candidate> {
    let mut level = vec![sessions.to_owned()];
    for _ in 0..3 {
        let listed = looking.exec.list(level.clone(), MOST).await;
        let mut below: Vec<PathBuf> = level
            .iter()
            .zip(listed)
            .flat_map(|(directory, found)| found.unwrap_or_default().into_iter().map(|it| (directory.clone(), it)))
            .filter(|(_, entry)| !entry.stamp.regular && entry.name.bytes().all(|byte| byte.is_ascii_digit()))
            .map(|(directory, entry)| directory.join(entry.name))
            .collect();
        below.sort();
        level = below.split_off(below.len().saturating_sub(DAYS));
    }
    list(looking, level).await
}

/// The logs in these directories.
async fn list(looking: &Looking<'_>, directories: Vec<PathBuf>) -> Vec<Candidate> {
    let listed = looking.exec.list(directories.clone(), MOST).await;
    let log = |directory: &PathBuf, entry: Entry| {
        let is_log = entry.stamp.regular && Path::new(&entry.name).extension().is_some_and(|it| it == "jsonl");
        let written = entry.stamp.modified.filter(|_| is_log)?;
        Some(Candidate { path: directory.join(entry.name), written })
    };
    let found = directories.iter().zip(listed);
    found.flat_map(|(at, found)| found.unwrap_or_default().into_iter().filter_map(move |it| log(at, it))).collect()
}

/// The start of a process is told to a hundredth of a second, and the boot time to a second.
fn a_little_before(started: Timestamp) -> Timestamp {
    started.checked_sub(SignedDuration::from_secs(2)).unwrap_or(started)
}
