//! Whether a draft in the composer is the text that was sent.
//!
//! A composer wraps it, scrolls it, collapses it, turns tabs into blanks and draws some characters in its own way. What
//! is compared is therefore what all of these keep: letters and digits in their order.

use crate::fleet::composer::Composer;

/// Fewer visible characters than this are too few to know a part of a text by.
const ENOUGH: usize = 12;

/// Whether what the composer shows is our text, the whole of it or the part that it has room for.
pub(super) fn holds(composer: &Composer, sent: &str) -> bool {
    let Composer::Draft { text, collapsed } = composer else { return false };
    let (shown, sent) = essences(text, sent);
    if *collapsed {
        return holds_collapsed(text, &sent);
    }
    // A scrolled one shows its end, where the cursor is; a few letters are the end of many texts.
    let is_part = shown.chars().count() >= ENOUGH || text.lines().count() >= 3;
    !shown.is_empty() && (shown == sent || (is_part && sent.ends_with(&shown)))
}

/// How many rows of a picture show how our text begins. One more than before Enter: the runtime has drawn it as a message.
pub(super) fn echoes(picture: &[String], sent: &str) -> usize {
    let start: String = essence(sent.lines().next().unwrap_or_default()).chars().take(2 * ENOUGH).collect();
    if start.chars().count() < ENOUGH { 0 } else { picture.iter().filter(|row| essence(row).contains(&start)).count() }
}

/// Nothing but the stand-in, or beside it only words of our own: some runtimes collapse a part.
fn holds_collapsed(text: &str, sent: &str) -> bool {
    let Some((before, rest)) = text.split_once('[') else { return false };
    let after = rest.split_once(']').map_or("", |(_, after)| after);
    let beside: Vec<String> = [before, after].into_iter().map(essence).collect();
    beside.iter().all(|words| words.is_empty() || sent.contains(words.as_str()))
}

/// Both by letters and digits; where ours has none, by whatever is not blank.
fn essences(shown: &str, sent: &str) -> (String, String) {
    let by_words = essence(sent);
    if by_words.is_empty() {
        let marks = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        return (marks(shown), marks(sent));
    }
    (essence(shown), by_words)
}

fn essence(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
