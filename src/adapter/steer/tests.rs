//! Orders on a machine of replies: what is done when a program hangs, a server is silent, a look fails.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is the test's failure")]

use std::collections::BTreeMap;

use super::*;
use crate::{
    adapter::{
        WatchConfig,
        exec::{
            ExecError,
            scripted::{self, Scripted},
        },
    },
    fleet::{
        delivery::{Timing, WhenDraft},
        gate::answer::Choice,
        ids::{HostName, PaneId, Socket, Tenant},
        order::{Aim, PaneAim, Reply, launch::Launch},
        row::RowKey,
    },
};

/// A machine of replies, and the hands on it.
struct Bench {
    machine: Arc<Scripted>,
    steer: Steer,
}

impl Bench {
    fn new() -> Self {
        let machine = Arc::new(Scripted::new());
        machine.asked_by(Who { may_have_systemd: true, ..Who::default() });
        machine.file("/proc/4711/cgroup", "0::/mosaic-tmux-holder.service\n");
        let config = WatchConfig { home: Some("/h".into()), ..WatchConfig::default() };
        let steer = Watch::new(machine.clone(), config).steer(Licence::over(machine.clone()), Audit::here("cli"));
        Self { machine, steer: steer.without_trust() }
    }

    /// From now on one pane is listed, of this process.
    fn lists(&self, pid: u32) {
        let numbers = format!("4711|1795229711|3.3a|$1|1795229711|2|@2|%3|{pid}|80|24|0||||0|1|1|1795229800|1|0|1");
        self.machine.on("list-panes", scripted::Reply::prints(format!("{numbers}|a||sleep|title|/|\n")));
    }

    fn carry_out(&self, act: Act, target: Target) -> Outcome {
        self.carry_out_order(&Order::new(act), target)
    }

    fn carry_out_order(&self, order: &Order, target: Target) -> Outcome {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let preview = self.steer.preview(order, Vec::new()).await;
            self.steer.carry_out(preview.confirmed(), target, mpsc::channel(1).0).await
        })
    }

    fn ran(&self, words: &str) -> usize {
        self.machine.calls().iter().filter(|call| call.to_string().contains(words)).count()
    }
}

/// The agent `a` in pane 3 of server 4711.
fn agent(pid: u32) -> Aim {
    let (host, socket) = (HostName("here".into()), Socket::Default);
    Aim {
        row: RowKey { host, socket: socket.clone(), session: "a".into(), pane: None },
        name: "a".into(),
        managed: true,
        socket,
        server: Some(4711),
        version: Some("3.3a".into()),
        session: None,
        pane: Some(PaneAim { id: PaneId(3), pid, dead: false }),
        unit: None,
        runtime: Some("claude".into()),
        runtime_version: None,
        reset_command: None,
        launch: None,
        cautions: Vec::new(),
    }
}

fn target(aim: Aim) -> Target {
    Target { tenant: Tenant("ops".into()), host: HostName("here".into()), aim: Some(Box::new(aim)) }
}

fn timed_out(program: &str) -> scripted::Reply {
    scripted::Reply::Error(ExecError::TimedOut { program: program.into(), limit: Duration::from_secs(30) })
}

