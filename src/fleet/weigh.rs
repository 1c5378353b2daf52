//! What the runtime itself says, of all that says it: its screen, its own record, its status words. Spec §6.
//!
//! One pure function of what was gathered. A prompt that is seen beats a record that says it works; a record that says
//! it waits does not beat a screen that works or is ready; what disagrees stands beside the verdict as evidence. When
//! nothing is sure there is no word, and the heartbeat decides: nobody is called stuck for silence.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    agent_facts::RuntimeWord,
    gate::{Kind, Limit, Marker, Prompt, Shown, State},
    judgement::{Cause, CauseKind, Evidence},
    record::{Record, RecordStatus},
    sights::Sight,
    text::visible,
    until::{self, Zones},
    word, words,
};
use crate::screen::{BlockKind, ProgramState, ProgramStatus};

/// Claude writes its session file within 2 s of its start, loaded machines within ten; a gate has none for as long as it
/// stands.
const NOT_BEGUN_AFTER: Duration = Duration::from_secs(30);

/// A missing right to the API that the last turn ended with may still be retried, or be scrolling by: it counts once the
/// whole screen has stood for so long, as long as the same error in a record (`word`).
const TROUBLE_STANDS: Duration = Duration::from_secs(60);

/// The rule of a limit that is over while its words still stand: the agent waits for a message.
pub const LIMIT_OVER: &str = "limit.over";

/// A reset is told to the minute: from so long after it on the limit is over.
const OVER_AFTER: Duration = Duration::from_secs(60);

/// A runtime that goes on by itself at the reset is given so long.
const RESUMES_WITHIN: Duration = Duration::from_secs(5 * 60);

/// What is weighed.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The moment of the look.
    pub now: Timestamp,
    /// What its screen shows.
    pub sight: Option<&'a Sight>,
    /// What its runtime wrote down about itself, where that could be read.
    pub record: Option<&'a Record>,
    /// For how long no byte has moved on its screen; `None` where that is not known.
    pub unmoved: Option<Duration>,
    /// From when on nobody is believed to work who says so, and whose screen and record have not moved.
    pub stalled_after: Duration,
    /// In which runtimes tell when a limit ends.
    pub zones: &'a Zones,
    /// Whether ages can be believed: after a suspend or a clock jump nothing follows from one (spec §6).
    pub ages_believed: bool,
}

/// What counts, and what stands beside it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Weighed {
    /// The runtime's word, where one is sure.
    pub told: Option<RuntimeWord>,
    /// What was seen and did not decide.
    pub beside: Vec<Evidence>,
}

/// Weighs them.
#[must_use]
pub fn weigh(sources: Sources<'_>) -> Weighed {
    let shown = sources.sight.map(|sight| &sight.shown);
    let screen = sources.sight.and_then(|sight| by_screen(sight, sources));
    let reported = sources.sight.and_then(|sight| by_report(sight, sources.now));
    let told = screen
        .or(reported)
        .or_else(|| not_begun(shown, sources))
        .or_else(|| by_record(shown.map(|shown| shown.state), sources))
        .or_else(|| by_trouble(sources.sight?, sources))
        .map(|told| or_stalled(told, shown, sources));
    // Whatever else was said stands beside it: sources that disagree are shown, not hidden.
    let record = sources.record.map(|record| word::note(record, sources.now));
    let report = sources.sight.and_then(|sight| Some(report_note(report_of(sight)?, sources.now)));
    let noted = record.into_iter().chain(report);
    let undecided = noted.filter(|note| told.as_ref().is_none_or(|told| !told.rests_on(note)));
    let beside = undecided.chain(shown.into_iter().flat_map(beside)).collect();
    Weighed { told, beside }
}

/// What the program reports of itself. A report outlives its program: a killed one never takes it back.
fn report_of(sight: &Sight) -> Option<&ProgramStatus> {
    sight.reported.as_ref().filter(|_| sight.shown.state != State::Gone)
}

/// The report as evidence; also when nothing follows from it.
fn report_note(report: &ProgramStatus, now: Timestamp) -> Evidence {
    let says = match (report.state, report.kind) {
        (ProgramState::Idle, _) => "it reports that it is idle",
        (ProgramState::Working, _) => "it reports that it works",
        (ProgramState::Done, _) => "it reports that its turn is done",
        (ProgramState::Error, _) => "it reports an error",
        (ProgramState::Blocked, Some(BlockKind::Permission)) => "it reports that it waits for a permission",
        (ProgramState::Blocked, Some(BlockKind::Question)) => "it reports that it waits for an answer",
        (ProgramState::Blocked, Some(BlockKind::Auth)) => "it reports that it waits for a login",
        (ProgramState::Blocked, None) => "it reports that it waits for a human",
    };
    let message = report.message.as_deref().map_or_else(String::new, |message| format!(": {}", visible(message)));
    Evidence { source: "stream", rule: "osc7501".into(), says: format!("{says}{message}"), at: now, line: None }
}

