//! The dashboard's hands: carries orders out beside the screen, and reads the action log while somebody looks at it.
//!
//! Without a [`Steer`] there are none: a dashboard that only looks is given no way to change anything. It decides
//! nothing; what is asked stands in the model.

use std::time::Duration;

use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{MissedTickBehavior, interval, timeout},
};

use super::seat::{self, Seat};
use crate::{
    adapter::{Steer, Watch, clock, exec::Argv},
    app::{
        effect::Errand,
        event::Event,
        job::{JobId, JobNews},
    },
    fleet::{
        attention::Fault,
        order::{Confirmed, Ending, Order, Outcome, Planned, Preview, Progress, Refusal, Target},
        taken::Stroke,
    },
    screen::Size,
};

/// How often the log is read while it is shown.
const LOG_EVERY: Duration = Duration::from_secs(1);

/// How often it is looked for what a killed takeover left. A directory is listed.
const MEND_EVERY: Duration = Duration::from_secs(10);

/// How long leaving waits for what was acknowledged to be written: longer than its lock is tried for.
const WRITING: Duration = Duration::from_secs(3);

/// How many steps of an order may wait to be shown.
const STEPS: usize = 64;

/// What can be done, and by what.
pub(super) struct Hands {
    steer: Option<Steer>,
    /// What is kept while the configuration cannot be understood.
    resting: Option<Steer>,
    watch: Watch,
    events: mpsc::Sender<Event>,
    log: Option<JoinHandle<()>>,
    /// What was acknowledged is being written down.
    acknowledging: Option<JoinHandle<()>>,
    /// What stands by while an agent is taken over.
    guard: Option<Argv>,
    seat: Option<Seat>,
    mender: Option<JoinHandle<()>>,
}

impl Drop for Hands {
    fn drop(&mut self) {
        self.read_log(false);
        self.stop_mending();
    }
}

impl Hands {
    /// Hands whose news go to `events`.
    pub(super) fn new(steer: Option<Steer>, watch: Watch, guard: Option<Argv>, events: mpsc::Sender<Event>) -> Self {
        let (log, acknowledging, seat, mender) = (None, None, None, None);
        let mut hands = Self { steer: None, resting: steer, watch, events, log, acknowledging, guard, seat, mender };
        hands.act();
        hands
    }

    /// Takes an agent over.
    pub(super) fn take(&mut self, taken: (JobId, Confirmed<Order>, Target), size: Size) {
        let events = self.events.clone();
        if let Some(steer) = self.steer.clone() {
            self.seat = Some(Seat::take(steer, taken, size, self.guard.clone(), events));
            return;
        }
        let (number, order, target) = taken;
        let outcome = no_hands(order.get().word(), target);
        tokio::spawn(async move { events.send(Event::Left(number, Box::new(outcome))).await });
    }

    /// To the agent that is taken over.
    pub(super) fn stroke(&self, stroke: Stroke) {
        if let Some(seat) = &self.seat {
            seat.stroke(stroke);
        }
    }

