//! Prompts that are answered with nobody there: only where the operator opted in, only by what a rule calls safe, and
//! with brakes.
//!
//! PURE, a part of [`super::update`]. It chooses; the answer itself is an order like any other, verified and logged. A
//! prompt that no rule knows, one that only a person can answer and one whose answer is dangerous are never chosen.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use super::{acting, effect::Effect, mode::Mode, model::Model};
use crate::{
    config::{self, Prompts},
    fleet::{
        gate::{
            Kind, Prompt,
            answer::{Brake, Choice},
        },
        judgement::{Flag, Readiness},
        order::{Act, Order, Reply},
        reading::Reading,
        row::{Row, RowKey},
    },
};

/// An answer that did not help is tried again no sooner.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// What was answered, and when.
#[derive(Debug, Default)]
pub(super) struct Unattended {
    tried: BTreeMap<RowKey, (Brake, Timestamp)>,
}

impl Unattended {
    /// Whether one more answer is allowed for this agent now; it is then counted.
    fn allows(&mut self, row: &RowKey, most: u32, now: Timestamp) -> bool {
        let (brake, last) = self.tried.entry(row.clone()).or_insert_with(|| (Brake::default(), Timestamp::MIN));
        let waited = Duration::try_from(now.duration_since(*last)).is_ok_and(|waited| waited >= AGAIN_AFTER);
        let elapsed = Duration::try_from(now.as_duration()).unwrap_or_default();
        let allowed = waited && brake.allow(most as usize, elapsed);
        if allowed {
            *last = now;
        }
        allowed
    }
}

/// Answers what is to be answered, by orders.
pub(super) fn answers(model: &mut Model) -> Vec<Effect> {
    let Some((fleet, now)) = model.fleet.as_ref().zip(model.now) else { return Vec::new() };
    let prompts = &model.settings.config.prompts;
    // A paused fleet is somebody's wish that nothing happens by itself; where that is not known, it may be.
    let may_be_paused = model.facts.as_ref().is_none_or(|facts| !matches!(facts.paused, Reading::Known(None)));
    if model.is_read_only() || model.watches_one() || may_be_paused || prompts.policies.is_empty() {
        return Vec::new();
    }
    let most = prompts.most_a_minute;
    let in_hand = match &model.mode {
        Mode::Answer(ask) => Some(ask.row.clone()),
        _ => None,
    };
    let due: Vec<(RowKey, Order)> = fleet
        .rows
        .iter()
        .filter(|row| Some(&row.key) != in_hand.as_ref())
        .filter_map(|row| Some((row.key.clone(), order(row, prompts)?)))
        .collect();
    let mut effects = Vec::new();
    for (row, order) in due {
        if model.jobs().runs(order.word(), std::slice::from_ref(&row)).is_none()
            && model.desk.unattended.allows(&row, most, now)
        {
            effects.extend(acting::at_once(model, &order, std::slice::from_ref(&row)));
        }
    }
    effects
}

/// The answer that policy gives to the prompt of a row; `None`: a person answers.
fn order(row: &Row, prompts: &Prompts) -> Option<Order> {
    let prompt = row.prompt.as_ref()?;
    let cause = row.judgement.cause.as_ref()?;
    let stands = row.managed && row.confirmed && row.readiness() == Readiness::Stuck && cause.rule == prompt.rule;
    let left_alone = [Flag::Own, Flag::Taken, Flag::Unreachable, Flag::Paused].iter().any(|flag| row.has(*flag));
    let runtime = row.pane.as_ref().and_then(|pane| pane.runtime.known());
    let opted_in = prompts.answer(&prompt.rule, runtime.map(String::as_str), &row.name) == config::Answer::Clear;
    let reply = Reply::to(prompt, Choice::Safe, false).by_policy(prompts.most_a_minute);
    (stands && !left_alone && opted_in && is_harmless(prompt)).then(|| Order::new(Act::Answer(reply)))
}

