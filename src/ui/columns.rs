//! The columns of the table as they are drawn: what a row says in them, with its style.
//!
//! PURE. What fits and what is said is told by [`crate::app::columns`].

use std::time::Duration;

use ratatui::{style::Style, text::Span};

use super::{paint::styled, theme::Theme};
pub(super) use crate::app::columns::{GUTTER, elapsed, head, shown_runtime, start_of};
use crate::{
    app::{columns::text, words::pad},
    fleet::{heartbeat::Health, row::Row, sort::Column},
};

use Column as C;

/// A context from here on is close to being compacted.
const NEARLY_FULL: u8 = 85;

/// A cell filled up to its column's width.
pub(super) fn padded(row: &Row, column: Column, cells: usize, elapsed: Duration, theme: &Theme) -> Span<'static> {
    let span = cell(row, column, elapsed, theme);
    styled(format!("{} ", pad(&span.content, cells.saturating_sub(1))), span.style)
}

fn cell(row: &Row, column: Column, elapsed: Duration, theme: &Theme) -> Span<'static> {
    let says = text(row, column, elapsed);
    let style = match column {
        C::State => theme.state(row.readiness()),
        C::Flags => flagged(row, theme),
        C::Heartbeat => beating(row, theme),
        C::Context if row.is_parked_empty() => theme.warn,
        C::Context if row.context.as_ref().is_some_and(|context| context.used_percent >= NEARLY_FULL) => theme.warn,
        _ if says == "–" => theme.dim,
        _ => theme.text,
    };
    styled(says, style)
}

fn beating(row: &Row, theme: &Theme) -> Style {
    match (row.heartbeat.age, row.heartbeat.health) {
        (None, _) | (_, Health::Unknown) => theme.dim,
        (_, Health::Healthy) => theme.text,
        (_, Health::Stale) => theme.warn,
    }
}

fn flagged(row: &Row, theme: &Theme) -> Style {
    if row.judgement.flags.iter().any(|flag| flag.is_fault()) { theme.bad } else { theme.warn }
}

/// Shape and word.
pub(super) fn state(row: &Row, theme: &Theme) -> Span<'static> {
    cell(row, C::State, Duration::ZERO, theme)
}

/// How long its window has been quiet.
pub(super) fn idle(row: &Row, elapsed: Duration, theme: &Theme) -> Span<'static> {
    cell(row, C::Idle, elapsed, theme)
}

/// The flags but UNMANAGED.
pub(super) fn flags(row: &Row, theme: &Theme) -> Span<'static> {
    cell(row, C::Flags, Duration::ZERO, theme)
}
