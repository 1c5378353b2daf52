//! The wall: a tile for each agent of the page, with its state, its name, how fresh its picture is, and its cause.
//!
//! PURE view of [`crate::app::wall`]. Only what a tile shows of a pane is copied.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::BorderType,
};

use super::{
    columns, fleet, mirror,
    paint::{self, Border, styled},
    theme::Theme,
};
use crate::{
    app::{
        banner,
        layout::{Form, inside},
        mirror::Pan,
        model::Model,
        wall::Wall,
        words::fit,
    },
    fleet::row::Row,
};

/// Below so many columns a tile has no room for words beside a name.
const NARROW: u16 = 32;

pub(super) fn draw(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    let (plan, wall, rows) = (model.layout(), model.wall(), model.rows());
    let (left, right) = titles(model, &wall, theme);
    let border = Border { form: Form::Compact, kind: BorderType::Plain, style: theme.frame };
    paint::framed(Rect { height: plan.list.height.min(1), ..plan.list }, border, left, right, theme, buffer);
    if rows.is_empty() {
        return paint::message(plan.lines, &fleet::nothing(model), theme, buffer);
    }
    tiles(model, &wall, &rows, theme).for_each(|tile| tile.draw(buffer));
}

/// The tiles whose pictures are others than in the last frame.
pub(super) fn printed<'a>(model: &'a Model, theme: &'a Theme) -> impl Iterator<Item = Tile<'a>> {
    tiles(model, &model.wall(), &model.rows(), theme).filter(|tile| tile.model.has_printed(tile.row))
}

/// The tiles of the page.
fn tiles<'a>(
    model: &'a Model,
    wall: &Wall,
    rows: &[&'a Row],
    theme: &'a Theme,
) -> impl Iterator<Item = Tile<'a>> + use<'a> {
    let (form, old) = (model.layout().form, banner::facts_are_old(model).is_some());
    let tile = |(slot, place): (usize, usize)| {
        let row = *rows.get(place)?;
        let focused = place == model.listing().cursor();
        Some(Tile { model, theme, row, area: wall.grid.tile(slot), form, focused, pale: old || !row.confirmed })
    };
    wall.places().enumerate().filter_map(tile).collect::<Vec<_>>().into_iter()
}

/// What narrows the wall, and which page of how many is up.
fn titles(model: &Model, wall: &Wall, theme: &Theme) -> (Line<'static>, Line<'static>) {
    let mut left = vec![styled(" wall ", theme.title)];
    left.extend(fleet::narrowings(model, theme));
    let places = wall.places();
    if places.is_empty() {
        return (Line::from(left), Line::default());
    }
    let page = format!(" page {} of {} ", wall.page + 1, wall.pages);
    let mut right = Vec::new();
    if model.layout().form != Form::Compact {
        let whom = format!(" {}–{} of {} ", places.start + 1, places.end, wall.agents);
        right.push(styled(whom + if wall.pages > 1 { "·" } else { "" }, theme.dim));
    }
    if wall.pages > 1 {
        right.push(styled(page, theme.text));
    }
    right.extend(fleet::order(model).map(|order| styled(format!("·{order}"), theme.dim)));
    (Line::from(left), Line::from(right))
}

/// One agent.
pub struct Tile<'a> {
    model: &'a Model,
    pub(super) theme: &'a Theme,
    row: &'a Row,
    pub(super) area: Rect,
    form: Form,
    focused: bool,
    /// Its row is not confirmed, or old.
    pale: bool,
}

impl Tile<'_> {
    pub(super) fn draw(&self, buffer: &mut Buffer) {
        if self.area.is_empty() {
            return;
        }
        let mirror = self.model.mirror_of(self.row);
        // Another line, too: a focus must be seen where there are no colours.
        let lines = [(BorderType::Rounded, self.theme.frame), (BorderType::Thick, self.theme.accent)];
        let (kind, style) = lines[usize::from(self.focused)];
        let border = Border { form: self.form, kind, style };
        // In words where there is room; how a program ended stands below.
        let brief = self.area.width < NARROW || self.row.has_ended();
        let fresh = mirror::fresh(self.model, self.row, mirror, brief, self.theme);
        let room = usize::from(self.area.width).saturating_sub(4 + fresh.width());
        paint::framed(self.area, border, self.name(room), Line::from(fresh), self.theme, buffer);
        let mut cells = inside(self.area, self.form);
        let height = u16::from(self.area.height > 1);
        let foot = Rect { y: self.area.bottom() - 1, height, ..cells };
        if self.form == Form::Compact {
            // There is no frame below that could carry the words.
            cells.height = cells.height.saturating_sub(1);
        }
        mirror::show(Some(self.row), mirror, cells, Pan::Follow, self.theme, buffer);
        self.words(foot, buffer);
    }

    /// Shape and name; the word of the state stands below, beside its cause.
    fn name(&self, room: usize) -> Line<'static> {
        let state = self.row.readiness();
        let marked = self.model.listing().is_marked(&self.row.key);
        let name = fit(&self.row.name, room.saturating_sub(if marked { 6 } else { 4 }).max(4));
        Line::from(vec![
            styled(if self.focused { "▸" } else { " " }, self.theme.accent),
            styled(if marked { "✓ " } else { "" }, self.theme.mark),
            styled(format!("{} ", state.shape()), self.pale(self.theme.state(state))),
            styled(format!("{name} "), self.pale(self.theme.title)),
        ])
    }

    /// The state in a word, its flags, and why; of one that is well, what it does.
    fn words(&self, at: Rect, buffer: &mut Buffer) {
        if at.is_empty() {
            return;
        }
        let (row, theme) = (self.row, self.theme);
        let state = theme.state(row.readiness());
        let mut spans = vec![styled(format!(" {} ", row.readiness().word()), self.pale(state))];
        let flags = columns::flags(row, theme);
        if !flags.content.is_empty() {
            spans.push(styled(format!("{} ", flags.content), flags.style));
        }
        let used: usize = spans.iter().map(Span::width).sum();
        let room = usize::from(at.width).saturating_sub(used + 3);
        if let Some((style, says)) = self.says().filter(|(_, says)| room >= 4 && !says.is_empty()) {
            spans.push(styled(format!("· {} ", fit(&says, room)), self.pale(style)));
        }
        let line = Line::from(spans);
        // What the words do not need is frame.
        let cells = u16::try_from(line.width()).unwrap_or(u16::MAX).min(at.width);
        paint::line(Rect { width: cells, ..at }, &line, buffer);
    }

    /// Its order on the way, else its cause, else what it is about.
    fn says(&self) -> Option<(Style, String)> {
        let (row, theme) = (self.row, self.theme);
        match self.model.said_of(row) {
            Some((Some(mood), says)) => Some((theme.mood(mood), says)),
            Some((None, says)) => {
                let style = if row.readiness().is_fault() { theme.state(row.readiness()) } else { theme.warn };
                Some((style, says.trim_start_matches("└ ").to_owned()))
            }
            None => row.doing.clone().map(|doing| (theme.dim, doing)),
        }
    }

    fn pale(&self, style: Style) -> Style {
        if self.pale { self.theme.dim.add_modifier(Modifier::DIM) } else { style }
    }
}
