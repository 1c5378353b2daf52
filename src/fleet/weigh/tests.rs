//! What is told of a screen, case by case.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::fleet::{
    fixtures::{ZONES, at},
    gate::{Body, Kind, Limit, Opt, Seen, Trouble},
    record::UsageLimit,
};
use crate::screen::{Screen, Size};

/// The default of the configuration.
fn marker(rule: &str, line: &str) -> Marker {
    Marker { rule: rule.to_owned(), line: line.to_owned(), row: None }
}

fn prompt() -> Prompt {
    let option = |label: &str, selected| Opt {
        label: label.to_owned(),
        number: None,
        selected,
        row: 4,
        does: None,
        dangerous: false,
    };
    Prompt {
        rule: "claude.trust".to_owned(),
        kind: Kind::Gate,
        about: "trust".to_owned(),
        says: "trust gate".to_owned(),
        line: "  Quick \u{1b}[31msafety check".to_owned(),
        row: 3,
        body: Body::default(),
        subject: String::new(),
        options: vec![option("No, exit", true), option("Yes", false)],
        sideways: false,
        safe: Some(1),
        keys: Vec::new(),
        human: false,
        enter: Some("quits".to_owned()),
        resets: None,
    }
}

/// Nothing known, at second 0.
fn sources() -> Sources<'static> {
    let stalled_after = Duration::from_secs(300);
    Sources { now: at(0), sight: None, record: None, unmoved: None, stalled_after, zones: &ZONES, ages_believed: true }
}

fn sight(seen: Seen) -> Sight {
    let shown = Shown { state: seen.state(), seen, since: at(-9) };
    Sight { shown, still_since: at(-9), reported: None }
}

/// The word of one screen whose pane has not moved for so many seconds: `working rule`, `kind rule: says`, or `-`.
fn check(seen: Seen, unmoved: u64, expected: &str) -> Weighed {
    let sight = sight(seen);
    let unmoved = Some(Duration::from_secs(unmoved));
    let weighed = weigh(Sources { sight: Some(&sight), record: None, unmoved, ..sources() });
    let told = match &weighed.told {
        None => "-".to_owned(),
        Some(RuntimeWord::Working(evidence)) => format!("working {}", evidence.rule),
        Some(RuntimeWord::Blocked { cause, .. }) => {
            format!("{} {}: {}", format!("{:?}", cause.kind).to_lowercase(), cause.rule, cause.says)
        }
    };
    assert_eq!(told, expected);
    weighed
}

#[test]
fn a_prompt_is_a_block_that_says_what_enter_would_do_and_quotes_its_line_safely() {
    let weighed =
        check(Seen { prompt: Some(prompt()), ..Seen::default() }, 0, "gate claude.trust: trust gate · Enter quits");
    let Some(RuntimeWord::Blocked { evidence, .. }) = weighed.told else { panic!("no block") };
    assert_eq!(evidence[0].at, at(-9));
    assert!(!evidence[0].line.as_ref().unwrap().contains('\u{1b}'));
}

#[test]
fn a_limit_says_when_it_ends() {
    let limit = |resumes| Limit { at: marker("claude.limit", "limit"), resets: Some("4:28pm (UTC)".into()), resumes };
    let seen = |resumes| Seen { limit: Some(limit(resumes)), ..Seen::default() };
    check(seen(false), 0, "limit claude.limit: usage limit reached, resets 4:28pm (UTC)");
    check(seen(true), 0, "limit claude.limit: usage limit reached, resets 4:28pm (UTC); it goes on by itself then");
}

/// The word of a limit that was first seen at `since` with these words, at the moment `now`; the screen still draws.
fn check_end(resets: Option<&str>, resumes: bool, since: i64, now: i64, expected: &str) {
    let limit = Limit { at: marker("claude.limit", "limit"), resets: resets.map(str::to_owned), resumes };
    let seen = Seen { limit: Some(limit), ..Seen::default() };
    let shown = Shown { state: seen.state(), seen, since: at(since) };
    let sight = Sight { shown, still_since: at(now), reported: None };
    let told = weigh(Sources { now: at(now), sight: Some(&sight), ..sources() }).told;
    let Some(RuntimeWord::Blocked { cause, .. }) = told else { panic!("{told:?}") };
    assert_eq!(format!("{:?} {}", cause.kind, cause.rule), expected, "{resets:?}: {}", cause.says);
    assert_eq!(cause.kind == CauseKind::Asks, cause.says.contains("limit ended 2026-"), "{}", cause.says);
}

