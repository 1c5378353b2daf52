//! The dashboard's shell: brings keys, facts and mirrors to the model, carries its effects out, and draws.
//!
//! It decides nothing: what a key or a fact means stands in `app`, what it looks like in `ui`. It draws when something
//! changed, at once if the last frame is old enough, and never on a fixed clock.

mod canvas;
mod checkup;
mod frame;
mod jobs;
mod keys;
pub mod memory;
mod mirrors;
mod pace;
mod refresh;
mod replay;
mod seat;
mod terminal;
mod turns;

use std::{io, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{MissedTickBehavior, interval, sleep_until},
};

pub use self::replay::{recorded, replay};
use self::{
    checkup::Checkups,
    jobs::Hands,
    keys::{Keys, Signals},
    memory::Keeper,
    mirrors::OpenMirrors,
    pace::Pace,
    refresh::{Refresher, Wish},
    terminal::Terminal,
};
use crate::{
    adapter::{Steer, Watch, clock, config_file::ConfigFile, exec::Argv, notify},
    app::{
        alerts,
        effect::Effect,
        event::Event,
        job::JobId,
        model::{Change, Model, Start},
        settings::Settings,
        taken,
        update::update,
    },
    fleet::{
        facts::Limits,
        ids::Socket,
        order::{Confirmed, Order, Outcome, Target},
    },
    ui::theme::{Terminal as TerminalKind, Theme},
};

/// How many events may wait. Behind it their sources wait.
const INBOX: usize = 256;

/// What the dashboard needs to be told.
pub struct Options {
    /// Looks at the fleet.
    pub watch: Watch,
    /// Changes it; `None` where this dashboard may not.
    pub steer: Option<Steer>,
    /// The socket that was asked for; it stands above the roster's.
    pub socket: Option<Socket>,
    /// Why changing actions are left out; `None` where they are not.
    pub read_only: Option<&'static str>,
    /// Times that the environment may set.
    pub limits: Limits,
    /// What the terminal can show.
    pub terminal: TerminalKind,
    /// What is configured.
    pub settings: Settings,
    /// The file that says so; it is read again when it changes.
    pub config_file: Option<ConfigFile>,
    /// Where it is remembered how the list was left; `None`: nothing is.
    pub remembers: Option<memory::Place>,
    /// The one agent that is watched, full screen; `None` for the whole dashboard.
    pub watched: Option<String>,
    /// That one is to be taken over at once, by an order that was confirmed.
    pub take: Option<(Confirmed<Order>, Target)>,
    /// What puts the window of a taken agent back should this program be killed; the agent's name comes behind it.
    pub guard: Option<Argv>,
}

/// Runs the dashboard until the operator leaves, or the terminal does. The terminal is given back on every way out.
/// Says how the takeover ended for which it was started.
pub async fn dashboard(mut options: Options) -> io::Result<Option<Outcome>> {
    // Before the terminal is taken: a signal that comes in between must give it back, too.
    let signals = Signals::listen()?;
    let mut terminal = Terminal::take(options.settings.config.mouse)?;
    let (events, inbox) = mpsc::channel(INBOX);
    let wish = Arc::new(Wish::default());
    let home = options.watch.who().await.home.map(|home| home.display().to_string()).unwrap_or_default();
    let place = options.remembers.take().filter(|_| options.settings.config.remember);
    let (remembered, hint_read) = match &place {
        Some(place) => place.recall().await,
        None => (None, true),
    };
    let keeper = place.map(Keeper::new);
    let model = Model::new(Start {
        zones: clock::zones(),
        read_only: options.read_only,
        job_control: terminal::has_job_control(),
        size: terminal.size()?,
        limits: options.limits,
        home,
        socket: options.socket.clone(),
        watched: options.watched.take(),
        takes: options.take.is_some(),
        settings: options.settings.clone(),
        remembered,
        remembers: keeper.is_some(),
        hint: !hint_read,
    });
    let background = background(&mut options, &wish, &events);
    let hands = Hands::new(options.steer, options.watch.clone(), options.guard, events.clone());
    let mirrors = OpenMirrors::new(options.watch, events, options.settings.recorder());
    let theme = Theme::of(&options.settings.config, &options.terminal);
    let kind = options.terminal;
    let (handed, replay) = (None, None);
    let mut shell =
        Shell { model, kind, theme, wish, mirrors, hands, handed, keeper, replay, pace: Pace::default(), left: false };
    shell.begin(options.take, &mut terminal)?;
    let outcome = shell.serve(&mut terminal, inbox, signals).await;
    background.iter().for_each(JoinHandle::abort);
    outcome?;
    Ok(shell.end(terminal).await)
}

