//! Rosters joined to hosts: which rows there are, which pane stands for each, and what is said of the whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::sync::Arc;

use super::*;
use crate::{
    fleet::{
        facts::{Pause, ServerFacts, ServerState},
        fixtures::{ZONES, agent, at, flag_words, host, pane, process, roster, server, socket, unit_facts},
        ids::PaneId,
        judgement::{Flag, Readiness},
        record::RecordStatus,
        shot::Shot,
    },
    screen::Size,
};

const CONTEXT: JoinContext<'static> = JoinContext {
    limits: Limits {
        heartbeat_interval: Duration::from_secs(15),
        idle_threshold: Duration::from_secs(300),
        stalled_after: Duration::from_secs(300),
    },
    home: "/home/dev",
    socket: None,
    zones: &ZONES,
    ages_believed: true,
    live: BTreeMap::new(),
};

/// The fleet of agents with these names on that host.
fn fleet(names: &[&str], facts: &HostFacts) -> Fleet {
    join(Some(&roster(names.iter().map(|name| agent(name)).collect())), facts, &CONTEXT, &mut Sights::default())
}

/// Each row as `name state FLAGS`.
fn check(fleet: &Fleet, expected: &[&str]) {
    let row = |row: &Row| format!("{} {}{}", row.name, row.readiness(), flag_words(&row.judgement.flags));
    assert_eq!(fleet.rows.iter().map(row).collect::<Vec<_>>(), expected);
}

/// The findings' rules, without the roster's floor: these fleets are too small for it.
fn rules(fleet: &Fleet) -> Vec<&'static str> {
    fleet.findings.iter().map(|finding| finding.rule).filter(|rule| *rule != "roster.floor").collect()
}

fn grouped(session: &str, number: u32, group: &str) -> PaneFacts {
    let mut pane = pane(session, number);
    pane.session.group = Some(group.to_owned());
    pane
}

#[test]
fn an_agent_is_the_session_of_exactly_its_name() {
    let facts = host(vec![pane("coder1", 1), pane("coder", 2)]);
    check(&fleet(&["coder"], &facts), &["coder working", "coder1 unknown UNMANAGED"]);
}

#[test]
fn the_holder_and_viewers_are_no_agents_and_a_grouped_agent_is_one() {
    let facts = host(vec![
        pane("_holder", 1),
        grouped("coder0", 2, "coder0"),
        grouped("coder0-0", 2, "coder0"),
        grouped("coder0-watch-4711", 2, "coder0"),
        pane("lone-watch-12", 3),
    ]);
    let fleet = fleet(&["coder0", "coder0-0"], &facts);
    check(&fleet, &["coder0 working", "coder0-0 working", "lone-watch-12 unknown UNMANAGED"]);
    assert_eq!(rules(&fleet), Vec::<&str>::new());
}

#[test]
fn a_viewer_that_is_attached_is_a_finding() {
    let mut viewer = grouped("coder0-watch-4711", 2, "coder0");
    viewer.session.attached = 1;
    let fleet = fleet(&["coder0"], &host(vec![grouped("coder0", 2, "coder0"), viewer]));
    check(&fleet, &["coder0 working"]);
    assert_eq!(rules(&fleet), ["viewer.attached"]);
}

#[test]
fn without_a_roster_every_session_is_unmanaged_once() {
    let mut second = pane("work", 2);
    second.active = false;
    let facts = host(vec![pane("work", 1), second, pane("_holder", 3)]);
    let fleet = join(None, &facts, &JoinContext { socket: Some(&socket()), ..CONTEXT }, &mut Sights::default());
    check(&fleet, &["work unknown UNMANAGED"]);
    assert_eq!((fleet.socket, fleet.rows[0].runtime.as_deref()), (socket(), Some("claude")));
}

