//! The fleet: the table of agents, the mirror of the selected one, and why its state is what it is.
//!
//! PURE view. Each line of the list stands where [`crate::app::lines`] says, so that a click finds it.

use std::time::Duration;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Modifier,
    text::{Line as TextLine, Span},
};

use super::{
    agent, columns, mirror,
    paint::{self, styled},
    theme::Theme,
};
use crate::{
    app::{
        banner,
        layout::Form,
        lines::Line,
        model::{Model, RosterState},
        words::{fit, pad, width},
    },
    fleet::{
        row::{Fleet, Row},
        sort::Column,
    },
};

pub(super) fn draw(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    let plan = model.layout();
    let (rows, lines) = (model.rows(), model.lines());
    let (left, right) = titles(model, &lines, theme);
    paint::frame(plan.list, plan.form, left, right, theme, buffer);
    match model.fleet() {
        Some(fleet) if !rows.is_empty() => List::new(model, fleet, &rows, theme).draw(&lines, buffer),
        _ => paint::message(plan.lines, &nothing(model), theme, buffer),
    }
    mirror::draw(model, theme, buffer);
    agent::why(model, theme, buffer);
}

/// The list's title: what narrows it, by what it is sorted, and which of it are in sight.
fn titles(model: &Model, lines: &[Line], theme: &Theme) -> (TextLine<'static>, TextLine<'static>) {
    let mut left = vec![styled(" fleet ", theme.title)];
    left.extend(narrowings(model, theme));
    let right = [order(model), in_sight(model, lines)].into_iter().flatten();
    (TextLine::from(left), right.map(|words| styled(words, theme.dim)).collect())
}

/// Which rows of how many are in sight, where the list goes on beyond its frame.
fn in_sight(model: &Model, lines: &[Line]) -> Option<String> {
    let (first, room) = (model.top(), usize::from(model.layout().lines.height));
    if lines.len() <= room {
        return None;
    }
    let mut places = lines.iter().skip(first).take(room).filter_map(|line| match line {
        Line::Row(place) => Some(place + 1),
        _ => None,
    });
    let to = places.next_back()?;
    let from = places.next().unwrap_or(to);
    Some(format!(" {from}–{to} of {} ", model.listing().shown().len()))
}

/// What narrows the list, how many of how many it shows, and how many are marked.
pub(super) fn narrowings(model: &Model, theme: &Theme) -> Vec<Span<'static>> {
    let (listing, mut left) = (model.listing(), Vec::new());
    if !listing.filter_text().is_empty() {
        left.push(styled(format!("/{} ", fit(listing.filter_text(), 24)), theme.key));
    }
    if listing.faults_only() {
        left.push(styled("faults only ", theme.warn));
    }
    let all = model.fleet().map_or(0, |fleet| fleet.rows.len());
    let shown = listing.shown().len();
    if shown != all {
        left.push(styled(format!("{shown} of {all} "), theme.dim));
    }
    if listing.marked() > 0 {
        left.push(styled(format!("{} marked ", listing.marked()), theme.mark));
    }
    left
}

/// By what the list is sorted, when that is not the usual order.
pub(super) fn order(model: &Model) -> Option<String> {
    let sort = model.listing().sort();
    let arrow = if sort.reversed { "↑" } else { "↓" };
    let unusual = sort.column.is_some() || sort.reversed;
    unusual.then(|| format!(" {arrow} {} ", sort.column.map_or("attention", Column::title).to_lowercase()))
}

/// What an empty list says: what is going on, and what to do.
pub(super) fn nothing(model: &Model) -> Vec<String> {
    let Some(fleet) = model.fleet() else {
        return vec![
            "asking tmux, systemd and the agents’ heartbeats …".to_owned(),
            "the first rows come in a moment".to_owned(),
        ];
    };
    if !fleet.rows.is_empty() {
        let says = if model.listing().filter_text().is_empty() {
            "no agent is at fault"
        } else {
            "no agent matches the filter"
        };
        return vec![says.to_owned(), "Esc shows all of them again".to_owned()];
    }
    let server = format!("there is no session on the tmux server “{}”", fleet.socket);
    match model.roster() {
        RosterState::Missing { looked, .. } => {
            let mut words = vec![server, "and no roster. Looked for:".to_owned()];
            words.extend(looked.iter().map(|path| format!("  {path}")));
            words.push("Write a roster there, name one with --roster, or try: mosaic-top demo".to_owned());
            words
        }
        // The problems themselves, so that the way to a first row is in view.
        RosterState::Read { path, problems, usable: false } => {
            let mut words = vec![server, "and the roster cannot be used:".to_owned()];
            words.extend(problems.iter().filter(|problem| problem.error).map(|problem| problem.show(path)));
            words.push("It is read again as soon as it changes.".to_owned());
            words
        }
        _ => vec![server, "and the roster names no agent. Add one to its agents: list, or start a session".to_owned()],
    }
}

/// The list with all that its lines share.
struct List<'a> {
    model: &'a Model,
    rows: &'a [&'a Row],
    theme: &'a Theme,
    elapsed: Duration,
    /// Nothing has been heard for so long that every row is only what was last known.
    old: bool,
    columns: Vec<(Column, usize)>,
    /// Whether every cause has room below its state; else all stand further to the left, beside the alias.
    below_state: bool,
    area: Rect,
}

