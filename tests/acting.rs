//! Giving orders from the dashboard: a string of keys, then what leaves, what is asked, and what is shown of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "these are tests")]

use crossterm::event::{Event as TerminalEvent, KeyEvent};
use mosaic_top::{
    app::{
        attention::EntryKey,
        effect::Effect,
        event::Event,
        job::{JobNews, Mood},
        keymap::Chord,
        mode::Mode,
        model::{Model, View},
        sample,
        update::update,
    },
    fleet::{
        facts::Pause,
        gate::answer::Choice,
        judgement::{Cause, CauseKind, Readiness},
        order::{Act, Ending, Letter, Order, Planned, Preview, Refusal, Target},
        row::Fleet,
    },
    ui::{draw, theme::Theme},
};
use ratatui::{Terminal, backend::TestBackend};

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let events = keys.split_whitespace().map(|key| KeyEvent::from(key.parse::<Chord>().unwrap()));
    let events: Vec<KeyEvent> = events.collect();
    events.into_iter().flat_map(|key| update(model, Event::Terminal(TerminalEvent::Key(key)))).collect()
}

/// Types a text, as a hand would.
fn type_in(model: &mut Model, text: &str) {
    for c in text.chars() {
        press(model, &if c == ' ' { "Space".to_owned() } else { c.to_string() });
    }
}

fn paste(model: &mut Model, text: &str) {
    update(model, Event::Terminal(TerminalEvent::Paste(text.to_owned())));
}

fn select(model: &mut Model, name: &str) {
    press(model, "1");
    for _ in 0..20 {
        if model.selected_row().is_some_and(|row| row.name == name) {
            return;
        }
        press(model, "n");
    }
    panic!("{name} is not listed");
}

fn on(name: &str) -> Model {
    let mut model = sample::model((120, 40));
    select(&mut model, name);
    model
}

fn text(model: &Model) -> String {
    let (width, height) = model.size();
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(model, &Theme::dark(), frame.buffer_mut())).unwrap();
    let buffer = terminal.backend().buffer();
    let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>() + "\n";
    (0..height).map(line).collect()
}

/// Every order that leaves, with the names of its targets.
fn orders(effects: &[Effect]) -> Vec<(Order, Vec<String>)> {
    let mut all = Vec::new();
    for effect in effects {
        let Effect::CarryOut(_, errands) = effect else { continue };
        for errand in errands {
            let names = errand.targets.iter().map(|target| target.name().to_owned()).collect();
            all.push((errand.order.get().clone(), names));
        }
    }
    all
}

fn letters(effects: &[Effect]) -> Vec<(String, String)> {
    let letter = |(order, names): (Order, Vec<String>)| match order.act {
        Act::Send(Letter { text, .. }) => (names.join(" "), text),
        other => panic!("{other:?}"),
    };
    orders(effects).into_iter().map(letter).collect()
}

#[test]
fn a_message_carries_its_sender_and_goes_to_the_selected_agent() {
    let mut model = on("coder1");
    press(&mut model, "s");
    type_in(&mut model, "please go on");
    let shown = text(&model);
    // The sample's dashboard runs in the tmux session `top` itself.
    assert!(
        shown.contains("send to coder1") && shown.contains("[dragon-lin:top -> dragon-lin:coder1] please go on"),
        "{shown}"
    );
    let sent = letters(&press(&mut model, "Enter"));
    assert_eq!(sent, [("coder1".into(), "[dragon-lin:top -> dragon-lin:coder1] please go on".into())]);
    assert!(matches!(model.mode(), Mode::Normal));
}

#[test]
fn class_preamble_and_lines_are_chosen_in_the_composer() {
    for (keys, expected) in [
        ("Ctrl-T", "[dragon-lin:top -> dragon-lin:coder1 class=terminal-log] a"),
        ("Ctrl-T Ctrl-T Ctrl-T Ctrl-T", "[dragon-lin:top -> dragon-lin:coder1 class=reaction] a"),
        ("Ctrl-T Ctrl-T Ctrl-T Ctrl-T Ctrl-T", "[dragon-lin:top -> dragon-lin:coder1] a"),
        ("Ctrl-R", "a"),
        ("Ctrl-R Ctrl-J b Alt-Enter c", "a\nb\nc"),
    ] {
        let mut model = on("coder1");
        press(&mut model, "s a");
        press(&mut model, keys);
        assert_eq!(letters(&press(&mut model, "Enter")), [("coder1".into(), expected.into())], "{keys}");
    }
}

