//! Giving orders: from a key to what is asked, from a yes to what is carried out, and what becomes of it.
//!
//! PURE, a part of [`super::update`]. Nothing that loses something leaves here unless its preview was confirmed, and an
//! order that runs is not given twice.

use super::{
    action::Action,
    ask::Ask,
    compose::{Compose, Step},
    confirm::Confirm,
    effect::{Effect, Errand},
    job::{Job, JobId, JobNews, Part, State},
    mode::Mode,
    model::{Change, Model},
    places, taken,
};
use crate::fleet::{
    delivery::{Timing, WhenDraft},
    order::{Act, Confirmed, Ending, Order, Planned, Preview, Refusal, Target},
    row::RowKey,
};
use tui_input::Input;

/// An action that changes the fleet was asked for.
pub(super) fn begin(model: &mut Model, action: Action) -> Vec<Effect> {
    let rows: Vec<RowKey> = model.chosen().iter().map(|row| row.key.clone()).collect();
    match action {
        Action::Send => compose(model, rows, false),
        Action::Broadcast => {
            let rows = model.rows().into_iter().filter(|row| !model.listing().is_only_kept(&row.key));
            let all = rows.map(|row| row.key.clone()).collect();
            compose(model, all, true)
        }
        Action::Answer => {
            if let Some(mut ask) = model.selected_row().and_then(Ask::of) {
                places::lay_over(model, |under| {
                    ask.under = under;
                    Mode::Answer(Box::new(ask))
                });
            }
            Vec::new()
        }
        Action::Interrupt => at_once(model, &Order::new(Act::Interrupt), &rows),
        Action::Reset => {
            let act = Act::Reset { draft: WhenDraft::Refuse, timing: timing(model) };
            confirm(model, Order::new(act), rows)
        }
        Action::Relaunch => confirm(model, Order::new(Act::Relaunch), rows),
        Action::Trust => confirm(model, Order::new(Act::Trust), rows),
        Action::Pause => {
            let all_paused = rows.iter().all(|key| model.row(key).is_some_and(|row| row.pause.is_some()));
            let order = Order::new(if all_paused { Act::Resume } else { Act::Pause { reason: None } });
            confirm(model, order, rows)
        }
        Action::Take => confirm(model, Order::new(Act::Take { whole: false }), rows),
        Action::TakeWhole => confirm(model, Order::new(Act::Take { whole: true }), rows),
        Action::PauseFleet => {
            let paused = model.fleet().is_some_and(|fleet| fleet.paused.is_some());
            let order = Order::new(if paused { Act::Resume } else { Act::Pause { reason: None } });
            confirm(model, order, Vec::new())
        }
        _ => Vec::new(),
    }
}

/// How long is waited for evidence.
fn timing(model: &Model) -> Timing {
    Timing { give_up_after: model.settings.config.send.timeout, ..Timing::default() }
}

fn compose(model: &mut Model, to: Vec<RowKey>, broadcast: bool) -> Vec<Effect> {
    let compose = Compose::to(to, broadcast, &model.desk.drafts, model.settings.config.send.timeout);
    places::lay_over(model, |under| Mode::Compose(Box::new(Compose { under, ..compose })));
    Vec::new()
}

/// The targets of an order among these rows, and who cannot take it. No rows: the fleet.
fn aim(model: &Model, order: &Order, rows: &[RowKey]) -> (Vec<Target>, Vec<Part>) {
    let (mut targets, mut left_out) = (Vec::new(), Vec::new());
    let Some(around) = model.surroundings() else { return (targets, left_out) };
    if rows.is_empty() {
        targets.push(Target::fleet(around.fleet));
    }
    for row in rows.iter().filter_map(|key| model.row(key)) {
        match Target::of(order, row, &around) {
            Ok(target) => targets.push(target),
            Err(refusal) => left_out.push(Part::refused(row, refusal)),
        }
    }
    (targets, left_out)
}

/// Asks for what an order would do, and shows it.
fn confirm(model: &mut Model, order: Order, rows: Vec<RowKey>) -> Vec<Effect> {
    if let Some(words) = under_way(model, order.word(), &rows) {
        model.notice = Some(words);
        return Vec::new();
    }
    let (targets, left_out) = aim(model, &order, &rows);
    let number = model.desk.jobs.number();
    let nobody = targets.is_empty();
    let preview = nobody.then(|| Preview { order: order.clone(), each: Vec::new() });
    let reason = matches!(order.act, Act::Pause { .. }).then(Input::default).filter(|_| !nobody);
    let asked = Effect::Preview { number, order: order.clone(), targets: targets.clone() };
    let under = Box::default();
    let confirm = Confirm { number, order, rows, targets, left_out, preview, reason, scroll: 0, says: None, under };
    match confirm.left_out.first() {
        // One that cannot be done at all needs no dialog, unless that could be forced.
        Some(part) if nobody && !confirm.is_held() => {
            model.notice = Some(part.state.words(confirm.order.word()));
            return Vec::new();
        }
        _ => places::lay_over(model, |under| Mode::Confirm(Box::new(Confirm { under, ..confirm }))),
    }
    if nobody { Vec::new() } else { vec![asked] }
}

