//! When somebody is to be told that agents need them, and in which words: what is new, and again what still stands. One
//! word for many, and no more often than asked.
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

/// What somebody is told: agents that newly need them, or still do.
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
    /// It is no news: somebody was told, or it stood before the start, and it still stands.
    pub again: bool,
}

/// How often somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// At most once in this time.
    pub every: Duration,
    /// What still stands after this time is told again; zero: never.
    pub again: Duration,
}

/// What was told already.
#[derive(Debug, Default)]
pub struct Notifier {
    known: BTreeMap<RowKey, Known>,
    begun: bool,
    /// When somebody was told last, of whatever it was.
    told: Option<Timestamp>,
}

/// A fault that is known.
#[derive(Debug)]
struct Known {
    fault: String,
    /// When it was told last; of what stood before the first look, when that was. `None`: it is news.
    told: Option<Timestamp>,
}

impl Known {
    fn is_due(&self, now: Timestamp, again: Duration) -> bool {
        self.told.is_none_or(|told| !again.is_zero() && age(told, now) >= again)
    }
}

impl Notifier {
    /// Takes one look at the fleet in. What was so at the first look is no news: whoever starts a dashboard sees it. It
    /// is told when it still stands later, as what was told is. `handled`: somebody looks after that one already.
    pub fn look(&mut self, fleet: &Fleet, pace: Pace, handled: impl Fn(&Row) -> bool) -> Option<Alert> {
        let standing: Vec<&Row> = fleet.rows.iter().filter(|row| row.needs_you() && !handled(row)).collect();
        self.remember(&standing, fleet.at);
        let needs: Vec<&Row> = standing.into_iter().filter(|row| row.confirmed).collect();
        let due = |row: &&Row| self.known.get(&row.key).is_some_and(|known| known.is_due(fleet.at, pace.again));
        let mut raised: Vec<&Row> = needs.iter().copied().filter(due).collect();
        if raised.is_empty() || self.told.is_some_and(|told| age(told, fleet.at) < pace.every) {
            return None;
        }
        raised.sort_by_key(|row| (row.readiness(), row.name.clone()));
        self.told = Some(fleet.at);
        let agents = raised.iter().map(|row| one(row, self.tell(row, fleet.at))).collect();
        Some(alert(fleet, agents, needs.len()))
    }

    /// Keeps what still stands, takes up what is new, and forgets the rest.
    fn remember(&mut self, standing: &[&Row], now: Timestamp) {
        let first = !std::mem::replace(&mut self.begun, true);
        let mut before = std::mem::take(&mut self.known);
        // A clock that was set back must not silence anybody until the old time comes round.
        self.told = self.told.map(|told| told.min(now));
        for row in standing {
            let fault = fault(row);
            let known = match before.remove(&row.key).filter(|known| known.fault == fault) {
                Some(known) => Known { told: known.told.map(|told| told.min(now)), ..known },
                // Nothing is confirmed at the first look; what the second one agrees on is not news for that.
                None if first => Known { fault, told: Some(now) },
                None if row.confirmed => Known { fault, told: None },
                None => continue,
            };
            self.known.insert(row.key.clone(), known);
        }
    }

    /// Somebody is told of this row now; whether it is no news any more.
    fn tell(&mut self, row: &Row, now: Timestamp) -> bool {
        self.known.get_mut(&row.key).is_some_and(|known| known.told.replace(now).is_some())
    }
}

/// What is wrong with it, so that something else is news.
fn fault(row: &Row) -> String {
    row.judgement.cause.as_ref().map_or_else(|| row.readiness().word().to_owned(), |cause| cause.rule.clone())
}