#[test]
fn the_pane_that_runs_the_runtime_stands_for_the_agent_else_the_active_one() {
    let mut shell = pane("coder0", 1);
    let mut claude = pane("coder0", 2);
    (shell.active, claude.active) = (true, false);
    let mut facts = host(vec![shell, claude]);
    let processes = |other: &str| Reading::Known([process(101, "bash"), process(102, other)].into());
    facts.processes = processes("claude");
    let chosen = |facts: &HostFacts| fleet(&["coder0"], facts).rows[0].pane.as_ref().map(|pane| pane.key.pane);
    assert_eq!(chosen(&facts), Some(PaneId(2)));
    facts.processes = processes("codex");
    assert_eq!(chosen(&facts), Some(PaneId(1)));
}

#[test]
fn an_agent_of_another_host_takes_nothing_from_this_one() {
    let mut far = agent("coder0");
    far.host = Some("10.1.10.37".to_owned());
    let mut near = agent("coder1");
    near.host = Some("LOCALHOST".to_owned());
    let facts = host(vec![pane("coder0", 1), pane("coder1", 2)]);
    let fleet = join(Some(&roster(vec![far, near])), &facts, &CONTEXT, &mut Sights::default());
    check(&fleet, &["coder0 unknown UNREACHABLE", "coder1 working", "coder0 unknown UNMANAGED"]);
    let row = &fleet.rows[0];
    assert_eq!((row.key.host.0.as_str(), row.pane.is_none(), row.heartbeat.age), ("10.1.10.37", true, None));
    assert_eq!(rules(&fleet), ["host.unobserved"]);
}

#[test]
fn a_server_that_is_gone_is_one_finding_and_all_its_agents_are_dead() {
    let mut facts = host(vec![pane("a", 1), pane("b", 2)]);
    for server in facts.servers.values_mut() {
        server.state = ServerState::Absent;
        server.panes.clear();
    }
    let fleet = fleet(&["a", "b"], &facts);
    check(&fleet, &["a dead", "b dead"]);
    assert_eq!(rules(&fleet), ["tmux.absent"]);
    assert_eq!(fleet.findings[0].says, "no tmux server on socket fleet: its 2 agents are dead");
    assert!(fleet.findings[0].hint.is_some(), "the units still say active");
}

#[test]
fn a_server_that_cannot_be_asked_kills_nobody() {
    let mut facts = host(vec![pane("a", 1)]);
    for server in facts.servers.values_mut() {
        server.state = ServerState::Unreachable("Permission denied".to_owned());
        server.panes.clear();
    }
    let fleet = fleet(&["a"], &facts);
    check(&fleet, &["a unknown"]);
    assert_eq!(rules(&fleet), ["tmux.unreachable"]);
}

#[test]
fn most_agents_missing_on_a_server_that_is_up_is_one_finding() {
    let facts = host(vec![pane("a", 1)]);
    assert_eq!(rules(&fleet(&["a", "b", "c", "d"], &facts)), ["tmux.mass-death"]);
    assert_eq!(rules(&fleet(&["a", "b"], &facts)), Vec::<&str>::new());
}

#[test]
fn a_server_in_an_agents_unit_is_a_hazard_of_that_agent_and_of_the_fleet() {
    let cgroup = |cgroup: &str| {
        let mut facts = host(vec![pane("a", 1), pane("b", 2)]);
        facts.servers.insert(
            socket(),
            ServerFacts { cgroup: Reading::Known(cgroup.to_owned()), ..server(vec![pane("a", 1), pane("b", 2)]) },
        );
        fleet(&["a", "b"], &facts)
    };
    let hazard = cgroup("/user.slice/user@1000.service/app.slice/mosaic-agent@a.service");
    check(&hazard, &["a working HAZARD", "b working"]);
    assert_eq!(rules(&hazard), ["hazard.server-cgroup"]);
    assert!(hazard.findings[0].says.starts_with("stopping mosaic-agent@a.service kills everybody"));
    let session = cgroup("/user.slice/user-1000.slice/session-3.scope");
    check(&session, &["a working", "b working"]);
    assert_eq!(rules(&session), ["tmux.not-in-holder"]);
}

