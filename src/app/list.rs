//! What the list shows and in which order: a small filter language and the sort columns.
//!
//! PURE. It knows rows and nothing of the screen.

use std::{cmp::Ordering, time::Duration};

use crate::fleet::{judgement::Readiness, row::Row};

/// A filter that was understood: every word of it must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    words: Vec<Word>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    inverse: bool,
    field: Option<Field>,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Class,
    Runtime,
    State,
    Flag,
    Host,
}

/// Why a filter was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// Where, in characters from 0.
    pub at: usize,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub hint: String,
}

impl Filter {
    /// Reads a filter: words, `!` for the inverse, `class:code`.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            let at = text.find(word).map_or(0, |byte| text[..byte].chars().count());
            words.push(parse_word(word, at)?);
        }
        Ok(Self { words })
    }

    /// Whether a row passes.
    #[must_use]
    pub fn matches(&self, row: &Row) -> bool {
        self.words.iter().all(|word| word.holds(row) != word.inverse)
    }

    /// Whether everything passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

fn parse_word(word: &str, at: usize) -> Result<Word, FilterError> {
    let (inverse, rest) = word.strip_prefix('!').map_or((false, word), |rest| (true, rest));
    let Some((key, text)) = rest.split_once(':') else {
        return Ok(Word { inverse, field: None, text: rest.to_lowercase() });
    };
    let field = match key {
        "name" => Field::Name,
        "class" => Field::Class,
        "runtime" => Field::Runtime,
        "state" => Field::State,
        "flag" => Field::Flag,
        "host" => Field::Host,
        _ => {
            return Err(FilterError {
                at,
                what: format!("no field is called {key:?}"),
                hint: "name, class, runtime, state, flag or host".to_owned(),
            });
        }
    };
    Ok(Word { inverse, field: Some(field), text: text.to_lowercase() })
}

impl Word {
    fn holds(&self, row: &Row) -> bool {
        let has = |text: &str| text.to_lowercase().contains(&self.text);
        let may = |text: &Option<String>| text.as_deref().is_some_and(has);
        match self.field {
            None => {
                has(&row.name) || may(&row.alias) || may(&row.class) || may(&row.runtime) || has(row.readiness().word())
            }
            Some(Field::Name) => has(&row.name) || may(&row.alias),
            Some(Field::Class) => may(&row.class),
            Some(Field::Runtime) => may(&row.runtime),
            Some(Field::State) => row.readiness().word().starts_with(&self.text),
            Some(Field::Flag) => row.judgement.flags.iter().any(|flag| has(flag.word())),
            Some(Field::Host) => has(&row.key.host.0),
        }
    }
}

/// What the list can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Column {
    /// Worst first.
    #[default]
    Attention,
    /// Name.
    Agent,
    /// Class.
    Class,
    /// Runtime.
    Runtime,
    /// State.
    State,
    /// Longest idle first.
    Idle,
    /// Oldest heartbeat first.
    Heartbeat,
}

/// An order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    /// By what.
    pub column: Column,
    /// Turned around.
    pub reverse: bool,
}

impl Sort {
    /// How two rows stand to each other; equal ones keep the roster's order.
    #[must_use]
    pub fn compare(&self, a: &Row, b: &Row) -> Ordering {
        let order = match self.column {
            Column::Attention => attention(a).cmp(&attention(b)),
            Column::Agent => a.name.cmp(&b.name),
            Column::Class => a.class.cmp(&b.class),
            Column::Runtime => a.runtime.cmp(&b.runtime),
            Column::State => a.readiness().cmp(&b.readiness()),
            Column::Idle => longest(b.idle.known(), a.idle.known()),
            Column::Heartbeat => longest(b.heartbeat.age.as_ref(), a.heartbeat.age.as_ref()),
        };
        if self.reverse { order.reverse() } else { order }
    }
}

fn attention(row: &Row) -> (bool, Readiness) {
    (!row.judgement.is_fault(), row.readiness())
}

fn longest(a: Option<&Duration>, b: Option<&Duration>) -> Ordering {
    a.cmp(&b)
}
