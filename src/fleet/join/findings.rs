//! What is true of the fleet as a whole, worst first: one finding for one cause, however many agents it hits.

use super::sessions::Sessions;
use crate::fleet::{
    facts::{HostFacts, Pause, ServerFacts, ServerState, SystemdFacts, UnitFacts},
    ids::Socket,
    judgement::{Finding, Flag, Readiness, Severity},
    readiness,
    reading::Reading,
    roster::{self, Roster},
    row::Row,
    text::visible,
    words,
};

/// The unit that should hold the tmux server (spec §4).
const HOLDER_UNIT: &str = "mosaic-tmux-holder.service";

/// From so many missing sessions on, and more than half, one server has lost its fleet rather than each agent itself.
const MASS: usize = 3;

/// Every finding, worst first; of equals the one that explains more comes first.
pub(super) fn of(roster: Option<&Roster>, facts: &HostFacts, sessions: &Sessions, rows: &[Row]) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    for (socket, server) in &facts.servers {
        let theirs = agents_of(socket, rows);
        all.extend(server_state(socket, server, &theirs));
        all.extend(mass_death(socket, server, &theirs));
        all.extend(hazard(socket, server, &facts.systemd));
    }
    all.extend(paused(&facts.paused));
    all.extend(systemd(&facts.systemd, roster.is_some()));
    all.extend(unobserved(rows));
    all.extend(viewers(sessions, rows));
    all.extend(empty(rows));
    all.extend(roster.into_iter().flat_map(roster::floor));
    all.extend(facts.processes.why().map(|why| {
        let says = format!("processes cannot be read, so runtimes are told by name only: {}", visible(why.words()));
        finding(Severity::Note, "process.unreadable", says, None)
    }));
    all.extend(facts.rules.problems.iter().map(|problem| {
        let hint = "the file is not used until that is mended; what the others say holds";
        finding(Severity::Warning, "config.rules", problem.clone(), Some(hint))
    }));
    all.sort_by_key(|finding| finding.severity);
    all
}

/// The unit that a server's cgroup belongs to: the innermost `.service` of its path, when it is in one of the fleet's.
pub(super) fn unit_of_server(server: &ServerFacts) -> Option<&str> {
    server.cgroup.known()?.rsplit('/').find(|part| part.ends_with(".service") && is_of_fleet(part))
}

/// Whether a unit's name is one of the fleet's own.
fn is_of_fleet(unit: &str) -> bool {
    unit == HOLDER_UNIT || unit.starts_with("mosaic-agent@") || unit == "mosaic-fleet-orchestrator.service"
}

fn finding(severity: Severity, rule: &'static str, says: String, hint: Option<&str>) -> Finding {
    Finding { severity, rule, says, hint: hint.map(str::to_owned) }
}

/// The agents of this host that live on a socket.
fn agents_of<'a>(socket: &Socket, rows: &'a [Row]) -> Vec<&'a Row> {
    rows.iter().filter(|row| row.managed && !row.has(Flag::Unreachable) && row.key.socket == *socket).collect()
}

/// A server that is not up, with how many agents that costs.
fn server_state(socket: &Socket, server: &ServerFacts, agents: &[&Row]) -> Option<Finding> {
    let socket = visible(&socket.to_string());
    let severity = if agents.is_empty() { Severity::Note } else { Severity::Fault };
    let dead = match agents.iter().filter(|row| row.readiness() == Readiness::Dead).count() {
        0 => String::new(),
        1 => ": its agent is dead".to_owned(),
        number => format!(": its {number} agents are dead"),
    };
    let active = agents.iter().any(|row| row.unit.known().is_some_and(|unit| unit.facts.active == "active"));
    let restart =
        active.then_some("their units still say active, so start does nothing: restart the holder, then the agents");
    match &server.state {
        ServerState::Up { .. } => None,
        ServerState::Absent => {
            Some(finding(severity, "tmux.absent", format!("no tmux server on socket {socket}{dead}"), restart))
        }
        ServerState::Empty => {
            let says = format!("the tmux server on socket {socket} has no session{dead}");
            Some(finding(severity, "tmux.empty", says, restart))
        }
        ServerState::OtherProtocol(why) => Some(finding(
            Severity::Fault,
            "tmux.other-protocol",
            format!("the tmux server on socket {socket} lives, and speaks another protocol: {}", visible(why)),
            Some("tmux was upgraded underneath it: use the old binary, or restart the server when its agents can go"),
        )),
        ServerState::Unreachable(why) => Some(finding(
            Severity::Fault,
            "tmux.unreachable",
            format!(
                "the tmux server on socket {socket} could not be asked, so nothing is known of its agents: {}",
                visible(why)
            ),
            None,
        )),
    }
}

/// A server that is up and has lost most of its agents at once: most likely a new one under an old name.
fn mass_death(socket: &Socket, server: &ServerFacts, agents: &[&Row]) -> Option<Finding> {
    let ServerState::Up { started, .. } = &server.state else { return None };
    let missing = agents.iter().filter(|row| row.session.is_none()).count();
    if missing < MASS || missing * 2 <= agents.len() {
        return None;
    }
    let says = format!(
        "{missing} of {} have no session on socket {}; its tmux server runs since {}",
        words::count(agents.len(), "agent"),
        visible(&socket.to_string()),
        words::utc(*started),
    );
    let hint = "if the server is a new one, its predecessor took them along: restart their units";
    Some(finding(Severity::Fault, "tmux.mass-death", says, Some(hint)))
}