#[test]
fn a_machine_without_units_has_no_hazard_and_says_once_that_systemd_is_unknown() {
    let mut facts = host(vec![pane("a", 1)]);
    facts.systemd.units = Reading::unknown("no user manager here");
    for server in facts.servers.values_mut() {
        server.cgroup = Reading::Known("/docker/abc".to_owned());
    }
    let fleet = fleet(&["a"], &facts);
    check(&fleet, &["a working"]);
    assert_eq!(rules(&fleet), ["systemd.unreachable"]);
    assert_eq!(fleet.rows[0].unit.why().map(Why::words), Some("no user manager here"));
}

#[test]
fn an_orchestrator_is_found_under_its_older_unit() {
    let mut facts = host(vec![pane("boss", 1)]);
    let legacy = "mosaic-fleet-orchestrator.service".to_owned();
    facts.systemd.units = Reading::Known([(legacy.clone(), unit_facts("active", "exited"))].into());
    facts.systemd.enabled = Reading::Known([(legacy.clone(), "disabled".to_owned())].into());
    let mut boss = agent("boss");
    boss.class = Some("orchestrator".to_owned());
    let fleet = join(Some(&roster(vec![boss])), &facts, &CONTEXT, &mut Sights::default());
    check(&fleet, &["boss working BOOT"]);
    assert_eq!(fleet.rows[0].unit.known().map(|unit| unit.name.clone()), Some(legacy));
}

#[test]
fn the_worst_finding_comes_first() {
    let mut facts = host(vec![pane("a", 1)]);
    facts.systemd.linger = Reading::Known(false);
    facts.paused = Reading::Known(Some(Pause {
        by: Some("jo\u{7}".to_owned()),
        host: None,
        at: None,
        reason: Some("deploy".to_owned()),
    }));
    facts.processes = Reading::unknown("no /proc on this system");
    for server in facts.servers.values_mut() {
        server.state = ServerState::OtherProtocol("version mismatch".to_owned());
    }
    let fleet = fleet(&["a"], &facts);
    let expected = ["tmux.other-protocol", "fleet.paused", "systemd.linger", "process.unreadable"];
    assert_eq!(rules(&fleet), expected);
    assert_eq!(fleet.findings[1].says, "the fleet is paused by jo␇: deploy");
    assert!(fleet.rows[0].has(Flag::Paused));
}

#[test]
fn a_fleet_below_its_floor_says_so() {
    let floor = |fleet: &Fleet| fleet.findings.iter().filter(|finding| finding.rule == "roster.floor").count();
    let facts = host(vec![pane("orchestrator", 1), pane("enhancer", 2)]);
    let pair = ["orchestrator", "enhancer"].map(|name| Agent { class: Some(name.to_owned()), ..agent(name) });
    assert_eq!(floor(&join(Some(&roster(pair.to_vec())), &facts, &CONTEXT, &mut Sights::default())), 0);
    assert_eq!(floor(&fleet(&["coder0"], &facts)), 2);
    assert_eq!(floor(&join(None, &facts, &CONTEXT, &mut Sights::default())), 0);
}

#[test]
fn the_pane_of_this_program_is_marked_and_never_mirrored() {
    let mut facts = host(vec![pane("a", 1)]);
    facts.own_pane = Some(PaneKey { socket: socket(), pane: PaneId(1) });
    let fleet = fleet(&["a"], &facts);
    check(&fleet, &["a working SELF"]);
    assert_eq!(fleet.rows[0].mirror_pane(), None);
}

