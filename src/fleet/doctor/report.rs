//! The document of `doctor --json`, and its schema, from the same types. It says what a check found and adds nothing.
//!
//! Times are RFC 3339 in UTC with whole seconds. `docs/json.md` describes it.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Checkup, Unasked, table};
use crate::fleet::{
    judgement::{Finding, Severity},
    row::Fleet,
    words::utc,
};

/// The version of the document: raised when a field changes its meaning or goes, not when one is added.
const SCHEMA: u32 = 1;

/// The schema of [`Report`], as `mosaic-top schema doctor` prints it and `assets/doctor.schema.json` holds it.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Report).to_value()
}

/// One health check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    /// The version of this document.
    pub schema: u32,
    /// The user that owns the fleet.
    pub tenant_id: String,
    /// The host that was looked at.
    pub host: String,
    /// When it was looked at.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// What is wrong, worst first.
    pub findings: Vec<Told>,
    /// What could not be asked; it is never taken for healthy.
    pub unasked: Vec<Unasked>,
    /// How many checks there are.
    pub checks: usize,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Told {
    /// How bad.
    pub severity: Severity,
    /// The check's stable name.
    pub rule: String,
    /// What is wrong, with names and numbers.
    pub says: String,
    /// Why that matters.
    pub why: Option<String>,
    /// What to do.
    pub mend: Option<String>,
}

impl Report {
    /// The document of a check: the findings that every look makes and those of the check, worst first.
    #[must_use]
    pub fn of(fleet: &Fleet, checkup: &Checkup) -> Self {
        let mut findings: Vec<&Finding> = fleet.findings.iter().chain(&checkup.findings).collect();
        findings.sort_by_key(|finding| finding.severity);
        Self {
            schema: SCHEMA,
            tenant_id: fleet.tenant.0.clone(),
            host: fleet.host.0.clone(),
            at: utc(fleet.at),
            findings: findings.into_iter().map(Told::of).collect(),
            unasked: checkup.unasked.clone(),
            checks: table::ALL.iter().map(|(_, checks)| checks.len()).sum(),
        }
    }
}

impl Told {
    fn of(finding: &Finding) -> Self {
        Self {
            severity: finding.severity,
            rule: finding.rule.to_owned(),
            says: finding.says.clone(),
            why: table::find(finding.rule).map(|check| check.why.to_owned()),
            mend: finding.hint.clone(),
        }
    }
}
