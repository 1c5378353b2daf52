//! The hidden verb behind the demo: plays one agent on the terminal it is given.
//!
//! A stub talks to nobody and reads nothing. What it shows is worked out step by step by `play` and `paint`; here
//! is only the loop that writes, waits, and keeps the heartbeat fresh.

mod dress;
mod paint;
mod play;

use std::{
    io::{self, Write},
    path::PathBuf,
    thread,
    time::Duration,
};

use clap::{Args, ValueEnum};
use color_eyre::eyre::Result;
use jiff::{SignedDuration, Timestamp};

use super::Exit;
use crate::{
    adapter::{clock, demo},
    screen::Size,
};

/// Well below the 15 s that a real sidecar takes, and longer than any step of a busy stub.
const BEAT_EVERY: Duration = Duration::from_secs(4);

/// How old the heartbeat of `--old` is: far beyond 3 × 15 s.
const OLD: SignedDuration = SignedDuration::from_mins(11);

/// What a stub plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "kebab-case")]
pub enum Kind {
    /// Streams an answer, works on.
    Working,
    /// Has answered, waits for the next message.
    Idle,
    /// Parked at a question about its folder; the refusing row is highlighted.
    Gate,
    /// Prints a great deal, at a bounded rate.
    Flood,
    /// Wide characters, emoji, boxes, 24-bit colours.
    Wide,
    /// A full-screen program on the alternate screen.
    Box,
    /// The launch that went wrong: says so and ends with 127.
    Missing,
    /// No agent: the holder that ends the demo when its time has come.
    Keeper,
}

/// What the demo tells a stub.
#[derive(Debug, Args)]
pub struct Stub {
    /// What to play
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

/// What a stub prints next, and how long it then waits.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    bytes: String,
    pause: Duration,
}

impl Kind {
    /// The word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Idle => "idle",
            Self::Gate => "gate",
            Self::Flood => "flood",
            Self::Wide => "wide",
            Self::Box => "box",
            Self::Missing => "missing",
            Self::Keeper => "keeper",
        }
    }

    /// Step `n` on a terminal of `size`, dressed as `runtime`.
    fn step(self, runtime: &str, n: u64, size: Size) -> Step {
        let dress = dress::of(runtime);
        match self {
            Self::Working => play::working(&dress, n, size),
            Self::Idle => play::idle(&dress, n, size),
            Self::Gate => play::gate(n, size),
            Self::Flood => play::flood(n),
            Self::Wide => paint::wide(n, size),
            Self::Box => paint::full_screen(n, size),
            Self::Missing | Self::Keeper => Step { bytes: String::new(), pause: BEAT_EVERY },
        }
    }
}

impl Stub {
    /// Plays until the terminal goes away.
    pub async fn run(self) -> Result<Exit> {
        match self.kind {
            Kind::Keeper => {
                let place = demo::Place { dir: self.dir.unwrap_or_default(), socket: self.socket.unwrap_or_default() };
                demo::keep_until_gone(&place, self.demo).await?;
                Ok(Exit::Done)
            }
            Kind::Missing => {
                self.beat(Status::Ok)?;
                // tmux scrolls the screen by a line to write its notice below: the first line is one to lose.
                writeln!(io::stdout(), "\n$ mosaic yolo {0}\nmosaic: exec: {0}: not found", self.runtime)?;
                Ok(Exit::NotFound)
            }
            _ => self.play(),
        }
    }

    fn play(&self) -> Result<Exit> {
        let busy = !matches!(self.kind, Kind::Idle | Kind::Gate);
        let status = if busy { Status::Busy } else { Status::Ok };
        // Like a real agent's screen: what somebody types is not echoed by the terminal.
        crossterm::terminal::enable_raw_mode()?;
        let (mut since_beat, mut n, mut drawn) = (BEAT_EVERY, 0, None);
        loop {
            if since_beat >= BEAT_EVERY && !(self.old && n > 0) {
                self.beat(status)?;
                since_beat = Duration::ZERO;
            }
            let (cols, rows) = crossterm::terminal::size()?;
            let size = Size { rows, cols };
            let step = self.kind.step(&self.runtime, n, size);
            // A quiet agent is really quiet: it draws again only when its terminal has another size.
            if busy || drawn != Some(size) {
                let mut out = io::stdout().lock();
                out.write_all(step.bytes.as_bytes())?;
                out.flush()?;
                drawn = Some(size);
            }
            thread::sleep(step.pause);
            since_beat += step.pause;
            n += 1;
        }
    }

    fn beat(&self, status: Status) -> Result<()> {
        let Some(path) = &self.heartbeat else { return Ok(()) };
        let age = if self.old { OLD } else { SignedDuration::ZERO };
        let text = heartbeat(clock::now().wall - age, std::process::id(), status, dress::of(&self.runtime).model);
        Ok(demo::write_heartbeat(path, &text)?)
    }
}

/// A heartbeat's `status`.
#[derive(Debug, Clone, Copy)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heartbeat_is_written_as_the_contract_has_it() {
        let at = Timestamp::constant(1_781_990_043, 700_000_000);
        assert_eq!(
            heartbeat(at, 41234, Status::Busy, "gpt-5.5"),
            "ts=2026-06-20T21:14:03Z\npid=41234\nstatus=busy\nmodel=gpt-5.5\n"
        );
    }

    #[test]
    fn every_stub_draws_on_any_terminal() {
        for kind in Kind::value_variants() {
            for (rows, cols) in [(1, 1), (2, 2), (15, 40), (30, 100), (200, 400)] {
                for n in [0, 1, 7, 5000] {
                    let step = kind.step("codex", n, Size { rows, cols });
                    assert!(step.pause >= Duration::from_millis(20), "{kind:?} spins");
                }
            }
        }
    }

    #[test]
    fn what_a_stub_draws_fits_its_terminal() {
        for kind in [Kind::Working, Kind::Idle, Kind::Gate, Kind::Wide, Kind::Box] {
            let size = Size { rows: 30, cols: 100 };
            let mut screen = crate::screen::Screen::new(size);
            for n in 0..40 {
                screen.feed(kind.step("claude", n, size).bytes.as_bytes());
            }
            let text = screen.text().join("\n");
            assert!(text.trim().len() > 100, "{kind:?} shows next to nothing:\n{text}");
        }
    }
}