#[test]
fn a_future_activity_is_no_idle_time_and_none_at_all_is_unknown() {
    let mut ahead = pane("a", 1);
    ahead.activity = Reading::Known(crate::fleet::fixtures::at(500));
    let mut none = pane("b", 2);
    none.activity = Reading::unknown("tmux does not say");
    let fleet = fleet(&["a", "b"], &host(vec![ahead, none]));
    assert_eq!(fleet.rows[0].idle, Reading::Known(Duration::ZERO));
    assert_eq!(fleet.rows[1].idle, Reading::unknown("tmux does not say"));
    assert_eq!(fleet.rows[1].readiness(), Readiness::Working);
}

/// The one agent of a host, whose screen shows this and whose window has been quiet for so many seconds, at the first
/// look of all: its state, and the rule of its cause.
fn check_first_look(screen: &str, quiet: Option<i64>, believed: bool, expected: (Readiness, Option<&str>)) {
    let mut it = pane("a", 1);
    it.cursor_shown = false;
    it.activity = quiet.map_or_else(|| Reading::unknown("tmux does not say"), |quiet| Reading::Known(at(-quiet)));
    let key = PaneKey { socket: socket(), pane: it.pane };
    let size = Size { rows: 24, cols: 80 };
    let shot = Shot { at: at(0), pid: it.pid, screen: Screen::drawn(size, screen.as_bytes()) };
    let mut facts = host(vec![it]);
    facts.screens.insert(key, Arc::new(shot));
    let context = JoinContext { ages_believed: believed, ..CONTEXT };
    let fleet = join(Some(&roster(vec![agent("a")])), &facts, &context, &mut Sights::default());
    let cause = fleet.rows[0].judgement.cause.as_ref().map(|cause| cause.rule.as_str());
    assert_eq!((fleet.rows[0].readiness(), cause), expected, "quiet for {quiet:?}\n{screen}");
}

/// An agent whose record says how full its context is, after so long a quiet: the rule is among its evidence, and the
/// finding names it.
fn check_parked(used: Option<f32>, quiet: i64, status: RecordStatus, expected: bool) {
    let mut it = pane("a", 1);
    it.activity = Reading::Known(at(-quiet));
    let record = Record { context_used_percent: used, status: Some(status), ..Record::new("claude") };
    let mut facts = host(vec![it.clone(), PaneFacts { activity: it.activity.clone(), ..pane("unmanaged", 2) }]);
    for pane in [1, 2] {
        let pid = facts.servers[&socket()].panes.iter().find(|it| it.pane == PaneId(pane)).map(|it| it.pid).unwrap();
        facts.records.insert(pid, Reading::Known(record.clone()));
    }
    let fleet = fleet(&["a"], &facts);
    let found = fleet.findings.iter().find(|finding| finding.rule == "context.empty");
    assert_eq!((fleet.rows[0].is_parked_empty(), found.is_some()), (expected, expected), "{used:?} quiet for {quiet}");
    assert!(!fleet.rows[1].is_parked_empty(), "nobody declared that one");
    assert_eq!(fleet.rows[0].context.as_ref().map(|it| it.used_percent), used.map(words::percent));
    if let Some(found) = found {
        assert_eq!(found.says, "1 agent parked at 0 % context, with nothing to do: a");
    }
}

#[test]
fn an_agent_of_the_fleet_that_is_parked_at_0_percent_is_told() {
    check_parked(Some(0.0), 300, RecordStatus::Idle, true);
    check_parked(Some(0.0), 299, RecordStatus::Idle, false);
    check_parked(Some(0.0), 300, RecordStatus::Busy, false);
    check_parked(Some(0.2), 300, RecordStatus::Idle, false);
    check_parked(None, 300, RecordStatus::Idle, false);
}

