//! The machine's first half: looking before anything is typed, typing it, and seeing it arrive.

use std::time::Duration;

use super::{
    Input, Kind, Plan, Proof, Receipt, Sight, Step, Touch, Verdict, WhenBusy,
    clear::shortened,
    ours,
    watch::{Baseline, Watch},
};
use crate::fleet::{
    composer::{self, Composer},
    text::visible,
};

/// How often copy mode is left before somebody is believed to want it.
const LEAVE_MOST: u8 = 2;

/// What is to be said where a text was typed and what became of it is not seen: the next reader finds it there.
pub const LEFT: &str =
    "the text may stand in its input line, whole or in part, and Enter was not pressed: look there, and clear it";

/// A send on its way.
#[derive(Debug)]
pub struct Delivery {
    pub(super) plan: Plan,
    pub(super) phase: Phase,
    left_mode: u8,
    pub(super) clears: u8,
    pub(super) typed: bool,
    pub(super) enters: u8,
    pub(super) proofs: Vec<Proof>,
}

/// What is waited for.
#[derive(Debug)]
pub(super) enum Phase {
    /// A look before anything was typed.
    Inspect(Inspect),
    /// The text is being typed, since then.
    Typing,
    /// A look that shows the text in the composer.
    Arriving { since: Duration },
    /// Enter is being pressed.
    Entering(Box<Watch>),
    /// A look that shows what became of it.
    Watching(Box<Watch>),
}

/// What the looks before typing have seen.
#[derive(Debug, Default)]
pub(super) struct Inspect {
    /// What stood in the way at the last look: it counts when it is there twice, since a look can catch half a frame.
    pub(super) obstacle: Option<String>,
    /// The draft that the clearing keys were last pressed on, and how many looks have shown it unchanged since.
    pub(super) pressed_on: Option<(String, u8)>,
    /// The picture of the last look.
    picture: Option<Vec<String>>,
}

/// What stands in the way of typing.
pub(super) enum Obstacle {
    /// It will not go away.
    Never(String),
    /// It may be half a frame: refused when it is there at the next look, too.
    Twice(String),
    /// It may pass: waited for.
    Wait(String),
    /// Copy mode is to be left first.
    Mode,
    /// A draft is to be cleared first.
    Clear(String),
}

