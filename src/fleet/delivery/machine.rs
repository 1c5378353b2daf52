//! The machine's first half: looking before anything is typed, typing it, and seeing it arrive.

use std::time::Duration;

use super::{
    Input, Kind, Plan, Proof, Receipt, Sight, Step, Touch, Verdict, WhenBusy, WhenDraft, ours,
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
    phase: Phase,
    left_mode: u8,
    clears: u8,
    pub(super) typed: bool,
    pub(super) enters: u8,
    pub(super) proofs: Vec<Proof>,
}

/// What is waited for.
#[derive(Debug)]
enum Phase {
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
struct Inspect {
    /// What stood in the way at the last look: it counts when it is there twice, since a look can catch half a frame.
    obstacle: Option<String>,
    /// The draft that the clearing keys were last pressed on, and how many looks have shown it unchanged since.
    pressed_on: Option<(String, u8)>,
    /// The picture of the last look.
    picture: Option<Vec<String>>,
}

/// What stands in the way of typing.
enum Obstacle {
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
            Input::Failed(why) => self.end(Verdict::Unverifiable, why, elapsed),
        }
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
            Composer::Empty { .. } | Composer::Unknown => {}
        }
        if let Err(why) = composer::ready(sight.screen, spec, sight.pane.title, &self.plan.host) {
            return Some(Obstacle::Wait(why));
        }
        (sight.busy == Some(true)).then(|| self.busy()).flatten()
    }

    /// Somebody's draft is in the way.
    fn drafted(&self, inspect: &Inspect, text: String) -> Obstacle {
        let keys = &self.plan.spec.keys;
        let shown = visible(&shortened(&text));
        let stands = format!("a draft stands in its input line: {shown}");
        let replace = self.plan.draft == WhenDraft::Replace;
        match () {
            () if !replace => Obstacle::Twice(stands),
            () if keys.clear.is_empty() => Obstacle::Twice(format!(
                "a draft stands in its input line, and no key is known that clears it: {shown}"
            )),
            () if self.clears >= keys.clear_most => {
                Obstacle::Twice(format!("the draft in its input line could not be cleared: {shown}"))
            }
            // The first press, too, is only for a draft that was seen twice: on an empty line the key may end the agent.
            () if inspect.obstacle.as_ref() != Some(&stands) && inspect.pressed_on.is_none() => Obstacle::Wait(stands),
            () => Obstacle::Clear(text),
        }
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

    /// Presses the clearing keys, unless the last press may not have been drawn yet: on a line that has become empty they
    /// may end the agent.
    fn clear(&mut self, mut inspect: Inspect, draft: String) -> Step {
        let unchanged = match &inspect.pressed_on {
            Some((before, looks)) if *before == draft => Some(*looks),
            _ => None,
        };
        if let Some(looks) = unchanged.filter(|looks| *looks < 2) {
            inspect.pressed_on = Some((draft, looks + 1));
            self.phase = Phase::Inspect(inspect);
            return Step::Look { after: self.plan.timing.look_every };
        }
        if self.clears == 0 {
            let keys = self.plan.spec.keys.clear.join(" ");
            let says = format!("{keys} was pressed to clear a draft: {}", visible(&shortened(&draft)));
            self.prove("composer", "draft", says);
        }
        self.clears += 1;
        inspect.pressed_on = Some((draft, 0));
        inspect.obstacle = None;
        self.phase = Phase::Inspect(inspect);
        Step::Do(Touch::Keys(self.plan.spec.keys.clear.clone()))
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
        Step::End(Receipt {
            verdict,
            evidence: std::mem::take(&mut self.proofs),
            says: says.into(),
            enters: self.enters,
            typed: self.typed,
            took,
        })
    }
}

/// The beginning of a draft, for a sentence.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST { line } else { line.chars().take(MOST).chain(['…']).collect() }
}