/// Who of these is still busy with the same order.
fn under_way(model: &Model, word: &str, rows: &[RowKey]) -> Option<String> {
    let part = model.jobs().runs(word, rows)?;
    Some(format!("{word} {} is still under way: see its row", part.name))
}

/// What an order would do has come back.
pub(super) fn previewed(model: &mut Model, number: JobId, preview: Preview) -> Vec<Effect> {
    let Mode::Confirm(confirm) = &mut model.mode else { return Vec::new() };
    if confirm.number != number {
        return Vec::new();
    }
    model.change = Change::Everything;
    // Neither takes anything from the agent; what is written or taken over is shown first all the same.
    let shows = matches!(confirm.order.act, Act::Take { .. } | Act::Trust);
    let asks = shows || preview.asks().is_some() || confirm.reason.is_some() || confirm.order.forced.is_some();
    let complete = confirm.left_out.is_empty() && preview.each.iter().all(|planned| planned.refused.is_none());
    confirm.preview = Some(preview);
    // What loses nothing and concerns exactly whom it was given for was asked for by its key.
    if asks || !complete { Vec::new() } else { yes(model) }
}

/// The operator saw the preview and said yes.
pub(super) fn yes(model: &mut Model) -> Vec<Effect> {
    let Mode::Confirm(confirm) = &mut model.mode else { return Vec::new() };
    let Some(preview) = confirm.preview.take() else {
        confirm.says = Some("wait until it is shown what it would do".to_owned());
        return Vec::new();
    };
    let targets: Vec<Target> = preview.targets().into_iter().cloned().collect();
    if let (Act::Take { .. }, [one]) = (&preview.order.act, targets.as_slice()) {
        return taken::begin(model, preview.confirmed(), one.clone());
    }
    let mut parts: Vec<Part> = targets.iter().map(Part::waiting).collect();
    parts.append(&mut confirm.left_out);
    let refused = preview.each.iter().filter(|planned| !targets.contains(&planned.target));
    let refused: Vec<Part> = refused.filter_map(|planned| left_out(model, planned)).collect();
    parts.extend(refused);
    places::close(model);
    let order = preview.confirmed();
    give(model, order.get().word(), parts, vec![Errand { order, targets }])
}

fn left_out(model: &Model, planned: &Planned) -> Option<Part> {
    let row = model.row(&planned.target.aim.as_ref()?.row)?;
    Some(Part::refused(row, planned.refused.clone()?))
}

/// An order that loses nothing, for those who can take it.
pub(super) fn at_once(model: &mut Model, order: &Order, rows: &[RowKey]) -> Vec<Effect> {
    let (targets, left_out) = aim(model, order, rows);
    match Confirmed::unasked(order.clone()) {
        Ok(confirmed) => {
            let parts = targets.iter().map(Part::waiting).chain(left_out).collect();
            give(model, order.word(), parts, vec![Errand { order: confirmed, targets }])
        }
        Err(refusal) => {
            model.notice = Some(refusal.to_string());
            Vec::new()
        }
    }
}

/// Gives orders out as one job, and shows its receipts where it has several.
fn give(model: &mut Model, word: &'static str, parts: Vec<Part>, mut errands: Vec<Errand>) -> Vec<Effect> {
    let rows: Vec<RowKey> = parts.iter().filter_map(|part| part.row.clone()).collect();
    if let Some(words) = under_way(model, word, &rows) {
        model.notice = Some(words);
        return Vec::new();
    }
    errands.retain(|errand| !errand.targets.is_empty());
    let many = parts.len() > 1;
    let id = model.desk.jobs.begin(word, parts, model.now);
    if many {
        places::lay_over(model, |under| Mode::Receipts { job: id, scroll: 0, under });
    }
    model.change = Change::Everything;
    if errands.is_empty() {
        model.notice = model.jobs().get(id).map(Job::line);
        return Vec::new();
    }
    vec![Effect::CarryOut(id, errands)]
}

