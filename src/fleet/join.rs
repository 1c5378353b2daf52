//! What the roster declares joined to what runs: (roster, facts of one host) → the judged [`Fleet`].
//!
//! Each agent is the session of exactly its name on its socket; what no agent claims is unmanaged. The holder and the
//! viewers are no agents (spec §1, §3). Pure: it reads nothing and remembers nothing; see `confirm` for what lasts.

mod findings;
mod sessions;
mod shown;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;

use self::sessions::Sessions;
use super::{
    agent_facts::{AgentFacts, Declared, Place},
    began, drift,
    facts::{HostFacts, Limits, PaneFacts, Pause},
    heartbeat::{self, Health},
    ids::{HostName, PaneKey, Socket},
    readiness,
    reading::{Reading, Why},
    record::Record,
    roster::{Agent, Roster},
    row::{Beat, Fleet, Pane, Row, RowKey, Unit},
    runtime::{self, Recognition},
    sights::{Known, Picture, Sight, Sights},
    taken::Taken,
    until::Zones,
    weigh::{self, Sources},
    words,
};
use crate::screen::Screen;

/// The holder's session where no roster names another (spec §3).
const HOLDER_SESSION: &str = "_holder";

/// What a join needs to know beside the roster and the facts.
#[derive(Debug, Clone)]
pub struct JoinContext<'a> {
    /// Times from the environment.
    pub limits: Limits,
    /// The observed user's home directory: what `~` in the roster stands for.
    pub home: &'a str,
    /// The socket that was asked for where there is no roster. `None` is the default server.
    pub socket: Option<&'a Socket>,
    /// The observed host's time zones: in which its runtimes tell times.
    pub zones: &'a Zones,
    /// Whether ages can be believed (see `confirm::Memory::ages_believed`).
    pub ages_believed: bool,
    /// What open mirrors hold at this moment: fresher than any capture.
    pub live: BTreeMap<PaneKey, &'a Screen>,
}

/// Joins and judges. Without a roster every session is unmanaged. `sights` is what the screens said before.
#[must_use]
pub fn join(roster: Option<&Roster>, facts: &HostFacts, context: &JoinContext, sights: &mut Sights) -> Fleet {
    let sessions = Sessions::of(facts, roster.map_or(HOLDER_SESSION, |roster| roster.holder_session.as_str()));
    if let Some(rules) = &facts.rules.rules {
        sights.use_rules(rules);
    }
    let mut joiner = Joiner { facts, context, sessions, sights, looked: BTreeSet::new() };
    let mut rows: Vec<Row> = Vec::new();
    if let Some(roster) = roster {
        rows.extend(roster.agents.iter().map(|agent| joiner.agent(roster, agent)));
    }
    let claimed: BTreeSet<(Socket, String)> = rows
        .iter()
        .filter(|row| row.key.host == facts.identity.host)
        .map(|row| (row.key.socket.clone(), row.name.clone()))
        .collect();
    let mut unmanaged = joiner.unmanaged(&claimed);
    unmanaged.sort_by(|a, b| (&a.name, &a.key.socket).cmp(&(&b.name, &b.key.socket)));
    rows.extend(unmanaged);
    joiner.sights.keep(&joiner.looked);
    Fleet {
        tenant: facts.identity.tenant.clone(),
        host: facts.identity.host.clone(),
        at: facts.at,
        socket: roster.map(|roster| &roster.socket).or(context.socket).cloned().unwrap_or(Socket::Default),
        paused: facts.paused.known().cloned().flatten(),
        findings: findings::of(roster, facts, &joiner.sessions, &rows),
        rows,
    }
}

/// One join under way.
struct Joiner<'a> {
    facts: &'a HostFacts,
    context: &'a JoinContext<'a>,
    sessions: Sessions<'a>,
    sights: &'a mut Sights,
    /// The panes whose screens were looked at.
    looked: BTreeSet<PaneKey>,
}

