//! The health check: every hazard that is known to have cost somebody a fleet, as a check with what, why and mend.
//!
//! PURE. The findings that every look makes anyway come from [`join`](super::join); what costs more to ask is gathered
//! by `adapter::doctor` into [`Extra`] and judged here by [`examine`]. One finding for one cause, however many it hits;
//! what could not be asked is said, and is never taken for healthy.
//!
//! | module     | what it holds                                                     |
//! |------------|-------------------------------------------------------------------|
//! | `table`    | every check: id, what, why, mend; the reference is made of it      |
//! | `facts`    | what the checks rest on beside what every look gathers             |
//! | `tmux`     | versions, clients, who may reach the socket, mirrors' marks        |
//! | `units`    | holder, ordering, files of units                                   |
//! | `places`   | directories, the log, the disk, locale, what was left behind       |
//! | `ssh`      | connections that one name of a machine shares with another         |
//! | `launches` | what the next launch of each agent would meet                      |
//! | `report`   | the document of `doctor --json`, and its schema                    |

pub mod facts;
mod launches;
mod places;
pub mod report;
pub mod ssh;
pub mod table;
#[cfg(test)]
mod tests;
mod tmux;
mod units;

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    facts::{HostFacts, Limits},
    judgement::{Finding, Severity},
    reading::{Reading, Why},
    roster::Problem,
    row::Fleet,
};
use facts::Extra;
use table::Check;

/// All that the checks are given.
#[derive(Debug, Clone, Copy)]
pub struct Examined<'a> {
    /// The judged fleet.
    pub fleet: &'a Fleet,
    /// The facts behind it.
    pub facts: &'a HostFacts,
    /// What was gathered beside them.
    pub extra: &'a Extra,
    /// What is wrong with the roster file.
    pub problems: &'a [Problem],
    /// Times that the environment may set.
    pub limits: Limits,
}

/// What a health check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkup {
    /// What is wrong, worst first; without the findings that every look makes.
    pub findings: Vec<Finding>,
    /// What could not be asked.
    pub unasked: Vec<Unasked>,
}

/// Something that could not be asked, and so is neither well nor ill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unasked {
    /// What.
    pub what: String,
    /// Why not.
    pub why: String,
}

impl Checkup {
    fn add(&mut self, check: &'static Check, severity: Severity, says: String) {
        self.hinted(check, severity, says, check.mend.to_owned());
    }

    fn hinted(&mut self, check: &'static Check, severity: Severity, says: String, hint: String) {
        self.findings.push(Finding { severity, rule: check.id, says, hint: Some(hint) });
    }

    /// The fact; what is unknown is noted.
    fn known<'a, T>(&mut self, what: &str, reading: &'a Reading<T>) -> Option<&'a T> {
        if let Some(why) = reading.why() {
            self.unasked(what, why);
        }
        reading.known()
    }

    fn unasked(&mut self, what: &str, why: &Why) {
        self.unasked.push(Unasked { what: what.to_owned(), why: why.words().to_owned() });
    }
}

/// Makes every check. Total: what is not known is listed as unasked.
#[must_use]
pub fn examine(it: &Examined<'_>) -> Checkup {
    let mut checkup = Checkup::default();
    tmux::check(it, &mut checkup);
    units::check(it, &mut checkup);
    places::check(it, &mut checkup);
    ssh::check(it, &mut checkup);
    launches::check(it, &mut checkup);
    checkup.findings.sort_by_key(|finding| finding.severity);
    checkup
}

/// Names for a sentence: all of a few, else the first and how many more.
fn names<S: AsRef<str>>(all: &[S]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = all.iter().take(SHOWN).map(|name| super::text::visible(name.as_ref())).collect();
    let more = all.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
