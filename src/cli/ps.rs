//! `mosaic-top ps`: the fleet, once or repeatedly, as a table or as JSON.

use clap::Args;
use color_eyre::eyre::{Result, bail};

use super::{Exit, Globals};

/// The fleet as a table or as JSON
///
/// An agent a line, its state as a shape and a word, and below a faulty one the cause.
#[derive(Debug, Default, Args)]
#[command(after_help = "\
Examples:
  mosaic-top ps
  mosaic-top ps --json | jq -r '.agents[] | select(.cause) | .name + \": \" + .cause.says'
  mosaic-top ps --watch 5 --json        one document a line, every 5 seconds
  mosaic-top ps --check >/dev/null      exit code 1 when an agent is at fault")]
pub struct Ps {
    /// The documented JSON instead of the table; its schema: `mosaic-top schema ps`
    #[arg(long)]
    pub json: bool,
    /// Again every so many seconds, until interrupted
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    pub watch: Option<u32>,
    /// Exit code 1 when any agent is at fault: dead, stuck, stale, DRIFT, HAZARD or UNREACHABLE
    #[arg(long)]
    pub check: bool,
}

impl Ps {
    /// Gathers, judges, prints.
    #[expect(clippy::unused_async, reason = "not wired yet")]
    pub async fn run(&self, _: &Globals) -> Result<Exit> {
        // TODO(run): gather through the adapter, then `ps_table::table` or JSON.
        bail!("ps is not wired to the adapter yet")
    }
}
