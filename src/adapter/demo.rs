//! The demo's private tmux server and its files, from the first to the last.
//!
//! Everything lives in one fresh directory: the socket, the mosaic home, the links to our own binary. It never
//! touches another server: each tmux call names its `-L` and carries its own `TMUX_TMPDIR`. The server's holder is
//! a keeper of ours, which ends all of it when the demo's process is gone, however that went.
#![expect(clippy::disallowed_methods, reason = "the demo is the one place that starts a server of its own")]

use std::{
    ffi::OsString,
    fmt::Write as _,
    fs::{self, DirBuilder},
    io,
    os::unix::{
        fs::{DirBuilderExt, symlink},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use nix::{sys::signal::kill, unistd::Pid};

/// The runtimes that stubs pose as: each is a link to our binary, so that a process table shows that name.
pub const RUNTIMES: [&str; 4] = ["claude", "codex", "pi", "opencode"];

/// How long, in seconds, an agent of the demo is quiet before it counts as available; a visitor does not wait for
/// the fleet's 300.
const IDLE_THRESHOLD: &str = "3";

/// How often the keeper looks whether the demo still runs: soon enough that leaving looks immediate.
const KEEPER_LOOKS_EVERY: Duration = Duration::from_millis(200);

/// Cells of a demo pane: what an 80-column terminal can nearly show and a wide one shows whole.
const SIZE: [&str; 4] = ["-x", "100", "-y", "30"];

/// What would lead the demo's agents to something of the user's: a tmux server, or a runtime's records.
const USERS: [&str; 7] = [
    "TMUX",
    "TMUX_PANE",
    "CLAUDE_CONFIG_DIR",
    "CODEX_HOME",
    "PI_CODING_AGENT_DIR",
    "PI_CODING_AGENT_SESSION_DIR",
    "XDG_DATA_HOME",
];

/// Why the demo could not be brought up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or directory of the demo could not be made.
    #[error("{what} {}: {source}. Hint: TMPDIR may point to a directory that you can write to", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// How it failed.
        source: io::Error,
    },
    /// tmux is missing.
    #[error("tmux could not be started: {0}. Hint: install tmux 3.2 or newer, or run scripts/demo, which does")]
    NoTmux(io::Error),
    /// tmux refused.
    #[error("tmux {asked} failed: {said}. Hint: mosaic-top needs tmux 3.2 or newer (tmux -V)")]
    Tmux {
        /// What was asked of it.
        asked: String,
        /// Its words.
        said: String,
    },
    /// Our own binary could not be started again.
    #[error("mosaic-top could not start itself again: {0}")]
    Again(io::Error),
}

/// One session to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name.
    pub name: String,
    /// What runs in it. Its pane stays when that ends, dead.
    pub argv: Vec<OsString>,
}

/// The directory and names of one demo, before and after its server runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The fresh directory that holds everything.
    pub dir: PathBuf,
    /// The server's name, for `-L`.
    pub socket: String,
}

/// A demo that is up. Dropping it ends the server and removes every file.
#[derive(Debug)]
pub struct Server {
    place: Place,
    kept: bool,
}

impl Place {
    /// Makes the directory (0700), the mosaic home, and the links. `exe` is our own binary, `pid` names the demo.
    pub fn create(exe: &Path, pid: u32) -> Result<Self, Error> {
        let socket = format!("mosaic-demo-{pid}");
        let dir = std::env::temp_dir().join(&socket);
        DirBuilder::new().mode(0o700).create(&dir).map_err(|e| file("cannot make the directory", &dir, e))?;
        let place = Self { dir, socket };
        place.fill(exe).inspect_err(|_| place.remove())?;
        Ok(place)
    }

    fn fill(&self, exe: &Path) -> Result<(), Error> {
        for directory in [self.run_dir(), self.agents_dir(), self.work_dir(), self.user_home(), self.dir.join("bin")] {
            fs::create_dir_all(&directory).map_err(|e| file("cannot make the directory", &directory, e))?;
        }
        for runtime in RUNTIMES {
            let link = self.runtime(runtime);
            symlink(exe, &link).map_err(|e| file("cannot make the link", &link, e))?;
        }
        Ok(())
    }

