//! One log that is followed: where the last look ended, and what it said so far.

use std::path::{Path, PathBuf};

use crate::{
    adapter::exec::{FileError, Follow, Followed, Part, Stamp},
    fleet::record::{
        Record,
        journal::{Journal, Lines},
    },
};

/// What is read of a file that was not read before: its end, where the last turns are.
const FIRST: usize = 256 * 1024;
/// What is read in one look of what was appended; a longer part is read in several.
const STEP: usize = 2 * 1024 * 1024;

/// A log under way.
pub(super) struct Follower {
    path: PathBuf,
    known: Option<Stamp>,
    offset: u64,
    lines: Lines,
    make: fn() -> Box<dyn Journal>,
    journal: Box<dyn Journal>,
    /// It was read from its first byte on.
    whole: bool,
    /// Turns that count beside the journal's: those of logs before this one, less those that were read twice.
    more_turns: i64,
    trouble: Option<FileError>,
}

impl Follower {
    /// A log that is to be followed after so many turns in others.
    pub(super) fn new(path: PathBuf, turns: u64, make: fn() -> Box<dyn Journal>) -> Self {
        Self {
            path,
            known: None,
            offset: 0,
            lines: Lines::default(),
            make,
            journal: make(),
            whole: false,
            more_turns: i64::try_from(turns).unwrap_or(i64::MAX),
            trouble: None,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether its file was there when it was last looked at.
    pub(super) fn is_there(&self) -> bool {
        self.known.is_some() && !matches!(self.trouble, Some(FileError::Missing(_)))
    }

    /// What is to be read of it now.
    pub(super) fn ask(&self) -> Follow {
        let cap = if self.known.is_some() { STEP } else { FIRST };
        Follow { path: self.path.clone(), known: self.known, part: Part::After(self.offset), cap }
    }

    /// Takes up what was read.
    pub(super) fn take(&mut self, found: Result<Followed, FileError>) {
        match found {
            Err(error) => self.trouble = Some(error),
            Ok(Followed::Same) => self.trouble = None,
            Ok(Followed::New { bytes, from, continued, stamp }) => {
                self.trouble = None;
                let seen = (!continued && self.known.is_some()).then(|| self.turns());
                if !continued {
                    self.lines = Lines::from(from);
                    self.journal = (self.make)();
                    self.whole = from == 0;
                }
                self.known = Some(stamp);
                self.offset = from + bytes.len() as u64;
                let journal = &mut self.journal;
                self.lines.feed(&bytes, |line| journal.line(line));
                // A log that was cut short or replaced is read again; its turns are none of the new ones.
                if let Some(seen) = seen {
                    self.more_turns = signed(seen) - signed(self.journal.record().turns);
                }
            }
        }
    }

    /// Turns that were seen, in this log and in those before.
    pub(super) fn turns(&self) -> u64 {
        u64::try_from(self.more_turns.saturating_add(signed(self.journal.record().turns))).unwrap_or(0)
    }

    /// What it says, or why it could not be read.
    pub(super) fn record(&self) -> Result<Record, FileError> {
        if let Some(error) = &self.trouble {
            return Err(error.clone());
        }
        let mut record = self.journal.record();
        // A log of which no byte is unread, and nobody said anything: nothing is in the context.
        if self.whole && record.turns == 0 && record.status.is_none() {
            record.context_used_percent = record.context_used_percent.or(Some(0.0));
        }
        Ok(Record { turns: self.turns(), ..record })
    }

    /// Whether it was read at all.
    pub(super) fn was_read(&self) -> bool {
        self.known.is_some()
    }
}

fn signed(turns: u64) -> i64 {
    i64::try_from(turns).unwrap_or(i64::MAX)
}