#[test]
fn a_paste_comes_whole_and_none_of_it_is_a_key() {
    let mut model = on("coder1");
    press(&mut model, "s Ctrl-R");
    paste(&mut model, "one\r\ntwo\n\n\u{1b}[31mq\u{7}\u{202e}y");
    assert!(text(&model).contains("3 hidden or controlling characters left out"));
    assert_eq!(letters(&press(&mut model, "Enter")), [("coder1".into(), "one\ntwo\n\n[31mqy".into())]);
    press(&mut model, "s");
    paste(&mut model, &"x".repeat(300_000));
    assert!(text(&model).contains("at most 100000 bytes"));
}

#[test]
fn a_draft_waits_for_whoever_it_was_written_to() {
    let mut model = on("coder1");
    press(&mut model, "s");
    type_in(&mut model, "half a");
    assert_eq!(press(&mut model, "Esc"), []);
    select(&mut model, "docs");
    press(&mut model, "s");
    assert!(!text(&model).contains("half a"), "a draft went to somebody else");
    press(&mut model, "Esc");
    select(&mut model, "coder1");
    press(&mut model, "s");
    assert!(text(&model).contains("this is the draft that you left"));
    type_in(&mut model, " message");
    let sent = letters(&press(&mut model, "Ctrl-R Enter"));
    assert_eq!(sent, [("coder1".into(), "half a message".into())]);
    press(&mut model, "s");
    let Mode::Compose(compose) = model.mode() else { panic!() };
    assert_eq!(compose.text(), "", "what was sent is no draft any more");
}

/// Sends this to an agent, and lets it end so; the text that the composer opens with then, and what it says.
fn sent_and_ended(ending: &Ending) -> (String, Option<String>) {
    let mut model = on("coder1");
    press(&mut model, "s");
    type_in(&mut model, "please go on");
    let sent = press(&mut model, "Enter");
    let refused = matches!(ending, Ending::Refused(_));
    for (id, word, target) in sample::acting::carried_out(&sent) {
        sample::acting::ended(&mut model, id, word, &target, ending.clone(), "so it ended");
    }
    assert_eq!(text(&model).contains("the text is kept: s"), refused, "{}", text(&model));
    press(&mut model, "s");
    let Mode::Compose(compose) = model.mode() else { panic!("{:?}", model.mode()) };
    (compose.text(), compose.says.clone())
}

#[test]
fn the_text_of_a_message_that_was_refused_is_kept_and_never_one_that_may_have_arrived() {
    let (kept, says) = sent_and_ended(&Ending::Refused(Refusal::Unsafe("it is busy".to_owned())));
    assert_eq!(
        (kept.as_str(), says.as_deref()),
        ("please go on", Some("this was refused, and nothing of it was typed"))
    );
    for ending in [
        Ending::Accepted,
        Ending::Submitted,
        Ending::Draft,
        Ending::Unverifiable,
        Ending::Blocked,
        Ending::Failed,
        Ending::Done,
    ] {
        assert_eq!(sent_and_ended(&ending), (String::new(), None), "{ending:?}");
    }
}

#[test]
fn of_many_only_those_who_were_refused_keep_the_text() {
    let mut model = on("coder1");
    press(&mut model, "Space");
    select(&mut model, "docs");
    press(&mut model, "Space s");
    type_in(&mut model, "all of you");
    let sent = press(&mut model, "Enter y");
    let all = sample::acting::carried_out(&sent);
    assert_eq!(all.len(), 2);
    for (id, word, target) in all {
        let refused = target.name() == "docs";
        let ending = if refused { Ending::Refused(Refusal::Unsafe("busy".to_owned())) } else { Ending::Unverifiable };
        sample::acting::ended(&mut model, id, word, &target, ending, "so it ended");
    }
    press(&mut model, "Esc");
    for marked in ["coder1", "docs"] {
        select(&mut model, marked);
        press(&mut model, "Space");
    }
    for (name, expected) in [("coder1", ""), ("docs", "all of you")] {
        select(&mut model, name);
        press(&mut model, "s");
        let Mode::Compose(compose) = model.mode() else { panic!("{:?}", model.mode()) };
        assert_eq!((compose.to.len(), compose.text().as_str()), (1, expected), "{name}");
        press(&mut model, "Esc");
    }
}

