//! Taking over, against a real tmux: keys, mouse and pastes arrive, the leaving chord always works, the agent's window is
//! afterwards what it was, however it ended, and everybody else is told.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::fs;

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use support::{
    SOON,
    program::{Dashboard, Fleet},
    wait_until,
};

/// What every picture of a takeover says.
const TAKEN: &str = "taken over: your keys go there";
/// The chord that leaves, as tmux presses it.
const LEAVE: &str = "C-]";

/// An agent that says when it is there, and then shows every byte that it gets.
const ECHO: &str = "stty raw -echo; printf 'ready'; cat -v";

fn fleet(script: &str) -> Fleet {
    let fleet = Fleet::new();
    fleet.roster(&["coder0", "coder1"]);
    fleet.agent("coder0", script).agent("coder1", "cat");
    fleet
}

/// The window's size and its own `window-size`.
fn window(fleet: &Fleet) -> (String, String) {
    let size = fleet.tmux.ask("=coder0:", "#{window_width}x#{window_height}");
    (size, fleet.tmux.tmux(&["show-options", "-wqv", "-t", "=coder0:", "window-size"]))
}

fn mark(fleet: &Fleet) -> std::path::PathBuf {
    fleet.home().join("fleet/run/coder0.taken")
}

/// `take coder0`, once it has the agent.
fn take(fleet: &Fleet) -> Dashboard {
    let taken = fleet.dashboard_of("take coder0");
    taken.says("every other key goes to coder0");
    taken.says("ready");
    taken
}

#[track_caller]
fn is_as_before(fleet: &Fleet, before: &(String, String)) {
    wait_until("the window is as it was, and nobody has it", SOON, || {
        let now = (window(fleet), mark(fleet).exists());
        if now == (before.clone(), false) { Ok(()) } else { Err(now) }
    });
}

/// The log's lines about takeovers: order, stage, verdict, words.
fn log(fleet: &Fleet) -> Vec<String> {
    let text = fs::read_to_string(fleet.home().join("fleet/run/actions.jsonl")).unwrap_or_default();
    let word = |line: &Value, key: &str| line[key].as_str().unwrap_or("-").to_owned();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| ["order", "stage", "verdict", "says"].map(|key| word(&line, key)).join(" ")).collect()
}

#[test]
fn from_the_dashboard_it_is_taken_by_a_yes_typed_into_and_left() {
    let fleet = fleet("cat");
    let before = window(&fleet);
    let dashboard = fleet.dashboard();
    dashboard.row("coder0", "claude");
    dashboard.keys(&["t"]).says("attach-session");
    assert!(dashboard.text().contains("take coder0?"));
    assert_eq!(window(&fleet), before, "nothing happens before the yes");
    dashboard.keys(&["y"]).says(TAKEN);
    dashboard.says("every other key goes to coder0");
    dashboard.types("q is no key here").keys(&["Enter"]);
    dashboard.until("the agent's echo", |text| text.matches("q is no key here").count() == 2);
    assert_ne!(window(&fleet).0, before.0, "it has the frame's size meanwhile");
    dashboard.keys(&[LEAVE]).says("its window is 80×24 again");
    is_as_before(&fleet, &before);
    let log = log(&fleet);
    assert_eq!(log[0], "take intent - -");
    assert!(log[1].starts_with("take verdict done left after"), "{log:?}");
    dashboard.keys(&["q"]).ended();
}

#[test]
fn a_raw_program_gets_every_key_but_the_one_that_leaves() {
    let fleet = fleet(ECHO);
    let before = window(&fleet);
    let environment = || fleet.tmux.tmux(&["show-environment", "-t", "=coder0"]);
    fleet.tmux.tmux(&["set-environment", "-t", "=coder0", "SSH_AUTH_SOCK", "/its/own"]);
    let its_own = environment();
    let taken = take(&fleet);
    taken.keys(&["q", "C-c", "Escape"]).says("q^C^[");
    taken.keys(&["C-z", "C-q", "Up", "F5", "C-Left"]).says("^Z^Q^[[A^[[15~^[[1;5D");
    taken.types("ß漢").says("M-C");
    taken.keys(&[LEAVE]).ended();
    is_as_before(&fleet, &before);
    assert_eq!(environment(), its_own, "what is started in it later would have the operator's environment");
}

#[test]
fn a_program_that_wants_the_mouse_and_pastes_gets_them_in_its_own_form() {
    let script = "stty raw -echo; printf '\\033[?1000;1006h\\033[?2004h\\033[?1hready'; cat -v";
    let fleet = fleet(script);
    fleet.tmux.tmux(&["set-option", "-g", "mouse", "on"]);
    let taken = take(&fleet);
    taken.keys(&["Up"]).says("^[OA");
    // The frame is one cell wide.
    taken.click(11, 6).says("^[[<0;11;6M^[[<0;11;6m");
    taken.tmux.tmux(&["set-buffer", "-b", "p", "one\ntwo"]);
    taken.tmux.tmux(&["paste-buffer", "-p", "-b", "p", "-t", "=view:"]);
    taken.says("^[[200~one^Mtwo^[[201~");
    taken.keys(&[LEAVE]).ended();
}

