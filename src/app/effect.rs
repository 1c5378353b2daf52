//! Everything that `update` can ask for.

use super::job::JobId;
use crate::{
    config::memory::Remembered,
    fleet::{
        attention::Fault,
        ids::{PaneKey, Socket},
        order::{Confirmed, Order, Target},
        taken::Stroke,
    },
    screen::Size,
};

/// One thing to be done outside. Only [`Effect::CarryOut`], [`Effect::Acknowledge`] and taking over change anything of
/// the fleet, and only where the one who performs it was given the means: a dashboard that only looks has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Leave, restoring the terminal.
    Quit,
    /// Ctrl-Z: restore the terminal, stop, and take it up again when continued.
    Suspend,
    /// Gather facts now instead of at the next second; also reads the unit files again.
    Refresh,
    /// Look a second time in a moment: the last look saw something that one look does not prove.
    Confirm,
    /// Exactly these panes are to be mirrored from now on; a pane that left the list is let go.
    Mirror(Vec<PaneKey>),
    /// Fetch what tmux keeps above a pane's screen, in place of what was asked for before; it comes as
    /// [`super::event::Event::History`].
    History {
        /// Comes back with the text.
        number: JobId,
        /// The pane.
        pane: PaneKey,
        /// The pid of its server: another server's pane of the same id is another agent's.
        server: Option<u32>,
        /// At most so many lines.
        lines: usize,
    },
    /// Nobody waits any more for the history that was asked for.
    NoHistory,
    /// Put text on the operator's clipboard (OSC 52).
    Copy(String),
    /// Play what was recorded of an agent, in place of the dashboard until that is left.
    Replay {
        /// The agent.
        agent: String,
        /// Its server.
        socket: Socket,
    },
    /// Draw everything afresh (Ctrl-L).
    Repaint,
    /// Look at what an order would do, and come back with [`super::event::Event::Preview`].
    Preview {
        /// Comes back with the answer.
        number: JobId,
        /// The order.
        order: Order,
        /// Whom it is for.
        targets: Vec<Target>,
    },
    /// Carry orders out; their news come as [`super::event::Event::Job`].
    CarryOut(JobId, Vec<Errand>),
    /// Take an agent over on a terminal of this size; its news come as [`super::event::Event::Taken`].
    Take {
        /// Comes back with the news.
        number: JobId,
        /// The order.
        order: Confirmed<Order>,
        /// The agent.
        target: Target,
        /// The terminal's size.
        size: Size,
    },
    /// To the agent that is taken over.
    Stroke(Stroke),
    /// Hand the whole terminal to the agent's session, and come back when it is left.
    HandOver {
        /// The order.
        order: Confirmed<Order>,
        /// The agent.
        target: Target,
    },
    /// From now on the action log is looked at, or it is not any more.
    Log(bool),
    /// Keep for every dashboard that somebody looks after these faults, or does not any more.
    Acknowledge {
        /// Which of the two.
        on: bool,
        /// Of what.
        faults: Vec<Fault>,
    },
    /// Tell the operator that agents need somebody.
    Alert {
        /// Bytes that ring the terminal's bell, or nothing.
        bell: String,
        /// The terminal's notification, or nothing.
        sequence: String,
        /// A program that shows it on the desktop.
        desktop: Option<Vec<String>>,
        /// The operator's own program …
        command: Option<Vec<String>>,
        /// … and what it gets on its standard input.
        json: String,
    },
    /// So many agents need somebody: the terminal's title says so.
    Title(usize),
    /// Remember how the list is shown, for the next start.
    Remember {
        /// Order, filter and columns.
        view: Remembered,
        /// Whether the hint for the first start was put away.
        hint_read: bool,
    },
}

/// One order and whom it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errand {
    /// The order, confirmed where it loses something.
    pub order: Confirmed<Order>,
    /// Its targets, in their order.
    pub targets: Vec<Target>,
}
