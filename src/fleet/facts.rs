//! All that was gathered about one host at one moment, as plain data.
//!
//! `adapter::gather` fills these; `fleet::row` joins them with the roster; nothing else makes them. A source that
//! could not be read is an `Unknown` in its own place and spoils nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;

use super::{
    attention::Fault,
    gate::UserRules,
    ids::{AgentName, HostName, PaneId, PaneKey, SessionId, Socket, Tenant, WindowId},
    reading::Reading,
    record::Record,
    shot::Shot,
    taken::Taken,
};

/// One host at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct HostFacts {
    /// When the gathering began, by the observed host's clock.
    pub at: Timestamp,
    /// Who and where.
    pub identity: Identity,
    /// One entry per distinct socket of the roster (or the one that was asked for).
    pub servers: BTreeMap<Socket, ServerFacts>,
    /// The user manager's units.
    pub systemd: SystemdFacts,
    /// One entry per agent of this host: the heartbeat file's text, or why there is none.
    pub heartbeats: BTreeMap<AgentName, Reading<String>>,
    /// The processes below every pane, by pid. Unknown where there is no `/proc`.
    pub processes: Reading<BTreeMap<u32, Process>>,
    /// What the runtimes wrote down about themselves, by the pid that tmux started in the pane; there is an entry for
    /// every pane in which a runtime was recognised.
    pub records: BTreeMap<u32, Reading<Record>>,
    /// The last capture of every living pane: as old as its window has been quiet.
    pub screens: BTreeMap<PaneKey, Arc<Shot>>,
    /// The rules that screens are read by, the user's among them.
    pub rules: UserRules,
    /// The faults that somebody looks after, as the fleet's file says.
    pub acknowledged: BTreeSet<Fault>,
    /// The agents that are paused by a switch of their own.
    pub pauses: BTreeMap<AgentName, Pause>,
    /// The agents that somebody who still lives has taken over.
    pub taken: BTreeMap<AgentName, Taken>,
    /// The fleet's pause switch: `None` when it is off.
    pub paused: Reading<Option<Pause>>,
    /// The pane this program itself runs in, when that is a pane of a watched server.
    pub own_pane: Option<PaneKey>,
}

impl HostFacts {
    /// A pane, as it is listed first.
    #[must_use]
    pub fn pane(&self, key: &PaneKey) -> Option<&PaneFacts> {
        self.servers.get(&key.socket)?.panes.iter().find(|pane| pane.pane == key.pane)
    }

    /// When a pane printed last, where no other pane of its window could be meant.
    #[must_use]
    pub fn printed(&self, key: &PaneKey) -> Option<Timestamp> {
        let pane = self.pane(key)?;
        let beside = |other: &PaneFacts| other.window == pane.window && other.pane != pane.pane;
        let alone = !self.servers.get(&key.socket)?.panes.iter().any(beside);
        pane.activity.known().copied().filter(|_| alone)
    }

    /// The pid of the server that answers on a socket.
    #[must_use]
    pub fn server_pid(&self, socket: &Socket) -> Option<u32> {
        match self.servers.get(socket)?.state {
            ServerState::Up { pid, .. } => Some(pid),
            _ => None,
        }
    }
}

/// Who runs here, and by which names this machine may be called in a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub tenant: Tenant,
    /// The machine's own hostname.
    pub host: HostName,
    /// Everything else that means this machine: FQDN, short name, addresses, `localhost`.
    pub aliases: BTreeSet<String>,
}

impl Identity {
    /// Whether a roster's `host` names this machine (host names do not care about case).
    #[must_use]
    pub fn is_here(&self, host: &str) -> bool {
        host.eq_ignore_ascii_case(&self.host.0) || self.aliases.iter().any(|alias| host.eq_ignore_ascii_case(alias))
    }
}

