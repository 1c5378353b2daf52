//! A picture as tmux tells it: captures and facts, from which a screen begins. Never asks tmux itself.
//!
//! What tmux cannot tell (the pen, DECSC, the character set, a half-said character) starts at its default. A guess at
//! the pen, by the cell left of the cursor, is right where programs keep it from one write to the next, and wrong after
//! every coloured word that ends with a reset: the truth check mends the one as well as it would the other.

use super::{Cursor, Screen, Size, paint, wraps};

/// What one atomic look at a pane gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// The pane's size.
    pub size: Size,
    /// The cursor; a column equal to the width is a pending wrap.
    pub cursor: Cursor,
    /// The rows of the screen that is shown, as `capture-pane -peN` gives them: SGR carries over from row to row.
    pub rows: Vec<Vec<u8>>,
    /// Which of them go on in the next one; `false` for those beyond its end.
    pub wrapped: Vec<bool>,
    /// The rows of the primary screen under an alternate one that is shown, as `capture-pane -apeqN` gives them.
    pub under: Option<Vec<Vec<u8>>>,
    /// Which of those go on in the next one.
    pub under_wrapped: Vec<bool>,
    /// Row and column of the cursor that 1049 kept, which stands also after the alternate screen was left.
    pub left: Option<(u16, u16)>,
    /// Tab stops by column; `None` where tmux does not tell.
    pub tabs: Option<Vec<u16>>,
    /// First and last row of the scroll region, from 0.
    pub region: (u16, u16),
    /// `origin_flag`.
    pub origin: bool,
    /// `insert_flag`.
    pub insert: bool,
    /// `wrap_flag`.
    pub autowrap: bool,
    /// What tmux has read of an unfinished sequence (`capture-pane -pPC`).
    pub pending: Vec<u8>,
}

impl Screen {
    /// The screen that a seed describes, ready for the bytes that follow it.
    #[must_use]
    pub fn seeded(seed: &Seed) -> Self {
        let mut screen = Self::new(seed.size);
        // Captures say line drawing as SO … SI around letters.
        screen.feed(b"\x1b)0");
        if let Some((row, col)) = seed.left {
            screen.place(row, col.min(seed.size.cols.saturating_sub(1)));
            screen.feed(b"\x1b[?1049h\x1b[?1049l");
        }
        if let Some(under) = &seed.under {
            screen.paint_rows(under, &seed.under_wrapped);
            screen.feed(b"\x1b[m\x1b[?47h");
        }
        screen.paint_rows(&seed.rows, &seed.wrapped);
        // G1 stays line drawing: tmux does not tell, and nobody shifts to it for anything else.
        screen.feed(b"\x1b[m\x0f");
        screen.enter(seed);
        screen
    }

    fn paint_rows(&mut self, rows: &[Vec<u8>], wrapped: &[bool]) {
        let mut edges = Vec::new();
        wraps::write(wrapped.iter().copied(), self.size(), &mut edges);
        self.feed(&edges);
        for (row, bytes) in (0_u16..).zip(rows).take(usize::from(self.size().rows)) {
            let mut line = Vec::with_capacity(bytes.len() + 8);
            paint::move_to(row, 0, &mut line);
            line.extend_from_slice(bytes);
            self.feed(&line);
        }
    }

    /// Everything but the cells, in the order in which one does not disturb the other.
    fn enter(&mut self, seed: &Seed) {
        let (top, bottom) = seed.region;
        self.feed(format!("\x1b[{};{}r", u32::from(top) + 1, u32::from(bottom) + 1).as_bytes());
        if let Some(tabs) = seed.tabs.as_ref().filter(|tabs| !are_usual(tabs, seed.size.cols)) {
            self.feed(b"\x1b[3g");
            for col in tabs {
                self.place(0, *col);
                self.feed(b"\x1bH");
            }
        }
        if seed.origin {
            self.feed(b"\x1b[?6h");
        }
        self.place(seed.cursor.row, seed.cursor.col);
        self.feed(if seed.insert { b"\x1b[4h" } else { b"\x1b[4l" });
        self.feed(if seed.autowrap { b"\x1b[?7h" } else { b"\x1b[?7l" });
        self.feed(if seed.cursor.shown { b"\x1b[?25h" } else { b"\x1b[?25l" });
        self.feed(&seed.pending);
    }
}

/// Whether these are the tab stops that every screen begins with.
fn are_usual(tabs: &[u16], cols: u16) -> bool {
    tabs.iter().copied().eq((8..cols).step_by(8))
}
