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

    /// From when on the next frame may be drawn; sooner if a key waits for what it does.
    pub(super) fn due(&self, answers: bool) -> Instant {
        self.pace.due(clock::now().steady, self.frame(), answers)
    }

    /// The time between two frames, on the average.
    fn frame(&self) -> Duration {
        Duration::from_secs(1) / self.model.settings().config.frames_per_second.max(1)
    }

    pub(super) fn draw(&mut self, what: Change, terminal: &mut Terminal) -> io::Result<()> {
        let from = clock::now().steady;
        let what = what.max(self.fit(terminal)?);
        let (model, theme) = (&self.model, &self.theme);
        let parts = if what == Change::Mirror { ui::mirror_parts(model, theme) } else { None };
        match parts {
            Some(parts) => {
                for part in parts {
                    terminal.draw_part(part.area(), |buffer| part.draw(buffer))?;
                }
                terminal.flush()?;
            }
            None => terminal.draw(|buffer| ui::draw(model, theme, buffer))?,
        }
        self.model.drawn();
        let took = clock::now().steady - from;
        tracing::trace!(micros = took.as_micros(), "frame");
        self.pace.drawn(from + took, self.frame());
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
