//! A mirror that stands still: its picture held, or scrolled back into what tmux keeps above it, with a search in that.
//!
//! PURE, a part of [`super::update`]. The agent goes on and never notices: nothing is sent to its pane, and no mode is set
//! there. What it prints meanwhile is counted, and shown when the mirror follows again.

mod act;

use jiff::Timestamp;

pub use self::act::in_mirror;
pub(super) use self::act::{act, arrived, fit, follow, give_up, pasted, scroll_back, travel, typed, zoom};
use super::{
    clip,
    drag::Drag,
    effect::Effect,
    event::MirrorNews,
    job::{JobId, Jobs},
    mirror::focus,
    mode::Mode,
    model::Model,
    search::Search,
};
use crate::{
    fleet::{
        ids::PaneKey,
        row::{Row, RowKey},
        text::visible,
        words::{count, short},
    },
    screen::{Cursor, Screen, history::History},
};

/// So many lines are fetched at first: at once, and more than most look back.
pub const FIRST: usize = 3000;

/// So many at most, when somebody goes on to the top or searches.
pub const MOST: usize = 50_000;

/// A mirror that stands still.
#[derive(Debug)]
pub struct Still {
    /// Whose mirror it is.
    pub row: RowKey,
    /// What it is a picture of.
    pub source: Source,
    /// Whether it has the screen to itself, and whether it had before.
    pub zoomed: bool,
    was_zoomed: bool,
    /// Since when.
    since: Option<Timestamp>,
    came: Came,
    /// What is shown.
    screen: Box<Screen>,
    /// Its program has the alternate screen, of which tmux keeps no history.
    alternate: bool,
    /// How it is scrolled back; `None` while only the picture is held.
    back: Option<Back>,
    /// What is looked for in it.
    pub search: Option<Search>,
}

/// What a picture is of: one program in one pane of one server. A server that is started anew gives the panes' ids to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The pane.
    pub pane: PaneKey,
    /// The process that tmux started in it.
    pid: u32,
    /// The pid of the server, where it is known.
    server: Option<u32>,
}

impl Source {
    /// Whether it is surely another one.
    fn is_another_than(&self, before: &Self) -> bool {
        let servers = self.server.zip(before.server);
        (&self.pane, self.pid) != (&before.pane, before.pid) || servers.is_some_and(|(now, before)| now != before)
    }
}

/// What was asked for and has not come yet.
#[derive(Debug)]
struct Asked {
    number: JobId,
    /// How many lines above the screen.
    lines: usize,
    /// What had come until then: it is in the answer.
    came: Came,
}

/// Scrolled back.
#[derive(Debug, Default)]
struct Back {
    /// The pane's text; `None` until it has come.
    text: Option<Box<History>>,
    asked: Option<Asked>,
    /// The most lines that were asked for and came, or all that there were.
    most: usize,
    /// When what came since was last asked for.
    renewed: Option<Timestamp>,
    /// How many lines the last one shown is above the end.
    up: usize,
    /// The oldest line is wanted, also of what is still to come.
    to_top: bool,
    /// Which part of the text is on the screen: its first line and how many.
    shown: (usize, u16),
}

/// What came since it stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Came {
    bytes: usize,
    pictures: usize,
}

impl Came {
    /// What has come after that.
    fn since(self, then: Self) -> Self {
        Self { bytes: self.bytes.saturating_sub(then.bytes), pictures: self.pictures.saturating_sub(then.pictures) }
    }

    fn words(self) -> String {
        let pictures = |pictures| count(pictures, "picture");
        match (self.bytes, self.pictures) {
            (0, 0) => "nothing".to_owned(),
            (0, many) => pictures(many),
            (bytes, 0) => clip::size(bytes),
            (bytes, many) => format!("{}, {}", clip::size(bytes), pictures(many)),
        }
    }
}

impl Still {
    /// What is shown.
    #[must_use]
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Whether it is scrolled back, and not only held.
    #[must_use]
    pub fn is_back(&self) -> bool {
        self.back.is_some()
    }