/// What the program reports in its own stream (OSC 7501). A report that it is blocked stands behind a screen that is
/// ready for a message: that is newer.
fn by_report(sight: &Sight, now: Timestamp) -> Option<RuntimeWord> {
    let report = report_of(sight)?;
    let note = report_note(report, now);
    match report.state {
        ProgramState::Working => Some(RuntimeWord::Working(note)),
        ProgramState::Blocked if sight.shown.state != State::Idle => {
            let kind = match report.kind {
                Some(BlockKind::Permission | BlockKind::Question) => CauseKind::Asks,
                Some(BlockKind::Auth) => CauseKind::Error,
                None => CauseKind::Prompt,
            };
            let cause = Cause { kind, rule: "osc7501".to_owned(), says: note.says.clone() };
            Some(RuntimeWord::Blocked { cause, evidence: vec![note] })
        }
        ProgramState::Blocked | ProgramState::Idle | ProgramState::Done | ProgramState::Error => None,
    }
}

/// A runtime that has been up for long and has not written the record with which it begins, while its screen shows
/// neither work nor an input line: it stands at a question before that, which no rule knows.
fn not_begun(shown: Option<&Shown>, sources: Sources<'_>) -> Option<RuntimeWord> {
    let record = sources.record?;
    let Some(RecordStatus::NotReady(up)) = record.status else { return None };
    let shown = shown.filter(|shown| shown.state == State::Unsure && shown.seen.composer.is_none())?;
    if up < NOT_BEGUN_AFTER || !sources.ages_believed {
        return None;
    }
    let says = format!("{} has been up for {} and has not begun: a start-up question?", record.source, words::long(up));
    let rule = "record.not-ready";
    let evidence = Evidence { source: "record", rule: rule.into(), says: says.clone(), at: shown.since, line: None };
    Some(RuntimeWord::Blocked {
        cause: Cause { kind: CauseKind::Gate, rule: rule.into(), says },
        evidence: vec![evidence],
    })
}

/// What the record is sure of where the screen is not. One that says it waits is behind a screen that is ready: the
/// answer was given, and the file says so a moment later. One that says it works is not: codex streams without a mark.
fn by_record(screen: Option<State>, sources: Sources<'_>) -> Option<RuntimeWord> {
    let record = sources.record?;
    let waits = matches!(record.status, Some(RecordStatus::Waiting(_)));
    let word = word::of(record, sources.now, sources.zones, sources.ages_believed);
    word.filter(|_| !(waits && screen == Some(State::Idle)))
}

/// An agent at rest whose last turn ended in an error that nothing but a person mends: no message would help it on.
/// Whoever types there, or logs in, moves the screen.
fn by_trouble(sight: &Sight, sources: Sources<'_>) -> Option<RuntimeWord> {
    let shown = &sight.shown;
    let trouble = shown.seen.trouble.as_ref().filter(|trouble| trouble.stands && !trouble.retrying)?;
    if shown.state != State::Idle || sight.still(sources.now) < TROUBLE_STANDS || !sources.ages_believed {
        return None;
    }
    let says = format!("its last turn ended in an error that does not pass: {}", visible(&trouble.about));
    let cause = Cause { kind: CauseKind::Error, rule: trouble.at.rule.clone(), says: says.clone() };
    Some(RuntimeWord::Blocked { cause, evidence: vec![marked(&trouble.at, &says, sight.still_since)] })
}

/// Work, unless it says that it works and nothing has moved for longer than its limit, whoever says it: the screen, a
/// report or a record. Whoever works draws: a spinner, a clock, what is streamed. Two screens do not tell, and then it
/// works: one that is ready for a message, where the word may only be late, and a viewer, which stands still over a
/// turn that runs.
fn or_stalled(told: RuntimeWord, shown: Option<&Shown>, sources: Sources<'_>) -> RuntimeWord {
    let RuntimeWord::Working(evidence) = &told else { return told };
    let open = shown.is_none_or(|shown| matches!(shown.state, State::Idle | State::Frozen));
    let unmoved = unmoved(sources).filter(|unmoved| sources.ages_believed && *unmoved >= sources.stalled_after);
    match unmoved {
        Some(unmoved) if !open => stalled(evidence.clone(), unmoved, sources.now),
        _ => told,
    }
}

/// For how long neither a byte nor its record has moved.
fn unmoved(sources: Sources<'_>) -> Option<Duration> {
    let record = sources.record.and_then(|record| record.changed).map(|changed| words::age(changed, sources.now));
    sources.unmoved.map(|screen| record.map_or(screen, |record| record.min(screen)))
}

