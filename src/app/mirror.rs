//! The mirror of one pane as the dashboard holds it, and which part of it a tile shows.
//!
//! PURE. It never asks a pane for anything: pictures and bytes come in as events, each with its time.

use std::time::Duration;

use jiff::Timestamp;

use super::event::{Feed, MirrorNews};
use crate::{
    fleet::{mirror, reading::Why},
    screen::{Cursor, Screen, Size},
};

/// How long a program may hold its picture back: longer than any redraw, shorter than an operator notices.
const LONGEST_HOLD: Duration = Duration::from_millis(200);

/// What is known of one pane's picture.
#[derive(Debug)]
pub enum Mirror {
    /// It was asked for.
    Opening,
    /// It is there.
    Shown {
        /// The picture.
        screen: Box<Screen>,
        /// How it is fed.
        feed: Feed,
        /// When a picture or a byte last came.
        heard: Timestamp,
        /// Since when the program has held its picture back.
        held: Option<Timestamp>,
        /// Its pipe brings nothing although the pane prints: the picture is old, whatever feeds it.
        lags: bool,
    },
    /// It ended, or never came.
    Gone(Why),
}

impl Mirror {
    /// Takes news in; whether they may be seen. Bytes without a picture before them have nothing to change and are dropped;
    /// what a program holds back is not seen yet.
    pub fn take(&mut self, news: MirrorNews) -> bool {
        let mut whole = false;
        match news {
            MirrorNews::Opening => *self = Self::Opening,
            MirrorNews::Picture { screen, feed, at } => {
                let held = screen.holds().then_some(at);
                *self = Self::Shown { screen, feed, heard: at, held, lags: false };
            }
            MirrorNews::Unrecorded(_) => {}
            MirrorNews::Gone(why) => *self = Self::Gone(why),
            MirrorNews::Bytes { bytes, at } => {
                if let Self::Shown { screen, heard, held, lags, .. } = self {
                    *lags = false;
                    let before = screen.updates();
                    screen.feed(&bytes);
                    *heard = at;
                    // A program without a pause between its updates begins the next one in the same breath.
                    whole = screen.updates() != before;
                    *held = screen.holds().then(|| held.filter(|_| !whole).unwrap_or(at));
                }
                self.let_go(at);
            }
        }
        whole || self.due().is_none()
    }

    /// What tmux says of when the pane printed last: a pipe that stands still is found by it.
    pub fn compare(&mut self, printed: Option<Timestamp>) {
        if let Self::Shown { feed, heard, lags, .. } = self {
            *lags = printed.is_some_and(|printed| mirror::lags(*feed, *heard, printed));
        }
    }

    /// The picture, as long as it is one of now.
    #[must_use]
    pub fn current(&self) -> Option<&Screen> {
        if matches!(self, Self::Shown { lags: true, .. }) { None } else { self.screen() }
    }

    /// Shows what a program has held back for too long; whether there was such a thing.
    pub fn let_go(&mut self, now: Timestamp) -> bool {
        let due = self.due();
        match self {
            Self::Shown { screen, held, .. } if due.is_some_and(|due| due <= now) => {
                screen.let_go();
                *held = None;
                true
            }
            _ => false,
        }
    }

    /// When a picture that is held back is to be shown all the same.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Shown { held: Some(since), .. } => since.checked_add(LONGEST_HOLD).ok(),
            _ => None,
        }
    }

    /// The picture, when there is one.
    #[must_use]
    pub fn screen(&self) -> Option<&Screen> {
        match self {
            Self::Shown { screen, .. } => Some(screen),
            Self::Opening | Self::Gone(_) => None,
        }
    }
}

/// Which part of a pane that is bigger than its tile is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pan {
    /// The part around the cursor.
    #[default]
    Follow,
    /// The part that begins here, as far as the pane reaches.
    At {
        /// First row.
        row: u16,
        /// First column.
        col: u16,
    },
}

/// What is looked at while nobody pans: the cursor, or its row where it is hidden; where the program has ended, its last words. tmux puts a notice below
/// them, on the last row, which the mirror's label says already.
#[must_use]
pub fn focus(screen: &Screen, ended: bool) -> Cursor {
    let cursor = screen.cursor();
    if !ended {
        return if cursor.shown { cursor } else { Cursor { col: 0, ..cursor } };
    }
    let words = |line: &String| !line.is_empty() && !line.starts_with("Pane is dead");
    match screen.text().iter().rposition(words) {
        Some(row) => Cursor { row: row as u16, col: 0, ..cursor },
        None => cursor,
    }
}

