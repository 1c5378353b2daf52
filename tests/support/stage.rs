//! A stand-in of a runtime in a pane of its own server, and the product's hands that act on it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use mosaic_top::{
    adapter::{Licence, Steer, Watch, WatchConfig, audit::Audit, exec::Local},
    fleet::{
        action_record::{self, Logged},
        delivery::{Kind, Timing, WhenBusy, WhenDraft},
        ids::{HostName, Tenant},
        order::{Act, Aim, Letter, Order, Outcome, PaneAim, Target},
        row::RowKey,
    },
};
use tokio::sync::mpsc;

use super::{SOON, Tmux, block_on, standin::Standin, wait_until};

/// The test that a stand-in's pane runs: every binary that uses one has it.
pub const PLAYER: &str = "a_stand_in_plays_when_it_is_asked_to";
/// What each runtime shows while it works.
const BUSY: [&str; 3] = ["esc to interrupt", "esc interrupt", "── ⠦ Working"];

/// A stand-in in a pane of its own server, and the hands that act on it.
pub struct Stage {
    pub tmux: Tmux,
    pub agent: Standin,
    /// The mosaic home.
    home: PathBuf,
    _dirs: [tempfile::TempDir; 2],
    pub pane: String,
}

impl Stage {
    pub fn new(runtime: &'static str, seed: u64, asked: &'static str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let agent = Standin { runtime, seed, dir: dir.path().to_owned(), asked };
        let command = agent.command(PLAYER);
        let stage = Self::running(agent, dir, &command);
        stage.shows("the stand-in is up", "history begins");
        stage
    }

    /// The same with its mosaic home there.
    pub fn at(home: &Path, runtime: &'static str, seed: u64, asked: &'static str) -> Self {
        Self { home: home.to_owned(), ..Self::new(runtime, seed, asked) }
    }

    pub fn running(agent: Standin, dir: tempfile::TempDir, command: &str) -> Self {
        let tmux = Tmux::new();
        tmux.session("agent", command);
        let pane = tmux.ask("agent", "#{pane_id}");
        let home = tempfile::tempdir().unwrap();
        Self { tmux, agent, home: home.path().to_owned(), _dirs: [dir, home], pane }
    }

    pub fn text(&self) -> String {
        self.tmux.tmux(&["capture-pane", "-p", "-t", &self.pane])
    }

    pub fn steer(&self) -> Steer {
        let hand = Arc::new(Local::new());
        let (home, tmux) = (Some(self.home.clone()), self.tmux.adapter());
        let config = WatchConfig { home, tmux, ..WatchConfig::default() };
        Watch::new(hand.clone(), config).steer(Licence::over(hand), Audit::here("cli"))
    }

    /// The agent as it is now.
    pub fn target(&self) -> Target {
        let facts = self.tmux.ask(&self.pane, "#{pid} #{pane_pid} #{version}");
        let facts: Vec<&str> = facts.split(' ').collect();
        let host = HostName("here".into());
        let row = RowKey { host: host.clone(), socket: self.tmux.socket(), session: "agent".into(), pane: None };
        let aim = Aim {
            row,
            name: "agent".into(),
            managed: true,
            socket: self.tmux.socket(),
            server: facts[0].parse().ok(),
            version: Some(facts[2].to_owned()),
            session: None,
            pane: Some(PaneAim { id: self.pane.parse().unwrap(), pid: facts[1].parse().unwrap(), dead: false }),
            unit: None,
            runtime: Some(self.agent.runtime.to_owned()),
            runtime_version: None,
            reset_command: None,
            launch: None,
            cautions: Vec::new(),
        };
        Target { tenant: Tenant("ops".into()), host, aim: Some(Box::new(aim)) }
    }

    pub fn carry_out(&self, act: Act, target: Target) -> Receipt {
        self.order(&Order::new(act), target)
    }

    /// The same for a reason.
    pub fn force(&self, act: Act, reason: &str, target: Target) -> Receipt {
        self.order(&Order { act, forced: Some(reason.to_owned()) }, target)
    }

    fn order(&self, order: &Order, target: Target) -> Receipt {
        block_on(async {
            let steer = self.steer();
            // An operator who saw the preview and said yes.
            let preview = steer.preview(order, Vec::new()).await;
            Receipt(steer.carry_out(preview.confirmed(), target, mpsc::channel(1).0).await)
        })
    }

    pub fn send(&self, letter: Letter) -> Receipt {
        self.carry_out(Act::Send(letter), self.target())
    }

    pub fn shows(&self, what: &str, shown: &str) {
        wait_until(what, SOON, || {
            let text = self.text();
            text.contains(shown).then_some(()).ok_or(text)
        });
    }

    /// What the action log holds.
    pub fn log(&self) -> Vec<Logged> {
        let path = self.home.join("fleet/run/actions.jsonl");
        action_record::read(&std::fs::read_to_string(path).unwrap_or_default()).0
    }

    /// Waits until the agent is at rest, so that the next send meets no turn.
    pub fn rests(&self) {
        wait_until("the agent is at rest", SOON, || {
            let text = self.text();
            (!BUSY.iter().any(|mark| text.contains(mark))).then_some(()).ok_or(text)
        });
    }
}

/// How a send ended, and what was done for it.
#[derive(Debug)]
pub struct Receipt(pub Outcome);

impl Receipt {
    pub fn verdict(&self) -> &'static str {
        self.0.ending.word()
    }

    pub fn says(&self) -> &str {
        &self.0.says
    }

    /// How often Enter or the queueing key was pressed.
    pub fn enters(&self) -> usize {
        self.0.commands.iter().filter(|line| line.contains(" Enter'") || line.contains(" Tab'")).count()
    }

    /// Whether the text was typed or pasted at all.
    pub fn typed(&self) -> bool {
        self.0.commands.iter().any(|line| line.contains("paste-buffer") || line.contains(" -l "))
    }

    pub fn by_record(&self) -> bool {
        self.0.evidence.iter().any(|proof| proof.source == "record")
    }
}

/// A message that waits for its verdict, and is queued where the agent works.
pub fn letter(text: &str) -> Letter {
    Letter {
        text: text.to_owned(),
        kind: Kind::Message,
        busy: WhenBusy::Queue,
        draft: WhenDraft::Refuse,
        verify: true,
        timing: Timing::default(),
    }
}
