//! Pi's own record: the session file `sessions/--<directory>--/<time>_<id>.jsonl`. Pi writes it with its first answer,
//! so that a first prompt shows only then.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    Record, RecordStatus,
    journal::{Journal, Told, window_of},
    json::{at, content, number, text, time},
    kept,
};

/// The name of this source.
pub const SOURCE: &str = "pi";

/// The name of the directory that the sessions of a working directory lie in.
#[must_use]
pub fn directory_name(cwd: &str) -> String {
    let inside = cwd.strip_prefix(['/', '\\']).unwrap_or(cwd);
    format!("--{}--", inside.replace(['/', '\\', ':'], "-"))
}

/// A session file, read line by line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Session {
    told: Told,
}

impl Journal for Session {
    fn line(&mut self, line: &Value) {
        let now = time(line, &["timestamp"]);
        self.told.changed = now.max(self.told.changed);
        match text(line, &["type"]) {
            Some("session") => self.told.session = text(line, &["id"]).map(kept),
            Some("session_info") => self.told.title = text(line, &["name"]).map(kept),
            Some("model_change") => self.model(text(line, &["modelId"])),
            Some("compaction") => self.told.tokens = None,
            Some("message") => {
                if let Some(message) = at(line, &["message"]) {
                    self.message(message, now);
                }
            }
            _ => {}
        }
    }

    fn record(&self) -> Record {
        self.told.record(SOURCE)
    }
}

impl Session {
    fn model(&mut self, model: Option<&str>) {
        if let Some(model) = model {
            self.told.model = Some(kept(model));
            self.told.window = window_of(model);
        }
    }

    fn message(&mut self, message: &Value, now: Option<Timestamp>) {
        match text(message, &["role"]) {
            Some("user") => {
                let said = at(message, &["content"]).and_then(|it| content(it, &["text"]));
                self.told.prompted(&said.unwrap_or_default(), now);
            }
            Some("assistant") => {
                self.model(text(message, &["model"]));
                if let Some(usage) = at(message, &["usage"]) {
                    let of = |key: &str| number(usage, &[key]).unwrap_or(0);
                    let sum = ["input", "output", "cacheRead", "cacheWrite"]
                        .iter()
                        .fold(0_u64, |sum, key| sum.saturating_add(of(key)));
                    let used = Some(of("totalTokens")).filter(|total| *total > 0).unwrap_or(sum);
                    self.told.tokens = Some(used).filter(|used| *used > 0).or(self.told.tokens);
                }
                let status = match text(message, &["stopReason"]) {
                    Some("toolUse") => RecordStatus::Busy,
                    Some("error") => {
                        let said = text(message, &["errorMessage"]).unwrap_or("the turn ended in an error");
                        RecordStatus::Error(kept(said))
                    }
                    _ => RecordStatus::Idle,
                };
                self.told.now(status, now);
            }
            Some("toolResult") => self.told.now(RecordStatus::Busy, now),
            _ => {}
        }
    }
}
