//! The plain agents: one that works, one that waits, one that is parked, one that floods. PURE.

use std::{fmt::Write as _, time::Duration};

use super::{Step, dress::Dress};
use crate::screen::Size;

/// What a working stub has been asked and says, a paragraph a line; then it starts again.
const SESSION: [&str; 9] = [
    "?Find out why the export is slow, and mend it.",
    "!I will look at how the rows get from the query to the file first.",
    "$ rg -n 'fn export' src",
    "src/export/csv.rs:41:pub fn export(rows: &[Row], out: &mut impl Write) -> io::Result<()> {",
    "!Every row is written on its own, without a buffer: 240,000 system calls for one export. A BufWriter around the file \
     takes almost all of it away, and the header can be joined once instead of per row.",
    "-    for row in rows { out.write_all(row.join(\",\").as_bytes())?; }",
    "+    let mut out = BufWriter::new(out);",
    "+    rows.iter().try_for_each(|row| row.write_to(&mut out))?;",
    "!Now the tests, and a measurement before and after with the same file, so that the claim is a figure.",
];

/// What an idle stub was asked and answered.
const DONE: [&str; 4] = [
    "?Does the release branch still build?",
    "$ cargo build --locked",
    "    Finished `dev` profile in 41.3s",
    "!It does. Nothing was changed.",
];

/// One word every 150 ms.
pub(super) fn working(dress: &Dress, n: u64, size: Size) -> Step {
    let words: usize = SESSION.iter().map(|line| line.split(' ').count()).sum();
    let shown = usize::try_from(n).unwrap_or(0) % (words + 20);
    let mut body = transcript(dress, &SESSION, shown, size);
    let dots = ["·  ", "·· ", "···", " ··", "  ·"][usize::try_from(n % 5).unwrap_or(0)];
    body.push(String::new());
    body.push(format!("\x1b[36m{dots}\x1b[0m \x1b[2mThinking it through ({}s)\x1b[0m", n * 150 / 1000));
    Step { bytes: page(&body, &dress.foot(size, true), size), pause: Duration::from_millis(150) }
}

/// A finished turn and an empty composer.
pub(super) fn idle(dress: &Dress, _: u64, size: Size) -> Step {
    let body = transcript(dress, &DONE, usize::MAX, size);
    Step { bytes: page(&body, &dress.foot(size, false), size), pause: Duration::from_secs(2) }
}

/// A question about the folder; the row that refuses is the highlighted one.
pub(super) fn gate(_: u64, size: Size) -> Step {
    let rule = "─".repeat(size.cols.into());
    let body = [
        &rule,
        "\x1b[1;33m Opening a folder\x1b[0m",
        "",
        "   ~/src/app",
        "",
        " Is this a folder that you made, or that you trust? Whoever can write here can make",
        " this agent run things. Have a look first if you are not sure.",
        "",
        "\x1b[36m ❯ No, exit\x1b[0m",
        "   Yes, this folder is fine",
        "",
        "\x1b[2m Enter chooses · Esc leaves\x1b[0m",
    ];
    Step { bytes: page(&body.map(str::to_owned), &[], size), pause: Duration::from_secs(2) }
}

/// About 400 lines a second, for as long as it lives: plenty for a mirror, little for a machine.
pub(super) fn flood(n: u64) -> Step {
    let mut bytes = String::new();
    for line in n * 20..(n + 1) * 20 {
        let colour = 31 + line % 6;
        let _ = write!(
            bytes,
            "\x1b[{colour}m{line:>8}\x1b[0m GET /page/{:<5} 200 {:>4} ms\r\n",
            line % 977,
            line * 37 % 913
        );
    }
    Step { bytes, pause: Duration::from_millis(50) }
}

/// The header and the first `words` words of a session, wrapped.
fn transcript(dress: &Dress, session: &[&str], words: usize, size: Size) -> Vec<String> {
    let width = usize::from(size.cols).saturating_sub(4).max(1);
    let mut lines: Vec<String> = dress.header.iter().map(|&line| line.to_owned()).collect();
    let mut left = words;
    for paragraph in session {
        let all: Vec<&str> = paragraph.split(' ').collect();
        let shown = all.len().min(left);
        left -= shown;
        if shown == 0 {
            break;
        }
        if paragraph.starts_with(['?', '!', '$']) {
            lines.push(String::new());
        }
        let (mark, text) = dressed(dress, &all[..shown].join(" "));
        for (i, line) in wrapped(&text, width).into_iter().enumerate() {
            let indent = if i == 0 { mark.as_str() } else { "  " };
            lines.push(format!("{indent}{line}\x1b[0m"));
        }
    }
    lines
}

/// The mark before a paragraph, and its text without the sign that says what it is.
fn dressed(dress: &Dress, text: &str) -> (String, String) {
    let rest = text.get(1..).unwrap_or_default().to_owned();
    match text.as_bytes().first() {
        Some(b'?') => (dress.asked.to_owned(), rest),
        Some(b'!') => (dress.answers.to_owned(), rest),
        Some(b'+') => ("  \x1b[32m".to_owned(), text.to_owned()),
        Some(b'-') => ("  \x1b[31m".to_owned(), text.to_owned()),
        Some(b'$') => ("  \x1b[1m".to_owned(), text.to_owned()),
        _ => ("  \x1b[2m".to_owned(), text.to_owned()),
    }
}

/// Lines of at most `width` characters, broken at spaces.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let used = lines.last().map_or(0, |line| line.chars().count());
        if used > 0 && used + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// A whole screen: the end of `body` above `foot`, drawn over what was there, so that nothing flickers.
fn page(body: &[String], foot: &[String], size: Size) -> String {
    let rows = usize::from(size.rows);
    let above = rows.saturating_sub(foot.len());
    let from = body.len().saturating_sub(above);
    let blanks = std::iter::repeat_n(String::new(), above.saturating_sub(body.len() - from));
    let lines: Vec<String> =
        body[from..].iter().cloned().chain(blanks).chain(foot.iter().cloned()).take(rows).collect();
    // No wrapping: a line that is too long for a narrow terminal is cut, not continued on the next row.
    format!("\x1b[?25l\x1b[?7l\x1b[H{}\x1b[K\x1b[?7h", lines.join("\x1b[K\r\n"))
}
