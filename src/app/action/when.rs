//! When an action applies: one question a function, answered with why it does not.
//!
//! PURE, a part of the table of [`super`]. What is never part of a dashboard at all stands in `ActionSpec::is_of`.

use super::{Offer, WATCHED_ALONE};
use crate::app::{
    mirror::Pan,
    mode::Mode,
    model::{Model, View},
};

pub(super) fn always(_: &Model) -> Offer {
    Offer::Now
}

pub(super) fn with_a_shell(model: &Model) -> Offer {
    if model.start.job_control {
        Offer::Now
    } else {
        Offer::Hidden("no shell stands above this program that could continue it: q leaves")
    }
}

pub(super) fn with_rows(model: &Model) -> Offer {
    if matches!(model.mode(), Mode::Help { .. } | Mode::Problems { .. }) {
        return Offer::Hidden("close this first: Esc");
    }
    if model.selected_row().is_some() { Offer::Now } else { Offer::Greyed("no agent is listed") }
}

pub(super) fn in_fleet(model: &Model) -> Offer {
    if model.view() == View::Fleet && matches!(model.mode(), Mode::Normal | Mode::Filter(_)) {
        Offer::Now
    } else {
        Offer::Hidden("that belongs to the fleet: Esc goes back to it")
    }
}

pub(super) fn opens(model: &Model) -> Offer {
    match in_fleet(model) {
        Offer::Now => with_rows(model),
        hidden => hidden,
    }
}

pub(super) fn marks(model: &Model) -> Offer {
    opens(model)
}

pub(super) fn goes_back(model: &Model) -> Offer {
    if model.watches_one() && matches!(model.mode(), Mode::Zoom) && model.pan() == Pan::Follow {
        return Offer::Hidden(WATCHED_ALONE);
    }
    let nothing = !model.hint()
        && model.view() == View::Fleet
        && !model.listing().is_narrowed()
        && matches!(model.mode(), Mode::Normal);
    if nothing { Offer::Hidden("this is the fleet already: q leaves") } else { Offer::Now }
}

pub(super) fn with_mirror(model: &Model) -> Offer {
    if matches!(model.mode(), Mode::Help { .. } | Mode::Problems { .. }) {
        return Offer::Hidden("close this first: Esc");
    }
    match model.selected_row().map(|row| row.mirror_pane().is_some()) {
        Some(true) => Offer::Now,
        Some(false) => Offer::Greyed("the selected agent has no mirror"),
        None => Offer::Greyed("no agent is listed"),
    }
}

pub(super) fn zoomed(model: &Model) -> Offer {
    if matches!(model.mode(), Mode::Zoom) {
        Offer::Now
    } else {
        Offer::Hidden("left and right pan a zoomed mirror: z zooms")
    }
}
