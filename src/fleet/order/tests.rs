//! Orders as values: what asks, what refuses, how the brakes count, and what a launch looks like.

#![allow(clippy::unwrap_used, reason = "a failure is the test's failure")]

use std::{collections::BTreeMap, time::Duration};

use super::{
    Act, Aim, Confirmed, Ending, Order, PaneAim, Planned, Preview, Refusal, Surroundings, Target,
    brakes::{Brakes, STOP_AFTER},
    launch::{Launch, quoted},
};
use crate::fleet::{
    delivery::{Timing, WhenDraft},
    facts::{Limits, ServerState},
    fixtures,
    ids::{HostName, PaneId, Socket, Tenant},
    join::{JoinContext, join},
    row::RowKey,
    sights::Sights,
};

fn reset() -> Order {
    Order::new(Act::Reset { draft: WhenDraft::Refuse, timing: Timing::default() })
}

#[test]
fn what_loses_something_is_not_carried_out_unasked() {
    for order in [reset(), Order::new(Act::Relaunch)] {
        assert!(matches!(Confirmed::unasked(order), Err(Refusal::Unconfirmed(_))));
    }
    for act in [Act::Interrupt, Act::Pause { reason: None }, Act::Resume] {
        assert!(Confirmed::unasked(Order::new(act)).is_ok());
    }
}

/// A target whose pane is there (and dead or not), or is not.
fn target(name: &str, pane: Option<bool>) -> Target {
    let host = HostName("web1".into());
    let row = RowKey { host: host.clone(), socket: Socket::Default, session: name.into(), pane: None };
    let aim = Aim {
        row,
        name: name.into(),
        managed: true,
        socket: Socket::Default,
        server: None,
        version: None,
        session: None,
        pane: pane.map(|dead| PaneAim { id: PaneId(1), pid: 7, dead }),
        unit: None,
        runtime: None,
        runtime_version: None,
        reset_command: None,
        launch: None,
        cautions: Vec::new(),
    };
    Target { tenant: Tenant("dev".into()), host, aim: Some(Box::new(aim)) }
}

/// What an order to an agent with a pane says while its server is in this state.
fn given_while(order: &Order, state: &ServerState) -> Result<Target, Refusal> {
    let mut facts = fixtures::host(vec![fixtures::pane("coder0", 1)]);
    let roster = fixtures::roster(vec![fixtures::agent("coder0")]);
    let context = JoinContext {
        limits: Limits::default(),
        home: "/home/dev",
        socket: None,
        zones: &fixtures::ZONES,
        ages_believed: true,
        live: BTreeMap::new(),
    };
    for server in facts.servers.values_mut() {
        server.state = state.clone();
    }
    let fleet = join(Some(&roster), &facts, &context, &mut Sights::default());
    let around = Surroundings { fleet: &fleet, facts: &facts, roster: Some(&roster), home: "/home/dev" };
    Target::of(order, &fleet.rows[0], &around)
}

#[test]
fn a_pane_whose_server_gave_no_answer_takes_no_order_and_is_paused_all_the_same() {
    let up = ServerState::Up { pid: 10, started: fixtures::at(-9), version: "3.3a".into() };
    let silent = ServerState::Unreachable("no answer within 2s".into());
    for act in [Act::Interrupt, Act::Relaunch, Act::Take { whole: true }] {
        let order = Order::new(act);
        assert_eq!(given_while(&order, &up).unwrap().aim.unwrap().server, Some(10));
        let refused = given_while(&order, &silent).unwrap_err();
        assert!(matches!(&refused, Refusal::Unreachable(why) if why.contains("no answer within 2s")), "{refused:?}");
    }
    assert!(given_while(&Order::new(Act::Pause { reason: None }), &silent).is_ok());
}

fn asks(order: &Order, targets: &[Target]) -> Option<String> {
    let planned =
        |target: &Target| Planned { target: target.clone(), commands: Vec::new(), warnings: Vec::new(), refused: None };
    Preview { order: order.clone(), each: targets.iter().map(planned).collect() }.asks()
}

