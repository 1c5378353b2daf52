//! What became of the roster file since it was last looked at. Reads no file itself.

use super::Parsed;
use crate::fleet::reading::Why;

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
