//! What a terminal remembers beside its cells: modes, character sets, tab stops, saved cursors.
//!
//! Kept here rather than in the engine because tmux and the engine keep it differently (tmux has one scroll region
//! for both screens, the engine one each) and because the engine cannot write it down.

use super::{Size, paint, status::ProgramStatus};

/// The state beside the cells.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// Which character sets are chosen.
    pub charset: Charset,
    /// IRM: characters push the rest of the row to the right.
    pub insert: bool,
    /// DECAWM: a character past the edge goes to the next row.
    pub autowrap: bool,
    /// DECOM: positions count from the scroll region.
    pub origin: bool,
    /// First and last row of the scroll region, from 0.
    pub region: (u16, u16),
    /// Tab stops by column; `None` while they are every eight.
    pub tabs: Option<Vec<bool>>,
    /// DECSC.
    pub saved: Saved,
    /// The alternate screen is shown.
    pub(super) alternate: bool,
    /// The cursor that 1049 kept on the way there. tmux goes back to it also when 1049 is reset a second time.
    pub(super) left: Option<Saved>,
    /// Inside `ESC k … ST`: what is printed is a window name, not text.
    pub naming: bool,
    /// The last printed character, for REP.
    pub last: Option<char>,
    /// Synchronised output (2026) is open: the picture is half drawn.
    pub sync: bool,
    /// What the program last reported of itself.
    pub status: Option<ProgramStatus>,
}

/// Which of G0 and G1 draw lines, and which of them is in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Charset {
    /// `ESC ( 0`.
    pub g0_lines: bool,
    /// `ESC ) 0`.
    pub g1_lines: bool,
    /// SO: G1 is in use.
    pub shifted: bool,
}

impl Charset {
    /// Whether letters are line drawing now.
    pub(super) fn draws_lines(self) -> bool {
        if self.shifted { self.g1_lines } else { self.g0_lines }
    }

    /// Writes it down from the default.
    pub(super) fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.g0_lines { b"\x1b(0" } else { b"\x1b(B" });
        out.extend_from_slice(if self.g1_lines { b"\x1b)0" } else { b"\x1b)B" });
        out.push(if self.shifted { 0x0e } else { 0x0f });
    }
}

/// A cursor with all that DECSC saves.
#[derive(Debug, Clone, Default)]
pub(super) struct Saved {
    /// Absolute row.
    pub row: u16,
    /// Column; the width while a wrap was pending.
    pub col: u16,
    /// The pen, as an SGR sequence from the default.
    pub pen: Vec<u8>,
    /// DECOM.
    pub origin: bool,
    /// The character sets.
    pub charset: Charset,
}

impl Saved {
    /// Writes it down as a DECSC, and leaves the character sets and the pen at their defaults. The region must be the
    /// whole screen still: what was saved before another region was chosen may stand outside of that.
    fn write(&self, size: Size, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.origin { b"\x1b[?6h" } else { b"\x1b[?6l" });
        paint::move_to(self.row, self.col.min(size.cols.saturating_sub(1)), out);
        out.extend_from_slice(&self.pen);
        self.charset.write(out);
        out.extend_from_slice(b"\x1b7\x1b[m");
        Charset::default().write(out);
    }
}

impl State {
    /// As a terminal of that size starts.
    pub(super) fn new(size: Size) -> Self {
        Self {
            charset: Charset::default(),
            insert: false,
            autowrap: true,
            origin: false,
            region: (0, size.rows.saturating_sub(1)),
            tabs: None,
            saved: Saved::default(),
            alternate: false,
            left: None,
            naming: false,
            last: None,
            sync: false,
            status: None,
        }
    }

    /// Writes down all that must stand before the cursor is placed: DECSC, the region, the tab stops, DECOM.
    pub(super) fn write_before_cursor(&self, size: Size, out: &mut Vec<u8>) {
        self.saved.write(size, out);
        let (top, bottom) = self.region;
        out.extend_from_slice(format!("\x1b[{};{}r", u32::from(top) + 1, u32::from(bottom) + 1).as_bytes());
        if let Some(tabs) = &self.tabs {
            out.extend_from_slice(b"\x1b[3g");
            for (col, _) in (0_u16..).zip(tabs).filter(|(_, stop)| **stop) {
                paint::move_to(0, col, out);
                out.extend_from_slice(b"\x1bH");
            }
        }
        out.extend_from_slice(if self.origin { b"\x1b[?6h" } else { b"\x1b[?6l" });
    }

    /// Writes down all that would disturb the painting and so comes last.
    pub(super) fn write_after_cursor(&self, shown: bool, out: &mut Vec<u8>) {
        self.charset.write(out);
        out.extend_from_slice(if self.insert { b"\x1b[4h" } else { b"\x1b[4l" });
        out.extend_from_slice(if self.autowrap { b"\x1b[?7h" } else { b"\x1b[?7l" });
        out.extend_from_slice(if shown { b"\x1b[?25h" } else { b"\x1b[?25l" });
        if self.sync {
            out.extend_from_slice(b"\x1b[?2026h");
        }
        if self.naming {
            out.extend_from_slice(b"\x1bk");
        }
    }

    /// The next tab stop right of `col`, at most the last column.
    pub(super) fn next_tab(&self, col: u16, cols: u16) -> u16 {
        let last = cols.saturating_sub(1);
        (col.saturating_add(1)..last).find(|at| self.is_tab(*at)).unwrap_or(last)
    }

    /// The tab stop left of `col`, at least the first column.
    pub(super) fn previous_tab(&self, col: u16) -> u16 {
        (1..col).rev().find(|at| self.is_tab(*at)).unwrap_or(0)
    }

    /// The stops as a list that can be edited.
    pub(super) fn tabs_mut(&mut self, cols: u16) -> &mut Vec<bool> {
        self.tabs.get_or_insert_with(|| (0..cols).map(|col| col > 0 && col.is_multiple_of(8)).collect())
    }

    fn is_tab(&self, col: u16) -> bool {
        match &self.tabs {
            Some(tabs) => tabs.get(usize::from(col)).copied().unwrap_or(false),
            None => col.is_multiple_of(8),
        }
    }
}
