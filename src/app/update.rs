//! What happens to the model when something happens: one function from events to effects.
//!
//! PURE. It never waits, reads no clock and never fails; what must happen outside leaves as effects.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crossterm::event::{Event as TerminalEvent, KeyEventKind};
use jiff::Timestamp;

use super::{
    acting, alerts, dialog_keys,
    effect::Effect,
    event::{Event, MirrorNews, RosterNews},
    filter_keys, keys, looks,
    mirror::Mirror,
    mode::{FilterPrompt, LONGEST_PROMPT, Mode},
    model::{Change, Model, RosterState, View},
    mouse, policies,
    settings::Settings,
    still, taken, unattended,
};
use crate::config::SAYS_READ_ONLY;
use crate::fleet::{
    facts::{HostFacts, Limits},
    ids::PaneKey,
    join::{JoinContext, join},
    row::RowKey,
};
use crate::screen::Screen;

/// Takes one event in and says what is to be done outside.
pub fn update(model: &mut Model, event: Event) -> Vec<Effect> {
    let (by_hand, picture) = (matches!(event, Event::Terminal(_)), matches!(event, Event::Mirror(..)));
    let mut effects = take(model, event);
    if picture {
        // It changes nothing that could be wanted, and on a wall there are a thousand pieces a second.
        return effects;
    }
    model.settle(by_hand);
    effects.extend(taken::fit(model));
    still::fit(model);
    let kept = std::mem::take(&mut model.desk.attention.to_keep);
    effects.extend(kept.into_iter().map(|(on, faults)| Effect::Acknowledge { on, faults }));
    effects.extend(want_mirrors(model));
    effects.extend(want_log(model));
    effects.extend(still::give_up(model));
    effects.extend(looks::remember(model));
    effects
}

/// Takes one event in; what follows from the state as a whole is seen to afterwards.
fn take(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Tick(now) => tick(model, now),
        Event::Terminal(event) => terminal(model, event),
        Event::Facts { facts, elapsed } => looked(model, facts, elapsed),
        Event::Roster(news) => roster(model, news),
        Event::Checkup(checkup) => {
            model.change = Change::Everything;
            model.checkup = Some(checkup);
            Vec::new()
        }
        Event::Settings(news) => {
            settings(model, *news);
            Vec::new()
        }
        Event::Mirror(pane, news) => {
            mirror(model, &pane, news);
            Vec::new()
        }
        Event::History(number, text) => still::arrived(model, number, text),
        Event::Preview(number, preview) => acting::previewed(model, number, *preview),
        Event::Job(id, news) => {
            acting::news(model, id, news);
            Vec::new()
        }
        Event::Taken(number, news) => taken::news(model, number, news),
        Event::Left(number, outcome) => taken::ended(model, number, *outcome),
        Event::Kept { on, faults, at } => {
            model.desk.attention.acknowledged.kept(on, &faults, at);
            Vec::new()
        }
        Event::Mended(says) => {
            model.notice = Some(says);
            model.change = Change::Everything;
            Vec::new()
        }
        Event::Log(news) => {
            model.desk.log.take(news);
            model.change = Change::Everything;
            Vec::new()
        }
    }
}

/// A look at the fleet, and how long after the one before.
fn looked(model: &mut Model, mut facts: Box<HostFacts>, elapsed: Duration) -> Vec<Effect> {
    model.now = model.now.max(Some(facts.at));
    let interval = model.start.limits.heartbeat_interval;
    model.ages_believed = model.memory.ages_believed(facts.at, elapsed, interval);
    model.desk.attention.acknowledged.adopt(&facts.acknowledged, facts.at);
    model.memory.unanswered.stand(model.facts.as_deref(), &mut facts);
    let respawned = compare(model, &facts);
    model.facts = Some(facts);
    rejoin(model, &respawned);
    let mut effects = confirm(model);
    effects.extend(unattended::answers(model));
    effects.extend(alerts::alerts(model));
    effects
}

fn tick(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    // The clock and the ages are shown in seconds: within one nothing changes.
    if model.now.map(Timestamp::as_second) != Some(now.as_second()) {
        model.change = Change::Everything;
    }
    for (pane, mirror) in &mut model.mirrors {
        if mirror.let_go(now) {
            model.printed.insert(pane.clone());
            model.change = model.change.max(Change::Mirror);
        }
    }
    model.now = Some(now);
    Vec::new()
}

