//! The adapter's reading half against a real tmux server, and against servers that are gone, hang or answer garbage.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use mosaic_top::{
    adapter::{
        Ask, Watch, WatchConfig, clock,
        exec::{
            Exec, Local,
            scripted::{Reply, Scripted},
        },
        tmux::query::{self, Listing},
    },
    fleet::{
        facts::{HostFacts, PaneFacts, Process, ServerState},
        ids::{PaneKey, Socket},
        reading::Reading,
        shot::Shot,
    },
};
use support::{Recording, SOON, Tmux, block_on, wait_until};

/// One look at a server.
fn look(tmux: &Tmux) -> Listing {
    block_on(query::list(&Local::new(), &tmux.adapter(), &tmux.socket(), SOON))
}

/// The panes of one session.
fn panes(tmux: &Tmux, session: &str) -> Vec<PaneFacts> {
    look(tmux).panes.into_iter().filter(|pane| pane.session.name == session).collect()
}

/// The only pane of one session, once it is as wanted.
fn pane_when(tmux: &Tmux, session: &str, what: &str, wanted: impl Fn(&PaneFacts) -> bool) -> PaneFacts {
    wait_until(what, SOON, || {
        let found = panes(tmux, session);
        found.iter().find(|pane| wanted(pane)).cloned().ok_or(found)
    })
}

fn watch(exec: Arc<dyn Exec>, tmux: &Tmux) -> Watch {
    let home = Some(tmux.tmpdir().to_owned());
    Watch::new(exec, WatchConfig { home, tmux: tmux.adapter(), ..WatchConfig::default() })
}

fn snapshot(watch: &Watch, tmux: &Tmux) -> HostFacts {
    let ask = Ask { sockets: BTreeSet::from([tmux.socket()]), ..Ask::default() };
    block_on(watch.snapshot(&ask, clock::now()))
}

#[test]
fn a_pane_is_told_as_it_is() {
    let tmux = Tmux::new();
    tmux.session("coder0", "printf '\\033[?1049h\\033[?25l'; exec sleep 1000");
    let pane = pane_when(&tmux, "coder0", "the alternate screen", |pane| pane.alternate && !pane.cursor_shown);
    assert_eq!((pane.width, pane.height, pane.command.as_str()), (80, 24, "sleep"));
    assert_eq!(pane.pid.to_string(), tmux.ask("=coder0:", "#{pane_pid}"));
    assert_eq!((pane.active, pane.in_mode, pane.piped, pane.dead), (true, false, false, None));
    assert_eq!((pane.session.attached, pane.session.group, pane.mark), (0, None, None));
    assert!(pane.activity.known().is_some() && pane.session.created.known().is_some());
}

/// The last capture of a session's pane, once it is as wanted.
fn shot_when(watch: &Watch, tmux: &Tmux, session: &str, wanted: impl Fn(&Shot) -> bool) -> Arc<Shot> {
    wait_until("the capture", SOON, || {
        let facts = snapshot(watch, tmux);
        let pane = panes(tmux, session).pop().ok_or("no pane")?;
        let shot = facts.screens.get(&PaneKey { socket: tmux.socket(), pane: pane.pane }).cloned();
        shot.filter(|shot| wanted(shot)).ok_or("another picture")
    })
}

#[test]
fn every_pane_is_captured_when_it_has_moved_and_not_again_while_it_rests() {
    let tmux = Tmux::new();
    tmux.session("a", "printf '\\033[2mghost'; read line; printf 'answered'; exec sleep 1000");
    tmux.session("b", "printf 'two'; exec sleep 1000");
    let recording = Arc::new(Recording::new());
    let watch = watch(recording.clone(), &tmux);
    let first = shot_when(&watch, &tmux, "a", |shot| shot.screen.text()[0] == "ghost");
    assert!(first.screen.cell(0, 0).unwrap().style.dim, "colours and attributes are part of it");
    shot_when(&watch, &tmux, "b", |shot| shot.screen.text()[0] == "two");
    tmux.tmux(&["send-keys", "-t", "=a:", "Enter"]);
    shot_when(&watch, &tmux, "a", |shot| shot.screen.text().concat().contains("answered"));
    wait_until("rest", SOON, || {
        recording.take();
        snapshot(&watch, &tmux);
        snapshot(&watch, &tmux);
        let asked = recording.take();
        if asked.iter().any(|line| line.contains("capture-pane")) { Err(asked) } else { Ok(()) }
    });
}

