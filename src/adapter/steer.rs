//! Carries orders out. The only code that changes an agent, a unit or a file of the fleet.
//!
//! Read-only is not a flag that handlers must remember: a [`Steer`] is made from a [`Licence`] and from nothing else, a
//! licence is granted in one place (`cli::access`, from the parsed access), and the command lines that change something
//! are built in private modules of this one.
//!
//! Without a licence there is no steering:
//!
//! ```compile_fail,E0061
//! # use mosaic_top::adapter::{Steer, Watch, audit::Audit};
//! fn steer(watch: &Watch) -> Steer {
//!     watch.steer(Audit::here("cli"))
//! }
//! ```
//!
//! With one there is:
//!
//! ```
//! # use mosaic_top::adapter::{Licence, Steer, Watch, audit::Audit};
//! fn steer(watch: &Watch, licence: Licence) -> Steer {
//!     watch.steer(licence, Audit::here("cli"))
//! }
//! ```
//!
//! And a watch has no word for a change:
//!
//! ```compile_fail,E0599
//! # use mosaic_top::{adapter::Watch, fleet::order::{Confirmed, Order, Outcome, Target}};
//! async fn change(watch: &Watch, order: Confirmed<Order>, target: Target) -> Outcome {
//!     watch.carry_out(order, target, tokio::sync::mpsc::channel(1).0).await
//! }
//! ```
//!
//! A steer has:
//!
//! ```
//! # use mosaic_top::{adapter::Steer, fleet::order::{Confirmed, Order, Outcome, Target}};
//! async fn change(steer: &Steer, order: Confirmed<Order>, target: Target) -> Outcome {
//!     steer.carry_out(order, target, tokio::sync::mpsc::channel(1).0).await
//! }
//! ```

#![allow(clippy::unused_async, reason = "the bodies are being built")]

pub mod hand;

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{Watch, audit::Audit, exec::Local};
use crate::fleet::order::{Confirmed, Ending, Order, Outcome, Planned, Preview, Progress, Refusal, Target};
use hand::Hand;

/// The right to change the fleet, with the hands to do it. It cannot be copied out of a [`Steer`].
pub struct Licence {
    hand: Arc<dyn Hand>,
}

impl Licence {
    /// For this machine. Called in one place, for a front that may change; a test holds that.
    #[must_use]
    pub fn granted() -> Self {
        Self { hand: Arc::new(Local::new()) }
    }

    /// For a machine that a test made.
    #[must_use]
    pub fn over(hand: Arc<dyn Hand>) -> Self {
        Self { hand }
    }
}

/// Carries orders out on one host. Cheap to clone; clones share what runs.
#[derive(Clone)]
pub struct Steer {
    watch: Watch,
    hand: Arc<dyn Hand>,
    audit: Audit,
}

impl Watch {
    /// The same host, to be changed.
    #[must_use]
    pub fn steer(&self, licence: Licence, audit: Audit) -> Steer {
        Steer { watch: self.clone(), hand: licence.hand, audit }
    }
}

impl Steer {
    /// What an order would do to these targets: the exact commands, looked at afresh. Changes nothing.
    pub async fn preview(&self, order: &Order, targets: Vec<Target>) -> Preview {
        let _ = (&self.watch, &self.hand, &self.audit);
        let planned = |target| Planned { target, commands: Vec::new(), warnings: Vec::new(), refused: None };
        Preview { order: order.clone(), each: targets.into_iter().map(planned).collect() }
    }

    /// Carries one order out for one target, and says how it ended. Never fails: what cannot be done is an ending.
    /// A second call for a target on which an order runs is refused ([`Refusal::Running`]). Dropping the future stops
    /// it, leaves nothing behind in tmux and writes its verdict.
    pub async fn carry_out(
        &self,
        order: Confirmed<Order>,
        target: Target,
        progress: mpsc::Sender<Progress>,
    ) -> Outcome {
        drop(progress);
        let says = "carrying orders out is not built yet".to_owned();
        Outcome {
            order: order.get().word(),
            target,
            ending: Ending::Refused(Refusal::NoRule(says.clone())),
            says,
            evidence: Vec::new(),
            commands: Vec::new(),
            took: std::time::Duration::ZERO,
            unlogged: None,
        }
    }

    /// The same for several: sends one after the other, relaunches with brakes. One outcome each, in the same order.
    pub async fn carry_out_all(
        &self,
        order: Confirmed<Order>,
        targets: Vec<Target>,
        progress: mpsc::Sender<Progress>,
    ) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for target in targets {
            outcomes.push(self.carry_out(order.clone(), target, progress.clone()).await);
        }
        outcomes
    }
}
