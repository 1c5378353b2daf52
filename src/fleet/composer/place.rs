//! Where on a screen the composer stands, by the way its runtime draws it.
//!
//! The cursor decides between things that look alike: it stands in the composer that takes keys, and nowhere in history.

use std::ops::Range;

use crate::{
    fleet::runtime::spec::{ComposerSpec, Shape},
    screen::{Cell, Screen},
};

/// The cells of a composer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The rows that a draft can stand on.
    pub(super) rows: Range<u16>,
    /// The first column of its text.
    pub(super) left: u16,
    /// The column behind its last.
    pub(super) right: u16,
    /// How far the text is set in from `left`.
    pub(super) pad: u16,
    /// The first row below the composer and its frame.
    pub(super) end: u16,
}

/// Finds it; `None` where nothing is known of it, an error where it is not there.
pub(super) fn find(screen: &Screen, spec: &ComposerSpec) -> Option<Result<Place, &'static str>> {
    let place = match spec.shape {
        Shape::Unknown => return None,
        Shape::Ruled => ruled(screen, spec),
        Shape::Marked => marked(screen, spec),
        Shape::Barred => barred(screen, spec),
    };
    let place = place.and_then(|place| match (&spec.below, spec.cursor_shown && !screen.cursor().shown) {
        (_, true) => Err("the cursor is hidden, as at a dialog"),
        (Some(wanted), _) if !rows_hold(screen, place.end, wanted) => Err("what always stands below it is not there"),
        _ => Ok(place),
    });
    Some(place)
}

fn rows_hold(screen: &Screen, from: u16, wanted: &str) -> bool {
    screen.text().iter().skip(from.into()).any(|row| row.contains(wanted))
}

/// The character of a cell; a blank is a space.
fn glyph(screen: &Screen, row: u16, col: u16) -> &str {
    screen.cell(row, col).map_or(" ", |cell| if cell.text.is_empty() { " " } else { cell.text })
}

fn is_blank(screen: &Screen, row: u16, cols: Range<u16>) -> bool {
    cols.into_iter().all(|col| glyph(screen, row, col).trim().is_empty())
}

/// Whether a row begins with these characters, one for each cell.
fn begins_with(screen: &Screen, row: u16, prompt: &str) -> bool {
    prompt.chars().enumerate().all(|(at, c)| glyph(screen, row, at as u16).chars().eq([c]))
}

/// A horizontal rule over the whole width, perhaps with words in it: `── ⠦ Working ─────`.
fn rule(screen: &Screen, row: u16) -> Option<Cell<'_>> {
    let cols = screen.size().cols;
    let dash = |col: u16| glyph(screen, row, col) == "─";
    let whole = cols >= 4 && dash(0) && dash(1) && (dash(cols - 1) || dash(cols - 2));
    screen.cell(row, 0).filter(|_| whole)
}

/// Between the rules next to the cursor. Both have one colour, which a draft's own line of dashes has not.
fn ruled(screen: &Screen, spec: &ComposerSpec) -> Result<Place, &'static str> {
    let (size, cursor) = (screen.size(), screen.cursor());
    let left = spec.prompt.chars().count() as u16;
    let bottom = (cursor.row + 1..size.rows).find_map(|row| rule(screen, row).map(|cell| (row, cell)));
    let (bottom, cell) = bottom.ok_or("no rule below the cursor")?;
    let place = |first: u16| Place { rows: first..bottom, left, right: size.cols, pad: 0, end: bottom + 1 };
    let colour = cell.style.fg;
    let same = |row: u16| rule(screen, row).filter(|cell| cell.style.fg == colour).map(|_| row);
    if rule(screen, cursor.row).is_some() {
        return Err("the cursor stands on a rule");
    }
    let Some(top) = (0..cursor.row).rev().find_map(same) else {
        // A draft that fills the screen has pushed the rule above it, and its prompt, out of sight.
        let indented = left > 0 && (0..bottom).all(|row| is_blank(screen, row, 0..left));
        return if indented { Ok(place(0)) } else { Err("no rule above the cursor") };
    };
    if begins_with(screen, top + 1, &spec.prompt) { Ok(place(top + 1)) } else { Err("no prompt under the rule") }
}

/// The prompt at or above the cursor, and what is indented under it, down to the blank row above the footer.
fn marked(screen: &Screen, spec: &ComposerSpec) -> Result<Place, &'static str> {
    let (size, cursor) = (screen.size(), screen.cursor());
    let left = spec.prompt.chars().count() as u16;
    let last = size.rows.saturating_sub(1);
    // The first column alone: a character that the terminal draws wider or narrower than codex thinks may shift a row.
    let prompt = (0..=cursor.row.min(last)).rev().find(|row| !is_blank(screen, *row, 0..1));
    let is_live = |row: &u16| {
        let style = screen.cell(*row, 0).map(|cell| cell.style);
        // A submitted message has a dim one on a background, a chosen menu row an inverse one.
        begins_with(screen, *row, spec.prompt.trim_end()) && style.is_some_and(|style| !style.dim && !style.inverse)
    };
    let first = prompt.filter(is_live).ok_or("the cursor is in no line that begins with its prompt")?;
    let empty = |row: &u16| is_blank(screen, *row, 0..size.cols);
    let lowest = (0..size.rows).rev().find(|row| !empty(row)).unwrap_or(first);
    let above_footer = (first + 1..=lowest).rev().find(empty);
    let end = above_footer.unwrap_or(first + 1).max(cursor.row + 1).min(size.rows);
    Ok(Place { rows: first..end, left, right: size.cols, pad: 0, end })
}

/// The rows behind the bar at the cursor's left, down to the one that says the mode and the model.
fn barred(screen: &Screen, spec: &ComposerSpec) -> Result<Place, &'static str> {
    let (size, cursor) = (screen.size(), screen.cursor());
    let bar = (0..cursor.col.min(size.cols)).rev().find(|col| glyph(screen, cursor.row, *col) == spec.prompt);
    let bar = bar.ok_or("no bar left of the cursor")?;
    let style = |row: u16, col: u16| screen.cell(row, col).map(|cell| cell.style);
    // A menu above the box has a bar, too, of another colour.
    let colour = style(cursor.row, bar).map(|style| style.fg);
    let in_box =
        |row: &u16| glyph(screen, *row, bar) == spec.prompt && style(*row, bar).map(|style| style.fg) == colour;
    let first = (0..=cursor.row).rev().take_while(in_box).last().ok_or("no bar left of the cursor")?;
    let label = (cursor.row..size.rows).take_while(in_box).last().ok_or("no bar left of the cursor")?;
    if glyph(screen, label.saturating_add(1), bar) != "╹" {
        return Err("the box does not end below the cursor");
    }
    // A side bar may stand on its right, on another background. A capture may lack a row's blank end, not every row's.
    let ground = style(label, bar + 1).map(|style| style.bg);
    let in_ground = |row: u16, col: u16| {
        screen.cell(row, col).is_some_and(|cell| cell.continuation || Some(cell.style.bg) == ground)
    };
    let run = |row: u16| (bar + 1..size.cols).find(|col| !in_ground(row, *col));
    let right = (first..=label).map(|row| run(row).unwrap_or(size.cols)).max().unwrap_or(size.cols);
    if label <= cursor.row || is_blank(screen, label, bar + 1..right) {
        return Err("no mode and model below the cursor");
    }
    // Its first row is padding.
    let top = if is_blank(screen, first, bar + 1..right) && first < cursor.row { first + 1 } else { first };
    Ok(Place { rows: top..label, left: bar + 1, right, pad: 2, end: label + 2 })
}
