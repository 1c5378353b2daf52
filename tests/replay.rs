//! The flight recorder from where an operator meets it: `H` on an agent of a live dashboard.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use support::{
    SOON,
    program::{Dashboard, Fleet, Picture},
    wait_until,
};

/// Repeats every line that it is told.
const ECHOES: &str = "stty -echo; echo at rest; while read line; do echo \"$line\"; done";

fn tell(fleet: &Fleet, line: &str) {
    fleet.tmux.tmux(&["send-keys", "-t", "=coder0:", "-l", line]);
    fleet.tmux.tmux(&["send-keys", "-t", "=coder0:", "Enter"]);
}

/// Waits until the record has this state as a marker.
fn marked(fleet: &Fleet, state: &str) {
    wait_until(&format!("{state:?} is recorded"), SOON, || {
        let listed = fleet.run(&["replay", "coder0", "--list"]);
        if listed.out.contains(state) { Ok(()) } else { Err(listed) }
    });
}

/// A dashboard that saw its agent print, lose its heartbeat, and print again.
fn lived() -> (Fleet, Dashboard) {
    let fleet = Fleet::new();
    fleet.roster(&["coder0"]);
    fleet.agent("coder0", ECHOES).beat("coder0", 1, "status=ok");
    let dashboard = fleet.dashboard();
    dashboard.row("coder0", "● working");
    dashboard.until("a live mirror", |text| text.contains("at rest") && text.contains("● live"));
    tell(&fleet, "before it was stale");
    dashboard.says("before it was stale");
    marked(&fleet, "working");
    fleet.beat("coder0", 600, "status=ok");
    dashboard.row("coder0", "~ stale");
    marked(&fleet, "stale");
    tell(&fleet, "after it was stale");
    dashboard.says("after it was stale");
    (fleet, dashboard)
}

/// The first line: whose recording it is, and the last marker.
fn head(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[test]
fn h_plays_what_was_recorded_n_jumps_to_a_change_of_state_and_q_leads_back() {
    let (_fleet, dashboard) = lived();
    for from in ["the list", "the agent's screen"] {
        if from != "the list" {
            dashboard.keys(&["Enter"]).says("at rest");
        }
        dashboard.keys(&["H"]).until("the replay", |text| head(text).contains("replay · coder0"));
        // It is shorter than five minutes, so it begins at its beginning, and goes on by itself.
        dashboard.keys(&["G"]).until("its end", |text| text.contains("after it was stale"));
        let screen = dashboard.keys(&["g", "Space"]).until("its beginning", |text| text.contains(" 00:00 "));
        assert!(!screen.contains("after it was stale"), "{screen}");
        let screen = wait_until("n leads to the moment at which it became stale", SOON, || {
            let text = dashboard.text();
            if head(&text).contains("stale") {
                return Ok(text);
            }
            dashboard.keys(&["n"]);
            Err(Picture(text))
        });
        assert!(screen.contains("before it was stale") && !screen.contains("after it was stale"), "{screen}");
        dashboard.keys(&["N"]).until("N leads back", |text| head(text).contains("working"));
        dashboard.keys(&["q"]).until("where H was pressed, and the live mirror", |text| {
            let listed = text.contains("╭ fleet");
            listed == (from == "the list") && text.contains("after it was stale") && text.contains("● live")
        });
    }
    dashboard.keys(&["q"]).ended();
}

/// Of somebody who was never looked at there is nothing, and that is said where one is.
#[test]
fn h_on_an_agent_of_whom_nothing_was_recorded_says_so_and_stays() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0"]);
    fleet.agent("coder0", ECHOES).beat("coder0", 1, "status=ok");
    let dashboard = fleet.dashboard_of("--no-recorder");
    dashboard.until("a live mirror", |text| text.contains("at rest") && text.contains("● live"));
    dashboard.keys(&["H"]).says("nothing is recorded of coder0");
    dashboard.row("coder0", "● working");
}
