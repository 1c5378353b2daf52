//! One line of the action log, `fleet/run/actions.jsonl`: what was about to be done, and what became of it.
//!
//! Every order writes two lines with one `id`: its intent before anything is touched, and its verdict after. An intent
//! without a verdict is an order that was cut off. Of a message the log keeps its length, its SHA-256 and its first
//! line, never the whole: a body may hold secrets and the log outlives the conversation, while the hash still proves
//! which text it was. Command lines are kept exactly; a pasted body is no part of any.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ids::{HostName, Tenant},
    order::{Outcome, Target},
};

/// The first line of a body is kept up to so many characters.
pub const FIRST_LINE_MOST: usize = 120;

/// The front of an answer that nobody asked for: a policy said so.
pub const UNATTENDED: &str = "unattended";

/// One line of the log. Unknown keys are ignored and absent ones empty, so that older and newer versions read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionRecord {
    /// When this line was written.
    pub at: Timestamp,
    /// The order's own id; its two lines share it.
    pub id: String,
    /// Which of the two it is.
    pub stage: Stage,
    /// The host.
    pub host: HostName,
    /// The fleet's owner.
    pub tenant_id: Tenant,
    /// Who asked.
    pub who: Asker,
    /// From where: `tui`, `cli`, or `unattended` for an answer by policy.
    pub front: String,
    /// The order's word.
    pub order: String,
    /// To whom.
    pub target: Mark,
    /// The exact command lines: those planned in an intent, those run in a verdict.
    #[serde(default)]
    pub commands: Vec<String>,
    /// What was sent, as far as the log keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<BodyMark>,
    /// Why it was forced past a pause; why somebody paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How it ended; only in a verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// The ending in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    /// What the verdict rests on, as `source: what it says`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
    /// Anything that another version wrote.
    #[serde(flatten)]
    pub more: BTreeMap<String, serde_json::Value>,
}

/// Which of an order's two lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Before anything is touched.
    Intent,
    /// After.
    Verdict,
}

/// Who asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Asker {
    /// The user's number.
    pub uid: u32,
    /// The user's name.
    pub user: String,
    /// The far end of an ssh connection (`SSH_CONNECTION`'s first word), where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<String>,
}

/// The target of an order, as it was when it was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mark {
    /// The agent; absent for the whole fleet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Its socket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket: Option<String>,
    /// Its server's pid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<u32>,
    /// Its session's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Its pane's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pane: Option<String>,
    /// The process in that pane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// Its unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// What the log keeps of a text that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyMark {
    /// Its length.
    pub bytes: usize,
    /// Its lines.
    pub lines: usize,
    /// SHA-256 of it, in hexadecimal.
    pub sha256: String,
    /// Its first line, preamble included, cut.
    pub first: String,
}

impl From<&Target> for Mark {
    fn from(target: &Target) -> Self {
        let Some(aim) = &target.aim else { return Self::default() };
        Self {
            agent: Some(aim.name.clone()),
            socket: Some(aim.socket.name().to_owned()),
            server: aim.server,
            session: aim.session.map(|id| id.to_string()),
            pane: aim.pane.map(|pane| pane.id.to_string()),
            pid: aim.pane.map(|pane| pane.pid),
            unit: aim.unit.clone(),
        }
    }
}

impl ActionRecord {
    /// The verdict line of this intent.
    #[must_use]
    pub fn ended(&self, at: Timestamp, outcome: &Outcome) -> Self {
        Self {
            at,
            stage: Stage::Verdict,
            commands: outcome.commands.clone(),
            verdict: Some(outcome.ending.word().to_owned()),
            says: Some(outcome.says.clone()),
            evidence: outcome.evidence.iter().map(|proof| format!("{}: {}", proof.source, proof.says)).collect(),
            took_ms: Some(u64::try_from(outcome.took.as_millis()).unwrap_or(u64::MAX)),
            ..self.clone()
        }
    }

