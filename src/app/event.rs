//! Everything that can happen to the dashboard.

use jiff::Timestamp;

use crate::fleet::{facts::HostFacts, ids::PaneKey, reading::Why, roster::Parsed};

pub use crate::fleet::mirror::{Feed, MirrorNews};

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
