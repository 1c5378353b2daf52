//! The whole program on a fleet of its own: a private tmux server to watch, a mosaic home, and the dashboard in a pane
//! of another private server.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};

use super::{SOON, Tmux, describe, wait_until};

/// Our own binary.
pub const BINARY: &str = env!("CARGO_BIN_EXE_mosaic-top");

/// A fleet: a tmux server to watch and a mosaic home, both removed when dropped.
pub struct Fleet {
    pub tmux: Arc<Tmux>,
    home: tempfile::TempDir,
    /// Where the program finds other programs before it looks anywhere else.
    pub first_on_path: Option<PathBuf>,
}

impl Fleet {
    /// No server, no roster, no heartbeat yet.
    pub fn new() -> Self {
        let home = tempfile::Builder::new().prefix("mh").tempdir_in("/tmp").unwrap();
        for dir in ["fleet/run", "bin"] {
            fs::create_dir_all(home.path().join(dir)).unwrap();
        }
        // Who tests is not here for the first time.
        fs::create_dir_all(home.path().join("state/mosaic-top")).unwrap();
        fs::write(home.path().join("state/mosaic-top/state.json"), r#"{"version":1,"hint_read":true}"#).unwrap();
        // A shell under a runtime's name: what a process table shows of an agent.
        std::os::unix::fs::symlink("/bin/sh", home.path().join("bin/claude")).unwrap();
        Self { tmux: Arc::new(Tmux::new()), home, first_on_path: None }
    }

    /// The mosaic home.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where the roster is.
    pub fn roster_path(&self) -> PathBuf {
        self.home().join("fleet/roster.yaml")
    }

    /// A roster of claude agents with these names.
    pub fn roster(&self, names: &[&str]) {
        let agent = |name: &&str| format!("  - {{ name: {name}, class: code, runtime: claude }}\n");
        let agents = names.iter().map(agent).collect::<Vec<_>>().concat();
        let socket = self.tmux.name();
        self.roster_text(&format!("version: 1\ntransport: tmux\ntmux: {{ socket_name: {socket} }}\nagents:\n{agents}"));
    }

    /// A roster in these words, replaced at once as an editor does.
    pub fn roster_text(&self, text: &str) {
        let fresh = self.roster_path().with_extension("new");
        fs::write(&fresh, text).unwrap();
        fs::rename(fresh, self.roster_path()).unwrap();
    }

    /// The configuration in these words, replaced at once as an editor does.
    pub fn configure(&self, text: &str) {
        let path = self.home().join("config/mosaic-top/mosaic-top.yaml");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path.with_extension("new"), text).unwrap();
        fs::rename(path.with_extension("new"), path).unwrap();
    }

    /// An agent: a session whose program is a runtime by name and plays this shell script.
    pub fn agent(&self, name: &str, script: &str) -> &Self {
        let path = self.home().join(format!("{name}.sh"));
        fs::write(&path, script).unwrap();
        let runtime = self.home().join("bin/claude");
        self.tmux.session(name, &format!("exec {} {}", runtime.display(), path.display()));
        self
    }

    /// A heartbeat of so many seconds ago.
    pub fn beat(&self, name: &str, seconds_old: i64, rest: &str) -> &Self {
        let at = Timestamp::now() - SignedDuration::from_secs(seconds_old);
        let text = format!("ts={}\npid=1\n{rest}\n", at.strftime("%Y-%m-%dT%H:%M:%SZ"));
        fs::write(self.home().join(format!("fleet/run/{name}.hb")), text).unwrap();
        self
    }

    /// What the program sees of the world: this fleet and no other.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let text = |path: &Path| path.display().to_string();
        let first = self.first_on_path.as_ref().map_or_else(String::new, |dir| text(dir) + ":");
        vec![
            // Whoever runs the tests has files of their own there.
            ("HOME", text(self.home())),
            ("TMUX_TMPDIR", text(self.tmux.tmpdir())),
            ("MOSAIC_HOME", text(self.home())),
            ("XDG_STATE_HOME", text(&self.home().join("state"))),
            ("XDG_CONFIG_HOME", text(&self.home().join("config"))),
            ("TMPDIR", text(self.home())),
            ("PATH", format!("{first}{}:{}", text(&self.home().join("bin")), std::env::var("PATH").unwrap())),
        ]
    }

    /// The same world, in which every call of tmux leaves its words in the file that this returns.
    pub fn listen_to_tmux(&self) -> PathBuf {
        let (log, script) = (self.home().join("tmux.log"), self.home().join("bin/tmux"));
        fs::write(&log, "").unwrap();
        let real = Command::new("sh").args(["-c", "command -v tmux"]).output().unwrap();
        let real = String::from_utf8(real.stdout).unwrap();
        fs::write(&script, format!("#!/bin/sh\necho \"$@\" >>{}\nexec {} \"$@\"\n", log.display(), real.trim()))
            .unwrap();
        fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        log
    }

    /// The program with these words, not started yet.
    pub fn program(&self, words: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(words).envs(self.environment()).env_remove("TMUX").env_remove("TMUX_PANE").stdin(Stdio::null());
        command
    }

    /// Runs the program to its end: its exit code, stdout and stderr.
    pub fn run(&self, words: &[&str]) -> Ran {
        Ran::of(&self.program(words).output().unwrap())
    }

    /// A shell's words that run the program.
    pub fn shell_words(&self, words: &str) -> String {
        let environment: Vec<String> =
            self.environment().iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("env {} {BINARY} {words}", environment.join(" "))
    }

    /// The dashboard in a terminal of 120×40.
    pub fn dashboard(&self) -> Dashboard {
        self.dashboard_of("")
    }

    /// The dashboard with these words.
    pub fn dashboard_of(&self, words: &str) -> Dashboard {
        Dashboard::run(&format!("exec {}", self.shell_words(words)))
    }
}

