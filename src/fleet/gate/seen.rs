//! What was seen on one screen, in words that others weigh. Values only: how they are found is `read.rs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fleet::{judgement::CauseKind, words};

/// Everything that one look at a screen gives. Several may be true at once: a limit beside an idle composer, work
/// beside an error that is being retried. [`Seen::state`] says which one counts, of the screen alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// A dialog that waits for somebody: a gate, a question, a menu that no rule knows.
    pub prompt: Option<Prompt>,
    /// A usage limit that holds the agent up.
    pub limit: Option<Limit>,
    /// An error that the last turn ended with, or that is being retried.
    pub trouble: Option<Trouble>,
    /// The newest sign of work, where nothing newer says that it ended.
    pub working: Option<Marker>,
    /// A sign that it waits for the next message.
    pub idle: Option<Marker>,
    /// The input line is up: no dialog has taken its place. It is drawn during work, too.
    pub composer: Option<Marker>,
    /// How much of its context is used, in percent, where the screen says so; 0 is none at all.
    pub context_used: Option<u8>,
    /// A viewer or a picker that somebody opened: nothing can be told, what was known before stays.
    pub viewer: Option<Marker>,
    /// The screen shows nothing at all, which proves nothing.
    pub blank: bool,
    /// Why nothing on the screen counts: no runtime has the terminal, or the program has ended.
    pub gone: Option<String>,
}

/// What the screen alone says, the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// [`Seen::gone`].
    Gone,
    /// [`Seen::prompt`] of this kind.
    Prompt(Kind),
    /// [`Seen::working`].
    Working,
    /// [`Seen::limit`], and nothing works.
    Limit,
    /// [`Seen::idle`].
    Idle,
    /// [`Seen::viewer`]: what was known before stays.
    Frozen,
    /// Nothing that a rule knows.
    Unsure,
}

impl Seen {
    /// What counts, of the screen alone. A prompt is only ever seen where nothing newer works, so it comes first.
    #[must_use]
    pub fn state(&self) -> State {
        if self.gone.is_some() {
            return State::Gone;
        }
        if let Some(prompt) = &self.prompt {
            return State::Prompt(prompt.kind);
        }
        let signs = [
            (self.limit.is_some() && self.working.is_none(), State::Limit),
            (self.working.is_some(), State::Working),
            (self.viewer.is_some() && self.idle.is_none(), State::Frozen),
            (self.idle.is_some(), State::Idle),
        ];
        signs.into_iter().find(|(is, _)| *is).map_or(State::Unsure, |(_, state)| state)
    }
}

impl Seen {
    /// Whether it works; `None`: not known. What a message waits for, or is refused for.
    #[must_use]
    pub fn busy(&self) -> Option<bool> {
        match (&self.working, &self.idle) {
            (Some(_), _) => Some(true),
            (None, Some(_)) => Some(false),
            (None, None) => None,
        }
    }
}

/// What kind of block a prompt or a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Parked at start-up: trust, bypass warning, login, onboarding, update, API key, MCP, imports …
    Gate,
    /// A permission or a question inside a turn.
    Asks,
    /// A usage limit.
    Limit,
    /// Authentication or the API is down.
    Error,
    /// A menu that no rule knows.
    Prompt,
}

impl From<Kind> for CauseKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Gate => Self::Gate,
            Kind::Asks => Self::Asks,
            Kind::Limit => Self::Limit,
            Kind::Error => Self::Error,
            Kind::Prompt => Self::Prompt,
        }
    }
}

