//! Watching one agent: the binary in a private tmux, scrolled back into what another private tmux keeps.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::process::Command;

use support::{
    program::{Dashboard, Fleet},
    wait_until,
};

/// Prints 50,000 lines, one of which is another; then repeats every line that it is told.
const LONG: &str = "stty -echo; i=0; while [ $i -lt 50000 ]; do
if [ $i = 1234 ]; then echo 'the Needle in it'; else echo \"line $i of many\"; fi; i=$((i+1)); done
echo at rest; while read line; do echo \"$line\"; done";

/// An agent with so much above its screen.
fn long() -> Fleet {
    let fleet = Fleet::new();
    fleet.roster(&["coder0"]);
    fleet.tmux.session("keeper", "sleep 1000");
    fleet.tmux.tmux(&["set-option", "-g", "history-limit", "60000"]);
    fleet.agent("coder0", LONG).beat("coder0", 1, "status=ok");
    wait_until("the agent is at rest", support::SOON * 4, || {
        let shown = fleet.tmux.tmux(&["capture-pane", "-p", "-t", "=coder0:"]);
        if shown.contains("at rest") { Ok(()) } else { Err(shown) }
    });
    fleet
}

fn watch(fleet: &Fleet) -> Dashboard {
    let watcher = fleet.dashboard_of("watch coder0");
    watcher.says("at rest");
    watcher.says("● live");
    watcher
}

/// What an agent could notice of somebody who watches it.
fn noticed(fleet: &Fleet) -> String {
    let facts = "#{pane_width}x#{pane_height} #{pane_in_mode} #{pane_pipe} #{@mosaic_pipe} #{session_attached} #{scroll_position}";
    fleet.tmux.ask("=coder0:", facts)
}

#[test]
fn a_line_far_up_is_found_and_the_pane_never_notices() {
    let fleet = long();
    let watcher = watch(&fleet);
    let before = noticed(&fleet);
    let screen = watcher.keys(&["["]).says("scrolled back 0 of 50002 lines");
    assert!(screen.contains("line 49999 of many"), "{screen}");
    watcher.keys(&["/"]).types("needle");
    let screen = watcher.until("the line", |text| text.contains("the Needle in it"));
    assert!(screen.contains("line 1 of 1 that hold it"), "{screen}");
    assert!(screen.contains("line 1235 of many"), "what stands around it:\n{screen}");
    watcher.keys(&["Enter", "g"]).says("line 0 of many");
    assert_eq!(noticed(&fleet), before);
    fleet.tmux.tmux(&["send-keys", "-t", "=coder0:", "and on it goes", "Enter"]);
    watcher.keys(&["G"]).says("and on it goes");
    assert_eq!(noticed(&fleet), before);
}

#[test]
fn a_picture_that_stands_still_ends_with_the_program_that_it_is_of() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0"]);
    fleet.agent("coder0", "seq 500; echo at rest; read line").beat("coder0", 1, "status=ok");
    let watcher = watch(&fleet);
    watcher.keys(&["["]).says("scrolled back 0 of");
    fleet.tmux.tmux(&["respawn-pane", "-k", "-t", "=coder0:", "echo another one; read line"]);
    watcher.says("coder0 was started anew");
    watcher.says("another one");
    watcher.keys(&["["]).says("scrolled back 0 of");
}

#[test]
fn a_held_picture_stands_while_the_agent_goes_on() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0"]);
    fleet.agent("coder0", "stty -echo; echo at rest; while read line; do echo \"$line\"; done").beat(
        "coder0",
        1,
        "status=ok",
    );
    let watcher = watch(&fleet);
    watcher.keys(&["Space"]).says("PAUSED");
    fleet.tmux.tmux(&["send-keys", "-t", "=coder0:", "something new", "Enter"]);
    let screen = watcher.until("it is counted", |text| text.contains("bytes came since"));
    assert!(!screen.contains("something new"), "{screen}");
    watcher.keys(&["Space"]).says("something new");
    watcher.says("● live");
}