#[test]
fn the_server_says_who_it_is_and_its_mark_and_pipe_are_seen() {
    let tmux = Tmux::new();
    tmux.session("a", "exec sleep 1000");
    tmux.tmux(&["pipe-pane", "-O", "-t", "=a:", "cat >/dev/null"]);
    tmux.tmux(&["set-option", "-p", "-t", "=a:", "@mosaic_pipe", "v1 x|y"]);
    let pane = pane_when(&tmux, "a", "the pipe", |pane| pane.piped);
    assert_eq!(pane.mark.as_deref(), Some("v1 x|y"));
    let ServerState::Up { pid, version, .. } = look(&tmux).state else { panic!("{:?}", look(&tmux)) };
    assert_eq!(pid.to_string(), tmux.ask("=a:", "#{pid}"));
    assert_eq!(version, tmux.ask("=a:", "#{version}"));
}

#[test]
fn a_dead_pane_tells_how_it_ended() {
    let tmux = Tmux::new();
    tmux.session("keeper", "exec sleep 1000");
    tmux.tmux(&["set-option", "-g", "remain-on-exit", "on"]);
    tmux.session("left", "exit 3").session("killed", "kill -9 $$");
    let left = pane_when(&tmux, "left", "its end", |pane| pane.dead.is_some()).dead.unwrap();
    assert_eq!((left.status, left.signal), (Some(3), None));
    let killed = pane_when(&tmux, "killed", "its end", |pane| pane.dead.is_some()).dead.unwrap();
    assert_eq!(killed.status, None);
}

#[test]
fn a_pane_of_a_group_stands_under_each_of_its_sessions() {
    let tmux = Tmux::new();
    tmux.session("coder0", "exec sleep 1000");
    tmux.tmux(&["new-session", "-d", "-t", "=coder0", "-s", "coder0-watch-1"]);
    let found = look(&tmux).panes;
    let names: Vec<_> = found.iter().map(|pane| pane.session.name.as_str()).collect();
    assert_eq!(names, ["coder0", "coder0-watch-1"]);
    assert_eq!(found[0].pane, found[1].pane);
    assert!(found.iter().all(|pane| pane.session.group.as_deref() == Some("coder0")), "{found:?}");
}

#[test]
fn the_active_pane_of_the_active_window_stands_for_the_session_whatever_the_base_index() {
    let tmux = Tmux::new();
    tmux.session("keeper", "exec sleep 1000");
    tmux.tmux(&["set-option", "-g", "base-index", "5"]);
    tmux.tmux(&["set-option", "-g", "pane-base-index", "7"]);
    tmux.session("a", "exec sleep 1000");
    tmux.tmux(&["split-window", "-t", "=a:", "exec sleep 1000"]);
    tmux.tmux(&["new-window", "-d", "-t", "=a:", "exec sleep 1000"]);
    let found = panes(&tmux, "a");
    let active: Vec<_> = found.iter().filter(|pane| pane.active).map(|pane| pane.pane.to_string()).collect();
    assert_eq!((found.len(), active), (3, vec![tmux.ask("=a:", "#{pane_id}")]));
}

