//! An agent that was taken over from here: its terminal, and where keys, the mouse and pastes go meanwhile.
//!
//! PURE, a part of [`super::update`]. Every key goes to the agent but one: the chord that leaves is looked for before
//! anything else, so that no program can take it away.

use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;
use ratatui::layout::Position;

use super::{
    effect::Effect,
    encode,
    job::JobId,
    keymap::Chord,
    mode::Mode,
    model::{Change, Model},
};
use crate::{
    fleet::{
        order::{Act, Confirmed, Order, Outcome, Target},
        row::RowKey,
        taken::{self, Stroke, TakeNews},
        words,
    },
    screen::{Size, terminal::Terminal},
};

/// Who takes an agent over and types nothing for so long is reminded.
const REMIND_AFTER: Duration = Duration::from_secs(5 * 60);

/// The takeover.
#[derive(Debug)]
pub struct Taken {
    /// Its number: another one's news come late.
    pub number: JobId,
    /// The agent's row.
    pub row: Option<RowKey>,
    /// The agent's name.
    pub name: String,
    /// What the agent's session shows.
    pub terminal: Terminal,
    /// What others see; `None` while it is still asked for.
    pub mark: Option<taken::Taken>,
    /// When a key last went to the agent; at first, when it began.
    touched: Option<Timestamp>,
    /// The operator has left; it is being put back.
    leaving: bool,
    /// Where it was taken from, and where leaving it leads.
    back: Box<Mode>,
}

/// Begins: the operator has said yes.
pub fn begin(model: &mut Model, order: Confirmed<Order>, target: Target) -> Vec<Effect> {
    if order.get().act == (Act::Take { whole: true }) {
        super::places::close(model);
        return vec![Effect::HandOver { order, target }];
    }
    let number = model.desk.jobs.number();
    let (row, name) = (target.aim.as_ref().map(|aim| aim.row.clone()), target.name().to_owned());
    let terminal = Terminal::new(Size { rows: 1, cols: 1 });
    let touched = model.now;
    let back = Box::new(std::mem::take(&mut model.mode).into_base());
    let taken = Taken { number, row, name, terminal, mark: None, touched, leaving: false, back };
    model.mode = Mode::Taken(Box::new(taken));
    model.change = Change::Everything;
    let size = cells(model);
    if let Mode::Taken(taken) = &mut model.mode {
        taken.terminal.resize(size);
    }
    vec![Effect::Take { number, order, target, size }]
}

/// The size of the terminal that the frame has room for.
fn cells(model: &Model) -> Size {
    let cells = model.layout().cells;
    Size { rows: cells.height.max(2), cols: cells.width.max(2) }
}

/// One key.
pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let leave = model.settings.leave();
    let now = model.now;
    let Mode::Taken(taken) = &mut model.mode else { return Vec::new() };
    if leave == Some(Chord::of(key)) {
        taken.leaving = true;
        return vec![Effect::Stroke(Stroke::Leave)];
    }
    taken.touched = now;
    typed(encode::key(key, taken.terminal.modes()))
}

/// A paste.
pub(super) fn paste(taken: &mut Taken, text: &str, now: Option<Timestamp>) -> Vec<Effect> {
    taken.touched = now;
    typed(encode::paste(text, taken.terminal.modes()))
}

/// The mouse, where it is on the agent's cells.
pub(super) fn mouse(model: &mut Model, event: MouseEvent) -> Vec<Effect> {
    let cells = model.layout().cells;
    let Mode::Taken(taken) = &mut model.mode else { return Vec::new() };
    if !cells.contains(Position::new(event.column, event.row)) {
        return Vec::new();
    }
    typed(encode::mouse(event, (event.column - cells.x, event.row - cells.y), taken.terminal.modes()))
}

fn typed(bytes: Vec<u8>) -> Vec<Effect> {
    if bytes.is_empty() { Vec::new() } else { vec![Effect::Stroke(Stroke::Type(bytes))] }
}

/// The frame may have become another size for any reason: then the agent's terminal has, too.
pub(super) fn fit(model: &mut Model) -> Option<Effect> {
    let size = matches!(model.mode, Mode::Taken(_)).then(|| cells(model))?;
    let Mode::Taken(taken) = &mut model.mode else { return None };
    if taken.terminal.screen().size() == size {
        return None;
    }
    taken.terminal.resize(size);
    Some(Effect::Stroke(Stroke::Resize(size)))
}

/// What comes back from the agent.
pub(super) fn news(model: &mut Model, number: JobId, news: TakeNews) -> Vec<Effect> {
    let Mode::Taken(taken) = &mut model.mode else { return Vec::new() };
    if taken.number != number {
        return Vec::new();
    }
    match news {
        TakeNews::Began(mark) => {
            taken.mark = Some(mark);
            model.change = Change::Everything;
            Vec::new()
        }
        TakeNews::Said(bytes) => {
            let answers = taken.terminal.feed(&bytes);
            model.change = model.change.max(Change::Mirror);
            typed(answers)
        }
    }
}

/// It is over.
pub(super) fn ended(model: &mut Model, number: JobId, outcome: Outcome) -> Vec<Effect> {
    let by_itself = matches!(&model.mode, Mode::Taken(taken) if taken.number == number && !taken.leaving);
    let ours = matches!(&model.mode, Mode::Taken(taken) if taken.number == number);
    let quits = ours && model.start.takes;
    if let Mode::Taken(taken) = &mut model.mode
        && ours
    {
        model.mode = std::mem::take(&mut *taken.back);
    }
    if by_itself {
        // What is being typed was meant for the agent, and would be keys of the dashboard from now on.
        model.hold_back_orders(format!("{} is not taken over any more", outcome.target.name()));
    }
    model.notice = Some(format!("{}: {}", outcome.target.name(), outcome.says));
    model.parted = Some(outcome);
    model.change = Change::Everything;
    let mut effects = vec![Effect::Refresh];
    effects.extend(quits.then_some(Effect::Quit));
    effects
}

impl Model {
    /// What stands below an agent that is taken over: where the keys go, how to leave, and whether that is a warning.
    #[must_use]
    pub fn taken_line(&self, taken: &Taken) -> (String, bool) {
        let leave = self.settings.leave().map_or_else(|| "?".to_owned(), |chord| chord.to_string());
        let name = &taken.name;
        let Some(mark) = &taken.mark else { return (format!("{leave} leaves · taking {name} over …"), false) };
        if taken.leaving {
            return (format!("leaving {name}: its window is put back …"), false);
        }
        let row = taken.row.as_ref().and_then(|key| self.row(key));
        if let Some(other) = row.and_then(|row| row.taken.as_ref()).filter(|other| other.pid != mark.pid) {
            return (format!("{leave} leaves · {name} is taken over {}, too: you both type", other.words()), true);
        }
        let quiet = self.now.zip(taken.touched).map(|(now, then)| words::age(then, now)).unwrap_or_default();
        if quiet >= REMIND_AFTER {
            let quiet = words::short(quiet);
            return (
                format!("{leave} leaves · nothing typed for {quiet}: others cannot send to {name} meanwhile"),
                true,
            );
        }
        let since = self.now.map(|now| words::short(mark.age(now))).unwrap_or_default();
        (format!("{leave} leaves · every other key goes to {name} · {since}"), false)
    }

    /// How the takeover for which this program was started ended.
    #[must_use]
    pub fn parted(&self) -> Option<&Outcome> {
        self.parted.as_ref()
    }
}

#[cfg(test)]
mod tests;
