//! Since when an agent is in its state, as its own sources tell: a dashboard that was started a moment ago knows it, too.
//!
//! What no source tells is known from the first look on, and then it is said to be "at least" so long. Pure: it weighs facts
//! that were gathered and judged already.

use jiff::Timestamp;

use super::{
    agent_facts::AgentFacts,
    judgement::{Judgement, Readiness},
    readiness::MISSED_BEATS,
};

/// When a state began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Began {
    /// Then.
    pub at: Timestamp,
    /// Whether it began then, and not before: otherwise it has lasted at least since then.
    pub exact: bool,
}

/// When the state of that verdict began. `unit_changed` is when the manager last saw the agent's unit change its state.
#[must_use]
pub fn of(facts: &AgentFacts, judgement: &Judgement, unit_changed: Option<Timestamp>) -> Began {
    let told = match judgement.readiness {
        Readiness::Dead => dead(facts, unit_changed),
        Readiness::Stale => stale(facts),
        Readiness::Stuck => stuck(facts, judgement),
        Readiness::Available => available(facts),
        Readiness::Working => recorded(judgement),
        Readiness::Unknown => None,
    };
    // A time ahead of now is some clock's mistake, and no time ago.
    told.filter(|began| began.at <= facts.now).unwrap_or(Began { at: facts.now, exact: false })
}

fn exactly(at: Timestamp) -> Began {
    Began { at, exact: true }
}

/// tmux remembers when a pane's program ended; a unit that is down went down at the latest then.
fn dead(facts: &AgentFacts, unit_changed: Option<Timestamp>) -> Option<Began> {
    if let Some(dead) = facts.pane.as_ref().and_then(|pane| pane.dead) {
        return dead.at.map(exactly);
    }
    let down = facts.unit.known().is_some_and(|unit| matches!(unit.facts.active.as_str(), "failed" | "inactive"));
    unit_changed.filter(|_| down).map(|at| Began { at, exact: false })
}

/// A heartbeat is too old from a moment on that follows from its own time.
fn stale(facts: &AgentFacts) -> Option<Began> {
    let beat = facts.beat.read.as_ref()?.ts?;
    beat.checked_add(facts.limits.heartbeat_interval.saturating_mul(MISSED_BEATS)).ok().map(exactly)
}

/// A record names its time; a screen has shown what it shows since its window last moved, or longer.
fn stuck(facts: &AgentFacts, judgement: &Judgement) -> Option<Began> {
    let piece = judgement.evidence.first()?;
    if piece.source == "record" || piece.rule == "stalled" {
        return Some(exactly(piece.at));
    }
    let moved = facts.idle.known().and_then(|idle| facts.now.checked_sub(*idle).ok());
    Some(Began { at: moved.map_or(piece.at, |moved| moved.min(piece.at)), exact: false })
}

/// It counts as available from so much quiet on.
fn available(facts: &AgentFacts) -> Option<Began> {
    let over = facts.idle.known()?.checked_sub(facts.limits.idle_threshold)?;
    facts.now.checked_sub(over).ok().map(exactly)
}

/// Its own record says since when it works.
fn recorded(judgement: &Judgement) -> Option<Began> {
    let piece = judgement.evidence.first()?;
    (piece.source == "record").then(|| exactly(piece.at))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::fleet::{
        agent_facts::RuntimeWord,
        facts::DeadPane,
        fixtures::{at, beat, pane, unit_facts, working},
        heartbeat::{Health, Status},
        judgement::{Cause, CauseKind, Evidence},
        readiness,
        reading::Reading,
    };

    /// The state, since when, and whether that is more than a bound.
    fn check(spoil: impl FnOnce(&mut AgentFacts), unit_changed: Option<i64>, expected: (Readiness, i64, bool)) {
        let mut facts = working();
        spoil(&mut facts);
        let judgement = readiness::judge(&facts);
        let began = of(&facts, &judgement, unit_changed.map(at));
        assert_eq!((judgement.readiness, began), (expected.0, Began { at: at(expected.1), exact: expected.2 }));
    }

    fn ended(time: Option<i64>) -> impl FnOnce(&mut AgentFacts) {
        let dead = DeadPane { status: Some(1), signal: None, at: time.map(at) };
        move |facts| facts.pane = Some(crate::fleet::facts::PaneFacts { dead: Some(dead), ..pane("coder0", 5) })
    }

    fn gone(active: &'static str) -> impl FnOnce(&mut AgentFacts) {
        move |facts| {
            (facts.pane, facts.session) = (None, None);
            facts.unit = facts.unit.clone().map(|mut unit| {
                unit.facts = unit_facts(active, "x");
                unit
            });
        }
    }

    #[test]
    fn a_death_has_the_time_that_tmux_or_the_manager_remembers() {
        check(ended(Some(-7_000)), None, (Readiness::Dead, -7_000, true));
        check(ended(None), None, (Readiness::Dead, 0, false));
        check(ended(Some(500)), None, (Readiness::Dead, 0, false));
        check(gone("failed"), Some(-60), (Readiness::Dead, -60, false));
        // It still says active, so it noticed nothing.
        check(gone("active"), Some(-9_000), (Readiness::Dead, 0, false));
    }

    #[test]
    fn a_heartbeat_is_stale_and_a_quiet_agent_available_from_a_known_moment_on() {
        check(|facts| facts.beat = beat(Health::Stale, 1_045, Status::Ok), None, (Readiness::Stale, -1_000, true));
        let quiet = |facts: &mut AgentFacts| facts.idle = Reading::Known(Duration::from_secs(900));
        check(quiet, None, (Readiness::Available, -600, true));
        check(|_| (), None, (Readiness::Working, 0, false));
    }

    #[test]
    fn a_prompt_stands_at_least_since_its_window_moved_and_a_record_names_its_time() {
        let blocked = |source: &'static str| {
            move |facts: &mut AgentFacts| {
                let evidence = Evidence { source, rule: "r".into(), says: "s".into(), at: at(-5), line: None };
                let cause = Cause { kind: CauseKind::Gate, rule: "r".into(), says: "s".into() };
                facts.told = Some(RuntimeWord::Blocked { cause, evidence: vec![evidence] });
                facts.idle = Reading::Known(Duration::from_secs(7_440));
            }
        };
        check(blocked("screen"), None, (Readiness::Stuck, -7_440, false));
        check(blocked("record"), None, (Readiness::Stuck, -5, true));
    }
}
