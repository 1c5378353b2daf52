//! The refresh: one look at the host a second, at most one under way and one wanted. Never blocks the screen.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, mpsc},
    time::{MissedTickBehavior, interval},
};

use crate::{
    adapter::{Observer, Watch},
    app::event::Event,
    fleet::ids::Socket,
};

/// How often the fleet is looked at: at 200 panes a listing costs tmux 7 ms.
const REFRESH_EVERY: Duration = Duration::from_secs(1);

/// What the operator asked for beside the clock: look now, and at everything.
#[derive(Debug, Default)]
pub(super) struct Wish(Notify);

impl Wish {
    /// Look as soon as the look under way is done. Two wishes are one.
    pub(super) fn now(&self) {
        self.0.notify_one();
    }
}

/// Looks until nobody listens to the events any more.
pub(super) async fn refresh(watch: Watch, socket: Option<Socket>, wish: Arc<Wish>, events: mpsc::Sender<Event>) {
    let mut ticks = interval(REFRESH_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut observer = Observer::new(watch, socket);
    loop {
        let afresh = tokio::select! {
            () = wish.0.notified() => true,
            _ = ticks.tick() => false,
        };
        let sight = observer.look(afresh).await;
        let roster = sight.roster.map(Event::Roster);
        let facts = Event::Facts { facts: Box::new(sight.facts), elapsed: sight.elapsed };
        for event in roster.into_iter().chain([facts]) {
            if events.send(event).await.is_err() {
                return;
            }
        }
    }
}
