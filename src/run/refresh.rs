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
    adapter::{
        Look, Observer, Watch, clock,
        config_file::{ConfigFile, ConfigRead},
    },
    app::{event::Event, settings::Settings},
    config::Refresh,
    fleet::ids::Socket,
};

/// How soon a second look follows the first that saw what one look does not prove: another moment, and still a moment.
const CONFIRM_AFTER: Duration = Duration::from_millis(300);

/// So many looks without a touch, and nobody is there.
const ATTENDED_LOOKS: u32 = 10;

/// What the operator asked for beside the clock: look now, and at everything.
#[derive(Debug, Default)]
pub(super) struct Wish {
    look: Notify,
    again: Notify,
    checkup: Notify,
    touched: AtomicBool,
}

impl Wish {
    /// Look as soon as the look under way is done. Two wishes are one.
    pub(super) fn now(&self) {
        self.look.notify_one();
        self.checkup.notify_one();
    }

    /// Look once more in a moment. Two wishes are one.
    pub(super) fn soon(&self) {
        self.again.notify_one();
    }

    /// The operator is there.
    pub(super) fn touch(&self) {
        self.touched.store(true, Ordering::Relaxed);
    }

    /// Waits until a refresh is asked for: that is a wish for a health check, too.
    pub(super) async fn checkup(&self) {
        self.checkup.notified().await;
    }

    fn take_touch(&self) -> bool {
        self.touched.swap(false, Ordering::Relaxed)
    }
}

/// Looks at the fleet and at the configuration.
pub(super) struct Refresher {
    /// Looks at the fleet.
    pub(super) watch: Watch,
    /// The socket that was asked for.
    pub(super) socket: Option<Socket>,
    /// What the operator asks for.
    pub(super) wish: Arc<Wish>,
    /// Where what was seen goes.
    pub(super) events: mpsc::Sender<Event>,
    /// How often. At 200 panes a listing costs tmux 7 ms; starting a `tmux` and having it list 50 panes takes most of
    /// what an idle dashboard costs, and nothing that is shown is judged by less than seconds.
    pub(super) pace: Refresh,
    /// The configuration, which may change the pace.
    pub(super) config_file: Option<ConfigFile>,
}

impl Refresher {
    /// Looks until nobody listens to the events any more.
    pub(super) async fn run(mut self) {
        let mut observer = Observer::new(self.watch.clone(), self.socket.clone());
        let mut due = now();
        let mut alone = 0_u32;
        loop {
            let how = tokio::select! {
                () = self.wish.look.notified() => Look::Afresh,
                () = sleep_until(due) => Look::Usual,
                () = async { self.wish.again.notified().await; sleep(CONFIRM_AFTER).await } => Look::Again,
            };
            alone = if self.wish.take_touch() { 0 } else { alone.saturating_add(1) };
            let settings = self.settings().await.map(|settings| Event::Settings(Box::new(settings)));
            due = now() + pause(self.pace, alone);
            let sight = observer.look(how).await;
            let roster = sight.roster.map(Event::Roster);
            let facts = Event::Facts { facts: Box::new(sight.facts), elapsed: sight.elapsed };
            for event in settings.into_iter().chain(roster).chain([facts]) {
                if self.events.send(event).await.is_err() {
                    return;
                }
            }
        }
    }

    /// The configuration, when it is another one than at the last look.
    async fn settings(&mut self) -> Option<Settings> {
        let file = self.config_file.as_mut()?;
        let path = file.path().display().to_string();
        let settings = match file.look().await? {
            ConfigRead::Text(text) => Settings::read(&path, &text),
            // It was there, or nothing would have changed. What a named one asked for holds on until it is back.
            ConfigRead::Missing(_) if !file.is_named() => Settings::default(),
            ConfigRead::Missing(words) => Settings::gone(&path, &words),
            ConfigRead::Failed(words) => Settings::unreadable(&path, &words),
        };
        if settings.problems.is_empty() {
            self.pace = settings.config.refresh;
        }
        Some(settings)
    }
}

/// How long to wait after so many looks without a touch.
fn pause(pace: Refresh, alone: u32) -> Duration {
    if alone < ATTENDED_LOOKS { pace.attended } else { pace.unattended }
}

fn now() -> Instant {
    clock::now().steady.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_dashboard_that_nobody_touches_looks_half_as_often_until_a_key_comes() {
        let wish = Wish::default();
        let pace = Config::default().refresh;
        assert_eq!(pace.attended * 2, pace.unattended);
        for (alone, expected) in [(0, pace.attended), (ATTENDED_LOOKS - 1, pace.attended), (u32::MAX, pace.unattended)]
        {
            assert_eq!(pause(pace, alone), expected, "after {alone} looks");
        }
        wish.touch();
        assert!(wish.take_touch(), "a touch was lost");
        assert!(!wish.take_touch(), "a touch counted twice");
    }
}
