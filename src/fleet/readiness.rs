//! The verdict on one agent: facts → readiness, cause, flags, drift and evidence. Spec §6.
//!
//! One total function of facts that were already gathered. It never probes, never waits and cannot fail; what is not
//! known is `unknown` with its reason, never guessed to be dead or well.

mod evidence;
#[cfg(test)]
mod tests;

use std::time::Duration;

use super::{
    agent_facts::{AgentFacts, Place, RuntimeWord},
    drift,
    facts::{DeadPane, ServerState},
    heartbeat::{Health, Status},
    judgement::{Cause, CauseKind, Evidence, Flag, Judgement, Readiness},
    reading::Reading,
    text::visible,
    words,
};

pub(crate) use evidence::CONTEXT_EMPTY;

/// How many heartbeats may be missed before one is too old (spec §5).
pub(super) const MISSED_BEATS: u32 = 3;

/// The verdict on one agent at one moment: the first state of spec §6 that applies, with all that was weighed.
#[must_use]
pub fn judge(facts: &AgentFacts) -> Judgement {
    let drift = if facts.place == Place::Here { drift::of(facts) } else { Vec::new() };
    let flags = flags(facts, !drift.is_empty());
    let verdict = match &facts.place {
        Place::Elsewhere { .. } => Verdict::plain(Readiness::Unknown),
        Place::Here => verdict(facts),
    };
    let evidence = evidence::weigh(facts, &verdict, &drift);
    Judgement { readiness: verdict.readiness, cause: verdict.cause, evidence, flags, drift }
}

impl Judgement {
    /// What is said of this agent to whoever is told of it: why, else its state's word.
    #[must_use]
    pub fn says(&self) -> String {
        self.why().unwrap_or_else(|| self.readiness.word().to_owned())
    }

    /// Why a person should look at this agent, in one line: the cause, else what its worst flag says.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        let cause = self.cause.as_ref().map(|cause| cause.says.clone());
        let flag = || {
            let told = |rule: &str| self.evidence.iter().find(|it| it.rule == rule).map(|it| it.says.clone());
            let says = |flag: &Flag| match flag {
                Flag::Hazard => told("hazard.server-cgroup"),
                Flag::Unreachable => told("host.unreachable"),
                Flag::Drift => self.drifted(),
                Flag::Boot => told("systemd.boot"),
                Flag::Paused | Flag::Taken | Flag::Unmanaged | Flag::Own => None,
            };
            self.flags.iter().find_map(says)
        };
        cause.or_else(flag)
    }

    /// The first field that differs, and how many more do.
    fn drifted(&self) -> Option<String> {
        let (first, more) = self.drift.split_first()?;
        let more = if more.is_empty() { String::new() } else { format!(" (and {} more)", more.len()) };
        Some(format!("{}: {}, roster: {}{more}", first.field.replace('_', " "), first.actual, first.roster))
    }
}

/// A state and what decided it.
struct Verdict {
    readiness: Readiness,
    cause: Option<Cause>,
    /// The runtime's own evidence, when it decided.
    told: Vec<Evidence>,
    /// Which fact decided, as evidence: source, rule, words.
    because: Option<(&'static str, &'static str, String)>,
}

impl Verdict {
    fn plain(readiness: Readiness) -> Self {
        Self { readiness, cause: None, told: Vec::new(), because: None }
    }

    /// A faulty state: what decided is also its cause.
    fn fault(readiness: Readiness, kind: CauseKind, source: &'static str, rule: &'static str, says: String) -> Self {
        let cause = Some(Cause { kind, rule: rule.to_owned(), says: says.clone() });
        Self { cause, ..Self::because(readiness, source, rule, says) }
    }

    fn because(readiness: Readiness, source: &'static str, rule: &'static str, says: String) -> Self {
        Self { because: Some((source, rule, says)), ..Self::plain(readiness) }
    }
}

/// Spec §6, in its order.
fn verdict(facts: &AgentFacts) -> Verdict {
    dead(facts).or_else(|| told(facts)).or_else(|| unseen(facts)).unwrap_or_else(|| by_heartbeat(facts))
}

/// Dead: no session, or its pane is dead. A server that could not be asked proves nothing.
fn dead(facts: &AgentFacts) -> Option<Verdict> {
    let dead = |rule, says| Some(Verdict::fault(Readiness::Dead, CauseKind::Dead, "tmux", rule, says));
    let socket = visible(&facts.socket.to_string());
    match facts.server.as_ref()? {
        ServerState::Absent => dead("tmux.absent", format!("no tmux server on socket {socket}{}", unit_says(facts))),
        ServerState::Empty => {
            dead("tmux.empty", format!("the tmux server on socket {socket} has no session{}", unit_says(facts)))
        }
        ServerState::OtherProtocol(_) | ServerState::Unreachable(_) => None,
        ServerState::Up { .. } => match (&facts.session, &facts.pane) {
            (None, _) => dead("session.missing", format!("no session on socket {socket}{}", unit_says(facts))),
            (Some(_), pane) => dead("pane.dead", ended(pane.as_ref()?.dead?)),
        },
    }
}

/// What the unit goes on saying meanwhile: systemd does not notice a session's end.
fn unit_says(facts: &AgentFacts) -> String {
    facts.unit.known().map_or_else(String::new, |unit| {
        format!("; the unit says {} ({})", visible(&unit.facts.active), visible(&unit.facts.sub))
    })
}

