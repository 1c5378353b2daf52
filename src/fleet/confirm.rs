//! What lasts from one look at the fleet to the next: since when, confirmed or not, and whether clocks can be believed.
//!
//! Spec §6: dead and stuck are confirmed by a second look; after a suspend or a clock jump ages are not believed for
//! one interval. It judges nothing itself, and reads no clock: both times are passed in.

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use super::{
    judgement::{Cause, Evidence, Readiness},
    row::{Fleet, Row, RowKey},
    sights::Sights,
    unanswered::Unanswered,
};

/// What is remembered of one host's fleet.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// What the screens said: hand it to the join.
    pub sights: Sights,
    /// Which servers gave no answer lately: hand it to every look.
    pub unanswered: Unanswered,
    rows: BTreeMap<RowKey, Remembered>,
    last_look: Option<Timestamp>,
    /// How long ages are still not to be believed.
    distrust: Duration,
}

/// What a row was last shown as.
#[derive(Debug, Clone)]
struct Remembered {
    readiness: Readiness,
    cause: Option<Cause>,
    since: Timestamp,
    /// Whether it began then: a source says so, or it was seen to begin.
    exact: bool,
    confirmed: bool,
    /// A fault that one look has seen, and when.
    claimed: Option<(Readiness, Timestamp)>,
}

impl Memory {
    /// How far wall clock and monotonic clock may part between two looks, in heartbeat intervals, before it is a jump.
    const JUMP: u32 = 3;

    /// To be asked before each join: whether ages can be believed in the look that begins at `at`. `elapsed` is the
    /// time since the last look by a clock that nobody sets and that stands still in a suspend.
    pub fn ages_believed(&mut self, at: Timestamp, elapsed: Duration, interval: Duration) -> bool {
        self.distrust = self.distrust.saturating_sub(elapsed);
        if let Some(last) = self.last_look.replace(at) {
            let passed = Duration::try_from(at.duration_since(last));
            let jumped = passed.map_or(true, |passed| passed.abs_diff(elapsed) > interval.saturating_mul(Self::JUMP));
            if jumped {
                self.distrust = interval;
            }
        }
        self.distrust.is_zero()
    }

    /// The fleet as it should be shown: a row that newly looks dead or stuck keeps its previous state until a second
    /// look at another time agrees; one that was never seen before shows the fault, unconfirmed. Fills `since`.
    #[must_use]
    pub fn settle(&mut self, mut fleet: Fleet) -> Fleet {
        let mut known = std::mem::take(&mut self.rows);
        let distrusted = !self.distrust.is_zero();
        for row in &mut fleet.rows {
            let remembered = match known.remove(&row.key) {
                Some(before) => again(row, before, fleet.at, distrusted),
                None => first(row, fleet.at),
            };
            (row.since, row.since_exact) = (remembered.since, remembered.exact);
            row.confirmed = remembered.confirmed;
            self.rows.insert(row.key.clone(), remembered);
        }
        fleet
    }
}

/// Spec §6: the states that one look does not prove.
fn needs_second_look(readiness: Readiness) -> bool {
    matches!(readiness, Readiness::Dead | Readiness::Stuck)
}

/// A row that was never seen before.
fn first(row: &Row, at: Timestamp) -> Remembered {
    let readiness = row.readiness();
    let claimed = needs_second_look(readiness).then_some((readiness, at));
    let (cause, since, exact) = (row.judgement.cause.clone(), row.since, row.since_exact);
    Remembered { readiness, cause, since, exact, confirmed: claimed.is_none(), claimed }
}

impl Remembered {
    /// Since when a state is shown that was shown at the last look, too: as it was known then, unless a source knows better.
    fn on(&self, row: &Row) -> (Timestamp, bool) {
        let better = !self.exact && (row.since_exact || row.since < self.since);
        if better { (row.since, row.since_exact) } else { (self.since, self.exact) }
    }
}

/// A row that was seen before; puts the state to show into it.
fn again(row: &mut Row, before: Remembered, at: Timestamp, distrusted: bool) -> Remembered {
    let now = row.readiness();
    let cause = row.judgement.cause.clone();
    if needs_second_look(now) {
        // `!=`, not `>`: after a clock was set back a second look must not wait for the old time to come round.
        let agrees = before.claimed.is_some_and(|(claim, when)| claim == now && when != at);
        let claimed =
            if agrees { before.claimed } else { before.claimed.filter(|(claim, _)| *claim == now).or(Some((now, at))) };
        if before.readiness == now {
            let confirmed = before.confirmed || agrees;
            let (since, exact) = before.on(row);
            return Remembered { cause, since, exact, confirmed, claimed, ..before };
        }
        if agrees {
            let since = claimed.map_or(at, |(_, since)| since);
            return Remembered { readiness: now, cause, since, exact: true, confirmed: true, claimed };
        }
        hold(row, &before, at);
        return Remembered { confirmed: false, claimed, ..before };
    }
    // Only an age can have changed it: wait until ages mean something again.
    if distrusted && now != before.readiness && !needs_second_look(before.readiness) {
        hold(row, &before, at);
        return Remembered { confirmed: false, claimed: None, ..before };
    }
    let (since, exact) = if before.readiness == now { before.on(row) } else { (at, true) };
    Remembered { readiness: now, cause, since, exact, confirmed: true, claimed: None }
}

/// Shows the previous state, and what this look says as evidence beside it.
fn hold(row: &mut Row, before: &Remembered, at: Timestamp) {
    let judgement = &mut row.judgement;
    let cause = judgement.cause.as_ref().map_or_else(String::new, |cause| format!(": {}", cause.says));
    let says = format!("one look says {}{cause}; it is shown when a second one agrees", judgement.readiness);
    judgement
        .evidence
        .insert(0, Evidence { source: "confirm", rule: "confirm.first-look".into(), says, at, line: None });
    judgement.readiness = before.readiness;
    judgement.cause.clone_from(&before.cause);
}
