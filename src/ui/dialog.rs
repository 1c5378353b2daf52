//! A dialog over what it is about: its frame, its lines, and the lists of receipts.
//!
//! PURE view of the lines that `app` makes; the composer, which has an editor in it, is drawn next door.

use ratatui::{buffer::Buffer, layout::Rect, style::Style, text::Line};

use super::{compose, paint, theme::Theme};
use crate::app::{
    dialog::{Said, Tone},
    layout::inside,
    mode::Mode,
    model::Model,
    words::fit,
};

/// The dialog that is open, if one is.
pub(super) fn draw(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    let title = match model.mode() {
        Mode::Compose(message) => return compose::draw(model, message, theme, buffer),
        Mode::Confirm(confirm) => confirm.title(),
        Mode::Answer(ask) => format!("{} asks", ask.name),
        Mode::Columns(_) => "columns".to_owned(),
        Mode::Receipts { .. } => "receipts".to_owned(),
        _ => return,
    };
    let plan = model.layout();
    let lines = model.dialog_lines(usize::from(inside(plan.dialog, plan.form).width));
    let (place, scroll) = model.dialog_place();
    let area = open(model, place, &title, theme, buffer);
    let more = lines.len().saturating_sub(scroll + usize::from(area.height));
    paint::lines(area, scroll, lines.iter().map(|said| line(said, theme)), buffer);
    if scroll > 0 && matches!(model.mode(), Mode::Answer(_)) {
        let above = Rect { height: 1, ..place };
        below(above, &format!(" ↑ {scroll} more: PgUp "), theme, buffer);
    }
    if more > 0 {
        below(place, &format!(" {more} more ↓ "), theme, buffer);
    }
}

/// Words on the lowest row of a frame, at its right.
fn below(dialog: Rect, words: &str, theme: &Theme, buffer: &mut Buffer) {
    let width = u16::try_from(words.chars().count()).unwrap_or(u16::MAX).min(dialog.width);
    let at = Rect { x: dialog.right().saturating_sub(width), y: dialog.bottom().saturating_sub(1), width, height: 1 };
    paint::line(at, &Line::styled(words, theme.dim), buffer);
}

/// Clears the dialog's place and frames it; what is left inside.
pub(super) fn open(model: &Model, place: Rect, title: &str, theme: &Theme, buffer: &mut Buffer) -> Rect {
    let form = model.layout().form;
    for position in place.intersection(buffer.area).positions() {
        buffer[position].reset();
        buffer[position].set_style(theme.text);
    }
    let title = Line::styled(format!(" {} ", fit(title, 60)), theme.title);
    paint::frame(place, form, title, Line::default(), theme, buffer);
    inside(place, form)
}

fn line<'a>(said: &'a Said, theme: &Theme) -> Line<'a> {
    Line::styled(said.text.as_str(), style(said.tone, theme))
}

fn style(tone: Tone, theme: &Theme) -> Style {
    match tone {
        Tone::Plain => theme.text,
        Tone::Dim => theme.dim,
        Tone::Strong => theme.title,
        Tone::Good => theme.good,
        Tone::Warn => theme.warn,
        Tone::Bad => theme.bad,
        Tone::Chosen => theme.accent,
    }
}
