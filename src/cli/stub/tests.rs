//! What stubs look like to the shipped rules, and what they do with keys. No terminal, no clock.
#![allow(clippy::panic, reason = "a failure is the test's failure")]

use std::sync::LazyLock;

use super::*;
use crate::{
    fleet::{
        composer::{self, Composer},
        gate::{Glance, Rules, Seen},
        runtime::spec::RuntimeSpecs,
    },
    screen::Screen,
};

const SIZES: [Size; 3] = [Size { rows: 30, cols: 100 }, Size { rows: 24, cols: 80 }, Size { rows: 15, cols: 40 }];
const RUNTIMES: [&str; 4] = demo::RUNTIMES;

/// An agent after so many seconds, and what its terminal shows.
fn after(agent: &mut Agent, secs: u64, size: Size) -> Screen {
    agent.pass(Duration::from_secs(secs));
    let mut screen = Screen::new(size);
    screen.feed(frame::of(agent, size).as_bytes());
    screen
}

fn seen(agent: &Agent, screen: &Screen) -> Seen {
    static RULES: LazyLock<Rules> = LazyLock::new(Rules::builtin);
    RULES.read(&Glance {
        screen,
        runtime: Some(&agent.runtime),
        version: None,
        title: &dress::title(agent).unwrap_or_default(),
        cursor_shown: Some(screen.cursor().shown),
        command: &agent.runtime,
        ended: false,
        still: None,
    })
}

/// What the rules say, in a word.
fn word(seen: &Seen) -> String {
    match (&seen.prompt, &seen.limit, &seen.working, &seen.idle) {
        (Some(prompt), ..) => prompt.rule.clone(),
        (None, Some(limit), ..) => limit.at.rule.clone(),
        (None, None, Some(_), _) => "working".to_owned(),
        (None, None, None, Some(_)) => "idle".to_owned(),
        _ => "unsure".to_owned(),
    }
}

/// The shipped rules see a stub as what it plays, on every terminal.
fn check(runtime: &str, kind: Kind, expected: &str) {
    for size in SIZES {
        let mut agent = Agent::new(runtime, kind);
        for secs in [1, 3, 30] {
            let screen = after(&mut agent, secs, size);
            let word = word(&seen(&agent, &screen));
            assert_eq!(word, expected, "{runtime} {kind:?} at {size:?}:\n{}", screen.text().join("\n"));
        }
    }
}

#[test]
fn the_shipped_rules_see_what_a_stub_plays() {
    for runtime in RUNTIMES {
        check(runtime, Kind::Idle, "idle");
        for kind in [Kind::Working, Kind::Flood, Kind::Wide] {
            check(runtime, kind, "working");
        }
    }
    check("claude", Kind::Trust, "claude.trust");
    check("codex", Kind::Update, "codex.update");
    check("claude", Kind::Asks, "claude.permission");
    check("codex", Kind::Asks, "codex.permission");
    check("opencode", Kind::Asks, "opencode.permission");
    check("claude", Kind::Limit, "claude.limit");
    check("codex", Kind::Limit, "codex.limit");
    check("pi", Kind::Limit, "pi.limit");
    check("opencode", Kind::Limit, "opencode.limit-turn");
}

#[test]
fn a_message_is_a_draft_until_it_is_submitted_and_is_answered_then() {
    for runtime in RUNTIMES {
        for size in SIZES {
            let spec = RuntimeSpecs::builtin().of(runtime);
            let mut agent = Agent::new(runtime, Kind::Idle);
            let read = |agent: &mut Agent, secs| composer::read(&after(agent, secs, size), &spec);
            assert!(matches!(read(&mut agent, 1), Composer::Empty { .. }), "{runtime} {size:?}");
            agent.take(Key::Text("One line\nand another one".to_owned()));
            let Composer::Draft { text, .. } = read(&mut agent, 1) else { panic!("{runtime} {size:?}: no draft") };
            assert_eq!(text.split_whitespace().collect::<String>(), "Onelineandanotherone", "{runtime} {size:?}");
            agent.take(Key::Enter);
            assert!(matches!(read(&mut agent, 2), Composer::Empty { .. }), "{runtime} {size:?}");
            assert!(agent.busy());
            after(&mut agent, 10, size);
            assert!(!agent.busy() && agent.said.iter().any(|line| line.text.contains("A stub has no model")));
        }
    }
}

