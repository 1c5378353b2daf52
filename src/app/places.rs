//! Going from place to place: what is open, what it lies over, and the way back.
//!
//! PURE, a part of [`super::update`]. What is only looked into for a moment gives back what it lies over, as it was left.

use super::{
    effect::Effect,
    mirror::Pan,
    mode::Mode,
    model::{Model, View},
    still,
};
use crate::fleet::{row::RowKey, text::visible};

/// Out of what is open, else out of the program.
pub(super) fn quit(model: &mut Model) -> Vec<Effect> {
    if model.still_in_front().is_some() {
        still::follow(model);
    } else if overlay(model) {
        close(model);
    } else if matches!(model.mode, Mode::Zoom) && !model.watches_one() {
        model.mode = Mode::Normal;
    } else {
        return vec![Effect::Quit];
    }
    Vec::new()
}

/// Out of what is open, innermost first; in the fleet and on the wall one narrowing at a time is taken back.
pub(super) fn back(model: &mut Model) {
    if model.still_in_front().is_some() {
        still::follow(model);
    } else if overlay(model) {
        close(model);
    } else if matches!(model.mode, Mode::Zoom) {
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

pub(super) fn zoom(model: &mut Model) {
    if model.still_in_front().is_some() {
        return still::zoom(model);
    }
    model.pan = Pan::Follow;
    model.mode = if matches!(model.mode, Mode::Zoom) { resting(model) } else { Mode::Zoom };
    model.bring_into_sight();
}

/// Lays something over what is there; where it lies there already, it closes.
pub(super) fn toggle(model: &mut Model, is_on: bool, over: impl FnOnce(Box<Mode>) -> Mode) {
    close(model);
    if !is_on {
        lay_over(model, over);
        model.bring_into_sight();
    }
}

/// Lays something over what is there, in place of what lay over it before.
pub(super) fn lay_over(model: &mut Model, over: impl FnOnce(Box<Mode>) -> Mode) {
    let under = std::mem::take(&mut model.mode).into_base();
    model.mode = over(Box::new(under));
}

/// Closes what lies over something: that is as it was left.
pub(super) fn close(model: &mut Model) {
    model.mode = std::mem::take(&mut model.mode).into_base();
    model.bring_into_sight();
}

fn overlay(model: &Model) -> bool {
    matches!(model.mode, Mode::Help { .. } | Mode::Problems { .. } | Mode::Receipts { .. })
}

/// The mode to which a mirror that is zoomed or stands still, or a dialog, closes.
pub(super) fn resting(model: &Model) -> Mode {
    if model.watches_one() { Mode::Zoom } else { Mode::Normal }
}

/// To a view, out of whatever is open.
pub(super) fn go(model: &mut Model, to: View) {
    model.mode = Mode::Normal;
    view(model, to);
}

pub(super) fn view(model: &mut Model, view: View) {
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
        find(model, &key);
    }
    match model.view {
        View::Wall => zoom(model),
        _ => view(model, View::Agent { scroll: 0 }),
    }
}

/// Selects a row of the list, and takes the filter back where that hides it.
fn find(model: &mut Model, key: &RowKey) {
    while !model.rows().iter().any(|row| row.key == *key) && model.listing.is_narrowed() {
        model.listing.widen();
        model.arrange();
    }
    if let Some(place) = model.rows().iter().position(|row| row.key == *key) {
        model.listing.select(place);
    }
}

/// Goes to the row of an agent that was named, whatever is shown and filtered; words where a filter had hidden it.
pub(super) fn go_to(model: &mut Model, key: &RowKey) -> Option<String> {
    let filter = model.listing.filter_text().to_owned();
    let hidden = !model.rows().iter().any(|row| row.key == *key);
    if matches!(model.view, View::Attention | View::Log { .. }) {
        view(model, View::Fleet);
    }
    find(model, key);
    model.takes_in_hand();
    let what = if filter.is_empty() { "“only faults”".to_owned() } else { format!("the filter {filter:?}") };
    hidden.then(|| format!("{what} hid {} and is taken back", visible(&key.session)))
}
