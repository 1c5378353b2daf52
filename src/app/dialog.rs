//! The lines of a dialog, and how far it is scrolled: words with a tone, made safe to show.
//!
//! PURE. Every dialog is made of these, so that one function draws them all.

use super::{layout::inside, model::Model, words::wrap};

/// Where a dialog has less room than this for its words, they cannot be read: columns and rows.
const LEAST: (u16, u16) = (24, 5);

/// What is said then.
pub const UNSEEN: &str = "too small to read it here: make the terminal larger, or Esc";

impl Model {
    /// Whether the dialog that is open has no room for its words. Nothing is confirmed that could not be seen.
    #[must_use]
    pub fn is_unseen(&self) -> bool {
        let plan = self.layout();
        let room = inside(plan.dialog, plan.form);
        room.width < LEAST.0 || room.height < LEAST.1 || plan.footer.is_empty()
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// How it is meant.
    pub tone: Tone,
    /// Its words, safe to show.
    pub text: String,
}

/// How words are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A fact.
    Plain,
    /// Of less weight.
    Dim,
    /// It stands out.
    Strong,
    /// It went well.
    Good,
    /// It warns.
    Warn,
    /// Something is lost or refused.
    Bad,
    /// It is chosen.
    Chosen,
}

/// Lines on their way, all of one width.
#[derive(Debug)]
pub struct Page {
    width: usize,
    /// The lines.
    pub lines: Vec<Said>,
}

impl Page {
    /// An empty one.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { width: width.max(4), lines: Vec::new() }
    }

    /// Words, wrapped.
    pub fn say(&mut self, tone: Tone, text: &str) {
        self.under("", tone, text);
    }

    /// Words behind a mark; what goes on stands below them.
    pub fn under(&mut self, mark: &str, tone: Tone, text: &str) {
        let indent = mark.chars().count();
        let mut mark = mark.to_owned();
        for line in wrap(text, self.width.saturating_sub(indent).max(4)) {
            self.lines.push(Said { tone, text: format!("{mark}{line}") });
            mark = " ".repeat(indent);
        }
    }

    /// Air.
    pub fn gap(&mut self) {
        if !self.lines.is_empty() {
            self.lines.push(Said { tone: Tone::Plain, text: String::new() });
        }
    }
}
