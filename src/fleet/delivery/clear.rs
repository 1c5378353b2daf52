//! Somebody's draft in the composer: whether it may be cleared, and when a clearing key is pressed. On an empty line that
//! key may end the agent, so it is never pressed on a draft that may already be gone.

use super::{
    Step, Touch, WhenDraft,
    machine::{Delivery, Inspect, Obstacle, Phase},
};
use crate::fleet::text::visible;

impl Delivery {
    /// Somebody's draft is in the way.
    pub(super) fn drafted(&self, inspect: &Inspect, text: String) -> Obstacle {
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

    /// Presses the clearing keys, unless the last press may not have been drawn yet: on a line that has become empty they
    /// may end the agent.
    pub(super) fn clear(&mut self, mut inspect: Inspect, draft: String) -> Step {
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
}

/// The beginning of a draft, for a sentence.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST { line } else { line.chars().take(MOST).chain(['…']).collect() }
}