impl Joiner<'_> {
    /// The row of a declared agent.
    fn agent(&mut self, roster: &Roster, agent: &Agent) -> Row {
        let name = agent.name.as_str();
        let socket = roster.socket_of(agent).clone();
        let declared = Declared {
            runtime: agent.runtime_or_default().to_owned(),
            runtime_named: agent.runtime.is_some(),
            program: agent.command.as_deref().and_then(runtime::program_of),
            model: agent.model_hint.clone(),
            working_directory: roster.working_directory_of(agent, self.context.home),
        };
        let elsewhere = agent.host.as_deref().filter(|host| !self.facts.identity.is_here(host));
        let known = if let Some(host) = elsewhere {
            self.remote(declared, socket.clone(), host)
        } else {
            let wanted = drift::wanted(&declared);
            AgentFacts {
                unit: self.unit(agent),
                beat: self.beat(agent),
                hazard: self.hazard(&socket, agent),
                pause: self.pause(agent),
                also_on: self.sessions.other_sockets_with(name, &socket),
                declared: Some(declared),
                ..self.seen(&socket, name, &wanted)
            }
        };
        let host = elsewhere.map_or_else(|| self.facts.identity.host.clone(), |host| HostName(host.to_owned()));
        let beat_model = known.beat.read.as_ref().and_then(|read| read.model.clone());
        Row {
            alias: agent.alias.clone(),
            class: agent.class.clone(),
            runtime: Some(agent.runtime_or_default().to_owned()),
            model: agent.model_hint.clone().or(beat_model),
            managed: true,
            pause: elsewhere.is_none().then(|| self.facts.pauses.get(&agent.name).cloned()).flatten(),
            ..self.row(RowKey { host, socket, session: name.to_owned(), pane: None }, known)
        }
    }

    /// One row for each session that nobody claims.
    fn unmanaged(&mut self, claimed: &BTreeSet<(Socket, String)>) -> Vec<Row> {
        let names: Vec<(&Socket, &str)> = self.sessions.names().collect();
        let free = names.into_iter().filter(|&(socket, name)| {
            !claimed.contains(&(socket.clone(), name.to_owned()))
                && !self.sessions.is_holder(name)
                && !self.sessions.is_viewer(socket, name)
        });
        let free: Vec<(&Socket, &str)> = free.collect();
        let rows = free.into_iter().map(|(socket, name)| {
            let host = self.facts.identity.host.clone();
            let known = self.seen(socket, name, &[]);
            let runtime = match &known.recognition {
                Recognition::Runtime(it) => Some(it.name.clone()),
                Recognition::Shell(name) | Recognition::Other(name) => Some(name.clone()),
                Recognition::Unknown(_) => None,
            };
            let key = RowKey { host, socket: socket.clone(), session: name.to_owned(), pane: None };
            Row { runtime, ..self.row(key, known) }
        });
        rows.collect()
    }

    /// What tmux and the processes tell about a session of this host.
    fn seen(&mut self, socket: &Socket, name: &str, wanted: &[String]) -> AgentFacts {
        let (pane, recognition) = self.sessions.pane_of(socket, name, wanted);
        let key = pane.map(|pane| PaneKey { socket: socket.clone(), pane: pane.pane });
        let record = self.record(pane, &recognition);
        let idle = self.idle(pane);
        let known = Known {
            runtime: runtime_of(&recognition),
            version: version_of(pane, record.known()),
            quiet: idle.known().copied().filter(|_| self.context.ages_believed),
        };
        let version = known.version.map(str::to_owned);
        let sight = key.as_ref().zip(pane).and_then(|(key, pane)| self.sight(key, pane, known));
        let unmoved = sight.as_ref().map(|sight| sight.still(self.facts.at)).zip(idle.known().copied());
        let weighed = weigh::weigh(Sources {
            now: self.facts.at,
            sight: sight.as_ref(),
            record: record.known(),
            unmoved: unmoved.map(|(still, idle)| still.min(idle)),
            stalled_after: self.context.limits.stalled_after,
            zones: self.context.zones,
            ages_believed: self.context.ages_believed,
        });
        AgentFacts {
            now: self.facts.at,
            declared: None,
            place: Place::Here,
            socket: socket.clone(),
            server: self.facts.servers.get(socket).map(|server| server.state.clone()),
            session: pane.map(|pane| pane.session.clone()),
            also_on: Vec::new(),
            panes_in_window: pane.map_or(0, |pane| self.sessions.panes_in_window(socket, name, pane.window)),
            unit: Reading::unknown("the roster does not name it, so it has no unit"),
            beat: silent("the roster does not name it, so it has no heartbeat"),
            recognition,
            version,
            idle,
            context: shown::context(record.known(), sight.as_ref().map(|sight| &sight.shown.seen)),
            record,
            told: weighed.told,
            beside: weighed.beside,
            busy: sight.as_ref().and_then(|sight| sight.shown.seen.busy()),
            prompt: sight.and_then(|sight| sight.shown.seen.prompt),
            pause: self.facts.paused.known().cloned().flatten(),
            taken: self.taken(name),
            own: key.is_some() && key == self.facts.own_pane,
            hazard: None,
            limits: self.context.limits,
            ages_believed: self.context.ages_believed,
            pane: pane.cloned(),
        }
    }

    /// An agent of a host that is not observed: nothing that was gathered here is a fact about it.
    fn remote(&self, declared: Declared, socket: Socket, host: &str) -> AgentFacts {
        let why = "that host is not observed from here";
        AgentFacts {
            now: self.facts.at,
            declared: Some(declared),
            place: Place::Elsewhere { host: host.to_owned(), why: why.to_owned() },
            socket,
            server: None,
            session: None,
            also_on: Vec::new(),
            pane: None,
            panes_in_window: 0,
            unit: Reading::unknown(why),
            beat: silent(why),
            recognition: Recognition::Unknown(Why::new(why)),
            version: None,
            idle: Reading::unknown(why),
            record: Reading::unknown(why),
            context: None,
            told: None,
            beside: Vec::new(),
            prompt: None,
            busy: None,
            pause: None,
            taken: None,
            own: false,
            hazard: None,
            limits: self.context.limits,
            ages_believed: self.context.ages_believed,
        }
    }

    /// What its screen says: an open mirror's, else the last capture's. This program's own pane says nothing.
    fn sight(&mut self, key: &PaneKey, pane: &PaneFacts, known: Known<'_>) -> Option<Sight> {
        if pane.dead.is_some() || self.facts.own_pane.as_ref() == Some(key) {
            return None;
        }
        let shot = self.facts.screens.get(key).filter(|shot| shot.pid == pane.pid);
        let live = self.context.live.get(key).map(|screen| Picture::Live(screen));
        let picture = live.or_else(|| shot.map(|shot| Picture::Shot(shot)))?;
        self.looked.insert(key.clone());
        Some(self.sights.look(key, pane, known, picture, self.facts.at))
    }

    /// How long the window has been quiet; a time ahead of now is no time (spec §4).
    fn idle(&self, pane: Option<&PaneFacts>) -> Reading<Duration> {
        let Some(pane) = pane else { return Reading::unknown("it has no pane") };
        pane.activity.clone().map(|activity: Timestamp| words::age(activity, self.facts.at))
    }

    /// What the runtime that was recognised wrote down about itself.
    fn record(&self, pane: Option<&PaneFacts>, recognition: &Recognition) -> Reading<Record> {
        let (Some(pane), Recognition::Runtime(runtime)) = (pane, recognition) else {
            return Reading::unknown("no runtime was recognised whose record could be read");
        };
        match self.facts.records.get(&pane.pid) {
            None => Reading::unknown("its record was not looked for"),
            Some(Reading::Known(record)) if record.source != runtime.name => {
                Reading::unknown(format!("the record that was found is {}'s", record.source))
            }
            Some(record) => record.clone(),
        }
    }

    /// The agent's unit, also under the name that older fleets gave it.
    fn unit(&self, agent: &Agent) -> Reading<Unit> {
        let systemd = &self.facts.systemd;
        let units = match &systemd.units {
            Reading::Known(units) => units,
            Reading::Unknown(why) => return Reading::Unknown(why.clone()),
        };
        let usual = agent.unit_name();
        let names = [Some(usual.clone()), agent.legacy_unit_name().map(str::to_owned)];
        let loaded = names.into_iter().flatten().find_map(|name| {
            let facts = units.get(&name).filter(|facts| facts.load != "not-found")?;
            Some((name, facts.clone()))
        });
        let enabled = |name: &str| match &systemd.enabled {
            Reading::Known(states) => states.get(name).cloned().ok_or("its unit-file state was not told").into(),
            Reading::Unknown(why) => Reading::Unknown(why.clone()),
        };
        match loaded {
            Some((name, facts)) => Reading::Known(Unit { enabled: enabled(&name), name, facts }),
            None => Reading::unknown(match enabled(&usual) {
                Reading::Known(state) if !state.is_empty() => format!("{usual} is {state} and not loaded"),
                _ => format!("there is no unit {usual}"),
            }),
        }
    }

    /// The agent's heartbeat, judged by its age.
    fn beat(&self, agent: &Agent) -> Beat {
        let text = match self.facts.heartbeats.get(&agent.name) {
            Some(text) => text.as_ref(),
            None => return silent("its heartbeat was not looked for"),
        };
        let read = match text {
            Reading::Known(text) => heartbeat::parse(text).map_or_else(Reading::Unknown, Reading::Known),
            Reading::Unknown(why) => Reading::Unknown(why),
        };
        let (health, why, age) = heartbeat::health(&read, self.facts.at, self.context.limits.heartbeat_interval);
        Beat { health, why, age, read: read.known().cloned() }
    }

    /// The pause that holds for it: its own, else the fleet's.
    fn pause(&self, agent: &Agent) -> Option<Pause> {
        self.facts.pauses.get(&agent.name).or(self.facts.paused.known().and_then(Option::as_ref)).cloned()
    }

    /// Who has taken the session of that name over.
    fn taken(&self, name: &str) -> Option<Taken> {
        self.facts.taken.get(&name.parse().ok()?).cloned()
    }

    /// The unit that holds the server, when it is this agent's own.
    fn hazard(&self, socket: &Socket, agent: &Agent) -> Option<String> {
        let unit = findings::unit_of_server(self.facts.servers.get(socket)?)?;
        (unit == agent.unit_name() || Some(unit) == agent.legacy_unit_name()).then(|| unit.to_owned())
    }

    /// The row that shows these facts, judged; what only the roster knows is filled in by the caller.
    fn row(&self, key: RowKey, known: AgentFacts) -> Row {
        let judgement = readiness::judge(&known);
        let unit = known.unit.known().and_then(|unit| self.facts.systemd.changed.get(&unit.name)).copied();
        let began = began::of(&known, &judgement, unit);
        let doing = known.record.known().and_then(shown::doing);
        let taken = known.taken;
        let pane = known
            .pane
            .map(|pane| Pane { version: known.version, ..shown::pane(&key.socket, pane, &known.recognition) });
        Row {
            name: key.session.clone(),
            key,
            alias: None,
            class: None,
            runtime: None,
            model: None,
            tenant: self.facts.identity.tenant.clone(),
            managed: false,
            unit: known.unit,
            session: known.session,
            pane,
            idle: known.idle,
            doing,
            context: known.context,
            heartbeat: known.beat,
            pause: None,
            taken,
            prompt: known.prompt,
            busy: known.busy,
            judgement,
            since: began.at,
            since_exact: began.exact,
            confirmed: true,
        }
    }
}

/// A heartbeat that there is none of.
fn silent(why: &str) -> Beat {
    Beat { health: Health::Unknown, why: Some(why.to_owned()), read: None, age: None }
}

/// The runtime that has a pane's terminal.
fn runtime_of(recognition: &Recognition) -> Option<&str> {
    match recognition {
        Recognition::Runtime(it) => Some(it.name.as_str()),
        Recognition::Shell(_) | Recognition::Other(_) | Recognition::Unknown(_) => None,
    }
}

/// Its version: as its own record says, else the name of its program, where that is one.
fn version_of<'a>(pane: Option<&'a PaneFacts>, record: Option<&'a Record>) -> Option<&'a str> {
    let named = || pane.map(|pane| pane.command.as_str()).filter(|command| runtime::is_version(command));
    record.and_then(|record| record.version.as_deref()).or_else(named)
}
