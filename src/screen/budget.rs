//! How much of what costs whole rows a piece of bytes may ask for.
//!
//! A few bytes are enough to ask for a whole screen to be moved or emptied, which costs as much as a screen of text. What
//! is asked for beyond this is left out; the tap finds it when the pane rests.

use super::Size;

/// So many screens are kept of what was earned and not asked for: for a burst of frames that draw little.
const MOST_KEPT: usize = 64;

/// So many there are for any piece: a clock that is all that a pane shows clears it with little more than the bytes for it.
const LEAST: usize = 8;

/// What is left to be asked for, in rows that are moved or emptied. Each byte earns one: more than anything needs that
/// also draws.
pub(super) struct Budget {
    screen: usize,
    left: usize,
}

impl Budget {
    /// That of a screen of which nothing was asked yet.
    pub(super) fn new(size: Size) -> Self {
        let screen = usize::from(size.rows);
        Self { screen, left: MOST_KEPT * screen }
    }

    /// Another piece of so many bytes begins.
    pub(super) fn begin(&mut self, bytes: usize) {
        self.left = self.left.clamp(LEAST * self.screen, MOST_KEPT * self.screen) + bytes;
    }

    /// Whether so many rows may be asked for.
    pub(super) fn affords(&mut self, rows: usize) -> bool {
        let left = self.left.checked_sub(rows);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }

    /// The same for whole screens.
    pub(super) fn affords_screens(&mut self, screens: usize) -> bool {
        self.affords(screens * self.screen)
    }
}