/// The manager goes on with a start that nobody waits for any more: the fresh agent must live.
#[test]
fn a_unit_that_starts_slowly_is_followed_and_not_started_again() {
    let bench = Bench::new();
    let unit = "mosaic-agent@a.service";
    let listed = format!(r#"[{{"unit":"{unit}","load":"loaded","active":"active","sub":"exited"}}]"#);
    bench.machine.on("list-units", scripted::Reply::prints(listed));
    bench.machine.on(" show ", scripted::Reply::prints(""));
    bench.machine.on("restart", timed_out("systemctl"));
    bench.lists(900);
    let outcome = bench.carry_out(Act::Relaunch, target(Aim { unit: Some(unit.into()), ..agent(812) }));
    assert_eq!(outcome.ending, Ending::Done, "{outcome:?}");
    assert_eq!((bench.ran("restart"), bench.ran("kill-session")), (1, 0), "{:?}", bench.machine.calls());
}

/// Whether its program has ended is not known then.
#[test]
fn a_server_that_does_not_answer_has_not_lost_the_pane() {
    let bench = Bench::new();
    bench.machine.on("list-panes", timed_out("tmux"));
    bench.machine.on("capture-pane", timed_out("tmux"));
    for act in [Act::Interrupt, Act::Reset { draft: WhenDraft::Refuse, timing: Timing::default() }] {
        let outcome = bench.carry_out(act, target(agent(812)));
        assert!(matches!(outcome.ending, Ending::Refused(Refusal::Unreachable(_))), "{outcome:?}");
    }
}

/// A reason that passes a pause does not pass what nobody can tell.
#[test]
fn force_does_not_restart_a_unit_where_it_is_not_known_that_the_server_lives_elsewhere() {
    let bench = Bench::new();
    bench.machine.file("/proc/4711/cgroup", "");
    bench.lists(812);
    let aim = Aim { unit: Some("mosaic-agent@a.service".into()), ..agent(812) };
    let order = Order { act: Act::Relaunch, forced: Some("it is urgent".into()) };
    let outcome = bench.carry_out_order(&order, target(aim));
    assert!(matches!(outcome.ending, Ending::Refused(Refusal::Hazard(_))), "{outcome:?}");
    assert_eq!(bench.ran("restart"), 0);
}

/// What stops an agent waits for no disk: its switch is there at once, and it says that it is not logged.
#[test]
fn a_pause_and_an_interrupt_go_on_where_the_disk_of_the_log_hangs() {
    let bench = Bench::new();
    bench.machine.disk_hangs();
    bench.machine.on("list-panes", timed_out("tmux"));
    bench.machine.on("capture-pane", timed_out("tmux"));
    let paused = bench.carry_out(Act::Pause { reason: None }, target(agent(812)));
    assert_eq!(paused.ending, Ending::Done, "{paused:?}");
    assert!(paused.unlogged.is_some());
    let switch = bench.machine.text("/h/fleet/run/a.paused".as_ref()).unwrap();
    assert!(switch.contains("by="), "{switch}");
}

/// The look by which a policy chose may be older than the pause.
#[test]
fn a_pause_or_one_that_cannot_be_read_holds_up_what_a_policy_answers() {
    let reply = |by_policy| Reply {
        rule: "claude.trust".into(),
        subject: String::new(),
        choice: Choice::Safe,
        confirmed: false,
        by_policy,
    };
    for spoil in [
        |machine: &Scripted| machine.file("/h/fleet/run/a.paused", ""),
        |machine: &Scripted| machine.broken("/h/fleet/run/a.paused", "Input/output error"),
        |machine: &Scripted| machine.broken("/h/fleet/run/PAUSED", "Input/output error"),
    ] {
        let bench = Bench::new();
        bench.lists(812);
        spoil(&bench.machine);
        let by_policy = bench.carry_out(Act::Answer(reply(Some(5))), target(agent(812)));
        assert!(matches!(by_policy.ending, Ending::Refused(Refusal::Paused(_))), "{by_policy:?}");
        let by_hand = bench.carry_out(Act::Answer(reply(None)), target(agent(812)));
        assert!(!matches!(by_hand.ending, Ending::Refused(Refusal::Paused(_))), "{by_hand:?}");
    }
}

/// Whether a reset of `a` is refused because somebody has taken it over, or may have.
fn refused_as_taken(prepare: impl Fn(&Scripted)) -> bool {
    let bench = Bench::new();
    bench.lists(812);
    prepare(&bench.machine);
    let order = Order::new(Act::Reset { draft: WhenDraft::Refuse, timing: Timing::default() });
    matches!(bench.carry_out_order(&order, target(agent(812))).ending, Ending::Refused(Refusal::Taken(_)))
}

#[test]
fn a_mark_that_cannot_be_read_is_somebodys_and_a_full_directory_is_nobodys() {
    assert!(refused_as_taken(|machine| machine.file("/h/fleet/run/a.taken", "")));
    assert!(refused_as_taken(|machine| machine.broken("/h/fleet/run/a.taken", "Input/output error")));
    assert!(!refused_as_taken(|machine| {
        (0..20_000).for_each(|n| machine.file(format!("/h/fleet/run/x{n}"), ""));
    }));
}

#[test]
fn a_pause_does_not_wait_for_an_order_that_runs() {
    let bench = Bench::new();
    bench.lists(900);
    bench.machine.on("capture-pane", scripted::Reply::prints(""));
    let _runs = Turn::take(&bench.steer.running, &target(agent(812))).unwrap();
    let paused = bench.carry_out(Act::Pause { reason: None }, target(agent(812)));
    assert_eq!(paused.ending, Ending::Done, "{paused:?}");
    let interrupted = bench.carry_out(Act::Interrupt, target(agent(812)));
    assert!(!matches!(interrupted.ending, Ending::Refused(Refusal::Running(_))), "{interrupted:?}");
    let sent = bench.carry_out(Act::Reset { draft: WhenDraft::Refuse, timing: Timing::default() }, target(agent(812)));
    assert!(matches!(sent.ending, Ending::Refused(_)), "{sent:?}");
}

/// Orders that wait have hands of their own, and must not use them once the program may only look.
#[test]
fn what_was_given_back_is_given_back_by_every_clone() {
    let bench = Bench::new();
    bench.lists(812);
    let (queued, wanted) = (bench.steer.clone(), target(agent(812)));
    bench.steer.give_back();
    let outcomes = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let order = Confirmed::unasked(Order::new(Act::Pause { reason: None })).unwrap();
        queued.carry_out_all(order, vec![wanted.clone(), wanted], mpsc::channel(1).0).await
    });
    let refused = |one: &Outcome| matches!(one.ending, Ending::Refused(Refusal::ReadOnly(_)));
    assert!(outcomes.iter().all(refused), "{outcomes:?}");
    assert!(bench.machine.calls().is_empty());
}

