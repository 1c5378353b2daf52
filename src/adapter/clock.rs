//! The one place that reads the clock. Everything else is handed a [`Moment`], and never asks for the time itself.

use std::time::{Duration, Instant};

use jiff::{Timestamp, tz::TimeZone};

use crate::fleet::until::Zones;

/// One moment by both clocks: the wall's, which is shown and compared with files, and the steady one, which never
/// jumps and measures how old a cached answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The time of day.
    pub wall: Timestamp,
    /// The steady clock.
    pub steady: Instant,
}

impl Moment {
    /// The moment that lies so much later.
    #[must_use]
    pub fn later(self, by: Duration) -> Self {
        Self { wall: self.wall.saturating_add(by).unwrap_or(self.wall), steady: self.steady + by }
    }
}

/// This moment.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the place that the rule points to")]
pub fn now() -> Moment {
    Moment { wall: Timestamp::now(), steady: Instant::now() }
}

/// The time zones of this machine: its own, and those of its data base by their names.
#[must_use]
pub fn zones() -> Zones {
    Zones { local: TimeZone::system(), named: |name| TimeZone::get(name).ok() }
}
