//! The health check of an open dashboard: once it stands, every ten minutes, and when the operator asks for a refresh.
//! Never with a tick: it starts a dozen programs.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};

use super::refresh::Wish;
use crate::{
    adapter::{Watch, doctor},
    app::event::Event,
    fleet::{facts::Limits, ids::Socket},
};

/// After the first frames, which must not wait for it.
const FIRST_AFTER: Duration = Duration::from_secs(5);
/// What it looks for does not come and go by the minute.
const EVERY: Duration = Duration::from_secs(600);

/// Checks the fleet.
pub(super) struct Checkups {
    pub(super) watch: Watch,
    pub(super) socket: Option<Socket>,
    pub(super) limits: Limits,
    pub(super) wish: Arc<Wish>,
    pub(super) events: mpsc::Sender<Event>,
}

impl Checkups {
    /// Checks until nobody listens to the events any more.
    pub(super) async fn run(self) {
        sleep(FIRST_AFTER).await;
        loop {
            let visit = doctor::visit(&self.watch, self.socket.as_ref(), self.limits).await;
            if self.events.send(Event::Checkup(Box::new(visit.checkup))).await.is_err() {
                return;
            }
            // Either is a reason to look again.
            let _ = timeout(EVERY, self.wish.checkup()).await;
        }
    }
}
