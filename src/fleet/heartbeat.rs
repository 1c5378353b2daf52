//! Heartbeat files, version 1: text → [`Heartbeat`]; (heartbeat, now) → [`Health`]. Spec §5.
//!
//! Reads no clock and no file: whoever has both passes them in.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    reading::{Reading, Why},
    text::pairs,
    words,
};

/// How many intervals a heartbeat may be old and still be healthy.
const HEALTHY_INTERVALS: u32 = 3;

/// What a heartbeat file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// When it was written.
    pub ts: Option<Timestamp>,
    /// The agent's pid, as the sidecar knows it.
    pub pid: Option<u32>,
    /// `ok` or `busy`; anything else reads as not known.
    pub status: Option<Status>,
    /// The model it runs.
    pub model: Option<String>,
    /// Keys that this version does not know, kept for JSON output.
    pub other: BTreeMap<String, String>,
}

/// The `status` of a heartbeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Alive.
    Ok,
    /// Alive and working.
    Busy,
}

/// Spec §5: how a heartbeat's age reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Age ≤ 3 × interval.
    Healthy,
    /// Older.
    Stale,
    /// Missing, unreadable, unparsable, or more than one interval in the future.
    Unknown,
}

/// Reads a heartbeat file. Of a key that stands twice the last one counts; a line that is no `key=value` is passed over.
pub fn parse(text: &str) -> Result<Heartbeat, Why> {
    if text.trim().is_empty() {
        return Err(Why::new("the heartbeat file is empty"));
    }
    let mut keys: BTreeMap<String, String> =
        pairs(text).map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    if keys.is_empty() {
        return Err(Why::new("the heartbeat file holds no key=value line"));
    }
    let mut take = |key| keys.remove(key).filter(|value| !value.is_empty());
    let ts = take("ts")
        .map(|text| text.parse().map_err(|_| Why::new(format!("the heartbeat's ts is no time: {text:?}"))))
        .transpose()?;
    Ok(Heartbeat {
        ts,
        pid: take("pid").and_then(|text| text.parse().ok()),
        status: take("status").and_then(|text| Status::read(&text)),
        model: take("model"),
        other: keys,
    })
}

/// How a heartbeat reads at a time; why it is not healthy, in words; and its age (0 for one that is in the future by
/// no more than an interval, none for one that is further ahead or has no time).
#[must_use]
pub fn health(
    read: &Reading<Heartbeat>,
    now: Timestamp,
    interval: Duration,
) -> (Health, Option<String>, Option<Duration>) {
    let unknown = |why: String| (Health::Unknown, Some(why), None);
    let ts = match read {
        Reading::Unknown(why) => return unknown(why.words().to_owned()),
        Reading::Known(Heartbeat { ts: None, .. }) => return unknown("the heartbeat says no time (ts)".to_owned()),
        Reading::Known(Heartbeat { ts: Some(ts), .. }) => *ts,
    };
    let difference = now.duration_since(ts);
    let apart = difference.unsigned_abs();
    if difference.is_negative() && apart > interval {
        let ahead = words::long(apart);
        return unknown(format!("the heartbeat is {ahead} in the future: the agent's clock or this one is wrong"));
    }
    let age = if difference.is_negative() { Duration::ZERO } else { apart };
    let limit = interval.saturating_mul(HEALTHY_INTERVALS);
    if age <= limit {
        (Health::Healthy, None, Some(age))
    } else {
        let why = format!("the last heartbeat is {} old, more than {}", words::long(age), words::long(limit));
        (Health::Stale, Some(why), Some(age))
    }
}

impl Status {
    fn read(text: &str) -> Option<Self> {
        match text {
            "ok" => Some(Self::Ok),
            "busy" => Some(Self::Busy),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use proptest::prelude::*;

    use super::*;

    const WHOLE: &str = "ts=2026-06-20T21:14:03Z\npid=41234\nstatus=ok\nmodel=openai-codex/gpt-5.5\n";
    const INTERVAL: Duration = Duration::from_secs(15);

    /// The health of a heartbeat written so many seconds before now.
    fn check(seconds_old: i64, health_then: Health, age: Option<u64>) -> String {
        let beat = parse(WHOLE).unwrap();
        let now = beat.ts.unwrap() + jiff::SignedDuration::from_secs(seconds_old);
        let (found, why, found_age) = health(&Reading::Known(beat), now, INTERVAL);
        assert_eq!((found, found_age), (health_then, age.map(Duration::from_secs)), "{seconds_old} s old");
        why.unwrap_or_default()
    }

    #[test]
    fn a_whole_heartbeat_is_read() {
        let beat = parse(WHOLE).unwrap();
        assert_eq!(
            (beat.pid, beat.status, beat.model.as_deref()),
            (Some(41234), Some(Status::Ok), Some("openai-codex/gpt-5.5"))
        );
        assert!(beat.ts.is_some() && beat.other.is_empty());
    }

    #[test]
    fn windows_line_ends_unknown_keys_and_repeated_keys_are_taken() {
        let beat = parse("status=ok\r\nstatus=busy\r\nx=1=2\r\njunk\r\npid=minus\r\n").unwrap();
        assert_eq!((beat.status, beat.pid, beat.ts), (Some(Status::Busy), None, None));
        assert_eq!(beat.other, BTreeMap::from([("x".to_owned(), "1=2".to_owned())]));
    }

    #[test]
    fn a_status_of_another_word_is_not_known() {
        assert_eq!(parse("status=OK\n").unwrap().status, None);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (text, why) in [
            ("", "the heartbeat file is empty"),
            (" \r\n", "the heartbeat file is empty"),
            ("\u{fffd}\u{0}ELF", "the heartbeat file holds no key=value line"),
            ("ts=yesterday\n", "the heartbeat's ts is no time: \"yesterday\""),
        ] {
            assert_eq!(parse(text).map_err(|why| why.to_string()), Err(why.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn three_intervals_old_is_still_healthy_and_a_moment_later_stale() {
        check(0, Health::Healthy, Some(0));
        check(45, Health::Healthy, Some(45));
        assert_eq!(check(46, Health::Stale, Some(46)), "the last heartbeat is 46 s old, more than 45 s");
    }

    #[test]
    fn a_heartbeat_from_the_future_blames_a_clock() {
        check(-15, Health::Healthy, Some(0));
        let why = check(-16, Health::Unknown, None);
        assert_eq!(why, "the heartbeat is 16 s in the future: the agent's clock or this one is wrong");
    }

    #[test]
    fn a_heartbeat_that_is_missing_or_has_no_time_is_unknown_with_its_reason() {
        let now = Timestamp::UNIX_EPOCH;
        let missing = Reading::unknown("no heartbeat file");
        assert_eq!(health(&missing, now, INTERVAL), (Health::Unknown, Some("no heartbeat file".into()), None));
        let timeless = parse("status=ok").into();
        assert_eq!(health(&timeless, now, INTERVAL).1.unwrap(), "the heartbeat says no time (ts)");
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader_or_the_clock(text in "(?s).{0,80}|(ts|pid|status)=.{0,30}\n?", now in any::<i32>(), interval in any::<u64>()) {
            let now = Timestamp::from_second(i64::from(now)).unwrap();
            let _ = health(&parse(&text).into(), now, Duration::from_secs(interval));
        }
    }
}
