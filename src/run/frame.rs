//! Frames: when one is due, and how it is drawn. What is on it stands in `ui`.

use std::{
    io,
    time::{Duration, Instant},
};

use crossterm::event::Event as TerminalEvent;

use super::{Shell, terminal::Terminal};
use crate::{
    adapter::clock::{self, Moment},
    app::{event::Event, model::Change},
    ui,
};

impl Shell {
    /// When a picture that its program holds back is to be shown all the same.
    pub(super) fn held_until(&self, now: Moment) -> Option<Instant> {
        // A due time that has passed is now.
        let left = |due: jiff::Timestamp| Duration::try_from(due.duration_since(now.wall)).unwrap_or_default();
        self.model.due().map(|due| now.steady + left(due))
    }

    /// The shortest time between two frames. The first change after a pause is drawn at once.
    pub(super) fn frame(&self) -> Duration {
        Duration::from_secs(1) / self.model.settings().config.frames_per_second.max(1)
    }

    pub(super) fn draw(&mut self, what: Change, terminal: &mut Terminal) -> io::Result<()> {
        let from = clock::now().steady;
        let what = what.max(self.fit(terminal)?);
        let (model, theme, whole) = (&self.model, &self.theme, &mut self.whole);
        terminal.draw(|frame| match whole {
            Some(last) if what == Change::Mirror => ui::draw_mirror(model, theme, last, frame),
            _ => {
                ui::draw(model, theme, frame);
                *whole = Some(frame.buffer_mut().clone());
            }
        })?;
        let took = clock::now().steady - from;
        tracing::trace!(micros = took.as_micros(), "frame");
        self.drawn = Some(from + took);
        Ok(())
    }

    /// A terminal becomes another size without a word while nobody listens yet, and while this program is stopped.
    fn fit(&mut self, terminal: &mut Terminal) -> io::Result<Change> {
        let (columns, rows) = terminal.size()?;
        if (columns, rows) != self.model.size() {
            self.handle(Event::Terminal(TerminalEvent::Resize(columns, rows)), terminal)?;
        }
        Ok(self.model.take_change())
    }
}
