//! What needs a human: one entry for each agent at fault, worst first, and one for an event that hit many alike.
//!
//! PURE. What somebody has acknowledged stays in the list, at its end, until it changes.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;

use super::{
    action::Action,
    model::{Model, View},
};
use crate::fleet::{
    attention::Fault,
    judgement::{CauseKind, Flag, Readiness, Severity},
    row::{Fleet, Row, RowKey},
    text::visible,
    words::age,
};

/// So many and more that fell alike are one event, if they are half of the fleet.
const MASS: usize = 3;

/// What fell within this time fell together.
const TOGETHER: Duration = Duration::from_secs(120);

/// What is acknowledged and has been gone for so long has passed.
const PASSED_AFTER: Duration = Duration::from_secs(60);

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKey {
    /// One agent.
    Row(RowKey),
    /// Something that hit many: what they have in common.
    Mass(String),
}

/// One thing that needs a human.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is about.
    pub key: EntryKey,
    /// Whom it concerns, the worst first.
    pub rows: Vec<RowKey>,
    /// Their state.
    pub readiness: Readiness,
    /// Since when.
    pub since: Timestamp,
    /// Whether it began then, and not before.
    pub since_exact: bool,
    /// Who, in words.
    pub who: String,
    /// Why, in words.
    pub says: String,
    /// What helps, the best first.
    pub helps: Vec<Action>,
    /// Somebody looks after it.
    pub acknowledged: bool,
}

/// What was acknowledged: what the fleet's file says, and what was done here and is not in it yet. Another fault of the
/// same agent is raised anew.
#[derive(Debug, Default)]
pub struct Acknowledged {
    file: BTreeSet<Fault>,
    own: BTreeMap<Fault, Own>,
}

/// What was done here.
#[derive(Debug, Clone, Copy)]
struct Own {
    /// Acknowledged, or not any more.
    on: bool,
    /// When it stood in the file: who looks later sees it, or what somebody else did since. `None`: it does not yet, or
    /// could not be written.
    kept: Option<Timestamp>,
}

impl Acknowledged {
    /// Whether this fault of this row was acknowledged.
    #[must_use]
    pub fn holds(&self, row: &Row) -> bool {
        let fault = (row.key.clone(), fault(row));
        self.own.get(&fault).map_or_else(|| self.file.contains(&fault), |own| own.on)
    }

    /// Somebody looks after these, or after all none does: which of the two, and of what.
    pub fn turn(&mut self, rows: &[&Row]) -> (bool, Vec<Fault>) {
        let on = !rows.iter().all(|row| self.holds(row));
        let faults: Vec<Fault> = rows.iter().map(|row| (row.key.clone(), fault(row))).collect();
        self.own.extend(faults.iter().map(|fault| (fault.clone(), Own { on, kept: None })));
        (on, faults)
    }

    /// The file says since then what was done here.
    pub fn kept(&mut self, on: bool, faults: &[Fault], at: Timestamp) {
        for (fault, own) in &mut self.own {
            if own.on == on && faults.contains(fault) {
                own.kept = Some(at);
            }
        }
    }

    /// Takes up what the file said to a look that began then.
    pub fn adopt(&mut self, file: &BTreeSet<Fault>, at: Timestamp) {
        self.own.retain(|fault, own| file.contains(fault) != own.on && own.kept.is_none_or(|kept| at <= kept));
        self.file.clone_from(file);
    }

    /// Forgets what has passed: the next time it is raised again. Gives what is to be taken out of the file: only what
    /// has been gone for a while, since a dashboard that has just begun does not see everything at once.
    pub fn keep(&mut self, fleet: &Fleet) -> Vec<Fault> {
        let faults: BTreeMap<&RowKey, String> =
            fleet.rows.iter().filter(|row| row.needs_you()).map(|row| (&row.key, fault(row))).collect();
        let file = &self.file;
        self.own.retain(|(row, rule), own| {
            if own.on { faults.get(row) == Some(rule) } else { file.contains(&(row.clone(), rule.clone())) }
        });
        let passed = |(key, rule): &&Fault| {
            let row = fleet.rows.iter().find(|row| row.key == *key);
            faults.get(key) != Some(rule)
                && row.is_some_and(|row| row.confirmed && age(row.since, fleet.at) >= PASSED_AFTER)
        };
        let passed: Vec<Fault> =
            self.file.iter().filter(passed).filter(|fault| !self.own.contains_key(*fault)).cloned().collect();
        self.own.extend(passed.iter().map(|fault| (fault.clone(), Own { on: false, kept: None })));
        passed
    }
}

