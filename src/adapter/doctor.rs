//! The health check's own look: one more observation, and what is dearer to ask than a dashboard may every second.
//!
//! It changes nothing and starts no tap. What cannot be asked becomes words in its own place.

mod launches;
mod ssh;
mod tmux;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use super::{
    Look, Observer, Watch, clock,
    exec::{Argv, Exec, FileError},
    files::Files,
    identity::Who,
};
use crate::fleet::{
    confirm::Memory,
    doctor::{
        self, Checkup, Examined,
        facts::{Extra, Left, Place, UnitFile},
    },
    facts::{HostFacts, Limits},
    ids::Socket,
    join::{JoinContext, join},
    reading::{Reading, Why},
    roster::{Roster, news::RosterNews},
    row::Fleet,
    text::pairs,
};

/// The longest that one program may take.
const LIMIT: Duration = Duration::from_secs(5);
/// The most that is read of a small file of the user's.
const SMALL: usize = 1024 * 1024;
/// The most entries of `fleet/run` that are looked at.
const MOST_FILES: usize = 10_000;
/// What holds the tmux server (spec §4).
const HOLDER: &str = "mosaic-tmux-holder.service";

/// One health check.
#[derive(Debug)]
pub struct Visit {
    /// The judged fleet, with the findings that every look makes.
    pub fleet: Fleet,
    /// What was found beside them.
    pub checkup: Checkup,
    /// Why there is no roster, where there is none.
    pub no_roster: Option<Why>,
}

/// Looks at the fleet behind `watch` and makes every check. Takes some tens of milliseconds, or a few seconds where
/// things hang.
pub async fn visit(watch: &Watch, socket: Option<&Socket>, limits: Limits) -> Visit {
    let mut observer = Observer::new(watch.clone(), socket.cloned());
    let sight = observer.look(Look::Afresh).await;
    let who = watch.who().await;
    let home = who.home.as_ref().map(|home| home.display().to_string()).unwrap_or_default();
    let (problems, no_roster) = match sight.roster {
        Some(RosterNews::Read { parsed, .. }) => (parsed.problems, None),
        Some(RosterNews::Missing { why, .. }) => (Vec::new(), Some(why)),
        None => (Vec::new(), None),
    };
    let zones = clock::zones();
    let context =
        JoinContext { limits, home: &home, socket, zones: &zones, ages_believed: true, live: BTreeMap::new() };
    let fleet = join(observer.roster(), &sight.facts, &context, &mut Memory::default().sights);
    let asked = Asked { watch, who: &who, home: &home, roster: observer.roster(), facts: &sight.facts, fleet: &fleet };
    let extra = asked.gather().await;
    let checkup =
        doctor::examine(&Examined { fleet: &fleet, facts: &sight.facts, extra: &extra, problems: &problems, limits });
    Visit { fleet, checkup, no_roster }
}

/// What is asked about.
struct Asked<'a> {
    watch: &'a Watch,
    who: &'a Who,
    home: &'a str,
    roster: Option<&'a Roster>,
    facts: &'a HostFacts,
    fleet: &'a Fleet,
}

