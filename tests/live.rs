//! The dashboard over a real fleet: the binary in a private tmux, looking at another private tmux.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{fs, process::Command};

use support::{
    SOON,
    program::{Dashboard, Fleet, line_of, selected},
    wait_until,
};

/// An agent's program: says in red who it is, then repeats every line that it is told.
const ECHOES: &str = "stty -echo; printf '\\033[31mI am an agent\\033[0m\\n'
while read line; do echo \"$line\"; done";

/// A fleet of two, both up and well.
fn two() -> Fleet {
    let fleet = Fleet::new();
    fleet.roster(&["coder0", "coder1"]);
    fleet.agent("coder0", ECHOES).agent("coder1", ECHOES);
    fleet.beat("coder0", 1, "status=ok").beat("coder1", 1, "status=ok");
    fleet
}

/// Ends like a launch that went wrong: its words are on the first rows, tmux's notice is on the last. To write that,
/// tmux scrolls by one row: the first is one to lose.
const NOT_FOUND: &str = "tmux set-option -p remain-on-exit on; echo; echo agent: not found; exit 127";

/// Types a line into an agent's pane.
fn tell(fleet: &Fleet, agent: &str, line: &str) {
    let target = format!("={agent}:");
    fleet.tmux.tmux(&["send-keys", "-t", &target, "-l", line]);
    fleet.tmux.tmux(&["send-keys", "-t", &target, "Enter"]);
}

/// The agents that are listed, from the top.
fn listed(screen: &str) -> Vec<&str> {
    ["coder0", "coder1", "coder2"].into_iter().filter(|agent| line_of(screen, agent).is_some()).collect()
}

#[test]
fn rows_appear_die_and_come_back() {
    let fleet = two();
    let dashboard = fleet.dashboard();
    dashboard.row("coder0", "● working");
    fleet.tmux.tmux(&["kill-session", "-t", "=coder0"]);
    let screen = dashboard.row("coder0", "✖ dead");
    assert!(screen.contains("no session on socket"), "{screen}");
    fleet.agent("coder0", ECHOES);
    dashboard.row("coder0", "● working");
}

#[test]
fn a_killed_server_is_said_and_a_new_one_on_its_socket_is_taken_up() {
    let fleet = two();
    let dashboard = fleet.dashboard();
    dashboard.says("I am an agent");
    fleet.tmux.kill();
    dashboard.row("coder0", "✖ dead");
    dashboard.says("no tmux server on socket");
    // The same names and the same ids, on another server.
    fleet.agent("coder0", "echo born again; read line").agent("coder1", ECHOES);
    dashboard.row("coder0", "● working");
    dashboard.until("the new pane", |text| text.contains("born again") && text.contains("● live"));
}

#[test]
fn a_server_that_comes_later_is_taken_up() {
    let fleet = Fleet::new();
    let dashboard = fleet.dashboard_of(&format!("--socket {}", fleet.tmux.name()));
    let screen = dashboard.says("there is no session on the tmux server");
    let looked = fleet.roster_path().display().to_string();
    assert!(screen.contains(&looked), "it does not say where it looked for a roster:\n{screen}");
    fleet.agent("stray", ECHOES);
    dashboard.until("the mirror", |text| line_of(text, "stray").is_some() && text.contains("I am an agent"));
}

#[test]
fn a_roster_is_broken_removed_and_mended_under_the_dashboard() {
    let fleet = two();
    let good = fs::read_to_string(fleet.roster_path()).unwrap();
    let dashboard = fleet.dashboard();
    dashboard.row("coder1", "● working");
    fleet.roster_text("version: 1\ntransport: tmux\nagents:\n  - { name: 'a:b', class: code, runtime: 7 }\n");
    dashboard.says("showing the last good one");
    let screen = dashboard.keys(&["!"]).says("roster.yaml:4:");
    let places = screen.matches("roster.yaml:4:").count();
    assert_eq!(places, 2, "each problem has its place:\n{screen}");
    dashboard.keys(&["Escape"]).row("coder1", "● working");
    fs::remove_file(fleet.roster_path()).unwrap();
    dashboard.says("the roster has gone, showing the last good one");
    fleet.roster_text(&good.replace("name: coder1", "name: coder2"));
    let screen = dashboard.until("the new roster", |text| line_of(text, "coder2").is_some());
    assert!(screen.contains("┄ unmanaged"), "coder1 is not the roster's any more:\n{screen}");
    dashboard.until("no banner", |text| !text.contains("the roster has gone"));
}