/// What is wrong with a row, as a stable word.
fn fault(row: &Row) -> String {
    let flag = row.judgement.flags.iter().find(|flag| flag.is_fault()).map_or("", |flag| flag.word());
    row.judgement.cause.as_ref().map_or_else(|| format!("{}{flag}", row.readiness().word()), |cause| cause.rule.clone())
}

/// Everything that needs a human, worst first, what was acknowledged last.
#[must_use]
pub fn entries(fleet: &Fleet, acknowledged: &Acknowledged) -> Vec<Entry> {
    let managed = fleet.rows.iter().filter(|row| row.managed).count();
    let mut alike: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in fleet.rows.iter().filter(|row| row.needs_you() && row.confirmed) {
        alike.entry(common(row)).or_default().push(row);
    }
    let mut all = Vec::new();
    for (what, mut rows) in alike {
        rows.sort_by(|a, b| (a.readiness(), a.since, &a.name).cmp(&(b.readiness(), b.since, &b.name)));
        if rows.len() >= MASS && rows.len() * 2 >= managed && together(&rows) {
            all.push(mass(what, &rows, fleet, managed, acknowledged));
        } else {
            all.extend(rows.into_iter().map(|row| single(row, acknowledged)));
        }
    }
    all.sort_by(|a, b| {
        let order = |entry: &Entry| (entry.acknowledged, entry.rows.len() < MASS, entry.readiness, entry.since);
        order(a).cmp(&order(b)).then_with(|| a.who.cmp(&b.who))
    });
    all
}

/// What may have hit others, too: deaths are alike whatever each one says of itself.
fn common(row: &Row) -> String {
    match row.readiness() {
        Readiness::Dead => "dead".to_owned(),
        _ => fault(row),
    }
}

fn together(rows: &[&Row]) -> bool {
    let first = rows.iter().map(|row| row.since).min();
    let last = rows.iter().map(|row| row.since).max();
    first.zip(last).is_some_and(|(first, last)| age(first, last) <= TOGETHER)
}

fn mass(what: String, rows: &[&Row], fleet: &Fleet, managed: usize, acknowledged: &Acknowledged) -> Entry {
    let readiness = rows.iter().map(|row| row.readiness()).min().unwrap_or(Readiness::Unknown);
    // A fault of the host explains many deaths better than any of them does.
    let host =
        fleet.findings.iter().find(|finding| finding.severity == Severity::Fault && finding.rule != "fleet.paused");
    let own = rows.iter().find_map(|row| row.judgement.why()).unwrap_or_else(|| readiness.word().to_owned());
    let says = host.filter(|_| readiness == Readiness::Dead).map_or(own, |finding| finding.says.clone());
    Entry {
        key: EntryKey::Mass(what),
        rows: rows.iter().map(|row| row.key.clone()).collect(),
        readiness,
        since: rows.iter().map(|row| row.since).min().unwrap_or(fleet.at),
        since_exact: rows.iter().all(|row| row.since_exact),
        who: format!("{} of {managed} agents at once", rows.len()),
        says,
        helps: if readiness == Readiness::Dead { vec![Action::Problems, Action::Relaunch] } else { helps(rows[0]) },
        acknowledged: rows.iter().all(|row| acknowledged.holds(row)),
    }
}

fn single(row: &Row, acknowledged: &Acknowledged) -> Entry {
    Entry {
        key: EntryKey::Row(row.key.clone()),
        rows: vec![row.key.clone()],
        readiness: row.readiness(),
        since: row.since,
        since_exact: row.since_exact,
        who: row.name.clone(),
        says: row.judgement.says(),
        helps: helps(row),
        acknowledged: acknowledged.holds(row),
    }
}

/// What helps against a fault.
fn helps(row: &Row) -> Vec<Action> {
    let cause = row.judgement.cause.as_ref().map(|cause| cause.kind);
    match (row.readiness(), cause) {
        _ if row.has(Flag::Unreachable) => Vec::new(),
        _ if row.prompt.is_some() => vec![Action::Answer, Action::Open],
        (_, Some(CauseKind::Stalled)) => vec![Action::Interrupt, Action::Relaunch],
        (Readiness::Dead, _) => vec![Action::Relaunch],
        (Readiness::Stale, _) => vec![Action::Open, Action::Relaunch],
        _ if row.has(Flag::Hazard) => vec![Action::Problems],
        _ => vec![Action::Open],
    }
}

