//! `mosaic-top ps`: the fleet, once or repeatedly, as a table or as JSON.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use clap::Args;
use color_eyre::eyre::{Result, WrapErr};
use jiff::tz::TimeZone;

use super::{Exit, Globals, complain, front::Front, no_color, ps_table::table, say};
use crate::fleet::{
    judgement::Severity,
    report::Report,
    row::{Fleet, Row},
};

/// The fleet as a table or as JSON
///
/// An agent a line, its state as a shape and a word, and below a faulty one the cause.
#[derive(Debug, Default, Args)]
#[command(after_help = "\
Examples:
  mosaic-top ps
  mosaic-top ps --json | jq -r '.agents[] | select(.cause) | .name + \": \" + .cause.says'
  mosaic-top ps --watch 5 --json        one document a line, every 5 seconds
  mosaic-top ps --check >/dev/null      exit code 1 when an agent is at fault")]
pub struct Ps {
    /// The documented JSON instead of the table; its schema: `mosaic-top schema ps`
    #[arg(long)]
    pub json: bool,
    /// Again every so many seconds, until interrupted
    #[arg(long, value_name = "SECONDS", conflicts_with = "check", value_parser = clap::value_parser!(u32).range(1..))]
    pub watch: Option<u32>,
    /// Exit code 1 when any agent is at fault (dead, stuck, stale, DRIFT, HAZARD or UNREACHABLE), when the fleet as a whole
    /// is, or when there is no roster to check it by
    #[arg(long)]
    pub check: bool,
}

impl Ps {
    /// Gathers, judges, prints; with `--watch` again and again, until interrupted or nobody reads.
    pub async fn run(&self, globals: &Globals) -> Result<Exit> {
        let mut front = Front::open(globals).await;
        loop {
            let shown = match front.confirmed(globals).await {
                Ok(shown) => shown,
                Err(exit) => return Ok(exit),
            };
            self.print(&shown.fleet)?;
            let Some(seconds) = self.watch else {
                return Ok(if self.check && !passes(&shown.fleet, front.has_roster()) {
                    Exit::Fault
                } else {
                    Exit::Done
                });
            };
            tokio::time::sleep(Duration::from_secs(seconds.into())).await;
        }
    }

    fn print(&self, fleet: &Fleet) -> Result<()> {
        let text = if self.json {
            let report = Report::of(fleet);
            let json = if self.watch.is_some() {
                serde_json::to_string(&report)
            } else {
                serde_json::to_string_pretty(&report)
            };
            json.wrap_err("the report cannot be written as JSON")? + "\n"
        } else {
            let on_terminal = io::stdout().is_terminal();
            let width = crossterm::terminal::size().ok().map(|(columns, _)| columns).filter(|_| on_terminal);
            table(fleet, width, on_terminal && !no_color(), &TimeZone::system())
        };
        say(&text)
    }
}

/// Whether a check passes: a roster says what should run, and neither an agent nor the fleet as a whole is at fault.
/// Without a roster nothing was checked, and a check that says "fine" then would fall silent with the roster.
fn passes(fleet: &Fleet, has_roster: bool) -> bool {
    if !has_roster {
        complain("mosaic-top: nothing was checked: without a roster nobody knows what should run");
    }
    has_roster
        && !fleet.rows.iter().any(Row::needs_you)
        && !fleet.findings.iter().any(|finding| finding.severity == Severity::Fault)
}
