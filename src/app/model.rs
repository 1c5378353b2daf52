//! All that the dashboard knows and shows.
//!
//! PURE data with small questions; [`super::update`] changes it. Bounded: one fleet, one roster, the mirrors shown.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};

pub use super::start::Start;
use super::{
    banner,
    desk::Desk,
    drag::Drag,
    keymap::Keymap,
    layout::{Layout, Wants, layout},
    lines::{self, Line},
    listing::Listing,
    mirror::{Mirror, Pan},
    mode::Mode,
    settings::Settings,
    wall::TileSize,
};
use crate::{
    config::memory::Remembered,
    fleet::{
        confirm::Memory,
        doctor::Checkup,
        facts::HostFacts,
        ids::PaneKey,
        order::Outcome,
        reading::Why,
        roster::{Problem, Roster},
        row::{Fleet, Row, RowKey},
        sort::{Column, Sort},
    },
};

/// Which screen is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The table of all agents.
    Fleet,
    /// A grid of their mirrors.
    Wall,
    /// The selected agent alone.
    Agent {
        /// The first line of its facts that is shown.
        scroll: usize,
    },
    /// What needs a human.
    Attention,
    /// Every action that was taken.
    Log {
        /// The first line that is shown.
        scroll: usize,
    },
}

/// What is known of the roster file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterState {
    /// It has not been read yet.
    Asked,
    /// It was read.
    Read {
        /// Its path.
        path: String,
        /// What is wrong or odd in it.
        problems: Vec<Problem>,
        /// Whether it can be used in spite of them.
        usable: bool,
    },
    /// There is none.
    Missing {
        /// Where it was looked for.
        looked: Vec<String>,
        /// Why it could not be read.
        why: Why,
    },
}

/// What has to be drawn anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Change {
    /// Nothing that is seen.
    #[default]
    Nothing,
    /// The picture in the mirror, and nothing around it: what an agent prints must not cost more.
    Mirror,
    /// Anything else.
    Everything,
}

/// The last click on a row: a second one on the same row soon after opens it.
#[derive(Debug)]
pub(super) struct Click {
    pub(super) key: RowKey,
    pub(super) at: Option<Timestamp>,
}

/// All that the dashboard knows.
#[derive(Debug)]
pub struct Model {
    pub(super) start: Start,
    pub(super) settings: Settings,
    /// What was last asked to be remembered.
    pub(super) kept: Option<(Remembered, bool)>,
    /// The columns that were chosen here; `None`: the configured ones.
    pub(super) columns: Option<Vec<Column>>,
    pub(super) now: Option<Timestamp>,
    pub(super) view: View,
    pub(super) mode: Mode,
    pub(super) facts: Option<Box<HostFacts>>,
    pub(super) memory: Memory,
    /// Whether the clock could be trusted when the facts were gathered.
    pub(super) ages_believed: bool,
    pub(super) last_good_roster: Option<Roster>,
    pub(super) roster: RosterState,
    pub(super) fleet: Option<Fleet>,
    pub(super) checkup: Option<Box<Checkup>>,
    /// A second look was asked for.
    pub(super) asked_again: BTreeSet<RowKey>,
    pub(super) listing: Listing,
    /// The first line of the list that is shown.
    pub(super) top: usize,
    pub(super) mirrors: BTreeMap<PaneKey, Mirror>,
    /// Whose pictures are others than in the last frame.
    pub(super) printed: BTreeSet<PaneKey>,
    pub(super) pan: Pan,
    /// What is marked with the mouse.
    pub(super) drag: Option<Drag>,
    /// How large the tiles of the wall are.
    pub(super) tiles: TileSize,
    /// The panes whose recording has ended for a reason of its own.
    pub(super) unrecorded: BTreeSet<PaneKey>,
    /// One line of words for the operator, until the next key.
    pub(super) notice: Option<String>,
    pub(super) click: Option<Click>,
    /// When the mouse was pressed last, whatever it was on.
    pub(super) pressed: Option<Timestamp>,
    pub(super) desk: Desk,
    /// How the last takeover ended.
    pub(super) parted: Option<Outcome>,
    pub(super) change: Change,
}

impl Model {
    /// A dashboard that knows nothing yet.
    #[must_use]
    pub fn new(start: Start) -> Self {
        Self {
            settings: start.settings.clone(),
            kept: None,
            columns: start.remembered.as_ref().and_then(|view| view.columns.clone()),
            now: None,
            view: super::looks::at_first(&start),
            mode: if start.watched.is_some() { Mode::Zoom } else { Mode::Normal },
            facts: None,
            memory: Memory::default(),
            ages_believed: true,
            last_good_roster: None,
            roster: RosterState::Asked,
            fleet: None,
            checkup: None,
            asked_again: BTreeSet::new(),
            listing: Listing::at_first(&start.settings.config, start.remembered.as_ref()),
            top: 0,
            mirrors: BTreeMap::new(),
            printed: BTreeSet::new(),
            pan: Pan::Follow,
            drag: None,
            tiles: TileSize::remembered(start.remembered.as_ref().and_then(|view| view.tiles)),
            unrecorded: BTreeSet::new(),
            notice: None,
            click: None,
            pressed: None,
            desk: Desk::default(),
            parted: None,
            change: Change::Everything,
            start,
        }
    }

