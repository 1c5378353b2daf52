//! A recording as text: asciicast v2, one JSON value a line, as other players read it too.
//!
//! PURE. What is written holds no control character: JSON escapes them all. What is read may be anybody's: a line that
//! is no event is passed over and counted, and nothing here grows with what a line claims.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{reading::Why, text::visible};
use crate::screen::Size;

/// The most that is read of one file, in bytes. Our own have at most an eighth of what is kept of an agent.
pub const LONGEST_FILE: usize = 64 << 20;

/// How many events are taken at most: more are not played.
const MOST_EVENTS: usize = 2_000_000;

/// The largest screen that is played, in rows or columns.
const LARGEST: u16 = 1000;

/// The longest marker, in characters.
const LONGEST_MARK: usize = 200;

/// The latest time that an event may have: a year is no recording.
const LATEST: Duration = Duration::from_secs(366 * 86_400);

/// What a marker begins with that says how long nothing was recorded before it.
pub const GAP: &str = "not recorded for";

/// Puts a terminal back to its beginning (RIS): what follows is a whole picture.
pub const RESET: &str = "\x1bc";

/// The first line of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The size that it begins with.
    pub size: Size,
    /// When it began, to the second: events count from there.
    pub began: Timestamp,
    /// Whose it is.
    pub title: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The program printed (`o`).
    Output(String),
    /// The pane became another size (`r`).
    Resize(Size),
    /// A marker (`m`): the state changed, or something is missing.
    Mark(String),
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Since the recording began.
    pub at: Duration,
    /// What.
    pub what: What,
}

/// A recording that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cast {
    /// Its first line.
    pub head: Head,
    /// Its events, in the order of their times.
    pub events: Vec<Event>,
    /// How many lines were no events: half a line at the end, where the recorder was killed.
    pub skipped: usize,
}

impl Head {
    /// The line that begins a file.
    #[must_use]
    pub fn line(&self) -> String {
        let Size { rows, cols } = self.size;
        let head = json!({
            "version": 2, "width": cols, "height": rows, "timestamp": self.began.as_second(), "title": self.title,
            "env": { "TERM": "xterm-256color" },
        });
        format!("{head}\n")
    }

    /// The time of something that happens at `at`; never before the beginning.
    #[must_use]
    pub fn since(&self, at: Timestamp) -> Duration {
        Duration::try_from(at.duration_since(self.began)).unwrap_or_default()
    }

    /// Reads the line that begins a file.
    pub fn read(line: &str) -> Result<Self, Why> {
        let head: Value = serde_json::from_str(line).map_err(|_| Why::new("its first line is no asciicast header"))?;
        match head["version"].as_u64() {
            Some(2) => {}
            Some(other) => return Err(Why::new(format!("it is an asciicast of version {other}; only 2 is played"))),
            None => return Err(Why::new("its first line is no asciicast header")),
        }
        let size = size(head["width"].as_u64(), head["height"].as_u64())
            .ok_or_else(|| Why::new(format!("it names no size between 1×1 and {LARGEST}×{LARGEST}")))?;
        let began = head["timestamp"].as_f64().map_or(0.0, f64::floor);
        #[expect(clippy::cast_possible_truncation, reason = "what is out of range is no time, and becomes 1970")]
        let began = Timestamp::from_second(began as i64).unwrap_or_default();
        let title = visible(head["title"].as_str().unwrap_or_default());
        Ok(Self { size, began, title: title.chars().take(LONGEST_MARK).collect() })
    }
}

fn size(cols: Option<u64>, rows: Option<u64>) -> Option<Size> {
    let cells = |count: Option<u64>| u16::try_from(count?).ok().filter(|count| (1..=LARGEST).contains(count));
    Some(Size { rows: cells(rows)?, cols: cells(cols)? })
}

/// A line that is no event.
struct Unreadable;

