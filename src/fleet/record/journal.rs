//! A log that a runtime appends to, one JSON object a line: cut into lines, and what all runtimes' logs have in common.
//!
//! Whatever the bytes are, no line panics, and at most one unfinished line of [`LINE_MOST`] bytes is kept.

use jiff::Timestamp;
use serde_json::Value;

use super::{Record, RecordStatus, UsageLimit, kept};

/// The longest line that is read. A longer one (an image, a huge tool result) is passed over whole.
pub const LINE_MOST: usize = 2 * 1024 * 1024;

/// A runtime's log, read line by line.
pub trait Journal: Send + Sync {
    /// Takes up the next line.
    fn line(&mut self, line: &Value);
    /// What it says so far.
    fn record(&self) -> Record;
}

/// Cuts what was appended into whole lines.
#[derive(Debug, Default)]
pub struct Lines {
    /// The start of a line whose end has not been written yet.
    rest: Vec<u8>,
    /// Inside a line that is passed over: too long, or begun before the first byte that was read.
    skipping: bool,
}

impl Lines {
    /// From the beginning of a file, or from the middle, where the first line is only the end of one.
    #[must_use]
    pub fn from(offset: u64) -> Self {
        Self { rest: Vec::new(), skipping: offset > 0 }
    }

    /// Hands every line that is now whole, and JSON, to `take`; what is no JSON is passed over.
    pub fn feed(&mut self, mut bytes: &[u8], mut take: impl FnMut(&Value)) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, after) = (&bytes[..end], &bytes[end + 1..]);
            if !std::mem::take(&mut self.skipping) && self.rest.len() + line.len() <= LINE_MOST {
                let parsed = if self.rest.is_empty() {
                    serde_json::from_slice(line)
                } else {
                    self.rest.extend_from_slice(line);
                    serde_json::from_slice(&self.rest)
                };
                if let Ok(value) = parsed {
                    take(&value);
                }
            }
            self.rest.clear();
            bytes = after;
        }
        if self.skipping || self.rest.len() + bytes.len() > LINE_MOST {
            self.skipping = true;
            self.rest = Vec::new();
        } else {
            self.rest.extend_from_slice(bytes);
        }
    }
}

/// What the logs of all runtimes tell, each in its own words.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Told {
    pub(super) version: Option<String>,
    pub(super) session: Option<String>,
    pub(super) turns: u64,
    pub(super) last_prompt: Option<String>,
    pub(super) status: Option<RecordStatus>,
    pub(super) status_since: Option<Timestamp>,
    pub(super) title: Option<String>,
    pub(super) model: Option<String>,
    /// Tokens in the context after the last answer, and how many there is room for.
    pub(super) tokens: Option<u64>,
    pub(super) window: Option<u64>,
    pub(super) limit: Option<UsageLimit>,
    pub(super) changed: Option<Timestamp>,
}

impl Told {
    /// A new prompt of the user's.
    pub(super) fn prompted(&mut self, prompt: &str, at: Option<Timestamp>) {
        self.turns += 1;
        self.last_prompt = Some(kept(prompt.trim()));
        self.now(RecordStatus::Busy, at);
    }

    /// Another status, from then on.
    pub(super) fn now(&mut self, status: RecordStatus, at: Option<Timestamp>) {
        if self.status.as_ref() != Some(&status) {
            self.status_since = at;
        }
        self.status = Some(status);
    }

    /// As the record of a runtime.
    pub(super) fn record(&self, source: &'static str) -> Record {
        let told = self.clone();
        Record {
            source,
            version: told.version,
            session: told.session,
            turns: told.turns,
            last_prompt: told.last_prompt,
            status: told.status,
            status_since: told.status_since,
            title: told.title,
            model: told.model,
            context_used_percent: percent(told.tokens, told.window),
            limit: told.limit,
            changed: told.changed,
        }
    }
}

/// How much of a window is used; `None` for no window, or one that more tokens are in than it has room for: then it
/// is another window than was thought.
pub(super) fn percent(tokens: Option<u64>, window: Option<u64>) -> Option<f32> {
    let (tokens, window) = (tokens?, window.filter(|window| *window > 0)?);
    #[expect(clippy::cast_precision_loss, reason = "tokens are millions at most")]
    let percent = tokens as f32 * 100.0 / window as f32;
    (percent <= 100.0).then_some(percent)
}

/// The context window of a model whose log does not tell it. Only what its maker states; any other is unknown.
pub(super) fn window_of(model: &str) -> Option<u64> {
    const STANDARD: [&str; 10] = [
        "claude-3-",
        "claude-haiku-4-5",
        "claude-opus-4-0",
        "claude-opus-4-1",
        "claude-opus-4-2",
        "claude-opus-4-5",
        "claude-sonnet-4-0",
        "claude-sonnet-4-2",
        "claude-sonnet-4-5",
        "claude-3.",
    ];
    if model.ends_with("[1m]") {
        return Some(1_000_000);
    }
    STANDARD.iter().any(|known| model.starts_with(known)).then_some(200_000)
}
