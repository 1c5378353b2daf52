//! Text on its way to the operator's clipboard: bounded, and what is said of it. PURE.

use super::{effect::Effect, model::Model};
use crate::fleet::words::count;

/// The most that is copied, in bytes: some terminals drop an OSC 52 that is longer than 100 kB, and in base64 this is.
const MOST: usize = 72 * 1024;

/// Copies a text, and says so. An empty one is not copied: it would empty the clipboard.
pub(super) fn copy(model: &mut Model, text: &str) -> Vec<Effect> {
    let text = text.trim_end();
    if text.is_empty() {
        model.say("there is nothing to copy: it is blank".to_owned());
        return Vec::new();
    }
    let (copied, says) = bounded(text);
    model.say(format!("{says}; your terminal must allow OSC 52"));
    vec![Effect::Copy(copied.to_owned())]
}

/// As many whole lines of a text as may be copied, at least a part of the last, and what is said of them.
fn bounded(text: &str) -> (&str, String) {
    let lines = text.lines().count();
    if text.len() <= MOST {
        return (text, format!("copied {} ({})", count(lines, "line"), size(text.len())));
    }
    let end = (0..=MOST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let (head, _) = text.split_at(end);
    let last = &head[head.rfind('\n').map_or(0, |at| at + 1)..];
    let whole = head.strip_suffix(last).filter(|whole| !whole.is_empty()).unwrap_or(head).trim_end();
    let kept = whole.lines().count();
    (whole, format!("copied the first {kept} of {lines} lines ({}: more is not taken)", size(whole.len())))
}

/// A number of bytes, short.
#[must_use]
pub fn size(bytes: usize) -> String {
    match bytes {
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_cut_at_a_line_and_said() {
        assert_eq!(bounded("a\nb"), ("a\nb", "copied 2 lines (3 bytes)".to_owned()));
        let long = "0123456789\n".repeat(10_000);
        let (copied, says) = bounded(long.trim_end());
        assert_eq!(copied.len() % 11, 10, "whole lines");
        assert!(copied.len() <= MOST && says.starts_with("copied the first 6702 of 10000 lines (73 kB"), "{says}");
        let long = "漢".repeat(MOST);
        let (copied, _) = bounded(&long);
        assert_eq!(copied.len(), MOST / 3 * 3);
    }

    #[test]
    fn a_size_is_short() {
        let sizes = [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (2_340_000, "2.3 MB")];
        for (bytes, words) in sizes {
            assert_eq!(size(bytes), words);
        }
    }
}
