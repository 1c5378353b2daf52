//! What is known of each runtime's input line, keys and commands: data, not code.
//!
//! The knowledge itself stands in `assets/runtimes.yaml`, each value with its source; a user's `fleet/runtimes.yaml` is
//! laid over it, key by key. Here is its shape, and what an unknown runtime gets. Nothing here reads a file.

mod given;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::LazyLock, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    fleet::yaml::{self, Problem},
    screen::Colour,
};

use given::{File, Given};

/// The name of the rules for a runtime that nothing is known of.
pub const GENERIC: &str = "generic";

/// The built-in knowledge, as it is shipped.
const BUILTIN: &str = include_str!("../../../assets/runtimes.yaml");

/// What is known of one runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeSpec {
    /// Its name.
    pub name: String,
    /// Whether anything is known of it in particular; `false`: only the generic rules apply.
    pub known: bool,
    /// Its input line.
    pub composer: ComposerSpec,
    /// When it takes a message, beyond an empty composer.
    pub ready: ReadySpec,
    /// Its keys, in tmux's names.
    pub keys: KeySpec,
    /// The command that begins a new conversation.
    pub reset: Option<String>,
    /// How text gets in.
    pub input: InputSpec,
}

/// How a runtime's input line is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposerSpec {
    /// How it is drawn.
    pub shape: Shape,
    /// What stands before the first line of the draft, on its row.
    pub prompt: String,
    /// Whether the program shows the cursor whenever its composer takes keys, and hides it at every dialog.
    pub cursor_shown: bool,
    /// How ghost text (placeholders, suggestions) is coloured, beside being dim (SGR 2).
    pub ghost_colours: Vec<Colour>,
    /// How a placeholder begins, for themes whose ghost colour is another one.
    pub placeholders: Vec<String>,
    /// How the stand-in of a collapsed paste begins; it ends with `]`.
    pub collapsed: Vec<String>,
    /// A row below the composer holds this, for shapes that need it to be told from a dialog.
    pub below: Option<String>,
}

/// How an input line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Nothing is known of it: it is never found.
    Unknown,
    /// Between two horizontal rules of the same colour.
    Ruled,
    /// The last row that begins with the prompt; further lines are indented under it.
    Marked,
    /// Rows behind a vertical bar, the last of which says the mode and the model; `╹▀▀▀` below.
    Barred,
}

/// When a runtime takes a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadySpec {
    /// A row below the composer must hold this.
    pub below: Option<String>,
    /// The pane's title must be another one than the host's name and not empty.
    pub title: bool,
}

/// A runtime's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySpec {
    /// Submits the draft.
    pub submit: String,
    /// Clears a draft, pressed once for each look until the composer is empty. Empty: no such key is known.
    pub clear: Vec<String>,
    /// How often these are pressed at most.
    pub clear_most: u8,
    /// Interrupts a turn, in order. Empty: no such key is known.
    pub interrupt: Vec<String>,
    /// Submits a draft while the agent is busy so that it waits for the turn's end; `None`: it does not queue.
    pub queue: Option<String>,
}

/// How text gets into a runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputSpec {
    /// Between a paste and the first look at it.
    pub settle: Duration,
    /// The same, more for each thousand bytes.
    pub settle_per_kilobyte: Duration,
    /// The most of both together.
    pub settle_most: Duration,
    /// Between typing a slash command, whose menu opens, and the first look.
    pub command_settle: Duration,
    /// The longest line that arrives, in bytes; `None`: any.
    pub longest_line: Option<usize>,
}

impl InputSpec {
    /// How long a paste of so many bytes is left to settle.
    #[must_use]
    pub fn settle_for(&self, bytes: usize) -> Duration {
        let more = self.settle_per_kilobyte.saturating_mul(u32::try_from(bytes / 1000).unwrap_or(u32::MAX));
        self.settle.saturating_add(more).min(self.settle_most.max(self.settle))
    }
}

/// What is known of every runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeSpecs {
    generic: RuntimeSpec,
    by_name: BTreeMap<String, RuntimeSpec>,
}

impl RuntimeSpecs {
    /// What is built in.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static SPECS: LazyLock<RuntimeSpecs> = LazyLock::new(|| RuntimeSpecs::made(&shipped(), &BTreeMap::new()));
        &SPECS
    }

    /// What is built in with the user's `fleet/runtimes.yaml` laid over it, key by key. A name that is not built in
    /// becomes a runtime of its own, over the generic rules.
    pub fn with_user(text: &str) -> Result<Self, Problem> {
        let file: File = yaml::decode(text)?;
        file.check()?;
        Ok(Self::made(&shipped(), &file.runtimes))
    }

    /// What is known of a runtime; the generic rules under its name where nothing is.
    #[must_use]
    pub fn of(&self, name: &str) -> RuntimeSpec {
        let generic = || RuntimeSpec { name: name.to_owned(), ..self.generic.clone() };
        self.by_name.get(name).cloned().unwrap_or_else(generic)
    }

    /// The names of the runtimes that something is known of.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    fn made(shipped: &BTreeMap<String, Given>, user: &BTreeMap<String, Given>) -> Self {
        let layer = |name: &str, below: Given| {
            let with = |given: Option<&Given>, below: Given| match given {
                Some(given) => given.clone().over(below),
                None => below,
            };
            with(user.get(name), with(shipped.get(name), below))
        };
        let generic = layer(GENERIC, Given::default());
        let names = shipped.keys().chain(user.keys()).filter(|name| *name != GENERIC);
        let by_name = names.map(|name| (name.clone(), layer(name, generic.clone()).finished(name, true))).collect();
        Self { generic: generic.finished(GENERIC, false), by_name }
    }
}

/// The JSON Schema of `runtimes.yaml`, as it is shipped under `assets/`.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(File)
}

/// What is shipped; nothing should it not decode, which a test rules out.
fn shipped() -> BTreeMap<String, Given> {
    yaml::decode::<File>(BUILTIN).map(|file| file.runtimes).unwrap_or_default()
}
