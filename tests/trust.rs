//! `mosaic-top trust` and relaunches that record trust first, against real files, agents and the action log.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::PathBuf,
};

use nix::fcntl::{Flock, FlockArg};
use support::{
    SOON,
    program::{Dashboard, Fleet, Picture},
    wait_until,
};

/// A fleet of one claude and one codex, launched with a home of the test's own in a directory behind a link.
fn fleet() -> Fleet {
    let fleet = Fleet::new();
    let home = fleet.home().display().to_string();
    for directory in ["real", "user/.codex"] {
        fs::create_dir_all(fleet.home().join(directory)).unwrap();
    }
    symlink("real", fleet.home().join("work")).unwrap();
    let agent = |name: &str, runtime: &str| {
        let env = format!("env: {{ HOME: {home}/user, CODEX_HOME: {home}/user/.codex }}");
        format!("  - {{ name: {name}, class: code, runtime: {runtime}, working_directory: {home}/work, {env} }}\n")
    };
    fleet.roster_text(&format!(
        "version: 1\ntransport: tmux\ntmux: {{ socket_name: {} }}\nagents:\n{}{}{}",
        fleet.tmux.name(),
        agent("coder0", "claude"),
        agent("coder1", "codex"),
        agent("coder2", "pi"),
    ));
    fleet.agent("coder0", "echo up; read line");
    fleet
}

fn file(fleet: &Fleet, path: &str) -> PathBuf {
    fleet.home().join("user").join(path)
}

fn read(fleet: &Fleet, path: &str) -> String {
    fs::read_to_string(file(fleet, path)).unwrap()
}

fn directory(fleet: &Fleet) -> String {
    fs::canonicalize(fleet.home().join("real")).unwrap().display().to_string()
}

