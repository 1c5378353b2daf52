//! What a mirror tells whoever shows it.

use std::time::Duration;

use jiff::Timestamp;

use super::reading::Why;
use crate::screen::Screen;

/// News of one mirror.
#[derive(Debug)]
pub enum MirrorNews {
    /// It is being opened.
    Opening,
    /// A fresh picture that replaces whatever was there, and how it is fed from now on.
    Picture {
        /// The picture.
        screen: Box<Screen>,
        /// How it is fed.
        feed: Feed,
        /// When it was taken.
        at: Timestamp,
    },
    /// What the pane printed next.
    Bytes {
        /// The bytes.
        bytes: Vec<u8>,
        /// When they came.
        at: Timestamp,
    },
    /// It is not recorded any more, or cannot be, although that was asked for; it goes on itself.
    Unrecorded(Why),
    /// It ended, with the reason.
    Gone(Why),
}

/// How much later than its last byte a pane may have printed: tmux tells whole seconds, and a byte is on its way for
/// milliseconds.
const LAG: Duration = Duration::from_secs(3);

/// Whether the pipe of a mirror that brought something last at `heard` stands still: its pane has printed since, for longer
/// than a byte is on its way. `printed` is tmux's word, of a window with no other pane. What is polled has no pipe.
#[must_use]
pub fn lags(feed: Feed, heard: Timestamp, printed: Timestamp) -> bool {
    feed == Feed::Live && Duration::try_from(printed.duration_since(heard)).is_ok_and(|later| later > LAG)
}

/// How a mirror is fed: shown on its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// From the pane's pipe: `live`.
    Live,
    /// By looking once a second, because somebody else has the pipe or our binary cannot run beside tmux: `polled 1 s`.
    Polled,
}