/// The attention view's own state.
#[derive(Debug, Default)]
pub struct Attention {
    /// What is in hand.
    pub(super) acknowledged: Acknowledged,
    /// What is to be kept in the fleet's file: acknowledged, or not any more.
    pub(super) to_keep: Vec<(bool, Vec<Fault>)>,
    /// The selected entry, and where it stood: one that has passed leaves its place to the next.
    selected: Option<EntryKey>,
    place: usize,
    /// The one of its agents whose picture is shown.
    row: Option<RowKey>,
}

impl Model {
    /// What needs a human, worst first.
    #[must_use]
    pub fn attention(&self) -> Vec<Entry> {
        self.fleet().map_or_else(Vec::new, |fleet| entries(fleet, &self.desk.attention.acknowledged))
    }

    /// The selected entry's place among them: of one that has become another, where its agent is now.
    #[must_use]
    pub fn attention_place(&self, entries: &[Entry]) -> usize {
        let Attention { selected, place, row, .. } = &self.desk.attention;
        let same = entries.iter().position(|entry| Some(&entry.key) == selected.as_ref());
        let its = || entries.iter().position(|entry| row.as_ref().is_some_and(|row| entry.rows.contains(row)));
        same.or_else(its).unwrap_or(*place).min(entries.len().saturating_sub(1))
    }

    /// The selected entry.
    #[must_use]
    pub fn attention_entry(&self) -> Option<Entry> {
        let mut entries = self.attention();
        let place = self.attention_place(&entries);
        (place < entries.len()).then(|| entries.swap_remove(place))
    }

    /// Whose picture is shown: while it has the screen to itself it stays, whatever becomes of the entries.
    pub(super) fn attention_row(&self) -> Option<RowKey> {
        let pinned = self.desk.attention.row.as_ref();
        if self.shows_one() {
            return pinned.cloned();
        }
        let entry = self.attention_entry()?;
        pinned.filter(|row| entry.rows.contains(row)).or(entry.rows.first()).cloned()
    }

    /// Selects the entry that stands there, or the nearest there is.
    pub(super) fn select_attention(&mut self, place: usize) {
        let entries = self.attention();
        let place = place.min(entries.len().saturating_sub(1));
        let entry = entries.get(place);
        let attention = &mut self.desk.attention;
        attention.selected = entry.map(|entry| entry.key.clone());
        attention.row = entry.and_then(|entry| entry.rows.first().cloned());
        attention.place = place;
    }

    /// Whoever comes to look begins with what was selected before, if that is still there.
    pub(super) fn come_to_attention(&mut self) {
        let entries = self.attention();
        let attention = &mut self.desk.attention;
        if !entries.iter().any(|entry| Some(&entry.key) == attention.selected.as_ref()) {
            (attention.selected, attention.row) = (None, None);
        }
    }

    /// Keeps the entry in hand that is shown as the selected one, wherever it goes; whether the one before has passed.
    pub(super) fn pin_attention(&mut self) -> bool {
        if self.view() != View::Attention || self.shows_one() {
            return false;
        }
        let row = self.attention_row();
        let entries = self.attention();
        let place = self.attention_place(&entries);
        let selected = entries.get(place).map(|entry| entry.key.clone());
        let attention = &mut self.desk.attention;
        let passed = attention.row.is_some() && attention.row != row;
        (attention.selected, attention.place, attention.row) = (selected, place, row);
        passed
    }

    /// Whether somebody looks after it already.
    #[must_use]
    pub fn is_acknowledged(&self, row: &Row) -> bool {
        self.desk.attention.acknowledged.holds(row)
    }

