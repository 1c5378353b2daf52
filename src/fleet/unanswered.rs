//! What one look without an answer leaves standing: a server that could not be asked just now has not lost its panes.
//!
//! PURE. Its state is what this look says, so nobody is called well by it; but names, selections, mirrors and the words on
//! a screen do not go for a listing that was a second late. The gathering goes on with their processes, records and
//! screens.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use super::{
    facts::{HostFacts, ServerState},
    ids::Socket,
    words,
};

/// How long a server's last listing stands while it cannot be asked: some looks. A server that hangs for longer is not
/// known any more.
const STANDS: Duration = Duration::from_secs(6);

/// Since when which servers could not be asked.
#[derive(Debug, Clone, Default)]
pub struct Unanswered(BTreeMap<Socket, Timestamp>);

impl Unanswered {
    /// Lets the panes of a server that gave no answer stand as they were in the look before, for a while.
    pub fn stand(&mut self, before: Option<&HostFacts>, now: &mut HostFacts) {
        self.0.retain(|socket, _| now.servers.contains_key(socket));
        for (socket, server) in &mut now.servers {
            if !matches!(server.state, ServerState::Unreachable(_)) {
                self.0.remove(socket);
                continue;
            }
            let since = *self.0.entry(socket.clone()).or_insert(now.at);
            let last = before.and_then(|facts| facts.servers.get(socket));
            if let Some(last) = last.filter(|_| words::age(since, now.at) <= STANDS) {
                server.panes.clone_from(&last.panes);
                server.cgroup.clone_from(&last.cgroup);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::fixtures::{host, pane};

    /// The panes that stand after looks at these seconds, of which only the first had an answer.
    fn standing(seconds: &[i64]) -> usize {
        let (mut unanswered, mut last) = (Unanswered::default(), None::<HostFacts>);
        for (look, second) in seconds.iter().enumerate() {
            let mut facts = host(vec![pane("a", 1), pane("b", 2)]);
            facts.at = Timestamp::from_second(1_000_000 + second).unwrap_or_default();
            if look > 0 {
                for server in facts.servers.values_mut() {
                    server.state = ServerState::Unreachable("no answer in time".to_owned());
                    server.panes.clear();
                }
            }
            unanswered.stand(last.as_ref(), &mut facts);
            last = Some(facts);
        }
        last.map_or(0, |facts| facts.servers.values().map(|server| server.panes.len()).sum())
    }

    #[test]
    fn a_listing_stands_for_a_few_looks_without_an_answer_and_no_longer() {
        assert_eq!(standing(&[0]), 2);
        assert_eq!(standing(&[0, 2]), 2);
        assert_eq!(standing(&[0, 2, 4, 6, 8]), 2);
        assert_eq!(standing(&[0, 2, 4, 6, 8, 9]), 0);
        assert_eq!(standing(&[0, 2, 20]), 0, "and comes back by an answer only");
    }

    #[test]
    fn a_server_that_is_not_there_keeps_nothing() {
        let before = host(vec![pane("a", 1)]);
        let mut now = before.clone();
        for server in now.servers.values_mut() {
            server.state = ServerState::Absent;
            server.panes.clear();
        }
        Unanswered::default().stand(Some(&before), &mut now);
        assert!(now.servers.values().all(|server| server.panes.is_empty()));
    }
}
