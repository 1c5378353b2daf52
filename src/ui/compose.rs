//! The composer: who gets the message, the editor, and exactly what would arrive.
//!
//! PURE view. Where there is little room the editor keeps it: who and what are cut to a line each.

use ratatui::{buffer::Buffer, layout::Rect, text::Line, widgets::Widget};

use super::{
    dialog,
    paint::{self, styled},
    theme::Theme,
};
use crate::{
    app::{
        compose::{Compose, Receiver, Step},
        model::Model,
        words::{fit, width, wrap},
    },
    fleet::{message::Body, words::count},
};

pub(super) fn draw(model: &Model, message: &Compose, theme: &Theme, buffer: &mut Buffer) {
    let receivers = model.receivers(message);
    let mut area = dialog::open(model, model.layout().dialog, &title(message, &receivers), theme, buffer);
    let (height, cells) = (usize::from(area.height), usize::from(area.width));
    let asked = matches!(message.step, Step::Asked);
    let most = if asked { height.saturating_sub(6) } else { (height / 4).max(1) };
    for text in who(&receivers, receivers.len().min(most), cells, theme) {
        paint::line(take(&mut area, 1), &text, buffer);
    }
    paint::line(take(&mut area, 1), &Line::styled(fit(&options(message), cells), theme.dim), buffer);
    let preview = preview(model, message, cells);
    let room = match height {
        ..6 => 0,
        6..12 => 2,
        _ => (height / 4).min(preview.len() + 1),
    };
    let room = u16::try_from(room).unwrap_or(0).min(area.height);
    let mut below = Rect { y: area.bottom() - room, height: room, ..area };
    area.height -= room;
    if let Step::Reason(input) = &message.step {
        let text = format!("reason to send it past the pause: {}▏", input.value());
        paint::line(take(&mut area, 1), &Line::styled(fit(&text, cells), theme.accent), buffer);
    } else if !asked {
        rule(&mut area, "message", theme, buffer);
        message.editor.render(area, buffer);
    }
    if room > 0 {
        rule(&mut below, "arrives as", theme, buffer);
        let lines: Vec<Line> = preview.into_iter().map(|text| Line::styled(text, theme.dim)).collect();
        paint::lines(below, 0, lines.into_iter(), buffer);
    }
}

fn title(message: &Compose, receivers: &[Receiver]) -> String {
    match (message.broadcast, receivers) {
        (false, [one]) => format!("send to {}", one.name),
        (false, many) => format!("send to {} agents", many.len()),
        (true, all) => format!("broadcast to {} agents", all.len()),
    }
}

/// The upper part of an area, which is taken from it.
fn take(area: &mut Rect, height: u16) -> Rect {
    let taken = Rect { height: height.min(area.height), ..*area };
    area.y += taken.height;
    area.height -= taken.height;
    taken
}

fn rule(area: &mut Rect, word: &str, theme: &Theme, buffer: &mut Buffer) {
    let rest = usize::from(area.width).saturating_sub(word.len() + 4);
    let line = Line::styled(format!("── {word} {}", "─".repeat(rest)), theme.frame);
    paint::line(take(area, 1), &line, buffer);
}

/// One line for each who gets it, the refused ones first: they are why one would wait.
fn who(receivers: &[Receiver], most: usize, cells: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut sorted: Vec<&Receiver> = receivers.iter().collect();
    sorted.sort_by_key(|receiver| (!receiver.refused, receiver.says.is_none()));
    let cut = sorted.len() > most;
    let shown = if cut { most.saturating_sub(1) } else { most };
    let mut lines: Vec<Line> = sorted.iter().take(shown).map(|receiver| one(receiver, cells, theme)).collect();
    if cut {
        let refused = receivers.iter().filter(|receiver| receiver.refused).count();
        let text = format!("  {} more; {refused} of {} would be refused", sorted.len() - shown, sorted.len());
        lines.push(Line::styled(fit(&text, cells), theme.dim));
    }
    lines
}

fn one(receiver: &Receiver, cells: usize, theme: &Theme) -> Line<'static> {
    let mark = if receiver.refused { styled("✗ ", theme.bad) } else { styled("→ ", theme.good) };
    let state = format!("{} {}  ", receiver.readiness.shape(), receiver.readiness.word());
    let name = format!("{} ", fit(&receiver.name, 24));
    let left = cells.saturating_sub(2 + width(&name) + width(&state));
    let style = if receiver.refused { theme.bad } else { theme.warn };
    let says = fit(receiver.says.as_deref().unwrap_or_default(), left);
    Line::from(vec![
        mark,
        styled(name, theme.title),
        styled(state, theme.state(receiver.readiness)),
        styled(says, style),
    ])
}

fn options(message: &Compose) -> String {
    let class = message.class.map_or("none", |class| class.word());
    let on = |is: bool, yes: &'static str, no: &'static str| if is { yes } else { no };
    format!(
        "class {class} · preamble {} · busy: {} · draft: {}{}",
        on(message.raw, "off", "on"),
        on(message.queue, "waits", "refused"),
        on(message.replace, "cleared", "refused"),
        on(message.forced.is_some(), " · past the pause", ""),
    )
}

/// So many lines of a message are shown: a pasted log must not cost a frame its time.
const SHOWN: usize = 8;

/// Exactly what would arrive at the first who gets it, and how much it is.
fn preview(model: &Model, message: &Compose, cells: usize) -> Vec<String> {
    let rows = model.receivers_of(message);
    let Some(first) = rows.first() else { return vec!["nobody is left who could get it".to_owned()] };
    match model.arrives(message, first) {
        Ok(text) => {
            let head = text.split('\n').take(SHOWN);
            let mut shown: Vec<String> = head.flat_map(|line| wrap(&fit(line, cells * 4), cells.max(4))).collect();
            let taken = Body::clean(&message.text()).map_or(0, |body| body.stripped());
            let taken =
                if taken > 0 { format!("; {} left out", count(taken, "hidden character")) } else { String::new() };
            shown.push(format!("({}, {}{taken})", count(text.len(), "byte"), count(text.split('\n').count(), "line")));
            shown
        }
        Err(error) => vec![error.to_string()],
    }
}
