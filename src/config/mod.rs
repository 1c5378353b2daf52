//! The configuration: what the operator wrote in `mosaic-top.yaml` → [`Config`].
//!
//! PURE: text in, values and problems out. Everything that is wrong is told at once, each with its place; what could
//! be read counts, and what could not keeps its default. Every option is one line of the table in `table`, from which
//! the shipped example and `docs/config.md` are made. Nothing here knows which actions, rules or agents there are.
//!
//! | module    | what it is                                              |
//! |-----------|---------------------------------------------------------|
//! | `table`   | every option: name, type, default, words, how it is read |
//! | `value`   | what a value may be: flags, times, counts, words         |
//! | `colour`  | the roles of a theme, and how a style is written         |
//! | `example` | the table as a commented file, and as a page             |
//! | `memory`  | what is remembered between two starts                    |

pub mod colour;
pub mod example;
pub mod memory;
mod table;
#[cfg(test)]
mod tests;
mod value;

use std::{collections::HashMap, time::Duration};

use ratatui::style::Style;

use self::colour::Role;
pub(crate) use self::value::nearest;
use crate::fleet::{
    sort::{Column, Sort},
    yaml::{
        Place, Problem,
        marked::{self, Entry, Kind},
    },
};

/// Everything that can be configured. The default is what holds without a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Whether changes are refused.
    pub read_only: bool,
    /// Which colours.
    pub theme: ThemeName,
    /// Roles drawn otherwise than the theme says.
    pub colours: Vec<(Role, Style)>,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Frames a second at most.
    pub frames_per_second: u32,
    /// How often the fleet is looked at.
    pub refresh: Refresh,
    /// The columns of the table in their order; `None`: as many as fit, in the usual order.
    pub columns: Option<Vec<Column>>,
    /// The order at the first start.
    pub sort: Sort,
    /// The filter at the first start, as it is typed after `/`.
    pub filter: String,
    /// Whether order, filter and columns are remembered between two starts.
    pub remember: bool,
    /// Keys other than the table's.
    pub keys: Vec<KeyBinding>,
    /// Taking over.
    pub take: Take,
    /// Sending.
    pub send: Send,
    /// From when on an agent that says it works and does nothing has stalled.
    pub stalled_after: Duration,
    /// Who is told that an agent needs somebody.
    pub notify: Notify,
    /// Prompts that may be answered unattended.
    pub prompts: Prompts,
    /// Whether trust is recorded before a relaunch.
    pub trust_before_relaunch: bool,
    /// The flight recorder.
    pub recorder: Recorder,
}

/// Which colours are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeName {
    /// What suits the terminal.
    #[default]
    Auto,
    /// For a dark background, 256 colours.
    Dark,
    /// For a light background, 256 colours.
    Light,
    /// High contrast, from the terminal's own 16 colours.
    Contrast,
    /// No colour at all.
    Plain,
}

/// How often the fleet is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refresh {
    /// While somebody uses the dashboard.
    pub attended: Duration,
    /// While nobody touches it.
    pub unattended: Duration,
}

/// An action with the keys that it has instead of the table's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyBinding {
    /// The action's name.
    pub action: String,
    /// Where that stands.
    pub place: Place,
    /// Its keys, each with its place; none: the action has no key.
    pub keys: Vec<(String, Place)>,
}

/// Taking over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// The chord that leaves, and where it stands; `None`: [`LEAVE`].
    pub leave: Option<(String, Place)>,
}

/// The chord that leaves what was taken over, where none is configured.
pub const LEAVE: &str = "Ctrl-]";

/// Why changes are refused, when the configuration says so.
pub const SAYS_READ_ONLY: &str = "this is read-only: the configuration says read_only";
/// The same when it could not be understood whether it says so.
pub const MAY_SAY_READ_ONLY: &str = "this is read-only: the configuration cannot be understood, and it might say so";
/// The same of one that came while the dashboard was open.
pub const MAY_SAY_SO_FOR_NOW: &str =
    "this is read-only until the configuration is mended: it cannot be understood, and it might say so";

/// Sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Send {
    /// How long evidence is waited for.
    pub timeout: Duration,
}

/// Who is told that an agent needs somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notify {
    /// The terminal's bell.
    pub bell: bool,
    /// A notification of the terminal itself.
    pub terminal: Osc,
    /// `notify-send`.
    pub desktop: bool,
    /// A program that gets the event as JSON on its standard input; empty: none.
    pub command: Vec<String>,
    /// At most one of each kind in this time.
    pub every: Duration,
    /// What still stands after this time, and nobody has acknowledged, is told again; zero: never.
    pub again: Duration,
}

/// The escape sequence of a terminal's notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Osc {
    /// None.
    #[default]
    Off,
    /// OSC 9: iTerm2, `WezTerm`, Windows Terminal.
    Osc9,
    /// OSC 777: `urxvt`, foot, Ghostty.
    Osc777,
    /// OSC 99: kitty.
    Osc99,
}

/// Prompts that may be answered unattended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompts {
    /// So many answers a minute and agent at most; then the prompt is only flagged.
    pub most_a_minute: u32,
    /// What was opted in or out. Empty where one of them could not be understood: half of them could clear what the other
    /// half holds back.
    pub policies: Vec<Policy>,
    /// Every policy whose rule could be read, for who knows which rules there are: all that is wrong is told at once.
    pub written: Vec<Policy>,
}

/// What happens at a prompt that a rule recognises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The rule's name.
    pub rule: String,
    /// Where that stands, for who knows which rules there are.
    pub place: Place,
    /// Only agents of this runtime, and where that stands.
    pub runtime: Option<(String, Place)>,
    /// Only this agent.
    pub agent: Option<String>,
    /// What to do.
    pub answer: Answer,
}

/// What to do at a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Answer {
    /// Show it; a person answers.
    #[default]
    Flag,
    /// Give the rule's safe answer.
    Clear,
}

/// The flight recorder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorder {
    /// Whether it records.
    pub on: bool,
    /// The most that is kept of one agent, in megabytes.
    pub megabytes: u32,
    /// The most that is kept of all agents together, in megabytes.
    pub megabytes_of_all: u32,
    /// For how many days after its last line a recording is kept.
    pub days: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            read_only: false,
            theme: ThemeName::Auto,
            colours: Vec::new(),
            mouse: true,
            frames_per_second: 60,
            refresh: Refresh { attended: Duration::from_secs(1), unattended: Duration::from_secs(2) },
            columns: None,
            sort: Sort::default(),
            filter: String::new(),
            remember: true,
            keys: Vec::new(),
            take: Take { leave: None },
            send: Send { timeout: Duration::from_secs(6) },
            stalled_after: Duration::from_secs(300),
            notify: Notify {
                bell: false,
                terminal: Osc::Off,
                desktop: false,
                command: Vec::new(),
                every: Duration::from_secs(30),
                again: Duration::from_secs(900),
            },
            prompts: Prompts { most_a_minute: 2, policies: Vec::new(), written: Vec::new() },
            trust_before_relaunch: true,
            recorder: Recorder { on: true, megabytes: 10, megabytes_of_all: 500, days: 14 },
        }
    }
}

impl Prompts {
    /// What to do at a prompt of this rule: the policy that says most counts, an agent above a runtime above neither;
    /// of equals the last. Without one it is flagged.
    #[must_use]
    pub fn answer(&self, rule: &str, runtime: Option<&str>, agent: &str) -> Answer {
        let of = |policy: &&Policy| {
            policy.rule == rule
                && policy.agent.as_deref().is_none_or(|only| only == agent)
                && policy.runtime.as_ref().is_none_or(|(only, _)| Some(only.as_str()) == runtime)
        };
        let weight = |policy: &&Policy| (policy.agent.is_some(), policy.runtime.is_some());
        self.policies.iter().filter(of).max_by_key(weight).map(|policy| policy.answer).unwrap_or_default()
    }
}

