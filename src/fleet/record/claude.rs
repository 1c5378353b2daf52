//! Claude Code's own records: `sessions/<pid>.json`, which says what it does now, and the transcript of the session.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    Record, RecordStatus,
    journal::{Journal, Told, window_of},
    json::{at, content, is_true, number, text, time},
    kept,
};
use crate::fleet::{ids::PaneId, reading::Why};

/// The name of this source.
pub const SOURCE: &str = "claude";

/// `sessions/<pid>.json`: written once claude is ready, removed when it exits; `kill -9` leaves it behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The process that wrote it.
    pub pid: u64,
    /// The version of that process.
    pub version: Option<String>,
    /// When that process started, as it told: on Linux in clock ticks since boot.
    pub proc_start: Option<String>,
    /// The conversation.
    pub session: String,
    /// The directory of the project, after which the transcript's directory is named.
    pub cwd: String,
    /// What it does.
    pub status: Option<RecordStatus>,
    /// Since when.
    pub status_since: Option<Timestamp>,
    /// The pane that it believes it is in.
    pub pane: Option<PaneId>,
    /// Its name, given by the user or made up by claude.
    pub name: Option<String>,
    /// When it started.
    pub started: Option<Timestamp>,
    /// When the file was written.
    pub updated: Option<Timestamp>,
}

/// The process that a session file should be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// Its pid.
    pub pid: u32,
    /// When it started, in clock ticks since boot.
    pub started_ticks: u64,
    /// The same by the clock on the wall, where that can be told.
    pub started: Option<Timestamp>,
    /// The pane it is in.
    pub pane: PaneId,
}

impl Session {
    /// Reads the file.
    pub fn parse(bytes: &[u8]) -> Result<Self, Why> {
        let value: Value =
            serde_json::from_slice(bytes).map_err(|error| Why::new(format!("claude's session file: {error}")))?;
        let needed = |key: &str| Why::new(format!("claude's session file has no {key}"));
        let since = time(&value, &["statusUpdatedAt"]);
        Ok(Self {
            pid: number(&value, &["pid"]).ok_or_else(|| needed("pid"))?,
            version: text(&value, &["version"]).map(kept),
            proc_start: at(&value, &["procStart"]).map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned)),
            session: text(&value, &["sessionId"]).map(kept).ok_or_else(|| needed("sessionId"))?,
            cwd: text(&value, &["cwd"]).map(kept).unwrap_or_default(),
            status: status(&value),
            status_since: since.or_else(|| time(&value, &["updatedAt"])),
            pane: text(&value, &["tmux"]).and_then(|place| place.rsplit_once('.')?.1.parse().ok()),
            name: text(&value, &["name"]).map(kept),
            started: time(&value, &["startedAt"]),
            updated: time(&value, &["updatedAt"]).max(since),
        })
    }

    /// Whether this process wrote it, and not an earlier one with its number, whose file was left behind.
    pub fn is_of(&self, owner: &Owner) -> Result<(), Why> {
        let left_behind = |how: String| Err(Why::new(format!("claude's session file was left behind: {how}")));
        if self.pid != u64::from(owner.pid) {
            return left_behind(format!("it is of process {}, not {}", self.pid, owner.pid));
        }
        if let Some(ticks) = self.proc_start.as_deref().and_then(|told| told.parse::<u64>().ok()) {
            return if ticks == owner.started_ticks {
                Ok(())
            } else {
                left_behind(format!("an earlier process {} wrote it", owner.pid))
            };
        }
        if self.pane.is_some_and(|pane| pane != owner.pane) {
            return left_behind("it names another pane".to_owned());
        }
        // A second, because ticks and the wall's clock are told apart no better.
        let before = |started: Timestamp| self.started.is_some_and(|it| it < started - SignedDuration::from_secs(1));
        if owner.started.is_some_and(before) {
            return left_behind(format!("it is older than process {}", owner.pid));
        }
        Ok(())
    }

    /// The names that the transcript's directory may have under `projects/`: versions differ in what they replace.
    #[must_use]
    pub fn project_names(&self) -> Vec<String> {
        let replaced = |hit: fn(char) -> bool| self.cwd.replace(hit, "-");
        let mut names = vec![replaced(|c| !c.is_ascii_alphanumeric()), replaced(|c| matches!(c, '/' | '.'))];
        names.dedup();
        names
    }

    /// Whether its id can be a file's name: the file is anybody's, and must not lead elsewhere.
    #[must_use]
    pub fn names_a_file(&self) -> bool {
        !self.session.is_empty() && self.session.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    }
}

fn status(value: &Value) -> Option<RecordStatus> {
    match text(value, &["status"])? {
        "idle" => Some(RecordStatus::Idle),
        "busy" => Some(RecordStatus::Busy),
        "waiting" => Some(RecordStatus::Waiting(text(value, &["waitingFor"]).map(kept).unwrap_or_default())),
        _ => None,
    }
}