/// What goes on beside the loop: the looks at the fleet, and now and then the health check.
fn background(options: &mut Options, wish: &Arc<Wish>, events: &mpsc::Sender<Event>) -> [JoinHandle<()>; 2] {
    let checkups = Checkups {
        watch: options.watch.clone(),
        socket: options.socket.clone(),
        limits: options.limits,
        wish: Arc::clone(wish),
        events: events.clone(),
    };
    let looks = Refresher {
        watch: options.watch.clone(),
        socket: options.socket.clone(),
        wish: Arc::clone(wish),
        events: events.clone(),
        pace: options.settings.config.refresh,
        config_file: options.config_file.take(),
    };
    [tokio::spawn(looks.run()), tokio::spawn(checkups.run())]
}

/// Everything that the loop holds.
struct Shell {
    model: Model,
    /// What the terminal can show.
    kind: TerminalKind,
    theme: Theme,
    wish: Arc<Wish>,
    mirrors: OpenMirrors,
    hands: Hands,
    /// To whom the terminal is to be handed.
    handed: Option<(Confirmed<Order>, Target)>,
    /// Remembers how the list was left.
    keeper: Option<Keeper>,
    /// Whose recording is to be played.
    replay: Option<(String, Socket)>,
    /// When the next frame may be drawn.
    pace: Pace,
    left: bool,
}

impl Shell {
    /// The first frame, and the takeover for which this program was started.
    fn begin(&mut self, take: Option<(Confirmed<Order>, Target)>, terminal: &mut Terminal) -> io::Result<()> {
        let effects = take.map(|(order, target)| taken::begin(&mut self.model, order, target));
        for effect in effects.into_iter().flatten() {
            self.perform(effect, terminal)?;
        }
        self.draw(Change::Everything, terminal)
    }

    /// Leaves everything as it should be found; how the last takeover ended.
    async fn end(mut self, terminal: Terminal) -> Option<Outcome> {
        self.hands.leave().await;
        drop(terminal);
        if let Some(keeper) = self.keeper.take() {
            keeper.finish().await;
        }
        self.model.parted().cloned()
    }

    async fn serve(
        &mut self,
        terminal: &mut Terminal,
        mut inbox: mpsc::Receiver<Event>,
        mut signals: Signals,
    ) -> io::Result<()> {
        let mut keys = Keys::listen();
        let mut seconds = interval(Duration::from_secs(1));
        seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let (mut waiting, mut answers) = (Change::Nothing, false);
        while !self.left {
            let now = clock::now();
            let due = self.due(answers);
            let held = self.held_until(now);
            tokio::select! {
                biased;
                key = keys.pressed.recv() => match key {
                    Some(Ok(key)) => {
                        self.wish.touch();
                        self.handle(Event::Terminal(key), terminal)?;
                        answers = true;
                    }
                    // The terminal has gone; there is nobody left to show anything to.
                    Some(Err(_)) | None => return Ok(()),
                },
                _ = signals.terminate.recv() => return Ok(()),
                _ = signals.hang_up.recv() => return Ok(()),
                _ = signals.interrupt.recv() => return Ok(()),
                _ = signals.resumed.recv() => {
                    terminal.resume()?;
                    waiting = Change::Everything;
                }
                () = sleep_until(due.into()), if waiting > Change::Nothing => {}
                () = sleep_until(held.unwrap_or(now.steady).into()), if held.is_some() => {
                    self.handle(Event::Tick(clock::now().wall), terminal)?;
                }
                Some(event) = inbox.recv() => self.handle(event, terminal)?,
                news = self.mirrors.news() => for (pane, news) in news {
                    self.handle(Event::Mirror(pane, news), terminal)?;
                },
                _ = seconds.tick() => self.handle(Event::Tick(clock::now().wall), terminal)?,
            }
            self.drain(&mut inbox, terminal)?;
            if self.handed.is_some() || self.replay.is_some() {
                keys = self.lend(keys, terminal, &mut inbox, &mut signals).await?;
                waiting = Change::Everything;
            }
            waiting = waiting.max(self.model.take_change());
            if waiting > Change::Nothing && clock::now().steady >= self.due(answers) {
                self.draw(waiting, terminal)?;
                (waiting, answers) = (Change::Nothing, false);
            }
        }
        Ok(())
    }

    /// Something else has the whole terminal for a while: an agent's session, or a recording.
    async fn lend(
        &mut self,
        mut keys: Keys,
        terminal: &mut Terminal,
        inbox: &mut mpsc::Receiver<Event>,
        signals: &mut Signals,
    ) -> io::Result<Keys> {
        if let Some(handed) = self.handed.take() {
            keys.pause().await;
            self.hand_over(handed, terminal, inbox, signals).await?;
            keys = Keys::listen();
        }
        if let Some((agent, socket)) = self.replay.take() {
            self.review(&agent, &socket, terminal, (&mut keys.pressed, inbox, signals)).await?;
        }
        Ok(keys)
    }

