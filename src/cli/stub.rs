//! The hidden verb behind the demo: plays one agent on the terminal it is given, and takes what is typed into it.
//!
//! A stub has no model, talks to nobody and runs nothing. What it knows is `agent`, what it shows `frame`, both without a
//! terminal; here is only the loop that reads keys, writes, waits, and keeps the heartbeat.

mod agent;
mod dialog;
mod dress;
mod frame;
mod script;
#[cfg(test)]
mod tests;

use std::{
    io::{self, Write},
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::{Args, ValueEnum};
use color_eyre::eyre::Result;
use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use jiff::{SignedDuration, Timestamp};

use super::Exit;
use crate::{
    adapter::{clock, demo},
    screen::Size,
};
use agent::{Agent, State};

/// Well below the 15 s that a real sidecar takes.
const BEAT_EVERY: Duration = Duration::from_secs(4);

/// How old the heartbeat of `--old` is: far beyond 3 × 15 s.
const OLD: SignedDuration = SignedDuration::from_mins(11);

/// How often a quiet stub looks at the time; keys wake it.
const QUIET: Duration = Duration::from_secs(1);

/// How a stub begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "kebab-case")]
pub enum Kind {
    /// Streams an answer, works on.
    Working,
    /// Has answered, waits for the next message.
    Idle,
    /// Parked at a question about its folder; the refusing row is highlighted.
    Trust,
    /// Parked at the offer of an update; the installing row is highlighted.
    Update,
    /// Asks whether a command may run.
    Asks,
    /// Stands at its usage limit.
    Limit,
    /// Prints a great deal, at a bounded rate.
    Flood,
    /// Wide characters, emoji, boxes, 24-bit colours.
    Wide,
    /// The launch that goes wrong, with 127; the second one goes well.
    Missing,
    /// No agent: the holder that ends the demo when its time has come.
    Keeper,
}

/// What the demo tells a stub.
#[derive(Debug, Args)]
pub struct Stub {
    /// How to begin
    kind: Kind,
    /// The runtime to look like
    #[arg(long, default_value = "claude")]
    runtime: String,
    /// The heartbeat file to keep
    #[arg(long)]
    heartbeat: Option<PathBuf>,
    /// Write the heartbeat once, as one of long ago
    #[arg(long)]
    old: bool,
    /// Keeper: the demo's directory
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Keeper: the demo's tmux server
    #[arg(long)]
    socket: Option<String>,
    /// Keeper: the demo's process; without it the demo is kept
    #[arg(long)]
    demo: Option<u32>,
}

/// What somebody types.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    /// Characters, or a whole paste.
    Text(String),
    Enter,
    Newline,
    Escape,
    Tab,
    Backspace,
    Up,
    Down,
    Left,
    Right,
    /// `C-u`.
    Clear,
    /// `C-c`.
    Cancel,
}

impl Kind {
    /// The word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Idle => "idle",
            Self::Trust => "trust",
            Self::Update => "update",
            Self::Asks => "asks",
            Self::Limit => "limit",
            Self::Flood => "flood",
            Self::Wide => "wide",
            Self::Missing => "missing",
            Self::Keeper => "keeper",
        }
    }
}

impl Stub {
    /// Plays until the terminal goes away, or until its program is made to end.
    pub async fn run(mut self) -> Result<Exit> {
        // A second start finds the first one's heartbeat: whatever was wrong then is well now.
        let again = self.heartbeat.as_ref().is_some_and(|path| path.exists());
        self.old &= !again;
        match self.kind {
            Kind::Keeper => {
                let place = demo::Place { dir: self.dir.unwrap_or_default(), socket: self.socket.unwrap_or_default() };
                demo::keep_until_gone(&place, self.demo).await?;
                Ok(Exit::Done)
            }
            Kind::Missing if !again => {
                self.beat(Status::Ok)?;
                // tmux scrolls the screen by a line to write its notice below: the first line is one to lose.
                writeln!(io::stdout(), "\n$ mosaic yolo {0}\nmosaic: exec: {0}: not found", self.runtime)?;
                Ok(Exit::NotFound)
            }
            _ => self.play(),
        }
    }