/// How a pane's program ended, in words.
fn ended(dead: DeadPane) -> String {
    let how = match (dead.status, dead.signal) {
        (_, Some(signal)) => return format!("its pane's program was ended by signal {signal}{}", signal_name(signal)),
        (None, None) => return "its pane's program has ended; tmux does not say how".to_owned(),
        (Some(126), None) => "126: the command cannot be executed".to_owned(),
        (Some(127), None) => "127: command not found".to_owned(),
        (Some(status @ 129..=192), None) => format!("{status}: signal {}{}", status - 128, signal_name(status - 128)),
        (Some(status), None) => status.to_string(),
    };
    format!("its pane's program ended with status {how}")
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        1 => " (SIGHUP)",
        2 => " (SIGINT)",
        6 => " (SIGABRT)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

/// What the runtime itself says: blocked before working, whatever the heartbeat says.
fn told(facts: &AgentFacts) -> Option<Verdict> {
    match facts.told.as_ref()? {
        RuntimeWord::Blocked { cause, evidence } => {
            let told = evidence.clone();
            Some(Verdict { cause: Some(cause.clone()), told, ..Verdict::plain(Readiness::Stuck) })
        }
        RuntimeWord::Working(evidence) => {
            Some(Verdict { told: vec![evidence.clone()], ..Verdict::plain(Readiness::Working) })
        }
    }
}

/// Unknown, because tmux could not be asked about it.
fn unseen(facts: &AgentFacts) -> Option<Verdict> {
    let unknown = |rule, says| Some(Verdict::because(Readiness::Unknown, "tmux", rule, says));
    let socket = visible(&facts.socket.to_string());
    match &facts.server {
        None => unknown("tmux.unasked", format!("the tmux server on socket {socket} was not asked")),
        Some(ServerState::Unreachable(why)) => unknown(
            "tmux.unreachable",
            format!("the tmux server on socket {socket} could not be asked: {}", visible(why)),
        ),
        Some(ServerState::OtherProtocol(why)) => unknown(
            "tmux.other-protocol",
            format!("the tmux server on socket {socket} lives, and speaks another protocol: {}", visible(why)),
        ),
        Some(ServerState::Up { .. }) if facts.pane.is_none() => {
            unknown("pane.unlisted", "its session was listed without a pane".to_owned())
        }
        Some(_) => None,
    }
}

/// The rest is the heartbeat's to tell, with the idle time of the window.
fn by_heartbeat(facts: &AgentFacts) -> Verdict {
    let beat = &facts.beat;
    let because = |readiness, rule, says| Verdict::because(readiness, "heartbeat", rule, says);
    match beat.health {
        Health::Unknown => {
            let why = beat.why.clone().unwrap_or_else(|| "no heartbeat has been seen".to_owned());
            because(Readiness::Unknown, "heartbeat.unknown", visible(&why))
        }
        Health::Stale if !facts.ages_believed => because(
            Readiness::Unknown,
            "clock.jumped",
            "the clock jumped or the machine slept: its heartbeat's age is not believed for one interval".to_owned(),
        ),
        Health::Stale => {
            Verdict::fault(Readiness::Stale, CauseKind::Stale, "heartbeat", "heartbeat.stale", too_old(facts))
        }
        Health::Healthy if beat.read.as_ref().and_then(|read| read.status) == Some(Status::Busy) => {
            because(Readiness::Working, "heartbeat.busy", "its heartbeat says busy".to_owned())
        }
        Health::Healthy => by_idle(facts),
    }
}

/// Healthy and not busy: how long the window has been quiet decides.
fn by_idle(facts: &AgentFacts) -> Verdict {
    let because = |readiness, rule, says| Verdict::because(readiness, "tmux", rule, says);
    let threshold = facts.limits.idle_threshold;
    match &facts.idle {
        _ if !facts.ages_believed => {
            let says = "the clock jumped or the machine slept: its idle time is not believed for one interval";
            because(Readiness::Working, "clock.jumped", says.to_owned())
        }
        Reading::Unknown(why) => because(
            Readiness::Working,
            "idle.unknown",
            format!("its heartbeat is healthy, and its idle time is not known: {}", visible(why.words())),
        ),
        Reading::Known(idle) if *idle < threshold => {
            because(Readiness::Working, "idle.below-threshold", format!("quiet for {}", words::long(*idle)))
        }
        Reading::Known(idle) => because(
            Readiness::Available,
            "idle.threshold",
            format!("quiet for {}; from {} on it is available", words::long(*idle), words::long(threshold)),
        ),
    }
}

/// A stale heartbeat in words, with the age that would have been well.
fn too_old(facts: &AgentFacts) -> String {
    let most = words::long(facts.limits.heartbeat_interval.saturating_mul(MISSED_BEATS));
    let age = |age: Duration| format!("heartbeat is {} old; a healthy one is at most {most}", words::long(age));
    facts.beat.age.map_or_else(|| format!("heartbeat is older than {most}"), age)
}

/// Every flag that applies, worst first.
fn flags(facts: &AgentFacts, drift: bool) -> Vec<Flag> {
    let here = facts.place == Place::Here;
    let boot = facts.unit.known().is_some_and(|unit| {
        unit.facts.active == "active" && unit.enabled.known().is_some_and(|enabled| enabled == "disabled")
    });
    let applies = |flag: &Flag| match flag {
        Flag::Hazard => here && facts.hazard.is_some(),
        Flag::Unreachable => !here,
        Flag::Drift => drift,
        Flag::Boot => here && boot,
        Flag::Paused => here && facts.declared.is_some() && facts.pause.is_some(),
        Flag::Unmanaged => facts.declared.is_none(),
        Flag::Own => here && facts.own,
        Flag::Taken => here && facts.taken.is_some(),
    };
    Flag::ALL.into_iter().filter(applies).collect()
}
