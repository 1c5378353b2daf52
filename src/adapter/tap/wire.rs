//! How the tap, its watchers and the handoff speak: one greeting line, then frames. Knows no socket.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::binary::Build;
use crate::{
    adapter::recorder::Wish,
    fleet::{ids::PaneId, reading::Why},
    screen::Size,
};

/// Raised with every change of what follows; a tap and a watcher that differ do not talk. Two things never change, so
/// that they can still part in peace: [`Hello`], and the frame that says why it is over.
pub(super) const VERSION: u32 = 3;

/// A frame longer than this is no frame of ours: a picture of a 1000×1000 pane stays below it.
const LONGEST_FRAME: usize = 64 << 20;

/// What can be read of a greeting in any version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Hello {
    /// Its version.
    pub v: u32,
    /// Which build a watcher runs, and would start.
    #[serde(default)]
    pub build: Option<Build>,
}

impl Hello {
    /// What a line says, whatever else is in it.
    pub(super) fn read(line: &[u8]) -> Result<Self, Why> {
        serde_json::from_slice(line).map_err(|error| Why::new(format!("no greeting: {error}")))
    }
}

/// The first line of every connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Greeting {
    /// [`VERSION`].
    pub v: u32,
    /// As in [`Hello`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub build: Option<Build>,
    /// Who it is.
    #[serde(flatten)]
    pub who: Who,
}

/// Who connects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Who {
    /// A watcher of a pane. What it sends further is [`Said`].
    Watch {
        /// The pane's number.
        pane: u32,
        /// Whose record is to be kept meanwhile; none where the watcher wants none.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        record: Option<Wish>,
    },
    /// A handoff: the pipe's end comes with this line.
    Handoff {
        /// The pane's number.
        pane: u32,
        /// Which start of a pipe it belongs to.
        generation: String,
    },
}

impl Greeting {
    /// The greeting as a line.
    pub(super) fn line(build: Option<Build>, who: Who) -> Vec<u8> {
        // A struct of numbers and strings always serialises; an empty line would be refused by the tap.
        let mut line = serde_json::to_vec(&Self { v: VERSION, build, who }).unwrap_or_default();
        line.push(b'\n');
        line
    }

    /// The greeting that a line holds.
    pub(super) fn read(line: &[u8]) -> Result<Self, Why> {
        serde_json::from_slice(line).map_err(|error| Why::new(format!("no greeting: {error}")))
    }
}

/// One thing that the tap tells a watcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    /// A fresh picture: the size and the bytes that draw it.
    Picture { size: Size, at: Timestamp, picture: Vec<u8> },
    /// What the pane printed next.
    Bytes { at: Timestamp, bytes: Vec<u8> },
    /// The mirror ended, and why.
    Gone(String),
    /// The tap makes room for one of a newer build, which the watcher is to join or to start.
    Leaving(String),
    /// The pane is not recorded any more, and why.
    Unrecorded(String),
}

/// One thing that a watcher tells the tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// The picture cannot be right any more: a fresh seed is wanted.
    Reseed,
    /// A marker for the record.
    Mark(String),
}

/// The longest thing that a watcher says. What is longer is dropped.
const LONGEST_SAID: usize = 1024;

impl Said {
    /// `r`, or `m` with its words up to the line's end.
    pub(super) fn write(&self) -> Vec<u8> {
        match self {
            Self::Reseed => b"r\n".to_vec(),
            Self::Mark(words) => {
                let words: String = words.chars().filter(|c| !c.is_control()).take(LONGEST_SAID / 8).collect();
                format!("m{words}\n").into_bytes()
            }
        }
    }

    /// Takes all whole lines off the front of `bytes`.
    pub(super) fn take(bytes: &mut Vec<u8>) -> Vec<Self> {
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let lines: Vec<u8> = bytes.drain(..whole).collect();
        if bytes.len() > LONGEST_SAID {
            bytes.clear();
        }
        let said = lines.split(|&byte| byte == b'\n').filter_map(|line| match line.split_first()? {
            (b'r', []) => Some(Self::Reseed),
            (b'm', words) => Some(Self::Mark(String::from_utf8_lossy(words).into_owned())),
            _ => None,
        });
        said.collect()
    }
}

impl Frame {
    /// Length (4 bytes, big end first), kind (1), time in milliseconds (8), body.
    pub(super) fn write(&self) -> Vec<u8> {
        let (kind, at, head, body): (u8, Option<&Timestamp>, Vec<u8>, &[u8]) = match self {
            Self::Picture { size, at, picture } => {
                (b'P', Some(at), [size.rows.to_be_bytes(), size.cols.to_be_bytes()].concat(), picture)
            }
            Self::Bytes { at, bytes } => (b'B', Some(at), Vec::new(), bytes),
            Self::Gone(why) => (b'G', None, Vec::new(), why.as_bytes()),
            Self::Leaving(why) => (b'L', None, Vec::new(), why.as_bytes()),
            Self::Unrecorded(why) => (b'U', None, Vec::new(), why.as_bytes()),
        };
        let millis = at.map_or(0, |at| at.as_millisecond());
        let length = 9 + head.len() + body.len();
        let mut frame = Vec::with_capacity(4 + length);
        frame.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
        frame.push(kind);
        frame.extend_from_slice(&millis.to_be_bytes());
        frame.extend_from_slice(&head);
        frame.extend_from_slice(body);
        frame
    }

