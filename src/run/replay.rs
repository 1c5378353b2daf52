//! The replay's shell: keys and time go to the player, and what it shows is drawn. Decides nothing.

use std::{io, time::Duration};

use crossterm::event::{Event as TerminalEvent, KeyEventKind};
use tokio::{sync::mpsc, time::sleep_until};

use super::{Signals, keys, terminal::Terminal};
use crate::{
    adapter::clock,
    app::replay::{Asked, Replay},
    ui::{self, theme::Theme},
};

/// The time between two frames: a recording need not be smoother than the eye.
const FRAME: Duration = Duration::from_millis(33);

/// Plays on a terminal of its own until the operator leaves.
pub async fn replay(mut replay: Replay, theme: Theme) -> io::Result<()> {
    let signals = Signals::listen()?;
    let mut terminal = Terminal::take(false)?;
    play(&mut replay, &theme, &mut terminal, &mut keys(), signals).await
}

async fn play(
    replay: &mut Replay,
    theme: &Theme,
    terminal: &mut Terminal,
    keys: &mut mpsc::Receiver<io::Result<TerminalEvent>>,
    mut signals: Signals,
) -> io::Result<()> {
    let mut last = clock::now().steady;
    loop {
        draw(replay, theme, terminal)?;
        let due = last + FRAME;
        tokio::select! {
            biased;
            key = keys.recv() => match key {
                Some(Ok(TerminalEvent::Key(key))) if key.kind != KeyEventKind::Release => match replay.press(key) {
                    Asked::Leave => return Ok(()),
                    Asked::Copy(text) => terminal.copy(&text)?,
                    Asked::Nothing => {}
                },
                Some(Ok(_)) => {}
                // The terminal has gone.
                Some(Err(_)) | None => return Ok(()),
            },
            _ = signals.terminate.recv() => return Ok(()),
            _ = signals.hang_up.recv() => return Ok(()),
            _ = signals.interrupt.recv() => return Ok(()),
            _ = signals.resumed.recv() => terminal.resume()?,
            () = sleep_until(due.into()), if replay.is_playing() => {}
        }
        let now = clock::now().steady;
        replay.pass(now - last);
        last = now;
    }
}

/// Draws one frame.
pub(super) fn draw(replay: &Replay, theme: &Theme, terminal: &mut Terminal) -> io::Result<()> {
    terminal.draw(|frame| {
        let area = frame.area();
        ui::replay::draw(replay, theme, area, frame.buffer_mut());
    })
}