/// What the screen alone is sure of.
fn by_screen(sight: &Sight, sources: Sources<'_>) -> Option<RuntimeWord> {
    let shown = &sight.shown;
    match shown.state {
        State::Prompt(kind) => {
            let prompt = shown.seen.prompt.as_ref()?;
            let over = Some(kind).filter(|kind| *kind == Kind::Limit);
            let over = over
                .and_then(|_| ended(prompt.resets.as_deref(), sight, sources, OVER_AFTER))
                .map(|at| (CauseKind::Asks, format!("; the limit ended {}", words::utc(at))));
            let (kind, over) = over.unwrap_or((kind.into(), String::new()));
            let cause = Cause { kind, rule: prompt.rule.clone(), says: prompt_says(prompt) + &over };
            let line = evidence(&prompt.rule, visible(&prompt.says) + &over, shown.since, &prompt.line);
            Some(RuntimeWord::Blocked { cause, evidence: vec![line] })
        }
        State::Limit => {
            let limit = shown.seen.limit.as_ref()?;
            let patience = if limit.resumes { RESUMES_WITHIN } else { OVER_AFTER };
            if let Some(at) = ended(limit.resets.as_deref(), sight, sources, patience) {
                return Some(over(limit, at));
            }
            let until = limit.resets.as_deref().map_or_else(String::new, |at| format!(", resets {}", until::shown(at)));
            let says =
                format!("usage limit reached{until}{}", if limit.resumes { "; it goes on by itself then" } else { "" });
            let cause = Cause { kind: CauseKind::Limit, rule: limit.at.rule.clone(), says: says.clone() };
            let line = evidence(&limit.at.rule, says, shown.since, &limit.at.line);
            Some(RuntimeWord::Blocked { cause, evidence: vec![line] })
        }
        State::Working => {
            let marker = shown.seen.working.as_ref()?;
            Some(RuntimeWord::Working(marked(marker, "its screen shows that it works", shown.since)))
        }
        State::Gone | State::Idle | State::Frozen | State::Unsure => None,
    }
}

/// When the limit that is shown ended, where that is past for long enough: by its own words, which were said at the
/// latest when they were first seen, or when the screen came to rest; else by what its record says of the limit.
fn ended(resets: Option<&str>, sight: &Sight, sources: Sources<'_>, patience: Duration) -> Option<Timestamp> {
    let record = sources.record;
    let failed = record.filter(|record| matches!(record.status, Some(RecordStatus::Error(_))));
    let said = sight.shown.since.min(sight.still_since);
    let said = failed.and_then(|record| record.status_since).map_or(said, |since| since.min(said));
    let by_words = resets.and_then(|resets| until::moment(resets, said, sources.zones));
    let ends = by_words.or_else(|| record?.full_until())?;
    let long_ago = words::age(ends, sources.now) >= patience;
    (sources.ages_believed && long_ago).then_some(ends)
}

/// A limit that is over, and the screen stands as it stood: nobody has told the agent to go on. Old words are neither a
/// limit for ever nor work.
fn over(limit: &Limit, at: Timestamp) -> RuntimeWord {
    let but = if limit.resumes { "it did not go on by itself" } else { "it waits for a message to go on" };
    let says = format!("its usage limit ended {}; {but}", words::utc(at));
    let cause = Cause { kind: CauseKind::Asks, rule: LIMIT_OVER.to_owned(), says: says.clone() };
    RuntimeWord::Blocked { cause, evidence: vec![marked(&limit.at, &says, at)] }
}

/// It says that it works, and nothing moves.
fn stalled(word: Evidence, unmoved: Duration, now: Timestamp) -> RuntimeWord {
    let says = format!("it says that it works, and nothing has moved for {}", words::long(unmoved));
    let at = now.checked_sub(unmoved).unwrap_or(now);
    let cause = Cause { kind: CauseKind::Stalled, rule: "stalled".to_owned(), says: says.clone() };
    RuntimeWord::Blocked { cause, evidence: vec![Evidence { says, at, ..word }] }
}

/// The second line of the row: what it is, and what a bare Enter would do.
fn prompt_says(prompt: &Prompt) -> String {
    let enter = prompt.enter.as_deref().map_or_else(String::new, |does| format!(" · Enter {}", visible(does)));
    format!("{}{enter}", visible(&prompt.says))
}

/// What the screen shows that did not decide.
fn beside(shown: &Shown) -> Vec<Evidence> {
    let seen = &shown.seen;
    let mut all = Vec::new();
    if let Some(trouble) = &seen.trouble {
        let says =
            if trouble.retrying { "an error, and it is trying again" } else { "its last turn ended in an error" };
        all.push(marked(&trouble.at, &format!("{says}: {}", visible(&trouble.about)), shown.since));
    }
    if let (Some(limit), true) = (&seen.limit, shown.state != State::Limit) {
        all.push(marked(&limit.at, "a usage limit is shown", shown.since));
    }
    if let (Some(marker), State::Idle) = (&seen.idle, shown.state) {
        all.push(marked(marker, "its screen waits for a message", shown.since));
    }
    if let Some(marker) = &seen.viewer {
        all.push(marked(marker, "a viewer is open on its screen: what was known before stays", shown.since));
    }
    all
}

fn marked(marker: &Marker, says: &str, at: Timestamp) -> Evidence {
    evidence(&marker.rule, says.to_owned(), at, &marker.line)
}

fn evidence(rule: &str, says: String, at: Timestamp, line: &str) -> Evidence {
    Evidence { source: "screen", rule: rule.to_owned().into(), says, at, line: Some(visible(line.trim())) }
}

#[cfg(test)]
mod tests;
