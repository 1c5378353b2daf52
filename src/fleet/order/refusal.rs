//! Why an order was not carried out, in words, with the exit code of a verb.

use thiserror::Error;

use super::{Act, Order};
use crate::fleet::{
    facts::{HostFacts, Pause, ServerState},
    ids::AgentName,
    judgement::Flag,
    row::{Fleet, Row},
    taken::Taken,
    text::visible,
    words,
};

/// Why nothing was done. Its words are one line without a full stop, safe to print, and name neither an option nor a key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// This program may not change anything.
    #[error("{0}")]
    ReadOnly(String),
    /// The pane that this program runs in.
    #[error("{0} is the pane that this program runs in")]
    Own(String),
    /// The session that keeps the server alive.
    #[error("{0} is the holder: it keeps the tmux server alive")]
    Holder(String),
    /// It lives on a host that is not observed.
    #[error("{0}")]
    Unreachable(String),
    /// The fleet or the agent is paused.
    #[error("{0}")]
    Paused(String),
    /// Somebody has taken the session over.
    #[error("{0}")]
    Taken(String),
    /// There is no such agent, no session or no pane.
    #[error("{0}")]
    Missing(String),
    /// What was seen before is not what is there now: another process, another server.
    #[error("{0}. Nothing was done; look again")]
    Changed(String),
    /// Stopping it would take the tmux server, and with it the fleet, down.
    #[error("{0}")]
    Hazard(String),
    /// No turn to interrupt.
    #[error("{0}")]
    NotWorking(String),
    /// No recognised runtime, or nothing is known of the key or command that it would take.
    #[error("{0}")]
    NoRule(String),
    /// It cannot be launched from here; the words hold the command that would.
    #[error("{0}")]
    NoLaunch(String),
    /// The log cannot be written, so nothing is changed.
    #[error("the action log cannot be written, so nothing was changed: {0}")]
    Log(String),
    /// Others may write to the fleet's own directories.
    #[error("{0}")]
    Open(String),
    /// It loses something, and nobody has said yes.
    #[error("{0}")]
    Unconfirmed(String),
    /// Somebody else made the pause.
    #[error("{0}")]
    Others(String),
    /// The same order runs on it already.
    #[error("{0}")]
    Running(String),
    /// The brakes stopped a recovery before it came to this one.
    #[error("{0}")]
    Stopped(String),
    /// The composer or the screen would not take it safely: a prompt, a draft, copy mode, a busy agent.
    #[error("{0}")]
    Unsafe(String),
}

impl Refusal {
    /// The exit code: 1 for a target that is not there, 4 for everything that policy or the screen refused.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Missing(_) | Self::Changed(_) | Self::NoLaunch(_) => 1,
            _ => 4,
        }
    }

    /// Its words for an order that had begun: without those that are only true where nothing was done.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Changed(why) | Self::Log(why) => why.clone(),
            other => other.to_string(),
        }
    }

    /// Its stable word, for the log and `--json`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::ReadOnly(_) => "read-only",
            Self::Own(_) => "self",
            Self::Holder(_) => "holder",
            Self::Unreachable(_) => "unreachable",
            Self::Paused(_) => "paused",
            Self::Taken(_) => "taken",
            Self::Missing(_) => "missing",
            Self::Changed(_) => "changed",
            Self::Hazard(_) => "hazard",
            Self::NotWorking(_) => "not-working",
            Self::NoRule(_) => "no-rule",
            Self::NoLaunch(_) => "no-launch",
            Self::Log(_) => "log",
            Self::Open(_) => "open-directory",
            Self::Unconfirmed(_) => "unconfirmed",
            Self::Others(_) => "others",
            Self::Running(_) => "running",
            Self::Stopped(_) => "stopped",
            Self::Unsafe(_) => "unsafe",
        }
    }

    /// Whether the same order with a reason would be carried out.
    #[must_use]
    pub fn yields(&self, order: &str) -> bool {
        match self {
            Self::Paused(_) | Self::Taken(_) => true,
            // What was paused while the log could not be written must not stay so because it still cannot.
            Self::Log(_) => order == "resume",
            _ => false,
        }
    }

    /// What to do about it from the command line. A dashboard names its keys instead.
    #[must_use]
    pub fn hint(&self, order: &str) -> Option<&'static str> {
        match self {
            Self::Paused(_) => Some("--force with a --reason, or resume"),
            Self::Taken(_) => Some("--force with a --reason, or wait until they have left"),
            Self::Log(_) if order == "resume" => {
                Some("make it writable again; or --force with a --reason takes it back without a line in the log")
            }
            Self::Unconfirmed(_) => Some("--yes"),
            Self::Others(_) => Some("--yes takes it back all the same"),
            _ => None,
        }
    }

    /// The refusal of a pause that holds for `whom`.
    #[must_use]
    pub fn paused(whom: &str, pause: &Pause) -> Self {
        let part = |word: &str, value: &Option<String>| {
            value.as_ref().map_or_else(String::new, |value| format!("{word}{}", visible(value)))
        };
        let since = pause.at.map_or_else(String::new, |at| format!(" since {}", words::utc(at)));
        Self::Paused(format!("{whom} is paused{}{since}{}", part(" by ", &pause.by), part(": ", &pause.reason)))
    }

    /// The refusal of an agent that somebody has taken over.
    #[must_use]
    pub fn taken(whom: &str, taken: &Taken) -> Self {
        Self::Taken(format!("{whom} is taken over {}", taken.words()))
    }

    /// The refusal of HAZARD, with how to mend it.
    #[must_use]
    pub fn hazard(unit: &str) -> Self {
        let unit = visible(unit);
        Self::Hazard(format!(
            "the tmux server lives in {unit}, so stopping that unit would end every agent. Hint: at a quiet time end \
             the fleet, start mosaic-tmux-holder.service (KillMode=process) and then the agents, whose units want and \
             come after it"
        ))
    }
}

