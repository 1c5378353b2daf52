//! What a verdict rests on, and what disagrees with it, each with its source. It states and never decides.

use std::borrow::Cow;

use super::Verdict;
use crate::fleet::{
    agent_facts::{AgentFacts, Place},
    drift,
    heartbeat::Health,
    judgement::{Drift, Evidence, Flag, Readiness},
    reading::Reading,
    runtime::Recognition,
    text::visible,
    words,
};

/// The rule of an agent that is parked with an empty context.
pub(crate) const CONTEXT_EMPTY: &str = "context.empty";

/// Everything that was weighed, strongest first.
pub(super) fn weigh(facts: &AgentFacts, verdict: &Verdict, drift: &[Drift]) -> Vec<Evidence> {
    let mut all = verdict.told.clone();
    all.extend(facts.beside.iter().cloned());
    let mut add = |source, rule, says: String| {
        all.push(Evidence { source, rule: Cow::Borrowed(rule), says, at: facts.now, line: None });
    };
    if let Place::Elsewhere { host, why } = &facts.place {
        add("roster", "host.unreachable", format!("it lives on {}: {}", visible(host), visible(why)));
        return all;
    }
    if let Some((source, rule, says)) = &verdict.because {
        add(source, rule, says.clone());
    }
    if let Some(unit) = &facts.hazard {
        let says = format!("the tmux server lives in {}: stopping this agent kills everybody", visible(unit));
        add("systemd", "hazard.server-cgroup", says);
    }
    for it in drift {
        let says = format!("{}: the roster says {}, it is {}", it.field, visible(&it.roster), visible(&it.actual));
        add(if it.field == "model" { "heartbeat" } else { "process" }, "roster.drift", says);
    }
    context(facts, verdict, &mut add);
    record(facts, &mut add);
    tmux(facts, &mut add);
    process(facts, &mut add);
    heartbeat(facts, verdict, &mut add);
    systemd(facts, &mut add);
    all
}

/// An agent of the fleet that is parked with an empty context: whoever started or reset it gave it nothing to do, or what
/// it was given never arrived. How full it is where that is not known says nothing.
fn context(facts: &AgentFacts, verdict: &Verdict, add: &mut impl FnMut(&'static str, &'static str, String)) {
    let empty = facts.context.as_ref().filter(|context| context.used_percent == 0);
    let quiet = facts.idle.known().is_some_and(|idle| *idle >= facts.limits.idle_threshold);
    let rests = !matches!(verdict.readiness, Readiness::Dead | Readiness::Stuck) && verdict.told.is_empty();
    if let (Some(context), Some(_)) = (empty, &facts.declared)
        && quiet
        && rests
        && facts.ages_believed
    {
        let says = "it is parked with an empty context: nothing that it was given to do has arrived";
        add(if context.source == "its screen" { "screen" } else { "record" }, CONTEXT_EMPTY, says.to_owned());
    }
}

/// Why its runtime has no record of its own; what one says stands among what was weighed.
fn record(facts: &AgentFacts, add: &mut impl FnMut(&'static str, &'static str, String)) {
    if let (Recognition::Runtime(_), Reading::Unknown(why)) = (&facts.recognition, &facts.record) {
        add("record", "record.unknown", format!("no record of its own: {}", visible(why.words())));
    }
}

/// What tmux tells beside the verdict.
fn tmux(facts: &AgentFacts, add: &mut impl FnMut(&'static str, &'static str, String)) {
    if facts.session.is_none() && !facts.also_on.is_empty() {
        let sockets: Vec<String> = facts.also_on.iter().map(|socket| visible(&socket.to_string())).collect();
        add("tmux", "session.elsewhere", format!("a session of its name is on socket {}", sockets.join(", ")));
    }
    let Some(pane) = facts.pane.as_ref().filter(|pane| pane.dead.is_none()) else { return };
    if facts.panes_in_window > 1 {
        let panes = words::count(facts.panes_in_window, "pane");
        let says = format!("its window has {panes}: output of any of them makes it look busy");
        add("tmux", "window.shared", says);
    }
    if let (Some(declared), Some(cwd)) = (&facts.declared, pane.cwd.known())
        && drift::elsewhere(&declared.working_directory, cwd)
    {
        let says = format!("it is in {}; the roster says {}", visible(cwd), visible(&declared.working_directory));
        add("tmux", "pane.cwd", says);
    }
}

/// By which process it was recognised, or why not.
fn process(facts: &AgentFacts, add: &mut impl FnMut(&'static str, &'static str, String)) {
    if facts.pane.as_ref().is_none_or(|pane| pane.dead.is_some()) {
        return;
    }
    match &facts.recognition {
        Recognition::Runtime(it) => {
            let says = format!("{}, told by process {}: {}", visible(&it.name), it.pid, visible(&it.command_line));
            add("process", it.rule.id(), says);
        }
        Recognition::Shell(name) => {
            add("process", "process.shell", format!("nothing but a shell has its terminal: {}", visible(name)));
        }
        Recognition::Other(name) => {
            add("process", "process.other", format!("{}, which is no known runtime", visible(name)));
        }
        Recognition::Unknown(why) => {
            add("process", "process.unknown", format!("its runtime is not known: {}", visible(why.words())));
        }
    }
}

/// What the heartbeat says where something else decided: a sidecar that is down is a finding, not the state.
fn heartbeat(facts: &AgentFacts, verdict: &Verdict, add: &mut impl FnMut(&'static str, &'static str, String)) {
    let decided = |rule: &str| verdict.because.as_ref().is_some_and(|(_, it, _)| *it == rule);
    match facts.beat.health {
        Health::Healthy => {
            let age = facts.beat.age.map_or_else(String::new, |age| format!(", {} old", words::long(age)));
            add("heartbeat", "heartbeat.healthy", format!("healthy{age}"));
        }
        Health::Stale if !decided("heartbeat.stale") => {
            let beside = if verdict.readiness == Readiness::Working { "; its sidecar is down" } else { "" };
            add("heartbeat", "heartbeat.stale", format!("{}{beside}", super::too_old(facts)));
        }
        Health::Unknown if !decided("heartbeat.unknown") && facts.declared.is_some() => {
            let why = facts.beat.why.as_deref().unwrap_or("no heartbeat has been seen");
            add("heartbeat", "heartbeat.unknown", visible(why));
        }
        Health::Stale | Health::Unknown => {}
    }
}

/// What systemd says; it knows nothing of the pane.
fn systemd(facts: &AgentFacts, add: &mut impl FnMut(&'static str, &'static str, String)) {
    match &facts.unit {
        Reading::Known(unit) => {
            let says = format!("{} is {} ({})", unit.name, unit.facts.active, unit.facts.sub);
            add("systemd", "systemd.unit", visible(&says));
        }
        Reading::Unknown(why) if facts.declared.is_some() => add("systemd", "systemd.unknown", visible(why.words())),
        Reading::Unknown(_) => {}
    }
    if super::flags(facts, false).contains(&Flag::Boot) {
        add("systemd", "systemd.boot", "its unit is active and not enabled: a reboot loses it".to_owned());
    }
}
