//! The tap's heart: one task that owns every pane's mirror and handles one event after the other.
//!
//! It always drains, never waits for a watcher, and ends by itself when nobody watches or its server is gone.

mod records;
mod truth;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{net::UnixListener, sync::mpsc, time::MissedTickBehavior};

use super::{
    binary::Binary,
    flow,
    links::{self, Hold, Watcher},
    look::{Look, Start, shell_quoted},
    pane::{Pane, Pipe},
    server::Server,
    wire::Frame,
};
use crate::{
    adapter::{
        clock,
        recorder::{Recorder, Wish},
        tmux::unguessable,
    },
    fleet::{ids::PaneId, reading::Why},
};

/// How long a pipe outlives its last watcher: a glance at the next row and back must not restart it.
const LINGER: Duration = Duration::from_secs(3);

/// How often the hub looks for pipes to end and pictures to check.
const SWEEP: Duration = Duration::from_secs(1);

/// How long a handoff may take: it needs milliseconds, and until it is there nothing is shown as live.
const HANDOFF_LIMIT: Duration = Duration::from_millis(1500);

/// How long nobody is let in after somebody could not be.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// Why a mirror of a dead pane is not live.
const DEAD: &str = "its program has ended, and a dead pane takes no pipe";

/// Why a mirror of a very small pane is not live: the engine draws two rows and columns at least.
const TINY: &str = "a pane of one row or one column is looked at, not followed";

/// How many events may wait. Bytes wait in the pipe behind them, which tmux buffers.
const INBOX: usize = 256;

/// Everything that can happen to a tap.
pub(super) enum HubEvent {
    /// A watcher of a pane has come.
    Joined { pane: PaneId, id: u64, watcher: Watcher, record: Option<Wish> },
    /// It has left.
    Left { pane: PaneId, id: u64 },
    /// It had not kept up and has room again.
    CaughtUp { pane: PaneId, id: u64 },
    /// A watcher saw that the picture cannot be right any more (a resize, a respawn).
    Reseed { pane: PaneId },
    /// A pipe has been handed over.
    Handed { pane: PaneId, generation: String, hold: Hold },
    /// It should have been by now.
    Overdue { pane: PaneId, generation: String },
    /// A pipe brought bytes.
    Bytes { pane: PaneId, generation: String, bytes: Vec<u8> },
    /// A pipe ended: its pane is gone, or somebody replaced it.
    Ended { pane: PaneId, generation: String },
    /// A pane that floods is to be pictured, or is quiet again.
    Weigh { pane: PaneId },
    /// The picture of a pane that floods.
    Pictured { pane: PaneId, look: Look },
    /// tmux has been asked whether the pictures are right; each with the bytes counted before.
    Checked { panes: Vec<(PaneId, u64)>, looks: Vec<Look> },
    /// Our pipe has been taken off a pane.
    Stopped { pane: PaneId },
    /// A start has come back from tmux.
    Started { pane: PaneId, generation: String, look: Result<Look, Why> },
    /// A watcher has a marker for the record.
    Marked { pane: PaneId, words: String },
    /// A record ended that was begun as this one.
    Unrecorded { pane: PaneId, why: String },
    /// A watcher of a newer build has come.
    Outdated { why: String },
}

/// The tap of one server.
pub struct Hub {
    server: Server,
    /// Our own binary, for the pipe's command.
    binary: Binary,
    /// Where we listen.
    listens: PathBuf,
    panes: BTreeMap<PaneId, Pane>,
    /// Panes whose pipe is being ended. Until it has, a new one would find the pane taken.
    ending: BTreeSet<PaneId>,
    events: mpsc::Sender<HubEvent>,
    idle_since: Option<Timestamp>,
    /// What writes the records; none before the first is wanted.
    recorder: Option<Recorder>,
    /// Whether tmux is being asked.
    checking: bool,
    /// Why it makes room for another tap.
    leaving: Option<String>,
}

