//! The sessions of every watched server, by name: who is an agent's, who holds, who only views. It judges nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::fleet::{
    facts::{HostFacts, PaneFacts},
    ids::{Socket, WindowId},
    reading::{Reading, Why},
    runtime::{self, Family, Recognition},
};

/// Panes by socket and session name, each session's in tmux's order.
pub(super) struct Sessions<'a> {
    by_socket: BTreeMap<&'a Socket, BTreeMap<&'a str, Vec<&'a PaneFacts>>>,
    holder: &'a str,
    processes: Reading<Family<'a>>,
}

impl<'a> Sessions<'a> {
    pub(super) fn of(facts: &'a HostFacts, holder: &'a str) -> Self {
        let mut by_socket: BTreeMap<_, BTreeMap<_, Vec<_>>> = BTreeMap::new();
        for (socket, server) in &facts.servers {
            let sessions = by_socket.entry(socket).or_default();
            for pane in &server.panes {
                sessions.entry(pane.session.name.as_str()).or_default().push(pane);
            }
        }
        Self { by_socket, holder, processes: facts.processes.as_ref().map(Family::of) }
    }

    /// Every session, by socket, then by name.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'a Socket, &'a str)> + '_ {
        self.by_socket.iter().flat_map(|(socket, sessions)| sessions.keys().map(|name| (*socket, *name)))
    }

    /// A session's panes; none where there is no such session.
    pub(super) fn panes(&self, socket: &Socket, name: &str) -> &[&'a PaneFacts] {
        self.by_socket.get(socket).and_then(|sessions| sessions.get(name)).map_or(&[], Vec::as_slice)
    }

    /// The session that keeps a server alive.
    pub(super) fn is_holder(&self, name: &str) -> bool {
        name == self.holder
    }

    /// The session that a viewer (`<agent>-watch-<pid>`, grouped with it) looks at. The name alone proves nothing.
    pub(super) fn viewed_by(&self, socket: &Socket, name: &'a str) -> Option<&'a str> {
        let (viewed, pid) = name.rsplit_once("-watch-")?;
        let group = self.panes(socket, name).first()?.session.group.as_deref()?;
        let theirs = self.panes(socket, viewed).first().and_then(|pane| pane.session.group.as_deref());
        let is_pid = !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit());
        // A group is named after the session it was made from, and outlives it.
        (is_pid && (theirs == Some(group) || group == viewed)).then_some(viewed)
    }

    pub(super) fn is_viewer(&self, socket: &Socket, name: &'a str) -> bool {
        self.viewed_by(socket, name).is_some()
    }

    /// Other sockets that have a session of this name.
    pub(super) fn other_sockets_with(&self, name: &str, socket: &Socket) -> Vec<Socket> {
        self.names().filter(|&(other, it)| it == name && other != socket).map(|(other, _)| other.clone()).collect()
    }

    /// How many panes a window of a session has.
    pub(super) fn panes_in_window(&self, socket: &Socket, name: &str, window: WindowId) -> usize {
        let ids = self.panes(socket, name).iter().filter(|pane| pane.window == window).map(|pane| pane.pane);
        ids.collect::<BTreeSet<_>>().len()
    }

    /// The pane that stands for a session, and what it runs: the active one, unless only another runs what is wanted.
    pub(super) fn pane_of(
        &self,
        socket: &Socket,
        name: &str,
        wanted: &[String],
    ) -> (Option<&'a PaneFacts>, Recognition) {
        let panes = self.panes(socket, name);
        let Some(active) = panes.iter().find(|pane| pane.active).or(panes.first()).copied() else {
            return (None, Recognition::Unknown(Why::new("it has no pane")));
        };
        let recognise = |pane| runtime::recognise_pane(pane, &self.processes, wanted);
        let is_wanted = |it: &Recognition| matches!(it, Recognition::Runtime(it) if wanted.contains(&it.name));
        let seen = recognise(active);
        if wanted.is_empty() || is_wanted(&seen) {
            return (Some(active), seen);
        }
        let other = panes.iter().map(|pane| (*pane, recognise(pane))).find(|(_, it)| is_wanted(it));
        other.map_or((Some(active), seen), |(pane, it)| (Some(pane), it))
    }
}
