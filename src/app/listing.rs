//! The list's own state: what passes the filter, in which order, what is selected and what is marked.
//!
//! PURE. Everything is kept by row key, so that a refresh that moves rows moves neither selection nor marks.

use std::collections::BTreeSet;

use crate::{
    config::{Config, memory::Remembered},
    fleet::{
        filter::Filter,
        row::{Row, RowKey},
        sort::Sort,
    },
};

/// The list's state.
#[derive(Debug, Default)]
pub struct Listing {
    /// The rows that are shown, by their index in the fleet, managed ones first.
    shown: Vec<usize>,
    /// The same rows' keys, to find a neighbour when a row has gone.
    order: Vec<RowKey>,
    cursor: usize,
    marks: BTreeSet<RowKey>,
    /// Where a range of marks begins.
    anchor: Option<RowKey>,
    filter: Filter,
    filter_text: String,
    /// The operator has changed what is listed since the list was arranged.
    refiltered: bool,
    /// Who is listed only because it is selected.
    kept: Option<RowKey>,
    /// Nobody is left out.
    all: bool,
    sort: Sort,
}

impl Listing {
    /// As it was left the last time, else as it is configured.
    #[must_use]
    pub fn at_first(config: &Config, remembered: Option<&Remembered>) -> Self {
        let mut listing = Self { sort: config.sort, ..Self::default() };
        let mut text = config.filter.as_str();
        if let Some(view) = remembered {
            listing.sort = view.sort;
            listing.filter.faults_only = view.faults_only;
            text = &view.filter;
        }
        // What is no filter in this version is forgotten: it hides nobody.
        if let Ok(filter) = Filter::parse(text) {
            listing.set_filter(text, filter);
        }
        listing
    }

    /// Nobody is left out from now on, whatever is configured.
    pub fn show_all(&mut self) {
        self.all = true;
    }

    /// Brings the list in line with these rows. What is selected stays so while it is there: a filter takes it out of
    /// the hand only when the operator changes the filter. Then, and when it is gone, its nearest neighbour is selected,
    /// first downwards. Marks of rows that are gone go too.
    pub fn arrange(&mut self, rows: &[Row]) {
        let held = self.selected().filter(|_| !self.refiltered).cloned();
        let passes = |row: &Row| self.all || self.filter.matches(row);
        let kept = rows.iter().find(|row| Some(&row.key) == held.as_ref() && !passes(row)).map(|row| row.key.clone());
        let mut shown: Vec<usize> =
            (0..rows.len()).filter(|&i| passes(&rows[i]) || Some(&rows[i].key) == kept.as_ref()).collect();
        (self.refiltered, self.kept) = (false, kept);
        self.sort.sort(&mut shown, |&index| &rows[index]);
        let order: Vec<RowKey> = shown.iter().map(|&i| rows[i].key.clone()).collect();
        let before = self.order.get(..self.cursor).unwrap_or_default().iter().rev();
        let mut candidates = self.order.get(self.cursor..).unwrap_or_default().iter().chain(before);
        self.cursor = candidates.find_map(|key| order.iter().position(|new| new == key)).unwrap_or(0);
        let exists: BTreeSet<&RowKey> = rows.iter().map(|row| &row.key).collect();
        self.marks.retain(|key| exists.contains(key));
        self.anchor = self.anchor.take().filter(|key| exists.contains(key));
        self.shown = shown;
        self.order = order;
    }

    /// The rows that are shown, by their index in the fleet.
    #[must_use]
    pub fn shown(&self) -> &[usize] {
        &self.shown
    }

    /// The selected one's place among the shown.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The selected one's key; none when nothing is shown.
    #[must_use]
    pub fn selected(&self) -> Option<&RowKey> {
        self.order.get(self.cursor)
    }

    /// Whether a row is listed only because it is selected: no filter lets it pass any more.
    #[must_use]
    pub fn is_only_kept(&self, key: &RowKey) -> bool {
        self.kept.as_ref() == Some(key)
    }