impl Hub {
    /// Serves until nobody needs it any more.
    pub async fn serve(server: Server, binary: Binary, listener: UnixListener, listens: &Path) -> io::Result<()> {
        let (events, mut inbox) = mpsc::channel(INBOX);
        let mut hub = Self {
            server,
            binary,
            listens: listens.to_owned(),
            panes: BTreeMap::new(),
            ending: BTreeSet::new(),
            events,
            idle_since: Some(clock::now().wall),
            recorder: None,
            checking: false,
            leaving: None,
        };
        let mut sweep = tokio::time::interval(SWEEP);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut next_id = 0;
        loop {
            tokio::select! {
                event = inbox.recv() => if let Some(event) = event {
                    hub.handle(event);
                    if hub.has_left() {
                        return Ok(());
                    }
                },
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        next_id += 1;
                        let ours = hub.binary.build().clone();
                        tokio::spawn(links::serve(stream, next_id, ours, hub.events.clone()));
                    }
                    // Too many files are open, say: no reason to leave those who are served.
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be taken");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                _ = sweep.tick() => {
                    if hub.sweep() {
                        return Ok(());
                    }
                    hub.check();
                }
            }
        }
    }

    fn handle(&mut self, event: HubEvent) {
        let at = clock::now().wall;
        match event {
            HubEvent::Joined { pane, id, watcher, record } => {
                self.idle_since = None;
                let mirror = self.panes.entry(pane).or_default();
                mirror.join(id, watcher, at);
                if let Some(wish) = record {
                    self.record(pane, id, wish, at);
                }
                self.start_if_due(pane);
            }
            HubEvent::Marked { pane, words } => self.with(pane, |mirror| mirror.mark(words, at)),
            HubEvent::Unrecorded { pane, why } => {
                tracing::warn!(%pane, %why, "recording has ended");
                self.with(pane, |mirror| mirror.end_record(&why));
            }
            HubEvent::Stopped { pane } => {
                self.ending.remove(&pane);
                self.start_if_due(pane);
            }
            HubEvent::Left { pane, id } => self.with(pane, |mirror| mirror.leave(id, at)),
            HubEvent::CaughtUp { pane, id } => self.with(pane, |mirror| mirror.show(id, at)),
            HubEvent::Reseed { pane } => {
                if self.panes.get(&pane).is_some_and(|mirror| !mirror.is_starting()) {
                    self.start(pane);
                }
            }
            HubEvent::Handed { pane, generation, hold } => {
                if self.panes.get_mut(&pane).is_some_and(|mirror| mirror.handed(&generation, hold, at)) {
                    self.weigh_later(pane);
                }
            }
            HubEvent::Overdue { pane, generation } => self.overdue(pane, &generation),
            HubEvent::Bytes { pane, generation, bytes } => {
                if self.panes.get_mut(&pane).is_some_and(|mirror| mirror.bytes(&generation, bytes, at)) {
                    self.weigh_later(pane);
                }
                if self.panes.get(&pane).is_some_and(|mirror| mirror.is_broken() && !mirror.is_starting()) {
                    self.start(pane);
                }
            }
            HubEvent::Weigh { pane } => self.weigh(pane),
            HubEvent::Pictured { pane, look } => self.with(pane, |mirror| mirror.picture_flood(&look, at)),
            HubEvent::Checked { panes, looks } => self.checked(&panes, &looks, at),
            HubEvent::Ended { pane, generation } => self.ended(pane, &generation),
            HubEvent::Started { pane, generation, look } => self.started(pane, &generation, look, at),
            HubEvent::Outdated { why } => self.leaving = Some(why),
        }
    }

    fn with(&mut self, pane: PaneId, act: impl FnOnce(&mut Pane)) {
        if let Some(mirror) = self.panes.get_mut(&pane) {
            act(mirror);
        }
    }

    /// While it makes room: ends whatever no start is under way for, which would leave a pipe behind; whether all is
    /// ended. Then nobody finds a pipe of ours any more.
    fn has_left(&mut self) -> bool {
        let Some(why) = self.leaving.clone() else { return false };
        let ready: Vec<PaneId> =
            self.panes.iter().filter(|(_, mirror)| !mirror.is_starting()).map(|(pane, _)| *pane).collect();
        for pane in ready {
            self.end_with(pane, &Frame::Leaving(why.clone()));
        }
        self.panes.is_empty() && self.ending.is_empty()
    }

    fn start_if_due(&mut self, pane: PaneId) {
        if self.panes.get(&pane).is_some_and(Pane::wants_start) {
            self.start(pane);
        }
    }

    /// Asks tmux, beside the loop, to start a pipe and look. A pipe that we hold is replaced; nobody else's is. While
    /// an old one is being ended, the start waits for that.
    fn start(&mut self, pane: PaneId) {
        let waits = self.ending.contains(&pane) || self.leaving.is_some();
        let Some(mirror) = self.panes.get_mut(&pane).filter(|_| !waits) else { return };
        let replace = mirror.has_pipe();
        let generation = unguessable();
        mirror.start(generation.clone());
        let words = [
            self.binary.runnable().display().to_string(),
            "__handoff".into(),
            self.listens.display().to_string(),
            pane.0.to_string(),
            generation.clone(),
        ];
        let command = format!("exec {}", words.map(|word| shell_quoted(&word)).join(" "));
        let (server, events) = (self.server.clone(), self.events.clone());
        tokio::spawn(async move {
            let start = Start { generation: &generation, command: &command, server: server.pid, replace };
            let look = server.look(pane, Some(&start)).await;
            let _ = events.send(HubEvent::Started { pane, generation: generation.clone(), look }).await;
            tokio::time::sleep(HANDOFF_LIMIT).await;
            let _ = events.send(HubEvent::Overdue { pane, generation }).await;
        });
    }

    fn started(&mut self, pane: PaneId, generation: &str, look: Result<Look, Why>, at: Timestamp) {
        let Some(mirror) = self.panes.get_mut(&pane).filter(|mirror| mirror.awaits(generation)) else { return };
        let refused = match look {
            Ok(look) if look.mark.as_deref() == Some(generation) => {
                if mirror.seeded(generation, look, at) {
                    self.weigh_later(pane);
                }
                return;
            }
            Ok(look) if look.dead => DEAD.to_owned(),
            Ok(look) if look.is_tiny() => TINY.to_owned(),
            Ok(_) => "somebody else has a pipe on this pane, and it is left alone".to_owned(),
            Err(why) => why.to_string(),
        };
        self.end(pane, &refused);
    }

    /// `pane_pipe` is 1 as soon as tmux has forked; only a pipe in our hands proves that our binary runs there.
    fn overdue(&mut self, pane: PaneId, generation: &str) {
        if self.panes.get(&pane).is_some_and(|mirror| mirror.awaits(generation)) {
            let binary = self.binary.runnable().display().to_string();
            self.end(pane, &format!("{binary} cannot be run by the tmux server, so there is no pipe to read"));
        }
    }

    /// A pipe that we did not end ended: the watchers hear of it and may come again. While a start is under way it
    /// was that start which replaced it; and a pipe that ended before its seed came must never be called live.
    fn ended(&mut self, pane: PaneId, generation: &str) {
        let over = |mirror: &Pane| mirror.awaits(generation) || (mirror.is_fed_by(generation) && !mirror.is_starting());
        if self.panes.get(&pane).is_some_and(over) {
            self.end(pane, "its pipe ended: the pane is gone, or somebody else's pipe has replaced ours");
        }
    }

    fn end(&mut self, pane: PaneId, why: &str) {
        self.end_with(pane, &Frame::Gone(why.to_owned()));
    }

    fn end_with(&mut self, pane: PaneId, last: &Frame) {
        if let Some(mut mirror) = self.panes.remove(&pane) {
            mirror.end(last);
            self.stop(pane, mirror);
        }
        self.idle_since = self.panes.is_empty().then(|| clock::now().wall);
    }

    /// Asks tmux, beside the loop, to take our pipe off a pane. One that has ended by itself is not ours any more:
    /// whatever pipe the pane has now is somebody else's.
    fn stop(&mut self, pane: PaneId, mirror: Pane) {
        let pipes = mirror.pipes();
        if !pipes.iter().any(Pipe::is_open) {
            return;
        }
        self.ending.insert(pane);
        let (server, events) = (self.server.clone(), self.events.clone());
        tokio::spawn(async move {
            for pipe in pipes.iter().filter(|pipe| pipe.is_open()) {
                if let Err(why) = server.stop(pane, &pipe.generation).await {
                    tracing::warn!(%pane, %why, "a pipe could not be ended");
                }
            }
            drop(pipes);
            let _ = events.send(HubEvent::Stopped { pane }).await;
        });
    }

    fn weigh_later(&self, pane: PaneId) {
        let events = self.events.clone();
        tokio::spawn(async move {
            tokio::time::sleep(flow::WINDOW).await;
            let _ = events.send(HubEvent::Weigh { pane }).await;
        });
    }

    /// A flood that has ebbed is followed byte by byte again, from a fresh seed; one that goes on is pictured.
    fn weigh(&mut self, pane: PaneId) {
        match self.panes.get_mut(&pane).map(|mirror| (mirror.flood(), mirror.is_starting())) {
            Some((Some(true), false)) => self.start(pane),
            Some((Some(_), _)) => {
                let (server, events) = (self.server.clone(), self.events.clone());
                tokio::spawn(async move {
                    if let Ok(look) = server.look(pane, None).await {
                        let _ = events.send(HubEvent::Pictured { pane, look }).await;
                    }
                });
                self.weigh_later(pane);
            }
            _ => {}
        }
    }

    /// Ends the pipes that nobody watches any more; true when the tap itself is not needed any more.
    fn sweep(&mut self) -> bool {
        let now = clock::now().wall;
        let over = |since: Timestamp| now.duration_since(since).unsigned_abs() >= LINGER;
        let unwatched: Vec<PaneId> = self
            .panes
            .iter()
            .filter(|(_, mirror)| !mirror.is_watched() && !mirror.is_starting() && mirror.empty_since.is_some_and(over))
            .map(|(pane, _)| *pane)
            .collect();
        for pane in unwatched {
            let Some(mirror) = self.panes.remove(&pane) else { continue };
            self.stop(pane, mirror);
            self.idle_since = self.panes.is_empty().then_some(now);
        }
        self.panes.is_empty() && self.ending.is_empty() && self.idle_since.is_some_and(over)
    }
}
