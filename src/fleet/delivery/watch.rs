//! The machine's second half: after Enter, what shows that the agent has it.
//!
//! The runtime's own record is the strongest, then its status, then the composer, then a screen that moves. What is not
//! shown by any of them within the time is not believed.

use std::time::Duration;

use super::{Delivery, Kind, Sight, Step, Verdict, ours};
use crate::fleet::{
    composer::{self, Composer},
    record::Record,
    text::visible,
};

/// How often Enter is pressed at most: once, and twice more while our text is still in the composer.
const ENTER_MOST: u8 = 3;
/// Looks that show our text unmoved before Enter is pressed again: an accepted one may be drawn late, and an Enter too
/// many would submit a suggestion.
const LOOKS_BEFORE_ENTER: u32 = 3;
/// Looks that must show the composer empty: one can catch half a frame.
const LOOKS_EMPTY: u32 = 2;
/// Looks that the runtime's record is given to tell of what the composer has shown already.
const LOOKS_FOR_RECORD: u32 = 5;
/// Looks that must each show another picture where nothing but the picture is known.
const LOOKS_MOVING: u32 = 3;

/// What was seen before the first Enter.
#[derive(Debug)]
pub(super) struct Baseline {
    picture: Vec<String>,
    record: Option<Record>,
    busy: Option<bool>,
    /// The composer was seen to hold our text.
    ours: bool,
    /// Rows that show how our text begins: the composer's, perhaps, and older messages that begin alike.
    echoes: usize,
}

impl Baseline {
    pub(super) fn of(sight: &Sight<'_>, ours: bool, sent: &str) -> Self {
        let picture = sight.screen.text();
        let echoes = ours::echoes(&picture, sent);
        Self { picture, record: sight.record.cloned(), busy: sight.busy, ours, echoes }
    }
}

/// What the looks since then have seen.
#[derive(Debug)]
pub(super) struct Watch {
    base: Baseline,
    pub(super) first_enter: Duration,
    /// Whether the queueing key was pressed.
    pub(super) queued: bool,
    /// Looks in a row, since the last Enter, that showed our text in the composer.
    held: u32,
    /// Looks in a row that showed the composer empty.
    empty: u32,
    /// The composer was empty once since Enter, or the text was shown beside it: what stands in it was put back.
    was_taken: bool,
    looks: u32,
    moved: u32,
    last: Vec<String>,
}

/// What one look says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Ours,
    Empty,
    Another,
    Unseen,
}

impl Watch {
    pub(super) fn new(base: Baseline, elapsed: Duration) -> Self {
        let last = base.picture.clone();
        Self {
            base,
            first_enter: elapsed,
            queued: false,
            held: 0,
            empty: 0,
            was_taken: false,
            looks: 0,
            moved: 0,
            last,
        }
    }

    /// Enter was pressed.
    pub(super) fn entered(&mut self, elapsed: Duration) {
        if self.looks == 0 {
            self.first_enter = elapsed;
        }
        self.held = 0;
    }

    fn note(&mut self, held: Held, picture: &[String], echoes: usize) {
        self.looks += 1;
        self.held = if held == Held::Ours { self.held + 1 } else { 0 };
        self.empty = if held == Held::Empty { self.empty + 1 } else { 0 };
        self.was_taken |= held == Held::Empty || echoes > self.base.echoes;
        self.moved = if picture == self.last { 0 } else { self.moved + 1 };
        picture.clone_into(&mut self.last);
    }

    /// The runtime's own record shows our text as a new prompt.
    fn recorded(&self, sight: &Sight<'_>, sent: &str) -> bool {
        let Some(record) = sight.record else { return false };
        // A runtime may open its record with the first prompt: then there is nothing to compare with but the composer.
        let before = self.base.record.clone().or_else(|| (self.held == 0).then(|| Record::new(record.source)));
        before.is_some_and(|before| record.took(&before, sent))
    }

    /// The runtime's own record named the conversation before Enter, so that it can show another one.
    fn names_conversation(&self) -> bool {
        self.base.record.as_ref().is_some_and(|record| record.session.is_some())
    }

    /// The runtime's own record shows a new conversation.
    fn renewed(&self, sight: &Sight<'_>) -> bool {
        let before = self.base.record.as_ref().and_then(|record| record.session.as_ref());
        let now = sight.record.and_then(|record| record.session.as_ref());
        before.is_some() && now.is_some() && before != now
    }
}

impl Delivery {
    pub(super) fn watching(&mut self, mut watch: Box<Watch>, sight: &Sight<'_>, elapsed: Duration) -> Step {
        let composer = composer::read(sight.screen, &self.plan.spec);
        let held = match &composer {
            Composer::Empty { .. } => Held::Empty,
            draft if ours::holds(draft, &self.plan.text) => Held::Ours,
            Composer::Draft { .. } => Held::Another,
            Composer::Absent { .. } | Composer::Unknown => Held::Unseen,
        };
        let picture = sight.screen.text();
        watch.note(held, &picture, ours::echoes(&picture, &self.plan.text));
        let took = elapsed.saturating_sub(watch.first_enter);
        self.gather(&watch, sight, held);
        let left = match held {
            Held::Ours => false,
            Held::Empty | Held::Another => true,
            Held::Unseen => composer == Composer::Unknown || sight.prompt.is_some(),
        };
        if !self.plan.verify && (left || self.is_proven(&watch)) && self.lost(sight).is_none() {
            return self.submitted(took);
        }
        if self.is_proven(&watch) {
            return self.proven(&watch, sight, took);
        }
        if let Some(why) = self.lost(sight) {
            return self.end(Verdict::Unverifiable, format!("{why}, after Enter"), took);
        }
        if took >= self.plan.timing.give_up_after {
            return self.given_up(&watch, held, sight, took);
        }
        // Only on our own text, seen long enough, never on one that had gone and came back, never into a prompt.
        let again = held == Held::Ours && watch.held >= LOOKS_BEFORE_ENTER && self.enters < ENTER_MOST;
        if again && !watch.was_taken && sight.prompt.is_none() && !sight.pane.in_mode {
            return self.enter(watch, sight);
        }
        self.keep_watching(watch)
    }

