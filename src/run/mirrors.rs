//! The open mirrors of the dashboard: exactly those that the model asked for, each with its fair share of the loop, and
//! with what their records are to know. Draws nothing and judges nothing.

use std::{
    collections::BTreeMap,
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
};

use jiff::Timestamp;
use tokio::{
    sync::mpsc,
    task::{AbortHandle, yield_now},
};

use super::turns::{Round, Turns};
use crate::{
    adapter::{
        Watch,
        recorder::{Whole, Wish},
        screens::Held,
        tap::client::{Marks, Mirrors, Reseeds},
    },
    app::{event::Event, job::JobId},
    config::Recorder,
    fleet::{
        facts::{HostFacts, ServerFacts, ServerState},
        ids::{PaneKey, Socket},
        mirror::{self, Feed, MirrorNews},
        reading::Why,
        row::{Fleet, Row},
    },
};

/// What tells that a picture cannot be right any more: the pane's size, its program, and whether that has ended.
type Shape = (u16, u16, u32, bool);

/// How many bytes are taken in before the keys and the frame have their turn again: some milliseconds' work for the
/// slowest that an agent can print.
const ROUND: usize = 128 * 1024;

/// What a piece weighs beside its bytes, and what a picture does.
const PIECE: usize = 256;
const PICTURE: usize = 8 * 1024;

/// The open mirrors, and the servers that they are on.
pub(super) struct OpenMirrors {
    watch: Watch,
    /// Where histories go that were asked for.
    events: mpsc::Sender<Event>,
    /// The one that is being fetched.
    fetch: Option<AbortHandle>,
    wanted: Vec<PaneKey>,
    servers: BTreeMap<Socket, Arc<Mirrors>>,
    open: BTreeMap<PaneKey, Open>,
    turns: Turns<PaneKey>,
    /// Whether more news wait than one round could take.
    busy: bool,
    /// How much is kept of the records; `None`: nothing.
    record: Option<Recorder>,
    /// Whose panes they are.
    names: BTreeMap<PaneKey, String>,
}

struct Open {
    server: u32,
    shape: Option<Shape>,
    reseeds: Reseeds,
    marks: Marks,
    /// Of which state and cause the record last heard.
    said: String,
    /// What it says before anything else: that it is being opened, also where another server's picture stood.
    first: Option<MirrorNews>,
    news: mpsc::Receiver<MirrorNews>,
    /// For as long as it is there, the pane is not captured: the picture is here.
    held: Option<Held>,
    /// How it is fed, and when that brought something last.
    heard: Option<(Feed, Timestamp)>,
}

impl Open {
    /// Its next piece of news, if it has one; else whoever asks is woken when it has.
    fn poll(&mut self, cx: &mut Context<'_>) -> Option<MirrorNews> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        match self.news.poll_recv(cx) {
            Poll::Ready(news) => news,
            Poll::Pending => None,
        }
    }

    /// Its picture is one of that time.
    fn holds(&mut self, feed: Feed, at: Timestamp, hold: impl FnOnce() -> Held) {
        self.heard = Some((feed, at));
        self.held.get_or_insert_with(hold);
    }
}

/// What a piece of news costs to take in.
fn weight(news: &MirrorNews) -> usize {
    match news {
        MirrorNews::Bytes { bytes, .. } => PIECE + bytes.len(),
        MirrorNews::Picture { .. } => PICTURE,
        MirrorNews::Opening | MirrorNews::Gone(_) | MirrorNews::Unrecorded(_) => PIECE,
    }
}

impl OpenMirrors {
    /// None yet; histories that are asked for will go to `events`.
    pub(super) fn new(watch: Watch, events: mpsc::Sender<Event>, record: Option<Recorder>) -> Self {
        let (wanted, servers, open, turns, names) = Default::default();
        Self { watch, events, fetch: None, wanted, servers, open, turns, busy: false, record, names }
    }

    /// The next news, of each pane its share; comes back when there are any. Safe to be given up at any time.
    pub(super) async fn news(&mut self) -> Vec<(PaneKey, MirrorNews)> {
        if std::mem::take(&mut self.busy) {
            // One thread does everything: whoever reads the keys must get it, too.
            yield_now().await;
        }
        poll_fn(|cx| self.poll_news(cx)).await
    }

    fn poll_news(&mut self, cx: &mut Context<'_>) -> Poll<Vec<(PaneKey, MirrorNews)>> {
        let (watch, open) = (&self.watch, &mut self.open);
        let everybody = open.keys().cloned().collect();
        let Round { pieces, full } = self.turns.round(everybody, ROUND, |key| {
            let open = open.get_mut(key)?;
            let news = open.poll(cx)?;
            match &news {
                MirrorNews::Picture { feed, at, .. } => open.holds(*feed, *at, || watch.holds(key.clone())),
                MirrorNews::Bytes { at, .. } => {
                    // Of what no picture came before nothing is held.
                    if let Some((feed, _)) = open.heard {
                        open.holds(feed, *at, || watch.holds(key.clone()));
                    }
                }
                MirrorNews::Gone(_) => (open.held, open.heard) = (None, None),
                MirrorNews::Opening | MirrorNews::Unrecorded(_) => {}
            }
            let weight = weight(&news);
            Some((news, weight))
        });
        self.busy = full;
        if pieces.is_empty() { Poll::Pending } else { Poll::Ready(pieces) }
    }

