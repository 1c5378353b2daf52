//! Gathers all facts about one host at one moment, from all sources at once. It changes nothing.
//!
//! A source that fails or hangs becomes words in its own place: every look is bounded, and together they fit into
//! [`WatchConfig::patience`]. However many agents: one `tmux` a socket, and now and then one or two `systemctl`.

mod listed;
mod people;
mod rules;
mod run_dir;

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures_util::future::join_all;
use tokio::sync::{Mutex, OnceCell};

use self::listed::Listed;
use super::{
    clock::Moment,
    exec::{Exec, Stamp},
    files::{Files, RosterRead},
    identity::{self, Who},
    process,
    records::{Asked, Records},
    rule_files::RuleFiles,
    screens::{Held, Mirrored, Screens},
    systemd::{Manager, SystemdReader},
    tap::{client::Mirrors, server::Server},
    tmux::{Tmux, query},
};
use crate::fleet::{
    facts::{HostFacts, PaneFacts, Process, ServerFacts, ServerState, SystemdFacts},
    gate::UserRules,
    ids::{AgentName, PaneKey, Socket},
    reading::{Reading, Why},
    record::Record,
    runtime::{self, Family, Recognition},
    shot::Shot,
};

/// How one host is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchConfig {
    /// The mosaic home (`--home`); else `MOSAIC_HOME`, else `~/.config/mosaic`.
    pub home: Option<PathBuf>,
    /// The roster (`--roster`); else `fleet/roster.yaml` in the mosaic home.
    pub roster: Option<PathBuf>,
    /// How tmux is called.
    pub tmux: Tmux,
    /// The longest that one gathering may take, whatever hangs.
    pub patience: Duration,
}

impl Default for WatchConfig {
    /// Four seconds: longer than a loaded machine needs, shorter than an operator waits before doubting the screen.
    fn default() -> Self {
        Self { home: None, roster: None, tmux: Tmux::default(), patience: Duration::from_secs(4) }
    }
}

/// What is to be looked at, as the roster says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ask {
    /// The distinct sockets.
    pub sockets: BTreeSet<Socket>,
    /// The agents of this host: their heartbeats.
    pub agents: BTreeSet<AgentName>,
    /// Their units by full name, the older orchestrator's among them.
    pub units: BTreeSet<String>,
    /// The runtime that the roster declares for a session, by its name: preferred where several run in a pane.
    pub runtimes: BTreeMap<String, String>,
    /// How closely.
    pub look: Look,
}

/// How closely one look looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// At what may have changed.
    #[default]
    Usual,
    /// A second time, soon after a look that saw what one look does not prove: whatever may have moved since is captured
    /// again, so that one picture cannot confirm itself.
    Again,
    /// Also at what is asked for seldom, as when the operator asks for a refresh.
    Afresh,
}

/// Looks at one host. Cheap to clone; a clone shares what has been learnt.
#[derive(Clone)]
pub struct Watch {
    inner: Arc<Inner>,
}

struct Inner {
    exec: Arc<dyn Exec>,
    config: WatchConfig,
    who: OnceCell<Who>,
    systemd: Mutex<SystemdReader>,
    records: Mutex<Records>,
    screens: Mutex<Screens>,
    rules: Mutex<RuleFiles>,
    /// What they gave last.
    current: std::sync::Mutex<UserRules>,
    mirrored: Mirrored,
    /// The panes that each server listed last: one that gives no answer just now has not lost them.
    listed: std::sync::Mutex<Listed>,
    /// What was known last of what people do: a look that gives no answer does not take it back.
    people: std::sync::Mutex<people::People>,
    /// The heartbeats as they were read last.
    beats: std::sync::Mutex<run_dir::Beats>,
    /// Found once: a pane's id and its server are the same for as long as this program runs.
    own_pane: OnceLock<PaneKey>,
}

