//! Everything that is wrong with the fleet as a whole, with its roster and with the configuration, as lines.
//!
//! PURE. A problem of a file is written `file:line:column: what. Hint: …`, as compilers do.

use jiff::tz::TimeZone;

use super::{
    banner,
    model::{Model, RosterState},
    settings::Settings,
    words::wrap,
};
use crate::fleet::{doctor::Checkup, judgement::Severity, words::local};

/// One line of the list of problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemLine {
    /// A part's heading.
    Heading(&'static str),
    /// What is wrong, and how bad; a line that goes on repeats its severity.
    Says(Severity, String),
    /// What to do about it.
    Hint(String),
    /// Air.
    Blank,
}

/// Everything that is wrong, in lines of this width.
#[must_use]
pub fn problems(model: &Model, width: usize) -> Vec<ProblemLine> {
    let mut lines = vec![ProblemLine::Heading("fleet")];
    let notices = banner::notices(model);
    if notices.is_empty() {
        lines.push(ProblemLine::Says(Severity::Note, "nothing is wrong with the fleet as a whole".to_owned()));
    }
    for notice in notices {
        lines.extend(wrap(&notice.says, width).into_iter().map(|text| ProblemLine::Says(notice.severity, text)));
        let hint = notice.hint.map(|hint| wrap(&format!("Hint: {hint}"), width)).unwrap_or_default();
        lines.extend(hint.into_iter().map(ProblemLine::Hint));
    }
    lines.extend([ProblemLine::Blank, ProblemLine::Heading("roster")]);
    roster(model.roster(), width, &mut lines);
    if let Some(checkup) = &model.checkup {
        lines.extend([ProblemLine::Blank, ProblemLine::Heading("health check")]);
        health(checkup, model.time_zone(), width, &mut lines);
    }
    if let Some(path) = &model.settings().path {
        lines.extend([ProblemLine::Blank, ProblemLine::Heading("configuration")]);
        settings(path, model.settings(), width, &mut lines);
    }
    lines
}

fn health(checkup: &Checkup, zone: &TimeZone, width: usize, lines: &mut Vec<ProblemLine>) {
    if checkup.findings.is_empty() {
        lines.push(ProblemLine::Says(Severity::Note, "nothing was found".to_owned()));
    }
    for finding in &checkup.findings {
        let says = wrap(&format!("{} ({})", local(&finding.says, zone), finding.rule), width);
        lines.extend(says.into_iter().map(|text| ProblemLine::Says(finding.severity, text)));
        let hint = finding.hint.as_ref().filter(|_| finding.severity != Severity::Note);
        let hint = hint.map(|hint| wrap(&format!("Hint: {hint}"), width)).unwrap_or_default();
        lines.extend(hint.into_iter().map(ProblemLine::Hint));
    }
    for unasked in &checkup.unasked {
        let says = wrap(&format!("not known: {}: {}", unasked.what, unasked.why), width);
        lines.extend(says.into_iter().map(|text| ProblemLine::Says(Severity::Note, text)));
    }
}

fn settings(path: &str, settings: &Settings, width: usize, lines: &mut Vec<ProblemLine>) {
    let all = settings.all_problems();
    if all.iter().all(|problem| !problem.error) {
        lines.extend(
            wrap(&format!("{path}: no problems"), width)
                .into_iter()
                .map(|text| ProblemLine::Says(Severity::Note, text)),
        );
    }
    for problem in all {
        let severity = if problem.error { Severity::Warning } else { Severity::Note };
        let says = wrap(&problem.show(path), width);
        lines.extend(says.into_iter().map(|text| ProblemLine::Says(severity, text)));
    }
}

fn roster(state: &RosterState, width: usize, lines: &mut Vec<ProblemLine>) {
    let mut say = |severity, text: &str| {
        lines.extend(wrap(text, width).into_iter().map(|text| ProblemLine::Says(severity, text)));
    };
    match state {
        RosterState::Asked => say(Severity::Note, "it has not been read yet"),
        RosterState::Missing { looked, why } => {
            say(Severity::Note, why.words());
            for path in looked {
                say(Severity::Note, &format!("looked for {path}"));
            }
            lines.push(ProblemLine::Hint("Hint: write one there, or name one with --roster".to_owned()));
        }
        RosterState::Read { path, problems, .. } => {
            if problems.is_empty() {
                say(Severity::Note, &format!("{path}: no problems"));
            }
            for problem in problems {
                let severity = if problem.error { Severity::Fault } else { Severity::Warning };
                say(severity, &problem.show(path));
            }
        }
    }
}
