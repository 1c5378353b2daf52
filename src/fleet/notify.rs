//! When somebody is to be told that agents need them, and in which words. One word for many, and no more often than asked.
//!
//! Pure: it sees fleets one after the other, with their time. Who is told, and how, is decided elsewhere.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    judgement::{CauseKind, Readiness},
    row::{Fleet, Row, RowKey},
    text::visible,
    words::age,
};

/// A notification names so many agents at most.
const NAMES: usize = 5;

/// What somebody is told: agents that newly need them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// The shape of this object.
    pub schema: u32,
    /// When.
    pub at: String,
    /// The fleet's owner.
    pub tenant_id: String,
    /// The host.
    pub host: String,
    /// How many agents need somebody now, these among them.
    pub needs_you: usize,
    /// One line of a few words, safe to print.
    pub title: String,
    /// One line more, safe to print.
    pub body: String,
    /// The agents, worst first.
    pub agents: Vec<Raised>,
}

/// One agent that needs somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Raised {
    /// Its name.
    pub agent: String,
    /// Its state.
    pub readiness: Readiness,
    /// What kind of cause.
    pub kind: Option<CauseKind>,
    /// The rule that found it.
    pub rule: Option<String>,
    /// Why, in one line.
    pub says: String,
}

/// What was told already.
#[derive(Debug, Default)]
pub struct Notifier {
    /// The faults that are known, and what is still to be told of them.
    known: BTreeMap<RowKey, (String, bool)>,
    begun: bool,
    told: Option<Timestamp>,
}

impl Notifier {
    /// Takes one look at the fleet in. What was so at the first look is no news: whoever starts a dashboard sees it.
    /// `handled`: somebody looks after that one already.
    pub fn look(&mut self, fleet: &Fleet, every: Duration, handled: impl Fn(&Row) -> bool) -> Option<Alert> {
        let news = std::mem::replace(&mut self.begun, true);
        let (needs, unsure): (Vec<&Row>, Vec<&Row>) =
            fleet.rows.iter().filter(|row| row.needs_you() && !handled(row)).partition(|row| row.confirmed);
        let before = std::mem::take(&mut self.known);
        // Nothing is confirmed at the first look; what the second one agrees on is not news for that.
        if !news {
            self.known.extend(unsure.into_iter().map(|row| (row.key.clone(), (fault(row), false))));
        }
        for row in &needs {
            let fault = fault(row);
            let known = before.get(&row.key).filter(|(known, _)| *known == fault);
            let open = known.map_or(news, |(_, open)| *open);
            self.known.insert(row.key.clone(), (fault, open));
        }
        let open = |row: &&&Row| self.known.get(&row.key).is_some_and(|(_, open)| *open);
        let mut raised: Vec<&Row> = needs.iter().filter(open).copied().collect();
        if raised.is_empty() || self.told.is_some_and(|told| age(told, fleet.at) < every) {
            return None;
        }
        raised.sort_by_key(|row| (row.readiness(), row.name.clone()));
        self.told = Some(fleet.at);
        self.known.values_mut().for_each(|(_, open)| *open = false);
        Some(alert(fleet, &raised, needs.len()))
    }
}

/// What is wrong with it, so that something else is news.
fn fault(row: &Row) -> String {
    row.judgement.cause.as_ref().map_or_else(|| row.readiness().word().to_owned(), |cause| cause.rule.clone())
}

fn alert(fleet: &Fleet, raised: &[&Row], needs_you: usize) -> Alert {
    let agents: Vec<Raised> = raised.iter().map(|row| one(row)).collect();
    let (title, body) = match agents.as_slice() {
        [one] => (format!("{} is {}", one.agent, one.readiness), one.says.clone()),
        many => {
            let names: Vec<&str> = many.iter().take(NAMES).map(|one| one.agent.as_str()).collect();
            let more = if many.len() > NAMES { format!(" and {} more", many.len() - NAMES) } else { String::new() };
            (format!("{} agents need you", many.len()), format!("{}{more}", names.join(", ")))
        }
    };
    Alert {
        schema: 1,
        at: fleet.at.to_string(),
        tenant_id: visible(&fleet.tenant.0),
        host: visible(&fleet.host.0),
        needs_you,
        title,
        body,
        agents,
    }
}

