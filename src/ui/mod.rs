//! How the dashboard looks: `draw(&Model, &Theme, &mut Buffer)`.
//!
//! PURE: it reads the model and fills a buffer. It decides nothing, remembers nothing, and passes on nothing from a
//! pane or a file but cells and text that was made safe to show.

mod agent;
mod attention;
mod columns;
mod compose;
mod dialog;
mod fleet;
mod footer;
mod header;
mod help;
mod log;
pub mod mirror;
mod paint;
pub mod picture;
mod problems;
pub mod replay;
mod still;
mod taken;
pub mod theme;
mod wall;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::app::{
    mode::Mode,
    model::{Model, View},
};
use theme::Theme;

/// A part of the screen that can be drawn alone, as [`draw`] would draw it.
pub enum Part<'a> {
    /// The mirror in its place.
    Mirror(&'a Model, &'a Theme),
    /// A tile of the wall.
    Tile(wall::Tile<'a>),
}

impl Part<'_> {
    /// Where it stands.
    #[must_use]
    pub fn area(&self) -> Rect {
        match self {
            Self::Mirror(model, _) => model.layout().mirror,
            Self::Tile(tile) => tile.area,
        }
    }

    /// Draws it into a buffer of its area.
    pub fn draw(&self, buffer: &mut Buffer) {
        let (Self::Mirror(_, theme) | Self::Tile(wall::Tile { theme, .. })) = self;
        buffer.set_style(buffer.area, theme.text);
        match self {
            Self::Mirror(model, theme) => mirror::draw(model, theme, buffer),
            Self::Tile(tile) => tile.draw(buffer),
        }
    }
}

/// What mirrors' new bytes have changed since the last frame; `None` where something may stand over it, so that the whole
/// must be drawn.
#[must_use]
pub fn mirror_parts<'a>(model: &'a Model, theme: &'a Theme) -> Option<Vec<Part<'a>>> {
    match model.mode() {
        Mode::Help { .. } | Mode::Problems { .. } => Some(Vec::new()),
        Mode::Receipts { .. } => None,
        mode if mode.is_dialog() => None,
        _ if model.shows_wall() => Some(wall::printed(model, theme).map(Part::Tile).collect()),
        _ => Some(vec![Part::Mirror(model, theme)]),
    }
}

/// Draws the whole screen.
pub fn draw(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    let area = buffer.area;
    buffer.set_style(area, theme.text);
    // The terminal may have shrunk before the model hears of it: nothing is drawn beyond the buffer.
    let (width, height) = model.size();
    if area.width < width || area.height < height {
        return;
    }
    header::draw(model, theme, buffer);
    match (model.mode(), model.view()) {
        (Mode::Help { scroll, .. }, _) => help::draw(model, *scroll, theme, buffer),
        (Mode::Problems { scroll, .. }, _) => problems::draw(model, *scroll, theme, buffer),
        (mode, _) if mode.is_zoomed() => mirror::draw(model, theme, buffer),
        (_, View::Fleet) => fleet::draw(model, theme, buffer),
        (_, View::Wall) => wall::draw(model, theme, buffer),
        (_, View::Agent { scroll }) => agent::draw(model, scroll, theme, buffer),
        (_, View::Attention) => attention::draw(model, theme, buffer),
        (_, View::Log { scroll }) => log::draw(model, scroll, theme, buffer),
    }
    dialog::draw(model, theme, buffer);
    footer::draw(model, theme, buffer);
}