/// A dialog that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The rule that knows it: `claude.trust`; `generic.menu` for one that nobody has written down.
    pub rule: String,
    /// Its kind.
    pub kind: Kind,
    /// What it is about: `trust`, `bypass`, `login`, `permission` …
    pub about: String,
    /// One line for a person.
    pub says: String,
    /// The line of the screen that it was known by, as it is shown there (not yet made safe to print).
    pub line: String,
    /// Where that line stands, from 0.
    pub row: u16,
    /// What it asks about, for a person to read before it is answered: nothing is decided by it.
    pub body: Body,
    /// Letters and digits of what stands above its options: tells it from the next one that asks the same way.
    pub subject: String,
    /// Its options from top to bottom or left to right; empty where it asks for a key or a text.
    pub options: Vec<Opt>,
    /// Options stand beside each other: Left and Right move, not Up and Down.
    pub sideways: bool,
    /// The option that lets the agent go on without harm, by its place in `options`; `None` when only a person can say.
    pub safe: Option<usize>,
    /// The keys that let it go on where there is nothing to choose (`Press Enter to continue`), or that step over it
    /// (`Escape` at an update). Never keys that were guessed.
    pub keys: Vec<String>,
    /// Nobody but a person can answer it (a login in a browser).
    pub human: bool,
    /// What a bare Enter would do now: `quits`, `installs`, `trusts` …
    pub enter: Option<String>,
    /// The reset time in the screen's own words, where it is about a limit.
    pub resets: Option<String>,
}

impl Prompt {
    /// The highlighted option.
    #[must_use]
    pub fn selected(&self) -> Option<&Opt> {
        self.options.iter().find(|option| option.selected)
    }
}

/// So many rows of a prompt's own text are shown.
const BODY: usize = 8;

/// A prompt's own text above its options: the command that would run, the folder, the file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Body {
    /// Its last rows that say something, as they are shown there (not yet made safe to print).
    pub rows: Vec<String>,
    /// What is missing of it, in words.
    pub says: Option<String>,
}

impl Body {
    /// The text in these rows. `told`: the screen shows where it begins.
    pub(super) fn of(rows: &[&str], told: bool) -> Self {
        let left_out = rows.len().saturating_sub(BODY);
        let rows = &rows[left_out..];
        let indent = rows.iter().map(|row| row.chars().take_while(|c| *c == ' ').count()).min().unwrap_or_default();
        let says = match (rows.len(), told, left_out) {
            (0, ..) => Some("what it asks about cannot be told from its screen: look at it".to_owned()),
            (_, false, _) => Some("where it begins cannot be told: so much stands right above".to_owned()),
            (_, true, 0) => None,
            (_, true, more) => Some(format!("{} of it above: look at its screen", words::count(more, "more row"))),
        };
        Self { rows: rows.iter().map(|row| row[indent..].trim_end().to_owned()).collect(), says }
    }
}

/// One option of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opt {
    /// Its words, without number and pointer (not yet made safe to print).
    pub label: String,
    /// Its number, where it shows one.
    pub number: Option<u8>,
    /// Whether it is the highlighted one.
    pub selected: bool,
    /// Its row on the screen, from 0.
    pub row: u16,
    /// What choosing it would do, where a rule says so: `trusts`, `quits`, `installs` …
    pub does: Option<String>,
    /// It installs, quits, deletes or gives lasting rights: it needs a confirmation of its own.
    pub dangerous: bool,
}

/// One line that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// The rule that knows it: `claude.spinner`.
    pub rule: String,
    /// The line as it is shown (not yet made safe to print); the title for a title's mark.
    pub line: String,
    /// Where it stands, from 0; `None` for a title or the cursor.
    pub row: Option<u16>,
}

/// A usage limit beside a composer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Where it was read.
    pub at: Marker,
    /// When it ends, in the screen's own words: `4:28pm (UTC)`.
    pub resets: Option<String>,
    /// It goes on by itself then.
    pub resumes: bool,
}

/// An error of the last turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Where it was read.
    pub at: Marker,
    /// What it is about: `auth`, `api`, `quota` …
    pub about: String,
    /// The runtime is trying again by itself.
    pub retrying: bool,
    /// It is the last thing of its turn, in the runtime's own form, and nothing but a person mends it.
    pub stands: bool,
}
