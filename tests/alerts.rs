//! Being told that an agent needs somebody, end to end: what reaches the operator's terminal, `notify-send` and a program
//! of the operator's; and acknowledging, which every dashboard and the next start know of.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs, and the real clock")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use support::{
    SOON,
    program::{Dashboard, Fleet, Picture},
    wait_until,
};

/// An agent that is well until Enter is pressed in its pane; then it stands at a prompt.
fn asks_when_told(fleet: &Fleet, name: &str) {
    let prompt = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/gates/claude/mcp-gate-80x24.ansi");
    let text = fs::read_to_string(prompt).unwrap().trim_end_matches('\n').replace('\n', "\r\n");
    fs::write(fleet.home().join("prompt"), text).unwrap();
    let script =
        "read go; stty raw -echo; printf '\\033[H\\033[2J\\033[?25l'; cat PROMPT; while :; do sleep 1000; done";
    fleet.agent(name, &script.replace("PROMPT", &fleet.home().join("prompt").display().to_string()));
    fleet.beat(name, 1, "status=ok");
}

fn asks(fleet: &Fleet, name: &str) {
    fleet.tmux.tmux(&["send-keys", "-t", &format!("={name}:"), "Enter"]);
}

/// A program among the fleet's own that writes down what it is given.
fn program(fleet: &Fleet, name: &str, script: &str) -> PathBuf {
    let (path, given) = (fleet.home().join("bin").join(name), fleet.home().join(name));
    fs::write(&path, format!("#!/bin/sh\n{script} >>{}\n", given.display())).unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    given
}

/// Has tmux write down every byte that the program in this terminal writes.
fn listen(terminal: &Dashboard, file: &Path) {
    terminal.tmux.tmux(&["pipe-pane", "-O", "-t", "=view:", &format!("cat >{}", file.display())]);
}

/// Waits until a file holds these words, and returns it.
#[track_caller]
fn holds(file: &Path, words: &str) -> String {
    wait_until(words, SOON, || {
        let text = String::from_utf8_lossy(&fs::read(file).unwrap_or_default()).into_owned();
        if text.contains(words) { Ok(text) } else { Err(text) }
    })
}

/// What `ps` says of an agent.
fn row(fleet: &Fleet, name: &str) -> Value {
    let report: Value = serde_json::from_str(&fleet.run(&["ps", "--json"]).out).unwrap();
    let agents = report["agents"].as_array().unwrap().iter();
    agents.clone().find(|agent| agent["name"] == name).cloned().unwrap_or_else(|| panic!("no {name}: {report:#}"))
}

/// How the agents need somebody, as the program that is told should be given it.
fn told(fleet: &Fleet, agents: &[(&str, bool)]) -> Value {
    let one = |(name, again): &(&str, bool)| {
        let row = row(fleet, name);
        let (cause, readiness) = (&row["cause"], &row["readiness"]);
        let (kind, rule, says) = (&cause["kind"], &cause["rule"], &cause["says"]);
        json!({"agent": name, "readiness": readiness, "kind": kind, "rule": rule, "says": says, "again": again})
    };
    agents.iter().map(one).collect()
}

