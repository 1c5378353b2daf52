//! What keys, the mouse and news do: a string of keys, then the effects and what is selected.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "these are tests")]

use crossterm::event::{Event as TerminalEvent, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use mosaic_top::{
    app::{
        effect::Effect,
        event::{Event, Feed, MirrorNews},
        keymap::Chord,
        mirror::Pan,
        mode::Mode,
        model::{Change, Model, View},
        sample,
        update::update,
    },
    fleet::{
        ids::{PaneId, PaneKey},
        row::Fleet,
    },
    screen::{Screen, Size},
    ui::{draw, mirror_parts, theme::Theme},
};
use proptest::prelude::*;
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer, layout::Rect};

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    keys.split_whitespace()
        .flat_map(|key| {
            let chord: Chord = key.parse().unwrap();
            update(model, Event::Terminal(TerminalEvent::Key(KeyEvent::from(chord))))
        })
        .collect()
}

fn selected(model: &Model) -> &str {
    model.selected_row().map_or("", |row| &row.name)
}

fn marked(model: &Model) -> Vec<&str> {
    model.rows().iter().filter(|row| model.listing().is_marked(&row.key)).map(|row| row.name.as_str()).collect()
}

fn mirror(pane: u32) -> Effect {
    Effect::Mirror(vec![PaneKey { socket: sample::socket(), pane: PaneId(pane) }])
}

/// Presses keys over the sample fleet: the effects, and who is selected then.
fn check_keys(keys: &str, effects: &[Effect], expected: &str) {
    let mut model = sample::model((120, 40));
    assert_eq!(press(&mut model, keys), effects, "after {keys:?}");
    assert_eq!(selected(&model), expected, "after {keys:?}");
}

#[test]
fn keys_move_and_the_mirror_follows() {
    check_keys("", &[], "orchestrator");
    check_keys("j", &[mirror(5)], "merge-gate");
    check_keys("j k", &[mirror(5), mirror(1)], "orchestrator");
    check_keys("k", &[], "orchestrator");
    check_keys("N", &[mirror(15)], "evil\u{1b}[2J\u{202e}");
    check_keys("G n", &[mirror(15), mirror(1)], "orchestrator");
    check_keys("w", &[mirror(5)], "merge-gate");
    check_keys("w w w w w", &[mirror(5), mirror(6), Effect::Mirror(vec![]), mirror(4), mirror(1)], "orchestrator");
}

#[test]
fn what_must_happen_outside_leaves_as_effects() {
    check_keys("q", &[Effect::Quit], "orchestrator");
    check_keys("Ctrl-C", &[Effect::Quit], "orchestrator");
    check_keys("Ctrl-Z", &[Effect::Suspend], "orchestrator");
    check_keys("Ctrl-L", &[Effect::Repaint], "orchestrator");
    check_keys("Ctrl-R", &[Effect::Refresh], "orchestrator");
    check_keys(": q u i t Enter", &[Effect::Quit], "orchestrator");
    check_keys(": r e p a Tab Enter", &[Effect::Repaint], "orchestrator");
    check_keys("? q", &[], "orchestrator");
    check_keys("/ q", &[Effect::Mirror(vec![])], "");
    check_keys("/ Ctrl-C", &[Effect::Quit], "orchestrator");
}

#[test]
fn the_dashboards_own_pane_is_never_mirrored() {
    let mut model = sample::model((120, 40));
    press(&mut model, "/ t o p Enter");
    assert_eq!(selected(&model), "top");
    assert!(model.selected_mirror().is_none());
}

#[test]
fn a_small_screen_asks_for_no_mirror_until_the_agent_is_opened() {
    let mut model = sample::start((40, 15));
    model.show_fleet(sample::fleet());
    assert_eq!(press(&mut model, "j"), []);
    assert_eq!(press(&mut model, "Enter"), [mirror(5), Effect::Log(true)]);
    assert_eq!(press(&mut model, "Esc"), [Effect::Mirror(vec![]), Effect::Log(false)]);
}

