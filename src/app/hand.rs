//! Whom the screen is about, and whom the next order is for: neither becomes somebody else unnoticed.
//!
//! PURE, a part of [`super::model`]. A picture that has the screen to itself stays with its agent, or ends in words. Where
//! somebody else has come into the place of whom the operator chose, orders are held back once: whoever was just
//! about to press a key meant the one before. It never chooses anybody.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    action::{self, Action, Danger},
    mirror::Pan,
    mode::Mode,
    model::{Change, Model, View},
    mouse::soon,
    places,
};
use crate::fleet::{
    row::{Row, RowKey},
    text::visible,
    words::count,
};

/// What the operator has in hand.
#[derive(Debug, Default)]
pub(super) struct Hand {
    /// Whose picture was shown when the last event had been taken in.
    shown: Option<RowKey>,
    /// Who was selected last, and the name.
    who: Option<(RowKey, String)>,
    /// Whom the next order was for; while there is nobody, those before.
    chosen: BTreeSet<RowKey>,
    slid: Option<Slid>,
}

/// Somebody else has come into the place of whom the operator chose.
#[derive(Debug)]
struct Slid {
    /// Who, and why, in words.
    says: String,
    /// When an order was last held back because of it.
    told: Option<Timestamp>,
}

impl Model {
    /// Whether one agent has the screen to itself, so that neither list nor marks are seen.
    #[must_use]
    pub fn shows_one(&self) -> bool {
        matches!(self.mode.base(), Mode::Zoom | Mode::Still(_) | Mode::Taken(_))
            || matches!(self.view, View::Agent { .. })
    }

    /// The selected row.
    #[must_use]
    pub fn selected_row(&self) -> Option<&Row> {
        if self.view == View::Attention {
            return self.row(&self.attention_row()?);
        }
        let index = *self.listing.shown().get(self.listing.cursor())?;
        self.fleet.as_ref()?.rows.get(index)
    }

    /// The rows that the next order is for: while one agent has the screen to itself that one; in the fleet and on the wall
    /// those that are marked, else the selected one; of an event that hit many, all of them.
    #[must_use]
    pub fn chosen(&self) -> Vec<&Row> {
        let all = self.fleet().map_or(&[][..], |fleet| &fleet.rows);
        match self.view() {
            _ if self.shows_one() => self.selected_row().into_iter().collect(),
            View::Attention => {
                let keys = self.attention_entry().map(|entry| entry.rows).unwrap_or_default();
                all.iter().filter(|row| keys.contains(&row.key)).collect()
            }
            View::Fleet | View::Wall if self.listing().marked() > 0 => {
                all.iter().filter(|row| self.listing().is_marked(&row.key)).collect()
            }
            _ => self.selected_row().into_iter().collect(),
        }
    }

    /// To be asked after each event, `by_hand` if it was the operator's: what belonged to the one who was shown before is
    /// dropped, and it is noted whether somebody else came into the hand by itself.
    pub(super) fn settle(&mut self, by_hand: bool) {
        if self.fleet.is_none() {
            return;
        }
        let shown = self.selected_row().map(|row| row.key.clone());
        if shown != self.desk.hand.shown {
            self.another(by_hand);
        }
        self.end_of_another();
        let passed = self.pin_attention();
        let selected = self.selected_row().map(|row| (row.key.clone(), row.name.clone()));
        let chosen: BTreeSet<RowKey> = self.chosen().iter().map(|row| row.key.clone()).collect();
        let before = &self.desk.hand.chosen;
        let others = !before.is_empty() && !chosen.is_subset(before);
        if passed || others && !by_hand {
            self.slid(&chosen);
        } else if by_hand && chosen != *before {
            self.desk.hand.slid = None;
        }
        let hand = &mut self.desk.hand;
        hand.shown = selected.as_ref().map(|(key, _)| key.clone());
        hand.who = selected.or(hand.who.take());
        if !chosen.is_empty() {
            hand.chosen = chosen;
        }
    }

