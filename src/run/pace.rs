//! How often the dashboard draws: so many frames a second on the average, and a few ahead of their time after a pause. Reads
//! no clock.

use std::time::{Duration, Instant};

/// How many frames may be drawn before their time: what a pane prints right behind the clock's own frame, or an echo right
/// behind a key, is not to wait for the next one.
const AHEAD: u32 = 2;

/// Up to when frames have been drawn, at the pace that is set; none yet.
#[derive(Debug, Default)]
pub(super) struct Pace(Option<Instant>);

impl Pace {
    /// From when on the next frame may be drawn, with so much time between two.
    pub(super) fn due(&self, now: Instant, frame: Duration) -> Instant {
        self.0.and_then(|until| until.checked_sub(frame * AHEAD)).unwrap_or(now)
    }

    /// A frame was drawn.
    pub(super) fn drawn(&mut self, now: Instant, frame: Duration) {
        self.0 = Some(self.0.map_or(now, |until| until.max(now)) + frame);
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
            assert!(pace.due(start, frame) <= start);
            pace.drawn(start, frame);
        }
        let mut now = start;
        for _ in 0..60 {
            let due = pace.due(now, frame);
            assert_eq!(due, now + frame, "one frame after the other");
            now = due;
            pace.drawn(now, frame);
        }
        assert!(pace.due(now + frame * 10, frame) < now + frame * 10, "a pause earns frames again");
    }
}
