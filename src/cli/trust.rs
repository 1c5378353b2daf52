//! `mosaic-top trust AGENT…`: record that its runtime may trust its working directory, before a launch.

use clap::Args;
use color_eyre::eyre::Result;

use super::{
    Exit, Globals,
    access::Access,
    verbs::{Common, Deck},
};
use crate::fleet::order::{Act, Order};

/// Record trust of an agent's working directory
///
/// In the runtime's own file (claude's .claude.json, codex's config.toml), as the agent's environment says, so that its
/// next launch is not asked whether to trust the folder. Everything else in the file stays as it is; one that does not
/// parse is left alone. A relaunch does the same by itself.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top trust coder0 coder1
  mosaic-top trust coder0 --preview     # what would be written, and where")]
pub struct Trust {
    /// The agents' names or aliases
    #[arg(required = true, value_name = "AGENT")]
    pub agents: Vec<String>,
    /// Print what would be written and where, and write nothing
    #[arg(long)]
    pub preview: bool,
    /// What every changing verb takes.
    #[command(flatten)]
    pub common: Common,
}

impl Trust {
    /// Records, prints the receipts; or only shows what it would write.
    pub async fn run(&self, globals: &Globals, access: Access) -> Result<Exit> {
        let deck = match Deck::open(globals, access).await {
            Ok(deck) => deck,
            Err(exit) => return Ok(exit),
        };
        if self.preview {
            return deck.preview(&Order::new(Act::Trust), &self.agents).await;
        }
        deck.order(&Order::new(Act::Trust), &self.agents, &self.common).await
    }
}