impl<'a> List<'a> {
    fn new(model: &'a Model, fleet: &Fleet, rows: &'a [&'a Row], theme: &'a Theme) -> Self {
        let elapsed = columns::elapsed(fleet, model.now());
        let area = model.layout().lines;
        let columns = model.table();
        let longest = rows.iter().filter_map(|row| model.said_of(row)).map(|(_, says)| width(&says)).max().unwrap_or(0);
        let below_state =
            columns::start_of(&columns, Column::State).is_some_and(|start| start + longest <= usize::from(area.width));
        Self { model, rows, theme, elapsed, old: banner::facts_are_old(model).is_some(), columns, below_state, area }
    }

    fn draw(&self, lines: &[Line], buffer: &mut Buffer) {
        let compact = self.model.layout().form == Form::Compact;
        if !compact && self.area.y > 0 && !self.area.is_empty() {
            self.heads(Rect { y: self.area.y - 1, height: 1, ..self.area }, buffer);
        }
        for (row, line) in lines.iter().skip(self.model.top()).take(usize::from(self.area.height)).enumerate() {
            let at = paint::nth(self.area, row);
            match *line {
                Line::Unmanaged => self.unmanaged(at, buffer),
                Line::Row(place) | Line::Second(place) if place >= self.rows.len() => {}
                Line::Row(place) if compact => self.paint(at, place, &self.compact(place), buffer),
                Line::Row(place) => self.paint(at, place, &self.row(place), buffer),
                Line::Second(place) => self.paint(at, place, &self.second(place), buffer),
            }
        }
    }

    fn heads(&self, at: Rect, buffer: &mut Buffer) {
        let mut spans = vec![Span::raw(" ".repeat(columns::GUTTER))];
        spans.extend(
            self.columns.iter().map(|(column, cells)| styled(pad(columns::head(*column), *cells), self.theme.head)),
        );
        paint::line(at, &TextLine::from(spans), buffer);
    }

    fn unmanaged(&self, at: Rect, buffer: &mut Buffer) {
        let text = "┄ unmanaged ";
        let rest = usize::from(at.width).saturating_sub(width(text) + 1);
        let line = TextLine::styled(format!(" {text}{}", "┄".repeat(rest)), self.theme.dim);
        paint::line(at, &line, buffer);
    }

    /// One line of a row: dim when it is not confirmed or old, on its own ground when it is selected.
    fn paint(&self, at: Rect, place: usize, line: &TextLine, buffer: &mut Buffer) {
        paint::line(at, line, buffer);
        if !self.rows[place].confirmed || self.old {
            buffer.set_style(at, self.theme.dim.add_modifier(Modifier::DIM));
        }
        if place == self.model.listing().cursor() {
            buffer.set_style(at, self.theme.selected);
        }
    }

    /// Selection and mark.
    fn gutter(&self, place: usize) -> Vec<Span<'static>> {
        let selected = if place == self.model.listing().cursor() { "▸" } else { " " };
        let mark = if self.model.listing().is_marked(&self.rows[place].key) { "✓" } else { " " };
        vec![styled(selected, self.theme.accent), styled(mark, self.theme.mark), Span::raw(" ")]
    }

    fn row(&self, place: usize) -> TextLine<'static> {
        let row = self.rows[place];
        let mut spans = self.gutter(place);
        let cells =
            self.columns.iter().map(|(column, cells)| columns::padded(row, *column, *cells, self.elapsed, self.theme));
        spans.extend(cells);
        TextLine::from(spans)
    }

    /// The alias below the name, and the cause beside it.
    fn second(&self, place: usize) -> TextLine<'static> {
        let row = self.rows[place];
        let name = self.columns.iter().find(|(column, _)| *column == Column::Agent).map_or(0, |(_, cells)| *cells);
        let (mood, cause) = self.model.said_of(row).unwrap_or_default();
        let alias = row.alias.as_deref().unwrap_or_default();
        let room = usize::from(self.area.width);
        let start = if self.below_state { columns::start_of(&self.columns, Column::State) } else { None };
        let start = start.unwrap_or(columns::GUTTER + name);
        let left = pad(alias, start - columns::GUTTER - usize::from(start > columns::GUTTER));
        let gap = " ".repeat(usize::from(start > columns::GUTTER));
        let style = if row.judgement.is_fault() { self.theme.state(row.readiness()) } else { self.theme.dim };
        let style = if row.readiness().is_fault() { style } else { self.theme.warn };
        let style = mood.map_or(style, |mood| self.theme.mood(mood));
        TextLine::from(vec![
            Span::raw(" ".repeat(columns::GUTTER)),
            styled(left, self.theme.dim),
            Span::raw(gap),
            styled(fit(&cause, room.saturating_sub(start)), style),
        ])
    }

    /// One line an agent, the state first.
    fn compact(&self, place: usize) -> TextLine<'static> {
        let row = self.rows[place];
        let state = columns::state(row, self.theme);
        let flags = columns::flags(row, self.theme);
        let idle = columns::idle(row, self.elapsed, self.theme);
        let mut spans = self.gutter(place);
        spans.remove(2);
        spans.push(styled(pad(&state.content, 12), state.style));
        let flag =
            self.rows.iter().map(|row| width(&columns::flags(row, self.theme).content)).max().unwrap_or(0).min(7);
        let room = usize::from(self.area.width).saturating_sub(2 + 12 + 7 + flag + usize::from(flag > 0));
        spans.push(styled(format!("{} ", pad(&row.name, room.max(4))), self.theme.text));
        spans.push(styled(pad(&idle.content, 6), idle.style));
        if flag > 0 {
            spans.push(styled(format!(" {}", fit(&flags.content, flag)), flags.style));
        }
        TextLine::from(spans)
    }
}
