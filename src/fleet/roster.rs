//! The roster: which agents there should be. Spec §3.

use std::collections::BTreeMap;

use super::ids::{AgentName, Socket};

/// A roster that was read without an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// The fleet's server: absent in the file is the default server, never a name of our own.
    pub socket: Socket,
    /// The session that keeps the server alive; never listed as an agent. Default `_holder`.
    pub holder_session: String,
    /// `defaults.working_directory`, default `~/src`, not expanded.
    pub working_directory: String,
    /// Per runtime: what the roster overrides.
    pub runtimes: BTreeMap<String, RuntimeOverride>,
    /// The agents in the file's order.
    pub agents: Vec<Agent>,
}

/// What a roster overrides for one runtime.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuntimeOverride {
    /// The command that resets its context.
    pub reset_command: Option<String>,
}

/// One declared agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// = tmux session = systemd instance.
    pub name: AgentName,
    /// Its role class; any word.
    pub class: Option<String>,
    /// `claude`, `codex`, `pi`, `opencode`, or any command.
    pub runtime: Option<String>,
    /// The friendly name of a front end.
    pub alias: Option<String>,
    /// The model it should run.
    pub model_hint: Option<String>,
    /// Its own working directory, not expanded.
    pub working_directory: Option<String>,
    /// The host it lives on; absent: this one.
    pub host: Option<String>,
    /// How to reach that host.
    pub ssh: Option<String>,
    /// Its own socket, overriding the fleet's.
    pub socket: Option<Socket>,
    /// Bypass permissions at launch; default true.
    pub yolo: bool,
    /// Replaces the whole launch command.
    pub command: Option<String>,
    /// Launch field: channels.
    pub channels: Vec<String>,
    /// Launch field: environment.
    pub env: BTreeMap<String, String>,
    /// A unit name other than `mosaic-agent@<name>.service`.
    pub unit: Option<String>,
    /// Where in the file it stands.
    pub place: Place,
}

/// A place in a file: both count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// Something wrong or odd in a file that the user wrote: shown as `file:line:column: what. Hint: …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, when a place is known.
    pub place: Option<Place>,
    /// Errors keep the file from being used; warnings do not.
    pub error: bool,
    /// What is wrong, without a full stop.
    pub what: String,
    /// What to do next, without a full stop.
    pub hint: Option<String>,
}

/// What reading a roster gave: a roster unless there is an error, and every problem at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The roster, when no problem is an error.
    pub roster: Option<Roster>,
    /// Everything found, in the file's order.
    pub problems: Vec<Problem>,
}
