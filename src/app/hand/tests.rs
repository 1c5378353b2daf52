//! Fleets that change between the eye and the hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is the test's failure")]

use crossterm::event::{Event as TerminalEvent, KeyEvent};

use super::*;
use crate::{
    app::{effect::Effect, event::Event, keymap::Chord, model::Start, sample, update::update},
    config::Config,
    fleet::{
        judgement::{Cause, CauseKind, Readiness},
        order::Ending,
        row::Fleet,
    },
};

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let event = |key: &str| Event::Terminal(TerminalEvent::Key(KeyEvent::from(key.parse::<Chord>().unwrap())));
    keys.split_whitespace().flat_map(|key| update(model, event(key))).collect()
}

/// A stalled agent: one that an interrupt is for.
fn stalled(number: u32, name: &str, since: u64) -> Row {
    let mut row = sample::row(number, name, "code", "claude", Readiness::Stuck, since);
    let says = "no output for 10m".to_owned();
    row.judgement.cause = Some(Cause { kind: CauseKind::Stalled, rule: format!("stalled.{name}"), says });
    row
}

fn fleet(rows: Vec<Row>) -> Fleet {
    Fleet { rows, ..sample::fleet() }
}

/// Four stalled agents, `c1` to `c4`, the one that is stalled for the longest time first; `c1` is selected.
fn four() -> Vec<Row> {
    (1..=4).map(|number| stalled(number, &format!("c{number}"), 900 - u64::from(number) * 100)).collect()
}

fn model() -> Model {
    let mut model = sample::model((120, 40));
    model.show_fleet(fleet(four()));
    model.desk.hand = Hand::default();
    press(&mut model, "g");
    sample::answer_mirrors(&mut model);
    assert_eq!(selected(&model), "c1");
    model
}

/// The same agents, of which this one works again.
fn recovered(name: &str) -> Fleet {
    let mut rows = four();
    for row in rows.iter_mut().filter(|row| row.name == name) {
        row.judgement.readiness = Readiness::Working;
        row.judgement.cause = None;
    }
    fleet(rows)
}

/// The same agents without this one.
fn without(name: &str) -> Fleet {
    fleet(four().into_iter().filter(|row| row.name != name).collect())
}

fn selected(model: &Model) -> &str {
    model.selected_row().map_or("", |row| &row.name)
}

/// Who is interrupted by these keys.
fn interrupted(model: &mut Model, keys: &str) -> Vec<String> {
    let effects = press(model, keys);
    sample::acting::carried_out(&effects).into_iter().map(|(.., target)| target.name().to_owned()).collect()
}

fn later(model: &mut Model, seconds: i64) {
    let now = model.now().unwrap().checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
    update(model, Event::Tick(now));
}

#[test]
fn what_has_the_screen_to_itself_is_all_that_an_order_is_for() {
    for (keys, expected) in [
        ("Space Space Space i", vec!["c1", "c2", "c3"]),
        ("Space Space Space z i", vec!["c4"]),
        ("Space Space Space Enter i", vec!["c4"]),
        ("2 Space Space Space z i", vec!["c4"]),
    ] {
        assert_eq!(interrupted(&mut model(), keys), expected, "{keys}");
    }
    let mut model = model();
    press(&mut model, "Space Space Space z s");
    let Mode::Compose(compose) = model.mode() else { panic!("{:?}", model.mode()) };
    assert_eq!(compose.to.len(), 1);
}

/// What is opened over one agent's picture and closed again gives it back: the next key is for the same one.
#[test]
fn a_dialog_that_closes_leaves_in_hand_whom_it_was_opened_for() {
    for keys in [
        "z s Esc",
        "z s h i Enter",
        "z R Esc",
        "z R n",
        "z p Ctrl-C",
        "z p Esc",
        "z r q",
        "z d Esc",
        "z [ s Esc",
        "z t Esc",
        "z ? Esc",
        "z : s e n d Enter Esc",
    ] {
        for (place, expected) in [("Space Space Space", "c4"), ("3", "c1"), ("2 Space Space Space", "c4")] {
            let mut model = model();
            model.show_fleet(if place == "3" { alike() } else { fleet(four()) });
            press(&mut model, place);
            let zoomed = selected(&model).to_owned();
            assert!(place == "3" || zoomed == expected);
            press(&mut model, keys);
            assert!(model.shows_one(), "{place} {keys}: {:?}", model.mode());
            assert_eq!(interrupted(&mut model, "i"), [zoomed], "{place} {keys}");
        }
    }
}