#[test]
fn taking_the_whole_terminal_says_so_and_how_one_comes_back() {
    for (key, whole) in [("t", false), ("T", true)] {
        let mut model = on("coder1");
        let asked = press(&mut model, key);
        sample::acting::preview(&mut model, &asked);
        let shown = text(&model);
        assert_eq!(shown.contains("take coder1 with the whole terminal?"), whole, "{shown}");
        assert_eq!(shown.contains("its prefix (usually Ctrl-b)"), whole, "{shown}");
    }
}

#[test]
fn a_yes_to_a_trust_that_stands_there_already_does_nothing() {
    let mut model = on("coder1");
    let asked = press(&mut model, "d");
    let [Effect::Preview { number, order, targets }] = asked.as_slice() else { panic!("{asked:?}") };
    let planned = |target: &Target| Planned {
        target: target.clone(),
        commands: Vec::new(),
        warnings: vec!["it stands there already, so nothing will be written".to_owned()],
        refused: None,
    };
    let preview = Preview { order: order.clone(), each: targets.iter().map(planned).collect() };
    update(&mut model, Event::Preview(*number, Box::new(preview)));
    let shown = text(&model);
    assert!(shown.contains("it stands there already") && shown.contains("Esc closes"), "{shown}");
    assert_eq!(press(&mut model, "y"), []);
}

#[test]
fn what_is_answered_stands_in_its_dialog_and_is_scrolled_to_where_it_has_no_room() {
    let mut model = on("orchestrator");
    press(&mut model, "a");
    assert!(text(&model).contains("│ ~/src/app"), "{}", text(&model));
    update(&mut model, Event::Terminal(TerminalEvent::Resize(40, 15)));
    press(&mut model, "j");
    let shown = text(&model);
    assert!(shown.contains("▸ Yes, I trust") && shown.contains("more: PgUp"), "{shown}");
    press(&mut model, "PgUp PgUp");
    assert!(text(&model).contains("~/src/app"), "{}", text(&model));
    press(&mut model, "k");
    assert!(text(&model).contains("▸ No, exit"), "{}", text(&model));
}

#[test]
fn a_message_that_was_sent_can_be_fetched_back() {
    let mut model = on("coder1");
    for (to, message) in [("coder1", "first"), ("docs", "second")] {
        select(&mut model, to);
        press(&mut model, "s");
        type_in(&mut model, message);
        let sent = press(&mut model, "Enter");
        for (id, word, target) in sample::acting::carried_out(&sent) {
            sample::acting::ended(&mut model, id, word, &target, Ending::Accepted, "it has it");
        }
    }
    press(&mut model, "s");
    let now = |model: &Model| match model.mode() {
        Mode::Compose(compose) => compose.text(),
        _ => panic!("the composer has gone"),
    };
    for (key, expected) in
        [("Up", "second"), ("Up", "first"), ("Ctrl-P", "first"), ("Ctrl-N", "second"), ("Ctrl-N", "")]
    {
        press(&mut model, key);
        assert_eq!(now(&model), expected, "after {key}");
    }
}

#[test]
fn an_agent_is_busy_by_its_screen_as_a_delivery_reads_it_and_not_by_its_idle_time() {
    let mut model = on("coder0");
    press(&mut model, "s");
    assert!(text(&model).contains("busy: refused while it works"), "{}", text(&model));
    press(&mut model, "Esc");
    let mut fleet = sample::fleet();
    // Its window moved a second ago, so it counts as working; its screen waits for a message.
    fleet.rows.iter_mut().filter(|row| row.name == "coder0").for_each(|row| row.busy = Some(false));
    model.show_fleet(fleet);
    press(&mut model, "s");
    assert!(!text(&model).contains("while it works"), "{}", text(&model));
}

