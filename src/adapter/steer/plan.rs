//! What an order would run, as lines for people, and what stands against it now. Runs nothing that changes anything.

use super::{
    Steer, deliver,
    job::LIMIT,
    lines::{HOLDER_UNIT, Lines, exact, systemctl},
    look, pauses, places,
    relaunch::{self, ground::Ground},
    take, trust,
};
use crate::{
    adapter::{exec::Exec, identity::Who, tmux::query},
    fleet::{
        delivery::Kind,
        gate::answer::Choice,
        order::{Act, Aim, Order, PaneAim, Refusal, Reply, Target},
        runtime::spec::RuntimeSpecs,
        text::visible,
    },
};

/// What stands for the name of a buffer, which is made at the moment of sending.
const BUFFER: &str = "mosaic-top-…";

impl Steer {
    /// Everything that an order would do: what a launch is prepared with, then the exact commands.
    pub(super) async fn plan(&self, order: &Order, target: &Target, who: &Who) -> Vec<String> {
        let prepares = order.act == Act::Trust || order.act == Act::Relaunch && self.trusts;
        let mut lines = if prepares { trust::lines(self, who, target).await } else { Vec::new() };
        match target.aim.as_deref().map(|aim| (aim, aim.pane)) {
            // Which command that is, its pane says.
            Some((aim, Some(pane))) if order.act == Act::Relaunch && aim.unit.is_none() => {
                lines.extend(relaunch::pane::respawn(self, who, aim, pane).await.map(|line| line.shown));
            }
            _ => lines.extend(self.lines_of(order, target, who)),
        }
        lines
    }

    /// The exact commands, as far as they can be known before.
    pub(super) fn lines_of(&self, order: &Order, target: &Target, who: &Who) -> Vec<String> {
        let files = self.watch.files(who);
        let Some(aim) = target.aim.as_deref() else {
            let path = files.fleet_pause().display().to_string();
            return match &order.act {
                Act::Pause { .. } => vec![format!("write {path}")],
                _ => vec![format!("remove {path}")],
            };
        };
        let own_switch = aim.agent().map_or_else(String::new, |agent| files.agent_pause(&agent).display().to_string());
        let version = aim.version.as_deref().unwrap_or_default();
        let lines = Lines { tmux: self.watch.tmux(), socket: &aim.socket, version };
        match (&order.act, aim.pane) {
            (Act::Pause { .. }, _) => vec![format!("write {own_switch}")],
            (Act::Resume, _) => vec![format!("remove {own_switch}")],
            (Act::Relaunch, _) => starts(aim, &lines, who),
            (Act::Take { whole }, _) => {
                aim.session.map(|session| exact(&lines.attach(session, !whole))).into_iter().collect()
            }
            (Act::Trust, _) | (_, None) => Vec::new(),
            (Act::Answer(reply), Some(_)) => vec![in_words(reply)],
            (Act::Interrupt, Some(pane)) => {
                let spec = RuntimeSpecs::builtin().of(aim.runtime.as_deref().unwrap_or_default());
                vec![exact(&lines.keys(&spec.keys.interrupt, pane))]
            }
            (Act::Send(letter), Some(pane)) if letter.kind == Kind::Message => pasted(&lines, pane),
            (Act::Send(letter), Some(pane)) => typed(&lines, &letter.text, pane),
            (Act::Reset { .. }, Some(pane)) => {
                let spec = RuntimeSpecs::builtin().of(aim.runtime.as_deref().unwrap_or_default());
                typed(&lines, aim.reset_command.as_deref().or(spec.reset.as_deref()).unwrap_or_default(), pane)
            }
        }
    }

    /// What stands against an order now, as far as it can be told without beginning it.
    pub(super) async fn against(&self, order: &Order, target: &Target) -> Result<(), Refusal> {
        let who = self.watch.who().await;
        let exec: &dyn Exec = self.hand.as_ref();
        places::safe(self, &who, order).await?;
        if order.held_by_pause() && order.forced.is_none() {
            pauses::held(self, &who, target).await?;
        }
        if order.held_by_takeover() && order.forced.is_none() {
            take::held(self, &who, target).await?;
        }
        if order.act == Act::Resume {
            let (_, there) = pauses::switch(self, &who, target).await?;
            return there.map_or(Ok(()), |pause| pauses::others(&who, target, &pause));
        }
        let Some(aim) = target.aim.as_deref() else { return Ok(()) };
        if order.act == Act::Trust {
            return trust::against(self, &who, aim).await;
        }
        if aim.unit.as_deref() == Some(HOLDER_UNIT) {
            return Err(Refusal::Holder(aim.name.clone()));
        }
        if order.act == Act::Relaunch {
            return relaunch::against(Ground { steer: self, who: &who }, aim).await;
        }
        let needs_pane = matches!(order.act, Act::Send(_) | Act::Answer(_) | Act::Reset { .. } | Act::Interrupt);
        let Some(wanted) = aim.pane.filter(|_| needs_pane) else { return Ok(()) };
        let listing = query::list(exec, self.watch.tmux(), &aim.socket, LIMIT).await;
        look::server_of(&listing.state, aim)?;
        match listing.panes.iter().find(|pane| pane.pane == wanted.id) {
            // What is shown before a reset must not promise what its first look will refuse.
            Some(pane) if pane.pid == wanted.pid && matches!(order.act, Act::Reset { .. }) => {
                deliver::against(self, &who, order, aim, wanted).await
            }
            Some(pane) if pane.pid == wanted.pid => Ok(()),
            Some(_) => Err(Refusal::Changed(format!("the pane of {} holds another process than before", aim.name))),
            None => Err(Refusal::Missing(format!("the pane {} of {} is gone", wanted.id, aim.name))),
        }
    }
}

/// Which keys it takes depends on where the highlight is.
fn in_words(reply: &Reply) -> String {
    let choice = match &reply.choice {
        Choice::Safe => "the safe answer".to_owned(),
        Choice::Label(words) => format!("{words:?}"),
    };
    visible(&format!("# at {}: move to {choice}, read again, confirm", reply.rule))
}

fn pasted(lines: &Lines<'_>, pane: PaneAim) -> Vec<String> {
    let enter = lines.keys(&["Enter".to_owned()], pane);
    vec![exact(&lines.load(BUFFER)), exact(&lines.paste(BUFFER, pane)), exact(&enter)]
}

fn typed(lines: &Lines<'_>, text: &str, pane: PaneAim) -> Vec<String> {
    vec![lines.typed(text, pane).shown, exact(&lines.keys(&["Enter".to_owned()], pane))]
}

fn starts(aim: &Aim, lines: &Lines<'_>, who: &Who) -> Vec<String> {
    match (&aim.unit, &aim.launch) {
        (Some(unit), _) => vec![exact(&systemctl(who, &["restart", "--", unit]))],
        (None, Some(launch)) => vec![lines.new_session(launch, "$PATH").shown],
        (None, None) => Vec::new(),
    }
}