impl Watch {
    /// Looks at the machine behind `exec`.
    #[must_use]
    pub fn new(exec: Arc<dyn Exec>, config: WatchConfig) -> Self {
        let mirrored = Mirrored::default();
        let inner = Inner {
            exec,
            config,
            who: OnceCell::new(),
            systemd: Mutex::default(),
            records: Mutex::default(),
            screens: Mutex::new(Screens::beside(mirrored.clone())),
            mirrored,
            listed: std::sync::Mutex::default(),
            people: std::sync::Mutex::default(),
            beats: std::sync::Mutex::default(),
            rules: Mutex::default(),
            current: std::sync::Mutex::default(),
            own_pane: OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// All facts of this moment. Never fails and never takes longer than [`WatchConfig::patience`].
    pub async fn snapshot(&self, ask: &Ask, at: Moment) -> HostFacts {
        let who = self.who().await;
        let files = self.files(&who);
        let in_run = async {
            let run = self.run_dir(&files).await;
            tokio::join!(
                self.heartbeats(&files, &run, &ask.agents, at.wall),
                self.pauses(&files, &run, &ask.agents),
                self.taken(&who, &run, &files),
            )
        };
        let (tmux, systemd, (heartbeats, own_pauses, taken), paused, rules, acknowledged) = tokio::join!(
            self.servers(&ask.sockets),
            self.systemd(&who, ask, at),
            in_run,
            self.paused(&files),
            self.user_rules(&files),
            self.acknowledged(&files),
        );
        let (servers, listed, processes) = tmux;
        let (records, screens) =
            tokio::join!(self.records(&who, ask, &listed, &processes, at), self.screens(ask.look, &servers, at));
        let own_pane = self.own_pane(&who, &servers);
        HostFacts {
            at: at.wall,
            identity: who.identity,
            servers,
            systemd,
            heartbeats,
            processes,
            records,
            screens,
            rules,
            acknowledged,
            pauses: own_pauses,
            taken,
            paused,
            own_pane,
        }
    }

    /// The roster's text, unless it is still the one that `known` stamps.
    pub async fn roster(&self, known: Option<&Stamp>) -> RosterRead {
        let files = self.files(&self.who().await);
        let limit = self.inner.config.patience / 2;
        within(limit, files.roster(self.exec(), known))
            .await
            .unwrap_or_else(|why| RosterRead::Missing { looked: Vec::new(), why: Why::new(why) })
    }

    /// The mirrors of a server. Opening one starts the tap when there is none: see [`tap`](super::tap).
    #[must_use]
    pub fn mirrors(&self, socket: &Socket, server: u32) -> Arc<Mirrors> {
        let (tmux, exec) = (self.inner.config.tmux.clone(), Arc::clone(&self.inner.exec));
        Arc::new(Mirrors::of(Server { exec, tmux, socket: socket.clone(), pid: server }))
    }

    /// Says that a mirror holds the picture of a pane, for as long as the answer is kept: it is not captured meanwhile.
    #[must_use]
    pub fn holds(&self, pane: PaneKey) -> Held {
        self.inner.mirrored.hold(pane)
    }

    /// Who runs here; asked once, and again only after a time-out.
    pub async fn who(&self) -> Who {
        let ask = || async { within(self.share(2), self.exec().who()).await.flatten() };
        self.inner.who.get_or_try_init(ask).await.cloned().unwrap_or_default()
    }

    /// The servers, the panes that each listed last, and the processes below those.
    async fn servers(&self, sockets: &BTreeSet<Socket>) -> (BTreeMap<Socket, ServerFacts>, Listed, ProcessTable) {
        let config = &self.inner.config;
        let listings =
            join_all(sockets.iter().map(|socket| query::list(self.exec(), &config.tmux, socket, self.share(4)))).await;
        let mut servers: BTreeMap<_, _> = sockets
            .iter()
            .cloned()
            .zip(listings)
            .map(|(socket, listing)| {
                let cgroup = Reading::unknown("no server is running");
                (socket, ServerFacts { state: listing.state, panes: listing.panes, cgroup })
            })
            .collect();
        let listed = self.listed(&servers);
        let roots: BTreeSet<u32> = listed.values().flatten().filter(|p| p.dead.is_none()).map(|p| p.pid).collect();
        let processes = within(self.share(2), self.exec().processes(roots.into_iter().collect()));
        let ((), processes) = tokio::join!(self.cgroups(&mut servers), processes);
        (servers, listed, processes.unwrap_or_else(Reading::unknown))
    }

    /// What the recognised runtimes wrote down about themselves.
    async fn records(
        &self,
        who: &Who,
        ask: &Ask,
        listed: &Listed,
        processes: &ProcessTable,
        at: Moment,
    ) -> BTreeMap<u32, Reading<Record>> {
        let family = processes.as_ref().map(Family::of);
        let panes = listed.values().flatten().filter(|pane| pane.dead.is_none());
        let asked: BTreeMap<u32, Asked> = panes
            .filter_map(|pane| {
                let wanted: Vec<String> = ask.runtimes.get(&pane.session.name).cloned().into_iter().collect();
                Some((pane.pid, asked(pane, &family, processes, &wanted)?))
            })
            .collect();
        let asked: Vec<Asked> = asked.into_values().collect();
        let read =
            async { self.inner.records.lock().await.all(self.exec(), who, &asked, at, ask.look == Look::Afresh).await };
        within(self.share(2), read)
            .await
            .unwrap_or_else(|why| asked.iter().map(|it| (it.pane_pid, Reading::unknown(&why))).collect())
    }

    /// What every pane shows. One look at a time takes captures; where that takes too long, what was taken before stands:
    /// what was known of an agent must not be lost to one slow answer.
    async fn screens(
        &self,
        how: Look,
        servers: &BTreeMap<Socket, ServerFacts>,
        at: Moment,
    ) -> BTreeMap<PaneKey, Arc<Shot>> {
        let look = async {
            let mut screens = self.inner.screens.lock().await;
            screens.forget(servers);
            screens.look(self.exec(), &self.inner.config.tmux, how, servers, at, self.share(2)).await;
        };
        if let Err(why) = within(self.share(2), look).await {
            tracing::warn!(why, "screens were not captured");
        }
        within(self.share(1), self.inner.screens.lock()).await.map(|screens| screens.shots()).unwrap_or_default()
    }

    /// In which cgroup each server lives: one batch.
    async fn cgroups(&self, servers: &mut BTreeMap<Socket, ServerFacts>) {
        let up: Vec<(&mut Reading<String>, u32)> = servers
            .values_mut()
            .filter_map(|server| match server.state {
                ServerState::Up { pid, .. } => Some((&mut server.cgroup, pid)),
                _ => None,
            })
            .collect();
        let paths: Vec<PathBuf> = up.iter().map(|(_, pid)| format!("/proc/{pid}/cgroup").into()).collect();
        let read = within(self.share(2), self.exec().read(paths, CGROUP_BYTES)).await;
        let mut read = read.map(Vec::into_iter);
        for (cgroup, _) in up {
            *cgroup = match read.as_mut().map(Iterator::next) {
                Ok(Some(Ok(content))) => cgroup_of(&content.bytes),
                Ok(Some(Err(error))) => Reading::unknown(error.to_string()),
                Ok(None) => Reading::unknown("no answer"),
                Err(why) => Reading::unknown(why.clone()),
            };
        }
    }

    async fn systemd(&self, who: &Who, ask: &Ask, at: Moment) -> SystemdFacts {
        let manager = Manager { exec: self.exec(), who, limit: self.share(2) };
        let read =
            async { self.inner.systemd.lock().await.read(&manager, &ask.units, at, ask.look == Look::Afresh).await };
        within(self.share(6), read).await.unwrap_or_else(|why| SystemdFacts::silent(&why))
    }

    fn own_pane(&self, who: &Who, servers: &BTreeMap<Socket, ServerFacts>) -> Option<PaneKey> {
        let own = &self.inner.own_pane;
        own.get().cloned().or_else(|| {
            let found = identity::own_pane(who.inside, servers)?;
            Some(own.get_or_init(|| found).clone())
        })
    }

    /// How tmux is called.
    pub(super) fn tmux(&self) -> &Tmux {
        &self.inner.config.tmux
    }

    /// Where the fleet's files are.
    pub(super) fn files(&self, who: &Who) -> Files {
        let config = &self.inner.config;
        Files::new(who, config.home.as_deref(), config.roster.as_deref())
    }

    /// The machine, as far as it can be looked at.
    pub(super) fn exec(&self) -> &dyn Exec {
        self.inner.exec.as_ref()
    }

    /// So many eighths of the patience. The longest chain is who (2), tmux (4), processes (2).
    fn share(&self, eighths: u32) -> Duration {
        self.inner.config.patience * eighths / 8
    }
}

/// Whose record is wanted of a pane: that of the runtime that its processes are recognised as.
fn asked(pane: &PaneFacts, family: &Reading<Family<'_>>, processes: &ProcessTable, wanted: &[String]) -> Option<Asked> {
    let Recognition::Runtime(it) = runtime::recognise_pane(pane, family, wanted) else { return None };
    let started_ticks = processes.known()?.get(&it.pid)?.started_ticks;
    let (pane_pid, cwd) = (pane.pid, pane.cwd.known().cloned());
    Some(Asked { pane_pid, pane: pane.pane, runtime: it.name, pid: it.pid, started_ticks, cwd })
}

type ProcessTable = Reading<BTreeMap<u32, Process>>;

/// A `/proc/<pid>/cgroup` has one line a hierarchy.
const CGROUP_BYTES: usize = 16 * 1024;

fn cgroup_of(bytes: &[u8]) -> Reading<String> {
    let text = String::from_utf8_lossy(bytes);
    let unknown = || Reading::unknown("this system has no unified cgroups");
    process::parse_cgroup(&text).map_or_else(unknown, |path| Reading::Known(path.to_owned()))
}

/// Waits so long and no longer.
async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, String> {
    tokio::time::timeout(limit, work).await.map_err(|_| format!("no answer within {limit:?}"))
}
