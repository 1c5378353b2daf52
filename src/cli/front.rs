//! What every verb that looks at the fleet begins with: the eye, and the judged fleet that it sees.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use color_eyre::eyre::{Result, eyre};

use super::{Exit, Globals, complain};
use crate::{
    adapter::{Look, Observer, Watch, WatchConfig, clock, exec::Local},
    fleet::{
        confirm::Memory,
        facts::{HostFacts, Limits},
        ids::Socket,
        join::{JoinContext, join},
        roster::{Roster, news::RosterNews},
        row::{Fleet, Row},
        until::Zones,
    },
};

/// How long a one-shot verb waits before it looks again at what needs a second look (spec §6).
pub(super) const SECOND_LOOK: Duration = Duration::from_millis(300);

/// The eye with what it has learnt: what `ps` prints once or repeatedly.
pub(super) struct Front {
    observer: Observer,
    /// For what looks deeper than the table: mirrors.
    pub(super) watch: Watch,
    limits: Limits,
    socket: Option<Socket>,
    home: String,
    zones: Zones,
    memory: Memory,
    /// What of the user's rules was complained about already.
    wrong_rules: Vec<String>,
}

/// What one look showed.
pub(super) struct Shown {
    /// The judged fleet.
    pub(super) fleet: Fleet,
    /// The facts behind it.
    pub(super) facts: HostFacts,
}

impl Globals {
    /// Looks at this machine, the way these words say.
    pub(super) fn watch(&self) -> Watch {
        let config = WatchConfig { home: self.home.clone(), roster: self.roster.clone(), ..WatchConfig::default() };
        Watch::new(Arc::new(Local::new()), config)
    }

    /// The socket that was asked for.
    pub(super) fn socket(&self) -> Option<Socket> {
        self.socket.as_deref().map(Socket::from_name)
    }
}

/// Times that the environment and the configuration may set.
pub(super) fn limits(globals: &Globals) -> Limits {
    let limits = Limits::from_env(|name| std::env::var(name).ok());
    Limits { stalled_after: globals.configured.stalled_after, ..limits }
}

impl Front {
    /// Ready to look.
    pub(super) async fn open(globals: &Globals) -> Self {
        let watch = globals.watch();
        let home = watch.who().await.home.map(|home| home.display().to_string()).unwrap_or_default();
        let observer = Observer::new(watch.clone(), globals.socket());
        Self {
            observer,
            watch,
            limits: limits(globals),
            socket: globals.socket(),
            home,
            zones: clock::zones(),
            memory: Memory::default(),
            wrong_rules: Vec::new(),
        }
    }

    /// One look. Problems of the roster go to stderr; a roster that cannot be used is an error, with exit code 3.
    pub(super) async fn look(&mut self, globals: &Globals) -> Result<Shown, Exit> {
        self.looked(globals, Look::Usual).await
    }

    async fn looked(&mut self, globals: &Globals, how: Look) -> Result<Shown, Exit> {
        let sight = self.observer.look(how).await;
        match sight.roster {
            Some(RosterNews::Read { path, parsed }) => {
                parsed.problems.iter().for_each(|problem| complain(&problem.show(&path)));
                if parsed.roster.is_none() && self.observer.roster().is_none() {
                    return Err(Exit::Usage);
                }
            }
            Some(RosterNews::Missing { why, .. }) if globals.roster.is_some() => {
                complain(&format!("mosaic-top: no roster: {why}"));
                return Err(Exit::Usage);
            }
            Some(RosterNews::Missing { why, .. }) => {
                complain(&format!("mosaic-top: no roster, so every session is unmanaged: {why}"));
            }
            None => {}
        }
        if self.wrong_rules != sight.facts.rules.problems {
            self.wrong_rules.clone_from(&sight.facts.rules.problems);
            self.wrong_rules.iter().for_each(|problem| complain(problem));
        }
        let context = JoinContext {
            limits: self.limits,
            home: &self.home,
            socket: self.socket.as_ref(),
            zones: &self.zones,
            ages_believed: self.memory.ages_believed(sight.facts.at, sight.elapsed, self.limits.heartbeat_interval),
            live: BTreeMap::new(),
        };
        let fleet = join(self.observer.roster(), &sight.facts, &context, &mut self.memory.sights);
        let fleet = self.memory.settle(fleet);
        Ok(Shown { fleet, facts: sight.facts })
    }

    /// The last roster that could be used.
    pub(super) fn roster(&self) -> Option<&Roster> {
        self.observer.roster()
    }

    /// The user's home directory.
    pub(super) fn home(&self) -> &str {
        &self.home
    }

    /// Whether there is a roster that can be used.
    pub(super) fn has_roster(&self) -> bool {
        self.observer.roster().is_some()
    }

    /// One look, and a second one when the first saw something that one look does not prove.
    pub(super) async fn confirmed(&mut self, globals: &Globals) -> Result<Shown, Exit> {
        let shown = self.look(globals).await?;
        if shown.fleet.rows.iter().all(|row| row.confirmed) {
            return Ok(shown);
        }
        tokio::time::sleep(SECOND_LOOK).await;
        self.looked(globals, Look::Again).await
    }
}

/// The agent that is meant by a word: its name, else its alias, whatever the alias' case. `Err` says who there is.
pub(super) fn agent<'a>(word: &str, fleet: &'a Fleet) -> Result<&'a Row> {
    if let Some(row) = fleet.rows.iter().find(|row| row.name == word) {
        return Ok(row);
    }
    let same = |alias: &String| alias.to_lowercase() == word.to_lowercase();
    let called: Vec<&Row> = fleet.rows.iter().filter(|row| row.alias.as_ref().is_some_and(same)).collect();
    let names = |rows: &[&Row]| rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>().join(", ");
    match (called.as_slice(), fleet.rows.as_slice()) {
        ([one], _) => Ok(one),
        ([], []) => {
            Err(eyre!("there is no agent {word:?}: nothing is declared and nothing runs on socket {}", fleet.socket))
        }
        ([], all) => Err(eyre!("there is no agent {word:?}. There is: {}", names(&all.iter().collect::<Vec<_>>()))),
        (many, _) => Err(eyre!("{word:?} is the alias of several agents: {}. Hint: use a name", names(many))),
    }
}
