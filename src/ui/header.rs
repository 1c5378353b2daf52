//! The top line: program, host and tenant, counts, clock; and the banner below it.
//!
//! PURE. The counts are of managed agents and add up: ok, needs you, down, unknown.

use jiff::fmt::strtime;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    paint::{self, styled},
    theme::Theme,
};
use crate::{
    app::{
        banner,
        model::Model,
        words::{fit, pad},
    },
    fleet::{judgement::Readiness, row::Fleet},
};

pub(super) fn draw(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    let plan = model.layout();
    if !plan.header.is_empty() {
        header(model, plan.header, theme, buffer);
    }
    if !plan.banner.is_empty() {
        banner(model, plan.banner, theme, buffer);
    }
}

/// The worst of what is true of the whole fleet, and how many more there are.
fn banner(model: &Model, area: Rect, theme: &Theme, buffer: &mut Buffer) {
    let notices = banner::loud(model);
    let Some(worst) = notices.first() else { return };
    let style = theme.banner(worst.severity);
    buffer.set_style(area, style);
    let more = if notices.len() > 1 { format!(" +{} ! ", notices.len() - 1) } else { String::new() };
    let hint = worst.hint.as_deref().map_or_else(String::new, |hint| format!(" · {hint}"));
    let room = usize::from(area.width).saturating_sub(more.len());
    let text = pad(&format!(" {}{hint} ", worst.says), room);
    paint::line(area, &Line::styled(format!("{text}{more}"), style), buffer);
}

/// The parts are dropped from the least to the most needed until the rest fits.
fn header(model: &Model, area: Rect, theme: &Theme, buffer: &mut Buffer) {
    let name = styled(" mosaic-top ", theme.accent);
    let place = model.fleet().map(|fleet| styled(fit(&format!(" {} · {} ", fleet.host, fleet.tenant), 40), theme.text));
    let badge = model.is_read_only().then(|| styled(" READ-ONLY ", theme.banner_note));
    let clock = clock(model).map(|time| styled(format!("{time} "), theme.dim));
    let counts = |short| model.fleet().map_or_else(Vec::new, |fleet| counts(fleet, short, theme));
    let room = usize::from(area.width);
    let arrangements = [
        (Some(&name), place.as_ref(), counts(false), clock.as_ref()),
        (Some(&name), place.as_ref(), counts(true), clock.as_ref()),
        (Some(&name), None, counts(true), clock.as_ref()),
        (None, None, counts(true), clock.as_ref()),
        (None, None, counts(true), None),
    ];
    for (name, place, counts, clock) in arrangements {
        let mut left: Vec<Span> = name.into_iter().chain(badge.as_ref()).chain(place).cloned().collect();
        left.push(Span::raw(" "));
        left.extend(counts);
        let left = Line::from(left);
        let right = clock.map_or(0, Span::width);
        if left.width() + right < room || (place.is_none() && clock.is_none()) {
            paint::line(area, &left, buffer);
            if let Some(clock) = clock {
                let at = Rect { x: area.right().saturating_sub(right as u16), width: right as u16, ..area };
                paint::line(at, &Line::from(clock.clone()), buffer);
            }
            return;
        }
    }
}

fn clock(model: &Model) -> Option<String> {
    let now = model.now()?.to_zoned(model.time_zone().clone());
    strtime::format("%H:%M:%S", &now).ok()
}

/// How many there are of each kind; the short form is a shape and a number.
fn counts(fleet: &Fleet, short: bool, theme: &Theme) -> Vec<Span<'static>> {
    let managed = || fleet.rows.iter().filter(|row| row.managed);
    let down = managed().filter(|row| row.readiness() == Readiness::Dead).count();
    let needs = managed().filter(|row| row.needs_you() && row.readiness() != Readiness::Dead).count();
    let unknown = managed().filter(|row| !row.needs_you() && row.readiness() == Readiness::Unknown).count();
    let total = managed().count();
    let ok = total - down - needs - unknown;
    let mut spans = Vec::new();
    let mut push = |count: usize, shape: &str, words: &str, style: Style, always: bool| {
        if count > 0 || always {
            let text =
                if short && !shape.is_empty() { format!("{shape}{count}  ") } else { format!("{count} {words}  ") };
            spans.push(styled(text, style));
        }
    };
    push(total, "", if total == 1 { "agent" } else { "agents" }, theme.text, true);
    push(ok, Readiness::Working.shape(), "ok", theme.good, false);
    // Not the shape of a state: stale and DRIFT need somebody, too.
    push(needs, "!", if needs == 1 { "needs you" } else { "need you" }, theme.warn, false);
    push(down, Readiness::Dead.shape(), "down", theme.bad, false);
    push(unknown, Readiness::Unknown.shape(), "unknown", theme.unknown, false);
    spans
}
