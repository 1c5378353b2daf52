//! Playing a recording: where it is, how fast it goes, and what a key does to it.
//!
//! PURE. Time is handed in; the screen comes out of the [`Projector`].

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{Timestamp, tz::TimeZone};

use crate::fleet::reel::{Marker, Projector, Reel};

/// How fast it can be played, in quarters.
const SPEEDS: [u32; 9] = [1, 2, 4, 8, 16, 32, 64, 256, 1024];

/// Which of them it begins with: as it was.
const AS_IT_WAS: usize = 2;

/// How far the arrows go.
const STEP: Duration = Duration::from_secs(5);

/// How far the page keys go.
const PAGE: Duration = Duration::from_secs(60);

/// So long before a marker it is jumped to: that what led to it is seen.
const BEFORE: Duration = Duration::from_millis(500);

/// How long before its end a recording of an agent begins to play: what has just happened is what is asked for.
pub const LATELY: Duration = Duration::from_secs(300);

/// What a key asks for outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Nothing, or something that was done here.
    Nothing,
    /// Leave.
    Leave,
    /// Put text on the clipboard.
    Copy(String),
}

/// A recording that is played.
#[derive(Debug)]
pub struct Replay {
    projector: Projector,
    name: String,
    playing: bool,
    speed: usize,
    /// The marker that was jumped to last: the next jump goes on from it.
    marker: Option<usize>,
    notice: Option<String>,
    tz: TimeZone,
}

impl Replay {
    /// Plays from the beginning.
    #[must_use]
    pub fn of(reel: Reel, name: &str, tz: TimeZone) -> Self {
        let projector = Projector::of(reel);
        Self { projector, name: name.to_owned(), playing: true, speed: AS_IT_WAS, marker: None, notice: None, tz }
    }

    /// The same, so long before its end.
    #[must_use]
    pub fn before_the_end(mut self, by: Duration) -> Self {
        let length = self.projector.reel().length();
        self.projector.seek(length.saturating_sub(by));
        self
    }

    /// What is played, and the screen of now.
    #[must_use]
    pub fn projector(&self) -> &Projector {
        &self.projector
    }

    /// Whose recording it is.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it goes on by itself.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// How fast, in words.
    #[must_use]
    pub fn speed(&self) -> String {
        match SPEEDS[self.speed] {
            quarters @ 0..4 => format!("{}×", f64::from(quarters) / 4.0),
            quarters => format!("{}×", quarters / 4),
        }
    }

    /// One line of words for the operator, until the next key.
    #[must_use]
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// The time of day at a moment of the recording.
    #[must_use]
    pub fn clock(&self, at: Timestamp) -> String {
        at.to_zoned(self.tz.clone()).strftime("%H:%M:%S").to_string()
    }