    /// The terminal belongs to the agent's session until that gives it back, or this program is told to end. The fleet is
    /// watched meanwhile as ever: a prompt is told of, and answered where that was opted in.
    async fn hand_over(
        &mut self,
        (order, target): (Confirmed<Order>, Target),
        terminal: &mut Terminal,
        inbox: &mut mpsc::Receiver<Event>,
        signals: &mut Signals,
    ) -> io::Result<()> {
        terminal.hand_over();
        let mut handed = std::pin::pin!(self.hands.hand_over(order, target));
        let outcome = loop {
            tokio::select! {
                biased;
                outcome = &mut handed => break Some(outcome),
                _ = signals.terminate.recv() => break None,
                _ = signals.hang_up.recv() => break None,
                Some(event) = inbox.recv() => self.handle(event, terminal)?,
                news = self.mirrors.news() => for (pane, news) in news {
                    self.handle(Event::Mirror(pane, news), terminal)?;
                },
            }
        };
        terminal.resume()?;
        match outcome {
            Some(outcome) => self.handle(Event::Left(JobId::default(), Box::new(outcome)), terminal)?,
            None => self.left = true,
        }
        Ok(())
    }

    /// What else is there already belongs to the same frame; keys come first again after it.
    fn drain(&mut self, inbox: &mut mpsc::Receiver<Event>, terminal: &mut Terminal) -> io::Result<()> {
        for _ in 0..INBOX {
            let Ok(event) = inbox.try_recv() else { break };
            self.handle(event, terminal)?;
        }
        Ok(())
    }

    fn handle(&mut self, event: Event, terminal: &mut Terminal) -> io::Result<()> {
        if let Event::Facts { facts, .. } = &event {
            self.mirrors.facts(facts);
        }
        let renewed = matches!(event, Event::Settings(_));
        let judged = matches!(event, Event::Facts { .. } | Event::Roster(_));
        let effects = update(&mut self.model, event);
        if let Some(fleet) = self.model.fleet().filter(|_| judged) {
            self.mirrors.judged(fleet);
        }
        if renewed {
            // A configuration may take away what the start had given.
            match (self.model.is_read_only(), self.model.is_read_only_for_good()) {
                (_, true) => self.hands.only_look(),
                (true, false) => self.hands.rest(),
                (false, false) => self.hands.act(),
            }
        }
        for effect in effects {
            self.perform(effect, terminal)?;
        }
        if renewed {
            self.mirrors.record(self.model.settings().recorder());
            let config = &self.model.settings().config;
            self.theme = Theme::of(config, &self.kind);
            terminal.listen_to_mouse(config.mouse)?;
        }
        Ok(())
    }

    fn perform(&mut self, effect: Effect, terminal: &mut Terminal) -> io::Result<()> {
        match effect {
            Effect::Quit => self.left = true,
            Effect::Suspend => terminal.suspend()?,
            Effect::Refresh => self.wish.now(),
            Effect::Confirm => self.wish.soon(),
            Effect::Mirror(panes) => self.mirrors.want(panes),
            Effect::History { number, pane, server, lines } => self.mirrors.history(number, pane, server, lines),
            Effect::NoHistory => self.mirrors.no_history(),
            Effect::Copy(text) => terminal.copy(&text)?,
            Effect::Replay { agent, socket } => self.replay = Some((agent, socket)),
            Effect::Repaint => terminal.forget()?,
            Effect::Preview { number, order, targets } => self.hands.preview(number, order, targets),
            Effect::CarryOut(id, errands) => self.hands.carry_out(id, errands),
            Effect::Take { number, order, target, size } => self.hands.take((number, order, target), size),
            Effect::Stroke(stroke) => self.hands.stroke(stroke),
            Effect::HandOver { order, target } => self.handed = Some((order, target)),
            Effect::Log(wanted) => self.hands.read_log(wanted),
            Effect::Alert { bell, sequence, desktop, command, json } => {
                let behind_tmux = ["tmux", "screen"].iter().any(|name| self.kind.term.starts_with(name));
                let sequence = if behind_tmux { alerts::through_tmux(&sequence) } else { sequence };
                terminal.say(&bell, &sequence)?;
                for (words, stdin) in
                    desktop.map(|words| (words, String::new())).into_iter().chain(command.map(|words| (words, json)))
                {
                    tokio::spawn(notify::tell(words, stdin));
                }
            }
            Effect::Acknowledge { on, faults } => self.hands.acknowledge(on, faults),
            Effect::Title(needs_you) => terminal.title(&alerts::title(needs_you))?,
            Effect::Remember { view, hint_read } => {
                if let Some(keeper) = &self.keeper {
                    keeper.keep(view, hint_read);
                }
            }
        }
        Ok(())
    }
}
