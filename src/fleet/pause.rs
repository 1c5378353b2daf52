//! The fleet's pause switch: the text of `fleet/run/PAUSED` → who paused, when, where and why. Spec §8.
//!
//! The file's being there is the pause; nothing that it says, or fails to say, can undo that. So nothing here fails.

use jiff::Timestamp;

use super::{facts::Pause, text::pairs, words::utc};

/// Reads the switch. Its `at` counts when it is a time, else the file's modification time.
#[must_use]
pub fn parse(text: &str, modified: Option<Timestamp>) -> Pause {
    let last = |wanted: &str| {
        let value = pairs(text).filter(|(key, _)| *key == wanted).last()?.1;
        (!value.is_empty()).then(|| value.to_owned())
    };
    Pause {
        by: last("by"),
        host: last("host"),
        at: last("at").and_then(|at| at.parse().ok()).or(modified),
        reason: last("reason"),
    }
}

/// Writes a switch: `key=value` lines, each value on its own line whatever it holds.
#[must_use]
pub fn write(by: &str, host: &str, at: Timestamp, reason: Option<&str>) -> String {
    let line = |key: &str, value: &str| format!("{key}={}\n", value.replace(['\n', '\r'], " "));
    let reason = reason.map_or_else(String::new, |reason| line("reason", reason));
    format!("{}{}{}{reason}", line("by", by), line("host", host), line("at", &utc(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOUCHED: Timestamp = Timestamp::UNIX_EPOCH;

    fn check(text: &str, by: Option<&str>, at: &str, reason: Option<&str>) {
        let pause = parse(text, Some(TOUCHED));
        assert_eq!((pause.by.as_deref(), pause.reason.as_deref()), (by, reason), "{text:?}");
        assert_eq!(pause.at.map(|at| at.to_string()).as_deref(), Some(at), "{text:?}");
    }

    #[test]
    fn a_switch_says_who_when_and_why() {
        check(
            "by=ops\r\nhost=lin\r\nat=2026-06-20T21:14:03Z\r\nreason=a=b, then c\r\n",
            Some("ops"),
            "2026-06-20T21:14:03Z",
            Some("a=b, then c"),
        );
    }

    #[test]
    fn anyones_touch_counts_with_the_files_own_time() {
        for text in ["", "\n", "paused!", "at=soon\nby=\n", "\u{fffd}\u{0}"] {
            check(text, None, "1970-01-01T00:00:00Z", None);
        }
        assert_eq!(parse("", None), Pause { by: None, host: None, at: None, reason: None });
    }
}