#[test]
fn nothing_is_confirmed_that_could_not_be_seen() {
    let resize = |model: &mut Model, size: (u16, u16)| {
        update(model, Event::Terminal(TerminalEvent::Resize(size.0, size.1)));
    };
    for (key, yes) in [("R", "y"), ("r", "y"), ("p", "Enter"), ("s h i", "Enter"), ("* s h i Enter", "y")] {
        let mut model = on("coder1");
        let asked = press(&mut model, key);
        sample::acting::preview(&mut model, &asked);
        for size in [(10, 3), (23, 24), (80, 6)] {
            resize(&mut model, size);
            assert_eq!(orders(&press(&mut model, yes)), [], "{key} at {size:?}");
            assert!(text(&model).contains("too smal"), "{key} at {size:?}: {}", text(&model));
        }
        resize(&mut model, (40, 15));
        assert!(!orders(&press(&mut model, yes)).is_empty(), "{key}: {}", text(&model));
    }
    let mut model = on("orchestrator");
    press(&mut model, "a j");
    resize(&mut model, (10, 3));
    assert_eq!(press(&mut model, "Enter"), []);
    resize(&mut model, (40, 15));
    assert_eq!(orders(&press(&mut model, "Enter")).len(), 1);
}

#[test]
fn the_composers_footer_names_whole_keys_and_first_what_gets_past_what_is_in_the_way() {
    let footer = |model: &Model| text(model).lines().last().unwrap().trim().to_owned();
    let mut model = on("coder1");
    press(&mut model, "s");
    assert!(footer(&model).starts_with("Enter sends · Ctrl-J new line · Ctrl-O"), "{}", footer(&model));
    assert!(footer(&model).ends_with("Ctrl-F past a pause · Esc keeps a draft"), "{}", footer(&model));
    press(&mut model, "Esc");
    select(&mut model, "coder0");
    press(&mut model, "s");
    let sample = footer(&model);
    let mut fleet = sample::fleet();
    fleet.paused = Some(Pause { by: Some("jane".into()), host: None, at: None, reason: None });
    model.show_fleet(fleet);
    assert!(footer(&model).starts_with("Enter sends · Ctrl-F past a pause"), "{sample} then {}", footer(&model));
}

#[test]
fn an_empty_message_goes_nowhere_and_a_paused_agent_gets_nothing_unforced() {
    let mut model = on("coder1");
    assert_eq!(press(&mut model, "s Enter"), []);
    assert!(text(&model).contains("the message is empty"));
    let mut fleet = sample::fleet();
    fleet.paused = Some(Pause { by: Some("jane".into()), host: None, at: None, reason: Some("freeze".into()) });
    model.show_fleet(fleet);
    press(&mut model, "a");
    assert_eq!(press(&mut model, "Enter"), []);
    assert!(text(&model).contains("paused by jane"), "{}", text(&model));
    press(&mut model, "Ctrl-F Enter");
    assert!(text(&model).contains("a reason is needed"));
    type_in(&mut model, "it is urgent");
    let sent = orders(&press(&mut model, "Enter Enter"));
    assert_eq!(sent[0].0.forced.as_deref(), Some("it is urgent"));
}

#[test]
fn a_broadcast_shows_who_gets_it_and_needs_a_yes() {
    let mut model = on("orchestrator");
    press(&mut model, "/ c l a s s : c o d Enter S h i");
    assert!(text(&model).contains("broadcast to 3 agents"));
    assert_eq!(press(&mut model, "Enter"), []);
    assert_eq!(press(&mut model, "Enter"), [], "Enter is no yes");
    let effects = press(&mut model, "y");
    let sent = letters(&effects);
    assert_eq!(sent.iter().map(|sent| sent.0.as_str()).collect::<Vec<_>>(), ["coder1", "coder0"]);
    assert!(sent[0].1.contains("-> dragon-lin:coder1] hi") && sent[1].1.contains("-> dragon-lin:coder0] hi"));
    let Mode::Receipts { job, .. } = *model.mode() else { panic!("no receipts: {:?}", model.mode()) };
    // The one on another host was refused before anything was sent, and has its receipt as the others.
    assert_eq!(model.jobs().get(job).unwrap().parts.len(), 3);
    for (id, word, target) in sample::acting::carried_out(&effects) {
        let ending = if target.name() == "coder0" { Ending::Draft } else { Ending::Accepted };
        sample::acting::ended(&mut model, id, word, &target, ending, "");
    }
    update(&mut model, Event::Job(job, JobNews::Over));
    let shown = text(&model);
    for line in ["✓ coder1: send accepted", "✗ coder0: send draft", "✗ coder0-0: send refused"] {
        assert!(shown.contains(line), "{line} is missing:\n{shown}");
    }
}

