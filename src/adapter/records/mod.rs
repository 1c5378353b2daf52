//! What the runtimes wrote down about themselves, read cheaply: where an agent's record is, and what is new in it.
//!
//! Nothing is written, locked or waited for. A look at records that have not changed costs a `stat` each, all in one
//! piece of blocking work; what was appended is read from where the last look ended. Where a record lies is told by the
//! agent's own environment, never by this program's.

mod agent;
mod follower;
mod homes;
mod opencode;
mod pick;

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};

use self::{
    agent::{Agent, Kind},
    homes::Homes,
    pick::Directories,
};
use super::{
    clock::Moment,
    exec::{Exec, Follow},
    identity::Who,
};
use crate::fleet::{ids::PaneId, reading::Reading, record::Record};

/// An agent whose record is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The process that tmux started in its pane: what the answer is kept under.
    pub pane_pid: u32,
    /// Its pane.
    pub pane: PaneId,
    /// Its runtime, as recognised.
    pub runtime: String,
    /// The process that it was recognised by.
    pub pid: u32,
    /// When that started, in clock ticks since boot.
    pub started_ticks: u64,
    /// The directory it is in.
    pub cwd: Option<String>,
}

/// Every record that is followed.
#[derive(Default)]
pub struct Records {
    /// When the machine was booted: what the start times of processes count from.
    booted: Option<Timestamp>,
    agents: BTreeMap<u32, Agent>,
    directories: Directories,
}

/// What one look is about.
pub(super) struct Looking<'a> {
    exec: &'a dyn Exec,
    at: Moment,
    /// Look also at what is looked at less often.
    afresh: bool,
}

/// A process that was started so shortly ago may still be about to become another program.
const YOUNG: SignedDuration = SignedDuration::from_secs(5);

/// The clock ticks of `/proc` in a second; a constant of the kernel's interface.
const TICKS: u64 = 100;
/// An environment, and `/proc/stat` on a machine of many cores.
const PROC_BYTES: usize = 1024 * 1024;

impl Records {
    /// The records of all agents of this moment; what is followed of others is forgotten.
    pub async fn all(
        &mut self,
        exec: &dyn Exec,
        who: &Who,
        asked: &[Asked],
        at: Moment,
        afresh: bool,
    ) -> BTreeMap<u32, Reading<Record>> {
        self.agents.retain(|pane_pid, agent| asked.iter().any(|it| it.pane_pid == *pane_pid && agent.is(it)));
        self.some(&Looking { exec, at, afresh }, who, asked, &[]).await
    }

    /// The record of one agent, now: also a conversation that has only just begun. Those `beside` it are only met, so
    /// that no record of theirs is taken for its own.
    pub async fn one(
        &mut self,
        exec: &dyn Exec,
        who: &Who,
        asked: Asked,
        beside: &[Asked],
        at: Moment,
    ) -> Reading<Record> {
        let pane_pid = asked.pane_pid;
        let mut told = self.some(&Looking { exec, at, afresh: true }, who, &[asked], beside).await;
        told.remove(&pane_pid).unwrap_or_else(|| Reading::unknown("its record was not looked for"))
    }

    async fn some(
        &mut self,
        looking: &Looking<'_>,
        who: &Who,
        asked: &[Asked],
        beside: &[Asked],
    ) -> BTreeMap<u32, Reading<Record>> {
        self.meet(looking, who, &[asked, beside].concat()).await;
        let wanted: Vec<u32> = asked.iter().map(|it| it.pane_pid).collect();
        self.directories.refresh(looking, &mut self.agents).await;
        self.follow(looking, &wanted).await;
        // What was found in this look, a transcript that a session file names, is read in this look, too.
        let begun = |it: &u32| self.agents.get(it).is_some_and(|agent| agent.has_begun_another(looking.at.steady));
        let found: Vec<u32> = wanted.iter().copied().filter(begun).collect();
        self.follow(looking, &found).await;
        for (_, agent) in self.agents.iter_mut().filter(|(it, _)| wanted.contains(it)) {
            agent.seek(looking.exec).await;
        }
        opencode::ask(looking, &mut self.agents, &wanted).await;
        wanted.iter().filter_map(|it| Some((*it, self.agents.get(it)?.record(looking.at.wall)))).collect()
    }

