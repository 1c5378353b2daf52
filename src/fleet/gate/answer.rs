//! Answering a prompt by meaning, as a machine without a clock or a pane: it moves the highlight, reads the screen again,
//! confirms only when the right option is highlighted, and says what came after.
//!
//! It never presses a key itself, and never asks for one on a screen that was not just read: every key follows from a
//! fresh look at the same prompt. Keys go one at a time, because a program may move by more or less than it was told.

#[cfg(test)]
mod tests;

use std::time::Duration;

use super::{Kind, Opt, Prompt, Seen, State};

/// After keys: how long until the screen is looked at.
const SETTLE: Duration = Duration::from_millis(250);
/// How long a prompt may stand after it was confirmed.
const GONE_WITHIN: Duration = Duration::from_secs(6);
/// So many looks show the highlight where it was before a key counts as lost …
const PATIENCE: u32 = 2;
/// … and once one did, which may only have been late.
const PATIENCE_WHEN_LATE: u32 = 6;
/// How many keys in a row may be lost.
const MOST_LOST: u32 = 3;
/// How often in all it is moved.
const MOST_MOVES: u32 = 40;
/// How often a gate is confirmed: programs swallow an Enter that comes while they draw. A permission is confirmed once: the
/// same question may be asked again at once, about the same thing, and that one is another question.
const MOST_CONFIRMS: u32 = 2;
/// How many more looks must show the highlight where it is wanted after it was moved …
const CALM: u32 = 1;
/// … and where a key seemed to be lost.
const CALM_WHEN_LATE: u32 = 4;
/// How many looks may show neither the prompt nor anything else that is known before it ends.
const MOST_BLIND: u32 = 8;

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// What the rule calls safe: its option, or its keys where there is nothing to choose.
    Safe,
    /// The option with these words (case and blanks do not matter; a beginning that only one has is enough).
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
        /// The rule of the prompt that came after it (a bypass warning after the trust question).
        next: Option<String>,
    },
    /// Nothing was confirmed, and why.
    Refused(String),
    /// It was confirmed, and the prompt is still there or the screen cannot be read.
    Unverified(String),
}

/// One answer to one prompt.
#[derive(Debug)]
pub struct Answer {
    prompt: Prompt,
    aim: Aim,
    phase: Phase,
    moves: u32,
    /// So many looks since the last key showed nothing new.
    still: u32,
    lost: u32,
    /// The program has drawn late, or lost a key: which of the two cannot be told.
    late: bool,
    /// So many looks in a row showed the highlight where it is wanted.
    calm: u32,
    blind: u32,
    confirms: u32,
    confirmed_at: Duration,
}

/// What is to be reached.
#[derive(Debug, Clone)]
enum Aim {
    /// The option at this place, by its words.
    Option(usize),
    /// These keys.
    Keys(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The next look decides where to move, or to confirm.
    Aiming {
        /// The place of the highlight when the last key was pressed.
        moved_from: Option<usize>,
    },
    /// It was confirmed.
    Confirmed,
}

impl Answer {
    /// An answer to that prompt. `agreed`: the operator has agreed to what this option does, where it is dangerous.
    ///
    /// Errors, in words: no such option, several of that name, one that needs an agreement, nothing that is safe.
    pub fn new(prompt: Prompt, choice: &Choice, agreed: bool) -> Result<Self, String> {
        let aim = aim(&prompt, choice)?;
        if let Aim::Option(at) = aim {
            let option = prompt.options.get(at).ok_or("there is no such option")?;
            if option.dangerous && !agreed {
                let does = option.does.as_deref().unwrap_or("cannot be undone");
                return Err(format!("{:?} {does}: it needs a confirmation of its own", option.label));
            }
            if prompt.selected().is_none() {
                return Err("no option is highlighted, so none can be reached safely".to_owned());
            }
        }
        let phase = Phase::Aiming { moved_from: None };
        let confirmed_at = Duration::ZERO;
        Ok(Self {
            prompt,
            aim,
            phase,
            moves: 0,
            still: 0,
            lost: 0,
            late: false,
            calm: 0,
            blind: 0,
            confirms: 0,
            confirmed_at,
        })
    }