    /// The last marker before where it is.
    #[must_use]
    pub fn marker(&self) -> Option<Marker<'_>> {
        self.projector.reel().markers().take_while(|marker| marker.at <= self.projector.at()).last()
    }

    /// So much time has passed; whether the picture may have changed.
    pub fn pass(&mut self, elapsed: Duration) -> bool {
        if !self.playing {
            return false;
        }
        let by = (elapsed * SPEEDS[self.speed]) / 4;
        self.projector.seek(self.projector.at().saturating_add(by));
        self.playing = self.projector.at() < self.projector.reel().length();
        true
    }

    /// One key.
    pub fn press(&mut self, key: KeyEvent) -> Asked {
        self.notice = None;
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if control => return Asked::Leave,
            KeyCode::Char('q') | KeyCode::Esc => return Asked::Leave,
            KeyCode::Char('y') => return self.copy(),
            KeyCode::Char(' ') => self.pause(),
            KeyCode::Left | KeyCode::Char('h') => self.back(STEP),
            KeyCode::Right | KeyCode::Char('l') => self.forth(STEP),
            KeyCode::PageUp => self.back(PAGE),
            KeyCode::PageDown => self.forth(PAGE),
            KeyCode::Home | KeyCode::Char('g') => self.go(Duration::ZERO),
            KeyCode::End | KeyCode::Char('G') => self.go(Duration::MAX),
            KeyCode::Char('.') => self.step(),
            KeyCode::Char('+' | '=') => self.speed = (self.speed + 1).min(SPEEDS.len() - 1),
            KeyCode::Char('-') => self.speed = self.speed.saturating_sub(1),
            KeyCode::Char('n') => self.jump(true),
            KeyCode::Char('N') => self.jump(false),
            KeyCode::Char(digit @ '0'..='9') => {
                let tenth = self.projector.reel().length() / 10;
                self.go(tenth * digit.to_digit(10).unwrap_or(0));
            }
            _ => self.notice = Some("Space pauses, the arrows seek, n jumps, q leaves".to_owned()),
        }
        Asked::Nothing
    }

    fn go(&mut self, to: Duration) {
        self.marker = None;
        self.projector.seek(to);
    }

    fn back(&mut self, by: Duration) {
        self.go(self.projector.at().saturating_sub(by));
    }

    fn forth(&mut self, by: Duration) {
        self.go(self.projector.at().saturating_add(by));
    }

    /// At the end it begins again.
    fn pause(&mut self) {
        if !self.playing && self.projector.at() >= self.projector.reel().length() {
            self.go(Duration::ZERO);
        }
        self.playing = !self.playing;
    }

    /// To the very next thing that happens.
    fn step(&mut self) {
        self.playing = false;
        if let Some(next) = self.projector.next() {
            self.go(next);
        }
    }

    /// To just before the next marker, or the one before.
    fn jump(&mut self, forth: bool) {
        let at = self.projector.at();
        let places: Vec<Duration> = self.projector.reel().markers().map(|marker| marker.at).collect();
        let target = match (self.marker, forth) {
            (Some(last), true) => Some(last + 1),
            (Some(last), false) => last.checked_sub(1),
            (None, true) => places.iter().position(|place| *place > at),
            (None, false) => places.iter().rposition(|place| *place < at),
        };
        match target.and_then(|index| Some((index, *places.get(index)?))) {
            Some((index, place)) => {
                self.projector.seek(place.saturating_sub(if self.playing { BEFORE } else { Duration::ZERO }));
                self.marker = Some(index);
            }
            None if places.is_empty() => self.notice = Some("there are no markers in this recording".to_owned()),
            None => self.notice = Some(format!("no marker {} this one", if forth { "after" } else { "before" })),
        }
    }

    fn copy(&mut self) -> Asked {
        let text = self.projector.screen().text().join("\n");
        let text = text.trim_end().to_owned();
        self.notice = Some(format!("copied {} lines", text.lines().count()));
        Asked::Copy(text)
    }
}

/// A place of the line as it is shown: minutes and seconds, and hours where there are any.
#[must_use]
pub fn place(at: Duration) -> String {
    let seconds = at.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes:02}:{seconds:02}") }
}

