//! How an order goes and how it ended. Plain data, for a row, a receipt and the log alike.

use std::time::Duration;

use super::{Refusal, Target};
use crate::fleet::delivery::{Proof, Verdict};

/// News of an order on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// To whom it happens.
    pub target: Target,
    /// What is being done, in a few words: `pasting 312 bytes`, `waiting for the agent to come up`.
    pub says: String,
}

/// How an order ended for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The order's word.
    pub order: &'static str,
    /// To whom.
    pub target: Target,
    /// How.
    pub ending: Ending,
    /// One sentence for people, without a full stop.
    pub says: String,
    /// What the ending rests on, strongest first.
    pub evidence: Vec<Proof>,
    /// Every command that was run, in order, as it is logged.
    pub commands: Vec<String>,
    /// From the beginning to the end; for a send from the first Enter to the verdict.
    pub took: Duration,
    /// Why the log does not hold this, where it could not be written.
    pub unlogged: Option<String>,
}

/// How an order ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It was done, and that was seen.
    Done,
    /// The agent has the text: there is evidence.
    Accepted,
    /// The text was pasted and Enter pressed; nobody asked for a verdict.
    Submitted,
    /// The text stands in the composer, not submitted.
    Draft,
    /// Nothing shows what became of it.
    Unverifiable,
    /// The agent has it, and now stands at a prompt.
    Blocked,
    /// It was begun and did not succeed.
    Failed,
    /// Nothing was done.
    Refused(Refusal),
}

impl Ending {
    /// Its stable word, for the log and `--json`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Accepted => "accepted",
            Self::Submitted => "submitted",
            Self::Draft => "draft",
            Self::Unverifiable => "unverifiable",
            Self::Blocked => "blocked",
            Self::Failed => "failed",
            Self::Refused(_) => "refused",
        }
    }

    /// The exit code of a verb.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Done | Self::Accepted | Self::Submitted => 0,
            Self::Unverifiable | Self::Failed => 1,
            Self::Draft => 2,
            Self::Blocked => 5,
            Self::Refused(refusal) => refusal.exit_code(),
        }
    }

    /// Whether the brakes count it as a failure.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        !matches!(self, Self::Done | Self::Accepted | Self::Submitted)
    }
}

impl From<Verdict> for Ending {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Accepted => Self::Accepted,
            Verdict::Submitted => Self::Submitted,
            Verdict::Draft => Self::Draft,
            Verdict::Unverifiable => Self::Unverifiable,
            Verdict::Blocked => Self::Blocked,
            Verdict::Refused => Self::Refused(Refusal::Unsafe(String::new())),
        }
    }
}
