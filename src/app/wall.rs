//! The wall: how many tiles stand on a page, where each of them stands, whom they show, and how one moves among them.
//!
//! PURE. The focus is the list's own selection, so it stays with its agent when the order changes, and every action
//! means what it means in the list. A page is the part of the list that holds the focus.

use std::ops::Range;

use ratatui::layout::{Position, Rect};

use super::{
    action::Action,
    layout::Form,
    mode::Mode,
    model::{Model, View},
};
use crate::fleet::{ids::PaneKey, row::Row};

/// How large tiles are at least, with their frames: columns and rows, the largest first. In the first a usual pane is
/// shown whole; in the last fifty of them fit on a large terminal, and one sees that something moves, and where.
const SIZES: [(u16, u16); 4] = [(82, 26), (58, 15), (38, 10), (20, 8)];

/// A usual pane with its frame: more of a tile than that shows nothing.
const WHOLE: (u16, u16) = (82, 26);

/// Which of the sizes the operator wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileSize(usize);

impl Default for TileSize {
    /// So large that the lines around a cursor can be read: sixteen on 160×45, four on 80×24, two on 40×15.
    fn default() -> Self {
        Self(2)
    }
}

impl TileSize {
    /// The size that is remembered; the default where none is, or one that is not known.
    pub(super) fn remembered(kept: Option<u8>) -> Self {
        kept.map(|kept| Self(kept.into())).filter(|size| size.0 < SIZES.len()).unwrap_or_default()
    }

    /// What to remember of it; nothing of the default.
    pub(super) fn kept(self) -> Option<u8> {
        u8::try_from(self.0).ok().filter(|_| self != Self::default())
    }

    /// The next larger one; `None` at the end.
    fn larger(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }

    /// The next smaller one; `None` at the end.
    fn smaller(self) -> Option<Self> {
        (self.0 + 1 < SIZES.len()).then_some(Self(self.0 + 1))
    }

    /// The least columns and rows of a tile. Where it is compact, a tile has a line for its title and no frame.
    fn least(self, form: Form) -> (u16, u16) {
        let (columns, rows) = SIZES[self.0];
        if form == Form::Compact { (columns - 2, rows * 3 / 5) } else { (columns, rows) }
    }
}

/// Where the tiles stand: columns and rows of them that fill an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    area: Rect,
    columns: u16,
    rows: u16,
}

impl Grid {
    /// The grid for so many agents. When all of them fit on one page the tiles grow, so that as much of a usual pane is
    /// shown as can be; otherwise they are as small as their size allows, and further pages follow.
    #[must_use]
    pub fn of(area: Rect, agents: usize, size: TileSize, form: Form) -> Self {
        let least = size.least(form);
        let (most_columns, most_rows) = ((area.width / least.0).max(1), (area.height / least.1).max(1));
        let shown = |grid: &Self| {
            let (width, height) = (area.width / grid.columns, area.height / grid.rows);
            // A line that is cut says less than one that is missing.
            u32::from(width.min(WHOLE.0)).pow(2) * u32::from(height.min(WHOLE.1))
        };
        let grids = (1..=most_rows)
            .flat_map(|rows| (1..=most_columns).map(move |columns| Self { area, columns, rows }))
            .filter(|grid| grid.slots() >= agents);
        // Of equals the one with the fewest tiles, which leaves the fewest empty.
        grids.max_by_key(|grid| (shown(grid), std::cmp::Reverse(grid.slots()))).unwrap_or(Self {
            area,
            columns: most_columns,
            rows: most_rows,
        })
    }

    /// How many tiles a page has.
    #[must_use]
    pub fn slots(&self) -> usize {
        usize::from(self.columns) * usize::from(self.rows)
    }

    /// Where a tile of the page stands; empty behind the last one.
    #[must_use]
    pub fn tile(&self, slot: usize) -> Rect {
        let columns = usize::from(self.columns);
        let (Ok(row), Ok(column)) = (u16::try_from(slot / columns), u16::try_from(slot % columns)) else {
            return Rect::default();
        };
        if row >= self.rows {
            return Rect::default();
        }
        let (x, width) = share(self.area.width, self.columns, column);
        let (y, height) = share(self.area.height, self.rows, row);
        Rect { x: self.area.x + x, y: self.area.y + y, width, height }
    }

    /// The tile that holds a cell.
    #[must_use]
    pub fn at(&self, position: Position) -> Option<usize> {
        (0..self.slots()).find(|&slot| self.tile(slot).contains(position))
    }
}

/// Where the `nth` of so many parts of a length begins, and how long it is: no two differ by more than one.
fn share(length: u16, parts: u16, nth: u16) -> (u16, u16) {
    let edge = |n: u16| (u32::from(length) * u32::from(n) / u32::from(parts)) as u16;
    (edge(nth), edge(nth + 1) - edge(nth))
}

