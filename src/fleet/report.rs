//! The document of `ps --json`, and its schema, from the same types. It says what a [`Fleet`] says and adds nothing.
//!
//! Times are RFC 3339 in UTC with whole seconds, durations whole seconds (rounded down), what is not known is `null`.
//! Text from panes and files stands as it is: JSON escapes its control characters. `docs/json.md` describes it.

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    facts::{Pause, SessionFacts},
    heartbeat::{Health, Status},
    judgement::{Cause, Drift, Evidence, Finding, Flag, Readiness},
    row::{Beat, Context, Fleet, Pane, Row, Unit},
    taken::Taken,
    words::utc,
};

/// The version of the document: raised when a field changes its meaning or goes, not when one is added.
const SCHEMA: u32 = 1;

/// The schema of [`Report`], as `mosaic-top schema` prints it and `assets/ps.schema.json` holds it.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Report).to_value()
}

/// One fleet at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    /// The version of this document.
    pub schema: u32,
    /// The user that owns the fleet.
    pub tenant_id: String,
    /// The host that was looked at.
    pub host: String,
    /// When the facts were gathered.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// The fleet's tmux socket; `default` is the user's default server.
    pub socket: String,
    /// The fleet's pause switch.
    pub paused: Option<PauseReport>,
    /// What is true of the fleet as a whole, worst first.
    pub findings: Vec<Finding>,
    /// Managed agents in the roster's order, then unmanaged sessions by name.
    pub agents: Vec<AgentReport>,
}

/// One agent, or one unmanaged session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AgentReport {
    /// Its name: also its tmux session and its systemd instance.
    pub name: String,
    /// The roster's alias.
    pub alias: Option<String>,
    /// The roster's class.
    pub class: Option<String>,
    /// The roster's runtime; for an unmanaged session what runs in it.
    pub runtime: Option<String>,
    /// The roster's model hint, else the heartbeat's model.
    pub model: Option<String>,
    /// Whose it is.
    pub tenant_id: String,
    /// The host it lives on.
    pub host: String,
    /// Whether the roster names it.
    pub managed: bool,
    /// Its systemd unit; null where there is none or it could not be asked for (`evidence` says which).
    pub unit: Option<UnitReport>,
    /// Its tmux session.
    pub session: Option<SessionReport>,
    /// Its tmux pane.
    pub pane: Option<PaneReport>,
    /// How long its window has been quiet.
    pub idle_seconds: Option<u64>,
    /// Its heartbeat: always an object.
    pub heartbeat: HeartbeatReport,
    /// Its state.
    pub readiness: Readiness,
    /// Since when it has been in that state, as far as a source tells or this program has seen.
    #[schemars(extend("format" = "date-time"))]
    pub since: String,
    /// Whether it began then; otherwise it has lasted at least since then.
    pub since_exact: bool,
    /// Why it is in a faulty state.
    pub cause: Option<Cause>,
    /// Everything that was weighed, strongest first.
    pub evidence: Vec<EvidenceReport>,
    /// Its flags, worst first.
    pub flags: Vec<Flag>,
    /// The fields in which it differs from the roster.
    pub drift: Vec<Drift>,
    /// What it is doing, in its own words.
    pub doing: Option<String>,
    /// How much of its context window is used.
    pub context: Option<ContextReport>,
    /// The pause that holds for it: its own, else the fleet's.
    pub pause: Option<PauseReport>,
    /// Who has taken it over.
    pub taken: Option<TakenReport>,
    /// The tmux socket that it lives on.
    pub socket: String,
}

/// A systemd unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnitReport {
    /// `ActiveState`.
    pub active: String,
    /// `SubState`.
    pub sub: String,
    /// `UnitFileState`.
    pub enabled: Option<String>,
    /// `LoadState`.
    pub load: String,
}

/// A tmux session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SessionReport {
    /// Its id: `$3`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The group that it belongs to.
    pub group: Option<String>,
}

/// A tmux pane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PaneReport {
    /// Its id: `%5`.
    pub id: String,
    /// The process that tmux started in it.
    pub pid: u32,
    /// `pane_current_command`.
    pub command: String,
    /// The runtime that its processes were recognised as.
    pub runtime: Option<String>,
    /// Its working directory.
    pub cwd: Option<String>,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
    /// Whether its program has ended.
    pub dead: bool,
    /// How it ended; null while it lives, and when a signal ended it.
    pub exit_status: Option<i32>,
}

/// A heartbeat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HeartbeatReport {
    /// When it was written.
    #[schemars(extend("format" = "date-time"))]
    pub ts: Option<String>,
    /// How old it is.
    pub age_seconds: Option<u64>,
    /// The agent's pid, as its sidecar knows it.
    pub pid: Option<u32>,
    /// What it says of itself.
    pub status: Option<Status>,
    /// The model that it runs.
    pub model: Option<String>,
    /// How its age reads; `unknown` also when there is none.
    pub health: Health,
    /// Keys of the file that this version does not know.
    pub other: BTreeMap<String, String>,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EvidenceReport {
    /// Where it comes from.
    pub source: String,
    /// The rule that read it.
    pub rule: String,
    /// What it says.
    pub says: String,
    /// When that was true.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// The line of the screen, where it is one.
    pub line: Option<String>,
}

