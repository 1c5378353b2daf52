//! The fleet's own files: roster, heartbeats, pause switch. They are read, never written.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    exec::{Content, Exec, FileError, Stamp},
    identity::Who,
};
use crate::fleet::{
    attention::{self, Fault},
    facts::{Pause, Process},
    ids::AgentName,
    pause,
    reading::{Reading, Why},
    taken::Mark,
};

/// A heartbeat or a pause file is some hundred bytes; more is no such file.
const SMALL: usize = 64 * 1024;
/// The most files that are looked for in the run directory: a heartbeat and a mark for each of thousands of agents.
const RUN_MOST: usize = 20_000;
/// What a mark of a takeover is called behind the agent's name.
pub(super) const MARK: &str = ".taken";
/// What an agent's own pause switch is called behind its name.
pub(super) const PAUSED: &str = ".paused";
/// A line for every agent of a fleet, and more.
const ATTENTION: usize = 1024 * 1024;
/// A roster of thousands of agents still fits.
const ROSTER: usize = 4 * 1024 * 1024;

/// Where the fleet's files are. Spec §2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    home: PathBuf,
    roster: PathBuf,
}

/// What looking at the roster file gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterRead {
    /// It has not changed since the stamp that was handed in.
    Same,
    /// Its text.
    Read(RosterText),
    /// There is none, or it cannot be read.
    Missing {
        /// Where it was looked for.
        looked: Vec<String>,
        /// Why it could not be read.
        why: Why,
    },
}

/// A roster's text and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterText {
    /// Its path, for the problems.
    pub path: String,
    /// The text, not yet parsed.
    pub text: String,
    /// Hand this in at the next look.
    pub stamp: Stamp,
}

impl Files {
    /// The fleet's files below `home` (else `MOSAIC_HOME`, else `~/.config/mosaic`), with the roster elsewhere when
    /// a path is given.
    #[must_use]
    pub fn new(who: &Who, home: Option<&Path>, roster: Option<&Path>) -> Self {
        let user = who.home.clone().unwrap_or_else(|| PathBuf::from("/"));
        let home = home.map(Path::to_owned).or_else(|| who.mosaic_home.clone());
        let home = home.unwrap_or_else(|| user.join(".config/mosaic"));
        let roster = roster.map_or_else(|| home.join("fleet/roster.yaml"), Path::to_owned);
        Self { home, roster }
    }

    /// The roster, unless it is still the one that `known` stamps.
    pub async fn roster(&self, exec: &dyn Exec, known: Option<&Stamp>) -> RosterRead {
        if known.is_some() && exec.stat(self.roster.clone()).await.ok().as_ref() == known {
            return RosterRead::Same;
        }
        match one(exec, &self.roster, ROSTER).await {
            Ok(Content { bytes, stamp }) => match String::from_utf8(bytes) {
                Ok(text) => RosterRead::Read(RosterText { path: self.roster.display().to_string(), text, stamp }),
                Err(_) => self.no_roster(&format!("{} is not UTF-8 text", self.roster.display())),
            },
            Err(error) => self.no_roster(&error.to_string()),
        }
    }

    /// Where heartbeats, pauses and marks lie.
    #[must_use]
    pub fn run(&self) -> PathBuf {
        self.home.join("fleet/run")
    }

    /// What lies there, by name. One that does not exist has nothing in it.
    ///
    /// # Errors
    ///
    /// It gave no answer, or holds more than anybody would list.
    pub async fn in_run(&self, exec: &dyn Exec) -> Result<BTreeMap<String, Stamp>, FileError> {
        match exec.list(vec![self.run()], RUN_MOST).await.pop() {
            Some(Ok(entries)) if entries.len() >= RUN_MOST => {
                let why = format!("more than {RUN_MOST} files lie in it");
                Err(FileError::Failed { path: self.run(), why })
            }
            Some(Ok(entries)) => Ok(entries.into_iter().map(|entry| (entry.name, entry.stamp)).collect()),
            None | Some(Err(FileError::Missing(_))) => Ok(BTreeMap::new()),
            Some(Err(error)) => Err(error),
        }
    }

    /// Spec §5: each agent's heartbeat file, in one batch, with the file's state.
    pub async fn heartbeats(
        &self,
        exec: &dyn Exec,
        agents: &BTreeSet<AgentName>,
    ) -> BTreeMap<AgentName, (Option<Stamp>, Reading<String>)> {
        let run = self.run();
        let paths = agents.iter().map(|agent| run.join(format!("{agent}.hb"))).collect();
        let read = exec.read(paths, SMALL).await;
        agents.iter().cloned().zip(read.into_iter().map(heartbeat)).collect()
    }

