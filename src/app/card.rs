//! Everything known of the selected agent, as lines: what the agent screen shows beside the mirror.
//!
//! PURE. Unknown is shown with its reason, and where the roster and reality differ both are shown.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    history::moments,
    model::Model,
    words::{fit, wrap},
};
use crate::fleet::{
    facts::DeadPane,
    heartbeat::{Health, Status},
    judgement::{Drift, Readiness},
    reading::Reading,
    row::{Pane, Row},
    words::short,
};

/// One line about an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardLine {
    /// A part's heading.
    Heading(&'static str),
    /// The state, with its words.
    State(Readiness, String),
    /// A field and its value; a value that goes on has an empty label.
    Field {
        /// The field's name.
        label: String,
        /// Its value.
        text: String,
        /// How it is meant.
        tone: Tone,
    },
    /// Air.
    Blank,
}

/// How a value is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A fact.
    Plain,
    /// Not known, with the reason.
    Unknown,
    /// It differs from the roster, or is bad in itself.
    Bad,
    /// Of less weight.
    Dim,
}

/// How many cells the labels take.
pub const LABEL: usize = 11;

/// Everything about the selected agent in lines of this width.
#[must_use]
pub fn card(model: &Model, width: usize) -> Vec<CardLine> {
    let Some(row) = model.selected_row() else { return Vec::new() };
    let now = model.now().unwrap_or(row.since);
    let mut card = Card { lines: Vec::new(), width };
    verdict(&mut card, row, now);
    declared(&mut card, row);
    running(&mut card, row);
    doing(&mut card, row);
    heartbeat(&mut card, row);
    evidence(&mut card, row, now);
    history(&mut card, model, row, now);
    card.lines
}

/// So much of the history is shown: the log has it all.
const MOMENTS: usize = 30;

/// What happened to it, the newest first: changes of state seen from here, and every action of the log.
fn history(card: &mut Card, model: &Model, row: &Row, now: Timestamp) {
    card.heading("history");
    let moments = moments(model, row);
    if moments.is_empty() {
        card.field("", "nothing has been seen yet", Tone::Unknown);
    }
    for moment in moments.iter().take(MOMENTS) {
        let tone = if moment.bad { Tone::Bad } else { Tone::Plain };
        card.field(&format!("{} ago", short(seconds(moment.at, now))), &moment.says, tone);
    }
}

/// Why the selected one's state is what it is: the small card below the mirror.
#[must_use]
pub fn why(model: &Model, width: usize) -> Vec<CardLine> {
    let Some(row) = model.selected_row() else { return Vec::new() };
    let now = model.now().unwrap_or(row.since);
    let mut card = Card { lines: Vec::new(), width };
    verdict(&mut card, row, now);
    for drift in &row.judgement.drift {
        card.drift(drift);
    }
    for piece in &row.judgement.evidence {
        card.piece(piece.source, &piece.rule, &piece.says, piece.line.as_deref(), seconds(piece.at, now));
    }
    card.lines
}

struct Card {
    lines: Vec<CardLine>,
    width: usize,
}

impl Card {
    fn heading(&mut self, words: &'static str) {
        if !self.lines.is_empty() {
            self.lines.push(CardLine::Blank);
        }
        self.lines.push(CardLine::Heading(words));
    }

    fn field(&mut self, label: &str, text: &str, tone: Tone) {
        let mut label = fit(label, LABEL - 1);
        for text in wrap(text, self.width.saturating_sub(LABEL).max(8)) {
            self.lines.push(CardLine::Field { label: std::mem::take(&mut label), text, tone });
        }
    }

    fn reading<T>(&mut self, label: &str, reading: &Reading<T>, show: impl Fn(&T) -> String) {
        match reading {
            Reading::Known(value) => self.field(label, &show(value), Tone::Plain),
            Reading::Unknown(why) => self.field(label, &format!("unknown: {why}"), Tone::Unknown),
        }
    }

    fn drift(&mut self, drift: &Drift) {
        let label = drift.field.replace('_', " ");
        self.field(&label, &format!("{} ≠ {} in the roster", drift.actual, drift.roster), Tone::Bad);
    }

    fn piece(&mut self, source: &str, rule: &str, says: &str, line: Option<&str>, old: Duration) {
        self.field(source, says, Tone::Plain);
        if let Some(line) = line {
            self.field("", &format!("“{}”", line.trim()), Tone::Plain);
        }
        self.field("", &format!("rule {rule}, {} ago", short(old)), Tone::Dim);
    }
}

/// How long ago; a future time is now.
fn seconds(then: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(then)).unwrap_or_default()
}

fn verdict(card: &mut Card, row: &Row, now: Timestamp) {
    let confirmed = if row.confirmed { "" } else { ", not confirmed yet" };
    let words = format!("for {}{confirmed}", row.lasts(now));
    card.lines.push(CardLine::State(row.readiness(), words));
    if let Some(cause) = &row.judgement.cause {
        card.field("cause", &cause.says, Tone::Bad);
        // Evidence by the same rule follows below and names it.
        if !row.judgement.evidence.iter().any(|piece| piece.rule == cause.rule) {
            card.field("rule", &cause.rule, Tone::Dim);
        }
    }
    let flags: Vec<&str> = row.judgement.flags.iter().map(|flag| flag.word()).collect();
    if !flags.is_empty() {
        card.field("flags", &flags.join(" "), Tone::Bad);
    }
}