    fn play(&self) -> Result<Exit> {
        let full = dress::is_full_screen(&self.runtime);
        // Like a real agent's screen: what somebody types is not echoed by the terminal.
        crossterm::terminal::enable_raw_mode()?;
        say(if full { "\x1b[?1049h\x1b[?2004h" } else { "\x1b[?2004h" })?;
        let mut agent = Agent::new(&self.runtime, self.kind);
        let began = clock::now().steady;
        let (mut beaten, mut drawn): (Option<(Instant, Status)>, String) = (None, String::new());
        loop {
            let now = clock::now().steady;
            agent.pass(now - began);
            if let State::Over(exit, words) = agent.state {
                say(if full { "\x1b[?1049l" } else { "\x1b[H\x1b[2J" })?;
                crossterm::terminal::disable_raw_mode()?;
                // As with the missing program, the first line is one to lose.
                say(&format!("\x1b[?2004l\x1b[?25h\x1b]2;\x1b\\\n{words}\n"))?;
                return Ok(exit);
            }
            let status = if agent.busy() { Status::Busy } else { Status::Ok };
            if beaten.is_none_or(|(at, was)| was != status || !self.old && now - at >= BEAT_EVERY) {
                self.beat(status)?;
                beaten = Some((now, status));
            }
            let (cols, rows) = crossterm::terminal::size()?;
            let frame = frame::of(&agent, Size { rows, cols });
            // A quiet agent is really quiet.
            if frame != drawn {
                say(&frame)?;
                drawn = frame;
            }
            if event::poll(agent.turn().map_or(QUIET, |(play, _)| play.step()))? {
                take(&mut agent, event::read()?);
            }
        }
    }

    fn beat(&self, status: Status) -> Result<()> {
        let Some(path) = &self.heartbeat else { return Ok(()) };
        let age = if self.old { OLD } else { SignedDuration::ZERO };
        let text = heartbeat(clock::now().wall - age, std::process::id(), status, dress::model(&self.runtime));
        Ok(demo::write_heartbeat(path, &text)?)
    }
}

fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Hands on what was typed.
fn take(agent: &mut Agent, event: Event) {
    let key = match event {
        Event::Paste(text) => Key::Text(text.replace("\r\n", "\n").replace('\r', "\n")),
        Event::Key(key) if key.kind != KeyEventKind::Release => match (key.code, key.modifiers) {
            (KeyCode::Char('c'), KeyModifiers::CONTROL) => Key::Cancel,
            (KeyCode::Char('u'), KeyModifiers::CONTROL) => Key::Clear,
            (KeyCode::Char('j'), KeyModifiers::CONTROL) => Key::Newline,
            (KeyCode::Char(c), KeyModifiers::NONE | KeyModifiers::SHIFT) => Key::Text(c.to_string()),
            (KeyCode::Enter, _) => Key::Enter,
            (KeyCode::Esc, _) => Key::Escape,
            (KeyCode::Tab, _) => Key::Tab,
            (KeyCode::Backspace, _) => Key::Backspace,
            (KeyCode::Up, _) => Key::Up,
            (KeyCode::Down, _) => Key::Down,
            (KeyCode::Left, _) => Key::Left,
            (KeyCode::Right, _) => Key::Right,
            _ => return,
        },
        _ => return,
    };
    agent.take(key);
}

/// A heartbeat's `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Ok,
    Busy,
}

/// Spec §5, to the byte.
fn heartbeat(at: Timestamp, pid: u32, status: Status, model: &str) -> String {
    let status = match status {
        Status::Ok => "ok",
        Status::Busy => "busy",
    };
    format!("ts={}\npid={pid}\nstatus={status}\nmodel={model}\n", at.strftime("%Y-%m-%dT%H:%M:%SZ"))
}