#[test]
fn of_two_watchers_one_may_be_killed_while_it_is_scrolled_back() {
    let fleet = long();
    let (one, other) = (watch(&fleet), watch(&fleet));
    let before = noticed(&fleet);
    one.keys(&["[", "PgUp"]).says("scrolled back");
    other.keys(&["["]).says("scrolled back 0 of 50002 lines");
    let pid = other.tmux.ask("=view:", "#{pane_pid}");
    // SIGKILL: it cannot say goodbye.
    assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
    other.ended();
    fleet.tmux.tmux(&["send-keys", "-t", "=coder0:", "and on it goes", "Enter"]);
    one.says("came since");
    one.keys(&["f"]).says("and on it goes");
    one.says("● live");
    assert_eq!(noticed(&fleet), before);
}

#[test]
fn a_program_with_the_alternate_screen_has_no_history() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0"]);
    let script = "stty -echo; i=0; while [ $i -lt 99 ]; do echo before $i; i=$((i+1)); done
printf '\\033[?1049hat rest'; read line";
    fleet.agent("coder0", script).beat("coder0", 1, "status=ok");
    let watcher = watch(&fleet);
    let screen = watcher.keys(&["["]).says("keeps no history");
    assert!(!screen.contains("before"), "{screen}");
    watcher.keys(&["/"]).types("rest").says("line 1 of 1 that hold it");
}

#[test]
fn what_was_printed_long_ago_cannot_steer_the_watchers_terminal() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0"]);
    let mean = "printf '\\033]2;taken\\033\\\\\\033]52;c;QQ==\\007mean\\342\\200\\256words\\n'";
    let script =
        format!("stty -echo; {mean}; i=0; while [ $i -lt 99 ]; do echo $i; i=$((i+1)); done; echo at rest; read line");
    fleet.agent("coder0", &script).beat("coder0", 1, "status=ok");
    let watcher = watch(&fleet);
    watcher.keys(&["[", "g"]).says("mean");
    assert!(!watcher.styled().contains('\u{202e}'), "{}", watcher.styled());
    assert_ne!(watcher.tmux.ask("=view:", "#{pane_title}"), "taken");
}

#[test]
fn what_is_copied_arrives_at_the_terminal() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0"]);
    fleet.agent("coder0", "echo at rest; read line").beat("coder0", 1, "status=ok");
    let watcher = watch(&fleet);
    watcher.tmux.tmux(&["set-option", "-s", "set-clipboard", "on"]);
    watcher.keys(&["y"]).says("your terminal must allow OSC 52");
    let buffer = || watcher.tmux.command().args(["show-buffer"]).output().unwrap();
    wait_until("the buffer", support::SOON, || {
        let text = String::from_utf8_lossy(&buffer().stdout).into_owned();
        if text == "at rest" { Ok(()) } else { Err(text) }
    });
}

#[test]
fn what_was_wrapped_is_copied_and_found_as_one_line() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0"]);
    let url = format!("https://example.org/{}/end", "0123456789/".repeat(20));
    let script =
        format!("stty -echo; echo '{url}'; read go; i=0; while [ $i -lt 99 ]; do echo; i=$((i+1)); done; read end");
    fleet.agent("coder0", &script).beat("coder0", 1, "status=ok");
    let watcher = fleet.dashboard_of("watch coder0");
    watcher.says("example.org");
    watcher.tmux.tmux(&["set-option", "-s", "set-clipboard", "on"]);
    let copied = |how: &str| {
        wait_until(how, support::SOON, || {
            let buffer = watcher.tmux.command().args(["show-buffer"]).output().unwrap();
            let text = String::from_utf8_lossy(&buffer.stdout).into_owned();
            if text == url { Ok(()) } else { Err(text) }
        });
        watcher.tmux.tmux(&["delete-buffer"]);
    };
    watcher.keys(&["y"]);
    copied("the live picture");
    // Out of the screen, it is in the history.
    fleet.tmux.tmux(&["send-keys", "-t", "=coder0:", "Enter"]);
    wait_until("it has scrolled away", support::SOON, || {
        let shown = fleet.tmux.tmux(&["capture-pane", "-p", "-t", "=coder0:"]);
        if shown.contains("example") { Err(shown) } else { Ok(()) }
    });
    watcher.keys(&["["]).says("scrolled back 0");
    watcher.keys(&["/"]).types("9//end").says("line 1 of 1 that hold it");
    watcher.keys(&["Enter", "g", "y"]);
    copied("the history");
}