fn terminal(model: &mut Model, event: TerminalEvent) -> Vec<Effect> {
    match event {
        TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => {
            // What a key does to an agent that was taken over is seen when the agent prints it.
            if !matches!(model.mode, Mode::Taken(_)) {
                model.change = Change::Everything;
            }
            model.click = None;
            keys::press(model, key)
        }
        TerminalEvent::Mouse(event) if matches!(model.mode, Mode::Taken(_)) => taken::mouse(model, event),
        TerminalEvent::Mouse(event) => mouse::mouse(model, event),
        TerminalEvent::Resize(columns, rows) => {
            (model.start.size, model.drag) = ((columns, rows), None);
            model.change = Change::Everything;
            model.bring_into_sight();
            Vec::new()
        }
        TerminalEvent::Paste(text) => paste(model, &text),
        TerminalEvent::Key(_) | TerminalEvent::FocusGained | TerminalEvent::FocusLost => Vec::new(),
    }
}

/// A paste goes into what is taken over or into the prompt that is open, and is ignored elsewhere: pasted text must never act as keys.
fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let now = model.now;
    match &mut model.mode {
        Mode::Taken(taken) => return taken::paste(taken, text, now),
        Mode::Compose(compose) => {
            model.change = Change::Everything;
            dialog_keys::paste(compose, text);
        }
        Mode::Still(still) if still.is_typing() => {
            model.change = Change::Everything;
            still::pasted(model, text);
        }
        _ => paste_into_prompt(model, text),
    }
    Vec::new()
}

fn paste_into_prompt(model: &mut Model, text: &str) {
    let input = match &mut model.mode {
        Mode::Filter(FilterPrompt { input, .. }) => input,
        Mode::Command(line) => line.typing(),
        _ => return,
    };
    for c in text.chars().filter(|c| !c.is_control()).take(LONGEST_PROMPT) {
        if input.value().chars().count() < LONGEST_PROMPT {
            input.handle(tui_input::InputRequest::InsertChar(c));
        }
    }
    model.change = Change::Everything;
    filter_keys::follow(model);
}

fn roster(model: &mut Model, news: RosterNews) -> Vec<Effect> {
    model.change = Change::Everything;
    match news {
        RosterNews::Missing { looked, why } => {
            model.roster = RosterState::Missing { looked, why };
        }
        RosterNews::Read { path, parsed } => {
            let usable = parsed.roster.is_some();
            model.roster = RosterState::Read { path, problems: parsed.problems, usable };
            if usable {
                model.last_good_roster = parsed.roster;
            }
        }
    }
    rejoin(model, &BTreeSet::new());
    Vec::new()
}

/// A configuration that says `read_only` is not taken back: an operator who was promised a dashboard that only looks must
/// be able to rely on it. One that only might say so promises nothing.
fn settings(model: &mut Model, news: Settings) {
    let before = model.settings.config.clone();
    model.settings.renew(news);
    let says_so = model.settings.read_only.filter(|why| *why == SAYS_READ_ONLY);
    model.start.read_only = model.start.read_only.or(says_so);
    if before.columns != model.settings.config.columns {
        model.columns = None;
    }
    if !model.settings.config.mouse {
        // The button that ends it is not heard of any more.
        model.drag = None;
    }
    model.change = Change::Everything;
    model.bring_into_sight();
    check_policies(model);
}

/// The rules that are in force come with the facts: what policies say is held against them whenever either is new.
fn check_policies(model: &mut Model) {
    // Where they could not be read, nobody knows which there are.
    let Some(rules) = model.facts.as_ref().and_then(|facts| facts.rules.rules.as_ref()) else { return };
    let policies = &model.settings.config.prompts.written;
    let misfits = policies::misfits(policies, rules, model.last_good_roster.as_ref());
    if misfits != model.settings.misfits {
        (model.settings.misfits, model.change) = (misfits, Change::Everything);
    }
}

/// What fresh facts say of the pictures: those of a server that was replaced are another's, and a pipe that stands still
/// brings none of now. The panes whose program is another one: what they show is still the one's before.
fn compare(model: &mut Model, facts: &HostFacts) -> BTreeSet<PaneKey> {
    let before = model.facts.as_deref();
    let mut respawned = BTreeSet::new();
    for (key, mirror) in &mut model.mirrors {
        let servers = before.and_then(|before| before.server_pid(&key.socket)).zip(facts.server_pid(&key.socket));
        if servers.is_some_and(|(before, now)| before != now) {
            *mirror = Mirror::Opening;
        }
        mirror.compare(facts.printed(key));
        let pid = |facts: &HostFacts| facts.pane(key).map(|pane| pane.pid);
        if before.and_then(pid).zip(pid(facts)).is_some_and(|(before, now)| before != now) {
            respawned.insert(key.clone());
        }
    }
    respawned
}