fn alert(fleet: &Fleet, agents: Vec<Raised>, needs_you: usize) -> Alert {
    let (title, body) = match agents.as_slice() {
        [one] => {
            let still = if one.again { "still " } else { "" };
            (format!("{} is {still}{}", one.agent, one.readiness), one.says.clone())
        }
        many => {
            let names: Vec<&str> = many.iter().take(NAMES).map(|one| one.agent.as_str()).collect();
            let more = if many.len() > NAMES { format!(" and {} more", many.len() - NAMES) } else { String::new() };
            let still = if many.iter().all(|one| one.again) { "still " } else { "" };
            (format!("{} agents {still}need you", many.len()), format!("{}{more}", names.join(", ")))
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

fn one(row: &Row, again: bool) -> Raised {
    let cause = row.judgement.cause.as_ref();
    Raised {
        agent: visible(&row.name),
        readiness: row.readiness(),
        kind: cause.map(|cause| cause.kind),
        rule: cause.map(|cause| visible(&cause.rule)),
        says: visible(&row.judgement.says()),
        again,
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

    const MINUTES_15: Duration = Duration::from_secs(900);
    const AT_ONCE: Pace = Pace { every: Duration::ZERO, again: Duration::ZERO };

    /// The titles of what is told at each look, where somebody is told at most every 30 seconds.
    #[track_caller]
    fn check_again(again: Duration, looks: &[(i64, &[(&str, &str)])], expected: &[Option<&str>]) {
        let (mut notifier, pace) = (Notifier::default(), Pace { every: Duration::from_secs(30), again });
        let told: Vec<Option<String>> = looks
            .iter()
            .map(|(second, stuck)| notifier.look(&fleet(*second, stuck), pace, |_| false).map(|alert| alert.title))
            .collect();
        assert_eq!(told.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    }

    #[track_caller]
    fn check(looks: &[(i64, &[(&str, &str)])], expected: &[Option<&str>]) {
        check_again(MINUTES_15, looks, expected);
    }

    #[test]
    fn what_is_new_is_told_once_and_what_was_so_at_the_start_is_no_news() {
        check(
            &[(0, &[("a", "x")]), (1, &[("a", "x"), ("b", "x")]), (2, &[("a", "x"), ("b", "x")]), (99, &[("a", "x")])],
            &[None, Some("b is stuck"), None, None],
        );
    }

    #[test]
    fn what_still_stands_is_told_again_and_again() {
        check(
            &[
                (0, &[]),
                (1, &[("a", "x")]),
                (900, &[("a", "x")]),
                (901, &[("a", "x")]),
                (902, &[("a", "x")]),
                (1800, &[("a", "x")]),
                (1801, &[("a", "x")]),
            ],
            &[None, Some("a is stuck"), None, Some("a is still stuck"), None, None, Some("a is still stuck")],
        );
    }

    #[test]
    fn what_stood_before_the_start_is_told_when_it_still_stands_later() {
        check(
            &[(0, &[("a", "x")]), (899, &[("a", "x")]), (900, &[("a", "x")]), (1799, &[("a", "x")])],
            &[None, None, Some("a is still stuck"), None],
        );
    }

    #[test]
    fn who_wants_it_once_is_told_once() {
        check_again(
            Duration::ZERO,
            &[(0, &[("a", "x")]), (1, &[("a", "x"), ("b", "x")]), (90_000, &[("a", "x"), ("b", "x")])],
            &[None, Some("b is stuck"), None],
        );
    }

    #[test]
    fn what_fell_together_is_told_again_together_and_with_what_is_new() {
        let all: &[(&str, &str)] = &[("a", "x"), ("b", "x"), ("c", "x")];
        check(
            &[(0, &[]), (1, all), (900, all), (901, all), (902, all)],
            &[None, Some("3 agents need you"), None, Some("3 agents still need you"), None],
        );
        check(
            &[(0, &[]), (1, &[("a", "x")]), (901, &[("a", "x"), ("b", "x")])],
            &[None, Some("a is stuck"), Some("2 agents need you")],
        );
    }

    #[test]
    fn telling_again_waits_for_its_turn_too() {
        let both: &[(&str, &str)] = &[("a", "x"), ("b", "x")];
        check(
            &[(0, &[("a", "x")]), (890, both), (900, both), (919, both), (920, both)],
            &[None, Some("b is stuck"), None, None, Some("a is still stuck")],
        );
    }

    #[test]
    fn what_has_passed_meanwhile_is_news_when_it_comes_back() {
        check(
            &[(0, &[("a", "x")]), (400, &[]), (800, &[("a", "x")]), (1699, &[("a", "x")]), (1700, &[("a", "x")])],
            &[None, None, Some("a is stuck"), None, Some("a is still stuck")],
        );
    }

    #[test]
    fn a_clock_that_is_set_back_silences_nobody() {
        check(
            &[(9000, &[]), (9001, &[("a", "x")]), (0, &[("a", "x")]), (30, &[("b", "x")]), (900, &[("a", "x")])],
            &[None, Some("a is stuck"), None, Some("b is stuck"), Some("a is stuck")],
        );
        check(
            &[(9000, &[]), (9001, &[("a", "x")]), (0, &[("a", "x")]), (899, &[("a", "x")]), (900, &[("a", "x")])],
            &[None, Some("a is stuck"), None, None, Some("a is still stuck")],
        );
    }

    #[test]
    fn a_look_that_is_in_doubt_makes_no_news_of_what_is_known() {
        let mut notifier = Notifier::default();
        let look = |notifier: &mut Notifier, second, confirmed| {
            let mut fleet = fleet(second, &[("a", "x")]);
            fleet.rows.iter_mut().for_each(|row| row.confirmed = confirmed);
            notifier.look(&fleet, AT_ONCE, |_| false).map(|alert| alert.title)
        };
        notifier.look(&fleet(0, &[]), AT_ONCE, |_| false);
        assert_eq!(look(&mut notifier, 1, false), None, "one look proves nothing");
        assert_eq!(look(&mut notifier, 2, true).as_deref(), Some("a is stuck"));
        assert_eq!(look(&mut notifier, 3, false), None);
        assert_eq!(look(&mut notifier, 4, true), None);
    }

    #[test]
    fn what_is_confirmed_only_by_the_second_look_was_so_at_the_start() {
        let mut notifier = Notifier::default();
        let mut first = fleet(0, &[("a", "x")]);
        first.rows.iter_mut().for_each(|row| row.confirmed = false);
        assert_eq!(notifier.look(&first, AT_ONCE, |_| false), None);
        assert_eq!(notifier.look(&fleet(1, &[("a", "x")]), AT_ONCE, |_| false), None);
        let third = notifier.look(&fleet(2, &[("a", "x"), ("b", "x")]), AT_ONCE, |_| false);
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
    fn what_somebody_looks_after_is_not_told_neither_once_nor_again() {
        let (mut notifier, pace) = (Notifier::default(), Pace { every: Duration::ZERO, again: MINUTES_15 });
        let mut look = |second, stuck: &[(&str, &str)], handled: bool| {
            notifier.look(&fleet(second, stuck), pace, |_| handled).map(|alert| alert.title)
        };
        assert_eq!(look(0, &[], true), None);
        assert_eq!(look(1, &[("a", "x")], true), None);
        assert_eq!(look(2000, &[("a", "x")], true), None);
        assert_eq!(look(2001, &[("a", "x")], false).as_deref(), Some("a is stuck"), "after all nobody does");
        assert_eq!(look(2900, &[("a", "x")], true), None);
    }

    #[test]
    fn hostile_words_are_only_shown() {
        let mut notifier = Notifier::default();
        notifier.look(&fleet(0, &[]), AT_ONCE, |_| false);
        let alert = notifier.look(&fleet(1, &[("a", "\x1b]52;c;eA==\x07\n$(rm)")]), AT_ONCE, |_| false).unwrap();
        let json = serde_json::to_string(&alert).unwrap();
        assert!(!json.contains('\x1b') && !alert.body.contains(['\x1b', '\x07', '\n']), "{json}");
    }
}