    /// How much is kept of the record of a mirror that is opened from now on.
    pub(super) fn record(&mut self, record: Option<Recorder>) {
        self.record = record;
    }

    /// The fleet was judged: whose panes they are, and a marker in the record of each agent whose state has changed. What is
    /// wanted is opened behind that: a record must not go to whoever had the pane before.
    pub(super) fn judged(&mut self, fleet: &Fleet) {
        self.names.clear();
        // For a pane that two rows show speaks the one that was declared.
        let (declared, others): (Vec<&Row>, Vec<&Row>) = fleet.rows.iter().partition(|row| row.managed);
        for row in declared.into_iter().chain(others) {
            let Some(pane) = row.mirror_pane().map(|pane| &pane.key) else { continue };
            if self.names.contains_key(pane) {
                continue;
            }
            self.names.insert(pane.clone(), row.name.clone());
            let Some(open) = self.open.get_mut(pane).filter(|_| row.confirmed) else { continue };
            let rule = rule(row);
            if open.said != rule {
                open.marks.leave(state(row));
                open.said = rule;
            }
        }
        self.open_wanted();
    }

    /// Exactly these panes are wanted from now on.
    pub(super) fn want(&mut self, panes: Vec<PaneKey>) {
        self.open.retain(|pane, _| panes.contains(pane));
        self.wanted = panes;
        self.open_wanted();
    }

    /// Fetches what tmux keeps above the screen of a pane of that server, and nothing else any more; it comes as
    /// [`Event::History`].
    pub(super) fn history(&mut self, number: JobId, pane: PaneKey, server: Option<u32>, lines: usize) {
        self.no_history();
        let (events, watch) = (self.events.clone(), self.watch.clone());
        let fetch = tokio::spawn(async move {
            let fetched = match server {
                Some(server) => watch.history(&pane, server, lines).await,
                None => Err(Why::new("no tmux server answers there")),
            };
            // Nobody listens any more: the dashboard has been left.
            let _ = events.send(Event::History(number, fetched.map(Box::new))).await;
        });
        self.fetch = Some(fetch.abort_handle());
    }

    /// Nobody waits any more for the history that was asked for.
    pub(super) fn no_history(&mut self) {
        if let Some(fetch) = self.fetch.take() {
            fetch.abort();
        }
    }

    /// Fresh facts: servers may have come, gone or been replaced, panes resized or respawned. [`judged`](Self::judged) comes
    /// behind it.
    pub(super) fn facts(&mut self, facts: &HostFacts) {
        let serving = |(socket, server): (&Socket, &ServerFacts)| {
            let known = self.servers.get(socket).cloned();
            let mirrors = match server.state {
                ServerState::Up { pid, .. } => {
                    known.filter(|mirrors| mirrors.server.pid == pid).unwrap_or_else(|| self.watch.mirrors(socket, pid))
                }
                // One that gave no answer is not another one.
                ServerState::Unreachable(_) => known?,
                _ => return None,
            };
            Some((socket.clone(), mirrors))
        };
        self.servers = facts.servers.iter().filter_map(serving).collect();
        // A new server on the same socket repeats the ids of the old one: those mirrors are another server's.
        let servers = &self.servers;
        self.open.retain(|key, open| servers.get(&key.socket).is_some_and(|mirrors| mirrors.server.pid == open.server));
        self.check_shapes(facts);
    }

    fn open_wanted(&mut self) {
        for key in &self.wanted {
            let Some(mirrors) = self.servers.get(&key.socket).filter(|_| !self.open.contains_key(key)) else {
                continue;
            };
            let agent = self.names.get(key).cloned();
            let record = self.record.zip(agent).map(|(record, agent)| wish(agent, record));
            let (news, reseeds, marks) = mirrors.open_recorded(key.pane, record).split();
            let (server, first) = (mirrors.server.pid, Some(MirrorNews::Opening));
            let said = String::new();
            let open = Open { server, shape: None, reseeds, marks, said, first, news, held: None, heard: None };
            self.open.insert(key.clone(), open);
        }
    }

    /// No byte of a pipe tells of a resize, a respawn or a death; the refresh does, at no further cost.
    fn check_shapes(&mut self, facts: &HostFacts) {
        for (key, open) in &mut self.open {
            let news = open.heard.zip(facts.printed(key));
            if news.is_some_and(|((feed, heard), printed)| mirror::lags(feed, heard, printed)) {
                // Its pipe stands still: the pane is captured again.
                open.held = None;
            }
            let Some(pane) = facts.pane(key) else { continue };
            let shape = (pane.width, pane.height, pane.pid, pane.dead.is_some());
            if open.shape.is_some_and(|before| before != shape) {
                open.reseeds.wish();
            }
            open.shape = Some(shape);
        }
    }
}

/// A row's state in a line.
fn state(row: &Row) -> String {
    let state = row.readiness();
    let cause = row.judgement.cause.as_ref().map_or_else(String::new, |cause| format!(": {}", cause.says));
    format!("{} {state}{cause}", state.shape())
}

/// What makes it another state: not the words, in which times go on.
fn rule(row: &Row) -> String {
    let rule = row.judgement.cause.as_ref().map_or("", |cause| cause.rule.as_str());
    format!("{} {rule}", row.readiness())
}

/// What is kept of an agent's record.
fn wish(agent: String, record: Recorder) -> Wish {
    let whole = Whole { megabytes: record.megabytes_of_all, days: record.days };
    Wish { agent, megabytes: record.megabytes, whole }
}
