//! `mosaic-top resume [AGENT…]`: take a pause back.

use clap::Args;
use color_eyre::eyre::Result;

use super::{Common, Deck, Force};
use crate::{
    cli::{Exit, Globals, access::Access},
    fleet::order::Act,
};

/// Take a pause back
///
/// Asks when somebody else made it. Where the action log cannot be written it is refused, unless forced with a reason.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top resume          the whole fleet
  mosaic-top resume coder0")]
pub struct Resume {
    /// The agents' names or aliases; without any, the whole fleet
    #[arg(value_name = "AGENT")]
    pub agents: Vec<String>,
    /// How to take it back where the log cannot be written.
    #[command(flatten)]
    pub force: Force,
    /// What every changing verb takes.
    #[command(flatten)]
    pub common: Common,
}

impl Resume {
    /// Takes it back, prints the receipts.
    pub async fn run(&self, globals: &Globals, access: Access) -> Result<Exit> {
        let deck = match Deck::open(globals, access).await {
            Ok(deck) => deck,
            Err(exit) => return Ok(exit),
        };
        deck.order(&self.force.order(Act::Resume), &self.agents, &self.common).await
    }
}
