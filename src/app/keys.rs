//! What a key does: in a prompt it is text, elsewhere it is an action of the table.
//!
//! PURE, a part of [`super::update`]. A key that does not apply does nothing but say why.

use crossterm::event::KeyEvent;
use tui_input::Input;

use super::{
    acting,
    action::{self, Action, Offer},
    chooser, clip, command, dialog_keys,
    effect::Effect,
    filter_keys,
    help::{self, Sought},
    keymap::{Chord, Press},
    mirror::Pan,
    mode::Mode,
    model::{Model, View},
    pan, still, taken, wall,
};
use crate::fleet::sort::Sort;

/// One key.
pub(super) fn press(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    model.notice = None;
    match &model.mode {
        Mode::Filter(_) => filter_keys::key(model, key),
        Mode::Command(_) => command::key(model, key),
        Mode::Pending(first) => {
            let first = *first;
            model.mode = Mode::Normal;
            meaning(model, Some(first), Chord::of(key))
        }
        Mode::Taken(_) => taken::key(model, key),
        Mode::Compose(_) => dialog_keys::compose(model, key),
        Mode::Confirm(_) => dialog_keys::confirm(model, key),
        Mode::Answer(_) => dialog_keys::answer(model, key),
        Mode::Columns(_) => {
            chooser::key(model, key);
            Vec::new()
        }
        Mode::Help { sought, .. } if sought.typing => {
            help::typed(model, key);
            Vec::new()
        }
        Mode::Still(still) if still.is_typing() => {
            still::typed(model, key);
            Vec::new()
        }
        Mode::Normal
        | Mode::Help { .. }
        | Mode::Problems { .. }
        | Mode::Receipts { .. }
        | Mode::Zoom
        | Mode::Still(_) => meaning(model, None, Chord::of(key)),
    }
}

fn meaning(model: &mut Model, pending: Option<Chord>, chord: Chord) -> Vec<Effect> {
    let over = model.settings.keymap.over(chord).filter(|_| pending.is_none());
    let hidden = |action| action::spec(action).is_none_or(|spec| matches!(spec.offer(model), Offer::Hidden(_)));
    if let Some(action) = over.filter(|action| !hidden(*action)) {
        return offered(model, action);
    }
    match (model.settings.keymap.press(pending, chord), pending) {
        (Press::Action(action), _) => offered(model, action),
        (Press::Begins, _) if matches!(model.mode, Mode::Normal) => {
            model.mode = Mode::Pending(chord);
            Vec::new()
        }
        (_, Some(first)) => {
            if chord.to_string() != "Esc" {
                model.notice = Some(format!("{first} {chord} means nothing"));
            }
            Vec::new()
        }
        (_, None) => {
            model.notice = Some(format!("{chord} means nothing here; ? shows the keys"));
            Vec::new()
        }
    }
}

/// Does an action if it applies, else says why it does not.
pub(super) fn offered(model: &mut Model, action: Action) -> Vec<Effect> {
    match action::spec(action).map_or(Offer::Now, |spec| spec.offer(model)) {
        Offer::Now if model.holds_back(action) => Vec::new(),
        Offer::Now => {
            // What is marked was marked to be copied.
            model.drag = model.drag.take().filter(|_| action == Action::Copy);
            act(model, action)
        }
        Offer::Greyed(why) | Offer::Hidden(why) => {
            model.notice = Some(why.to_owned());
            Vec::new()
        }
    }
}

fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit => return quit(model),
        Action::Suspend => return vec![Effect::Suspend],
        Action::Repaint => return vec![Effect::Repaint],
        Action::Refresh => return vec![Effect::Refresh],
        Action::Copy => return copy(model),
        Action::Replay => return replay(model),
        Action::Help => {
            // Whoever has found the help needs no hint any more.
            model.start.hint = false;
            toggle(model, matches!(model.mode, Mode::Help { .. }), Mode::Help { scroll: 0, sought: Sought::default() });
        }
        Action::Problems => toggle(model, matches!(model.mode, Mode::Problems { .. }), Mode::Problems { scroll: 0 }),
        Action::Zoom => zoom(model),
        Action::Columns => chooser::open(model),
        Action::Command => model.mode = Mode::Command(Input::default()),
        Action::Filter => filter_keys::open(model),
        Action::Back => back(model),
        Action::Open => open(model),
        Action::Fleet => go(model, View::Fleet),
        Action::Wall => go(model, View::Wall),
        Action::Larger | Action::Smaller => wall::resize(model, action == Action::Larger),
        Action::Attention => go(model, View::Attention),
        Action::Log => go(model, View::Log { scroll: 0 }),
        Action::Acknowledge => model.acknowledge(),
        Action::Receipts => {
            if let Some(job) = model.desk.jobs.last().map(|job| job.id) {
                toggle(model, matches!(model.mode, Mode::Receipts { .. }), Mode::Receipts { job, scroll: 0 });
            }
        }
        Action::ScrollBack | Action::Search | Action::Hold | Action::Older | Action::Newer | Action::Follow => {
            return still::act(model, action);
        }
        Action::Send
        | Action::Broadcast
        | Action::Answer
        | Action::Interrupt
        | Action::Reset
        | Action::Relaunch
        | Action::Trust
        | Action::Pause
        | Action::Take
        | Action::TakeWhole
        | Action::PauseFleet => return acting::begin(model, action),
        Action::Down
        | Action::Up
        | Action::Left
        | Action::Right
        | Action::PageDown
        | Action::PageUp
        | Action::Top
        | Action::Bottom => return travel(model, action),
        Action::Next | Action::Previous | Action::NextNeedsYou => leap(model, action),
        Action::Mark | Action::MarkRange | Action::MarkAll => mark(model, action),
        Action::FaultsOnly | Action::SortBy(_) | Action::Reverse => order(model, action),
    }
    Vec::new()
}

/// Out of what is open, else out of the program.
fn quit(model: &mut Model) -> Vec<Effect> {
    if model.still().is_some() {
        still::follow(model);
    } else if overlay(model) && !model.watches_one() {
        model.mode = Mode::Normal;
    } else {
        return vec![Effect::Quit];
    }
    Vec::new()
}

fn zoom(model: &mut Model) {
    if model.still().is_some() {
        return still::zoom(model);
    }
    model.pan = Pan::Follow;
    toggle(model, matches!(model.mode, Mode::Zoom), Mode::Zoom);
}

/// To a view, out of whatever is open.
fn go(model: &mut Model, to: View) {
    model.mode = Mode::Normal;
    view(model, to);
}

/// What is listed, and in which order.
fn order(model: &mut Model, action: Action) {
    let sort = model.listing.sort();
    match action {
        Action::SortBy(column) => model.set_sort(Sort { column, reversed: false }),
        Action::Reverse => model.set_sort(Sort { reversed: !sort.reversed, ..sort }),
        _ => {
            model.listing.toggle_faults_only();
            model.arrange();
        }
    }
}

fn overlay(model: &Model) -> bool {
    matches!(model.mode, Mode::Help { .. } | Mode::Problems { .. } | Mode::Receipts { .. } | Mode::Zoom)
}

/// The mode to which everything that is open closes.
pub(super) fn resting(model: &Model) -> Mode {
    if model.watches_one() { Mode::Zoom } else { Mode::Normal }
}

fn toggle(model: &mut Model, is_on: bool, on: Mode) {
    model.mode = if is_on { resting(model) } else { on };
    model.bring_into_sight();
}

fn view(model: &mut Model, view: View) {
    if view == View::Attention && model.view != view {
        model.come_to_attention();
    }
    model.view = view;
    model.pan = Pan::Follow;
    model.bring_into_sight();
}

/// Into the selected agent, on the wall into its mirror; from what needs a human it is looked up in the list, and found
/// there whatever is filtered.
pub(super) fn open(model: &mut Model) {
    if model.view == View::Attention {
        let Some(key) = model.selected_row().map(|row| row.key.clone()) else { return };
        while !model.rows().iter().any(|row| row.key == key) && model.listing.is_narrowed() {
            model.listing.widen();
            model.arrange();
        }
        if let Some(place) = model.rows().iter().position(|row| row.key == key) {
            model.listing.select(place);
        }
    }
    match model.view {
        View::Wall => toggle(model, false, Mode::Zoom),
        _ => view(model, View::Agent { scroll: 0 }),
    }
}

