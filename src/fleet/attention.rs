//! What somebody looks after, as it is kept in `fleet/run/attention.json` for every dashboard and the next start.
//!
//! Pure: text in, values out. Reading is tolerant, because other versions and people write it, too: what cannot be
//! understood is nobody's acknowledgement.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    ids::{HostName, PaneId, Socket},
    row::RowKey,
};

/// A fault of an agent: whose, and the rule that found it. Another fault of the same agent is raised anew.
pub type Fault = (RowKey, String);

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Ack {
    host: String,
    socket: String,
    session: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pane: Option<String>,
    rule: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    at: String,
    /// What another version wrote.
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
}

impl Ack {
    fn fault(&self) -> Option<Fault> {
        let pane: Option<PaneId> = self.pane.as_ref().map(|pane| pane.parse()).transpose().ok()?;
        let (host, socket) = (HostName(self.host.clone()), Socket::from_name(&self.socket));
        Some((RowKey { host, socket, session: self.session.clone(), pane }, self.rule.clone()))
    }
}

/// The faults that a file says are looked after.
#[must_use]
pub fn read(text: &str) -> BTreeSet<Fault> {
    acks(text).iter().filter_map(Ack::fault).collect()
}

/// The file's text with these faults acknowledged, or not any more.
#[must_use]
pub fn changed(text: &str, faults: &[Fault], on: bool, by: &str, at: Timestamp) -> String {
    let mut acks = acks(text);
    acks.retain(|ack| ack.fault().is_some_and(|fault| !faults.contains(&fault)));
    if on {
        acks.extend(faults.iter().map(|(row, rule)| Ack {
            host: row.host.0.clone(),
            socket: row.socket.name().to_owned(),
            session: row.session.clone(),
            pane: row.pane.map(|pane| pane.to_string()),
            rule: rule.clone(),
            by: by.to_owned(),
            at: at.to_string(),
            more: BTreeMap::new(),
        }));
    }
    format!("{:#}\n", json!({ "schema": 1, "acknowledged": acks }))
}

fn acks(text: &str) -> Vec<Ack> {
    let file: Value = serde_json::from_str(text).unwrap_or_default();
    let lines = file.get("acknowledged").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    lines.iter().filter_map(|line| serde_json::from_value(line.clone()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(session: &str, rule: &str) -> Fault {
        let (host, socket) = (HostName("lin".to_owned()), Socket::Named("fleet".to_owned()));
        (RowKey { host, socket, session: session.to_owned(), pane: None }, rule.to_owned())
    }

    #[test]
    fn what_is_acknowledged_is_read_back_until_it_is_taken_back() {
        let (a, b) = (fault("a", "claude.trust"), fault("b\n\u{1b}", "pane.dead"));
        let text = changed("", &[a.clone(), b.clone()], true, "ops", Timestamp::UNIX_EPOCH);
        assert_eq!(read(&text), [a.clone(), b.clone()].into());
        assert_eq!(
            changed(&text, std::slice::from_ref(&a), true, "ops", Timestamp::UNIX_EPOCH)
                .matches("claude.trust")
                .count(),
            1
        );
        let text = changed(&text, &[a], false, "ops", Timestamp::UNIX_EPOCH);
        assert_eq!(read(&text), [b].into());
    }

    #[test]
    fn a_file_that_is_broken_or_newer_hides_nothing() {
        for text in ["", "{", "[]", "{\"acknowledged\": 1}", "{\"acknowledged\": [1, {\"host\": \"x\"}]}"] {
            assert_eq!(read(text), BTreeSet::new(), "{text}");
        }
        let newer =
            r#"{"schema": 9, "acknowledged": [{"host":"lin","socket":"fleet","session":"a","rule":"r","until":1}]}"#;
        assert_eq!(read(newer), [fault("a", "r")].into());
        let kept = changed(newer, &[fault("b", "r")], true, "ops", Timestamp::UNIX_EPOCH);
        assert!(kept.contains("until"), "{kept}");
    }
}
