//! What is true of the fleet as a whole, worst first; the first of them is the banner, unless all are quiet.
//!
//! PURE. It reads the model and makes words; what is wrong with one agent stands on that agent's row instead.

use super::model::{Model, RosterState};
use crate::fleet::{facts::Pause, judgement::Severity, words::local};

/// One thing that is true of the whole fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How bad.
    pub severity: Severity,
    /// What.
    pub says: String,
    /// What to do.
    pub hint: Option<String>,
    /// Good to know, and nothing to do about: it stands in the list, and takes no line of the screen.
    pub quiet: bool,
}

/// Facts older than this many seconds are said to be old: several refreshes in a row have not come back.
const OLD: i64 = 5;

/// Everything, worst first: the pause, faults, the roster, warnings, notes.
#[must_use]
pub fn notices(model: &Model) -> Vec<Notice> {
    let mut all: Vec<Notice> = Vec::new();
    all.extend(model.fleet().and_then(|fleet| fleet.paused.as_ref()).map(paused));
    all.extend(silent(model));
    // Above other warnings: it is the operator's own edit, and they look for its effect.
    all.extend(settings(model));
    if let Some(fleet) = model.fleet() {
        // The pause leads already, in the words of the pause itself.
        let others = fleet.findings.iter().filter(|finding| finding.rule != "fleet.paused");
        all.extend(others.map(|finding| Notice {
            severity: finding.severity,
            says: local(&finding.says, model.time_zone()),
            hint: finding.hint.clone(),
            quiet: finding.severity == Severity::Note,
        }));
    }
    all.extend(roster(model));
    // Stable: within one severity the order above holds, and a pause is a fault, so it leads.
    all.sort_by_key(|notice| notice.severity);
    all
}

/// What stands in the banner, the worst first; none: there is no banner.
#[must_use]
pub fn loud(model: &Model) -> Vec<Notice> {
    let mut all = notices(model);
    // Notes come last, so a quiet one is never the worst while a loud one is there.
    if all.iter().all(|notice| notice.quiet) {
        all.clear();
    }
    all.sort_by_key(|notice| notice.quiet);
    all
}

/// How many seconds old the facts on the screen are, when that is too old.
#[must_use]
pub fn facts_are_old(model: &Model) -> Option<i64> {
    let age = model.now()?.duration_since(model.fleet()?.at).as_secs();
    (age > OLD).then_some(age)
}

fn silent(model: &Model) -> Option<Notice> {
    let age = facts_are_old(model)?;
    Some(Notice {
        severity: Severity::Fault,
        says: format!("no answer for {age} s: what you see was last true then"),
        hint: Some("tmux or the machine is slow, or has stopped; Ctrl-R asks again".to_owned()),
        quiet: false,
    })
}

fn paused(pause: &Pause) -> Notice {
    let by = pause.by.as_deref().map_or_else(String::new, |by| format!(" by {by}"));
    let host = pause.host.as_deref().map_or_else(String::new, |host| format!(" on {host}"));
    let reason = pause.reason.as_deref().map_or_else(String::new, |reason| format!(": {reason}"));
    Notice { severity: Severity::Fault, says: format!("PAUSED{by}{host}{reason}"), hint: None, quiet: false }
}

fn roster(model: &Model) -> Option<Notice> {
    match model.roster() {
        RosterState::Asked => None,
        RosterState::Missing { why, .. } if model.has_roster() => Some(Notice {
            severity: Severity::Fault,
            says: format!("the roster has gone, showing the last good one: {why}"),
            hint: Some("press ! to see where it was looked for".to_owned()),
            quiet: false,
        }),
        RosterState::Missing { why, .. } => Some(Notice {
            severity: Severity::Note,
            says: format!("no roster, every session is shown as unmanaged: {why}"),
            hint: Some("press ! to see where it was looked for".to_owned()),
            quiet: false,
        }),
        RosterState::Read { path, problems, usable } => {
            let count = problems.len();
            let file = path.rsplit('/').next().unwrap_or(path);
            let many = if count == 1 { "problem" } else { "problems" };
            let (severity, state) = match (count, usable) {
                (0, true) => return None,
                (_, true) => (Severity::Note, ""),
                (_, false) if model.has_roster() => (Severity::Fault, ", showing the last good one"),
                (_, false) => (Severity::Fault, ", and no good one before it"),
            };
            let says = format!("{file}: {count} {many}{state}, press ! to see");
            Some(Notice { severity, says, hint: None, quiet: false })
        }
    }
}

/// The configuration is one operator's own: what is wrong with it is no fault of the fleet.
fn settings(model: &Model) -> Option<Notice> {
    let settings = model.settings();
    // What is only good to know stands in the list.
    let count = settings.all_problems().iter().filter(|problem| problem.error).count();
    if count == 0 {
        return None;
    }
    let many = if count == 1 { "problem" } else { "problems" };
    let holds = if settings.is_former { "the last good one holds" } else { "the rest of it holds" };
    let until =
        if model.is_read_only() && !model.is_read_only_for_good() { ", read-only until it is mended" } else { "" };
    let says = format!("{}: {count} {many}, {holds}{until}, press ! to see", settings.name());
    Some(Notice { severity: Severity::Warning, says, hint: None, quiet: false })
}
