//! The verdict, state by state, and what must hold of any facts whatever.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on should stop")]

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::fleet::{
    facts::{PaneFacts, Pause},
    fixtures::{at, beat, flag_words, pane, recognised, unit_facts, working},
    ids::Socket,
    row::Unit,
    runtime::Recognition,
};

/// Spoils a working agent and compares what is left: `state [cause rule] FLAGS`.
fn check(expected: &str, spoil: impl FnOnce(&mut AgentFacts)) -> Judgement {
    let mut facts = working();
    spoil(&mut facts);
    let judgement = judge(&facts);
    let rule = judgement.cause.as_ref().map_or_else(String::new, |cause| format!(" [{}]", cause.rule));
    assert_eq!(format!("{}{rule}{}", judgement.readiness, flag_words(&judgement.flags)), expected, "{judgement:#?}");
    judgement
}

fn says(judgement: &Judgement) -> &str {
    judgement.cause.as_ref().map_or("", |cause| &cause.says)
}

fn has_evidence(judgement: &Judgement, rule: &str) -> bool {
    judgement.evidence.iter().any(|evidence| evidence.rule == rule)
}

fn dead_pane(status: Option<i32>, signal: Option<i32>) -> PaneFacts {
    PaneFacts { dead: Some(DeadPane { status, signal, at: None }), ..pane("coder0", 5) }
}

fn told_working() -> RuntimeWord {
    let says = "esc to interrupt".to_owned();
    RuntimeWord::Working(Evidence { source: "screen", rule: "claude.working".into(), says, at: at(0), line: None })
}

fn told_blocked() -> RuntimeWord {
    let says = "trust gate".to_owned();
    RuntimeWord::Blocked {
        cause: Cause { kind: CauseKind::Gate, rule: "claude.trust".to_owned(), says: says.clone() },
        evidence: vec![Evidence { source: "screen", rule: "claude.trust".into(), says, at: at(0), line: None }],
    }
}

#[test]
fn an_agent_without_a_session_is_dead_and_says_what_its_unit_goes_on_saying() {
    let judgement = check("dead [session.missing]", |facts| {
        facts.session = None;
        facts.pane = None;
    });
    assert_eq!(says(&judgement), "no session on socket fleet; the unit says active (exited)");
}

#[test]
fn a_session_of_its_name_on_another_socket_is_told() {
    let judgement = check("dead [session.missing]", |facts| {
        facts.session = None;
        facts.pane = None;
        facts.also_on = vec![Socket::Default];
    });
    assert!(has_evidence(&judgement, "session.elsewhere"));
}

#[test]
fn a_dead_pane_says_how_its_program_ended() {
    for (status, signal, expected) in [
        (Some(127), None, "its pane's program ended with status 127: command not found"),
        (Some(0), None, "its pane's program ended with status 0"),
        (Some(137), None, "its pane's program ended with status 137: signal 9 (SIGKILL)"),
        (None, Some(9), "its pane's program was ended by signal 9 (SIGKILL)"),
        (None, None, "its pane's program has ended; tmux does not say how"),
    ] {
        let judgement = check("dead [pane.dead]", |facts| facts.pane = Some(dead_pane(status, signal)));
        assert_eq!(says(&judgement), expected);
    }
}

#[test]
fn a_server_that_is_gone_or_empty_makes_dead_one_that_cannot_be_asked_makes_unknown() {
    for (state, expected) in [
        (ServerState::Absent, "dead [tmux.absent]"),
        (ServerState::Empty, "dead [tmux.empty]"),
        (ServerState::Unreachable("Permission denied".to_owned()), "unknown"),
        (ServerState::OtherProtocol("protocol version mismatch".to_owned()), "unknown"),
    ] {
        let judgement = check(expected, |facts| {
            facts.server = Some(state);
            facts.session = None;
            facts.pane = None;
        });
        assert!(!judgement.evidence.is_empty());
    }
}

#[test]
fn a_stale_heartbeat_says_its_age_and_what_would_be_well() {
    let judgement = check("stale [heartbeat.stale]", |facts| facts.beat = beat(Health::Stale, 250, Status::Busy));
    assert_eq!(says(&judgement), "heartbeat is 4 m 10 s old; a healthy one is at most 45 s");
}

#[test]
fn an_age_that_is_not_believed_makes_nothing_stale_or_available() {
    check("unknown", |facts| {
        facts.ages_believed = false;
        facts.beat = beat(Health::Stale, 4_000, Status::Ok);
    });
    check("working", |facts| {
        facts.ages_believed = false;
        facts.idle = Reading::Known(Duration::from_secs(4_000));
    });
}

