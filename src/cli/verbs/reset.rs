//! `mosaic-top reset AGENT…`: a new conversation, by the runtime's own command, verified.

use clap::Args;
use color_eyre::eyre::Result;

use super::{Common, Deck, Force, timing};
use crate::{
    cli::{Exit, Globals, access::Access},
    fleet::{delivery::WhenDraft, order::Act},
};

/// Begin a new conversation
///
/// By the command of its runtime, or the roster's `reset_command`. The conversation so far is lost, so it asks.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top reset coder0
  mosaic-top reset coder0 coder1 --yes")]
pub struct Reset {
    /// The agents' names or aliases
    #[arg(required = true, value_name = "AGENT")]
    pub agents: Vec<String>,
    /// Clear a draft that stands in the composer
    #[arg(long)]
    pub replace_draft: bool,
    /// How long to wait for the verdict, in milliseconds [default: 6000, or `send.timeout`]
    #[arg(long, value_name = "MS")]
    pub timeout: Option<u64>,
    /// How to get past a pause.
    #[command(flatten)]
    pub force: Force,
    /// What every changing verb takes.
    #[command(flatten)]
    pub common: Common,
}

impl Reset {
    /// Asks, resets, prints the receipts.
    pub async fn run(&self, globals: &Globals, access: Access) -> Result<Exit> {
        let deck = match Deck::open(globals, access).await {
            Ok(deck) => deck,
            Err(exit) => return Ok(exit),
        };
        let draft = if self.replace_draft { WhenDraft::Replace } else { WhenDraft::Refuse };
        let order = self.force.order(Act::Reset { draft, timing: timing(self.timeout, globals) });
        deck.order(&order, &self.agents, &self.common).await
    }
}
