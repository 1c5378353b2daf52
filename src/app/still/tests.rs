//! A mirror that stands still, driven by keys as the program is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is the test's failure")]

use crossterm::event::{Event as TerminalEvent, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::{act::RENEWED_AFTER, *};
use crate::{
    app::{event::Event, keymap::Chord, model::View, sample, update::update},
    fleet::{facts::ServerState, reading::Why},
    screen::Size,
};

const SIZE: (u16, u16) = (100, 30);

/// The selected agent's mirror, zoomed, after these keys.
fn zoomed(keys: &str) -> Model {
    let mut model = sample::model(SIZE);
    press(&mut model, &format!("z {keys}"));
    model
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let event = |key: &str| Event::Terminal(TerminalEvent::Key(KeyEvent::from(key.parse::<Chord>().unwrap())));
    keys.split_whitespace().flat_map(|key| update(model, event(key))).collect()
}

fn pane(model: &Model) -> PaneKey {
    model.selected_row().unwrap().mirror_pane().unwrap().key.clone()
}

/// Lines `line 0` and so on, the last 24 of them on the screen; `missing` older ones were not fetched.
fn text(from: usize, to: usize, missing: usize) -> History {
    let lines = (from..to).map(|line| format!("line {line}\n")).collect::<Vec<_>>().concat();
    let kept = missing + (to - from).saturating_sub(24);
    History::read(Size { rows: 24, cols: 80 }, kept, lines.into_bytes(), &[])
}

/// What was asked for comes.
fn arrive(model: &mut Model, text: History) {
    let number = model.still().and_then(Still::waits_for).unwrap_or_default();
    update(model, Event::History(number, Ok(Box::new(text))));
}

/// How many lines are asked for, of which pane of which server.
fn asked(effects: &[Effect]) -> Vec<(PaneKey, Option<u32>, usize)> {
    let wish = |effect: &Effect| match effect {
        Effect::History { pane, server, lines, .. } => Some((pane.clone(), *server, *lines)),
        _ => None,
    };
    effects.iter().filter_map(wish).collect()
}

fn prints(model: &mut Model, bytes: &str) {
    let news = MirrorNews::Bytes { bytes: bytes.into(), at: sample::at() };
    let pane = pane(model);
    update(model, Event::Mirror(pane, news));
}

/// What stands in the first row, and how it says that it stands.
#[track_caller]
fn check(model: &Model, first: &str, says: &str) {
    let still = model.still().expect("it does not stand still");
    let seen = (still.screen().text()[0].clone(), still.says(model.now())[1].clone());
    assert_eq!(seen, (first.to_owned(), says.to_owned()));
}

#[test]
fn scrolling_back_asks_once_for_the_history_and_shows_it() {
    let mut model = zoomed("");
    let effects = press(&mut model, "[ PgUp");
    assert_eq!(asked(&effects), [(pane(&model), Some(40_100), FIRST)]);
    arrive(&mut model, text(0, 100, 0));
    let rows = usize::from(model.layout().cells.height);
    check(&model, &format!("line {}", 100 - rows - (rows - 1)), &format!("↑ {} of 100 · nothing", rows - 1));
    press(&mut model, "g");
    check(&model, "line 0", &format!("↑ {} of 100 · nothing", 100 - rows));
    assert!(press(&mut model, "k k PgUp").is_empty());
    assert_eq!(model.notice(), Some("that is the oldest line there is"));
    press(&mut model, "j");
    check(&model, "line 1", &format!("↑ {} of 100 · nothing", 99 - rows));
}

#[test]
fn all_the_ways_lead_back_to_the_live_picture() {
    for key in ["G", "f", "Esc", "q", "Space", "End"] {
        let mut model = zoomed("[");
        arrive(&mut model, text(0, 100, 0));
        press(&mut model, &format!("PgUp {key}"));
        assert!(matches!(model.mode(), Mode::Zoom), "{key}");
    }
    let mut model = sample::model(SIZE);
    press(&mut model, "[");
    assert!(model.still().unwrap().zoomed, "there is no room for it beside the list");
    press(&mut model, "Esc");
    assert!(matches!((model.mode(), model.view()), (Mode::Normal, View::Fleet)));
    press(&mut model, "Enter [ Esc");
    assert!(matches!((model.mode(), model.view()), (Mode::Normal, View::Agent { .. })));
}

#[test]
fn what_comes_meanwhile_is_counted_and_not_shown() {
    let mut model = zoomed("Space");
    let before = model.picture().unwrap().text();
    prints(&mut model, &"x".repeat(2345));
    assert_eq!(model.picture().unwrap().text(), before);
    assert_eq!(model.still().unwrap().says(model.now())[0], "PAUSED 0s · 2 kB came since");
    press(&mut model, "Space");
    assert_ne!(model.picture().unwrap().text(), before);
}

#[test]
fn further_up_than_was_fetched_older_lines_are_asked_for_and_the_place_stays() {
    let mut model = zoomed("[");
    arrive(&mut model, text(500, 600, 500));
    let effects = press(&mut model, "g");
    assert_eq!(asked(&effects), [(pane(&model), Some(40_100), MOST)]);
    arrive(&mut model, text(0, 600, 0));
    let rows = usize::from(model.layout().cells.height);
    check(&model, "line 0", &format!("↑ {} of 600 · nothing", 600 - rows));
    let mut model = zoomed("[");
    arrive(&mut model, text(500, 600, 500));
    press(&mut model, "PgUp PgUp PgUp");
    let before = model.picture().unwrap().text();
    arrive(&mut model, text(0, 600, 0));
    assert_eq!(model.picture().unwrap().text(), before);
}

#[test]
fn below_the_end_comes_what_was_printed_since() {
    let mut model = zoomed("[");
    arrive(&mut model, text(0, 100, 0));
    assert!(press(&mut model, "j").is_empty());
    assert_eq!(model.notice(), Some("that is the end; G follows again"));
    prints(&mut model, "more");
    let last = model.picture().unwrap().text();
    assert_eq!(press(&mut model, "j").len(), 1);
    arrive(&mut model, text(0, 140, 0));
    assert_eq!(model.picture().unwrap().text(), last, "the place stays");
    press(&mut model, "PgDn");
    assert_ne!(model.picture().unwrap().text(), last);
}

#[test]
fn at_the_end_of_a_long_history_not_every_key_fetches_all_of_it_again() {
    for (keys, at_once) in [("[", true), ("/ Esc", false)] {
        let mut model = zoomed(keys);
        let mut renews = || {
            arrive(&mut model, text(0, 100, 0));
            prints(&mut model, "more");
            press(&mut model, "PgDn PgDn PgDn").len()
        };
        assert_eq!((renews(), renews()), (1, usize::from(at_once)), "{keys}");
        let later = sample::at().checked_add(RENEWED_AFTER).unwrap();
        update(&mut model, Event::Tick(later));
        assert_eq!(press(&mut model, "j").len(), usize::from(!at_once), "{keys}: {:?}", model.notice());
    }
}

#[test]
fn what_is_printed_while_older_lines_are_fetched_is_not_in_them_and_still_to_come() {
    let mut model = zoomed("[");
    prints(&mut model, "aa");
    press(&mut model, "/ Esc");
    prints(&mut model, "bbb");
    arrive(&mut model, text(0, 100, 0));
    assert_eq!(model.still().unwrap().says(None)[1], "↑ 0 of 100 · 3 bytes");
}

#[test]
fn a_fetch_ends_with_the_next_one_and_with_whoever_waited_for_it() {
    let mut model = zoomed("[");
    let first = model.still().and_then(Still::waits_for).unwrap();
    assert!(!press(&mut model, "/ Esc").contains(&Effect::NoHistory), "the next one takes its place");
    update(&mut model, Event::History(first, Ok(Box::new(text(90, 190, 90)))));
    assert_eq!(model.still().unwrap().place(), None, "more was asked for meanwhile");
    assert_eq!(press(&mut model, "Esc"), [Effect::NoHistory]);
    press(&mut model, "[");
    arrive(&mut model, text(0, 100, 0));
    assert_eq!(press(&mut model, "Esc"), []);
}

#[test]
fn what_stands_still_ends_when_its_pane_has_another_program_or_its_server_is_another() {
    let restarted = |model: &mut Model| {
        let facts = model.facts.as_mut().unwrap();
        for server in facts.servers.values_mut() {
            server.state = ServerState::Up { pid: 50_200, started: sample::at(), version: "3.4".to_owned() };
        }
        let mut fleet = sample::fleet();
        fleet.at = sample::at().checked_add(std::time::Duration::from_secs(1)).unwrap();
        model.show_fleet(fleet);
    };
    let respawned = |model: &mut Model| {
        let mut fleet = sample::fleet();
        fleet.rows.iter_mut().filter_map(|row| row.pane.as_mut()).for_each(|pane| pane.pid += 100);
        model.show_fleet(fleet);
    };
    let vanished = |model: &mut Model| {
        let mut fleet = sample::fleet();
        fleet.rows.iter_mut().for_each(|row| row.pane = None);
        model.show_fleet(fleet);
    };
    let check = |event: &dyn Fn(&mut Model), stands: bool| {
        let mut model = zoomed("[");
        arrive(&mut model, text(0, 100, 0));
        let name = model.selected_row().unwrap().name.clone();
        event(&mut model);
        let says = format!("{name} was started anew: what stood still was of the one before");
        let said = model.notice() == Some(&says);
        assert_eq!((model.still().is_some(), said), (stands, !stands), "{:?}", model.notice());
    };
    check(&restarted, false);
    check(&respawned, false);
    check(&vanished, true);
}

/// A pane of 50 rows with its cursor near the top, in a tile that is lower.
fn high() -> Model {
    let mut model = zoomed("");
    let mut screen = Screen::new(Size { rows: 50, cols: 80 });
    let rows = (0..50).map(|row| format!("row {row}\r\n")).collect::<Vec<_>>().concat();
    screen.feed(format!("{}\x1b[3;1H", rows.trim_end()).as_bytes());
    let news = MirrorNews::Picture { screen: Box::new(screen), feed: crate::app::event::Feed::Live, at: sample::at() };
    let pane = pane(&model);
    update(&mut model, Event::Mirror(pane, news));
    model
}

/// Its text: ten lines above the screen.
fn high_text() -> History {
    let above = (0..10).map(|line| format!("line {line}\n"));
    let lines: String = above.chain((0..50).map(|row| format!("row {row}\n"))).collect();
    History::read(Size { rows: 50, cols: 80 }, 10, lines.into_bytes(), &[])
}

/// The row that stands first in the tile.
fn first_in_sight(model: &Model) -> String {
    let screen = model.picture().unwrap();
    let cells = model.layout().cells;
    let tile = Size { rows: cells.height, cols: cells.width };
    let (row, _) = crate::app::mirror::origin(screen.size(), model.focus(screen), tile, model.pan());
    screen.text()[usize::from(row)].clone()
}

#[test]
fn of_a_pane_that_is_higher_than_its_tile_scrolling_back_begins_with_what_is_seen() {
    let mut model = high();
    assert_eq!(first_in_sight(&model), "row 0");
    press(&mut model, "[");
    assert_eq!(first_in_sight(&model), "row 0", "nothing jumps before the text comes");
    arrive(&mut model, high_text());
    assert_eq!(first_in_sight(&model), "row 0");
    press(&mut model, "Esc j j j [");
    assert_eq!(first_in_sight(&model), "row 3");
    arrive(&mut model, high_text());
    assert_eq!(first_in_sight(&model), "row 3");
    let mut model = high();
    wheel(&mut model, MouseEventKind::ScrollUp);
    arrive(&mut model, high_text());
    assert_eq!(first_in_sight(&model), "line 7");
}

#[test]
fn a_paste_into_the_search_is_looked_for_once_as_a_whole() {
    let mut model = zoomed("/");
    arrive(&mut model, text(0, 100, 0));
    update(&mut model, Event::Terminal(TerminalEvent::Paste("line 55".to_owned())));
    let still = model.still().unwrap();
    assert_eq!(still.search.as_ref().unwrap().line(), Some(55));
    let rows = usize::from(model.layout().cells.height);
    assert_eq!(still.first(), 55 - rows / 3, "the way there did not lead over the lines that begin so");
}

#[test]
fn a_history_that_lost_its_oldest_lines_meanwhile_shows_the_same_ones() {
    let mut model = zoomed("[");
    arrive(&mut model, text(0, 200, 0));
    press(&mut model, "PgUp PgUp");
    let before = model.picture().unwrap().text();
    prints(&mut model, "more");
    arrive(&mut model, text(50, 230, 0));
    assert_eq!(model.picture().unwrap().text(), before);
}

#[test]
fn a_search_finds_as_it_is_typed_upwards_and_its_lines_are_counted() {
    let mut model = zoomed("");
    let effects = press(&mut model, "/ 7");
    assert_eq!(asked(&effects), [(pane(&model), Some(40_100), MOST)]);
    arrive(&mut model, text(0, 100, 0));
    let line = |model: &Model| model.still().unwrap().search.as_ref().unwrap().line();
    assert_eq!(line(&model), Some(97));
    press(&mut model, "7 Enter");
    assert_eq!(line(&model), Some(77));
    press(&mut model, "/ l i n e Space 3 Enter");
    assert_eq!(line(&model), Some(39), "a new search begins where one looks");
    press(&mut model, "n n N");
    assert_eq!((line(&model), model.notice()), (Some(38), Some("line 10 of 11 that hold it")));
    let shown = model.still().unwrap().first()..model.still().unwrap().first() + 28;
    assert!(shown.contains(&38), "{shown:?}");
    press(&mut model, "n n n n n n n n n n n n");
    assert_eq!((line(&model), model.notice()), (Some(3), Some("no older line holds it")));
}

#[test]
fn without_a_search_n_does_not_lead_to_another_agent() {
    let mut model = zoomed("[");
    let before = pane(&model);
    press(&mut model, "n");
    assert_eq!((pane(&model), model.notice()), (before, Some("nothing is looked for: / searches")));
}

#[test]
fn what_could_not_be_fetched_is_said_and_the_picture_is_held() {
    let mut model = zoomed("[");
    let number = model.still().and_then(Still::waits_for).unwrap();
    update(&mut model, Event::History(number, Err(Why::new("tmux: can't find pane: %1"))));
    assert_eq!(model.notice(), Some("the history could not be fetched: tmux: can't find pane: %1"));
    assert!(!model.still().unwrap().is_back());
}

#[test]
fn another_agent_is_shown_as_it_is() {
    let mut model = zoomed("[");
    let late = model.still().and_then(Still::waits_for).unwrap();
    assert!(press(&mut model, "w").contains(&Effect::NoHistory));
    assert!(model.still().is_none());
    press(&mut model, "z");
    sample::answer_mirrors(&mut model);
    press(&mut model, "[");
    update(&mut model, Event::History(late, Ok(Box::new(text(0, 100, 0)))));
    assert_eq!(model.still().unwrap().place(), None, "that was the other one's");
}

#[test]
fn nothing_is_ordered_of_an_agent_whose_picture_stands_still() {
    let mut model = zoomed("[");
    for key in ["s", "a", "i", "r", "R", "p", "t"] {
        assert!(press(&mut model, key).is_empty());
        assert!(model.still().is_some(), "{key}");
    }
}

#[test]
fn what_lies_over_it_for_a_moment_gives_the_place_back() {
    for keys in [
        "? Esc",
        "? ?",
        "? q",
        "? / f Enter Esc",
        "! Esc",
        "? ! Esc",
        ": Esc",
        ": Backspace",
        ": x y z Enter",
        ": ? Esc",
    ] {
        for begin in ["z", "Enter"] {
            let mut model = sample::model(SIZE);
            press(&mut model, &format!("{begin} ["));
            arrive(&mut model, text(0, 200, 0));
            press(&mut model, "PgUp PgUp h");
            let before = (model.still().unwrap().place(), model.picture().unwrap().text(), model.pan());
            press(&mut model, keys);
            let after = (model.still_in_front().unwrap().place(), model.picture().unwrap().text(), model.pan());
            assert_eq!(after, before, "{begin} {keys}");
        }
    }
}

#[test]
fn under_the_help_it_is_looked_after() {
    let mut model = zoomed("[ ?");
    let looked_at = |model: &Model| model.still().unwrap().place();
    arrive(&mut model, text(0, 100, 0));
    prints(&mut model, "more");
    assert_eq!(looked_at(&model), Some((0, 100)));
    let asked = press(&mut model, "f g PgDn G n y s");
    assert!(asked.is_empty() && model.still().is_some(), "its keys are not the mirror's: {asked:?}");
    press(&mut model, "Esc");
    check(&model, &format!("line {}", 100 - usize::from(model.layout().cells.height)), "↑ 0 of 100 · 4 bytes");
    press(&mut model, "? w");
    assert!(model.still().is_some(), "nobody is gone to from the help");
}

#[test]
fn a_command_is_carried_out_where_one_looks() {
    let mut model = zoomed("[");
    arrive(&mut model, text(0, 200, 0));
    press(&mut model, "PgUp");
    let shown = model.picture().unwrap().text().join("\n");
    assert_eq!(press(&mut model, ": c o p y Enter"), [Effect::Copy(shown)]);
    assert!(model.still_in_front().is_some());
    press(&mut model, ": i n t e r r u p t Enter");
    assert!(model.notice().unwrap().starts_with("what is seen stands still") && model.still().is_some());
    press(&mut model, ": f o l l o w Enter");
    assert!(matches!(model.mode(), Mode::Zoom));
}

fn wheel(model: &mut Model, kind: MouseEventKind) -> Vec<Effect> {
    let cells = model.layout().cells;
    let event = MouseEvent { kind, column: cells.x + 2, row: cells.y + 2, modifiers: KeyModifiers::NONE };
    update(model, Event::Terminal(TerminalEvent::Mouse(event)))
}

#[test]
fn the_wheel_scrolls_back_and_goes_on_into_the_live_picture() {
    let mut model = zoomed("");
    assert_eq!(wheel(&mut model, MouseEventKind::ScrollUp).len(), 1);
    arrive(&mut model, text(0, 100, 0));
    assert_eq!(model.still().unwrap().place(), Some((3, 100)));
    wheel(&mut model, MouseEventKind::ScrollDown);
    assert_eq!(model.still().unwrap().place(), Some((0, 100)));
    wheel(&mut model, MouseEventKind::ScrollDown);
    assert!(model.still().is_none());
}

#[test]
fn a_drag_marks_and_copies_when_it_ends() {
    let mut model = zoomed("[");
    arrive(&mut model, text(0, 100, 0));
    let cells = model.layout().cells;
    let mut mouse = |kind, x: u16, y: u16| {
        let event = MouseEvent { kind, column: cells.x + x, row: cells.y + y, modifiers: KeyModifiers::NONE };
        update(&mut model, Event::Terminal(TerminalEvent::Mouse(event)))
    };
    let (down, drag, up) = (
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::Drag(MouseButton::Left),
        MouseEventKind::Up(MouseButton::Left),
    );
    mouse(down, 5, 0);
    mouse(drag, 50, 0);
    mouse(drag, 3, 1);
    let first = 100 - usize::from(cells.height);
    assert_eq!(mouse(up, 3, 1), [Effect::Copy(format!("{first}\nline"))]);
    assert_eq!(press(&mut model, "y"), [Effect::Copy(format!("{first}\nline"))], "it stays marked");
    let all = press(&mut model, "j k y");
    assert!(matches!(all.as_slice(), [Effect::Copy(text)] if text.lines().count() == usize::from(cells.height)));
}

#[derive(Debug, Clone)]
enum Step {
    Key(&'static str),
    Resize(u16, u16),
    Text(usize, usize),
    Wheel(bool),
    Prints,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let keys =
        ["[", "k", "j", "PgUp", "PgDn", "g", "G", "/", "4", "Enter", "n", "N", "h", "l", "Space", "y", "z", "Esc"];
    let step = prop_oneof![
        6 => prop::sample::select(keys.to_vec()).prop_map(Step::Key),
        1 => (1..200_u16, 1..60_u16).prop_map(|(columns, rows)| Step::Resize(columns, rows)),
        2 => (0..300_usize, 0..900_usize).prop_map(|(lines, missing)| Step::Text(lines, missing)),
        1 => any::<bool>().prop_map(Step::Wheel),
        1 => Just(Step::Prints),
    ];
    prop::collection::vec(step, 0..40)
}

proptest! {
    #[test]
    fn no_place_is_ever_out_of_range(steps in steps()) {
        let mut model = zoomed("[");
        for step in steps {
            match step {
                Step::Key(key) => drop(press(&mut model, key)),
                Step::Resize(columns, rows) => {
                    update(&mut model, Event::Terminal(TerminalEvent::Resize(columns, rows)));
                }
                Step::Text(lines, missing) => {
                    if model.selected_row().and_then(|row| row.mirror_pane()).is_some() {
                        arrive(&mut model, text(0, 24 + lines, missing));
                    }
                }
                Step::Wheel(up) => {
                    wheel(&mut model, if up { MouseEventKind::ScrollUp } else { MouseEventKind::ScrollDown });
                }
                Step::Prints => {
                    if model.selected_row().and_then(|row| row.mirror_pane()).is_some() {
                        prints(&mut model, "more\r\n");
                    }
                }
            }
            if let Some((still, (up, all))) = model.still().and_then(|still| Some((still, still.place()?))) {
                let rows = usize::from(still.screen().size().rows);
                let fetched = still.back.as_ref().unwrap().text.as_ref().unwrap().len();
                prop_assert!(rows >= 1 && up + rows <= fetched.max(rows) && fetched <= all);
                prop_assert_eq!(still.first() + rows + up, fetched.max(rows));
            }
        }
    }
}

#[test]
fn page_up_goes_to_the_top_of_a_high_pane_first_and_then_on_into_what_is_above_it() {
    let mut model = high();
    press(&mut model, "G");
    assert_ne!(first_in_sight(&model), "row 0");
    assert!(press(&mut model, "PgUp PgUp").is_empty());
    assert_eq!(first_in_sight(&model), "row 0");
    assert_eq!(asked(&press(&mut model, "PgUp")).len(), 1);
    arrive(&mut model, high_text());
    assert_eq!(first_in_sight(&model), "line 0");
}

#[test]
fn of_a_history_that_is_too_large_the_rest_is_not_fetched_again_and_again() {
    let mut model = zoomed("[");
    arrive(&mut model, text(700, 800, 700));
    assert_eq!(asked(&press(&mut model, "g")).len(), 1);
    arrive(&mut model, text(500, 800, 500));
    assert!(press(&mut model, "g k PgUp").is_empty());
    assert_eq!(model.notice(), Some("tmux keeps older lines, but these are all that were to be had"));
}

#[test]
fn a_search_that_ends_because_the_agent_was_started_anew_orders_nothing() {
    for (keys, expected) in [("/ x", true), ("[", false)] {
        let mut model = zoomed(keys);
        let mut fleet = sample::fleet();
        fleet.rows.iter_mut().filter_map(|row| row.pane.as_mut()).for_each(|pane| pane.pid += 100);
        model.show_fleet(fleet);
        press(&mut model, "s");
        assert_eq!(!matches!(model.mode(), Mode::Compose(_)), expected, "{keys}: {:?}", model.notice());
    }
}
