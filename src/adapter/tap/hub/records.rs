//! Begins the records that watchers want. What goes into them is the pane's business, what becomes of them the recorder's.

use jiff::Timestamp;

use super::{super::recording::Recording, Hub, HubEvent};
use crate::{
    adapter::recorder::{self, Recorder, Wish},
    fleet::ids::PaneId,
};

impl Hub {
    /// A watcher wants a pane's record: it is begun, unless it is kept already.
    pub(super) fn record(&mut self, pane: PaneId, id: u64, wish: Wish, at: Timestamp) {
        let Some(wish) = self.panes.get_mut(&pane).and_then(|mirror| mirror.wish(id, wish).cloned()) else { return };
        match self.recorder() {
            Ok((recorder, folder)) => {
                let events = self.events.clone();
                // From the recorder's own thread, which alone waits should the hub be busy.
                let ended = move |why| drop(events.blocking_send(HubEvent::Unrecorded { pane, why }));
                let folder = recorder::folder(&folder, &self.server.socket, &wish.agent);
                let recording = Recording::of(recorder.track(folder, &wish, ended));
                self.with(pane, |mirror| mirror.begin_record(recording, at));
            }
            Err(why) => {
                tracing::warn!(%pane, why, "nothing is recorded");
                self.with(pane, |mirror| mirror.end_record(&why));
            }
        }
    }

    fn recorder(&mut self) -> Result<(Recorder, std::path::PathBuf), String> {
        let root = recorder::root().ok_or("neither XDG_STATE_HOME nor HOME says where to keep records")?;
        if self.recorder.is_none() {
            self.recorder =
                Some(Recorder::start().map_err(|error| format!("the recorder cannot be started: {error}"))?);
        }
        self.recorder.clone().map(|recorder| (recorder, root)).ok_or_else(|| "there is no recorder".to_owned())
    }
}
