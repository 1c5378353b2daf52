//! A verified send, as a machine without I/O and without a clock.
//!
//! It is fed with what was seen and with the time since it began, says what to do next, and ends in a receipt that
//! names its evidence. It never sends a text twice: a retry presses Enter again, and only while the text is still seen
//! in the composer. Silence is never success.

mod clear;
mod machine;
mod ours;
mod watch;

use std::time::Duration;

use super::{record::Record, runtime::spec::RuntimeSpec};
use crate::screen::Screen;

pub use machine::{Delivery, LEFT};

/// What is to be sent, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What is to arrive, preamble included, cleaned (`message::Body`).
    pub text: String,
    /// What the text is.
    pub kind: Kind,
    /// The process that the target pane ran when it was chosen: another one is another agent.
    pub pid: u32,
    /// What is known of the runtime.
    pub spec: RuntimeSpec,
    /// The host's own name: a pane's title that nobody has set.
    pub host: String,
    /// Whether a verdict is wanted; without, it ends as soon as the text has left the composer.
    pub verify: bool,
    /// What to do when the agent is busy.
    pub busy: WhenBusy,
    /// What to do with somebody's draft.
    pub draft: WhenDraft,
    /// How often and how long to look.
    pub timing: Timing,
}

/// What a text is to the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A message: pasted as one.
    Message,
    /// A slash command: typed, since a pasted one may be taken for prose.
    Command,
    /// The command that begins a new conversation; the runtime's own new session is evidence, too.
    Reset,
}

/// What to do when the agent is busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenBusy {
    /// Type nothing.
    Refuse,
    /// Let it wait for the turn's end, where the runtime can; else type nothing.
    Queue,
}

/// What to do when the composer holds somebody's draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenDraft {
    /// Type nothing.
    Refuse,
    /// Clear it by the runtime's own key, and go on once it is gone.
    Replace,
}

/// How often and how long to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Between two looks.
    pub look_every: Duration,
    /// The longest wait for a verdict after the first Enter, and for an agent to get ready before it.
    pub give_up_after: Duration,
}

impl Default for Timing {
    /// Spec §8: every 400 ms, for at most 6 s.
    fn default() -> Self {
        Self { look_every: Duration::from_millis(400), give_up_after: Duration::from_secs(6) }
    }
}

/// What the machine is fed with.
#[derive(Debug)]
pub enum Input<'a> {
    /// The beginning.
    Start,
    /// What a look saw.
    Saw(Sight<'a>),
    /// The touch was done.
    Done,
    /// The look or the touch could not be done, and will not be: what, and why.
    Failed(String),
    /// The look told nothing, and the next one may.
    Missed(String),
}

/// One look at the target.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// Its picture.
    pub screen: &'a Screen,
    /// What tmux says of the pane.
    pub pane: PaneSight<'a>,
    /// The words of the prompt, menu or picker that is up.
    pub prompt: Option<&'a str>,
    /// Whether the agent works; `None`: not known.
    pub busy: Option<bool>,
    /// What the runtime's own record says, where one is read.
    pub record: Option<&'a Record>,
}

/// What tmux says of a pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaneSight<'a> {
    /// `pane_pid`.
    pub pid: u32,
    /// `pane_dead`.
    pub dead: bool,
    /// `pane_in_mode`: copy mode or a picker of tmux would swallow what is typed.
    pub in_mode: bool,
    /// Whether it is the pane that we run in.
    pub own: bool,
    /// `pane_title`.
    pub title: &'a str,
    /// `cursor_flag`.
    pub cursor_shown: bool,
    /// `pane_current_command`.
    pub command: &'a str,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Wait, then look, and come back with [`Input::Saw`].
    Look {
        /// How long to wait first.
        after: Duration,
    },
    /// Do this, and come back with [`Input::Done`].
    Do(Touch),
    /// It is over.
    End(Receipt),
}

/// One thing that is done to the pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touch {
    /// Leave copy mode (`send-keys -X cancel`).
    LeaveMode,
    /// Press keys, by tmux's names.
    Keys(Vec<String>),
    /// Type a text literally (`send-keys -l --`).
    Type(String),
    /// Paste a text in brackets (`load-buffer`, `paste-buffer -p`).
    Paste(String),
    /// Press Enter, alone in its own call.
    Enter,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The verdict.
    pub verdict: Verdict,
    /// What it rests on, the strongest first.
    pub evidence: Vec<Proof>,
    /// One sentence for people, without a full stop.
    pub says: String,
    /// How often Enter (or the queueing key) was pressed.
    pub enters: u8,
    /// Whether the text was typed or pasted at all.
    pub typed: bool,
    /// From the first Enter to the verdict; from the beginning where none was pressed.
    pub took: Duration,
}

/// The verdict on a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The agent has it.
    Accepted,
    /// It has left the composer; no verdict was wanted.
    Submitted,
    /// It stands in the composer, not submitted.
    Draft,
    /// Nothing shows what became of it, or it could not be done.
    Unverifiable,
    /// The agent has it, and now stands at a prompt.
    Blocked,
    /// Nothing was typed.
    Refused,
}

impl Verdict {
    /// Its stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Submitted => "submitted",
            Self::Draft => "draft",
            Self::Unverifiable => "unverifiable",
            Self::Blocked => "blocked",
            Self::Refused => "refused",
        }
    }

    /// The exit code of `send --verify`.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Accepted | Self::Submitted => 0,
            Self::Unverifiable => 1,
            Self::Draft => 2,
            Self::Refused => 4,
            Self::Blocked => 5,
        }
    }
}

/// One piece of evidence of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Where it comes from: `record`, `status`, `composer`, `screen`, `tmux`.
    pub source: &'static str,
    /// The rule that read it.
    pub rule: &'static str,
    /// What it says, in words.
    pub says: String,
}