    /// Whether a search is being typed.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.search.as_ref().is_some_and(|search| search.typing)
    }

    /// The line of the text that stands in the first row; 0 while only the picture is held.
    #[must_use]
    pub fn first(&self) -> usize {
        self.back.as_ref().map_or(0, |back| back.shown.0)
    }

    /// How many lines up it is and how many there are, those that tmux keeps beyond what was fetched among them.
    #[must_use]
    pub fn place(&self) -> Option<(usize, usize)> {
        let back = self.back.as_ref()?;
        let text = back.text.as_ref()?;
        Some((back.up, text.len() + text.missing()))
    }

    /// How it stands, in words that become shorter.
    #[must_use]
    pub fn says(&self, now: Option<Timestamp>) -> [String; 3] {
        let came = self.came.words();
        let Some(back) = &self.back else {
            let held = self.since.zip(now).and_then(|(since, now)| now.duration_since(since).try_into().ok());
            let held = short(held.unwrap_or_default());
            return [format!("PAUSED {held} · {came} came since"), format!("PAUSED · {came}"), "PAUSED".to_owned()];
        };
        match self.place() {
            None => ["fetching the history …", "fetching …", "…"].map(str::to_owned),
            Some((up, all)) => {
                let asked = if back.asked.is_some() { " · fetching more" } else { "" };
                [
                    format!("scrolled back {up} of {all} lines{asked} · {came} came since"),
                    format!("↑ {up} of {all} · {came}"),
                    format!("↑{up}/{all}"),
                ]
            }
        }
    }

    /// What its search has found, while it is typed.
    #[must_use]
    pub fn found(&self) -> String {
        let says = self.search.as_ref().map(Search::says).unwrap_or_default();
        let Some((back, text)) = self.back.as_ref().and_then(|back| Some((back, back.text.as_ref()?))) else {
            return "fetching the history …".to_owned();
        };
        let hits = self.search.as_ref().is_some_and(|search| search.line().is_some());
        match (text.missing(), &back.asked) {
            _ if says.is_empty() => "Enter keeps it, Esc takes it back".to_owned(),
            (_, Some(_)) => format!("{says} · fetching older lines …"),
            (1.., None) if !hits => format!("{says}; {} older lines were not fetched", text.missing()),
            _ => says,
        }
    }

    /// News of its pane: it is only counted.
    pub(super) fn came(&mut self, news: &MirrorNews) {
        match news {
            MirrorNews::Bytes { bytes, .. } => self.came.bytes += bytes.len(),
            MirrorNews::Picture { .. } => self.came.pictures += 1,
            MirrorNews::Opening | MirrorNews::Unrecorded(_) | MirrorNews::Gone(_) => {}
        }
    }

    /// How far up it can go in a tile of so many rows.
    fn highest(&self, rows: u16) -> usize {
        let text = self.back.as_ref().and_then(|back| back.text.as_ref());
        text.map_or(MOST, |text| text.len().saturating_sub(usize::from(rows.max(1))))
    }

    /// Shows the part of the text that belongs into a tile of so many rows.
    fn fit(&mut self, rows: u16) {
        let highest = self.highest(rows);
        let Some(back) = &mut self.back else { return };
        back.up = back.up.min(highest);
        let Some(text) = &back.text else { return };
        let rows = rows.max(1).min(u16::try_from(text.len()).unwrap_or(u16::MAX)).max(1);
        let first = text.len().saturating_sub(usize::from(rows) + back.up);
        if back.shown != (first, rows) {
            *self.screen = text.page(first, rows);
            back.shown = (first, rows);
        }
    }

    /// Brings a line into sight, with some of what stands above it.
    fn bring(&mut self, line: usize, rows: u16) {
        let Some(back) = &mut self.back else { return };
        let Some(text) = &back.text else { return };
        let (first, rows) = (back.shown.0, usize::from(rows));
        if !(first..first + rows).contains(&line) {
            let end = (line.saturating_sub(rows / 3) + rows).min(text.len());
            back.up = text.len() - end;
        }
    }

    /// Looks through the text for what is typed, and shows the line that holds it while it is typed.
    fn look(&mut self, rows: u16) {
        let text = self.back.as_ref().and_then(|back| back.text.as_deref());
        if let (Some(search), Some(text)) = (&mut self.search, text)
            && let Some(line) = search.look(text)
            && search.typing
        {
            self.bring(line, rows);
            self.fit(rows);
        }
    }

    /// The text has come: where one looks stays where it was.
    fn take(&mut self, text: Box<History>, rows: u16) {
        let Some(back) = &mut self.back else { return };
        let asked = back.asked.take();
        back.most = asked.as_ref().map_or(0, |asked| asked.lines).max(back.most);
        let before = back.text.take();
        let (was, is) = match &before {
            Some(before) => (back.shown.0, same_place(before, back.shown.0, &text)),
            None => (0, 0),
        };
        if back.to_top {
            back.up = usize::MAX;
        } else if before.is_some() {
            back.up = text.len().saturating_sub(is + usize::from(back.shown.1));
        }
        (back.text, back.shown) = (Some(text), (0, 0));
        if let Some(search) = &mut self.search {
            if before.is_some() { search.moved(was, is) } else { search.moved(0, MOST) }
        }
        self.came = asked.map_or_else(Came::default, |asked| self.came.since(asked.came));
        self.fit(rows);
        self.look(rows);
    }

    /// Asks for at most so many lines, unless that is under way.
    fn ask(&mut self, lines: usize, jobs: &mut Jobs) -> Option<Effect> {
        let back = self.back.get_or_insert_default();
        if back.asked.as_ref().is_some_and(|asked| asked.lines >= lines) {
            return None;
        }
        let number = jobs.number();
        back.asked = Some(Asked { number, lines, came: self.came });
        Some(Effect::History { number, pane: self.source.pane.clone(), server: self.source.server, lines })
    }

    /// The number of what was asked for and has not come yet.
    #[must_use]
    pub fn waits_for(&self) -> Option<JobId> {
        self.back.as_ref()?.asked.as_ref().map(|asked| asked.number)
    }

    /// Whether tmux keeps older lines that have not been asked for.
    fn has_older(&self) -> bool {
        let back = self.back.as_ref();
        back.is_none_or(|back| back.most < MOST && back.text.as_ref().is_none_or(|text| text.missing() > 0))
    }
}