#[test]
fn the_gate_ends_the_program_unless_the_other_row_is_chosen() {
    let mut agent = Agent::new("claude", Kind::Trust);
    agent.take(Key::Enter);
    assert!(matches!(agent.state, State::Over(Exit::Fault, _)));
    for keys in [[Key::Down, Key::Enter], [Key::Up, Key::Enter]] {
        let mut agent = Agent::new("claude", Kind::Trust);
        for key in keys {
            agent.take(key);
        }
        let screen = after(&mut agent, 5, SIZES[0]);
        assert_eq!(word(&seen(&agent, &screen)), "working");
    }
}

#[test]
fn a_turn_is_interrupted_by_the_runtimes_own_keys() {
    for runtime in RUNTIMES {
        let mut agent = Agent::new(runtime, Kind::Working);
        let keys = RuntimeSpecs::builtin().of(runtime).keys.interrupt.len();
        for _ in 1..keys {
            agent.take(Key::Escape);
            assert!(agent.busy(), "{runtime} wants {keys}");
        }
        agent.take(Key::Escape);
        let screen = after(&mut agent, 1, SIZES[0]);
        assert_eq!(word(&seen(&agent, &screen)), "idle", "{runtime}");
    }
}

#[test]
fn a_busy_stub_queues_what_it_is_sent_and_takes_it_up_in_its_turn() {
    for runtime in ["claude", "pi", "opencode"] {
        let mut agent = Agent::new(runtime, Kind::Idle);
        for text in ["first", "second"] {
            agent.take(Key::Text(text.to_owned()));
            agent.take(Key::Enter);
        }
        assert_eq!(agent.queued, ["second"]);
        after(&mut agent, 7, SIZES[0]);
        assert!(agent.queued.is_empty() && agent.busy(), "{runtime}");
    }
}

#[test]
fn words_play_what_they_say() {
    let play = |runtime: &str, text: &str, secs: u64| {
        let mut agent = Agent::new(runtime, Kind::Idle);
        agent.take(Key::Text(text.to_owned()));
        agent.take(Key::Enter);
        let screen = after(&mut agent, secs, SIZES[0]);
        (agent.state.clone(), word(&seen(&agent, &screen)))
    };
    assert_eq!(play("claude", "ask", 3).1, "claude.permission");
    assert_eq!(play("codex", "limit", 3).1, "codex.limit");
    assert_eq!(play("pi", "stall", 3000).1, "working");
    assert!(matches!(play("opencode", "crash", 3).0, State::Over(Exit::Fault, _)));
}

#[test]
fn a_new_conversation_forgets_the_old_one() {
    let mut agent = Agent::new("codex", Kind::Idle);
    agent.take(Key::Text("/clear".to_owned()));
    agent.take(Key::Enter);
    assert_eq!(agent.said.len(), 1);
}

#[test]
fn a_stub_that_does_nothing_draws_nothing_new() {
    for runtime in RUNTIMES {
        let mut agent = Agent::new(runtime, Kind::Idle);
        let frame = |agent: &mut Agent, secs| {
            agent.pass(Duration::from_secs(secs));
            frame::of(agent, SIZES[0])
        };
        assert_eq!(frame(&mut agent, 1), frame(&mut agent, 99), "{runtime}");
    }
}

#[test]
fn every_stub_draws_on_any_terminal_and_says_that_it_is_one() {
    for kind in Kind::value_variants() {
        for runtime in RUNTIMES {
            for (rows, cols) in [(1, 1), (2, 2), (15, 40), (30, 100), (200, 400)] {
                let mut agent = Agent::new(runtime, *kind);
                agent.take(Key::Text("語".repeat(300)));
                after(&mut agent, 5, Size { rows, cols });
            }
            let screen = after(&mut Agent::new(runtime, *kind), 1, Size { rows: 200, cols: 100 });
            assert!(screen.text().join("\n").contains("demo stub"), "{runtime} {kind:?}");
        }
    }
}

#[test]
fn a_heartbeat_is_written_as_the_contract_has_it() {
    let at = Timestamp::constant(1_781_990_043, 700_000_000);
    assert_eq!(
        heartbeat(at, 41234, Status::Busy, "gpt-5.5"),
        "ts=2026-06-20T21:14:03Z\npid=41234\nstatus=busy\nmodel=gpt-5.5\n"
    );
}
