//! A runtime's input line, read from its screen: is it there, is it empty, or what is drafted in it.
//!
//! It only reads cells, styles and the cursor, by the rules of `RuntimeSpec`; it presses nothing. What it cannot read with
//! certainty it does not call a composer: a message is typed only into one that was recognised.

use crate::screen::Screen;

use super::runtime::spec::{RuntimeSpec, Shape};

/// What a screen says of the input line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Composer {
    /// It is there and holds nothing.
    Empty {
        /// The placeholder or suggestion that is drawn in it.
        ghost: Option<String>,
    },
    /// It is there and holds text that was not submitted.
    Draft {
        /// What is shown of it, one line for each row: a long one is scrolled, a pasted one may be collapsed.
        text: String,
        /// Whether it shows the stand-in of a collapsed paste.
        collapsed: bool,
    },
    /// It is not there: a dialog, a menu, a shell, or a program that has ended.
    Absent {
        /// Why nothing was taken for it.
        why: String,
    },
    /// Nothing is known of this runtime's composer.
    Unknown,
}

/// Reads the composer of a runtime from its screen.
#[must_use]
pub fn read(screen: &Screen, spec: &RuntimeSpec) -> Composer {
    match spec.composer.shape {
        Shape::Unknown => Composer::Unknown,
        _ => Composer::Absent { why: format!("nothing on {:?} is read yet", screen.size()) },
    }
}
