//! What the operator sees and does: a model, and one function that changes it.
//!
//! PURE: [`update`](self) never awaits, reads no clock and never fails; a failure is an event and becomes words.
//! What must happen outside leaves as [`effect::Effect`] and is carried out by `run/`.

pub mod effect;
pub mod event;