/// The page of the wall that holds the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wall {
    /// Where its tiles stand.
    pub grid: Grid,
    /// Which page it is, from 0.
    pub page: usize,
    /// How many pages there are, at least one.
    pub pages: usize,
    /// How many agents are on all of them.
    pub agents: usize,
}

impl Wall {
    /// The page that holds the `focus`-th agent.
    #[must_use]
    pub fn of(grid: Grid, agents: usize, focus: usize) -> Self {
        let slots = grid.slots();
        Self { grid, page: focus / slots, pages: agents.div_ceil(slots).max(1), agents }
    }

    /// The agents on this page, by their place in the list.
    #[must_use]
    pub fn places(&self) -> Range<usize> {
        let first = self.page * self.grid.slots();
        first.min(self.agents)..(first + self.grid.slots()).min(self.agents)
    }

    /// Where the focus goes from a place: across and down among the tiles, over the edge of a page onto the next one.
    fn travel(&self, from: usize, action: Action) -> usize {
        let (columns, slots) = (usize::from(self.grid.columns), self.grid.slots());
        let last = self.agents.saturating_sub(1);
        match action {
            Action::Left => from.saturating_sub(1),
            Action::Right => (from + 1).min(last),
            Action::Up => from.checked_sub(columns).unwrap_or(from),
            // Below a place that has nobody below it stands the last one, unless that is beside it.
            Action::Down if from / columns < last / columns => (from + columns).min(last),
            Action::PageDown => (from + slots).min(last),
            Action::PageUp => from.saturating_sub(slots),
            Action::Top => 0,
            Action::Bottom => last,
            _ => from,
        }
    }
}

impl Model {
    /// The page of the wall that is up; its grid is empty while the wall is not shown.
    #[must_use]
    pub fn wall(&self) -> Wall {
        let (plan, agents) = (self.layout(), self.listing().shown().len());
        let area = if self.shows_wall() { plan.lines } else { Rect::default() };
        Wall::of(Grid::of(area, agents, self.tiles, plan.form), agents, self.listing().cursor())
    }

    /// Whether tiles are on the screen, be something over them.
    #[must_use]
    pub fn shows_wall(&self) -> bool {
        self.view() == View::Wall && !matches!(self.mode().base(), Mode::Zoom | Mode::Taken(_))
    }

    /// Whether a row's picture is another one than in the last frame.
    #[must_use]
    pub fn has_printed(&self, row: &Row) -> bool {
        row.mirror_pane().is_some_and(|pane| self.printed.contains(&pane.key))
    }

    /// A frame was drawn: every picture is on it as it is now.
    pub fn drawn(&mut self) {
        self.printed.clear();
    }

    /// The panes that should be mirrored: those on the page of the wall, else the selected one's, while there is room
    /// for a picture. One pane can belong to two rows.
    pub(super) fn wanted_panes(&self) -> Vec<PaneKey> {
        let pane = |row: &Row| row.mirror_pane().map(|pane| pane.key.clone());
        if !self.shows_wall() {
            let room = !self.layout().cells.is_empty();
            return self.selected_row().filter(|_| room).and_then(pane).into_iter().collect();
        }
        let wall = self.wall();
        if wall.grid.tile(0).is_empty() {
            return Vec::new();
        }
        let rows = self.rows();
        let mut panes: Vec<PaneKey> = Vec::new();
        for key in rows[wall.places()].iter().filter_map(|row| pane(row)) {
            if !panes.contains(&key) {
                panes.push(key);
            }
        }
        panes
    }
}

/// A moving key on the wall.
pub(super) fn travel(model: &mut Model, action: Action) {
    let place = model.wall().travel(model.listing.cursor(), action);
    model.listing.select(place);
    model.moved();
}

/// Larger tiles, or more of them: by as many steps as it takes until the wall is another one.
pub(super) fn resize(model: &mut Model, larger: bool) {
    let (grid, before) = (model.wall().grid, model.tiles);
    let next = |size: TileSize| if larger { size.larger() } else { size.smaller() };
    while let Some(size) = next(model.tiles) {
        model.tiles = size;
        if model.wall().grid != grid {
            return;
        }
    }
    model.tiles = before;
    let says = match (larger, model.wall().pages) {
        (true, _) => "the tiles are as large as they get here: Enter zooms one",
        (false, 1) => "all of them are on this page already",
        (false, _) => "the tiles are as small as they get here: PgDn shows the next page",
    };
    model.notice = Some(says.to_owned());
}

#[cfg(test)]
mod tests;
