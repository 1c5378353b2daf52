//! The orders that were given from here: which run, how far they are, and how they ended.
//!
//! PURE. Bounded: the last few are kept, for the row, the status line, the list of receipts and the agent's history.

use std::{collections::VecDeque, time::Duration};

use jiff::Timestamp;

use crate::fleet::{
    order::{Ending, Outcome, Progress, Target},
    row::{Row, RowKey},
    words::age,
};

/// Which order: counted from one.
pub type JobId = u64;

/// So many orders are kept.
const KEPT: usize = 40;

/// For how long a row shows how its order ended.
const SHOWN: Duration = Duration::from_secs(12);

/// News of an order on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobNews {
    /// Something is being done to one target.
    Progress(Progress),
    /// It ended for one target.
    Ended(Box<Outcome>),
    /// Nothing more will come.
    Over,
}

/// One order, to one target or to several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Which.
    pub id: JobId,
    /// The order's word: `send`, `relaunch` …
    pub word: &'static str,
    /// When it was given.
    pub began: Option<Timestamp>,
    /// When the last of its news came.
    pub heard: Option<Timestamp>,
    /// Its targets, each with what becomes of it.
    pub parts: Vec<Part>,
}

/// One target of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its row; `None` is the fleet as a whole.
    pub row: Option<RowKey>,
    /// Its name.
    pub name: String,
    /// How far it is.
    pub state: State,
}

/// How far an order is with one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Its turn has not come.
    Waiting,
    /// This is being done.
    Running(String),
    /// It is over.
    Ended {
        /// How.
        ending: Ending,
        /// The same in words.
        says: String,
        /// What that rests on, strongest first.
        evidence: Vec<String>,
    },
}

/// How a state is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Under way.
    Busy,
    /// It succeeded.
    Good,
    /// It did not, or nobody knows.
    Bad,
}

impl State {
    /// How it is meant.
    #[must_use]
    pub fn mood(&self) -> Mood {
        match self {
            Self::Waiting | Self::Running(_) => Mood::Busy,
            Self::Ended { ending, .. } if ending.is_failure() => Mood::Bad,
            Self::Ended { .. } => Mood::Good,
        }
    }

    /// Its shape, one cell wide.
    #[must_use]
    pub fn shape(&self) -> &'static str {
        match self.mood() {
            Mood::Busy => "»",
            Mood::Good => "✓",
            Mood::Bad => "✗",
        }
    }

    /// It in one line, with its shape.
    #[must_use]
    pub fn line(&self, order: &str) -> String {
        format!("{} {}", self.shape(), self.words(order))
    }

    /// It in words, with the order's word before them.
    #[must_use]
    pub fn words(&self, order: &str) -> String {
        match self {
            Self::Waiting => format!("{order}: its turn comes"),
            Self::Running(says) => format!("{order}: {says}"),
            Self::Ended { ending, says, .. } if says.is_empty() => format!("{order} {}", ending.word()),
            Self::Ended { ending, says, .. } => format!("{order} {}: {says}", ending.word()),
        }
    }
}

impl Part {
    /// A target whose turn has not come.
    #[must_use]
    pub fn waiting(target: &Target) -> Self {
        let row = target.aim.as_ref().map(|aim| aim.row.clone());
        Self { row, name: target.name().to_owned(), state: State::Waiting }
    }

    /// A row that was refused before anything was begun.
    #[must_use]
    pub fn refused(row: &Row, refusal: crate::fleet::order::Refusal) -> Self {
        let says = refusal.to_string();
        let state = State::Ended { ending: Ending::Refused(refusal), says, evidence: Vec::new() };
        Self { row: Some(row.key.clone()), name: row.name.clone(), state }
    }
}

impl Job {
    /// Whether it goes on.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.parts.iter().any(|part| part.state.mood() == Mood::Busy)
    }

    /// It in one line.
    #[must_use]
    pub fn line(&self) -> String {
        match self.parts.as_slice() {
            [one] => format!("{} {}: {}", one.state.shape(), one.name, one.state.words(self.word)),
            all => {
                let count = |mood| all.iter().filter(|part| part.state.mood() == mood).count();
                let (busy, good, bad) = (count(Mood::Busy), count(Mood::Good), count(Mood::Bad));
                let shape = if busy > 0 {
                    "»"
                } else if bad > 0 {
                    "✗"
                } else {
                    "✓"
                };
                let left = if busy > 0 { format!(", {busy} to go") } else { String::new() };
                let failed = if bad > 0 { format!(", {bad} failed: J shows them") } else { String::new() };
                format!("{shape} {} to {} agents: {good} done{left}{failed}", self.word, all.len())
            }
        }
    }

    fn part(&mut self, target: &Target) -> Option<&mut Part> {
        let row = target.aim.as_ref().map(|aim| &aim.row);
        self.parts.iter_mut().find(|part| part.row.as_ref() == row)
    }
}

