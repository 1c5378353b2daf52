//! Heartbeat files, version 1: text → [`Heartbeat`]; (heartbeat, now) → [`Health`]. Spec §5.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

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
