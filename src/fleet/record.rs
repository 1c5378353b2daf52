//! What a runtime wrote down about itself: the one shape that every runtime's own record is read into.
//!
//! Here stands only what a record *says*. Where it is found and how it is read is `adapter`'s; what follows from it is
//! `fleet::word`'s and `fleet::readiness`'s. All text in it is the runtime's or the model's, and hostile: show it
//! through `fleet::text::visible`.

pub mod claude;
pub mod codex;
pub mod journal;
mod json;
pub mod opencode;
pub mod pi;

use std::time::Duration;

use jiff::Timestamp;

/// The most bytes that are kept of a prompt or a title: enough to know it again, too little to fill the memory.
pub const TEXT_MOST: usize = 4096;

/// What one agent's runtime has written about itself, as far as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Whose record: `claude`, `codex`, `pi`, `opencode`.
    pub source: &'static str,
    /// The version of the process that writes it, where it says so.
    pub version: Option<String>,
    /// The runtime's own id of the conversation. Another one than before: it was reset or resumed.
    pub session: Option<String>,
    /// Prompts of the user that were seen since the reader opened; only ever grows, through a reset too.
    pub turns: u64,
    /// The last of them, cut after [`TEXT_MOST`] bytes: compare it with [`Record::last_prompt_is`].
    pub last_prompt: Option<String>,
    /// What it says that it does; `None` where it says nothing about that.
    pub status: Option<RecordStatus>,
    /// Since when the status holds, where the record tells.
    pub status_since: Option<Timestamp>,
    /// The runtime's own title of the conversation.
    pub title: Option<String>,
    /// The model that answered last.
    pub model: Option<String>,
    /// How much of the context window is used, in percent; `None` also where the window's size is not known.
    pub context_used_percent: Option<f32>,
    /// The usage limit that is nearest to its end.
    pub limit: Option<UsageLimit>,
    /// When the record was last written.
    pub changed: Option<Timestamp>,
}

/// What a runtime says that it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordStatus {
    /// Nothing: it waits for a prompt.
    Idle,
    /// A turn runs.
    Busy,
    /// It says that it waits for a human, in its own words: `permission prompt`.
    Waiting(String),
    /// A call was made and has not come back: it runs, or waits for an approval. The record cannot tell which.
    Pending(String),
    /// Its last turn ended in an error.
    Error(String),
    /// Its process has been up for so long and has not written the record that it always writes once it is ready: it
    /// stands at something before that, such as a trust question. Weak: it counts when the screen agrees.
    NotReady(Duration),
}

/// A usage limit, as the provider told the runtime.
#[derive(Debug, Clone, PartialEq)]
pub struct UsageLimit {
    /// How much of it is used, in percent.
    pub used_percent: f32,
    /// When it begins anew.
    pub resets_at: Option<Timestamp>,
    /// The length of its window.
    pub window: Option<Duration>,
}

impl Record {
    /// A record that says nothing yet.
    #[must_use]
    pub fn new(source: &'static str) -> Self {
        Self {
            source,
            version: None,
            session: None,
            turns: 0,
            last_prompt: None,
            status: None,
            status_since: None,
            title: None,
            model: None,
            context_used_percent: None,
            limit: None,
            changed: None,
        }
    }

    /// When the usage limit that is used up begins anew, where the provider told.
    #[must_use]
    pub fn full_until(&self) -> Option<Timestamp> {
        self.limit.as_ref().filter(|limit| limit.used_percent >= 100.0)?.resets_at
    }

    /// What it is about, for the DOING column: its title, else the beginning of the last prompt.
    #[must_use]
    pub fn doing(&self) -> Option<&str> {
        let said = |text: &'_ Option<String>| text.as_deref().map(str::trim).is_some_and(|text| !text.is_empty());
        [&self.title, &self.last_prompt].into_iter().find(|text| said(text))?.as_deref().map(str::trim)
    }

    /// Whether its last prompt is this text, as far as it was kept. White space does not count: runtimes trim it,
    /// and break lines in their own way.
    #[must_use]
    pub fn last_prompt_is(&self, sent: &str) -> bool {
        let Some(prompt) = &self.last_prompt else { return false };
        let words = |text: &'_ str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let (kept, sent) = (words(prompt), words(sent));
        let cut = prompt.len() + 4 > TEXT_MOST;
        !kept.is_empty() && if cut { sent.starts_with(&kept) } else { sent == kept }
    }

    /// Whether this one, read after `before`, shows a new prompt with this text: the runtime took it as a turn.
    #[must_use]
    pub fn took(&self, before: &Self, sent: &str) -> bool {
        self.turns > before.turns && self.last_prompt_is(sent)
    }
}

/// The beginning of a text, at most [`TEXT_MOST`] bytes, whole characters.
#[must_use]
pub fn kept(text: &str) -> String {
    let mut end = text.len().min(TEXT_MOST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prompted(turns: u64, prompt: &str) -> Record {
        Record { turns, last_prompt: Some(kept(prompt)), ..Record::new("claude") }
    }

    fn check_took(before: (u64, &str), after: (u64, &str), sent: &str, expected: bool) {
        let (before, after) = (prompted(before.0, before.1), prompted(after.0, after.1));
        assert_eq!(after.took(&before, sent), expected, "{after:?}");
    }

    #[test]
    fn a_prompt_counts_as_taken_when_it_is_new_and_ours() {
        check_took((3, "old"), (4, "do it"), "do it", true);
        check_took((3, "old"), (4, " do\nit\n"), "do it", true);
        check_took((3, "do it"), (3, "do it"), "do it", false);
        check_took((3, "old"), (4, "another's"), "do it", false);
        check_took((3, "old"), (4, "do it twice"), "do it", false);
        check_took((3, "old"), (4, ""), "", false);
    }

    #[test]
    fn a_long_prompt_is_known_by_its_beginning() {
        let long = "é".repeat(60_000);
        check_took((0, ""), (1, &long), &long, true);
        check_took((0, ""), (1, &long), &"é".repeat(100), false);
    }

    #[test]
    fn the_title_goes_before_the_last_prompt() {
        let mut record = prompted(1, " fix the build ");
        assert_eq!(record.doing(), Some("fix the build"));
        record.title = Some("Fixing the build".to_owned());
        assert_eq!(record.doing(), Some("Fixing the build"));
        record.title = Some("  ".to_owned());
        assert_eq!(record.doing(), Some("fix the build"));
    }

    proptest! {
        #[test]
        fn what_is_kept_is_a_beginning_that_knows_its_own_text(text in "\\PC{0,3000}") {
            let kept = kept(&text);
            prop_assert!(text.starts_with(&kept) && kept.len() <= TEXT_MOST);
            let record = prompted(1, &text);
            prop_assert!(record.last_prompt_is(&text) || text.trim().is_empty());
        }
    }
}