/// What reading a configuration gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// What could be read; the rest has its default.
    pub config: Config,
    /// Everything that is wrong, in the file's order.
    pub problems: Vec<Problem>,
    /// Whether the file might have asked for read-only in words that could not be understood.
    pub may_be_read_only: bool,
}

/// Reads a configuration. Never fails: what is wrong is among the problems, all of it at once.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed { config: Config::default(), problems: Vec::new(), may_be_read_only: false };
    let tree = match marked::read(text) {
        Ok(Some(tree)) if tree.kind != Kind::Null => tree,
        Ok(_) => return parsed,
        Err(problem) => {
            parsed.problems.push(problem);
            parsed.may_be_read_only = true;
            return parsed;
        }
    };
    let Kind::Map(entries) = &tree.kind else {
        let what = "the configuration must be a mapping";
        parsed.problems.push(Problem::error(Some(tree.place), what).hinted("write lines of `option: value`"));
        parsed.may_be_read_only = true;
        return parsed;
    };
    section("", entries, &mut parsed);
    parsed.problems.sort_by_key(|problem| problem.place);
    parsed
}

/// Reads one mapping: the file itself, or a section of it.
fn section(prefix: &str, entries: &[Entry], parsed: &mut Parsed) {
    let mut first: HashMap<&str, Place> = HashMap::new();
    for entry in entries {
        let path = format!("{prefix}{}", entry.key);
        if let Some(other) = first.get(entry.key.as_str()) {
            let what = format!("`{path}` stands twice (the other is on line {})", other.line);
            parsed.problems.push(Problem::error(Some(entry.place), what).hinted("keep one of them"));
            // The one that counts could be either: what asks for less must not be lost.
            parsed.may_be_read_only |= path == READ_ONLY;
        }
        first.entry(&entry.key).or_insert(entry.place);
        one(&path, entry, parsed);
    }
}

/// The option that an unreadable file may have set.
const READ_ONLY: &str = "read_only";

fn one(path: &str, entry: &Entry, parsed: &mut Parsed) {
    if let Some(option) = table::OPTIONS.iter().find(|option| option.path == path) {
        // Nothing after the colon is nothing said.
        if entry.value.kind == Kind::Null && path != READ_ONLY {
            return;
        }
        if let Err(problems) = (option.read)(&mut parsed.config, &entry.value) {
            parsed.may_be_read_only |= path == READ_ONLY;
            parsed.problems.extend(problems);
        }
        return;
    }
    let inside = format!("{path}.");
    if table::OPTIONS.iter().any(|option| option.path.starts_with(&inside)) {
        match &entry.value.kind {
            Kind::Map(entries) => section(&inside, entries, parsed),
            Kind::Null => {}
            _ => {
                let what = format!("`{path}` is a section with options of its own");
                let hint = format!("write them below it, indented: {}", table::names_in(&inside).join(", "));
                parsed.problems.push(Problem::error(Some(entry.value.place), what).hinted(hint));
            }
        }
        return;
    }
    unknown(path, entry, parsed);
}

fn unknown(path: &str, entry: &Entry, parsed: &mut Parsed) {
    let names = table::names();
    let near = value::nearest(path, names.iter().map(String::as_str));
    let last = path.rsplit('.').next().unwrap_or(path);
    let elsewhere = names.iter().find(|name| name.rsplit('.').next() == Some(last));
    let hint = match (near, elsewhere) {
        (Some(name), _) => format!("did you mean `{name}`?"),
        (None, Some(name)) => format!("it is written `{name}`, below its section"),
        (None, None) => "`mosaic-top config` prints every option".to_owned(),
    };
    // A misspelt wish for less must not be taken for no wish.
    parsed.may_be_read_only |= near == Some(READ_ONLY) || elsewhere.is_some_and(|name| name == READ_ONLY);
    parsed.problems.push(Problem::error(Some(entry.place), format!("there is no option `{path}`")).hinted(hint));
}