#[test]
fn no_title_shifts_a_field() {
    let tmux = Tmux::new();
    for title in
        ["a|b", "1|2|3|4|5|6|7|8|9", "\\", "\\|", "#{pid} #[fg=red] %H", "π - 漢字 👩", "a\\\\b; \"c\" 'd' $e `f`"]
    {
        let session = format!("t{}", title.len());
        tmux.session(&session, "exec sleep 1000");
        let pane = tmux.ask(&format!("={session}:"), "#{pane_id}");
        let file = tmux.tmpdir().join("title");
        std::fs::write(&file, format!("\x1b]2;{title}\x1b\\")).unwrap();
        let tty = tmux.ask(&pane, "#{pane_tty}");
        assert!(!tty.is_empty());
        // Written by the program inside, as a hostile one would: `select-pane -T` would expand formats.
        tmux.tmux(&["respawn-pane", "-k", "-t", &pane, &format!("cat {}; exec sleep 1000", file.display())]);
        let found = wait_until(&format!("the title {title:?}"), SOON, || {
            let found = panes(&tmux, &session);
            let told = found.first().map(|pane| pane.title.clone());
            // tmux 3.8 doubles a backslash when it takes the title.
            let same = told.as_ref().is_some_and(|told| *told == title || *told == title.replace('\\', "\\\\"));
            if same { Ok(found) } else { Err(told) }
        });
        assert_eq!((found.len(), found[0].width), (1, 80));
    }
}

