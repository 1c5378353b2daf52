//! What the mouse does: a click selects, a second one opens, the wheel scrolls what is under it and turns the wall's pages.
//!
//! PURE, a part of [`super::update`].

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use jiff::Timestamp;
use ratatui::layout::Position;

use super::{
    action::Action,
    click, drag,
    effect::Effect,
    lines::Line,
    mode::Mode,
    model::{Change, Click, Model, View},
    pan, places,
    still::{self, Still},
    wall,
};

use crate::fleet::sort::Sort;

/// How many lines one notch of the wheel scrolls: what terminals and pagers do.
const WHEEL: isize = 3;

/// A second click this many seconds after the first still opens: the model's clock goes in seconds.
const DOUBLE_CLICK: i64 = 1;

/// One mouse event.
pub(super) fn mouse(model: &mut Model, event: MouseEvent) -> Vec<Effect> {
    let at = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) if drag::begin(model, event) => {}
        MouseEventKind::Down(MouseButton::Left) => return pressed(model, at),
        MouseEventKind::Drag(MouseButton::Left) => drag::go_on(model, event),
        MouseEventKind::Up(MouseButton::Left) => return drag::end(model),
        MouseEventKind::ScrollDown => return wheel(model, at, WHEEL),
        MouseEventKind::ScrollUp => return wheel(model, at, -WHEEL),
        _ => {}
    }
    Vec::new()
}

/// The button was pressed: whatever is in front gets it.
fn pressed(model: &mut Model, at: Position) -> Vec<Effect> {
    let again = soon(std::mem::replace(&mut model.pressed, model.now), model.now);
    model.change = Change::Everything;
    match model.mode {
        Mode::Normal | Mode::Filter(_) | Mode::Zoom | Mode::Still(_) if on_heads(model, at) => sort(model, at),
        Mode::Help { .. } | Mode::Problems { .. } | Mode::Receipts { .. } | Mode::Answer(_) | Mode::Confirm(_) => {
            return click::in_dialog(model, at, again);
        }
        Mode::Columns(_) => return click::in_dialog(model, at, again),
        _ if model.mode.is_dialog() => {}
        _ if matches!(model.view, View::Fleet | View::Wall) => click(model, at),
        _ => {}
    }
    Vec::new()
}

/// Whether it is on the line of column heads.
fn on_heads(model: &Model, at: Position) -> bool {
    let lines = model.layout().lines;
    model.column_at(at.x.saturating_sub(lines.x)).is_some() && at.x >= lines.x && at.y + 1 == lines.y
}

/// A click on a column's head sorts by it, the next one the other way.
fn sort(model: &mut Model, at: Position) {
    let column = model.column_at(at.x.saturating_sub(model.layout().lines.x));
    let before = model.listing.sort();
    let reversed = before.column == column && !before.reversed;
    model.set_sort(Sort { column, reversed });
}

fn click(model: &mut Model, at: Position) {
    let Some(place) = row_at(model, at) else { return };
    model.listing.select(place);
    let key = model.listing.selected().cloned();
    model.moved();
    let second = model.click.take().is_some_and(|last| Some(&last.key) == key.as_ref() && soon(last.at, model.now));
    if second {
        places::open(model);
        model.change = Change::Everything;
    } else {
        model.click = key.map(|key| Click { key, at: model.now });
    }
}

/// Whether two moments of the model's clock, which goes in seconds, may be less than one apart.
pub(super) fn soon(then: Option<Timestamp>, now: Option<Timestamp>) -> bool {
    match (then, now) {
        (Some(then), Some(now)) => now.duration_since(then).as_secs() <= DOUBLE_CLICK,
        _ => then == now,
    }
}

/// The place among the shown of the row or tile that stands there.
fn row_at(model: &Model, at: Position) -> Option<usize> {
    if model.view == View::Wall {
        let wall = model.wall();
        return wall.places().nth(wall.grid.at(at)?);
    }
    let area = model.layout().lines;
    if !area.contains(at) {
        return None;
    }
    match model.lines().get(model.top + usize::from(at.y - area.y))? {
        Line::Row(place) | Line::Second(place) => Some(*place),
        Line::Unmanaged => None,
    }
}

fn wheel(model: &mut Model, at: Position, by: isize) -> Vec<Effect> {
    let plan = model.layout();
    let end = model.scroll_end();
    let (_, first) = model.dialog_place();
    model.drag = None;
    match (&mut model.mode, &mut model.view) {
        (Mode::Help { scroll, .. } | Mode::Problems { scroll, .. } | Mode::Receipts { scroll, .. }, _) => {
            *scroll = scroll.saturating_add_signed(by).min(end);
        }
        _ if plan.cells.contains(at) => return mirror_wheel(model, by),
        (Mode::Confirm(confirm), _) => confirm.scroll = confirm.scroll.saturating_add_signed(by).min(end),
        (Mode::Answer(ask), _) => ask.scroll = Some(first.saturating_add_signed(by).min(end)),
        (Mode::Compose(_), _) => return Vec::new(),
        (_, View::Log { scroll }) => *scroll = scroll.saturating_add_signed(by).min(end),
        (_, View::Agent { scroll }) if plan.facts.contains(at) => *scroll = scroll.saturating_add_signed(by).min(end),
        (_, View::Wall) if plan.lines.contains(at) => {
            wall::travel(model, if by > 0 { Action::PageDown } else { Action::PageUp });
            return Vec::new();
        }
        (_, View::Fleet) if plan.lines.contains(at) => {
            let most = model.lines().len().saturating_sub(usize::from(plan.lines.height));
            model.top = model.top.saturating_add_signed(by).min(most);
        }
        _ => return Vec::new(),
    }
    model.change = Change::Everything;
    Vec::new()
}

/// Over a mirror the wheel scrolls back; in the small one beside the list, and while there is more of the picture itself,
/// it pans.
fn mirror_wheel(model: &mut Model, by: isize) -> Vec<Effect> {
    model.change = Change::Everything;
    if model.still().is_some_and(Still::is_back) {
        return still::travel(model, by, true);
    }
    if by < 0 && still::in_mirror(model) && pan::at_top(model) {
        return still::scroll_back(model, by.unsigned_abs());
    }
    pan::by(model, by, 0);
    Vec::new()
}
