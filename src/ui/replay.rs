//! A recording while it is played: its screen, and the time line below it.
//!
//! PURE view of [`Replay`].

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use super::{mirror, paint::styled, theme::Theme};
use crate::app::{
    mirror::Pan,
    replay::{Replay, place},
    words::fit,
};

/// The keys, for the last line.
const KEYS: &str = "Space pause  ←→ 5s  PgUp/PgDn 1m  n/N marker  +/- speed  . step  y copy  q leave";

/// Draws all of it.
pub fn draw(replay: &Replay, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    buffer.set_style(area, theme.text);
    let area = area.intersection(buffer.area);
    let below = 2.min(area.height.saturating_sub(2));
    let head = Rect { height: area.height.min(1), ..area };
    let cells = Rect { y: area.y + head.height, height: area.height - head.height - below, ..area };
    heading(replay, theme, head, buffer);
    let screen = replay.projector().screen();
    mirror::copy(screen, screen.cursor(), cells, Pan::Follow, theme, buffer);
    if below == 2 {
        line(replay, theme, Rect { y: cells.bottom(), height: 1, ..area }, buffer);
        let words = replay.notice().unwrap_or(KEYS);
        let footer = fit(words, usize::from(area.width));
        buffer.set_line(area.x, area.bottom() - 1, &Line::styled(footer, theme.dim), area.width);
    }
}

/// Whose it is, when that was, and what state it was in.
fn heading(replay: &Replay, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let projector = replay.projector();
    let size = projector.screen().size();
    let when = projector.reel().wall(projector.at()).map_or_else(String::new, |at| replay.clock(at));
    let state = if replay.is_playing() { "▶" } else { "‖" };
    let right = format!(" {state} {} · {when} ", replay.speed());
    let mut left = format!(" replay · {} · {}×{}", replay.name(), size.cols, size.rows);
    if let Some(marker) = replay.marker() {
        left = format!("{left} · {}", marker.says);
    }
    let width = usize::from(area.width);
    let room = width.saturating_sub(right.chars().count());
    buffer.set_line(area.x, area.y, &Line::styled(fit(&left, room), theme.title), area.width);
    if room > 0 {
        buffer.set_line(area.x + room as u16, area.y, &Line::styled(right, theme.head), area.width - room as u16);
    }
}

/// Where it is on the line, and where the markers are.
fn line(replay: &Replay, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let projector = replay.projector();
    let (at, length) = (projector.at(), projector.reel().length());
    let (left, right) = (format!(" {} ", place(at)), format!(" {} ", place(length)));
    let used = left.len() + right.len();
    let width = usize::from(area.width).saturating_sub(used);
    if width < 4 {
        buffer.set_line(area.x, area.y, &Line::styled(left, theme.text), area.width);
        return;
    }
    let column = |at: std::time::Duration| {
        let (at, length) = (at.as_millis(), length.as_millis().max(1));
        usize::try_from(at * (width as u128 - 1) / length).unwrap_or(0).min(width - 1)
    };
    let here = column(at);
    let mut cells: Vec<(char, ratatui::style::Style)> =
        (0..width).map(|x| if x <= here { ('━', theme.accent) } else { ('─', theme.dim) }).collect();
    for marker in projector.reel().markers() {
        cells[column(marker.at)] = ('◆', theme.warn);
    }
    cells[here] = ('●', theme.accent);
    let mut spans = vec![styled(left, theme.text)];
    spans.extend(cells.into_iter().map(|(symbol, style)| styled(symbol.to_string(), style)));
    spans.push(styled(right, theme.text));
    buffer.set_line(area.x, area.y, &Line::from(spans), area.width);
}
