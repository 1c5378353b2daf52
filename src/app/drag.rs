//! Text that is marked with the mouse on a mirror, and copied when the button is let go.
//!
//! PURE, a part of [`super::update`]. While it is marked the picture stands still, so that what is copied is what was seen.

use crossterm::event::{KeyModifiers, MouseEvent};
use ratatui::layout::{Position, Rect};

use super::{
    clip,
    effect::Effect,
    mirror::origin,
    mode::Mode,
    model::{Change, Model},
};
use crate::screen::{Screen, Size};

/// What is marked.
#[derive(Debug)]
pub struct Drag {
    /// Row and column of the screen where the button was pressed, and where the mouse is.
    from: (u16, u16),
    to: (u16, u16),
    /// A block of columns rather than lines: Alt or Ctrl was held.
    block: bool,
    /// The picture as it was; none while the mirror stands still by itself, or nothing is marked yet.
    screen: Option<Box<Screen>>,
    moved: bool,
}

impl Drag {
    /// Whether a cell is marked.
    #[must_use]
    pub fn marks(&self, row: u16, col: u16) -> bool {
        let (first, last) = (self.from.min(self.to), self.from.max(self.to));
        let (left, right) = (self.from.1.min(self.to.1), self.from.1.max(self.to.1));
        self.moved
            && if self.block {
                (first.0..=last.0).contains(&row) && (left..=right).contains(&col)
            } else {
                first <= (row, col) && (row, col) <= last
            }
    }

    /// The picture as it was when the marking began.
    #[must_use]
    pub fn screen(&self) -> Option<&Screen> {
        self.screen.as_deref()
    }

    /// The text that is marked.
    #[must_use]
    pub fn text(&self, screen: &Screen) -> String {
        screen.text_between(self.from, self.to, self.block)
    }
}

/// The button was pressed on a mirror; nothing is marked yet. Whether it was on one.
pub(super) fn begin(model: &mut Model, event: MouseEvent) -> bool {
    model.drag = None;
    let on = model.layout().cells.contains(Position::new(event.column, event.row));
    let mirror = on && matches!(model.mode, Mode::Normal | Mode::Zoom | Mode::Still(_));
    let Some(at) = cell(model, event).filter(|_| mirror) else { return false };
    let block = event.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::CONTROL);
    model.drag = Some(Drag { from: at, to: at, block, screen: None, moved: false });
    true
}

/// The mouse moves with the button held.
pub(super) fn go_on(model: &mut Model, event: MouseEvent) {
    let Some(at) = cell(model, event) else { return };
    let begins = model.drag.as_ref().is_some_and(|drag| !drag.moved) && model.still().is_none();
    let picture = model.picture().filter(|_| begins).map(|screen| Box::new(screen.still()));
    let Some(drag) = &mut model.drag else { return };
    drag.screen = drag.screen.take().or(picture);
    (drag.to, drag.moved) = (at, true);
    model.change = Change::Everything;
}

/// The button was let go: what is marked is copied. On a mirror that stands still it stays marked.
pub(super) fn end(model: &mut Model) -> Vec<Effect> {
    let Some(drag) = model.drag.take().filter(|drag| drag.moved) else { return Vec::new() };
    model.change = Change::Everything;
    let text = drag.screen().or(model.picture()).map(|screen| drag.text(screen));
    if model.still().is_some() {
        model.drag = Some(drag);
    }
    text.map_or_else(Vec::new, |text| clip::copy(model, &text))
}

/// The cell of the screen that stands there; of the nearest one where the mouse has left the mirror.
fn cell(model: &Model, event: MouseEvent) -> Option<(u16, u16)> {
    let area: Rect = model.layout().cells;
    let screen = model.picture()?;
    if area.is_empty() {
        return None;
    }
    let tile = Size { rows: area.height, cols: area.width };
    let (top, left) = origin(screen.size(), model.focus(screen), tile, model.pan());
    let y = event.row.clamp(area.y, area.bottom() - 1) - area.y;
    let x = event.column.clamp(area.x, area.right() - 1) - area.x;
    let size = screen.size();
    Some(((top + y).min(size.rows.saturating_sub(1)), (left + x).min(size.cols.saturating_sub(1))))
}