    /// Another one is shown than before. By itself that happens to nobody who has the screen to himself: then he is gone.
    fn another(&mut self, by_hand: bool) {
        self.change = Change::Everything;
        (self.pan, self.drag) = (Pan::Follow, None);
        let (zoomed, agent) =
            (matches!(self.mode.base(), Mode::Zoom | Mode::Still(_)), matches!(self.view, View::Agent { .. }));
        let gone = !by_hand && self.desk.hand.shown.is_some() && !self.watches_one();
        if self.still().is_some() || zoomed && gone {
            *self.mode.base_mut() = places::resting(self);
        }
        if agent && (gone || self.selected_row().is_none()) {
            self.view = View::Fleet;
        } else if let View::Agent { scroll } = &mut self.view {
            *scroll = 0;
        }
        if let Some((_, name)) = self.desk.hand.who.as_ref().filter(|_| gone && (zoomed || agent)) {
            self.notice = Some(format!("{} is gone", visible(name)));
        }
        self.bring_into_sight();
    }

    /// Somebody else has come into the place of whom the operator chose.
    fn slid(&mut self, chosen: &BTreeSet<RowKey>) {
        let why = match &self.desk.hand.who {
            Some((key, name)) if self.row(key).is_none() => format!("{name} is gone"),
            Some((key, name)) if chosen.contains(key) => format!("{name} is not alone any more"),
            Some((_, name)) if self.view == View::Attention => format!("{name} needs nobody now"),
            _ => "the list has changed".to_owned(),
        };
        let now = match (chosen.len(), self.selected_row()) {
            (0, _) | (_, None) => String::new(),
            (1, Some(row)) => format!(", {} is selected", row.name),
            (many, _) => format!(", {} are selected", count(many, "agent")),
        };
        let says = visible(&format!("{why}{now}"));
        if !matches!(self.view, View::Log { .. }) {
            self.say(says.clone());
        }
        // Where nobody is, nobody is meant: who comes back there is the one who was chosen.
        if chosen.is_empty() {
            self.desk.hand.slid = None;
        } else {
            self.hold_back_orders(says);
        }
    }

    /// Whether an action is held back, in words, because it would be for somebody whom the operator did not choose. Who
    /// gives it once more a moment later has read them; a key that is held down has not.
    pub(super) fn holds_back(&mut self, action: Action) -> bool {
        let now = self.now;
        let Some(slid) = self.desk.hand.slid.as_mut().filter(|_| is_for_the_chosen(action)) else { return false };
        let read = slid.told.is_some_and(|told| !soon(Some(told), now));
        slid.told = now;
        let says = format!("not done: {}; again in 2 s does it", slid.says);
        if read {
            self.desk.hand.slid = None;
        } else {
            self.say(says);
        }
        !read
    }

    /// The operator has named somebody: he is chosen, whoever was in his place.
    pub(super) fn takes_in_hand(&mut self) {
        self.moved();
        self.settle(true);
        self.desk.hand.slid = None;
    }

    /// Orders are held back once, for that reason.
    pub(super) fn hold_back_orders(&mut self, says: String) {
        self.desk.hand.slid = Some(Slid { says, told: None });
    }

    /// Takes up the filter, the order and the rows afresh.
    pub(super) fn arrange(&mut self) {
        if let Some(fleet) = &self.fleet {
            self.listing.arrange(&fleet.rows);
        }
        self.moved();
    }

    /// After the list or the selection may have moved: the selected row is in sight.
    pub(super) fn moved(&mut self) {
        self.change = Change::Everything;
        self.bring_into_sight();
    }
}

/// Whether an action does something to whoever is chosen: all that change anything, but those of the whole fleet.
fn is_for_the_chosen(action: Action) -> bool {
    let changes = action::spec(action).is_some_and(|spec| spec.danger != Danger::Looks);
    changes && !matches!(action, Action::Broadcast | Action::PauseFleet)
}

#[cfg(test)]
mod tests;
