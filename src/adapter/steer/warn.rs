//! What an operator should know before an order is given: it does not stand against it, or may have passed by then. One
//! look at the target; it changes nothing.

use super::{Steer, look::Now, trust};
use crate::{
    adapter::identity::Who,
    fleet::{
        composer::{self, Composer},
        delivery::{WhenBusy, WhenDraft},
        order::{Act, Aim, Order, PaneAim, Target},
        text::visible,
    },
};

/// How much of somebody's draft is shown.
const DRAFT_MOST: usize = 60;

/// The warnings of one order on one target.
pub(super) async fn of(steer: &Steer, order: &Order, target: &Target, who: &Who) -> Vec<String> {
    let Some(aim) = target.aim.as_deref() else { return Vec::new() };
    let mut warnings = aim.cautions.clone();
    if order.act == Act::Trust {
        warnings.extend(trust::warning(steer, who, aim).await);
    }
    let types = matches!(order.act, Act::Send(_) | Act::Reset { .. });
    if let Some(pane) = aim.pane.filter(|pane| types && !pane.dead) {
        warnings.extend(in_the_way(steer, order, aim, pane, who).await);
    }
    warnings
}

/// What its screen shows that would hold up a text. A target that cannot be looked at has a refusal, not a warning.
async fn in_the_way(steer: &Steer, order: &Order, aim: &Aim, pane: PaneAim, who: &Who) -> Vec<String> {
    let Ok(now) = Now::of(steer, who, aim, pane, None).await else { return Vec::new() };
    let spec = steer.spec(who, aim.runtime.as_deref().unwrap_or_default()).await;
    let (queues, replaces) = match &order.act {
        Act::Send(letter) => (letter.busy == WhenBusy::Queue, letter.draft == WhenDraft::Replace),
        Act::Reset { draft, .. } => (false, *draft == WhenDraft::Replace),
        _ => (false, false),
    };
    let sight = now.sight(None);
    let prompt = sight.prompt.map(|says| format!("it stands at a prompt, so it will be refused: {}", visible(says)));
    let busy = (sight.busy == Some(true)).then_some(match (queues, &spec.keys.queue) {
        (true, Some(_)) => "it is busy: this will be queued",
        (true, None) => "it is busy, and its runtime is not known to queue: this will be refused",
        (false, Some(_)) => "it is busy: this will be refused unless it is queued",
        (false, None) => "it is busy: this will be refused",
    });
    let draft = match composer::read(sight.screen, &spec) {
        Composer::Draft { text, .. } => {
            let shown: String =
                text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(DRAFT_MOST).collect();
            let then = if replaces { "will be cleared" } else { "is in the way, so it will be refused" };
            Some(format!("a draft stands in its input line and {then}: {}", visible(&shown)))
        }
        Composer::Unknown => {
            Some(format!("the input line of {} is not known: what became of it may not show", spec.name))
        }
        Composer::Absent { .. } | Composer::Empty { .. } => None,
    };
    [prompt, busy.map(str::to_owned), draft].into_iter().flatten().collect()
}
