//! What keys, the wheel and news do to a mirror that stands still.
//!
//! PURE, a part of [`super::super::update`].

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::SignedDuration;

use super::{Back, Came, FIRST, MOST, Still};
use crate::{
    app::{
        action::Action,
        dialog_keys::type_into,
        effect::Effect,
        help,
        job::JobId,
        mirror::{Mirror, Pan},
        mode::{LONGEST_PROMPT, Mode},
        model::{Change, Model, View},
        pan, places,
        search::Search,
    },
    fleet::reading::Why,
    screen::history::History,
};

/// Whether the mirror has the keys: it is zoomed, stands still, or belongs to the agent screen.
#[must_use]
pub fn in_mirror(model: &Model) -> bool {
    match model.mode {
        Mode::Zoom | Mode::Still(_) => true,
        Mode::Normal => matches!(model.view, View::Agent { .. }),
        _ => false,
    }
}

/// Lets the mirror stand still as it is; `None`, with words, where there is no picture.
fn stand(model: &mut Model) -> Option<&mut Still> {
    if !matches!(model.mode, Mode::Still(_)) {
        let was_zoomed = matches!(model.mode, Mode::Zoom);
        let zoomed = was_zoomed || !in_mirror(model);
        let row = model.selected_row();
        let place = row.and_then(|row| Some((row.key.clone(), model.source_of(row)?)));
        let screen = model.selected_mirror().and_then(Mirror::screen);
        let Some(((row, source), screen)) = place.zip(screen) else {
            // Where there was no room for it, it is opened now.
            if !in_mirror(model) {
                model.mode = Mode::Zoom;
            }
            model.notice = Some("there is no picture yet: once more, when it has come".to_owned());
            return None;
        };
        let (alternate, screen) = (screen.alternate(), Box::new(screen.still()));
        let (since, came, back, search) = (model.now, Came::default(), None, None);
        let still = Still { row, source, zoomed, was_zoomed, since, came, screen, alternate, back, search };
        model.mode = Mode::Still(Box::new(still));
    }
    match &mut model.mode {
        Mode::Still(still) => Some(still),
        _ => None,
    }
}

/// An action of the table.
pub(in crate::app) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::ScrollBack => return scroll_back(model, 0),
        Action::Search if matches!(model.mode, Mode::Help { .. }) => help::seek(model),
        Action::Search => return search(model),
        Action::Hold => hold(model),
        Action::Older | Action::Newer => turn(model, action == Action::Older),
        _ => follow(model),
    }
    Vec::new()
}

/// Holds the picture, or lets it go on.
fn hold(model: &mut Model) {
    if matches!(model.mode, Mode::Still(_)) {
        follow(model);
    } else {
        stand(model);
    }
}

/// Scrolls back, by so many lines to begin with.
pub(in crate::app) fn scroll_back(model: &mut Model, up: usize) -> Vec<Effect> {
    if stand(model).is_none_or(|still| still.is_back()) {
        return Vec::new();
    }
    // What is seen stays where it is: the pane may go on below it.
    let below = pan::below(model);
    let Mode::Still(still) = &mut model.mode else { return Vec::new() };
    still.back = Some(Back { up: up + below, ..Back::default() });
    let asked = still.ask(FIRST, &mut model.desk.jobs);
    if still.alternate {
        model.say(NO_HISTORY.to_owned());
    }
    asked.into_iter().collect()
}

/// What came since is not fetched again sooner where it comes with all of a long history.
pub(super) const RENEWED_AFTER: SignedDuration = SignedDuration::from_secs(3);

/// What is said where there is nothing to scroll back into.
const NO_HISTORY: &str = "it has the alternate screen, of which tmux keeps no history: only the picture is here";

/// Opens the search.
fn search(model: &mut Model) -> Vec<Effect> {
    let rows = model.tile();
    let mut effects = scroll_back(model, 0);
    let Mode::Still(still) = &mut model.mode else { return effects };
    still.search = Some(Search::from(still.first() + usize::from(rows)));
    if still.has_older() && !still.alternate {
        effects.clear();
        effects.extend(still.ask(MOST, &mut model.desk.jobs));
    }
    effects
}

/// To the next hit, older or newer.
fn turn(model: &mut Model, older: bool) {
    let rows = model.tile();
    let Mode::Still(still) = &mut model.mode else { return };
    let Some(search) = &mut still.search else { return };
    if !search.turn(older) {
        model.notice = Some(format!("no {} line holds it", if older { "older" } else { "newer" }));
        return;
    }
    let says = search.says();
    if let Some(line) = search.line() {
        still.bring(line, rows);
        still.fit(rows);
    }
    model.notice = Some(says);
}

/// The history has come, or not.
pub(in crate::app) fn arrived(model: &mut Model, number: JobId, text: Result<Box<History>, Why>) -> Vec<Effect> {
    let rows = model.tile();
    let Mode::Still(still) = model.mode.base_mut() else { return Vec::new() };
    if still.waits_for() != Some(number) {
        return Vec::new();
    }
    (model.drag, model.desk.fetches) = (None, false);
    match text {
        Ok(text) => still.take(text, rows),
        Err(why) => {
            if still.place().is_none() {
                (still.back, still.search) = (None, None);
            } else if let Some(back) = &mut still.back {
                back.asked = None;
            }
            model.say(format!("the history could not be fetched: {why}"));
        }
    }
    model.change = Change::Everything;
    Vec::new()
}

