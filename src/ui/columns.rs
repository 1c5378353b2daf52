//! The columns of the table: which of them fit, how wide each is, and what a row has in them.
//!
//! PURE. Widths follow from what the rows hold, so that a column takes no more than it needs.

use std::time::Duration;

use ratatui::{style::Style, text::Span};

use super::{paint::styled, theme::Theme};
use crate::{
    app::words::{pad, width},
    fleet::{
        heartbeat::Health,
        judgement::Flag,
        reading::Reading,
        row::{Fleet, Row},
        sort::Column,
        words::short,
    },
};

use Column as C;

/// Every column and the most cells it takes, in the order of need: the last ones are left out first.
const NEED: [(Column, usize); 15] = [
    (C::State, 11),
    (C::Agent, 20),
    (C::Idle, 6),
    (C::Flags, 12),
    (C::Runtime, 8),
    (C::Heartbeat, 6),
    (C::Class, 15),
    (C::Doing, 32),
    (C::Context, 4),
    (C::Model, 14),
    (C::Unit, 16),
    (C::Pid, 8),
    (C::Command, 14),
    (C::Host, 18),
    (C::Socket, 16),
];

/// A context from here on is close to being compacted.
const NEARLY_FULL: u8 = 85;

/// DOING is cut to what is left, but not below this; CTX stands beside it.
const LEAST_DOING: usize = 11;
const CONTEXT_CELLS: usize = 5;

/// Cells before the first column: selection and mark.
pub(super) const GUTTER: usize = 3;

/// Below this width the table keeps no room for UNREACHABLE, whose row has a second line that says it anyway.
const ROOM_FOR_LONG_FLAGS: usize = 76;
const SHORT_FLAG: usize = 6;

/// The wanted columns that fit, in their order, each with its width.
pub(super) fn fitting(
    rows: &[&Row],
    wanted: &[Column],
    elapsed: Duration,
    theme: &Theme,
    room: usize,
) -> Vec<(Column, usize)> {
    let mut left = room.saturating_sub(GUTTER);
    let mut chosen = Vec::new();
    for (column, most) in NEED.into_iter().filter(|(column, _)| wanted.contains(column)) {
        let widest = rows.iter().map(|row| width(&cell(row, column, elapsed, theme).content)).max().unwrap_or(0);
        let most = if column == C::Flags && room < ROOM_FOR_LONG_FLAGS { SHORT_FLAG } else { most };
        let cells = widest.max(width(head(column))).min(most) + 1;
        let needed = match column {
            C::Agent => cells.min(left),
            // What is left over, with room for the column that belongs to it.
            C::Doing => cells.min(left.saturating_sub(CONTEXT_CELLS).max(LEAST_DOING)),
            _ => cells,
        };
        if widest == 0 {
            continue;
        }
        if needed > left {
            break;
        }
        chosen.push((column, needed));
        left -= needed;
    }
    chosen.sort_by_key(|(column, _)| wanted.iter().position(|other| other == column));
    // The last column may run on into what is left over.
    if let Some((_, cells)) = chosen.last_mut() {
        *cells += left;
    }
    chosen
}

/// A column's head.
pub(super) fn head(column: Column) -> &'static str {
    column.title()
}

/// Where a column begins, when it is there.
pub(super) fn start_of(columns: &[(Column, usize)], column: Column) -> Option<usize> {
    let before = columns.iter().take_while(|(other, _)| *other != column);
    columns.iter().any(|(other, _)| *other == column).then(|| GUTTER + before.map(|(_, cells)| cells).sum::<usize>())
}

/// A cell filled up to its column's width.
pub(super) fn padded(row: &Row, column: Column, cells: usize, elapsed: Duration, theme: &Theme) -> Span<'static> {
    let span = cell(row, column, elapsed, theme);
    styled(format!("{} ", pad(&span.content, cells.saturating_sub(1))), span.style)
}