#[test]
fn a_dashboard_that_starts_on_a_broken_roster_shows_what_is_wrong_with_it() {
    let fleet = Fleet::new();
    fleet.roster_text("version: 1\ntransport: tmux\nagents:\n  - { name: coder0, class: code, runtime: 7 }\n");
    let dashboard = fleet.dashboard_of(&format!("--socket {}", fleet.tmux.name()));
    let screen = dashboard.says("the roster cannot be used");
    assert!(screen.contains("roster.yaml:4:"), "the problem and its place are not in view:\n{screen}");
    fleet.roster(&["coder0"]);
    dashboard.row("coder0", "✖ dead");
}

#[test]
fn what_an_agent_writes_cannot_steer_the_operators_terminal() {
    let fleet = two();
    let mean = "\x1b[2J\x1b]2;taken\x07\u{202e}";
    fleet.beat("coder0", 1, &format!("status=ok\nmodel=gpt{mean}"));
    fleet.agent("coder2", &format!("printf '\\033]2;{}\\033\\\\mean\\n'; read line", "ti\u{202e}tle"));
    let dashboard = fleet.dashboard();
    dashboard.resize(160, 45).row("coder0", "gpt␛[2J␛]2;");
    dashboard.keys(&["G"]).until("the mean one", |text| selected(text).is_some_and(|row| row.contains("coder2")));
    dashboard.keys(&["Enter"]).says("title");
    let styled = dashboard.styled();
    assert!(!styled.contains('\u{202e}'), "{styled}");
    assert_ne!(dashboard.tmux.ask("=view:", "#{pane_title}"), "taken");
}

#[test]
fn keys_and_clicks_do_what_they_say() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0", "coder1", "coder2"]);
    fleet.agent("coder0", ECHOES).agent("coder1", ECHOES);
    fleet.beat("coder0", 1, "status=ok").beat("coder1", 1, "status=ok");
    let dashboard = fleet.dashboard();
    let on = |agent: &'static str| move |text: &str| selected(text).is_some_and(|row| row.contains(agent));
    dashboard.row("coder1", "● working");
    dashboard.row("coder2", "✖ dead");
    dashboard.keys(&["w"]).until("w goes to the dead one", on("coder2"));
    dashboard.keys(&["/"]).types("coder1").until("as typed", |text| listed(text) == ["coder1"]);
    dashboard.keys(&["Enter"]).says("fleet /coder1");
    dashboard.keys(&["Escape"]).until("all again", |text| listed(text).len() == 3);
    dashboard.keys(&["/"]).types("state:dead").until("the dead", |text| listed(text) == ["coder2"]);
    dashboard.keys(&["Escape"]).until("all again", |text| listed(text).len() == 3);
    dashboard.keys(&["o", "a", "g"]).until("by name", on("coder0"));
    dashboard.keys(&["Space"]).until("marked, and on", |text| text.contains("1 marked") && on("coder1")(text));
    dashboard.keys(&["*"]).says("3 marked");
    dashboard.keys(&["Enter"]).says("ROSTER");
    dashboard.keys(&["Escape"]).until("back", |text| !text.contains("ROSTER"));
    dashboard.keys(&["?"]).says("MOVE");
    dashboard.keys(&["Escape"]).until("back", |text| !text.contains("MOVE"));
    let screen = dashboard.text();
    let line = screen.lines().position(|line| line.contains("coder0")).unwrap();
    dashboard.click(8, line).until("the clicked one", on("coder0"));
    dashboard.keys(&["q"]).ended();
}

#[test]
fn no_terminal_is_too_small_and_growing_brings_everything_back() {
    let fleet = two();
    let dashboard = fleet.dashboard();
    dashboard.says("I am an agent");
    dashboard.resize(10, 3).until("three short lines", |text| text.lines().all(|line| line.chars().count() <= 10));
    dashboard.resize(1, 1).until("one cell", |text| text.chars().count() <= 1);
    dashboard.resize(40, 15).says("● working");
    dashboard.resize(120, 40).says("I am an agent");
    dashboard.row("coder1", "● working");
}

/// Says in red who it is; once told something, repeats it and prints for ten seconds.
const TICKS: &str = "stty -echo; printf '\\033[31mI am an agent\\033[0m\\n'; read line; echo \"$line\"
i=0; while [ $i -lt 101 ]; do echo tick $i.; i=$((i+1)); sleep 0.1; done; read line";

/// The processes that serve this fleet's mirrors.
fn taps(fleet: &Fleet) -> Vec<String> {
    let all = Command::new("ps").args(["axo", "args"]).output().unwrap();
    let all = String::from_utf8_lossy(&all.stdout).into_owned();
    all.lines().filter(|line| line.contains("__tap") && line.contains(fleet.tmux.name())).map(str::to_owned).collect()
}

