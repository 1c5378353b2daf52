//! Where the cursor goes, and what it is kept with: saved cursors, the scroll region, the alternate screen.
//!
//! In tmux's words rather than the engine's, which keeps one saved cursor and one region a screen where tmux has one
//! for both.

use super::{
    Cell, paint,
    state::Saved,
    translate::{Translator, number},
};

impl Translator {
    /// Puts the cursor at an absolute place; a column past the edge is a pending wrap.
    pub(super) fn go(&mut self, row: u16, col: u16) {
        self.flush();
        let pen = self.pen();
        let mut said = Vec::new();
        self.write_place(row, col, &mut said);
        self.say(&said);
        if col >= self.size().cols {
            self.say(&pen);
        }
    }

    /// Writes down how the cursor gets to an absolute place. A wrap is pending only after a character was drawn in
    /// the last column: then that one is drawn again, and the pen is left as that cell's.
    pub(super) fn write_place(&self, row: u16, col: u16, out: &mut Vec<u8>) {
        let top = if self.state.origin { self.state.region.0 } else { 0 };
        let line = row.saturating_sub(top);
        if col < self.size().cols {
            return paint::move_to(line, col, out);
        }
        let cell_at = |col| self.screen().cell(row, col).map(Cell::exactly);
        let mut at = self.size().cols.saturating_sub(1);
        if cell_at(at).is_some_and(|cell| cell.continuation) {
            at = at.saturating_sub(1);
        }
        paint::move_to(line, at, out);
        if let Some(cell) = cell_at(at) {
            paint::style(cell.style, out);
            out.extend_from_slice(if cell.text.is_empty() { b" " } else { cell.text.as_bytes() });
        }
    }

    /// A wrap is pending behind a cell that holds nothing, because something was erased or moved below the cursor. The
    /// engine has a row go on only behind a cell that was written, tmux in any case: so a blank is written there.
    pub(super) fn keep_edge(&mut self) {
        let at = self.here();
        if at.col >= self.size().cols {
            self.go(at.row, at.col);
        }
    }

    /// The same where a wide character does not fit into the last column.
    pub(super) fn fill_edge(&mut self) {
        let at = self.here();
        let edge = self.screen().cell(at.row, at.col).filter(|cell| !cell.has_contents());
        if let Some(style) = edge.map(|cell| Cell::exactly(cell).style) {
            let (pen, mut said) = (self.pen(), Vec::new());
            paint::style(style, &mut said);
            said.extend_from_slice(b" \x1b[m");
            said.extend_from_slice(&pen);
            self.say(&said);
        }
    }

    /// The cursor as tmux keeps it: a pending wrap is forgotten.
    pub(super) fn save(&mut self) -> Saved {
        let cursor = self.here();
        Saved {
            row: cursor.row,
            col: cursor.col.min(self.size().cols.saturating_sub(1)),
            pen: self.pen(),
            origin: self.state.origin,
            charset: self.state.charset,
        }
    }

    /// DECRC, in our own words: the engine keeps one saved cursor a screen, tmux one for both.
    pub(super) fn restore(&mut self) {
        let saved = self.state.saved.clone();
        self.state.charset = saved.charset;
        self.set_origin(saved.origin);
        self.go(saved.row, saved.col);
        self.say(b"\x1b[m");
        self.take_pen(&saved.pen);
    }

    pub(super) fn set_origin(&mut self, on: bool) {
        self.state.origin = on;
        self.say(if on { b"\x1b[?6h" } else { b"\x1b[?6l" });
    }

    pub(super) fn set_region(&mut self, top: u16, bottom: u16) {
        self.state.region = (top, bottom);
        self.say_csi(&[top + 1, bottom + 1], 'r');
    }

    /// DECSTBM: tmux ignores a region that is none, and sends the cursor home.
    pub(super) fn region(&mut self, numbers: &[u16]) {
        let last = self.size().rows.saturating_sub(1);
        let top = number(numbers, 0, 1).saturating_sub(1).min(last);
        let bottom = number(numbers, 1, self.size().rows).saturating_sub(1).min(last);
        if top < bottom {
            self.set_region(top, bottom);
            self.go(if self.state.origin { top } else { 0 }, 0);
        }
    }

    /// To the alternate screen or back. The cursor stays where it is, unless the switch (1049) also keeps it: then
    /// it goes back, in tmux also when the alternate screen was not shown any more.
    pub(super) fn alternate(&mut self, on: bool, with_cursor: bool) {
        let col = self.here().col;
        let here = self.save();
        let left = self.state.left.clone().filter(|_| with_cursor && !on);
        match (self.state.alternate, on) {
            (false, true) if !self.dear.affords_screens(1) => return,
            (false, true) => {
                self.say(b"\x1b[?47h\x1b[m\x1b[2J");
                if with_cursor {
                    self.state.left = Some(here.clone());
                }
            }
            (true, false) => self.say(b"\x1b[?47l"),
            (false, false) if left.is_some() => {}
            (true, true) | (false, false) => return,
        }
        self.state.alternate = on;
        let (row, col, pen) = match left {
            Some(left) => (left.row, left.col, left.pen),
            None => (here.row, if on { col } else { here.col }, here.pen),
        };
        // The engine has one region and one origin mode a screen; tmux has one for both.
        let (top, bottom) = self.state.region;
        let origin = self.state.origin;
        self.set_origin(false);
        self.set_region(top, bottom);
        self.set_origin(origin);
        self.go(row, col);
        self.say(b"\x1b[m");
        self.take_pen(&pen);
    }
}
