//! The replay's shell: keys and time go to the player, and what it shows is drawn. Decides nothing.

use std::{io, time::Duration};

use crossterm::event::{Event as TerminalEvent, KeyEventKind};
use tokio::{sync::mpsc, time::sleep_until};

use super::{
    Shell,
    keys::{Keys, Signals},
    terminal::Terminal,
};
use crate::{
    adapter::{clock, exec::Local, recorder},
    app::{
        event::Event,
        replay::{Asked, LATELY, Replay},
    },
    fleet::{ids::Socket, reading::Why, reel::Reel},
    ui::{self, theme::Theme},
};

/// The time between two frames: a recording need not be smoother than the eye.
const FRAME: Duration = Duration::from_millis(33);

/// Plays on a terminal of its own until the operator leaves.
pub async fn replay(mut replay: Replay, theme: Theme) -> io::Result<()> {
    let signals = Signals::listen()?;
    let mut terminal = Terminal::take(false)?;
    play(&mut replay, &theme, &mut terminal, &mut Keys::listen().pressed, signals).await
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

/// What an agent's record holds.
pub async fn recorded(agent: &str, socket: &Socket) -> Result<Reel, Why> {
    let root = recorder::root().ok_or_else(|| Why::new("neither XDG_STATE_HOME nor HOME says where records are"))?;
    let folder = recorder::folder(&root, socket, agent);
    let casts = recorder::read_folder(&Local::new(), &folder).await.unwrap_or_default();
    let reel = Reel::of(casts);
    if reel.is_empty() {
        let words = format!("nothing is recorded of {agent}: an agent is recorded while its mirror is open");
        return Err(Why::new(words));
    }
    Ok(reel)
}

/// Where keys, news and signals come from.
type Sources<'a> = (&'a mut mpsc::Receiver<io::Result<TerminalEvent>>, &'a mut mpsc::Receiver<Event>, &'a mut Signals);

impl Shell {
    /// Plays an agent's recording in place of the dashboard, which goes on behind it.
    pub(super) async fn review(
        &mut self,
        agent: &str,
        socket: &Socket,
        terminal: &mut Terminal,
        (keys, inbox, signals): Sources<'_>,
    ) -> io::Result<()> {
        let reel = match recorded(agent, socket).await {
            Ok(reel) => reel,
            Err(why) => {
                self.model.say(why.to_string());
                return Ok(());
            }
        };
        let mut replay = Replay::of(reel, agent, self.model.time_zone().clone()).before_the_end(LATELY);
        let mut last = clock::now().steady;
        let mut drawn = None;
        while !self.left {
            let now = clock::now().steady;
            let played = replay.pass(now - last);
            last = now;
            if drawn.is_none_or(|drawn| played && now >= drawn + FRAME) {
                draw(&replay, &self.theme, terminal)?;
                drawn = Some(now);
            }
            let due = drawn.unwrap_or(now) + FRAME;
            tokio::select! {
                biased;
                key = keys.recv() => {
                    drawn = None;
                    match key {
                        Some(Ok(TerminalEvent::Key(key))) if key.kind != KeyEventKind::Release => match replay.press(key) {
                            Asked::Leave => return Ok(()),
                            Asked::Copy(text) => terminal.copy(&text)?,
                            Asked::Nothing => {}
                        },
                        Some(Ok(resize @ TerminalEvent::Resize(..))) => self.handle(Event::Terminal(resize), terminal)?,
                        Some(Ok(_)) => {}
                        Some(Err(_)) | None => self.left = true,
                    }
                }
                _ = signals.terminate.recv() => self.left = true,
                _ = signals.hang_up.recv() => self.left = true,
                _ = signals.interrupt.recv() => self.left = true,
                _ = signals.resumed.recv() => {
                    terminal.resume()?;
                    drawn = None;
                }
                Some(event) = inbox.recv() => self.handle(event, terminal)?,
                news = self.mirrors.news() => for (pane, news) in news {
                    self.handle(Event::Mirror(pane, news), terminal)?;
                },
                () = sleep_until(due.into()), if replay.is_playing() => {}
            }
        }
        Ok(())
    }
}

/// Draws one frame.
fn draw(replay: &Replay, theme: &Theme, terminal: &mut Terminal) -> io::Result<()> {
    terminal.draw(|buffer| ui::replay::draw(replay, theme, buffer.area, buffer))
}