    /// One line of JSON, with its line end.
    #[must_use]
    pub fn line(&self) -> String {
        // Every key is text and no number is out of range, so there is nothing that JSON could not carry.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

/// One order as the log tells it: its intent and, where there is one, its verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// The intent; a verdict whose intent has rotated away stands for both.
    pub intent: ActionRecord,
    /// The verdict; `None`: it runs, or was cut off.
    pub verdict: Option<ActionRecord>,
}

impl Logged {
    /// The word for its ending: `unfinished` where there is none.
    #[must_use]
    pub fn word(&self) -> &str {
        self.verdict.as_ref().and_then(|verdict| verdict.verdict.as_deref()).unwrap_or("unfinished")
    }
}

/// How many prompts of an agent were answered by a policy in the minute before `now`, the order `own` not counted.
#[must_use]
pub fn answered_unattended(log: &[Logged], own: &str, agent: &str, now: Timestamp) -> usize {
    let counts = |one: &&Logged| {
        let intent = &one.intent;
        let recent = super::words::age(intent.at, now) < Duration::from_secs(60);
        let theirs = intent.front == UNATTENDED && intent.target.agent.as_deref() == Some(agent);
        theirs && recent && intent.id != own && one.word() != "refused"
    };
    log.iter().filter(counts).count()
}

/// Reads a log: the orders in the order they were begun, and how many lines could not be read (half lines of a crash).
#[must_use]
pub fn read(text: &str) -> (Vec<Logged>, usize) {
    let (mut all, mut bad): (Vec<Logged>, usize) = (Vec::new(), 0);
    let mut place: BTreeMap<String, usize> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let Ok(record) = serde_json::from_str::<ActionRecord>(line) else {
            bad += 1;
            continue;
        };
        match (record.stage, place.get(&record.id)) {
            (Stage::Verdict, Some(&at)) => all[at].verdict = Some(record),
            (stage, _) => {
                place.insert(record.id.clone(), all.len());
                let verdict = (stage == Stage::Verdict).then(|| record.clone());
                all.push(Logged { intent: record, verdict });
            }
        }
    }
    (all, bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000;

    /// One order in the log: its id, whose, from which front, how many seconds ago, and its verdict.
    type Order<'a> = (&'a str, &'a str, &'a str, i64, Option<&'a str>);

    #[track_caller]
    fn check(what: &str, log: &[Order<'_>], expected: usize) {
        let line = |(id, agent, front, ago, _): &Order<'_>, rest: &str| {
            let at = Timestamp::from_second(NOW - ago).unwrap_or_default();
            format!(r#"{{"at":"{at}","id":"{id}","host":"lin","tenant_id":"ops","who":{{"uid":1,"user":"ops"}},"#)
                + &format!(r#""front":"{front}","order":"answer","target":{{"agent":"{agent}"}},{rest}}}"#)
                + "\n"
        };
        let mut text = String::new();
        for order in log {
            text += &line(order, r#""stage":"intent""#);
            if let Some(verdict) = order.4 {
                text += &line(order, &format!(r#""stage":"verdict","verdict":"{verdict}""#));
            }
        }
        let (log, unread) = read(&text);
        let now = Timestamp::from_second(NOW).unwrap_or_default();
        assert_eq!((answered_unattended(&log, "own", "coder0", now), unread), (expected, 0), "{what}");
    }

    #[test]
    fn what_a_policy_answered_within_a_minute_is_counted_whoever_did_it() {
        let done = Some("done");
        check("nothing", &[], 0);
        check("one", &[("1", "coder0", UNATTENDED, 1, done)], 1);
        check(
            "of two dashboards, and one that ended between",
            &[
                ("1", "coder0", UNATTENDED, 40, done),
                ("2", "coder0", UNATTENDED, 20, done),
                ("3", "coder0", UNATTENDED, 1, done),
            ],
            3,
        );
        check("just within the minute", &[("1", "coder0", UNATTENDED, 59, done)], 1);
        check("a minute ago", &[("1", "coder0", UNATTENDED, 60, done)], 0);
        check("by a clock that is ahead", &[("1", "coder0", UNATTENDED, -5, done)], 1);
    }

    #[test]
    fn what_may_have_answered_counts_and_what_did_not_does_not() {
        check("cut off, or still under way", &[("1", "coder0", UNATTENDED, 1, None)], 1);
        check("nobody saw whether it helped", &[("1", "coder0", UNATTENDED, 1, Some("unverifiable"))], 1);
        check("answered, and the next prompt is up", &[("1", "coder0", UNATTENDED, 1, Some("blocked"))], 1);
        check("refused: nothing was pressed", &[("1", "coder0", UNATTENDED, 1, Some("refused"))], 0);
        check("the order that asks", &[("own", "coder0", UNATTENDED, 1, None)], 0);
        check("of another agent", &[("1", "coder1", UNATTENDED, 1, Some("done"))], 0);
        check("by somebody", &[("1", "coder0", "tui", 1, Some("done")), ("2", "coder0", "cli", 1, Some("done"))], 0);
    }
}
