//! What happened to an agent: the changes of state that were seen here, and what the action log tells of it.
//!
//! PURE. Bounded: a few dozen changes for each row that is there.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use super::model::Model;
use crate::fleet::{
    action_record::Logged,
    judgement::Readiness,
    row::{Fleet, Row, RowKey},
};

/// So many changes are kept of each agent.
const KEPT: usize = 40;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What, in one line.
    pub says: String,
    /// Whether it is bad news.
    pub bad: bool,
}

/// The changes of state that were seen.
#[derive(Debug, Default)]
pub struct History {
    rows: BTreeMap<RowKey, VecDeque<(Timestamp, Readiness, String)>>,
}

impl History {
    /// Takes one look in: what has changed since the last is remembered.
    pub fn look(&mut self, fleet: &Fleet) {
        self.rows.retain(|key, _| fleet.rows.iter().any(|row| row.key == *key));
        for row in fleet.rows.iter().filter(|row| row.confirmed) {
            let seen = self.rows.entry(row.key.clone()).or_default();
            let why = row.judgement.cause.as_ref().map(|cause| cause.says.clone()).unwrap_or_default();
            let rule = |says: &str| says.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default().to_owned();
            let known = seen.back().is_some_and(|(_, state, says)| {
                // A cause counts its minutes: only other words are another cause.
                *state == row.readiness() && rule(says) == rule(&why)
            });
            if !known {
                seen.push_back((row.since, row.readiness(), why));
                if seen.len() > KEPT {
                    seen.pop_front();
                }
            }
        }
    }
}

/// What happened to a row, the newest first.
#[must_use]
pub fn moments(model: &Model, row: &Row) -> Vec<Moment> {
    let mut all: Vec<Moment> = model.desk.history.rows.get(&row.key).into_iter().flatten().map(change).collect();
    let of_row = |logged: &&Logged| {
        let target = &logged.intent.target;
        // The whole fleet's pause is a part of each agent's history, too.
        target.agent.as_ref().is_none_or(|agent| *agent == row.name)
    };
    all.extend(model.desk.log.all().iter().filter(of_row).map(taken));
    all.sort_by_key(|moment| std::cmp::Reverse(moment.at));
    all
}

fn change((at, state, why): &(Timestamp, Readiness, String)) -> Moment {
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    Moment { at: *at, says: format!("{} {}{why}", state.shape(), state.word()), bad: state.is_fault() }
}

fn taken(logged: &Logged) -> Moment {
    let intent = &logged.intent;
    Moment {
        at: intent.at,
        says: format!("{} by {}: {} {}", intent.order, intent.who.user, logged.word(), super::log::says(logged)),
        bad: !super::log::is_good(logged),
    }
}