/// Second 0 is midnight by UTC.
#[test]
fn a_limit_whose_end_is_past_waits_for_somebody_and_is_none_any_more() {
    let (minute, hour, day) = (60, 3600, 86_400);
    let half_past_four = 16 * hour + 28 * minute;
    let limit = "Limit claude.limit";
    check_end(Some("4:28pm (UTC)"), false, 0, half_past_four + 59, limit);
    check_end(Some("4:28pm (UTC)"), false, 0, half_past_four + 60, "Asks limit.over");
    check_end(Some("4:28pm (UTC)"), false, 0, half_past_four + 30 * day, "Asks limit.over");
    // It goes on by itself a little later.
    check_end(Some("4:28pm (UTC)"), true, 0, half_past_four + 299, limit);
    check_end(Some("4:28pm (UTC)"), true, 0, half_past_four + 300, "Asks limit.over");
    // The end is of the next day, and of a date.
    check_end(Some("12:30am (UTC)"), false, 23 * hour, 24 * hour, limit);
    check_end(Some("12:30am (UTC)"), false, 23 * hour, 24 * hour + 31 * minute, "Asks limit.over");
    check_end(Some("Jun 24 at 3am (UTC)"), false, 0, 3 * day, limit);
    check_end(Some("Jun 24 at 3am (UTC)"), false, 0, 3 * day + 3 * hour + minute, "Asks limit.over");
    // An end that is not known is not past.
    check_end(Some("4:28pm (Mars/Olympus)"), false, 0, 30 * day, limit);
    check_end(None, false, 0, 30 * day, limit);
}

#[test]
fn the_end_of_a_limit_is_also_known_by_the_record_and_by_how_long_the_screen_has_stood() {
    let seen = |resets: Option<&str>| {
        let limit = Limit { at: marker("codex.limit", "■"), resets: resets.map(str::to_owned), resumes: false };
        Seen { limit: Some(limit), ..Seen::default() }
    };
    let told = |seen, still: i64, record: Option<Record>, now| {
        let sight =
            Sight { shown: Shown { since: at(now), ..sight(seen).shown }, still_since: at(still), reported: None };
        let told = weigh(Sources { now: at(now), sight: Some(&sight), record: record.as_ref(), ..sources() }).told;
        let Some(RuntimeWord::Blocked { cause, .. }) = told else { panic!("{told:?}") };
        cause.kind
    };
    // One look only, on a screen that has stood since before the end.
    assert_eq!(told(seen(Some("1am")), 0, None, 7200), CauseKind::Asks);
    assert_eq!(told(seen(Some("1am")), 7000, None, 7200), CauseKind::Limit);
    let full = |used_percent| {
        let limit = UsageLimit { used_percent, resets_at: Some(at(3600)), window: None };
        Some(Record { limit: Some(limit), ..Record::new("codex") })
    };
    assert_eq!(told(seen(None), 7000, full(100.0), 7200), CauseKind::Asks);
    assert_eq!(told(seen(None), 7000, full(97.0), 7200), CauseKind::Limit);
    assert_eq!(told(seen(None), 3000, full(100.0), 3500), CauseKind::Limit);
    // When the turn failed, by its record: long before anybody looked.
    let failed = |status_since| {
        let status = Some(RecordStatus::Error("usage limit".to_owned()));
        Some(Record { status, status_since: Some(at(status_since)), ..Record::new("codex") })
    };
    assert_eq!(told(seen(Some("1am")), 7000, failed(0), 7200), CauseKind::Asks);
}