    /// The mosaic home.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.dir.join("mosaic")
    }

    /// Where heartbeats go.
    #[must_use]
    pub fn run_dir(&self) -> PathBuf {
        self.home().join("fleet/run")
    }

    /// Where agents work.
    #[must_use]
    pub fn work_dir(&self) -> PathBuf {
        self.home().join("src")
    }

    /// Where the files are that say how each agent is launched.
    fn agents_dir(&self) -> PathBuf {
        self.home().join("fleet/agents")
    }

    /// The home of the stubs and shells: what they keep, and what is looked up as theirs, is not the user's.
    fn user_home(&self) -> PathBuf {
        self.dir.join("home")
    }

    /// Our binary under a runtime's name.
    #[must_use]
    pub fn runtime(&self, name: &str) -> PathBuf {
        self.dir.join("bin").join(name)
    }

    /// Writes the roster.
    pub fn write_roster(&self, text: &str) -> Result<(), Error> {
        write(&self.home().join("fleet/roster.yaml"), text)
    }

    /// Writes an agent's env file: where a launch of it works and keeps its files, which is nowhere near the user's own;
    /// and its command, where it has to be started from nothing.
    pub fn write_launch(&self, agent: &str, command: Option<&str>) -> Result<(), Error> {
        let home = self.user_home();
        let mut text = format!("MOSAIC_AGENT_NAME={agent}\nMOSAIC_AGENT_WORKDIR={}\n", self.work_dir().display());
        let _ = writeln!(text, "HOME={}", home.display());
        for (key, below) in
            [("CLAUDE_CONFIG_DIR", ".claude"), ("CODEX_HOME", ".codex"), ("MOSAIC_CLAUDE_JSON", ".claude.json")]
        {
            let _ = writeln!(text, "{key}={}", home.join(below).display());
        }
        if let Some(command) = command {
            let _ = writeln!(text, "MOSAIC_AGENT_COMMAND={command}");
        }
        write(&self.agents_dir().join(agent).with_extension("env"), &text)
    }

    /// Starts the server with its keeper as `_holder`, then every session. The keeper comes first, so that nothing
    /// can be left behind.
    pub fn start(self, keeper: Vec<OsString>, sessions: &[Session]) -> Result<Server, Error> {
        let server = Server { place: self, kept: false };
        let holder = Session { name: "_holder".to_owned(), argv: keeper };
        for session in std::iter::once(&holder).chain(sessions) {
            server.place.start_session(session)?;
        }
        Ok(server)
    }

    fn start_session(&self, session: &Session) -> Result<(), Error> {
        let mut words: Vec<OsString> = ["new-session", "-d", "-s", &session.name].map(OsString::from).to_vec();
        words.extend(SIZE.map(OsString::from));
        words.extend([OsString::from("-c"), self.work_dir().into(), OsString::from("--")]);
        words.extend(session.argv.iter().cloned());
        // In the same command sequence: the program may end before a second call could say that its pane stays.
        let target = format!("={}:", session.name);
        words.extend([";", "set-option", "-p", "-t", &target, "remain-on-exit", "on"].map(OsString::from));
        self.tmux(&words)
    }

    fn tmux(&self, words: &[OsString]) -> Result<(), Error> {
        let mut command = Command::new("tmux");
        command.args(["-u", "-f", "/dev/null", "-L", &self.socket]).args(words);
        command.env("TMUX_TMPDIR", &self.dir).env("HOME", self.user_home()).stdin(Stdio::null());
        for name in USERS {
            command.env_remove(name);
        }
        let output = command.output().map_err(Error::NoTmux)?;
        if output.status.success() {
            return Ok(());
        }
        let asked = words.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
        Err(Error::Tmux { asked, said: String::from_utf8_lossy(&output.stderr).trim().to_owned() })
    }

    /// The environment in which every mosaic-top sees this fleet and no other, and keeps its own state here, too.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        // The user's colours and keys are theirs here, too; everything else that is looked up in a home is the demo's.
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let config = set("XDG_CONFIG_HOME").or_else(|| Some(Path::new(&set("HOME")?).join(".config").into()));
        let config = config.unwrap_or_else(|| self.user_home().join(".config").into());
        vec![
            ("HOME", self.user_home().into()),
            ("XDG_CONFIG_HOME", config),
            ("TMUX_TMPDIR", self.dir.clone().into()),
            ("MOSAIC_HOME", self.home().into()),
            ("MOSAIC_HEARTBEAT_IDLE_THRESHOLD", IDLE_THRESHOLD.into()),
            ("MOSAIC_HEARTBEAT_INTERVAL", "15".into()),
            ("XDG_STATE_HOME", self.dir.join("state").into()),
        ]
    }

    fn end(&self) {
        // Nothing is lost when this fails: a server that is already gone is what is wanted.
        let _ = self.tmux(&["kill-server".into()]);
        self.remove();
    }

    /// Removes every file of a demo whose server does not run.
    pub fn remove(&self) {
        // A file that somebody writes at this moment makes one try fail; the keeper and the demo may both be at it.
        for _ in 0..5 {
            match fs::remove_dir_all(&self.dir) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {}
                _ => return,
            }
        }
    }
}

impl Server {
    /// Where everything is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Runs our own binary on this fleet, on our own terminal, and waits for it.
    pub fn run(&self, exe: &Path, args: &[&str]) -> Result<ExitStatus, Error> {
        self.again(exe, args).status().map_err(Error::Again)
    }

    /// Becomes the dashboard on this fleet: the same process, so that signals, job control and the keeper all deal
    /// with one pid. The keeper tidies up behind it. Returns only when that failed.
    #[must_use]
    pub fn become_dashboard(&self, exe: &Path, args: &[&str]) -> Error {
        Error::Again(self.again(exe, args).exec())
    }

    /// Leaves everything running.
    pub fn keep(mut self) {
        self.kept = true;
    }

    fn again(&self, exe: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(exe);
        command.args(args).envs(self.place.environment());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.kept {
            self.place.end();
        }
    }
}

/// The keeper's life: until the demo's process is gone (`None`: a kept demo, never) or the server ends; then
/// everything is removed.
pub async fn keep_until_gone(place: &Place, demo: Option<u32>) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    // tmux hangs up on its panes when the server is killed.
    let (mut hangup, mut term) = (signal(SignalKind::hangup())?, signal(SignalKind::terminate())?);
    let mut look = tokio::time::interval(KEEPER_LOOKS_EVERY);
    loop {
        tokio::select! {
            _ = hangup.recv() => break,
            _ = term.recv() => break,
            _ = look.tick() => if demo.is_some_and(|pid| !is_alive(pid)) { break },
        }
    }
    place.end();
    Ok(())
}

fn is_alive(pid: u32) -> bool {
    i32::try_from(pid).is_ok_and(|pid| kill(Pid::from_raw(pid), None) != Err(nix::errno::Errno::ESRCH))
}

/// Replaces a heartbeat file at once: a reader sees the old one or the new one, never half of one.
pub fn write_heartbeat(path: &Path, text: &str) -> io::Result<()> {
    let fresh = path.with_extension("hb.new");
    fs::write(&fresh, text)?;
    fs::rename(&fresh, path)
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|e| file("cannot write", path, e))
}

fn file(what: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File { what, path: path.to_owned(), source }
}
