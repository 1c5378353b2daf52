//! A fact that is known, or the reason why it is not.
//!
//! Every fact gathered from outside is a [`Reading`]: an empty string or a zero never stands for "could not tell".

use std::fmt;

/// A fact, or why it is missing, in words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading<T> {
    /// The fact.
    Known(T),
    /// Why it is not known.
    Unknown(Why),
}

/// Why something is not known: one line without a full stop, as it is shown on a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why(String);

impl Why {
    /// Words for people: what was tried and how it failed.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<T> Reading<T> {
    /// An unknown fact with its reason.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown(Why::new(why))
    }

    /// The fact, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// The reason, if it is not known.
    pub fn why(&self) -> Option<&Why> {
        match self {
            Self::Known(_) => None,
            Self::Unknown(why) => Some(why),
        }
    }

    /// The same reading of something derived from the fact.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Reading<U> {
        match self {
            Self::Known(value) => Reading::Known(f(value)),
            Self::Unknown(why) => Reading::Unknown(why),
        }
    }

    /// A reading of a reference, to look inside without taking it apart.
    pub fn as_ref(&self) -> Reading<&T> {
        match self {
            Self::Known(value) => Reading::Known(value),
            Self::Unknown(why) => Reading::Unknown(why.clone()),
        }
    }
}

impl<T, E: fmt::Display> From<Result<T, E>> for Reading<T> {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(value) => Self::Known(value),
            Err(error) => Self::unknown(error.to_string()),
        }
    }
}
