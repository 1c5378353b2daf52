//! One pane's mirror inside the hub: its picture, its watchers, and the pipe that feeds both. Does no I/O.

use std::{collections::BTreeMap, mem, time::Duration};

use jiff::Timestamp;

use super::{
    flow::Flow,
    links::{Hold, Watcher},
    look::Look,
    recording::Recording,
    wire::Frame,
};
use crate::{adapter::recorder::Wish, screen::Screen};

/// How many bytes may wait to be drawn. The picture is only needed when a watcher joins or lags, so bytes are kept
/// as they came until then: a pane with one watcher is parsed once, by that watcher.
const LONGEST_BACKLOG: usize = 256 * 1024;

/// How many bytes may wait for a seed. It comes within milliseconds: a pane that prints more until then floods.
const MOST_EARLY: usize = 256 * 1024;

/// How long a pane must have been quiet before tmux is asked whether the picture is right.
const REST: Duration = Duration::from_millis(300);

/// How long an answer is good while nothing comes: a resize that redraws nothing is found so late at most. A dashboard
/// sees it within a second by its own refresh.
const CHECK_EVERY: Duration = Duration::from_secs(20);

/// Which start of a pipe something belongs to: unique for the life of the server, also across taps.
pub(super) type Generation = String;

/// A pipe in our hands.
pub(super) struct Pipe {
    /// Which one.
    pub(super) generation: Generation,
    /// Dropping it closes our end.
    hold: Hold,
}

impl Pipe {
    /// Whether it is still open: the pane's only pipe is then this one, and nobody else's.
    pub(super) fn is_open(&self) -> bool {
        !self.hold.is_closed()
    }
}

/// One pane's mirror.
#[derive(Default)]
pub(super) struct Pane {
    watchers: BTreeMap<u64, Watcher>,
    /// The picture up to the backlog; `None` until the first seed.
    screen: Option<Screen>,
    backlog: Vec<u8>,
    /// The pipe whose bytes follow the picture.
    current: Option<Pipe>,
    /// The pipe that is being started.
    starting: Option<Starting>,
    /// The process in the pane when it was seeded.
    pid: u32,
    /// How much it prints.
    flow: Flow,
    /// What is known of whether the picture is right.
    pub(super) trust: Trust,
    /// When the last watcher left.
    pub(super) empty_since: Option<Timestamp>,
    /// Who of the watchers wants a record.
    wishes: BTreeMap<u64, Wish>,
    /// What is recorded.
    recording: Option<Recording>,
    /// Why nothing is, although somebody wants it.
    unrecorded: Option<String>,
}

/// Whether a picture can be believed: tmux's own screen is the truth, and is asked when the pane has come to rest.
#[derive(Default)]
pub(super) struct Trust {
    /// When a byte last came.
    heard: Option<Timestamp>,
    /// When tmux was last asked, and agreed.
    agreed: Option<Timestamp>,
    /// Whether the last look differed: a second one in a row re-seeds.
    doubted: bool,
    /// Counts bytes, to tell whether some came while tmux was asked.
    pub(super) serial: u64,
}

/// What a comparison with tmux says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The picture is right, or cannot be judged now.
    Fine,
    /// It must be seeded anew.
    Wrong,
    /// The program has ended, and a dead pane takes no pipe.
    Dead,
}

/// A start under way: it needs a seed, and the pipe in our hands. Only then is the mirror live.
struct Starting {
    generation: Generation,
    look: Option<Look>,
    hold: Option<Hold>,
    /// What the pipe has brought before the seed came; `None` once that was too much to keep.
    early: Option<Vec<u8>>,
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

    /// Whether a start is due: nothing feeds it, and nothing is about to.
    pub(super) fn wants_start(&self) -> bool {
        self.current.is_none() && self.starting.is_none()
    }

    /// Whether this pipe feeds the picture.
    pub(super) fn is_fed_by(&self, generation: &str) -> bool {
        self.current.as_ref().is_some_and(|pipe| pipe.generation == generation)
    }

    /// Whether the pane's pipe is ours, so that a new start may replace it.
    pub(super) fn has_pipe(&self) -> bool {
        self.current.as_ref().is_some_and(Pipe::is_open)
    }

    /// The pipes in our hands, for whoever ends them.
    pub(super) fn pipes(self) -> Vec<Pipe> {
        let started = self.starting.and_then(|it| it.hold.map(|hold| Pipe { generation: it.generation, hold }));
        self.current.into_iter().chain(started).collect()
    }

    /// A start begins.
    pub(super) fn start(&mut self, generation: Generation) {
        self.starting = Some(Starting { generation, look: None, hold: None, early: Some(Vec::new()) });
    }

    /// Whether this very start is still under way.
    pub(super) fn awaits(&self, generation: &str) -> bool {
        self.starting.as_ref().is_some_and(|starting| starting.generation == generation)
    }

