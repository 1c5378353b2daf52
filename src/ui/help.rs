//! The help over the whole screen, in one column or two.
//!
//! PURE view of the lines that [`crate::app::help`] makes from the table of actions.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use super::{
    paint::{self, styled},
    theme::Theme,
};
use crate::app::{
    help::{HelpLine, KEYS, help},
    layout::inside,
    mode::Mode,
    model::Model,
    words::{fit, pad},
};

pub(super) fn draw(model: &Model, scroll: usize, theme: &Theme, buffer: &mut Buffer) {
    let plan = model.layout();
    let area = inside(plan.body, plan.form);
    let mode = if model.is_read_only() { " keys · read-only: what changes the fleet is left out " } else { " keys " };
    let right = Line::styled(" / searches · Esc closes ", theme.dim);
    let found = match model.mode() {
        Mode::Help { sought, .. } if !sought.input.value().is_empty() => {
            format!("{mode}/{} ", fit(sought.input.value(), 30))
        }
        _ => mode.to_owned(),
    };
    paint::frame(plan.body, plan.form, Line::styled(found, theme.title), right, theme, buffer);
    let columns = help(model, area.width);
    let count = u16::try_from(columns.len()).unwrap_or(1).max(1);
    for (place, lines) in (0u16..).zip(&columns) {
        let cells = area.width / count;
        let column = Rect { x: area.x + place * cells, width: cells, ..area };
        // Both columns scroll as one: the shorter one simply ends.
        let visible = lines.iter().skip(scroll).map(|line| text(line, theme));
        paint::lines(column, 0, visible.collect::<Vec<_>>().into_iter(), buffer);
    }
}

fn text(line: &HelpLine, theme: &Theme) -> Line<'static> {
    match line {
        HelpLine::Blank => Line::default(),
        HelpLine::Heading(words) => Line::styled(format!(" {}", words.to_uppercase()), theme.head),
        HelpLine::Key { keys, words, grey, .. } => {
            let style = if *grey { theme.dim } else { theme.text };
            Line::from(vec![styled(format!("  {} ", pad(keys, KEYS - 3)), theme.key), styled(words.clone(), style)])
        }
    }
}
