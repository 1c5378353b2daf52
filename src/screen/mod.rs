//! A pane's picture: a vt100 screen behind one door.
//!
//! PURE. Bytes and seeds go in, cells come out. Nothing outside this module knows which terminal engine draws, and
//! nothing that a pane prints leaves it as anything but cells: no title, no clipboard, no query, no escape code.

mod budget;
mod cell;
mod charset;
mod cursor;
mod erase;
pub mod history;
mod paint;
pub mod seed;
mod sgr;
mod state;
mod status;
pub mod terminal;
mod translate;
mod units;
pub mod wraps;

use std::{
    cell::Cell as Flag,
    panic::{AssertUnwindSafe, catch_unwind},
};

use translate::Translator;

pub use cell::{Cell, Colour, Style};
pub use status::{BlockKind, ProgramState, ProgramStatus};

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
    size: Size,
    parser: vte::Parser,
    translator: Translator,
    /// The start of a sequence or character whose end has not come yet.
    held: Vec<u8>,
    broken: bool,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Screen {
    /// A blank screen.
    #[must_use]
    pub fn new(size: Size) -> Self {
        Self { size, parser: vte::Parser::new(), translator: Translator::new(size), held: Vec::new(), broken: false }
    }

    /// A screen as another one wrote it down with [`dump`](Self::dump), or as a seed does.
    #[must_use]
    pub fn drawn(size: Size, picture: &[u8]) -> Self {
        let mut screen = Self::new(size);
        screen.feed(picture);
        screen
    }

    /// What the pane printed next. Never panics; keeps at most one unfinished sequence.
    ///
    /// Should the engine panic, the screen is blank from then on and says so by [`broken`](Self::broken).
    pub fn feed(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
        let whole = units::whole_units(&self.held);
        let (parser, translator, held) = (&mut self.parser, &mut self.translator, &self.held);
        let drawn = contained(|| {
            translator.dear.begin(whole);
            parser.advance(translator, &held[..whole]);
            translator.flush();
        });
        self.held.drain(..whole);
        if drawn.is_none() {
            *self = Self { broken: true, ..Self::new(self.size) };
        }
    }

    /// Whether the engine failed on something that was fed: the picture must be seeded anew.
    #[must_use]
    pub fn broken(&self) -> bool {
        self.broken
    }

    /// How many synchronised updates have been whole.
    #[must_use]
    pub fn updates(&self) -> u64 {
        self.translator.updates()
    }

    /// Whether the program holds the picture back (synchronised output): what is shown is the one before its update.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.translator.holds()
    }

    /// Shows what is there, although the program has not said that it is whole: it has taken too long.
    pub fn let_go(&mut self) {
        self.translator.let_go();
    }

    /// Whether it is the same picture as tmux's own, as far as a capture tells: tmux before 3.5 forgets the
    /// background of erased cells, so a blank is the same whatever its background.
    #[must_use]
    pub fn agrees_with(&self, truth: &Self) -> bool {
        self.size == truth.size
            && self.alternate() == truth.alternate()
            && Translator::cursor_of(self.translator.screen()) == Translator::cursor_of(truth.translator.screen())
            && (0..self.size.rows).all(|row| (0..self.size.cols).all(|col| self.cell_agrees_with(truth, row, col)))
    }

    /// The same for one cell.
    #[must_use]
    pub fn cell_agrees_with(&self, truth: &Self, row: u16, col: u16) -> bool {
        match (self.drawn_cell(row, col), truth.drawn_cell(row, col)) {
            (Some(ours), Some(theirs)) => ours.shows_the_same_as(&theirs) || (ours.is_bare() && theirs.is_bare()),
            (ours, theirs) => ours.is_none() && theirs.is_none(),
        }
    }

    /// Its size.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// Its cursor.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        Translator::cursor_of(self.translator.shown())
    }

    /// Whether a synchronised update is open: what is drawn is not meant to be seen.
    #[must_use]
    pub fn is_within_update(&self) -> bool {
        self.translator.state.sync
    }

    /// Whether the alternate screen is shown.
    #[must_use]
    pub fn alternate(&self) -> bool {
        self.translator.state.alternate
    }

    /// What the program in the pane last reported of itself (`OSC 7501`). Only what was fed tells it: a seed has none.
    #[must_use]
    pub fn status(&self) -> Option<&ProgramStatus> {
        self.translator.state.status.as_ref()
    }

    /// The same picture, with the report of the screen that it takes the place of: tmux's own screen keeps none.
    #[must_use]
    pub fn with_status_of(mut self, before: &Self) -> Self {
        if self.status().is_none() {
            self.translator.state.status = before.status().cloned();
        }
        self
    }

    /// One cell; `None` outside the screen.
    #[must_use]
    pub fn cell(&self, row: u16, col: u16) -> Option<Cell<'_>> {
        let inside = row < self.size.rows && col < self.size.cols;
        self.translator.shown().cell(row, col).filter(|_| inside).map(Cell::from_engine)
    }

    /// One cell of what is drawn, also while the program holds the picture back.
    fn drawn_cell(&self, row: u16, col: u16) -> Option<Cell<'_>> {
        self.translator.screen().cell(row, col).map(Cell::from_engine)
    }

    /// The screen as text, one string a row, without trailing blanks.
    #[must_use]
    pub fn text(&self) -> Vec<String> {
        let cut = |mut row: String| {
            row.truncate(row.trim_end().len());
            row
        };
        self.lines().into_iter().map(cut).collect()
    }

    /// The same, but only plain blanks are cut off at the end: some programs mean one that does not break.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        // Whole rows, as the engine writes them: many times faster than cell by cell.
        let rows = self.translator.shown().rows(0, self.size.cols).take(usize::from(self.size.rows));
        rows.map(|mut row| {
            row.truncate(row.trim_end_matches(' ').len());
            if row.is_ascii() { row } else { cell::steered(row) }
        })
        .collect()
    }

    /// The screen as text with colours and attributes (SGR alone), one string a row.
    #[must_use]
    pub fn ansi(&self) -> Vec<String> {
        self.rows(|cells| {
            let cells: Vec<Cell<'_>> = cells.filter(|cell| !cell.continuation).collect();
            let shown = cells.iter().rposition(|cell| !cell.is_blank()).map_or(0, |last| last + 1);
            let mut out = Vec::new();
            let mut pen = Style::default();
            for cell in &cells[..shown] {
                if cell.style != pen {
                    paint::style(cell.style, &mut out);
                    pen = cell.style;
                }
                out.extend_from_slice(cell.printable().as_bytes());
            }
            if pen != Style::default() {
                out.extend_from_slice(b"\x1b[m");
            }
            String::from_utf8_lossy(&out).into_owned()
        })
    }

    /// The whole screen written down as bytes: fed to a blank screen of the same size, they make an equal one, also
    /// in what is to come (modes, regions, saved cursors, half-said sequences).
    #[must_use]
    pub fn dump(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let state = &self.translator.state;
        if let Some(status) = &state.status {
            status.write(&mut out);
        }
        if let Some(left) = &state.left {
            paint::move_to(left.row, left.col.min(self.size.cols.saturating_sub(1)), &mut out);
            out.extend_from_slice(&left.pen);
            out.extend_from_slice(b"\x1b[?1049h\x1b[?1049l\x1b[m");
        }
        if state.alternate {
            paint_all(self.translator.primary().screen(), self.size, &mut out);
            out.extend_from_slice(b"\x1b[?47h");
        }
        paint_all(self.translator.screen(), self.size, &mut out);
        state.write_before_cursor(self.size, &mut out);
        self.dump_cursor(&mut out);
        out.extend_from_slice(&self.held);
        out
    }

    /// The cursor, the pen and the modes that would disturb the painting, which therefore come last.
    fn dump_cursor(&self, out: &mut Vec<u8>) {
        let state = &self.translator.state;
        let cursor = Translator::cursor_of(self.translator.screen());
        self.translator.write_place(cursor.row, cursor.col, out);
        out.extend_from_slice(b"\x1b[m");
        out.extend_from_slice(&self.translator.screen().attributes_formatted());
        state.write_after_cursor(cursor.shown, out);
    }

    /// Puts the cursor at an absolute place; a column equal to the width is a pending wrap.
    fn place(&mut self, row: u16, col: u16) {
        self.translator.go(row, col);
        self.translator.flush();
    }

    fn rows<T>(&self, each: impl Fn(&mut dyn Iterator<Item = Cell<'_>>) -> T) -> Vec<T> {
        (0..self.size.rows).map(|row| each(&mut (0..self.size.cols).filter_map(|col| self.cell(row, col)))).collect()
    }
}

fn paint_all(screen: &vt100::Screen, size: Size, out: &mut Vec<u8>) {
    wraps::write((0..size.rows).map(|row| screen.row_wrapped(row)), size, out);
    for row in 0..size.rows {
        let cells = (0..size.cols).filter_map(|col| screen.cell(row, col)).map(Cell::exactly);
        paint::row(row, cells, out);
    }
}

thread_local! {
    static CONTAINED: Flag<bool> = const { Flag::new(false) };
}

/// Whether this thread is inside the engine, where a panic is contained: a panic hook should then be silent.
#[must_use]
pub fn containing() -> bool {
    CONTAINED.get()
}

/// Runs the engine; `None` when it panicked.
fn contained<T>(draw: impl FnOnce() -> T) -> Option<T> {
    CONTAINED.set(true);
    let drawn = catch_unwind(AssertUnwindSafe(draw)).ok();
    CONTAINED.set(false);
    drawn
}

#[cfg(test)]
mod tests;
