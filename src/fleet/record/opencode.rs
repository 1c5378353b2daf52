//! OpenCode's own record: three questions to its data base, and what their answers say. It never opens the data base.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    Record, RecordStatus,
    journal::{percent, window_of},
    json::{at, number, text, time},
    kept,
};

/// The name of this source.
pub const SOURCE: &str = "opencode";

/// One answer: rows of columns, as text.
pub type Rows = Vec<Vec<Option<String>>>;

/// The newest conversation of a directory (`?1`) that was written to since (`?2`, milliseconds): id, title, when.
/// A sub-agent's conversation has a parent, and is not the one that is shown.
pub const SESSION: &str = "SELECT id, title, time_updated FROM session \
     WHERE directory = ?1 AND time_updated >= ?2 AND parent_id IS NULL ORDER BY time_updated DESC LIMIT 1";

/// How many prompts a conversation (`?1`) holds, and its last message.
pub const MESSAGES: &str = "SELECT \
     (SELECT count(*) FROM message WHERE session_id = ?1 AND json_extract(data, '$.role') = 'user'), \
     (SELECT data FROM message WHERE session_id = ?1 ORDER BY id DESC LIMIT 1), \
     (SELECT data FROM message WHERE session_id = ?1 AND json_extract(data, '$.role') = 'assistant' \
        AND json_extract(data, '$.tokens.input') > 0 ORDER BY id DESC LIMIT 1)";

/// The text of the last prompt of a conversation (`?1`).
pub const PROMPT: &str = "SELECT json_extract(data, '$.text') FROM part WHERE message_id = \
     (SELECT id FROM message WHERE session_id = ?1 AND json_extract(data, '$.role') = 'user' ORDER BY id DESC LIMIT 1) \
     AND json_extract(data, '$.type') = 'text' ORDER BY id LIMIT 1";

/// The id of the conversation in the answer to [`SESSION`].
#[must_use]
pub fn session_of(session: &Rows) -> Option<&str> {
    session.first()?.first()?.as_deref()
}

/// What the three answers say; `None` when there is no conversation.
#[must_use]
pub fn record(session: &Rows, messages: &Rows, prompt: &Rows) -> Option<Record> {
    let cell = |rows: &Rows, column: usize| rows.first()?.get(column)?.clone();
    let json = |column| cell(messages, column).and_then(|data| serde_json::from_str::<Value>(&data).ok());
    let mut record = Record::new(SOURCE);
    record.session = Some(cell(session, 0)?);
    record.title = cell(session, 1).map(|title| kept(&title)).filter(|title| !is_made_up(title));
    record.changed = cell(session, 2).and_then(|ms| Timestamp::from_millisecond(ms.parse().ok()?).ok());
    record.turns = cell(messages, 0).and_then(|count| count.parse().ok()).unwrap_or(0);
    record.last_prompt = cell(prompt, 0).map(|text| kept(text.trim()));
    if let Some(last) = json(1) {
        record.status = Some(status(&last));
        record.status_since = time(&last, &["time", "completed"]).or_else(|| time(&last, &["time", "created"]));
        record.changed = record.changed.max(record.status_since);
    }
    if let Some(answer) = json(2) {
        let model = text(&answer, &["modelID"]);
        record.model = model.map(kept);
        record.context_used_percent = percent(tokens(&answer), model.and_then(window_of));
    }
    Some(record)
}

/// A title that stands for none: `New session - 2026-11-20T15:23:00.000Z`.
fn is_made_up(title: &str) -> bool {
    title.starts_with("New session - ")
}

/// A prompt without an answer, or an answer that is not completed, is a turn that runs.
fn status(last: &Value) -> RecordStatus {
    if let Some(error) = at(last, &["error"]) {
        let name = text(error, &["name"]).unwrap_or("error");
        if name == "MessageAbortedError" {
            return RecordStatus::Idle;
        }
        let said = text(error, &["data", "message"]).unwrap_or("the turn ended in an error");
        return RecordStatus::Error(kept(&format!("{name}: {said}")));
    }
    let done = text(last, &["role"]) == Some("assistant")
        && at(last, &["time", "completed"]).is_some()
        && text(last, &["finish"]) != Some("tool-calls");
    if done { RecordStatus::Idle } else { RecordStatus::Busy }
}

fn tokens(message: &Value) -> Option<u64> {
    let of = |path: &[&str]| number(message, path).unwrap_or(0);
    let sum = of(&["tokens", "input"])
        .saturating_add(of(&["tokens", "output"]))
        .saturating_add(of(&["tokens", "cache", "read"]))
        .saturating_add(of(&["tokens", "cache", "write"]));
    (sum > 0).then_some(sum)
}
