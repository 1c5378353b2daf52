//! The lines of a dialog, and how far it is scrolled: words with a tone, made safe to show.
//!
//! PURE. Every dialog is made of these, so that one function draws them all.

use ratatui::layout::Rect;

use super::{
    chooser,
    layout::{Form, inside},
    mode::Mode,
    model::Model,
    words::wrap,
};

/// Where a dialog has less room than this for its words, they cannot be read: columns and rows.
const LEAST: (u16, u16) = (24, 5);

/// What is said then.
pub const UNSEEN: &str = "too small to read it here: make the terminal larger, or Esc";

impl Model {
    /// Where the dialog that is open stands, and how far it is scrolled: it is as high as its words, so that what it is
    /// about stays in sight.
    #[must_use]
    pub fn dialog_place(&self) -> (Rect, usize) {
        let plan = self.layout();
        let lines = self.dialog_lines(usize::from(inside(plan.dialog, plan.form).width));
        let needed = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
        let height = if plan.form == Form::Compact { plan.dialog.height } else { plan.dialog.height.min(needed) };
        let mut place = Rect { height, ..plan.dialog };
        if matches!(self.mode(), Mode::Columns(_)) && plan.form != Form::Compact {
            // The table that it is about stays in sight.
            place.width = place.width.min(chooser::WIDTH);
            place.x = plan.dialog.right() - place.width;
        }
        let rows = usize::from(inside(place, plan.form).height);
        let scroll = match self.mode() {
            Mode::Confirm(confirm) => confirm.scroll,
            Mode::Answer(ask) => ask.first_line(&lines, rows),
            Mode::Receipts { scroll, .. } => *scroll,
            Mode::Columns(chooser) => (chooser.cursor + 1).saturating_sub(rows),
            _ => 0,
        };
        (place, scroll.min(lines.len().saturating_sub(rows)))
    }

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
    /// What a click on it chooses.
    pub choice: Option<usize>,
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
            self.lines.push(Said { tone, text: format!("{mark}{line}"), choice: None });
            mark = " ".repeat(indent);
        }
    }

    /// Words as [`Page::under`] says them, which a click chooses.
    pub fn offer(&mut self, choice: usize, mark: &str, tone: Tone, text: &str) {
        let before = self.lines.len();
        self.under(mark, tone, text);
        self.lines[before..].iter_mut().for_each(|said| said.choice = Some(choice));
    }

    /// Air.
    pub fn gap(&mut self) {
        if !self.lines.is_empty() {
            self.lines.push(Said { tone: Tone::Plain, text: String::new(), choice: None });
        }
    }
}