    /// Whether one agent alone is watched.
    #[must_use]
    pub fn watches_one(&self) -> bool {
        self.start.watched.is_some()
    }

    /// Shows a fleet: selection, marks and scrolling stay where they were as far as their rows are still there.
    pub fn show_fleet(&mut self, mut fleet: Fleet) {
        if let Some(watched) = &self.start.watched {
            fleet.rows.retain(|row| row.name == *watched);
            self.listing.show_all();
        }
        self.desk.look(&fleet);
        self.fleet = Some(fleet);
        self.arrange();
        self.settle(false);
    }

    /// What of that which is seen has changed since the last time this was asked.
    pub fn take_change(&mut self) -> Change {
        std::mem::take(&mut self.change)
    }

    /// When the next tick is due for something that cannot wait for the next second.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        self.mirrors.values().filter_map(Mirror::due).min()
    }

    /// The fleet; none before the first facts.
    #[must_use]
    pub fn fleet(&self) -> Option<&Fleet> {
        self.fleet.as_ref()
    }

    /// The rows that are listed, in their order.
    #[must_use]
    pub fn rows(&self) -> Vec<&Row> {
        let rows = self.fleet.as_ref().map_or(&[][..], |fleet| &fleet.rows);
        self.listing.shown().iter().filter_map(|&index| rows.get(index)).collect()
    }

    /// The mirror of the selected row, when one is shown.
    #[must_use]
    pub fn selected_mirror(&self) -> Option<&Mirror> {
        self.mirror_of(self.selected_row()?)
    }

    /// The mirror of a row, when one is shown.
    #[must_use]
    pub fn mirror_of(&self, row: &Row) -> Option<&Mirror> {
        self.mirrors.get(&row.mirror_pane()?.key)
    }

    /// Says something to the operator until the next key.
    pub fn say(&mut self, words: String) {
        self.notice = Some(words);
        self.change = Change::Everything;
    }

    /// Whether the recording of the selected row has ended for a reason of its own.
    #[must_use]
    pub fn is_unrecorded(&self) -> bool {
        let pane = self.selected_row().and_then(|row| row.mirror_pane());
        pane.is_some_and(|pane| self.unrecorded.contains(&pane.key))
    }

    /// The list's own state.
    #[must_use]
    pub fn listing(&self) -> &Listing {
        &self.listing
    }

    /// The lines of the list.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        lines::lines(&self.rows(), self.layout().form, |row| self.said_of(row).is_some())
    }

    /// The first line of the list that is shown.
    #[must_use]
    pub fn top(&self) -> usize {
        self.top
    }

    /// Which screen is up.
    #[must_use]
    pub fn view(&self) -> View {
        self.view
    }

    /// What the keys are about.
    #[must_use]
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// Which keys mean what.
    #[must_use]
    pub fn keymap(&self) -> &Keymap {
        &self.settings.keymap
    }

    /// What is configured.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether changing actions are left out.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.read_only_because().is_some()
    }

    /// Whether they are left out for as long as it runs, and not only until the configuration is mended.
    #[must_use]
    pub fn is_read_only_for_good(&self) -> bool {
        self.start.read_only.is_some()
    }

    /// Why changing actions are left out, where they are.
    #[must_use]
    pub fn read_only_because(&self) -> Option<&'static str> {
        self.start.read_only.or(self.settings.read_only)
    }

    /// The time of the last tick.
    #[must_use]
    pub fn now(&self) -> Option<Timestamp> {
        self.now
    }

    /// The time zone of the clock.
    #[must_use]
    pub fn time_zone(&self) -> &TimeZone {
        &self.start.zones.local
    }

    /// What is known of the roster file.
    #[must_use]
    pub fn roster(&self) -> &RosterState {
        &self.roster
    }

    /// Whether there is a roster to show, be it an older one.
    #[must_use]
    pub fn has_roster(&self) -> bool {
        self.last_good_roster.is_some()
    }

    /// Which part of the mirror is shown.
    #[must_use]
    pub fn pan(&self) -> Pan {
        self.pan
    }

    /// Words for the operator about the last key.
    #[must_use]
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// The terminal's size: columns and rows.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        self.start.size
    }

    /// Where everything stands.
    #[must_use]
    pub fn layout(&self) -> Layout {
        layout(Wants {
            size: self.start.size,
            view: self.view,
            zoom: self.mode.is_zoomed() || self.watches_one(),
            banner: !banner::loud(self).is_empty(),
            alone: self.watches_one(),
            hint: self.hint(),
        })
    }

    pub(super) fn set_sort(&mut self, sort: Sort) {
        self.listing.set_sort(sort);
        self.arrange();
    }
}
