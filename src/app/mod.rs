//! What the operator sees and does: a model, and one function that changes it.
//!
//! PURE: [`update`](update::update) never awaits, reads no clock and never fails; a failure is an event and becomes
//! words. What must happen outside leaves as [`effect::Effect`] and is carried out by `run/`.

mod acting;
pub mod action;
pub mod alerts;
pub mod ask;
pub mod attention;
pub mod banner;
pub mod card;
pub mod chooser;
mod click;
pub mod clip;
pub mod columns;
pub mod command;
pub mod compose;
pub mod confirm;
mod desk;
pub mod dialog;
mod dialog_keys;
pub mod drag;
pub mod effect;
pub mod encode;
pub mod event;
mod filter_keys;
mod hand;
pub mod help;
pub mod history;
pub mod job;
pub mod keymap;
mod keys;
pub mod layout;
pub mod lines;
pub mod listing;
pub mod log;
mod looks;
pub mod mirror;
pub mod mode;
pub mod model;
mod mouse;
mod pan;
mod places;
pub mod policies;
pub mod problems;
pub mod replay;
#[doc(hidden)]
pub mod sample;
mod scroll;
pub mod search;
pub mod settings;
mod start;
pub mod still;
pub mod taken;
mod unattended;
pub mod update;
pub mod wall;
pub mod words;
