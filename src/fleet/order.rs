//! What an operator can ask for, as data: the order, its target, what it would do, and how it ended.
//!
//! Pure: an [`Order`] says what is wanted and a [`Target`] whom exactly; `adapter::steer` alone carries it out, and looks
//! again at everything that stands here right before it acts. What loses something has to be [`Confirmed`] first.
//!
//! | module    | what it is                                                                     |
//! |-----------|--------------------------------------------------------------------------------|
//! | `target`  | one exact agent, or the fleet: made of a row, or refused                        |
//! | `refusal` | why nothing was done, with the exit code of a verb                              |
//! | `preview` | the exact commands of an order before it is carried out; [`Confirmed`]          |
//! | `outcome` | progress, and how it ended                                                      |
//! | `brakes`  | many relaunches: one after the other, with pauses, and an end after failures    |
//! | `launch`  | the command that starts an agent where no unit does (spec §9)                   |

pub mod brakes;
pub mod launch;
mod outcome;
mod preview;
mod refusal;
mod target;
#[cfg(test)]
mod tests;

pub use outcome::{Ending, Outcome, Progress};
pub use preview::{Confirmed, Planned, Preview};
pub use refusal::Refusal;
pub use target::{Aim, PaneAim, Surroundings, Target};

use super::{
    delivery::{Kind, Timing, WhenBusy, WhenDraft},
    gate::{Prompt, answer::Choice},
    row::{Fleet, Row},
};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The action.
    pub act: Act,
    /// Do it although the fleet or the agent is paused, somebody has taken it over, or (a resume) the log cannot be written,
    /// for this reason. The reason goes into the log.
    pub forced: Option<String>,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Send a text.
    Send(Letter),
    /// Begin a new conversation, by the runtime's command.
    Reset {
        /// What to do with somebody's draft.
        draft: WhenDraft,
        /// How often and how long to look.
        timing: Timing,
    },
    /// Answer the prompt that is up.
    Answer(Reply),
    /// Interrupt the current turn.
    Interrupt,
    /// Start it again: its unit, else its pane, else a new session.
    Relaunch,
    /// Pause the agent, or the fleet where the target is the fleet.
    Pause {
        /// Why, in the operator's words.
        reason: Option<String>,
    },
    /// Take a pause back.
    Resume,
    /// Take its session over: what is typed goes there, until it is left.
    Take {
        /// The whole terminal is handed to tmux; else it stands in the dashboard's frame.
        whole: bool,
    },
    /// Record that its runtime may trust its working directory.
    Trust,
}

/// An answer to the prompt that is up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The rule of the prompt that was seen; another prompt is not answered.
    pub rule: String,
    /// What that prompt was about, as it was read: the same question about another thing is not answered.
    pub subject: String,
    /// What is chosen, by meaning.
    pub choice: Choice,
    /// The operator has confirmed an option that is dangerous.
    pub confirmed: bool,
    /// Nobody asked for it: a policy did, which allows so many answers of one agent a minute.
    pub by_policy: Option<u32>,
}

impl Reply {
    /// The answer to that prompt.
    #[must_use]
    pub fn to(prompt: &Prompt, choice: Choice, confirmed: bool) -> Self {
        Self { rule: prompt.rule.clone(), subject: prompt.subject.clone(), choice, confirmed, by_policy: None }
    }

    /// The same, because a policy says so.
    #[must_use]
    pub fn by_policy(self, most_a_minute: u32) -> Self {
        Self { by_policy: Some(most_a_minute), ..self }
    }
}

/// A text and how it is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What is to arrive, preamble included, cleaned: one letter a receiver, since each preamble names its own.
    pub text: String,
    /// A message or a slash command.
    pub kind: Kind,
    /// What to do when the agent is busy.
    pub busy: WhenBusy,
    /// What to do with somebody's draft.
    pub draft: WhenDraft,
    /// Wait for a verdict. Without: it is submitted just as carefully, and nothing is claimed.
    pub verify: bool,
    /// How often and how long to look.
    pub timing: Timing,
}

impl Order {
    /// An action that nobody forces.
    #[must_use]
    pub fn new(act: Act) -> Self {
        Self { act, forced: None }
    }

    /// Its word, as in the command line and the log.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.act {
            Act::Send(_) => "send",
            Act::Reset { .. } => "reset",
            Act::Answer(_) => "answer",
            Act::Interrupt => "interrupt",
            Act::Relaunch => "relaunch",
            Act::Pause { .. } => "pause",
            Act::Resume => "resume",
            Act::Take { .. } => "take",
            Act::Trust => "trust",
        }
    }

    /// What it takes from the agent, in words; `None`: nothing, and so nobody has to be asked.
    #[must_use]
    pub fn loses(&self) -> Option<&'static str> {
        match &self.act {
            Act::Reset { .. } => Some("the conversation so far"),
            Act::Relaunch => Some("the turn that runs, what is drafted, and what the program holds in memory"),
            Act::Send(Letter { draft: WhenDraft::Replace, .. }) => Some("the draft in the composer, if there is one"),
            Act::Send(_)
            | Act::Answer(_)
            | Act::Interrupt
            | Act::Pause { .. }
            | Act::Resume
            | Act::Trust
            | Act::Take { .. } => None,
        }
    }

    /// The same of one target: starting again what does not run loses nothing that runs.
    #[must_use]
    pub fn loses_of(&self, target: &Target) -> Option<&'static str> {
        let pane = target.aim.as_ref().and_then(|aim| aim.pane);
        match (&self.act, pane) {
            (Act::Relaunch, None) => None,
            (Act::Relaunch, Some(PaneAim { dead: true, .. })) => Some("what its ended program left on the screen"),
            _ => self.loses(),
        }
    }

    /// Spec §8: what a pause holds up. Looking, answering by hand, interrupting, pausing and resuming go on.
    #[must_use]
    pub fn held_by_pause(&self) -> bool {
        let by_policy = matches!(&self.act, Act::Answer(reply) if reply.by_policy.is_some());
        by_policy || matches!(self.act, Act::Send(_) | Act::Reset { .. } | Act::Relaunch)
    }

    /// What goes to a pane, and so must go to each only once.
    #[must_use]
    pub fn is_for_a_pane(&self) -> bool {
        matches!(self.act, Act::Send(_) | Act::Answer(_) | Act::Reset { .. } | Act::Interrupt | Act::Relaunch)
    }

    /// What is refused while somebody has the agent taken over: two must not type into one composer.
    #[must_use]
    pub fn held_by_takeover(&self) -> bool {
        matches!(self.act, Act::Send(_) | Act::Answer(_) | Act::Reset { .. } | Act::Relaunch | Act::Take { .. })
    }

    /// Whether it is carried out also where the log cannot be written: what stops an agent must not wait for a disk, and
    /// what was stopped then is let go on for a reason.
    #[must_use]
    pub fn goes_without_log(&self) -> bool {
        self.stops() || self.act == Act::Resume && self.forced.is_some()
    }

    /// Whether it only stops something.
    #[must_use]
    pub fn stops(&self) -> bool {
        matches!(self.act, Act::Interrupt | Act::Pause { .. })
    }

    /// Whether a row can take it, as far as the last look tells. The real check comes right before acting.
    pub fn fits(&self, row: &Row, fleet: &Fleet) -> Result<(), Refusal> {
        refusal::of(self, row, fleet)
    }
}
