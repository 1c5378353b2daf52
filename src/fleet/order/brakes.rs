//! The brakes of a recovery: one agent after the other, with uneven pauses between them, and an end after failures in
//! a row. Many at once would start a herd of logins and take a struggling host down again. No clock, no dice of its own.

use std::time::Duration;

/// So many failures in a row end a recovery: what hits three agents alike is not theirs.
pub const STOP_AFTER: u32 = 3;

/// How far apart relaunches begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brakes {
    /// The shortest pause between two.
    pub pause: Duration,
    /// Up to so much more, so that agents do not beat in step.
    pub jitter: Duration,
    failures: u32,
}

impl Default for Brakes {
    /// One to two seconds: fifty agents are back within two minutes.
    fn default() -> Self {
        Self::new(Duration::from_secs(1), Duration::from_secs(1))
    }
}

impl Brakes {
    /// Brakes with other pauses.
    #[must_use]
    pub fn new(pause: Duration, jitter: Duration) -> Self {
        Self { pause, jitter, failures: 0 }
    }

    /// One has ended.
    pub fn ended(&mut self, failed: bool) {
        self.failures = if failed { self.failures + 1 } else { 0 };
    }

    /// Why it must not go on.
    #[must_use]
    pub fn stop(&self) -> Option<String> {
        (self.failures >= STOP_AFTER)
            .then(|| format!("stopped after {} failures in a row; what hits them is not theirs alone", self.failures))
    }

    /// How long to wait before the next one. `chance`: any number, as uneven as can be had.
    #[must_use]
    pub fn wait(&self, chance: u64) -> Duration {
        let most = u64::try_from(self.jitter.as_millis()).unwrap_or(u64::MAX);
        self.pause + Duration::from_millis(chance % most.saturating_add(1).max(1))
    }
}
