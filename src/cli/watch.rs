//! `mosaic-top watch AGENT`: the full-screen mirror of one agent.

use std::io::{self, IsTerminal};

use clap::Args;
use color_eyre::eyre::{Result, bail};

use super::{
    Exit, Globals,
    access::Access,
    config::Loaded,
    front::{Front, agent},
    show,
};

/// The full-screen mirror of one agent
///
/// Read-only: nothing is attached, typed or resized, and the agent does not notice. It follows the agent through
/// relaunches. [ scrolls back into what tmux keeps, / searches in it, Space holds the picture, y copies, G follows again,
/// q leaves; the arrows move the picture when the pane is larger than the terminal.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top watch coder0
  ssh -t host mosaic-top watch coder0")]
pub(super) struct Watch {
    /// The agent's name, which is its tmux session's, or its alias
    agent: String,
}

impl Watch {
    /// Makes sure that there is such an agent, and shows it until the watcher leaves.
    pub(super) async fn run(&self, globals: &Globals, access: Access, loaded: Loaded) -> Result<Exit> {
        if !io::stdout().is_terminal() {
            bail!("watch needs a terminal; `mosaic-top screen {}` prints the picture once", self.agent);
        }
        let shown = match Front::open(globals).await.look(globals).await {
            Ok(shown) => shown,
            Err(exit) => return Ok(exit),
        };
        let name = agent(&self.agent, &shown.fleet)?.name.clone();
        show(globals, access.watching(), loaded, Some(name), None).await?;
        Ok(Exit::Done)
    }
}
