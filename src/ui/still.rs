//! What stands over a mirror: how far it is scrolled back or for how long it is held, what a search has found, and what is
//! marked with the mouse.
//!
//! PURE. It changes the styles of cells that are there already, and adds no text to them.

use ratatui::{
    buffer::Buffer,
    layout::Position,
    style::{Modifier, Style},
    text::Line,
};

use super::theme::Theme;
use crate::{
    app::{mirror::origin, model::Model, still::Still, words::width},
    screen::{Screen, Size},
};

/// The least that a frame keeps for the agent's name.
const NAME: usize = 14;

/// How it stands, as long as there is room for it in a frame of this width.
pub(super) fn label(model: &Model, still: &Still, frame: u16, theme: &Theme) -> Line<'static> {
    let room = usize::from(frame).saturating_sub(4 + NAME + 2);
    let says = still.says(model.now());
    let fitting = says.iter().find(|words| width(words) <= room).or(says.last());
    Line::styled(format!(" {} ", fitting.map_or("", String::as_str)), theme.warn)
}

/// Marks what a search has found, and what the mouse has marked, in the part of the screen that the tile shows.
pub(super) fn marks(model: &Model, screen: &Screen, theme: &Theme, buffer: &mut Buffer) {
    let search = model.still().and_then(|still| Some((still, still.search.as_ref()?)));
    if search.is_none() && model.drag().is_none() {
        return;
    }
    let area = model.layout().cells.intersection(buffer.area);
    let tile = Size { rows: area.height, cols: area.width };
    let (top, left) = origin(screen.size(), model.focus(screen), tile, model.pan());
    let found = search.map(|(_, search)| search.marks(screen)).unwrap_or_default();
    for y in 0..area.height.min(screen.size().rows - top) {
        let row = top + y;
        let at = |col: u16| Position::new(area.x + col - left, area.y + y);
        let shown = |col: &u16| (left..left.saturating_add(area.width)).contains(col);
        if let Some((still, search)) = search {
            let looked_at = search.line() == Some(still.first() + usize::from(row));
            let style = if looked_at { theme.banner_warn } else { theme.banner_note };
            let here = found.iter().filter(|(there, ..)| *there == row).flat_map(|(_, from, to)| *from..*to);
            here.filter(shown).for_each(|col| mark(at(col), style, buffer));
        }
        if let Some(drag) = model.drag() {
            let marked = (0..screen.size().cols).filter(|col| drag.marks(row, *col));
            marked.filter(shown).for_each(|col| reverse(at(col), buffer));
        }
    }
}

/// A style of ours in place of the pane's: also where colours are off a hit stands out.
fn mark(at: Position, style: Style, buffer: &mut Buffer) {
    if let Some(cell) = buffer.cell_mut(at) {
        cell.set_style(Style::reset());
        cell.set_style(style);
        if style.bg.is_none() {
            cell.modifier.insert(Modifier::REVERSED);
        }
    }
}

fn reverse(at: Position, buffer: &mut Buffer) {
    if let Some(cell) = buffer.cell_mut(at) {
        cell.modifier.toggle(Modifier::REVERSED);
    }
}
