//! One agent: its mirror as large as can be, and everything known of it; also the small card of why on the fleet.
//!
//! PURE view of the lines that [`crate::app::card`] makes.

use ratatui::{
    buffer::Buffer,
    text::{Line, Span},
};

use super::{
    mirror,
    paint::{self, styled},
    theme::Theme,
};
use crate::app::{
    card::{self, CardLine, LABEL, Tone},
    layout::{Form, inside},
    model::Model,
    words::{fit, pad},
};

/// The agent screen.
pub(super) fn draw(model: &Model, scroll: usize, theme: &Theme, buffer: &mut Buffer) {
    let plan = model.layout();
    mirror::draw(model, theme, buffer);
    let area = inside(plan.facts, plan.form);
    let lines = card::card(model, usize::from(area.width));
    let more = lines.len().saturating_sub(scroll + usize::from(area.height));
    let right = if more > 0 { Line::styled(format!(" {more} more ↓ "), theme.dim) } else { Line::default() };
    paint::frame(plan.facts, plan.form, Line::styled(" facts ", theme.title), right, theme, buffer);
    paint::lines(area, scroll, lines.iter().map(|line| text(line, theme)), buffer);
}

/// The small card: why the selected one's state is what it is.
pub(super) fn why(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    let plan = model.layout();
    if plan.facts.is_empty() || model.selected_row().is_none() {
        return;
    }
    if plan.form == Form::Compact {
        return compact(model, theme, buffer);
    }
    let area = inside(plan.facts, plan.form);
    paint::frame(plan.facts, plan.form, Line::styled(" why ", theme.title), Line::default(), theme, buffer);
    let lines = card::why(model, usize::from(area.width));
    paint::lines(area, 0, lines.iter().map(|line| text(line, theme)), buffer);
}

/// On a small screen: a line of who it is, and its cause.
fn compact(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    let plan = model.layout();
    let Some(row) = model.selected_row() else { return };
    let alias = row.alias.as_deref().map_or_else(String::new, |alias| format!(" · {alias}"));
    let title = Line::styled(format!(" {}{alias} ", fit(&row.name, 24)), theme.title);
    paint::frame(plan.facts, plan.form, title, Line::default(), theme, buffer);
    let area = inside(plan.facts, plan.form);
    let style = theme.state(row.readiness());
    let words = model.said_of(row).map_or_else(
        || format!("{} · Enter shows its mirror", super::columns::shown_runtime(row).unwrap_or("no runtime")),
        |(_, says)| says,
    );
    let lines = crate::app::words::wrap(&words, usize::from(area.width).max(1));
    paint::lines(
        area,
        0,
        lines.into_iter().map(|line| Line::styled(line, style)).collect::<Vec<_>>().into_iter(),
        buffer,
    );
}

fn text(line: &CardLine, theme: &Theme) -> Line<'static> {
    match line {
        CardLine::Blank => Line::default(),
        CardLine::Heading(words) => Line::styled(words.to_uppercase(), theme.head),
        CardLine::State(state, words) => Line::from(vec![
            styled(format!("{} {state}", state.shape()), theme.state(*state)),
            styled(format!(" {words}"), theme.text),
        ]),
        CardLine::Field { label, text, tone } => {
            let style = match tone {
                Tone::Plain => theme.text,
                Tone::Unknown | Tone::Dim => theme.dim,
                Tone::Bad => theme.warn,
            };
            Line::from(vec![styled(pad(label, LABEL), theme.dim), Span::styled(text.clone(), style)])
        }
    }
}