/// The transcript `projects/<directory>/<session>.jsonl`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transcript {
    told: Told,
    /// A title by the user, which stands above claude's.
    custom_title: bool,
}

impl Journal for Transcript {
    fn line(&mut self, line: &Value) {
        let at = time(line, &["timestamp"]);
        self.told.changed = at.max(self.told.changed);
        // A sub-agent's talk stands in the same file.
        if is_true(line, &["isSidechain"]) {
            return;
        }
        match text(line, &["type"]) {
            Some("user") => self.user(line, at),
            Some("assistant") => self.assistant(line, at),
            Some("system") => match text(line, &["subtype"]) {
                Some("turn_duration") => self.told.now(RecordStatus::Idle, at),
                Some("compact_boundary") => self.told.tokens = None,
                _ => {}
            },
            Some("custom-title") => self.title(text(line, &["customTitle"]), true),
            Some("ai-title") => self.title(text(line, &["aiTitle"]).or_else(|| text(line, &["title"])), false),
            Some("last-prompt") if self.told.last_prompt.is_none() => {
                self.told.last_prompt = text(line, &["lastPrompt"]).map(kept);
            }
            _ => {}
        }
    }

    fn record(&self) -> Record {
        self.told.record(SOURCE)
    }
}

impl Transcript {
    fn user(&mut self, line: &Value, at_time: Option<Timestamp>) {
        if is_true(line, &["isMeta"]) || is_true(line, &["isCompactSummary"]) {
            return;
        }
        let said = at(line, &["message", "content"]).and_then(|it| content(it, &["text"]));
        match said {
            Some(said) if said.trim_start().starts_with("[Request interrupted") => {
                self.told.now(RecordStatus::Idle, at_time);
            }
            // Slash commands, their output and notices are written as the user's words between such marks.
            Some(said) if is_marked(&said) => {}
            Some(said) => self.told.prompted(&said, at_time),
            None => {}
        }
    }

    fn assistant(&mut self, line: &Value, at_time: Option<Timestamp>) {
        let said = at(line, &["message", "content"]).and_then(|it| content(it, &["text"]));
        if is_true(line, &["isApiErrorMessage"]) {
            let kind = text(line, &["error"]).map(|kind| format!("{kind}: ")).unwrap_or_default();
            let said = said.unwrap_or_else(|| "the API answered with an error".to_owned());
            return self.told.now(RecordStatus::Error(kept(&format!("{kind}{said}"))), at_time);
        }
        if let Some(model) = text(line, &["message", "model"]).filter(|model| *model != "<synthetic>") {
            self.told.model = Some(kept(model));
            self.told.window = window_of(model);
        }
        if let Some(usage) = at(line, &["message", "usage"]) {
            let of = |key: &str| number(usage, &[key]).unwrap_or(0);
            let read = of("input_tokens")
                .saturating_add(of("cache_creation_input_tokens"))
                .saturating_add(of("cache_read_input_tokens"));
            if read > 0 {
                self.told.tokens = Some(read.saturating_add(of("output_tokens")));
            }
        }
        let ended = matches!(text(line, &["message", "stop_reason"]), Some("end_turn" | "stop_sequence"));
        self.told.now(if ended { RecordStatus::Idle } else { RecordStatus::Busy }, at_time);
    }

    fn title(&mut self, title: Option<&str>, custom: bool) {
        if let Some(title) = title.filter(|_| custom || !self.custom_title) {
            self.told.title = Some(kept(title));
            self.custom_title |= custom;
        }
    }
}

fn is_marked(said: &str) -> bool {
    const MARKS: [&str; 7] = [
        "<command-",
        "<local-command",
        "<bash-",
        "<task-notification",
        "<system-reminder",
        "<user-memory-input",
        "Caveat: The messages below",
    ];
    MARKS.iter().any(|mark| said.trim_start().starts_with(mark))
}

/// One record of both. What it does now is the session file's to say, which is written at once and removed at the
/// end; only an error that the last turn ended in is the transcript's: the file says `idle` at a usage limit.
#[must_use]
pub fn joined(session: &Session, transcript: Option<&Record>) -> Record {
    let mut record = transcript.cloned().unwrap_or_else(|| Record::new(SOURCE));
    let failed = matches!((&session.status, &record.status), (Some(RecordStatus::Idle), Some(RecordStatus::Error(_))));
    if !failed {
        record.status.clone_from(&session.status);
        record.status_since = session.status_since;
    }
    record.version.clone_from(&session.version);
    record.session = Some(session.session.clone());
    record.title = record.title.or_else(|| session.name.clone());
    record.changed = record.changed.max(session.updated);
    record
}