/// The one that runs does nothing more, says so, and takes its buffer away.
#[test]
fn an_order_that_runs_when_it_is_given_back_does_no_more() {
    let bench = Bench::new();
    bench.lists(812);
    let wanted = target(agent(812));
    let order = Order::new(Act::Interrupt);
    let end = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let mut job = Job::begin(&bench.steer, &order, false, &wanted, mpsc::channel(1).0).await.ok().unwrap();
        job.holds(Some(Argv::new(["tmux", "delete-buffer"])));
        bench.steer.give_back();
        deliver::press(&mut job, vec!["Escape".to_owned()]).await
    });
    assert!(end.unwrap_err().contains("only look"));
    assert_eq!((bench.ran("send-keys"), bench.ran("delete-buffer")), (0, 1), "{:?}", bench.machine.calls());
}

/// What `y` would refuse stands in the plan, with what helps instead.
#[test]
fn the_plan_of_a_relaunch_without_a_server_refuses_as_the_relaunch_does() {
    let (name, directory, runtime) = ("a".into(), "/h/src".into(), "claude".into());
    let launch = Launch { name, directory, runtime, model: None, yolo: false, command: None, env: BTreeMap::new() };
    let wanted = target(Aim { pane: None, server: None, launch: Some(launch), ..agent(812) });
    let planned = |bench: &Bench| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(bench.steer.preview(&Order::new(Act::Relaunch), vec![wanted.clone()])).each.remove(0)
    };
    let bench = Bench::new();
    bench.machine.on("list-panes", scripted::Reply::fails(1, "no server running on /tmp/tmux-1000/default"));
    bench.machine.on("list-units", scripted::Reply::prints("[]"));
    bench.machine.on(" show ", scripted::Reply::prints(""));
    let (plan, outcome) = (planned(&bench), bench.carry_out(Act::Relaunch, wanted.clone()));
    let why = plan.refused.as_ref().unwrap().to_string();
    assert!(why.contains("no tmux server runs") && why.contains("By hand: tmux"), "{why}");
    assert!(!plan.goes() && outcome.says.contains(&why), "{outcome:?}");
    // Where the holder would be started first, it is no reason.
    let listed = r#"[{"unit":"mosaic-tmux-holder.service","load":"loaded","active":"active","sub":"exited"}]"#;
    bench.machine.on("list-units", scripted::Reply::prints(listed));
    let why = planned(&bench).refused.map(|why| why.to_string()).unwrap_or_default();
    assert!(!why.contains("no tmux server runs"), "{why}");
}
