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

mod acknowledge;
mod answer;
mod deliver;
pub mod hand;
mod job;
mod lines;
mod look;
mod pauses;
mod places;
mod plan;
pub(super) use relaunch::launcher;

mod relaunch;
pub mod take;
#[cfg(test)]
mod tests;
mod trust;
mod turn;
mod warn;

use std::{
    collections::BTreeSet,
    hash::{BuildHasher, RandomState},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;

use super::{
    Watch,
    audit::{self, Audit, Log},
    exec::{Argv, Local},
    identity::Who,
};
use crate::fleet::{
    action_record::Logged,
    gate::Prompt,
    order::{Act, Confirmed, Ending, Order, Outcome, Planned, Preview, Progress, Refusal, Target, brakes::Brakes},
    runtime::spec::{RuntimeSpec, RuntimeSpecs},
    text::visible,
};
use hand::Hand;
use job::{End, Job, LIMIT};
use look::Now;
use turn::Turn;

/// The most that is read of a file that is to be sent; what is longer than a message may be is refused later, in words.
const FILE_MOST: usize = 1024 * 1024;
/// Sends that are on their way at the same time. More would only wait for the same tmux server.
const SENDS_AT_ONCE: usize = 4;

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
    running: Arc<Mutex<BTreeSet<String>>>,
    /// Whether a relaunch records trust first.
    trusts: bool,
    /// Given back: nothing is changed any more.
    ended: Arc<AtomicBool>,
}

impl Watch {
    /// The same host, to be changed.
    #[must_use]
    pub fn steer(&self, licence: Licence, audit: Audit) -> Steer {
        Steer {
            watch: self.clone(),
            hand: licence.hand,
            audit,
            running: Arc::default(),
            trusts: true,
            ended: Arc::default(),
        }
    }

    /// The action log: its orders in the order they were begun, and how many lines could not be read.
    pub async fn actions(&self) -> Result<(Vec<Logged>, usize), String> {
        let files = self.files(&self.who().await);
        audit::logged(self.exec(), &files.actions()).await
    }
}

impl Steer {
    /// The same, whose relaunches do not record trust first.
    #[must_use]
    pub fn without_trust(mut self) -> Self {
        self.trusts = false;
        self
    }

    /// Gives the right to change anything back, for every clone: no order is begun any more, and one that runs does no more
    /// than to leave nothing behind. What it has done it says.
    pub fn give_back(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// Gives the right back as [`Self::give_back`] does, and keeps it for later: for every order that is given from then on.
    #[must_use]
    pub fn rest(self) -> Self {
        self.give_back();
        Self { ended: Arc::default(), ..self }
    }

    /// Whether it was given back, in words.
    fn ended(&self) -> Option<String> {
        let ended = self.ended.load(Ordering::Relaxed);
        ended.then(|| "this program may only look from now on".to_owned())
    }

    /// What an order would do to these targets: the exact commands, and what stands against it now. Changes nothing.
    pub async fn preview(&self, order: &Order, targets: Vec<Target>) -> Preview {
        let who = self.watch.who().await;
        let mut each = Vec::new();
        for target in targets {
            let commands = self.plan(order, &target, &who).await;
            let refused = self.against(order, &target).await.err();
            // What is refused is not warned of, too.
            let warnings = if refused.is_some() { Vec::new() } else { warn::of(self, order, &target, &who).await };
            each.push(Planned { target, commands, warnings, refused });
        }
        Preview { order: order.clone(), each }
    }

    /// The prompt that is on the target's screen at this moment, read afresh. Changes nothing.
    pub async fn prompt(&self, target: &Target) -> Result<Option<Prompt>, Refusal> {
        let missing = || Refusal::Missing(format!("{} has no pane", target.name()));
        let aim = target.aim.as_deref().ok_or_else(missing)?;
        let who = self.watch.who().await;
        let now = Now::of(self, &who, aim, aim.pane.ok_or_else(missing)?, Some(Duration::MAX)).await?;
        Ok(now.seen.prompt)
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
        if let Some(why) = self.ended() {
            return refused(order.get(), target, Refusal::ReadOnly(why), None);
        }
        let _turn = match &order.get().act {
            // Its switch comes before anything that could be waited for.
            Act::Pause { .. } => None,
            Act::Interrupt => self.turn_soon(&target).await,
            _ => match self.turn(&target).await {
                Ok(turn) => Some(turn),
                Err(why) => return refused(order.get(), target, Refusal::Running(why), None),
            },
        };
        let mut job = match Job::begin(self, order.get(), order.asked(), &target, progress).await {
            Ok(job) => job,
            Err((refusal, unlogged)) => return refused(order.get(), target.clone(), refusal, unlogged),
        };
        let end = act(&mut job).await.unwrap_or_else(End::from);
        job.end(end).await
    }

    /// The same for several: relaunches with brakes, the rest a few at a time. One outcome each, in the same order.
    pub async fn carry_out_all(
        &self,
        order: Confirmed<Order>,
        targets: Vec<Target>,
        progress: mpsc::Sender<Progress>,
    ) -> Vec<Outcome> {
        if matches!(order.get().act, Act::Relaunch) {
            return self.recover(order, targets, progress, Brakes::default()).await;
        }
        self.carry_out_each(targets.into_iter().map(|target| (order.clone(), target)).collect(), progress).await
    }

    /// One order for each target, a few at a time; each pane gets one. One outcome each, in the same order.
    pub async fn carry_out_each(
        &self,
        each: Vec<(Confirmed<Order>, Target)>,
        progress: mpsc::Sender<Progress>,
    ) -> Vec<Outcome> {
        let firsts: Vec<Option<Refusal>> = (0..each.len()).map(|at| again(&each[..=at])).collect();
        let each = each.into_iter().zip(firsts).map(|((order, target), again)| async {
            match again {
                Some(refusal) => refused(order.get(), target, refusal, None),
                None => self.carry_out(order, target, progress.clone()).await,
            }
        });
        stream::iter(each).buffered(SENDS_AT_ONCE).collect().await
    }

    /// Relaunches one after the other, with these brakes.
    pub async fn recover(
        &self,
        order: Confirmed<Order>,
        targets: Vec<Target>,
        progress: mpsc::Sender<Progress>,
        mut brakes: Brakes,
    ) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = Vec::new();
        let mut each: Vec<(Confirmed<Order>, Target)> = Vec::new();
        for target in targets {
            each.push((order.clone(), target.clone()));
            if let Some(refusal) = again(&each) {
                outcomes.push(refused(order.get(), target, refusal, None));
                continue;
            }
            if let Some(why) = brakes.stop() {
                outcomes.push(refused(order.get(), target, Refusal::Stopped(why), None));
                continue;
            }
            if !outcomes.is_empty() {
                tokio::time::sleep(brakes.wait(RandomState::new().hash_one(outcomes.len()))).await;
            }
            let outcome = self.carry_out(order.clone(), target, progress.clone()).await;
            brakes.ended(outcome.ending.is_failure());
            outcomes.push(outcome);
        }
        outcomes
    }

