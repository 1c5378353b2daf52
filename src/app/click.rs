//! What a click does in a dialog: it chooses what stands there, or presses the key that a hint names.
//!
//! PURE, a part of [`super::mouse`]. It does nothing that a key could not do, and what asks first asks here, too: a second
//! click soon after another is never a yes.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Position, Rect};

use super::{
    action::{self, Danger},
    chooser,
    effect::Effect,
    help, keys,
    layout::inside,
    mode::Mode,
    model::Model,
    places,
    words::{fit_hint, width},
};

/// What stands between the hints of the last line.
const BETWEEN: &str = " · ";

/// What is said of one that comes too soon after another: in the place of the yes, where the next one is a yes.
const SECOND: &str = "a second click is no yes: wait a moment, and click once";

/// A click while a dialog or a list is open; `again`: soon after another one.
pub(super) fn in_dialog(model: &mut Model, at: Position, again: bool) -> Vec<Effect> {
    if model.layout().footer.contains(at) {
        return hint(model, at, again);
    }
    match model.mode {
        Mode::Help { .. } | Mode::Problems { .. } => over_all(model, at),
        Mode::Answer(_) | Mode::Columns(_) => choose(model, at, again),
        _ => Vec::new(),
    }
}

fn press(model: &mut Model, code: KeyCode) -> Vec<Effect> {
    keys::press(model, KeyEvent::from(code))
}

/// The title closes; a line of the help does what its key does, unless that changes something.
fn over_all(model: &mut Model, at: Position) -> Vec<Effect> {
    let plan = model.layout();
    if at.y == plan.body.y {
        return press(model, KeyCode::Esc);
    }
    let area = inside(plan.body, plan.form);
    let Mode::Help { scroll, .. } = model.mode else { return Vec::new() };
    if !area.contains(at) {
        return Vec::new();
    }
    let line = scroll + usize::from(at.y - area.y);
    let found = help::action_at(model, area.width, (line, at.x - area.x)).and_then(action::spec);
    match found {
        Some(spec) if spec.danger == Danger::Looks => {
            places::close(model);
            keys::by_name(model, spec.id)
        }
        Some(spec) => {
            let key = model.keymap().keys_of(spec.id).into_iter().next().unwrap_or_default();
            model.notice = Some(format!("{} changes the fleet: close this and press {key}", spec.name));
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// A line chooses what it offers; another click on what was chosen takes it, unless it comes too soon to be one of its own.
fn choose(model: &mut Model, at: Position, again: bool) -> Vec<Effect> {
    let (place, scroll) = model.dialog_place();
    let area: Rect = inside(place, model.layout().form);
    if !area.contains(at) {
        return Vec::new();
    }
    let lines = model.dialog_lines(usize::from(area.width));
    let Some(choice) = lines.get(scroll + usize::from(at.y - area.y)).and_then(|said| said.choice) else {
        return Vec::new();
    };
    match &mut model.mode {
        Mode::Columns(chooser) => {
            chooser.go(choice);
            chooser.toggle();
            chooser::take_up(model);
            Vec::new()
        }
        Mode::Answer(ask) if ask.is_taken_by(choice) && again => {
            ask.says = Some(SECOND.to_owned());
            Vec::new()
        }
        Mode::Answer(ask) if ask.is_taken_by(choice) => press(model, KeyCode::Enter),
        Mode::Answer(ask) => {
            let by = choice.cast_signed() - ask.cursor.cast_signed();
            ask.step(by);
            ask.says = Some("chosen: another click takes it, a moment later".to_owned());
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// A hint of the last line is its key.
fn hint(model: &mut Model, at: Position, again: bool) -> Vec<Effect> {
    let footer = model.layout().footer;
    let says = match &model.mode {
        _ if model.is_unseen() => return Vec::new(),
        Mode::Confirm(confirm) if confirm.says.as_deref().is_none_or(|says| says == SECOND) => confirm.hint(),
        Mode::Answer(ask) => ask.hint(),
        Mode::Columns(chooser) if chooser.says.is_none() => chooser::HINT,
        _ => return Vec::new(),
    };
    let shown = fit_hint(says, usize::from(footer.width).saturating_sub(1));
    match hint_at(&shown, usize::from(at.x - footer.x).saturating_sub(1)) {
        Some("y") if again => {
            match &mut model.mode {
                Mode::Confirm(confirm) => confirm.says = Some(SECOND.to_owned()),
                Mode::Answer(ask) => ask.says = Some(SECOND.to_owned()),
                _ => {}
            }
            Vec::new()
        }
        Some("y") => press(model, KeyCode::Char('y')),
        Some("f") => press(model, KeyCode::Char('f')),
        Some("d") => press(model, KeyCode::Char('d')),
        Some("Space") => press(model, KeyCode::Char(' ')),
        Some("Enter") => press(model, KeyCode::Enter),
        Some("Esc") => press(model, KeyCode::Esc),
        _ => Vec::new(),
    }
}

/// The first word of the hint that stands there: its key.
fn hint_at(shown: &str, cell: usize) -> Option<&str> {
    let mut begins = 0;
    shown.split(BETWEEN).find_map(|hint| {
        let is_it = (begins..begins + width(hint)).contains(&cell);
        begins += width(hint) + width(BETWEEN);
        is_it.then(|| hint.split(' ').next()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_hit_from_its_key_to_its_last_letter() {
        let shown = "y does it · f also what is held · Esc leaves it";
        for (cell, expected) in [
            (0, Some("y")),
            (8, Some("y")),
            (9, None),
            (12, Some("f")),
            (34, Some("Esc")),
            (46, Some("Esc")),
            (47, None),
        ] {
            assert_eq!(hint_at(shown, cell), expected, "{cell}");
        }
    }
}