/// Where in a newer text of the same pane a line is. tmux counts its lines, and drops a tenth of them when it has too many:
/// then it is looked for by what it says. What is on the screen may have been drawn anew, and stays where it is.
fn same_place(old: &History, line: usize, new: &History) -> usize {
    let says = |text: &History, at: usize| [0, 1, 2].map(|more| text.text(at + more).to_owned());
    let wanted = says(old, line);
    let counted = (old.missing() + line).checked_sub(new.missing()).filter(|at| *at < new.len());
    let from_end = new.len().saturating_sub(old.len().saturating_sub(line));
    if line >= old.above() || counted.is_some_and(|at| says(new, at) == wanted) {
        return counted.unwrap_or(from_end);
    }
    let blank = wanted.iter().all(String::is_empty);
    let found = (0..new.len()).rev().find(|at| !blank && says(new, *at) == wanted);
    found.unwrap_or(from_end)
}

impl Model {
    /// The mirror that stands still, if one does, be something over it.
    #[must_use]
    pub fn still(&self) -> Option<&Still> {
        match self.mode.base() {
            Mode::Still(still) => Some(still),
            _ => None,
        }
    }

    /// The same, where nothing lies over it: the keys are about it.
    #[must_use]
    pub fn still_in_front(&self) -> Option<&Still> {
        match &self.mode {
            Mode::Still(still) => Some(still),
            _ => None,
        }
    }

    /// The picture that its tile shows: as it was where it is marked or stands still, else as it is.
    #[must_use]
    pub fn picture(&self) -> Option<&Screen> {
        let was = self.drag.as_ref().and_then(Drag::screen);
        was.or(self.still().map(Still::screen)).or_else(|| self.selected_mirror()?.screen())
    }

    /// What of this picture is looked at while nobody pans.
    #[must_use]
    pub fn focus(&self, screen: &Screen) -> Cursor {
        match self.still() {
            Some(still) if still.place().is_some() => Cursor { row: 0, col: 0, shown: false },
            _ => focus(screen, self.selected_row().is_some_and(Row::has_ended)),
        }
    }

    /// What a row's picture is of.
    pub(super) fn source_of(&self, row: &Row) -> Option<Source> {
        let pane = row.mirror_pane()?;
        let server = self.facts.as_ref().and_then(|facts| facts.server_pid(&pane.key.socket));
        Some(Source { pane: pane.key.clone(), pid: pane.pid, server })
    }

    /// What stands still is of a program that was; where the agent is another one now, the two must not be mixed up.
    pub(super) fn end_of_another(&mut self) {
        let Some((still, row)) = self.still().and_then(|still| Some((still, self.row(&still.row)?))) else { return };
        if self.source_of(row).is_none_or(|now| !now.is_another_than(&still.source)) {
            return;
        }
        let (name, typing) = (visible(&row.name), still.is_typing());
        follow(self);
        let says = format!("{name} was started anew: what stood still was of the one before");
        if typing {
            // What is being typed was meant for the search, and would be orders from now on.
            self.hold_back_orders(format!("{name} was started anew"));
        }
        self.say(says);
    }

    /// What is marked with the mouse.
    #[must_use]
    pub fn drag(&self) -> Option<&Drag> {
        self.drag.as_ref()
    }

    /// How many rows its tile has.
    fn tile(&self) -> u16 {
        self.layout().cells.height
    }
}

#[cfg(test)]
mod tests;
