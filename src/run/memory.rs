//! What the dashboard remembers between two starts. It is a convenience: what goes wrong with it is a line in the log.

use std::time::Duration;

use tokio::{
    sync::watch,
    task::{JoinHandle, spawn_blocking},
    time::timeout,
};

use crate::{
    adapter::state_file::StateFile,
    config::memory::{Forgotten, Memory, Remembered},
};

/// How long is waited for it at the start and at the end: a disk that does not answer holds nobody up.
const PATIENCE: Duration = Duration::from_millis(500);

/// Where it is remembered, and as which fleet's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: StateFile,
    /// What tells this fleet from another.
    pub fleet: String,
}

/// What is to be remembered.
type Wanted = Option<(Remembered, bool)>;

/// Writes what is to be remembered, the latest only, one at a time.
pub(super) struct Keeper {
    wanted: watch::Sender<Wanted>,
    writer: JoinHandle<()>,
}

impl Place {
    /// What is remembered of the fleet, and whether the hint was read.
    pub(super) async fn recall(&self) -> (Option<Remembered>, bool) {
        let place = self.clone();
        let memory = timeout(PATIENCE, spawn_blocking(move || place.memory())).await;
        let memory = memory.ok().and_then(Result::ok).flatten();
        // A memory that is not ours to write would show the hint at every start.
        memory.map_or((None, true), |memory| (memory.of(&self.fleet), memory.hint_read()))
    }

    /// The whole memory; `None` when it must be left as it is.
    fn memory(&self) -> Option<Memory> {
        let path = self.file.path().display();
        let text = match self.file.read() {
            Ok(None) => return Some(Memory::default()),
            Ok(Some(text)) => text,
            Err(error) => {
                tracing::warn!(%path, %error, "what was remembered cannot be read");
                return None;
            }
        };
        match Memory::read(&text) {
            Ok(memory) => Some(memory),
            Err(why @ Forgotten::Garbage(_)) => {
                tracing::warn!(%path, %why, "what was remembered is forgotten");
                Some(Memory::default())
            }
            Err(why @ Forgotten::Later(_)) => {
                tracing::warn!(%path, %why, "nothing is remembered");
                None
            }
        }
    }

    /// Reads it again first: another dashboard may have remembered another fleet meanwhile.
    fn keep(&self, view: &Remembered, hint_read: bool) {
        let Some(mut memory) = self.memory() else { return };
        memory.keep(&self.fleet, view);
        if hint_read {
            memory.read_the_hint();
        }
        if let Err(error) = self.file.replace(&memory.text()) {
            tracing::warn!(path = %self.file.path().display(), %error, "what is to be remembered cannot be written");
        }
    }
}

impl Keeper {
    /// Nothing to write yet.
    pub(super) fn new(place: Place) -> Self {
        let (wanted, mut news) = watch::channel(Wanted::None);
        let writer = tokio::spawn(async move {
            // After the sender has gone, a change that was not seen yet is still told once.
            while news.changed().await.is_ok() {
                let Some((view, hint_read)) = news.borrow_and_update().clone() else { continue };
                let place = place.clone();
                let _ = spawn_blocking(move || place.keep(&view, hint_read)).await;
            }
        });
        Self { wanted, writer }
    }

    /// Remembers this from now on.
    pub(super) fn keep(&self, view: Remembered, hint_read: bool) {
        self.wanted.send_replace(Some((view, hint_read)));
    }

    /// Waits a moment for what is still to be written.
    pub(super) async fn finish(self) {
        drop(self.wanted);
        let _ = timeout(PATIENCE, self.writer).await;
    }
}
