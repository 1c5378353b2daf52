//! What a program reports of itself in its own stream: the Program Status Protocol, `OSC 7501`.
//!
//! `ESC ] 7501 ; state=working:app=codex ST`. It draws nothing. A query (`7501;?`) and what is no report are passed
//! over. The texts in it are the program's and hostile; they are cut to a length and decoded here, and made safe to
//! show where they are shown.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// The number of the sequence.
pub(super) const NUMBER: &[u8] = b"7501";
/// The longest name of an application or an instance that is kept, in bytes.
const NAME_MOST: usize = 64;
/// The longest message that is kept, in bytes.
const MESSAGE_MOST: usize = 1024;

/// Base64 with or without its padding: programs differ.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The last report of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramStatus {
    /// What it does.
    pub state: ProgramState,
    /// What it waits for, when it is blocked and tells.
    pub kind: Option<BlockKind>,
    /// Which program it is, in its own words.
    pub app: Option<String>,
    /// A message for people.
    pub message: Option<String>,
    /// Which instance, where several share a terminal.
    pub id: Option<String>,
}

/// What a program says that it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgramState {
    /// It waits for a prompt.
    Idle,
    /// It works.
    Working,
    /// It has done what it was asked for.
    Done,
    /// It waits for a human.
    Blocked,
    /// It failed.
    Error,
}

/// What a blocked program waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// A permission.
    Permission,
    /// An answer.
    Question,
    /// A login.
    Auth,
}

/// What one sequence says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Report {
    /// This, from now on.
    Status(ProgramStatus),
    /// The last report is taken back.
    Clear,
}

const STATES: [(&str, ProgramState); 5] = [
    ("idle", ProgramState::Idle),
    ("working", ProgramState::Working),
    ("done", ProgramState::Done),
    ("blocked", ProgramState::Blocked),
    ("error", ProgramState::Error),
];
const KINDS: [(&str, BlockKind); 3] =
    [("permission", BlockKind::Permission), ("question", BlockKind::Question), ("auth", BlockKind::Auth)];

impl ProgramStatus {
    /// What a report says; `None` when it is none.
    pub(super) fn parse(report: &[u8]) -> Option<Report> {
        let fields: Vec<(&[u8], &[u8])> = report
            .split(|byte| *byte == b':')
            .filter_map(|field| {
                let equals = field.iter().position(|byte| *byte == b'=')?;
                Some((&field[..equals], &field[equals + 1..]))
            })
            .collect();
        let field = |name: &str| fields.iter().find(|(key, _)| *key == name.as_bytes()).map(|(_, value)| *value);
        let state = field("state")?;
        if state == b"clear" {
            return Some(Report::Clear);
        }
        let (_, state) = STATES.into_iter().find(|(word, _)| word.as_bytes() == state)?;
        let kind = field("kind").and_then(|kind| KINDS.into_iter().find(|(word, _)| word.as_bytes() == kind));
        Some(Report::Status(Self {
            state,
            kind: kind.map(|(_, kind)| kind),
            app: field("app").map(|app| cut(app, NAME_MOST)),
            message: field("msg").and_then(|msg| BASE64.decode(msg).ok()).map(|msg| cut(&msg, MESSAGE_MOST)),
            id: field("id").map(|id| cut(id, NAME_MOST)),
        }))
    }

    /// The report that says the same.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let state = STATES.iter().find(|(_, state)| *state == self.state).map_or("idle", |(word, _)| word);
        let mut said = format!("\x1b]7501;state={state}");
        let mut add = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                said.extend([":", name, "=", value]);
            }
        };
        add("kind", self.kind.and_then(|kind| KINDS.iter().find(|(_, it)| *it == kind)).map(|(word, _)| *word));
        add("app", self.app.as_deref());
        add("msg", self.message.as_ref().map(|message| BASE64.encode(message)).as_deref());
        add("id", self.id.as_deref());
        out.extend_from_slice(said.as_bytes());
        out.extend_from_slice(b"\x1b\\");
    }
}

/// A text, whole characters, at most so many bytes. What is no UTF-8 becomes U+FFFD.
fn cut(bytes: &[u8], most: usize) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(most)]);
    let mut kept = String::new();
    for c in text.chars() {
        if kept.len() + c.len_utf8() > most {
            break;
        }
        kept.push(c);
    }
    kept
}

#[cfg(test)]
mod tests;
