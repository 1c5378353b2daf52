//! Answering a prompt by meaning, as a machine without a clock or a pane: it moves the highlight, reads the screen again,
//! confirms only when the right option is highlighted, and says what came after. It never presses a key itself, and it
//! never asks for Enter on a screen that was not read.

use std::time::Duration;

use super::{Prompt, Seen, State};

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// What the rule calls safe: its option, or its keys where there is nothing to choose.
    Safe,
    /// The option with these words (case and blanks do not matter, a unique beginning is enough).
    Label(String),
}

/// How an answer goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Look at the screen after that time, read it with the rules, and come back with [`Input::Saw`].
    Look {
        /// How long to wait first.
        after: Duration,
    },
    /// Press these keys, by tmux's names, and come back with [`Input::Pressed`] or [`Input::Failed`].
    Keys(Vec<String>),
    /// It has ended.
    End(Verdict),
}

/// What became of the last step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input<'a> {
    /// Begin.
    Start,
    /// The screen as it is now.
    Saw(&'a Seen),
    /// The keys were sent.
    Pressed,
    /// The step failed, in words.
    Failed(String),
}

/// How an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The prompt is gone; what is there now.
    Answered {
        /// What the screen says now.
        now: State,
        /// The rule of the prompt that came after it (claude's trust, then its bypass warning).
        next: Option<String>,
    },
    /// Nothing was confirmed, and why: the prompt changed or went by itself, the option is not there, it needs a
    /// confirmation, the highlight does not move.
    Refused(String),
    /// It was confirmed, and the prompt is still there or the screen cannot be read.
    Unverified(String),
}

/// One answer to one prompt.
#[derive(Debug)]
pub struct Answer {
    prompt: Prompt,
    choice: Choice,
}

impl Answer {
    /// An answer to that prompt. `confirmed`: the operator has confirmed an option that is dangerous.
    pub fn new(prompt: Prompt, choice: Choice, confirmed: bool) -> Result<Self, String> {
        let _ = confirmed;
        Ok(Self { prompt, choice })
    }

    /// The next step. `elapsed` is the time since [`Input::Start`].
    pub fn next(&mut self, input: Input<'_>, elapsed: Duration) -> Step {
        let _ = (input, elapsed);
        Step::End(Verdict::Refused(format!("{:?} to {} is not carried out yet", self.choice, self.prompt.rule)))
    }
}

/// How often prompts of one agent may be answered with nobody there.
#[derive(Debug, Clone, Default)]
pub struct Brake {
    answered: Vec<Duration>,
}

impl Brake {
    /// Whether one more answer is allowed now, at most `most` in the last minute; it is then counted. `now` counts from
    /// any fixed moment.
    pub fn allow(&mut self, most: usize, now: Duration) -> bool {
        self.answered.retain(|at| now.saturating_sub(*at) < Duration::from_secs(60));
        let allowed = self.answered.len() < most;
        if allowed {
            self.answered.push(now);
        }
        allowed
    }
}