#[test]
fn a_healthy_heartbeat_leaves_it_to_the_idle_time() {
    let idle = |seconds| Reading::Known(Duration::from_secs(seconds));
    check("working", |facts| facts.idle = idle(299));
    check("available", |facts| facts.idle = idle(300));
    check("working", |facts| facts.idle = Reading::unknown("tmux does not say"));
    check("working", |facts| {
        facts.idle = idle(9_000);
        facts.beat = beat(Health::Healthy, 3, Status::Busy);
    });
}

#[test]
fn without_a_heartbeat_tmux_activity_alone_does_not_tell() {
    check("unknown", |facts| facts.beat = beat(Health::Unknown, 0, Status::Ok));
}

#[test]
fn the_runtimes_own_word_beats_the_heartbeat_and_a_sidecar_that_is_down_is_evidence() {
    let judgement = check("working", |facts| {
        facts.told = Some(told_working());
        facts.beat = beat(Health::Stale, 250, Status::Ok);
    });
    assert_eq!(judgement.evidence.first().map(|it| &*it.rule), Some("claude.working"));
    assert!(has_evidence(&judgement, "heartbeat.stale"));
    check("stuck [claude.trust]", |facts| facts.told = Some(told_blocked()));
    check("dead [pane.dead]", |facts| {
        facts.told = Some(told_blocked());
        facts.pane = Some(dead_pane(Some(1), None));
    });
}

#[test]
fn an_agent_of_an_unobserved_host_is_unreachable_and_never_dead() {
    let judgement = check("unknown UNREACHABLE", |facts| {
        facts.place = Place::Elsewhere { host: "10.1.10.37".to_owned(), why: "not observed".to_owned() };
        facts.session = None;
        facts.pane = None;
        facts.server = None;
    });
    assert_eq!(judgement.why().as_deref(), Some("it lives on 10.1.10.37: not observed"));
}

#[test]
fn another_runtime_or_a_bare_shell_is_drift_and_says_which() {
    for (recognition, actual) in [
        (recognised("codex"), "codex"),
        (Recognition::Shell("bash".to_owned()), "bash, a shell"),
        (Recognition::Other("vim".to_owned()), "vim"),
    ] {
        let judgement = check("working DRIFT", |facts| facts.recognition = recognition);
        let drift = &judgement.drift[0];
        assert_eq!((drift.field, drift.roster.as_str(), drift.actual.as_str()), ("runtime", "claude", actual));
        assert!(judgement.why().expect("a fault says why").contains(actual));
    }
}

#[test]
fn what_cannot_be_told_and_what_is_still_being_launched_is_no_drift() {
    let unknown = Recognition::Unknown(crate::fleet::reading::Why::new("no /proc here"));
    check("working", |facts| facts.recognition = unknown);
    check("working", |facts| facts.recognition = Recognition::Other("mosaic".to_owned()));
}

#[test]
fn a_command_of_the_operators_own_may_start_anything_but_a_shell() {
    let own = |facts: &mut AgentFacts, recognition| {
        if let Some(declared) = &mut facts.declared {
            declared.program = Some("run-agent.sh".to_owned());
            declared.runtime_named = false;
            declared.runtime = "pi".to_owned();
        }
        facts.recognition = recognition;
    };
    check("working", |facts| own(facts, recognised("run-agent.sh")));
    check("working", |facts| own(facts, recognised("claude")));
    check("working", |facts| own(facts, Recognition::Other("python3".to_owned())));
    check("working DRIFT", |facts| own(facts, Recognition::Shell("bash".to_owned())));
}

#[test]
fn a_model_is_drift_only_while_the_heartbeat_that_names_it_is_healthy() {
    let hint = |facts: &mut AgentFacts, model: &str| {
        if let Some(declared) = &mut facts.declared {
            declared.model = Some(model.to_owned());
        }
    };
    check("working", |facts| hint(facts, "opus"));
    check("working DRIFT", |facts| hint(facts, "sonnet"));
    check("stale [heartbeat.stale]", |facts| {
        hint(facts, "sonnet");
        facts.beat = beat(Health::Stale, 900, Status::Ok);
    });
}

#[test]
fn a_directory_that_differs_is_evidence_and_no_flag() {
    let judgement = check("working", |facts| {
        if let Some(pane) = &mut facts.pane {
            pane.cwd = Reading::Known("/tmp".to_owned());
        }
    });
    assert!(has_evidence(&judgement, "pane.cwd"));
}

#[test]
fn a_window_of_several_panes_says_that_they_share_their_activity() {
    assert!(has_evidence(&check("working", |facts| facts.panes_in_window = 2), "window.shared"));
}