#[test]
fn marks_are_set_one_by_one_in_a_range_and_all_at_once() {
    let after = |keys: &str| {
        let mut model = sample::model((120, 40));
        press(&mut model, keys);
        marked(&model).join(" ")
    };
    assert_eq!(after("j Space"), "merge-gate");
    assert_eq!(after("j Space k Space"), "");
    assert_eq!(after("Space j Ctrl-Space"), "orchestrator merge-gate enhancer");
    assert_eq!(after("/ s t a t e : s t a l e Enter *"), "enhancer");
    assert_eq!(after("* *"), "");
    assert_eq!(after("Space Esc"), "");
}

#[test]
fn a_filter_follows_the_keys_and_esc_takes_it_back() {
    let names = |keys: &str| {
        let mut model = sample::model((120, 40));
        press(&mut model, keys);
        model.rows().iter().map(|row| row.name.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names("/ c l a s s : c o d"), "coder0-0 coder1 coder0");
    assert_eq!(names("/ c l a s s : c o d Enter o a"), "coder0 coder0-0 coder1");
    assert_eq!(names("/ c l a s s : c o d Enter o a O"), "coder1 coder0-0 coder0");
    assert_eq!(names("/ c o d e r 1 Esc").split(' ').count(), 13);
    assert_eq!(names("/ c o d e r 1 Enter Esc").split(' ').count(), 13);
    assert_eq!(names("Ctrl-F"), "orchestrator merge-gate enhancer coder0-0 review");
}

#[test]
fn esc_leaves_what_is_innermost_first() {
    let mut model = sample::model((120, 40));
    press(&mut model, "Space Ctrl-F Enter z");
    assert!(matches!(model.mode(), Mode::Zoom));
    press(&mut model, "Esc");
    assert!(matches!((model.mode(), model.view()), (Mode::Normal, View::Agent { .. })));
    press(&mut model, "Esc");
    assert_eq!((model.view(), model.listing().faults_only()), (View::Fleet, true));
    press(&mut model, "Esc");
    assert_eq!((model.listing().faults_only(), model.listing().marked()), (false, 1));
    press(&mut model, "Esc");
    assert_eq!(model.listing().marked(), 0);
}

#[test]
fn refresh_keeps_the_selected_agent_while_it_is_there_and_else_its_neighbour() {
    let mut model = sample::model((120, 40));
    press(&mut model, "j j Space");
    assert_eq!(selected(&model), "coder0-0");
    let mut fleet = sample::fleet();
    fleet.rows.reverse();
    model.show_fleet(fleet.clone());
    assert_eq!((selected(&model), marked(&model)), ("coder0-0", vec!["enhancer"]));
    fleet.rows.retain(|row| row.name != "coder0-0" && row.name != "enhancer");
    model.show_fleet(fleet);
    assert_eq!((selected(&model), marked(&model)), ("review", vec![]));
}

#[test]
fn a_key_that_does_not_apply_says_why() {
    for (keys, expected) in [
        ("Q", "Q means nothing here; ? shows the keys"),
        ("o 9", "o 9 means nothing"),
        ("h", "left and right pan a zoomed mirror: z zooms"),
        ("/ z z Enter y", "no agent is listed"),
        (": x y z Enter", "no action and no agent is called \"xyz\": ? lists the actions"),
        (": s o r t Enter", "\"sort\" could be "),
        ("Esc", "this is the fleet already: q leaves"),
    ] {
        let mut model = sample::model((120, 40));
        press(&mut model, keys);
        assert!(model.notice().is_some_and(|notice| notice.starts_with(expected)), "{keys}: {:?}", model.notice());
    }
}

#[test]
fn copying_takes_the_mirrors_text() {
    let mut model = sample::model((120, 40));
    let effects = press(&mut model, "y");
    assert!(
        matches!(effects.as_slice(), [Effect::Copy(text)] if text.contains("Do you trust the files")),
        "{effects:?}"
    );
}

#[test]
fn zoom_pans_and_leaving_it_follows_the_cursor_again() {
    let mut model = sample::model((60, 16));
    press(&mut model, "z");
    let follow = model.pan();
    press(&mut model, "l l k");
    assert_ne!(model.pan(), follow);
    press(&mut model, "Esc");
    assert_eq!(model.pan(), follow);
}

fn click(model: &mut Model, kind: MouseEventKind, column: u16, row: u16) {
    let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    update(model, Event::Terminal(TerminalEvent::Mouse(event)));
}

#[test]
fn a_click_selects_and_a_second_one_opens() {
    let mut model = sample::model((120, 40));
    let left = MouseEventKind::Down(MouseButton::Left);
    let second = model.layout().lines.y + 2;
    click(&mut model, left, 5, second);
    assert_eq!((selected(&model), model.view()), ("merge-gate", View::Fleet));
    click(&mut model, left, 5, second);
    assert_eq!(model.view(), View::Agent { scroll: 0 });
}

#[test]
fn two_clicks_that_are_far_apart_in_time_open_nothing() {
    let mut model = sample::model((120, 40));
    let left = MouseEventKind::Down(MouseButton::Left);
    click(&mut model, left, 5, 4);
    let later = sample::at().checked_add(std::time::Duration::from_secs(3)).unwrap();
    update(&mut model, Event::Tick(later));
    click(&mut model, left, 5, 4);
    assert_eq!(model.view(), View::Fleet);
}

#[test]
fn the_wheel_scrolls_the_list_without_moving_the_selection() {
    let mut model = sample::model((80, 24));
    let at = model.layout().lines;
    click(&mut model, MouseEventKind::ScrollDown, at.x, at.y);
    assert_eq!((model.top(), selected(&model)), (3, "orchestrator"));
    click(&mut model, MouseEventKind::ScrollUp, at.x, at.y);
    assert_eq!(model.top(), 0);
}

#[test]
fn a_pasted_text_is_never_keys() {
    let mut model = sample::model((120, 40));
    assert_eq!(update(&mut model, Event::Terminal(TerminalEvent::Paste("qq\n".to_owned()))), []);
    press(&mut model, "/");
    update(&mut model, Event::Terminal(TerminalEvent::Paste("coder1\n".to_owned())));
    assert_eq!(selected(&model), "coder1");
    update(&mut model, Event::Terminal(TerminalEvent::Paste("x".repeat(100_000))));
    let Mode::Filter(prompt) = model.mode() else { panic!("the prompt has gone") };
    assert!(prompt.input.value().len() <= 200);
}

#[test]
fn a_redraw_is_asked_for_only_when_something_seen_has_changed() {
    let mut model = sample::model((120, 40));
    assert_eq!(model.take_change(), Change::Everything);
    let mut check = |event: Event, expected: Change, what: &str| {
        update(&mut model, event);
        assert_eq!(model.take_change(), expected, "{what}");
    };
    let bytes = || MirrorNews::Bytes { bytes: b"x".to_vec(), at: sample::at() };
    let pane = |pane| PaneKey { socket: sample::socket(), pane: PaneId(pane) };
    check(Event::Tick(sample::at()), Change::Nothing, "the same second");
    check(
        Event::Tick(sample::at().checked_add(std::time::Duration::from_secs(1)).unwrap()),
        Change::Everything,
        "the next second",
    );
    check(Event::Mirror(pane(1), bytes()), Change::Mirror, "output of the shown pane");
    check(Event::Mirror(pane(3), bytes()), Change::Nothing, "late output of another pane");
    check(Event::Terminal(TerminalEvent::FocusGained), Change::Nothing, "focus");
    check(Event::Terminal(TerminalEvent::Resize(80, 24)), Change::Everything, "a resize");
}

#[test]
fn a_frame_in_which_only_the_mirror_was_drawn_anew_is_the_whole_frame() {
    let theme = Theme::dark();
    for (size, keys) in [
        ((160, 45), ""),
        ((80, 24), ""),
        ((120, 40), "Enter"),
        ((120, 40), "z"),
        ((40, 15), "z"),
        ((120, 40), "?"),
        ((120, 40), "2"),
        ((200, 50), "2 -"),
        ((40, 15), "2"),
    ] {
        let mut model = sample::model(size);
        press(&mut model, keys);
        sample::answer_mirrors(&mut model);
        model.drawn();
        let drawn = |model: &Model| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
            draw(model, &theme, &mut buffer);
            buffer
        };
        let mut shown = drawn(&model);
        let pane = model.selected_row().and_then(|row| row.mirror_pane()).unwrap().key.clone();
        let bytes = b"\x1b[2J\x1b[H\x1b[31mnew\x1b[m\r\nshorter".to_vec();
        update(&mut model, Event::Mirror(pane, MirrorNews::Bytes { bytes, at: sample::at() }));
        for part in mirror_parts(&model, &theme).unwrap() {
            let mut alone = Buffer::empty(part.area());
            part.draw(&mut alone);
            for at in alone.area.positions() {
                shown[at].clone_from(&alone[at]);
            }
        }
        assert_eq!(shown, drawn(&model), "{size:?} after {keys:?}");
    }
}

