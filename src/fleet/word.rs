//! What follows from a runtime's own record for the verdict: a word that counts, or only a note beside it.
//!
//! Pure, and careful: a word is made only of what the record says plainly and freshly. What it leaves open (a call that
//! may wait for an approval, a process that has not written its record yet) is a note, for the screen to settle.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    agent_facts::RuntimeWord,
    judgement::{Cause, CauseKind, Evidence},
    record::{Record, RecordStatus},
    text::visible,
    until::{self, Zones},
    weigh::LIMIT_OVER,
    words,
};

/// A log says nothing while a tool runs, and a killed runtime never says the end: after so long without a line, a turn
/// that was begun is no longer proof of work. Claude's session file is checked against its process instead.
const TURN_BELIEVED: Duration = Duration::from_secs(15 * 60);

/// Runtimes try again by themselves: an error that the last turn ended in counts once it has stood for so long.
const ERROR_STANDS: Duration = Duration::from_secs(60);

/// A record ahead of the clock by more than this is not believed.
const AHEAD: Duration = Duration::from_secs(60);

/// What the record says that counts now: that the agent works, or that it waits for a human. Where ages are not believed
/// no error has stood for long.
#[must_use]
pub fn of(record: &Record, now: Timestamp, zones: &Zones, ages_believed: bool) -> Option<RuntimeWord> {
    let evidence = note(record, now);
    if ahead(record, now) {
        return None;
    }
    let age = |at: Option<Timestamp>| at.map(|at| words::age(at, now));
    let blocked = |kind, says: String| {
        let cause = Cause { kind, rule: evidence.rule.to_string(), says };
        Some(RuntimeWord::Blocked { cause, evidence: vec![evidence.clone()] })
    };
    match record.status.as_ref()? {
        RecordStatus::Busy if record.source == "claude" => Some(RuntimeWord::Working(evidence.clone())),
        RecordStatus::Busy => {
            age(record.changed).filter(|age| *age <= TURN_BELIEVED).map(|_| RuntimeWord::Working(evidence.clone()))
        }
        RecordStatus::Waiting(on) => blocked(waiting(on), format!("it waits for a human: {}", visible(on))),
        RecordStatus::Error(said) => {
            let kind = failure(said)?;
            age(record.status_since.or(record.changed)).filter(|age| ages_believed && *age >= ERROR_STANDS)?;
            let said_at = record.status_since.or(record.changed).unwrap_or(now);
            let ends = || until::in_sentence(said, said_at, zones).or_else(|| record.full_until());
            let over = Some(kind).filter(|kind| *kind == CauseKind::Limit).and_then(|_| ends());
            match over.filter(|ends| words::age(*ends, now) >= ERROR_STANDS) {
                Some(ends) => Some(limit_over(ends, &evidence)),
                None => blocked(kind, format!("its last turn ended in an error: {}", first_line(said))),
            }
        }
        RecordStatus::Idle | RecordStatus::Pending(_) | RecordStatus::NotReady(_) => None,
    }
}

/// Its last turn ended at a usage limit, which is over: it waits for a message.
fn limit_over(ends: Timestamp, evidence: &Evidence) -> RuntimeWord {
    let says = format!("its usage limit ended {}; it waits for a message to go on", words::utc(ends));
    let cause = Cause { kind: CauseKind::Asks, rule: LIMIT_OVER.to_owned(), says };
    RuntimeWord::Blocked { cause, evidence: vec![evidence.clone()] }
}

/// What the record says, as evidence; also when nothing follows from it.
#[must_use]
pub fn note(record: &Record, now: Timestamp) -> Evidence {
    let source = record.source;
    let (rule, says) = match &record.status {
        None => ("record.silent", format!("{source}'s record does not say what it does")),
        Some(RecordStatus::Idle) => ("record.idle", format!("{source}'s own record says idle")),
        Some(RecordStatus::Busy) => ("record.busy", format!("{source}'s own record says that a turn runs")),
        Some(RecordStatus::Waiting(on)) => {
            ("record.waiting", format!("{source}'s own record says that it waits for: {}", visible(on)))
        }
        Some(RecordStatus::Pending(call)) => {
            let call = visible(call);
            ("record.pending", format!("{source} called {call}, which runs or waits for an approval"))
        }
        Some(RecordStatus::Error(said)) => {
            ("record.error", format!("{source}'s last turn ended in an error: {}", first_line(said)))
        }
        Some(RecordStatus::NotReady(up)) => {
            let up = words::long(*up);
            (
                "record.not-ready",
                format!("{source} is up for {up} and has not written its record: a start-up question?"),
            )
        }
    };
    let ahead = if ahead(record, now) { "; its time lies ahead of the clock, so it is not believed" } else { "" };
    let at = record.status_since.or(record.changed).unwrap_or(now);
    Evidence { source: "record", rule: rule.into(), says: format!("{says}{ahead}"), at, line: None }
}

fn ahead(record: &Record, now: Timestamp) -> bool {
    record.changed.is_some_and(|changed| words::age(now, changed) > AHEAD)
}

/// What kind of wait claude means by its `waitingFor`.
fn waiting(on: &str) -> CauseKind {
    match on {
        "permission prompt" | "input needed" => CauseKind::Asks,
        // A menu of any kind: a limit's, or one that somebody opened.
        _ => CauseKind::Prompt,
    }
}

