//! A recording to be played: the files of one agent on one time line, and the screen at any moment of it.
//!
//! PURE. Time that nobody recorded is left out of the line, and a marker says how long it was. What is drawn goes through
//! [`Screen`], so whatever a file holds can do no more than a pane can: put characters into cells.

use std::{fmt::Write as _, time::Duration};

use jiff::Timestamp;

use super::{
    cast::{Cast, GAP, What},
    words::short,
};
use crate::screen::{Screen, Size};

/// From how long a silence between two files on something is missing: shorter ones are the change of files itself.
const MISSING: Duration = Duration::from_secs(3);

/// What is left on the line of time that nobody recorded.
const LEFT: Duration = Duration::from_secs(1);

/// After so many bytes the screen is written down, to come back to.
const KEY_EVERY: usize = if cfg!(test) { 20 } else { 512 * 1024 };

/// The smallest screen that the engine draws.
const LEAST: u16 = 2;

/// One thing on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Frame {
    at: Duration,
    wall: Timestamp,
    step: Step,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A file begins, with a blank screen.
    Begin(Size),
    Output(String),
    Resize(Size),
    Mark(String),
}

/// A marker on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marker<'a> {
    /// Where on the line.
    pub at: Duration,
    /// When that was.
    pub wall: Timestamp,
    /// What it says; safe to show.
    pub says: &'a str,
}

/// Recordings on one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reel {
    frames: Vec<Frame>,
    /// Which of them are markers.
    marks: Vec<usize>,
    /// Whose they are; safe to show.
    pub title: String,
    /// How many lines could not be read.
    pub skipped: usize,
}

impl Reel {
    /// These recordings, the older ones first.
    #[must_use]
    pub fn of(casts: Vec<Cast>) -> Self {
        let mut reel = Self::default();
        for cast in casts {
            reel.skipped += cast.skipped;
            if !cast.head.title.is_empty() {
                reel.title.clone_from(&cast.head.title);
            }
            let mut begins = Some(cast.head.size);
            for event in cast.events {
                let wall = cast.head.began.saturating_add(event.at).unwrap_or(cast.head.began);
                if let Some(size) = begins.take() {
                    reel.begin(wall, size);
                }
                reel.push(wall, event.what);
            }
        }
        reel
    }

    fn begin(&mut self, wall: Timestamp, size: Size) {
        let silence = self.frames.last().map_or(Duration::ZERO, |last| between(last.wall, wall));
        if silence > MISSING {
            self.put(wall, LEFT, Step::Mark(format!("{GAP} {}", short(silence))));
            return self.put(wall, Duration::ZERO, Step::Begin(size));
        }
        self.put(wall, silence, Step::Begin(size));
    }

    fn push(&mut self, wall: Timestamp, what: What) {
        let silence = self.frames.last().map_or(Duration::ZERO, |last| between(last.wall, wall));
        match what {
            What::Mark(words) if words.starts_with(GAP) => self.put(wall, silence.min(LEFT), Step::Mark(words)),
            What::Mark(words) => self.put(wall, silence, Step::Mark(words)),
            What::Output(text) => self.put(wall, silence, Step::Output(text)),
            What::Resize(size) => self.put(wall, silence, Step::Resize(size)),
        }
    }

    fn put(&mut self, wall: Timestamp, after: Duration, step: Step) {
        let last = self.frames.last();
        let at = last.map_or(Duration::ZERO, |last| last.at.saturating_add(after));
        // A clock that was set back does not turn the line around.
        let wall = last.map_or(wall, |last| last.wall.max(wall));
        if matches!(step, Step::Mark(_)) {
            self.marks.push(self.frames.len());
        }
        self.frames.push(Frame { at, wall, step });
    }

