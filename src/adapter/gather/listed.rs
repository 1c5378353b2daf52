//! The panes that each server listed last. One that gives no answer just now has not lost them. It asks nothing itself.

use std::{
    collections::BTreeMap,
    sync::{MutexGuard, PoisonError},
};

use super::Watch;
use crate::fleet::{
    facts::{PaneFacts, ServerFacts, ServerState},
    ids::Socket,
};

/// By server.
pub(super) type Listed = BTreeMap<Socket, Vec<PaneFacts>>;

impl Watch {
    /// The panes that each server listed last: those of one without an answer may stand in what is shown, and their
    /// processes and records have not gone with a listing that was a second late.
    pub(super) fn listed(&self, servers: &BTreeMap<Socket, ServerFacts>) -> Listed {
        let mut listed = self.last_listed();
        listed.retain(|socket, _| servers.contains_key(socket));
        for (socket, server) in servers {
            if !matches!(server.state, ServerState::Unreachable(_)) {
                listed.insert(socket.clone(), server.panes.clone());
            }
        }
        listed.clone()
    }

    /// The living panes in the directory of this one that other servers than its own listed last: what those write down
    /// is not its own either.
    pub(in crate::adapter) fn beside(&self, socket: &Socket, pane: &PaneFacts) -> Vec<PaneFacts> {
        let listed = self.last_listed();
        let others = listed.iter().filter(|(other, _)| *other != socket).flat_map(|(_, panes)| panes);
        others.filter(|it| it.pid != pane.pid && it.dead.is_none() && it.cwd == pane.cwd).cloned().collect()
    }

    fn last_listed(&self) -> MutexGuard<'_, Listed> {
        self.inner.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::adapter::{
        Ask, WatchConfig, clock,
        exec::scripted::{Reply, Scripted},
    };

    #[test]
    fn who_shares_a_directory_on_another_server_is_beside_also_while_that_gives_no_answer() {
        let machine = Arc::new(Scripted::new());
        let lists = |pid| {
            let numbers = format!("4711|1795229711|3.3a|$1|1795229711|2|@2|%3|{pid}|80|24|0||||0|1|1|1795229800|1|0|1");
            Reply::prints(format!("{numbers}|a||sleep|title|/|\n"))
        };
        let sockets = ["one", "two"].map(Socket::from_name);
        machine.on("-L one", lists(1));
        machine.on("-L two", lists(2));
        let watch = Watch::new(machine.clone(), WatchConfig::default());
        let ask = Ask { sockets: sockets.clone().into(), ..Ask::default() };
        let look = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(watch.snapshot(&ask, clock::now()))
        };
        let beside = |pane: &PaneFacts| -> Vec<u32> {
            watch.beside(&sockets[0], pane).into_iter().map(|pane| pane.pid).collect()
        };
        let own = look().servers[&sockets[0]].panes[0].clone();
        assert_eq!(beside(&own), [2]);
        machine.on("-L two", Reply::fails(1, "server exited unexpectedly"));
        look();
        assert_eq!(beside(&own), [2]);
        machine.on("-L two", Reply::fails(1, "no server running on /tmp/two"));
        look();
        assert!(beside(&own).is_empty());
    }
}
