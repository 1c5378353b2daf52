//! A screen as lines that can be compared: borders of boxes gone, rules told from text, wrapped lines joined.
//! It knows no runtime and no rule.

mod side;

use crate::screen::Screen;

pub(super) use side::is_red;

/// The live end of a screen holds this many rows whatever its width …
const REACH: usize = 14;
/// … and as many more as it takes to wrap this many characters.
const REACH_CHARS: usize = 1_200;

/// One row of a screen.
#[derive(Debug)]
pub(super) struct Line {
    /// Its row, from 0.
    pub(super) row: u16,
    /// What it shows, without the border of a box, with its indent, without trailing blanks.
    pub(super) shown: String,
    /// The border of a box stood before it.
    pub(super) bordered: bool,
    /// It draws a line (perhaps with a word in it), or the edge of a box.
    pub(super) rule: bool,
}

impl Line {
    /// Shows nothing.
    pub(super) fn blank(&self) -> bool {
        self.shown.is_empty()
    }

    /// Shows words.
    pub(super) fn speaks(&self) -> bool {
        !self.blank() && !self.rule
    }

    /// Ends as a shell's prompt does.
    pub(super) fn is_shells(&self) -> bool {
        self.shown.trim_end().ends_with(['$', '#', '%', '❯', '➜'])
    }

    /// Draws a whole line, or the upper edge of a box.
    pub(super) fn is_edge(&self) -> bool {
        self.rule && self.shown.trim_start_matches(' ').starts_with(['─', '━', '═', '▔', '╭', '┌'])
    }

    /// Blanks before its first word.
    pub(super) fn indent(&self) -> usize {
        self.shown.chars().take_while(|c| *c == ' ').count()
    }
}

/// All rows of a screen, and how far from its end it is live.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) all: Vec<Line>,
    /// One past the last row that shows something.
    pub(super) end: usize,
    /// The first row that is live.
    pub(super) start: usize,
    /// How wide a row is.
    pub(super) cols: usize,
}

impl Lines {
    /// The rows of a screen, without a panel of that width at its right side.
    pub(super) fn of(screen: &Screen, panel: u16) -> Self {
        let cols = side::panel_from(screen, panel).unwrap_or(screen.size().cols);
        let texts = if cols == screen.size().cols { screen.lines() } else { side::cut(screen, cols) };
        let cols = usize::from(cols);
        let all: Vec<Line> = (0_u16..).zip(&texts).map(|(row, text)| line(row, text)).collect();
        let end = texts.iter().rposition(|text| !text.is_empty()).map_or(0, |last| last + 1);
        let reach = REACH + REACH_CHARS / cols.max(1);
        Self { all, end, start: end.saturating_sub(reach), cols }
    }

    /// Whether `next` goes on with what did not fit into the row before it.
    pub(super) fn goes_on(&self, before: &Line, next: &Line) -> bool {
        self.goes_on_within(before, next, 0)
    }

    /// The same, where so many columns at the right stay free.
    pub(super) fn goes_on_within(&self, before: &Line, next: &Line, free: usize) -> bool {
        let first = next.shown.split_whitespace().next().map_or(0, |word| word.chars().count());
        let border = if before.bordered { 6 } else { 0 };
        next.speaks() && before.shown.chars().count() + 1 + first + border + free >= self.cols
    }

    /// How many rows count as near, at this width.
    pub(super) fn reach(&self) -> usize {
        self.end - self.start
    }

    /// The lines of some rows.
    pub(super) fn between(&self, from: usize, to: usize) -> &[Line] {
        self.all.get(from..to.min(self.all.len())).unwrap_or_default()
    }

    /// What a row shows, without the border of a box.
    pub(super) fn words_of(&self, row: u16) -> String {
        self.all
            .get(usize::from(row))
            .map_or_else(String::new, |line| line.shown.trim_matches([' ', '│', '┃', '║']).to_owned())
    }

    /// What stands from a row on belongs to something else.
    pub(super) fn end_at(&mut self, row: usize) {
        self.end = row.min(self.end);
    }

    /// The live ones.
    pub(super) fn live(&self) -> &[Line] {
        self.between(self.start, self.end)
    }
}

fn line(row: u16, text: &str) -> Line {
    let rule = is_rule(text);
    let inside = if rule { None } else { unboxed(text) };
    let bordered = inside.is_some();
    let shown = inside.unwrap_or(text).trim_end_matches(' ').to_owned();
    Line { row, shown, bordered, rule }
}

/// A row inside a box without the box's borders; `None` when it is in none.
fn unboxed(text: &str) -> Option<&str> {
    let inside = text.trim_start_matches(' ').strip_prefix(['│', '┃', '║'])?;
    let end = inside.trim_end_matches(' ');
    Some(end.strip_suffix(['│', '┃', '║']).unwrap_or(end))
}

/// `────`, `╌╌╌╌`, `╭──╮`, `╹▀▀▀`, `── Working ──`: begins as a drawn line.
fn is_rule(text: &str) -> bool {
    let drawn = |c: char| matches!(c, '─' | '━' | '═' | '╌' | '┄' | '┈' | '╍' | '▔' | '▀' | '▁' | '╭' | '╰' | '╹');
    let mut begin = text.trim_start_matches(' ').chars();
    begin.next().is_some_and(drawn) && begin.next().is_some_and(drawn)
}

/// Lines joined, so that a phrase is found wherever it was wrapped.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// With one blank between words, for expressions.
    pub(super) joined: String,
    /// In lower case without any blank, for fragments: these are found even where a word was cut in two.
    pub(super) squeezed: String,
    rows: Vec<Begin>,
}

#[derive(Debug)]
struct Begin {
    row: u16,
    joined: usize,
    squeezed: usize,
}

impl Text {
    pub(super) fn of<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Self {
        let mut text = Self::default();
        for line in lines.into_iter().filter(|line| !line.blank()) {
            if !text.joined.is_empty() {
                text.joined.push(' ');
            }
            let begin = Begin { row: line.row, joined: text.joined.len(), squeezed: text.squeezed.len() };
            text.rows.push(begin);
            for (at, word) in line.shown.split_whitespace().enumerate() {
                if at > 0 {
                    text.joined.push(' ');
                }
                text.joined.extend(word.chars().map(plain));
                squeeze(word, &mut text.squeezed);
            }
        }
        text
    }

    /// The row in which a byte of `joined` stands.
    pub(super) fn row_of_joined(&self, at: usize) -> u16 {
        self.rows.iter().rev().find(|begin| begin.joined <= at).map_or(0, |begin| begin.row)
    }

    /// Each row with what is joined from its beginning on.
    pub(super) fn beginnings(&self) -> impl DoubleEndedIterator<Item = (u16, &str)> {
        self.rows.iter().map(|begin| (begin.row, &self.joined[begin.joined..]))
    }

    /// The row in which a byte of `squeezed` stands.
    pub(super) fn row_of_squeezed(&self, at: usize) -> u16 {
        self.rows.iter().rev().find(|begin| begin.squeezed <= at).map_or(0, |begin| begin.row)
    }
}

/// Lower case without blanks: how fragments and labels are compared.
pub(super) fn squeezed(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    text.split_whitespace().for_each(|word| squeeze(word, &mut squeezed));
    squeezed
}

fn squeeze(word: &str, into: &mut String) {
    if word.is_ascii() {
        into.extend(word.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
    } else {
        into.extend(word.chars().map(plain).flat_map(char::to_lowercase));
    }
}

/// A character as rules write it.
fn plain(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        other => other,
    }
}