#[test]
fn the_agents_window_follows_the_frame_and_is_put_back_from_there() {
    let fleet = fleet(ECHO);
    let before = window(&fleet);
    let taken = take(&fleet);
    let size = |size: &str| {
        wait_until(size, SOON, || if window(&fleet).0 == size { Ok(()) } else { Err(window(&fleet)) });
    };
    // Its frame, the line below it and the agent's own status line.
    size("118x36");
    taken.resize(70, 20);
    size("68x16");
    taken.says("ready");
    taken.keys(&[LEAVE]).ended();
    is_as_before(&fleet, &before);
}

#[test]
fn a_window_of_a_size_of_its_own_keeps_it() {
    let fleet = fleet(ECHO);
    fleet.tmux.tmux(&["resize-window", "-t", "=coder0:", "-x", "90", "-y", "30"]);
    let before = window(&fleet);
    assert_eq!(before, ("90x30".to_owned(), "manual".to_owned()));
    let taken = take(&fleet);
    assert_eq!(window(&fleet), before);
    taken.keys(&[LEAVE]).ended();
    is_as_before(&fleet, &before);
}

#[test]
fn others_see_it_and_are_refused_unless_they_insist() {
    let fleet = fleet(ECHO);
    let before = window(&fleet);
    let other = fleet.dashboard();
    let taken = take(&fleet);
    other.row("coder0", "TAKEN");
    let document: Value = serde_json::from_str(&fleet.run(&["ps", "--json"]).with(0).out).unwrap();
    let of = |name: &str| document["agents"].as_array().unwrap().iter().find(|a| a["name"] == name).unwrap().clone();
    assert!(of("coder0")["taken"]["by"].is_string() && of("coder1")["taken"].is_null(), "{document}");
    assert_eq!(of("coder0")["flags"], serde_json::json!(["TAKEN"]));
    for words in [&["send", "coder0", "-m", "x"][..], &["reset", "coder0", "--yes"], &["take", "coder0"]] {
        let refused = fleet.run(words).with(4);
        assert!(refused.err.contains("coder0 is taken over by"), "{words:?}: {}", refused.err);
    }
    // A second one who insists has to say why; the first is told, on their terminal and in the frame.
    let second = fleet.dashboard_of("take coder0 --force --reason 'it hangs'");
    second.says("every other key goes to coder0");
    taken.says("too: you both type");
    taken.keys(&[LEAVE]).ended();
    assert!(mark(&fleet).exists(), "the second still has it");
    second.keys(&[LEAVE]).ended();
    is_as_before(&fleet, &before);
    fleet.run(&["take", "coder0", "--force"]).with(3);
}

#[test]
fn when_the_second_leaves_the_first_has_it_still() {
    let fleet = fleet(ECHO);
    let before = window(&fleet);
    let first = take(&fleet);
    let its_mark = fs::read_to_string(mark(&fleet)).unwrap();
    let second = fleet.dashboard_of("take coder0 --force --reason 'it hangs'");
    second.says("every other key goes to coder0");
    second.keys(&[LEAVE]).ended();
    assert_eq!(fs::read_to_string(mark(&fleet)).unwrap(), its_mark);
    fleet.run(&["send", "coder0", "-m", "x"]).with(4);
    first.keys(&[LEAVE]).ended();
    is_as_before(&fleet, &before);
}

#[test]
fn killed_while_in_it_the_guard_puts_the_window_back() {
    let fleet = fleet(ECHO);
    let before = window(&fleet);
    let taken = take(&fleet);
    assert_ne!(window(&fleet).0, before.0);
    kill_it(&taken, Signal::SIGKILL);
    is_as_before(&fleet, &before);
    let log = log(&fleet);
    assert!(log.iter().any(|line| line.starts_with("release verdict done the program with which")), "{log:?}");
}

#[test]
fn where_the_guard_was_killed_too_the_next_start_does_it_and_only_with_full_access() {
    let fleet = fleet(ECHO);
    let before = window(&fleet);
    let taken = take(&fleet);
    let owner = kill_it(&taken, Signal::SIGSTOP);
    // Stopped first, so that the guard can be found before it acts.
    let guard = guard(&fleet);
    kill(guard, Signal::SIGKILL).unwrap();
    kill(owner, Signal::SIGKILL).unwrap();
    wait_until("its client is gone", SOON, || {
        let clients = fleet.tmux.tmux(&["list-clients", "-t", "=coder0"]);
        if clients.is_empty() { Ok(()) } else { Err(clients) }
    });
    let small = window(&fleet);
    assert_ne!(small.0, before.0);
    // A dead owner's mark holds nobody up, and who only looks changes nothing.
    let watching = fleet.dashboard_of("--read-only");
    watching.row("coder0", "claude");
    let document = fleet.run(&["ps", "--json"]).with(0).out;
    assert!(!document.contains("TAKEN"), "{document}");
    watching.keys(&["q"]).ended();
    assert_eq!((window(&fleet), mark(&fleet).exists()), (small, true));
    let dashboard = fleet.dashboard();
    dashboard.says("had taken it over has ended; its window is 80×24 again");
    is_as_before(&fleet, &before);
}