#[test]
fn a_menu_of_a_limit_that_is_over_asks_and_after_a_clock_jump_no_limit_has_ended() {
    let menu = Prompt { kind: Kind::Limit, rule: "claude.limit-menu".into(), resets: Some("1am".into()), ..prompt() };
    let seen = Seen { prompt: Some(menu), ..Seen::default() };
    let word = |now, ages_believed| {
        let sight = sight(seen.clone());
        let told = weigh(Sources { now: at(now), sight: Some(&sight), ages_believed, ..sources() }).told;
        let Some(RuntimeWord::Blocked { cause, .. }) = told else { panic!("{told:?}") };
        (cause.kind, cause.says)
    };
    assert_eq!(word(3600, true).0, CauseKind::Limit);
    assert_eq!(word(7200, false).0, CauseKind::Limit);
    let (kind, says) = word(7200, true);
    assert_eq!(kind, CauseKind::Asks);
    assert!(says.ends_with("; the limit ended 2026-06-21T01:00:00Z"), "{says}");
}

#[test]
fn work_that_does_not_move_for_longer_than_its_limit_is_stalled() {
    let working = || Seen { working: Some(marker("claude.spinner", "✢ Thinking… (6s)")), ..Seen::default() };
    check(working(), 299, "working claude.spinner");
    check(working(), 300, "stalled stalled: it says that it works, and nothing has moved for 5 m");
}

/// The word of an agent that a report or a record says works, after so long without a byte: `working rule`, or
/// `stalled rule`, the rule of what said so.
fn check_moves(seen: Seen, said: &str, unmoved: u64, record_moved: u64, expected: &str) {
    let reported = (said == "osc7501").then(|| reported("state=working"));
    let sight = Sight { reported, ..sight(seen) };
    let changed = Some(at(-i64::try_from(record_moved).unwrap()));
    let record = Record { status: Some(RecordStatus::Busy), status_since: changed, changed, ..Record::new("claude") };
    let record = (said == "record").then_some(&record);
    let unmoved = Some(Duration::from_secs(unmoved));
    let told = match weigh(Sources { sight: Some(&sight), record, unmoved, ..sources() }).told {
        None => "-".to_owned(),
        Some(RuntimeWord::Working(evidence)) => format!("working {}", evidence.rule),
        Some(RuntimeWord::Blocked { cause, evidence }) => format!("{} {}", cause.rule, evidence[0].rule),
    };
    assert_eq!(told, expected, "{said}: a byte {unmoved:?} ago, its record {record_moved} s ago");
}

#[test]
fn whoever_says_that_it_works_has_stalled_when_nothing_moves() {
    let unsure = Seen::default;
    check_moves(unsure(), "record", 299, 5000, "working record.busy");
    check_moves(unsure(), "record", 300, 5000, "stalled record.busy");
    check_moves(unsure(), "record", 5000, 299, "working record.busy");
    check_moves(unsure(), "osc7501", 299, 0, "working osc7501");
    check_moves(unsure(), "osc7501", 300, 0, "stalled osc7501");
}

#[test]
fn a_screen_that_is_ready_or_covered_by_a_viewer_does_not_tell_that_work_has_stalled() {
    let idle = || Seen { idle: Some(marker("claude.composer", "❯")), ..Seen::default() };
    let viewer = || Seen { viewer: Some(marker("claude.viewer", "transcript")), ..Seen::default() };
    check_moves(idle(), "record", 5000, 5000, "working record.busy");
    check_moves(idle(), "osc7501", 5000, 0, "working osc7501");
    check_moves(viewer(), "record", 5000, 5000, "working record.busy");
}

#[test]
fn after_a_clock_jump_no_word_is_made_of_an_age() {
    let working = sight(Seen { working: Some(marker("claude.spinner", "✢ Thinking… (6s)")), ..Seen::default() });
    let unmoved = Some(Duration::from_secs(5000));
    let told = weigh(Sources { sight: Some(&working), unmoved, ages_believed: false, ..sources() }).told;
    assert!(matches!(told, Some(RuntimeWord::Working(_))), "{told:?}");
    let unsure = sight(Seen::default());
    let record = Record { status: Some(RecordStatus::NotReady(Duration::from_secs(60))), ..Record::new("claude") };
    let told = weigh(Sources { sight: Some(&unsure), record: Some(&record), ages_believed: false, ..sources() }).told;
    assert_eq!(told, None);
}