/// A program that has ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
    said: String,
}

impl Ran {
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        Self { code: output.status.code(), out, err, said: describe(output) }
    }

    /// Fails unless it ended with this code.
    #[track_caller]
    pub fn with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.said);
        self
    }
}

/// A terminal with a program in it: a pane of a private tmux server.
pub struct Dashboard {
    pub tmux: Arc<Tmux>,
    target: String,
}

impl Dashboard {
    /// A shell command in a terminal of 120×40.
    pub fn run(command: &str) -> Self {
        Self::on(Arc::new(Tmux::new()), "view", command)
    }

    /// The same, as a session of this server.
    pub fn on(tmux: Arc<Tmux>, session: &str, command: &str) -> Self {
        tmux.tmux(&["new-session", "-d", "-x", "120", "-y", "40", "-s", session, command]);
        Self { tmux, target: format!("={session}:") }
    }

    /// What is on it, without colours.
    pub fn text(&self) -> String {
        self.tmux.tmux(&["capture-pane", "-p", "-t", &self.target])
    }

    /// What is on it, with its colours as escape codes.
    pub fn styled(&self) -> String {
        self.tmux.tmux(&["capture-pane", "-pe", "-t", &self.target])
    }

    /// Presses keys, by tmux's names.
    pub fn keys(&self, keys: &[&str]) -> &Self {
        self.tmux.tmux(&[&["send-keys", "-t", &self.target], keys].concat());
        self
    }

    /// Types text, key by key.
    pub fn types(&self, text: &str) -> &Self {
        self.tmux.tmux(&["send-keys", "-t", &self.target, "-l", text]);
        self
    }

    /// A click with the left button on a cell, counted from 0: the bytes that a terminal sends (SGR).
    pub fn click(&self, column: usize, row: usize) -> &Self {
        let (x, y) = (column + 1, row + 1);
        self.types(&format!("\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m"))
    }

    /// Makes the terminal another size.
    pub fn resize(&self, columns: u16, rows: u16) -> &Self {
        self.tmux.tmux(&["resize-window", "-t", &self.target, "-x", &columns.to_string(), "-y", &rows.to_string()]);
        self
    }

    /// Waits for a screen and returns it; prints the last one when it does not come.
    #[track_caller]
    pub fn until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        wait_until(what, SOON, || {
            let text = self.text();
            if wanted(&text) { Ok(text) } else { Err(Picture(text)) }
        })
    }

    /// Waits until these words are on the screen.
    #[track_caller]
    pub fn says(&self, words: &str) -> String {
        self.until(words, |text| text.contains(words))
    }

    /// Waits until an agent's line holds these words.
    #[track_caller]
    pub fn row(&self, agent: &str, words: &str) -> String {
        self.until(&format!("{agent} with {words:?}"), |text| {
            line_of(text, agent).is_some_and(|line| line.contains(words))
        })
    }

    /// Waits until the program has ended and its terminal with it; the screen that is still there is printed when not.
    #[track_caller]
    pub fn ended(&self) {
        wait_until("the program has ended", SOON, || {
            let output = self.tmux.command().args(["capture-pane", "-p", "-t", &self.target]).output().unwrap();
            if output.status.success() { Err(Picture(describe(&output))) } else { Ok(()) }
        });
    }
}

/// The list's part of the line that shows an agent.
pub fn line_of<'a>(screen: &'a str, agent: &str) -> Option<&'a str> {
    let list = |line: &'a str| line.split("││").next().unwrap_or(line);
    let is =
        |line: &&str| line.trim_start_matches(['│', '▸', '•', '*', '+', ' ']).split_whitespace().next() == Some(agent);
    screen.lines().map(list).find(is)
}

/// The list's part of the line that the cursor is on.
pub fn selected(screen: &str) -> Option<&str> {
    screen.lines().find(|line| line.contains('▸')).map(|line| line.split("││").next().unwrap_or(line))
}

/// A screen that prints as it looks.
pub struct Picture(pub String);

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "\n{}", self.0)
    }
}
