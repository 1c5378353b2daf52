//! The desk: what the operator has in hand beside what is shown. Orders on their way, drafts, what is acknowledged, what
//! was seen to happen, and the action log as far as it was read.
//!
//! PURE data, bounded in each of its parts.

use super::{
    ask,
    attention::Attention,
    chooser,
    compose::Drafts,
    confirm,
    dialog::{Page, Said, Tone},
    hand::Hand,
    history::History,
    job::{JobId, Jobs, Mood, State},
    log::Log,
    mode::Mode,
    model::Model,
    unattended::Unattended,
};
use crate::fleet::{
    notify::Notifier,
    order::Surroundings,
    row::{Fleet, Row, RowKey},
};

/// What the operator has in hand.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub(super) jobs: Jobs,
    pub(super) attention: Attention,
    pub(super) history: History,
    pub(super) log: Log,
    pub(super) drafts: Drafts,
    pub(super) hand: Hand,
    /// Whether a history was asked for that has not come.
    pub(super) fetches: bool,
    pub(super) unattended: Unattended,
    pub(super) notifier: Notifier,
    /// What the terminal's title says: so many need somebody.
    pub(super) titled: usize,
}

impl Desk {
    /// Takes one look at the fleet in.
    pub(super) fn look(&mut self, fleet: &Fleet) {
        self.history.look(fleet);
        let passed = self.attention.acknowledged.keep(fleet);
        if !passed.is_empty() {
            self.attention.to_keep.push((false, passed));
        }
    }
}

impl Model {
    /// The orders that were given from here.
    #[must_use]
    pub fn jobs(&self) -> &Jobs {
        &self.desk.jobs
    }

    /// What is to be shown below a row: its order on the way or just ended, else its cause.
    #[must_use]
    pub fn said_of(&self, row: &Row) -> Option<(Option<Mood>, String)> {
        if let Some((job, part)) = self.desk.jobs.on(&row.key, self.now) {
            return Some((Some(part.state.mood()), part.state.line(job.word)));
        }
        row.why().map(|why| (None, format!("└ {why}")))
    }

    /// The lines of the dialog that is open.
    #[must_use]
    pub fn dialog_lines(&self, width: usize) -> Vec<Said> {
        match self.mode() {
            Mode::Confirm(confirm) => confirm::lines(self, confirm, width),
            Mode::Answer(ask) => ask::lines(ask, width),
            Mode::Columns(chooser) => chooser::lines(chooser, width),
            Mode::Receipts { job, .. } => receipts(self, *job, width),
            _ => Vec::new(),
        }
    }

    /// A row by its key.
    #[must_use]
    pub fn row(&self, key: &RowKey) -> Option<&Row> {
        self.fleet()?.rows.iter().find(|row| row.key == *key)
    }

    /// What the target of an order is made of.
    pub(super) fn surroundings(&self) -> Option<Surroundings<'_>> {
        Some(Surroundings {
            fleet: self.fleet.as_ref()?,
            facts: self.facts.as_deref()?,
            roster: self.last_good_roster.as_ref(),
            home: &self.start.home,
        })
    }
}

/// One receipt for each target of an order.
fn receipts(model: &Model, job: JobId, width: usize) -> Vec<Said> {
    let mut page = Page::new(width);
    let Some(job) = model.jobs().get(job) else { return page.lines };
    for part in &job.parts {
        let tone = match part.state.mood() {
            Mood::Busy => Tone::Plain,
            Mood::Good => Tone::Good,
            Mood::Bad => Tone::Bad,
        };
        page.under(
            &format!("{} ", part.state.shape()),
            tone,
            &format!("{}: {}", part.name, part.state.words(job.word)),
        );
        if let State::Ended { evidence, .. } = &part.state {
            for proof in evidence {
                page.under("    ", Tone::Dim, proof);
            }
        }
    }
    page.lines
}
