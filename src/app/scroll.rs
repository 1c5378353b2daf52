//! How far things are scrolled: the list follows its selection, and nothing is scrolled beyond its end.
//!
//! PURE, a part of [`super::model`].

use super::{
    card, help,
    layout::{Form, inside},
    lines::Line,
    mode::Mode,
    model::{Model, View},
    problems,
};

impl Model {
    /// What is open may have become shorter, or the screen higher: it stays scrolled no further than to its end.
    fn end_scroll(&mut self) {
        let end = self.scroll_end();
        if let Mode::Help { scroll, .. } | Mode::Problems { scroll, .. } | Mode::Receipts { scroll, .. } =
            &mut self.mode
        {
            *scroll = (*scroll).min(end);
        } else if let Mode::Confirm(confirm) = &mut self.mode {
            confirm.scroll = confirm.scroll.min(end);
        } else if let View::Agent { scroll } | View::Log { scroll } = &mut self.view {
            *scroll = (*scroll).min(end);
        }
    }

    /// Scrolls the list just so far that the selected row's lines are in sight.
    pub(super) fn bring_into_sight(&mut self) {
        self.end_scroll();
        let height = usize::from(self.layout().lines.height);
        let lines = self.lines();
        let cursor = self.listing.cursor();
        let of_cursor = |line: &Line| matches!(line, Line::Row(place) | Line::Second(place) if *place == cursor);
        let first = lines.iter().position(of_cursor).unwrap_or(0);
        let last = lines.iter().rposition(of_cursor).unwrap_or(first);
        self.top = self.top.max((last + 1).saturating_sub(height)).min(first).min(lines.len().saturating_sub(height));
    }

    /// How far what is open can be scrolled: the help, the problems or the agent's facts.
    pub(super) fn scroll_end(&self) -> usize {
        let plan = self.layout();
        let (area, lines) = match &self.mode {
            Mode::Help { .. } => {
                let area = inside(plan.body, plan.form);
                (area, help::help(self, area.width).iter().map(Vec::len).max().unwrap_or(0))
            }
            Mode::Problems { .. } => {
                let area = inside(plan.body, plan.form);
                (area, problems::problems(self, usize::from(area.width)).len())
            }
            Mode::Confirm(_) | Mode::Answer(_) | Mode::Receipts { .. } => {
                let area = inside(plan.dialog, plan.form);
                (area, self.dialog_lines(usize::from(area.width)).len())
            }
            _ if matches!(self.view, View::Log { .. }) => (plan.lines, self.log().shown().len()),
            _ => {
                let area = inside(plan.facts, plan.form);
                (area, card::card(self, usize::from(area.width)).len())
            }
        };
        lines.saturating_sub(usize::from(area.height))
    }

    /// How many lines a page has: what the page keys move by.
    pub(super) fn page(&self) -> usize {
        let plan = self.layout();
        if matches!(self.mode, Mode::Zoom | Mode::Still(_)) {
            return usize::from(plan.cells.height).max(2) - 1;
        }
        let area = if plan.form == Form::Compact { plan.footer.y } else { plan.lines.height };
        usize::from(area).max(2) - 1
    }
}
