//! A private tmux server with quiet agents, one that prints what it is told, and floods; and terminals that watch it.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// The terminal that everything is watched in.
pub(crate) const SIZE: PtySize = PtySize { rows: 45, cols: 160, pixel_width: 0, pixel_height: 0 };

/// The agent that prints what it is told.
pub(crate) const PLAYER: &str = "player";

/// A private server.
pub(crate) struct Stage {
    dir: tempfile::TempDir,
    pipe: File,
}

impl Stage {
    /// A server with the player and so many quiet agents.
    pub(crate) fn new(agents: usize) -> Self {
        let dir = tempfile::Builder::new().prefix("mb").tempdir_in("/tmp").unwrap();
        let fifo = dir.path().join("bytes");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let tmux = |words: &[&str]| run(command(dir.path(), words));
        let player = format!("stty raw -echo; exec cat {}", fifo.display());
        tmux(&["new-session", "-d", "-x", "80", "-y", "24", "-s", PLAYER, &player]);
        for agent in 1..agents {
            tmux(&[
                "new-session",
                "-d",
                "-x",
                "80",
                "-y",
                "24",
                "-s",
                &format!("agent-{agent:03}"),
                "exec sleep 100000",
            ]);
        }
        let pipe = OpenOptions::new().write(true).open(&fifo).unwrap();
        Self { dir, pipe }
    }

    /// Panes that print as fast as tmux takes it.
    pub(crate) fn flood(&self, panes: usize) {
        for pane in 0..panes {
            self.tmux(&[
                "new-session",
                "-d",
                "-x",
                "80",
                "-y",
                "24",
                "-s",
                &format!("flood-{pane}"),
                "exec yes flooding",
            ]);
        }
    }

    /// The floods end.
    pub(crate) fn dry(&self, panes: usize) {
        for pane in 0..panes {
            self.tmux(&["kill-session", "-t", &format!("=flood-{pane}")]);
        }
    }

    pub(crate) fn tmux(&self, words: &[&str]) -> String {
        run(command(self.dir.path(), words))
    }

    /// Its `TMUX_TMPDIR`.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The tmux server.
    pub(crate) fn server(&self) -> u32 {
        self.tmux(&["display-message", "-p", "#{pid}"]).parse().unwrap()
    }

    /// The tap, once there is one.
    pub(crate) fn tap(&self) -> Option<u32> {
        let output = Command::new("pgrep")
            .args(["-f", &format!("__tap --server {} .*--serve", self.server())])
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).lines().next()?.parse().ok()
    }

    /// Has the player print.
    pub(crate) fn play(&mut self, bytes: &[u8]) {
        self.pipe.write_all(bytes).unwrap();
    }

    /// A terminal with `tmux attach -r` on the player.
    pub(crate) fn attach(&self) -> Watcher {
        let mut words = CommandBuilder::new("tmux");
        words.args(["-u", "-L", "bench", "-f", "/dev/null", "attach", "-r", "-t", &format!("={PLAYER}")]);
        self.watcher(words)
    }

    /// A terminal with the dashboard, the player selected.
    pub(crate) fn dashboard(&self, binary: &Path) -> Watcher {
        let mut words = CommandBuilder::new(binary);
        words.args(["--socket", "bench"]);
        // Each starts as the first one did: how the last one was left is not remembered.
        words.env("XDG_STATE_HOME", tempfile::tempdir_in(self.dir.path()).unwrap().keep());
        let mut watcher = self.watcher(words);
        watcher.until("unmanaged");
        watcher.keys.write_all(format!("/{PLAYER}\r").as_bytes()).unwrap();
        watcher.until("live");
        watcher
    }

    fn watcher(&self, words: CommandBuilder) -> Watcher {
        self.in_terminal(words, SIZE)
    }

    /// A program in a terminal of that size, in this server's world.
    pub(crate) fn in_terminal(&self, mut words: CommandBuilder, size: PtySize) -> Watcher {
        words.env("TMUX_TMPDIR", self.dir.path());
        words.env("MOSAIC_HOME", self.dir.path().join("mosaic"));
        words.env("TERM", "xterm-256color");
        words.env_remove("TMUX");
        Watcher::start(words, size)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = command(self.dir.path(), &["kill-server"]).output();
    }
}

fn command(dir: &Path, words: &[&str]) -> Command {
    let mut command = Command::new("tmux");
    command.args(["-u", "-L", "bench", "-f", "/dev/null"]).args(words).env("TMUX_TMPDIR", dir).env_remove("TMUX");
    command.env("SHELL", "/bin/sh").stdin(Stdio::null());
    command
}

fn run(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// A program in a terminal of its own, and when each piece of what it wrote came.
pub(crate) struct Watcher {
    child: Box<dyn Child + Send + Sync>,
    pub(crate) keys: Box<dyn Write + Send>,
    pieces: Receiver<(Instant, Vec<u8>)>,
    /// What came since it was last drained.
    seen: Vec<u8>,
    _master: Box<dyn MasterPty + Send>,
}

impl Watcher {
    fn start(words: CommandBuilder, size: PtySize) -> Self {
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(words).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, pieces) = channel();
        thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                if sender.send((Instant::now(), buffer[..length].to_vec())).is_err() {
                    return;
                }
            }
        });
        Self { child, keys: pair.master.take_writer().unwrap(), pieces, seen: Vec::new(), _master: pair.master }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// When the text came; panics after ten seconds.
    pub(crate) fn until(&mut self, text: &str) -> Instant {
        self.find(text, Duration::from_secs(10)).unwrap_or_else(|| panic!("{text:?} never came"))
    }

    /// When the text came, if it did in time.
    pub(crate) fn find(&mut self, text: &str, limit: Duration) -> Option<Instant> {
        let end = Instant::now() + limit;
        let mut at = Instant::now();
        while !self.seen.windows(text.len()).any(|window| window == text.as_bytes()) {
            let (came, piece) = self.pieces.recv_timeout(end.saturating_duration_since(Instant::now())).ok()?;
            self.seen.extend_from_slice(&piece);
            at = came;
        }
        Some(at)
    }

    /// How many bytes have come since it was last drained.
    pub(crate) fn bytes(&mut self) -> f64 {
        self.seen.extend(self.pieces.try_iter().flat_map(|(_, piece)| piece));
        f64::from(u32::try_from(self.seen.len()).unwrap_or(u32::MAX))
    }

    /// Forgets what has come so far.
    pub(crate) fn drain(&mut self) {
        self.pieces.try_iter().for_each(drop);
        self.seen.clear();
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Seconds of CPU that a process has taken, and its dead children.
pub(crate) fn cpu(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(PathBuf::from(format!("/proc/{pid}/stat"))).unwrap_or_default();
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks: u64 = after.split_whitespace().skip(11).take(4).filter_map(|word| word.parse::<u64>().ok()).sum();
    // USER_HZ is 100 on every Linux.
    f64::from(u32::try_from(ticks).unwrap_or(u32::MAX)) / 100.0
}

/// How often a process's threads went to sleep of their own accord, and so were woken.
pub(crate) fn wake_ups(pid: u32) -> f64 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
    let status = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("status")).ok());
    let count = |text: String| -> Option<u32> {
        text.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?.trim().parse().ok()
    };
    status.filter_map(count).map(f64::from).sum()
}