    fn starting(&mut self, generation: &str) -> Option<&mut Starting> {
        self.starting.as_mut().filter(|starting| starting.generation == generation)
    }

    /// The pipe of a start is in our hands. Any other is let go. True when the pane floods already.
    pub(super) fn handed(&mut self, generation: &str, hold: Hold, at: Timestamp) -> bool {
        if let Some(starting) = self.starting(generation) {
            starting.hold = Some(hold);
        }
        self.finish(at)
    }

    /// The seed of a start has come. True when the pane floods already.
    pub(super) fn seeded(&mut self, generation: &str, look: Look, at: Timestamp) -> bool {
        if let Some(starting) = self.starting(generation) {
            starting.look = Some(look);
        }
        self.finish(at)
    }

    /// With seed and pipe both there, this pipe feeds the picture from here on. True when what came before the seed was
    /// too much to keep: that is a flood, shown by pictures until it has ebbed, and this seed is the first of them.
    fn finish(&mut self, at: Timestamp) -> bool {
        match self.starting.take() {
            Some(Starting { generation, look: Some(look), hold: Some(hold), early }) => {
                let floods = early.is_none();
                let mut screen = Screen::seeded(&look.seed);
                if let Some(before) = self.screen.as_ref().filter(|_| self.pid == look.pid) {
                    screen = screen.with_status_of(before);
                }
                screen.feed(&early.unwrap_or_default());
                self.screen = Some(screen);
                self.pid = look.pid;
                self.trust.doubted = false;
                self.backlog.clear();
                self.current = Some(Pipe { generation, hold });
                self.show_all(at);
                self.record(at);
                self.flow = if floods { Flow::flooding() } else { Flow::default() };
                self.screen = self.screen.take().filter(|_| !floods);
                floods
            }
            unfinished => {
                self.starting = unfinished;
                false
            }
        }
    }

    /// A pipe brought bytes; true when they begin a flood, which is then shown by pictures until it has ebbed.
    pub(super) fn bytes(&mut self, generation: &str, bytes: Vec<u8>, at: Timestamp) -> bool {
        self.trust.heard = Some(at);
        self.trust.serial += 1;
        if self.is_fed_by(generation) {
            if self.flow.begins(bytes.len(), at) {
                self.screen = None;
                self.backlog = Vec::new();
                return true;
            }
            if self.flow.floods() {
                return false;
            }
            self.record_bytes(&bytes, at);
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
            starting.early = starting.early.take().filter(|early| early.len() + bytes.len() <= MOST_EARLY);
            if let Some(early) = &mut starting.early {
                early.extend_from_slice(&bytes);
            }
        }
        false
    }

    /// Whether it floods, and whether the flood has ebbed since this was last asked.
    pub(super) fn flood(&mut self) -> Option<bool> {
        self.flow.floods().then(|| self.flow.has_ebbed())
    }

    /// Shows every watcher what tmux shows while it floods. What follows this picture is another picture.
    pub(super) fn picture_flood(&mut self, look: &Look, at: Timestamp) {
        if self.flow.floods() {
            let screen = Screen::seeded(&look.seed);
            if let Some(recording) = &mut self.recording {
                recording.flood(&screen, at);
            }
            let said = Frame::Picture { size: look.seed.size, at, picture: screen.dump() }.write();
            self.watchers.values_mut().for_each(|watcher| watcher.catch_up(&said));
        }
    }

    /// Whether tmux should be asked now: the pane has come to rest since it was last asked, or that is long ago.
    pub(super) fn wants_check(&self, now: Timestamp) -> bool {
        let older = |time: Timestamp, than: Duration| now.duration_since(time).unsigned_abs() >= than;
        let Trust { heard, agreed, doubted, .. } = self.trust;
        let rests = heard.is_none_or(|heard| older(heard, REST));
        let stale = agreed.is_none_or(|agreed| older(agreed, CHECK_EVERY) || heard.is_some_and(|heard| heard > agreed));
        self.is_watched()
            && self.current.is_some()
            && !self.is_starting()
            && !self.flow.floods()
            && rests
            && (stale || doubted)
    }

