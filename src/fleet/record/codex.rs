//! Codex's own record: the rollout `sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl`.
//!
//! It has no word for "waits for an approval": a call without its output is all that shows.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde_json::Value;

use super::{
    Record, RecordStatus, UsageLimit,
    journal::{Journal, Told},
    json::{at, content, number, text, time},
    kept,
};

/// The name of this source.
pub const SOURCE: &str = "codex";

/// The most calls that are remembered as open: a damaged file must not fill the memory.
const MOST_OPEN: usize = 64;

/// A rollout, read line by line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rollout {
    told: Told,
    /// A turn was started and has not ended.
    running: bool,
    /// Calls without an output, by id: what was called.
    open: BTreeMap<String, String>,
    /// Nothing is ever asked for.
    never_asks: bool,
    /// A prompt is written twice, as an item and as an event, in either order: the one that the other may repeat.
    said_once: Option<(bool, String)>,
}

/// The first line of a rollout: whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// The conversation.
    pub session: Option<String>,
    /// The directory it is in.
    pub cwd: String,
    /// Whether it is a conversation beside the one that is shown: a sub-agent's, or one that was run without a screen.
    pub aside: bool,
}

impl Meta {
    /// Reads the beginning of a rollout. Its first line holds the instructions too, and may be cut: what matters
    /// stands before them.
    #[must_use]
    pub fn parse(head: &[u8]) -> Option<Self> {
        let line = head.split(|byte| *byte == b'\n').next()?;
        if let Ok(value) = serde_json::from_slice::<Value>(line) {
            let meta = value.get("payload").filter(|_| text(&value, &["type"]) == Some("session_meta"))?;
            let aside =
                at(meta, &["source"]).is_some_and(|source| source.is_object() || source == "exec" || source == "mcp");
            let session = text(meta, &["id"]).map(kept);
            return Some(Self { session, cwd: text(meta, &["cwd"])?.to_owned(), aside });
        }
        let line = String::from_utf8_lossy(line);
        let after = |key: &str| {
            let rest = line.split_once(&format!("\"{key}\":"))?.1.trim_start();
            serde_json::Deserializer::from_str(rest).into_iter::<String>().next()?.ok()
        };
        let source = line.split_once("\"source\":").map(|(_, rest)| rest.trim_start());
        let aside = source.is_some_and(|it| ["{", "\"exec\"", "\"mcp\""].iter().any(|aside| it.starts_with(aside)));
        line.contains("\"session_meta\"").then(|| Some(Self { session: after("id"), cwd: after("cwd")?, aside }))?
    }
}

impl Journal for Rollout {
    fn line(&mut self, line: &Value) {
        let now = time(line, &["timestamp"]);
        self.told.changed = now.max(self.told.changed);
        let Some(payload) = at(line, &["payload"]) else { return };
        match (text(line, &["type"]), text(payload, &["type"])) {
            (Some("session_meta"), _) => self.told.session = text(payload, &["id"]).map(kept),
            (Some("turn_context"), _) => {
                self.told.model = text(payload, &["model"]).map(kept);
                self.never_asks = text(payload, &["approval_policy"]) == Some("never");
            }
            (Some("event_msg"), Some(event)) => self.event(event, payload, now),
            (Some("response_item"), Some(item)) => self.item(item, payload, now),
            _ => {}
        }
    }

    fn record(&self) -> Record {
        let mut record = self.told.record(SOURCE);
        if let Some(call) = self.open.values().next_back().filter(|_| self.running && !self.never_asks) {
            record.status = Some(RecordStatus::Pending(call.clone()));
        }
        record
    }
}

impl Rollout {
    fn event(&mut self, event: &str, payload: &Value, now: Option<Timestamp>) {
        match event {
            "task_started" | "turn_started" => {
                self.running = true;
                self.told.window = number(payload, &["model_context_window"]).or(self.told.window);
                self.told.now(RecordStatus::Busy, now);
            }
            "task_complete" | "turn_complete" | "turn_aborted" => {
                self.running = false;
                self.open.clear();
                self.said_once = None;
                if !matches!(self.told.status, Some(RecordStatus::Error(_))) || event == "turn_aborted" {
                    self.told.now(RecordStatus::Idle, now);
                }
            }
            "error" => {
                let said = text(payload, &["message"]).unwrap_or("the turn ended in an error");
                self.told.now(RecordStatus::Error(kept(said)), now);
            }
            "user_message" => self.prompted(text(payload, &["message"]).unwrap_or_default(), true, now),
            "token_count" => self.tokens(payload, now),
            _ => {}
        }
    }

    fn item(&mut self, item: &str, payload: &Value, now: Option<Timestamp>) {
        let id = || text(payload, &["call_id"]).map(kept);
        match item {
            "message" if text(payload, &["role"]) == Some("user") => {
                let said = at(payload, &["content"]).and_then(|it| content(it, &["input_text", "text"]));
                if let Some(said) = said.filter(|said| !is_context(said)) {
                    self.prompted(&said, false, now);
                }
            }
            "function_call" | "custom_tool_call" | "local_shell_call" => {
                let name = text(payload, &["name"]).unwrap_or("shell");
                if let Some(id) = id().filter(|_| self.open.len() < MOST_OPEN) {
                    self.open.insert(id, kept(name));
                }
            }
            "function_call_output" | "custom_tool_call_output" | "local_shell_call_output" => {
                self.open.retain(|open, _| Some(open) != id().as_ref());
            }
            _ => {}
        }
    }

    /// A prompt, once: its second appearance, in the other form, is the same one.
    fn prompted(&mut self, said: &str, event: bool, now: Option<Timestamp>) {
        if self.said_once.as_ref().is_some_and(|(other, text)| *other != event && text.trim() == said.trim()) {
            self.said_once = None;
            return;
        }
        self.said_once = Some((event, said.to_owned()));
        self.told.prompted(said, now);
    }

    fn tokens(&mut self, payload: &Value, now: Option<Timestamp>) {
        if let Some(info) = at(payload, &["info"]) {
            self.told.window = number(info, &["model_context_window"]).or(self.told.window);
            self.told.tokens = number(info, &["last_token_usage", "total_tokens"]).or(self.told.tokens);
        }
        let limits = ["primary", "secondary"].into_iter().filter_map(|which| {
            let limit = at(payload, &["rate_limits", which])?;
            #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
            let used_percent = at(limit, &["used_percent"])?.as_f64()? as f32;
            let within = number(limit, &["resets_in_seconds"]).map(Duration::from_secs);
            Some(UsageLimit {
                used_percent,
                resets_at: time(limit, &["resets_at"]).or_else(|| now?.checked_add(within?).ok()),
                window: number(limit, &["window_minutes"]).map(|it| Duration::from_secs(it.saturating_mul(60))),
            })
        });
        if let Some(limit) = limits.max_by(|a, b| a.used_percent.total_cmp(&b.used_percent)) {
            self.told.limit = Some(limit);
        }
    }
}

/// What codex itself puts before the first prompt, in the user's name.
fn is_context(said: &str) -> bool {
    const MARKS: [&str; 7] = [
        "<environment_context",
        "<user_instructions",
        "<INSTRUCTIONS",
        "# AGENTS.md instructions",
        "<permissions",
        "<turn_aborted",
        "<skill",
    ];
    MARKS.iter().any(|mark| said.trim_start().starts_with(mark))
}
