//! The hub's connections: greets whoever connects, takes a handoff's descriptor, and carries a watcher's frames.
//!
//! A watcher never pushes back: what it does not take is dropped, and it is shown the whole picture when it can again.

use std::{
    io::{self, ErrorKind, IoSliceMut},
    mem::MaybeUninit,
    os::fd::OwnedFd,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rustix::{
    io::{FdFlags, fcntl_setfd},
    net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, Interest},
    net::UnixStream,
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{
    binary::Build,
    hub::HubEvent,
    wire::{Frame, Greeting, Hello, Said, VERSION, Who},
};
use crate::{
    adapter::recorder::Wish,
    fleet::{ids::PaneId, reading::Why},
};

/// How much may wait for a watcher before it counts as not keeping up.
const LONGEST_QUEUE: usize = 1 << 20;

/// A greeting is one short line.
const LONGEST_GREETING: usize = 2048;

/// Whoever connects says at once what for; a connection that does not would hold a descriptor for ever.
const GREETING_LIMIT: Duration = Duration::from_secs(2);

/// How much is read from a pipe at once. tmux hands over about 5 kB at a time; a flood comes in larger pieces.
const READ_SIZE: usize = 64 * 1024;

/// Keeps a pipe open: when it is dropped, our end is closed, and tmux drops the pipe at the pane's next output. It is
/// closed itself once the pipe has ended.
pub(super) type Hold = oneshot::Sender<()>;

/// The hub's end of one watcher.
pub(super) struct Watcher {
    frames: mpsc::UnboundedSender<Vec<u8>>,
    queued: Arc<AtomicUsize>,
    lagging: Arc<AtomicUsize>,
}

impl Watcher {
    /// Sends a frame, unless the watcher does not keep up.
    pub(super) fn send(&mut self, frame: &[u8]) {
        if self.lagging.load(Ordering::Relaxed) != 0 {
            return;
        }
        if self.queued.load(Ordering::Relaxed) + frame.len() > LONGEST_QUEUE {
            self.lagging.store(1, Ordering::Relaxed);
            return;
        }
        self.push(frame);
    }

    /// Sends what makes good whatever it has missed; to one that still has too much before it, once it has taken that.
    pub(super) fn catch_up(&mut self, frame: &[u8]) {
        let queued = self.queued.load(Ordering::Relaxed);
        let full = queued > 0 && queued + frame.len() > LONGEST_QUEUE;
        self.lagging.store(usize::from(full), Ordering::Relaxed);
        if !full {
            self.push(frame);
        }
    }

    /// Sends the last frame of all.
    pub(super) fn end(&mut self, frame: &[u8]) {
        self.push(frame);
    }

    fn push(&mut self, frame: &[u8]) {
        self.queued.fetch_add(frame.len(), Ordering::Relaxed);
        // A closed channel is a watcher that left; its reader says so to the hub.
        let _ = self.frames.send(frame.to_vec());
    }
}

/// Greets a connection and serves it to its end.
pub(super) async fn serve(stream: UnixStream, id: u64, ours: Build, hub: mpsc::Sender<HubEvent>) {
    if let Err(error) = greet(stream, id, &ours, &hub).await {
        tracing::debug!(id, %error, "a connection ended");
    }
}

async fn greet(mut stream: UnixStream, id: u64, ours: &Build, hub: &mpsc::Sender<HubEvent>) -> io::Result<()> {
    let peer = stream.peer_cred()?.uid();
    if peer != nix::unistd::geteuid().as_raw() {
        return Err(io::Error::new(ErrorKind::PermissionDenied, format!("uid {peer} has no business here")));
    }
    let (line, pipe) = timeout(GREETING_LIMIT, receive(&stream)).await??;
    let unreadable = |why: Why| io::Error::other(why.to_string());
    let hello = Hello::read(&line).map_err(unreadable)?;
    if let Some(newer) = hello.build.filter(|build| build.is_newer_than(ours)) {
        return make_room(stream, &newer, hub).await;
    }
    if hello.v != VERSION {
        let why = format!("the tap behind it speaks version {VERSION}, this program version {}", hello.v);
        return stream.write_all(&Frame::Gone(why).write()).await;
    }
    let greeting = Greeting::read(&line).map_err(unreadable)?;
    match (greeting.who, pipe) {
        (Who::Handoff { pane, generation }, Some(pipe)) => take_pipe(PaneId(pane), generation, pipe, hub).await,
        (Who::Watch { pane, record }, None) => watch(stream, id, (PaneId(pane), record), hub).await,
        _ => Err(io::Error::other("a handoff without a pipe, or a watcher with one")),
    }
}

/// A newer build has come: the tap leaves. The connection stays open until it has, so that its end says when.
async fn make_room(mut stream: UnixStream, newer: &Build, hub: &mpsc::Sender<HubEvent>) -> io::Result<()> {
    let why = format!("a newer mosaic-top ({}) takes over", newer.version);
    let _ = hub.send(HubEvent::Outdated { why: why.clone() }).await;
    stream.write_all(&Frame::Leaving(why).write()).await?;
    while stream.read(&mut [0; 64]).await? > 0 {}
    Ok(())
}

/// The first line, with the descriptor that came beside it.
async fn receive(stream: &UnixStream) -> io::Result<(Vec<u8>, Option<OwnedFd>)> {
    stream
        .async_io(Interest::READABLE, || {
            let mut line = vec![0; LONGEST_GREETING];
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut beside = RecvAncillaryBuffer::new(&mut space);
            let mut parts = [IoSliceMut::new(&mut line)];
            let message = recvmsg(stream, &mut parts, &mut beside, RecvFlags::empty())?;
            let pipe = beside.drain().find_map(|message| match message {
                RecvAncillaryMessage::ScmRights(mut pipes) => pipes.next(),
                _ => None,
            });
            line.truncate(message.bytes);
            // A tmux client that we start must not keep the pipe open. (Not by a flag of `recvmsg`: macOS has none.)
            if let Some(pipe) = &pipe {
                fcntl_setfd(pipe, FdFlags::CLOEXEC)?;
            }
            Ok((line, pipe))
        })
        .await
}

async fn take_pipe(pane: PaneId, generation: String, pipe: OwnedFd, hub: &mpsc::Sender<HubEvent>) -> io::Result<()> {
    let pipe = std::os::unix::net::UnixStream::from(pipe);
    pipe.set_nonblocking(true)?;
    let mut pipe = UnixStream::from_std(pipe)?;
    let (hold, mut let_go) = oneshot::channel();
    let _ = hub.send(HubEvent::Handed { pane, generation: generation.clone(), hold }).await;
    let mut buffer = vec![0; READ_SIZE];
    loop {
        let read = tokio::select! {
            read = pipe.read(&mut buffer) => read,
            _ = &mut let_go => return Ok(()),
        };
        let bytes = match read {
            Ok(0) | Err(_) => break,
            Ok(length) => buffer[..length].to_vec(),
        };
        let event = HubEvent::Bytes { pane, generation: generation.clone(), bytes };
        if hub.send(event).await.is_err() {
            return Ok(());
        }
    }
    drop(let_go);
    let _ = hub.send(HubEvent::Ended { pane, generation }).await;
    Ok(())
}

async fn watch(
    stream: UnixStream,
    id: u64,
    (pane, record): (PaneId, Option<Wish>),
    hub: &mpsc::Sender<HubEvent>,
) -> io::Result<()> {
    let (frames, mut inbox) = mpsc::unbounded_channel::<Vec<u8>>();
    let queued = Arc::new(AtomicUsize::new(0));
    let lagging = Arc::new(AtomicUsize::new(0));
    let watcher = Watcher { frames, queued: queued.clone(), lagging: lagging.clone() };
    let _ = hub.send(HubEvent::Joined { pane, id, watcher, record }).await;
    let (mut reader, mut writer) = stream.into_split();
    let mut said = Vec::new();
    let ended = loop {
        tokio::select! {
            frame = inbox.recv() => {
                let Some(frame) = frame else { break Ok(()) };
                if let Err(error) = writer.write_all(&frame).await {
                    break Err(error);
                }
                let left = queued.fetch_sub(frame.len(), Ordering::Relaxed) - frame.len();
                if left == 0 && lagging.load(Ordering::Relaxed) != 0 {
                    let _ = hub.send(HubEvent::CaughtUp { pane, id }).await;
                }
            }
            read = reader.read_buf(&mut said) => match read {
                Ok(0) => break Ok(()),
                Ok(_) => for said in Said::take(&mut said) {
                    let event = match said {
                        Said::Reseed => HubEvent::Reseed { pane },
                        Said::Mark(words) => HubEvent::Marked { pane, words },
                    };
                    let _ = hub.send(event).await;
                },
                Err(error) => break Err(error),
            }
        }
    };
    let _ = hub.send(HubEvent::Left { pane, id }).await;
    ended
}
