//! The health check of an open dashboard: soon after it starts, every ten minutes, and when the operator asks for a refresh.
//! Never with a tick: it starts a dozen programs.

use std::{sync::Arc, time::Duration};

use tokio::{sync::mpsc, time::timeout};

use super::refresh::Wish;
use crate::{
    adapter::{Watch, doctor},
    app::event::Event,
    fleet::{facts::Limits, ids::Socket},
};

/// Long after the first frames: whoever only glances at the fleet does not pay for it.
const FIRST_AFTER: Duration = Duration::from_secs(30);
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
        let mut wait = FIRST_AFTER;
        loop {
            // Either is a reason to look.
            let _ = timeout(wait, self.wish.checkup()).await;
            wait = EVERY;
            let visit = doctor::visit(&self.watch, self.socket.as_ref(), self.limits).await;
            if self.events.send(Event::Checkup(Box::new(visit.checkup))).await.is_err() {
                return;
            }
        }
    }
}