/// What the last look says against an order.
pub(super) fn of(order: &Order, row: &Row, fleet: &Fleet) -> Result<(), Refusal> {
    let name = visible(&row.name);
    if row.has(Flag::Own) {
        return Err(Refusal::Own(name));
    }
    if row.has(Flag::Unreachable) {
        return Err(Refusal::Unreachable(format!("{name} is on {}, which is not observed", visible(&row.key.host.0))));
    }
    if order.held_by_pause() && order.forced.is_none() {
        if let Some(pause) = &fleet.paused {
            return Err(Refusal::paused("the fleet", pause));
        }
        if let Some(pause) = &row.pause {
            return Err(Refusal::paused(&name, pause));
        }
    }
    if let Some(taken) = row.taken.as_ref().filter(|_| order.held_by_takeover() && order.forced.is_none()) {
        return Err(Refusal::taken(&name, taken));
    }
    match order.act {
        Act::Send(_) | Act::Answer(_) | Act::Reset { .. } | Act::Interrupt => match &row.pane {
            None => Err(Refusal::Missing(format!("{name} has no pane"))),
            Some(pane) if pane.dead.is_some() => Err(Refusal::Missing(format!("the program of {name} has ended"))),
            Some(_) => Ok(()),
        },
        Act::Relaunch if row.has(Flag::Hazard) => {
            Err(Refusal::hazard(row.unit.known().map_or("its unit", |unit| unit.name.as_str())))
        }
        Act::Relaunch if !row.managed && row.pane.is_none() => {
            Err(Refusal::Missing(format!("nothing is known of how {name} is started")))
        }
        Act::Pause { .. } | Act::Resume if !row.managed => {
            Err(Refusal::Missing(format!("{name} is not in the roster: a pause would mean nothing")))
        }
        Act::Take { .. } if row.session.is_none() => Err(Refusal::Missing(format!("{name} has no session"))),
        Act::Take { .. } => agent_name(row).map(drop),
        Act::Trust if !row.managed => Err(Refusal::Missing(format!("nothing is known of how {name} is started"))),
        Act::Relaunch | Act::Pause { .. } | Act::Resume | Act::Trust => Ok(()),
    }
}

/// What stands against an order for a pane or a session whose server did not answer the last look. What such a row shows
/// is an older look's: there is no server by which it could be told, right before acting, that it is still the same.
pub(super) fn of_server(order: &Order, row: &Row, facts: &HostFacts) -> Result<(), Refusal> {
    let on_server = order.is_for_a_pane() || matches!(order.act, Act::Take { .. });
    if !on_server || row.pane.is_none() && row.session.is_none() {
        return Ok(());
    }
    let why = match facts.servers.get(&row.key.socket).map(|server| &server.state) {
        Some(ServerState::Up { .. }) => return Ok(()),
        Some(ServerState::Unreachable(why) | ServerState::OtherProtocol(why)) => visible(why),
        Some(ServerState::Empty | ServerState::Absent) => "none runs".to_owned(),
        None => "it was not asked".to_owned(),
    };
    let name = visible(&row.name);
    Err(Refusal::Unreachable(format!("the tmux server of {name} on socket {} does not answer: {why}", row.key.socket)))
}

/// A takeover is marked in a file of the agent's name.
fn agent_name(row: &Row) -> Result<AgentName, Refusal> {
    row.name.parse().map_err(|_| Refusal::Missing(format!("{} is no name that a file could carry", visible(&row.name))))
}