/// Ids begin anew on a new server: what was the agent's window is another one's now.
#[test]
fn after_a_restart_of_the_server_no_other_agents_window_is_put_back() {
    let fleet = fleet(ECHO);
    let (window_id, before) = (fleet.tmux.ask("=coder0:", "#{window_id}"), window(&fleet));
    let left = format!(
        "by=ana\nsince=2026-11-21T08:00:00Z\npid=4000000\nstarted=1\nclient=4000001\nsocket={}\nserver=1\n\
         session=$0\nwindow={window_id} 40 10 -\n",
        fleet.tmux.name()
    );
    fs::write(mark(&fleet), left).unwrap();
    let dashboard = fleet.dashboard();
    dashboard.says("had taken it over has ended; its window is gone");
    is_as_before(&fleet, &before);
}

#[test]
fn an_agent_or_a_server_that_ends_meanwhile_ends_the_takeover() {
    let fleet = fleet(ECHO);
    let taken = take(&fleet);
    fleet.tmux.tmux(&["kill-session", "-t", "=coder0"]);
    taken.ended();
    assert!(!mark(&fleet).exists());
    assert!(log(&fleet).last().unwrap().contains("exited; its window is gone"), "{:?}", log(&fleet));
    fleet.agent("coder0", ECHO);
    let taken = take(&fleet);
    fleet.tmux.kill();
    taken.ended();
    assert!(!mark(&fleet).exists());
    assert!(log(&fleet).last().unwrap().contains("server exited"), "{:?}", log(&fleet));
}

#[test]
fn where_tmux_would_move_on_to_another_agent_no_key_of_ours_follows() {
    let fleet = fleet(ECHO);
    fleet.tmux.tmux(&["set-option", "-g", "detach-on-destroy", "off"]);
    let taken = take(&fleet);
    fleet.tmux.tmux(&["kill-session", "-t", "=coder0"]);
    taken.ended();
    assert!(log(&fleet).last().unwrap().contains("tmux went on to another session"), "{:?}", log(&fleet));
    assert_eq!(fleet.tmux.tmux(&["list-clients"]), "");
}

#[test]
fn the_whole_terminal_is_handed_over_and_comes_back_at_tmuxs_own_detach() {
    let fleet = fleet(ECHO);
    let before = window(&fleet);
    // Not the prefix of the terminal that this test types into.
    fleet.tmux.tmux(&["set-option", "-g", "prefix", "C-a"]);
    let dashboard = fleet.dashboard();
    dashboard.row("coder0", "claude");
    dashboard.keys(&["T"]).says("attach-session");
    dashboard.keys(&["y"]).until("the agent alone", |text| text.contains("ready") && !text.contains("mosaic-top"));
    wait_until("the mark", SOON, || if mark(&fleet).exists() { Ok(()) } else { Err(()) });
    dashboard.keys(&["x"]).says("readyx");
    dashboard.keys(&["C-a", "d"]).says("its window is 80×24 again");
    is_as_before(&fleet, &before);
    dashboard.keys(&["?"]).says("open the selected agent");
}

/// The dashboard in a terminal that outlives it, with coder0 on the whole of that terminal; the dashboard's pid.
fn handed_over(fleet: &Fleet) -> (Dashboard, Pid) {
    let dashboard = Dashboard::run(&format!("{}; echo; echo it has ended; exec sleep 1000", fleet.shell_words("")));
    dashboard.row("coder0", "claude");
    dashboard.keys(&["T"]).says("attach-session");
    dashboard.keys(&["y"]).until("the agent alone", |text| text.contains("ready") && !text.contains("mosaic-top"));
    let pid = wait_until("the mark names its client", SOON, || {
        let mark = fs::read_to_string(mark(fleet)).unwrap_or_default();
        let pid = mark.lines().find_map(|line| line.strip_prefix("pid=")).and_then(|pid| pid.parse().ok());
        pid.filter(|_| mark.contains("\nclient=")).ok_or(mark)
    });
    (dashboard, Pid::from_raw(pid))
}

fn clients(fleet: &Fleet) -> String {
    fleet.tmux.tmux(&["list-clients", "-t", "=coder0"])
}

