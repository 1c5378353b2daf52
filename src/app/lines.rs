//! The lines that the list consists of: rows, their second lines, and the line above the unmanaged sessions.
//!
//! PURE. A click counts these lines and the view draws them, so both mean the same row.

use super::layout::Form;
use crate::fleet::row::Row;

/// One line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A row, by its place among the shown.
    Row(usize),
    /// The same row's second line: its alias and its cause.
    Second(usize),
    /// What follows is not in the roster.
    Unmanaged,
}

/// The lines of these rows, in their order.
#[must_use]
pub fn lines(rows: &[&Row], form: Form, says: impl Fn(&Row) -> bool) -> Vec<Line> {
    let mut lines = Vec::with_capacity(rows.len() * 2);
    for (place, row) in rows.iter().enumerate() {
        if !row.managed && (place == 0 || rows[place - 1].managed) {
            lines.push(Line::Unmanaged);
        }
        lines.push(Line::Row(place));
        if form != Form::Compact && (row.alias.is_some() || says(row)) {
            lines.push(Line::Second(place));
        }
    }
    lines
}