/// The roster's fields; one that has drifted says what runs instead.
fn declared(card: &mut Card, row: &Row) {
    card.heading("roster");
    if !row.managed {
        card.field("", "the roster does not name this session", Tone::Unknown);
        return;
    }
    let fields = [
        ("name", Some(&row.name)),
        ("alias", row.alias.as_ref()),
        ("class", row.class.as_ref()),
        ("runtime", row.runtime.as_ref()),
        ("model", row.model.as_ref()),
    ];
    for (field, value) in fields {
        match (row.judgement.drift.iter().find(|drift| drift.field == field), value) {
            (Some(drift), _) => card.drift(drift),
            (None, Some(value)) => card.field(field, value, Tone::Plain),
            (None, None) => {}
        }
    }
    for drift in row.judgement.drift.iter().filter(|drift| !fields.iter().any(|(field, _)| *field == drift.field)) {
        card.drift(drift);
    }
}

fn running(card: &mut Card, row: &Row) {
    card.heading("running");
    card.reading("unit", &row.unit, |unit| {
        let enabled = match &unit.enabled {
            Reading::Known(state) => state.clone(),
            Reading::Unknown(why) => format!("boot state unknown: {why}"),
        };
        format!("{} {} ({}), {enabled}", unit.name, unit.facts.active, unit.facts.sub)
    });
    match &row.session {
        None => card.field("session", "none of this name", Tone::Bad),
        Some(session) => {
            let group = session.group.as_deref().map_or_else(String::new, |group| format!(", group {group}"));
            let many = if session.attached == 1 { "client" } else { "clients" };
            let text = format!("{} {}{group}, {} {many} attached", session.id, session.name, session.attached);
            card.field("session", &text, Tone::Plain);
        }
    }
    if let Some(pane) = &row.pane {
        pane_fields(card, pane);
    }
    card.field("socket", &row.key.socket.to_string(), Tone::Plain);
    card.field("host", &format!("{} · {}", row.key.host, row.tenant), Tone::Plain);
    card.reading("quiet", &row.idle, |idle| format!("for {}", short(*idle)));
}

fn pane_fields(card: &mut Card, pane: &Pane) {
    card.field("pane", &format!("{} {}×{}, pid {}", pane.key.pane, pane.width, pane.height, pane.pid), Tone::Plain);
    if let Some(dead) = pane.dead {
        card.field("", &ended(dead), Tone::Bad);
    }
    card.reading("program", &pane.runtime, Clone::clone);
    card.field("command", &pane.command, Tone::Plain);
    if let Some(argv) = &pane.argv {
        card.field("argv", argv, Tone::Plain);
    }
    card.reading("directory", &pane.cwd, Clone::clone);
    card.field("title", &pane.title, Tone::Dim);
    let pipe = match (pane.piped, &pane.mark) {
        (false, _) => "none",
        (true, Some(_)) => "ours",
        (true, None) => "somebody else's",
    };
    card.field("pipe", pipe, Tone::Dim);
    if pane.in_mode {
        card.field("mode", "copy mode is open in it", Tone::Dim);
    }
}

/// How a pane's program ended, in words.
#[must_use]
pub fn ended(dead: DeadPane) -> String {
    match (dead.status, dead.signal) {
        (_, Some(signal)) => format!("ended by signal {signal}"),
        (Some(status), None) => format!("ended with status {status}"),
        (None, None) => "ended by a signal".to_owned(),
    }
}

/// What its runtime says that it is about; nothing where the runtime says nothing.
fn doing(card: &mut Card, row: &Row) {
    if row.doing.is_none() && row.context.is_none() {
        return;
    }
    card.heading("doing");
    if let Some(doing) = &row.doing {
        card.field("about", doing, Tone::Plain);
    }
    if let Some(context) = &row.context {
        card.field("context", &format!("{} % used, says {}", context.used_percent, context.source), Tone::Plain);
    }
}

fn heartbeat(card: &mut Card, row: &Row) {
    card.heading("heartbeat");
    let beat = &row.heartbeat;
    let old = beat.age.map_or_else(String::new, |old| format!(", {} old", short(old)));
    let (word, tone) = match beat.health {
        Health::Healthy => ("healthy", Tone::Plain),
        Health::Stale => ("stale", Tone::Bad),
        Health::Unknown => ("unknown", Tone::Unknown),
    };
    card.field("health", &format!("{word}{old}"), tone);
    if let Some(why) = &beat.why {
        card.field("", why, Tone::Unknown);
    }
    let Some(read) = &beat.read else { return };
    let status = match read.status {
        Some(Status::Ok) => "ok",
        Some(Status::Busy) => "busy",
        None => "not known",
    };
    let pid = read.pid.map_or_else(String::new, |pid| format!(", pid {pid}"));
    card.field("says", &format!("{status}{pid}"), Tone::Plain);
    if let Some(model) = &read.model {
        card.field("model", model, Tone::Plain);
    }
}

fn evidence(card: &mut Card, row: &Row, now: Timestamp) {
    card.heading("evidence");
    if row.judgement.evidence.is_empty() {
        card.field("", "none yet", Tone::Unknown);
    }
    for piece in &row.judgement.evidence {
        card.piece(piece.source, &piece.rule, &piece.says, piece.line.as_deref(), seconds(piece.at, now));
    }
}
