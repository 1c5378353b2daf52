//! The columns of the table: which of them fit, how wide each is, and what a row says in them.
//!
//! PURE. Widths follow from what the rows hold, so that a column takes no more than it needs. A click on a column's head
//! counts the same cells that the view draws.

use std::time::Duration;

use super::{
    layout::Form,
    model::{Model, View},
    words::width,
};
use crate::fleet::{
    judgement::Flag,
    reading::Reading,
    row::{Fleet, Row},
    sort::Column,
    words::short,
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

/// DOING is cut to what is left, but not below this; CTX stands beside it.
const LEAST_DOING: usize = 11;
const CONTEXT_CELLS: usize = 5;

/// Cells before the first column: selection and mark.
pub const GUTTER: usize = 3;

/// Below this width the table keeps no room for UNREACHABLE, whose row has a second line that says it anyway.
const ROOM_FOR_LONG_FLAGS: usize = 76;
const SHORT_FLAG: usize = 6;

/// The wanted columns that fit, in their order, each with its width.
#[must_use]
pub fn fitting(rows: &[&Row], wanted: &[Column], elapsed: Duration, room: usize) -> Vec<(Column, usize)> {
    let mut left = room.saturating_sub(GUTTER);
    let mut chosen = Vec::new();
    for (column, most) in NEED.into_iter().filter(|(column, _)| wanted.contains(column)) {
        let widest = rows.iter().map(|row| width(&text(row, column, elapsed))).max().unwrap_or(0);
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
#[must_use]
pub fn head(column: Column) -> &'static str {
    column.title()
}

/// Where a column begins, when it is there.
#[must_use]
pub fn start_of(columns: &[(Column, usize)], column: Column) -> Option<usize> {
    let before = columns.iter().take_while(|(other, _)| *other != column);
    columns.iter().any(|(other, _)| *other == column).then(|| GUTTER + before.map(|(_, cells)| cells).sum::<usize>())
}

/// The declared runtime; where there is none, what runs.
#[must_use]
pub fn shown_runtime(row: &Row) -> Option<&str> {
    let runs = || row.pane.as_ref().map(|pane| pane.runtime.known().map_or(pane.command.as_str(), String::as_str));
    row.runtime.as_deref().or_else(runs)
}

/// What a row says in a column; `–` where that is not known, nothing where nobody tells.
#[must_use]
pub fn text(row: &Row, column: Column, elapsed: Duration) -> String {
    let or_dash = |text: Option<&str>| text.filter(|text| !text.is_empty()).unwrap_or("–").to_owned();
    let pane = row.pane.as_ref();
    match column {
        C::Agent => row.name.clone(),
        C::Class => or_dash(row.class.as_deref()),
        C::Runtime => or_dash(shown_runtime(row)),
        C::State => format!("{} {}", row.readiness().shape(), row.readiness().word()),
        C::Idle => or_dash(row.idle.known().map(|idle| short(*idle + elapsed)).as_deref()),
        C::Heartbeat => or_dash(row.heartbeat.age.map(|age| short(age + elapsed)).as_deref()),
        C::Flags => flags(row),
        // Nothing where nobody tells: then the column is not there at all.
        C::Doing => row.doing.clone().unwrap_or_default(),
        C::Context => row.context.as_ref().map_or_else(String::new, |context| format!("{}%", context.used_percent)),
        C::Model => or_dash(row.model.as_deref()),
        C::Unit => or_dash(unit(row).as_deref()),
        C::Pid => or_dash(pane.map(|pane| pane.pid.to_string()).as_deref()),
        C::Command => or_dash(pane.map(|pane| pane.command.as_str())),
        C::Host => or_dash(Some(&row.key.host.0)),
        C::Socket => or_dash(Some(&row.key.socket.to_string())),
    }
}

/// The flags but UNMANAGED, which the line above those rows says already.
fn flags(row: &Row) -> String {
    let words: Vec<&str> =
        row.judgement.flags.iter().filter(|flag| **flag != Flag::Unmanaged).map(|flag| flag.word()).collect();
    words.join(" ")
}

fn unit(row: &Row) -> Option<String> {
    let Reading::Known(unit) = &row.unit else { return None };
    let enabled = unit.enabled.known().map_or("?", String::as_str);
    Some(format!("{} {enabled}", unit.facts.active))
}

/// How much older the facts have become since they were gathered.
#[must_use]
pub fn elapsed(fleet: &Fleet, now: Option<jiff::Timestamp>) -> Duration {
    now.and_then(|now| Duration::try_from(now.duration_since(fleet.at)).ok()).unwrap_or_default()
}

impl Model {
    /// The columns of the table as it is shown, each with its width; none where there is no table.
    #[must_use]
    pub fn table(&self) -> Vec<(Column, usize)> {
        let plan = self.layout();
        let Some(fleet) = self.fleet().filter(|_| plan.form != Form::Compact && self.view() == View::Fleet) else {
            return Vec::new();
        };
        fitting(&self.rows(), self.columns(), elapsed(fleet, self.now()), usize::from(plan.lines.width))
    }

    /// The column whose head stands so many cells to the right of the table's left edge.
    pub(super) fn column_at(&self, cell: u16) -> Option<Column> {
        let mut begins = GUTTER;
        self.table().into_iter().find_map(|(column, cells)| {
            let is_it = (begins..begins + cells).contains(&usize::from(cell));
            begins += cells;
            is_it.then_some(column)
        })
    }
}