    /// Acknowledges the selected entry, or takes that back. Its entry moves, and stays in hand: the same key once more
    /// must undo it, and not do it to the next one.
    pub(super) fn acknowledge(&mut self) {
        let Some(entry) = self.attention_entry() else { return };
        let Some(fleet) = &self.fleet else { return };
        let rows: Vec<&Row> = fleet.rows.iter().filter(|row| entry.rows.contains(&row.key)).collect();
        let turned = self.desk.attention.acknowledged.turn(&rows);
        let says =
            if turned.0 { "somebody looks after it now; x takes it back" } else { "nobody looks after it any more" };
        self.desk.attention.to_keep.push(turned);
        self.say(format!("{}: {says}", visible(&entry.who)));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{app::sample, fleet::sample::row};

    const RULE: &str = "claude.trust";

    /// A second of the test's time.
    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    /// The agent `a` at that second: at a fault of that rule, or well; in its state since then, confirmed or not.
    fn fleet(second: i64, rule: Option<&str>, since: i64, confirmed: bool) -> Fleet {
        let mut row = row("a");
        if let Some(rule) = rule {
            row.judgement.readiness = Readiness::Stuck;
            let (kind, says) = (CauseKind::Gate, String::new());
            row.judgement.cause = Some(crate::fleet::judgement::Cause { kind, rule: rule.to_owned(), says });
        }
        (row.since, row.confirmed) = (at(since), confirmed);
        Fleet { at: at(second), findings: Vec::new(), rows: vec![row], ..sample::fleet() }
    }

    fn acknowledged() -> BTreeSet<Fault> {
        [(row("a").key, RULE.to_owned())].into()
    }

    /// Whether a fault of the file is taken out of it when the fleet is seen so.
    #[track_caller]
    fn check(what: &str, fleet: &Fleet, passed: bool) {
        let mut known = Acknowledged::default();
        known.adopt(&acknowledged(), at(0));
        assert_eq!(known.keep(fleet), if passed { Vec::from_iter(acknowledged()) } else { Vec::new() }, "{what}");
        // Once: what is being taken out is not asked for again, and is raised anew already.
        assert_eq!(known.keep(fleet), Vec::new(), "{what}");
        assert_eq!(known.holds(&self::fleet(0, Some(RULE), 0, true).rows[0]), !passed, "{what}");
    }

    #[test]
    fn an_acknowledgement_is_taken_out_a_minute_after_its_fault_has_passed() {
        check("it stands", &fleet(500, Some(RULE), 0, true), false);
        check("well for 59 s", &fleet(59, None, 0, true), false);
        check("well for a minute", &fleet(60, None, 0, true), true);
        check("at another fault for a minute", &fleet(60, Some("claude.login"), 0, true), true);
        check("one look proves nothing", &fleet(60, None, 0, false), false);
        check("not seen", &Fleet { rows: Vec::new(), ..fleet(500, None, 0, true) }, false);
    }

    #[test]
    fn what_was_acknowledged_here_holds_until_its_fault_has_passed() {
        let (stuck, well) = (fleet(0, Some(RULE), 0, true), fleet(1, None, 1, true));
        let mut known = Acknowledged::default();
        assert_eq!(known.turn(&[&stuck.rows[0]]), (true, Vec::from_iter(acknowledged())));
        known.adopt(&BTreeSet::new(), at(0));
        assert!(known.holds(&stuck.rows[0]), "the file is not written yet");
        assert_eq!(known.keep(&stuck), Vec::new());
        assert!(known.holds(&stuck.rows[0]));
        assert_eq!(known.keep(&well), Vec::new());
        assert!(!known.holds(&stuck.rows[0]), "it is raised anew");
    }

    #[test]
    fn what_another_dashboard_takes_back_is_open_here_too() {
        let stuck = fleet(0, Some(RULE), 0, true);
        let mut known = Acknowledged::default();
        known.turn(&[&stuck.rows[0]]);
        known.adopt(&acknowledged(), at(0));
        known.adopt(&BTreeSet::new(), at(1));
        assert!(!known.holds(&stuck.rows[0]));
    }

    #[test]
    fn what_is_taken_back_before_a_look_has_seen_it_is_open_too() {
        let stuck = fleet(0, Some(RULE), 0, true);
        let mut known = Acknowledged::default();
        let (on, faults) = known.turn(&[&stuck.rows[0]]);
        known.kept(!on, &faults, at(1));
        known.adopt(&BTreeSet::new(), at(2));
        assert!(known.holds(&stuck.rows[0]), "what was kept is what was done before");
        known.kept(on, &faults, at(5));
        known.adopt(&BTreeSet::new(), at(5));
        assert!(known.holds(&stuck.rows[0]), "this look began before it was kept");
        known.adopt(&BTreeSet::new(), at(6));
        assert!(!known.holds(&stuck.rows[0]));
    }
}
