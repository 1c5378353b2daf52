//! `mosaic-top doctor`: every hazard that is known, looked for, with what, why and mend.

use std::fmt::Write;

use clap::Args;
use color_eyre::eyre::{Result, WrapErr};
use serde::Serialize;

use super::{Exit, Globals, complain, say};
use crate::{
    adapter::doctor::{Visit, visit},
    fleet::{
        doctor::{Unasked, table},
        judgement::{Finding, Severity},
        text::visible,
        words::utc,
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

/// The JSON document.
#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    tenant_id: &'a str,
    host: &'a str,
    at: String,
    findings: Vec<Told<'a>>,
    unasked: &'a [Unasked],
    checks: usize,
}

/// One finding of it.
#[derive(Serialize)]
struct Told<'a> {
    severity: &'static str,
    rule: &'a str,
    says: &'a str,
    why: Option<&'static str>,
    mend: Option<&'a str>,
}

impl Doctor {
    /// Looks and prints.
    pub async fn run(&self, globals: &Globals) -> Result<Exit> {
        if self.list {
            return say(&reference()).map(|()| Exit::Done);
        }
        let visit = visit(&globals.watch(), globals.socket().as_ref(), globals.limits()).await;
        if let Some(why) = &visit.no_roster {
            complain(&format!("mosaic-top: no roster, so nobody knows what should run: {why}"));
            if globals.roster.is_some() {
                return Ok(Exit::Usage);
            }
        }
        let mut findings: Vec<&Finding> = visit.fleet.findings.iter().chain(&visit.checkup.findings).collect();
        findings.sort_by_key(|finding| finding.severity);
        let text = if self.json { json(&visit, &findings)? } else { words(&visit, &findings) };
        say(&text)?;
        let fault = findings.iter().any(|finding| finding.severity == Severity::Fault);
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
nothing. `--json` is for programs (`findings[]`: `severity`, `rule`, `says`, `why`, `mend`; `unasked[]`: what could not be
looked at, which is never taken for healthy). A dashboard makes the same check half a minute after it starts, every ten minutes and on
Ctrl-R, and shows what it finds under `!`.

This page is made from the table in `src/fleet/doctor/table.rs`.
";

fn severity(of: Severity) -> &'static str {
    match of {
        Severity::Fault => "fault",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn json(visit: &Visit, findings: &[&Finding]) -> Result<String> {
    let told = |finding: &&'_ Finding| (finding.rule, table::find(finding.rule).map(|check| check.why));
    let findings = findings.iter().map(|finding| {
        let (rule, why) = told(finding);
        let mend = finding.hint.as_deref();
        Told { severity: severity(finding.severity), rule, says: &finding.says, why, mend }
    });
    let document = Document {
        schema: 1,
        tenant_id: &visit.fleet.tenant.0,
        host: &visit.fleet.host.0,
        at: utc(visit.fleet.at),
        findings: findings.collect(),
        unasked: &visit.checkup.unasked,
        checks: table::ALL.iter().map(|(_, checks)| checks.len()).sum(),
    };
    Ok(serde_json::to_string_pretty(&document).wrap_err("the report cannot be written as JSON")? + "\n")
}

fn words(visit: &Visit, findings: &[&Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let (rule, says) = (finding.rule, visible(&finding.says));
        let _ = writeln!(text, "{}: {says} ({rule})", severity(finding.severity));
        let check = table::find(rule);
        if let Some(check) = check.filter(|_| finding.severity != Severity::Note) {
            let _ = writeln!(text, "    why:  {}", check.why);
        }
        if let Some(mend) = finding.hint.as_deref().filter(|_| finding.severity != Severity::Note) {
            let _ = writeln!(text, "    mend: {}", visible(mend));
        }
    }
    for unasked in &visit.checkup.unasked {
        let _ = writeln!(text, "not known: {}: {}", visible(&unasked.what), visible(&unasked.why));
    }
    let count = |wanted| findings.iter().filter(|finding| finding.severity == wanted).count();
    let checks: usize = table::ALL.iter().map(|(_, checks)| checks.len()).sum();
    let (faults, warnings) = (count(Severity::Fault), count(Severity::Warning));
    let _ = writeln!(text, "{checks} checks: {faults} faults, {warnings} warnings");
    text
}