/// A check out of cron looks twice within a second: what its window tells is all that it knows of the hours before.
#[test]
fn one_look_knows_by_its_quiet_window_how_long_an_agent_has_been_parked() {
    const MENU: &str =
        "Which colours shall the chart have?\r\n\r\n❯ Warm\r\n  Cold\r\n\r\nEnter to confirm · Esc to cancel";
    check_first_look(MENU, Some(3600), true, (Readiness::Stuck, Some("generic.menu")));
    check_first_look(MENU, Some(10), true, (Readiness::Stuck, Some("generic.menu")));
    check_first_look(MENU, Some(9), true, (Readiness::Working, None));
    check_first_look(MENU, None, true, (Readiness::Working, None));
    check_first_look(MENU, Some(3600), false, (Readiness::Working, None));
}

#[test]
fn one_look_knows_work_that_has_not_moved_for_longer_than_its_limit() {
    let bar = "─".repeat(80);
    let works = format!("✽ Mulling… (9s · ↓ 66 tokens)\r\n\r\n{bar}\r\n❯\u{a0}\r\n{bar}\r\n  esc to interrupt");
    check_first_look(&works, Some(299), true, (Readiness::Working, None));
    check_first_look(&works, Some(300), true, (Readiness::Stuck, Some("stalled")));
    check_first_look(&works, None, true, (Readiness::Working, None));
    check_first_look(&works, Some(5000), false, (Readiness::Working, None));
}

#[test]
fn one_look_knows_an_error_that_only_a_person_mends() {
    let bar = "─".repeat(80);
    let failed = format!("● Invalid API key · Please run /login\r\n\r\n{bar}\r\n❯\u{a0}\r\n{bar}\r\n  ? for shortcuts");
    check_first_look(&failed, Some(59), true, (Readiness::Working, None));
    check_first_look(&failed, Some(60), true, (Readiness::Stuck, Some("claude.auth")));
    check_first_look(&failed, Some(5000), false, (Readiness::Working, None));
}

/// From look to look: bytes that change no cell have moved, and so has a picture whose window said nothing.
#[test]
fn work_moves_with_a_byte_of_its_window_or_a_change_of_its_picture() {
    let bar = "─".repeat(80);
    let works = |words: &str| format!("✽ {words}… (9s)\r\n\r\n{bar}\r\n❯\u{a0}\r\n{bar}\r\n  esc to interrupt");
    let states = |looks: [(&str, i64); 2]| {
        let (mut sights, mut told) = (Sights::default(), Vec::new());
        for (second, (words, quiet)) in (0..).zip(looks) {
            let mut it = pane("a", 1);
            it.activity = Reading::Known(at(second - quiet));
            let screen = Screen::drawn(Size { rows: 24, cols: 80 }, works(words).as_bytes());
            let shot = Shot { at: at(second), pid: it.pid, screen };
            let key = PaneKey { socket: socket(), pane: it.pane };
            let mut facts = host(vec![it]);
            facts.at = at(second);
            facts.screens.insert(key, Arc::new(shot));
            told.push(join(Some(&roster(vec![agent("a")])), &facts, &CONTEXT, &mut sights).rows[0].readiness());
        }
        told
    };
    assert_eq!(states([("Mulling", 400), ("Mulling", 401)]), [Readiness::Stuck, Readiness::Stuck]);
    assert_eq!(states([("Mulling", 400), ("Mulling", 0)]), [Readiness::Stuck, Readiness::Working]);
    assert_eq!(states([("Mulling", 400), ("Brewing", 401)]), [Readiness::Stuck, Readiness::Working]);
}

#[test]
fn the_version_is_the_records_else_the_name_of_the_program() {
    let told = |command: &str, recorded: Option<&str>| {
        let mut it = pane("a", 1);
        it.command = command.to_owned();
        let record = recorded.map(|it| Record { version: Some(it.to_owned()), ..Record::new("claude") });
        version_of(Some(&it), record.as_ref()).map(str::to_owned)
    };
    assert_eq!(told("2.1.329", None).as_deref(), Some("2.1.329"));
    assert_eq!(told("2.1.300", Some("2.1.329")).as_deref(), Some("2.1.329"));
    assert_eq!(told("claude", None), None);
    assert_eq!(told("node", None), None);
}