#[test]
fn marked_agents_are_who_an_order_is_for() {
    let mut model = on("coder0");
    press(&mut model, "Space");
    select(&mut model, "coder1");
    press(&mut model, "Space s h i Enter");
    assert!(text(&model).contains("send to 2 agents"));
    assert_eq!(letters(&press(&mut model, "y")).len(), 2);
}

#[test]
fn what_loses_something_asks_with_its_exact_commands_and_only_y_says_yes() {
    for (key, word) in [("r", "reset"), ("R", "relaunch")] {
        let mut model = on("coder0");
        let asked = press(&mut model, key);
        assert!(matches!(asked.as_slice(), [Effect::Preview { .. }]), "{asked:?}");
        assert!(text(&model).contains("looking at what it would do"));
        assert_eq!(press(&mut model, "y"), [], "nothing was shown yet");
        assert_eq!(sample::acting::preview(&mut model, &asked), []);
        let shown = text(&model);
        assert!(
            shown.contains(&format!("{word} coder0?")) && shown.contains("loses") && shown.contains("$ tmux"),
            "{shown}"
        );
        assert_eq!(press(&mut model, "Enter"), []);
        let given = orders(&press(&mut model, "y"));
        assert_eq!(
            given.iter().map(|(order, names)| (order.word(), names.join(" "))).collect::<Vec<_>>(),
            [(word, "coder0".into())]
        );
    }
    let mut model = on("coder0");
    let asked = press(&mut model, "R");
    sample::acting::preview(&mut model, &asked);
    assert_eq!(press(&mut model, "Esc"), []);
    assert!(matches!(model.mode(), Mode::Normal));
}

#[test]
fn trust_shows_what_is_written_where_and_asks_although_it_takes_nothing() {
    for keys in ["d", ": t r u s t Enter"] {
        let mut model = on("coder0");
        let asked = press(&mut model, keys);
        assert!(matches!(asked.as_slice(), [Effect::Preview { .. }]), "{asked:?}");
        assert_eq!(sample::acting::preview(&mut model, &asked), []);
        let shown = text(&model);
        let written = "$ write /home/dev/.claude.json: projects[\"/srv/app\"].hasTrustDialogAccepted = true";
        assert!(shown.contains("trust coder0?") && shown.contains(written), "{shown}");
        assert_eq!(press(&mut model, "Enter"), []);
        let given = orders(&press(&mut model, "y"));
        assert_eq!(given, [(Order::new(Act::Trust), vec!["coder0".to_owned()])]);
    }
}

#[test]
fn a_preview_that_comes_late_confirms_nothing() {
    let mut model = on("coder0");
    let late = press(&mut model, "R");
    press(&mut model, "Esc r");
    sample::acting::preview(&mut model, &late);
    assert!(text(&model).contains("looking at what it would do"));
}

#[test]
fn an_order_that_runs_is_not_given_twice_and_its_row_says_how_far_it_is() {
    let mut model = on("coder0");
    let effects = press(&mut model, "i");
    let [(id, word, target)] = sample::acting::carried_out(&effects).try_into().unwrap();
    assert_eq!(word, "interrupt");
    assert_eq!(press(&mut model, "i"), []);
    assert!(model.notice().unwrap().contains("still under way"), "{:?}", model.notice());
    sample::acting::progress(&mut model, id, &target, "pressing Escape");
    assert!(text(&model).contains("» interrupt: pressing Escape"), "{}", text(&model));
    sample::acting::ended(&mut model, id, word, &target, Ending::Done, "its turn ended");
    let shown = text(&model);
    assert!(shown.contains("✓ interrupt done: its turn ended"), "{shown}");
    let later = sample::at().checked_add(std::time::Duration::from_secs(60)).unwrap();
    update(&mut model, Event::Tick(later));
    press(&mut model, "j k");
    assert!(!text(&model).contains("its turn ended"), "it is shown for ever");
    assert_eq!(orders(&press(&mut model, "i")).len(), 1, "it may be given again");
}

