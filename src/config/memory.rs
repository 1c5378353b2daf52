//! What is remembered between two starts: order, filter, columns and layout of each fleet, and that the hint was read.
//!
//! PURE: text in, text out, in a format with a version of its own. It is a convenience and never a reason to stop:
//! what cannot be read is forgotten, and what another version wrote is left as it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fleet::sort::{Column, Sort};

/// The format's version. A file of a later one is neither read nor overwritten.
const VERSION: u32 = 1;

/// So many fleets are remembered; the ones that were changed longest ago are forgotten first.
const MOST: usize = 50;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    version: u32,
    /// That the hint for the first start was read.
    #[serde(default)]
    hint_read: bool,
    /// Counts the changes, so that the oldest can be told.
    #[serde(default)]
    changes: u64,
    #[serde(default)]
    fleets: BTreeMap<String, Kept>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    #[serde(default)]
    change: u64,
    #[serde(default)]
    sort: Option<String>,
    #[serde(default)]
    reversed: bool,
    #[serde(default)]
    filter: String,
    #[serde(default)]
    faults_only: bool,
    #[serde(default)]
    columns: Option<Vec<String>>,
    #[serde(default)]
    wall: bool,
    #[serde(default)]
    tiles: Option<u8>,
}

/// What is remembered of one fleet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remembered {
    /// The order.
    pub sort: Sort,
    /// The filter as it was typed.
    pub filter: String,
    /// Whether only agents at fault are shown.
    pub faults_only: bool,
    /// The columns that the operator chose here; `None`: the configuration's.
    pub columns: Option<Vec<Column>>,
    /// Whether it was the wall that was looked at, and not the list.
    pub wall: bool,
    /// Which of the wall's tile sizes was chosen, from the largest on; `None`: none was.
    pub tiles: Option<u8>,
}

/// Why a memory could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Forgotten {
    /// It is no such file.
    #[error("it is not what this program writes ({0}); it will be written anew")]
    Garbage(String),
    /// Another version wrote it.
    #[error("it is of version {0}, which a later mosaic-top wrote; it is left as it is")]
    Later(u32),
}

impl Default for Memory {
    fn default() -> Self {
        Self { version: VERSION, hint_read: false, changes: 0, fleets: BTreeMap::new() }
    }
}

impl Memory {
    /// Reads a file's text.
    pub fn read(text: &str) -> Result<Self, Forgotten> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let garbage = |error: serde_json::Error| Forgotten::Garbage(error.to_string());
        let head: Head = serde_json::from_str(text).map_err(garbage)?;
        if head.version > VERSION {
            return Err(Forgotten::Later(head.version));
        }
        serde_json::from_str(text).map_err(garbage)
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        // Strings, numbers and flags are always written.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Whether the hint was read.
    #[must_use]
    pub fn hint_read(&self) -> bool {
        self.hint_read
    }

    /// Remembers that the hint was read.
    pub fn read_the_hint(&mut self) {
        self.hint_read = true;
    }

    /// What is remembered of a fleet. A column that is not known any more is left out.
    #[must_use]
    pub fn of(&self, fleet: &str) -> Option<Remembered> {
        let kept = self.fleets.get(fleet)?;
        let named = |name: &String| Column::ALL.into_iter().find(|column| column.name() == name);
        let columns: Option<Vec<Column>> = kept.columns.as_ref().map(|names| names.iter().filter_map(named).collect());
        Some(Remembered {
            sort: Sort { column: kept.sort.as_ref().and_then(named), reversed: kept.reversed },
            filter: kept.filter.clone(),
            faults_only: kept.faults_only,
            columns: columns.filter(|columns| !columns.is_empty()),
            wall: kept.wall,
            tiles: kept.tiles,
        })
    }

    /// Remembers a fleet.
    pub fn keep(&mut self, fleet: &str, view: &Remembered) {
        self.changes += 1;
        let kept = Kept {
            change: self.changes,
            sort: view.sort.column.map(|column| column.name().to_owned()),
            reversed: view.sort.reversed,
            filter: view.filter.clone(),
            faults_only: view.faults_only,
            columns: view.columns.as_ref().map(|columns| columns.iter().map(|c| c.name().to_owned()).collect()),
            wall: view.wall,
            tiles: view.tiles,
        };
        self.fleets.insert(fleet.to_owned(), kept);
        while self.fleets.len() > MOST {
            let oldest = self.fleets.iter().min_by_key(|(_, kept)| kept.change).map(|(fleet, _)| fleet.clone());
            self.fleets.remove(&oldest.unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    fn view() -> Remembered {
        Remembered {
            sort: Sort { column: Some(Column::Idle), reversed: true },
            filter: "class:code".into(),
            faults_only: true,
            columns: Some(vec![Column::State, Column::Agent]),
            wall: true,
            tiles: Some(3),
        }
    }

    #[test]
    fn what_is_kept_is_what_is_read_again_for_that_fleet_alone() {
        let mut memory = Memory::default();
        memory.keep("ops a", &view());
        memory.read_the_hint();
        let read = Memory::read(&memory.text()).unwrap();
        assert_eq!((read.of("ops a"), read.of("ops b"), read.hint_read()), (Some(view()), None, true));
    }

    #[test]
    fn garbage_is_forgotten_and_a_later_version_is_left_alone() {
        for garbage in ["", "{", "[]", "{}", "\0\u{1}", r#"{"version":"one"}"#, r#"{"version":1,"fleets":3}"#] {
            assert!(matches!(Memory::read(garbage), Err(Forgotten::Garbage(_))), "{garbage:?}");
        }
        assert_eq!(Memory::read(r#"{"version":2,"fleets":{"a":"else"}}"#), Err(Forgotten::Later(2)));
    }

    #[test]
    fn keys_and_columns_that_are_not_known_are_passed_over() {
        let text = r#"{"version":1,"new":true,"fleets":{"a":{"sort":"mood","columns":["mood","state"],"more":1}}}"#;
        let seen = Memory::read(text).unwrap().of("a").unwrap();
        assert_eq!(seen, Remembered { columns: Some(vec![Column::State]), ..Remembered::default() });
    }

    #[test]
    fn no_more_than_fifty_fleets_are_remembered_the_latest_ones() {
        let mut memory = Memory::default();
        (0..60).for_each(|number| memory.keep(&format!("fleet {number:02}"), &view()));
        assert_eq!(
            (memory.fleets.len(), memory.of("fleet 09").is_some(), memory.of("fleet 10").is_some()),
            (50, false, true)
        );
    }
}