    /// Hands this program's own terminal over.
    pub(super) fn hand_over(&self, order: Confirmed<Order>, target: Target) -> impl Future<Output = Outcome> + 'static {
        let (steer, guard) = (self.steer.clone(), self.guard.clone());
        async move {
            match &steer {
                Some(steer) => seat::hand_over(steer, order, target, guard).await,
                None => no_hands(order.get().word(), target),
            }
        }
    }

    /// The end: an agent that is taken over is left as it was, and what was acknowledged is written down.
    pub(super) async fn leave(&mut self) {
        if let Some(seat) = self.seat.take() {
            seat.leave().await;
        }
        if let Some(writing) = self.acknowledging.take() {
            let _ = timeout(WRITING, writing).await;
        }
    }

    /// Gives the means to change anything away, for good.
    pub(super) fn only_look(&mut self) {
        self.rest();
        self.resting = None;
    }

    /// Changes nothing, until [`Self::act`]. What was ordered before is not done then either.
    pub(super) fn rest(&mut self) {
        // Orders that wait or run have hands of their own.
        if let Some(steer) = self.steer.take() {
            self.resting = Some(steer.rest());
            self.stroke(Stroke::Leave);
            self.stop_mending();
        }
    }

    /// Takes up again what rested.
    pub(super) fn act(&mut self) {
        if let Some(steer) = self.resting.take() {
            self.mender = Some(tokio::spawn(mend(steer.clone(), self.events.clone())));
            self.steer = Some(steer);
        }
    }

    fn stop_mending(&mut self) {
        if let Some(mender) = self.mender.take() {
            mender.abort();
        }
    }

    /// Keeps what somebody looks after. Where that cannot be, it holds for this dashboard alone.
    pub(super) fn acknowledge(&mut self, on: bool, faults: Vec<Fault>) {
        let Some(steer) = self.steer.clone() else { return };
        let (events, before) = (self.events.clone(), self.acknowledging.take());
        self.acknowledging = Some(tokio::spawn(async move {
            // One after the other, or what was taken back would stand there in the end.
            if let Some(before) = before {
                let _ = before.await;
            }
            match steer.acknowledge(&faults, on).await {
                Ok(()) => drop(events.send(Event::Kept { on, faults, at: clock::now().wall }).await),
                Err(why) => tracing::warn!(why, "what was acknowledged is not kept"),
            }
        }));
    }

    /// Looks at what an order would do.
    pub(super) fn preview(&self, number: JobId, order: Order, targets: Vec<Target>) {
        let (steer, events) = (self.steer.clone(), self.events.clone());
        tokio::spawn(async move {
            let preview = match steer {
                Some(steer) => steer.preview(&order, targets).await,
                None => refused(order, targets),
            };
            // Nobody listens any more: the dashboard has been left.
            let _ = events.send(Event::Preview(number, Box::new(preview))).await;
        });
    }

    /// Carries orders out, one after the other. What runs when the dashboard is left is dropped: the steer itself writes
    /// what became of it into the log.
    pub(super) fn carry_out(&self, id: JobId, errands: Vec<Errand>) {
        let (steer, events) = (self.steer.clone(), self.events.clone());
        tokio::spawn(async move {
            for errand in errands {
                for outcome in carried_out(steer.as_ref(), id, errand, &events).await {
                    let _ = events.send(Event::Job(id, JobNews::Ended(Box::new(outcome)))).await;
                }
            }
            let _ = events.send(Event::Job(id, JobNews::Over)).await;
        });
    }

    /// From now on the log is read again and again, or not any more.
    pub(super) fn read_log(&mut self, wanted: bool) {
        if let Some(log) = self.log.take() {
            log.abort();
        }
        if wanted {
            let (watch, events) = (self.watch.clone(), self.events.clone());
            self.log = Some(tokio::spawn(follow(watch, events)));
        }
    }
}

/// Puts in order what a dashboard left that was killed while it had an agent: at the start, and now and then, should its
/// guard have died with it.
async fn mend(steer: Steer, events: mpsc::Sender<Event>) {
    let mut ticks = interval(MEND_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        for says in steer.mend().await {
            if events.send(Event::Mended(says)).await.is_err() {
                return;
            }
        }
    }
}

async fn carried_out(steer: Option<&Steer>, id: JobId, errand: Errand, events: &mpsc::Sender<Event>) -> Vec<Outcome> {
    let Some(steer) = steer else {
        let word = errand.order.get().word();
        return errand.targets.into_iter().map(|target| no_hands(word, target)).collect();
    };
    let (steps, mut progress) = mpsc::channel::<Progress>(STEPS);
    let tell = async {
        while let Some(step) = progress.recv().await {
            let _ = events.send(Event::Job(id, JobNews::Progress(step))).await;
        }
    };
    tokio::join!(steer.carry_out_all(errand.order, errand.targets, steps), tell).0
}

/// Reads the log until nobody listens any more; what is the same as before is not told again.
async fn follow(watch: Watch, events: mpsc::Sender<Event>) {
    let mut ticks = interval(LOG_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = None;
    loop {
        ticks.tick().await;
        let news = watch.actions().await;
        if before.as_ref() != Some(&news) {
            before = Some(news.clone());
            if events.send(Event::Log(news)).await.is_err() {
                return;
            }
        }
    }
}

const NO_HANDS: &str = "this dashboard only looks";

fn no_hands(order: &'static str, target: Target) -> Outcome {
    Outcome {
        order,
        target,
        ending: Ending::Refused(Refusal::ReadOnly(NO_HANDS.to_owned())),
        says: NO_HANDS.to_owned(),
        evidence: Vec::new(),
        commands: Vec::new(),
        took: Duration::ZERO,
        unlogged: None,
    }
}

fn refused(order: Order, targets: Vec<Target>) -> Preview {
    let refused = |target| Planned {
        target,
        commands: Vec::new(),
        warnings: Vec::new(),
        refused: Some(Refusal::ReadOnly(NO_HANDS.to_owned())),
    };
    Preview { order, each: targets.into_iter().map(refused).collect() }
}
