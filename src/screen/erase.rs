//! Erasing and scrolling as tmux does it: what is left behind has the pen's background, and nothing else of the pen.
//!
//! The engine leaves underlined blanks behind when it erases, and no background when it scrolls.

use super::{Style, paint, translate::Translator};

/// The engine pushes a row aside by one cell at a time: so many cost as much as to empty it.
const CELLS: usize = 4;

impl Translator {
    /// Erases with the background alone: tmux leaves no underlined or inverse blanks behind.
    pub(super) fn erase(&mut self, numbers: &[u16], last: char) {
        self.flush();
        let screen = self.screen();
        let pending = screen.cursor_position().1 >= self.size().cols;
        let attributes = screen.underline() || screen.inverse() || screen.bold() || screen.dim() || screen.italic();
        // The foreground of a blank is seen when a mark combines with it.
        if !attributes && screen.fgcolor() == vt100::Color::Default {
            self.say_csi(numbers, last);
        } else {
            let pen = self.pen();
            self.say_background();
            self.say_csi(numbers, last);
            self.say(&pen);
        }
        if pending {
            self.keep_edge();
        }
    }

    /// A pen that is the background of the present one alone.
    fn say_background(&mut self) {
        let background = Style { bg: self.screen().bgcolor().into(), ..Style::default() };
        let mut said = Vec::new();
        paint::style(background, &mut said);
        self.say(&said);
    }

    /// Moves characters or lines aside, and colours what becomes free.
    pub(super) fn shift(&mut self, count: u16, last: char) {
        let coloured = self.has_background();
        let rows = match last {
            '@' | 'P' => usize::from(count) / CELLS,
            _ => usize::from(count) * if coloured { 2 } else { 1 },
        };
        if !self.dear.affords(rows) {
            return;
        }
        self.erase(&[count], last);
        if !coloured {
            return;
        }
        let row = self.here().row;
        let (top, bottom) = self.state.region;
        let inside = (top..=bottom).contains(&row);
        match last {
            '@' => self.erase(&[count], 'X'),
            'P' => self.colour_end(count),
            'L' if inside => self.colour_rows(row, row.saturating_add(count - 1).min(bottom)),
            'M' if inside => self.colour_rows((bottom + 1).saturating_sub(count).max(row), bottom),
            'S' => self.colour_rows((bottom + 1).saturating_sub(count).max(top), bottom),
            'T' => self.colour_rows(top, top.saturating_add(count - 1).min(bottom)),
            _ => {}
        }
    }

    /// LF, IND: one down; at the bottom of the region everything scrolls.
    pub(super) fn line_feed(&mut self) {
        let scrolls = self.has_background() && self.here().row == self.state.region.1;
        let began = self.begins_row();
        self.say(b"\n");
        if !began {
            self.keep_edge();
        }
        if scrolls {
            self.colour_rows(self.state.region.1, self.state.region.1);
        }
    }

    /// RI: one up; at the top of the region everything scrolls.
    pub(super) fn reverse_index(&mut self) {
        let scrolls = self.has_background() && self.here().row == self.state.region.0;
        self.say(b"\x1bM");
        self.keep_edge();
        if scrolls {
            self.colour_rows(self.state.region.0, self.state.region.0);
        }
    }

    /// The last columns of the cursor's row.
    fn colour_end(&mut self, count: u16) {
        let (room, cols, cursor) = (self.room(), self.size().cols, self.here());
        self.say_csi(&[cols - count.min(room) + 1], 'G');
        self.erase(&[0], 'K');
        self.go(cursor.row, cursor.col);
    }

    /// Whole rows, from and to.
    fn colour_rows(&mut self, from: u16, to: u16) {
        let (cursor, pen) = (self.here(), self.pen());
        self.say_background();
        let mut said = Vec::new();
        for row in from..=to {
            self.write_place(row, 0, &mut said);
            said.extend_from_slice(b"\x1b[2K");
        }
        self.say(&said);
        self.go(cursor.row, cursor.col);
        self.say(&pen);
    }
}