/// Four that are stalled for one and the same reason, which is one entry.
fn alike() -> Fleet {
    let mut fleet = fleet(four());
    for row in &mut fleet.rows {
        row.since = sample::at();
        row.judgement.cause.as_mut().unwrap().rule = "stalled".to_owned();
    }
    fleet
}

#[test]
fn of_an_event_that_hit_many_the_one_who_is_zoomed_is_all_that_an_order_is_for() {
    let mut model = model();
    model.show_fleet(alike());
    press(&mut model, "3");
    let zoomed = selected(&model).to_owned();
    assert_eq!(model.chosen().len(), 4);
    assert_eq!(interrupted(&mut model, "z i"), [zoomed]);
}

#[test]
fn in_attention_the_entry_that_was_read_stays_in_hand_when_a_worse_one_comes() {
    let mut model = model();
    press(&mut model, "3");
    assert_eq!(selected(&model), "c1");
    let mut rows = four();
    rows.push(stalled(5, "worse", 5000));
    model.show_fleet(fleet(rows));
    assert_eq!(model.attention()[0].who, "worse");
    assert_eq!(interrupted(&mut model, "i"), ["c1"]);
}

#[test]
fn the_next_entry_gets_no_order_that_was_meant_for_one_that_has_passed() {
    let mut model = model();
    press(&mut model, "3");
    model.show_fleet(recovered("c1"));
    assert_eq!(model.notice(), Some("c1 needs nobody now, c2 is selected"));
    for key in ["i", "s", "R", "d", "x", "i"] {
        let effects = press(&mut model, key);
        assert!(effects.iter().all(|effect| matches!(effect, Effect::Mirror(_))), "{key}: {effects:?}");
        assert!(matches!(model.mode(), Mode::Normal), "{key}");
        assert_eq!(model.notice(), Some("not done: c1 needs nobody now, c2 is selected; again in 2 s does it"));
    }
    assert!(!model.is_acknowledged(model.selected_row().unwrap()));
    later(&mut model, 2);
    assert_eq!(interrupted(&mut model, "i"), ["c2"]);
}

#[test]
fn what_is_acknowledged_twice_is_as_it_was_and_nobody_else_is_touched() {
    let mut model = model();
    press(&mut model, "3 x");
    assert_eq!(model.notice(), Some("c1: somebody looks after it now; x takes it back"));
    assert_eq!((selected(&model), model.attention().last().map(|entry| entry.who.as_str())), ("c1", Some("c1")));
    press(&mut model, "x");
    assert_eq!(model.notice(), Some("c1: nobody looks after it any more"));
    assert!(model.attention().iter().all(|entry| !entry.acknowledged));
}

#[test]
fn whoever_moves_has_chosen() {
    let mut model = model();
    press(&mut model, "3");
    model.show_fleet(recovered("c1"));
    assert_eq!(interrupted(&mut model, "j i"), ["c3"]);
}

#[test]
fn an_entry_that_becomes_part_of_a_larger_one_is_followed_and_its_other_agents_get_no_order_unread() {
    let mut model = model();
    press(&mut model, "3 j j");
    assert_eq!(selected(&model), "c3");
    model.show_fleet(alike());
    assert_eq!((selected(&model), model.chosen().len()), ("c3", 4));
    assert!(interrupted(&mut model, "i").is_empty());
    assert_eq!(model.notice(), Some("not done: c3 is not alone any more, 4 agents are selected; again in 2 s does it"));
    // And back: it is the same one's again.
    model.show_fleet(fleet(four()));
    assert_eq!((selected(&model), model.chosen().len()), ("c3", 1));
}

