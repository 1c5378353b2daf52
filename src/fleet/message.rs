//! A message between agents: the preamble that carries its sender, and the body as it may be typed.
//!
//! The words and the pattern are the contract's (spec §8). Nothing here sends anything.

#[cfg(test)]
mod tests;

use std::fmt;

use thiserror::Error;

use super::text::{cleaned, visible_char};

/// The longest body that is sent, in bytes. A longer one belongs into a file that the message names.
pub const BODY_MOST: usize = 100_000;

/// What a message asks of its reader. Without one it counts as [`Class::Actionable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// For the log only.
    TerminalLog,
    /// Something is to be done.
    Actionable,
    /// For a human.
    Human,
    /// A reaction to something said before.
    Reaction,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::TerminalLog, Self::Actionable, Self::Human, Self::Reaction];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::TerminalLog => "terminal-log",
            Self::Actionable => "actionable",
            Self::Human => "human",
            Self::Reaction => "reaction",
        }
    }

    /// The class of a word; an unknown one is a usage error and nothing is sent.
    pub fn parse(word: &str) -> Result<Self, MessageError> {
        let known = Self::ALL.into_iter().find(|class| class.word() == word);
        known.ok_or_else(|| MessageError::Class(word.to_owned()))
    }
}

/// Why there is no message.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MessageError {
    /// The class is none of the four.
    #[error("{0:?} is no class. Hint: terminal-log, actionable, human or reaction")]
    Class(String),
    /// A label is empty, or has blanks or characters in it that steer or hide.
    #[error("{0:?} is no label of a sender or receiver. Hint: one word, such as host:session")]
    Label(String),
    /// Nothing is left of the body.
    #[error("the message is empty")]
    Empty,
    /// The body is longer than [`BODY_MOST`].
    #[error("the message has {0} bytes, the most is {BODY_MOST}. Hint: write it into a file and send its path")]
    TooLong(usize),
}

/// Who a message is from or for: `host:session`, one word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label(String);

impl Label {
    /// A label; refuses what the preamble cannot carry: blanks, and a `]` at the end, behind which a class would read as
    /// the body.
    pub fn new(text: impl Into<String>) -> Result<Self, MessageError> {
        let text = text.into();
        let one_word = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || visible_char(c) != c);
        if one_word && !text.ends_with(']') { Ok(Self(text)) } else { Err(MessageError::Label(text)) }
    }

    /// The sender: `--from`, else `host:session` inside a tmux session, else `operator:mosaic-top`.
    pub fn sender(from: Option<&str>, host: &str, session: Option<&str>) -> Result<Self, MessageError> {
        match (from, session) {
            (Some(from), _) => Self::new(from),
            (None, Some(session)) => Self::new(format!("{host}:{session}")),
            (None, None) => Self::new("operator:mosaic-top"),
        }
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A body as it may be typed, and what was taken out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    text: String,
    stripped: usize,
}

impl Body {
    /// Cleans a body: line ends become `\n`, what steers a terminal or hides ([`cleaned`]) is taken out, and so are line
    /// ends at the end. Refuses an empty body and one over [`BODY_MOST`].
    pub fn clean(raw: &str) -> Result<Self, MessageError> {
        let (kept, stripped) = cleaned(raw);
        let text = kept.trim_end_matches(['\n', '\t', ' ']);
        match text.len() {
            _ if text.trim().is_empty() => Err(MessageError::Empty),
            bytes if bytes > BODY_MOST => Err(MessageError::TooLong(bytes)),
            _ => Ok(Self { text: text.to_owned(), stripped }),
        }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many characters were taken out; to be said when it is not 0.
    #[must_use]
    pub fn stripped(&self) -> usize {
        self.stripped
    }
}

/// A message with its preamble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who sends it.
    pub from: Label,
    /// Who gets it: `host:session`.
    pub to: Label,
    /// What it asks for; `None` writes the classic form.
    pub class: Option<Class>,
    /// What it says.
    pub body: String,
}

impl Message {
    /// As it is typed: `[from -> to] body`, or `[from -> to class=c] body`.
    #[must_use]
    pub fn write(&self) -> String {
        let class = self.class.map(|class| format!(" class={}", class.word())).unwrap_or_default();
        format!("[{} -> {}{class}] {}", self.from, self.to, self.body)
    }

    /// Reads one as its consumers do: `^\[(\S+) -> (\S+?)(?: class=(…))?\] (.*)$` on the first line; further lines
    /// belong to the body. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (from, rest) = text.strip_prefix('[')?.split_once(char::is_whitespace)?;
        // The pattern asks for plain spaces around the arrow.
        let rest = rest.strip_prefix("-> ").filter(|_| text[1 + from.len()..].starts_with(' '))?;
        let word = rest.find(char::is_whitespace)?;
        // The shortest receiver after which the rest fits: `]` may be a part of its name.
        let (to, class, body) = rest.char_indices().skip(1).take_while(|(at, _)| *at <= word).find_map(|(at, _)| {
            let (class, body) = behind_receiver(&rest[at..])?;
            Some((&rest[..at], class, body))
        })?;
        Some(Self { from: Label::new(from).ok()?, to: Label::new(to).ok()?, class, body: body.to_owned() })
    }

    /// The labels of a reply.
    #[must_use]
    pub fn reply(&self, body: String) -> Self {
        Self { from: self.to.clone(), to: self.from.clone(), class: None, body }
    }
}

/// What stands behind the receiver: perhaps a class, the bracket, the body.
fn behind_receiver(rest: &str) -> Option<(Option<Class>, &str)> {
    if let Some(body) = rest.strip_prefix("] ") {
        return Some((None, body));
    }
    let (word, body) = rest.strip_prefix(" class=")?.split_once("] ")?;
    Some((Some(Class::parse(word).ok()?), body))
}
