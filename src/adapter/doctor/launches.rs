//! What the next launch of each agent would find: its directory, its programs, its runtime's records.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{Asked, there};
use crate::{
    adapter::{exec::FileError, files::Files, steer::launcher, trust},
    fleet::{
        doctor::facts::{Launch, Text},
        order::launch,
        reading::Reading,
        roster::{Agent, Roster},
        trust::Keeper,
    },
};

/// What a unit gets where nobody says otherwise.
const UNIT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Claude keeps what it knows of every project in one file.
const RECORD_MOST: usize = 32 * 1024 * 1024;

type Environment = BTreeMap<String, String>;

impl Asked<'_> {
    pub(super) async fn launches(&self, files: &Files, manager: &Reading<Environment>) -> Vec<Launch> {
        let Some(roster) = self.roster else { return Vec::new() };
        let units: BTreeMap<String, String> = self.unit_names().into_iter().collect();
        let own = self.unit_paths(&units).await;
        let mut all = Vec::new();
        for agent in self.local_agents() {
            let unit = units.get(agent.name.as_str());
            let own = unit.and_then(|unit| own.get(unit));
            all.push(self.launch(files, manager, own, roster, agent).await);
        }
        all
    }

    async fn launch(
        &self,
        files: &Files,
        manager: &Reading<Environment>,
        own_path: Option<&String>,
        roster: &Roster,
        agent: &Agent,
    ) -> Launch {
        let row = self.fleet.rows.iter().find(|row| row.managed && row.name == agent.name.as_str());
        let pid = row.and_then(|row| row.pane.as_ref()).filter(|pane| pane.dead.is_none()).map(|pane| pane.pid);
        let launch = launch::Launch::of(roster, agent, self.home);
        let (launch, env) = trust::surroundings(self.exec(), files, launch, manager.known(), pid).await;
        let asks_codex = self.asks_codex(&launch.directory).await;
        let ground = self.exec().survey(vec![launch.directory.clone().into()]).await.pop();
        let ground = ground.map_or_else(|| Reading::unknown("no answer"), there);
        let home = PathBuf::from(self.home);
        let keeper = Keeper::of(&launch.runtime);
        let trust = match keeper {
            Some(keeper) => Some(self.text(keeper.file(&env, &home)).await),
            None => None,
        };
        let settings = match keeper {
            Some(Keeper::Claude) => {
                let usual = || env.get("HOME").map_or_else(|| home.clone(), PathBuf::from).join(".claude");
                let directory = env.get("CLAUDE_CONFIG_DIR").map_or_else(usual, PathBuf::from);
                Some(self.text(directory.join("settings.json")).await)
            }
            _ => None,
        };
        let by_unit = row.and_then(|row| row.unit.known()).is_some_and(|unit| unit.facts.load == "loaded");
        // Without a unit it is started from here, with the PATH that this program has.
        let own = || Reading::Known((launcher::path(), "this program, which starts what has no unit".to_owned()));
        let path = if by_unit { path(&launch, manager, own_path) } else { own() };
        let missing = match path.known() {
            Some((path, _)) if !path.is_empty() => self.missing(&launch, path).await,
            _ => Vec::new(),
        };
        let (agent, runtime, yolo) = (agent.name.to_string(), launch.runtime.clone(), launch.yolo);
        Launch {
            agent,
            runtime,
            yolo,
            directory: launch.directory,
            ground,
            asks_codex,
            by_unit,
            path,
            missing,
            trust,
            settings,
        }
    }

    /// `Environment=PATH=…` of the units themselves.
    async fn unit_paths(&self, units: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        if units.is_empty() || self.facts.systemd.units.why().is_some() {
            return BTreeMap::new();
        }
        let head = ["show", "--no-pager", "-p", "Id,Environment", "--"];
        let words: Vec<&str> = head.into_iter().chain(units.values().map(String::as_str)).collect();
        let text = self.systemctl(&words).await.unwrap_or_default();
        let of = |block: &str| {
            let value = |key: &str| block.lines().find_map(|line| line.strip_prefix(key)).map(str::to_owned);
            let environment = value("Environment=")?;
            let path = environment.split_whitespace().find_map(|word| word.trim_matches('"').strip_prefix("PATH="))?;
            Some((value("Id=")?, path.to_owned()))
        };
        text.split("\n\n").filter_map(of).collect()
    }

    /// The programs of a launch that no directory of the path holds: the launcher and the runtime, or the first word of
    /// a command that replaces them.
    async fn missing(&self, launch: &launch::Launch, path: &str) -> Vec<String> {
        let wanted = match &launch.command {
            Some(command) => vec![command.split_whitespace().next().unwrap_or_default().to_owned()],
            None => vec!["mosaic".to_owned(), launch.runtime.clone()],
        };
        let plain =
            |word: &&String| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "_-./+".contains(c));
        let mut missing = Vec::new();
        for program in wanted.iter().filter(plain) {
            if !launcher::is_there(self.exec(), program, path).await {
                missing.push(program.clone());
            }
        }
        missing
    }

    /// Codex asks of a directory in a git repository, or with a `.codex` of its own.
    async fn asks_codex(&self, directory: &str) -> bool {
        let up = Path::new(directory).ancestors().map(|up| up.join(".git"));
        let signs = up.chain([Path::new(directory).join(".codex")]).collect();
        self.exec().survey(signs).await.iter().any(Result::is_ok)
    }

    async fn text(&self, path: PathBuf) -> Text {
        let text = match self.exec().read(vec![path.clone()], RECORD_MOST).await.pop() {
            Some(Ok(content)) => Reading::Known(Some(String::from_utf8_lossy(&content.bytes).into_owned())),
            Some(Err(FileError::Missing(_))) => Reading::Known(None),
            Some(Err(error)) => Reading::unknown(error.to_string()),
            None => Reading::unknown("no answer"),
        };
        Text { path, text }
    }
}

/// Where the launch of a unit looks for programs, and by whose word.
fn path(launch: &launch::Launch, manager: &Reading<Environment>, own: Option<&String>) -> Reading<(String, String)> {
    let says = |path: &String, whose: &str| Reading::Known((path.clone(), whose.to_owned()));
    if let Some(path) = launch.env.get("PATH") {
        return says(path, "its env file");
    }
    if let Some(path) = own {
        return says(path, "its unit");
    }
    match manager {
        Reading::Known(env) => match env.get("PATH") {
            Some(path) => says(path, "the user manager"),
            None => says(&UNIT_PATH.to_owned(), "every unit"),
        },
        Reading::Unknown(why) => Reading::Unknown(why.clone()),
    }
}
