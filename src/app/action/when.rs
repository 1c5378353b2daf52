//! When an action applies: one question a function, answered with why it does not.
//!
//! PURE, a part of the table of [`super`]. What is never part of a dashboard at all stands in `ActionSpec::is_of`.

use super::{Offer, WATCHED_ALONE};
use crate::{
    app::{
        mirror::Pan,
        mode::Mode,
        model::{Model, View},
        still::in_mirror,
    },
    fleet::{
        judgement::{CauseKind, Flag, Readiness},
        row::Row,
        weigh::LIMIT_OVER,
    },
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
    if let Some(covered) = covered(model) {
        return covered;
    }
    if model.selected_row().is_some() { Offer::Now } else { Offer::Greyed("no agent is listed") }
}

pub(super) fn in_fleet(model: &Model) -> Offer {
    if matches!(model.view(), View::Fleet | View::Wall) && matches!(model.mode(), Mode::Normal | Mode::Filter(_)) {
        Offer::Now
    } else {
        Offer::Hidden("that belongs to the fleet: Esc goes back to it")
    }
}

pub(super) fn opens(model: &Model) -> Offer {
    match model.view() {
        View::Attention => with_rows(model),
        _ => marks(model),
    }
}

pub(super) fn marks(model: &Model) -> Offer {
    match in_fleet(model) {
        Offer::Now => with_rows(model),
        hidden => hidden,
    }
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
    if let Some(covered) = covered(model) {
        return covered;
    }
    match model.selected_row().map(|row| row.mirror_pane().is_some()) {
        Some(true) => Offer::Now,
        Some(false) => Offer::Greyed("the selected agent has no mirror"),
        None => Offer::Greyed("no agent is listed"),
    }
}

pub(super) fn scrolls_back(model: &Model) -> Offer {
    match model.still_in_front() {
        Some(still) if still.is_back() => Offer::Hidden("it is scrolled back: PgUp goes on, G follows again"),
        _ => with_mirror(model),
    }
}

pub(super) fn holds(model: &Model) -> Offer {
    if in_mirror(model) { with_mirror(model) } else { Offer::Hidden("a zoomed mirror can be held: z zooms") }
}

pub(super) fn searches(model: &Model) -> Offer {
    if matches!(model.mode(), Mode::Help { .. }) {
        return Offer::Now;
    }
    if in_mirror(model) { with_mirror(model) } else { Offer::Hidden("a zoomed mirror can be searched: z zooms") }
}

pub(super) fn turns(model: &Model) -> Offer {
    match model.still_in_front().map(|still| still.search.is_some()) {
        Some(true) => Offer::Now,
        Some(false) => Offer::Greyed("nothing is looked for: / searches"),
        None => Offer::Hidden("nothing is looked for: / searches in a zoomed mirror"),
    }
}

pub(super) fn follows(model: &Model) -> Offer {
    if model.still_in_front().is_some() { Offer::Now } else { Offer::Hidden("the picture is followed already") }
}

pub(super) fn on_wall(model: &Model) -> Offer {
    if model.shows_wall() && matches!(model.mode(), Mode::Normal) {
        Offer::Now
    } else {
        Offer::Hidden("that belongs to the wall: 2 shows it")
    }
}

pub(super) fn zoomed(model: &Model) -> Offer {
    if matches!(model.mode(), Mode::Zoom | Mode::Still(_)) || on_wall(model) == Offer::Now {
        Offer::Now
    } else {
        Offer::Hidden("left and right pan a zoomed mirror: z zooms")
    }
}

/// Where a dialog or a list stands over everything, keys act on nothing behind it.
fn covered(model: &Model) -> Option<Offer> {
    let open = matches!(model.mode(), Mode::Help { .. } | Mode::Problems { .. } | Mode::Receipts { .. });
    open.then_some(Offer::Hidden("close this first: Esc"))
}

/// Something is chosen that can be acted on.
pub(super) fn acts(model: &Model) -> Offer {
    if let Some(covered) = covered(model) {
        return covered;
    }
    if matches!(model.view(), View::Log { .. }) {
        return Offer::Hidden("the log only tells: 1 goes to the agents");
    }
    if model.still_in_front().is_some() {
        return Offer::Hidden("what is seen stands still: f follows the agent again");
    }
    let chosen = model.chosen();
    if chosen.is_empty() {
        return Offer::Greyed("no agent is listed");
    }
    if chosen.iter().all(|row| row.has(Flag::Own)) {
        return Offer::Greyed("that is the pane of this dashboard: nothing is done to it");
    }
    Offer::Now
}

/// One agent, with a session.
pub(super) fn takes(model: &Model) -> Offer {
    match (acts(model), model.chosen().as_slice()) {
        (Offer::Now, [one]) if one.session.is_none() => Offer::Greyed("it has no session that could be taken over"),
        (Offer::Now, [_, _, ..]) => Offer::Greyed("one agent at a time is taken over: Esc takes the marks back"),
        (offer, _) => offer,
    }
}

/// An agent whose launch the roster declares.
pub(super) fn trusts(model: &Model) -> Offer {
    match acts(model) {
        Offer::Now if model.chosen().iter().all(|row| !row.managed) => {
            Offer::Greyed("it is not in the roster: nothing is known of how it is started")
        }
        offer => offer,
    }
}

pub(super) fn broadcasts(model: &Model) -> Offer {
    match in_fleet(model) {
        Offer::Now => acts(model),
        hidden => hidden,
    }
}

pub(super) fn answers(model: &Model) -> Offer {
    match acts(model) {
        Offer::Now if model.selected_row().is_none_or(|row| row.prompt.is_none()) => {
            Offer::Hidden("no prompt is up that could be answered")
        }
        offer => offer,
    }
}

pub(super) fn interrupts(model: &Model) -> Offer {
    match acts(model) {
        Offer::Now if !model.chosen().iter().any(|row| may_work(row)) => {
            Offer::Hidden("it does not work: there is no turn to interrupt")
        }
        offer => offer,
    }
}

/// Whether a turn may be running: it works, it asks something inside a turn, or it says that it works and is stalled.
/// One whose limit is over asks for a message and has no turn.
fn may_work(row: &Row) -> bool {
    let cause = row.judgement.cause.as_ref().filter(|cause| cause.rule != LIMIT_OVER).map(|cause| cause.kind);
    row.readiness() == Readiness::Working || matches!(cause, Some(CauseKind::Stalled | CauseKind::Asks))
}

pub(super) fn on_fleet(model: &Model) -> Offer {
    if let Some(covered) = covered(model) {
        return covered;
    }
    if model.fleet().is_some() { Offer::Now } else { Offer::Greyed("the fleet is not known yet") }
}

pub(super) fn acknowledges(model: &Model) -> Offer {
    if !matches!(model.view(), View::Attention) || !matches!(model.mode(), Mode::Normal) {
        return Offer::Hidden("that belongs to what needs you: 3 shows it");
    }
    if model.attention_entry().is_some() { Offer::Now } else { Offer::Greyed("nobody needs you") }
}

pub(super) fn has_receipts(model: &Model) -> Offer {
    if model.jobs().last().is_some() { Offer::Now } else { Offer::Hidden("no order was given from here yet") }
}

/// A list that can be filtered: the fleet or the log.
pub(super) fn in_list(model: &Model) -> Offer {
    match model.view() {
        View::Log { .. } if matches!(model.mode(), Mode::Normal | Mode::Filter(_)) => Offer::Now,
        _ => in_fleet(model),
    }
}