    /// Puts into the log an order that was refused before it had a target: who tried what on whom, and why not. That
    /// nothing was done is true also where the log cannot be written; then why comes back.
    pub async fn refused(&self, order: &Order, fleet: &Target, name: &str, refusal: &Refusal) -> Option<String> {
        let who = self.watch.who().await;
        let log = Log::of(&self.watch.files(&who), self.audit.clone());
        let mut intent = log.intent(order, fleet, Vec::new());
        intent.target.agent = Some(name.to_owned());
        let outcome = refused(order, fleet.clone(), refusal.clone(), None);
        let hand = self.hand.as_ref();
        match log.write(hand, &intent).await {
            Ok(()) => log.ended(hand, &intent, &outcome).await.err(),
            Err(why) => Some(why),
        }
    }

    /// The tmux session that this program was started in; `None` outside of tmux.
    pub async fn own_session(&self) -> Option<String> {
        let own = self.watch.who().await.inside?;
        // In the environment as it is: `TMUX` leads to the server.
        let ask = Argv::new(["tmux", "-u", "display-message", "-p", "-t", &own.pane.to_string(), "#{session_name}"]);
        let output = self.hand.run(&ask, LIMIT).await.ok().filter(|output| output.status == 0)?;
        let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        (!name.is_empty()).then_some(name)
    }

    /// A text file of the operator's, to be sent.
    pub async fn text_file(&self, path: PathBuf) -> Result<String, String> {
        let nothing = || format!("{} gave no answer", path.display());
        let read = self.hand.read(vec![path.clone()], FILE_MOST).await.pop().ok_or_else(nothing)?;
        let content = read.map_err(|error| error.to_string())?;
        String::from_utf8(content.bytes).map_err(|_| format!("{} is not UTF-8 text", path.display()))
    }

    /// What is known of a runtime, with what the user knows better. A file of the user's that cannot be read as one
    /// changes nothing; the health check says so.
    async fn spec(&self, who: &Who, runtime: &str) -> RuntimeSpec {
        let path = self.watch.files(who).runtimes();
        let text = match self.hand.read(vec![path], 1024 * 1024).await.pop() {
            Some(Ok(content)) => String::from_utf8_lossy(&content.bytes).into_owned(),
            _ => return RuntimeSpecs::builtin().of(runtime),
        };
        RuntimeSpecs::with_user(&text).map_or_else(|_| RuntimeSpecs::builtin().of(runtime), |specs| specs.of(runtime))
    }
}

/// Does what the order says.
async fn act(job: &mut Job<'_>) -> Result<End, Refusal> {
    places::safe(job.steer, &job.who, job.order).await?;
    if job.order.held_by_pause() && job.order.forced.is_none() {
        pauses::held(job.steer, &job.who, job.target).await?;
    }
    if job.order.held_by_takeover() && job.order.forced.is_none() {
        take::held(job.steer, &job.who, job.target).await?;
    }
    match &job.order.act {
        Act::Take { .. } => Err(Refusal::Unsafe("a takeover needs a terminal".to_owned())),
        Act::Send(_) | Act::Reset { .. } => deliver::send(job).await,
        Act::Answer(reply) => answer::answer(job, reply).await,
        Act::Interrupt => deliver::interrupt(job).await,
        Act::Relaunch => relaunch::relaunch(job).await,
        Act::Pause { reason } => pauses::pause(job, reason.as_deref()).await,
        Act::Resume => pauses::resume(job).await,
        Act::Trust => trust::trust(job).await,
    }
}

/// Why the last of these is left out: the pane that it is for has had its turn under another name.
fn again(each: &[(Confirmed<Order>, Target)]) -> Option<Refusal> {
    let ((order, last), before) = each.split_last()?;
    let first = before.iter().map(|(_, target)| target).find(|target| last.same_pane(target))?;
    let says = || format!("it is the same pane as {}, which gets it", visible(first.name()));
    order.get().is_for_a_pane().then(|| Refusal::Running(says()))
}

/// An order that was not begun.
fn refused(order: &Order, target: Target, refusal: Refusal, unlogged: Option<String>) -> Outcome {
    Outcome {
        order: order.word(),
        target,
        says: refusal.to_string(),
        ending: Ending::Refused(refusal),
        evidence: Vec::new(),
        commands: Vec::new(),
        took: Duration::ZERO,
        unlogged,
    }
}