/// A place as it is asked for: `90` or `1:30` from the beginning, `50%`, `end`, `end-30`, or a time of day in RFC 3339.
#[must_use]
pub fn asked_place(text: &str, reel: &Reel) -> Option<Duration> {
    let length = reel.length();
    let seconds = |text: &str| -> Option<Duration> {
        let parts: Vec<&str> = text.split(':').collect();
        if parts.len() > 3 {
            return None;
        }
        let (last, whole) = parts.split_last()?;
        let whole = whole.iter().try_fold(0_u64, |sum, part| (sum * 60).checked_add(part.parse().ok()?))?;
        let last = Duration::try_from_secs_f64(last.parse().ok()?).ok()?;
        Duration::from_secs(whole.checked_mul(60)?).checked_add(last)
    };
    let place = match text.split_once("end") {
        Some(("", "")) => length,
        Some(("", before)) => length.saturating_sub(seconds(before.strip_prefix('-')?)?),
        _ => match text.strip_suffix('%') {
            Some(percent) => length * percent.parse().ok().filter(|percent| *percent <= 100)? / 100,
            None => seconds(text).or_else(|| Some(reel.place(text.parse().ok()?)))?,
        },
    };
    Some(place.min(length))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failure is the test's failure")]
    use super::*;
    use crate::{
        fleet::cast::{Cast, Event, Head, What},
        screen::Size,
    };

    fn reel() -> Reel {
        let head = Head { size: Size { rows: 4, cols: 20 }, began: Timestamp::UNIX_EPOCH, title: String::new() };
        let mut events: Vec<Event> = (0..=100_u64)
            .map(|second| Event {
                at: Duration::from_secs(second),
                what: What::Output(format!("\x1b[Hsecond {second} ")),
            })
            .collect();
        for (second, words) in [(80, "stuck"), (30, "working")] {
            let mark = Event { at: Duration::from_secs(second), what: What::Mark(words.into()) };
            events.insert(usize::try_from(second).unwrap() + 1, mark);
        }
        Reel::of(vec![Cast { head, events, skipped: 0 }])
    }

    fn replay() -> Replay {
        Replay::of(reel(), "coder0", TimeZone::UTC)
    }

    fn press(replay: &mut Replay, keys: &[KeyCode]) {
        for key in keys {
            assert_eq!(replay.press(KeyEvent::from(*key)), Asked::Nothing);
        }
    }

    #[track_caller]
    fn check(replay: &Replay, millis: u128, first: &str) {
        let seen = (replay.projector.at().as_millis(), replay.projector.screen().text()[0].clone());
        assert_eq!(seen, (millis, first.to_owned()));
    }

    #[test]
    fn it_plays_as_fast_as_it_is_told_and_stops_at_the_end() {
        let mut replay = replay();
        assert!(replay.pass(Duration::from_millis(1500)));
        check(&replay, 1500, "second 1");
        press(&mut replay, &[KeyCode::Char('+'), KeyCode::Char('+')]);
        replay.pass(Duration::from_secs(2));
        check(&replay, 9500, "second 9");
        assert_eq!(replay.speed(), "4×");
        press(&mut replay, &[KeyCode::Char(' ')]);
        assert!(!replay.pass(Duration::from_secs(9)));
        press(&mut replay, &[KeyCode::Char(' '), KeyCode::Char('-'), KeyCode::Char('-'), KeyCode::Char('-')]);
        assert_eq!(replay.speed(), "0.5×");
        replay.pass(Duration::from_secs(999));
        check(&replay, 100_000, "second 100");
        assert!(!replay.is_playing());
        press(&mut replay, &[KeyCode::Char(' ')]);
        check(&replay, 0, "second 0");
    }

    #[test]
    fn the_keys_seek_and_jump() {
        let mut replay = replay();
        press(&mut replay, &[KeyCode::Char(' '), KeyCode::Right, KeyCode::PageDown, KeyCode::Left]);
        check(&replay, 60_000, "second 60");
        press(&mut replay, &[KeyCode::Char('5')]);
        check(&replay, 50_000, "second 50");
        press(&mut replay, &[KeyCode::Char('n')]);
        check(&replay, 80_000, "second 80");
        assert_eq!(replay.marker().map(|marker| marker.says), Some("stuck"));
        press(&mut replay, &[KeyCode::Char('n')]);
        assert_eq!(replay.notice(), Some("no marker after this one"));
        press(&mut replay, &[KeyCode::Char('N')]);
        check(&replay, 30_000, "second 30");
        press(&mut replay, &[KeyCode::Char('.'), KeyCode::Char('G')]);
        check(&replay, 100_000, "second 100");
        assert_eq!(replay.press(KeyCode::Char('y').into()), Asked::Copy("second 100".into()));
        assert_eq!(replay.press(KeyCode::Esc.into()), Asked::Leave);
    }

    #[test]
    fn a_place_can_be_asked_for_in_many_ways() {
        let reel = reel();
        for (text, millis) in [
            ("90", Some(90_000)),
            ("1:05", Some(65_000)),
            ("0.5", Some(500)),
            ("50%", Some(50_000)),
            ("end", Some(100_000)),
            ("end-30", Some(70_000)),
            ("9:00:00", Some(100_000)),
            ("1970-01-01T00:00:42Z", Some(42_000)),
            ("soon", None),
            ("101%", None),
            ("-5", None),
            ("1:2:3:4", None),
        ] {
            let place = asked_place(text, &reel).map(|place| place.as_millis());
            assert_eq!(place, millis, "{text}");
        }
    }
}
