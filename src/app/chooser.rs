//! Choosing the columns of the table: which are there, and in which order.
//!
//! PURE, a part of [`super::update`]. Each change is seen at once behind the list, and remembered for the next start.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{
    dialog::{Page, Said, Tone},
    mode::Mode,
    model::Model,
    places,
};
use crate::fleet::sort::Column;

/// The list of all columns while some are chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chooser {
    /// Every column, those that are wanted first, and whether it is wanted.
    all: Vec<(Column, bool)>,
    /// Which line the keys are about.
    pub cursor: usize,
    /// Words about the last key.
    pub says: Option<&'static str>,
}

/// So many columns are enough for it.
pub const WIDTH: u16 = 28;

/// What the keys do.
pub const HINT: &str = "Space shows or hides · < > move it · d as configured · Esc closes";

impl Chooser {
    /// With these columns, in their order.
    #[must_use]
    pub fn of(wanted: &[Column]) -> Self {
        let others = Column::ALL.into_iter().filter(|column| !wanted.contains(column));
        let all = wanted.iter().map(|column| (*column, true)).chain(others.map(|column| (column, false)));
        Self { all: all.collect(), cursor: 0, says: None }
    }

    /// The columns that are wanted.
    fn wanted(&self) -> Vec<Column> {
        self.all.iter().filter(|(_, wanted)| *wanted).map(|(column, _)| *column).collect()
    }

    /// To a line, as far as there is one.
    pub fn go(&mut self, line: usize) {
        self.cursor = line.min(self.all.len().saturating_sub(1));
    }

    /// Shows or hides the column; the last one stays.
    pub fn toggle(&mut self) {
        let last = self.wanted().len() == 1;
        let Some((_, wanted)) = self.all.get_mut(self.cursor) else { return };
        if last && *wanted {
            self.says = Some("one column stays");
        } else {
            *wanted = !*wanted;
        }
    }

    /// Moves the column to the left or to the right, which is up or down in the list.
    fn shift(&mut self, right: bool) {
        let to = if right { self.cursor + 1 } else { self.cursor.wrapping_sub(1) };
        if to < self.all.len() {
            self.all.swap(self.cursor, to);
            self.cursor = to;
        }
    }
}

/// Opens the list.
pub(super) fn open(model: &mut Model) {
    model.mode = Mode::Columns(Chooser::of(model.columns()));
}

/// One key.
pub(super) fn key(model: &mut Model, key: KeyEvent) {
    let Mode::Columns(chooser) = &mut model.mode else { return };
    chooser.says = None;
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c') if control => return close(model),
        KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q' | 'c') => return close(model),
        KeyCode::Down | KeyCode::Char('j') => chooser.go(chooser.cursor + 1),
        KeyCode::Up | KeyCode::Char('k') => chooser.go(chooser.cursor.saturating_sub(1)),
        KeyCode::Home | KeyCode::Char('g') => chooser.go(0),
        KeyCode::End | KeyCode::Char('G') => chooser.go(usize::MAX),
        KeyCode::Char(' ' | 'x') => chooser.toggle(),
        KeyCode::Char('<' | 'h' | 'K') | KeyCode::Left => chooser.shift(false),
        KeyCode::Char('>' | 'l' | 'J') | KeyCode::Right => chooser.shift(true),
        KeyCode::Char('d') => {
            model.columns = None;
            let cursor = chooser.cursor;
            open(model);
            if let Mode::Columns(chooser) = &mut model.mode {
                chooser.go(cursor);
            }
            return;
        }
        _ => {}
    }
    take_up(model);
}

/// What is chosen counts from now on.
pub(super) fn take_up(model: &mut Model) {
    let Mode::Columns(chooser) = &model.mode else { return };
    let wanted = chooser.wanted();
    if wanted != model.columns() {
        model.columns = Some(wanted);
    }
}

fn close(model: &mut Model) {
    model.mode = places::resting(model);
}

/// The list's lines.
#[must_use]
pub fn lines(chooser: &Chooser, width: usize) -> Vec<Said> {
    let mut page = Page::new(width);
    for (place, (column, wanted)) in chooser.all.iter().enumerate() {
        let (mark, tone) = match (place == chooser.cursor, wanted) {
            (true, _) => ("▸ ", Tone::Chosen),
            (false, true) => ("  ", Tone::Plain),
            (false, false) => ("  ", Tone::Dim),
        };
        let check = if *wanted { "[x]" } else { "[ ]" };
        page.offer(place, mark, tone, &format!("{check} {}", column.name()));
    }
    page.lines
}
