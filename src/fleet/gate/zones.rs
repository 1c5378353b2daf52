//! Where on a screen the input line is, and what stands around it. It follows what the rules say of a runtime; it
//! knows none itself.

use super::{
    Glance,
    lines::{Line, Lines},
    menu::Menu,
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

impl Composer {
    /// The input line, if it is up.
    pub(super) fn find(lines: &Lines, about: &RuntimeSpec, glance: &Glance<'_>, menu: Option<&Menu>) -> Option<Self> {
        let looks_so = about.composer.as_ref()?;
        if about.cursor && glance.cursor_shown == Some(false) {
            return None;
        }
        let is = |line: &Line| {
            looks_so.is_in(&line.shown) && about.composer_not.as_ref().is_none_or(|not| !not.is_in(&line.shown))
        };
        let row = (lines.start..lines.end).rev().find(|at| is(&lines.all[*at]))?;
        // A message that was sent looks like the input line where nothing but a menu stands below it.
        let over_menu = menu.and_then(|menu| menu.choices.first()).is_some_and(|choice| usize::from(choice.row) > row);
        let flush = |line: &Line| line.speaks() && line.indent() == 0;
        if about.indented_below && (over_menu || lines.between(row + 1, lines.end).iter().any(flush)) {
            return None;
        }
        let below = (row + 1..lines.end).find(|at| lines.all[*at].rule);
        let footer = below.map_or(if about.rules_above > 1 { row } else { row + 1 }, |rule| rule + 1);
        Some(Self { row, top: top(lines, about, row), footer })
    }
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
}

impl<'a> Zones<'a> {
    pub(super) fn new(lines: &'a Lines, composer: Option<&'a Composer>) -> Self {
        Self { lines, composer }
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