impl Delivery {
    /// A send that has not begun.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        let phase = Phase::Inspect(Inspect::default());
        Self { plan, phase, left_mode: 0, clears: 0, typed: false, enters: 0, proofs: Vec::new() }
    }

    /// What to do next. `elapsed` is the time since [`Input::Start`], and never runs backwards.
    pub fn next(&mut self, input: Input<'_>, elapsed: Duration) -> Step {
        match input {
            Input::Start => self.start(elapsed),
            Input::Saw(sight) => self.saw(&sight, elapsed),
            Input::Done => self.done(elapsed),
            Input::Failed(why) if self.typed && self.enters == 0 => {
                self.end(Verdict::Unverifiable, format!("{why}; {LEFT}"), elapsed)
            }
            Input::Failed(why) => self.end(Verdict::Unverifiable, why, elapsed),
            Input::Missed(why) => self.missed(why, elapsed),
        }
    }

    /// Whether anything was done to the pane that its agent could notice.
    #[must_use]
    pub fn has_touched(&self) -> bool {
        self.typed || self.clears > 0
    }

    fn start(&mut self, elapsed: Duration) -> Step {
        let longest = self.plan.text.lines().map(str::len).max().unwrap_or_default();
        match self.plan.spec.input.longest_line {
            _ if self.plan.text.trim().is_empty() => self.end(Verdict::Refused, "there is nothing to send", elapsed),
            Some(most) if longest > most => {
                let name = &self.plan.spec.name;
                let says =
                    format!("a line of it has {longest} bytes, and one of more than {most} may not arrive in {name}");
                self.end(Verdict::Refused, says, elapsed)
            }
            _ => Step::Look { after: Duration::ZERO },
        }
    }

    fn saw(&mut self, sight: &Sight<'_>, elapsed: Duration) -> Step {
        match std::mem::replace(&mut self.phase, Phase::Typing) {
            Phase::Inspect(inspect) => self.inspect(inspect, sight, elapsed),
            Phase::Typing => self.arriving(elapsed, sight, elapsed),
            Phase::Arriving { since } => self.arriving(since, sight, elapsed),
            Phase::Entering(watch) | Phase::Watching(watch) => self.watching(watch, sight, elapsed),
        }
    }

    /// A look that told nothing: one more, until the time is up.
    fn missed(&mut self, why: String, elapsed: Duration) -> Step {
        let since = match &self.phase {
            Phase::Inspect(_) | Phase::Typing => Duration::ZERO,
            Phase::Arriving { since } => *since,
            Phase::Entering(watch) | Phase::Watching(watch) => watch.first_enter,
        };
        let waited = elapsed.saturating_sub(since);
        if waited < self.plan.timing.give_up_after {
            return Step::Look { after: self.plan.timing.look_every };
        }
        match self.enters {
            0 if self.typed => self.end(Verdict::Unverifiable, format!("{why}; {LEFT}"), waited),
            0 => self.end(Verdict::Refused, why, waited),
            _ => self.end(Verdict::Unverifiable, format!("{why}, after Enter"), waited),
        }
    }

    fn done(&mut self, elapsed: Duration) -> Step {
        match std::mem::replace(&mut self.phase, Phase::Typing) {
            Phase::Inspect(inspect) => {
                self.phase = Phase::Inspect(inspect);
                Step::Look { after: self.plan.spec.input.settle }
            }
            Phase::Typing => {
                self.typed = true;
                self.phase = Phase::Arriving { since: elapsed };
                Step::Look { after: self.settle() }
            }
            Phase::Arriving { since } => {
                self.phase = Phase::Arriving { since };
                Step::Look { after: self.plan.timing.look_every }
            }
            Phase::Entering(mut watch) | Phase::Watching(mut watch) => {
                watch.entered(elapsed);
                self.phase = Phase::Watching(watch);
                Step::Look { after: self.plan.timing.look_every }
            }
        }
    }

    /// The beginning of each look: nothing is typed before all of this is in order.
    fn inspect(&mut self, mut inspect: Inspect, sight: &Sight<'_>, elapsed: Duration) -> Step {
        let obstacle = self.obstacle(&inspect, sight);
        let picture = sight.screen.text();
        // Only where nothing is known of the composer: there a changed screen is all there is.
        let unknown = composer::read(sight.screen, &self.plan.spec) == Composer::Unknown;
        let seen_before = inspect.picture.replace(picture.clone());
        let again = |inspect: Inspect, obstacle: Option<String>| Phase::Inspect(Inspect { obstacle, ..inspect });
        let look = Step::Look { after: self.plan.timing.look_every };
        match obstacle {
            None if unknown && seen_before.is_none() => {
                self.phase = again(inspect, None);
                look
            }
            None => {
                self.phase = Phase::Typing;
                self.rested(unknown && seen_before == Some(picture));
                Step::Do(self.typing())
            }
            Some(Obstacle::Never(why)) => self.end(Verdict::Refused, why, elapsed),
            Some(Obstacle::Twice(why)) if inspect.obstacle.as_ref() == Some(&why) => {
                self.end(Verdict::Refused, why, elapsed)
            }
            // Obstacles that take turns would otherwise be waited for without end.
            Some(Obstacle::Twice(why) | Obstacle::Wait(why)) if elapsed >= self.plan.timing.give_up_after => {
                self.end(Verdict::Refused, why, elapsed)
            }
            Some(Obstacle::Twice(why) | Obstacle::Wait(why)) => {
                self.phase = again(inspect, Some(why));
                look
            }
            Some(Obstacle::Mode) => {
                self.left_mode += 1;
                self.phase = again(inspect, None);
                Step::Do(Touch::LeaveMode)
            }
            Some(Obstacle::Clear(draft)) => self.clear(inspect, draft),
        }
    }

    fn obstacle(&self, inspect: &Inspect, sight: &Sight<'_>) -> Option<Obstacle> {
        let pane = sight.pane;
        if let Some(why) = self.lost(sight) {
            return Some(Obstacle::Never(why));
        }
        if pane.own {
            return Some(Obstacle::Never("it is the pane that mosaic-top itself runs in".to_owned()));
        }
        if pane.in_mode {
            let why = "somebody keeps it in copy mode, which swallows what is typed";
            return Some(if self.left_mode < LEAVE_MOST { Obstacle::Mode } else { Obstacle::Never(why.to_owned()) });
        }
        if let Some(prompt) = sight.prompt {
            return Some(Obstacle::Twice(format!("it stands at a prompt: {}", visible(prompt))));
        }
        let spec = &self.plan.spec;
        match composer::read(sight.screen, spec) {
            Composer::Absent { why } => {
                let why = format!("no input line of {} is on its screen: {why}", spec.name);
                return Some(Obstacle::Twice(why));
            }
            Composer::Draft { text, .. } => return Some(self.drafted(inspect, text)),
            // Whether it asked for pastes in brackets is not known either: each line could be submitted by itself.
            Composer::Unknown if self.plan.kind == Kind::Message && self.plan.text.contains('\n') => {
                let name = &spec.name;
                return Some(Obstacle::Never(format!(
                    "its text has several lines, and they may arrive as several messages: the input line of {name} is \
                     not known. Hint: send one line, or describe it in fleet/runtimes.yaml"
                )));
            }
            Composer::Empty { .. } | Composer::Unknown => {}
        }
        if let Err(why) = composer::ready(sight.screen, spec, sight.pane.title, &self.plan.host) {
            return Some(Obstacle::Wait(why));
        }
        (sight.busy == Some(true)).then(|| self.busy()).flatten()
    }

    fn busy(&self) -> Option<Obstacle> {
        let name = &self.plan.spec.name;
        match (self.plan.busy, &self.plan.spec.keys.queue) {
            (WhenBusy::Queue, Some(_)) => None,
            (WhenBusy::Queue, None) => {
                Some(Obstacle::Twice(format!("it is busy, and {name} is not known to queue messages")))
            }
            (WhenBusy::Refuse, Some(_)) => Some(Obstacle::Twice("it is busy; it could be queued".to_owned())),
            (WhenBusy::Refuse, None) => Some(Obstacle::Twice("it is busy".to_owned())),
        }
    }

    fn typing(&self) -> Touch {
        match self.plan.kind {
            Kind::Message => Touch::Paste(self.plan.text.clone()),
            Kind::Command | Kind::Reset => Touch::Type(self.plan.text.clone()),
        }
    }

    fn settle(&self) -> Duration {
        match self.plan.kind {
            Kind::Message => self.plan.spec.input.settle_for(self.plan.text.len()),
            Kind::Command | Kind::Reset => self.plan.spec.input.command_settle,
        }
    }

    fn rested(&mut self, rested: bool) {
        if rested {
            self.prove("screen", "rest", "it was at rest before");
        }
    }

    /// A look after typing: Enter is pressed only on a text that is seen to be ours.
    fn arriving(&mut self, since: Duration, sight: &Sight<'_>, elapsed: Duration) -> Step {
        self.phase = Phase::Arriving { since };
        if let Some(why) = self.lost(sight) {
            return self.end(Verdict::Unverifiable, format!("{why}, after the text was typed"), elapsed);
        }
        if sight.pane.in_mode && self.left_mode < 2 * LEAVE_MOST {
            self.left_mode += 1;
            return Step::Do(Touch::LeaveMode);
        }
        if let Some(prompt) = sight.prompt {
            let says = format!("not submitted: a prompt came up before Enter: {}", visible(prompt));
            return self.end(Verdict::Draft, says, elapsed);
        }
        let composer = composer::read(sight.screen, &self.plan.spec);
        let is_ours = ours::holds(&composer, &self.plan.text);
        if is_ours || composer == Composer::Unknown {
            let base = Baseline::of(sight, is_ours, &self.plan.text);
            return self.enter(Box::new(Watch::new(base, elapsed)), sight);
        }
        if elapsed.saturating_sub(since) < self.settle() + self.plan.timing.give_up_after / 2 {
            return Step::Look { after: self.plan.timing.look_every };
        }
        match composer {
            Composer::Draft { text, .. } => {
                let shown = visible(&shortened(&text));
                let says =
                    format!("not submitted, and left there: its input line does not hold the text alone: {shown}");
                self.end(Verdict::Draft, says, elapsed)
            }
            Composer::Empty { .. } => {
                let says = "the text was not seen in its input line, and Enter was not pressed; it may still come, \
                            so look there before it is sent again";
                self.end(Verdict::Unverifiable, says, elapsed)
            }
            _ => {
                let says = format!("its input line went out of sight when the text was typed; {LEFT}");
                self.end(Verdict::Unverifiable, says, elapsed)
            }
        }
    }

    /// Presses what submits: the queueing key while it is busy, which never cuts a turn.
    pub(super) fn enter(&mut self, mut watch: Box<Watch>, sight: &Sight<'_>) -> Step {
        let keys = &self.plan.spec.keys;
        let queue = keys.queue.as_ref().filter(|_| sight.busy == Some(true));
        let key = queue.unwrap_or(&keys.submit).clone();
        watch.queued |= queue.is_some();
        self.enters += 1;
        self.phase = Phase::Entering(watch);
        Step::Do(if key == "Enter" { Touch::Enter } else { Touch::Keys(vec![key]) })
    }

    pub(super) fn keep_watching(&mut self, watch: Box<Watch>) -> Step {
        self.phase = Phase::Watching(watch);
        Step::Look { after: self.plan.timing.look_every }
    }

    /// Why the target is no longer the one that was meant.
    pub(super) fn lost(&self, sight: &Sight<'_>) -> Option<String> {
        let (pid, meant) = (sight.pane.pid, self.plan.pid);
        match () {
            () if sight.pane.dead => Some("its program has ended".to_owned()),
            () if pid != meant => Some(format!("its pane runs process {pid} now, not {meant}: it was restarted")),
            () => None,
        }
    }

    pub(super) fn prove(&mut self, source: &'static str, rule: &'static str, says: impl Into<String>) {
        self.proofs.push(Proof { source, rule, says: says.into() });
    }

    /// The end; `took` counts from where the verdict's clock began.
    pub(super) fn end(&mut self, verdict: Verdict, says: impl Into<String>, took: Duration) -> Step {
        let (mut verdict, mut says) = (verdict, says.into());
        if verdict == Verdict::Refused && self.clears > 0 {
            // Nothing was typed, but a key was pressed: that is not nothing.
            verdict = Verdict::Unverifiable;
            says = format!("{says}; {} was pressed to clear it", self.plan.spec.keys.clear.join(" "));
        }
        Step::End(Receipt {
            verdict,
            evidence: std::mem::take(&mut self.proofs),
            says,
            enters: self.enters,
            typed: self.typed,
            took,
        })
    }
}
