//! The list of what is wrong with the fleet as a whole and with its roster, over the whole screen.
//!
//! PURE view of the lines that [`crate::app::problems`] makes.

use ratatui::{buffer::Buffer, text::Line};

use super::{paint, theme::Theme};
use crate::{
    app::{
        layout::inside,
        model::Model,
        problems::{ProblemLine, problems},
    },
    fleet::judgement::Severity,
};

pub(super) fn draw(model: &Model, scroll: usize, theme: &Theme, buffer: &mut Buffer) {
    let plan = model.layout();
    let area = inside(plan.body, plan.form);
    let title = Line::styled(" problems ", theme.title);
    paint::frame(plan.body, plan.form, title, Line::styled(" Esc closes ", theme.dim), theme, buffer);
    let lines = problems(model, usize::from(area.width));
    paint::lines(area, scroll, lines.iter().map(|line| text(line, theme)), buffer);
}

fn text<'a>(line: &'a ProblemLine, theme: &Theme) -> Line<'a> {
    match line {
        ProblemLine::Blank => Line::default(),
        ProblemLine::Heading(words) => Line::styled(words.to_uppercase(), theme.head),
        ProblemLine::Hint(words) => Line::styled(words.as_str(), theme.dim),
        ProblemLine::Says(severity, words) => {
            let style = match severity {
                Severity::Fault => theme.bad,
                Severity::Warning => theme.warn,
                Severity::Note => theme.text,
            };
            Line::styled(words.as_str(), style)
        }
    }
}