    /// Whether there is nothing to play.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// How long it plays.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.frames.last().map_or(Duration::ZERO, |last| last.at)
    }

    /// When the moment at this place of the line was.
    #[must_use]
    pub fn wall(&self, at: Duration) -> Option<Timestamp> {
        let before = self.frames.get(self.upto(at).saturating_sub(1))?;
        before.wall.saturating_add(at.saturating_sub(before.at)).ok()
    }

    /// Where on the line the last thing before this moment stands.
    #[must_use]
    pub fn place(&self, wall: Timestamp) -> Duration {
        let count = self.frames.partition_point(|frame| frame.wall <= wall);
        self.frames.get(count.saturating_sub(1)).map_or(Duration::ZERO, |frame| frame.at)
    }

    /// The markers, in order.
    #[must_use]
    pub fn markers(&self) -> impl DoubleEndedIterator<Item = Marker<'_>> {
        self.marks.iter().filter_map(|&index| match &self.frames[index] {
            Frame { at, wall, step: Step::Mark(says) } => Some(Marker { at: *at, wall: *wall, says }),
            _ => None,
        })
    }

    /// How many frames there are up to this place of the line, those at it included.
    fn upto(&self, at: Duration) -> usize {
        self.frames.partition_point(|frame| frame.at <= at)
    }
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// A reel with the screen at one place of it.
#[derive(Debug)]
pub struct Projector {
    reel: Reel,
    screen: Screen,
    at: Duration,
    /// How many frames the screen has been fed.
    fed: usize,
    /// How many bytes were fed since the screen was last written down.
    bytes: usize,
    keys: Vec<Key>,
}

/// The screen as it was once so many frames had been fed.
#[derive(Debug)]
struct Key {
    fed: usize,
    size: Size,
    picture: Vec<u8>,
}

impl Projector {
    /// At the reel's beginning.
    #[must_use]
    pub fn of(reel: Reel) -> Self {
        let screen = Screen::new(Size { rows: 24, cols: 80 });
        let mut projector = Self { reel, screen, at: Duration::ZERO, fed: 0, bytes: 0, keys: Vec::new() };
        projector.seek(Duration::ZERO);
        projector
    }

    /// What is played.
    #[must_use]
    pub fn reel(&self) -> &Reel {
        &self.reel
    }

    /// The screen at this place.
    #[must_use]
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Where on the line it is.
    #[must_use]
    pub fn at(&self) -> Duration {
        self.at
    }

    /// Where something happens next.
    #[must_use]
    pub fn next(&self) -> Option<Duration> {
        self.reel.frames.get(self.fed).map(|frame| frame.at)
    }

    /// Goes to a place of the line, at most to its end.
    pub fn seek(&mut self, to: Duration) {
        self.at = to.min(self.reel.length());
        let wanted = self.reel.upto(self.at);
        if wanted < self.fed {
            self.go_back(wanted);
        }
        // What stands before a file's beginning need not be drawn.
        let begins = (self.fed..wanted).rev().find(|&index| matches!(self.reel.frames[index].step, Step::Begin(_)));
        for index in begins.unwrap_or(self.fed)..wanted {
            self.show(index);
        }
        self.fed = wanted;
    }

    /// To the latest screen that was written down before so many frames.
    fn go_back(&mut self, wanted: usize) {
        self.bytes = 0;
        match self.keys.iter().rev().find(|key| key.fed <= wanted) {
            Some(key) => {
                self.screen = Screen::drawn(key.size, &key.picture);
                self.fed = key.fed;
            }
            None => self.fed = 0,
        }
    }

    fn show(&mut self, index: usize) {
        match &self.reel.frames[index].step {
            Step::Begin(size) => self.screen = Screen::new(at_least(*size)),
            Step::Resize(size) => self.screen = resized(&self.screen, at_least(*size)),
            Step::Output(text) => {
                self.screen.feed(text.as_bytes());
                self.bytes += text.len();
            }
            Step::Mark(_) => {}
        }
        if self.bytes >= KEY_EVERY {
            self.bytes = 0;
            if self.keys.last().is_none_or(|last| last.fed < index + 1) {
                self.keys.push(Key { fed: index + 1, size: self.screen.size(), picture: self.screen.dump() });
            }
        }
    }
}

fn at_least(size: Size) -> Size {
    Size { rows: size.rows.max(LEAST), cols: size.cols.max(LEAST) }
}

/// The same text on a screen of another size, until the program draws it anew.
fn resized(screen: &Screen, size: Size) -> Screen {
    let mut picture = String::new();
    for (row, text) in screen.ansi().iter().take(usize::from(size.rows)).enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(picture, "\x1b[{};1H{text}\x1b[m", row + 1);
    }
    let cursor = screen.cursor();
    let _ = write!(picture, "\x1b[{};{}H", cursor.row + 1, cursor.col + 1);
    Screen::drawn(size, picture.as_bytes())
}

#[cfg(test)]
mod tests;
