//! Every verb as a script sees it: what is on stdout, what on stderr, and the exit code.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use serde_json::Value;
use support::{
    SOON,
    program::{BINARY, Fleet, Ran},
    wait_until,
};

/// An agent's program: one red line, then it waits.
const QUIET: &str = "printf '\\033[31mred\\033[0m 漢\\n'; read line";

/// A fleet of two, both up and well.
fn two() -> Fleet {
    let fleet = Fleet::new();
    fleet.roster(&["coder0", "coder1"]);
    fleet.agent("coder0", QUIET).agent("coder1", QUIET);
    fleet.beat("coder0", 1, "status=ok").beat("coder1", 1, "status=ok");
    wait_until("both have drawn", SOON, || {
        let text = ["=coder0:", "=coder1:"].map(|pane| fleet.tmux.tmux(&["capture-pane", "-p", "-t", pane]));
        if text.iter().all(|text| text.contains("red")) { Ok(()) } else { Err(text) }
    });
    fleet
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Fails unless a document is what `ps.schema.json` describes.
fn check_schema(document: &Value) {
    let schema = json(include_str!("../assets/ps.schema.json"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?} in {document:#}");
}

/// Wrong usage: exit code 3, nothing on stdout, and these words on stderr.
#[track_caller]
fn check_usage(fleet: &Fleet, words: &[&str], says: &[&str]) {
    let ran = fleet.run(words).with(3);
    assert_eq!(ran.out, "", "{words:?}");
    for part in says {
        assert!(ran.err.contains(part), "{words:?} does not say {part:?}: {}", ran.err);
    }
}

#[test]
fn ps_is_a_table_and_a_document() {
    let fleet = two();
    let table = fleet.run(&["ps"]).with(0).out;
    for words in ["AGENT", "coder0", "● working", "2 agents, 0 at fault, 0 unmanaged"] {
        assert!(table.contains(words), "{words} is missing:\n{table}");
    }
    let document = json(&fleet.run(&["ps", "--json"]).with(0).out);
    check_schema(&document);
    assert_eq!(document["agents"][0]["name"], "coder0");
    assert_eq!(document["agents"][0]["readiness"], "working");
}

#[test]
fn a_check_without_a_roster_fails_because_nothing_was_checked() {
    let fleet = Fleet::new();
    let ran = fleet.run(&["ps", "--check"]).with(1);
    assert!(ran.err.contains("nothing was checked"), "{}", ran.err);
}

#[test]
fn a_check_fails_when_an_agent_is_at_fault() {
    let fleet = two();
    fleet.run(&["ps", "--check"]).with(0);
    fleet.tmux.tmux(&["kill-session", "-t", "=coder1"]);
    let ran = fleet.run(&["ps", "--check"]).with(1);
    assert!(ran.out.contains("✖ dead") && ran.out.contains("no session on socket"), "{}", ran.out);
    check_schema(&json(&fleet.run(&["ps", "--check", "--json"]).with(1).out));
}

/// An agent that waits at a question which no rule knows. A check is a process of its own, which looks twice within a
/// second: that the question has stood for long it knows from the agent's window alone.
#[test]
fn a_check_sees_an_agent_that_is_parked_at_a_question_nobody_has_written_down() {
    let menu =
        "Which colours shall the chart have?\\r\\n\\r\\n❯ Warm\\r\\n  Cold\\r\\n\\r\\nEnter to confirm · Esc to cancel";
    let fleet = Fleet::new();
    fleet.roster(&["coder0"]);
    fleet.agent("coder0", &format!("stty raw -echo; printf '\\033[H\\033[2J\\033[?25l{menu}'; read line"));
    let ran = wait_until("the check fails", SOON, || {
        fleet.beat("coder0", 1, "status=ok");
        let ran = fleet.run(&["ps", "--check"]);
        if ran.code == Some(1) { Ok(ran) } else { Err(ran.out) }
    });
    assert!(ran.out.contains("◆ stuck"), "{}", ran.out);
    let document = json(&fleet.run(&["ps", "--check", "--json"]).with(1).out);
    assert_eq!(document["agents"][0]["cause"]["rule"], "generic.menu");
}

#[test]
fn watching_prints_a_document_a_line() {
    let fleet = two();
    let mut child = fleet.program(&["ps", "--watch", "1", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(2).map(Result::unwrap);
    let documents: Vec<Value> = lines.map(|line| json(&line)).collect();
    // Its reader has left: it ends by itself, and quietly.
    assert_eq!(child.wait().unwrap().code(), Some(0));
    documents.iter().for_each(check_schema);
    assert_ne!(documents[0]["at"], documents[1]["at"]);
}

#[test]
fn a_roster_that_cannot_be_used_is_told_problem_by_problem() {
    let fleet = Fleet::new();
    fleet.roster_text("version: 1\ntransport: tmux\nagents:\n  - { name: 'a:b', class: code, runtime: 7 }\n");
    let path = fleet.roster_path().display().to_string();
    for words in [&["ps"][..], &["ps", "--json"], &["screen", "a"]] {
        check_usage(&fleet, words, &[&format!("{path}:4:13: "), &format!("{path}:4:42: "), "Hint: "]);
    }
    check_usage(&fleet, &["--roster", "/nowhere/roster.yaml", "ps"], &["/nowhere/roster.yaml"]);
}

#[test]
fn wrong_usage_is_exit_code_3_in_words() {
    let fleet = Fleet::new();
    check_usage(&fleet, &["pss"], &["pss", "ps"]);
    check_usage(&fleet, &["ps", "--jsn"], &["--jsn", "--json"]);
    check_usage(&fleet, &["ps", "--watch", "0"], &["--watch"]);
    check_usage(&fleet, &["screen"], &["AGENT"]);
    check_usage(&fleet, &["screen", "a", "--ansi", "--json"], &["--ansi", "--json"]);
    check_usage(&fleet, &["completions", "tcl"], &["bash", "fish", "zsh"]);
}

#[test]
fn a_screen_is_printed_as_text_as_colours_and_as_cells() {
    let fleet = two();
    let text = fleet.run(&["screen", "coder0"]).with(0).out;
    assert_eq!(text.lines().next(), Some("red 漢"));
    assert_eq!(text.lines().count(), 24);
    let ansi = fleet.run(&["screen", "coder0", "--ansi"]).with(0).out;
    assert!(ansi.starts_with("\x1b[") && ansi.contains("red"), "{ansi:?}");
    let cells = json(&fleet.run(&["screen", "coder0", "--json"]).with(0).out);
    assert_eq!((&cells["width"], &cells["height"]), (&80.into(), &24.into()));
    assert_eq!(cells["rows"][0][0], serde_json::json!({ "text": "red", "fg": 1 }));
    assert_eq!(cells["feed"], "live");
}

#[test]
fn an_agent_that_is_not_there_is_told_with_those_that_are() {
    let fleet = two();
    let ran = fleet.run(&["screen", "coder"]).with(1);
    assert!(ran.out.is_empty() && ran.err.contains("coder0, coder1"), "{ran:?}");
    fleet.tmux.tmux(&["kill-session", "-t", "=coder1"]);
    let ran = fleet.run(&["screen", "coder1"]).with(1);
    assert!(ran.out.is_empty() && ran.err.contains("no session on socket"), "{ran:?}");
}

#[test]
fn an_alias_is_as_good_as_a_name_and_one_of_several_is_refused() {
    let fleet = two();
    let socket = fleet.tmux.name();
    fleet.roster_text(&format!(
        "version: 1\ntransport: tmux\ntmux: {{ socket_name: {socket} }}\nagents:\n\
         \x20 - {{ name: coder0, alias: Mos, class: code, runtime: claude }}\n\
         \x20 - {{ name: coder1, alias: Twin, class: code, runtime: claude }}\n\
         \x20 - {{ name: coder2, alias: Twin, class: code, runtime: claude }}\n"
    ));
    assert!(fleet.run(&["screen", "mos"]).with(0).out.contains("red"));
    let paused = fleet.run(&["pause", "Mos", "--reason", "lunch"]).with(0);
    assert!(paused.out.contains("coder0 is paused"), "{paused:?}");
    let log = fleet.run(&["log", "--agent", "Mos"]).with(0).out;
    assert!(log.contains("pause coder0") && log.contains("(reason: lunch)"), "{log}");
    let ran = fleet.run(&["interrupt", "Twin"]).with(1);
    assert!(ran.err.contains("several agents: coder1, coder2"), "{}", ran.err);
}

#[test]
fn a_run_directory_that_everybody_may_write_to_is_refused_with_the_mend_and_only_what_stops_goes_on() {
    let fleet = two();
    let run = fleet.home().join("fleet/run");
    std::fs::set_permissions(&run, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let sent = fleet.run(&["send", "coder0", "-m", "x"]).with(4);
    assert!(
        sent.err.contains("mode 777") && sent.err.contains(&format!("chmod go-w {}", run.display())),
        "{}",
        sent.err
    );
    fleet.run(&["pause", "coder0"]).with(0);
    fleet.run(&["resume", "coder0"]).with(4);
    std::fs::set_permissions(&run, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    fleet.run(&["resume", "coder0"]).with(0);
}

#[test]
fn a_relaunch_names_the_launcher_that_is_not_there_and_a_program_that_ends_at_once() {
    let fleet = two();
    let (socket, home) = (fleet.tmux.name(), fleet.home().display());
    fleet.roster_text(&format!(
        "version: 1\ntransport: tmux\ntmux: {{ socket_name: {socket} }}\ndefaults: {{ working_directory: {home} }}\n\
         agents:\n  - {{ name: coder2, class: code, runtime: claude }}\n  - {{ name: flash, class: code, runtime: claude }}\n"
    ));
    let ran = fleet.run(&["relaunch", "coder2", "--yes"]).with(1);
    assert!(ran.err.contains("its launcher mosaic is not on the PATH") && ran.err.contains("By hand: "), "{ran:?}");
    // The second time it ends at once, and its pane with it.
    let begun = fleet.home().join("begun");
    fleet.agent("flash", &format!("test -e {0} && exit 3; touch {0}; read line", begun.display()));
    wait_until("it has begun", SOON, || if begun.exists() { Ok(()) } else { Err(()) });
    let ran = fleet.run(&["relaunch", "flash", "--yes"]).with(1);
    assert!(ran.out.contains("no remain-on-exit") && ran.out.contains("its launcher mosaic"), "{ran:?}");
}

#[test]
fn an_agent_that_is_given_twice_is_said_and_nothing_is_done() {
    let fleet = two();
    check_usage(&fleet, &["send", "coder0", "coder0", "-m", "x"], &["coder0 was given twice", "nothing was done"]);
    assert_eq!(fleet.run(&["log"]).with(0).out, "");
}

#[test]
fn the_reference_needs_no_fleet() {
    let fleet = Fleet::new();
    for (words, says) in [
        (&["completions", "bash"][..], "_mosaic"),
        (&["completions", "zsh"], "#compdef mosaic-top"),
        (&["completions", "fish"], "complete -c mosaic-top"),
        (&["man"], ".TH MOSAIC-TOP"),
        (&["keys"], "| `q` `Ctrl-C` |"),
        (&["--help"], "Exit codes:"),
        (&["--version"], concat!("mosaic-top ", env!("CARGO_PKG_VERSION"))),
    ] {
        let ran = fleet.run(words).with(0);
        assert!(ran.out.contains(says) && ran.err.is_empty(), "{words:?}: {ran:?}");
    }
    for (name, shipped) in
        [("ps", include_str!("../assets/ps.schema.json")), ("roster", include_str!("../assets/roster.schema.json"))]
    {
        assert_eq!(fleet.run(&["schema", name]).with(0).out, shipped);
    }
}

#[test]
fn a_headless_demo_shows_every_state_and_leaves_nothing() {
    let fleet = Fleet::new();
    let tmp = tempfile::tempdir().unwrap();
    let child = Command::new(BINARY)
        .args(["demo", "--headless"])
        .env("TMPDIR", tmp.path())
        .stdin(Stdio::null())
        .env("XDG_STATE_HOME", fleet.home())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let name = format!("mosaic-demo-{}", child.id());
    let ran = Ran::of(&child.wait_with_output().unwrap()).with(0);
    for state in ["stuck", "working", "available", "stale", "unknown", "dead", "DRIFT", "UNMANAGED"] {
        assert!(ran.out.contains(state), "nobody is {state}:\n{}", ran.out);
    }
    wait_until("everything of the demo is gone", SOON, || {
        let files: Vec<_> = tmp.path().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        let all = Command::new("ps").args(["axo", "args"]).output().unwrap();
        let all = String::from_utf8_lossy(&all.stdout).into_owned();
        let processes: Vec<String> = all.lines().filter(|line| line.contains(&name)).map(str::to_owned).collect();
        if files.is_empty() && processes.is_empty() { Ok(()) } else { Err((files, processes)) }
    });
}