#[test]
fn bytes_change_the_mirror_that_is_shown() {
    let mut model = sample::model((120, 40));
    let pane = PaneKey { socket: sample::socket(), pane: PaneId(1) };
    let screen = Box::new(Screen::new(Size { rows: 24, cols: 80 }));
    update(&mut model, Event::Mirror(pane.clone(), MirrorNews::Picture { screen, feed: Feed::Live, at: sample::at() }));
    update(&mut model, Event::Mirror(pane, MirrorNews::Bytes { bytes: b"hello".to_vec(), at: sample::at() }));
    assert_eq!(model.selected_mirror().unwrap().screen().unwrap().text()[0], "hello");
}

#[derive(Debug, Clone)]
enum Happens {
    Key(String),
    Mouse(u8, u16, u16),
    Resize(u16, u16),
    Rows(Vec<usize>),
    Tick(i64),
    Bytes(Vec<u8>),
    Paste(String),
}

fn happens() -> impl Strategy<Value = Happens> {
    let keys = "j k h l g G n N w o O a c / : ! ? z y q 1 2 + - * Space Ctrl-Space Ctrl-F Enter Esc Tab Up Down PgUp PgDn Home End \
                Backspace Left Right Ctrl-D Ctrl-U é 漢 s S i r R p P x 3 4 J f Ctrl-J Ctrl-T Ctrl-R Ctrl-F";
    let keys: Vec<String> = keys.split_whitespace().map(str::to_owned).collect();
    prop_oneof![
        8 => prop::sample::select(keys).prop_map(Happens::Key),
        2 => (0u8..3, 0u16..200, 0u16..60).prop_map(|(kind, x, y)| Happens::Mouse(kind, x, y)),
        2 => (1u16..200, 1u16..60).prop_map(|(w, h)| Happens::Resize(w, h)),
        1 => (1u16..12, 1u16..6).prop_map(|(w, h)| Happens::Resize(w, h)),
        2 => prop::collection::vec(0usize..13, 0..30).prop_map(Happens::Rows),
        1 => (-100i64..100).prop_map(Happens::Tick),
        1 => prop::collection::vec(any::<u8>(), 0..60).prop_map(Happens::Bytes),
        1 => ".{0,12}".prop_map(Happens::Paste),
    ]
}