#[test]
fn killed_while_the_whole_terminal_is_handed_over_the_guard_puts_the_window_back() {
    let fleet = fleet(ECHO);
    let before = window(&fleet);
    let (dashboard, owner) = handed_over(&fleet);
    assert_ne!(window(&fleet).0, before.0);
    kill(owner, Signal::SIGKILL).unwrap();
    is_as_before(&fleet, &before);
    assert_eq!(clients(&fleet), "", "its client would make the window small again");
    dashboard.says("[detached (from session coder0)]");
    let log = log(&fleet);
    assert!(log.iter().any(|line| line.starts_with("release verdict done the program with which")), "{log:?}");
}

#[test]
fn where_the_guard_was_killed_too_the_next_start_sends_away_who_has_the_whole_terminal() {
    let fleet = fleet(ECHO);
    let before = window(&fleet);
    let (_dashboard, owner) = handed_over(&fleet);
    kill(owner, Signal::SIGSTOP).unwrap();
    kill(guard(&fleet), Signal::SIGKILL).unwrap();
    kill(owner, Signal::SIGKILL).unwrap();
    wait_until("the owner is gone", SOON, || if kill(owner, None).is_err() { Ok(()) } else { Err(owner) });
    assert_ne!(clients(&fleet), "", "nobody ended tmux's own client");
    assert!(mark(&fleet).exists());
    let next = fleet.dashboard();
    next.says("had taken it over has ended; its window is 80×24 again");
    is_as_before(&fleet, &before);
    assert_eq!(clients(&fleet), "");
}

#[test]
fn another_chord_leaves_when_it_is_configured_and_the_usual_one_is_typed() {
    let fleet = fleet(ECHO);
    fs::create_dir_all(fleet.home().join("config/mosaic-top")).unwrap();
    fs::write(fleet.home().join("config/mosaic-top/mosaic-top.yaml"), "take: {leave: F12}\n").unwrap();
    let before = window(&fleet);
    let taken = take(&fleet);
    let screen = taken.text();
    assert!(
        screen.matches("F12 leaves").count() == 2 && !screen.contains(LEAVE),
        "on the frame and below it:\n{screen}"
    );
    taken.keys(&[LEAVE, "F11"]).says("^]^[[23~");
    taken.keys(&["F12"]).ended();
    is_as_before(&fleet, &before);
}

/// `$TMUX` is set, and it is the very server that is watched.
#[test]
fn from_within_the_watched_server_others_are_taken_and_its_own_pane_is_refused() {
    let fleet = fleet("cat");
    let before = window(&fleet);
    let nested = Dashboard::on(fleet.tmux.clone(), "top", &format!("exec {}", fleet.shell_words("")));
    nested.row("top", "SELF");
    nested.types(":take top").keys(&["Enter"]).says("that is the pane of this dashboard: nothing is done to it");
    for whole in [false, true] {
        nested.types(if whole { ":take-whole coder0" } else { ":take coder0" }).keys(&["Enter"]).says("attach-session");
        nested.keys(&["y"]);
        wait_until("the mark", SOON, || if mark(&fleet).exists() { Ok(()) } else { Err(nested.text()) });
        if whole {
            nested.until("the agent alone", |text| !text.contains("mosaic-top") && text.contains("[coder0]"));
        } else {
            nested.says("every other key goes to coder0");
        }
        let words = format!("from within {whole}");
        nested.types(&words).keys(&["Enter"]);
        nested.until("the agent's echo", |text| text.matches(&words).count() == 2);
        assert_eq!(fleet.tmux.ask("=top:", "#{window_width}x#{window_height}"), "120x40");
        // Detaching by tmux's own keys would need the prefix of the server that both are on: its client is the one of coder0.
        if whole { nested.keys(&["C-b", "d"]) } else { nested.keys(&[LEAVE]) }.says("its window is 80×24 again");
        is_as_before(&fleet, &before);
    }
    nested.keys(&["q"]).ended();
}

/// Sends the program in a terminal a signal; its pid.
fn kill_it(dashboard: &Dashboard, signal: Signal) -> Pid {
    let pid = Pid::from_raw(dashboard.tmux.ask("=view:", "#{pane_pid}").parse().unwrap());
    kill(pid, signal).unwrap();
    pid
}

/// The guard that stands by for this fleet: the one of all such processes that has this home.
fn guard(fleet: &Fleet) -> Pid {
    let home = format!("MOSAIC_HOME={}", fleet.home().display());
    let of = |pid: &i32| {
        let read = |file: &str| fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        let has = |bytes: Vec<u8>, word: &str| bytes.split(|byte| *byte == 0).any(|part| part == word.as_bytes());
        has(read("cmdline"), "__release") && has(read("environ"), &home)
    };
    let all = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    Pid::from_raw(all.into_iter().find(of).expect("no guard stands by"))
}
