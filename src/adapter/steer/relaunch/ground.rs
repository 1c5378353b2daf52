//! What a relaunch stands on: whether the tmux server would survive it, and whether a unit can still come up. It only
//! reads: what cannot be told stands against a relaunch, because one wrong restart ends every agent.

use std::path::PathBuf;

use super::{
    super::{
        Steer,
        job::LIMIT,
        lines::{HOLDER_UNIT, systemctl},
    },
    query::Listing,
};
use crate::{
    adapter::{exec::Exec, identity::Who},
    fleet::{
        facts::ServerState,
        order::{Aim, Refusal},
        text::visible,
    },
};

/// A server's name in the process table (`/proc/<pid>/comm`).
const SERVER: &str = "tmux: server";
/// What is read of a small file of `/proc` or of a cgroup.
const SMALL: usize = 64 * 1024;

/// Who looks.
#[derive(Clone, Copy)]
pub(in crate::adapter::steer) struct Ground<'a> {
    pub(in crate::adapter::steer) steer: &'a Steer,
    pub(in crate::adapter::steer) who: &'a Who,
}

/// What must not be restarted: our own session, the holder, a unit that the server lives in, anything beside a server that
/// does not answer.
pub(in crate::adapter::steer) async fn safe(ground: Ground<'_>, aim: &Aim, now: &Listing) -> Result<(), Refusal> {
    let name = visible(&aim.name);
    if aim.unit.as_deref() == Some(HOLDER_UNIT) {
        return Err(Refusal::Holder(name));
    }
    let pid = match &now.state {
        ServerState::Up { pid, .. } => *pid,
        ServerState::Empty | ServerState::Absent => return unheard(ground, aim).await,
        ServerState::OtherProtocol(why) | ServerState::Unreachable(why) => {
            return Err(Refusal::Unreachable(format!("its tmux server does not answer: {why}")));
        }
    };
    let is_ours = |pane| ground.who.inside.is_some_and(|own| own.server == pid && own.pane == pane);
    let in_its_session = now.panes.iter().any(|pane| pane.session.name == aim.name && is_ours(pane.pane));
    if in_its_session || aim.pane.is_some_and(|pane| is_ours(pane.id)) {
        return Err(Refusal::Own(name));
    }
    let Some(unit) = &aim.unit else { return Ok(()) };
    let text = text(ground, format!("/proc/{pid}/cgroup").into()).await.unwrap_or_default();
    if text.lines().any(|line| line.split(['/', ':']).any(|part| part == unit)) {
        return Err(Refusal::hazard(unit));
    }
    if !text.trim().is_empty() {
        return Ok(());
    }
    Err(Refusal::Hazard(format!(
        "in which unit the tmux server {pid} lives cannot be read, so a restart of {name} might take the whole fleet \
         down. Hint: once /proc/{pid}/cgroup was seen not to name {}, `systemctl --user restart` does it by hand",
        visible(unit)
    )))
}

/// A server whose socket file was deleted answers nobody and still holds every agent. Then nothing is gone, and a restart
/// would end them or start a second server beside it.
pub(super) async fn unheard(ground: Ground<'_>, aim: &Aim) -> Result<(), Refusal> {
    for unit in [Some(HOLDER_UNIT), aim.unit.as_deref()].into_iter().flatten() {
        for pid in processes_of(ground, unit).await {
            let comm = text(ground, format!("/proc/{pid}/comm").into()).await.unwrap_or_default();
            if comm.starts_with(SERVER) {
                return Err(Refusal::Hazard(format!(
                    "a tmux server (process {pid}) lives in {}, but none answers on socket {}: its socket file was \
                     probably deleted, and its agents are alive. Hint: kill -USR1 {pid} lets it make the file again",
                    visible(unit),
                    visible(aim.socket.name())
                )));
            }
        }
    }
    Ok(())
}

/// The processes in a unit's cgroup; none where there is no manager.
async fn processes_of(ground: Ground<'_>, unit: &str) -> Vec<u32> {
    let Some(group) = property(ground, unit, "ControlGroup").await.filter(|group| group.starts_with('/')) else {
        return Vec::new();
    };
    let mut pids = Vec::new();
    // The one tree, or systemd's own where the machine still has the older ones.
    for tree in ["/sys/fs/cgroup", "/sys/fs/cgroup/systemd"] {
        let listed = text(ground, format!("{tree}{group}/cgroup.procs").into()).await.unwrap_or_default();
        pids.extend(listed.lines().filter_map(|line| line.parse::<u32>().ok()));
    }
    pids
}

/// Why a session that is not there will not come any more. `long`: it has had its time.
pub(super) async fn hopeless(ground: Ground<'_>, aim: &Aim, long: bool) -> Option<String> {
    let Some(unit) = &aim.unit else {
        let says = "its program ended as soon as it was started, and its pane went with it (no remain-on-exit)";
        return long.then(|| says.to_owned());
    };
    match property(ground, unit, "ActiveState").await?.as_str() {
        "failed" => Some(format!("{} has failed", visible(unit))),
        "active" if long && property(ground, unit, "SubState").await? == "exited" => {
            Some(format!("{} has started (active, exited), but there is no session of its name", visible(unit)))
        }
        _ => None,
    }
}

async fn property(ground: Ground<'_>, unit: &str, name: &str) -> Option<String> {
    let exec: &dyn Exec = ground.steer.hand.as_ref();
    let ask = systemctl(ground.who, &["show", &format!("--property={name}"), "--value", "--", unit]);
    let output = exec.run(&ask, LIMIT).await.ok().filter(|output| output.status == 0)?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

async fn text(ground: Ground<'_>, path: PathBuf) -> Result<String, String> {
    let exec: &dyn Exec = ground.steer.hand.as_ref();
    match exec.read(vec![path], SMALL).await.pop() {
        Some(Ok(content)) => Ok(String::from_utf8_lossy(&content.bytes).into_owned()),
        Some(Err(error)) => Err(error.to_string()),
        None => Err("no answer".to_owned()),
    }
}
