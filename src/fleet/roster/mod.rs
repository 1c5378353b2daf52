//! The roster: which agents there should be. Spec §3.
//!
//! [`parse`] reads a text, YAML or JSON, and tells every problem at once with its place; [`floor`] tells what a whole
//! fleet lacks. Nothing here looks at what runs.
//!
//! | module   | what it does                                                        |
//! |----------|---------------------------------------------------------------------|
//! | `keys`   | the table of keys and what each value must be                       |
//! | `check`  | the rules over the tree: all problems                               |
//! | `decode` | the tree → [`Roster`], when there is no error                       |
//!
//! Decisions where the contract is silent: a missing `version` is read as 1 with a warning; a missing `agents` is an
//! error (more likely the wrong file than a fleet of nobody); a number or flag where text belongs is an error with the
//! hint to quote it, because other readers of the file would see `007` as 7; anchors, aliases and `<<` are followed;
//! an empty text counts as absent, except that an agent's `socket: ""` is the default server.

use std::collections::BTreeMap;

use super::{
    ids::{AgentName, Socket},
    judgement::{Finding, Severity},
    yaml::marked,
};

pub use super::yaml::{Place, Problem};

mod check;
mod decode;
mod keys;
pub mod news;
#[cfg(test)]
mod tests;

/// The holder's session where the roster names none.
const HOLDER: &str = "_holder";
/// The working directory where the roster names none.
const WORKING_DIRECTORY: &str = "~/src";
/// What the launcher starts for an agent without a runtime.
const RUNTIME: &str = "pi";
/// How older fleets call the orchestrator's unit.
const LEGACY_ORCHESTRATOR_UNIT: &str = "mosaic-fleet-orchestrator.service";

/// Reads a roster. Never fails: what is wrong is among the problems, all of it at once.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let tree = match marked::read(text) {
        Ok(Some(tree)) if tree.kind != marked::Kind::Null => tree,
        Ok(_) => return Parsed::refused(Problem::error(None, "the roster is empty").hinted(EMPTY_HINT)),
        Err(problem) => return Parsed::refused(problem),
    };
    let mut problems = check::check(&tree);
    if problems.iter().any(|problem| problem.error) {
        return Parsed { roster: None, problems };
    }
    match decode::decode(&tree) {
        Ok(roster) => Parsed { roster: Some(roster), problems },
        Err(problem) => {
            problems.push(problem);
            Parsed { roster: None, problems }
        }
    }
}

const EMPTY_HINT: &str = "begin with `version: 1` and a list of `agents`";

/// Spec §3: a fleet has at least one orchestrator and one enhancer, and not two orchestrators. Findings, not errors.
#[must_use]
pub fn floor(roster: &Roster) -> Vec<Finding> {
    let finding = |says: String, hint: &str| Finding {
        severity: Severity::Warning,
        rule: "roster.floor",
        says,
        hint: Some(hint.to_owned()),
    };
    let of_role = |role| roster.agents.iter().filter(move |agent| agent.role() == role).collect::<Vec<_>>();
    let mut findings = Vec::new();
    match of_role("orchestrator").as_slice() {
        [] => {
            findings.push(finding("the roster has no orchestrator".into(), "add an agent with `class: orchestrator`"));
        }
        [_] => {}
        many => {
            let names: Vec<_> = many.iter().map(|agent| agent.name.as_str()).collect();
            let says = format!("the roster has {} orchestrators: {}", many.len(), names.join(", "));
            findings.push(finding(says, "keep one; `planner` is another word for the same class"));
        }
    }
    if of_role("enhancer").is_empty() {
        findings.push(finding("the roster has no enhancer".into(), "add an agent with `class: enhancer`"));
    }
    findings
}

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

/// What reading a roster gave: a roster unless there is an error, and every problem at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The roster, when no problem is an error.
    pub roster: Option<Roster>,
    /// Everything found, in the file's order.
    pub problems: Vec<Problem>,
}

impl Parsed {
    fn refused(problem: Problem) -> Self {
        Self { roster: None, problems: vec![problem] }
    }
}

impl Roster {
    /// The server that an agent lives on: its own socket, else the fleet's.
    #[must_use]
    pub fn socket_of<'a>(&'a self, agent: &'a Agent) -> &'a Socket {
        agent.socket.as_ref().unwrap_or(&self.socket)
    }

    /// The directory that an agent works in: its own, else the default, with a leading `~` replaced by `home`.
    #[must_use]
    pub fn working_directory_of(&self, agent: &Agent, home: &str) -> String {
        let directory = agent.working_directory.as_ref().unwrap_or(&self.working_directory);
        match directory.strip_prefix('~') {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{}{rest}", home.trim_end_matches('/')),
            _ => directory.clone(),
        }
    }
}

impl Agent {
    /// The class that it counts as: `planner` is an alias of `orchestrator`; without a class the name tells the role.
    #[must_use]
    pub fn role(&self) -> &str {
        match self.class.as_deref().unwrap_or(self.name.as_str()) {
            "planner" => "orchestrator",
            role => role,
        }
    }

    /// The runtime that a launch starts: `pi` where the roster names none.
    #[must_use]
    pub fn runtime_or_default(&self) -> &str {
        self.runtime.as_deref().unwrap_or(RUNTIME)
    }

    /// Its unit's full name: the roster's `unit`, else the template's instance.
    #[must_use]
    pub fn unit_name(&self) -> String {
        match &self.unit {
            Some(unit) if unit.ends_with(".service") => unit.clone(),
            Some(unit) => format!("{unit}.service"),
            None => self.name.unit(),
        }
    }

    /// The unit to look for when [`unit_name`](Self::unit_name) does not exist: older fleets run the orchestrator
    /// under a name of its own. `None` for any other agent, and for one whose roster entry names its unit.
    #[must_use]
    pub fn legacy_unit_name(&self) -> Option<&'static str> {
        (self.unit.is_none() && self.role() == "orchestrator").then_some(LEGACY_ORCHESTRATOR_UNIT)
    }
}