#[test]
fn a_picture_in_attention_that_stands_still_or_is_zoomed_stays_with_its_agent_until_it_is_left() {
    for key in ["z", "["] {
        let mut model = model();
        press(&mut model, &format!("3 {key}"));
        model.show_fleet(recovered("c1"));
        assert_eq!(selected(&model), "c1", "{key}");
        assert!(model.shows_one(), "{key}");
        press(&mut model, "Esc");
        if key == "[" {
            assert!(matches!(model.mode(), Mode::Normal), "{:?}", model.mode());
        }
        assert_eq!(model.notice(), Some("c1 needs nobody now, c2 is selected"), "{key}");
        assert!(interrupted(&mut model, "i").is_empty(), "{key}");
    }
}

#[test]
fn a_picture_that_stands_still_never_bears_another_name() {
    for view in ["3", "1", "2", "1 Enter"] {
        let mut model = model();
        press(&mut model, &format!("{view} ["));
        assert!(model.still().is_some(), "{view}");
        model.show_fleet(without("c1"));
        assert!(model.still().is_none() && !model.shows_one(), "{view}: {:?}", model.mode());
        assert_eq!(model.notice(), Some("c1 is gone, c2 is selected"), "{view}");
        assert!(interrupted(&mut model, "i").is_empty(), "{view}");
    }
}

#[test]
fn panning_and_what_is_marked_with_the_mouse_belong_to_one_agent() {
    let mut model = model();
    update(&mut model, Event::Terminal(TerminalEvent::Resize(60, 16)));
    press(&mut model, "3 z l");
    assert_ne!(model.pan(), Pan::Follow);
    press(&mut model, "Esc j z");
    assert_eq!(model.pan(), Pan::Follow);
    press(&mut model, "l");
    model.show_fleet(without("c2"));
    assert_eq!(model.pan(), Pan::Follow);
}

#[test]
fn whom_one_looks_at_is_not_taken_away_by_a_filter_that_does_not_let_him_pass_any_more() {
    for looks in ["", "Enter", "z", "["] {
        let mut model = model();
        press(&mut model, &format!("Ctrl-F {looks}"));
        model.show_fleet(recovered("c1"));
        assert_eq!(selected(&model), "c1", "{looks}");
        assert!(interrupted(&mut model, "i").iter().all(|name| name == "c1"), "{looks}");
        press(&mut model, if looks.is_empty() { "k" } else { "Esc 1 k" });
        model.show_fleet(recovered("c1"));
        let listed: Vec<&str> = model.rows().iter().map(|row| row.name.as_str()).collect();
        assert_eq!((listed, selected(&model)), (vec!["c2", "c3", "c4"], "c4"), "{looks}");
    }
}

#[test]
fn who_is_listed_only_because_he_is_selected_gets_no_broadcast_and_no_mark() {
    let mut model = model();
    press(&mut model, "Ctrl-F");
    model.show_fleet(recovered("c1"));
    press(&mut model, "S");
    let Mode::Compose(compose) = model.mode() else { panic!("{:?}", model.mode()) };
    assert_eq!(compose.to.len(), 3);
    press(&mut model, "Esc *");
    assert_eq!(model.listing().marked(), 3);
}

#[test]
fn a_filter_that_the_operator_changes_takes_out_of_the_hand_what_does_not_pass() {
    let mut model = model();
    model.show_fleet(recovered("c1"));
    press(&mut model, "Ctrl-F");
    assert_eq!(selected(&model), "c4", "c1 was sorted below it");
    assert_eq!(interrupted(&mut model, "i"), ["c4"], "that was the operator's own key");
}

#[test]
fn whoever_is_gone_is_named_and_the_neighbour_gets_no_order_at_first() {
    for (keys, view) in [("", View::Fleet), ("Enter", View::Fleet), ("z", View::Fleet), ("2 z", View::Wall)] {
        let mut model = model();
        press(&mut model, keys);
        model.show_fleet(without("c1"));
        assert_eq!(model.notice(), Some("c1 is gone, c2 is selected"), "{keys}");
        assert!(matches!(model.mode(), Mode::Normal) && model.view() == view, "{keys}: {:?}", model.view());
        assert!(interrupted(&mut model, "i").is_empty(), "{keys}");
        later(&mut model, 2);
        assert_eq!(interrupted(&mut model, "i"), ["c2"], "{keys}");
    }
}