/// Sends the message that was written: one order for each receiver, since each preamble names its own.
pub(super) fn send(model: &mut Model) -> Vec<Effect> {
    let Mode::Compose(mut compose) = std::mem::take(&mut model.mode) else { return Vec::new() };
    let (mut parts, mut errands, mut wrong) = (Vec::new(), Vec::<Errand>::new(), None);
    for row in model.receivers_of(&compose) {
        let letter = match model.arrives(&compose, row) {
            Ok(text) => compose.order(text),
            Err(error) => {
                wrong = wrong.or(Some(error.to_string()));
                parts.push(Part::refused(row, Refusal::Unsafe(error.to_string())));
                continue;
            }
        };
        let target = model.surroundings().map(|around| Target::of(&letter, row, &around));
        match target.map(|target| target.and_then(|target| Ok((confirmed(letter, &target)?, target)))) {
            // Sessions of a group show one pane: it gets the message once.
            Some(Ok((_, target)))
                if errands.iter().any(|errand| errand.targets.iter().any(|one| one.same_pane(&target))) => {}
            Some(Ok((order, target))) => {
                parts.push(Part::waiting(&target));
                errands.push(Errand { order, targets: vec![target] });
            }
            Some(Err(refusal)) => parts.push(Part::refused(row, refusal)),
            None => {}
        }
    }
    if errands.is_empty() {
        let first = parts.first().map(|part| part.state.words("send"));
        let says = wrong.or(first).unwrap_or_else(|| "nobody is left who could get it".to_owned());
        model.mode = Mode::Compose(Box::new(Compose { says: Some(says), step: Step::Writing, ..*compose }));
        return Vec::new();
    }
    model.mode = std::mem::take(&mut *compose.under);
    let effects = give(model, "send", parts, errands);
    if effects.is_empty() {
        // The one before it is still on its way.
        let (says, under) = (model.notice.take(), Box::new(std::mem::take(&mut model.mode)));
        model.mode = Mode::Compose(Box::new(Compose { says, step: Step::Writing, under, ..*compose }));
    } else if let [Effect::CarryOut(id, _), ..] = effects.as_slice() {
        model.desk.drafts.sent(&compose, *id);
    }
    effects
}

/// A letter loses nothing, unless it was told to clear a draft: then the composer has said so beside its receiver.
fn confirmed(letter: Order, target: &Target) -> Result<Confirmed<Order>, Refusal> {
    if letter.loses().is_none() {
        return Confirmed::unasked(letter);
    }
    let planned = Planned { target: target.clone(), commands: Vec::new(), warnings: Vec::new(), refused: None };
    Ok(Preview { order: letter, each: vec![planned] }.confirmed())
}

/// Answers the prompt as it was chosen.
pub(super) fn answer(model: &mut Model) -> Vec<Effect> {
    let Mode::Answer(ask) = &model.mode else { return Vec::new() };
    let (order, row) = (ask.order(), ask.row.clone());
    places::close(model);
    at_once(model, &order, &[row])
}

/// A pause that holds it up is to be passed, for this reason: the order is looked at anew.
pub(super) fn force(model: &mut Model, reason: String) -> Vec<Effect> {
    let Mode::Confirm(before) = std::mem::take(&mut model.mode) else { return Vec::new() };
    model.mode = *before.under;
    let order = Order { forced: Some(reason), ..before.order };
    confirm(model, order, before.rows)
}

/// News of an order.
pub(super) fn news(model: &mut Model, id: JobId, news: JobNews) {
    let now = model.now;
    let Some(job) = model.desk.jobs.take(id, news, now) else { return };
    let held = held_by_the_log(job);
    if !job.is_running() {
        let kept = if model.desk.drafts.over(job) { "the text is kept: s · " } else { "" };
        model.notice = Some(format!("{kept}{}", job.line()));
    }
    model.change = Change::Everything;
    if let Some(part) = held.filter(|_| matches!(model.mode, Mode::Normal)) {
        unlogged(model, part);
    }
}

/// The one whose pause could not be taken back, because that could not be logged.
fn held_by_the_log(job: &Job) -> Option<Part> {
    let [part] = job.parts.as_slice() else { return None };
    let held = matches!(&part.state, State::Ended { ending: Ending::Refused(why @ Refusal::Log(_)), .. } if why.yields(job.word));
    held.then(|| part.clone())
}

/// Shows why it was refused, and that a reason gets past it.
fn unlogged(model: &mut Model, part: Part) {
    let order = Order::new(Act::Resume);
    let preview = Some(Preview { order: order.clone(), each: Vec::new() });
    let (number, rows) = (model.desk.jobs.number(), part.row.clone().into_iter().collect());
    let (targets, left_out) = (Vec::new(), vec![part]);
    model.notice = None;
    model.mode = Mode::Confirm(Box::new(Confirm {
        number,
        order,
        rows,
        targets,
        left_out,
        preview,
        reason: None,
        scroll: 0,
        says: None,
        under: Box::default(),
    }));
}