/// Whether an error is one that a human must mend: a limit, or no right to the API. Any other may pass by itself.
fn failure(said: &str) -> Option<CauseKind> {
    const LIMIT: [&str; 6] = ["rate_limit", "usage limit", "hit your limit", "limit reached", "quota", "429"];
    const RIGHT: [&str; 7] =
        ["authentication", "401", "unauthorized", "oauth token", "invalid api key", "x-api-key", "/login"];
    let said = said.to_lowercase();
    // Whole words: a request's id may hold any number.
    let inside = |at: usize, word: &str| {
        let (before, behind) = (said[..at].chars().next_back(), said[at + word.len()..].chars().next());
        [before, behind]
            .into_iter()
            .flatten()
            .any(|c| c.is_ascii_alphanumeric() && word.chars().all(|c| c.is_ascii_digit()))
    };
    let any = |words: &[&str]| words.iter().any(|word| said.match_indices(word).any(|(at, _)| !inside(at, word)));
    if any(&LIMIT) {
        return Some(CauseKind::Limit);
    }
    any(&RIGHT).then_some(CauseKind::Error)
}

fn first_line(said: &str) -> String {
    let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    visible(&line.chars().take(200).collect::<String>())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_782_000_000 + seconds).unwrap()
    }

    /// The verdict's word at second 0 of a record written so many seconds ago: `working`, the kind of cause, or `-`.
    fn check(source: &'static str, status: RecordStatus, ago: i64, expected: &str) {
        let times = (Some(at(-ago)), Some(at(-ago)));
        let record = Record { status: Some(status), status_since: times.0, changed: times.1, ..Record::new(source) };
        let told = match of(&record, at(0), &Zones::UTC, true) {
            None => "-".to_owned(),
            Some(RuntimeWord::Working(_)) => "working".to_owned(),
            Some(RuntimeWord::Blocked { cause, .. }) => format!("{:?}", cause.kind).to_lowercase(),
        };
        assert_eq!(told, expected, "{record:?}");
    }

    #[test]
    fn claudes_session_file_is_believed_for_as_long_as_its_process_lives() {
        check("claude", RecordStatus::Busy, 7200, "working");
        check("claude", RecordStatus::Idle, 0, "-");
        check("claude", RecordStatus::Waiting("permission prompt".into()), 7200, "asks");
        check("claude", RecordStatus::Waiting("input needed".into()), 1, "asks");
        check("claude", RecordStatus::Waiting("dialog open".into()), 1, "prompt");
    }

    #[test]
    fn a_turn_that_a_log_began_is_believed_for_a_while() {
        for source in ["codex", "pi", "opencode"] {
            check(source, RecordStatus::Busy, 899, "working");
            check(source, RecordStatus::Busy, 901, "-");
        }
    }

    #[test]
    fn what_the_record_leaves_open_is_no_verdict() {
        check("codex", RecordStatus::Pending("shell".into()), 3600, "-");
        check("claude", RecordStatus::NotReady(Duration::from_secs(60)), 60, "-");
        assert!(of(&Record::new("pi"), at(0), &Zones::UTC, true).is_none());
    }

    #[test]
    fn an_error_that_stands_is_a_limit_a_missing_right_or_nothing() {
        let error = |said: &str| RecordStatus::Error(said.to_owned());
        check("claude", error("rate_limit: You've hit your limit · resets 4pm"), 61, "limit");
        check("claude", error("rate_limit: You've hit your limit · resets 4pm"), 59, "-");
        check("pi", error("429: {\"error\":{}}"), 61, "limit");
        check("pi", error("401: {\"error\":{}}"), 61, "error");
        check("codex", error("stream disconnected before completion"), 3600, "-");
        let (status, since) = (Some(error("401: {\"error\":{}}")), Some(at(-3600)));
        let jumped = Record { status, status_since: since, changed: since, ..Record::new("pi") };
        assert!(of(&jumped, at(0), &Zones::UTC, false).is_none(), "after a clock jump it has not stood for long");
        check("claude", error("503 overloaded (request req_0142901401ab)"), 3600, "-");
    }

    #[test]
    fn a_limit_that_is_over_waits_for_a_message() {
        // Second 0 is midnight by UTC.
        let error = |said: &str| RecordStatus::Error(said.to_owned());
        check("claude", error("rate_limit: You've hit your limit · resets 11:30pm (UTC)"), 3600, "asks");
        check("claude", error("rate_limit: You've hit your limit · resets 11:59:30pm (UTC)"), 3600, "limit");
        check("claude", error("rate_limit: You've hit your limit · resets 12am (UTC)"), 3600, "limit");
        check("codex", error("You've hit your usage limit. Try again in 30 minutes."), 3600, "asks");
        check("codex", error("You've hit your usage limit. Try again in 2 hours."), 3600, "limit");
        check("pi", error("429: {\"error\":{}}"), 86_400, "limit");
    }

    #[test]
    fn a_record_from_the_future_is_not_believed_and_says_so() {
        check("claude", RecordStatus::Busy, -59, "working");
        check("claude", RecordStatus::Busy, -61, "-");
        let record = Record { changed: Some(at(100)), status: Some(RecordStatus::Busy), ..Record::new("pi") };
        assert!(note(&record, at(0)).says.contains("ahead of the clock"));
    }

    proptest! {
        #[test]
        fn nothing_that_a_record_says_reaches_the_operator_as_a_control_character(said in "(?s).{0,300}") {
            for status in [RecordStatus::Waiting(said.clone()), RecordStatus::Error(said.clone()), RecordStatus::Pending(said)] {
                let record = Record { status: Some(status), ..Record::new("claude") };
                let says = note(&record, at(0)).says;
                prop_assert!(!says.chars().any(char::is_control), "{says:?}");
            }
        }
    }
}
