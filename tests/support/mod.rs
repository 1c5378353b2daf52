//! The real parts that tests run against: a private tmux server, a private user manager, and waiting with words.
//!
//! A part that is missing fails the test and says which; nothing is skipped silently. The default tmux server and the
//! user's own manager are never touched.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
// Each test binary uses another share of this.
#![allow(dead_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

pub mod program;
pub mod recorder;
pub mod sshd;
pub mod stage;
pub mod standin;

use std::{
    fmt::Debug,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use mosaic_top::{
    adapter::{
        exec::{
            Answer, Argv, Content, Entry, Exec, ExecError, FileError, Follow, Followed, Local, Output as Said,
            Question, Rows, Stamp,
        },
        identity::Who,
        tmux,
    },
    fleet::{facts::Process, ids::Socket, reading::Reading},
};

/// How long a condition is waited for: far longer than it takes, since the machine may be busy.
pub const SOON: Duration = Duration::from_secs(15);

/// A private tmux server; killed, with its directory, when dropped.
pub struct Tmux {
    name: String,
    dir: tempfile::TempDir,
}

impl Tmux {
    /// A socket of its own, without a server yet: the first session starts it.
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        need("tmux", &["-V"]);
        let name = format!("mt{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        // Short, because a socket's path ends at 107 bytes.
        Self { name, dir: tempfile::Builder::new().prefix("mt").tempdir_in("/tmp").unwrap() }
    }

    /// Its socket's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its socket.
    pub fn socket(&self) -> Socket {
        Socket::Named(self.name.clone())
    }

    /// Its `TMUX_TMPDIR`.
    pub fn tmpdir(&self) -> &Path {
        self.dir.path()
    }

    /// How the adapter is to call it.
    pub fn adapter(&self) -> tmux::Tmux {
        tmux::Tmux { tmpdir: Some(self.tmpdir().to_owned()) }
    }

    /// The command that reaches it, for tests that need more than [`Tmux::tmux`].
    pub fn command(&self) -> Command {
        let mut command = Command::new("tmux");
        command.args(["-u", "-L", &self.name, "-f", "/dev/null"]).env("TMUX_TMPDIR", self.tmpdir());
        // What runs in its panes keeps no files among those of whoever runs the tests.
        command.env("HOME", self.tmpdir()).env("SHELL", "/bin/sh").env_remove("TMUX").env_remove("TMUX_PANE");
        command.stdin(Stdio::null());
        command
    }

    /// Runs one tmux command, which must succeed, and returns what it printed.
    pub fn tmux(&self, words: &[&str]) -> String {
        let output = self.command().args(words).output().unwrap();
        assert!(output.status.success(), "tmux {words:?}: {}", describe(&output));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// A detached session of 80×24 that runs a shell command.
    pub fn session(&self, name: &str, command: &str) -> &Self {
        self.tmux(&["new-session", "-d", "-x", "80", "-y", "24", "-s", name, command]);
        self
    }

    /// One format of a target.
    pub fn ask(&self, target: &str, format: &str) -> String {
        self.tmux(&["display-message", "-p", "-t", target, format])
    }

    /// Ends the server and waits until it is gone.
    pub fn kill(&self) {
        let _ = self.command().arg("kill-server").output();
        wait_until("the server is gone", SOON, || {
            let output = self.command().args(["list-sessions"]).output().unwrap();
            (!output.status.success()).then_some(()).ok_or_else(|| describe(&output))
        });
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let _ = self.command().arg("kill-server").output();
    }
}

/// Waits for a condition; when it does not come, says what was there instead.
pub fn wait_until<T, E: Debug>(what: &str, limit: Duration, mut look: impl FnMut() -> Result<T, E>) -> T {
    let end = Instant::now() + limit;
    loop {
        match look() {
            Ok(found) => return found,
            Err(state) if Instant::now() > end => panic!("not within {limit:?}: {what}; at last: {state:#?}"),
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

/// A real private user manager, in which tests of the same binary run.
pub struct UserManager;

impl UserManager {
    /// Runs the `#[ignore]`d test `name` of this binary inside a private manager; its failure is ours.
    pub fn run_inside(name: &str) {
        if !cfg!(target_os = "linux") {
            eprintln!("NOT APPLICABLE: {name} needs systemd, which this system does not have");
            return;
        }
        let dir = tempfile::Builder::new().prefix("mu").tempdir_in("/tmp").unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/with-user-systemd");
        let output = Command::new(script)
            .arg(dir.path())
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", name, "--ignored", "--nocapture", "--test-threads=1"])
            .output()
            .unwrap();
        let said = describe(&output);
        assert!(output.status.success(), "{name} inside a private user manager: {said}");
        assert!(said.contains("1 passed"), "{name} did not run: {said}");
    }

    /// For the inside: runs one `systemctl --user` command, which must succeed.
    pub fn systemctl(words: &[&str]) {
        let output = Command::new("systemctl").arg("--user").args(words).output().unwrap();
        assert!(output.status.success(), "systemctl --user {words:?}: {}", describe(&output));
    }

    /// For the inside: writes a unit file.
    pub fn unit(name: &str, text: &str) {
        let dir = PathBuf::from(std::env::var("XDG_CONFIG_HOME").unwrap()).join("systemd/user");
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join(name), text).unwrap();
    }

    /// For the inside: whether what units print is kept.
    pub fn has_journal() -> bool {
        Path::new("/run/systemd/journal/stdout").exists()
    }

    /// For the inside: whether the machine's own manager is the parent of this one, and so not all is ours.
    pub fn is_nested() -> bool {
        std::env::var_os("NESTED_USER_SYSTEMD").is_some()
    }
}

/// This machine, remembering which programs were started.
pub struct Recording {
    local: Local,
    calls: Mutex<Vec<Argv>>,
}

impl Recording {
    pub fn new() -> Self {
        Self { local: Local::new(), calls: Mutex::new(Vec::new()) }
    }

    /// The command lines since the last time this was asked.
    pub fn take(&self) -> Vec<String> {
        self.calls.lock().unwrap().drain(..).map(|argv| argv.to_string()).collect()
    }
}

impl Exec for Recording {
    fn run<'a>(&'a self, argv: &'a Argv, limit: Duration) -> Answer<'a, Result<Said, ExecError>> {
        self.calls.lock().unwrap().push(argv.clone());
        self.local.run(argv, limit)
    }

    fn read(&self, paths: Vec<PathBuf>, cap: usize) -> Answer<'_, Vec<Result<Content, FileError>>> {
        self.local.read(paths, cap)
    }

    fn follow(&self, asks: Vec<Follow>) -> Answer<'_, Vec<Result<Followed, FileError>>> {
        self.local.follow(asks)
    }

    fn list(&self, directories: Vec<PathBuf>, most: usize) -> Answer<'_, Vec<Result<Vec<Entry>, FileError>>> {
        self.local.list(directories, most)
    }

    fn ask(&self, questions: Vec<(PathBuf, Question)>) -> Answer<'_, Vec<Result<Rows, FileError>>> {
        self.local.ask(questions)
    }

    fn stat(&self, path: PathBuf) -> Answer<'_, Result<Stamp, FileError>> {
        self.local.stat(path)
    }

    fn processes(&self, roots: Vec<u32>) -> Answer<'_, Reading<std::collections::BTreeMap<u32, Process>>> {
        self.local.processes(roots)
    }

    fn who(&self) -> Answer<'_, Result<Who, String>> {
        self.local.who()
    }
}

/// Runs a future to its end on a runtime of its own.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Fails with the component's name when it is missing.
pub fn need(program: &str, words: &[&str]) {
    let found = Command::new(program).args(words).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(found.is_ok(), "this test needs {program}: run scripts/test");
}

/// A finished program in words.
pub fn describe(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\nstdout: {}\nstderr: {}", output.status, text(&output.stdout), text(&output.stderr))
}
