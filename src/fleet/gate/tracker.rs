//! What must last from one look at a screen to the next: a change is shown when two looks agree, and a viewer freezes
//! what was known. Time is passed in; nothing here looks.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use jiff::Timestamp;

use super::{Seen, State};
use crate::{fleet::words::age, screen::Screen};

/// How many looks in a row must agree before a change is shown.
const AGREEING: u32 = 2;

/// The memory of one pane's screen.
#[derive(Debug, Clone, Default)]
pub struct Tracker {
    shown: Option<Shown>,
    coming: Option<(Shown, u32)>,
    picture: Option<(u64, Timestamp)>,
}

/// What is shown of a screen: the last state that lasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What counts. [`State::Unsure`] and [`State::Frozen`] (nothing was known before a viewer was opened) are never a
    /// reason to call an agent stuck.
    pub state: State,
    /// The newest look that said so, with its lines and options.
    pub seen: Seen,
    /// When it was first seen so.
    pub since: Timestamp,
}

impl Tracker {
    /// For how long the screen has not changed, by the looks handed in here: for [`Glance::still`](super::Glance).
    /// `None` at the look that sees it change.
    pub fn still(&mut self, screen: &Screen, at: Timestamp) -> Option<Duration> {
        let now = fingerprint(screen);
        match self.picture {
            Some((before, since)) if before == now => Some(age(since, at)),
            before => {
                self.picture = Some((now, at));
                before.is_none().then_some(Duration::ZERO)
            }
        }
    }

    /// Takes one look in. `None` until two looks have agreed.
    pub fn take(&mut self, seen: Seen, at: Timestamp) -> Option<&Shown> {
        let state = seen.state();
        let frozen = state == State::Frozen && self.shown.is_some();
        if frozen || self.shown.as_ref().is_some_and(|shown| same(&shown.seen, &seen)) {
            self.coming = None;
            // A viewer hides what was known: the look that knew it stays.
            if let Some(shown) = self.shown.as_mut().filter(|_| !frozen) {
                shown.seen = seen;
            }
            return self.shown.as_ref();
        }
        let (since, looks) = match self.coming.take() {
            Some((coming, looks)) if same(&coming.seen, &seen) => (coming.since, looks + 1),
            _ => (at, 1),
        };
        let coming = Shown { state, seen, since };
        if looks >= AGREEING {
            self.shown = Some(coming);
        } else {
            self.coming = Some((coming, looks));
        }
        self.shown.as_ref()
    }
}

/// Whether two looks say the same as far as somebody must be told: the state, which prompt, and which limit: one that
/// ends at another time is another one.
fn same(one: &Seen, other: &Seen) -> bool {
    let of = |seen: &Seen| (seen.state(), seen.prompt.as_ref().map(|prompt| prompt.rule.clone()));
    let ends = |seen: &'_ Seen| seen.limit.as_ref().and_then(|limit| limit.resets.clone());
    let another = ends(one).zip(ends(other)).is_some_and(|(one, other)| one != other);
    of(one) == of(other) && !another
}

/// A number that changes with the picture.
fn fingerprint(screen: &Screen) -> u64 {
    let mut hasher = DefaultHasher::new();
    screen.text().hash(&mut hasher);
    hasher.finish()
}
