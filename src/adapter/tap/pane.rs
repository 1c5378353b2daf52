//! One pane's mirror inside the hub: its picture, its watchers, and the pipe that feeds both. Does no I/O.

use std::{collections::BTreeMap, mem};

use jiff::Timestamp;

use super::{links::Watcher, wire::Frame};
use crate::screen::{Screen, seed::Seed};

/// How many bytes may wait to be drawn. The picture is only needed when a watcher joins or lags, so bytes are kept
/// as they came until then: a pane with one watcher is parsed once, by that watcher.
const LONGEST_BACKLOG: usize = 256 * 1024;

/// Which start of a pipe something belongs to: unique for the life of the server, also across taps.
pub(super) type Generation = String;

/// One pane's mirror.
#[derive(Default)]
pub(super) struct Pane {
    watchers: BTreeMap<u64, Watcher>,
    /// The picture up to the backlog; `None` until the first seed.
    screen: Option<Screen>,
    backlog: Vec<u8>,
    /// The pipe whose bytes follow the picture.
    pub(super) current: Option<Generation>,
    /// The pipe that is being started, and what it has brought before its seed came.
    starting: Option<(Generation, Vec<u8>)>,
    /// The newest pipe that is in our hands.
    handed: Option<Generation>,
    /// When the last watcher left.
    pub(super) empty_since: Option<Timestamp>,
}

impl Pane {
    /// Whether a start is under way.
    pub(super) fn is_starting(&self) -> bool {
        self.starting.is_some()
    }

    /// Whether somebody watches.
    pub(super) fn is_watched(&self) -> bool {
        !self.watchers.is_empty()
    }

    /// A start begins.
    pub(super) fn start(&mut self, generation: Generation) {
        self.starting = Some((generation, Vec::new()));
    }

    /// A pipe is in our hands.
    pub(super) fn handed(&mut self, generation: &str) {
        self.handed = Some(generation.to_owned());
    }

    /// Whether the pipe that feeds the picture is in our hands.
    pub(super) fn has_pipe(&self) -> bool {
        self.handed.is_some() && self.handed == self.current
    }

    /// The start failed; the old picture, if any, stays.
    pub(super) fn start_failed(&mut self, generation: &str) {
        if self.starting.as_ref().is_some_and(|(starting, _)| starting == generation) {
            self.starting = None;
        }
    }

    /// The seed of a start has come: from here on this pipe feeds the picture.
    pub(super) fn seeded(&mut self, generation: &str, seed: &Seed, at: Timestamp) {
        let Some((starting, early)) = self.starting.take() else { return };
        if starting != generation {
            self.starting = Some((starting, early));
            return;
        }
        let mut screen = Screen::seeded(seed);
        screen.feed(&early);
        self.screen = Some(screen);
        self.backlog.clear();
        self.current = Some(starting);
        self.show_all(at);
    }

    /// A pipe brought bytes.
    pub(super) fn bytes(&mut self, generation: &str, bytes: Vec<u8>, at: Timestamp) {
        if self.current.as_deref() == Some(generation) {
            let frame = Frame::Bytes { at, bytes };
            let said = frame.write();
            for watcher in self.watchers.values_mut() {
                watcher.send(&said);
            }
            if let Frame::Bytes { bytes, .. } = frame {
                self.backlog.extend_from_slice(&bytes);
            }
            if self.backlog.len() > LONGEST_BACKLOG {
                self.draw();
            }
        } else if let Some((_, early)) = self.starting.as_mut().filter(|(starting, _)| starting == generation) {
            early.extend_from_slice(&bytes);
        }
    }

    /// A watcher joins: it is shown the picture as soon as there is one.
    pub(super) fn join(&mut self, id: u64, watcher: Watcher, at: Timestamp) {
        self.empty_since = None;
        self.watchers.insert(id, watcher);
        self.show(id, at);
    }

    /// A watcher left.
    pub(super) fn leave(&mut self, id: u64, at: Timestamp) {
        self.watchers.remove(&id);
        if self.watchers.is_empty() {
            self.empty_since = Some(at);
        }
    }

    /// Shows one watcher the whole picture: it has just joined, or could not keep up and can again.
    pub(super) fn show(&mut self, id: u64, at: Timestamp) {
        self.draw();
        let Some(screen) = &self.screen else { return };
        if let Some(watcher) = self.watchers.get_mut(&id) {
            watcher.catch_up(&Frame::Picture { size: screen.size(), at, picture: screen.dump() }.write());
        }
    }

    /// Tells every watcher that it is over.
    pub(super) fn end(&mut self, why: &str) {
        let said = Frame::Gone(why.to_owned()).write();
        for watcher in self.watchers.values_mut() {
            watcher.catch_up(&said);
        }
        self.watchers.clear();
    }

    /// Whether the engine failed: the pane then needs a fresh seed.
    pub(super) fn is_broken(&self) -> bool {
        self.screen.as_ref().is_some_and(Screen::broken)
    }

    fn show_all(&mut self, at: Timestamp) {
        let ids: Vec<u64> = self.watchers.keys().copied().collect();
        for id in ids {
            self.show(id, at);
        }
    }

    fn draw(&mut self) {
        if let Some(screen) = &mut self.screen {
            screen.feed(&mem::take(&mut self.backlog));
        }
    }
}
