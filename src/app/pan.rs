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

/// Moves the part of the mirror that is shown, from where it is now.
pub(super) fn by(model: &mut Model, down: isize, right: isize) {
    let tile = model.layout().cells;
    let Some(screen) = model.picture() else { return };
    let (pane, tile) = (screen.size(), Size { rows: tile.height, cols: tile.width });
    let (row, col) = origin(pane, model.focus(screen), tile, model.pan);
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
    let tile = model.layout().cells;
    let tile = Size { rows: tile.height, cols: tile.width };
    let place = model.picture().map(|screen| origin(screen.size(), model.focus(screen), tile, model.pan));
    place.is_some_and(|(row, _)| row == 0)
}
