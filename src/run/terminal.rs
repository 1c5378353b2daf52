//! The operator's terminal: taken over on entry, given back on every way out. Draws nothing itself.
//!
//! The ways out: leaving, an error, a panic, SIGTERM, SIGHUP, and being suspended. Giving back is done from one
//! function that may be called at any time and more than once.

use std::{
    io::{self, BufWriter, Write},
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

use crossterm::{
    clipboard::CopyToClipboard,
    cursor::{Hide, Show},
    event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture},
    execute,
    terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, getpgrp, getsid},
};
use ratatui::{backend::CrosstermBackend, buffer::Buffer, layout::Rect};
use rustix::{
    event::{PollFd, PollFlags, poll},
    termios::tcgetwinsize,
};

use super::canvas::Canvas;
use crate::screen;

/// A frame in the worst case (200×50, every cell its own 24-bit colours) is some 330 kB: one write for most frames.
const FRAME_BUFFER: usize = 128 * 1024;

/// XTWINOPS: keeps the title on the terminal's own pile, and takes it from there.
const KEEP_TITLE: &str = "\x1b[22;2t";
const TITLE_BACK: &str = "\x1b[23;2t";

/// Whether the title is ours. Whoever gives the terminal back may do so from any place.
static TITLED: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours. Dropping it gives it back.
pub(super) struct Terminal {
    canvas: Canvas,
    /// Whether the mouse is listened to.
    mouse: bool,
    /// Whether another program has it for a while.
    away: bool,
    /// Its title, once we gave it one.
    title: String,
}

impl Terminal {
    /// Takes the terminal over: raw mode, alternate screen, the mouse where it is wanted, bracketed paste.
    pub(super) fn take(mouse: bool) -> io::Result<Self> {
        give_back_on_panic();
        end_with_the_terminal();
        let taken = enter(mouse);
        if taken.is_err() {
            give_back();
        }
        taken?;
        let out = CrosstermBackend::new(BufWriter::with_capacity(FRAME_BUFFER, io::stdout()));
        let ours = |size| Self { canvas: Canvas::new(out, size), mouse, away: false, title: String::new() };
        size().map(ours).inspect_err(|_| give_back())
    }

    /// Draws one frame; only what differs from the last one is written.
    pub(super) fn draw(&mut self, view: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        self.canvas.draw(size()?, view)
    }

    /// Draws a part of the frame that is shown, and leaves the rest as it is; seen once it is [flushed](Self::flush).
    pub(super) fn draw_part(&mut self, part: Rect, view: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        self.canvas.draw_part(part, view)
    }

    /// Writes what was drawn in parts.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        io::Write::flush(self.canvas.out())
    }

    /// Its size: columns and rows.
    #[expect(clippy::unused_self, reason = "only whoever has it may ask")]
    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        size()
    }

    /// Forgets what is on it, so that the next frame is written whole.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        if self.away { Ok(()) } else { self.canvas.forget(size()?) }
    }

    /// Ctrl-Z: gives the terminal back, stops this program, and takes the terminal again once continued.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        give_back();
        // The whole foreground job, as a shell's Ctrl-Z would: a wrapper that waits for us must stop, too.
        kill(Pid::from_raw(0), Signal::SIGTSTP).map_err(io::Error::from)?;
        self.resume()
    }

    /// Gives the terminal to another program for a while.
    pub(super) fn hand_over(&mut self) {
        self.away = true;
        give_back();
    }

    /// Takes the terminal again after this program was stopped and continued by whomever.
    pub(super) fn resume(&mut self) -> io::Result<()> {
        self.away = false;
        enter(self.mouse)?;
        let title = std::mem::take(&mut self.title);
        if !title.is_empty() {
            self.title(&title)?;
        }
        self.forget()
    }

    /// Listens to the mouse from now on, or leaves it to the terminal.
    pub(super) fn listen_to_mouse(&mut self, mouse: bool) -> io::Result<()> {
        match (std::mem::replace(&mut self.mouse, mouse), mouse) {
            // It is listened to when the terminal is taken again.
            _ if self.away => Ok(()),
            (false, true) => execute!(io::stdout(), EnableMouseCapture),
            (true, false) => execute!(io::stdout(), DisableMouseCapture),
            _ => Ok(()),
        }
    }

    /// Writes what draws nothing: a bell, and a notification's sequence. While another program has the terminal the bell
    /// alone, which hurts nobody between whatever that one writes.
    pub(super) fn say(&mut self, bell: &str, sequence: &str) -> io::Result<()> {
        let sequence = if self.away { "" } else { sequence };
        let out = self.canvas.out();
        out.write_all(bell.as_bytes())?;
        out.write_all(sequence.as_bytes())?;
        io::Write::flush(out)
    }

    /// Gives the terminal this title. The one that it had is kept, and comes back when the terminal is given back.
    pub(super) fn title(&mut self, title: &str) -> io::Result<()> {
        title.clone_into(&mut self.title);
        if self.away {
            return Ok(());
        }
        let keep = if TITLED.swap(true, Ordering::Relaxed) { "" } else { KEEP_TITLE };
        self.say("", &format!("{keep}\x1b]2;{title}\x1b\\"))
    }

    /// Puts text on the operator's clipboard, through ssh and tmux as well (OSC 52).
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.canvas.out(), CopyToClipboard::to_clipboard_from(text))
    }
}

