//! The columns of the table, and the order of its rows: by attention, or by a column.
//!
//! Rows come in the roster's order and keep it where the order has nothing to say. Unmanaged sessions stand after
//! managed agents, and what is not known stands last, both also when the order is reversed.

use std::cmp::{Ordering, Reverse};

use super::{
    judgement::{Flag, Readiness},
    row::Row,
};

/// A column of the table; the list can be sorted by each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// The agent's name.
    Agent,
    /// Its class.
    Class,
    /// Its runtime.
    Runtime,
    /// Its state, worst first.
    State,
    /// How long it has been quiet, longest first.
    Idle,
    /// The age of its heartbeat, oldest first.
    Heartbeat,
    /// Its flags, worst first.
    Flags,
    /// What it is doing.
    Doing,
    /// How full its context is, fullest first.
    Context,
    /// Its model.
    Model,
    /// Its unit.
    Unit,
    /// The process in its pane.
    Pid,
    /// The command in its pane.
    Command,
    /// Its host.
    Host,
    /// Its tmux server.
    Socket,
}

/// How the list is sorted. The default is the attention order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    /// By which column; `None`: by attention, worst first.
    pub column: Option<Column>,
    /// The other way round.
    pub reversed: bool,
}

impl Column {
    /// Every column, in the order in which they are shown.
    pub const ALL: [Self; 15] = [
        Self::Agent,
        Self::Class,
        Self::Runtime,
        Self::State,
        Self::Idle,
        Self::Heartbeat,
        Self::Flags,
        Self::Doing,
        Self::Context,
        Self::Model,
        Self::Unit,
        Self::Pid,
        Self::Command,
        Self::Host,
        Self::Socket,
    ];

    /// The letter after `o` that sorts by it. Never `o` itself: `oo` is the attention order.
    #[must_use]
    pub fn letter(self) -> char {
        self.words().0
    }

    /// Its name, in a configuration and after `sort-`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Class => "class",
            Self::Runtime => "runtime",
            Self::State => "state",
            Self::Idle => "idle",
            Self::Heartbeat => "heartbeat",
            Self::Flags => "flags",
            Self::Doing => "doing",
            Self::Context => "context",
            Self::Model => "model",
            Self::Unit => "unit",
            Self::Pid => "pid",
            Self::Command => "command",
            Self::Host => "host",
            Self::Socket => "socket",
        }
    }

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (char, &'static str) {
        match self {
            Self::Agent => ('a', "AGENT"),
            Self::Class => ('c', "CLASS"),
            Self::Runtime => ('r', "RUNTIME"),
            Self::State => ('s', "STATE"),
            Self::Idle => ('i', "IDLE"),
            Self::Heartbeat => ('h', "HB"),
            Self::Flags => ('f', "FLAGS"),
            Self::Doing => ('g', "DOING"),
            Self::Context => ('x', "CTX"),
            Self::Model => ('m', "MODEL"),
            Self::Unit => ('u', "UNIT"),
            Self::Pid => ('p', "PID"),
            Self::Command => ('d', "COMMAND"),
            Self::Host => ('n', "HOST"),
            Self::Socket => ('k', "SOCKET"),
        }
    }

    /// What a row is sorted by in this column; `None` when it is not known.
    fn value(self, row: &Row) -> Option<Value> {
        let text = |text: &str| Some(Value::Text(text.to_lowercase()));
        match self {
            Self::Agent => text(&row.name),
            Self::Class => row.class.as_deref().and_then(text),
            Self::Runtime => row.runtime.as_deref().and_then(text),
            Self::State => Some(Value::State(row.readiness())),
            Self::Idle => row.idle.known().map(|idle| Value::Longest(Reverse(idle.as_millis()))),
            Self::Heartbeat => row.heartbeat.age.map(|age| Value::Longest(Reverse(age.as_millis()))),
            Self::Flags => worst_flag(row).map(Value::Flag),
            Self::Doing => row.doing.as_deref().and_then(text),
            Self::Context => row.context.as_ref().map(|c| Value::Longest(Reverse(c.used_percent.into()))),
            Self::Model => row.model.as_deref().and_then(text),
            Self::Unit => row.unit.known().and_then(|unit| text(&unit.name)),
            Self::Pid => row.pane.as_ref().map(|pane| Value::Number(pane.pid)),
            Self::Command => row.pane.as_ref().and_then(|pane| text(&pane.command)),
            Self::Host => text(&row.key.host.0),
            Self::Socket => text(row.key.socket.name()),
        }
    }
}

/// What rows are compared by: of one column always the same kind.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Text(String),
    Number(u32),
    Longest(Reverse<u128>),
    State(Readiness),
    Flag(usize),
    Attention(Attention),
}