/// The first row and column of a pane that a tile of this size shows, when `cursor` is what is looked at.
#[must_use]
pub fn origin(pane: Size, cursor: Cursor, tile: Size, pan: Pan) -> (u16, u16) {
    let last = (pane.rows.saturating_sub(tile.rows), pane.cols.saturating_sub(tile.cols));
    let (row, col) = match pan {
        Pan::At { row, col } => (row, col),
        // A quarter of the tile below the cursor, because a program's input line has its hints below it. To the right
        // the picture only moves when it must: lines are read from their beginning.
        Pan::Follow => (
            (cursor.row + 1 + tile.rows / 4).saturating_sub(tile.rows),
            if cursor.col < tile.cols { 0 } else { (cursor.col + 1 + tile.cols / 4).saturating_sub(tile.cols) },
        ),
    };
    (row.min(last.0), col.min(last.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap_or_default()
    }

    #[test]
    fn a_picture_that_is_held_back_is_shown_after_a_while_all_the_same() {
        let screen = Box::new(Screen::new(Size { rows: 2, cols: 9 }));
        let mut mirror = Mirror::Opening;
        mirror.take(MirrorNews::Picture { screen, feed: Feed::Live, at: at(0) });
        let first = |mirror: &Mirror| mirror.screen().map(|screen| screen.text()[0].clone()).unwrap_or_default();
        mirror.take(MirrorNews::Bytes { bytes: b"\x1b[?2026hnew".to_vec(), at: at(1000) });
        mirror.take(MirrorNews::Bytes { bytes: b"er".to_vec(), at: at(1100) });
        assert_eq!((first(&mirror).as_str(), mirror.due()), ("", Some(at(1200))));
        assert!(!mirror.let_go(at(1199)));
        assert!(mirror.let_go(at(1200)));
        assert_eq!((first(&mirror).as_str(), mirror.due()), ("newer", None));
    }

    #[test]
    fn of_updates_without_a_pause_between_them_each_is_shown_when_it_is_whole() {
        let screen = Box::new(Screen::new(Size { rows: 2, cols: 9 }));
        let mut mirror = Mirror::Opening;
        mirror.take(MirrorNews::Picture { screen, feed: Feed::Live, at: at(0) });
        assert!(!mirror.take(MirrorNews::Bytes { bytes: b"\x1b[?2026hone".to_vec(), at: at(1000) }));
        for (millis, bytes, shows) in
            [(1150, "\x1b[?2026l\x1b[?2026h\rtwo", "one"), (1300, "\x1b[?2026l\x1b[?2026h\rthree", "two")]
        {
            let seen = mirror.take(MirrorNews::Bytes { bytes: bytes.into(), at: at(millis) });
            let text = mirror.screen().map(|screen| screen.text()[0].clone());
            assert_eq!((seen, text.as_deref(), mirror.due()), (true, Some(shows), Some(at(millis + 200))));
        }
    }

    #[test]
    fn a_pipe_that_brings_nothing_although_the_pane_prints_is_no_picture_of_now() {
        let screen = Box::new(Screen::new(Size { rows: 2, cols: 9 }));
        let mut mirror = Mirror::Opening;
        mirror.take(MirrorNews::Picture { screen, feed: Feed::Live, at: at(10_500) });
        for (printed, current) in [(None, true), (Some(9_000), true), (Some(13_000), true), (Some(14_000), false)] {
            mirror.compare(printed.map(at));
            assert_eq!(mirror.current().is_some(), current, "{printed:?}");
        }
        assert!(mirror.screen().is_some(), "what there is of it is shown all the same");
        mirror.take(MirrorNews::Bytes { bytes: b"x".to_vec(), at: at(14_200) });
        assert!(mirror.current().is_some());
        // What is polled has no pipe: its picture is as old as its frame says.
        let screen = Box::new(Screen::new(Size { rows: 2, cols: 9 }));
        mirror.take(MirrorNews::Picture { screen, feed: Feed::Polled, at: at(10_500) });
        mirror.compare(Some(at(14_000)));
        assert!(mirror.current().is_some());
    }

    fn check(tile: (u16, u16), cursor: (u16, u16), pan: Pan, expected: (u16, u16)) {
        let pane = Size { rows: 24, cols: 80 };
        let cursor = Cursor { row: cursor.0, col: cursor.1, shown: true };
        assert_eq!(origin(pane, cursor, Size { rows: tile.0, cols: tile.1 }, pan), expected);
    }

    #[test]
    fn a_pane_that_fits_is_shown_whole() {
        check((24, 80), (20, 70), Pan::Follow, (0, 0));
        check((50, 200), (20, 70), Pan::At { row: 9, col: 9 }, (0, 0));
    }

    #[test]
    fn a_bigger_pane_shows_the_part_around_its_cursor() {
        check((12, 40), (2, 5), Pan::Follow, (0, 0));
        check((12, 40), (23, 5), Pan::Follow, (12, 0));
        check((12, 40), (14, 60), Pan::Follow, (6, 31));
    }

    #[test]
    fn a_program_that_has_ended_is_followed_to_its_last_words() {
        let mut screen = Screen::new(Size { rows: 24, cols: 80 });
        screen.feed(b"\r\nnot found\x1b[24;1HPane is dead (status 127)");
        assert_eq!(focus(&screen, true).row, 1);
        assert_eq!(focus(&screen, false).row, 23);
    }

    #[test]
    fn panning_ends_at_the_panes_edge() {
        check((12, 40), (0, 0), Pan::At { row: 99, col: 3 }, (12, 3));
    }
}
