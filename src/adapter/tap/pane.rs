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
    /// The pipe that is being started.
    starting: Option<Starting>,
    /// When the last watcher left.
    pub(super) empty_since: Option<Timestamp>,
}

/// A start under way: it needs a seed, and the pipe in our hands. Only then is the mirror live.
struct Starting {
    generation: Generation,
    seed: Option<Seed>,
    handed: bool,
    /// What the pipe has brought before the seed came.
    early: Vec<u8>,
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
        self.starting = Some(Starting { generation, seed: None, handed: false, early: Vec::new() });
    }

    /// Whether this very start is still under way.
    pub(super) fn awaits(&self, generation: &str) -> bool {
        self.starting.as_ref().is_some_and(|starting| starting.generation == generation)
    }

    fn starting(&mut self, generation: &str) -> Option<&mut Starting> {
        self.starting.as_mut().filter(|starting| starting.generation == generation)
    }

    /// The pipe of a start is in our hands.
    pub(super) fn handed(&mut self, generation: &str, at: Timestamp) {
        if let Some(starting) = self.starting(generation) {
            starting.handed = true;
        }
        self.finish(at);
    }

    /// The seed of a start has come.
    pub(super) fn seeded(&mut self, generation: &str, seed: Seed, at: Timestamp) {
        if let Some(starting) = self.starting(generation) {
            starting.seed = Some(seed);
        }
        self.finish(at);
    }

    /// With seed and pipe both there, this pipe feeds the picture from here on.
    fn finish(&mut self, at: Timestamp) {
        match self.starting.take() {
            Some(Starting { generation, seed: Some(seed), handed: true, early }) => {
                let mut screen = Screen::seeded(&seed);
                screen.feed(&early);
                self.screen = Some(screen);
                self.backlog.clear();
                self.current = Some(generation);
                self.show_all(at);
            }
            unfinished => self.starting = unfinished,
        }
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
        } else if let Some(starting) = self.starting(generation) {
            starting.early.extend_from_slice(&bytes);
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
