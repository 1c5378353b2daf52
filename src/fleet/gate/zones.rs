//! Where on a screen the input line is, and what stands around it. It follows what the rules say of a runtime; it
//! knows none itself.

use std::cell::OnceCell;

use super::{
    Glance,
    lines::{Line, Lines, Text},
    menu::{self, Menu},
    spec::RuntimeSpec,
};
use crate::screen::{Colour, Screen};

/// The longest draft that is looked through for the upper edge of its input line, in rows.
const LONGEST_DRAFT: usize = 60;
/// So many paragraphs above the input line can be what the last turn ended with.
const LAST_PARAGRAPHS: usize = 3;

/// The input line.
#[derive(Debug)]
pub(super) struct Composer {
    /// The row by which it was known.
    pub(super) row: usize,
    /// Its uppermost row, with its edge.
    top: usize,
    /// The first row below it.
    footer: usize,
}

/// The input line, if it is up, and the menu at the end of the screen, if there is one. Where a dialog stands inside the
/// input line's frame, the screen ends with the dialog.
pub(super) fn survey(lines: &mut Lines, about: &RuntimeSpec, glance: &Glance<'_>) -> (Option<Composer>, Option<Menu>) {
    let row = looks_like_one(lines, about, glance);
    if let Some((upper, lower)) = row.and_then(|row| frame(lines, about, row)) {
        let end = lines.end;
        lines.end_at(lower);
        let menu = menu::find(glance.screen, lines).filter(|menu| menu.first().is_some_and(|first| first > upper));
        if menu.is_some() || asks_for_a_text(lines.between(upper + 1, lower)) {
            return (None, menu);
        }
        lines.end = end;
    }
    let menu = menu::find(glance.screen, lines);
    let row = row.filter(|row| !is_left_behind(lines, about, *row, menu.as_ref()));
    let composer = row.map(|row| Composer { row, top: top(lines, about, row), footer: footer(lines, about, row) });
    (composer, menu)
}

/// The lowest row that looks like an input line.
fn looks_like_one(lines: &Lines, about: &RuntimeSpec, glance: &Glance<'_>) -> Option<usize> {
    let looks_so = about.composer.as_ref()?;
    if about.cursor && glance.cursor_shown == Some(false) {
        return None;
    }
    let is = |line: &Line| {
        looks_so.is_in(&line.shown) && about.composer_not.as_ref().is_none_or(|not| !not.is_in(&line.shown))
    };
    (lines.start..lines.end).rev().find(|at| is(&lines.all[*at]))
}

/// The two rules above a row between which the input line stands, or what has taken its place.
fn frame(lines: &Lines, about: &RuntimeSpec, row: usize) -> Option<(usize, usize)> {
    if about.rules_above < 2 {
        return None;
    }
    let mut rules = (row.saturating_sub(LONGEST_DRAFT)..row).rev().filter(|at| lines.all[*at].rule);
    let lower = rules.next()?;
    Some((rules.next()?, lower))
}

/// Rows with room above and below, the last of which names its keys: no draft looks so.
fn asks_for_a_text(rows: &[Line]) -> bool {
    let roomy = rows.len() > 3 && rows.first().is_some_and(Line::blank) && rows.last().is_some_and(Line::blank);
    roomy && rows.iter().rfind(|line| line.speaks()).is_some_and(|line| menu::is_hint(&line.shown))
}

/// Whether what looks like the input line is a message, or what a former run has left on the screen: something that is
/// drawn in its place, or by another program, stands below it.
fn is_left_behind(lines: &Lines, about: &RuntimeSpec, row: usize, menu: Option<&Menu>) -> bool {
    if menu.and_then(Menu::first).is_some_and(|first| first > row) {
        return true;
    }
    let flush = |line: &Line| line.speaks() && line.indent() == 0;
    if about.indented_below {
        return lines.between(row + 1, lines.end).iter().any(flush);
    }
    if about.boxed {
        return false;
    }
    let rest = lines.between(footer(lines, about, row).max(row + 1), lines.end);
    let framed = rest.iter().skip_while(|line| !line.is_edge()).any(Line::speaks);
    let after_a_gap = || rest.iter().skip_while(|line| !line.blank()).any(flush);
    framed || (about.rules_above > 0 && after_a_gap())
}

