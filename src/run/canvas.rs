//! What is on the operator's terminal, cell by cell, and how a frame gets there: only what differs is written.
//!
//! Its own and not `ratatui::Terminal`, for one reason: that one resets, copies and compares every cell of the screen for each
//! frame, also where a mirror's byte has changed a few; here a part can be drawn alone. Decides nothing.

use std::io::{self, Stdout};

use ratatui::{
    backend::{Backend, ClearType, CrosstermBackend},
    buffer::Buffer,
    layout::Rect,
};
use std::io::BufWriter;

/// Where it is written.
pub(super) type Out = CrosstermBackend<BufWriter<Stdout>>;

/// The terminal's cells.
pub(super) struct Canvas {
    out: Out,
    /// What is on it.
    shown: Buffer,
    /// Where the next frame is drawn.
    next: Buffer,
}

impl Canvas {
    /// A terminal of which nothing is known; the first frame is written whole.
    pub(super) fn new(out: Out, size: (u16, u16)) -> Self {
        let area = Rect::new(0, 0, size.0, size.1);
        Self { out, shown: Buffer::empty(area), next: Buffer::empty(area) }
    }

    /// Where bytes that draw nothing are written.
    pub(super) fn out(&mut self) -> &mut Out {
        &mut self.out
    }

    /// Forgets what is on it, at this size.
    pub(super) fn forget(&mut self, size: (u16, u16)) -> io::Result<()> {
        let area = Rect::new(0, 0, size.0, size.1);
        // Not with the cursor's help: that would ask the terminal where it is and wait for the answer, which may never come.
        self.out.clear_region(ClearType::All)?;
        self.shown.resize(area);
        self.shown.reset();
        self.next.resize(area);
        Ok(())
    }

    /// Draws a whole frame of this size.
    pub(super) fn draw(&mut self, size: (u16, u16), view: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        if (self.shown.area.width, self.shown.area.height) != size {
            self.forget(size)?;
        }
        self.next.reset();
        view(&mut self.next);
        self.out.draw(self.shown.diff(&self.next).into_iter())?;
        std::mem::swap(&mut self.shown, &mut self.next);
        self.out.flush()
    }

    /// Draws a part of the frame that is shown into a buffer of its area, and leaves the rest as it is. Flushes nothing.
    pub(super) fn draw_part(&mut self, part: Rect, view: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        if part.is_empty() || self.shown.area.union(part) != self.shown.area {
            return Ok(());
        }
        let mut before = Buffer::empty(part);
        for at in part.positions() {
            before[at].clone_from(&self.shown[at]);
        }
        let mut after = Buffer::empty(part);
        view(&mut after);
        self.out.draw(before.diff(&after).into_iter())?;
        for (at, cell) in part.positions().zip(after.content) {
            self.shown[at] = cell;
        }
        Ok(())
    }
}