#[test]
fn what_does_not_decide_stands_beside_and_an_idle_screen_is_no_word() {
    let trouble =
        Trouble { at: marker("claude.api-error", "API Error"), about: "api".into(), retrying: false, stands: false };
    let idle = Some(marker("claude.idle", "❯"));
    let weighed = check(Seen { idle, trouble: Some(trouble), ..Seen::default() }, 4000, "-");
    let rules: Vec<&str> = weighed.beside.iter().map(|it| &*it.rule).collect();
    assert_eq!(rules, ["claude.api-error", "claude.idle"]);
}

#[test]
fn a_screen_that_says_nothing_is_no_word() {
    check(Seen::default(), 10_000, "-");
    assert_eq!(weigh(Sources { sight: None, record: None, unmoved: None, ..sources() }), Weighed::default());
}

/// The word of a screen and a record together: what the screen shows, what the record says, what counts.
fn check_both(seen: Option<Seen>, status: RecordStatus, expected: &str) {
    let sight = seen.map(sight);
    let (status, since) = (Some(status), Some(at(-100)));
    let record = Record { status, status_since: since, changed: since, ..Record::new("claude") };
    let weighed = weigh(Sources { sight: sight.as_ref(), record: Some(&record), unmoved: None, ..sources() });
    let told = match &weighed.told {
        None => "-".to_owned(),
        Some(RuntimeWord::Working(evidence)) => format!("working {}", evidence.rule),
        Some(RuntimeWord::Blocked { cause, .. }) => format!("blocked {}", cause.rule),
    };
    assert_eq!(told, expected);
    let noted = weighed.beside.iter().any(|it| it.source == "record");
    assert_eq!(noted, !told.contains("record."), "the record is told once: as what decided, or beside it");
}

#[test]
fn the_record_counts_where_the_screen_is_not_sure_and_stands_beside_where_it_is() {
    let prompt = || Some(Seen { prompt: Some(prompt()), ..Seen::default() });
    let working = || Some(Seen { working: Some(marker("claude.spinner", "✢")), ..Seen::default() });
    let idle = || Some(Seen { idle: Some(marker("claude.idle", "❯")), ..Seen::default() });
    let waiting = || RecordStatus::Waiting("permission prompt".to_owned());
    check_both(None, RecordStatus::Busy, "working record.busy");
    check_both(None, waiting(), "blocked record.waiting");
    check_both(Some(Seen::default()), waiting(), "blocked record.waiting");
    check_both(prompt(), RecordStatus::Busy, "blocked claude.trust");
    check_both(prompt(), RecordStatus::Idle, "blocked claude.trust");
    check_both(working(), waiting(), "working claude.spinner");
    check_both(idle(), waiting(), "-");
    check_both(idle(), RecordStatus::Busy, "working record.busy");
    check_both(idle(), RecordStatus::Idle, "-");
    check_both(idle(), RecordStatus::Error("rate_limit: resets 4pm".to_owned()), "blocked record.error");
    check_both(None, RecordStatus::NotReady(Duration::from_secs(60)), "-");
}

/// A report of a program, as its stream carries it.
fn reported(report: &str) -> ProgramStatus {
    let mut screen = Screen::new(Size { rows: 2, cols: 2 });
    screen.feed(format!("\x1b]7501;{report}\x1b\\").as_bytes());
    screen.status().unwrap().clone()
}

/// The word of a screen on which a program reports this of itself.
fn check_report(seen: Seen, report: &str, expected: &str) {
    let sight = Sight { reported: Some(reported(report)), ..sight(seen) };
    let weighed = weigh(Sources { sight: Some(&sight), record: None, unmoved: None, ..sources() });
    let told = match weighed.told {
        None => "-".to_owned(),
        Some(RuntimeWord::Working(evidence)) => format!("working {}", evidence.rule),
        Some(RuntimeWord::Blocked { cause, .. }) => cause.says,
    };
    assert_eq!(told, expected, "{report}");
}

#[test]
fn what_a_program_reports_counts_where_its_screen_is_not_sure() {
    let idle = || Seen { idle: Some(marker("codex.idle", "›")), ..Seen::default() };
    check_report(Seen::default(), "state=working:app=codex", "working osc7501");
    check_report(idle(), "state=working:app=codex", "working osc7501");
    check_report(Seen::default(), "state=blocked:kind=question", "it reports that it waits for an answer");
    check_report(idle(), "state=blocked:kind=permission", "-");
    check_report(Seen::default(), "state=done", "-");
}

