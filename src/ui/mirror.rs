//! The mirror: a pane's cells in a tile, with a label that says how it is fed and how fresh it is.
//!
//! PURE. Only cells are copied. What a clip cuts in half becomes a blank; a character that could steer the operator's
//! terminal is left out, and one whose width the terminal might count differently is reduced to its base.

use std::{borrow::Cow, time::Duration};

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use super::{
    columns::shown_runtime,
    paint::{self, styled},
    still, taken,
    theme::Theme,
};
use crate::{
    app::{
        card::ended,
        drag::Drag,
        event::Feed,
        mirror::{Mirror, Pan, focus, origin},
        mode::Mode,
        model::Model,
        words::fit,
    },
    fleet::{
        judgement::{Flag, Readiness},
        row::Row,
        text::visible_char,
        words::short,
    },
    screen::{Cell, Colour, Cursor, Screen, Size},
};

/// A polled picture older than this is stale: two looks in a row have not come.
const STALE: Duration = Duration::from_secs(3);

/// The mirror of the selected agent in its place.
pub(super) fn draw(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    if let Mode::Taken(taken) = model.mode() {
        return taken::draw(model, taken, theme, buffer);
    }
    let plan = model.layout();
    if plan.mirror.is_empty() {
        return;
    }
    // A picture that stands still bears the name of whose it is.
    let row = model.still().map_or_else(|| model.selected_row(), |still| model.row(&still.row));
    let mirror = model.selected_mirror();
    let (left, right) = titles(model, row, mirror, theme);
    paint::frame(plan.mirror, plan.form, left, right, theme, buffer);
    if let Some(screen) = model.picture() {
        copy(screen, model.focus(screen), plan.cells, model.pan(), theme, buffer);
        return still::marks(model, screen, theme, buffer);
    }
    show(row, mirror, plan.cells, model.pan(), theme, buffer);
}

/// The picture of a row's pane in a place, or why there is none.
pub(super) fn show(
    row: Option<&Row>,
    mirror: Option<&Mirror>,
    cells: Rect,
    pan: Pan,
    theme: &Theme,
    buffer: &mut Buffer,
) {
    match mirror {
        Some(Mirror::Shown { screen, .. }) => {
            let focus = focus(screen, row.is_some_and(Row::has_ended));
            copy(screen, focus, cells, pan, theme, buffer);
        }
        Some(Mirror::Gone(why)) => {
            let words = ["the mirror is gone".to_owned(), why.words().to_owned()];
            paint::message(cells, &words, theme, buffer);
        }
        Some(Mirror::Opening) => paint::message(cells, &["opening the mirror …".to_owned()], theme, buffer),
        None => paint::message(cells, &absent(row), theme, buffer),
    }
}

/// Why there is no mirror at all.
fn absent(row: Option<&Row>) -> Vec<String> {
    let says = match row {
        None => return vec!["no agent is selected".to_owned()],
        Some(row) if row.has(Flag::Own) => ["this dashboard runs here", "a mirror of itself would show itself: SELF"],
        Some(row) if row.has(Flag::Unreachable) => ["its host is not observed", "there is nothing here to mirror"],
        Some(row) if row.session.is_none() && row.readiness() == Readiness::Unknown => {
            let why = row.why().unwrap_or_else(|| "it is not known whether it runs".to_owned());
            return vec![why, "there is nothing to mirror until that is known".to_owned()];
        }
        Some(row) if row.session.is_none() => {
            ["no session of this name", "there is nothing to mirror until it is started"]
        }
        Some(_) => ["no pane", "the session has none to mirror"],
    };
    says.iter().map(|&text| text.to_owned()).collect()
}

fn titles(model: &Model, row: Option<&Row>, mirror: Option<&Mirror>, theme: &Theme) -> (Line<'static>, Line<'static>) {
    let Some(row) = row else { return (Line::from(styled(" mirror ", theme.title)), Line::default()) };
    let mut left = vec![styled(format!(" {} ", fit(&row.name, 24)), theme.title)];
    // What the tile shows is what runs, which need not be what the roster says.
    let runs = row.pane.as_ref().and_then(|pane| pane.runtime.known());
    if let Some(runtime) = runs.map(String::as_str).or(shown_runtime(row)) {
        left.push(styled(format!("· {} ", fit(runtime, 16)), theme.dim));
    }
    if let Some(pane) = &row.pane {
        left.push(styled(format!("· {}×{} ", pane.width, pane.height), theme.dim));
    }
    if let Some(still) = model.still() {
        return (Line::from(left), still::label(model, still, model.layout().mirror.width, theme));
    }
    let fresh = match model.drag().and_then(Drag::screen) {
        // While something is marked the picture stands still.
        Some(_) => styled(" PAUSED ", theme.warn),
        None => fresh(model, row, mirror, false, theme),
    };
    let pan = if matches!(model.pan(), Pan::At { .. }) { " panned ·" } else { "" };
    let record = if model.is_unrecorded() { " not recorded ·" } else { "" };
    (Line::from(left), Line::from(vec![styled(record, theme.warn), styled(pan, theme.dim), fresh]))
}

