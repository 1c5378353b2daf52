//! Text for a screen of cells: made safe, cut to a width, wrapped. Ages in words: `fleet::words`.
//!
//! PURE. Widths are counted as the terminal's cells are: a wide character is never cut in half.

use ratatui::{style::Style, text::Span};
use unicode_width::UnicodeWidthStr;

use crate::fleet::text::{is_plain, visible};

/// The width in cells that a text has once it is made safe to show.
#[must_use]
pub fn width(text: &str) -> usize {
    if is_plain(text) { text.len() } else { cells_of(&visible(text)) }
}

/// The same of a text that is safe already.
fn cells_of(text: &str) -> usize {
    graphemes(text).into_iter().map(|(_, cells)| cells).sum()
}

/// The text made safe to show and cut to so many cells, with `…` where something is missing.
#[must_use]
pub fn fit(text: &str, cells: usize) -> String {
    fitted(text, cells).0
}

/// The same with how many cells it takes.
fn fitted(text: &str, cells: usize) -> (String, usize) {
    let text = visible(text);
    let wide = if is_plain(&text) { text.len() } else { cells_of(&text) };
    if wide <= cells {
        return (text, wide);
    }
    let (head, _) = split(&text, cells.saturating_sub(1));
    if cells == 0 { (String::new(), 0) } else { (format!("{head}…"), cells_of(head) + 1) }
}

/// The same, filled up with blanks to exactly so many cells.
#[must_use]
pub fn pad(text: &str, cells: usize) -> String {
    let (mut text, wide) = fitted(text, cells);
    let missing = cells.saturating_sub(wide);
    text.extend(std::iter::repeat_n(' ', missing));
    text
}

/// As many of these as fit, whole, the first ones first.
#[must_use]
pub fn fit_whole(parts: &[&str], between: &str, cells: usize) -> String {
    let mut line = String::new();
    for part in parts {
        let joined = if line.is_empty() { (*part).to_owned() } else { format!("{line}{between}{part}") };
        if width(&joined) > cells {
            break;
        }
        line = joined;
    }
    line
}

/// What keys do, parted by `·`, the most needed first and the way out last: as many as fit, whole, the way out among them.
#[must_use]
pub fn fit_hint(says: &str, cells: usize) -> String {
    let parts: Vec<&str> = says.split(BETWEEN).collect();
    let Some((out, others)) = parts.split_last().filter(|_| width(says) > cells) else { return fit(says, cells) };
    let shown = fit_whole(others, BETWEEN, cells.saturating_sub(width(out) + width(BETWEEN)));
    match () {
        () if !shown.is_empty() => format!("{shown}{BETWEEN}{out}"),
        () if width(out) <= cells => (*out).to_owned(),
        () => fit(out, cells),
    }
}

/// What parts the keys of a hint.
const BETWEEN: &str = " · ";

/// The text made safe to show, in lines of at most so many cells, broken at blanks where there are any.
#[must_use]
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let text = visible(text);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word.to_owned();
        let needed = width(&word) + usize::from(!line.is_empty());
        if !line.is_empty() && width(&line) + needed > cells {
            lines.push(std::mem::take(&mut line));
        }
        while line.is_empty() && width(&word) > cells {
            let (head, tail) = split(&word, cells.max(2));
            if head.is_empty() {
                // One character that is wider than a line: Hangul and Devanagari can be joined without end.
                let first = graphemes(&word).first().map_or(word.len(), |(bytes, _)| *bytes);
                word.replace_range(..first, "…");
                continue;
            }
            let tail = tail.to_owned();
            lines.push(head.to_owned());
            word = tail;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

/// As much of a text as fits into so many cells, and the rest.
fn split(text: &str, cells: usize) -> (&str, &str) {
    let mut used = 0;
    let mut end = 0;
    for (bytes, wide) in graphemes(text) {
        if used + wide > cells {
            break;
        }
        used += wide;
        end += bytes;
    }
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// What a person sees as one character, each as its length in bytes and its width as ratatui will place it.
fn graphemes(text: &str) -> Vec<(usize, usize)> {
    Span::raw(text).styled_graphemes(Style::default()).map(|g| (g.symbol.len(), g.symbol.width())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_without_cutting_a_wide_character() {
        for (text, cells, expected) in [
            ("merge-gate", 10, "merge-gate"),
            ("merge-gate", 9, "merge-ga…"),
            ("翻訳係", 6, "翻訳係"),
            ("翻訳係", 5, "翻訳…"),
            ("翻訳係", 4, "翻…"),
            ("abc", 0, ""),
            ("a\u{1b}[2J", 9, "a␛[2J"),
        ] {
            assert_eq!(fit(text, cells), expected, "{text} in {cells}");
        }
    }

    #[test]
    fn a_hint_names_whole_keys_only_and_always_the_way_out() {
        for (cells, expected) in [
            (99, "y does it · f forces it · Esc leaves it"),
            (38, "y does it · Esc leaves it"),
            (25, "y does it · Esc leaves it"),
            (24, "Esc leaves it"),
            (6, "Esc l…"),
            (0, ""),
        ] {
            assert_eq!(fit_hint("y does it · f forces it · Esc leaves it", cells), expected, "{cells}");
        }
        assert_eq!(fit_whole(&["reset", "resume", "relaunch"], " ", 13), "reset resume");
    }

    #[test]
    fn a_padded_text_has_exactly_its_width() {
        for text in ["", "abc", "翻訳係", "👩‍💻 pair", "e\u{301}e\u{301}"] {
            for cells in 0..8 {
                assert_eq!(width(&pad(text, cells)), cells, "{text} in {cells}");
            }
        }
    }

    #[test]
    fn a_long_text_is_wrapped_at_blanks_and_a_long_word_anywhere() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("/home/ops/src/app", 6), ["/home/", "ops/sr", "c/app"]);
        assert_eq!(wrap("", 7), [""]);
    }

    #[test]
    fn a_character_that_is_wider_than_a_line_is_left_out_and_the_wrapping_ends() {
        // One cluster of two hundred cells, and one of which three letters are drawn.
        for one in ["\u{1100}".repeat(100), "क्".repeat(40) + "ष"] {
            for cells in 0..12 {
                let lines = wrap(&format!("a {one} b{one}"), cells);
                assert!(lines.iter().all(|line| width(line) <= cells.max(2)), "{cells}: {lines:?}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn wrapping_ends_and_keeps_to_the_width(text in "(\\PC|[\u{1100}-\u{11ff}]|[\u{900}-\u{97f}]| ){0,60}", cells in 2usize..20) {
            proptest::prop_assert!(wrap(&text, cells).iter().all(|line| width(line) <= cells));
        }
    }
}