/// Spec §4: the server must live in the holder's unit.
fn hazard(socket: &Socket, server: &ServerFacts, systemd: &SystemdFacts) -> Option<Finding> {
    let cgroup = server.cgroup.known()?;
    let socket = visible(&socket.to_string());
    let last = visible(cgroup.rsplit('/').next().unwrap_or_default());
    match unit_of_server(server) {
        Some(HOLDER_UNIT) => None,
        Some(unit) => Some(finding(
            Severity::Fault,
            "hazard.server-cgroup",
            format!("stopping {} kills everybody: the tmux server on socket {socket} lives in it", visible(unit)),
            Some(
                "give the agents' units Wants= and After=mosaic-tmux-holder.service and the holder KillMode=process; \
                 then, when the agents can go, stop them all, start the holder first, and start them again",
            ),
        )),
        None if has_fleet_units(systemd) => Some(finding(
            Severity::Note,
            "tmux.not-in-holder",
            format!("the tmux server on socket {socket} lives in {last}, not in {HOLDER_UNIT}"),
            Some("it ends with what it lives in; start the holder before anything else"),
        )),
        None => None,
    }
}

fn has_fleet_units(systemd: &SystemdFacts) -> bool {
    // What the roster only names is listed, too, as not found.
    let is_there = |(name, unit): (&String, &UnitFacts)| is_of_fleet(name) && unit.load != "not-found";
    systemd.units.known().is_some_and(|units| units.iter().any(is_there))
}

fn paused(paused: &Reading<Option<Pause>>) -> Option<Finding> {
    match paused {
        Reading::Known(None) => None,
        Reading::Known(Some(pause)) => {
            let part = |word: &str, value: &Option<String>| {
                value.as_ref().map_or_else(String::new, |value| format!("{word}{}", visible(value)))
            };
            let since = pause.at.map_or_else(String::new, |at| format!(" since {}", words::utc(at)));
            let (by, host) = (part(" by ", &pause.by), part(" on ", &pause.host));
            let says = format!("the fleet is paused{by}{host}{since}{}", part(": ", &pause.reason));
            Some(finding(Severity::Warning, "fleet.paused", says, None))
        }
        Reading::Unknown(why) => {
            let says = format!("whether the fleet is paused is not known: {}", visible(why.words()));
            Some(finding(Severity::Warning, "fleet.pause-unreadable", says, None))
        }
    }
}

/// No user manager is a case like any other: said once, and a warning only where a fleet is declared and systemd started
/// this machine. Elsewhere, in a container for example, no agent can need one.
fn systemd(systemd: &SystemdFacts, declared: bool) -> Option<Finding> {
    match (&systemd.units, systemd.linger.known()) {
        (Reading::Unknown(why), _) => {
            let severity = if declared && systemd.expected { Severity::Warning } else { Severity::Note };
            let says = format!("the systemd columns are unknown: {}", visible(why.words()));
            Some(finding(severity, "systemd.unreachable", says, None))
        }
        (Reading::Known(_), Some(false)) if has_fleet_units(systemd) => Some(finding(
            Severity::Warning,
            "systemd.linger",
            "user lingering is off: the whole fleet ends at logout and does not come back after a reboot".to_owned(),
            Some("run loginctl enable-linger"),
        )),
        _ => None,
    }
}

/// Hosts that the roster names and nobody observes.
fn unobserved(rows: &[Row]) -> Option<Finding> {
    let mut hosts: Vec<String> =
        rows.iter().filter(|row| row.has(Flag::Unreachable)).map(|row| visible(&row.key.host.0)).collect();
    let agents = hosts.len();
    hosts.sort();
    hosts.dedup();
    let says =
        || format!("{} on hosts that are not observed from here: {}", words::count(agents, "agent"), hosts.join(", "));
    (agents > 0).then(|| finding(Severity::Warning, "host.unobserved", says(), None))
}

/// Agents that are parked with an empty context. That is well after a reset, and a tell where somebody believes that they
/// work.
fn empty(rows: &[Row]) -> Option<Finding> {
    let names: Vec<String> = rows.iter().filter(|row| row.is_parked_empty()).map(|row| visible(&row.name)).collect();
    let parked = words::count(names.len(), "agent");
    let says = || format!("{parked} parked at 0 % context, with nothing to do: {}", names.join(", "));
    let hint = "give them their task, or see on their screens why it did not arrive";
    (!names.is_empty()).then(|| finding(Severity::Note, readiness::CONTEXT_EMPTY, says(), Some(hint)))
}

/// Viewers of older tools that are attached: a watcher's terminal decides the size of the agent's window.
fn viewers(sessions: &Sessions, rows: &[Row]) -> Vec<Finding> {
    let is_agent = |socket: &Socket, name: &str| {
        rows.iter().any(|row| row.managed && row.key.socket == *socket && row.name == name)
    };
    let attached = sessions.names().filter(|&(socket, name)| !is_agent(socket, name)).filter_map(|(socket, name)| {
        let viewed = sessions.viewed_by(socket, name)?;
        let pane = sessions.panes(socket, name).first().filter(|pane| pane.session.attached > 0)?;
        let (viewed, size) = (visible(viewed), format!("{}×{}", pane.width, pane.height));
        let says =
            format!("{} watches {viewed}: its terminal decides the size of that window, now {size}", visible(name));
        Some(finding(Severity::Warning, "viewer.attached", says, Some("detach it; a mirror needs no attached client")))
    });
    attached.collect()
}