/// How large the terminal is. Asked of the terminal that is written to, which costs one call; crossterm opens the
/// controlling one for each question, and stands in where ours does not know.
fn size() -> io::Result<(u16, u16)> {
    match tcgetwinsize(io::stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Ok((size.ws_col, size.ws_row)),
        _ => crossterm::terminal::size(),
    }
}

/// Whether a shell stands above that can continue what was stopped. Such a shell gives each job a process group of its
/// own; whoever is in the group that leads the session was started by sshd, by tmux or by `sh -c`, and nobody there
/// would ever continue it.
pub(super) fn has_job_control() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

fn enter(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)?;
    if mouse { execute!(io::stdout(), EnableMouseCapture) } else { Ok(()) }
}

/// Gives the terminal back. Nothing can be done about a terminal that is gone, so errors are of no interest.
fn give_back() {
    if TITLED.swap(false, Ordering::Relaxed) {
        let _ = io::stdout().write_all(TITLE_BACK.as_bytes());
    }
    let _ = execute!(io::stdout(), DisableBracketedPaste, DisableMouseCapture, LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
    let _ = io::stdout().flush();
}

/// Ends this program when its terminal is gone, from a thread of its own: crossterm's reader answers a terminal that hung
/// up by reading it again for ever, and where that happens in the event loop no signal is heard any more.
fn end_with_the_terminal() {
    static WAIT: Once = Once::new();
    WAIT.call_once(|| {
        std::thread::spawn(|| {
            let stdout = io::stdout();
            // Nothing is asked for: a hang-up is told unasked.
            let mut terminal = [PollFd::new(&stdout, PollFlags::empty())];
            loop {
                match poll(&mut terminal, None) {
                    Err(rustix::io::Errno::INTR) => {}
                    Ok(_) if terminal[0].revents().contains(PollFlags::HUP) => std::process::exit(0),
                    // Where terminals cannot be waited for, a write that fails ends the program.
                    _ => return,
                }
            }
        });
    });
}

/// The exit code of a Rust program that panicked.
const PANICKED: i32 = 101;

/// Before a panic is reported the terminal must be the operator's again, or the report is lost with the screen. Then
/// the program ends, whichever task or thread it was: without its refresh a dashboard would show old facts for ever,
/// on a terminal that is not its own any more. A panic of the terminal engine is contained and nobody's business.
fn give_back_on_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if screen::containing() {
                tracing::warn!(%panic, "the terminal engine failed on what a pane printed; its mirror is seeded anew");
                return;
            }
            give_back();
            report(panic);
            std::process::exit(PANICKED);
        }));
    });
}
