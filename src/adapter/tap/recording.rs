//! One pane's recording inside the hub: what of the mirror goes to the recorder, and when a file is to begin anew.
//!
//! It never waits: what the recorder cannot take is left out, and once there is room a picture follows that does not need it.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    adapter::recorder::Track,
    fleet::cast::cost,
    screen::{Screen, Size},
};

/// How often a flood is pictured in a record. A watcher sees it more often; here it would push out all that came before.
const FLOOD_EVERY: Duration = Duration::from_millis(500);

/// A recording under way.
pub(super) struct Recording {
    track: Track,
    /// Whether a picture has been taken: nothing is recorded before one.
    begun: bool,
    /// What has been written since the file's last picture.
    written: usize,
    /// How many bytes are missing since there was no room.
    missing: usize,
    flood: Option<Timestamp>,
    /// The last marker: several watchers tell the same.
    said: Option<String>,
}

impl Recording {
    /// Nothing yet.
    pub(super) fn of(track: Track) -> Self {
        Self { track, begun: false, written: 0, missing: 0, flood: None, said: None }
    }

    /// Whether a picture is needed before these bytes: at the very beginning, when a file is full, and where something
    /// is missing.
    pub(super) fn wants_picture(&self, bytes: &[u8]) -> bool {
        !self.begun || self.missing > 0 || self.written + cost(bytes) > self.track.part()
    }

    /// A picture that the mirror begins with, or one that was wanted before these bytes.
    pub(super) fn picture(&mut self, screen: &Screen, before: &[u8], at: Timestamp) {
        let (size, picture) = (screen.size(), screen.dump());
        let needed = cost(&picture);
        let full = self.written + needed + cost(before) > self.track.part();
        self.show(size, picture, full, at);
    }

    fn show(&mut self, size: Size, picture: Vec<u8>, full: bool, at: Timestamp) {
        let cost = cost(&picture);
        let taken = if !self.begun || full {
            self.track.begin(self.begun, size, at, picture)
        } else {
            self.track.picture(size, at, picture)
        };
        if !taken {
            self.missing += cost;
            return;
        }
        // The picture that a file begins with is no part of what fills it.
        self.written = if !self.begun || full { 0 } else { self.written + cost };
        self.begun = true;
        let missing = std::mem::take(&mut self.missing);
        if missing > 0 {
            // There was room a moment ago; what is missing is seen without it, too.
            let _ = self.track.mark(at, format!("the recorder could not keep up: {missing} bytes are missing"));
        }
    }

    /// What the pane printed.
    pub(super) fn bytes(&mut self, bytes: &[u8], at: Timestamp) {
        if self.begun && self.missing == 0 && self.track.bytes(at, bytes.to_vec()) {
            self.written += cost(bytes);
        } else if self.begun {
            self.missing += bytes.len();
        }
    }

    /// A picture of a flood.
    pub(super) fn flood(&mut self, screen: &Screen, at: Timestamp) {
        if self.flood.is_none_or(|last| at.duration_since(last).unsigned_abs() >= FLOOD_EVERY) {
            self.flood = Some(at);
            self.picture(screen, &[], at);
        }
    }

    /// A marker, unless it was the last one already.
    pub(super) fn mark(&mut self, words: String, at: Timestamp) {
        if self.begun && self.said.as_ref() != Some(&words) && self.track.mark(at, words.clone()) {
            self.written += cost(words.as_bytes());
            self.said = Some(words);
        }
    }
}
