//! `mosaic-top interrupt AGENT…`: stop the turn that runs.

use clap::Args;
use color_eyre::eyre::Result;

use super::{Common, Deck};
use crate::{
    cli::{Exit, Globals, access::Access},
    fleet::order::{Act, Order},
};

/// Interrupt the current turn
///
/// By the keys of its runtime, and only where the screen says that it works: the same keys do harm to one that does not.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mosaic-top interrupt coder0")]
pub struct Interrupt {
    /// The agents' names or aliases
    #[arg(required = true, value_name = "AGENT")]
    pub agents: Vec<String>,
    /// What every changing verb takes.
    #[command(flatten)]
    pub common: Common,
}

impl Interrupt {
    /// Interrupts, prints the receipts.
    pub async fn run(&self, globals: &Globals, access: Access) -> Result<Exit> {
        let deck = match Deck::open(globals, access).await {
            Ok(deck) => deck,
            Err(exit) => return Ok(exit),
        };
        deck.order(&Order::new(Act::Interrupt), &self.agents, &self.common).await
    }
}
