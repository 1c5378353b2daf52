//! One line of the fleet: what the roster declares joined to what runs, judged.
//!
//! [`Fleet`] is what every front shows: the dashboard draws it, `ps` prints it, `ps --json` serialises it.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    facts::{DeadPane, Pause, SessionFacts, UnitFacts},
    gate::Prompt,
    heartbeat::{Health, Heartbeat},
    ids::{HostName, PaneId, PaneKey, Socket, Tenant},
    judgement::{Finding, Flag, Judgement, Readiness},
    readiness,
    reading::Reading,
    taken::Taken,
    text::visible,
    words::{age, short},
};

/// The whole fleet of one host at one moment, joined and judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Fleet {
    /// The user.
    pub tenant: Tenant,
    /// The machine.
    pub host: HostName,
    /// When the facts were gathered.
    pub at: Timestamp,
    /// The roster's socket.
    pub socket: Socket,
    /// The fleet's pause switch.
    pub paused: Option<Pause>,
    /// What is true of the fleet as a whole, worst first.
    pub findings: Vec<Finding>,
    /// Managed agents in the roster's order, then unmanaged sessions by name.
    pub rows: Vec<Row>,
}

/// What a row is about. Spec §4: rows and actions are keyed by session and pane, because a grouped session shows
/// one pane under two names; an agent without a session is keyed by its name alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey {
    /// The host that the row belongs to.
    pub host: HostName,
    /// The server.
    pub socket: Socket,
    /// The session's name, which is the agent's.
    pub session: String,
    /// The pane, for the second and further panes of an unmanaged session; an agent's row has `None`, so that it
    /// stays selected through a relaunch.
    pub pane: Option<PaneId>,
}

/// One agent, or one session that the roster does not name.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is about.
    pub key: RowKey,
    /// The agent's name (= tmux session = systemd instance), or the unmanaged session's.
    pub name: String,
    /// The roster's alias.
    pub alias: Option<String>,
    /// The roster's class; `None` for an unmanaged session.
    pub class: Option<String>,
    /// The roster's runtime; for an unmanaged session the recognised one.
    pub runtime: Option<String>,
    /// The roster's model hint, else the heartbeat's model.
    pub model: Option<String>,
    /// Whose it is.
    pub tenant: Tenant,
    /// Whether the roster names it.
    pub managed: bool,
    /// Its unit; `Unknown` where there is no manager or no such unit, with the reason.
    pub unit: Reading<Unit>,
    /// Its session; `None` when there is none.
    pub session: Option<SessionFacts>,
    /// Its pane; `None` when there is none.
    pub pane: Option<Pane>,
    /// How long its window has been quiet.
    pub idle: Reading<Duration>,
    /// What it is doing: its runtime's title of the conversation, else its last prompt. One line, safe to show.
    pub doing: Option<String>,
    /// How full its context is.
    pub context: Option<Context>,
    /// Its heartbeat.
    pub heartbeat: Beat,
    /// Its own pause; the fleet's is [`Fleet::paused`].
    pub pause: Option<Pause>,
    /// Who has taken it over.
    pub taken: Option<Taken>,
    /// The prompt that its screen shows, for whoever wants to answer it.
    pub prompt: Option<Prompt>,
    /// Whether its screen shows that it works, which is what a message is refused for; `None`: not known.
    pub busy: Option<bool>,
    /// The verdict.
    pub judgement: Judgement,
    /// Since when the readiness has been what it is, as far as a source tells or this program has seen.
    pub since: Timestamp,
    /// Whether it began then; otherwise it has lasted at least since then.
    pub since_exact: bool,
    /// Whether the verdict has been confirmed by a second look (spec §6); unconfirmed rows are drawn dim.
    pub confirmed: bool,
}

/// How full an agent's context is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// How much of the window is used, in percent, at most 100; 0 is none at all.
    pub used_percent: u8,
    /// Whose record says so; `its screen`.
    pub source: String,
}

/// A row's unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its full name.
    pub name: String,
    /// What the manager says of it.
    pub facts: UnitFacts,
    /// `enabled`, `disabled` …
    pub enabled: Reading<String>,
}

/// A row's pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pane {
    /// The pane on its server: what a mirror or an action is aimed at.
    pub key: PaneKey,
    /// The process tmux started in it.
    pub pid: u32,
    /// `pane_current_command`.
    pub command: String,
    /// The recognised runtime, or why there is none.
    pub runtime: Reading<String>,
    /// The version of that runtime, where it is known.
    pub version: Option<String>,
    /// The command line of the process it was recognised by.
    pub argv: Option<String>,
    /// `pane_title`.
    pub title: String,
    /// Its working directory.
    pub cwd: Reading<String>,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
    /// How it ended, when it is dead.
    pub dead: Option<DeadPane>,
    /// Whether copy mode or another mode is open.
    pub in_mode: bool,
    /// Whether somebody has a pipe on it, and our mark on that pipe.
    pub piped: bool,
    /// Our mark.
    pub mark: Option<String>,
}

/// A row's heartbeat: always there, so that "none" has its reason too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// healthy, stale or unknown.
    pub health: Health,
    /// Why the health is not `healthy`, in words.
    pub why: Option<String>,
    /// What the file said, when it could be read.
    pub read: Option<Heartbeat>,
    /// Its age; `None` when it has no time or lies in the future.
    pub age: Option<Duration>,
}

impl Row {
    /// Whether it is parked with an empty context: nothing that it was given to do has arrived.
    #[must_use]
    pub fn is_parked_empty(&self) -> bool {
        self.judgement.evidence.iter().any(|piece| piece.rule == readiness::CONTEXT_EMPTY)
    }

    /// The pane that a mirror of this row shows: none for this program's own pane (spec §6, SELF).
    #[must_use]
    pub fn mirror_pane(&self) -> Option<&Pane> {
        self.pane.as_ref().filter(|_| !self.has(Flag::Own))
    }

    /// Whether its pane is there, and its program has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.pane.as_ref().is_some_and(|pane| pane.dead.is_some())
    }

    /// Whether it carries a flag.
    #[must_use]
    pub fn has(&self, flag: Flag) -> bool {
        self.judgement.flags.contains(&flag)
    }

    /// For how long it has been in its state, in words: `2h04m`, or `at least 2h04m`.
    #[must_use]
    pub fn lasts(&self, now: Timestamp) -> String {
        let lasts = short(age(self.since, now));
        if self.since_exact { lasts } else { format!("at least {lasts}") }
    }

    /// Why somebody should look at it, in one line; of one that is declared and unknown, why nothing is known.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        let unknown = || self.heartbeat.why.clone().filter(|_| self.managed && self.readiness() == Readiness::Unknown);
        self.judgement.why().or_else(unknown).map(|why| visible(&why))
    }

    /// Its state.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        self.judgement.readiness
    }

    /// Whether a person should look at it: a confirmed fault of a managed agent.
    #[must_use]
    pub fn needs_you(&self) -> bool {
        self.managed && self.judgement.is_fault()
    }
}
