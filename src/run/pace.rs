//! How often the dashboard draws: so many frames a second on the average, and a few ahead of their time after a pause. Reads
//! no clock.

use std::time::{Duration, Instant};

/// How many frames may be drawn before their time: what a pane prints right behind the clock's own frame, or an echo right
/// behind a key, is not to wait for the next one.
const AHEAD: u32 = 2;

/// What a key has done is shown within this part of a frame's time, however busy the screen is.
const ANSWER: u32 = 4;

/// What has been drawn; nothing yet.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Up to when frames have been drawn, at the pace that is set.
    until: Option<Instant>,
    /// When the last one was.
    last: Option<Instant>,
}

impl Pace {
    /// From when on the next frame may be drawn, with so much time between two; sooner if it answers a key.
    pub(super) fn due(&self, now: Instant, frame: Duration, answers: bool) -> Instant {
        let due = self.until.and_then(|until| until.checked_sub(frame * AHEAD)).unwrap_or(now);
        match self.last {
            Some(last) if answers => due.min(last + frame / ANSWER),
            _ => due,
        }
    }

    /// A frame was drawn.
    pub(super) fn drawn(&mut self, now: Instant, frame: Duration) {
        // Many answers in a row must not be paid for by a screen that stands still after them.
        let until = (self.until.map_or(now, |until| until.max(now)) + frame).min(now + frame * (AHEAD + 1));
        (self.until, self.last) = (Some(until), Some(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_pause_a_few_frames_are_drawn_at_once_and_then_each_in_its_time() {
        let (frame, start) = (Duration::from_millis(16), crate::adapter::clock::now().steady);
        let mut pace = Pace::default();
        for _ in 0..=AHEAD {
            assert!(pace.due(start, frame, false) <= start);
            pace.drawn(start, frame);
        }
        let mut now = start;
        for _ in 0..60 {
            let due = pace.due(now, frame, false);
            assert_eq!(due, now + frame, "one frame after the other");
            now = due;
            pace.drawn(now, frame);
        }
        assert!(pace.due(now + frame * 10, frame, false) < now + frame * 10, "a pause earns frames again");
    }

    #[test]
    fn a_key_is_answered_ahead_of_the_frame_that_a_busy_screen_waits_for() {
        let (frame, mut now) = (Duration::from_millis(16), crate::adapter::clock::now().steady);
        let mut pace = Pace::default();
        for _ in 0..100 {
            pace.drawn(now, frame);
            let due = pace.due(now, frame, true);
            assert!(due <= now + frame / 4);
            now = now.max(due);
        }
        assert!(pace.due(now, frame, false) <= now + frame, "the screen goes on in its time");
    }
}