/// The first row below an input line and its lower edge.
fn footer(lines: &Lines, about: &RuntimeSpec, row: usize) -> usize {
    if about.rules_above > 1 {
        return row;
    }
    let lower = (row + 1..lines.end).find(|at| lines.all[*at].rule);
    lower.filter(|at| !lines.all[*at].shown.trim_start().starts_with('╭')).map_or(row + 1, |rule| rule + 1)
}

fn top(lines: &Lines, about: &RuntimeSpec, row: usize) -> usize {
    let above = (row.saturating_sub(LONGEST_DRAFT)..row).rev();
    if about.boxed {
        return above.take_while(|at| lines.all[*at].bordered).last().unwrap_or(row);
    }
    match about.rules_above {
        0 => row,
        1 => above.take(1).find(|at| lines.all[*at].rule).unwrap_or(row),
        many => above.filter(|at| lines.all[*at].rule).nth(usize::from(many) - 1).unwrap_or(row),
    }
}

/// Parts of a screen around its input line.
#[derive(Debug)]
pub(super) struct Zones<'a> {
    pub(super) lines: &'a Lines,
    composer: Option<&'a Composer>,
    alone: OnceCell<Text>,
}

impl<'a> Zones<'a> {
    pub(super) fn new(lines: &'a Lines, composer: Option<&'a Composer>) -> Self {
        Self { lines, composer, alone: OnceCell::new() }
    }

    /// What stands directly above the input line, from there up: its upper edge, then until something begins at the
    /// left, which is included.
    pub(super) fn status(&self) -> impl Iterator<Item = &'a Line> {
        let end = self.composer.map_or(self.lines.end, |composer| (composer.top + 1).min(composer.row));
        let mut over = false;
        self.lines.between(self.lines.start, end).iter().rev().take_while(move |line| {
            let last = over;
            over |= line.speaks() && line.indent() < 2;
            !last
        })
    }

    /// What stands below the input line.
    pub(super) fn footer(&self) -> &'a [Line] {
        self.composer.map_or(&[], |composer| self.lines.between(composer.footer, self.lines.end))
    }

    /// The last lines that speak.
    pub(super) fn bottom(&self, count: usize) -> &'a [Line] {
        let speaking = (0..self.lines.end).rev().filter(|at| self.lines.all[*at].speaks());
        let from = speaking.take(count).last().unwrap_or(self.lines.end);
        self.lines.between(from, self.lines.end)
    }

    /// The live end of the screen, joined once, where the input line is gone.
    pub(super) fn alone(&self) -> &Text {
        let text = || if self.composer.is_none() { Text::of(self.lines.live()) } else { Text::default() };
        self.alone.get_or_init(text)
    }

    /// Whether a row is in the last paragraph of its turn.
    pub(super) fn is_last(&self, row: u16, screen: &Screen, about: &RuntimeSpec) -> bool {
        let below = self.turn(screen, about).iter().skip_while(|line| line.row < row);
        !below.skip_while(|line| !line.blank()).any(Line::speaks)
    }

    /// What came since the last message that was sent, as far as it is near the input line.
    pub(super) fn turn(&self, screen: &Screen, about: &RuntimeSpec) -> &'a [Line] {
        let end = self.composer.map_or(self.lines.end, |composer| composer.top);
        let is_message = |at: &usize| {
            let line = &self.lines.all[*at];
            let begins = about.message.as_ref().is_some_and(|message| message.is_in(&line.shown));
            begins || (about.message_lit && line.speaks() && is_lit(screen, line.row))
        };
        let message = (self.lines.start..end).rev().find(is_message);
        let from = message.map_or(self.lines.start, |at| at + 1);
        self.lines.between(paragraphs(self.lines, from, end), end)
    }
}

/// Where the last paragraphs of some rows begin.
fn paragraphs(lines: &Lines, from: usize, end: usize) -> usize {
    let mut begun = 0;
    let mut inside = false;
    for at in (from..end).rev() {
        let speaks = lines.all[at].speaks();
        begun += usize::from(speaks && !inside);
        inside = speaks;
        if begun > LAST_PARAGRAPHS {
            return at + 1;
        }
    }
    from
}

/// Whether a row's words have a background.
fn is_lit(screen: &Screen, row: u16) -> bool {
    let first =
        (0..screen.size().cols).filter_map(|col| screen.cell(row, col)).find(|cell| !matches!(cell.text, "" | " "));
    first.is_some_and(|cell| cell.style.bg != Colour::Default)
}