/// A context window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ContextReport {
    /// How much is used, in percent.
    pub used_percent: u8,
    /// Who says so.
    pub source: String,
}

/// A pause. Anyone's `touch` counts: then nothing but the time is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PauseReport {
    /// Who paused.
    pub by: Option<String>,
    /// From which host.
    pub host: Option<String>,
    /// Since when.
    #[schemars(extend("format" = "date-time"))]
    pub at: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// A takeover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TakenReport {
    /// Who.
    pub by: String,
    /// From where.
    pub from: Option<String>,
    /// Since when.
    #[schemars(extend("format" = "date-time"))]
    pub since: String,
}

impl Report {
    /// The document of a fleet.
    #[must_use]
    pub fn of(fleet: &Fleet) -> Self {
        Self {
            schema: SCHEMA,
            tenant_id: fleet.tenant.0.clone(),
            host: fleet.host.0.clone(),
            at: utc(fleet.at),
            socket: fleet.socket.to_string(),
            paused: fleet.paused.as_ref().map(PauseReport::of),
            findings: fleet.findings.clone(),
            agents: fleet.rows.iter().map(|row| AgentReport::of(row, fleet.paused.as_ref())).collect(),
        }
    }
}

impl AgentReport {
    fn of(row: &Row, fleet_pause: Option<&Pause>) -> Self {
        let judgement = &row.judgement;
        Self {
            name: row.name.clone(),
            alias: row.alias.clone(),
            class: row.class.clone(),
            runtime: row.runtime.clone(),
            model: row.model.clone(),
            tenant_id: row.tenant.0.clone(),
            host: row.key.host.0.clone(),
            managed: row.managed,
            unit: row.unit.known().map(UnitReport::of),
            session: row.session.as_ref().map(SessionReport::of),
            pane: row.pane.as_ref().map(PaneReport::of),
            idle_seconds: row.idle.known().map(Duration::as_secs),
            heartbeat: HeartbeatReport::of(&row.heartbeat),
            readiness: judgement.readiness,
            since: utc(row.since),
            since_exact: row.since_exact,
            cause: judgement.cause.clone(),
            evidence: judgement.evidence.iter().map(EvidenceReport::of).collect(),
            flags: judgement.flags.clone(),
            drift: judgement.drift.clone(),
            doing: row.doing.clone(),
            context: row.context.as_ref().map(ContextReport::of),
            pause: row.pause.as_ref().or(fleet_pause).filter(|_| row.has(Flag::Paused)).map(PauseReport::of),
            taken: row.taken.as_ref().filter(|_| row.has(Flag::Taken)).map(TakenReport::of),
            socket: row.key.socket.to_string(),
        }
    }
}

impl ContextReport {
    fn of(context: &Context) -> Self {
        Self { used_percent: context.used_percent, source: context.source.clone() }
    }
}

impl UnitReport {
    fn of(unit: &Unit) -> Self {
        let facts = unit.facts.clone();
        Self { active: facts.active, sub: facts.sub, enabled: unit.enabled.known().cloned(), load: facts.load }
    }
}

impl SessionReport {
    fn of(session: &SessionFacts) -> Self {
        Self { id: session.id.to_string(), name: session.name.clone(), group: session.group.clone() }
    }
}

impl PaneReport {
    fn of(pane: &Pane) -> Self {
        Self {
            id: pane.key.pane.to_string(),
            pid: pane.pid,
            command: pane.command.clone(),
            runtime: pane.runtime.known().cloned(),
            cwd: pane.cwd.known().cloned(),
            width: pane.width,
            height: pane.height,
            dead: pane.dead.is_some(),
            exit_status: pane.dead.and_then(|dead| dead.status),
        }
    }
}

impl HeartbeatReport {
    fn of(beat: &Beat) -> Self {
        let read = beat.read.as_ref();
        Self {
            ts: read.and_then(|read| read.ts).map(utc),
            age_seconds: beat.age.as_ref().map(Duration::as_secs),
            pid: read.and_then(|read| read.pid),
            status: read.and_then(|read| read.status),
            model: read.and_then(|read| read.model.clone()),
            health: beat.health,
            other: read.map(|read| read.other.clone()).unwrap_or_default(),
        }
    }
}

impl EvidenceReport {
    fn of(evidence: &Evidence) -> Self {
        let Evidence { source, rule, says, at, line } = evidence;
        let (source, rule) = ((*source).to_owned(), rule.to_string());
        Self { source, rule, says: says.clone(), at: utc(*at), line: line.clone() }
    }
}

impl TakenReport {
    fn of(taken: &Taken) -> Self {
        Self { by: taken.by.clone(), from: taken.from.clone(), since: utc(taken.since) }
    }
}

impl PauseReport {
    fn of(pause: &Pause) -> Self {
        let at = pause.at.map(|at: Timestamp| utc(at));
        Self { by: pause.by.clone(), host: pause.host.clone(), at, reason: pause.reason.clone() }
    }
}