#[test]
fn a_relaunch_of_what_does_not_run_does_not_claim_that_a_turn_is_lost() {
    let relaunch = Order::new(Act::Relaunch);
    let (runs, ended, gone) = (target("a", Some(false)), target("b", Some(true)), target("c", None));
    for (targets, says) in [
        (vec![runs.clone()], "relaunch a loses the turn that runs"),
        (vec![ended.clone()], "relaunch b loses what its ended program left on the screen"),
        (vec![gone.clone()], "relaunch c starts it: it does not run, so nothing is lost"),
        (vec![runs.clone(), runs.clone()], "relaunch of 2 agents: each loses the turn that runs"),
        (vec![runs, ended.clone(), gone.clone()], "relaunch of 3 agents: each of the 1 that run loses the turn"),
        (vec![ended, gone], "relaunch of 2 agents: none of them runs, so nothing that runs is lost"),
    ] {
        let asked = asks(&relaunch, &targets).unwrap();
        assert!(asked.starts_with(says), "{asked}");
    }
    assert!(asks(&reset(), &[target("b", Some(true))]).unwrap().contains("the conversation so far"));
}

#[test]
fn a_pause_holds_up_what_gives_work_and_nothing_that_stops_it() {
    assert!(reset().held_by_pause() && Order::new(Act::Relaunch).held_by_pause());
    for act in [Act::Interrupt, Act::Pause { reason: None }, Act::Resume] {
        assert!(!Order::new(act).held_by_pause());
    }
}

#[test]
fn a_missing_target_is_exit_code_1_and_a_policy_4() {
    assert_eq!(Refusal::Missing(String::new()).exit_code(), 1);
    assert_eq!(Refusal::Paused(String::new()).exit_code(), 4);
    assert_eq!(Ending::Refused(Refusal::Hazard(String::new())).exit_code(), 4);
    assert_eq!((Ending::Draft.exit_code(), Ending::Blocked.exit_code(), Ending::Submitted.exit_code()), (2, 5, 0));
}

#[test]
fn three_failures_in_a_row_end_a_recovery_and_a_success_between_them_does_not() {
    let mut brakes = Brakes::default();
    for failed in [true, true, false, true, true] {
        brakes.ended(failed);
        assert_eq!(brakes.stop(), None);
    }
    brakes.ended(true);
    assert!(brakes.stop().is_some_and(|why| why.contains(&STOP_AFTER.to_string())));
}

#[test]
fn the_pauses_between_relaunches_are_uneven_and_bounded() {
    let brakes = Brakes::new(Duration::from_millis(100), Duration::from_millis(50));
    let waits: Vec<u128> =
        (0..200_u64).map(|n| brakes.wait(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).as_millis()).collect();
    assert!(waits.iter().all(|wait| (100..=150).contains(wait)), "{waits:?}");
    assert!(waits.iter().collect::<std::collections::BTreeSet<_>>().len() > 10, "{waits:?}");
    assert_eq!(Brakes::new(Duration::ZERO, Duration::ZERO).wait(u64::MAX), Duration::ZERO);
}

fn launch() -> Launch {
    Launch {
        name: "coder0".into(),
        directory: "/home/dev/src".into(),
        runtime: "claude".into(),
        model: Some("opus".into()),
        yolo: true,
        command: None,
        env: BTreeMap::from([("A_B".into(), "it's".into()), ("no good".into(), "x".into())]),
    }
}

#[test]
fn a_launch_bakes_path_and_name_and_execs_the_runtime() {
    assert_eq!(
        launch().pane_line("/bin:/x y"),
        "export PATH='/bin:/x y' MOSAIC_AGENT_NAME=coder0 A_B='it'\\''s'; exec mosaic yolo claude --model opus"
    );
    assert_eq!(Launch { yolo: false, model: None, ..launch() }.runtime_line(), "mosaic claude");
    assert_eq!(Launch { command: Some("my agent -x".into()), ..launch() }.runtime_line(), "my agent -x");
}

#[test]
fn the_env_file_is_what_the_unit_would_run() {
    let text = "# mine\nMOSAIC_AGENT_RUNTIME=pi\nMOSAIC_AGENT_MODEL=\nMOSAIC_AGENT_WORKDIR=\"/w\"\nEXTRA=1\n";
    let launch = launch().with_env_file(text);
    assert_eq!(
        (launch.runtime.as_str(), launch.model.as_deref(), launch.directory.as_str()),
        ("pi", Some("opus"), "/w")
    );
    assert_eq!(launch.env["EXTRA"], "1");
}

#[test]
fn a_word_reaches_the_shell_as_one_word() {
    for (word, shown) in [("a-b", "a-b"), ("", "''"), ("a b", "'a b'"), ("$(x)", "'$(x)'"), ("'", "''\\'''")] {
        assert_eq!(quoted(word), shown);
    }
}