#[test]
fn a_key_that_is_held_down_has_read_nothing() {
    let mut model = model();
    model.show_fleet(without("c1"));
    for _ in 0..5 {
        assert!(interrupted(&mut model, "i i i").is_empty());
        later(&mut model, 1);
    }
    later(&mut model, 2);
    assert_eq!(interrupted(&mut model, "i"), ["c2"]);
}

#[test]
fn marks_that_are_gone_leave_no_order_to_whoever_is_selected() {
    let mut model = model();
    press(&mut model, "Space j");
    assert_eq!((selected(&model), model.listing().marked()), ("c3", 1));
    model.show_fleet(without("c1"));
    assert!(interrupted(&mut model, "i").is_empty());
}

#[test]
fn a_session_that_is_gone_for_one_look_is_nobody_else_when_it_is_back() {
    let mut model = model();
    let one = || fleet(vec![stalled(1, "c1", 100)]);
    model.show_fleet(one());
    press(&mut model, "g");
    model.show_fleet(fleet(Vec::new()));
    assert!(model.selected_row().is_none());
    model.show_fleet(one());
    assert_eq!(interrupted(&mut model, "i"), ["c1"]);
}

/// An entry that passes and comes back into an empty attention view is the one that was read.
#[test]
fn an_entry_that_comes_back_where_nobody_else_was_is_in_hand_again() {
    let mut model = model();
    model.show_fleet(fleet(vec![stalled(1, "c1", 100)]));
    press(&mut model, "3");
    let mut well = sample::row(1, "c1", "code", "claude", Readiness::Working, 5);
    well.judgement.cause = None;
    model.show_fleet(fleet(vec![well]));
    assert_eq!((selected(&model), model.notice()), ("", Some("c1 needs nobody now")));
    model.show_fleet(fleet(vec![stalled(1, "c1", 100)]));
    assert_eq!(interrupted(&mut model, "i"), ["c1"]);
}

#[test]
fn whoever_comes_into_an_empty_place_was_not_chosen() {
    let mut model = model();
    model.show_fleet(fleet(vec![stalled(1, "c1", 100)]));
    press(&mut model, "3");
    model.show_fleet(fleet(Vec::new()));
    model.show_fleet(fleet(vec![stalled(2, "c2", 100)]));
    assert!(interrupted(&mut model, "i").is_empty());
    assert_eq!(model.notice(), Some("not done: c1 is gone, c2 is selected; again in 2 s does it"));
}

#[test]
fn the_first_look_at_a_fleet_holds_nothing_back() {
    let mut model = sample::start((120, 40));
    update(&mut model, Event::Tick(sample::at()));
    model.facts = sample::model((120, 40)).facts;
    model.show_fleet(fleet(four()));
    assert_eq!(interrupted(&mut model, "i"), ["c1"]);
}

#[test]
fn a_fleet_that_only_sorts_itself_anew_moves_nobody() {
    let mut model = model();
    press(&mut model, "j");
    let mut rows = four();
    rows.reverse();
    rows[0].since = sample::at().checked_sub(jiff::SignedDuration::from_hours(9)).unwrap();
    model.show_fleet(fleet(rows));
    assert_eq!(interrupted(&mut model, "i"), ["c2"]);
}

#[test]
fn whoever_watches_one_agent_sees_it_whatever_filter_is_configured() {
    let mut settings = crate::app::settings::Settings::default();
    settings.config = Config { filter: "class:docs".to_owned(), ..settings.config };
    let start = Start { watched: Some("c2".to_owned()), settings, ..sample::told((80, 24)) };
    let mut model = Model::new(start);
    model.show_fleet(fleet(four()));
    assert_eq!(selected(&model), "c2");
    press(&mut model, "Ctrl-F");
    model.show_fleet(recovered("c2"));
    assert_eq!(selected(&model), "c2");
}

