//! `mosaic-top pause [AGENT…]`: hold up agents, or the whole fleet.

use clap::Args;
use color_eyre::eyre::Result;

use super::{Common, Deck};
use crate::{
    cli::{Exit, Globals, access::Access},
    fleet::order::{Act, Order},
};

/// Pause agents, or the whole fleet
///
/// While paused, sending, resetting and relaunching are refused unless forced with a reason. A working agent that is
/// named is interrupted, too; a pause of the whole fleet lets the turns that run come to their end.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top pause --reason 'release in progress'    the whole fleet
  mosaic-top pause coder0 --reason 'looks lost'")]
pub struct Pause {
    /// The agents' names or aliases; without any, the whole fleet
    #[arg(value_name = "AGENT")]
    pub agents: Vec<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// What every changing verb takes.
    #[command(flatten)]
    pub common: Common,
}

impl Pause {
    /// Pauses, prints the receipts.
    pub async fn run(&self, globals: &Globals, access: Access) -> Result<Exit> {
        let deck = match Deck::open(globals, access).await {
            Ok(deck) => deck,
            Err(exit) => return Ok(exit),
        };
        let order = Order::new(Act::Pause { reason: self.reason.clone() });
        deck.order(&order, &self.agents, &self.common).await
    }
}
