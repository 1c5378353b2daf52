//! The wall: what keys and the mouse do on it, whom it mirrors, and that its tiles show what their panes show.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "these are tests")]

mod support;

use crossterm::event::{Event as TerminalEvent, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use mosaic_top::{
    app::{
        effect::Effect,
        event::{Event, MirrorNews},
        keymap::Chord,
        mode::Mode,
        model::{Change, Model, Start, View},
        sample,
        update::update,
    },
    config::memory::Remembered,
    fleet::{
        ids::{PaneId, PaneKey},
        judgement::Readiness,
    },
    ui::{Part, mirror_parts, theme::Theme},
};
use ratatui::layout::Rect;
use support::program::Fleet;

/// The default size has room for 2 × 2 tiles here.
const FOUR: (u16, u16) = (80, 24);

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    keys.split_whitespace()
        .flat_map(|key| {
            let chord: Chord = key.parse().unwrap();
            update(model, Event::Terminal(TerminalEvent::Key(KeyEvent::from(chord))))
        })
        .collect()
}

/// The sample fleet's wall after these keys.
fn wall(size: (u16, u16), keys: &str) -> Model {
    let mut model = sample::model(size);
    press(&mut model, "2");
    press(&mut model, keys);
    model
}

fn focused(model: &Model) -> &str {
    model.selected_row().map_or("", |row| &row.name)
}

/// Who is on the page that is up.
fn page(model: &Model) -> Vec<String> {
    let rows = model.rows();
    model.wall().places().map(|place| rows[place].name.clone()).collect()
}

fn pane(number: u32) -> PaneKey {
    PaneKey { socket: sample::socket(), pane: PaneId(number) }
}

/// The panes that the last of the effects wants mirrored.
fn mirrored(effects: &[Effect]) -> Option<Vec<u32>> {
    let wanted = |effect: &Effect| match effect {
        Effect::Mirror(panes) => Some(panes.iter().map(|pane| pane.pane.0).collect()),
        _ => None,
    };
    effects.iter().rev().find_map(wanted)
}

#[test]
fn the_wall_shows_a_page_of_the_list_worst_first_and_mirrors_no_more_than_that() {
    let mut model = sample::model(FOUR);
    let effects = press(&mut model, "2");
    assert_eq!(page(&model), ["orchestrator", "merge-gate", "enhancer", "coder0-0"]);
    assert_eq!(mirrored(&effects), Some(vec![1, 5, 6]), "coder0-0 has no session");
    assert_eq!((model.wall().pages, model.wall().agents), (4, 13));
    assert_eq!(mirrored(&press(&mut model, "1")), Some(vec![1]), "the others are let go");
}

#[test]
fn keys_move_the_focus_and_a_page_that_is_left_is_let_go() {
    for (keys, expected, on_page) in [
        ("", "orchestrator", 0),
        ("l", "merge-gate", 0),
        ("j", "enhancer", 0),
        ("Down Right", "coder0-0", 0),
        ("h k", "orchestrator", 0),
        ("j j", "review", 1),
        ("G", "evil\u{1b}[2J\u{202e}", 3),
        ("G g", "orchestrator", 0),
        ("PgDn", "review", 1),
        ("l PgDn PgUp", "merge-gate", 0),
        ("w", "merge-gate", 0),
        ("N", "evil\u{1b}[2J\u{202e}", 3),
    ] {
        let model = wall(FOUR, keys);
        assert_eq!((focused(&model), model.wall().page), (expected, on_page), "after {keys:?}");
        assert!(page(&model).iter().any(|name| name == expected), "the focus is in sight after {keys:?}");
    }
    let mut model = wall(FOUR, "");
    let wanted = mirrored(&press(&mut model, "PgDn")).unwrap();
    assert!(!wanted.contains(&1) && !wanted.contains(&5), "{wanted:?}");
    assert_eq!(press(&mut model, "l"), [], "the same page needs no other mirrors");
}

#[test]
fn enter_zooms_the_focused_tile_and_esc_leads_back_step_by_step() {
    let mut model = wall(FOUR, "l");
    assert_eq!(mirrored(&press(&mut model, "Enter")), Some(vec![5]));
    assert!(matches!(model.mode(), Mode::Zoom));
    assert_eq!(mirrored(&press(&mut model, "Esc")), Some(vec![1, 5, 6]));
    assert_eq!((model.view(), focused(&model)), (View::Wall, "merge-gate"));
    press(&mut model, "Ctrl-F");
    press(&mut model, "Esc");
    assert_eq!((model.view(), model.listing().faults_only()), (View::Wall, false), "first what narrows it");
    press(&mut model, "Esc");
    assert_eq!((model.view(), focused(&model)), (View::Fleet, "merge-gate"));
}

