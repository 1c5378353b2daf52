//! The open mirrors of the dashboard: exactly those that the model asked for, with what their records are to know. Draws
//! nothing and judges nothing.

use std::{collections::BTreeMap, sync::Arc};

use tokio::{sync::mpsc, task::JoinHandle};

use crate::{
    adapter::{
        Watch,
        recorder::{Whole, Wish},
        tap::client::{Marks, Mirrors, Reseeds},
    },
    app::event::Event,
    config::Recorder,
    fleet::{
        facts::{HostFacts, ServerState},
        ids::{PaneKey, Socket},
        mirror::MirrorNews,
        row::{Fleet, Row},
    },
};

/// What tells that a picture cannot be right any more: the pane's size, its program, and whether that has ended.
type Shape = (u16, u16, u32, bool);

/// The open mirrors, and the servers that they are on.
pub(super) struct OpenMirrors {
    watch: Watch,
    events: mpsc::Sender<Event>,
    wanted: Vec<PaneKey>,
    servers: BTreeMap<Socket, Arc<Mirrors>>,
    open: BTreeMap<PaneKey, Open>,
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
    relay: JoinHandle<()>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.relay.abort();
    }
}

impl OpenMirrors {
    /// None yet; their news will go to `events`.
    pub(super) fn new(watch: Watch, events: mpsc::Sender<Event>, record: Option<Recorder>) -> Self {
        let (wanted, servers, open, names) = Default::default();
        Self { watch, events, wanted, servers, open, record, names }
    }

    /// How much is kept of the record of a mirror that is opened from now on.
    pub(super) fn record(&mut self, record: Option<Recorder>) {
        self.record = record;
    }

    /// The fleet was judged: whose panes they are, and a marker in the record of each agent whose state has changed.
    pub(super) fn judged(&mut self, fleet: &Fleet) {
        for row in &fleet.rows {
            let Some(pane) = row.mirror_pane().map(|pane| &pane.key) else { continue };
            if self.names.get(pane) != Some(&row.name) {
                self.names.insert(pane.clone(), row.name.clone());
            }
            let Some(open) = self.open.get_mut(pane).filter(|_| row.confirmed) else { continue };
            let rule = rule(row);
            if open.said != rule {
                open.marks.leave(state(row));
                open.said = rule;
            }
        }
    }

    /// Exactly these panes are wanted from now on.
    pub(super) fn want(&mut self, panes: Vec<PaneKey>) {
        self.open.retain(|pane, _| panes.contains(pane));
        self.wanted = panes;
        self.open_wanted();
    }

    /// Fresh facts: servers may have come, gone or been replaced, panes resized or respawned.
    pub(super) fn facts(&mut self, facts: &HostFacts) {
        self.servers = facts
            .servers
            .iter()
            .filter_map(|(socket, server)| match server.state {
                ServerState::Up { pid, .. } => Some((socket.clone(), pid)),
                _ => None,
            })
            .map(|(socket, pid)| {
                let known = self.servers.get(&socket).filter(|mirrors| mirrors.server.pid == pid).cloned();
                let mirrors = known.unwrap_or_else(|| self.watch.mirrors(&socket, pid));
                (socket, mirrors)
            })
            .collect();
        // A new server on the same socket repeats the ids of the old one: those mirrors are another server's.
        let servers = &self.servers;
        self.open.retain(|key, open| servers.get(&key.socket).is_some_and(|mirrors| mirrors.server.pid == open.server));
        self.open_wanted();
        self.check_shapes(facts);
    }

    fn open_wanted(&mut self) {
        for key in &self.wanted {
            let Some(mirrors) = self.servers.get(&key.socket).filter(|_| !self.open.contains_key(key)) else {
                continue;
            };
            let agent = self.names.get(key).cloned();
            let record = self.record.zip(agent).map(|(record, agent)| wish(agent, record));
            let (mut news, reseeds, marks) = mirrors.open_recorded(key.pane, record).split();
            let (events, of, watch) = (self.events.clone(), key.clone(), self.watch.clone());
            let relay = tokio::spawn(async move {
                // For as long as it lives, the pane is not captured: the picture is here.
                let mut held = None;
                while let Some(piece) = news.recv().await {
                    match piece {
                        MirrorNews::Picture { .. } => held = held.or_else(|| Some(watch.holds(of.clone()))),
                        MirrorNews::Gone(_) => held = None,
                        MirrorNews::Opening | MirrorNews::Bytes { .. } | MirrorNews::Unrecorded(_) => {}
                    }
                    if events.send(Event::Mirror(of.clone(), piece)).await.is_err() {
                        return;
                    }
                }
            });
            let server = mirrors.server.pid;
            self.open.insert(key.clone(), Open { server, shape: None, reseeds, marks, said: String::new(), relay });
            // Dropped when the inbox is full: then the picture itself is on its way.
            let _ = self.events.try_send(Event::Mirror(key.clone(), MirrorNews::Opening));
        }
    }

    /// No byte of a pipe tells of a resize, a respawn or a death; the refresh does, at no further cost.
    fn check_shapes(&mut self, facts: &HostFacts) {
        for (key, open) in &mut self.open {
            let Some(server) = facts.servers.get(&key.socket) else { continue };
            let Some(pane) = server.panes.iter().find(|pane| pane.pane == key.pane) else { continue };
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
