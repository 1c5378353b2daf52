//! All that is known about one agent at one moment: what `readiness::judge` weighs. Made by `fleet::join`.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    facts::{Limits, PaneFacts, Pause, ServerState, SessionFacts},
    gate::Prompt,
    ids::Socket,
    judgement::{Cause, Evidence},
    reading::Reading,
    record::Record,
    row::{Beat, Context, Unit},
    runtime::Recognition,
    taken::Taken,
};

/// One agent, or one session that the roster does not name, at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentFacts {
    /// When the facts were gathered, by the observed host's clock.
    pub now: Timestamp,
    /// What the roster declares; `None` for an unmanaged session.
    pub declared: Option<Declared>,
    /// Where it lives. On a host that is not observed nothing below is a fact about it.
    pub place: Place,
    /// The server that it lives on.
    pub socket: Socket,
    /// What that server answered; `None` when it was never asked.
    pub server: Option<ServerState>,
    /// The session of exactly its name.
    pub session: Option<SessionFacts>,
    /// Other sockets that hold a session of its name: the socket trap of spec §3.
    pub also_on: Vec<Socket>,
    /// The pane that stands for it.
    pub pane: Option<PaneFacts>,
    /// How many panes share that pane's window, and so its activity.
    pub panes_in_window: usize,
    /// Its unit.
    pub unit: Reading<Unit>,
    /// Its heartbeat.
    pub beat: Beat,
    /// What its pane runs.
    pub recognition: Recognition,
    /// The version of that, where it is known.
    pub version: Option<String>,
    /// How long its window has been quiet.
    pub idle: Reading<Duration>,
    /// What its runtime wrote down about itself.
    pub record: Reading<Record>,
    /// How full its context is.
    pub context: Option<Context>,
    /// What the runtime itself says, when it says anything that counts now.
    pub told: Option<RuntimeWord>,
    /// What was seen of the runtime and did not decide.
    pub beside: Vec<Evidence>,
    /// The prompt that its screen shows.
    pub prompt: Option<Prompt>,
    /// Whether its screen shows that it works.
    pub busy: Option<bool>,
    /// The pause that holds for it: its own, else the fleet's.
    pub pause: Option<Pause>,
    /// Who has taken it over.
    pub taken: Option<Taken>,
    /// Whether its pane is the one that this program runs in.
    pub own: bool,
    /// The tmux server lives in this unit, which is the agent's own. Spec §4: HAZARD.
    pub hazard: Option<String>,
    /// Times from the environment.
    pub limits: Limits,
    /// Whether ages can be believed: not for one interval after a suspend or a clock jump.
    pub ages_believed: bool,
}

impl RuntimeWord {
    /// Whether this is a piece of what it rests on, by its source and rule: a stall says it in words of its own.
    #[must_use]
    pub fn rests_on(&self, piece: &Evidence) -> bool {
        let is = |it: &Evidence| (it.source, &it.rule) == (piece.source, &piece.rule);
        match self {
            Self::Working(evidence) => is(evidence),
            Self::Blocked { evidence, .. } => evidence.iter().any(is),
        }
    }
}

/// What the roster says an agent should be, with the roster's defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Its runtime: as declared, else the launcher's default.
    pub runtime: String,
    /// Whether the roster names the runtime itself, rather than leaving it to the default.
    pub runtime_named: bool,
    /// The program of a launch command of its own.
    pub program: Option<String>,
    /// The model it should run.
    pub model: Option<String>,
    /// Its working directory, expanded.
    pub working_directory: String,
}

/// Where an agent lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On the host that the facts are about.
    Here,
    /// On another one, which is not observed.
    Elsewhere {
        /// That host, as the roster names it.
        host: String,
        /// Why it is not observed.
        why: String,
    },
}

/// What a runtime says about itself: its own record, a status sequence, its title, a marker on its screen. Whoever
/// makes one has already decided that it is fresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuntimeWord {
    /// It works.
    Working(Evidence),
    /// It waits for a human.
    Blocked {
        /// For what.
        cause: Cause,
        /// How that is known.
        evidence: Vec<Evidence>,
    },
}
