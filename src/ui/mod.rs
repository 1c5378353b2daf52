//! How the dashboard looks: `draw(&Model, &Theme, &mut Frame)`.
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
mod taken;
pub mod theme;
mod wall;

use ratatui::{Frame, buffer::Buffer};

use crate::app::{
    mode::Mode,
    model::{Model, View},
};
use theme::Theme;

/// Draws the mirror anew into a copy of the last whole frame, as [`draw`] would have drawn it.
pub fn draw_mirror(model: &Model, theme: &Theme, last: &Buffer, frame: &mut Frame) {
    let buffer = frame.buffer_mut();
    if buffer.area != last.area {
        return draw(model, theme, frame);
    }
    // A dialog may stand over the mirror; and there is little on a wall that is no mirror.
    if model.mode().is_dialog() || matches!(model.mode(), Mode::Receipts { .. }) || model.shows_wall() {
        return draw(model, theme, frame);
    }
    buffer.clone_from(last);
    if matches!(model.mode(), Mode::Help { .. } | Mode::Problems { .. }) {
        return;
    }
    for position in model.layout().mirror.intersection(last.area).positions() {
        buffer[position].reset();
        buffer[position].set_style(theme.text);
    }
    mirror::draw(model, theme, buffer);
}

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
        (Mode::Zoom | Mode::Taken(_), _) => mirror::draw(model, theme, buffer),
        (_, View::Fleet) => fleet::draw(model, theme, buffer),
        (_, View::Wall) => wall::draw(model, theme, buffer),
        (_, View::Agent { scroll }) => agent::draw(model, scroll, theme, buffer),
        (_, View::Attention) => attention::draw(model, theme, buffer),
        (_, View::Log { scroll }) => log::draw(model, scroll, theme, buffer),
    }
    dialog::draw(model, theme, buffer);
    footer::draw(model, theme, buffer);
}
