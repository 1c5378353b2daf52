//! Orders against a real tmux and a scripted machine: what is logged, what is refused, what is left behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]

mod support;

use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::Arc, thread, time::Duration};

use mosaic_top::{
    adapter::{
        Licence, Steer, Watch, WatchConfig,
        audit::Audit,
        exec::{Local, scripted::Scripted},
        steer::hand::Hand,
    },
    fleet::{
        action_record::{self, Stage},
        delivery::{Kind, Timing, WhenBusy, WhenDraft},
        ids::{HostName, PaneId, Socket, Tenant},
        order::{Act, Aim, Confirmed, Ending, Letter, Order, PaneAim, Refusal, Target, brakes::Brakes, launch::Launch},
        row::RowKey,
    },
};
use support::{Tmux, program::Fleet};
use tokio::sync::mpsc;

fn rt() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn target(name: &str, socket: Socket, server: Option<u32>, pane: Option<PaneAim>) -> Target {
    let host = HostName("here".into());
    let row = RowKey { host: host.clone(), socket: socket.clone(), session: name.into(), pane: None };
    let aim = Aim {
        row,
        name: name.into(),
        managed: true,
        socket,
        server,
        version: Some("3.3a".into()),
        session: None,
        pane,
        unit: None,
        runtime: Some("claude".into()),
        runtime_version: None,
        reset_command: None,
        launch: None,
        cautions: Vec::new(),
    };
    Target { tenant: Tenant("ops".into()), host, aim: Some(Box::new(aim)) }
}

fn letter(text: &str) -> Order {
    Order::new(Act::Send(Letter {
        text: text.into(),
        kind: Kind::Message,
        busy: WhenBusy::Refuse,
        draft: WhenDraft::Refuse,
        verify: true,
        timing: Timing::default(),
    }))
}

fn unasked(order: Order) -> Confirmed<Order> {
    Confirmed::unasked(order).unwrap()
}

fn quiet() -> mpsc::Sender<mosaic_top::fleet::order::Progress> {
    mpsc::channel(1).0
}

/// A steer on a real server and a home of its own.
struct Scene {
    tmux: Tmux,
    home: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        Self { tmux: Tmux::new(), home: tempfile::tempdir().unwrap() }
    }

    fn steer(&self) -> Steer {
        let hand = Arc::new(Local::new());
        let config = WatchConfig {
            home: Some(self.home.path().to_owned()),
            tmux: self.tmux.adapter(),
            ..WatchConfig::default()
        };
        Watch::new(hand.clone(), config).steer(Licence::over(hand), Audit::here("cli"))
    }

    fn aim(&self, name: &str) -> Target {
        let facts =
            self.tmux.tmux(&["display-message", "-p", "-t", &format!("={name}:"), "#{pid} #{pane_id} #{pane_pid}"]);
        let words: Vec<&str> = facts.split_whitespace().collect();
        let pane = PaneAim { id: words[1].parse().unwrap(), pid: words[2].parse().unwrap(), dead: false };
        target(name, self.tmux.socket(), words[0].parse().ok(), Some(pane))
    }

    fn log(&self) -> (Vec<action_record::Logged>, usize) {
        action_record::read(&fs::read_to_string(self.home.path().join("fleet/run/actions.jsonl")).unwrap_or_default())
    }
}

#[test]
fn many_writers_half_lines_and_rotation_leave_a_log_that_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run/actions.jsonl");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "{\"half\":").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    thread::scope(|scope| {
        for writer in 0..8 {
            let path = &path;
            scope.spawn(move || {
                for line in 0..50 {
                    Local::new().append_now(path, format!("{writer}-{line}\n").as_bytes(), 1_000_000).unwrap();
                }
            });
        }
    });
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 401, "a line was lost or torn");
    assert_eq!(text.lines().next(), Some("{\"half\":"));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    Local::new().append_now(&path, b"next\n", 100).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "next\n");
    assert_eq!(fs::read_to_string(dir.path().join("run/actions.jsonl.1")).unwrap(), text);
}

#[test]
fn a_full_disk_is_a_reason_and_leaves_no_half_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("actions.jsonl");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    assert!(Local::new().append_now(&path, b"x\n", 100).is_err());
    assert!(Local::new().append_now(Path::new("/proc/nowhere/x"), b"x\n", 100).is_err());
}