    /// Selects a place among the shown, or the nearest there is.
    pub fn select(&mut self, place: usize) {
        self.cursor = place.min(self.order.len().saturating_sub(1));
    }

    /// Moves by so many, stopping at the ends.
    pub fn step(&mut self, by: isize) {
        self.select(self.cursor.saturating_add_signed(by));
    }

    /// Moves by one around the ends.
    pub fn turn(&mut self, forward: bool) {
        let count = self.order.len().max(1);
        self.cursor = (self.cursor + if forward { 1 } else { count - 1 }) % count;
    }

    /// Whether a row is marked.
    #[must_use]
    pub fn is_marked(&self, key: &RowKey) -> bool {
        self.marks.contains(key)
    }

    /// How many are marked.
    #[must_use]
    pub fn marked(&self) -> usize {
        self.marks.len()
    }

    /// Marks or unmarks the selected one.
    pub fn toggle_mark(&mut self) {
        let Some(key) = self.selected().cloned() else { return };
        if !self.marks.remove(&key) {
            self.marks.insert(key.clone());
        }
        self.anchor = Some(key);
    }

    /// Marks everything from the last mark to the selected one.
    pub fn mark_range(&mut self) {
        let from = self.anchor.as_ref().and_then(|key| self.order.iter().position(|other| other == key));
        let (from, to) = (from.unwrap_or(self.cursor), self.cursor);
        let range = self.order.get(from.min(to)..=from.max(to)).unwrap_or_default();
        self.marks.extend(range.iter().cloned());
        self.anchor = self.selected().cloned();
    }

    /// Marks all that pass the filter; if all were, none.
    pub fn mark_all(&mut self) {
        let shown: BTreeSet<RowKey> = self.order.iter().filter(|key| !self.is_only_kept(key)).cloned().collect();
        if shown.is_subset(&self.marks) {
            self.marks.retain(|key| !shown.contains(key));
        } else {
            self.marks.extend(shown);
        }
    }

    /// Takes all marks out, to be put back by [`Self::take_marks_back`]: for an order that names its agent.
    pub(super) fn put_marks_aside(&mut self) -> BTreeSet<RowKey> {
        std::mem::take(&mut self.marks)
    }

    /// Puts marks back that were taken out.
    pub(super) fn take_marks_back(&mut self, marks: BTreeSet<RowKey>) {
        self.marks = marks;
    }

    /// Whether something is filtered, left out or marked: what Esc takes back.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        !self.filter_text.is_empty() || self.filter.faults_only || !self.marks.is_empty()
    }

    /// Takes one narrowing back: the filter, then faults only, then the marks.
    pub fn widen(&mut self) {
        if !self.filter_text.is_empty() {
            self.set_filter("", Filter::default());
        } else if self.filter.faults_only {
            self.toggle_faults_only();
        } else {
            self.marks.clear();
        }
    }

    /// Sets the filter; whether only faults are shown stays as it is.
    pub fn set_filter(&mut self, text: &str, mut filter: Filter) {
        text.trim().clone_into(&mut self.filter_text);
        filter.faults_only = self.filter.faults_only;
        (self.filter, self.refiltered) = (filter, true);
    }

    /// The filter as it was typed.
    #[must_use]
    pub fn filter_text(&self) -> &str {
        &self.filter_text
    }

    /// Whether only agents at fault are shown.
    #[must_use]
    pub fn faults_only(&self) -> bool {
        self.filter.faults_only
    }

    /// Only agents at fault, or all again.
    pub fn toggle_faults_only(&mut self) {
        self.filter.faults_only = !self.filter.faults_only;
        self.refiltered = true;
    }

    /// The order.
    #[must_use]
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Sets the order.
    pub fn set_sort(&mut self, sort: Sort) {
        self.sort = sort;
    }
}
