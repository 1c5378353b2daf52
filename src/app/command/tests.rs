//! The command line, driven by keys as the program is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is the test's failure")]

use crossterm::event::{Event as TerminalEvent, KeyModifiers};

use super::*;
use crate::app::{event::Event, model::View, sample, update::update};

fn press(model: &mut Model, code: KeyCode) -> Vec<Effect> {
    update(model, Event::Terminal(TerminalEvent::Key(KeyEvent::new(code, KeyModifiers::NONE))))
}

/// Types into the command line; `\t` is Tab, `\n` Enter, `<` Shift-Tab.
fn types(model: &mut Model, text: &str) -> Vec<Effect> {
    let key = |c| match c {
        '\t' => KeyCode::Tab,
        '\n' => KeyCode::Enter,
        '<' => KeyCode::BackTab,
        other => KeyCode::Char(other),
    };
    text.chars().flat_map(|c| press(model, key(c))).collect()
}

fn dashboard() -> Model {
    sample::model((120, 40))
}

fn after(text: &str) -> Model {
    let mut model = dashboard();
    types(&mut model, text);
    model
}

fn selected(model: &Model) -> &str {
    &model.selected_row().unwrap().name
}

/// What stands in the line, and what it may become.
fn line(text: &str) -> (String, Vec<String>) {
    let model = after(text);
    let Mode::Command(line) = model.mode() else { panic!("no command line after {text:?}") };
    (line.input.value().to_owned(), line.candidates(&model))
}

#[test]
fn tab_completes_an_action_and_then_an_agent() {
    for (typed, expected) in [
        (":scr\t", "scroll-back"),
        (":scrol\t", "scroll-back "),
        (":wal\t", "wall"),
        (":so\t", "sort-"),
        (":open rev\t", "open review"),
        (":open Mo\t", "open Mos"),
        (":open cod\t", "open coder"),
        (":rev\t", "reverse"),
        (":revi\t", "review"),
        (":wall cod\t", "wall cod"),
        (":nonsense\t", "nonsense"),
    ] {
        assert_eq!(line(typed).0, expected, "{typed:?}");
    }
}

#[test]
fn once_nothing_more_is_common_tab_goes_around_and_shift_tab_back() {
    let steps: Vec<String> = (2..6).map(|tabs| line(&format!(":send co{}", "\t".repeat(tabs))).0).collect();
    assert_eq!(steps, ["send coder0", "send coder1", "send coder0-0", "send coder0"]);
    assert_eq!(line(":send coder<").0, "send coder0-0");
    assert_eq!(line(":send coder\t\t<").0, "send coder0");
    assert_eq!(line(":mark\t").0, "mark-range", "the one that stands there is no step");
    assert_eq!(line(":send coder\t\t").1, ["coder1", "coder0-0", "coder0"], "what follows is shown");
    assert_eq!(line(":send coder\t-\t").0, "send coder0-0", "another key begins anew");
}

#[test]
fn what_the_word_may_become_is_shown_while_it_is_typed() {
    let (_, all) = line(":");
    assert!(all.len() > 50 && all.contains(&"send".to_owned()) && all.contains(&"coder0".to_owned()), "{all:?}");
    assert!(all.iter().all(|name| visible(name) == *name), "what cannot be typed is not offered: {all:?}");
    assert_eq!(line(":take").1, ["take", "take-whole"]);
    assert_eq!(line(":take ").1.len(), 12, "every agent once");
    assert!(line(":quit ").1.is_empty());
    let mut read_only = sample::start_as(true, (120, 40));
    read_only.show_fleet(sample::fleet());
    types(&mut read_only, ":take");
    let Mode::Command(line) = read_only.mode() else { panic!() };
    assert!(line.candidates(&read_only).is_empty());
}

#[test]
fn an_action_is_done_to_the_agent_that_is_named() {
    let model = after(":open coder1\n");
    assert!(matches!(model.view(), View::Agent { .. }));
    assert_eq!(selected(&model), "coder1");
    let model = after(":send Mos\n");
    let Mode::Compose(message) = model.mode() else { panic!("{:?}", model.mode()) };
    assert_eq!(message.to.iter().map(|row| row.session.as_str()).collect::<Vec<_>>(), ["orchestrator"]);
    assert_eq!(selected(&after(":open mOS\n")), "orchestrator", "an alias, whatever its case");
    assert_ne!(selected(&after(":open Coder1\n")), "coder1", "a name to the letter");
    // Where it is open already, or zoomed, the next one is.
    for keys in [":open coder1\n:open review\n", ":zoom coder1\n:open review\n", "4:open review\n", "3:open review\n"] {
        let model = after(keys);
        assert!(matches!((model.view(), model.mode()), (View::Agent { .. }, Mode::Normal)), "{keys:?}");
        assert_eq!((selected(&model), model.notice()), ("review", None), "{keys:?}");
    }
}

#[test]
fn an_agent_alone_is_gone_to() {
    for view in ["", "2", "3", "4", "z"] {
        let model = after(&format!("{view}:coder1\n"));
        assert_eq!((selected(&model), model.notice()), ("coder1", None), "from {view:?}");
    }
    assert!(matches!(after("z:coder1\n").mode(), Mode::Zoom), "and looked at as the other was");
}

