//! The operator's seat at an agent that was taken over: what is typed goes there, what is printed comes back as events.
//!
//! It decides nothing. A seat that is given up in time leaves the agent as it was; one that is lost with this program is
//! put in order by the guard that stands by, or by the next start.

use std::time::Duration;

use tokio::{
    sync::mpsc::{self, UnboundedSender},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    adapter::{Steer, exec::Argv, steer::take},
    app::{event::Event, job::JobId},
    fleet::{
        order::{Confirmed, Order, Outcome, Target},
        taken::Stroke,
    },
    screen::Size,
};

/// How long leaving may take when this program ends. After that the guard does it.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many pieces of what an agent prints may wait; behind them the agent's client waits, never the agent.
const PIECES: usize = 4;

/// One takeover under way.
pub(super) struct Seat {
    strokes: UnboundedSender<Stroke>,
    work: JoinHandle<()>,
}

impl Seat {
    /// Takes an agent over in a terminal of that size.
    pub(super) fn take(
        steer: Steer,
        (number, order, target): (JobId, Confirmed<Order>, Target),
        size: Size,
        guard: Option<Argv>,
        events: mpsc::Sender<Event>,
    ) -> Self {
        let (strokes, heard) = mpsc::unbounded_channel();
        let work = tokio::spawn(async move {
            let (news, mut said) = mpsc::channel(PIECES);
            let tell = async {
                while let Some(news) = said.recv().await {
                    // A dashboard that is being left does not listen any more.
                    let _ = events.send(Event::Taken(number, news)).await;
                }
            };
            let seat = take::Seat { size: Some(size), strokes: heard, news, guard };
            let (outcome, ()) = tokio::join!(steer.take(order, target, seat), tell);
            let _ = events.send(Event::Left(number, Box::new(outcome))).await;
        });
        Self { strokes, work }
    }

    /// What the operator does there.
    pub(super) fn stroke(&self, stroke: Stroke) {
        // One that is over takes nothing any more; that it is comes as an event.
        let _ = self.strokes.send(stroke);
    }

    /// Leaves, and waits until everything is as it was.
    pub(super) async fn leave(self) {
        let _ = self.strokes.send(Stroke::Leave);
        if timeout(PATIENCE, self.work).await.is_err() {
            tracing::warn!("leaving an agent took too long: the guard puts its window back");
        }
    }
}

/// The same on the operator's own terminal, until tmux gives it back.
pub(super) async fn hand_over(steer: &Steer, order: Confirmed<Order>, target: Target, guard: Option<Argv>) -> Outcome {
    // Held: an operator who is still there has not left.
    let (_strokes, heard) = mpsc::unbounded_channel();
    let (news, _) = mpsc::channel(1);
    steer.take(order, target, take::Seat { size: None, strokes: heard, news, guard }).await
}
