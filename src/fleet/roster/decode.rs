//! A checked tree → the roster, by serde.
//!
//! The only place that uses `serde_yaml`, and only for its values: it is archived upstream, names one problem at a
//! time and no places, so it never sees the text. Defaults are filled in here.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::{Mapping, Value};

use super::{Agent, HOLDER, Place, Problem, Roster, RuntimeOverride, WORKING_DIRECTORY, check, keys::ROSTER};
use crate::fleet::{
    ids::Socket,
    yaml::marked::{Kind, Marked},
};

/// Makes the roster of a tree in which the rules found no error.
pub(super) fn decode(tree: &Marked) -> Result<Roster, Problem> {
    let file: RosterFile = serde_yaml::from_value(value(tree)).map_err(|error| unforeseen(tree.place, &error))?;
    let agents = file.agents.into_iter().zip(agent_places(tree)).map(|(agent, at)| agent.into_agent(at));
    Ok(Roster {
        socket: Socket::from_name(&file.tmux.socket_name.unwrap_or_default()),
        holder_session: file.tmux.holder_session.unwrap_or_else(|| HOLDER.to_owned()),
        working_directory: some_text(file.defaults.working_directory).unwrap_or_else(|| WORKING_DIRECTORY.to_owned()),
        runtimes: file.runtimes.into_iter().map(|(name, runtime)| (name, runtime.into_override())).collect(),
        agents: agents.collect::<Result<_, _>>()?,
    })
}

#[derive(Deserialize)]
struct RosterFile {
    #[serde(default)]
    tmux: TmuxKeys,
    #[serde(default)]
    defaults: DefaultsKeys,
    #[serde(default)]
    runtimes: BTreeMap<String, RuntimeKeys>,
    #[serde(default)]
    agents: Vec<AgentKeys>,
}

#[derive(Deserialize, Default)]
struct TmuxKeys {
    #[serde(alias = "socketName")]
    socket_name: Option<String>,
    #[serde(alias = "holderSession")]
    holder_session: Option<String>,
}

#[derive(Deserialize, Default)]
struct DefaultsKeys {
    #[serde(alias = "workingDirectory")]
    working_directory: Option<String>,
}

#[derive(Deserialize)]
struct RuntimeKeys {
    #[serde(alias = "resetCommand")]
    reset_command: Option<String>,
}

#[derive(Deserialize)]
struct AgentKeys {
    name: String,
    class: Option<String>,
    runtime: Option<String>,
    alias: Option<String>,
    #[serde(alias = "modelHint")]
    model_hint: Option<String>,
    #[serde(alias = "workingDirectory")]
    working_directory: Option<String>,
    host: Option<String>,
    ssh: Option<String>,
    socket: Option<String>,
    yolo: Option<bool>,
    command: Option<String>,
    #[serde(default)]
    channels: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    unit: Option<String>,
}

impl RuntimeKeys {
    fn into_override(self) -> RuntimeOverride {
        RuntimeOverride { reset_command: some_text(self.reset_command) }
    }
}

impl AgentKeys {
    fn into_agent(self, place: Place) -> Result<Agent, Problem> {
        Ok(Agent {
            name: self.name.parse().map_err(|error| unforeseen(place, &error))?,
            class: some_text(self.class),
            runtime: some_text(self.runtime),
            alias: some_text(self.alias),
            model_hint: some_text(self.model_hint),
            working_directory: some_text(self.working_directory),
            host: some_text(self.host),
            ssh: some_text(self.ssh),
            // Here an empty name says something: this agent lives on the default server.
            socket: self.socket.map(|name| Socket::from_name(&name)),
            yolo: self.yolo.unwrap_or(true),
            command: some_text(self.command),
            channels: self.channels,
            env: self.env,
            unit: some_text(self.unit),
            place,
        })
    }
}

/// An empty text says no more than an absent key.
fn some_text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn agent_places(tree: &Marked) -> Vec<Place> {
    let Kind::Map(entries) = &tree.kind else { return Vec::new() };
    match check::get(entries, ROSTER, "agents").map(|agents| &agents.kind) {
        Some(Kind::List(agents)) => agents.iter().map(|agent| agent.place).collect(),
        _ => Vec::new(),
    }
}

/// The tree as serde's values: a `null` in a mapping is left out, so that it counts as absent.
fn value(tree: &Marked) -> Value {
    match &tree.kind {
        Kind::Null => Value::Null,
        Kind::Flag(flag) => Value::Bool(*flag),
        Kind::Number(text) | Kind::Text(text) => Value::String(text.clone()),
        Kind::List(items) => Value::Sequence(items.iter().map(value).collect()),
        Kind::Map(entries) => {
            let present = entries.iter().filter(|entry| entry.value.kind != Kind::Null);
            Value::Mapping(present.map(|e| (Value::String(e.key.clone()), value(&e.value))).collect::<Mapping>())
        }
    }
}

/// The rules should have caught it. That they did not is still a problem with words, never a crash.
fn unforeseen(at: Place, error: &dyn std::fmt::Display) -> Problem {
    Problem::error(Some(at), format!("the roster cannot be used: {error}"))
        .hinted("this is a gap in mosaic-top's own rules; please report it with the file")
}