/// What stands beside the word of a screen whose program reports this of itself, and whose record says that it works.
fn check_beside(seen: Seen, report: &str, expected: &[&str]) {
    let sight = Sight { reported: Some(reported(report)), ..sight(seen) };
    let record = Record { status: Some(RecordStatus::Busy), changed: Some(at(0)), ..Record::new("claude") };
    let weighed = weigh(Sources { sight: Some(&sight), record: Some(&record), ..sources() });
    let says: Vec<String> = weighed.beside.iter().map(|it| format!("{}: {}", it.source, it.says)).collect();
    assert_eq!(says, expected, "{report}: {:?}", weighed.told);
}

#[test]
fn sources_that_disagree_are_shown_and_each_is_told_once() {
    let prompt = || Seen { prompt: Some(prompt()), ..Seen::default() };
    let idle = || Seen { idle: Some(marker("codex.idle", "›")), ..Seen::default() };
    let record = "record: claude's own record says that a turn runs";
    let (ready, works) = ("screen: its screen waits for a message", "stream: it reports that it works");
    check_beside(prompt(), "state=working", &[record, works]);
    check_beside(prompt(), "state=done", &[record, "stream: it reports that its turn is done"]);
    check_beside(idle(), "state=idle", &["stream: it reports that it is idle", ready]);
    check_beside(idle(), "state=blocked:kind=question", &["stream: it reports that it waits for an answer", ready]);
    check_beside(idle(), "state=working", &[record, ready]);
    let error = "stream: it reports an error: API Error: 529";
    check_beside(Seen::default(), "state=error:msg=QVBJIEVycm9yOiA1Mjk=", &[error]);
    check_beside(Seen { gone: Some("a shell".to_owned()), ..Seen::default() }, "state=working", &[]);
}

#[test]
fn a_runtime_that_never_begins_is_parked_unless_its_input_line_is_up() {
    let record = |up| Record { status: Some(RecordStatus::NotReady(Duration::from_secs(up))), ..Record::new("claude") };
    let told = |seen, up| {
        let (sight, record) = (sight(seen), record(up));
        let told = weigh(Sources { sight: Some(&sight), record: Some(&record), unmoved: None, ..sources() }).told;
        matches!(told, Some(RuntimeWord::Blocked { .. }))
    };
    let composer = || Seen { composer: Some(marker("claude.composer", "❯")), ..Seen::default() };
    assert_eq!([told(Seen::default(), 29), told(Seen::default(), 30), told(composer(), 300)], [false, true, false]);
}

/// Whether an agent at rest is stuck at an error that has stood on a still screen for so many seconds.
fn check_trouble(stands: bool, retrying: bool, still: i64, status: Option<RecordStatus>, expected: &str) {
    let trouble = Trouble { at: marker("claude.auth", "Please run /login"), about: "auth".into(), retrying, stands };
    let idle = Some(marker("claude.composer", "❯"));
    let sight = Sight { still_since: at(-still), ..sight(Seen { trouble: Some(trouble), idle, ..Seen::default() }) };
    let record =
        status.map(|status| Record { status: Some(status), changed: Some(at(-still)), ..Record::new("claude") });
    let told = weigh(Sources { sight: Some(&sight), record: record.as_ref(), unmoved: None, ..sources() }).told;
    let told = match told {
        None => "-".to_owned(),
        Some(RuntimeWord::Working(evidence)) => format!("working {}", evidence.rule),
        Some(RuntimeWord::Blocked { cause, .. }) => format!("{:?} {}", cause.kind, cause.rule),
    };
    assert_eq!(told, expected);
}

#[test]
fn an_error_that_only_a_person_mends_counts_once_the_screen_has_stood_for_a_minute() {
    check_trouble(true, false, 60, None, "Error claude.auth");
    check_trouble(true, false, 59, None, "-");
    check_trouble(true, true, 600, None, "-");
    check_trouble(false, false, 600, None, "-");
    check_trouble(true, false, 600, Some(RecordStatus::Idle), "Error claude.auth");
    check_trouble(true, false, 600, Some(RecordStatus::Busy), "working record.busy");
}