/// Joins the last good roster with the last facts and shows the outcome. The pictures of these panes tell nothing.
fn rejoin(model: &mut Model, respawned: &BTreeSet<PaneKey>) {
    check_policies(model);
    let Some(facts) = &model.facts else { return };
    let context = JoinContext {
        limits: Limits { stalled_after: model.settings.config.stalled_after, ..model.start.limits },
        home: &model.start.home,
        socket: model.start.socket.as_ref(),
        zones: &model.start.zones,
        ages_believed: model.ages_believed,
        live: live(&model.mirrors, respawned),
    };
    let fleet = join(model.last_good_roster.as_ref(), facts, &context, &mut model.memory.sights);
    let fleet = model.memory.settle(fleet);
    if let Mode::Answer(ask) = &mut model.mode {
        let row = fleet.rows.iter().find(|row| row.key == ask.row);
        ask.look(row.and_then(|row| row.prompt.as_ref()), model.now);
    }
    if model.fleet.as_ref() != Some(&fleet) {
        model.show_fleet(fleet);
    }
}

/// What the open mirrors hold: fresher than any capture, as long as their pipe brings something.
fn live<'a>(mirrors: &'a BTreeMap<PaneKey, Mirror>, respawned: &BTreeSet<PaneKey>) -> BTreeMap<PaneKey, &'a Screen> {
    let held = mirrors.iter().filter(|(key, _)| !respawned.contains(*key));
    held.filter_map(|(key, mirror)| Some((key.clone(), mirror.current()?))).collect()
}

/// Asks for a second look when this one saw what one look does not prove (spec §6), once for each row: a prompt must be
/// shown within seconds also while nobody touches the dashboard and it looks seldom.
fn confirm(model: &mut Model) -> Vec<Effect> {
    let rows = model.fleet.iter().flat_map(|fleet| &fleet.rows);
    let open: BTreeSet<RowKey> = rows.filter(|row| !row.confirmed).map(|row| row.key.clone()).collect();
    let before = std::mem::replace(&mut model.asked_again, open);
    if model.asked_again.is_subset(&before) { Vec::new() } else { vec![Effect::Confirm] }
}

fn mirror(model: &mut Model, pane: &PaneKey, news: MirrorNews) {
    // News of a pane that was let go meanwhile come late: there is nothing left to change.
    if let MirrorNews::Unrecorded(why) = &news {
        model.notice = Some(format!("not recorded any more: {why}"));
        model.unrecorded.insert(pane.clone());
        model.change = Change::Everything;
    }
    if let Mode::Still(still) = model.mode.base_mut()
        && still.source.pane == *pane
    {
        still.came(&news);
    }
    if let Some(mirror) = model.mirrors.get_mut(pane) {
        let change = match news {
            MirrorNews::Bytes { .. } => Change::Mirror,
            _ => Change::Everything,
        };
        let seen = mirror.take(news);
        if seen && !matches!(model.mode.base(), Mode::Taken(_) | Mode::Still(_)) {
            if !model.printed.contains(pane) {
                model.printed.insert(pane.clone());
            }
            model.change = model.change.max(change);
        }
    }
}

/// The action log is read only while somebody looks at it, or at an agent's history.
fn want_log(model: &mut Model) -> Option<Effect> {
    let wanted = matches!(model.view, View::Log { .. } | View::Agent { .. }) && !model.watches_one();
    let before = std::mem::replace(&mut model.desk.log.wanted, wanted);
    (wanted != before).then_some(Effect::Log(wanted))
}

/// Asks for the mirrors that are shown, when they are others than before.
fn want_mirrors(model: &mut Model) -> Option<Effect> {
    let wanted = model.wanted_panes();
    if wanted.len() == model.mirrors.len() && wanted.iter().all(|pane| model.mirrors.contains_key(pane)) {
        return None;
    }
    model.mirrors.retain(|pane, _| wanted.contains(pane));
    model.unrecorded.retain(|pane| wanted.contains(pane));
    for pane in &wanted {
        model.mirrors.entry(pane.clone()).or_insert(Mirror::Opening);
    }
    Some(Effect::Mirror(wanted))
}
