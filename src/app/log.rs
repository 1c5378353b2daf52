//! The log view: every action that was taken on this fleet, from here or by others, the newest first.
//!
//! PURE. It holds what was read of the action log and what of it is listed.

use super::model::Model;
use crate::fleet::{action_record::Logged, words::count};

/// What is known of the action log.
#[derive(Debug, Default)]
pub struct Log {
    /// The orders, the newest first.
    all: Vec<Logged>,
    /// Why it could not be read, or what of it could not.
    pub(super) odd: Option<String>,
    /// Whether it has been read at all.
    pub(super) read: bool,
    /// Whether it is being read: only while somebody looks at it.
    pub(super) wanted: bool,
    /// What is listed: lines with these words in them.
    pub(super) filter: String,
}

/// What a look at the action log found: the orders as they were begun, and how many lines were no orders.
pub type LogNews = Result<(Vec<Logged>, usize), String>;

impl Log {
    /// Takes a look in.
    pub fn take(&mut self, news: LogNews) {
        self.read = true;
        match news {
            Ok((mut all, bad)) => {
                all.reverse();
                self.all = all;
                self.odd = (bad > 0).then(|| format!("{} of the log could not be read", count(bad, "line")));
            }
            Err(why) => self.odd = Some(format!("the log could not be read: {why}")),
        }
    }

    /// All orders, the newest first.
    #[must_use]
    pub fn all(&self) -> &[Logged] {
        &self.all
    }

    /// Those that are listed.
    #[must_use]
    pub fn shown(&self) -> Vec<&Logged> {
        let words: Vec<String> = self.filter.split_whitespace().map(str::to_lowercase).collect();
        self.all.iter().filter(|logged| words.iter().all(|word| has(logged, word))).collect()
    }

    /// What narrows it.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// What is odd about it.
    #[must_use]
    pub fn odd(&self) -> Option<&str> {
        self.odd.as_deref()
    }

    /// Whether it has been read at all.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.read
    }
}

/// Whether an order has a word in it; `!word`: has it not.
fn has(logged: &Logged, word: &str) -> bool {
    let intent = &logged.intent;
    let target = intent.target.agent.as_deref().unwrap_or("fleet");
    let text =
        format!("{target} {} {} {} {}", intent.order, logged.word(), intent.who.user, intent.front).to_lowercase();
    match word.strip_prefix('!') {
        Some(word) => !text.contains(word),
        None => text.contains(word),
    }
}

/// What is to be told of an order beside its verdict: its message, its reason, its ending, how long it took.
#[must_use]
pub fn says(logged: &Logged) -> String {
    let (intent, verdict) = (&logged.intent, logged.verdict.as_ref());
    let parts = [
        intent.body.as_ref().map(|body| format!("“{}”", body.first)),
        intent.reason.as_ref().map(|reason| format!("because: {reason}")),
        verdict.and_then(|verdict| verdict.says.clone()),
        verdict.and_then(|verdict| verdict.took_ms).map(|took| format!("{took} ms")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Whether an order ended well.
#[must_use]
pub fn is_good(logged: &Logged) -> bool {
    matches!(logged.word(), "done" | "accepted" | "submitted")
}

impl Model {
    /// The action log as it is known here.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.desk.log
    }
}
