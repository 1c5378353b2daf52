//! Everything that can happen to the dashboard.

use jiff::Timestamp;

use crate::{
    fleet::{facts::HostFacts, ids::PaneKey, reading::Why, roster::Parsed},
    screen::Screen,
};

/// One thing that happened. Each carries all that `update` needs to know, also the time.
#[derive(Debug)]
pub enum Event {
    /// A second has passed: ages move on.
    Tick(Timestamp),
    /// A key, the mouse, a paste or a resize.
    Terminal(crossterm::event::Event),
    /// A refresh has come back. A source that failed is inside, with its reason.
    Facts(Box<HostFacts>),
    /// The roster file was read, or looked for in vain.
    Roster(RosterNews),
    /// A mirror has something new.
    Mirror(PaneKey, MirrorNews),
}

/// What became of the roster file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterNews {
    /// It was read: perhaps with problems, perhaps unusable.
    Read {
        /// Its path, for the problems.
        path: String,
        /// What it said.
        parsed: Parsed,
    },
    /// There is none.
    Missing {
        /// Where it was looked for.
        looked: Vec<String>,
        /// Why it could not be read.
        why: Why,
    },
}

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
    /// It ended, with the reason.
    Gone(Why),
}

/// How a mirror is fed: shown on its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// From the pane's pipe: `live`.
    Live,
    /// By looking once a second, because somebody else has the pipe or our binary cannot run beside tmux: `polled 1 s`.
    Polled,
}
