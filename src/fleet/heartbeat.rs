//! Heartbeat files, version 1: text → [`Heartbeat`]; (heartbeat, now) → [`Health`]. Spec §5.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    reading::{Reading, Why},
    words,
};

/// What a heartbeat file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// When it was written.
    pub ts: Option<Timestamp>,
    /// The agent's pid, as the sidecar knows it.
    pub pid: Option<u32>,
    /// `ok` or `busy`; anything else reads as not known.
    pub status: Option<Status>,
    /// The model it runs.
    pub model: Option<String>,
    /// Keys that this version does not know, kept for JSON output.
    pub other: BTreeMap<String, String>,
}

/// The `status` of a heartbeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Alive.
    Ok,
    /// Alive and working.
    Busy,
}

/// Spec §5: how a heartbeat's age reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Age ≤ 3 × interval.
    Healthy,
    /// Older.
    Stale,
    /// Missing, unreadable, unparsable, or more than one interval in the future.
    Unknown,
}

/// Reads a heartbeat file's text.
pub fn parse(text: &str) -> Result<Heartbeat, Why> {
    let mut keys = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (key, value) = line.split_once('=').ok_or_else(|| Why::new("its heartbeat is not key=value lines"))?;
        keys.insert(key.to_owned(), value.to_owned());
    }
    let status = keys.remove("status").and_then(|status| match status.as_str() {
        "ok" => Some(Status::Ok),
        "busy" => Some(Status::Busy),
        _ => None,
    });
    Ok(Heartbeat {
        ts: keys.remove("ts").and_then(|ts| ts.parse().ok()),
        pid: keys.remove("pid").and_then(|pid| pid.parse().ok()),
        status,
        model: keys.remove("model"),
        other: keys,
    })
}

/// Spec §5: the health of a heartbeat at a moment, why it is not healthy, and its age.
#[must_use]
pub fn health(
    read: &Reading<Heartbeat>,
    now: Timestamp,
    interval: Duration,
) -> (Health, Option<String>, Option<Duration>) {
    let unknown = |why: &str| (Health::Unknown, Some(why.to_owned()), None);
    let ts = match read {
        Reading::Unknown(why) => return unknown(why.words()),
        Reading::Known(Heartbeat { ts: None, .. }) => return unknown("its heartbeat has no time"),
        Reading::Known(Heartbeat { ts: Some(ts), .. }) => *ts,
    };
    if words::age(now, ts) > interval {
        return unknown("its heartbeat is in the future: a clock is wrong");
    }
    let age = words::age(ts, now);
    if age <= interval.saturating_mul(3) {
        (Health::Healthy, None, Some(age))
    } else {
        (Health::Stale, Some(format!("its heartbeat is {} old", words::long(age))), Some(age))
    }
}
