//! The eye of every front: reads the roster when it is another one, gathers what it asks for, and measures the time
//! between two looks. Judges nothing and changes nothing.

use std::time::Duration;

use super::{
    clock::{self, Moment},
    exec::Stamp,
    files::RosterRead,
    gather::{Ask, Look, Watch},
};
use crate::fleet::{
    facts::{HostFacts, Identity},
    ids::Socket,
    roster::{self, Agent, Roster, news::RosterNews},
};

/// Looks at one fleet again and again.
pub struct Observer {
    watch: Watch,
    /// The socket that was asked for; it stands above the roster's.
    socket: Option<Socket>,
    stamp: Option<Stamp>,
    missing: bool,
    /// The last roster that could be used.
    good: Option<Roster>,
    last: Option<Moment>,
}

/// One look.
#[derive(Debug)]
pub struct Sight {
    /// News of the roster file, when there are any.
    pub roster: Option<RosterNews>,
    /// What was found.
    pub facts: HostFacts,
    /// The time since the look before, by a clock that nobody sets; zero for the first.
    pub elapsed: Duration,
}

impl Observer {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(watch: Watch, socket: Option<Socket>) -> Self {
        Self { watch, socket, stamp: None, missing: false, good: None, last: None }
    }

    /// One look.
    pub async fn look(&mut self, look: Look) -> Sight {
        let roster = self.read_roster().await;
        let who = self.watch.who().await;
        let ask = Ask { look, ..Ask::of(self.good.as_ref(), &who.identity, self.socket.as_ref()) };
        let now = clock::now();
        let elapsed = self.last.replace(now).map_or(Duration::ZERO, |last| now.steady - last.steady);
        Sight { roster, facts: self.watch.snapshot(&ask, now).await, elapsed }
    }

    /// The last roster that could be used.
    #[must_use]
    pub fn roster(&self) -> Option<&Roster> {
        self.good.as_ref()
    }

    async fn read_roster(&mut self) -> Option<RosterNews> {
        match self.watch.roster(self.stamp.as_ref()).await {
            RosterRead::Same => None,
            RosterRead::Read(read) => {
                self.stamp = Some(read.stamp);
                self.missing = false;
                let mut parsed = roster::parse(&read.text);
                if let (Some(roster), Some(socket)) = (&mut parsed.roster, &self.socket) {
                    roster.socket = socket.clone();
                }
                if parsed.roster.is_some() {
                    self.good.clone_from(&parsed.roster);
                }
                Some(RosterNews::Read { path: read.path, parsed })
            }
            RosterRead::Missing { looked, why } => {
                self.stamp = None;
                let known = std::mem::replace(&mut self.missing, true);
                (!known).then_some(RosterNews::Missing { looked, why })
            }
        }
    }
}

impl Ask {
    /// What a roster asks for on one machine; without one, the socket that was asked for.
    #[must_use]
    pub fn of(roster: Option<&Roster>, here: &Identity, socket: Option<&Socket>) -> Self {
        let Some(roster) = roster else {
            let socket = socket.cloned().unwrap_or(Socket::Default);
            return Self { sockets: [socket].into(), ..Self::default() };
        };
        let local = || roster.agents.iter().filter(|agent| agent.host.as_deref().is_none_or(|host| here.is_here(host)));
        let legacy = local().filter_map(Agent::legacy_unit_name).map(str::to_owned);
        Self {
            sockets: std::iter::once(&roster.socket)
                .chain(local().map(|agent| roster.socket_of(agent)))
                .cloned()
                .collect(),
            agents: local().map(|agent| agent.name.clone()).collect(),
            units: local().map(Agent::unit_name).chain(legacy).collect(),
            runtimes: local().map(|it| (it.name.to_string(), it.runtime_or_default().to_owned())).collect(),
            look: Look::Usual,
        }
    }
}
