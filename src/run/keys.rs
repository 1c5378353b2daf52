//! What comes from the operator's side: keys, the mouse and pastes, as the terminal tells them, and signals. Decides nothing.

use std::io;

use crossterm::event::{Event as TerminalEvent, EventStream};
use futures_util::StreamExt;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
    task::JoinHandle,
};

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

/// The signals that end, and the one that comes after a stop.
pub(super) struct Signals {
    pub(super) terminate: Signal,
    pub(super) hang_up: Signal,
    pub(super) interrupt: Signal,
    pub(super) resumed: Signal,
}

impl Signals {
    /// Begins to listen: from now on none of them ends the program by itself.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            resumed: signal(SignalKind::from_raw(nix::sys::signal::Signal::SIGCONT as i32))?,
        })
    }
}