/// The sample's rows in another selection, each under a name of its own.
fn fleet_of(rows: &[usize]) -> Fleet {
    let mut fleet = sample::fleet();
    let all = std::mem::take(&mut fleet.rows);
    for (place, index) in rows.iter().enumerate() {
        let mut row = all[*index].clone();
        if place > 12 {
            row.key.session = format!("{}{place}", row.name);
        }
        fleet.rows.push(row);
    }
    fleet
}

fn happen(model: &mut Model, what: Happens) {
    let terminal = match what {
        Happens::Rows(rows) => return model.show_fleet(fleet_of(&rows)),
        Happens::Tick(seconds) => {
            let now = sample::at().checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
            update(model, Event::Tick(now));
            return;
        }
        Happens::Bytes(bytes) => {
            sample::answer_mirrors(model);
            for pane in 1..16 {
                let key = PaneKey { socket: sample::socket(), pane: PaneId(pane) };
                update(model, Event::Mirror(key, MirrorNews::Bytes { bytes: bytes.clone(), at: sample::at() }));
            }
            return;
        }
        Happens::Key(key) => TerminalEvent::Key(KeyEvent::from(key.parse::<Chord>().unwrap())),
        Happens::Mouse(kind, column, row) => {
            let kinds = [MouseEventKind::Down(MouseButton::Left), MouseEventKind::ScrollDown, MouseEventKind::ScrollUp];
            TerminalEvent::Mouse(MouseEvent {
                kind: kinds[usize::from(kind)],
                column,
                row,
                modifiers: KeyModifiers::NONE,
            })
        }
        Happens::Resize(width, height) => TerminalEvent::Resize(width, height),
        Happens::Paste(text) => TerminalEvent::Paste(text),
    };
    update(model, Event::Terminal(terminal));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_there_is_a_screen(width in 1u16..180, height in 1u16..50, read_only: bool, all in prop::collection::vec(happens(), 1..24)) {
        let mut model = sample::start_as(read_only, (width, height));
        let mut size = (width, height);
        for what in all {
            if let Happens::Resize(width, height) = what {
                size = (width, height);
            }
            happen(&mut model, what);
            let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
            terminal.draw(|frame| draw(&model, &Theme::dark(), frame.buffer_mut())).unwrap();
            // The terminal may be ahead of the model, which hears of a resize only with the next event.
            for other in [(1, 1), (size.0.div_ceil(2), size.1), (size.0, size.1.div_ceil(2)), (size.0 + 9, size.1 + 9)] {
                let mut terminal = Terminal::new(TestBackend::new(other.0, other.1)).unwrap();
                terminal.draw(|frame| draw(&model, &Theme::plain(), frame.buffer_mut())).unwrap();
            }
        }
    }
}

