//! How the dashboard looks: `draw(&Model, &Theme, &mut Frame)`.
//!
//! PURE: it reads the model and fills a buffer. It decides nothing, remembers nothing, and passes on nothing from a
//! pane or a file but cells and text that was made safe to show.

mod agent;
mod columns;
mod fleet;
mod footer;
mod header;
mod help;
pub mod mirror;
mod paint;
pub mod picture;
mod problems;
pub mod theme;

use ratatui::Frame;

use crate::app::{
    mode::Mode,
    model::{Model, View},
};
use theme::Theme;

/// Draws the whole screen.
pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame) {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    buffer.set_style(area, theme.text);
    // The terminal may have shrunk before the model hears of it: nothing is drawn beyond the buffer.
    let (width, height) = model.size();
    if area.width < width || area.height < height {
        return;
    }
    header::draw(model, theme, buffer);
    match (model.mode(), model.view()) {
        (Mode::Help { scroll }, _) => help::draw(model, *scroll, theme, buffer),
        (Mode::Problems { scroll }, _) => problems::draw(model, *scroll, theme, buffer),
        (Mode::Zoom, _) => mirror::draw(model, theme, buffer),
        (_, View::Fleet) => fleet::draw(model, theme, buffer),
        (_, View::Agent { scroll }) => agent::draw(model, scroll, theme, buffer),
    }
    footer::draw(model, theme, buffer);
}
