//! What lasts from look to look: two looks agree, a viewer freezes; and the menu that no rule knows, which must have
//! stood still.

use std::time::Duration;

use jiff::Timestamp;
use mosaic_top::{
    fleet::gate::{Glance, Kind, Prompt, Rules, Seen, State, Tracker},
    screen::{Screen, Size},
};

use crate::recordings::{Recording, rules};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_782_000_000 + second).unwrap()
}

fn seen(file: &str) -> Seen {
    let recording = Recording::named(file);
    rules().read(&recording.glance(&recording.screen()))
}

/// What is shown after each of these looks, a second apart: state and since when.
fn check(looks: &[&Seen], expected: &[Option<(State, i64)>]) {
    let mut tracker = Tracker::default();
    for (n, (look, expected)) in (0_i64..).zip(looks.iter().zip(expected)) {
        let shown = tracker.take((*look).clone(), at(n)).map(|shown| (shown.state, shown.since));
        assert_eq!(shown, expected.map(|(state, since)| (state, at(since))), "look {n}");
    }
}

#[test]
fn a_change_is_shown_when_two_looks_agree_and_since_the_first_of_them() {
    let (idle, gate, asks) =
        (seen("claude/idle-120x40"), seen("claude/trust-gate-120x40"), seen("claude/permission-bash-120x40"));
    let (is_idle, is_gate) = ((State::Idle, 0), (State::Prompt(Kind::Gate), 3));
    check(
        &[&idle, &idle, &idle, &gate, &gate, &gate],
        &[None, Some(is_idle), Some(is_idle), Some(is_idle), Some(is_gate), Some(is_gate)],
    );
    // One look that says otherwise is forgotten, also before another one.
    check(
        &[&idle, &idle, &gate, &idle, &gate, &asks, &gate],
        &[None, Some(is_idle), Some(is_idle), Some(is_idle), Some(is_idle), Some(is_idle), Some(is_idle)],
    );
    // Two prompts of one kind are two prompts.
    let other = seen("claude/custom-api-key-gate-120x40");
    let second = (State::Prompt(Kind::Gate), 2);
    check(&[&gate, &gate, &other, &other], &[None, Some((is_gate.0, 0)), Some((is_gate.0, 0)), Some(second)]);
}

#[test]
fn a_viewer_freezes_what_was_known_with_its_lines() {
    let gate = seen("claude/permission-bash-120x40");
    let viewer = Seen {
        viewer: gate.prompt.as_ref().map(|it| mosaic_top::fleet::gate::Marker {
            rule: "claude.viewer".into(),
            line: it.line.clone(),
            row: None,
        }),
        ..Seen::default()
    };
    assert_eq!(viewer.state(), State::Frozen);
    let mut tracker = Tracker::default();
    for (n, look) in (0_i64..).zip([&gate, &gate, &viewer, &viewer, &viewer]) {
        tracker.take(look.clone(), at(n));
    }
    let shown = tracker.take(viewer.clone(), at(9)).unwrap();
    assert_eq!((shown.state, shown.since), (State::Prompt(Kind::Asks), at(0)));
    assert_eq!(shown.seen.prompt, gate.prompt);
    // Where nothing was known before, a viewer is all that is known, and no reason to call anybody stuck.
    let mut fresh = Tracker::default();
    fresh.take(viewer.clone(), at(0));
    assert_eq!(fresh.take(viewer, at(1)).unwrap().state, State::Frozen);
}

const MENU: &str =
    "Which colours shall the chart have?\r\n\r\n❯ Warm\r\n  Cold\r\n\r\nEnter to confirm · Esc to cancel";

fn unknown(rules: &Rules, runtime: &str, text: &str, title: &str, still: Option<u64>) -> Option<Prompt> {
    let screen = Screen::drawn(Size { rows: 24, cols: 80 }, text.as_bytes());
    let glance = Glance {
        screen: &screen,
        runtime: Some(runtime),
        version: None,
        title,
        cursor_shown: Some(false),
        command: runtime,
        ended: false,
        still: still.map(Duration::from_secs),
    };
    rules.read(&glance).prompt
}

#[test]
fn a_menu_that_no_rule_knows_is_flagged_once_it_has_stood_still() {
    for runtime in ["claude", "codex", "gemini", "mine"] {
        assert!(unknown(rules(), runtime, MENU, "", None).is_none(), "{runtime}: how long it has stood is not known");
        assert!(unknown(rules(), runtime, MENU, "", Some(9)).is_none(), "{runtime}: not yet");
        let prompt = unknown(rules(), runtime, MENU, "", Some(10)).unwrap();
        assert_eq!(
            (prompt.rule.as_str(), prompt.kind, prompt.human, prompt.safe),
            ("generic.menu", Kind::Prompt, true, None)
        );
        assert_eq!(prompt.options.len(), 2);
    }
}

#[test]
fn never_beside_an_input_line_nor_while_it_works_nor_without_named_keys() {
    let composer = format!("{MENU}\r\n────────\r\n❯\u{a0}\r\n────────\r\n  ? for shortcuts");
    assert!(unknown(rules(), "claude", &composer, "", Some(600)).is_none());
    assert!(unknown(rules(), "claude", MENU, "⠋ Thinking", Some(600)).is_none(), "its title says that it works");
    assert!(unknown(rules(), "codex", MENU, "⠋ x1", Some(600)).is_none());
    let silent = MENU.replace("Enter to confirm · Esc to cancel", "");
    assert!(unknown(rules(), "claude", &silent, "", Some(600)).is_none());
    let history = format!("{MENU}\r\nuser@host:~$ ");
    assert!(unknown(rules(), "claude", &history, "", Some(600)).is_none());
}
