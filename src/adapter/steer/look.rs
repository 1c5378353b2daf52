//! The target as it is at this moment, right before something is done to it: the same server, the same process, and
//! what its screen says. It changes nothing.

use std::{collections::BTreeMap, iter, time::Duration};

use super::{Steer, job::LIMIT};
use crate::{
    adapter::{
        clock,
        exec::Exec,
        identity::{self, Who},
        records::{Asked, Records},
        tmux::{capture, query},
    },
    fleet::{
        delivery::{PaneSight, Sight},
        facts::{PaneFacts, ServerFacts, ServerState},
        gate::{Glance, Seen},
        order::{Aim, PaneAim, Refusal},
        reading::Reading,
        record::Record,
        runtime::{Family, Recognition, recognise_pane},
        text::visible,
    },
    screen::Screen,
};

/// One look.
pub(super) struct Now {
    pub(super) pane: PaneFacts,
    pub(super) own: bool,
    /// The other panes that are in the same directory, on any server: what they write down is not its own.
    pub(super) beside: Vec<PaneFacts>,
    screen: Screen,
    pub(super) seen: Seen,
}

impl Now {
    /// `still`: for how long the picture is to be taken as unchanged, which only a prompt that no rule knows asks for.
    pub(super) async fn of(
        steer: &Steer,
        who: &Who,
        aim: &Aim,
        wanted: PaneAim,
        still: Option<Duration>,
    ) -> Result<Self, Refusal> {
        let exec: &dyn Exec = steer.hand.as_ref();
        let tmux = steer.watch.tmux();
        let panes = [wanted.id];
        let (listing, captured) = tokio::join!(
            query::list(exec, tmux, &aim.socket, LIMIT),
            capture::panes(exec, tmux, &aim.socket, &panes, LIMIT)
        );
        let server = server_of(&listing.state, aim)?;
        let pane = listing.panes.iter().find(|pane| pane.pane == wanted.id);
        let pane = pane.ok_or_else(|| Refusal::Missing(format!("the pane {} of {} is gone", wanted.id, aim.name)))?;
        if pane.pid != wanted.pid {
            return Err(Refusal::Changed(format!("the pane of {} holds another process than before", aim.name)));
        }
        let facts = ServerFacts { state: listing.state, panes: Vec::new(), cgroup: Reading::unknown("not asked") };
        let own = identity::own_pane(who.inside, &BTreeMap::from([(aim.socket.clone(), facts)]));
        let own = own.is_some_and(|own| own.pane == wanted.id);
        let same = |one: &capture::Captured| one.server == server && one.pid == wanted.pid;
        let unread = || Refusal::Unreachable(format!("the screen of {} could not be read", visible(&aim.name)));
        let screen = captured.into_iter().find(same).map(|one| one.screen).ok_or_else(unread)?;
        let seen = steer.watch.rules().read(&Glance {
            screen: &screen,
            runtime: aim.runtime.as_deref(),
            version: aim.runtime_version.as_deref(),
            title: &pane.title,
            cursor_shown: Some(pane.cursor_shown),
            command: &pane.command,
            ended: pane.dead.is_some(),
            still,
        });
        let is_beside = |it: &&PaneFacts| it.pid != pane.pid && it.dead.is_none() && it.cwd == pane.cwd;
        let elsewhere = steer.watch.beside(&aim.socket, pane);
        let beside = listing.panes.iter().filter(is_beside).cloned().chain(elsewhere).collect();
        Ok(Self { pane: pane.clone(), own, beside, screen, seen })
    }

    /// Whether it works; `None`: not known.
    pub(super) fn busy(&self) -> Option<bool> {
        self.seen.busy()
    }

    /// What a delivery is fed with.
    pub(super) fn sight<'a>(&'a self, record: Option<&'a Record>) -> Sight<'a> {
        Sight {
            screen: &self.screen,
            pane: PaneSight {
                pid: self.pane.pid,
                dead: self.pane.dead.is_some(),
                in_mode: self.pane.in_mode,
                own: self.own,
                title: &self.pane.title,
                cursor_shown: self.pane.cursor_shown,
                command: &self.pane.command,
            },
            prompt: self.seen.prompt.as_ref().map(|prompt| prompt.says.as_str()),
            busy: self.busy(),
            record,
        }
    }
}

/// The server's pid, when it is the one that the target was seen on.
pub(super) fn server_of(state: &ServerState, aim: &Aim) -> Result<u32, Refusal> {
    match state {
        ServerState::Up { pid, .. } if aim.server.is_none_or(|server| server == *pid) => Ok(*pid),
        ServerState::Up { .. } => Err(Refusal::Changed(format!("{} has another tmux server than before", aim.socket))),
        ServerState::Empty | ServerState::Absent => {
            Err(Refusal::Missing(format!("no tmux server runs on socket {}", aim.socket)))
        }
        ServerState::OtherProtocol(why) | ServerState::Unreachable(why) => Err(Refusal::Unreachable(why.clone())),
    }
}

/// The runtime's own record of one agent, followed for as long as an order runs: it counts turns since it was opened.
pub(super) struct Recorded {
    records: Records,
    asked: Asked,
    beside: Vec<Asked>,
}

/// The name of the shell that alone has the pane's terminal: what is typed there is run. A shell that runs one of these
/// programs is none.
pub(super) async fn only_a_shell(steer: &Steer, pane: &PaneFacts, programs: &[String]) -> Option<String> {
    let processes = steer.hand.processes(vec![pane.pid]).await;
    match recognise_pane(pane, &processes.as_ref().map(Family::of), programs) {
        Recognition::Shell(name) => Some(name),
        Recognition::Runtime(_) | Recognition::Other(_) | Recognition::Unknown(_) => None,
    }
}

impl Recorded {
    /// Begins to follow; `None` where no runtime was recognised by its processes.
    pub(super) async fn open(steer: &Steer, now: &Now) -> Option<Self> {
        let panes = || iter::once(&now.pane).chain(&now.beside);
        let processes = steer.hand.processes(panes().map(|pane| pane.pid).collect()).await;
        let table = processes.known()?;
        let family = Reading::Known(Family::of(table));
        let asked = |pane: &PaneFacts| {
            let Recognition::Runtime(runtime) = recognise_pane(pane, &family, &[]) else { return None };
            Some(Asked {
                pane_pid: pane.pid,
                pane: pane.pane,
                runtime: runtime.name,
                pid: runtime.pid,
                started_ticks: table.get(&runtime.pid)?.started_ticks,
                cwd: pane.cwd.known().cloned(),
            })
        };
        let beside = now.beside.iter().filter_map(asked).collect();
        Some(Self { records: Records::default(), asked: asked(&now.pane)?, beside })
    }

    /// What it says now.
    pub(super) async fn read(&mut self, steer: &Steer, who: &Who) -> Option<Record> {
        let exec: &dyn Exec = steer.hand.as_ref();
        self.records.one(exec, who, self.asked.clone(), &self.beside, clock::now()).await.known().cloned()
    }
}
