//! What needs a human: two lines an entry, the worst first, beside the mirror of whom it concerns.
//!
//! PURE view of [`crate::app::attention`].

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    agent, mirror,
    paint::{self, styled},
    theme::Theme,
};
use crate::{
    app::{
        action,
        attention::Entry,
        layout::Form,
        model::Model,
        words::{fit, pad, width},
    },
    fleet::words::{age, short},
};

/// Cells of the age and of the state.
const SINCE: usize = 7;
const STATE: usize = 12;

pub(super) fn draw(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    let plan = model.layout();
    let entries = model.attention();
    let open = entries.iter().filter(|entry| !entry.acknowledged).count();
    let count = format!(" {open} open, {} in hand ", entries.len() - open);
    let title = Line::styled(" attention ", theme.title);
    paint::frame(plan.list, plan.form, title, Line::styled(count, theme.dim), theme, buffer);
    if entries.is_empty() {
        let words = ["nobody needs you".to_owned(), "1 goes back to the fleet".to_owned()];
        paint::message(plan.lines, &words, theme, buffer);
    } else {
        list(model, &entries, theme, buffer);
    }
    mirror::draw(model, theme, buffer);
    agent::why(model, theme, buffer);
}

fn list(model: &Model, entries: &[Entry], theme: &Theme, buffer: &mut Buffer) {
    let plan = model.layout();
    let area = plan.lines;
    if plan.form != Form::Compact && area.y > 0 && !area.is_empty() {
        let heads = format!("  {}{}WHO", pad("SINCE", SINCE), pad("STATE", STATE));
        paint::line(Rect { y: area.y - 1, height: 1, ..area }, &Line::styled(heads, theme.head), buffer);
    }
    let place = model.attention_place(entries);
    let first = (place * 2 + 2).saturating_sub(usize::from(area.height)).div_ceil(2);
    for (row, (at, entry)) in entries.iter().enumerate().skip(first).enumerate() {
        let chosen = at == place;
        let lines = [head(model, entry, chosen, theme), why(model, entry, usize::from(area.width), theme)];
        for (half, text) in lines.iter().enumerate() {
            let line = paint::nth(area, row * 2 + half);
            paint::line(line, text, buffer);
            if entry.acknowledged {
                buffer.set_style(line, theme.dim);
            }
            if chosen {
                buffer.set_style(line, theme.selected);
            }
        }
    }
}

fn head(model: &Model, entry: &Entry, chosen: bool, theme: &Theme) -> Line<'static> {
    let old = short(age(entry.since, model.now().unwrap_or(entry.since)));
    let old = if entry.since_exact { old } else { format!("≥{old}") };
    let state = format!("{} {}", entry.readiness.shape(), entry.readiness.word());
    Line::from(vec![
        styled(if chosen { "▸" } else { " " }, theme.accent),
        styled(if entry.acknowledged { "✓" } else { " " }, theme.mark),
        styled(pad(&old, SINCE), theme.text),
        styled(pad(&state, STATE), theme.state(entry.readiness)),
        styled(crate::fleet::text::visible(&entry.who), theme.text),
    ])
}

/// Why, or what is being done about it; and the keys that help.
fn why(model: &Model, entry: &Entry, cells: usize, theme: &Theme) -> Line<'static> {
    let job = match entry.rows.as_slice() {
        [one] => model.jobs().on(one, model.now()),
        _ => None,
    };
    let (style, words) = match job {
        Some((job, part)) => (theme.mood(part.state.mood()), part.state.line(job.word)),
        None => (theme.state(entry.readiness), format!("└ {}", entry.says)),
    };
    let helps = entry.helps.iter().filter(|_| !entry.acknowledged);
    let keys: Vec<String> = helps
        .filter(|help| action::spec(**help).is_some_and(|spec| spec.is_of(model)))
        .filter_map(|help| Some(format!("{} {}", model.keymap().keys_of(*help).first()?, action::name(*help))))
        .collect();
    let keys = keys.join("  ");
    let room = cells.saturating_sub(4);
    let words = fit(&words, room.saturating_sub(width(&keys)).max(room / 2));
    Line::from(vec![Span::raw("  "), styled(words, style), Span::raw("  "), styled(keys, theme.key)])
}