#[test]
fn a_prompt_that_comes_into_anothers_place_takes_no_answer_that_was_meant_for_that() {
    let asks = |keys: &str| {
        let mut model = sample::model((120, 40));
        let mut next = sample::acting::prompt();
        next.subject = "another".to_owned();
        next.options[0].selected = false;
        next.options[1].selected = true;
        press(&mut model, "a j");
        let now = model.now();
        let Mode::Answer(ask) = &mut model.mode else { panic!("{:?}", model.mode) };
        ask.look(Some(&next), now);
        press(&mut model, keys);
        model
    };
    let mut model = asks("");
    assert!(press(&mut model, "Enter y Enter").is_empty());
    let Mode::Answer(ask) = model.mode() else { panic!("{:?}", model.mode()) };
    assert_eq!(ask.says.as_deref(), Some("this prompt has only just come: read it, then answer"));
    later(&mut model, 2);
    assert_eq!(sample::acting::carried_out(&press(&mut model, "Enter")).len(), 1, "it has been read");
    // Keys that were meant for the other one choose here, and confirm nothing.
    assert!(press(&mut asks("k j"), "Enter").is_empty());
}

#[test]
fn what_was_typed_for_an_agent_that_was_taken_over_orders_nothing_when_that_ends_by_itself() {
    for (leaves, expected) in [("", 0), ("Ctrl-]", 1)] {
        let mut model = model();
        let asked = press(&mut model, "t");
        sample::acting::preview(&mut model, &asked);
        let begun = press(&mut model, "y");
        let [Effect::Take { number, target, .. }, ..] = begun.as_slice() else { panic!("{begun:?}") };
        press(&mut model, leaves);
        let outcome = sample::acting::outcome("take", target, Ending::Done, "its session has ended");
        update(&mut model, Event::Left(*number, Box::new(outcome)));
        assert_eq!(interrupted(&mut model, "i").len(), expected, "{leaves}");
    }
}

#[test]
fn a_prompt_that_went_and_came_again_is_another_one() {
    let mut model = sample::model((120, 40));
    press(&mut model, "a");
    let (now, prompt) = (model.now(), model.selected_row().unwrap().prompt.clone());
    let Mode::Answer(ask) = &mut model.mode else { panic!("{:?}", model.mode) };
    ask.look(None, now);
    ask.look(prompt.as_ref(), now);
    assert!(press(&mut model, "Enter y").is_empty());
    let Mode::Answer(ask) = model.mode() else { panic!("{:?}", model.mode()) };
    assert!(!ask.gone && !ask.sure);
}

/// An order that names its agent, in any place and with anything happening before it is given.
#[test]
fn an_order_that_names_its_agent_is_for_that_agent_whatever_is_shown_marked_filtered_or_changes() {
    let types = |model: &mut Model, text: &str| {
        let keys: Vec<String> =
            text.chars().map(|c| if c == ' ' { "Space".to_owned() } else { c.to_string() }).collect();
        press(model, &keys.join(" "))
    };
    let mut reversed = four();
    reversed.reverse();
    let changes = [fleet(four()), without("c1"), recovered("c1"), fleet(reversed), alike(), without("c4")];
    for keys in [
        "",
        "Space Space",
        "j j j",
        "2",
        "3",
        "4",
        "z",
        "[",
        "Enter",
        "3 z",
        "3 [",
        "2 Space z",
        "Ctrl-F",
        "/ c 1 Enter",
    ] {
        for change in &changes {
            let mut model = model();
            press(&mut model, keys);
            types(&mut model, ":interrupt c3");
            model.show_fleet(change.clone());
            assert_eq!(interrupted(&mut model, "Enter"), ["c3"], "{keys}: {:?}", model.notice());
            // What asks first is for the one that was named, too, when the fleet changes while it asks.
            let asked = [types(&mut model, ":relaunch c2"), press(&mut model, "Enter")].concat();
            model.show_fleet(change.clone());
            sample::acting::preview(&mut model, &asked);
            let done = press(&mut model, "y");
            let targets: Vec<String> =
                sample::acting::carried_out(&done).iter().map(|(.., target)| target.name().to_owned()).collect();
            assert_eq!(targets, ["c2"], "{keys}: {:?}", model.notice());
        }
    }
}
