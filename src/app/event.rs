//! Everything that can happen to the dashboard.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    job::{JobId, JobNews},
    log::LogNews,
    settings::Settings,
};
use crate::fleet::{
    attention::Fault,
    doctor::Checkup,
    facts::HostFacts,
    ids::PaneKey,
    order::{Outcome, Preview},
    reading::Why,
    taken::TakeNews,
};
use crate::screen::history::History;

pub use crate::fleet::{
    mirror::{Feed, MirrorNews},
    roster::news::RosterNews,
};

/// One thing that happened. Each carries all that `update` needs to know, also the time.
#[derive(Debug)]
pub enum Event {
    /// A second has passed: ages move on.
    Tick(Timestamp),
    /// A key, the mouse, a paste or a resize.
    Terminal(crossterm::event::Event),
    /// A refresh has come back. A source that failed is inside, with its reason.
    Facts {
        /// What it found.
        facts: Box<HostFacts>,
        /// The time since the one before it began, by a clock that nobody sets; zero for the first.
        elapsed: Duration,
    },
    /// The roster file was read, or looked for in vain.
    Roster(RosterNews),
    /// A health check has come back; what every look finds anyway is not in it.
    Checkup(Box<Checkup>),
    /// The configuration was read again.
    Settings(Box<Settings>),
    /// A mirror has something new.
    Mirror(PaneKey, MirrorNews),
    /// What tmux keeps above a pane's screen, or why it could not be fetched: the answer to the request of this number.
    History(JobId, Result<Box<History>, Why>),
    /// What an order would do.
    Preview(JobId, Box<Preview>),
    /// News of an order on its way.
    Job(JobId, JobNews),
    /// News of the agent that is taken over.
    Taken(JobId, TakeNews),
    /// A takeover is over.
    Left(JobId, Box<Outcome>),
    /// What was acknowledged here, or not any more, stands in the fleet's file.
    Kept {
        /// Acknowledged.
        on: bool,
        /// What.
        faults: Vec<Fault>,
        /// Since when at the latest.
        at: Timestamp,
    },
    /// What a dead owner's takeover left was put in order.
    Mended(String),
    /// The action log was looked at.
    Log(LogNews),
}
