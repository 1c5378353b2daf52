//! An agent that was taken over: its session's terminal in the dashboard's frame, and how to leave it.
//!
//! PURE view. Only cells are copied, as from any mirror.

use ratatui::{buffer::Buffer, text::Line};

use super::{
    mirror,
    paint::{self, styled},
    theme::Theme,
};
use crate::app::{mirror::Pan, model::Model, taken::Taken, words::fit};

pub(super) fn draw(model: &Model, taken: &Taken, theme: &Theme, buffer: &mut Buffer) {
    let plan = model.layout();
    if plan.mirror.is_empty() {
        return;
    }
    let leave = model.settings().leave().map_or_else(String::new, |chord| format!(" {chord} leaves "));
    let left = Line::from(vec![
        styled(format!(" {} ", fit(&taken.name, 24)), theme.title),
        styled("· taken over: your keys go there ", theme.warn),
    ]);
    paint::frame(plan.mirror, plan.form, left, Line::from(styled(leave, theme.key)), theme, buffer);
    let screen = taken.terminal.screen();
    mirror::copy(screen, screen.cursor(), plan.cells, Pan::Follow, theme, buffer);
}