#[test]
fn without_a_log_nothing_is_changed_except_what_stops() {
    rt().block_on(async {
        let machine = Arc::new(Scripted::new());
        machine.broken("/h/fleet/run/actions.jsonl", "No space left on device");
        let config = WatchConfig { home: Some("/h".into()), ..WatchConfig::default() };
        let steer = Watch::new(machine.clone(), config).steer(Licence::over(machine.clone()), Audit::here("cli"));
        let one = target("a", Socket::Default, Some(1), Some(PaneAim { id: PaneId(1), pid: 2, dead: false }));
        let outcome = steer.carry_out(unasked(letter("x")), one.clone(), quiet()).await;
        assert!(matches!(outcome.ending, Ending::Refused(Refusal::Log(_))), "{outcome:?}");
        assert!(outcome.says.contains("No space left"), "{}", outcome.says);
        assert!(machine.calls().is_empty(), "{:?}", machine.calls());
        let pause = Order::new(Act::Pause { reason: None });
        let outcome = steer.carry_out(unasked(pause), Target { aim: None, ..one }, quiet()).await;
        assert_eq!(outcome.ending, Ending::Done);
        assert!(outcome.unlogged.is_some_and(|why| why.contains("No space left")));
        assert!(machine.text(Path::new("/h/fleet/run/PAUSED")).unwrap().contains("by="));
    });
}

#[test]
fn another_process_in_the_pane_is_another_agent() {
    let stage = Scene::new();
    stage.tmux.session("a", "exec sleep 100");
    let before = stage.aim("a");
    stage.tmux.tmux(&["respawn-pane", "-k", "-t", "=a:", "exec cat"]);
    rt().block_on(async {
        for order in [letter("x"), Order::new(Act::Interrupt)] {
            let outcome = stage.steer().carry_out(unasked(order), before.clone(), quiet()).await;
            assert!(matches!(outcome.ending, Ending::Refused(Refusal::Changed(_))), "{outcome:?}");
            assert!(outcome.commands.is_empty());
        }
    });
    stage.tmux.kill();
    rt().block_on(async {
        let outcome = stage.steer().carry_out(unasked(letter("x")), before, quiet()).await;
        assert_eq!(outcome.ending.exit_code(), 1, "{outcome:?}");
    });
    let (log, bad) = stage.log();
    assert_eq!((log.len(), bad), (3, 0));
    assert!(log.iter().all(|one| one.word() == "refused"));
}

/// What was said of a target that was not touched is no word for one that was.
#[test]
fn a_pane_that_is_started_again_amid_a_send_is_not_called_untouched() {
    let scene = Scene::new();
    // It shows a composer with whatever is typed, and takes no Enter.
    let rule = "─".repeat(80);
    let drawn = format!("printf '\\033[2J\\033[H{rule}\\n❯\\302\\240\\n{rule}\\n  manual\\033[2;3H'; exec cat");
    scene.tmux.session("a", &drawn);
    let order = unasked(letter("hello there"));
    let outcome = thread::scope(|scope| {
        let sending = scope.spawn(|| rt().block_on(scene.steer().carry_out(order, scene.aim("a"), quiet())));
        support::wait_until("it is typed", support::SOON, || {
            let text = scene.tmux.tmux(&["capture-pane", "-p", "-t", "=a:"]);
            text.contains("hello there").then_some(()).ok_or(text)
        });
        scene.tmux.tmux(&["respawn-pane", "-k", "-t", "=a:", "exec sleep 100"]);
        sending.join().unwrap()
    });
    assert_eq!(outcome.ending, Ending::Unverifiable, "{outcome:?}");
    assert!(outcome.says.contains("another process") && !outcome.says.contains("Nothing was done"), "{outcome:?}");
}

#[test]
fn a_job_that_is_dropped_leaves_no_buffer_and_its_verdict() {
    let stage = Scene::new();
    stage.tmux.session("a", "exec cat");
    let aim = stage.aim("a");
    rt().block_on(async {
        let steer = stage.steer();
        let job = steer.carry_out(unasked(letter("a secret\nsecond line")), aim, quiet());
        assert!(tokio::time::timeout(Duration::from_millis(120), job).await.is_err());
    });
    let (log, _) = stage.log();
    assert_eq!(log[0].word(), "unverifiable");
    assert_eq!(log[0].intent.stage, Stage::Intent);
    let body = log[0].intent.body.clone().unwrap();
    assert_eq!((body.bytes, body.lines, body.first.as_str()), (20, 2, "a secret"));
    assert_eq!(stage.tmux.tmux(&["list-buffers"]), "");
}

