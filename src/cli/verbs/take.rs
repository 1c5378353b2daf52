//! `mosaic-top take AGENT`: the agent's session, full screen, until the leaving chord. And the guard behind it.

use std::io::{self, IsTerminal, Read};

use clap::Args;
use color_eyre::eyre::Result;

use super::{Common, Deck, Force, exit_of, hinted, receipt, usage};
use crate::{
    adapter::audit::Audit,
    cli::{Exit, Globals, access::Access, complain, config::Loaded, show},
    fleet::{
        ids::AgentName,
        order::{Act, Confirmed, Preview, Refusal, Target},
    },
};

/// Take an agent over, full screen
///
/// Every key, the mouse and pastes go to the agent's session; the leaving chord (Ctrl-], `take.leave` in the
/// configuration) always leads back, and the agent's window is then as it was. Others see who has taken it, and
/// cannot send to it meanwhile.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top take coder0
  mosaic-top take coder0 --force --reason 'ana has left it open'
  ssh -t host mosaic-top take coder0")]
pub struct Take {
    /// The agent's name or alias
    pub agent: String,
    /// How to get past somebody else's takeover.
    #[command(flatten)]
    pub force: Force,
}

/// Puts in order what a killed takeover of this agent leaves behind. Started beside it; waits for its end
#[derive(Debug, Args)]
pub struct Release {
    /// The agent's name
    pub agent: AgentName,
}

impl Take {
    /// Looks what stands against it before the terminal is taken; prints afterwards how it ended.
    pub async fn run(&self, globals: &Globals, access: Access, loaded: Loaded) -> Result<Exit> {
        let order = self.force.order(Act::Take { whole: false });
        let deck = match Deck::open(globals, access).await {
            Ok(deck) => deck,
            Err(exit) => return Ok(exit),
        };
        let target = match deck.target(&order, &self.agent) {
            Ok(target) => target,
            Err((_, refusal)) => return Ok(self.refused(&refusal)),
        };
        let preview = deck.steer.preview(&order, vec![target.clone()]).await;
        if let Some(refusal) = preview.each.iter().find_map(|planned| planned.refused.as_ref()) {
            return Ok(self.refused(refusal));
        }
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            return Ok(usage("take needs a terminal. Hint: `mosaic-top send` needs none"));
        }
        drop(deck);
        let name = target.name().to_owned();
        let taken: (Confirmed<_>, Target) = (Preview::confirmed(&preview), target);
        match show(globals, access, loaded, Some(name), Some(taken)).await? {
            Some(outcome) => {
                receipt(&outcome, &Common { yes: true, json: false })?;
                Ok(exit_of(outcome.ending.exit_code()))
            }
            None => Ok(Exit::Done),
        }
    }

    fn refused(&self, refusal: &Refusal) -> Exit {
        complain(&format!("{}: refused: {}", self.agent, hinted(refusal, "take")));
        exit_of(refusal.exit_code())
    }
}

impl Release {
    /// Waits until its standard input ends, and then for the end of whoever held the other end.
    pub async fn run(&self, globals: &Globals, access: Access) -> Result<Exit> {
        let licence = match access.licence() {
            Ok(licence) => licence,
            Err(why) => {
                complain(&format!("mosaic-top: {why}"));
                return Ok(Exit::Refused);
            }
        };
        // An input that breaks has ended, too.
        let _ = io::stdin().lock().read_to_end(&mut Vec::new());
        let steer = globals.watch().steer(licence, Audit::here("guard"));
        steer.mend_after(&self.agent).await;
        Ok(Exit::Done)
    }
}