    /// The agents' own switches, `run/<name>.paused`, in one batch; `None` for an agent that has none. What is there and
    /// may not be read pauses, too; of one that gave no answer it is not known.
    pub async fn pauses(
        &self,
        exec: &dyn Exec,
        agents: &BTreeSet<AgentName>,
    ) -> BTreeMap<AgentName, Reading<Option<Pause>>> {
        let paths = agents.iter().map(|agent| self.agent_pause(agent)).collect();
        let read = exec.read(paths, SMALL).await;
        let pause = |read: Result<Content, FileError>| match read {
            Ok(content) => {
                Reading::Known(Some(pause::parse(&String::from_utf8_lossy(&content.bytes), content.stamp.modified)))
            }
            Err(FileError::Missing(_)) => Reading::Known(None),
            Err(error @ FileError::Failed { .. }) => Reading::unknown(error.to_string()),
            Err(_) => Reading::Known(Some(pause::parse("", None))),
        };
        agents.iter().cloned().zip(read.into_iter().map(pause)).collect()
    }

    /// Every mark of a takeover that is there, by its agent, in two batches: what lies there, and what it says. A
    /// directory that is there and gives no answer does not say that there are none.
    pub async fn marks(&self, exec: &dyn Exec) -> Result<BTreeMap<AgentName, Mark>, FileError> {
        let there = self.in_run(exec).await?;
        let agents = there.keys().filter_map(|name| name.strip_suffix(MARK)?.parse().ok()).collect();
        Ok(self.marks_of(exec, agents).await)
    }

    /// The mark of this agent, if it has one. One that is there and may not be read is somebody's.
    ///
    /// # Errors
    ///
    /// It gave no answer, so whether there is one is not known.
    pub async fn mark_of(&self, exec: &dyn Exec, agent: &AgentName) -> Result<Option<Mark>, FileError> {
        match one(exec, &self.mark(agent), SMALL).await {
            Err(error @ FileError::Failed { .. }) => Err(error),
            read => Ok(mark(read)),
        }
    }

    /// The marks of these agents, which were listed. One that cannot be read is somebody's.
    pub async fn marks_of(&self, exec: &dyn Exec, agents: Vec<AgentName>) -> BTreeMap<AgentName, Mark> {
        if agents.is_empty() {
            return BTreeMap::new();
        }
        let read = exec.read(agents.iter().map(|agent| self.mark(agent)).collect(), SMALL).await;
        agents.into_iter().zip(read).filter_map(|(agent, read)| Some((agent, mark(read)?))).collect()
    }

    /// The same marks with whether their owners live. What cannot be told counts as alive.
    pub async fn owners(exec: &dyn Exec, who: &Who, marks: BTreeMap<AgentName, Mark>) -> Vec<(AgentName, Mark, bool)> {
        if marks.is_empty() {
            return Vec::new();
        }
        let pids = marks.values().filter_map(|mark| mark.taken.pid).collect();
        let processes = exec.processes(pids).await;
        let lives = |mark: &Mark| {
            let of = |table: &BTreeMap<u32, Process>| {
                mark.is_stale(&who.identity.host.0, mark.taken.pid.and_then(|pid| table.get(&pid)))
            };
            !processes.known().is_some_and(of)
        };
        let each = marks.into_iter().map(|(agent, mark)| {
            let lives = lives(&mark);
            (agent, mark, lives)
        });
        each.collect()
    }

    /// Where it is marked that somebody has taken an agent over.
    #[must_use]
    pub fn mark(&self, agent: &AgentName) -> PathBuf {
        self.home.join(format!("fleet/run/{agent}{MARK}"))
    }

    /// One agent's own pause switch.
    #[must_use]
    pub fn agent_pause(&self, agent: &AgentName) -> PathBuf {
        self.home.join(format!("fleet/run/{agent}{PAUSED}"))
    }

    /// The fleet's pause switch.
    #[must_use]
    pub fn fleet_pause(&self) -> PathBuf {
        self.home.join("fleet/run/PAUSED")
    }

    /// The launch variables of one agent.
    #[must_use]
    pub fn env_file(&self, agent: &AgentName) -> PathBuf {
        self.home.join(format!("fleet/agents/{agent}.env"))
    }