fn one(row: &Row) -> Raised {
    let cause = row.judgement.cause.as_ref();
    Raised {
        agent: visible(&row.name),
        readiness: row.readiness(),
        kind: cause.map(|cause| cause.kind),
        rule: cause.map(|cause| visible(&cause.rule)),
        says: visible(&row.judgement.says()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::fleet::{judgement::Cause, sample};

    /// A fleet at a second, in which these agents are stuck with these words.
    fn fleet(second: i64, stuck: &[(&str, &str)]) -> Fleet {
        let rows = ["a", "b", "c"].map(sample::row).to_vec();
        let key = rows[0].key.clone();
        let at = Timestamp::from_second(1_000_000 + second).unwrap();
        let (tenant, host, socket) = (rows[0].tenant.clone(), key.host, key.socket);
        let mut fleet = Fleet { tenant, host, at, socket, paused: None, findings: Vec::new(), rows };
        for row in &mut fleet.rows {
            if let Some((_, says)) = stuck.iter().find(|(name, _)| *name == row.name) {
                row.judgement.readiness = Readiness::Stuck;
                row.judgement.cause =
                    Some(Cause { kind: CauseKind::Gate, rule: (*says).to_owned(), says: (*says).to_owned() });
            }
        }
        fleet
    }

    #[track_caller]
    fn check(looks: &[(i64, &[(&str, &str)])], expected: &[Option<&str>]) {
        let (mut notifier, every) = (Notifier::default(), Duration::from_secs(30));
        let told: Vec<Option<String>> = looks
            .iter()
            .map(|(second, stuck)| notifier.look(&fleet(*second, stuck), every, |_| false).map(|alert| alert.title))
            .collect();
        assert_eq!(told.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_new_is_told_once_and_what_was_so_at_the_start_never() {
        check(
            &[(0, &[("a", "x")]), (1, &[("a", "x"), ("b", "x")]), (2, &[("a", "x"), ("b", "x")]), (99, &[("a", "x")])],
            &[None, Some("b is stuck"), None, None],
        );
    }

    #[test]
    fn what_is_confirmed_only_by_the_second_look_was_so_at_the_start() {
        let (mut notifier, every) = (Notifier::default(), Duration::ZERO);
        let mut first = fleet(0, &[("a", "x")]);
        first.rows.iter_mut().for_each(|row| row.confirmed = false);
        assert_eq!(notifier.look(&first, every, |_| false), None);
        assert_eq!(notifier.look(&fleet(1, &[("a", "x")]), every, |_| false), None);
        let third = notifier.look(&fleet(2, &[("a", "x"), ("b", "x")]), every, |_| false);
        assert_eq!(third.map(|alert| alert.title).as_deref(), Some("b is stuck"));
    }

    #[test]
    fn what_comes_soon_after_waits_and_is_told_together() {
        check(
            &[
                (0, &[]),
                (1, &[("a", "x")]),
                (5, &[("a", "x"), ("b", "x")]),
                (9, &[("b", "x"), ("c", "x")]),
                (31, &[("b", "x"), ("c", "x")]),
            ],
            &[None, Some("a is stuck"), None, None, Some("2 agents need you")],
        );
    }

    #[test]
    fn what_has_passed_is_not_told_and_another_fault_is_news() {
        check(
            &[(0, &[]), (1, &[("a", "x")]), (5, &[("b", "x")]), (40, &[]), (41, &[("a", "x")]), (80, &[("a", "y")])],
            &[None, Some("a is stuck"), None, None, Some("a is stuck"), Some("a is stuck")],
        );
    }

    #[test]
    fn what_somebody_looks_after_is_not_told() {
        let mut notifier = Notifier::default();
        notifier.look(&fleet(0, &[]), Duration::ZERO, |_| true);
        assert_eq!(notifier.look(&fleet(1, &[("a", "x")]), Duration::ZERO, |_| true), None);
    }

    #[test]
    fn hostile_words_are_only_shown() {
        let mut notifier = Notifier::default();
        notifier.look(&fleet(0, &[]), Duration::ZERO, |_| false);
        let alert = notifier.look(&fleet(1, &[("a", "\x1b]52;c;eA==\x07\n$(rm)")]), Duration::ZERO, |_| false).unwrap();
        let json = serde_json::to_string(&alert).unwrap();
        assert!(!json.contains('\x1b') && !alert.body.contains(['\x1b', '\x07', '\n']), "{json}");
    }
}