    /// The words of what will be answered, for the preview and the log.
    #[must_use]
    pub fn says(&self) -> String {
        match &self.aim {
            Aim::Option(at) => self.prompt.options.get(*at).map_or_else(String::new, |option| option.label.clone()),
            Aim::Keys(keys) => keys.join(" "),
        }
    }

    /// The next step. `elapsed` is the time since [`Input::Start`].
    pub fn next(&mut self, input: Input<'_>, elapsed: Duration) -> Step {
        match (input, self.phase) {
            (Input::Start, _) => Step::Look { after: Duration::ZERO },
            (Input::Pressed, _) => Step::Look { after: SETTLE },
            (Input::Failed(why), Phase::Aiming { .. }) if self.confirms == 0 => refused(why),
            (Input::Failed(why), _) => unverified(why),
            (Input::Saw(seen), Phase::Confirmed) => self.verify(seen, elapsed),
            (Input::Saw(seen), Phase::Aiming { moved_from }) => self.aim_at(seen, moved_from, elapsed),
        }
    }

    /// The prompt is there, or should be: move, or confirm.
    fn aim_at(&mut self, seen: &Seen, moved_from: Option<usize>, elapsed: Duration) -> Step {
        let prompt = match &seen.prompt {
            Some(prompt) if self.is_same(prompt) => prompt,
            Some(other) => return refused(format!("another prompt is there now: {}", other.says)),
            None if self.blind < MOST_BLIND && seen.gone.is_none() && seen.composer.is_none() => {
                self.blind += 1;
                return Step::Look { after: SETTLE };
            }
            None => return refused("the prompt is gone, and this did not answer it".to_owned()),
        };
        let Aim::Option(wanted) = self.aim else { return self.confirm(elapsed) };
        let Some(at) = prompt.options.iter().position(|option| option.selected) else {
            return refused("no option is highlighted any more".to_owned());
        };
        if at == wanted {
            return self.confirm_when_calm(elapsed);
        }
        self.calm = 0;
        if moved_from == Some(at) {
            // A look that came before the program drew: some more before a key is pressed again.
            self.still += 1;
            if self.still < if self.late { PATIENCE_WHEN_LATE } else { PATIENCE } {
                return Step::Look { after: SETTLE };
            }
            self.late = true;
            self.lost += 1;
        } else {
            self.lost = 0;
        }
        self.still = 0;
        self.moves += 1;
        if self.lost >= MOST_LOST {
            return refused("the highlight does not move".to_owned());
        }
        if self.moves > MOST_MOVES {
            return refused("the highlight moves, and never to that option".to_owned());
        }
        self.phase = Phase::Aiming { moved_from: Some(at) };
        Step::Keys(vec![self.key_towards(at, wanted).to_owned()])
    }

    /// A key may still be on its way and move the highlight before Enter arrives: it must have come to rest.
    fn confirm_when_calm(&mut self, elapsed: Duration) -> Step {
        let looks = match (self.moves, self.late) {
            (0, _) => 0,
            (_, false) => CALM,
            (_, true) => CALM_WHEN_LATE,
        };
        if self.calm >= looks {
            return self.confirm(elapsed);
        }
        self.calm += 1;
        Step::Look { after: SETTLE }
    }

    fn confirm(&mut self, elapsed: Duration) -> Step {
        self.phase = Phase::Confirmed;
        self.confirms += 1;
        self.confirmed_at = elapsed;
        Step::Keys(match &self.aim {
            Aim::Option(_) => vec!["Enter".to_owned()],
            Aim::Keys(keys) => keys.clone(),
        })
    }