    /// Puts down each kind of evidence once, when it is first there.
    fn gather(&mut self, watch: &Watch, sight: &Sight<'_>, held: Held) {
        let source = sight.record.map_or("record", |record| record.source);
        if watch.recorded(sight, &self.plan.text) {
            self.prove_once("record", "turn", format!("{source}'s own record has it as a new prompt"));
        }
        if self.plan.kind == Kind::Reset && watch.renewed(sight) {
            self.prove_once("record", "session", format!("{source}'s own record shows a new conversation"));
        }
        let began = watch.base.busy == Some(false) && sight.busy == Some(true);
        if began && held != Held::Ours && (watch.base.ours || held == Held::Unseen) {
            self.prove_once("status", "began", "it was idle before Enter, and works now");
        }
        if watch.base.ours && watch.empty >= LOOKS_EMPTY {
            self.prove_once("composer", "emptied", "its input line held the text before Enter, and is empty now");
        }
        let rested = self.proofs.iter().any(|proof| proof.rule == "rest");
        if rested && held == Held::Unseen && watch.moved >= LOOKS_MOVING {
            self.prove_once("screen", "moving", "its screen was at rest before, and changes at every look since Enter");
        }
    }

    /// Whether that is enough. The composer alone waits a little for the runtime's record, where there is one that tells of
    /// such a text.
    fn is_proven(&self, watch: &Watch) -> bool {
        let has = |source: &str, rule: &str| self.proofs.iter().any(|it| it.source == source && it.rule == rule);
        let record_tells = watch.base.record.is_some() && self.plan.kind != Kind::Command && !watch.queued;
        let waited = !record_tells || watch.looks >= LOOKS_FOR_RECORD;
        if self.plan.kind == Kind::Reset && watch.names_conversation() {
            return has("record", "session");
        }
        has("record", "turn")
            || has("record", "session")
            || (waited && (has("status", "began") || has("composer", "emptied")))
            || has("screen", "moving")
    }

    /// Nobody asked what became of it, so nothing is claimed.
    fn submitted(&mut self, took: Duration) -> Step {
        self.proofs.retain(|proof| proof.rule == "draft");
        self.end(Verdict::Submitted, "submitted, not verified", took)
    }

    fn proven(&mut self, watch: &Watch, sight: &Sight<'_>, took: Duration) -> Step {
        self.proofs.retain(|proof| proof.rule != "rest");
        if let Some(prompt) = sight.prompt {
            let says = format!("delivered, and it now stands at a prompt: {}", visible(prompt));
            return self.end(Verdict::Blocked, says, took);
        }
        let taken = match self.plan.kind {
            _ if watch.queued => "queued, to be taken up when its turn ends: ",
            Kind::Message => "",
            Kind::Reset if watch.names_conversation() => "it began a new conversation: ",
            Kind::Command | Kind::Reset => "the command was taken: ",
        };
        let by = self.proofs.iter().find(|proof| proof.rule != "draft").map(|proof| proof.says.clone());
        self.end(Verdict::Accepted, format!("{taken}{}", by.unwrap_or_default()), took)
    }

    /// The time is over.
    fn given_up(&mut self, watch: &Watch, held: Held, sight: &Sight<'_>, took: Duration) -> Step {
        let enters = self.enters;
        if !self.plan.verify && held != Held::Ours {
            return self.submitted(took);
        }
        let (verdict, says) = match (held, sight.prompt) {
            (Held::Ours, _) if watch.was_taken => {
                (Verdict::Draft, "it was taken and put back into the input line: the turn was cut short".to_owned())
            }
            (Held::Ours, _) => (Verdict::Draft, format!("it still stands in the input line after {enters} Enter")),
            (_, Some(prompt)) => {
                let says = format!("a prompt is up, and nothing shows that the text was taken: {}", visible(prompt));
                (Verdict::Unverifiable, says)
            }
            _ if self.plan.kind == Kind::Reset && self.proofs.iter().any(|proof| proof.rule == "emptied") => (
                Verdict::Unverifiable,
                "the command was taken, but its own record does not show a new conversation".to_owned(),
            ),
            _ if watch.last.iter().all(|row| row.trim().is_empty()) => {
                (Verdict::Unverifiable, "blank screen".to_owned())
            }
            _ if watch.last == watch.base.picture => (Verdict::Unverifiable, "no pane change after send".to_owned()),
            (Held::Another, _) => (Verdict::Unverifiable, "another text stands in its input line now".to_owned()),
            _ => (Verdict::Unverifiable, "its screen changed, but nothing shows that it took the text".to_owned()),
        };
        self.end(verdict, says, took)
    }

    fn prove_once(&mut self, source: &'static str, rule: &'static str, says: impl Into<String>) {
        if !self.proofs.iter().any(|proof| (proof.source, proof.rule) == (source, rule)) {
            self.prove(source, rule, says);
        }
    }
}