#[test]
fn a_pause_asks_for_a_reason_and_is_taken_back_by_the_same_key() {
    let mut model = on("coder0");
    let asked = press(&mut model, "p");
    sample::acting::preview(&mut model, &asked);
    type_in(&mut model, "too hot");
    let given = orders(&press(&mut model, "Enter"));
    assert_eq!(given, [(Order::new(Act::Pause { reason: Some("too hot".into()) }), vec!["coder0".into()])]);
    let mut fleet = sample::fleet();
    let pause = Pause { by: None, host: None, at: None, reason: None };
    fleet.rows.iter_mut().filter(|row| row.name == "coder1").for_each(|row| row.pause = Some(pause.clone()));
    model.show_fleet(fleet.clone());
    select(&mut model, "coder1");
    let asked = press(&mut model, "p");
    let given = orders(&sample::acting::preview(&mut model, &asked));
    assert_eq!(given, [(Order::new(Act::Resume), vec!["coder1".into()])], "it loses nothing, so nobody is asked");
    let asked = press(&mut model, "P");
    sample::acting::preview(&mut model, &asked);
    let given = orders(&press(&mut model, "Enter"));
    assert_eq!(given, [(Order::new(Act::Pause { reason: None }), vec!["the fleet".into()])]);
}

#[test]
fn a_pause_that_holds_an_order_up_can_be_passed_with_a_reason() {
    let mut model = on("coder0");
    let mut fleet = sample::fleet();
    fleet.paused = Some(Pause { by: Some("jane".into()), host: None, at: None, reason: None });
    model.show_fleet(fleet);
    assert_eq!(press(&mut model, "R"), []);
    assert!(text(&model).contains("paused by jane") && text(&model).contains("f forces it"), "{}", text(&model));
    press(&mut model, "f Enter");
    type_in(&mut model, "it is dead");
    let asked = press(&mut model, "Enter");
    sample::acting::preview(&mut model, &asked);
    let given = orders(&press(&mut model, "y"));
    assert_eq!(given[0].0, Order { act: Act::Relaunch, forced: Some("it is dead".into()) });
}

#[test]
fn a_prompt_is_answered_by_meaning_and_a_dangerous_choice_asks_again() {
    let mut model = on("orchestrator");
    press(&mut model, "a");
    let shown = text(&model);
    assert!(shown.contains("▸ No, exit  (highlighted there, quits, asks again)"), "{shown}");
    assert_eq!(press(&mut model, "Enter Enter"), [], "a dangerous one needs its own yes");
    let choice = |effects: &[Effect]| match orders(effects).pop().unwrap().0.act {
        Act::Answer(reply) => (reply.rule, reply.choice, reply.confirmed),
        other => panic!("{other:?}"),
    };
    let no = choice(&press(&mut model, "y"));
    assert_eq!(no, ("claude.trust".into(), Choice::Label("No, exit".into()), true));
    let mut model = on("orchestrator");
    let yes = choice(&press(&mut model, "a j Enter"));
    assert_eq!(yes, ("claude.trust".into(), Choice::Label("Yes, I trust this folder".into()), false));
}

#[test]
fn without_a_prompt_there_is_nothing_to_answer() {
    let mut model = on("coder0");
    press(&mut model, "a");
    assert_eq!(model.notice(), Some("no prompt is up that could be answered"));
}

#[test]
fn the_dashboards_own_pane_and_agents_of_other_hosts_take_no_orders() {
    let mut model = on("top");
    assert_eq!(press(&mut model, "R"), []);
    assert_eq!(model.notice(), Some("that is the pane of this dashboard: nothing is done to it"));
    let mut model = on("coder0-0");
    assert_eq!(press(&mut model, "R"), []);
    assert!(model.notice().unwrap().contains("not observed"), "{:?}", model.notice());
}

