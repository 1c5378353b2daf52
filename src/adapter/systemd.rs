//! What the user's systemd says about the fleet's units. It asks, and never starts, stops or enables anything.
//!
//! Listing all loaded units is cheap (5 ms), asking for unit-file states is not (41 ms for 50 units: it reads the
//! disk each time). So the list is taken every few seconds and the rest only when the list says something new.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use jiff::{Timestamp, fmt::strtime::BrokenDownTime, tz::TimeZone};
use serde::Deserialize;

use super::{
    clock::Moment,
    exec::{Argv, Exec, ExecError, FileError, Output},
    identity::Who,
};
use crate::fleet::{
    facts::{SystemdFacts, UnitFacts},
    reading::{Reading, Why},
};

/// How old the list of units may be.
pub const LIST_EVERY: Duration = Duration::from_secs(5);
/// How old unit-file states and lingering may be while the list stays the same.
pub const FILES_EVERY: Duration = Duration::from_secs(30);

type Units = BTreeMap<String, UnitFacts>;

/// Asks the user manager, and remembers its answers for as long as they are good.
#[derive(Debug, Default)]
pub struct SystemdReader {
    listed: Option<Listed>,
    described: Option<Described>,
}

/// The cheap answer.
#[derive(Debug)]
struct Listed {
    at: Moment,
    units: Reading<Units>,
}

/// The dear answer, and what it was asked for.
#[derive(Debug)]
struct Described {
    at: Instant,
    /// The list that was current then.
    listed: Reading<Units>,
    named: BTreeSet<String>,
    /// Units that were named and not loaded.
    others: Units,
    enabled: Reading<BTreeMap<String, String>>,
    changed: BTreeMap<String, Timestamp>,
    linger: Reading<bool>,
}

impl SystemdReader {
    /// The units `mosaic-*` and the `named` ones. Asks again what is too old, or everything when `afresh`; each
    /// program gets `limit`, and there are at most three.
    pub async fn read(
        &mut self,
        manager: &Manager<'_>,
        named: &BTreeSet<String>,
        at: Moment,
        afresh: bool,
    ) -> SystemdFacts {
        let due = |then: Instant, every| afresh || at.steady.saturating_duration_since(then) >= every;
        let listed = match self.listed.take() {
            Some(old) if !due(old.at.steady, LIST_EVERY) => old,
            _ => Listed { at, units: manager.list(named).await },
        };
        let described = match self.described.take() {
            Some(old) if !due(old.at, FILES_EVERY) && old.listed == listed.units && old.named == *named => old,
            _ => manager.describe(&listed.units, named, at.steady).await,
        };
        let facts = SystemdFacts {
            units: listed.units.clone().map(|units| described.others.clone().into_iter().chain(units).collect()),
            enabled: described.enabled.clone(),
            changed: described.changed.clone(),
            linger: described.linger.clone(),
            expected: listed.units.known().is_some() || manager.is_expected().await,
            read_at: Some(listed.at.wall),
        };
        (self.listed, self.described) = (Some(listed), Some(described));
        facts
    }
}

/// What asking for units one by one gave.
struct Shown {
    units: Units,
    enabled: Reading<BTreeMap<String, String>>,
    changed: BTreeMap<String, Timestamp>,
}

impl Shown {
    fn nothing(why: Why) -> Self {
        Self { units: Units::new(), enabled: Reading::Unknown(why), changed: BTreeMap::new() }
    }
}

/// One user's manager, through `systemctl`.
pub struct Manager<'a> {
    /// The machine.
    pub exec: &'a dyn Exec,
    /// The user on it.
    pub who: &'a Who,
    /// How long one program may take.
    pub limit: Duration,
}

