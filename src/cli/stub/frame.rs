//! A stub's whole screen: its transcript, wrapped, above or around its input line. PURE.

use unicode_width::UnicodeWidthChar;

use super::{
    agent::{Agent, State},
    dress::{self, Foot},
    script::{Line, What},
};
use crate::screen::Size;

/// The whole screen anew, drawn over what was there, so that nothing flickers; and the pane's title, where it sets one.
pub(super) fn of(agent: &Agent, size: Size) -> String {
    let cols = usize::from(size.cols);
    let (body, foot) = match &agent.state {
        State::Asked(dialog) => {
            // Start-up questions have the screen to themselves.
            let body = if agent.said.is_empty() { Vec::new() } else { transcript(agent, cols) };
            (body, Foot { lines: dialog.lines(cols), ..Foot::default() })
        }
        _ => (transcript(agent, cols), dress::foot(agent, cols)),
    };
    let title = dress::title(agent).map(|title| format!("\x1b]2;{title}\x1b\\")).unwrap_or_default();
    title + &page(&body, &foot, size)
}

/// The header and everything that was said, wrapped.
fn transcript(agent: &Agent, cols: usize) -> Vec<String> {
    let width = cols.saturating_sub(4).max(1);
    let mut lines: Vec<String> = dress::header(&agent.runtime).iter().map(|&line| line.to_owned()).collect();
    let now = agent.turn().map(|(play, age)| play.said(age)).unwrap_or_default();
    for paragraph in agent.said.iter().chain(&now) {
        if matches!(paragraph.what, What::Asked | What::Says | What::Ran) {
            lines.push(String::new());
        }
        lines.extend(paragraph_lines(&agent.runtime, paragraph, width));
    }
    lines
}

fn paragraph_lines(runtime: &str, paragraph: &Line, width: usize) -> Vec<String> {
    let marks = dress::marks(runtime);
    let (first, next) = match paragraph.what {
        What::Notice => return vec![format!("{}\x1b[0m", paragraph.text)],
        What::Asked => marks.asked,
        What::Says => marks.says,
        What::Ran => ("  \x1b[1m", "  \x1b[1m"),
        What::Printed => ("  \x1b[2m", "  \x1b[2m"),
        What::Added => ("  \x1b[32m", "  \x1b[32m"),
        What::Removed => ("  \x1b[31m", "  \x1b[31m"),
    };
    let rows = paragraph.text.lines().flat_map(|line| wrapped(line, width));
    rows.enumerate().map(|(i, row)| format!("{}{row}\x1b[0m", if i == 0 { first } else { next })).collect()
}

/// Rows of at most `width` cells, broken at spaces where there are any.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        if used > 0 && used + cells(word.trim_end()) > width {
            rows.push(String::new());
            used = 0;
        }
        for c in word.chars().map(|c| if c.is_control() { ' ' } else { c }) {
            let wide = c.width().unwrap_or(0);
            if used > 0 && used + wide > width {
                rows.push(String::new());
                used = 0;
            }
            used += wide;
            if let Some(row) = rows.last_mut() {
                row.push(c);
            }
        }
    }
    rows
}

/// How many cells a text takes.
pub(super) fn cells(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// The end of `body` with `foot` under it: at the screen's bottom, or right behind the body.
fn page(body: &[String], foot: &Foot, size: Size) -> String {
    let rows = usize::from(size.rows);
    let above = rows.saturating_sub(foot.lines.len());
    let body = &body[body.len().saturating_sub(above)..];
    let blanks = if foot.at_bottom { above - body.len() } else { 0 };
    let all = body.iter().cloned().chain(std::iter::repeat_n(String::new(), blanks)).chain(foot.lines.iter().cloned());
    let lines: Vec<String> = all.take(rows).collect();
    let (row, col) = (body.len() + blanks + foot.cursor.0, foot.cursor.1);
    let cursor = if foot.cursor_shown { "\x1b[?25h" } else { "" };
    // No wrapping: a line that is too long for a narrow terminal is cut, not continued on the next row.
    format!(
        "\x1b[?25l\x1b[?7l\x1b[H{}\x1b[K\x1b[J\x1b[?7h\x1b[{};{}H{cursor}",
        lines.join("\x1b[K\r\n"),
        row + 1,
        col + 1
    )
}
