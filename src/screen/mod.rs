//! A pane's picture: a vt100 screen behind one door.
//!
//! PURE. Bytes and seeds go in, cells come out. Nothing outside this module knows which terminal engine draws, and
//! nothing that a pane prints leaves it as anything but cells: no title, no clipboard, no query, no escape code.

mod cell;

pub use cell::{Cell, Colour, Style};

/// The size of a pane in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Rows.
    pub rows: u16,
    /// Columns.
    pub cols: u16,
}

/// Where the cursor stands, counted from 0, and whether the program shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Row from the top.
    pub row: u16,
    /// Column from the left; equal to the width while a wrap is pending.
    pub col: u16,
    /// Whether it is shown.
    pub shown: bool,
}

/// One pane's screen.
pub struct Screen {
    engine: vt100::Parser,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("size", &self.size()).finish_non_exhaustive()
    }
}

impl Screen {
    /// A blank screen.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one door")]
    pub fn new(size: Size) -> Self {
        Self { engine: vt100::Parser::new(size.rows.max(2), size.cols.max(2), 0) }
    }

    /// What the pane printed next. Never panics and never grows.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.engine.process(bytes);
    }

    /// Its size.
    #[must_use]
    pub fn size(&self) -> Size {
        let (rows, cols) = self.engine.screen().size();
        Size { rows, cols }
    }

    /// Its cursor.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        let screen = self.engine.screen();
        let (row, col) = screen.cursor_position();
        Cursor { row, col, shown: !screen.hide_cursor() }
    }

    /// One cell; `None` outside the screen.
    #[must_use]
    pub fn cell(&self, row: u16, col: u16) -> Option<Cell<'_>> {
        self.engine.screen().cell(row, col).map(Cell::from_engine)
    }

    /// The screen as text, one string a row, without trailing blanks.
    #[must_use]
    pub fn text(&self) -> Vec<String> {
        let size = self.size();
        self.engine.screen().rows(0, size.cols).map(|row| row.trim_end().to_owned()).collect()
    }
}
