//! What stubs say: words of our own, which come a word at a time like a model's. PURE.

use std::{fmt::Write as _, time::Duration};

use crate::fleet::message::Message;

/// One word of an answer.
const WORD: Duration = Duration::from_millis(150);
/// For so long a stub only thinks.
const THINKS: Duration = Duration::from_secs(2);
/// How long an answer takes.
const ANSWERS: Duration = Duration::from_secs(6);

/// A paragraph of a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) what: What,
    pub(super) text: String,
}

/// What a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A message that was sent to it.
    Asked,
    /// Its own words.
    Says,
    /// A command that it ran.
    Ran,
    /// What that printed.
    Printed,
    /// A line of a change.
    Added,
    /// A line of a change.
    Removed,
    /// A line of the program around the model: drawn as it is.
    Notice,
}

impl What {
    pub(super) fn line(self, text: impl Into<String>) -> Line {
        Line { what: self, text: text.into() }
    }
}

/// What a turn plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Play {
    /// Answers a message, and is done.
    Answer,
    /// Works on and on.
    Session,
    /// Prints a great deal, at a bounded rate.
    Flood,
    /// Wide characters, emoji, boxes, 24-bit colours.
    Wide,
    /// Answers by asking for a permission.
    Asks,
    /// Ends at a usage limit.
    Limit,
    /// Says that it works, and never moves again.
    Hangs,
    /// Ends, with its program.
    Crash,
}

/// What a working stub says; then it starts again.
const SESSION: [(What, &str); 8] = [
    (What::Says, "I will look at how the rows get from the query to the file first."),
    (What::Ran, "$ rg -n 'fn export' src"),
    (What::Printed, "src/export/csv.rs:41:pub fn export(rows: &[Row], out: &mut impl Write) -> io::Result<()> {"),
    (
        What::Says,
        "Every row is written on its own, without a buffer: 240,000 system calls for one export. A BufWriter around \
         the file takes almost all of it away, and the header can be joined once instead of per row.",
    ),
    (What::Removed, "-    for row in rows { out.write_all(row.join(\",\").as_bytes())?; }"),
    (What::Added, "+    let mut out = BufWriter::new(out);"),
    (What::Added, "+    rows.iter().try_for_each(|row| row.write_to(&mut out))?;"),
    (
        What::Says,
        "Now the tests, and a measurement before and after with the same file, so that the claim is a figure.",
    ),
];

const ANSWER: &str = "A stub has no model: it has read this and done nothing. Send it a message that begins with ask, \
                      limit, stall or crash, and it plays that.";

/// What an idle stub was asked and answered.
pub(super) fn done() -> Vec<Line> {
    vec![
        What::Asked.line("Does the release branch still build?"),
        What::Ran.line("$ cargo build --locked"),
        What::Printed.line("    Finished `dev` profile in 41.3s"),
        What::Says.line("It does. Nothing was changed."),
    ]
}

/// What a working stub was asked.
pub(super) fn errand() -> Vec<Line> {
    vec![What::Asked.line("Find out why the export is slow, and mend it.")]
}

impl Play {
    /// What a message asks for by its first word.
    pub(super) fn of(message: &str) -> Self {
        let parsed = Message::parse(message);
        let body = parsed.as_ref().map_or(message, |message| &message.body);
        let first = body.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
        match first.unwrap_or_default().to_lowercase().as_str() {
            "ask" => Self::Asks,
            "limit" => Self::Limit,
            "stall" => Self::Hangs,
            "crash" => Self::Crash,
            _ => Self::Answer,
        }
    }

    /// When the turn ends; `None`: never.
    pub(super) fn lasts(self) -> Option<Duration> {
        match self {
            Self::Answer => Some(ANSWERS),
            Self::Asks | Self::Limit | Self::Crash => Some(THINKS),
            Self::Session | Self::Flood | Self::Wide | Self::Hangs => None,
        }
    }

    /// How much time of a turn is shown to have passed.
    pub(super) fn shown(self, age: Duration) -> Duration {
        if self == Self::Hangs { age.min(Duration::from_secs(3)) } else { age }
    }

    /// How long nothing new is shown.
    pub(super) fn step(self) -> Duration {
        match self {
            Self::Flood => Duration::from_millis(50),
            Self::Wide => Duration::from_millis(400),
            _ => WORD,
        }
    }