/// One tmux server.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerFacts {
    /// Whether it answered, and what is the matter when it did not.
    pub state: ServerState,
    /// Every pane of every session, in tmux's order; a pane of a grouped session stands here once per session.
    pub panes: Vec<PaneFacts>,
    /// The cgroup that the server process lives in (`/proc/<pid>/cgroup`, the v2 line). Spec §4: HAZARD.
    pub cgroup: Reading<String>,
}

/// What a tmux server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerState {
    /// It runs and listed its panes.
    Up {
        /// The server's pid.
        pid: u32,
        /// When it started (`#{start_time}`): a new one on the same socket may repeat every id.
        started: Timestamp,
        /// `#{version}`, as it prints it: `3.3a`.
        version: String,
    },
    /// It runs and has no session (only with `exit-empty off`, or for a moment).
    Empty,
    /// No server on that socket: never started, or it died.
    Absent,
    /// It lives, and talks another protocol than our `tmux` (upgraded underneath it). Alive, not dead.
    OtherProtocol(String),
    /// It could not be asked: no right to the socket, no `tmux` here, no answer in time.
    Unreachable(String),
}

/// One pane as `list-panes` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaneFacts {
    /// The session it is listed under.
    pub session: SessionFacts,
    /// Its window.
    pub window: WindowId,
    /// Its id; unique on its server.
    pub pane: PaneId,
    /// The process that tmux started in it; 0 for a dead pane where tmux no longer tells (≥ 3.8).
    pub pid: u32,
    /// `pane_current_command`: the foreground group leader's name, and no proof of the runtime.
    pub command: String,
    /// `pane_title`: written by the program inside; hostile.
    pub title: String,
    /// `pane_current_path`, empty when tmux could not tell (→ unknown).
    pub cwd: Reading<String>,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
    /// `None` while its program lives.
    pub dead: Option<DeadPane>,
    /// A mode such as copy mode is open in it.
    pub in_mode: bool,
    /// Whether it is the active pane of the active window of its session: the one that stands for the agent.
    pub active: bool,
    /// `window_activity`: the last output of any pane of its window. (tmux has no `pane_activity`.)
    pub activity: Reading<Timestamp>,
    /// `cursor_flag`: whether the program shows the cursor.
    pub cursor_shown: bool,
    /// `alternate_on`: whether it shows the alternate screen.
    pub alternate: bool,
    /// `pane_pipe`: whether somebody has a pipe on it.
    pub piped: bool,
    /// `@mosaic_pipe`: our mark on the pipe, when it is there.
    pub mark: Option<String>,
}

/// The session that a pane is listed under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFacts {
    /// Its id.
    pub id: SessionId,
    /// Its name.
    pub name: String,
    /// The group it belongs to, when it is grouped.
    pub group: Option<String>,
    /// When it was created.
    pub created: Reading<Timestamp>,
    /// How many clients are attached to it.
    pub attached: u32,
}

/// How a pane's program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadPane {
    /// Its exit status; `None` when a signal ended it.
    pub status: Option<i32>,
    /// The signal, where tmux tells it (≥ 3.3).
    pub signal: Option<i32>,
    /// When, where tmux tells it (≥ 3.3).
    pub at: Option<Timestamp>,
}

/// One process of a pane's tree, from `/proc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its parent.
    pub ppid: u32,
    /// Its process group.
    pub pgrp: i32,
    /// Its controlling terminal (`stat` field 7), 0 for none.
    pub tty: i32,
    /// The foreground group of that terminal (`stat` field 8).
    pub tpgid: i32,
    /// `comm`.
    pub comm: String,
    /// `cmdline`, split at NUL, empty tail dropped.
    pub argv: Vec<String>,
    /// Where `exe` points; unknown for another user's process.
    pub exe: Reading<String>,
    /// Start time in clock ticks since boot (`stat` field 22): with the pid it names one process for good.
    pub started_ticks: u64,
}

