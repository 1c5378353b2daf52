//! Whether a pane floods: prints more than anybody could read, and more than is worth relaying byte by byte.
//!
//! A watcher of a flood is shown tmux's own picture ten times a second instead of every byte; so the flood costs tap and
//! watcher next to nothing, and the agent keeps the core that they would have taken. Reads no clock.

use std::time::Duration;

use jiff::Timestamp;

/// How often the flow is weighed, and how often a flood is pictured.
pub(super) const WINDOW: Duration = Duration::from_millis(100);

/// From so many bytes in one window on it is a flood. A full redraw of a large terminal is a tenth of that.
const FLOOD: usize = 256 * 1024;

/// Below so many bytes in one window the flood is over.
const EBB: usize = 64 * 1024;

/// How much a pane has printed lately.
#[derive(Debug, Default)]
pub(super) struct Flow {
    since: Option<Timestamp>,
    bytes: usize,
    /// What came since the flood was last weighed.
    weighed: usize,
    floods: bool,
}

impl Flow {
    /// Counts bytes; true when they begin a flood.
    pub(super) fn begins(&mut self, bytes: usize, at: Timestamp) -> bool {
        if self.since.is_none_or(|since| at.duration_since(since).unsigned_abs() >= WINDOW) {
            self.since = Some(at);
            self.bytes = 0;
        }
        self.bytes += bytes;
        self.weighed += bytes;
        let begins = !self.floods && self.bytes >= FLOOD;
        self.floods |= begins;
        begins
    }

    /// Whether it floods.
    pub(super) fn floods(&self) -> bool {
        self.floods
    }

    /// To be asked once a window while it floods: whether that is over.
    pub(super) fn has_ebbed(&mut self) -> bool {
        std::mem::take(&mut self.weighed) < EBB
    }

    /// That of a pane which floods already when its picture begins.
    pub(super) fn flooding() -> Self {
        Self { floods: true, weighed: EBB, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap_or_default()
    }

    #[test]
    fn much_in_a_short_time_is_a_flood_and_the_same_in_a_long_one_is_not() {
        let mut flow = Flow::default();
        for millis in 0..100 {
            assert!(!flow.begins(FLOOD / 2, at(millis * 200)));
        }
        assert!(flow.begins(FLOOD / 2, at(99 * 200 + 50)));
        assert!(flow.floods() && !flow.begins(FLOOD, at(99 * 200 + 60)), "it begins once");
    }

    #[test]
    fn a_flood_is_over_when_a_window_brings_little() {
        let mut flow = Flow::default();
        flow.begins(FLOOD, at(0));
        assert!(!flow.has_ebbed());
        flow.begins(EBB, at(150));
        assert!(!flow.has_ebbed());
        flow.begins(EBB - 1, at(250));
        assert!(flow.has_ebbed());
        let mut begun = Flow::flooding();
        assert!(begun.floods() && !begun.begins(FLOOD, at(0)) && !begun.has_ebbed() && begun.has_ebbed());
    }
}
