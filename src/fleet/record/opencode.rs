//! OpenCode's own record: a few questions to its data base, and what their answers say. It never opens the data base.

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

/// What is read of a message: never all of it, and never much.
macro_rules! message {
    () => {
        "json_object('role', json_extract(data, '$.role'), 'time', json_extract(data, '$.time'), \
         'finish', json_extract(data, '$.finish'), 'modelID', json_extract(data, '$.modelID'), \
         'tokens', json_extract(data, '$.tokens'), 'error', json(CASE WHEN json_type(data, '$.error') = 'object' \
         THEN json_object('name', json_extract(data, '$.error.name'), 'data', json_object('message', \
         substr(json_extract(data, '$.error.data.message'), 1, 4096))) END))"
    };
}

/// The newest conversation of a directory (`?1`) that was written to since (`?2`, milliseconds): id, title, when, its
/// newest message. A sub-agent's conversation has a parent, and is not the one that is shown. While the answer is the
/// same, nothing of the conversation is new.
pub const SESSION: &str = concat!(
    "SELECT id, substr(title, 1, 4096), time_updated, (SELECT ",
    message!(),
    " FROM message WHERE session_id = newest.id ORDER BY time_created DESC, id DESC LIMIT 1) FROM \
     (SELECT id, title, time_updated FROM session \
     WHERE directory = ?1 AND time_updated >= ?2 AND parent_id IS NULL ORDER BY time_updated DESC LIMIT 1) AS newest"
);

/// The newest messages of a conversation (`?1`), newest first: id, when, what. By opencode's own index no others are
/// looked at, however long it has become.
pub const MESSAGES: &str = concat!(
    "SELECT id, time_created, ",
    message!(),
    " FROM message WHERE session_id = ?1 ORDER BY time_created DESC, id DESC LIMIT 32"
);

/// The last prompt of a conversation (`?1`): for the first look at one whose turn has many messages.
pub const LAST_PROMPT: &str = "SELECT id FROM message WHERE session_id = ?1 AND json_extract(data, '$.role') = 'user' \
     ORDER BY time_created DESC, id DESC LIMIT 1";

/// The text of a prompt (`?1`, its message).
pub const PROMPT: &str = "SELECT substr(json_extract(data, '$.text'), 1, 4096) FROM part WHERE message_id = ?1 \
     AND json_extract(data, '$.type') = 'text' ORDER BY id LIMIT 1";

/// A conversation that is followed: what was read of it so far.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    /// The last answer to [`SESSION`].
    session: Rows,
    /// When the newest message that was counted was made, and its id.
    counted: Option<(i64, String)>,
    /// The message of the last prompt.
    asked: Option<String>,
    /// Whose text is known.
    told: Option<String>,
    record: Option<Record>,
}

impl Conversation {
    /// Takes up the answer to [`SESSION`]: the conversation to be read further, when something of it is new.
    pub fn take_session(&mut self, session: &Rows) -> Option<String> {
        if self.session == *session {
            return None;
        }
        let cell = |column: usize| session.first()?.get(column)?.clone();
        let id = cell(0);
        if id.is_none() || id != self.record.as_ref().and_then(|record| record.session.clone()) {
            *self = Self::default();
        }
        let mut record = self.record.take().unwrap_or_else(|| Record::new(SOURCE));
        record.session.clone_from(&id);
        record.title = cell(1).map(|title| kept(&title)).filter(|title| !is_made_up(title));
        record.changed = cell(2).and_then(|ms| Timestamp::from_millisecond(ms.parse().ok()?).ok());
        self.record = id.is_some().then_some(record);
        // Until all of it was read, it is asked again.
        self.session = Rows::new();
        id
    }

    /// Takes up the answer to [`MESSAGES`]: counts the prompts that are new.
    pub fn take_messages(&mut self, messages: &Rows) {
        let Some(record) = &mut self.record else { return };
        let row = |row: &Vec<Option<String>>| {
            let cell = |column: usize| row.get(column)?.clone();
            Some(((cell(1)?.parse::<i64>().ok()?, cell(0)?), serde_json::from_str::<Value>(&cell(2)?).ok()?))
        };
        let messages: Vec<((i64, String), Value)> = messages.iter().filter_map(row).collect();
        let is_prompt = |message: &Value| text(message, &["role"]) == Some("user");
        let fresh = messages.iter().filter(|(at, _)| self.counted.as_ref().is_none_or(|counted| at > counted));
        record.turns += fresh.filter(|(_, message)| is_prompt(message)).count() as u64;
        let prompt = messages.iter().find(|(_, message)| is_prompt(message)).map(|((_, id), _)| id.clone());
        self.asked = prompt.or(self.asked.take());
        if let Some((at, last)) = messages.first() {
            self.counted = Some(at.clone()).max(self.counted.take());
            record.status = Some(status(last));
            record.status_since = time(last, &["time", "completed"]).or_else(|| time(last, &["time", "created"]));
            record.changed = record.changed.max(record.status_since);
        }
        let read = |message: &&Value| text(message, &["role"]) == Some("assistant") && tokens(message).is_some();
        if let Some(answer) = messages.iter().map(|(_, message)| message).find(read) {
            let model = text(answer, &["modelID"]);
            record.model = model.map(kept);
            record.context_used_percent = percent(tokens(answer), model.and_then(window_of));
        }
    }

    /// Whether a prompt was seen in it at all; where not, [`LAST_PROMPT`] tells.
    #[must_use]
    pub fn knows_a_prompt(&self) -> bool {
        self.asked.is_some()
    }

    /// Takes up the answer to [`LAST_PROMPT`].
    pub fn take_last_prompt(&mut self, prompt: &Rows) {
        self.asked = prompt.first().and_then(|row| row.first()?.clone());
        if let Some(record) = self.record.as_mut().filter(|_| self.asked.is_some()) {
            record.turns = record.turns.max(1);
        }
    }

    /// The message of the last prompt, when its text is not known yet: [`PROMPT`] tells it.
    #[must_use]
    pub fn wants_prompt(&self) -> Option<String> {
        self.asked.clone().filter(|asked| Some(asked) != self.told.as_ref())
    }

    /// Takes up the answer to [`PROMPT`]. Its text is written a moment after its message.
    pub fn take_prompt(&mut self, prompt: &Rows) {
        let said = prompt.first().and_then(|row| row.first()?.clone());
        if let (Some(record), Some(said)) = (&mut self.record, said) {
            record.last_prompt = Some(kept(said.trim()));
            self.told.clone_from(&self.asked);
        }
    }

    /// All of it was read: nothing is, until the answer to [`SESSION`] is another one.
    pub fn was_read(&mut self, session: Rows) {
        if self.wants_prompt().is_none() {
            self.session = session;
        }
    }

    /// What it says; `None` when there is no conversation.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        self.record.as_ref()
    }
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