/// The terminal's bell and its own notifications, through one tmux and as they come out of it; `notify-send`; a program.
/// What was so at the start is told when it still stands later.
#[test]
fn everybody_who_wants_it_is_told() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0", "coder1", "coder2", "gone"]);
    for name in ["coder0", "coder1", "coder2"] {
        asks_when_told(&fleet, name);
    }
    let (hook, desktop) = (program(&fleet, "hook", "cat"), program(&fleet, "notify-send", "printf '%s\\n' \"$@\""));
    // The key tells in the footer that it was taken up.
    let configure = |key: &str, terminal: &str, again: &str| {
        let hook = fleet.home().join("bin/hook").display().to_string();
        let ways = format!("bell: true, terminal: {terminal}, desktop: true, command: [{hook}]");
        let times = format!("every: 1s, again: {again}");
        fleet.configure(&format!("keys: {{send: {key}}}\nnotify: {{{ways}, {times}}}\n"));
    };
    configure("F5", "osc777", "0");
    let dashboard = fleet.dashboard();
    let ask = |format: &str| dashboard.tmux.ask("=view:", format);
    dashboard.says("F5 send");
    dashboard.row("gone", "dead");
    dashboard.row("coder2", "working");
    let bytes = fleet.home().join("bytes");
    listen(&dashboard, &bytes);
    let title = |title: &str| {
        wait_until(title, SOON, || if ask("#{pane_title}") == title { Ok(()) } else { Err(ask("#{pane_title}")) });
    };
    title("(1) mosaic-top: 1 agent needs you");
    assert_eq!((ask("#{window_bell_flag}"), hook.exists()), ("0".to_owned(), false), "the start is no news");

    asks(&fleet, "coder0");
    let given = holds(&hook, "\n");
    let given: Value = serde_json::from_str(&given).unwrap();
    let row = row(&fleet, "coder0");
    let says = row["cause"]["says"].as_str().unwrap().to_owned();
    assert_eq!(given["agents"], told(&fleet, &[("coder0", false)]));
    assert_eq!((&given["schema"], &given["needs_you"]), (&json!(1), &json!(2)));
    assert_eq!((&given["title"], &given["body"]), (&json!("coder0 is stuck"), &json!(says)));
    assert!(given["at"].as_str().unwrap().parse::<Timestamp>().is_ok(), "{given}");
    let lines = holds(&desktop, &says);
    assert_eq!(lines.lines().collect::<Vec<_>>(), ["--app-name=mosaic-top", "--", "coder0 is stuck", &says]);
    // In tmux's own envelope, each escape twice.
    let notified = format!("\x1b]777;notify;mosaic-top: coder0 is stuck;{says}\x1b\\").replace('\x1b', "\x1b\x1b");
    holds(&bytes, &format!("\x07\x1bPtmux;{notified}\x1b\\"));
    wait_until("the bell", SOON, || if ask("#{window_bell_flag}") == "1" { Ok(()) } else { Err("no bell") });
    title("(2) mosaic-top: 2 agents need you");

    // What is written comes out at the terminal that this tmux is attached to.
    dashboard.tmux.tmux(&["set", "-gq", "allow-passthrough", "on"]);
    let (tmpdir, socket) = (dashboard.tmux.tmpdir().display(), dashboard.tmux.name());
    let outer = Dashboard::run(&format!("exec env -u TMUX TMUX_TMPDIR={tmpdir} tmux -u -L {socket} attach -t =view"));
    outer.says("F5 send");
    let came_out = fleet.home().join("came-out");
    listen(&outer, &came_out);
    configure("F6", "osc9", "0");
    outer.says("F6 send");
    asks(&fleet, "coder1");
    holds(&came_out, &format!("\x1b]9;mosaic-top: coder1 is stuck: {says}\x1b\\"));
    let bell = || outer.tmux.ask("=view:", "#{window_bell_flag}");
    wait_until("the bell comes out, too", SOON, || if bell() == "1" { Ok(()) } else { Err("no bell") });
    configure("F7", "osc99", "0");
    outer.says("F7 send");
    asks(&fleet, "coder2");
    let head = "\x1b]99;i=mosaic-top:d=0:p=title;mosaic-top: coder2 is stuck\x1b\\";
    holds(&came_out, &format!("{head}\x1b]99;i=mosaic-top:d=1:p=body;{says}\x1b\\"));
    title("(4) mosaic-top: 4 agents need you");

    // Nobody has looked after any of them.
    configure("F8", "off", "1s");
    let given = holds(&hook, "4 agents still need you");
    let again = given.lines().find(|line| line.contains("still need")).unwrap();
    let again: Value = serde_json::from_str(again).unwrap();
    let all = ["gone", "coder0", "coder1", "coder2"].map(|name| (name, true));
    let mut expected = told(&fleet, &all);
    let sorted = expected.as_array_mut().unwrap();
    sorted.sort_by_key(|one| again["agents"].as_array().unwrap().iter().position(|told| told["agent"] == one["agent"]));
    assert_eq!(again["agents"], expected);
}