/// Out of what is open, innermost first; in the fleet and on the wall one narrowing at a time is taken back.
fn back(model: &mut Model) {
    if model.still().is_some() {
        still::follow(model);
    } else if overlay(model) {
        model.pan = Pan::Follow;
        model.mode = resting(model);
    } else if model.view == View::Fleet && model.hint() && !model.listing.is_narrowed() {
        model.start.hint = false;
        model.bring_into_sight();
    } else if model.view == View::Fleet || model.view == View::Wall && model.listing.is_narrowed() {
        model.listing.widen();
        model.arrange();
    } else {
        view(model, View::Fleet);
    }
}

/// The moving keys: whatever is in front moves.
fn travel(model: &mut Model, action: Action) -> Vec<Effect> {
    let page = model.page().cast_signed();
    let by = match action {
        Action::Down => 1,
        Action::Up => -1,
        Action::PageDown => page,
        Action::PageUp => -page,
        Action::Bottom => isize::MAX,
        Action::Top => isize::MIN,
        _ => 0,
    };
    let end = model.scroll_end();
    let scroll = match (&mut model.mode, &mut model.view) {
        (Mode::Zoom | Mode::Still(_), _) => {
            let across = match action {
                Action::Right => pan::COLUMNS,
                Action::Left => -pan::COLUMNS,
                _ => 0,
            };
            match &model.mode {
                Mode::Still(_) if action == Action::Bottom => still::follow(model),
                Mode::Still(still) if still.is_back() && across == 0 => return still::travel(model, by, false),
                _ => pan::by(model, by, across),
            }
            return Vec::new();
        }
        (Mode::Help { scroll, .. } | Mode::Problems { scroll } | Mode::Receipts { scroll, .. }, _)
        | (_, View::Agent { scroll } | View::Log { scroll }) => scroll,
        (_, View::Attention) => {
            let place = model.attention_place(&model.attention());
            model.select_attention(place.saturating_add_signed(by));
            view(model, View::Attention);
            return Vec::new();
        }
        (_, View::Wall) => {
            wall::travel(model, action);
            return Vec::new();
        }
        (_, View::Fleet) => {
            model.listing.step(by);
            model.moved();
            return Vec::new();
        }
    };
    *scroll = scroll.saturating_add_signed(by).min(end);
    Vec::new()
}

/// Around the list: the next, the previous, the next that needs a person.
fn leap(model: &mut Model, action: Action) {
    if action == Action::NextNeedsYou {
        let rows = model.rows();
        let (cursor, count) = (model.listing.cursor(), rows.len());
        let found = (1..=count)
            .map(|by| (cursor + by) % count)
            .find(|&place| rows[place].needs_you() && !model.is_acknowledged(rows[place]));
        match found {
            Some(place) => model.listing.select(place),
            None => model.notice = Some("nobody who is listed needs you".to_owned()),
        }
    } else {
        model.listing.turn(action == Action::Next);
    }
    model.moved();
}

fn mark(model: &mut Model, action: Action) {
    match action {
        Action::MarkAll => model.listing.mark_all(),
        Action::MarkRange => model.listing.mark_range(),
        _ => {
            model.listing.toggle_mark();
            model.listing.step(1);
        }
    }
    model.moved();
}

fn replay(model: &Model) -> Vec<Effect> {
    let row = model.selected_row();
    row.map(|row| Effect::Replay { agent: row.name.clone(), socket: row.key.socket.clone() }).into_iter().collect()
}

fn copy(model: &mut Model) -> Vec<Effect> {
    let Some(screen) = model.picture() else {
        model.notice = Some("there is no picture to copy yet".to_owned());
        return Vec::new();
    };
    let text = model.drag().map_or_else(|| screen.text().join("\n"), |drag| drag.text(screen));
    clip::copy(model, &text)
}