#[test]
fn the_agent_that_is_named_is_meant_and_marks_are_not_touched() {
    // The two worst ones are marked.
    let mut model = after("  ");
    let marked = |model: &Model| {
        model.rows().iter().filter(|row| model.listing().is_marked(&row.key)).map(|row| row.name.clone()).collect()
    };
    let before: Vec<String> = marked(&model);
    assert_eq!(before.len(), 2);
    let asked = types(&mut model, ":relaunch coder0\n");
    let targets = |effects: &[Effect]| -> Vec<String> {
        let of = |effect: &Effect| match effect {
            Effect::Preview { targets, .. } => targets.iter().map(|target| target.name().to_owned()).collect(),
            _ => Vec::new(),
        };
        effects.iter().flat_map(of).collect()
    };
    assert_eq!(targets(&asked), ["coder0"]);
    assert_eq!(marked(&model), before);
    press(&mut model, KeyCode::Esc);
    let asked = types(&mut model, ":relaunch\n");
    assert_eq!(targets(&asked).len(), 2, "without a name the marks count");
    press(&mut model, KeyCode::Esc);
    types(&mut model, ":mark coder0\n");
    assert_eq!(marked(&model).len(), 3);
}

#[test]
fn a_filter_that_hides_the_agent_is_taken_back_and_that_is_said() {
    let mut model = after("/class:review\n");
    assert_eq!(model.rows().len(), 1);
    types(&mut model, ":coder0\n");
    assert_eq!(selected(&model), "coder0");
    assert_eq!(model.notice(), Some("the filter \"class:review\" hid coder0 and is taken back"));
    let mut model = dashboard();
    update(&mut model, Event::Terminal(TerminalEvent::Key(KeyEvent::new(KeyCode::Char('f'), KeyModifiers::CONTROL))));
    types(&mut model, ":coder1\n");
    assert_eq!((selected(&model), model.notice()), ("coder1", Some("“only faults” hid coder1 and is taken back")));
    // One that it does not hide leaves it alone.
    let mut model = after("/coder\n");
    types(&mut model, ":coder1\n");
    assert_eq!((model.listing().filter_text(), model.notice()), ("coder", None));
}

#[test]
fn what_cannot_be_understood_is_said_with_the_nearest_name() {
    for (typed, expected) in [
        ("opne", "no action and no agent is called \"opne\": did you mean open?"),
        ("codr0", "no action and no agent is called \"codr0\": did you mean coder0?"),
        ("xyz", "no action and no agent is called \"xyz\": ? lists the actions"),
        ("open codr0", "no agent is called \"codr0\": did you mean coder0?"),
        ("open coder", "no agent is called \"coder\": did you mean coder0?"),
        ("open xyzzy", "no agent is called \"xyzzy\""),
        ("wall coder0", "wall is about no agent: it stands alone"),
        ("coder0 open", "\"coder0\" is an agent: the action comes first, :open coder0"),
        ("ta coder0", "\"ta\" could be take, take-whole"),
        ("take scratch now", "no agent is called \"scratch now\""),
    ] {
        let model = after(&format!(":{typed}\n"));
        assert_eq!(model.notice(), Some(expected), "{typed:?}");
    }
    let mut early = sample::start((120, 40));
    types(&mut early, ":open coder0\n");
    assert_eq!(early.notice(), Some("the fleet is not known yet"));
}

#[test]
fn one_that_several_are_called_is_chosen_in_the_list() {
    let mut model = dashboard();
    let mut fleet = sample::fleet();
    let mut twin = fleet.rows.iter().find(|row| row.name == "scratch").unwrap().clone();
    twin.key.pane = Some(crate::fleet::ids::PaneId(99));
    fleet.rows.push(twin);
    model.show_fleet(fleet);
    types(&mut model, ":open scratch\n");
    assert_eq!(model.notice(), Some("2 panes are called \"scratch\": choose one in the list"));
}

#[test]
fn read_only_refuses_before_anything_moves() {
    let mut model = sample::start_as(true, (120, 40));
    model.show_fleet(sample::fleet());
    let before = selected(&model).to_owned();
    types(&mut model, ":relaunch coder0\n");
    assert!(model.notice().unwrap().starts_with("this is read-only"), "{:?}", model.notice());
    assert_eq!(selected(&model), before);
}

#[test]
fn leaving_it_leads_back_to_what_it_lies_over() {
    for (keys, code) in
        [(":", KeyCode::Esc), (":", KeyCode::Backspace), (":", KeyCode::Enter), (":help", KeyCode::Enter)]
    {
        let mut model = after("z");
        types(&mut model, "l");
        let pan = model.pan();
        types(&mut model, keys);
        press(&mut model, code);
        if keys == ":help" {
            press(&mut model, KeyCode::Esc);
        }
        assert!(matches!(model.mode(), Mode::Zoom), "{keys:?} {code:?}");
        assert_eq!(model.pan(), pan);
    }
}

#[test]
fn what_only_looks_leads_out_of_a_zoomed_mirror() {
    let model = after("z:sort-agent\n");
    assert!(matches!(model.mode(), Mode::Normal) && model.notice().is_none());
    let model = after("z:acknowledge\n");
    assert!(matches!(model.mode(), Mode::Zoom), "what is not offered anywhere leads nowhere");
}

#[test]
fn an_agents_whole_name_goes_before_the_beginning_of_an_action() {
    let mut model = dashboard();
    let mut fleet = sample::fleet();
    fleet.rows.iter_mut().filter(|row| row.name == "scratch").for_each(|row| row.name = "relau coder0".to_owned());
    model.show_fleet(fleet);
    assert!(types(&mut model, ":relau coder0\n").iter().all(|effect| !matches!(effect, Effect::Preview { .. })));
    assert_eq!(selected(&model), "relau coder0");
}
