//! `runtimes.yaml` as it is written: every key may be left out and then comes from the layer below.
//!
//! Only the file's shape and the layering stand here; what a key means stands on `RuntimeSpec`'s fields.

use std::{collections::BTreeMap, time::Duration};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{ComposerSpec, InputSpec, KeySpec, ReadySpec, RuntimeSpec, Shape};
use crate::{fleet::yaml::Problem, screen::Colour};

/// The version of the file's shape.
const SCHEMA: u32 = 1;

/// What is known of the runtimes' input lines, keys and commands. A user's file is laid over the built-in one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "runtimes.yaml")]
pub(super) struct File {
    /// The version of this file's shape: 1
    schema: u32,
    /// By the runtime's name; `generic` holds what applies to all that say nothing else
    #[serde(default)]
    pub(super) runtimes: BTreeMap<String, Given>,
}

impl File {
    pub(super) fn check(&self) -> Result<(), Problem> {
        if self.schema == SCHEMA {
            return Ok(());
        }
        let what = format!("schema {} is not known", self.schema);
        Err(Problem::error(None, what).hinted(format!("this program reads schema {SCHEMA}")))
    }
}

/// One runtime
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Given {
    /// Its input line
    composer: GivenComposer,
    /// When it takes a message, beyond an empty composer
    ready: GivenReady,
    /// Its keys, in tmux's names: `C-u`, `Escape`
    keys: GivenKeys,
    /// The slash command that begins a new conversation
    reset: Option<String>,
    /// How text gets in
    input: GivenInput,
}

/// How the input line is recognised
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct GivenComposer {
    /// How it is drawn; `unknown`: it is never found, and a send can hardly be verified
    shape: Option<Shape>,
    /// What stands before the first line of the draft, on its row
    prompt: Option<String>,
    /// Whether the cursor is shown whenever the composer takes keys, and hidden at every dialog
    cursor_shown: Option<bool>,
    /// The colours of ghost text beside dim text, as `#rrggbb`
    ghost_colours: Option<Vec<Rgb>>,
    /// How a placeholder begins, for other themes
    placeholders: Option<Vec<String>>,
    /// How the stand-in of a collapsed paste begins; it ends with `]`
    collapsed: Option<Vec<String>>,
    /// A row below the composer must hold this; an empty text asks for nothing
    below: Option<String>,
}

/// When it takes a message
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct GivenReady {
    /// A row below the composer must hold this; an empty text asks for nothing
    below: Option<String>,
    /// Whether the pane's title must be another one than the host's name
    title: Option<bool>,
}

/// Its keys
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct GivenKeys {
    /// Submits the draft
    submit: Option<String>,
    /// Clears a draft; never pressed on an empty composer
    clear: Option<Vec<String>>,
    /// How often these are pressed at most, until it is empty
    clear_most: Option<u8>,
    /// Interrupts a turn, in order
    interrupt: Option<Vec<String>>,
    /// Submits while the agent is busy, so that it waits for the turn's end; an empty text: it does not queue
    queue: Option<String>,
}

/// How text gets in; times in milliseconds
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct GivenInput {
    /// Between a paste and the first look at it
    settle_ms: Option<u32>,
    /// The same, more for each thousand bytes
    settle_ms_per_kilobyte: Option<u32>,
    /// The most of both together
    settle_ms_most: Option<u32>,
    /// Between typing a slash command and the first look
    command_settle_ms: Option<u32>,
    /// The longest line that arrives, in bytes; 0: any
    longest_line: Option<usize>,
}

/// A colour as `#rrggbb`
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
struct Rgb(u8, u8, u8);

impl TryFrom<String> for Rgb {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii());
        let part = |at: usize| digits.and_then(|digits| u8::from_str_radix(&digits[at..at + 2], 16).ok());
        match (part(0), part(2), part(4)) {
            (Some(r), Some(g), Some(b)) => Ok(Self(r, g, b)),
            _ => Err(format!("{text:?} is no colour such as #808080")),
        }
    }
}

impl Given {
    /// This layer over one below it.
    pub(super) fn over(self, below: Self) -> Self {
        let (composer, ready, keys, input) = (self.composer, self.ready, self.keys, self.input);
        Self {
            composer: GivenComposer {
                shape: composer.shape.or(below.composer.shape),
                prompt: composer.prompt.or(below.composer.prompt),
                cursor_shown: composer.cursor_shown.or(below.composer.cursor_shown),
                ghost_colours: composer.ghost_colours.or(below.composer.ghost_colours),
                placeholders: composer.placeholders.or(below.composer.placeholders),
                collapsed: composer.collapsed.or(below.composer.collapsed),
                below: composer.below.or(below.composer.below),
            },
            ready: GivenReady { below: ready.below.or(below.ready.below), title: ready.title.or(below.ready.title) },
            keys: GivenKeys {
                submit: keys.submit.or(below.keys.submit),
                clear: keys.clear.or(below.keys.clear),
                clear_most: keys.clear_most.or(below.keys.clear_most),
                interrupt: keys.interrupt.or(below.keys.interrupt),
                queue: keys.queue.or(below.keys.queue),
            },
            reset: self.reset.or(below.reset),
            input: GivenInput {
                settle_ms: input.settle_ms.or(below.input.settle_ms),
                settle_ms_per_kilobyte: input.settle_ms_per_kilobyte.or(below.input.settle_ms_per_kilobyte),
                settle_ms_most: input.settle_ms_most.or(below.input.settle_ms_most),
                command_settle_ms: input.command_settle_ms.or(below.input.command_settle_ms),
                longest_line: input.longest_line.or(below.input.longest_line),
            },
        }
    }

    /// The layers' sum. What no layer gives is asked for by nobody: no key, no wait, no rule.
    pub(super) fn finished(self, name: &str, known: bool) -> RuntimeSpec {
        let (composer, ready, keys, input) = (self.composer, self.ready, self.keys, self.input);
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        let millis = |given: Option<u32>| Duration::from_millis(given.unwrap_or_default().into());
        let colours = composer.ghost_colours.unwrap_or_default();
        RuntimeSpec {
            name: name.to_owned(),
            known,
            composer: ComposerSpec {
                shape: composer.shape.unwrap_or(Shape::Unknown),
                prompt: composer.prompt.unwrap_or_default(),
                cursor_shown: composer.cursor_shown.unwrap_or_default(),
                ghost_colours: colours.into_iter().map(|Rgb(r, g, b)| Colour::Rgb(r, g, b)).collect(),
                placeholders: composer.placeholders.unwrap_or_default(),
                collapsed: composer.collapsed.unwrap_or_default(),
                below: some(composer.below),
            },
            ready: ReadySpec { below: some(ready.below), title: ready.title.unwrap_or_default() },
            keys: KeySpec {
                submit: some(keys.submit).unwrap_or_else(|| "Enter".to_owned()),
                clear: keys.clear.unwrap_or_default(),
                clear_most: keys.clear_most.unwrap_or(1),
                interrupt: keys.interrupt.unwrap_or_default(),
                queue: some(keys.queue),
            },
            reset: some(self.reset),
            input: InputSpec {
                settle: millis(input.settle_ms),
                settle_per_kilobyte: millis(input.settle_ms_per_kilobyte),
                settle_most: millis(input.settle_ms_most),
                command_settle: millis(input.command_settle_ms),
                longest_line: input.longest_line.filter(|bytes| *bytes > 0),
            },
        }
    }
}
