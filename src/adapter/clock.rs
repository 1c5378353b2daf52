//! The one place that reads the clock. Everything else is told the time.

use jiff::Timestamp;

/// Now, by this machine's clock.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the place that the rule points to")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