/// Whether a rule says which answer does no harm.
fn is_harmless(prompt: &Prompt) -> bool {
    let safe = prompt.safe.and_then(|at| prompt.options.get(at));
    let by_keys = prompt.options.is_empty() && !prompt.keys.is_empty();
    prompt.kind == Kind::Gate && !prompt.human && (safe.is_some_and(|option| !option.dangerous) || by_keys)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{app::sample, fleet::sample::row};

    fn stuck() -> Row {
        let mut row = row("coder0");
        row.prompt = Some(sample::acting::prompt());
        row.judgement.readiness = Readiness::Stuck;
        row.judgement.cause = Some(crate::fleet::judgement::Cause {
            kind: crate::fleet::judgement::CauseKind::Gate,
            rule: "claude.trust".to_owned(),
            says: String::new(),
        });
        row
    }

    #[track_caller]
    fn check(what: &str, policy: &str, change: impl Fn(&mut Row), expected: bool) {
        let config = config::parse(&format!("prompts: {{policies: [{policy}]}}")).config;
        let mut row = stuck();
        change(&mut row);
        assert_eq!(order(&row, &config.prompts).is_some(), expected, "{what}");
    }

    const CLEAR: &str = "{rule: claude.trust, answer: clear}";

    #[test]
    fn only_what_was_opted_in_is_answered() {
        check("opted in", CLEAR, |_| {}, true);
        check("nothing said", "", |_| {}, false);
        check("another rule", "{rule: claude.bypass, answer: clear}", |_| {}, false);
        check(
            "this agent not",
            &format!("{CLEAR}, {{rule: claude.trust, agent: coder0, answer: flag}}"),
            |_| {},
            false,
        );
        check("another agent", "{rule: claude.trust, agent: coder1, answer: clear}", |_| {}, false);
    }

    #[test]
    fn what_is_unsure_dangerous_or_a_persons_is_only_flagged() {
        let prompt = |row: &mut Row, change: fn(&mut Prompt)| change(row.prompt.as_mut().unwrap());
        check("one look", CLEAR, |row| row.confirmed = false, false);
        check("not in the roster", CLEAR, |row| row.managed = false, false);
        check("its own pane", CLEAR, |row| row.judgement.flags = vec![Flag::Own], false);
        check("paused", CLEAR, |row| row.judgement.flags = vec![Flag::Paused], false);
        check("a person's", CLEAR, |row| prompt(row, |prompt| prompt.human = true), false);
        check("a permission", CLEAR, |row| prompt(row, |prompt| prompt.kind = Kind::Asks), false);
        check("unknown", CLEAR, |row| prompt(row, |prompt| prompt.kind = Kind::Prompt), false);
        check("nothing safe", CLEAR, |row| prompt(row, |prompt| prompt.safe = None), false);
        check("dangerous", CLEAR, |row| prompt(row, |prompt| prompt.safe = Some(0)), false);
    }

    #[test]
    fn nothing_is_answered_while_it_is_not_known_whether_the_fleet_is_paused() {
        let answered = |paused: Reading<Option<crate::fleet::facts::Pause>>| {
            let mut model = sample::model((120, 40));
            model.settings.config = config::parse(&format!("prompts: {{policies: [{CLEAR}]}}")).config;
            let row = &mut model.fleet.as_mut().unwrap().rows[0];
            *row = Row { key: row.key.clone(), pane: row.pane.clone(), ..stuck() };
            model.facts.as_mut().unwrap().paused = paused;
            !answers(&mut model).is_empty()
        };
        assert!(answered(Reading::Known(None)));
        assert!(!answered(Reading::unknown("no answer")));
    }

    #[test]
    fn the_brake_holds_for_each_agent() {
        let (mut unattended, key) = (Unattended::default(), stuck().key);
        let at = |second: i64| Timestamp::from_second(1_000_000 + second).unwrap();
        let allowed: Vec<bool> =
            [0, 5, 11, 30, 59, 61, 75].iter().map(|second| unattended.allows(&key, 2, at(*second))).collect();
        assert_eq!(allowed, [true, false, true, false, false, true, true]);
    }
}