/// How much a row wants a person, worst first. Flags by their rank among all flags.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Attention {
    /// Its state is a fault; its flags only decide between equals.
    FaultyState(Readiness, usize),
    /// Only a flag makes it faulty.
    FaultyFlag(usize, Readiness),
    /// No fault.
    Fine(Readiness),
}

impl Sort {
    /// Sorts things that stand for rows and stand in the roster's order.
    pub fn sort<'a, T>(self, things: &mut [T], row_of: impl Fn(&T) -> &'a Row) {
        things.sort_by_cached_key(|thing| {
            let row = row_of(thing);
            let value = match self.column {
                Some(column) => column.value(row),
                None => Some(Value::Attention(attention(row))),
            };
            Key { unmanaged: !row.managed, unknown: value.is_none(), value, reversed: self.reversed }
        });
    }
}

#[derive(PartialEq, Eq)]
struct Key {
    unmanaged: bool,
    unknown: bool,
    value: Option<Value>,
    reversed: bool,
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_value = self.value.cmp(&other.value);
        let apart = (self.unmanaged, self.unknown).cmp(&(other.unmanaged, other.unknown));
        apart.then(if self.reversed { by_value.reverse() } else { by_value })
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The worst flag's rank among all flags.
fn worst_flag(row: &Row) -> Option<usize> {
    Flag::ALL.iter().position(|flag| row.has(*flag))
}

fn attention(row: &Row) -> Attention {
    let state = row.readiness();
    let flag = Flag::ALL.iter().position(|flag| flag.is_fault() && row.has(*flag));
    match flag {
        _ if state.is_fault() => Attention::FaultyState(state, flag.unwrap_or(Flag::ALL.len())),
        Some(flag) => Attention::FaultyFlag(flag, state),
        None => Attention::Fine(state),
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, time::Duration};

    use super::*;
    use crate::fleet::{
        reading::Reading,
        sample::{row, row_in},
    };

    fn check(sort: Sort, rows: &[Row], expected: &str) {
        let mut sorted: Vec<&Row> = rows.iter().collect();
        sort.sort(&mut sorted, |row| *row);
        let names: Vec<_> = sorted.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names.join(" "), expected, "{sort:?}");
    }

    fn by(column: Column, reversed: bool) -> Sort {
        Sort { column: Some(column), reversed }
    }

    #[test]
    fn attention_is_faulty_states_then_faulty_flags_then_the_rest_in_the_rosters_order() {
        let mut rows = vec![
            row("working"),
            row_in("boot", Readiness::Working, &[Flag::Boot]),
            row_in("available", Readiness::Available, &[]),
            row_in("drift", Readiness::Working, &[Flag::Drift]),
            row_in("away", Readiness::Unknown, &[Flag::Unreachable]),
            row_in("unknown", Readiness::Unknown, &[]),
            row_in("stale", Readiness::Stale, &[]),
            row_in("dead", Readiness::Dead, &[]),
            row_in("dead-drift", Readiness::Dead, &[Flag::Drift]),
            row_in("scratch", Readiness::Stuck, &[Flag::Unmanaged]),
            row_in("stuck", Readiness::Stuck, &[]),
        ];
        rows[9].managed = false;
        check(Sort::default(), &rows, "stuck dead-drift dead stale away drift unknown available working boot scratch");
        check(
            Sort { column: None, reversed: true },
            &rows,
            "working boot available unknown drift away stale dead dead-drift stuck scratch",
        );
    }

    #[test]
    fn what_is_not_known_stands_last_in_either_direction() {
        let idle = |name, idle| Row { idle, ..row(name) };
        let rows = [
            idle("none", Reading::unknown("no pane")),
            idle("long", Reading::Known(Duration::from_secs(600))),
            idle("short", Reading::Known(Duration::from_secs(2))),
        ];
        check(by(Column::Idle, false), &rows, "long short none");
        check(by(Column::Idle, true), &rows, "short long none");
    }

    #[test]
    fn equal_rows_keep_the_rosters_order_also_when_reversed_and_case_does_not_matter() {
        let rows = [row("b"), row("A"), row("c")];
        check(by(Column::Class, true), &rows, "b A c");
        check(by(Column::Agent, false), &rows, "A b c");
        check(by(Column::Agent, true), &rows, "c b A");
    }

    #[test]
    fn unmanaged_sessions_stand_apart_by_every_column() {
        let unmanaged = Row { managed: false, class: None, ..row("a") };
        for column in Column::ALL {
            for reversed in [false, true] {
                check(by(column, reversed), &[unmanaged.clone(), row("b")], "b a");
            }
        }
    }

    #[test]
    fn every_column_has_a_letter_of_its_own_and_none_is_o() {
        let letters: HashSet<char> = Column::ALL.iter().map(|column| column.letter()).collect();
        assert_eq!(letters.len(), Column::ALL.len());
        assert!(!letters.contains(&'o'));
    }
}