/// The key was pressed: how it ended is what is seen then, never that it was refused.
#[test]
fn an_agent_that_ends_by_an_interrupt_was_interrupted() {
    let scene = Scene::new();
    scene.tmux.session("other", "exec sleep 1000");
    let rule = "─".repeat(80);
    scene.tmux.session(
        "a",
        &format!(
            "printf '\\033[2J\\033[H✻ Thinking… (3s · esc to interrupt)\\n\\n{rule}\\n❯\\302\\240\\n{rule}\\n  esc to interrupt'; \
             stty raw -echo; dd bs=1 count=1 2>/dev/null"
        ),
    );
    support::wait_until("it works", support::SOON, || {
        let text = scene.tmux.tmux(&["capture-pane", "-p", "-t", "=a:"]);
        text.contains("Thinking").then_some(()).ok_or(text)
    });
    let outcome = rt().block_on(scene.steer().carry_out(unasked(Order::new(Act::Interrupt)), scene.aim("a"), quiet()));
    assert_eq!(outcome.ending, Ending::Done, "{outcome:?}");
    assert!(outcome.says.contains("is gone"), "{outcome:?}");
}

#[test]
fn nothing_is_typed_into_a_shell() {
    let scene = Scene::new();
    scene.tmux.session("a", "exec sh");
    let target = scene.aim("a");
    for forced in [None, Some("it is urgent".to_owned())] {
        let order = unasked(Order { forced, ..letter("touch it") });
        let outcome = rt().block_on(scene.steer().carry_out(order, target.clone(), quiet()));
        assert!(
            matches!(&outcome.ending, Ending::Refused(Refusal::NoRule(why)) if why.contains("shell")),
            "{outcome:?}"
        );
    }
    assert!(!scene.tmux.tmux(&["capture-pane", "-p", "-t", "=a:"]).contains("touch"), "it was typed");
}

/// Two programs that paste into one composer at the same time would make one wrong message.
#[test]
fn two_programs_do_not_act_on_one_agent_at_the_same_time() {
    let scene = Scene::new();
    scene.tmux.session("a", "exec sleep 1000");
    let (one, two, target) = (scene.steer(), scene.steer(), scene.aim("a"));
    let send = |steer: Steer, to: Target| async move { steer.carry_out(unasked(letter("hello")), to, quiet()).await };
    let (first, second) = rt().block_on(async { tokio::join!(send(one, target.clone()), send(two, target)) });
    let running = |outcome: &mosaic_top::fleet::order::Outcome| matches!(&outcome.ending, Ending::Refused(Refusal::Running(why)) if why.contains("another program"));
    assert!(running(&first) != running(&second), "{first:?}\n{second:?}");
    let again = rt().block_on(send(scene.steer(), scene.aim("a")));
    assert!(!running(&again), "the lock was not given back: {again:?}");
}

/// Sessions of a group show the same panes, and each is a row of its own.
#[test]
fn a_pane_of_two_names_gets_a_message_once_and_has_one_turn() {
    let scene = Scene::new();
    scene.tmux.session("a", "exec sleep 1000");
    scene.tmux.tmux(&["new-session", "-d", "-t", "a", "-s", "look"]);
    let (a, look) = (scene.aim("a"), scene.aim("look"));
    assert!(a.same_pane(&look));
    let each = vec![(unasked(letter("x")), a.clone()), (unasked(letter("y")), look.clone())];
    let outcomes = rt().block_on(scene.steer().carry_out_each(each, quiet()));
    let says = |outcome: &mosaic_top::fleet::order::Outcome| outcome.says.clone();
    assert!(says(&outcomes[1]).contains("same pane as a"), "{outcomes:?}");
    assert_eq!(scene.log().0.len(), 1, "the second was begun");
    let send = |steer: Steer, to: Target| async move { steer.carry_out(unasked(letter("x")), to, quiet()).await };
    let (one, two) = rt().block_on(async { tokio::join!(send(scene.steer(), a), send(scene.steer(), look)) });
    assert_ne!(says(&one).contains("another program"), says(&two).contains("another program"), "{one:?}\n{two:?}");
}

