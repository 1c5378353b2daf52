//! What the wall costs and how soon it answers: 50 agents that redraw ten times a second, and one of them flooding.
//!
//! `scripts/bench wall` runs it with the release binary (`--full` for longer). Beside it, in the same run: the same fleet
//! with nobody watching, `tmux attach -r` on one agent, tmux's own grid of twenty panes, and htop. What it prints is
//! Markdown, as it stands in `docs/performance.md`.
#![allow(clippy::disallowed_methods, reason = "a bench works with real programs and clocks")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod agent;
mod measure;
#[path = "../mirror/stage.rs"]
#[allow(dead_code, reason = "the bench of a single mirror uses the rest")]
mod stage;

use std::{env, path::PathBuf};

/// How many agents there are.
pub(crate) const AGENTS: usize = 50;

fn main() {
    if let Some(number) = agent::asked() {
        return agent::play(number);
    }
    // `cargo test` runs every target once; this one takes minutes and proves nothing there.
    let Some(binary) = env::var_os("MOSAIC_TOP").map(PathBuf::from) else {
        println!("scripts/bench wall runs this with a release binary in MOSAIC_TOP");
        return;
    };
    let seconds = if env::args().any(|word| word == "--full") { 30 } else { 8 };
    measure::table(&binary, seconds);
}