#[test]
fn a_filter_is_the_walls_too_and_what_passes_nothing_says_how_to_get_back() {
    let mut model = wall(FOUR, "/ c l a s s : c o d");
    assert_eq!(page(&model), ["coder0-0", "coder1", "coder0"], "while it is typed");
    assert_eq!(mirrored(&press(&mut model, "Esc")), Some(vec![1, 5, 6]));
    let mut model = wall(FOUR, "");
    assert_eq!(mirrored(&press(&mut model, "/ z z z")), Some(vec![]));
    press(&mut model, "Enter");
    assert_eq!(focused(&model), "");
    press(&mut model, "Esc");
    assert_eq!((model.view(), page(&model).len()), (View::Wall, 4));
}

#[test]
fn the_focus_stays_with_its_agent_when_the_order_changes() {
    let mut model = wall(FOUR, "j");
    assert_eq!(focused(&model), "enhancer");
    let mut fleet = sample::fleet();
    for row in fleet.rows.iter_mut().filter(|row| ["coder0", "translator", "docs"].contains(&row.name.as_str())) {
        row.judgement.readiness = Readiness::Dead;
    }
    model.show_fleet(fleet);
    assert_eq!(focused(&model), "enhancer");
    assert!(page(&model).contains(&"enhancer".to_owned()), "{:?}", page(&model));
}

#[test]
fn an_order_is_for_the_focused_tile_or_for_those_that_are_marked() {
    let mut model = wall(FOUR, "l");
    let chosen = |model: &Model| model.chosen().iter().map(|row| row.name.clone()).collect::<Vec<_>>().join(" ");
    assert_eq!(chosen(&model), "merge-gate");
    press(&mut model, "Space Space");
    assert_eq!(chosen(&model), "merge-gate enhancer");
    press(&mut model, "s");
    assert!(matches!(model.mode(), Mode::Compose(_)));
}

#[test]
fn tiles_become_larger_and_smaller_and_say_when_they_cannot() {
    let mut model = wall((160, 45), "");
    let pages = |model: &Model| model.wall().pages;
    assert_eq!(pages(&model), 1);
    press(&mut model, "+");
    assert_eq!(pages(&model), 4);
    press(&mut model, "+ + +");
    assert!(model.notice().is_some_and(|says| says.contains("as large as they get")), "{:?}", model.notice());
    press(&mut model, "- - - -");
    assert!(model.notice().is_some_and(|says| says.contains("on this page already")), "{:?}", model.notice());
    press(&mut model, "1 -");
    assert_eq!(model.notice(), Some("that belongs to the wall: 2 shows it"));
}

#[test]
fn read_only_it_is_the_same_wall() {
    let mut model = sample::start_as(true, FOUR);
    model.show_fleet(sample::fleet());
    assert_eq!(mirrored(&press(&mut model, "2")), Some(vec![1, 5, 6]));
    assert_eq!(press(&mut model, "s"), []);
    assert_eq!(model.notice(), model.read_only_because());
}

fn mouse(model: &mut Model, kind: MouseEventKind, column: u16, row: u16) {
    let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    update(model, Event::Terminal(TerminalEvent::Mouse(event)));
}

#[test]
fn a_click_focuses_a_second_one_zooms_and_the_wheel_turns_the_page() {
    let left = MouseEventKind::Down(MouseButton::Left);
    let mut model = wall(FOUR, "");
    mouse(&mut model, left, 60, 18);
    assert_eq!((focused(&model), model.view()), ("coder0-0", View::Wall));
    mouse(&mut model, left, 5, 5);
    assert_eq!(focused(&model), "orchestrator");
    mouse(&mut model, left, 5, 5);
    assert!(matches!((model.mode(), model.view()), (Mode::Zoom, View::Wall)));
    press(&mut model, "Esc");
    mouse(&mut model, MouseEventKind::ScrollDown, 5, 5);
    assert_eq!((model.wall().page, focused(&model)), (1, "review"));
    mouse(&mut model, MouseEventKind::ScrollUp, 5, 5);
    assert_eq!((model.wall().page, focused(&model)), (0, "orchestrator"));
    press(&mut model, "G");
    mouse(&mut model, left, 79, 21);
    assert_eq!(model.wall().page, 3, "a click where no tile is does nothing");
}