#[test]
fn one_agent_watched_alone_has_the_screen_and_no_other_actions() {
    let told = mosaic_top::app::model::Start { watched: Some("coder0".into()), ..sample::told((80, 24)) };
    let mut model = Model::new(told);
    model.show_fleet(sample::fleet());
    assert_eq!(model.rows().iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["coder0"]);
    assert_eq!((model.layout().header.height, model.layout().mirror.height), (0, 23));
    let press = |model: &mut Model, key: &str| {
        let chord: mosaic_top::app::keymap::Chord = key.parse().unwrap();
        update(model, Event::Terminal(TerminalEvent::Key(KeyEvent::from(chord))))
    };
    for key in ["z", "Enter", "w", ":", "1", "s", "p"] {
        press(&mut model, key);
        assert_eq!(model.notice(), Some("one agent alone is watched: q leaves"), "{key}");
    }
    press(&mut model, "?");
    press(&mut model, "Esc");
    assert_eq!(model.layout().mirror.height, 23, "out of the help back to the picture");
    press(&mut model, "Esc");
    assert_eq!(model.notice(), Some("one agent alone is watched: q leaves"), "no step back is left to promise");
    sample::answer_mirrors(&mut model);
    press(&mut model, "j");
    assert_ne!(model.pan(), Pan::Follow);
    press(&mut model, "Esc");
    assert_eq!((model.pan(), model.notice()), (Pan::Follow, None), "a moved picture follows the cursor again");
    assert_eq!(press(&mut model, "q"), [Effect::Quit]);
}
