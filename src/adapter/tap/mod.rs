//! The tap: one small background process a tmux server, behind every mirror.
//!
//! tmux allows one pipe a pane, and a pipe that is not read makes the server buffer without bound. So every pipe goes
//! to the tap, which always drains it, keeps the pane's picture and serves any number of watchers. No process stays
//! beside a pane: the pipe's command hands its end to the tap and exits.
//!
//! ```text
//! program ──► tmux ──pipe-pane──► handoff ──descriptor──► hub (one per server) ──picture, bytes──► client (any number)
//! ```
//!
//! Looking is all that happens here, with three exceptions that tmux counts as changes and that change no agent:
//! `pipe-pane -O`, our mark `@mosaic_pipe` on the pane, and the start of the tap itself. Nothing attaches to a session,
//! resizes a window or types.

pub mod binary;
pub mod client;
pub mod daemon;
mod flow;
pub mod handoff;
pub mod hub;
mod links;
pub mod look;
mod pane;
pub mod place;
mod recording;
mod scope;
pub mod server;
mod wire;