/// A fetch that nobody waits for any more is ended: it costs the server its time.
pub(in crate::app) fn give_up(model: &mut Model) -> Option<Effect> {
    let fetches = model.still().is_some_and(|still| still.waits_for().is_some());
    let before = std::mem::replace(&mut model.desk.fetches, fetches);
    (before && !fetches).then_some(Effect::NoHistory)
}

/// The tile may have become another size for any reason.
pub(in crate::app) fn fit(model: &mut Model) {
    let rows = model.tile();
    if let Mode::Still(still) = model.mode.base_mut() {
        still.fit(rows);
    }
}

/// One key while a search is typed: what it finds follows each.
pub(in crate::app) fn typed(model: &mut Model, key: KeyEvent) {
    let rows = model.tile();
    let Mode::Still(still) = &mut model.mode else { return };
    let Some(search) = &mut still.search else { return };
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Enter | KeyCode::Backspace if search.input.value().is_empty() => still.search = None,
        KeyCode::Enter => {
            search.typing = false;
            let hint = if search.line().is_some() { " · n goes up to older ones, N down" } else { "" };
            model.notice = Some(format!("{}{hint}", still.found()));
        }
        KeyCode::Esc => still.search = None,
        KeyCode::Char('c') if control => still.search = None,
        _ => {
            type_into(&mut search.input, key);
            still.look(rows);
        }
    }
}

/// A paste into the search.
pub(in crate::app) fn pasted(model: &mut Model, text: &str) {
    let rows = model.tile();
    let Mode::Still(still) = &mut model.mode else { return };
    let Some(search) = &mut still.search else { return };
    for c in text.chars().filter(|c| !c.is_control()).take(LONGEST_PROMPT) {
        type_into(&mut search.input, KeyEvent::from(KeyCode::Char(c)));
    }
    // Once for all of it: there may be fifty thousand lines to look through.
    still.look(rows);
}

/// Gives it the whole screen, or takes that away.
pub(in crate::app) fn zoom(model: &mut Model) {
    let agent = matches!(model.view, View::Agent { .. });
    if let Mode::Still(still) = &mut model.mode {
        still.zoomed = !(still.zoomed && agent);
        still.was_zoomed = still.zoomed;
    }
    model.pan = Pan::Follow;
}

/// Follows the agent again.
pub(in crate::app) fn follow(model: &mut Model) {
    if let Some(still) = model.still() {
        let mode = if still.was_zoomed { Mode::Zoom } else { places::resting(model) };
        *model.mode.base_mut() = mode;
        model.pan = Pan::Follow;
        model.drag = None;
        model.bring_into_sight();
    }
}

/// Moves by so many lines, down where that is positive. Beyond the top older lines are fetched, beyond the end what came
/// since; there the wheel goes on into the live picture.
pub(in crate::app) fn travel(model: &mut Model, down: isize, wheel: bool) -> Vec<Effect> {
    let (rows, now) = (model.tile(), model.now);
    let Mode::Still(still) = model.mode.base_mut() else { return Vec::new() };
    let highest = still.highest(rows);
    let (came, older) = (still.came != Came::default(), still.has_older());
    let Some(back) = &mut still.back else { return Vec::new() };
    let (missing, above) = back.text.as_ref().map_or((0, 0), |text| (text.missing(), text.above()));
    let most = back.most.max(FIRST);
    back.to_top = down == isize::MIN;
    let at_end = down > 0 && back.up == 0 && back.text.is_some();
    back.up = back.up.min(highest).saturating_add_signed(down.saturating_neg()).min(highest);
    let at_top = down < 0 && back.up == highest && back.text.is_some();
    if at_end && wheel {
        follow(model);
        return Vec::new();
    }
    let soon = back.renewed.zip(now).is_some_and(|(then, now)| now.duration_since(then) < RENEWED_AFTER);
    let soon = soon && most > FIRST;
    if at_end && came && !soon {
        back.renewed = now;
    }
    let (asked, says) = match (at_end, at_top) {
        (true, _) if came && soon => (None, "what came since was just fetched: again in 3 s; G follows again"),
        (true, _) if came => (still.ask(most, &mut model.desk.jobs), "fetching what came since …"),
        (true, _) => (None, "that is the end; G follows again"),
        (_, true) if older && !still.alternate => (still.ask(MOST, &mut model.desk.jobs), "fetching older lines …"),
        (_, true) if still.alternate => (None, NO_HISTORY),
        (_, true) if missing > 0 && above >= MOST => {
            (None, "tmux keeps older lines, but no more than 50,000 are fetched")
        }
        (_, true) if missing > 0 => (None, "tmux keeps older lines, but these are all that were to be had"),
        (_, true) => (None, "that is the oldest line there is"),
        _ => (None, ""),
    };
    still.fit(rows);
    if !says.is_empty() {
        model.notice = Some(says.to_owned());
    }
    asked.into_iter().collect()
}