#[test]
fn in_read_only_no_key_gives_an_order_and_each_says_why() {
    for key in ["s", "S", "a", "i", "r", "R", "p", "P", "3 x"] {
        let mut model = sample::start_as(true, (120, 40));
        model.show_fleet(sample::fleet());
        let effects = press(&mut model, key);
        assert!(!effects.iter().any(|it| matches!(it, Effect::CarryOut(..) | Effect::Preview { .. })), "{key}");
        assert_eq!(model.notice(), Some("this is read-only: it was started with --read-only"), "{key}");
    }
}

#[test]
fn attention_lists_what_needs_a_human_worst_first_and_acknowledged_last() {
    let mut model = on("coder0");
    press(&mut model, "3");
    let who = |model: &Model| model.attention().iter().map(|entry| entry.who.clone()).collect::<Vec<_>>();
    assert_eq!(who(&model), ["orchestrator", "merge-gate", "enhancer", "coder0-0", "review"]);
    assert_eq!(model.selected_row().unwrap().name, "orchestrator");
    press(&mut model, "x");
    assert_eq!(who(&model), ["merge-gate", "enhancer", "coder0-0", "review", "orchestrator"]);
    assert_eq!(model.selected_row().unwrap().name, "orchestrator", "it stays in hand: the same key takes it back");
    press(&mut model, "G Enter");
    assert_eq!(
        (model.view(), model.selected_row().unwrap().name.as_str()),
        (View::Agent { scroll: 0 }, "orchestrator")
    );
    press(&mut model, "1 w");
    assert_ne!(model.selected_row().unwrap().name, "orchestrator", "what is in hand is not what needs you next");
}

#[test]
fn what_was_acknowledged_is_raised_again_when_it_comes_back() {
    let mut model = on("coder0");
    press(&mut model, "3 x");
    assert!(model.attention().last().unwrap().acknowledged);
    let mut healed = sample::fleet();
    healed.rows.iter_mut().filter(|row| row.name == "orchestrator").for_each(|row| {
        row.judgement.readiness = Readiness::Working;
        row.judgement.cause = None;
    });
    model.show_fleet(healed);
    model.show_fleet(sample::fleet());
    assert!(model.attention().iter().all(|entry| !entry.acknowledged));
}

/// The sample, in which the agents of these places have died at the same time.
fn deaths(count: usize) -> Fleet {
    let mut fleet = sample::fleet();
    let managed = fleet.rows.iter_mut().filter(|row| row.managed && row.pane.is_some()).take(count);
    for row in managed {
        row.judgement.readiness = Readiness::Dead;
        let says = format!("the session of {} has gone", row.name);
        row.judgement.cause = Some(Cause { kind: CauseKind::Dead, rule: "session.none".into(), says });
        row.since = sample::at();
    }
    fleet
}

#[test]
fn many_that_die_together_are_one_entry_with_a_plan_before_any_relaunch() {
    let mut model = on("coder0");
    model.show_fleet(deaths(7));
    press(&mut model, "3");
    let entries = model.attention();
    assert!(matches!(entries[0].key, EntryKey::Mass(_)), "{entries:?}");
    assert_eq!(entries[0].rows.len(), 7);
    assert!(text(&model).contains("7 of 10 agents at once"), "{}", text(&model));
    let asked = press(&mut model, "R");
    assert_eq!(sample::acting::preview(&mut model, &asked), []);
    let shown = text(&model);
    assert!(shown.contains("relaunch 7 agents?") && shown.contains("stops after three failures"), "{shown}");
    let given = orders(&press(&mut model, "y"));
    assert_eq!((given.len(), given[0].1.len()), (1, 7), "one order, so that the brakes count them all");
}

#[test]
fn few_deaths_or_deaths_far_apart_are_entries_of_their_own() {
    let mut model = on("coder0");
    model.show_fleet(deaths(2));
    assert!(model.attention().iter().all(|entry| entry.rows.len() == 1));
    let mut fleet = deaths(7);
    for (hour, row) in (1i64..).zip(fleet.rows.iter_mut()) {
        row.since = sample::at().checked_sub(jiff::SignedDuration::from_hours(hour)).unwrap();
    }
    model.show_fleet(fleet);
    assert!(model.attention().iter().all(|entry| entry.rows.len() == 1));
}