/// What lies beside the tmux server's own socket.
fn beside_the_socket(fleet: &Fleet) -> Vec<String> {
    let names = fleet.tmux.tmpdir().read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    names.map(|name| name.to_string_lossy().into_owned()).filter(|name| !name.starts_with("tmux-")).collect()
}

#[test]
fn a_mirror_is_a_pipe_not_a_poll_and_leaves_nothing_behind() {
    let fleet = two();
    fleet.tmux.tmux(&["kill-session", "-t", "=coder0"]);
    fleet.agent("coder0", TICKS);
    let log = fleet.listen_to_tmux();
    let dashboard = fleet.dashboard();
    dashboard.until("a live mirror", |text| text.contains("I am an agent") && text.contains("● live"));
    let styled = dashboard.styled();
    assert!(styled.contains("38;5;1magent"), "the colour is lost:\n{styled}");
    let pipe = || fleet.tmux.ask("=coder0:", "#{pane_pipe}#{@mosaic_pipe}");
    assert!(pipe().len() > 10 && pipe().starts_with('1'), "no pipe of ours: {}", pipe());
    assert_eq!(fleet.tmux.ask("=coder1:", "#{pane_pipe}#{@mosaic_pipe}"), "0", "nobody looks at coder1");
    assert_eq!(taps(&fleet).len(), 1, "{:?}", taps(&fleet));

    tell(&fleet, "coder0", "hello there");
    dashboard.until("the first tick", |text| text.contains("hello there") && text.contains("tick 0."));
    fs::write(&log, "").unwrap();
    dashboard.says("tick 100.");
    let calls = fs::read_to_string(&log).unwrap();
    assert!(calls.matches("list-panes").count() >= 3, "tmux was not listened to:\n{calls}");
    // The other agent's screen may be looked at once more: it is judged, too, and not mirrored.
    let pane = fleet.tmux.ask("=coder0:", "#{pane_id}");
    let about = |call: &&str| call.split(' ').any(|word| word == pane);
    let others: Vec<&str> = calls.lines().filter(|call| !call.contains(" list-panes -a ")).filter(about).collect();
    assert!(others.is_empty(), "within ten seconds of output, beside listings: {others:#?}");

    dashboard.keys(&["q"]).ended();
    wait_until("the pipe, its mark, the tap and its files are gone", SOON, || {
        let left = (pipe(), taps(&fleet), beside_the_socket(&fleet));
        if left == ("0".to_owned(), vec![], vec![]) { Ok(()) } else { Err(left) }
    });
}

#[test]
fn a_dashboard_on_the_watched_server_is_itself_and_not_mirrored() {
    let fleet = two();
    let words = format!("exec {}", fleet.shell_words(""));
    let dashboard = Dashboard::on(fleet.tmux.clone(), "watcher", &words);
    dashboard.row("watcher", "SELF");
    dashboard.keys(&["G"]).says("this dashboard runs here");
    assert_eq!(fleet.tmux.ask("=watcher:", "#{pane_pipe}"), "0");
    dashboard.keys(&["g"]).says("I am an agent");
}

#[test]
fn a_pane_that_somebody_else_pipes_is_polled_and_a_quiet_one_is_not_stale() {
    let fleet = two();
    fleet.tmux.tmux(&["pipe-pane", "-O", "-t", "=coder0:", "exec cat >/dev/null"]);
    let dashboard = fleet.dashboard();
    dashboard.says("polled 1 s");
    // Longer than a picture may be old; the idle time is the pane's own clock.
    let quiet = |text: &str| ["6s", "7s", "8s", "9s"].iter().any(|idle| text.contains(&format!("working {idle}")));
    let screen = dashboard.until("quiet for a while", quiet);
    assert!(screen.contains("polled 1 s"), "{screen}");
    tell(&fleet, "coder0", "hello there");
    dashboard.says("hello there");
    assert_eq!(fleet.tmux.ask("=coder0:", "#{pane_pipe}#{@mosaic_pipe}"), "1", "their pipe is theirs");
}

#[test]
fn the_last_words_of_a_dead_pane_are_in_sight() {
    let fleet = two();
    fleet.agent("coder2", NOT_FOUND);
    let dashboard = fleet.dashboard();
    // Eight rows for a pane of 24.
    dashboard.resize(80, 24).row("coder2", "✖ dead");
    dashboard.keys(&["G"]).says("ended with status 127");
    dashboard.says("agent: not found");
}