#[test]
fn an_intent_without_a_verdict_is_unfinished() {
    let stage = Scene::new();
    let log = stage.home.path().join("fleet/run/actions.jsonl");
    rt().block_on(async {
        let pause = Order::new(Act::Pause { reason: Some("r".into()) });
        let fleet = Target { aim: None, ..target("a", Socket::Default, None, None) };
        stage.steer().carry_out(unasked(pause), fleet, quiet()).await;
    });
    let text = fs::read_to_string(&log).unwrap();
    let intent = text.lines().next().unwrap();
    fs::write(&log, format!("{intent}\n{{\"at\":\"2026-")).unwrap();
    let (log, bad) = stage.log();
    assert_eq!((log.len(), log[0].word(), bad), (1, "unfinished", 1));
}

#[test]
fn a_relaunch_without_a_unit_starts_the_panes_own_command_again() {
    let stage = Scene::new();
    stage.tmux.session("a", "exec sleep 100");
    let before = stage.aim("a");
    rt().block_on(async {
        let steer = stage.steer();
        let preview = steer.preview(&Order::new(Act::Relaunch), vec![before.clone()]).await;
        assert!(preview.asks().is_some());
        assert!(preview.each[0].commands[0].contains("respawn-pane -k -t"), "{preview:?}");
        let outcome = steer.carry_out(preview.confirmed(), before.clone(), quiet()).await;
        assert_eq!(outcome.ending, Ending::Done, "{outcome:?}");
    });
    assert_ne!(stage.aim("a").aim.unwrap().pane, before.aim.unwrap().pane);
}

/// An agent that somebody typed into a shell: that shell's pane has no command which would bring the agent again.
#[test]
fn a_relaunch_in_a_shells_pane_starts_the_agent_and_not_the_shell() {
    let scene = Scene::new();
    scene.tmux.tmux(&["new-session", "-d", "-s", "a"]);
    scene.tmux.tmux(&["send-keys", "-t", "=a:", "exec sleep 1000", "Enter"]);
    let agent = |launch: Option<&str>| {
        let mut target = scene.aim("a");
        target.aim.as_mut().unwrap().launch = launch.map(|command| Launch {
            name: "a".into(),
            directory: "/tmp".into(),
            runtime: "claude".into(),
            model: None,
            yolo: false,
            command: Some(command.into()),
            env: [("A".to_owned(), "it's".to_owned())].into(),
        });
        target
    };
    let relaunch = |target: Target| {
        rt().block_on(async {
            let preview = scene.steer().without_trust().preview(&Order::new(Act::Relaunch), vec![target.clone()]).await;
            let runs = target.aim.as_ref().unwrap().launch.is_some();
            assert_eq!(preview.each[0].refused.is_none(), runs, "what is refused is shown before: {preview:?}");
            scene.steer().without_trust().carry_out(preview.confirmed(), target, quiet()).await
        })
    };
    let before = scene.aim("a");
    let refused = relaunch(agent(None));
    assert!(matches!(&refused.ending, Ending::Refused(Refusal::NoLaunch(why)) if why.contains("shell")), "{refused:?}");
    assert_eq!(scene.aim("a"), before, "it was touched");
    let done = relaunch(agent(Some("sh -c 'test \"$A\" = \"it'\\''s\" && exec sleep 2000'")));
    assert_eq!(done.ending, Ending::Done, "{done:?}");
    assert_eq!(scene.tmux.ask("=a:", "#{pane_current_command} #{pane_current_path}"), "sleep /tmp");
    scene.tmux.tmux(&["respawn-pane", "-k", "-t", "=a:", "/bin/sh"]);
    let shell = relaunch(agent(Some("/bin/dash")));
    assert!(shell.ending == Ending::Failed && shell.says.contains("shell"), "{shell:?}");
}

