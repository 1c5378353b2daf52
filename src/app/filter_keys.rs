//! The filter while it is typed: the list follows each key.
//!
//! PURE, a part of [`super::update`]. What is no filter leaves the last good one in force, and says why.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;

use super::{
    dialog_keys::type_into,
    effect::Effect,
    mode::{FilterPrompt, Mode},
    model::{Model, View},
};
use crate::fleet::filter::Filter;

/// Opens the filter of what is listed: of the fleet, or of the log.
pub(super) fn open(model: &mut Model) {
    let log = matches!(model.view, View::Log { .. }).then(|| model.desk.log.filter.clone());
    let before = log.unwrap_or_else(|| model.listing.filter_text().to_owned());
    model.mode = Mode::Filter(FilterPrompt { input: Input::new(before.clone()), before, error: None });
}

/// One key.
pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let Mode::Filter(prompt) = &mut model.mode else { return Vec::new() };
    match key.code {
        KeyCode::Enter => {
            // What is not a filter stays open, with its reason beside it.
            if prompt.error.is_none() {
                model.mode = Mode::Normal;
            }
        }
        KeyCode::Esc => {
            let before = std::mem::take(&mut prompt.before);
            model.mode = Mode::Normal;
            set_filter(model, &before);
        }
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => return vec![Effect::Quit],
        KeyCode::Up | KeyCode::Down => {
            model.listing.step(if key.code == KeyCode::Down { 1 } else { -1 });
            model.moved();
        }
        _ => {
            type_into(&mut prompt.input, key);
            follow(model);
        }
    }
    Vec::new()
}

/// Lets the list follow what is typed; what is no filter leaves the last good one in force and says why.
pub(super) fn follow(model: &mut Model) {
    let Mode::Filter(prompt) = &mut model.mode else { return };
    let text = prompt.input.value().to_owned();
    let in_log = matches!(model.view, View::Log { .. });
    prompt.error = if in_log { None } else { Filter::parse(&text).err() };
    if prompt.error.is_none() {
        set_filter(model, &text);
    }
}

fn set_filter(model: &mut Model, text: &str) {
    if let View::Log { scroll } = &mut model.view {
        *scroll = 0;
        return text.clone_into(&mut model.desk.log.filter);
    }
    if let Ok(filter) = Filter::parse(text) {
        model.listing.set_filter(text, filter);
        model.arrange();
    }
}