#[test]
fn a_path_of_control_characters_separators_and_line_breaks_shifts_no_field() {
    let tmux = Tmux::new();
    let fake = "1|1|3.3a|$9|1|1|@9|%9|9|9|9|0|||0|1|1|1|1|0|0|fake||sh|t|x|";
    let dir = tmux.tmpdir().join(format!("e\n\u{1f}|\t;\\ $é\n{fake}"));
    std::fs::create_dir(&dir).unwrap();
    let output = tmux.command().args(["new-session", "-d", "-s", "a", "exec sleep 1000"]).current_dir(&dir).output();
    assert!(output.unwrap().status.success());
    let shown = dir.file_name().unwrap().to_str().unwrap().replace(['\n', '\t', '\u{1f}'], "\u{fffd}");
    let pane = pane_when(&tmux, "a", "the path", |pane| pane.cwd.known().is_some_and(|cwd| cwd.ends_with(&shown)));
    assert_eq!((look(&tmux).panes.len(), pane.command.as_str()), (1, "sleep"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_no_text_shifts_no_field() {
    let tmux = Tmux::new();
    let name = std::os::unix::ffi::OsStrExt::from_bytes(b"x\xff\n\xc3\n|\xe2\x80\x01y\xfe");
    let dir = tmux.tmpdir().join::<&std::ffi::OsStr>(name);
    std::fs::create_dir(&dir).unwrap();
    let output = tmux.command().args(["new-session", "-d", "-s", "a", "exec sleep 1000"]).current_dir(&dir).output();
    assert!(output.unwrap().status.success());
    pane_when(&tmux, "a", "the path", |pane| {
        pane.cwd.known().is_some_and(|cwd| cwd.contains('|') && cwd.contains("/x"))
    });
    assert_eq!(look(&tmux).panes.len(), 1);
}

#[test]
fn a_hostile_session_or_window_name_shifts_no_field() {
    let tmux = Tmux::new();
    tmux.session("x|y z\\q #{pid}", "exec sleep 1000");
    // tmux ≥ 3.8 refuses such a window name: as good.
    let _ = tmux.command().args(["rename-window", "w\u{1f}i\nn"]).output();
    let found = look(&tmux).panes;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].session.name.starts_with("x|y z\\"), "{found:?}");
}

#[test]
fn a_server_that_dies_and_comes_back_is_a_new_one() {
    let tmux = Tmux::new();
    let watch = watch(Arc::new(Local::new()), &tmux);
    let state = || snapshot(&watch, &tmux).servers[&tmux.socket()].state.clone();
    assert_eq!(state(), ServerState::Absent);
    tmux.session("a", "exec sleep 1000");
    let ServerState::Up { pid: first, .. } = state() else { panic!("{:?}", state()) };
    tmux.kill();
    assert_eq!(state(), ServerState::Absent);
    tmux.session("a", "exec sleep 1000");
    let ServerState::Up { pid: second, .. } = state() else { panic!("{:?}", state()) };
    assert_ne!(first, second);
}

#[test]
fn a_server_without_sessions_is_empty_and_not_absent() {
    let tmux = Tmux::new();
    tmux.session("a", "exec sleep 1000");
    tmux.tmux(&["set-option", "-s", "exit-empty", "off"]);
    tmux.tmux(&["kill-session", "-t", "=a"]);
    assert_eq!(look(&tmux).state, ServerState::Empty);
}

#[test]
fn a_socket_without_the_right_to_it_is_unreachable_and_not_absent() {
    let tmux = Tmux::new();
    tmux.session("a", "exec sleep 1000");
    let path = tmux.ask("=a:", "#{socket_path}");
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    // Root may always enter, so root asks as nobody, who cannot even reach the directory.
    let words: &[&str] = if nix::unistd::getuid().is_root() {
        &["setpriv", "--reuid", "65534", "--clear-groups", "tmux", "-S", &path, "list-panes", "-a"]
    } else {
        &["tmux", "-S", &path, "list-panes", "-a"]
    };
    let argv = mosaic_top::adapter::exec::Argv::new(words.iter().copied()).without("TMUX");
    let output = block_on(async { Local::new().run(&argv, SOON).await }).unwrap();
    let state = query::listing(&output).state;
    assert!(matches!(&state, ServerState::Unreachable(why) if why.contains("no right")), "{state:?}");
}

#[test]
fn something_else_behind_the_socket_is_neither_absent_nor_up() {
    let tmux = Tmux::new();
    tmux.session("a", "exec sleep 1000");
    let path = tmux.ask("=a:", "#{socket_path}");
    tmux.kill();
    let _ = std::fs::remove_file(&path);
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let garbage = std::thread::spawn(move || {
        use std::io::Write;
        let (mut peer, _) = listener.accept().unwrap();
        let _ = peer.write_all(&[b'x'; 5000]);
    });
    let state = look(&tmux).state;
    garbage.join().unwrap();
    assert!(matches!(&state, ServerState::Unreachable(why) if why.contains("hung up")), "{state:?}");
}

#[test]
fn a_tmux_that_hangs_garbles_or_is_missing_degrades_only_its_own_column() {
    let check = |reply: Option<Reply>, words: &str| {
        let exec = Arc::new(Scripted::new());
        if let Some(reply) = reply {
            exec.on("tmux -u", reply);
        }
        exec.file("/m/fleet/run/coder0.hb", "status=ok\n");
        exec.on("list-units", Reply::prints("[]"));
        exec.on("show --no-pager", Reply::prints(""));
        let patience = Duration::from_millis(400);
        let config = WatchConfig { home: Some("/m".into()), patience, ..WatchConfig::default() };
        let agent: mosaic_top::fleet::ids::AgentName = "coder0".parse().unwrap();
        let ask = Ask {
            sockets: BTreeSet::from([Socket::Default]),
            agents: BTreeSet::from([agent.clone()]),
            ..Ask::default()
        };
        let facts = block_on(Watch::new(exec, config).snapshot(&ask, clock::now()));
        let state = &facts.servers[&Socket::Default].state;
        assert!(matches!(state, ServerState::Unreachable(why) if why.contains(words)), "{state:?} without {words:?}");
        assert_eq!(facts.heartbeats[&agent], Reading::Known("status=ok\n".into()));
        assert!(facts.systemd.units.known().is_some() && facts.paused == Reading::Known(None));
    };
    check(Some(Reply::Hang), "no answer within 200ms");
    check(None, "tmux is not installed");
    check(Some(Reply::prints("\u{1b}[2Jgarbage\n")), "something else than a list");
    check(Some(Reply::fails(1, "couldn't create directory /x/tmux-0 (Read-only file system)")), "Read-only");
}

#[test]
fn everything_hanging_takes_no_longer_than_the_patience() {
    let exec = Arc::new(Scripted::new());
    for program in ["tmux", "systemctl", "loginctl"] {
        exec.on(program, Reply::Hang);
    }
    let patience = Duration::from_millis(400);
    let watch = Watch::new(exec, WatchConfig { patience, ..WatchConfig::default() });
    let ask = Ask { sockets: BTreeSet::from([Socket::Default]), ..Ask::default() };
    let start = Instant::now();
    let facts = block_on(watch.snapshot(&ask, clock::now()));
    assert!(start.elapsed() < patience * 2, "{:?}", start.elapsed());
    assert!(facts.systemd.units.why().is_some_and(|why| why.words().contains("no answer")), "{:?}", facts.systemd);
}

#[test]
fn a_program_that_hangs_is_killed_and_one_that_is_killed_says_so() {
    use mosaic_top::adapter::exec::{Argv, ExecError};
    let run = |script: &str, limit| {
        block_on(async {
            let argv = Argv::new(["sh", "-c", script]).with("SEEN", "yes").without("HOME");
            Local::new().run(&argv, limit).await
        })
    };
    let limit = Duration::from_millis(100);
    assert!(matches!(run("exec sleep 1000", limit), Err(ExecError::TimedOut { .. })));
    assert!(matches!(run("kill -9 $$", SOON), Err(ExecError::Killed { signal: 9, .. })));
    let output = run("echo $SEEN-$HOME; cat; echo oops >&2; exit 3", SOON).unwrap();
    assert_eq!(
        (output.status, output.stdout.as_slice(), output.complaint().as_str()),
        (3, b"yes-\n".as_slice(), "oops")
    );
    let missing = block_on(async { Local::new().run(&Argv::new(["mosaic-no-such"]), SOON).await });
    assert!(matches!(missing, Err(ExecError::NotInstalled { .. })));
}

#[cfg(target_os = "linux")]
#[test]
fn the_processes_of_a_pane_are_told_under_the_names_they_go_by() {
    let tmux = Tmux::new();
    tmux.session("a", "bash -c 'exec -a claude sleep 1000'").session("b", "sleep 1000; true");
    let watch = watch(Arc::new(Local::new()), &tmux);
    let find = |session: &str, wanted: &dyn Fn(&Process) -> bool| {
        wait_until(session, SOON, || {
            let facts = snapshot(&watch, &tmux);
            let server = &facts.servers[&tmux.socket()];
            let pid = server.panes.iter().find(|pane| pane.session.name == session).map(|pane| pane.pid);
            let processes = facts.processes.known().cloned().unwrap_or_default();
            let found = processes.values().find(|process| wanted(process)).cloned();
            found.zip(pid).ok_or(processes)
        })
    };
    let (claude, _) = find("a", &|process| process.argv.first().is_some_and(|word| word == "claude"));
    assert_eq!((claude.comm.as_str(), claude.argv[1].as_str()), ("sleep", "1000"));
    assert!(claude.exe.known().is_some_and(|exe| !exe.ends_with("claude")), "{claude:?}");
    assert!(claude.tty != 0 && claude.pgrp == claude.tpgid, "{claude:?}");
    let (child, shell) = find("b", &|process| process.argv == ["sleep", "1000"]);
    assert_eq!(child.ppid, shell);
    let cgroup = snapshot(&watch, &tmux).servers[&tmux.socket()].cgroup.clone();
    assert!(cgroup.known().is_none_or(|path| path.starts_with('/')), "{cgroup:?}");
}

#[test]
fn the_own_pane_is_recognised_by_its_server_and_remembered_through_an_outage() {
    use mosaic_top::adapter::identity::{Inside, Who};
    let tmux = Tmux::new();
    tmux.session("a", "exec sleep 1000");
    let pane = look(&tmux).panes[0].pane;
    let server = tmux.ask("=a:", "#{pid}").parse().unwrap();
    let answer = tmux.command().args(["list-panes", "-a", "-F", &query::format()]).output().unwrap().stdout;
    let own = |server: u32| {
        let exec = Arc::new(Scripted::new());
        exec.asked_by(Who { inside: Some(Inside { server, pane }), ..Who::default() });
        let watch = watch(exec.clone(), &tmux);
        exec.on("tmux", Reply::prints(answer.clone()));
        let before = snapshot(&watch, &tmux).own_pane;
        exec.on("tmux", Reply::fails(1, "server exited unexpectedly"));
        (before, snapshot(&watch, &tmux).own_pane)
    };
    let key = Some(PaneKey { socket: tmux.socket(), pane });
    assert_eq!(own(server), (key.clone(), key));
    assert_eq!(own(server + 1), (None, None), "the same id on another server is another pane");
}

/// A listing that is late takes no screen, no process and no record with it, and nothing is captured anew.
#[test]
fn what_is_known_of_panes_outlives_a_look_without_an_answer() {
    use nix::{sys::signal, unistd::Pid};
    let tmux = Tmux::new();
    tmux.session("a", "exec sleep 1000");
    let pane = look(&tmux).panes.remove(0);
    let key = PaneKey { socket: tmux.socket(), pane: pane.pane };
    let server = Pid::from_raw(tmux.ask("=a:", "#{pid}").parse().unwrap());
    let exec = Arc::new(Recording::new());
    let (watch, start) = (watch(exec.clone(), &tmux), clock::now());
    let snapshot = |second: u64| {
        let ask = Ask { sockets: BTreeSet::from([tmux.socket()]), ..Ask::default() };
        block_on(watch.snapshot(&ask, start.later(Duration::from_secs(second))))
    };
    assert!(snapshot(10).screens.contains_key(&key));
    signal::kill(server, signal::Signal::SIGSTOP).unwrap();
    let late = snapshot(12);
    signal::kill(server, signal::Signal::SIGCONT).unwrap();
    assert!(matches!(late.servers[&key.socket].state, ServerState::Unreachable(_)));
    assert!(late.screens.contains_key(&key));
    assert!(late.processes.known().is_none_or(|processes| processes.contains_key(&pane.pid)));
    exec.take();
    let again = snapshot(14);
    assert!(matches!(again.servers[&key.socket].state, ServerState::Up { .. }) && again.screens.contains_key(&key));
    assert!(!exec.take().iter().any(|call| call.contains("capture-pane")));
}

#[test]
fn fifty_agents_cost_one_tmux_a_refresh_and_no_process_of_their_own() {
    let tmux = Tmux::new();
    tmux.session("agent0", "exec sleep 1000");
    for number in 1..50 {
        tmux.tmux(&["new-session", "-d", "-s", &format!("agent{number}"), "exec sleep 1000"]);
    }
    let exec = Arc::new(Recording::new());
    let watch = watch(exec.clone(), &tmux);
    let agents = (0..50).map(|number| format!("agent{number}").parse().unwrap()).collect();
    let ask = Ask { sockets: BTreeSet::from([tmux.socket()]), agents, ..Ask::default() };
    let start = clock::now();
    for second in 0..20 {
        let facts = block_on(watch.snapshot(&ask, start.later(Duration::from_secs(second))));
        assert_eq!(facts.servers[&tmux.socket()].panes.len(), 50);
        assert_eq!(facts.heartbeats.len(), 50);
        let calls = exec.take();
        let of = |program: &str| calls.iter().filter(|call| call.starts_with(program)).count();
        // The list, and one for all captures: each pane is captured once, and once more if it may have moved since.
        let most = if second < 2 { 2 } else { 1 };
        assert!((1..=most).contains(&of("tmux")), "second {second}: {calls:?}");
        let most = match second {
            0 => 3, // list, describe, logind
            second if second % 5 == 0 => 1,
            _ => 0,
        };
        assert!(calls.len() - of("tmux") <= most, "second {second}: {calls:?}");
    }
}