impl Manager<'_> {
    async fn list(&self, named: &BTreeSet<String>) -> Reading<Units> {
        let words = ["list-units", "--all", "--plain", "--no-pager", "-o", "json", "--", "mosaic-*"];
        let words = words.into_iter().map(str::to_owned).chain(named.iter().cloned());
        match self.systemctl(words).await {
            Ok(output) if output.status == 0 => parse_list(&output.stdout).into(),
            Ok(output) => Reading::unknown(refusal(&output)),
            Err(why) => Reading::unknown(why),
        }
    }

    async fn describe(&self, listed: &Reading<Units>, named: &BTreeSet<String>, at: Instant) -> Described {
        let shown = match listed {
            Reading::Known(units) => self.show(units, named).await,
            Reading::Unknown(why) => Shown::nothing(why.clone()),
        };
        let linger = self.linger().await;
        let Shown { units: others, enabled, changed } = shown;
        Described { at, listed: listed.clone(), named: named.clone(), others, enabled, changed, linger }
    }

    /// Unit-file states of all units, when each last changed, and the other states of those that are not loaded.
    async fn show(&self, listed: &Units, named: &BTreeSet<String>) -> Shown {
        let all: BTreeSet<&String> = listed.keys().chain(named).collect();
        if all.is_empty() {
            return Shown { units: Units::new(), enabled: Reading::Known(BTreeMap::new()), changed: BTreeMap::new() };
        }
        let properties = "Id,LoadState,ActiveState,SubState,UnitFileState,StateChangeTimestamp";
        let words = ["show", "--no-pager", "-p", properties, "--"];
        let words = words.into_iter().map(str::to_owned).chain(all.into_iter().cloned());
        match self.systemctl(words).await {
            // One impossible name among many fails the whole command; what it told of the others is still true.
            Ok(output) if output.status == 0 || !output.stdout.is_empty() => {
                let mut shown = parse_show(&String::from_utf8_lossy(&output.stdout));
                shown.units.retain(|name, _| !listed.contains_key(name));
                shown
            }
            Ok(output) => Shown::nothing(Why::new(refusal(&output))),
            Err(why) => Shown::nothing(Why::new(why)),
        }
    }

    /// Whether systemd started this machine: what `sd_booted` looks at.
    async fn is_expected(&self) -> bool {
        self.who.may_have_systemd && self.exec.stat("/run/systemd/system".into()).await.is_ok()
    }

    /// Lingering is a plain file, which needs no bus; only where that directory is missing is logind asked.
    async fn linger(&self) -> Reading<bool> {
        if !self.who.may_have_systemd {
            return Reading::unknown(NO_SYSTEMD);
        }
        let user = &self.who.identity.tenant.0;
        match self.exec.stat(format!("/var/lib/systemd/linger/{user}").into()).await {
            Ok(_) => return Reading::Known(true),
            Err(FileError::Missing(_)) if self.exec.stat("/var/lib/systemd/linger".into()).await.is_ok() => {
                return Reading::Known(false);
            }
            Err(_) => {}
        }
        let argv = Argv::new(["loginctl", "show-user", "-p", "Linger", "--", user]);
        match self.exec.run(&argv, self.limit).await {
            Ok(output) => match String::from_utf8_lossy(&output.stdout).trim() {
                "Linger=yes" => Reading::Known(true),
                "Linger=no" => Reading::Known(false),
                _ => Reading::unknown(format!("loginctl does not tell: {}", output.complaint())),
            },
            Err(error) => Reading::unknown(error.to_string()),
        }
    }

    async fn systemctl(&self, words: impl Iterator<Item = String>) -> Result<Output, String> {
        if !self.who.may_have_systemd {
            return Err(NO_SYSTEMD.into());
        }
        let argv = Argv::new(["systemctl".to_owned(), "--user".to_owned()].into_iter().chain(words));
        // Times are printed as they read where systemctl runs.
        let mut argv = argv.with("TZ", "UTC");
        if let Some(dir) = &self.who.missing_runtime_dir {
            argv = argv.with("XDG_RUNTIME_DIR", dir);
        }
        self.exec.run(&argv, self.limit).await.map_err(|error| match error {
            ExecError::NotInstalled { .. } => "this machine has no systemd (systemctl is not installed)".into(),
            ExecError::TimedOut { limit, .. } => format!("the user manager gave no answer within {limit:?}"),
            other => other.to_string(),
        })
    }
}

const NO_SYSTEMD: &str = "this machine has no systemd";

fn refusal(output: &Output) -> String {
    let complaint = output.complaint();
    if complaint.contains("Failed to connect to bus") {
        return format!("no user manager is running for this user ({complaint})");
    }
    format!("systemctl failed with status {}: {complaint}", output.status)
}

/// One unit as `list-units -o json` prints it.
#[derive(Deserialize)]
struct Row {
    unit: String,
    load: String,
    active: String,
    sub: String,
}

fn parse_list(stdout: &[u8]) -> Result<Units, String> {
    let rows: Vec<Row> = serde_json::from_slice(stdout)
        .map_err(|error| format!("systemctl printed no JSON (systemd older than 248?): {error}"))?;
    Ok(rows.into_iter().map(|row| (row.unit, UnitFacts { active: row.active, sub: row.sub, load: row.load })).collect())
}

/// One block a unit, a blank line between, the properties in systemd's own order.
fn parse_show(text: &str) -> Shown {
    let (mut units, mut enabled, mut changed) = (Units::new(), BTreeMap::new(), BTreeMap::new());
    for block in text.split("\n\n") {
        let values: BTreeMap<&str, &str> = block.lines().filter_map(|line| line.split_once('=')).collect();
        let value = |key| values.get(key).copied().unwrap_or_default().to_owned();
        let name = value("Id");
        if name.is_empty() {
            continue;
        }
        if !value("UnitFileState").is_empty() {
            enabled.insert(name.clone(), value("UnitFileState"));
        }
        let at = BrokenDownTime::parse("%a %Y-%m-%d %H:%M:%S UTC", value("StateChangeTimestamp"));
        if let Some(at) = at.ok().and_then(|at| at.to_datetime().ok()?.to_zoned(TimeZone::UTC).ok()) {
            changed.insert(name.clone(), at.timestamp());
        }
        let unit = UnitFacts { active: value("ActiveState"), sub: value("SubState"), load: value("LoadState") };
        units.insert(name, unit);
    }
    Shown { units, enabled: Reading::Known(enabled), changed }
}

#[cfg(test)]
mod tests;
