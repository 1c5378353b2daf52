//! Whom an order is for, exactly: host, server, session, pane, process, unit. Made of a judged row, never of a name alone.

use super::{Act, Order, Refusal, launch::Launch, refusal};
use crate::fleet::{
    facts::{HostFacts, ServerState},
    ids::{AgentName, HostName, PaneId, SessionId, Socket, Tenant},
    judgement::{Flag, Readiness},
    roster::Roster,
    row::{Fleet, Row, RowKey},
    text::visible,
};

/// One agent, or the whole fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Whose fleet it is.
    pub tenant: Tenant,
    /// The host that it lives on.
    pub host: HostName,
    /// The agent; `None` is the fleet as a whole (pause and resume).
    pub aim: Option<Box<Aim>>,
}

/// One agent as the last look saw it. All of it is looked at again right before anything is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// The row it was made of: where progress is shown.
    pub row: RowKey,
    /// Its name.
    pub name: String,
    /// Whether the roster names it.
    pub managed: bool,
    /// Its server.
    pub socket: Socket,
    /// That server's pid; `None` where none runs.
    pub server: Option<u32>,
    /// That server's version, as it prints it.
    pub version: Option<String>,
    /// Its session.
    pub session: Option<SessionId>,
    /// Its pane.
    pub pane: Option<PaneAim>,
    /// Its unit, by full name, when there is one.
    pub unit: Option<String>,
    /// The runtime: the one that runs, else the one that the roster declares.
    pub runtime: Option<String>,
    /// The version of the one that runs, where it is known.
    pub runtime_version: Option<String>,
    /// The roster's reset command for that runtime.
    pub reset_command: Option<String>,
    /// How it would be launched where neither unit nor pane is there.
    pub launch: Option<Launch>,
    /// What the last look saw that an operator should know before acting on it.
    pub cautions: Vec<String>,
}

/// A pane and the process that it had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaneAim {
    /// Its id.
    pub id: PaneId,
    /// The process that tmux started in it.
    pub pid: u32,
    /// Whether that has ended.
    pub dead: bool,
}

/// What a target is made of beside the row.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The fleet that the row belongs to.
    pub fleet: &'a Fleet,
    /// The facts that it was judged by.
    pub facts: &'a HostFacts,
    /// The roster, when there is one.
    pub roster: Option<&'a Roster>,
    /// The user's home directory.
    pub home: &'a str,
}

impl Target {
    /// The whole fleet.
    #[must_use]
    pub fn fleet(fleet: &Fleet) -> Self {
        Self { tenant: fleet.tenant.clone(), host: fleet.host.clone(), aim: None }
    }

    /// The agent of a row, when it can take the order.
    pub fn of(order: &Order, row: &Row, around: &Surroundings<'_>) -> Result<Self, Refusal> {
        order.fits(row, around.fleet)?;
        refusal::of_server(order, row, around.facts)?;
        let agent = around.roster.filter(|_| row.managed);
        let agent =
            agent.and_then(|roster| Some((roster, roster.agents.iter().find(|a| a.name.as_str() == row.name)?)));
        let server = around.facts.servers.get(&row.key.socket).map(|server| &server.state);
        let (server, version) = match server {
            Some(ServerState::Up { pid, version, .. }) => (Some(*pid), Some(version.clone())),
            _ => (None, None),
        };
        let pane = row.pane.as_ref();
        let runs = pane.and_then(|pane| pane.runtime.known().cloned());
        let runtime = runs.or_else(|| row.runtime.clone().filter(|_| row.managed));
        let aim = Aim {
            row: row.key.clone(),
            name: row.name.clone(),
            managed: row.managed,
            socket: row.key.socket.clone(),
            server,
            version,
            session: row.session.as_ref().map(|session| session.id),
            pane: pane.map(|pane| PaneAim { id: pane.key.pane, pid: pane.pid, dead: pane.dead.is_some() }),
            unit: row.unit.known().map(|unit| unit.name.clone()),
            reset_command: around
                .roster
                .zip(runtime.as_ref())
                .and_then(|(roster, runtime)| roster.runtimes.get(runtime)?.reset_command.clone()),
            runtime,
            runtime_version: pane.and_then(|pane| pane.version.clone()),
            launch: agent.map(|(roster, agent)| Launch::of(roster, agent, around.home)),
            cautions: cautions(order, row, around.fleet),
        };
        Ok(Self { tenant: row.tenant.clone(), host: row.key.host.clone(), aim: Some(Box::new(aim)) })
    }

    /// Whether both are one pane: sessions of a group show the same ones, and each has its row.
    #[must_use]
    pub fn same_pane(&self, other: &Self) -> bool {
        let pane = |target: &Self| {
            let aim = target.aim.as_deref()?;
            Some((aim.socket.clone(), aim.server, aim.pane?.id))
        };
        let mine = pane(self);
        mine.is_some() && self.host == other.host && mine == pane(other)
    }

    /// Its name for people: the agent's, else `the fleet`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.aim.as_ref().map_or("the fleet", |aim| aim.name.as_str())
    }
}

/// What does not stand against an order, and should still be known before it is given.
fn cautions(order: &Order, row: &Row, fleet: &Fleet) -> Vec<String> {
    let says = || row.judgement.cause.as_ref().map_or_else(String::new, |cause| format!(": {}", visible(&cause.says)));
    let relaunches = matches!(order.act, Act::Relaunch);
    let state = match row.judgement.readiness {
        Readiness::Stale if !relaunches => Some(format!("its heartbeat is stale{}", says())),
        Readiness::Stuck if !relaunches => Some(format!("it is stuck{}", says())),
        Readiness::Working if relaunches => Some("it works: the turn that runs is lost".to_owned()),
        _ => None,
    };
    let taken = row.has(Flag::Taken).then(|| "somebody has taken it over".to_owned());
    let drift = row.has(Flag::Drift).then(|| "what runs in it is not what the roster says".to_owned());
    let paused = fleet.paused.is_some() || row.pause.is_some();
    let forced = order
        .forced
        .as_ref()
        .filter(|_| paused && order.held_by_pause())
        .map(|_| "it is paused, and this is forced".to_owned());
    [state, taken, drift, forced].into_iter().flatten().collect()
}

impl Aim {
    /// Its name where it is one that files and units can carry.
    #[must_use]
    pub fn agent(&self) -> Option<AgentName> {
        self.name.parse().ok()
    }
}
