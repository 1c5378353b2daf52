//! The words of a verdict on an agent: readiness, flags, causes, evidence. The verdict itself is `readiness.rs`.

use std::{borrow::Cow, fmt};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// Spec §6: the state of an agent, the first that applies. Worst first, which is also the attention order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Readiness {
    /// Positive evidence of a block: a prompt that nobody will answer, or the runtime's own word.
    Stuck,
    /// No session, or its pane is dead.
    Dead,
    /// The heartbeat is too old, and the runtime itself says nothing fresh.
    Stale,
    /// Nothing has been heard of it.
    Unknown,
    /// Healthy and idle for longer than the threshold: it is assignable.
    Available,
    /// It works.
    Working,
}

impl Readiness {
    /// Every state, worst first.
    pub const ALL: [Self; 6] = [Self::Stuck, Self::Dead, Self::Stale, Self::Unknown, Self::Available, Self::Working];

    /// Spec §6: whether this state by itself is a fault.
    #[must_use]
    pub fn is_fault(self) -> bool {
        matches!(self, Self::Stuck | Self::Dead | Self::Stale)
    }

    /// The word shown and printed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Stuck => "stuck",
            Self::Dead => "dead",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
            Self::Available => "available",
            Self::Working => "working",
        }
    }

    /// The shape shown and printed beside the word, one cell wide in every terminal.
    #[must_use]
    pub fn shape(self) -> &'static str {
        match self {
            Self::Stuck => "◆",
            Self::Dead => "✖",
            Self::Stale => "~",
            Self::Unknown => "?",
            Self::Available => "○",
            Self::Working => "●",
        }
    }
}

impl fmt::Display for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Spec §6: what a row can carry beside its readiness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Flag {
    /// Stopping one agent would kill the server under all of them.
    Hazard,
    /// Its host is not observed.
    Unreachable,
    /// What runs is not what the roster declares.
    Drift,
    /// Active but not enabled: a reboot loses it.
    Boot,
    /// The agent or the fleet is paused.
    Paused,
    /// Somebody has taken the session over.
    Taken,
    /// A session that the roster does not name.
    Unmanaged,
    /// The pane this program runs in.
    #[serde(rename = "SELF")]
    Own,
}

impl Flag {
    /// Every flag, worst first.
    pub const ALL: [Self; 8] = [
        Self::Hazard,
        Self::Unreachable,
        Self::Drift,
        Self::Boot,
        Self::Paused,
        Self::Taken,
        Self::Unmanaged,
        Self::Own,
    ];

    /// Spec §6: whether this flag counts as a fault for the header and `ps --check`.
    #[must_use]
    pub fn is_fault(self) -> bool {
        matches!(self, Self::Hazard | Self::Unreachable | Self::Drift)
    }

    /// The word shown and printed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Hazard => "HAZARD",
            Self::Unreachable => "UNREACHABLE",
            Self::Drift => "DRIFT",
            Self::Boot => "BOOT",
            Self::Paused => "PAUSED",
            Self::Taken => "TAKEN",
            Self::Unmanaged => "UNMANAGED",
            Self::Own => "SELF",
        }
    }
}

/// What kind of cause a fault has (`cause.kind` of `ps --json`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CauseKind {
    /// Parked at a start-up gate.
    Gate,
    /// A permission or a question inside a turn.
    Asks,
    /// A usage limit.
    Limit,
    /// Authentication or the API is down.
    Error,
    /// A prompt that no rule knows.
    Prompt,
    /// It says that it works, and nothing moves.
    Stalled,
    /// The heartbeat is too old.
    Stale,
    /// No session, or a dead pane.
    Dead,
}

/// Why a state is what it is, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cause {
    /// What kind of cause.
    pub kind: CauseKind,
    /// The rule that found it: `pane.dead`, `heartbeat.stale`, `claude.trust` …
    pub rule: String,
    /// One line for a person: the second line of the row.
    pub says: String,
}

/// One piece of evidence behind a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Evidence {
    /// Where it comes from: `tmux`, `heartbeat`, `systemd`, `process`, `screen` …
    pub source: &'static str,
    /// The rule that read it.
    pub rule: Cow<'static, str>,
    /// What it says, in words.
    pub says: String,
    /// When that was true.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// The line of the screen, where it is one.
    pub line: Option<String>,
}

/// One field in which reality differs from the roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Drift {
    /// `runtime`, `working_directory`, `model` …
    pub field: &'static str,
    /// What the roster declares.
    pub roster: String,
    /// What runs.
    pub actual: String,
}

/// The verdict on one agent at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Its state.
    pub readiness: Readiness,
    /// The cause: always there for a faulty state.
    pub cause: Option<Cause>,
    /// Everything that was weighed, strongest first; also what disagrees.
    pub evidence: Vec<Evidence>,
    /// Its flags, worst first.
    pub flags: Vec<Flag>,
    /// The fields that differ, when DRIFT is among the flags.
    pub drift: Vec<Drift>,
}

impl Judgement {
    /// Spec §6: dead, stuck, stale, DRIFT, HAZARD, UNREACHABLE are faults; BOOT is a warning.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        self.readiness.is_fault() || self.flags.iter().any(|flag| flag.is_fault())
    }
}

/// How bad a fleet-wide finding is; the worst is the banner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something works against the fleet now.
    Fault,
    /// Something will, or part of the picture is missing.
    Warning,
    /// Good to know.
    Note,
}

/// Something that is true of the whole fleet or host rather than of one agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// A stable name: `tmux.absent`, `systemd.unreachable`, `hazard.server-cgroup`, `roster.floor` …
    pub rule: &'static str,
    /// What is the matter, in one line.
    pub says: String,
    /// What to do about it, in one line.
    pub hint: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_state_has_a_shape_and_a_word_of_its_own() {
        let shapes: BTreeSet<_> = Readiness::ALL.iter().map(|state| state.shape()).collect();
        let words: BTreeSet<_> = Readiness::ALL.iter().map(|state| state.word()).collect();
        assert_eq!((shapes.len(), words.len()), (Readiness::ALL.len(), Readiness::ALL.len()));
    }
}