#[test]
fn every_flag_has_its_fact() {
    let disabled = || Unit {
        name: "mosaic-agent@coder0.service".to_owned(),
        facts: unit_facts("active", "exited"),
        enabled: Reading::Known("disabled".to_owned()),
    };
    let boot = check("working BOOT", |facts| facts.unit = Reading::Known(disabled()));
    assert!(has_evidence(&boot, "systemd.boot"));
    check("working HAZARD", |facts| facts.hazard = Some("mosaic-agent@coder0.service".to_owned()));
    check("working PAUSED", |facts| {
        facts.pause = Some(Pause { by: None, host: None, at: None, reason: None });
    });
    check("working SELF", |facts| facts.own = true);
    check("working UNMANAGED", |facts| facts.declared = None);
}

#[test]
fn what_a_pane_prints_cannot_steer_the_terminal_through_a_verdict() {
    let judgement = check("working DRIFT", |facts| facts.recognition = Recognition::Other("\u{1b}[2Jx".to_owned()));
    assert!(judgement.evidence.iter().all(|evidence| !evidence.says.contains('\u{1b}')));
}

prop_compose! {
    fn any_facts()(
        (server, session, pane_kind) in (0..6_u8, any::<bool>(), 0..4_u8),
        (health, age, status) in (0..3_u8, any::<u64>(), any::<bool>()),
        (recognition, idle, told) in (0..4_u8, proptest::option::of(any::<u64>()), 0..3_u8),
        (declared, elsewhere, believed, own) in any::<(bool, bool, bool, bool)>(),
        (status_code, signal, interval) in (any::<Option<i32>>(), any::<Option<i32>>(), any::<u32>()),
        (now, text) in (-9_999_999_999_i64..99_999_999_999, ".*"),
    ) -> AgentFacts {
        let mut facts = working();
        facts.now = Timestamp::from_second(now).unwrap();
        facts.server = match server {
            0 => None,
            1 => Some(ServerState::Absent),
            2 => Some(ServerState::Empty),
            3 => Some(ServerState::OtherProtocol(text.clone())),
            4 => Some(ServerState::Unreachable(text.clone())),
            _ => facts.server,
        };
        if !session { facts.session = None; }
        facts.pane = match pane_kind { 0 => None, 1 => Some(dead_pane(status_code, signal)), _ => facts.pane };
        let health = [Health::Healthy, Health::Stale, Health::Unknown][usize::from(health)];
        facts.beat = beat(health, age, if status { Status::Ok } else { Status::Busy });
        facts.recognition = match recognition {
            0 => recognised(&text),
            1 => Recognition::Shell(text.clone()),
            2 => Recognition::Other(text),
            _ => facts.recognition,
        };
        facts.idle = idle.map_or_else(|| Reading::unknown("none"), |idle| Reading::Known(Duration::from_secs(idle)));
        facts.told = match told { 0 => Some(told_working()), 1 => Some(told_blocked()), _ => None };
        if !declared { facts.declared = None; }
        if elsewhere { facts.place = Place::Elsewhere { host: "far".into(), why: "not observed".into() }; }
        facts.ages_believed = believed;
        facts.own = own;
        facts.limits.heartbeat_interval = Duration::from_secs(interval.into());
        facts
    }
}

proptest! {
    #[test]
    fn every_verdict_keeps_its_word(facts in any_facts()) {
        let judgement = judge(&facts);
        let up = matches!(facts.server, Some(ServerState::Up { .. }));
        let live = up && facts.session.is_some() && facts.pane.as_ref().is_some_and(|pane| pane.dead.is_none());
        prop_assert_eq!(judgement.readiness.is_fault(), judgement.cause.is_some());
        prop_assert!(!judgement.evidence.is_empty());
        prop_assert!(!judgement.is_fault() || judgement.why().is_some());
        prop_assert_eq!(judgement.flags.contains(&Flag::Drift), !judgement.drift.is_empty());
        prop_assert!(judgement.flags.is_sorted());
        match judgement.readiness {
            Readiness::Dead => prop_assert!(!live && facts.place == Place::Here),
            Readiness::Stuck => {
                let blocked = matches!(facts.told, Some(RuntimeWord::Blocked { .. }));
                prop_assert!(blocked);
            }
            Readiness::Stale => prop_assert!(facts.beat.health == Health::Stale && facts.ages_believed),
            Readiness::Available => prop_assert!(facts.beat.health == Health::Healthy && live),
            Readiness::Working => {
                prop_assert!(facts.told.is_some() || (facts.beat.health == Health::Healthy && live));
            }
            Readiness::Unknown => {}
        }
    }
}