fn cell(row: &Row, column: Column, elapsed: Duration, theme: &Theme) -> Span<'static> {
    let text = |text: Option<&str>| match text.filter(|text| !text.is_empty()) {
        Some(text) => styled(text, theme.text),
        None => styled("–", theme.dim),
    };
    match column {
        C::Agent => styled(row.name.clone(), theme.text),
        C::Class => text(row.class.as_deref()),
        C::Runtime => text(shown_runtime(row)),
        C::State => state(row, theme),
        C::Idle => idle(row, elapsed, theme),
        C::Heartbeat => heartbeat(row, elapsed, theme),
        C::Flags => flags(row, theme),
        // Nothing where nobody tells: then the column is not there at all.
        C::Doing => styled(row.doing.clone().unwrap_or_default(), theme.text),
        C::Context => context(row, theme),
        C::Model => text(row.model.as_deref()),
        C::Unit => unit(row, theme),
        C::Pid => text(row.pane.as_ref().map(|pane| pane.pid.to_string()).as_deref()),
        C::Command => text(row.pane.as_ref().map(|pane| pane.command.as_str())),
        C::Host => text(Some(&row.key.host.0)),
        C::Socket => text(Some(&row.key.socket.to_string())),
    }
}

/// The declared runtime; where there is none, what runs.
pub(super) fn shown_runtime(row: &Row) -> Option<&str> {
    let runs = || row.pane.as_ref().map(|pane| pane.runtime.known().map_or(pane.command.as_str(), String::as_str));
    row.runtime.as_deref().or_else(runs)
}

/// Shape and word.
pub(super) fn state(row: &Row, theme: &Theme) -> Span<'static> {
    let state = row.readiness();
    styled(format!("{} {}", state.shape(), state.word()), theme.state(state))
}

/// How long its window has been quiet.
pub(super) fn idle(row: &Row, elapsed: Duration, theme: &Theme) -> Span<'static> {
    match &row.idle {
        Reading::Known(idle) => styled(short(*idle + elapsed), theme.text),
        Reading::Unknown(_) => styled("–", theme.dim),
    }
}

/// How full its context is; from where on the runtimes begin to compact it, it stands out.
fn context(row: &Row, theme: &Theme) -> Span<'static> {
    match &row.context {
        Some(context) if context.used_percent >= NEARLY_FULL => {
            styled(format!("{}%", context.used_percent), theme.warn)
        }
        Some(context) => styled(format!("{}%", context.used_percent), theme.text),
        None => styled("", theme.dim),
    }
}

fn heartbeat(row: &Row, elapsed: Duration, theme: &Theme) -> Span<'static> {
    let style = match row.heartbeat.health {
        Health::Healthy => theme.text,
        Health::Stale => theme.warn,
        Health::Unknown => theme.dim,
    };
    match row.heartbeat.age {
        Some(old) => styled(short(old + elapsed), style),
        None => styled("–", theme.dim),
    }
}

/// The flags but UNMANAGED, which the line above those rows says already.
pub(super) fn flags(row: &Row, theme: &Theme) -> Span<'static> {
    let words: Vec<&str> =
        row.judgement.flags.iter().filter(|flag| **flag != Flag::Unmanaged).map(|flag| flag.word()).collect();
    let fault = row.judgement.flags.iter().any(|flag| flag.is_fault());
    let style: Style = if fault { theme.bad } else { theme.warn };
    styled(words.join(" "), style)
}

fn unit(row: &Row, theme: &Theme) -> Span<'static> {
    match &row.unit {
        Reading::Known(unit) => {
            let enabled = unit.enabled.known().map_or("?", String::as_str);
            styled(format!("{} {enabled}", unit.facts.active), theme.text)
        }
        Reading::Unknown(_) => styled("–", theme.dim),
    }
}

/// How much older the facts have become since they were gathered.
pub(super) fn elapsed(fleet: &Fleet, now: Option<jiff::Timestamp>) -> Duration {
    now.and_then(|now| Duration::try_from(now.duration_since(fleet.at)).ok()).unwrap_or_default()
}
