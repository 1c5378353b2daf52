//! How fast and how dear a mirror is, beside `tmux attach -r` on the same pane in the same kind of terminal.
//!
//! `scripts/bench mirror` runs it with the release binary (`--full` for the long tables). Everything is measured in one
//! run on private tmux servers; only ratios mean much on a shared machine. What it prints is Markdown, as it stands in
//! `docs/performance.md`.
#![allow(clippy::disallowed_methods, reason = "a bench works with real programs and clocks")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod latency;
mod load;
mod memory;
mod stage;

use std::{env, path::PathBuf};

/// How long everything takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// Marks that are timed in each setting.
    marks: usize,
    /// Numbers of agents.
    agents: &'static [usize],
    /// Seconds that a cost is watched.
    seconds: u64,
}

const QUICK: Scale = Scale { marks: 60, agents: &[1, 50], seconds: 5 };
const FULL: Scale = Scale { marks: 400, agents: &[1, 20, 50, 100], seconds: 20 };

fn main() {
    // `cargo test` runs every target once; this one takes minutes and proves nothing there.
    let Some(binary) = env::var_os("MOSAIC_TOP").map(PathBuf::from) else {
        println!("scripts/bench mirror runs this with a release binary in MOSAIC_TOP");
        return;
    };
    if let Some(figure) = memory::asked() {
        println!("{figure}");
        return;
    }
    let scale = if env::args().any(|word| word == "--full") { FULL } else { QUICK };
    latency::table(&binary, scale);
    load::tables(&binary, scale);
    memory::table();
}
