//! `mosaic-top relaunch AGENT…`: start agents again, one after the other, with brakes.

use clap::Args;
use color_eyre::eyre::Result;

use super::{Common, Deck, Force};
use crate::{
    cli::{Exit, Globals, access::Access},
    fleet::order::Act,
};

/// Start an agent again
///
/// By its unit; without one, in its pane; without that, in a new session. Asks, because what runs is lost, and waits
/// until it is up. Trust of its working directory is recorded before (see `trust`), so that it does not come up with that
/// question. Several are started one after the other; three failures in a row end it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top relaunch coder0
  mosaic-top relaunch coder0 coder1 coder2 --yes")]
pub struct Relaunch {
    /// The agents' names or aliases
    #[arg(required = true, value_name = "AGENT")]
    pub agents: Vec<String>,
    /// How to get past a pause.
    #[command(flatten)]
    pub force: Force,
    /// Do not record trust of the working directory first
    #[arg(long)]
    pub no_trust: bool,
    /// What every changing verb takes.
    #[command(flatten)]
    pub common: Common,
}

impl Relaunch {
    /// Asks with the plan, relaunches, prints the receipts.
    pub async fn run(&self, globals: &Globals, access: Access) -> Result<Exit> {
        let mut deck = match Deck::open(globals, access).await {
            Ok(deck) => deck,
            Err(exit) => return Ok(exit),
        };
        if self.no_trust || !globals.configured.trust_before_relaunch {
            deck.steer = deck.steer.without_trust();
        }
        deck.order(&self.force.order(Act::Relaunch), &self.agents, &self.common).await
    }
}