    /// What has been said after this time.
    pub(super) fn said(self, age: Duration) -> Vec<Line> {
        let n = usize::try_from(age.as_millis() / self.step().as_millis()).unwrap_or(0);
        match self {
            Self::Answer => {
                let from = usize::try_from(THINKS.as_millis() / WORD.as_millis()).unwrap_or(0);
                words(&[(What::Says, ANSWER)], n.saturating_sub(from))
            }
            Self::Session => {
                let all: usize = SESSION.iter().map(|(_, text)| text.split(' ').count()).sum();
                words(&SESSION, n % (all + 20))
            }
            Self::Flood => (n.saturating_sub(5) * 20..n * 20).map(request).collect(),
            Self::Wide => (n.saturating_sub(16)..n).map(wide).collect(),
            Self::Asks | Self::Limit | Self::Hangs | Self::Crash => Vec::new(),
        }
    }

    /// What stays in the transcript when it has ended or was cut.
    pub(super) fn left(self, age: Duration) -> Vec<Line> {
        let said = self.said(age);
        let from = said.len().saturating_sub(40);
        said.into_iter().skip(from).collect()
    }
}

/// The first words of paragraphs.
fn words(all: &[(What, &str)], mut left: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (what, text) in all {
        let shown: Vec<&str> = text.split(' ').take(left).collect();
        left -= shown.len();
        if !shown.is_empty() {
            lines.push(what.line(shown.join(" ")));
        }
    }
    lines
}

fn request(n: usize) -> Line {
    let (colour, page, took) = (31 + n % 6, n % 977, n * 37 % 913);
    What::Notice.line(format!("\x1b[{colour}m{n:>8}\x1b[0m GET /page/{page:<5} 200 {took:>4} ms"))
}

/// A line of each kind of text, or a bar of 24-bit colours.
fn wide(n: usize) -> Line {
    const LINES: [&str; 8] = [
        "漢字とかなの混ざった行を翻訳しています。",
        "한국어 문장도 한 줄 있습니다.",
        "┏━━━━━━━┳━━━━━━━┓  ┌─┬─┐  ╔═╦═╗  ╭─╮",
        "┃ wide  ┃ 全角  ┃  ├─┼─┤  ╠═╬═╣  │ │",
        "┗━━━━━━━┻━━━━━━━┛  └─┴─┘  ╚═╩═╝  ╰─╯",
        "emoji 🦀 🚀 ✨ 📦 🧪, combining é ñ ü, arrows ← → ↑ ↓",
        "\x1b[1mbold\x1b[0m \x1b[2mdim\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munderlined\x1b[0m \x1b[7minverse\x1b[0m",
        "▁▂▃▄▅▆▇█ ░▒▓ ⠋⠙⠹⠸⠼⠴ ◆ ● ○ ✖",
    ];
    if n.is_multiple_of(2) {
        return What::Notice.line(format!("   {}", LINES[n / 2 % LINES.len()]));
    }
    let mut bar = String::from("   ");
    for i in 0..64 {
        let (warm, cold, green) = (255 * i / 64, 255 - 255 * i / 64, (n * 16 + i) % 256);
        let _ = write!(bar, "\x1b[48;2;{warm};{green};{cold}m ");
    }
    What::Notice.line(bar + "\x1b[0m")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, plays: Play) {
        assert_eq!(Play::of(message), plays, "{message:?}");
    }

    #[test]
    fn the_first_word_of_a_message_says_what_is_played() {
        check("ask me something", Play::Asks);
        check("Limit!", Play::Limit);
        check("please ask", Play::Answer);
        check("", Play::Answer);
        check("[h:me -> h:coder0 class=actionable] stall", Play::Hangs);
    }

    #[test]
    fn an_answer_comes_word_by_word_and_is_whole_at_its_end() {
        let lasts = Play::Answer.lasts().unwrap_or_default();
        assert_eq!(Play::Answer.said(Duration::ZERO), []);
        assert_eq!(Play::Answer.said(lasts).len(), 1);
        assert!(Play::Answer.said(lasts)[0].text.len() > Play::Answer.said(lasts / 2)[0].text.len());
    }
}
