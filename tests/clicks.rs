//! What the mouse does beyond the list: on column heads, in dialogs, in the help; and the columns that are chosen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "these are tests")]

use crossterm::event::{Event as TerminalEvent, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use mosaic_top::{
    app::{
        effect::Effect,
        event::Event,
        keymap::Chord,
        mode::Mode,
        model::{Model, Start},
        sample,
        update::update,
    },
    config::memory::Remembered,
    fleet::{
        gate::Opt,
        row::Fleet,
        sort::{Column, Sort},
    },
    ui::{draw, theme::Theme},
};
use ratatui::{buffer::Buffer, layout::Rect};

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let event = |key: &str| Event::Terminal(TerminalEvent::Key(KeyEvent::from(key.parse::<Chord>().unwrap())));
    keys.split_whitespace().flat_map(|key| update(model, event(key))).collect()
}

fn lines(model: &Model) -> Vec<String> {
    let (width, height) = model.size();
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    draw(model, &Theme::dark(), &mut buffer);
    (0..height).map(|y| (0..width).map(|x| buffer[(x, y)].symbol()).collect()).collect()
}

/// A click where these words are drawn, on their first letter.
#[track_caller]
fn click(model: &mut Model, words: &str) -> Vec<Effect> {
    let lines = lines(model);
    let found = lines.iter().enumerate().find_map(|(y, line)| {
        let at = line.find(words)?;
        Some((line[..at].chars().count(), y))
    });
    let (column, row) = found.unwrap_or_else(|| panic!("{words:?} is not on the screen:\n{}", lines.join("\n")));
    let (column, row) = (u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
    let kind = MouseEventKind::Down(MouseButton::Left);
    let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    update(model, Event::Terminal(TerminalEvent::Mouse(event)))
}

/// Long enough that a click is no second one.
fn wait(model: &mut Model) {
    let later = model.now().unwrap().checked_add(std::time::Duration::from_secs(3)).unwrap();
    update(model, Event::Tick(later));
}

#[test]
fn a_click_on_a_columns_head_sorts_and_the_next_one_turns_it_around() {
    for (size, head, column) in [((160, 45), "IDLE", Column::Idle), ((80, 24), "AGENT", Column::Agent)] {
        let mut model = sample::model(size);
        click(&mut model, head);
        assert_eq!(model.listing().sort(), Sort { column: Some(column), reversed: false });
        click(&mut model, head);
        assert_eq!(model.listing().sort(), Sort { column: Some(column), reversed: true });
        click(&mut model, "STATE");
        assert_eq!(model.listing().sort(), Sort { column: Some(Column::State), reversed: false });
    }
}

#[test]
fn in_front_of_a_prompt_a_click_chooses_and_the_next_one_answers() {
    let mut model = sample::model((120, 40));
    press(&mut model, "a");
    let Mode::Answer(ask) = model.mode() else { panic!("no prompt") };
    let (labels, chosen): (Vec<String>, usize) =
        (ask.prompt.options.iter().map(|option| option.label.clone()).collect(), ask.cursor);
    let other = (0..labels.len()).find(|place| *place != chosen && !ask.prompt.options[*place].dangerous).unwrap();
    assert!(click(&mut model, &format!("  {}", labels[other])).is_empty());
    let Mode::Answer(ask) = model.mode() else { panic!("it is closed") };
    assert_eq!(ask.cursor, other);
    let words = format!("▸ {}", labels[other]);
    assert!(click(&mut model, &words).is_empty(), "the second half of a double click is no answer");
    assert!(lines(&model).join("\n").contains("a second click is no yes"));
    wait(&mut model);
    let answered = click(&mut model, &words);
    assert!(matches!(answered.as_slice(), [Effect::CarryOut(..)]), "{answered:?}");
}

#[test]
fn one_click_on_what_is_highlighted_anyway_answers_nothing() {
    let mut model = asks(&[("Yes", true), ("No", false)]);
    assert!(click(&mut model, "▸ Yes").is_empty());
    assert!(matches!(model.mode(), Mode::Answer(_)));
    wait(&mut model);
    assert!(matches!(click(&mut model, "▸ Yes").as_slice(), [Effect::CarryOut(..)]));
}

/// The dialog of a prompt with these options, none of them dangerous; highlighted or not.
fn asks(options: &[(&str, bool)]) -> Model {
    let mut model = sample::model((120, 40));
    model.show_fleet(prompting(options));
    press(&mut model, "a");
    model
}

fn prompting(options: &[(&str, bool)]) -> Fleet {
    let mut fleet = sample::fleet();
    let prompt = fleet.rows[0].prompt.as_mut().unwrap();
    let first = prompt.options[1].clone();
    let option =
        |(label, selected): &(&str, bool)| Opt { label: (*label).to_owned(), selected: *selected, ..first.clone() };
    prompt.options = options.iter().map(option).collect();
    fleet
}

#[test]
fn a_mirror_in_which_something_is_marked_is_not_called_live() {
    let mut model = sample::model((120, 40));
    let cells = model.layout().cells;
    let mouse = |model: &mut Model, kind, x: u16| {
        let event = MouseEvent { kind, column: cells.x + x, row: cells.y + 1, modifiers: KeyModifiers::NONE };
        update(model, Event::Terminal(TerminalEvent::Mouse(event)))
    };
    mouse(&mut model, MouseEventKind::Down(MouseButton::Left), 2);
    mouse(&mut model, MouseEventKind::Drag(MouseButton::Left), 9);
    let shown = lines(&model).join("\n");
    assert!(shown.contains("PAUSED") && !shown.contains("● live"), "{shown}");
    let mut settings = model.settings().clone();
    settings.config.mouse = false;
    update(&mut model, Event::Settings(Box::new(settings)));
    assert!(model.drag().is_none(), "the button that ends it is never heard of");
    assert!(lines(&model).join("\n").contains("● live"));
}

#[test]
fn a_yes_is_clicked_once_and_never_by_a_second_click() {
    let mut model = sample::model((120, 40));
    let asked = press(&mut model, "R");
    sample::acting::preview(&mut model, &asked);
    assert!(click(&mut model, "trust gate").is_empty());
    assert!(click(&mut model, "y does it").is_empty(), "a second click");
    assert!(matches!(model.mode(), Mode::Confirm(_)));
    wait(&mut model);
    assert!(matches!(click(&mut model, "a second click is no yes").as_slice(), [Effect::CarryOut(..)]));
    let mut model = sample::model((120, 40));
    let asked = press(&mut model, "R");
    sample::acting::preview(&mut model, &asked);
    click(&mut model, "Esc leaves it");
    assert!(matches!(model.mode(), Mode::Normal));
}

#[test]
fn a_line_of_the_help_is_its_key_unless_it_changes_something() {
    let mut model = sample::model((160, 45));
    press(&mut model, "?");
    click(&mut model, "what needs a human, worst first");
    assert!(matches!((model.mode(), model.view()), (Mode::Normal, mosaic_top::app::model::View::Attention)));
    press(&mut model, "?");
    assert!(click(&mut model, "interrupt the current turn").is_empty());
    assert_eq!(model.notice(), Some("interrupt changes the fleet: close this and press i"));
    click(&mut model, "Esc closes");
    assert!(matches!(model.mode(), Mode::Normal));
}

#[test]
fn the_help_is_searched_as_one_types() {
    let mut model = sample::model((80, 24));
    press(&mut model, "? / c l i p");
    let shown = lines(&model).join("\n");
    assert!(shown.contains("clipboard") && !shown.contains("MOVE"), "{shown}");
    press(&mut model, "Enter Esc ?");
    assert!(lines(&model).join("\n").contains("MOVE"));
}

#[test]
fn columns_are_chosen_moved_and_remembered() {
    let mut model = Model::new(Start { remembers: true, ..sample::told((160, 45)) });
    model.show_fleet(sample::fleet());
    update(&mut model, Event::Tick(sample::at()));
    let heads = |model: &Model| lines(model).into_iter().find(|line| line.contains("STATE")).unwrap();
    assert!(heads(&model).contains("RUNTIME"));
    press(&mut model, "c");
    let runtime = model.columns().iter().position(|column| *column == Column::Runtime).unwrap();
    press(&mut model, &"j ".repeat(runtime));
    press(&mut model, "Space");
    assert!(!heads(&model).contains("RUNTIME"), "seen at once");
    press(&mut model, "g >");
    assert_eq!(model.columns()[..2], [Column::Class, Column::Agent]);
    let kept = press(&mut model, "Esc");
    let [Effect::Remember { view: Remembered { columns: Some(columns), .. }, .. }] = kept.as_slice() else {
        panic!("{kept:?}")
    };
    assert_eq!(columns.as_slice(), model.columns());
    let again = Start {
        remembered: Some(Remembered { columns: Some(columns.clone()), ..Remembered::default() }),
        ..sample::told((160, 45))
    };
    assert_eq!(Model::new(again).columns(), model.columns());
    press(&mut model, "c d Esc");
    assert_eq!(model.columns(), Column::ALL);
}

#[test]
fn one_column_stays_and_a_click_shows_or_hides() {
    let mut model = sample::model((160, 45));
    press(&mut model, "c");
    click(&mut model, "[x] runtime");
    assert!(!model.columns().contains(&Column::Runtime));
    click(&mut model, "[ ] runtime");
    assert!(model.columns().contains(&Column::Runtime));
    press(&mut model, "g");
    press(&mut model, &"Space j ".repeat(15));
    assert_eq!(model.columns().len(), 1);
}