impl Event {
    /// Its line.
    #[must_use]
    pub fn line(&self) -> String {
        let (code, data) = match &self.what {
            What::Output(text) => ("o", text.clone()),
            What::Resize(Size { rows, cols }) => ("r", format!("{cols}x{rows}")),
            What::Mark(words) => ("m", mark(words)),
        };
        // A string always serialises.
        let data = serde_json::to_string(&data).unwrap_or_else(|_| "\"\"".to_owned());
        format!("[{}.{:06}, \"{code}\", {data}]\n", self.at.as_secs(), self.at.subsec_micros())
    }

    /// `Ok(None)`: an event that shows nothing, such as what was typed.
    fn read(line: &str) -> Result<Option<Self>, Unreadable> {
        let (at, code, data): (f64, String, String) = serde_json::from_str(line).map_err(|_| Unreadable)?;
        let at = Duration::try_from_secs_f64(at).ok().filter(|at| *at <= LATEST).ok_or(Unreadable)?;
        let what = match code.as_str() {
            "o" => What::Output(data),
            "r" => {
                let (cols, rows) = data.split_once('x').ok_or(Unreadable)?;
                What::Resize(size(cols.parse().ok(), rows.parse().ok()).ok_or(Unreadable)?)
            }
            "m" => What::Mark(mark(&data)),
            // Also what is not known: no fault.
            _ => return Ok(None),
        };
        Ok(Some(Self { at, what }))
    }
}

/// A marker's words, made safe to show.
fn mark(words: &str) -> String {
    visible(words).chars().take(LONGEST_MARK).collect()
}

/// Reads a recording. Times that go back count as the latest before them.
pub fn read(bytes: &[u8]) -> Result<Cast, Why> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let head = Head::read(lines.next().unwrap_or_default())?;
    let (mut events, mut skipped, mut latest) = (Vec::new(), 0, Duration::ZERO);
    for line in lines.filter(|line| !line.trim().is_empty()) {
        match Event::read(line) {
            Ok(Some(event)) if events.len() < MOST_EVENTS => {
                latest = latest.max(event.at);
                events.push(Event { at: latest, ..event });
            }
            Ok(None) => {}
            _ => skipped += 1,
        }
    }
    Ok(Cast { head, events, skipped })
}

/// The most that these bytes become in a file.
#[must_use]
pub fn cost(bytes: &[u8]) -> usize {
    const AROUND: usize = 40;
    let of = |byte: &u8| match byte {
        0..0x20 => 6,
        b'"' | b'\\' => 2,
        // One that belongs to no character becomes the three of U+FFFD.
        0x80.. => 3,
        _ => 1,
    };
    bytes.iter().map(of).sum::<usize>() + AROUND
}

/// Bytes on their way to text: a character whose end has not come yet waits for it.
#[derive(Debug, Default)]
pub struct Decoder {
    held: Vec<u8>,
}

impl Decoder {
    /// What can be said of all that has come.
    pub fn text(&mut self, bytes: &[u8]) -> String {
        self.held.extend_from_slice(bytes);
        let whole = match self.held.utf8_chunks().last() {
            Some(last) if begins_a_character(last.invalid()) => self.held.len() - last.invalid().len(),
            _ => self.held.len(),
        };
        let text = String::from_utf8_lossy(&self.held[..whole]).into_owned();
        self.held.drain(..whole);
        text
    }
}

/// Whether these bytes, with which the text ends, may become a character.
fn begins_a_character(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

/// A name as a file's: letters, digits, `-` and `_` are themselves, and everything else is told by its bytes.
#[must_use]
pub fn file_name(name: &str) -> String {
    use std::fmt::Write as _;
    let mut shown = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => shown.push(char::from(byte)),
            // Writing to a String cannot fail.
            _ => drop(write!(shown, "%{byte:02x}")),
        }
    }
    // A name of nothing, or of hundreds of bytes, is none for a file.
    if shown.is_empty() { "%".to_owned() } else { shown.chars().take(200).collect() }
}

#[cfg(test)]
mod tests;