/// How a row's picture is fed and how fresh it is, in words or as `brief` as can be; of a program that has ended, how.
pub(super) fn fresh(model: &Model, row: &Row, mirror: Option<&Mirror>, brief: bool, theme: &Theme) -> Span<'static> {
    let dead = row.pane.as_ref().and_then(|pane| pane.dead);
    let (long, shortly, style) = match (dead, mirror) {
        (Some(dead), _) => (ended(dead), "ended".to_owned(), theme.bad),
        (None, None) => return Span::raw(""),
        (None, Some(Mirror::Opening)) => ("opening".to_owned(), "…".to_owned(), theme.dim),
        (None, Some(Mirror::Gone(_))) => ("gone".to_owned(), "gone".to_owned(), theme.bad),
        (None, Some(Mirror::Shown { feed: Feed::Live, lags: false, .. })) => {
            ("● live".to_owned(), "●".to_owned(), theme.good)
        }
        (None, Some(Mirror::Shown { heard, lags, .. })) => {
            let old = model.now().and_then(|now| Duration::try_from(now.duration_since(*heard)).ok());
            match old.filter(|old| *lags || *old > STALE) {
                Some(old) => (format!("stale {}", short(old)), short(old), theme.warn),
                None => ("polled 1 s".to_owned(), "1s".to_owned(), theme.free),
            }
        }
    };
    styled(format!(" {} ", if brief { shortly } else { long }), style)
}

/// Copies the part of a screen that an area shows, and its cursor as a reversed cell.
pub fn copy(screen: &Screen, focus: Cursor, area: Rect, pan: Pan, theme: &Theme, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let (size, cursor) = (screen.size(), screen.cursor());
    let (top, left) = origin(size, focus, Size { rows: area.height, cols: area.width }, pan);
    for y in 0..area.height.min(size.rows - top) {
        for x in 0..area.width.min(size.cols - left) {
            let (Some(cell), Some(target)) =
                (screen.cell(top + y, left + x), buffer.cell_mut((area.x + x, area.y + y)))
            else {
                continue;
            };
            target.reset();
            target.set_style(style(cell, theme));
            let cut = cell.wide && (x + 1 == area.width || left + x + 1 >= size.cols);
            if !cell.continuation && !cut {
                target.set_symbol(&symbol(&cell));
            }
        }
    }
    if cursor.shown && cursor.row >= top && cursor.col >= left {
        // While a wrap is pending the cursor stands beyond the last column and is shown on it.
        let col = cursor.col.min(size.cols - 1) - left;
        if let Some(cell) = buffer
            .cell_mut((area.x + col, area.y + cursor.row - top))
            .filter(|_| col < area.width && cursor.row - top < area.height)
        {
            cell.modifier.toggle(Modifier::REVERSED);
        }
    }
}

/// A cell's text, of exactly the width that the cell has.
fn symbol<'a>(cell: &Cell<'a>) -> Cow<'a, str> {
    // Nearly every cell; a frame has thousands of them.
    match cell.text.as_bytes() {
        [] if !cell.wide => return Cow::Borrowed(" "),
        [b' '..=b'~'] if !cell.wide => return Cow::Borrowed(cell.text),
        _ => {}
    }
    let text: String = cell.text.chars().filter(|c| visible_char(*c) == *c).collect();
    let cells = if cell.wide { 2 } else { 1 };
    if text.width() == cells {
        return text.into();
    }
    let base: String = text.chars().take(1).collect();
    if base.width() == cells { base.into() } else { " ".into() }
}

fn style(cell: Cell, theme: &Theme) -> Style {
    let from = cell.style;
    let mut style = Style::new();
    if theme.mirror_colours {
        style = style.fg(colour(from.fg)).bg(colour(from.bg));
    }
    for (is_on, modifier) in [
        (from.bold, Modifier::BOLD),
        (from.dim, Modifier::DIM),
        (from.italic, Modifier::ITALIC),
        (from.underline, Modifier::UNDERLINED),
        (from.inverse, Modifier::REVERSED),
    ] {
        if is_on {
            style = style.add_modifier(modifier);
        }
    }
    style
}

fn colour(colour: Colour) -> Color {
    match colour {
        Colour::Default => Color::Reset,
        Colour::Indexed(index) => Color::Indexed(index),
        Colour::Rgb(r, g, b) => Color::Rgb(r, g, b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a tile of this size shows of a 4×10 pane, line by line.
    fn check(bytes: &str, tile: (u16, u16), pan: Pan, expected: &[&str]) {
        let mut screen = Screen::new(Size { rows: 4, cols: 10 });
        screen.feed(bytes.as_bytes());
        let area = Rect::new(0, 0, tile.0, tile.1);
        let mut buffer = Buffer::empty(area);
        copy(&screen, screen.cursor(), area, pan, &Theme::dark(), &mut buffer);
        let lines: Vec<String> = (0..tile.1)
            .map(|y| (0..tile.0).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned())
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_wide_character_that_the_clip_cuts_becomes_a_blank() {
        // A buffer holds a blank behind each wide character.
        check("ab漢字", (6, 1), Pan::At { row: 0, col: 0 }, &["ab漢 字"]);
        check("ab漢字", (5, 1), Pan::At { row: 0, col: 0 }, &["ab漢"]);
        check("ab漢字cd", (5, 1), Pan::At { row: 0, col: 3 }, &[" 字 cd"]);
    }

    #[test]
    fn what_could_steer_the_terminal_is_not_passed_on() {
        check("a\u{202e}b\u{1b}]0;title\u{7}c", (10, 1), Pan::Follow, &["abc"]);
    }

    #[test]
    fn the_cursor_is_a_reversed_cell() {
        let mut screen = Screen::new(Size { rows: 2, cols: 4 });
        screen.feed(b"ab");
        let area = Rect::new(0, 0, 4, 2);
        let mut buffer = Buffer::empty(area);
        copy(&screen, screen.cursor(), area, Pan::Follow, &Theme::dark(), &mut buffer);
        let reversed: Vec<bool> = (0..4).map(|x| buffer[(x, 0)].modifier.contains(Modifier::REVERSED)).collect();
        assert_eq!(reversed, [false, false, true, false]);
    }
}
