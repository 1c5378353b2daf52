//! How the list looks as far as the operator chose it, and what of that is remembered for the next start. PURE.

use super::{
    effect::Effect,
    mode::Mode,
    model::{Model, Start, View},
};
use crate::{config::memory::Remembered, fleet::sort::Column};

impl Model {
    /// Whether the keys that matter are named at the bottom.
    #[must_use]
    pub fn hint(&self) -> bool {
        self.start.hint && !self.watches_one()
    }

    /// The columns that are wanted, in their order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        self.columns.as_deref().or(self.settings.config.columns.as_deref()).unwrap_or(&Column::ALL)
    }
}

/// The screen at the start: the wall, if that was looked at last.
pub(super) fn at_first(start: &Start) -> View {
    let wall = start.watched.is_none() && start.remembered.as_ref().is_some_and(|view| view.wall);
    if wall { View::Wall } else { View::Fleet }
}

/// Asks for the list's looks to be remembered, when they are others than before and nothing is half typed.
pub(super) fn remember(model: &mut Model) -> Option<Effect> {
    if !model.start.remembers || !model.settings.config.remember || !matches!(model.mode, Mode::Normal) {
        return None;
    }
    let wall = match model.view {
        View::Wall => true,
        View::Fleet => false,
        _ => model.kept.as_ref().is_some_and(|(view, _)| view.wall),
    };
    let view = Remembered {
        sort: model.listing.sort(),
        filter: model.listing.filter_text().to_owned(),
        faults_only: model.listing.faults_only(),
        columns: model.columns.clone(),
        wall,
        tiles: model.tiles.kept(),
    };
    let now = (view, !model.start.hint);
    let before = model.kept.replace(now.clone());
    // The first look is how it was left, or how it is configured: nothing that the operator did.
    before.filter(|before| *before != now).map(|_| Effect::Remember { view: now.0, hint_read: now.1 })
}
