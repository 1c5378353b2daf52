//! Text from outside, made safe to show.
//!
//! Names, titles, messages and heartbeats are written by anybody. A control character in them must reach the
//! operator as a picture of itself (␛, ␇ …), never as a control character.

/// The text with every control character, bidirectional override and line separator replaced by a visible picture.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let joins_emoji = c == JOINER && before.is_some_and(is_emoji) && rest.peek().copied().is_some_and(is_emoji);
        shown.push(if joins_emoji { c } else { visible_char(c) });
        before = Some(c);
    }
    shown
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
        // zero-width characters that would hide what a name really is.
        '\u{80}'..='\u{9f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => '\u{fffd}',
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
    use super::visible;

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
