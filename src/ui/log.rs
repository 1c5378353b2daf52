//! The action log: one line an order, the newest first, its verdict in its colour.
//!
//! PURE view of [`crate::app::log`].

use jiff::{Timestamp, fmt::strtime};
use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use super::{
    paint::{self, styled},
    theme::Theme,
};
use crate::{
    app::{
        layout::Form,
        log::{is_good, says},
        model::Model,
        words::{fit, pad},
    },
    fleet::action_record::Logged,
};

/// Cells of the columns before the words.
const AT: usize = 10;
const WHO: usize = 14;
const WHAT: usize = 26;
const VERDICT: usize = 14;

pub(super) fn draw(model: &Model, scroll: usize, theme: &Theme, buffer: &mut Buffer) {
    let plan = model.layout();
    let log = model.log();
    let shown = log.shown();
    let mut left = vec![styled(" log ", theme.title)];
    if !log.filter().is_empty() {
        left.push(styled(format!("/{} ", fit(log.filter(), 24)), theme.key));
    }
    if shown.len() != log.all().len() {
        left.push(styled(format!("{} of {} ", shown.len(), log.all().len()), theme.dim));
    }
    let odd = log.odd().map_or_else(Line::default, |odd| Line::styled(format!(" {} ", fit(odd, 60)), theme.warn));
    paint::frame(plan.list, plan.form, Line::from(left), odd, theme, buffer);
    let area = plan.lines;
    if shown.is_empty() {
        return paint::message(area, &nothing(model), theme, buffer);
    }
    let wide = plan.form != Form::Compact;
    if wide && area.y > 0 && !area.is_empty() {
        let heads = format!("{}{}{}{}SAYS", pad("AT", AT), pad("WHO", WHO), pad("WHAT", WHAT), pad("VERDICT", VERDICT));
        paint::line(Rect { y: area.y - 1, height: 1, ..area }, &Line::styled(heads, theme.head), buffer);
    }
    let cells = usize::from(area.width);
    for (row, logged) in shown.iter().skip(scroll).take(usize::from(area.height)).enumerate() {
        let text = if wide { line(model, logged, cells, theme) } else { short(model, logged, cells, theme) };
        paint::line(paint::nth(area, row), &text, buffer);
    }
}

fn nothing(model: &Model) -> Vec<String> {
    let log = model.log();
    match (log.is_read(), log.all().is_empty()) {
        (false, _) => vec!["reading the action log …".to_owned()],
        (true, true) => {
            vec!["no action has been taken on this fleet".to_owned(), "1 goes back to the fleet".to_owned()]
        }
        (true, false) => vec!["no action matches the filter".to_owned(), "/ changes it".to_owned()],
    }
}

fn line(model: &Model, logged: &Logged, cells: usize, theme: &Theme) -> Line<'static> {
    let intent = &logged.intent;
    let ssh = intent.who.ssh.as_deref().map_or_else(String::new, |far| format!("@{far}"));
    let who = format!("{}{ssh} {}", intent.who.user, intent.front);
    let room = cells.saturating_sub(AT + WHO + WHAT + VERDICT);
    Line::from(vec![
        styled(pad(&time(model, intent.at, "%H:%M:%S"), AT), theme.dim),
        styled(pad(&fit(&who, WHO - 1), WHO), theme.dim),
        styled(pad(&fit(&what(logged), WHAT - 1), WHAT), theme.text),
        styled(pad(logged.word(), VERDICT), verdict(logged, theme)),
        styled(fit(&says(logged), room), theme.dim),
    ])
}

fn short(model: &Model, logged: &Logged, cells: usize, theme: &Theme) -> Line<'static> {
    Line::from(vec![
        styled(pad(&time(model, logged.intent.at, "%H:%M"), 6), theme.dim),
        styled(format!("{} ", pad(logged.word(), 10)), verdict(logged, theme)),
        styled(fit(&what(logged), cells.saturating_sub(17)), theme.text),
    ])
}

fn what(logged: &Logged) -> String {
    format!("{} {}", logged.intent.order, logged.intent.target.agent.as_deref().unwrap_or("the fleet"))
}

fn verdict(logged: &Logged, theme: &Theme) -> ratatui::style::Style {
    match (logged.verdict.is_some(), is_good(logged)) {
        (false, _) => theme.warn,
        (true, true) => theme.good,
        (true, false) => theme.bad,
    }
}

/// The time of day; the date where it was another day.
fn time(model: &Model, at: Timestamp, format: &str) -> String {
    let zoned = |at: Timestamp| at.to_zoned(model.time_zone().clone());
    let today = model.now().is_none_or(|now| zoned(now).date() == zoned(at).date());
    strtime::format(if today { format } else { "%m-%d" }, &zoned(at)).unwrap_or_default()
}
