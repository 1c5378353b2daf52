//! Which part of a picture that is bigger than its tile is shown, and how that moves.
//!
//! PURE, a part of [`super::update`].

use super::{
    mirror::{Pan, origin},
    model::{Change, Model},
};
use crate::screen::Size;

/// How far one key pans to the side: lines are read in words, not letters.
pub(super) const COLUMNS: isize = 8;

/// What is seen of the picture: its size, that of its tile, and the first row and column that are shown.
fn seen(model: &Model) -> Option<(Size, Size, (u16, u16))> {
    let tile = model.layout().cells;
    let tile = Size { rows: tile.height, cols: tile.width };
    let screen = model.picture()?;
    Some((screen.size(), tile, origin(screen.size(), model.focus(screen), tile, model.pan())))
}

/// Moves the part of the mirror that is shown, from where it is now.
pub(super) fn by(model: &mut Model, down: isize, right: isize) {
    let Some((pane, tile, (row, col))) = seen(model) else { return };
    let moved =
        |from: u16, by: isize, end: u16| usize::from(from).saturating_add_signed(by).min(usize::from(end)) as u16;
    model.pan = Pan::At {
        row: moved(row, down, pane.rows.saturating_sub(tile.rows)),
        col: moved(col, right, pane.cols.saturating_sub(tile.cols)),
    };
    model.change = Change::Everything;
}

/// Whether there is no more of the picture above what is shown.
pub(super) fn at_top(model: &Model) -> bool {
    seen(model).is_some_and(|(_, _, (row, _))| row == 0)
}

/// How many rows of the picture there are below what is shown.
pub(super) fn below(model: &Model) -> usize {
    seen(model).map_or(0, |(pane, tile, (row, _))| usize::from(pane.rows.saturating_sub(row + tile.rows)))
}
