//! What a runtime's screen says: a prompt that nobody answers, a limit, work, an idle composer, a viewer, a shell.
//!
//! [`Rules`] are data (`assets/gates.yaml`, and the user's `fleet/gates.d/*.yaml`); [`Rules::read`] is a pure, total
//! function of one [`Glance`]. It reads one picture only: what must last from one look to the next is [`Tracker`]'s,
//! and what other sources say is weighed elsewhere. How a prompt is answered is [`answer`]. Nothing here presses a key.

pub mod answer;
mod lines;
mod menu;
mod pattern;
mod read;
mod rules;
mod seen;
mod spec;
mod tracker;
mod user;
mod zones;

use std::time::Duration;

pub(in crate::fleet) use read::STILL;
pub use rules::{Policed, Rules, schema};
pub use seen::{Body, Kind, Limit, Marker, Opt, Prompt, Seen, State, Trouble};
pub use tracker::{Shown, Tracker};
pub use user::{UserFile, UserRules};

use crate::screen::Screen;

/// One look at one pane: its picture and the facts beside it. Nothing in it is believed to be harmless.
#[derive(Debug, Clone, Copy)]
pub struct Glance<'a> {
    /// Its picture.
    pub screen: &'a Screen,
    /// The runtime that has the pane's terminal (`fleet::runtime`): `claude`, `codex` … or a program that the roster
    /// declares. `None` when none has it: whatever the screen shows is then history, and nothing is a prompt.
    pub runtime: Option<&'a str>,
    /// Its version, where one is known: rules for other versions do not apply.
    pub version: Option<&'a str>,
    /// The pane's title.
    pub title: &'a str,
    /// `#{cursor_flag}`; `None` when it was not asked for.
    pub cursor_shown: Option<bool>,
    /// `#{pane_current_command}`.
    pub command: &'a str,
    /// The pane's program has ended (`#{pane_dead}`).
    pub ended: bool,
    /// For how long the picture has not changed; `None` when that is not known. Only the rule for prompts that nobody
    /// has written down asks for it.
    pub still: Option<Duration>,
}
