//! Small strokes that every part is painted with: a frame, a line of spans, a list of lines that scrolls.
//!
//! PURE. Whatever is painted stays inside its area.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, BorderType, Borders, Widget},
};

use super::theme::Theme;
use crate::app::layout::Form;

/// A left title is not cut below this for the sake of the right one.
const SHORTEST_TITLE: usize = 10;

/// What a frame is drawn with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Border {
    /// Whether it goes all around: not where it is compact.
    pub(super) form: Form,
    /// Its lines.
    pub(super) kind: BorderType,
    /// Their style.
    pub(super) style: Style,
}

/// A frame with a title at its left and one at its right; where it is compact only the line of titles.
pub(super) fn frame(area: Rect, form: Form, left: Line, right: Line, theme: &Theme, buffer: &mut Buffer) {
    framed(area, Border { form, kind: BorderType::Rounded, style: theme.frame }, left, right, theme, buffer);
}

/// The same with other lines.
pub(super) fn framed(area: Rect, border: Border, left: Line, right: Line, theme: &Theme, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let borders = if border.form == Form::Compact { Borders::TOP } else { Borders::ALL };
    let room = usize::from(area.width).saturating_sub(4);
    let mut block = Block::new().borders(borders).border_type(border.kind).border_style(border.style);
    // The right title says how fresh things are: the left one makes room for it, down to a name's length.
    let with_right = right.width() + SHORTEST_TITLE <= room;
    let space = if with_right { room - right.width() } else { room };
    if left.width() <= space {
        block = block.title_top(left);
    } else {
        let whole: String = left.spans.iter().map(|span| span.content.as_ref()).collect();
        block = block.title_top(Line::styled(crate::app::words::fit(&whole, space), theme.title));
    }
    if with_right {
        block = block.title_top(right.right_aligned());
    }
    block.render(area, buffer);
}

/// A line at the top of an area.
pub(super) fn line(area: Rect, line: &Line, buffer: &mut Buffer) {
    if !area.is_empty() {
        buffer.set_line(area.x, area.y, line, area.width);
    }
}

/// The line of an area that is so many rows below its top; empty when that is outside.
pub(super) fn nth(area: Rect, row: usize) -> Rect {
    let down = u16::try_from(row).unwrap_or(u16::MAX).min(area.height);
    Rect { y: area.y + down, height: u16::from(down < area.height), ..area }
}

/// Lines from the `scroll`-th on, as many as fit.
pub(super) fn lines<'a>(
    area: Rect,
    scroll: usize,
    lines: impl ExactSizeIterator<Item = Line<'a>>,
    buffer: &mut Buffer,
) {
    let end = lines.len().saturating_sub(usize::from(area.height));
    for (row, text) in lines.skip(scroll.min(end)).take(usize::from(area.height)).enumerate() {
        line(nth(area, row), &text, buffer);
    }
}

/// Words in the middle of an area that has nothing else to show; the first line stands out.
pub(super) fn message(area: Rect, words: &[String], theme: &Theme, buffer: &mut Buffer) {
    let width = usize::from(area.width.saturating_sub(2)).max(1);
    let wrapped: Vec<(bool, String)> = words
        .iter()
        .enumerate()
        .flat_map(|(i, text)| crate::app::words::wrap(text, width).into_iter().map(move |part| (i == 0, part)))
        .collect();
    let first = usize::from(area.height).saturating_sub(wrapped.len()) / 3;
    for (row, (leads, text)) in wrapped.into_iter().enumerate() {
        let style = if leads { theme.text } else { theme.dim };
        line(nth(area, first + row), &Line::from(vec![Span::raw(" "), styled(text, style)]), buffer);
    }
}

/// A span that owns its text.
pub(super) fn styled(text: impl Into<String>, style: Style) -> Span<'static> {
    Span::styled(text.into(), style)
}
