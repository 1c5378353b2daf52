//! `mosaic-top doctor`: every hazard that is known, looked for, with what, why and mend.

use std::fmt::Write;

use clap::Args;
use color_eyre::eyre::{Result, WrapErr};
use jiff::tz::TimeZone;

use super::{Exit, Globals, complain, front::limits, say};
use crate::{
    adapter::doctor::visit,
    fleet::{
        doctor::{
            report::{Report, Told},
            table,
        },
        judgement::Severity,
        text::visible,
        words::local,
    },
};

/// Look for every hazard that is known to have cost somebody a fleet
///
/// Each finding says what, why it matters and how to mend it. It only looks. Exit code 1 when there is a fault.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top doctor
  mosaic-top doctor --json | jq -r '.findings[] | .severity + \" \" + .rule'
  mosaic-top doctor --list                 what is looked for")]
pub struct Doctor {
    /// JSON instead of words
    #[arg(long)]
    pub json: bool,
    /// Only list the checks
    #[arg(long, conflicts_with = "json")]
    pub list: bool,
}

impl Doctor {
    /// Looks and prints.
    pub async fn run(&self, globals: &Globals) -> Result<Exit> {
        if self.list {
            return say(&reference()).map(|()| Exit::Done);
        }
        let visit = visit(&globals.watch(), globals.socket().as_ref(), limits(globals)).await;
        if let Some(why) = &visit.no_roster {
            complain(&format!("mosaic-top: no roster, so nobody knows what should run: {why}"));
            if globals.roster.is_some() {
                return Ok(Exit::Usage);
            }
        }
        let report = Report::of(&visit.fleet, &visit.checkup);
        let text = if self.json {
            serde_json::to_string_pretty(&report).wrap_err("the report cannot be written as JSON")? + "\n"
        } else {
            words(&report, &TimeZone::system())
        };
        say(&text)?;
        let fault = report.findings.iter().any(|finding| finding.severity == Severity::Fault);
        Ok(if fault { Exit::Fault } else { Exit::Done })
    }
}

/// The table of checks, as Markdown: `docs/doctor.md`.
#[must_use]
pub fn reference() -> String {
    format!("{HEAD}{}", table::markdown())
}

const HEAD: &str = "\
# The health check

`mosaic-top doctor` looks for every hazard below, says of each that it finds what it is, why it matters and how to mend
it, and ends with exit code 1 when one is a fault. It only looks: it starts nothing, writes nothing and attaches to
nothing. `--json` is for programs ([json.md](json.md); its schema: `mosaic-top schema doctor`). What could not be looked at
is said, and never taken for healthy. A dashboard makes the same check half a minute after it starts, every ten minutes and on
Ctrl-R, and shows what it finds under `!`.

**Locks** have no check, because none can be left behind: the action log, acknowledgements, relaunches, the records of trust
(`….mosaic-lock`), recordings and the tap are locked with `flock`, which the kernel takes back with the process that held it; the
empty files that stay mean nothing. One that a process still holds while it is stopped is waited for, and then named by
whoever needed it. What names its owner and can outlive it is a takeover: `stale.taken`.

This page is made from the table in `src/fleet/doctor/table.rs`.
";

fn severity(of: Severity) -> &'static str {
    match of {
        Severity::Fault => "fault",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn words(report: &Report, zone: &TimeZone) -> String {
    let mut text = String::new();
    for Told { severity: of, rule, says, why, mend } in &report.findings {
        let _ = writeln!(text, "{}: {} ({rule})", severity(*of), visible(&local(says, zone)));
        if *of == Severity::Note {
            continue;
        }
        for (word, words) in [("why: ", why), ("mend:", mend)] {
            if let Some(words) = words {
                let _ = writeln!(text, "    {word} {}", visible(words));
            }
        }
    }
    for unasked in &report.unasked {
        let _ = writeln!(text, "not known: {}: {}", visible(&unasked.what), visible(&unasked.why));
    }
    let count = |wanted| report.findings.iter().filter(|told| told.severity == wanted).count();
    let (faults, warnings) = (count(Severity::Fault), count(Severity::Warning));
    let _ = writeln!(text, "{} checks: {faults} faults, {warnings} warnings", report.checks);
    text
}
