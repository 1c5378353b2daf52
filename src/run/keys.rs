//! The keys, the mouse and pastes, as the terminal tells them. Decides nothing.

use std::io;

use crossterm::event::{Event as TerminalEvent, EventStream};
use futures_util::StreamExt;
use tokio::{sync::mpsc, task::JoinHandle};

use super::INBOX;

/// What the operator types, taken by a task of its own. Asking crossterm's stream means trying for a lock that its reader
/// holds while it waits, spinning and yielding the processor: not to be done with every byte of a mirror.
pub(super) struct Keys {
    /// One after the other, as the terminal told them.
    pub(super) pressed: mpsc::Receiver<io::Result<TerminalEvent>>,
    reader: JoinHandle<()>,
}

impl Keys {
    /// Begins to read.
    pub(super) fn listen() -> Self {
        let (sender, pressed) = mpsc::channel(INBOX);
        let reader = tokio::spawn(async move {
            let mut stream = EventStream::new();
            while let Some(key) = stream.next().await {
                if sender.send(key).await.is_err() {
                    return;
                }
            }
        });
        Self { pressed, reader }
    }

    /// Stops reading: somebody else reads the terminal now.
    pub(super) async fn pause(self) {
        self.reader.abort();
        // It has let go once it has ended, however that was.
        let _ = self.reader.await;
    }
}