    /// After it was confirmed: gone, still there, or something else.
    fn verify(&mut self, seen: &Seen, elapsed: Duration) -> Step {
        let waited = elapsed.saturating_sub(self.confirmed_at);
        match &seen.prompt {
            Some(prompt) if self.is_same(prompt) => {
                if waited < GONE_WITHIN / 2 {
                    return Step::Look { after: SETTLE };
                }
                let ready = match self.aim {
                    Aim::Option(at) => prompt.options.get(at).is_some_and(|option| option.selected),
                    Aim::Keys(_) => true,
                };
                let again = self.prompt.kind == Kind::Gate && self.confirms < MOST_CONFIRMS;
                if again && ready {
                    return self.confirm(elapsed);
                }
                if waited < GONE_WITHIN {
                    return Step::Look { after: SETTLE };
                }
                unverified("the prompt is still there".to_owned())
            }
            Some(next) => answered(seen.state(), Some(next.rule.clone())),
            None if matches!(seen.state(), State::Unsure | State::Frozen) && waited < GONE_WITHIN => {
                Step::Look { after: SETTLE }
            }
            // An empty screen proves nothing.
            None if seen.state() == State::Unsure && seen.blank => unverified("the screen is empty".to_owned()),
            None => answered(seen.state(), None),
        }
    }

    /// Whether it is still this prompt: the same rule about the same thing, the same options in the same order.
    fn is_same(&self, other: &Prompt) -> bool {
        let labels = |prompt: &Prompt| prompt.options.iter().map(|option| plain(&option.label)).collect::<Vec<_>>();
        (&self.prompt.rule, &self.prompt.subject) == (&other.rule, &other.subject)
            && labels(&self.prompt) == labels(other)
    }

    fn key_towards(&self, at: usize, wanted: usize) -> &'static str {
        match (self.prompt.sideways, wanted > at) {
            (false, true) => "Down",
            (false, false) => "Up",
            (true, true) => "Right",
            (true, false) => "Left",
        }
    }
}

fn answered(now: State, next: Option<String>) -> Step {
    Step::End(Verdict::Answered { now, next })
}

fn refused(why: String) -> Step {
    Step::End(Verdict::Refused(why))
}

fn unverified(why: String) -> Step {
    Step::End(Verdict::Unverified(why))
}

fn aim(prompt: &Prompt, choice: &Choice) -> Result<Aim, String> {
    match choice {
        Choice::Safe if prompt.human => Err("only a person can answer this one".to_owned()),
        Choice::Safe => match prompt.safe {
            Some(at) => Ok(Aim::Option(at)),
            None if prompt.keys.is_empty() => Err("no rule says which answer is safe".to_owned()),
            None => Ok(Aim::Keys(prompt.keys.clone())),
        },
        Choice::Label(words) => labelled(&prompt.options, words).map(Aim::Option),
    }
}

/// The option with those words: exactly, else by a beginning that only one has.
fn labelled(options: &[Opt], words: &str) -> Result<usize, String> {
    let wanted = plain(words);
    if wanted.is_empty() {
        return Err("an option is chosen by its words".to_owned());
    }
    let places = |is: &dyn Fn(&str) -> bool| -> Vec<usize> {
        (0..options.len()).filter(|at| is(&plain(&options[*at].label))).collect()
    };
    let exact = places(&|label| label == wanted);
    let found = if exact.is_empty() { places(&|label| label.starts_with(&wanted)) } else { exact };
    match found[..] {
        [at] => Ok(at),
        [] => Err(format!("no option is called {words:?}: {}", list(options))),
        _ => Err(format!("several options are called {words:?}: {}", list(options))),
    }
}

fn list(options: &[Opt]) -> String {
    let labels: Vec<String> = options.iter().map(|option| format!("{:?}", option.label)).collect();
    if labels.is_empty() { "there are none".to_owned() } else { labels.join(", ") }
}

/// Words without case and blanks.
fn plain(text: &str) -> String {
    text.split_whitespace().flat_map(str::chars).flat_map(char::to_lowercase).collect()
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
