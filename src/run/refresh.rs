//! The refresh: one look at the host a second, at most one under way and one wanted. Never blocks the screen.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, sleep, sleep_until},
};

use crate::{
    adapter::{Observer, Watch, clock},
    app::event::Event,
    fleet::ids::Socket,
};

/// How often the fleet is looked at while the operator is there: at 200 panes a listing costs tmux 7 ms.
const REFRESH_EVERY: Duration = Duration::from_secs(1);

/// How often it is looked at while nobody touches the dashboard. Starting a `tmux` and having it list 50 panes takes
/// most of what an idle dashboard costs, and nothing that is shown is judged by less than seconds.
const UNATTENDED_EVERY: Duration = Duration::from_secs(2);

/// How soon a second look follows the first that saw what one look does not prove: another moment, and still a moment.
const CONFIRM_AFTER: Duration = Duration::from_millis(300);

/// So many looks without a touch, and nobody is there.
const ATTENDED_LOOKS: u32 = 10;

/// What the operator asked for beside the clock: look now, and at everything.
#[derive(Debug, Default)]
pub(super) struct Wish {
    look: Notify,
    again: Notify,
    touched: AtomicBool,
}

impl Wish {
    /// Look as soon as the look under way is done. Two wishes are one.
    pub(super) fn now(&self) {
        self.look.notify_one();
    }

    /// Look once more in a moment. Two wishes are one.
    pub(super) fn soon(&self) {
        self.again.notify_one();
    }

    /// The operator is there.
    pub(super) fn touch(&self) {
        self.touched.store(true, Ordering::Relaxed);
    }

    fn take_touch(&self) -> bool {
        self.touched.swap(false, Ordering::Relaxed)
    }
}

/// Looks until nobody listens to the events any more.
pub(super) async fn refresh(watch: Watch, socket: Option<Socket>, wish: Arc<Wish>, events: mpsc::Sender<Event>) {
    let mut observer = Observer::new(watch, socket);
    let mut due = now();
    let mut alone = 0_u32;
    loop {
        let afresh = tokio::select! {
            () = wish.look.notified() => true,
            () = sleep_until(due) => false,
            () = async { wish.again.notified().await; sleep(CONFIRM_AFTER).await } => false,
        };
        alone = if wish.take_touch() { 0 } else { alone.saturating_add(1) };
        due = now() + pause(alone);
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

/// How long to wait after so many looks without a touch.
fn pause(alone: u32) -> Duration {
    if alone < ATTENDED_LOOKS { REFRESH_EVERY } else { UNATTENDED_EVERY }
}

fn now() -> Instant {
    clock::now().steady.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dashboard_that_nobody_touches_looks_half_as_often_until_a_key_comes() {
        let wish = Wish::default();
        assert_eq!((pause(0), pause(ATTENDED_LOOKS - 1)), (REFRESH_EVERY, REFRESH_EVERY));
        assert_eq!((pause(ATTENDED_LOOKS), pause(u32::MAX)), (UNATTENDED_EVERY, UNATTENDED_EVERY));
        wish.touch();
        assert!(wish.take_touch(), "a touch was lost");
        assert!(!wish.take_touch(), "a touch counted twice");
    }
}
