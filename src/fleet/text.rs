//! Text from outside, made safe to show.
//!
//! Names, titles, messages and heartbeats are written by anybody. A control character in them must reach the
//! operator as a picture of itself (␛, ␇ …), never as a control character.

/// The text with every control character, bidirectional override and line separator replaced by a visible picture.
#[must_use]
pub fn visible(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    pictured(text).map(|(_, shown)| shown).collect()
}

/// The text without what [`visible`] would have to replace, line breaks and tabs kept, and how many characters that took
/// out: what somebody reads before it is sent must be what arrives.
#[must_use]
pub fn cleaned(text: &str) -> (String, usize) {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = |(c, shown): &(char, char)| matches!(c, '\n' | '\t') || c == shown;
    let clean: String = pictured(&lines).filter(kept).map(|(c, _)| c).collect();
    let taken = lines.chars().count() - clean.chars().count();
    (clean, taken)
}

/// Whether a text is nothing but what a typewriter has: each byte of it is one cell, and none needs a picture. Nearly
/// all names and words are, and each is drawn again and again.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Each character with its picture.
fn pictured(text: &str) -> impl Iterator<Item = (char, char)> {
    let mut before = None;
    let mut rest = text.chars().peekable();
    std::iter::from_fn(move || {
        let c = rest.next()?;
        let joins_emoji = c == JOINER && before.is_some_and(is_emoji) && rest.peek().copied().is_some_and(is_emoji);
        before = Some(c);
        Some((c, if joins_emoji { c } else { visible_char(c) }))
    })
}

/// Makes one picture of two emoji; anywhere else it would hide what a name really is.
const JOINER: char = '\u{200d}';

/// Whether a character may be a part of a composed emoji: symbols, pictographs, skin tones, the colour selector.
fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

/// The picture of one character standing alone: itself unless it could steer a terminal or hide.
#[must_use]
pub fn visible_char(c: char) -> char {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        // C1 controls; line and paragraph separators; bidirectional marks, embeddings, overrides and isolates;
        // zero-width characters that would hide what a name really is; tags, which hide whole sentences.
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        other => other,
    }
}

/// The `key=value` lines of a heartbeat or of the pause switch, whatever ends a line; any other line is passed over.
/// A value may hold `=`; blanks around both are dropped.
pub(crate) fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim(), value.trim()))
        .filter(|(key, _)| !key.is_empty())
}

/// A typed command for the log: what stands behind its first word may be a secret.
#[must_use]
pub fn without_arguments(command: &str) -> String {
    let command = command.trim();
    match command.split_once(char::is_whitespace) {
        Some((word, _)) => format!("{word} …"),
        None => command.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{cleaned, visible};

    #[test]
    fn an_escape_sequence_is_shown_not_obeyed() {
        assert_eq!(visible("a\u{1b}[2Jb\u{7}\r\n"), "a␛[2Jb␇␍␊");
    }

    #[test]
    fn an_eight_bit_control_and_a_bidirectional_override_are_replaced() {
        assert_eq!(visible("\u{9b}2J\u{202e}gpj.exe"), "\u{fffd}2J\u{fffd}gpj.exe");
    }

    #[test]
    fn ordinary_text_in_any_script_is_untouched() {
        assert_eq!(visible("π - naïve 漢字 👩"), "π - naïve 漢字 👩");
    }

    #[test]
    fn what_is_cleaned_has_lost_what_hides_or_steers_and_says_how_much() {
        for (raw, clean, taken) in [
            ("rm \u{202e}txt.exe\u{200b}", "rm txt.exe", 2),
            ("a\u{1b}[2J\u{7}b", "a[2Jb", 2),
            ("one\r\ntwo\rthree\tfour", "one\ntwo\nthree\tfour", 0),
            ("ok\u{e0041}\u{e0042}\u{2060}\u{61c}", "ok", 4),
            ("👩\u{200d}💻 co\u{200d}der", "👩\u{200d}💻 coder", 1),
        ] {
            assert_eq!(cleaned(raw), (clean.to_owned(), taken));
        }
    }

    #[test]
    fn a_joiner_is_kept_inside_a_composed_emoji_and_nowhere_else() {
        for emoji in ["👩\u{200d}💻", "👩🏽\u{200d}🚀", "❤\u{fe0f}\u{200d}🔥", "👨\u{200d}👩\u{200d}👧"]
        {
            assert_eq!(visible(emoji), emoji);
        }
        for (hiding, shown) in [
            ("co\u{200d}der", "co\u{fffd}der"),
            ("👩\u{200d}", "👩\u{fffd}"),
            ("\u{200d}👩", "\u{fffd}👩"),
            ("👩\u{200d}\u{200d}💻", "👩\u{fffd}\u{fffd}💻"),
            ("а\u{200d}б", "а\u{fffd}б"),
        ] {
            assert_eq!(visible(hiding), shown);
        }
    }
}