#[test]
fn it_is_recorded_where_the_agents_environment_says_for_the_real_directory_and_logged() {
    let fleet = fleet();
    let ran = fleet.run(&["trust", "coder0", "coder1"]).with(0);
    assert_eq!(ran.out.matches("is trusted now").count(), 2, "{ran:?}");
    let claude: serde_json::Value = serde_json::from_str(&read(&fleet, ".claude.json")).unwrap();
    assert_eq!(claude["projects"][directory(&fleet)]["hasTrustDialogAccepted"], true, "{claude}");
    let codex = read(&fleet, ".codex/config.toml");
    assert_eq!(codex, format!("[projects.\"{}\"]\ntrust_level = \"trusted\"\n", directory(&fleet)));
    let log = fs::read_to_string(fleet.home().join("fleet/run/actions.jsonl")).unwrap();
    assert_eq!(log.matches("\"order\":\"trust\"").count(), 4, "{log}");
    assert!(log.contains("hasTrustDialogAccepted"), "{log}");
    let mode = fs::metadata(file(&fleet, ".claude.json")).unwrap().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

#[test]
fn a_second_time_changes_nothing() {
    let fleet = fleet();
    fleet.run(&["trust", "coder0"]).with(0);
    let before = fs::metadata(file(&fleet, ".claude.json")).unwrap();
    let ran = fleet.run(&["trust", "coder0"]).with(0);
    assert!(ran.out.contains("was trusted already"), "{ran:?}");
    let after = fs::metadata(file(&fleet, ".claude.json")).unwrap();
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
}

#[test]
fn mode_link_and_every_other_byte_stay() {
    let fleet = fleet();
    let kept = fleet.home().join("kept.json");
    let text = "{\n\t\"z\": 1.50,\n\t\"a\": [ ]\n}\n";
    fs::write(&kept, text).unwrap();
    fs::set_permissions(&kept, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&kept, file(&fleet, ".claude.json")).unwrap();
    fleet.run(&["trust", "coder0"]).with(0);
    assert!(fs::symlink_metadata(file(&fleet, ".claude.json")).unwrap().is_symlink());
    let meta = fs::metadata(&kept).unwrap();
    assert_eq!(meta.mode() & 0o777, 0o640);
    let entry = format!("\"projects\": {{\"{}\": {{\"hasTrustDialogAccepted\": true}}}}", directory(&fleet));
    assert_eq!(read(&fleet, ".claude.json"), format!("{{\n\t\"z\": 1.50,\n\t\"a\": [ ],\n\t{entry}\n}}\n"));
}

#[test]
fn a_file_that_does_not_parse_is_left_alone() {
    let fleet = fleet();
    for (agent, path, text) in [("coder0", ".claude.json", "{\"a\": "), ("coder1", ".codex/config.toml", "a = \n")] {
        fs::write(file(&fleet, path), text).unwrap();
        let ran = fleet.run(&["trust", agent]).with(1);
        assert!(ran.out.contains("was left alone"), "{ran:?}");
        assert_eq!(read(&fleet, path), text);
    }
}

#[test]
fn whoever_holds_the_lock_is_waited_for_and_not_forever() {
    let fleet = fleet();
    let lock = fs::File::create(file(&fleet, ".claude.json.mosaic-lock")).unwrap();
    let held = Flock::lock(lock, FlockArg::LockExclusive).map_err(|(_, error)| error).unwrap();
    let ran = fleet.run(&["trust", "coder0"]).with(1);
    assert!(ran.out.contains("another program has held it"), "{ran:?}");
    assert!(!file(&fleet, ".claude.json").exists());
    drop(held);
    fleet.run(&["trust", "coder0"]).with(0);
}

#[test]
fn what_cannot_be_recorded_is_refused_in_words() {
    let fleet = fleet();
    assert!(fleet.run(&["trust", "coder2"]).with(4).err.contains("keeps no record of trust"));
    assert!(fleet.run(&["trust", "nobody"]).with(1).err.contains("nobody"));
    assert!(fleet.run(&["--read-only", "trust", "coder0"]).with(4).err.contains("read-only"));
    assert!(!file(&fleet, ".claude.json").exists());
}

#[test]
fn a_relaunch_records_it_first_unless_told_not_to() {
    let fleet = fleet();
    fleet.run(&["relaunch", "coder0", "--yes", "--no-trust"]).with(0);
    assert!(!file(&fleet, ".claude.json").exists());
    fleet.run(&["relaunch", "coder0", "--yes"]).with(0);
    assert!(read(&fleet, ".claude.json").contains("hasTrustDialogAccepted"));
}

#[test]
fn what_would_be_written_can_be_seen_first() {
    let fleet = fleet();
    let line = format!("write {}: projects[\"{}\"]", file(&fleet, ".claude.json").display(), directory(&fleet));
    let preview = || fleet.run(&["trust", "coder0", "--preview"]).with(0);
    let ran = preview();
    assert!(ran.out.starts_with(&format!("coder0: {line}.hasTrustDialogAccepted = true\n")), "{ran:?}");
    assert!(ran.err.is_empty() && !file(&fleet, ".claude.json").exists(), "{ran:?}");
    fleet.run(&["trust", "coder0"]).with(0);
    let again = preview();
    assert!(again.err.contains("it stands there already") && !again.out.contains("write "), "{again:?}");
    fs::write(file(&fleet, ".claude.json"), "{").unwrap();
    assert!(preview().err.contains("will be left alone"));
    let refused = fleet.run(&["trust", "coder2", "--preview"]).with(4);
    assert!(refused.err.contains("keeps no record of trust"), "{refused:?}");
}

/// A dashboard of that fleet on the row of its first agent.
fn dashboard(fleet: &Fleet) -> Dashboard {
    let dashboard = fleet.dashboard();
    dashboard.row("coder0", "claude");
    dashboard.keys(&["/"]).types("coder0").keys(&["Enter"]).says("1 of 3");
    dashboard
}

#[test]
fn the_dashboard_shows_what_is_written_where_and_writes_after_a_yes() {
    let fleet = fleet();
    let dashboard = dashboard(&fleet);
    dashboard.keys(&["d"]).says("trust coder0?");
    dashboard.says("hasTrustDialogAccepted");
    assert!(!file(&fleet, ".claude.json").exists());
    dashboard.keys(&["y"]).says("is trusted now");
    assert!(read(&fleet, ".claude.json").contains("hasTrustDialogAccepted"));
    dashboard.keys(&["d"]).says("it stands there already");
}

/// Whether the plan of a relaunch shows that trust is recorded, and whether it then is, with this configuration.
fn relaunched(configuration: &str) -> (bool, bool) {
    let fleet = fleet();
    fs::create_dir_all(fleet.home().join("config/mosaic-top")).unwrap();
    fs::write(fleet.home().join("config/mosaic-top/mosaic-top.yaml"), configuration).unwrap();
    let dashboard = dashboard(&fleet);
    dashboard.keys(&["R"]).says("relaunch coder0?");
    let plan = dashboard.until("the plan", |text| !text.contains("looking at what it would do"));
    let shows = plan.contains("hasTrustDialogAccepted");
    dashboard.keys(&["y"]);
    wait_until("its verdict is in the log", SOON, || {
        let log = fs::read_to_string(fleet.home().join("fleet/run/actions.jsonl")).unwrap_or_default();
        let ended = log.lines().any(|line| line.contains("\"relaunch\"") && line.contains("\"verdict\""));
        if ended { Ok(()) } else { Err((log, Picture(dashboard.text()))) }
    });
    (shows, file(&fleet, ".claude.json").exists())
}

#[test]
fn a_relaunch_shows_it_too_and_one_switch_takes_both_away() {
    assert_eq!(relaunched(""), (true, true));
    assert_eq!(relaunched("trust_before_relaunch: false\n"), (false, false));
}

#[test]
fn a_failure_to_record_it_does_not_stop_a_launch() {
    let fleet = fleet();
    fs::write(file(&fleet, ".claude.json"), "{").unwrap();
    fleet.run(&["relaunch", "coder0", "--yes"]).with(0);
    assert_eq!(read(&fleet, ".claude.json"), "{");
    let log = fs::read_to_string(fleet.home().join("fleet/run/actions.jsonl")).unwrap();
    assert!(log.contains("trust was not recorded"), "{log}");
}
