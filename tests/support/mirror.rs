//! A mirror opened as the dashboard opens one, beside what tmux itself says of the same pane.
#![allow(dead_code)]
#![allow(clippy::disallowed_methods, reason = "tests work with real files, programs and clocks")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

use std::{
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use mosaic_top::{
    adapter::{
        exec::Local,
        recorder::{Whole, Wish},
        tap::{
            binary::Binary,
            client::{Mirror, Mirrors},
            server::Server,
        },
    },
    fleet::{
        ids::PaneId,
        mirror::{Feed, MirrorNews},
    },
    screen::{Cursor, Screen, seed::Seed},
};

use crate::support::{SOON, Tmux, wait_until};

/// How long the mirror and tmux may differ while bytes are on their way.
pub const SETTLE: Duration = Duration::from_secs(5);

/// The mirrors of a private server, served by the real binary.
pub fn mirrors(tmux: &Tmux) -> Arc<Mirrors> {
    let server = server(tmux);
    let place = server.place();
    Arc::new(Mirrors { server, place, binary: Binary::at(env!("CARGO_BIN_EXE_mosaic-top")) })
}

/// The server as the adapter asks it.
pub fn server(tmux: &Tmux) -> Server {
    let pid = tmux.tmux(&["display-message", "-p", "#{pid}"]).parse().unwrap();
    Server { exec: Arc::new(Local::new()), tmux: tmux.adapter(), socket: tmux.socket(), pid }
}

/// The pane of a session.
pub fn pane_of(tmux: &Tmux, session: &str) -> PaneId {
    tmux.ask(&format!("={session}:"), "#{pane_id}").parse().unwrap()
}

/// Whether the pane has a pipe, and our mark.
pub fn pipe(tmux: &Tmux, session: &str) -> String {
    tmux.ask(&format!("={session}:"), "#{pane_pipe} #{@mosaic_pipe}")
}

/// The tap once there is one, and that it is alone.
pub fn tap(tmux: &Tmux) -> u32 {
    let taps = taps(tmux);
    assert_eq!(taps.len(), 1, "{taps:?}");
    taps[0]
}

/// Our own binary on this server, not started yet, and with everything it keeps below the server's directory.
pub fn program(tmux: &Tmux, words: &[&str]) -> Command {
    program_of(tmux, Path::new(env!("CARGO_BIN_EXE_mosaic-top")), words)
}

/// The same with another copy of it.
pub fn program_of(tmux: &Tmux, binary: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(binary);
    command.args(["--socket", tmux.name()]).args(words);
    command.env("TMUX_TMPDIR", tmux.tmpdir()).env("MOSAIC_HOME", tmux.tmpdir());
    command.env("XDG_STATE_HOME", tmux.tmpdir().join("state")).env_remove("TMUX").env_remove("TMUX_PANE");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a tap leaves below its server's `TMUX_TMPDIR`.
pub fn left(tmux: &Tmux) -> Vec<String> {
    let entries = std::fs::read_dir(tmux.tmpdir()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("mosaic-top")).collect()
}

/// The taps of a server, by their command line.
pub fn taps(tmux: &Tmux) -> Vec<u32> {
    let output = Command::new("ps").args(["-eo", "pid=,args="]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let ours = |line: &&str| {
        ["__tap", "--serve", tmux.name()].iter().all(|word| line.split_whitespace().any(|there| there == *word))
    };
    text.lines().filter(ours).map(|line| line.split_whitespace().next().unwrap().parse().unwrap()).collect()
}

/// Kills taps without a word, and waits until they are dead: what is printed while a dying one still has the pipe would be
/// the last for a while, because tmux notices that nobody reads a pipe only at the pane's next output.
pub fn kill_taps(pids: &[u32]) {
    for pid in pids {
        let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
    }
    wait_until("the taps are dead, their files closed", SOON, || match states(pids) {
        states if states.iter().all(|state| state.is_empty() || state.starts_with('Z')) => Ok(()),
        states => Err(states),
    });
}

/// The states of processes, as `ps` says them; nothing for one that is gone.
fn states(pids: &[u32]) -> Vec<String> {
    let state = |pid: &u32| Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap().stdout;
    pids.iter().map(|pid| String::from_utf8_lossy(&state(pid)).trim().to_owned()).collect()
}

/// What a watcher holds.
pub struct Watched {
    mirror: Mirror,
    pub screen: Option<Screen>,
    pub feed: Option<Feed>,
    pub gone: Option<String>,
    pub pictures: usize,
    pub unrecorded: Option<String>,
}

impl Watched {
    pub fn open(mirrors: &Arc<Mirrors>, pane: PaneId) -> Self {
        Self::of(mirrors.open(pane))
    }

    /// The same, with a record kept under this name.
    pub fn open_recorded(mirrors: &Arc<Mirrors>, pane: PaneId, agent: &str, megabytes: u32) -> Self {
        Self::of(
            mirrors.open_recorded(pane, Some(Wish { agent: agent.to_owned(), megabytes, whole: Whole::default() })),
        )
    }

    fn of(mirror: Mirror) -> Self {
        Self { mirror, screen: None, feed: None, gone: None, pictures: 0, unrecorded: None }
    }

    /// Takes whatever comes until `holds`, or fails with what was there.
    pub async fn until(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + SETTLE;
        while !holds(self) {
            let left = end.saturating_duration_since(Instant::now());
            let news = tokio::time::timeout(left, self.next()).await;
            assert!(news.is_ok(), "not within {SETTLE:?}: {what}; at last: {}", self.describe());
        }
    }

    /// Takes whatever comes for so long.
    pub async fn for_a_while(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Ok(()) = tokio::time::timeout(end.saturating_duration_since(Instant::now()), self.next()).await {}
    }

    async fn next(&mut self) {
        match self.mirror.news.recv().await.expect("news never end by themselves") {
            MirrorNews::Picture { screen, feed, .. } => {
                self.pictures += 1;
                self.gone = None;
                self.feed = Some(feed);
                self.screen = Some(*screen);
            }
            MirrorNews::Bytes { bytes, .. } => self.screen.as_mut().expect("a picture comes first").feed(&bytes),
            MirrorNews::Gone(why) => self.gone = Some(why.words().to_owned()),
            MirrorNews::Opening => {}
            MirrorNews::Unrecorded(why) => self.unrecorded = Some(why.words().to_owned()),
        }
    }

    pub fn shows(&self, text: &str) -> bool {
        self.screen.as_ref().is_some_and(|screen| screen.text().iter().any(|row| row.contains(text)))
    }

    pub fn reseed(&self) {
        self.mirror.reseeds().wish();
    }

    /// Leaves a marker in the record.
    pub fn mark(&self, words: &str) {
        self.mirror.marks().leave(words.to_owned());
    }

    pub fn picture(&self) -> Option<(Vec<String>, Cursor)> {
        self.screen.as_ref().map(picture)
    }

    fn describe(&self) -> String {
        let text = self.screen.as_ref().map(|screen| screen.text().join("\n")).unwrap_or_default();
        format!("fed {:?}, gone {:?}, {} pictures\n{text}", self.feed, self.gone, self.pictures)
    }
}

/// Everything that can be seen of a screen: cells with their style, and the cursor.
pub fn picture(screen: &Screen) -> (Vec<String>, Cursor) {
    (screen.ansi(), screen.cursor())
}

/// What tmux itself shows in a pane now.
pub async fn truth(server: &Server, pane: PaneId) -> (Vec<String>, Cursor) {
    let look = server.look(pane, None).await.expect("tmux answers");
    picture(&Screen::seeded(&Seed { pending: Vec::new(), ..look.seed }))
}

/// Waits until the mirror shows exactly what tmux shows.
pub async fn agrees(watched: &mut Watched, server: &Server, pane: PaneId, when: &str) {
    let end = Instant::now() + SETTLE;
    loop {
        watched.for_a_while(Duration::from_millis(30)).await;
        let truth = truth(server, pane).await;
        match watched.picture() {
            Some(seen) if seen == truth => return,
            seen if Instant::now() > end => {
                let (rows, cursor) = seen.unwrap_or_else(|| (Vec::new(), truth.1));
                let differing: Vec<String> = (0..truth.0.len().max(rows.len()))
                    .filter(|&row| rows.get(row) != truth.0.get(row))
                    .map(|row| format!("row {row}\n tmux   {:?}\n mirror {:?}", truth.0.get(row), rows.get(row)))
                    .collect();
                panic!("{when}: tmux {:?}, mirror {cursor:?}\n{}", truth.1, differing.join("\n"));
            }
            _ => {}
        }
    }
}

/// A pane that prints exactly the bytes it is given.
pub struct Player {
    fifo: PathBuf,
    _dir: tempfile::TempDir,
    pipe: std::fs::File,
}

impl Player {
    /// A session of that size whose program prints what [`Player::play`] writes, and nothing else.
    pub fn start(tmux: &Tmux, session: &str, cols: u16, rows: u16) -> Self {
        let dir = tempfile::Builder::new().prefix("mp").tempdir_in("/tmp").unwrap();
        let fifo = dir.path().join("bytes");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let command = format!("stty raw -echo; exec cat {}", fifo.display());
        let (cols, rows) = (cols.to_string(), rows.to_string());
        tmux.tmux(&["new-session", "-d", "-x", &cols, "-y", &rows, "-s", session, &command]);
        // Opening the writing end waits for `cat`, and so for `stty` before it.
        let pipe = std::fs::OpenOptions::new().write(true).custom_flags(0).open(&fifo).unwrap();
        Self { fifo, _dir: dir, pipe }
    }

    pub fn play(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.pipe.write_all(bytes.as_ref()).unwrap();
        self.pipe.flush().unwrap();
        self
    }

    pub fn fifo(&self) -> &PathBuf {
        &self.fifo
    }
}
