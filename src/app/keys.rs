//! What a key does: in a prompt it is text, elsewhere it is an action of the table.
//!
//! PURE, a part of [`super::update`]. A key that does not apply does nothing but say why.

use crossterm::event::KeyEvent;

use super::{
    acting,
    action::{self, Action, Danger, Offer},
    chooser, clip,
    command::{self, CommandLine},
    dialog_keys,
    effect::Effect,
    filter_keys,
    help::{self, Sought},
    keymap::{Chord, Press},
    mirror::Pan,
    mode::Mode,
    model::{Model, View},
    pan,
    places::{back, go, open, quit, resting, toggle, view, zoom},
    still, taken, wall,
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
            model.drag = model.drag.take().filter(|_| matches!(action, Action::Copy | Action::Command));
            act(model, action)
        }
        Offer::Greyed(why) | Offer::Hidden(why) => {
            model.notice = Some(why.to_owned());
            Vec::new()
        }
    }
}

/// Does an action that was asked for by its name rather than by a key. What only looks leads out of a mirror that has no
/// place for it; what changes the fleet does not, as it says why it is not offered there.
pub(super) fn by_name(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(spec) = action::spec(action) else { return Vec::new() };
    if spec.danger == Danger::Looks && matches!(spec.offer(model), Offer::Hidden(_)) {
        let resting = resting(model);
        let place = std::mem::replace(&mut model.mode, resting);
        if spec.offer(model) == Offer::Now {
            model.pan = Pan::Follow;
            model.bring_into_sight();
        } else {
            model.mode = place;
        }
    }
    offered(model, action)
}

fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit => return quit(model),
        Action::Suspend => return vec![Effect::Suspend],
        Action::Repaint => return vec![Effect::Repaint],
        Action::Refresh => return vec![Effect::Refresh],
        Action::Copy => return copy(model),
        Action::Replay => return replay(model),
        Action::Help | Action::Problems | Action::Receipts | Action::Command => lay_over(model, action),
        Action::Zoom => zoom(model),
        Action::Columns => chooser::open(model),
        Action::Filter => filter_keys::open(model),
        Action::Back => back(model),
        Action::Open => open(model),
        Action::Fleet => go(model, View::Fleet),
        Action::Wall => go(model, View::Wall),
        Action::Larger | Action::Smaller => wall::resize(model, action == Action::Larger),
        Action::Attention => go(model, View::Attention),
        Action::Log => go(model, View::Log { scroll: 0 }),
        Action::Acknowledge => model.acknowledge(),
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

/// What lies over everything else until it closes.
fn lay_over(model: &mut Model, action: Action) {
    match action {
        Action::Help => {
            // Whoever has found the help needs no hint any more.
            model.start.hint = false;
            let help = |under| Mode::Help { scroll: 0, sought: Sought::default(), under };
            toggle(model, matches!(model.mode, Mode::Help { .. }), help);
        }
        Action::Problems => {
            let problems = |under| Mode::Problems { scroll: 0, under };
            toggle(model, matches!(model.mode, Mode::Problems { .. }), problems);
        }
        Action::Receipts => {
            let Some(job) = model.desk.jobs.last().map(|job| job.id) else { return };
            let receipts = |under| Mode::Receipts { job, scroll: 0, under };
            toggle(model, matches!(model.mode, Mode::Receipts { .. }), receipts);
        }
        _ => toggle(model, false, |under| Mode::Command(Box::new(CommandLine::over(under)))),
    }
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
                _ if action == Action::PageUp && pan::at_top(model) => {
                    return still::scroll_back(model, by.unsigned_abs());
                }
                _ => pan::by(model, by, across),
            }
            return Vec::new();
        }
        (Mode::Help { scroll, .. } | Mode::Problems { scroll, .. } | Mode::Receipts { scroll, .. }, _)
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
    let text = model.drag().map_or_else(|| screen.whole_text(), |drag| drag.text(screen));
    clip::copy(model, &text)
}
