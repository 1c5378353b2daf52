//! `mosaic-top screen AGENT`: what the mirror of one agent holds.

use clap::Args;
use color_eyre::eyre::{Result, bail};

use super::{Exit, Globals};

/// What the mirror of one agent holds
///
/// Opens the mirror the way the dashboard does, prints the screen and leaves. The agent does not notice.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top screen coder0
  mosaic-top screen coder0 --ansi | less -R
  mosaic-top screen coder0 --wait 2000    after watching for two seconds")]
pub struct Screen {
    /// The agent's name, which is its tmux session's
    pub agent: String,
    /// With its colours and attributes
    #[arg(long, conflicts_with = "json")]
    pub ansi: bool,
    /// Cells and cursor as JSON
    #[arg(long)]
    pub json: bool,
    /// Keep the mirror open for so many milliseconds before printing
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub wait: u64,
}

impl Screen {
    /// Opens the mirror, prints, leaves.
    #[expect(clippy::unused_async, reason = "not wired yet")]
    pub async fn run(&self, _: &Globals) -> Result<Exit> {
        // TODO(run): the mirror.
        bail!("screen is not wired to the mirror yet")
    }
}