#[test]
fn what_any_agent_of_the_page_prints_is_drawn_and_changes_nothing_else() {
    let mut model = wall(FOUR, "");
    sample::answer_mirrors(&mut model);
    model.take_change();
    let bytes = || MirrorNews::Bytes { bytes: b"x".to_vec(), at: sample::at() };
    for (number, expected) in [(6, Change::Mirror), (1, Change::Mirror), (2, Change::Nothing)] {
        assert_eq!(update(&mut model, Event::Mirror(pane(number), bytes())), []);
        assert_eq!(model.take_change(), expected, "pane {number}");
    }
}

#[test]
fn only_the_tiles_whose_agents_have_printed_are_drawn_anew() {
    let mut model = wall(FOUR, "");
    sample::answer_mirrors(&mut model);
    model.drawn();
    let parts =
        |model: &Model| -> Vec<Rect> { mirror_parts(model, &Theme::dark()).unwrap().iter().map(Part::area).collect() };
    assert_eq!(parts(&model), []);
    for number in [6, 1, 6] {
        let bytes = MirrorNews::Bytes { bytes: b"x".to_vec(), at: sample::at() };
        update(&mut model, Event::Mirror(pane(number), bytes));
    }
    let drawn = parts(&model);
    assert_eq!(drawn.len(), 2, "{drawn:?}");
    assert!(drawn.iter().all(|part| (0..4).any(|slot| model.wall().grid.tile(slot) == *part)), "{drawn:?}");
    model.drawn();
    assert_eq!(parts(&model), []);
}

#[test]
fn the_next_start_looks_as_the_last_one_was_left() {
    let started = |remembered: Option<Remembered>| {
        let mut model = Model::new(Start { remembers: true, remembered, ..sample::told((80, 24)) });
        model.show_fleet(sample::fleet());
        update(&mut model, Event::Tick(sample::at()));
        model
    };
    let mut model = started(None);
    let usual = model.view();
    let kept = press(&mut model, "2 +").into_iter().rev().find_map(|effect| match effect {
        Effect::Remember { view, .. } => Some(view),
        _ => None,
    });
    let kept = kept.expect("it is remembered");
    let next = started(Some(kept.clone()));
    assert_eq!((next.view(), next.wall()), (View::Wall, model.wall()));
    // What another version wrote is no size here.
    let odd = started(Some(Remembered { tiles: Some(200), ..kept.clone() }));
    assert!(odd.view() == View::Wall && odd.wall() != model.wall());
    let watched = Start { watched: Some("coder0".into()), remembered: Some(kept), ..sample::told((80, 24)) };
    assert_eq!(Model::new(watched).view(), usual);
}

/// An agent's program: says who it is, then repeats every line that it is told.
fn echoes(name: &str) -> String {
    format!("stty -echo; printf '\\033[31mI am {name}\\033[0m\\n'; while read line; do echo \"$line\"; done")
}

#[test]
fn tiles_show_what_their_panes_show() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0", "coder1", "coder2"]);
    for name in ["coder0", "coder1"] {
        fleet.agent(name, &echoes(name)).beat(name, 1, "status=ok");
    }
    let dashboard = fleet.dashboard();
    dashboard.row("coder0", "● working");
    dashboard.keys(&["2"]).until("two live tiles and one without a pane", |text| {
        text.matches("● live").count() == 2
            && ["I am coder0", "I am coder1", "no session of this name"].iter().all(|words| text.contains(words))
    });
    for (name, words) in [("coder1", "one thing"), ("coder0", "another")] {
        fleet.tmux.tmux(&["send-keys", "-t", &format!("={name}:"), words, "Enter"]);
        dashboard.says(words);
    }
    // The worst one has the focus; Enter zooms the next.
    let screen = dashboard.keys(&["l", "Enter"]).until("the zoomed one", |text| !text.contains("I am coder1"));
    assert!(screen.contains("I am coder0") && screen.contains("another"), "{screen}");
    dashboard.keys(&["Escape"]).says("I am coder1");
    // Once the wall is left, one pane alone has a pipe.
    dashboard.keys(&["1"]).row("coder2", "✖ dead");
    support::wait_until("the other pipes have ended", support::SOON, || {
        let pipes = fleet.tmux.tmux(&["list-panes", "-a", "-F", "#{session_name} #{pane_pipe}"]);
        let open = pipes.lines().filter(|line| line.ends_with(" 1")).count();
        if open <= 1 { Ok(()) } else { Err(pipes) }
    });
}
