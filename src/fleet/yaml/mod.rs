//! YAML (and so JSON) that a user wrote → values, with a place for every problem.
//!
//! [`decode`] reads a document into any serde type; what is wrong with it is said with line and column. Nothing here
//! knows what a file means, and nothing here reads one.

mod de;
pub(crate) mod marked;
#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;

use super::text::visible;
use marked::Kind;

/// A place in a file: both count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// Something wrong or odd in a file that the user wrote: shown as `file:line:column: what. Hint: …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, when a place is known.
    pub place: Option<Place>,
    /// Errors keep the file from being used; warnings do not.
    pub error: bool,
    /// What is wrong, without a full stop.
    pub what: String,
    /// What to do next, without a full stop.
    pub hint: Option<String>,
}

impl Problem {
    /// An error at a place.
    pub(crate) fn error(place: Option<Place>, what: impl Into<String>) -> Self {
        Self { place, error: true, what: what.into(), hint: None }
    }

    /// Something that is good to know: it keeps nothing from being used.
    pub(crate) fn note(place: Option<Place>, what: impl Into<String>) -> Self {
        Self { error: false, ..Self::error(place, what) }
    }

    /// The same with what to do next.
    #[must_use]
    pub(crate) fn hinted(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// One line for people, safe to print: `roster.yaml:14:9: what. Hint: what to do`.
    #[must_use]
    pub fn show(&self, file: &str) -> String {
        let place = self.place.map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
        let hint = self.hint.as_ref().map(|hint| format!(". Hint: {hint}")).unwrap_or_default();
        visible(&format!("{file}{place}: {}{hint}", self.what))
    }
}

/// Reads one document. An empty one is what the type says of nothing: an error, unless it has defaults.
///
/// The first thing that does not fit is the problem; its place is the value's, or the key's for an unknown key.
pub fn decode<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let nothing = marked::Marked { place: Place { line: 1, column: 1 }, kind: Kind::Map(Vec::new()) };
    let tree = marked::read(text)?.filter(|tree| tree.kind != Kind::Null).unwrap_or(nothing);
    T::deserialize(&tree).map_err(de::Refusal::into_problem)
}
