//! The fleet as a plain table, for pipes and for eyes. PURE.
//!
//! A state is a shape and a word, and a colour only beside them. Whatever came from outside passes through
//! [`visible`] before it is shown.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use crate::{
    app::words::{fit, pad, width as cells_of},
    fleet::{
        judgement::{Readiness, Severity},
        reading::Reading,
        row::{Fleet, Row},
        text::visible,
        words::{local, short},
    },
};

const HEADS: [&str; 7] = ["AGENT", "CLASS", "RUNTIME", "STATE", "IDLE", "BEAT", "FLAGS"];

/// No cell makes its column wider than this for all the others.
const WIDEST: usize = 32;

/// The table: a summary, what is true of the fleet as a whole, then a line an agent and the cause below a faulty one.
/// `width` cuts lines to a terminal; `colour` paints the states; times are those of a time zone.
#[must_use]
pub fn table(fleet: &Fleet, width: Option<u16>, colour: bool, zone: &TimeZone) -> String {
    let cells: Vec<[String; 7]> = fleet.rows.iter().map(cells).collect();
    let widths: [usize; 7] = std::array::from_fn(|i| {
        cells.iter().map(|row| cells_of(&row[i]).min(WIDEST)).chain([HEADS[i].len()]).max().unwrap_or(0)
    });
    let mut text = String::new();
    let mut line = |content: &str, paint: &str| {
        let cut = width.map_or_else(|| content.trim_end().to_owned(), |width| fit(content.trim_end(), width.into()));
        let _ = if colour && !paint.is_empty() {
            writeln!(text, "\x1b[{paint}m{cut}\x1b[0m")
        } else {
            writeln!(text, "{cut}")
        };
    };
    line(&summary(fleet), "1");
    for finding in &fleet.findings {
        let hint = finding.hint.as_deref().map(|hint| format!(". {hint}")).unwrap_or_default();
        line(&visible(&format!("! {}: {}{hint}", severity(finding.severity), local(&finding.says, zone))), "33");
    }
    line(&joined(&HEADS.map(str::to_owned), &widths), "2");
    for (row, cells) in fleet.rows.iter().zip(&cells) {
        line(&joined(cells, &widths), paint(row.readiness()));
        if let Some(why) = why(row) {
            line(&format!("  └ {why}"), "");
        }
    }
    text
}

fn summary(fleet: &Fleet) -> String {
    let managed = fleet.rows.iter().filter(|row| row.managed).count();
    let need = fleet.rows.iter().filter(|row| row.needs_you()).count();
    let paused = if fleet.paused.is_some() { ", PAUSED" } else { "" };
    visible(&format!(
        "{} · {} · socket {}: {managed} agents, {need} at fault, {} unmanaged{paused}",
        fleet.host,
        fleet.tenant,
        fleet.socket,
        fleet.rows.len() - managed,
    ))
}

fn cells(row: &Row) -> [String; 7] {
    let alias = row.alias.as_ref().map(|alias| format!(" ({alias})")).unwrap_or_default();
    let state = row.readiness();
    let flags: Vec<&str> = row.judgement.flags.iter().map(|flag| flag.word()).collect();
    [
        visible(&format!("{}{alias}", row.name)),
        visible(row.class.as_deref().unwrap_or("–")),
        visible(row.runtime.as_deref().unwrap_or("–")),
        format!("{} {state}", state.shape()),
        match row.idle {
            Reading::Known(idle) => short(idle),
            Reading::Unknown(_) => "–".to_owned(),
        },
        row.heartbeat.age.map_or_else(|| "–".to_owned(), short),
        flags.join(" "),
    ]
}

/// The second line: why somebody should look at it, or why nothing is known of it.
fn why(row: &Row) -> Option<String> {
    row.why()
}

fn joined(cells: &[String; 7], widths: &[usize; 7]) -> String {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        // What is wider pushes its own line to the right, and no other; it is not cut, for scripts read it, too.
        let shown = if cells_of(cell) > *width { cell.clone() } else { pad(cell, *width) };
        line.extend([shown.as_str(), "  "]);
    }
    line
}

fn paint(state: Readiness) -> &'static str {
    match state {
        Readiness::Stuck => "35",
        Readiness::Dead => "31",
        Readiness::Stale => "33",
        Readiness::Unknown => "2",
        Readiness::Available => "36",
        Readiness::Working => "32",
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Fault => "fault",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod tests;