    /// What the user knows better of a runtime.
    #[must_use]
    pub fn runtimes(&self) -> PathBuf {
        self.home.join("fleet/runtimes.yaml")
    }

    /// The lock of whoever acts on a target. Names of sessions may hold anything, so the file is called by a digest.
    #[must_use]
    pub fn turn(&self, target: &str) -> PathBuf {
        self.home.join(format!("fleet/run/turns/{:.16}", format!("{:x}", Sha256::digest(target))))
    }

    /// Where the user keeps rules over prompts of their own.
    #[must_use]
    pub fn gates(&self) -> PathBuf {
        self.home.join("fleet/gates.d")
    }

    /// What somebody has acknowledged.
    #[must_use]
    pub fn attention(&self) -> PathBuf {
        self.home.join("fleet/run/attention.json")
    }

    /// The directories that nobody else may write to: the mosaic home, the fleet's, what runs, and how it is launched.
    #[must_use]
    pub fn directories(&self) -> [PathBuf; 4] {
        ["", "fleet", "fleet/run", "fleet/agents"].map(|below| self.home.join(below))
    }

    /// The faults that somebody looks after. Without a file, or with one that says nothing, nobody does; one that cannot
    /// be read says neither.
    pub async fn acknowledged(&self, exec: &dyn Exec) -> Result<BTreeSet<Fault>, FileError> {
        match one(exec, &self.attention(), ATTENTION).await {
            Ok(content) => Ok(attention::read(&String::from_utf8_lossy(&content.bytes))),
            Err(FileError::Missing(_)) => Ok(BTreeSet::new()),
            Err(error) => Err(error),
        }
    }

    /// The action log.
    #[must_use]
    pub fn actions(&self) -> PathBuf {
        self.home.join("fleet/run/actions.jsonl")
    }

    /// Spec §8: the pause switch. It is on when there is anything at its path, whatever that is: a pause must hold
    /// also when its file cannot be read.
    pub async fn paused(&self, exec: &dyn Exec) -> Reading<Option<Pause>> {
        let path = self.fleet_pause();
        let stamp = match exec.stat(path.clone()).await {
            Err(FileError::Missing(_)) => return Reading::Known(None),
            Err(error) => return Reading::unknown(error.to_string()),
            Ok(stamp) => stamp,
        };
        let text = one(exec, &path, SMALL).await.map(|content| content.bytes).unwrap_or_default();
        Reading::Known(Some(pause::parse(&String::from_utf8_lossy(&text), stamp.modified)))
    }

    fn no_roster(&self, why: &str) -> RosterRead {
        RosterRead::Missing { looked: vec![self.roster.display().to_string()], why: Why::new(why) }
    }
}

async fn one(exec: &dyn Exec, path: &Path, cap: usize) -> Result<Content, FileError> {
    let nothing = || Err(FileError::Failed { path: path.to_owned(), why: "no answer".into() });
    exec.read(vec![path.to_owned()], cap).await.pop().unwrap_or_else(nothing)
}

/// What a file says of who has an agent; whatever cannot be read says that somebody has.
fn mark(read: Result<Content, FileError>) -> Option<Mark> {
    match read {
        Ok(content) => Some(Mark::parse(&String::from_utf8_lossy(&content.bytes), content.stamp.modified)),
        Err(FileError::Missing(_)) => None,
        Err(_) => Some(Mark::parse("", None)),
    }
}

fn heartbeat(read: Result<Content, FileError>) -> (Option<Stamp>, Reading<String>) {
    match read {
        Ok(Content { bytes, stamp }) => {
            let not_text = |_| Reading::unknown("the heartbeat file is not UTF-8 text");
            (Some(stamp), String::from_utf8(bytes).map_or_else(not_text, Reading::Known))
        }
        Err(FileError::Missing(path)) => {
            (None, Reading::unknown(format!("no heartbeat: {} does not exist", path.display())))
        }
        Err(error) => (None, Reading::unknown(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check_home(home: Option<&str>, variable: Option<&str>, expected: &str) {
        let who = Who { home: Some("/users/u".into()), mosaic_home: variable.map(PathBuf::from), ..Who::default() };
        let files = Files::new(&who, home.map(Path::new), None);
        assert_eq!(files.roster, Path::new(expected).join("fleet/roster.yaml"));
    }

    #[test]
    fn the_option_beats_the_variable_and_the_variable_the_default() {
        check_home(Some("/x"), Some("/y"), "/x");
        check_home(None, Some("/y"), "/y");
        check_home(None, None, "/users/u/.config/mosaic");
    }
}
