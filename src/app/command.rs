//! The command line (`:`): any action by its name, with completion.
//!
//! PURE, a part of [`super::update`]. What is typed is found in the table of actions, and does what its key would do.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;

use super::{action, dialog_keys::type_into, effect::Effect, keys::offered, mode::Mode, model::Model};

/// One key in the command line.
pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let Mode::Command(input) = &mut model.mode else { return Vec::new() };
    match key.code {
        KeyCode::Enter => {
            let typed = input.value().trim().to_owned();
            model.mode = Mode::Normal;
            return command(model, &typed);
        }
        KeyCode::Esc => model.mode = Mode::Normal,
        KeyCode::Backspace if input.value().is_empty() => model.mode = Mode::Normal,
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => return vec![Effect::Quit],
        KeyCode::Tab => {
            if let Some(longer) = completed(input.value()) {
                *input = Input::new(longer);
            }
        }
        _ => type_into(input, key),
    }
    Vec::new()
}

fn command(model: &mut Model, typed: &str) -> Vec<Effect> {
    if typed.is_empty() {
        return Vec::new();
    }
    match action::named(typed).as_slice() {
        [one] => offered(model, one.id),
        [] => {
            model.notice = Some(format!("no action is called {typed:?}; ? lists them"));
            Vec::new()
        }
        several => {
            let names: Vec<&str> = several.iter().map(|spec| spec.name).collect();
            model.notice = Some(format!("{typed:?} could be {}", names.join(", ")));
            Vec::new()
        }
    }
}

/// As much as all names that begin so have in common.
fn completed(typed: &str) -> Option<String> {
    let mut names = action::table().iter().map(|spec| spec.name).filter(|name| name.starts_with(typed));
    let first = names.next()?;
    let common = names.fold(first, |common, name| {
        let same = common.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
        &common[..same]
    });
    Some(common.to_owned())
}
