//! Looks at a row, one after another, and what is shown each time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on should stop")]

use super::*;
use crate::fleet::{
    facts::Limits,
    fixtures::{ZONES, agent, at, host, pane, roster},
    join::{JoinContext, join},
    sights::Sights,
};

const INTERVAL: Duration = Duration::from_secs(15);

/// The fleet of one agent at a second: alive, dead, or not in the roster.
fn look(second: i64, what: &str) -> Fleet {
    let mut facts = host(if what == "alive" { vec![pane("coder0", 1)] } else { Vec::new() });
    facts.at = at(second);
    let roster = roster(if what == "gone" { Vec::new() } else { vec![agent("coder0")] });
    let context = JoinContext {
        limits: Limits::default(),
        home: "/home/dev",
        socket: None,
        zones: &ZONES,
        ages_believed: true,
        live: BTreeMap::new(),
    };
    let mut fleet = join(Some(&roster), &facts, &context, &mut Sights::default());
    for row in fleet.rows.iter_mut().filter(|_| what == "alive") {
        row.judgement.readiness = Readiness::Working;
        row.since = at(second);
    }
    fleet
}

/// Takes the looks in order; each is `second what → state since [?]`, `?` for unconfirmed.
fn check(looks: &[(i64, &str, &str)]) {
    let mut memory = Memory::default();
    for &(second, what, expected) in looks {
        memory.ages_believed(at(second), Duration::from_secs(1), Duration::from_secs(1_000_000));
        let fleet = memory.settle(look(second, what));
        let shown: Vec<String> = fleet
            .rows
            .iter()
            .map(|row| {
                let since = row.since.duration_since(at(0)).as_secs();
                format!("{} since {since}{}", row.readiness(), if row.confirmed { "" } else { " ?" })
            })
            .collect();
        assert_eq!(shown.join(", "), expected, "at {second} of {looks:?}");
    }
}

#[test]
fn a_death_is_shown_when_a_second_look_agrees_and_counts_from_the_first() {
    check(&[
        (0, "alive", "working since 0"),
        (10, "dead", "working since 0 ?"),
        (11, "dead", "dead since 10"),
        (12, "dead", "dead since 10"),
        (20, "alive", "working since 20"),
    ]);
}

#[test]
fn what_began_before_the_first_look_lasts_at_least_since_then_and_what_a_source_tells_is_believed() {
    let mut memory = Memory::default();
    let mut since = |fleet: Fleet| {
        let row = &memory.settle(fleet).rows[0];
        (row.since, row.since_exact)
    };
    assert_eq!(since(look(0, "alive")), (at(0), false));
    assert_eq!(since(look(5, "alive")), (at(0), false));
    let mut told = look(6, "alive");
    (told.rows[0].since, told.rows[0].since_exact) = (at(-90), true);
    assert_eq!(since(told), (at(-90), true));
    assert_eq!(since(look(7, "dead")), (at(-90), true), "held");
    assert_eq!(since(look(8, "dead")), (at(7), true), "seen to begin");
    let mut earlier = look(9, "dead");
    (earlier.rows[0].since, earlier.rows[0].since_exact) = (at(-500), true);
    assert_eq!(since(earlier), (at(7), true), "it was alive until then");
}

#[test]
fn the_same_look_twice_confirms_nothing() {
    check(&[(0, "alive", "working since 0"), (1, "dead", "working since 0 ?"), (1, "dead", "working since 0 ?")]);
}

#[test]
fn a_flapping_agent_never_turns_dead() {
    check(&[
        (0, "alive", "working since 0"),
        (1, "dead", "working since 0 ?"),
        (2, "alive", "working since 0"),
        (3, "dead", "working since 0 ?"),
        (4, "alive", "working since 0"),
    ]);
}

#[test]
fn a_death_at_first_sight_is_shown_at_once_and_confirmed_later() {
    check(&[(0, "dead", "dead since 0 ?"), (1, "dead", "dead since 0"), (2, "dead", "dead since 0")]);
}

#[test]
fn a_row_that_vanished_is_forgotten() {
    check(&[(0, "dead", "dead since 0 ?"), (1, "gone", ""), (2, "dead", "dead since 2 ?")]);
}

#[test]
fn a_clock_that_was_set_back_does_not_keep_a_death_from_being_confirmed() {
    check(&[
        (1_000, "alive", "working since 1000"),
        (1_001, "dead", "working since 1000 ?"),
        (5, "dead", "dead since 1001"),
    ]);
}

#[test]
fn a_held_row_says_what_the_one_look_saw_and_keeps_the_old_cause() {
    let mut memory = Memory::default();
    let _ = memory.settle(look(0, "alive"));
    let row = &memory.settle(look(1, "dead")).rows[0];
    assert_eq!(row.judgement.cause, None);
    assert!(row.judgement.evidence[0].says.starts_with("one look says dead: no session on socket fleet"));
}

#[test]
fn after_a_jump_of_either_clock_ages_are_not_believed_for_one_interval() {
    let looks = |looks: &[(i64, u64)]| -> Vec<bool> {
        let mut memory = Memory::default();
        looks
            .iter()
            .map(|&(second, elapsed)| memory.ages_believed(at(second), Duration::from_secs(elapsed), INTERVAL))
            .collect()
    };
    assert_eq!(looks(&[(0, 0), (1, 1), (2, 1), (40, 38)]), [true; 4], "slow looks are no jump");
    assert_eq!(looks(&[(0, 0), (3_600, 1), (3_610, 10), (3_615, 5)]), [true, false, false, true], "a suspend");
    assert_eq!(looks(&[(0, 0), (-1, 1), (13, 14), (14, 1)]), [true, false, false, true], "a clock set back");
}

#[test]
fn while_ages_are_not_believed_a_row_keeps_its_state_unless_it_died() {
    let mut memory = Memory::default();
    memory.ages_believed(at(0), Duration::ZERO, INTERVAL);
    let mut available = look(0, "alive");
    available.rows[0].judgement.readiness = Readiness::Available;
    let _ = memory.settle(available);
    assert!(!memory.ages_believed(at(3_600), Duration::from_secs(1), INTERVAL));
    let row = &memory.settle(look(3_600, "alive")).rows[0];
    assert_eq!((row.readiness(), row.confirmed), (Readiness::Available, false));
    let _ = memory.settle(look(3_601, "dead"));
    assert_eq!(memory.settle(look(3_602, "dead")).rows[0].readiness(), Readiness::Dead);
}
