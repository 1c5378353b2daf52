//! mosaic-top: a live dashboard for a fleet of AI coding agents in tmux.
//!
//! The map, in layer order. An arrow points at what a layer may import; `tests/tidy.rs` holds it.
//!
//! | module      | what it is                                                             | imports            |
//! |-------------|------------------------------------------------------------------------|--------------------|
//! | [`screen`]  | PURE. A pane's picture: vt100 behind one door, seeds, snapshots, cells  | nothing of ours    |
//! | [`fleet`]   | PURE. What a fleet is: roster, facts, judgement, rows                   | `screen`           |
//! | [`config`]  | PURE. What the operator configured, and what is remembered              | `fleet`            |
//! | [`adapter`] | the only code that starts programs or touches files                     | `fleet`, `screen`  |
//! | [`app`]     | PURE. What the operator sees and does: model, update, actions           | `config` and below |
//! | [`ui`]      | PURE. `draw(&Model, &Theme, &mut Buffer)`                               | `app` and below    |
//! | [`run`]     | the dashboard's shell: event loop, terminal guard, effects              | everything below   |
//! | [`cli`]     | verbs: one file each                                                    | everything         |

pub mod adapter;
pub mod app;
pub mod cli;
pub mod config;
pub mod fleet;
pub mod run;
pub mod screen;
pub mod ui;
