//! A program on a terminal: one of its own, whose bytes come and go here, or the operator's. And one that stands by.
//!
//! Terminals are read and written with calls that wait, so each has its threads; they end with the program.

use std::{
    io::{Read, Write},
    path::Path,
    process::Stdio,
    sync::mpsc as waiting,
    thread,
};

use portable_pty::{Child, ChildKiller, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tokio::sync::{mpsc, oneshot};

use crate::{
    adapter::exec::{
        Argv, ExecError,
        local::{command, exit_code, not_started},
    },
    screen::Size,
};

/// What is read at once, and how many such pieces may wait. Then the program waits for whoever draws.
const PIECE: usize = 16 * 1024;
const PIECES: usize = 8;

/// What such a terminal is called. It keeps background colours itself (no `bce`), as the terminal engine needs it.
const TERM: &str = "tmux-256color";
/// The same where that one is not known.
const OLDER_TERM: &str = "screen-256color";
/// Where descriptions of terminals are.
const DESCRIPTIONS: [&str; 4] = ["/usr/share/terminfo", "/lib/terminfo", "/etc/terminfo", "/usr/lib/terminfo"];

/// A program on a terminal. Dropping it hangs the terminal up.
pub struct Client {
    /// Its pid.
    pub pid: u32,
    output: mpsc::Receiver<Vec<u8>>,
    ended: oneshot::Receiver<Result<i32, ExecError>>,
    terminal: Option<Terminal>,
}

struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: waiting::Sender<Vec<u8>>,
    killer: Box<dyn ChildKiller + Send + Sync>,
}

impl Client {
    /// On a terminal of its own.
    pub(super) fn on_its_own(argv: &Argv, size: Size) -> Result<Self, ExecError> {
        let program = argv.program().to_owned();
        let failed = |why: String| ExecError::Failed { program: program.clone(), why };
        let pair = native_pty_system().openpty(pty(size)).map_err(|error| failed(error.to_string()))?;
        let child = pair.slave.spawn_command(line(argv)).map_err(|error| failed(error.to_string()))?;
        // Ours would keep the terminal open when the program has ended.
        drop(pair.slave);
        let reader = pair.master.try_clone_reader().map_err(|error| failed(error.to_string()))?;
        let writer = pair.master.take_writer().map_err(|error| failed(error.to_string()))?;
        let (pid, killer) = (child.process_id().unwrap_or_default(), child.clone_killer());
        let (said, output) = mpsc::channel(PIECES);
        let (keys, typed) = waiting::channel();
        let (done, ended) = oneshot::channel();
        thread::spawn(move || read(reader, &said));
        thread::spawn(move || write(writer, &typed));
        thread::spawn(move || done.send(wait(child, program)));
        Ok(Self { pid, output, ended, terminal: Some(Terminal { master: pair.master, keys, killer }) })
    }

    /// On the terminal that this program runs on.
    pub(super) fn here(argv: &Argv) -> Result<Self, ExecError> {
        let program = argv.program().to_owned();
        let mut line = command(argv);
        line.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
        let mut child = line.spawn().map_err(|error| not_started(program.clone(), &error))?;
        let (pid, (_, output), (done, ended)) = (child.id().unwrap_or_default(), mpsc::channel(1), oneshot::channel());
        tokio::spawn(async move {
            let mut done = done;
            tokio::select! {
                status = child.wait() => {
                    let status = status.map_err(|error| not_started(program.clone(), &error));
                    let _ = done.send(status.and_then(|status| exit_code(&program, status)));
                }
                // Nobody waits for it any more; it is killed as it is dropped.
                () = done.closed() => {}
            }
        });
        Ok(Self { pid, output, ended, terminal: None })
    }

    /// What it prints, where the terminal is its own; to be asked once.
    pub fn output(&mut self) -> mpsc::Receiver<Vec<u8>> {
        std::mem::replace(&mut self.output, mpsc::channel(1).1)
    }

    /// Waits until it has ended; its exit status. To be asked once.
    pub async fn ended(&mut self) -> Result<i32, ExecError> {
        let lost = || ExecError::Failed { program: "tmux".to_owned(), why: "nobody waited for it".to_owned() };
        (&mut self.ended).await.unwrap_or_else(|_| Err(lost()))
    }

    /// Types these bytes.
    pub fn types(&self, bytes: Vec<u8>) {
        if let Some(terminal) = &self.terminal {
            // A writer that has gone has nobody behind it any more; that the program ended is told elsewhere.
            let _ = terminal.keys.send(bytes);
        }
    }

    /// Makes its terminal another size.
    pub fn resize(&self, size: Size) {
        if let Some(terminal) = &self.terminal {
            // A terminal that cannot be resized keeps its picture.
            let _ = terminal.master.resize(pty(size));
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if let Some(terminal) = &mut self.terminal {
            // Its reader's thread holds the terminal open: only a signal ends it.
            let _ = terminal.killer.kill();
        }
    }
}

/// A program that waits for this one's end.
pub struct StandBy {
    child: Option<std::process::Child>,
}

impl StandBy {
    pub(super) fn of(child: std::process::Child) -> Self {
        Self { child: Some(child) }
    }
}

impl Drop for StandBy {
    fn drop(&mut self) {
        // Its standard input ends, it finds nothing to do and ends; somebody has to take its status.
        if let Some(mut child) = self.child.take() {
            thread::spawn(move || child.wait());
        }
    }
}

fn pty(size: Size) -> PtySize {
    PtySize { rows: size.rows.max(2), cols: size.cols.max(2), ..PtySize::default() }
}

fn line(argv: &Argv) -> CommandBuilder {
    let mut line = CommandBuilder::new(argv.program());
    line.args(argv.words.iter().skip(1));
    if let Ok(here) = std::env::current_dir() {
        line.cwd(here);
    }
    for (variable, value) in &argv.env {
        match value {
            Some(value) => line.env(variable, value),
            None => line.env_remove(variable),
        }
    }
    line.env("TERM", if is_described(TERM) { TERM } else { OLDER_TERM });
    line
}

/// Whether programs know this terminal. Directories are named by the first letter, or by its number.
fn is_described(term: &str) -> bool {
    let own = std::env::var_os("TERMINFO").into_iter().map(std::path::PathBuf::from);
    let first = term.bytes().next().unwrap_or_default();
    let mut all = own.chain(DESCRIPTIONS.iter().map(|dir| Path::new(dir).to_owned()));
    all.any(|dir| {
        dir.join(format!("{}/{term}", first as char)).exists() || dir.join(format!("{first:x}/{term}")).exists()
    })
}

fn read(mut reader: Box<dyn Read + Send>, said: &mpsc::Sender<Vec<u8>>) {
    let mut piece = vec![0; PIECE];
    while let Ok(length @ 1..) = reader.read(&mut piece) {
        if said.blocking_send(piece[..length].to_vec()).is_err() {
            return;
        }
    }
}

fn write(mut writer: Box<dyn Write + Send>, typed: &waiting::Receiver<Vec<u8>>) {
    for bytes in typed {
        if writer.write_all(&bytes).and_then(|()| writer.flush()).is_err() {
            return;
        }
    }
}

fn wait(mut child: Box<dyn Child + Send + Sync>, program: String) -> Result<i32, ExecError> {
    match child.wait() {
        Ok(status) => Ok(i32::try_from(status.exit_code()).unwrap_or(i32::MAX)),
        Err(error) => Err(ExecError::Failed { program, why: error.to_string() }),
    }
}