    /// Takes up those that are not known yet: where each keeps its record.
    async fn meet(&mut self, looking: &Looking<'_>, who: &Who, asked: &[Asked]) {
        for it in asked {
            if let Some(agent) = self.agents.get_mut(&it.pane_pid).filter(|agent| agent.is(it)) {
                agent.cwd = it.cwd.clone().or(agent.cwd.take());
            }
        }
        let is_new = |it: &&Asked| self.agents.get(&it.pane_pid).is_none_or(|agent| !agent.is(it));
        let strangers: Vec<&Asked> = asked.iter().filter(is_new).collect();
        if strangers.is_empty() {
            return;
        }
        let environs = strangers.iter().map(|it| format!("/proc/{}/environ", it.pid).into());
        let paths = environs.chain(["/proc/stat".into()]).collect();
        let mut read = looking.exec.read(paths, PROC_BYTES).await;
        if let Some(Ok(stat)) = read.pop() {
            self.booted = boot_time(&stat.bytes).or(self.booted);
        }
        for (it, environ) in strangers.into_iter().zip(read) {
            // One that cannot be read leaves what is usual for the user.
            let read = environ.map(|content| content.bytes);
            let started = self.started(it.started_ticks);
            let is_young = started.is_some_and(|at| looking.at.wall.duration_since(at) < YOUNG);
            // While a program is being put in another's place there is no environment to read: at the next look there is.
            if is_young && read.as_ref().is_ok_and(Vec::is_empty) {
                continue;
            }
            let agent = Agent::new(it, &Homes::of(&read.unwrap_or_default(), who), started);
            self.agents.insert(it.pane_pid, agent);
        }
    }

    /// When a process started, by the clock on the wall.
    fn started(&self, ticks: u64) -> Option<Timestamp> {
        let since = SignedDuration::try_from(Duration::from_millis(ticks.saturating_mul(1000 / TICKS))).ok()?;
        self.booted?.checked_add(since).ok()
    }

    /// Reads what is new of every file that is followed, in one piece of work.
    async fn follow(&mut self, looking: &Looking<'_>, wanted: &[u32]) {
        let mut asks: Vec<Follow> = Vec::new();
        let mut whose = Vec::new();
        for pane_pid in wanted {
            let Some(agent) = self.agents.get(pane_pid) else { continue };
            for ask in agent.asks(looking.at.steady) {
                asks.push(ask);
                whose.push(*pane_pid);
            }
        }
        if asks.is_empty() {
            return;
        }
        let paths: Vec<_> = asks.iter().map(|ask| ask.path.clone()).collect();
        let found = looking.exec.follow(asks).await;
        for ((pane_pid, path), found) in whose.into_iter().zip(paths).zip(found) {
            if let Some(agent) = self.agents.get_mut(&pane_pid) {
                agent.take(&path, found, looking.at.steady);
            }
            // Parsing is work: whoever else waits on this thread comes first.
            tokio::task::yield_now().await;
        }
    }
}

/// The line `btime` of `/proc/stat`: seconds since 1970.
fn boot_time(stat: &[u8]) -> Option<Timestamp> {
    let text = String::from_utf8_lossy(stat);
    let seconds = text.lines().find_map(|line| line.strip_prefix("btime "))?;
    Timestamp::from_second(seconds.trim().parse().ok()?).ok()
}

/// The runtimes whose records are read.
#[must_use]
pub fn is_read(runtime: &str) -> bool {
    Kind::of(runtime, &Homes::default()).is_some()
}