/// Claude's own record of a process: at work, since two minutes ago.
fn works_since_long(fleet: &Fleet, name: &str) {
    let pid: u32 = fleet.tmux.ask(&format!("={name}:"), "#{pane_pid}").parse().unwrap();
    let now = Timestamp::now();
    let since = (now - SignedDuration::from_mins(2)).as_millisecond();
    let record = json!({"pid": pid, "sessionId": "s", "cwd": "/", "status": "busy", "startedAt": now.as_millisecond(),
        "updatedAt": since, "statusUpdatedAt": since});
    // A pane's home is its server's directory.
    let sessions = fleet.tmux.tmpdir().join(".claude/sessions");
    fs::create_dir_all(&sessions).unwrap();
    fs::write(sessions.join(format!("{pid}.json")), record.to_string()).unwrap();
}

/// Another program holds the lock when it is left: what was acknowledged is written as soon as that is over.
#[test]
fn what_was_acknowledged_right_before_leaving_is_kept() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0", "coder1"]);
    fleet.agent("coder1", "read line").beat("coder0", 1, "status=ok").beat("coder1", 1, "status=ok");
    let file = fleet.home().join("fleet/run/attention.json");
    let dashboard = fleet.dashboard();
    dashboard.says("coder1");
    dashboard.keys(&["3"]).says("1 open, 0 in hand");
    let lock = fs::File::options().append(true).create(true).open(file.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    dashboard.keys(&["x"]).says("0 open, 1 in hand");
    assert!(!file.exists());
    dashboard.keys(&["q"]);
    drop(lock);
    dashboard.ended();
    assert!(fs::read_to_string(file).unwrap().contains("coder0"));
}

/// What somebody looks after is so in every dashboard, now and after a start, until it has passed for a minute.
#[test]
fn an_acknowledgement_is_everybodys_and_ends_with_its_fault() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0", "coder1"]);
    fleet.agent("coder1", "read line").beat("coder0", 1, "status=ok").beat("coder1", 1, "status=ok");
    let kept = || {
        let text = fs::read_to_string(fleet.home().join("fleet/run/attention.json")).unwrap_or_default();
        let file: Value = serde_json::from_str(&text).unwrap_or_default();
        file["acknowledged"].as_array().cloned()
    };
    let attention = || {
        let dashboard = fleet.dashboard();
        dashboard.says("coder1");
        dashboard.keys(&["3"]);
        dashboard
    };
    let (one, other) = (attention(), attention());
    one.says("1 open, 0 in hand");
    other.says("1 open, 0 in hand");
    assert_eq!(kept(), None, "looking writes nothing");
    let before = Timestamp::now() - SignedDuration::from_secs(1);
    one.keys(&["x"]).says("0 open, 1 in hand");
    other.says("0 open, 1 in hand");
    assert!(other.text().contains('✓'), "{}", other.text());
    attention().says("0 open, 1 in hand");
    let file = kept().unwrap();
    let [ack] = file.as_slice() else { panic!("not one: {file:#?}") };
    let rule = row(&fleet, "coder0")["cause"]["rule"].clone();
    assert_eq!((&ack["session"], &ack["rule"], &ack["socket"]), (&json!("coder0"), &rule, &json!(fleet.tmux.name())));
    assert!(!ack["by"].as_str().unwrap().is_empty(), "{ack}");
    let at: Timestamp = ack["at"].as_str().unwrap().parse().unwrap();
    assert!(at >= before && at <= Timestamp::now(), "{ack}");

    // It has passed; who saw that a moment ago waits for whether it comes back.
    fleet.agent("coder0", "read line");
    one.says("nobody needs you");
    assert_eq!(kept().map(|all| all.len()), Some(1));
    // Who is told that it has been well for long takes it out.
    works_since_long(&fleet, "coder0");
    let third = attention();
    third.says("nobody needs you");
    wait_until("it is taken out", SOON, || {
        if kept().is_some_and(|all| all.is_empty()) { Ok(()) } else { Err((kept(), Picture(third.text()))) }
    });
    fleet.tmux.tmux(&["kill-session", "-t", "=coder0"]);
    for dashboard in [&one, &third] {
        dashboard.says("1 open, 0 in hand");
    }
    // What is taken back is open everywhere.
    for count in ["0 open, 1 in hand", "1 open, 0 in hand"] {
        third.keys(&["x"]).says(count);
        one.says(count);
    }
    // Also what was acknowledged a moment ago, by somebody who is quicker than a look.
    third.keys(&["x"]).says("0 open, 1 in hand");
    one.says("0 open, 1 in hand");
    one.keys(&["x"]).says("1 open, 0 in hand");
    third.says("1 open, 0 in hand");
}
