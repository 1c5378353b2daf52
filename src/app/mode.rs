//! What the keys are about at the moment: one enum, each mode with its own data inside.
//!
//! PURE data. There is no dialog beside a mode and no flag that belongs to one: leaving a mode drops its data. What lies over
//! a mirror for a moment, the help or a dialog, holds the mode that it lies over, and gives it back: whom the next key is
//! for must not depend on what was opened and closed in between.

use tui_input::Input;

use super::{
    ask::Ask, chooser::Chooser, command::CommandLine, compose::Compose, confirm::Confirm, help::Sought, job::JobId,
    keymap::Chord, still::Still, taken::Taken,
};
use crate::fleet::filter::FilterError;

/// What the keys are about.
#[derive(Debug, Default)]
pub enum Mode {
    /// Keys are actions.
    #[default]
    Normal,
    /// The first key of two has been pressed (`o`).
    Pending(Chord),
    /// A filter is being typed; the list follows each key.
    Filter(FilterPrompt),
    /// An action is being typed by its name.
    Command(Box<CommandLine>),
    /// The help is open.
    Help {
        /// The first line shown.
        scroll: usize,
        /// What is looked for in it.
        sought: Sought,
        /// What it lies over.
        under: Box<Mode>,
    },
    /// The list of what is wrong with the fleet and its roster is open.
    Problems {
        /// The first line shown.
        scroll: usize,
        /// What it lies over.
        under: Box<Mode>,
    },
    /// A message is being written.
    Compose(Box<Compose>),
    /// An order waits for a yes.
    Confirm(Box<Confirm>),
    /// A prompt is being answered.
    Answer(Box<Ask>),
    /// The columns of the table are chosen.
    Columns(Chooser),
    /// The receipts of an order, one for each agent.
    Receipts {
        /// Which order.
        job: JobId,
        /// The first line shown.
        scroll: usize,
        /// What they lie over.
        under: Box<Mode>,
    },
    /// An agent was taken over: every key but one goes there.
    Taken(Box<Taken>),
    /// The mirror has the whole screen; the moving keys pan.
    Zoom,
    /// The mirror stands still: its picture is held, or scrolled back.
    Still(Box<Still>),
}

impl Mode {
    /// What it lies over and gives back when it closes; itself where it lies over nothing.
    #[must_use]
    pub fn base(&self) -> &Self {
        match self {
            Self::Command(line) => &line.under,
            Self::Compose(compose) => &compose.under,
            Self::Confirm(confirm) => &confirm.under,
            Self::Answer(ask) => &ask.under,
            Self::Help { under, .. } | Self::Problems { under, .. } | Self::Receipts { under, .. } => under,
            _ => self,
        }
    }

    /// The same, to be changed.
    pub(super) fn base_mut(&mut self) -> &mut Self {
        match self {
            Self::Command(line) => &mut line.under,
            Self::Compose(compose) => &mut compose.under,
            Self::Confirm(confirm) => &mut confirm.under,
            Self::Answer(ask) => &mut ask.under,
            Self::Help { under, .. } | Self::Problems { under, .. } | Self::Receipts { under, .. } => under,
            _ => self,
        }
    }

    /// Takes what it lies over out of it.
    pub(super) fn into_base(self) -> Self {
        match self {
            Self::Command(line) => *line.under,
            Self::Compose(compose) => *compose.under,
            Self::Confirm(confirm) => *confirm.under,
            Self::Answer(ask) => *ask.under,
            Self::Help { under, .. } | Self::Problems { under, .. } | Self::Receipts { under, .. } => *under,
            other => other,
        }
    }

    /// Whether the mirror has the whole screen, be something over it.
    #[must_use]
    pub fn is_zoomed(&self) -> bool {
        match self.base() {
            Self::Zoom | Self::Taken(_) => true,
            Self::Still(still) => still.zoomed,
            _ => false,
        }
    }

    /// Whether a dialog takes every key.
    #[must_use]
    pub fn is_dialog(&self) -> bool {
        matches!(self, Self::Compose(_) | Self::Confirm(_) | Self::Answer(_) | Self::Columns(_))
    }
}

/// A filter while it is being typed.
#[derive(Debug, Clone, Default)]
pub struct FilterPrompt {
    /// What has been typed.
    pub input: Input,
    /// What held before, for Esc.
    pub before: String,
    /// Why what is typed is not a filter; the last good one holds meanwhile.
    pub error: Option<FilterError>,
}

/// The longest text that a prompt takes, in characters: a paste must not grow it without bound.
pub const LONGEST_PROMPT: usize = 200;