#[test]
fn the_log_is_read_only_while_it_is_looked_at_and_can_be_filtered() {
    let mut model = on("coder0");
    assert_eq!(press(&mut model, "4"), [Effect::Mirror(vec![]), Effect::Log(true)]);
    update(&mut model, Event::Log(Ok((sample::acting::log(), 1))));
    let shown = text(&model);
    assert!(shown.contains("unfinished") && shown.contains("1 line of the log could not be read"), "{shown}");
    press(&mut model, "/ c o d e r 0 Enter");
    assert_eq!(model.log().shown().len(), 1);
    press(&mut model, "/ Backspace 1 Enter");
    assert!(text(&model).contains("relaunch coder1"));
    assert!(press(&mut model, "1").contains(&Effect::Log(false)));
}

#[test]
fn the_log_that_cannot_be_read_says_why() {
    let mut model = on("coder0");
    press(&mut model, "4");
    update(&mut model, Event::Log(Err("permission denied".into())));
    assert!(text(&model).contains("the log could not be read: permission denied"));
}

#[test]
fn an_agents_history_tells_its_changes_and_what_was_done_to_it() {
    let mut model = on("merge-gate");
    assert!(press(&mut model, "Enter").contains(&Effect::Log(true)));
    update(&mut model, Event::Log(Ok((sample::acting::log(), 0))));
    press(&mut model, "G");
    let shown = text(&model);
    assert!(shown.contains("HISTORY") && shown.contains("relaunch by ops: unfinished"), "{shown}");
    assert!(shown.contains("✖ dead: ended with status 127"), "{shown}");
    assert!(!shown.contains("coder1"), "that happened to somebody else:\n{shown}");
}

#[test]
fn a_pause_that_is_not_in_the_log_says_so_first_and_can_be_taken_back_for_a_reason() {
    let mut model = on("coder0");
    let asked = press(&mut model, "p");
    sample::acting::preview(&mut model, &asked);
    let effects = press(&mut model, "Enter");
    let [(id, word, target)] = sample::acting::carried_out(&effects).try_into().unwrap();
    let unlogged = Some("no space left".to_owned());
    let mut outcome = sample::acting::outcome(word, &target, Ending::Done, "coder0 is paused");
    outcome.unlogged = unlogged;
    update(&mut model, Event::Job(id, JobNews::Ended(Box::new(outcome))));
    assert!(model.notice().unwrap().contains("pause done: NOT IN THE LOG"), "{:?}", model.notice());

    let mut fleet = sample::fleet();
    let pause = Pause { by: None, host: None, at: None, reason: None };
    fleet.rows.iter_mut().filter(|row| row.name == "coder0").for_each(|row| row.pause = Some(pause.clone()));
    model.show_fleet(fleet);
    let asked = press(&mut model, "p");
    let effects = sample::acting::preview(&mut model, &asked);
    let [(id, word, target)] = sample::acting::carried_out(&effects).try_into().unwrap();
    let refusal = Refusal::Log("no space left".into());
    sample::acting::ended(&mut model, id, word, &target, Ending::Refused(refusal), "the action log cannot be written");
    let shown = text(&model);
    assert!(shown.contains("resume coder0?") && shown.contains("f forces it"), "{shown}");
    press(&mut model, "f d i s k");
    let asked = press(&mut model, "Enter");
    sample::acting::preview(&mut model, &asked);
    let given = orders(&press(&mut model, "y"));
    assert_eq!(given[0].0, Order { act: Act::Resume, forced: Some("disk".into()) });
}

#[test]
fn an_order_that_nobody_can_carry_out_ends_in_words() {
    let mut model = on("coder0");
    let effects = press(&mut model, "i");
    let [(id, word, target)] = sample::acting::carried_out(&effects).try_into().unwrap();
    let refusal = Refusal::ReadOnly("this dashboard only looks".into());
    sample::acting::ended(&mut model, id, word, &target, Ending::Refused(refusal), "this dashboard only looks");
    assert_eq!(model.jobs().last().unwrap().parts[0].state.mood(), Mood::Bad);
    assert!(model.notice().unwrap().contains("refused: this dashboard only looks"));
}