#[test]
fn a_dead_server_of_fifty_is_one_event_and_a_recovery_that_stops_after_three() {
    let fleet = Fleet::new();
    let names: Vec<String> = (0..50).map(|n| format!("a{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    fleet.roster(&names);
    for name in &names {
        fleet.tmux.session(name, "exec sleep 1000");
    }
    fleet.tmux.tmux(&["kill-server"]);
    let ps = fleet.run(&["ps", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&ps.out).unwrap();
    let faults: Vec<_> =
        report["findings"].as_array().unwrap().iter().filter(|finding| finding["severity"] == "fault").collect();
    assert_eq!(faults.len(), 1, "{faults:#?}");
    let words: Vec<&str> = ["relaunch"].into_iter().chain(names.iter().copied()).collect();
    let unasked = fleet.run(&words);
    // None of them could be started from here: nobody is asked for a yes to nothing, and nothing is tried.
    assert_eq!(unasked.code, Some(1), "{unasked:?}");
    assert_eq!(unasked.err.matches("no tmux server runs").count(), 50, "{unasked:?}");
    let log = fs::read_to_string(fleet.home().join("fleet/run/actions.jsonl")).unwrap_or_default();
    assert!(log.lines().all(|line| line.contains(r#""commands":[]"#)), "something was done: {log}");
    rt().block_on(async {
        let stage = Scene::new();
        let steer = stage.steer();
        let gone: Vec<Target> = names.iter().map(|name| target(name, stage.tmux.socket(), None, None)).collect();
        let preview = steer.preview(&Order::new(Act::Relaunch), gone.clone()).await;
        let brakes = Brakes::new(Duration::ZERO, Duration::from_millis(1));
        let outcomes = steer.recover(preview.confirmed(), gone, quiet(), brakes).await;
        let stopped = outcomes.iter().filter(|one| matches!(one.ending, Ending::Refused(Refusal::Stopped(_)))).count();
        assert_eq!((outcomes.len(), stopped), (50, 47));
        assert_eq!(stage.log().0.len(), 3);
    });
}

#[test]
fn the_verbs_keep_the_pause_and_the_exit_codes() {
    let fleet = Fleet::new();
    fleet.roster(&["a", "b"]);
    fleet.agent("a", "while read -r line; do :; done");
    let code = |words: &[&str]| fleet.run(words).code;
    assert_eq!(code(&["pause", "--reason", "release"]), Some(0));
    let refused = fleet.run(&["send", "a", "-m", "x"]);
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(refused.err.contains("release"), "{}", refused.err);
    assert_eq!(code(&["resume"]), Some(0));
    fs::write(fleet.home().join("fleet/run/PAUSED"), "").unwrap();
    assert_eq!(code(&["resume"]), Some(4), "anyone's touch is somebody else's");
    assert_eq!(code(&["resume", "--yes"]), Some(0));
    assert_eq!(code(&["pause", "a", "--reason", "lost"]), Some(0));
    let report: serde_json::Value = serde_json::from_str(&fleet.run(&["ps", "--json"]).out).unwrap();
    assert_eq!(report["agents"][0]["pause"]["reason"], "lost");
    assert_eq!(report["agents"][0]["flags"][0], "PAUSED");
    assert_eq!(report["agents"][1]["pause"], serde_json::Value::Null);
    assert_eq!(code(&["resume", "a"]), Some(0));
    assert_eq!(code(&["send", "nobody", "-m", "x"]), Some(1));
    assert_eq!(code(&["send", "a", "-m", ""]), Some(3));
    assert_eq!(code(&["send", "a", "-m", "x", "--class", "loud"]), Some(3));
    let reset = fleet.run(&["reset", "a"]).err;
    assert!(
        reset.contains("refused: no input line") && !reset.contains("Hint: --yes"),
        "nobody has to be asked: {reset}"
    );
    fs::rename(fleet.home().join("fleet/roster.yaml"), fleet.home().join("fleet/away.yaml")).unwrap();
    let aimless = fleet.run(&["send", "a", "-m", "x"]);
    assert_eq!(aimless.code, Some(1), "{aimless:?}");
    assert!(aimless.err.contains("which tmux server is meant") || aimless.out.contains("which tmux server is meant"));
    fs::rename(fleet.home().join("fleet/away.yaml"), fleet.home().join("fleet/roster.yaml")).unwrap();
    for verb in ["send", "reset", "relaunch", "interrupt", "pause", "resume"] {
        let ran = fleet.run(&["--read-only", verb, "a"]);
        assert_eq!(ran.code, Some(4), "{verb}: {ran:?}");
        assert!(ran.err.contains("read-only"), "{verb}: {}", ran.err);
    }
    let log = fleet.run(&["log", "--json", "--agent", "a"]);
    let refused: Vec<&str> = log.out.lines().filter(|line| line.contains("\"verdict\":\"refused\"")).collect();
    assert_eq!((log.out.lines().count(), refused.len()), (5, 3), "{}", log.out);
    assert!(refused[0].contains("release"), "why it was refused: {}", refused[0]);
    let tried = fleet.run(&["log", "--json", "--agent", "nobody"]).out;
    assert!(tried.contains("no agent") || tried.contains("refused"), "who tried what on whom: {tried:?}");
}
