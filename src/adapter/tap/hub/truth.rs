//! Whether the pictures are tmux's own: asks for those of the panes that have come to rest, and has wrong ones mended.

use jiff::Timestamp;

use super::{
    super::{look::Look, pane::Verdict},
    DEAD, Hub, HubEvent,
};
use crate::{adapter::clock, fleet::ids::PaneId};

/// How many panes tmux is asked about at once: twenty captures in one command take 5 ms.
const CHECK_MOST: usize = 20;

impl Hub {
    /// Asks tmux, beside the loop and with one command, about the panes that have come to rest.
    pub(super) fn check(&mut self) {
        let now = clock::now().wall;
        let due = self.panes.iter().filter(|(_, mirror)| !self.checking && mirror.wants_check(now));
        let panes: Vec<(PaneId, u64)> =
            due.map(|(pane, mirror)| (*pane, mirror.trust.serial)).take(CHECK_MOST).collect();
        if panes.is_empty() {
            return;
        }
        self.checking = true;
        let (server, events) = (self.server.clone(), self.events.clone());
        tokio::spawn(async move {
            let ids: Vec<PaneId> = panes.iter().map(|(pane, _)| *pane).collect();
            let looks = server.looks(&ids).await.unwrap_or_default();
            let _ = events.send(HubEvent::Checked { panes, looks }).await;
        });
    }

    pub(super) fn checked(&mut self, panes: &[(PaneId, u64)], looks: &[Look], at: Timestamp) {
        self.checking = false;
        for ((pane, serial), look) in panes.iter().zip(looks) {
            match self.panes.get_mut(pane).map_or(Verdict::Fine, |mirror| mirror.check(look, *serial, at)) {
                Verdict::Fine => {}
                Verdict::Wrong => {
                    tracing::warn!(%pane, "the picture was not tmux's, and is seeded anew");
                    self.start(*pane);
                }
                Verdict::Dead => self.end(*pane, DEAD),
            }
        }
    }
}