impl Asked<'_> {
    async fn gather(&self) -> Extra {
        let files = self.watch.files(self.who);
        let manager = self.manager().await;
        let (client, servers, units, places, run, (ssh, ssh_settings), launches) = tokio::join!(
            self.client(),
            self.servers(),
            self.units(),
            self.places(files.directories().into_iter().chain([files.actions()]).collect()),
            self.left(&files),
            async {
                let settings = self.ssh_settings().await;
                (self.ssh(&settings).await, settings)
            },
            self.launches(&files, &manager),
        );
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable).unwrap_or_default();
        let user = nix::unistd::geteuid().as_raw();
        Extra { user, client, servers, units, places, run, ssh, ssh_settings, locale, launches }
    }

    fn exec(&self) -> &dyn Exec {
        self.watch.exec()
    }

    /// What a program prints; why not, in words.
    async fn prints(&self, argv: &Argv) -> Result<String, String> {
        let output = self.exec().run(argv, LIMIT).await.map_err(|error| error.to_string())?;
        match output.status {
            0 => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            status => Err(format!("{} failed with status {status}: {}", argv.program(), output.complaint())),
        }
    }

    async fn systemctl(&self, words: &[&str]) -> Result<String, String> {
        let mut argv = Argv::new(["systemctl", "--user"].iter().chain(words).copied());
        if let Some(directory) = &self.who.missing_runtime_dir {
            argv = argv.with("XDG_RUNTIME_DIR", directory);
        }
        self.prints(&argv).await
    }

    /// The environment that the user manager gives to units.
    async fn manager(&self) -> Reading<BTreeMap<String, String>> {
        if let Some(why) = self.facts.systemd.units.why() {
            return Reading::Unknown(why.clone());
        }
        let parsed = self.systemctl(&["show-environment"]).await.map(|text| {
            pairs(&text).map(|(key, value)| (key.to_owned(), value.to_owned())).collect::<BTreeMap<_, _>>()
        });
        parsed.into()
    }

    /// The units of this host's agents by full name: the roster's, or the older orchestrator's where only that is there.
    fn unit_names(&self) -> Vec<(String, String)> {
        let is_there = |name: &str| {
            let unit = self.facts.systemd.units.known().and_then(|units| units.get(name));
            unit.is_some_and(|unit| unit.load == "loaded")
        };
        let agents = self.local_agents();
        let named = agents.map(|agent| {
            let own = agent.unit_name();
            let legacy = agent.legacy_unit_name().filter(|legacy| !is_there(&own) && is_there(legacy));
            (agent.name.to_string(), legacy.map_or(own, str::to_owned))
        });
        named.collect()
    }

    fn local_agents(&self) -> impl Iterator<Item = &crate::fleet::roster::Agent> {
        let here = |host: &Option<String>| host.as_deref().is_none_or(|host| self.facts.identity.is_here(host));
        self.roster.into_iter().flat_map(|roster| &roster.agents).filter(move |agent| here(&agent.host))
    }

    async fn units(&self) -> Reading<Vec<UnitFile>> {
        if let Some(why) = self.facts.systemd.units.why() {
            return Reading::Unknown(why.clone());
        }
        let units: Vec<String> = self.unit_names().into_iter().map(|(_, unit)| unit).collect();
        if units.is_empty() {
            return Reading::Known(Vec::new());
        }
        let properties = "Id,LoadState,ActiveState,UnitFileState,KillMode,Wants,Requires,After,NeedDaemonReload";
        let head = ["show", "--no-pager", "-p", properties, "--", HOLDER];
        let words: Vec<&str> = head.into_iter().chain(units.iter().map(String::as_str)).collect();
        self.systemctl(&words).await.map(|text| text.split("\n\n").filter_map(unit_file).collect()).into()
    }

    async fn places(&self, paths: Vec<PathBuf>) -> Vec<Place> {
        let found = self.exec().survey(paths.clone()).await;
        paths.into_iter().zip(found).map(|(path, ground)| Place { path, ground: there(ground) }).collect()
    }

    /// What lies in `fleet/run`; of takeovers also whether their owner lives.
    async fn left(&self, files: &Files) -> Reading<Vec<Left>> {
        let run = files.directories()[2].clone();
        let listed = match self.exec().list(vec![run.clone()], MOST_FILES).await.pop() {
            Some(Ok(entries)) => entries,
            // That it is not there is found where the directories are looked at.
            Some(Err(FileError::Missing(_))) | None => return Reading::Known(Vec::new()),
            Some(Err(error)) => return Reading::unknown(error.to_string()),
        };
        let mut left = Vec::new();
        for entry in listed {
            let owner = if entry.name.strip_suffix(".taken").is_some() {
                self.owner(run.join(&entry.name)).await
            } else {
                None
            };
            let owner_lives = match owner {
                Some(pid) => self.exec().stat(format!("/proc/{pid}").into()).await.is_ok(),
                None => false,
            };
            left.push(Left { name: entry.name, modified: entry.stamp.modified, owner, owner_lives });
        }
        Reading::Known(left)
    }

    /// The process that a file names as its owner; `None` where it names none, or one on another host.
    async fn owner(&self, path: PathBuf) -> Option<u32> {
        let content = self.exec().read(vec![path], SMALL).await.pop()?.ok()?;
        let text = String::from_utf8_lossy(&content.bytes).into_owned();
        let value = |wanted: &str| pairs(&text).find(|(key, _)| *key == wanted).map(|(_, value)| value.to_owned());
        let here = value("host").is_none_or(|host| self.facts.identity.is_here(&host));
        value("pid")?.parse().ok().filter(|_| here)
    }
}

/// Nothing there is a fact, too.
fn there<T>(found: Result<T, FileError>) -> Reading<Option<T>> {
    match found {
        Ok(found) => Reading::Known(Some(found)),
        Err(FileError::Missing(_)) => Reading::Known(None),
        Err(error) => Reading::unknown(error.to_string()),
    }
}

fn unit_file(block: &str) -> Option<UnitFile> {
    let values: BTreeMap<&str, &str> = block.lines().filter_map(|line| line.split_once('=')).collect();
    let value = |key| values.get(key).copied().unwrap_or_default().to_owned();
    let list = |key| value(key).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let unit = UnitFile {
        name: value("Id"),
        load: value("LoadState"),
        active: value("ActiveState"),
        enabled: value("UnitFileState"),
        kill_mode: value("KillMode"),
        wants: list("Wants").into_iter().chain(list("Requires")).collect(),
        after: list("After"),
        reload: value("NeedDaemonReload") == "yes",
    };
    (!unit.name.is_empty()).then_some(unit)
}