/// What the user manager says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemdFacts {
    /// Loaded units by full name. Unknown: no manager, no bus, no answer; the reason is for the banner.
    pub units: Reading<BTreeMap<String, UnitFacts>>,
    /// Unit-file states by unit name (`enabled`, `disabled`, …), read less often than the rest.
    pub enabled: Reading<BTreeMap<String, String>>,
    /// When a unit last changed its state, by its name.
    pub changed: BTreeMap<String, Timestamp>,
    /// Whether user lingering is on. Off loses the whole fleet at a logout or reboot.
    pub linger: Reading<bool>,
    /// Whether systemd started this machine, so that a user's manager is to be expected. In a container there is none, and
    /// nothing is wrong.
    pub expected: bool,
    /// When these were read: they may be a few seconds older than the panes.
    pub read_at: Option<Timestamp>,
}

impl SystemdFacts {
    /// A manager that gives no answer: one that hangs is one.
    #[must_use]
    pub fn silent(why: &str) -> Self {
        Self {
            units: Reading::unknown(why),
            enabled: Reading::unknown(why),
            changed: BTreeMap::new(),
            linger: Reading::unknown(why),
            expected: true,
            read_at: None,
        }
    }
}

/// One loaded unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitFacts {
    /// `ActiveState`.
    pub active: String,
    /// `SubState`.
    pub sub: String,
    /// `LoadState`.
    pub load: String,
}

/// The fleet's pause switch, as far as its file says. Anyone's `touch` counts: then every field is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Who paused.
    pub by: Option<String>,
    /// From which host.
    pub host: Option<String>,
    /// When: the file's `at`, else its modification time.
    pub at: Option<Timestamp>,
    /// Why.
    pub reason: Option<String>,
}

/// Times that the environment may set. Spec §5: zero or no number means the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// `MOSAIC_HEARTBEAT_INTERVAL`, default 15 s.
    pub heartbeat_interval: Duration,
    /// `MOSAIC_HEARTBEAT_IDLE_THRESHOLD`, default 300 s.
    pub idle_threshold: Duration,
    /// From when on an agent that says it works has stalled: `stalled_after` of the configuration, default 300 s. Runtimes
    /// move while they work: a spinner turns, a clock counts.
    pub stalled_after: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            heartbeat_interval: Duration::from_secs(15),
            idle_threshold: Duration::from_secs(300),
            stalled_after: Duration::from_secs(300),
        }
    }
}

impl Limits {
    /// The limits that the environment sets, through a look-up such as `|name| std::env::var(name).ok()`.
    #[must_use]
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Self {
        let default = Self::default();
        let or = |name, default| get(name).as_deref().and_then(seconds).unwrap_or(default);
        Self {
            heartbeat_interval: or("MOSAIC_HEARTBEAT_INTERVAL", default.heartbeat_interval),
            idle_threshold: or("MOSAIC_HEARTBEAT_IDLE_THRESHOLD", default.idle_threshold),
            ..default
        }
    }
}

/// A positive number of seconds; `None` for zero, a negative, an endless or no number.
fn seconds(text: &str) -> Option<Duration> {
    let seconds = text.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok().filter(|duration| !duration.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_is_zero_or_no_number_is_the_default() {
        for bad in ["", "0", "-5", "NaN", "inf", "15s", "1e400", "0.0000000000001"] {
            assert_eq!(Limits::from_env(|_| Some(bad.to_owned())), Limits::default(), "{bad:?}");
        }
        assert_eq!(Limits::from_env(|_| None), Limits::default());
    }

    #[test]
    fn each_limit_comes_from_its_own_variable() {
        let limits = Limits::from_env(|name| (name == "MOSAIC_HEARTBEAT_INTERVAL").then(|| " 2.5 ".to_owned()));
        assert_eq!(limits.heartbeat_interval, Duration::from_millis(2500));
        assert_eq!(limits.idle_threshold, Duration::from_secs(300));
    }
}