    /// Compares the picture with tmux's own, which was taken while `serial` counted the bytes.
    pub(super) fn check(&mut self, look: &Look, serial: u64, now: Timestamp) -> Verdict {
        self.draw();
        let Some(screen) = self.screen.as_ref().filter(|_| self.trust.serial == serial && !self.is_starting()) else {
            return Verdict::Fine;
        };
        if look.dead {
            return Verdict::Dead;
        }
        let same_shape = look.seed.size == screen.size() && look.pid == self.pid;
        if same_shape && (screen.is_within_update() || screen.agrees_with(&Screen::seeded(&look.seed))) {
            self.trust.agreed = Some(now);
            self.trust.doubted = false;
            return Verdict::Fine;
        }
        // One look may have come between two writes of one redraw; a resize or a respawn is certain.
        let certain = !same_shape || self.trust.doubted;
        self.trust.doubted = true;
        if certain { Verdict::Wrong } else { Verdict::Fine }
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
        self.wishes.remove(&id);
        // While somebody watches who wants no record, there is none; while nobody does, this one goes on to the end.
        if self.wishes.is_empty() && !self.watchers.is_empty() {
            self.recording = None;
        }
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
    pub(super) fn end(&mut self, last: &Frame) {
        let said = last.write();
        for watcher in self.watchers.values_mut() {
            watcher.end(&said);
        }
        self.watchers.clear();
    }

    /// Whether the engine failed: the pane then needs a fresh seed.
    pub(super) fn is_broken(&self) -> bool {
        self.screen.as_ref().is_some_and(Screen::broken)
    }

    /// A watcher wants a record. What is to be recorded for is the answer, unless that is done already.
    pub(super) fn wish(&mut self, id: u64, wish: Wish) -> Option<&Wish> {
        self.wishes.insert(id, wish);
        if let (Some(why), Some(watcher)) = (&self.unrecorded, self.watchers.get_mut(&id)) {
            watcher.send(&Frame::Unrecorded(why.clone()).write());
        }
        self.wishes.get(&id).filter(|_| self.recording.is_none() && self.unrecorded.is_none())
    }

    /// It is recorded from here on.
    pub(super) fn begin_record(&mut self, recording: Recording, at: Timestamp) {
        self.recording = Some(recording);
        self.record(at);
    }

    /// It cannot be recorded any more.
    pub(super) fn end_record(&mut self, why: &str) {
        self.recording = None;
        self.unrecorded = Some(why.to_owned());
        let said = Frame::Unrecorded(why.to_owned()).write();
        for (id, watcher) in &mut self.watchers {
            if self.wishes.contains_key(id) {
                watcher.send(&said);
            }
        }
    }

    /// A marker for the record.
    pub(super) fn mark(&mut self, words: String, at: Timestamp) {
        if let Some(recording) = &mut self.recording {
            recording.mark(words, at);
        }
    }

    /// The picture of now goes into the record.
    fn record(&mut self, at: Timestamp) {
        if self.recording.is_some() {
            self.draw();
        }
        if let (Some(recording), Some(screen)) = (&mut self.recording, &self.screen) {
            recording.picture(screen, &[], at);
        }
    }

    fn record_bytes(&mut self, bytes: &[u8], at: Timestamp) {
        if self.recording.as_ref().is_some_and(|recording| recording.wants_picture(bytes)) {
            self.draw();
        }
        let Some(recording) = &mut self.recording else { return };
        if let Some(screen) = self.screen.as_ref().filter(|_| recording.wants_picture(bytes)) {
            recording.picture(screen, bytes, at);
        }
        recording.bytes(bytes, at);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::{Cursor, Size, seed::Seed};

    fn look() -> Look {
        let seed = Seed {
            size: Size { rows: 24, cols: 80 },
            cursor: Cursor { row: 0, col: 0, shown: true },
            rows: Vec::new(),
            wrapped: Vec::new(),
            under: None,
            under_wrapped: Vec::new(),
            left: None,
            tabs: None,
            region: (0, 23),
            origin: false,
            insert: false,
            autowrap: true,
            pending: Vec::new(),
        };
        Look { seed, server: 1, pid: 2, dead: false, piped: true, mark: None }
    }

    /// A start whose pipe brings so many bytes before its seed: whether it begins as a flood, and what it holds.
    fn check_early(bytes: usize, floods: bool) {
        let at = Timestamp::UNIX_EPOCH;
        let mut pane = Pane::default();
        pane.start("g".into());
        assert!(!pane.handed("g", tokio::sync::oneshot::channel().0, at));
        for chunk in vec![b'x'; bytes].chunks(4096) {
            pane.bytes("g", chunk.to_vec(), at);
            let kept = pane.starting.as_ref().and_then(|starting| starting.early.as_ref()).map_or(0, Vec::len);
            assert!(kept <= MOST_EARLY, "{kept}");
        }
        assert_eq!(pane.seeded("g", look(), at), floods, "{bytes} bytes");
        assert_eq!((pane.flow.floods(), pane.screen.is_none()), (floods, floods));
    }

    #[test]
    fn what_comes_before_the_seed_is_kept_up_to_a_bound_and_a_flood_behind_it() {
        check_early(0, false);
        check_early(MOST_EARLY, false);
        check_early(MOST_EARLY + 1, true);
        check_early(MOST_EARLY * 8, true);
    }
}
