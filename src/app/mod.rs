//! What the operator sees and does: a model, and one function that changes it.
//!
//! PURE: [`update`](update::update) never awaits, reads no clock and never fails; a failure is an event and becomes
//! words. What must happen outside leaves as [`effect::Effect`] and is carried out by `run/`.

pub mod action;
pub mod banner;
pub mod card;
pub mod effect;
pub mod event;
pub mod help;
pub mod keymap;
mod keys;
pub mod layout;
pub mod lines;
pub mod listing;
pub mod mirror;
pub mod mode;
pub mod model;
mod mouse;
pub mod problems;
pub mod replay;
#[doc(hidden)]
pub mod sample;
pub mod settings;
mod start;
pub mod update;
pub mod words;