    /// Takes one whole frame off the front of `bytes`; `None` when more must come first.
    pub(super) fn take(bytes: &mut Vec<u8>) -> Result<Option<Self>, Why> {
        let Some(head) = bytes.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*head) as usize;
        if !(9..=LONGEST_FRAME).contains(&length) {
            return Err(Why::new(format!("the tap sent a frame of {length} bytes")));
        }
        if bytes.len() < 4 + length {
            return Ok(None);
        }
        let frame: Vec<u8> = bytes.drain(..4 + length).skip(4).collect();
        Self::read(&frame).map(Some)
    }

    fn read(frame: &[u8]) -> Result<Self, Why> {
        let broken = || Why::new("the tap sent a frame that cannot be read");
        let (kind, rest) = frame.split_first().ok_or_else(broken)?;
        let (millis, body) = rest.split_first_chunk::<8>().ok_or_else(broken)?;
        let at = Timestamp::from_millisecond(i64::from_be_bytes(*millis)).map_err(|_| broken())?;
        match kind {
            b'P' => {
                let (rows, rest) = body.split_first_chunk::<2>().ok_or_else(broken)?;
                let (cols, picture) = rest.split_first_chunk::<2>().ok_or_else(broken)?;
                let size = Size { rows: u16::from_be_bytes(*rows), cols: u16::from_be_bytes(*cols) };
                Ok(Self::Picture { size, at, picture: picture.to_vec() })
            }
            b'B' => Ok(Self::Bytes { at, bytes: body.to_vec() }),
            b'G' => Ok(Self::Gone(String::from_utf8_lossy(body).into_owned())),
            b'L' => Ok(Self::Leaving(String::from_utf8_lossy(body).into_owned())),
            b'U' => Ok(Self::Unrecorded(String::from_utf8_lossy(body).into_owned())),
            _ => Err(broken()),
        }
    }
}

/// Who a watcher of a pane is.
pub(super) fn watch(pane: PaneId, record: Option<Wish>, build: &Build) -> Vec<u8> {
    Greeting::line(Some(build.clone()), Who::Watch { pane: pane.0, record })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::adapter::recorder::Whole;

    #[test]
    fn a_greeting_is_read_as_it_was_written() {
        let line = Greeting::line(None, Who::Handoff { pane: 5, generation: "ab".into() });
        assert_eq!(Greeting::read(&line).unwrap().who, Who::Handoff { pane: 5, generation: "ab".into() });
        assert_eq!(Hello::read(&line).unwrap(), Hello { v: VERSION, build: None });
        assert!(Greeting::read(b"GET / HTTP/1.1\r\n").is_err());
    }

    #[test]
    fn who_greets_in_another_version_is_still_known_by_its_build() {
        let line = br#"{"v":99,"build":{"version":"9.0.0","made":18446744073709551615,"more":1},"dance":{"pane":[1]}}"#;
        let build = Build { version: "9.0.0".into(), made: u64::MAX };
        assert_eq!(Hello::read(line).unwrap(), Hello { v: 99, build: Some(build) });
        assert!(Greeting::read(line).is_err());
    }

    #[test]
    fn a_watcher_says_which_build_it_runs() {
        let build = Build { version: "0.1.0".into(), made: 1_763_700_000_123_456_789 };
        let wish = Wish { agent: "coder0".into(), megabytes: 10, whole: Whole::default() };
        for record in [None, Some(wish)] {
            let greeting = Greeting::read(&watch(PaneId(3), record.clone(), &build)).unwrap();
            let who = Who::Watch { pane: 3, record };
            assert_eq!(greeting, Greeting { v: VERSION, build: Some(build.clone()), who });
        }
    }

    #[test]
    fn what_a_watcher_says_is_taken_line_by_line() {
        let said = [Said::Mark("◆ stuck".into()), Said::Reseed];
        let mut bytes: Vec<u8> = said.iter().flat_map(Said::write).chain(*b"?\nmhal").collect();
        assert_eq!(Said::take(&mut bytes), said);
        assert_eq!(bytes, b"mhal");
        assert_eq!(Said::Mark("a\nr\nb".into()).write(), b"marb\n");
        let mut endless = vec![b'm'; LONGEST_SAID + 1];
        assert!(Said::take(&mut endless).is_empty() && endless.is_empty());
    }

    proptest! {
        #[test]
        fn frames_are_read_as_they_were_written(
            body in proptest::collection::vec(any::<u8>(), 0..50), rows in any::<u16>(), cols in any::<u16>(), cut in 0..60_usize,
        ) {
            let at = Timestamp::from_millisecond(1_700_000_000_123).unwrap();
            let frames = [
                Frame::Picture { size: Size { rows, cols }, at, picture: body.clone() },
                Frame::Bytes { at, bytes: body },
                Frame::Gone("the pane is gone".into()),
                Frame::Leaving("a newer one takes over".into()),
                Frame::Unrecorded("the disk is full".into()),
            ];
            let sent: Vec<u8> = frames.iter().flat_map(Frame::write).collect();
            let cut = cut.min(sent.len());
            let mut inbox = Vec::new();
            let mut read = Vec::new();
            for part in [&sent[..cut], &sent[cut..]] {
                inbox.extend_from_slice(part);
                while let Some(frame) = Frame::take(&mut inbox).unwrap() {
                    read.push(frame);
                }
            }
            prop_assert_eq!(read, frames);
        }

        #[test]
        fn garbage_is_refused_in_words(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut inbox = bytes;
            while let Ok(Some(_)) = Frame::take(&mut inbox) {}
        }
    }
}