/// The orders that were given from here, the newest last.
#[derive(Debug, Default)]
pub struct Jobs {
    all: VecDeque<Job>,
    count: JobId,
}

impl Jobs {
    /// The number of the next thing that is asked for.
    pub fn number(&mut self) -> JobId {
        self.count += 1;
        self.count
    }

    /// An order begins.
    pub fn begin(&mut self, word: &'static str, parts: Vec<Part>, now: Option<Timestamp>) -> JobId {
        let id = self.number();
        // What still runs is never dropped: its end has to be shown.
        if let Some(old) = self.all.iter().position(|job| !job.is_running()).filter(|_| self.all.len() >= KEPT) {
            self.all.remove(old);
        }
        self.all.push_back(Job { id, word, began: now, heard: now, parts });
        id
    }

    /// Takes news in; whether the order is over with it.
    pub fn take(&mut self, id: JobId, news: JobNews, now: Option<Timestamp>) -> Option<&Job> {
        let job = self.all.iter_mut().find(|job| job.id == id)?;
        job.heard = now;
        match news {
            JobNews::Progress(progress) => {
                if let Some(part) = job.part(&progress.target).filter(|part| part.state.mood() == Mood::Busy) {
                    part.state = State::Running(progress.says);
                }
            }
            JobNews::Ended(outcome) => {
                if let Some(part) = job.part(&outcome.target) {
                    let evidence = outcome.evidence.iter().map(|proof| format!("{}: {}", proof.source, proof.says));
                    let mut evidence: Vec<String> = evidence.collect();
                    let mut says = outcome.says;
                    // A refusal by the log says so itself.
                    if let Some(why) = outcome.unlogged.filter(|_| !matches!(outcome.ending, Ending::Refused(_))) {
                        evidence.push(format!("not in the log: {why}"));
                        says = format!("NOT IN THE LOG, which cannot be written; {says}");
                    }
                    part.state = State::Ended { ending: outcome.ending, says, evidence };
                }
            }
            JobNews::Over => {
                for part in job.parts.iter_mut().filter(|part| part.state.mood() == Mood::Busy) {
                    let says = "it ended without a word".to_owned();
                    part.state = State::Ended { ending: Ending::Unverifiable, says, evidence: Vec::new() };
                }
            }
        }
        Some(&*job)
    }

    /// What is to be shown on a row: an order that runs on it, or one that has just ended.
    #[must_use]
    pub fn on(&self, row: &RowKey, now: Option<Timestamp>) -> Option<(&Job, &Part)> {
        let fresh = |job: &&Job| {
            let old = job.heard.zip(now).map(|(then, now)| age(then, now));
            job.is_running() || old.is_none_or(|old| old <= SHOWN)
        };
        let part = |job: &'_ Job| job.parts.iter().position(|part| part.row.as_ref() == Some(row));
        self.all.iter().rev().filter(fresh).find_map(|job| Some((job, &job.parts[part(job)?])))
    }

    /// Whether the same order is under way for one of these.
    #[must_use]
    pub fn runs(&self, word: &str, rows: &[RowKey]) -> Option<&Part> {
        let busy = |part: &&Part| {
            part.state.mood() == Mood::Busy
                && if rows.is_empty() {
                    part.row.is_none()
                } else {
                    part.row.as_ref().is_some_and(|row| rows.contains(row))
                }
        };
        self.all.iter().filter(|job| job.word == word).flat_map(|job| &job.parts).find(busy)
    }

    /// The newest that runs.
    #[must_use]
    pub fn running(&self) -> Option<&Job> {
        self.all.iter().rev().find(|job| job.is_running())
    }

    /// The newest.
    #[must_use]
    pub fn last(&self) -> Option<&Job> {
        self.all.back()
    }

    /// One by its number.
    #[must_use]
    pub fn get(&self, id: JobId) -> Option<&Job> {
        self.all.iter().find(|job| job.id == id)
    }
}
