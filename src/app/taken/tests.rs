//! What stands below an agent that was taken over, as time passes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is the test's failure")]

use crossterm::event::{Event as TerminalEvent, KeyCode};

use super::*;
use crate::{
    app::{event::Event, sample, update::update},
    fleet::taken::Taken as Owner,
};

fn press(model: &mut Model, key: KeyCode) -> Vec<Effect> {
    update(model, Event::Terminal(TerminalEvent::Key(KeyEvent::from(key))))
}

/// An agent that was just taken over.
fn taken() -> Model {
    let mut model = sample::model((120, 40));
    let asked = press(&mut model, KeyCode::Char('t'));
    sample::acting::preview(&mut model, &asked);
    press(&mut model, KeyCode::Char('y'));
    let Mode::Taken(taken) = &model.mode else { panic!("{:?}", model.mode) };
    let (number, owner) = (taken.number, Owner { by: "ops".into(), from: None, since: sample::at(), pid: Some(1) });
    update(&mut model, Event::Taken(number, TakeNews::Began(owner)));
    model
}

/// So many seconds after it was taken.
fn later(model: &mut Model, seconds: u64) {
    let now = sample::at().checked_add(Duration::from_secs(seconds)).unwrap();
    update(model, Event::Tick(now));
}

fn check(model: &Model, says: &str, warns: bool) {
    let Mode::Taken(taken) = model.mode() else { panic!("{:?}", model.mode()) };
    assert_eq!(model.taken_line(taken), (says.to_owned(), warns));
}

const IDLE: &str = "Ctrl-] leaves · nothing typed for 5m: others cannot send to orchestrator meanwhile";

#[test]
fn who_types_nothing_for_five_minutes_is_reminded_until_the_next_key() {
    let mut model = taken();
    check(&model, "Ctrl-] leaves · every other key goes to orchestrator · 0s", false);
    later(&mut model, 299);
    check(&model, "Ctrl-] leaves · every other key goes to orchestrator · 4m", false);
    later(&mut model, 300);
    check(&model, IDLE, true);
    let typed = press(&mut model, KeyCode::Char('x'));
    assert_eq!(typed, [Effect::Stroke(Stroke::Type(b"x".to_vec()))], "the key that ends the silence arrives, too");
    check(&model, "Ctrl-] leaves · every other key goes to orchestrator · 5m", false);
    later(&mut model, 599);
    check(&model, "Ctrl-] leaves · every other key goes to orchestrator · 9m", false);
    later(&mut model, 600);
    check(&model, IDLE, true);
}

#[test]
fn a_paste_is_typing_and_what_the_agent_prints_is_not() {
    let mut model = taken();
    later(&mut model, 250);
    update(&mut model, Event::Terminal(TerminalEvent::Paste("some text".to_owned())));
    later(&mut model, 549);
    check(&model, "Ctrl-] leaves · every other key goes to orchestrator · 9m", false);
    let Mode::Taken(taken) = &model.mode else { panic!() };
    let number = taken.number;
    update(&mut model, Event::Taken(number, TakeNews::Said(b"still at work".to_vec())));
    later(&mut model, 550);
    check(&model, IDLE, true);
}
