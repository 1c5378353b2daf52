//! The health check against hazards that are really made: tmux, a user manager, files, ssh's configuration. Each is shown
//! with the silence before it, too; that every check of the table has its case is a test of its own. Which versions of
//! tmux have a hazard is data, in `src/fleet/doctor/tests.rs`.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "doctor/inside.rs"]
mod inside;
#[path = "doctor/server.rs"]
mod server;
mod support;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

use mosaic_top::fleet::doctor::table;
use serde_json::Value;
use support::{
    SOON, UserManager,
    program::{self, Fleet, Ran},
    wait_until,
};

const AGENT: &str = "echo up; read line";

/// A fleet of two on which nothing is wrong.
fn healthy() -> Fleet {
    healthy_fleet_of(&["orchestrator", "enhancer"])
}

/// A fleet on which nothing is wrong, with a home of its own in which claude trusts the agents' directory.
fn healthy_fleet_of(names: &[&str]) -> Fleet {
    let fleet = Fleet::new();
    let home = fleet.home().display().to_string();
    let launch = format!("runtime: claude, working_directory: {home}/work, env: {{ HOME: {home}/user }}");
    let agent = |name: &str| format!("  - {{ name: {name}, class: {name}, {launch} }}\n");
    fleet.roster_text(&format!(
        "version: 1\ntransport: tmux\ntmux: {{ socket_name: {} }}\nagents:\n{}",
        fleet.tmux.name(),
        names.iter().map(|name| agent(name)).collect::<String>()
    ));
    write(&fleet, "bin/mosaic", "#!/bin/sh\n");
    mode(&fleet.home().join("bin/mosaic"), 0o755);
    for directory in ["work", "user/.claude", "user/.ssh"] {
        fs::create_dir_all(fleet.home().join(directory)).unwrap();
    }
    mode(&fleet.home().join("fleet"), 0o700);
    mode(&fleet.home().join("fleet/run"), 0o700);
    let trusted = format!(
        "{{\"hasCompletedOnboarding\":true,\"projects\":{{\"{home}/work\":{{\"hasTrustDialogAccepted\":true}}}}}}"
    );
    write(&fleet, "user/.claude.json", &trusted);
    write(&fleet, "user/.claude/settings.json", "{\"skipDangerousModePermissionPrompt\":true}");
    for name in names {
        fleet.agent(name, AGENT).beat(name, 1, "status=ok");
    }
    fleet
}

fn write(fleet: &Fleet, path: &str, text: &str) {
    fs::write(fleet.home().join(path), text).unwrap();
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The whole check of this fleet.
fn doctor(fleet: &Fleet) -> (Option<i32>, Value) {
    doctor_with(fleet, &[("LC_ALL", "C.UTF-8")])
}

fn doctor_with(fleet: &Fleet, environment: &[(&str, &str)]) -> (Option<i32>, Value) {
    let mut command = fleet.program(&["doctor", "--json"]);
    let ran = Ran::of(&command.envs(environment.iter().copied()).output().unwrap());
    let report = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    fits_its_schema(&report);
    (ran.code, report)
}

fn fits_its_schema(report: &Value) {
    let schema = serde_json::from_str(include_str!("../assets/doctor.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?} in {report:#}");
}

/// What the machine that runs the tests may have wrong with it; each of these is made inside a manager of our own.
const OF_THE_MACHINE: [&str; 4] = ["systemd.unreachable", "systemd.linger", "tmux.not-in-holder", "disk.full"];

/// The findings that are not the machine's own, as `severity rule: says`.
fn found(report: &Value) -> Vec<String> {
    let each = report["findings"].as_array().unwrap().iter();
    each.filter(|it| !OF_THE_MACHINE.contains(&it["rule"].as_str().unwrap()))
        .map(|it| format!("{} {}: {}", it["severity"].as_str().unwrap(), it["rule"].as_str().unwrap(), it["says"]))
        .collect()
}

/// Which checks find something now, in the order of their names; those of the machine left out. None is silence.
#[track_caller]
fn finds(fleet: &Fleet, expected: &[&str]) {
    let report = doctor(fleet).1;
    let found = found(&report);
    let mut rules: Vec<&str> = found.iter().map(|it| it.split([' ', ':']).nth(1).unwrap()).collect();
    rules.sort_unstable();
    assert_eq!(rules, expected, "{report:#}");
}

/// What a check says.
fn told<'a>(report: &'a Value, rule: &str) -> Option<&'a str> {
    report["findings"].as_array().unwrap().iter().find(|it| it["rule"] == rule)?["says"].as_str()
}

/// Silence before; after `wrong` exactly one more finding, of this severity and rule, that says this.
#[track_caller]
fn check(fleet: &Fleet, wrong: impl FnOnce(), expected: &str, says: &str) {
    let before = doctor(fleet).1;
    assert_eq!(found(&before), Vec::<String>::new(), "before");
    wrong();
    let (code, after) = doctor(fleet);
    let found = found(&after);
    assert!(found.len() == 1 && found[0].starts_with(expected) && found[0].contains(says), "{found:#?}");
    assert_eq!(code, Some(i32::from(expected.starts_with("fault"))), "{after:#}");
    let rule = expected.split(' ').nth(1).unwrap();
    let told = after["findings"].as_array().unwrap().iter().find(|it| it["rule"] == rule).unwrap();
    assert!(told["why"].is_string() && told["mend"].is_string(), "{told:#}");
}

#[test]
fn a_directory_that_others_may_write_to() {
    let fleet = healthy();
    let run = fleet.home().join("fleet/run");
    check(&fleet, || mode(&run, 0o777), "fault access.directory", "fleet/run (mode 777)");
}

#[test]
fn a_launcher_that_is_not_there_also_without_units() {
    let fleet = healthy();
    let gone = || fs::remove_file(fleet.home().join("bin/mosaic")).unwrap();
    check(&fleet, gone, "warning path.runtime", "mosaic is not on the PATH of this program");
}

#[test]
fn times_of_a_finding_are_local_in_words_and_utc_as_data() {
    let fleet = healthy();
    write(&fleet, "fleet/run/PAUSED", "by=ops\nat=2026-06-20T21:14:03Z\n");
    let zone = [("LC_ALL", "C.UTF-8"), ("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")];
    let words = Ran::of(&fleet.program(&["doctor"]).envs(zone).output().unwrap()).out;
    assert!(words.contains("since 2026-06-20 23:14:03 CEST"), "{words}");
    let report = doctor_with(&fleet, &zone).1.to_string();
    assert!(report.contains("since 2026-06-20T21:14:03Z"), "{report}");
}

#[test]
fn a_socket_that_others_may_write_to() {
    let fleet = healthy();
    let socket = fleet.tmux.ask("=orchestrator:", "#{socket_path}");
    let open = || {
        // For the group only: tmux itself refuses a directory that everybody may enter.
        mode(Path::new(&socket), 0o660);
        mode(Path::new(&socket).parent().unwrap(), 0o710);
    };
    check(&fleet, open, "fault access.socket", "others may write to the socket");
}

#[test]
fn a_pause_nobody_in_the_roster_has_and_one_that_is_forgotten() {
    let fleet = healthy();
    check(&fleet, || write(&fleet, "fleet/run/gone.paused", ""), "note stale.pause", "gone");
    fs::remove_file(fleet.home().join("fleet/run/gone.paused")).unwrap();
    let old = || {
        write(&fleet, "fleet/run/enhancer.paused", "by=ops\n");
        touch(&fleet, "fleet/run/enhancer.paused", "2 days ago");
    };
    check(&fleet, old, "warning stale.pause", "2 d");
}

fn touch(fleet: &Fleet, path: &str, when: &str) {
    let done = Command::new("touch").args(["-d", when]).arg(fleet.home().join(path)).status().unwrap();
    assert!(done.success());
}

#[test]
fn a_takeover_whose_owner_is_gone() {
    let fleet = healthy();
    let mut child = Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().unwrap();
    write(&fleet, "fleet/run/enhancer.taken", &format!("by=ops\npid={}\n", child.id()));
    let end = || {
        child.kill().unwrap();
        child.wait().unwrap();
    };
    check(&fleet, end, "warning stale.taken", "is gone");
}

#[test]
fn a_heartbeat_from_the_future() {
    let fleet = healthy();
    check(&fleet, || _ = fleet.beat("enhancer", -600, "status=ok"), "warning clock.future", "enhancer");
}

#[test]
fn a_mark_without_a_tap() {
    let fleet = healthy();
    let mark = || drop(fleet.tmux.tmux(&["set-option", "-p", "-t", "=enhancer:", "@mosaic_pipe", "1f"]));
    check(&fleet, mark, "warning stale.pipe", "no tap listens");
}

#[test]
fn a_mark_with_a_living_tap_is_no_hazard() {
    let fleet = healthy();
    let dashboard = fleet.dashboard_of("watch enhancer");
    dashboard.says("● live");
    let (_, report) = doctor(&fleet);
    assert_eq!(found(&report), Vec::<String>::new());
    dashboard.keys(&["q"]).ended();
}

#[test]
fn whoever_is_attached_is_said() {
    let fleet = healthy();
    let mut held = None;
    let attach = || {
        let mut child = fleet
            .tmux
            .command()
            .args(["-C", "attach", "-t", "=enhancer"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("it is attached", SOON, || match fleet.tmux.tmux(&["list-clients"]) {
            none if none.is_empty() => Err(none),
            _ => Ok(()),
        });
        // Its input stays open, and it attached, until the test ends.
        held = child.stdin.take().map(|input| (input, child));
    };
    check(&fleet, attach, "note access.clients", "control mode");
    let (input, mut child) = held.unwrap();
    drop(input);
    child.wait().unwrap();
}

#[test]
fn the_next_launch_meets_a_question() {
    let fleet = healthy();
    let forget = || write(&fleet, "user/.claude.json", "{\"hasCompletedOnboarding\":true}");
    check(&fleet, forget, "fault launch.gate", "would ask whether to trust");
}

#[test]
fn a_file_of_a_runtime_that_does_not_parse() {
    let fleet = healthy();
    check(&fleet, || write(&fleet, "user/.claude.json", "{\"a\":"), "warning launch.trust-file", ".claude.json");
}

#[test]
fn bypassed_permissions_that_nobody_has_accepted() {
    let fleet = healthy();
    let forget = || fs::remove_file(fleet.home().join("user/.claude/settings.json")).unwrap();
    check(&fleet, forget, "warning launch.gate", "bypassed permissions");
}

#[test]
fn a_working_directory_that_is_not_there() {
    let fleet = healthy();
    let remove = || fs::remove_dir(fleet.home().join("work")).unwrap();
    let before = found(&doctor(&fleet).1);
    assert_eq!(before, Vec::<String>::new());
    remove();
    let after = found(&doctor(&fleet).1);
    assert!(after.len() == 2 && after.iter().all(|it| it.starts_with("warning launch.directory")), "{after:#?}");
}

#[test]
fn a_locale_without_utf_8() {
    let fleet = healthy();
    assert_eq!(found(&doctor(&fleet).1), Vec::<String>::new());
    let after = found(&doctor_with(&fleet, &[("LC_ALL", "C")]).1);
    assert!(after.len() == 1 && after[0].starts_with("warning locale.not-utf8"), "{after:#?}");
}

#[test]
fn a_rule_of_your_own_that_cannot_be_used() {
    let fleet = healthy();
    check(&fleet, || write(&fleet, "fleet/runtimes.yaml", "nonsense: 1\n"), "warning config.rules", "runtimes.yaml:1");
}

#[test]
fn a_roster_with_problems() {
    let fleet = healthy();
    let text = fs::read_to_string(fleet.roster_path()).unwrap();
    check(&fleet, || fleet.roster_text(&(text + "surprise: 1\n")), "warning roster.problems", "surprise");
}

#[test]
fn one_agent_on_two_servers() {
    let fleet = healthy();
    let text = fs::read_to_string(fleet.roster_path()).unwrap();
    let other = support::Tmux::new();
    let on_other = format!("  - {{ name: coder0, class: code, runtime: none, socket: {} }}\n", other.name());
    // Both servers have to be in one directory for one program to see both.
    fleet.roster_text(&(text + &on_other));
    let on = |session: &str| {
        let command = fleet.tmux.command();
        let words: Vec<String> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let words = words.iter().map(|word| if word == fleet.tmux.name() { other.name() } else { word.as_str() });
        let mut command = Command::new(command.get_program());
        command.args(words).env("TMUX_TMPDIR", fleet.tmux.tmpdir()).env_remove("TMUX").env_remove("TMUX_PANE");
        assert!(command.args(["new-session", "-d", "-s", session, "exec sleep 1000"]).status().unwrap().success());
    };
    on("coder0");
    let has = |report: &Value| found(report).iter().any(|it| it.contains("session.duplicate"));
    assert!(!has(&doctor(&fleet).1));
    on("enhancer");
    let report = doctor(&fleet).1;
    let mut end = fleet.tmux.command();
    end.args(["-L", other.name(), "kill-server"]).status().unwrap();
    assert!(has(&report), "{report:#}");
}

#[test]
fn ssh_that_shares_connections_without_the_name() {
    UserManager::run_inside("inside::ssh");
}

#[test]
fn units_holder_ordering_path_and_linger() {
    UserManager::run_inside("inside::units");
}

#[test]
fn a_disk_that_is_full_or_read_only_and_processes_that_cannot_be_seen() {
    UserManager::run_inside("inside::mounts");
}

#[test]
fn the_unit_that_the_server_lives_in() {
    UserManager::run_inside("inside::cgroups");
}

#[test]
fn a_dashboard_makes_the_check_when_it_is_asked_to_refresh() {
    let fleet = healthy();
    let dashboard = fleet.dashboard();
    dashboard.says("orchestrator");
    let text = dashboard.keys(&["C-r", "!"]).says("HEALTH CHECK");
    assert!(!text.contains("access.directory"), "{text}");
    mode(&fleet.home().join("fleet/run"), 0o777);
    dashboard.keys(&["!", "C-r", "!"]).says("access.directory");
}

#[test]
fn what_the_roster_and_the_run_directory_lack() {
    let fleet = healthy();
    let run = fleet.home().join("fleet/run");
    let roster = fs::read_to_string(fleet.roster_path()).unwrap();
    finds(&fleet, &[]);
    fleet.roster_text(&roster.replace("enhancer", "coder0"));
    fleet.agent("coder0", AGENT);
    finds(&fleet, &["roster.floor"]);
    fleet.roster_text(&(roster.clone() + "  - { name: far, class: code, runtime: codex, host: elsewhere }\n"));
    finds(&fleet, &["host.unobserved"]);
    fleet.roster_text(&roster);
    write(&fleet, "fleet/run/PAUSED", "by=ops\n");
    finds(&fleet, &["fleet.paused"]);
    fs::remove_file(run.join("PAUSED")).unwrap();
    std::os::unix::fs::symlink("PAUSED", run.join("PAUSED")).unwrap();
    finds(&fleet, &["fleet.pause-unreadable"]);
    fs::remove_file(run.join("PAUSED")).unwrap();
    finds(&fleet, &[]);
    if nix::unistd::geteuid().is_root() {
        eprintln!("NOT APPLICABLE: no mode keeps root from writing; a mount does, in inside::mounts");
    } else {
        mode(&run, 0o500);
        finds(&fleet, &["log.unwritable"]);
        mode(&run, 0o700);
    }
    fs::rename(&run, fleet.home().join("fleet/away")).unwrap();
    finds(&fleet, &["run.missing"]);
    write(&fleet, "fleet/run", "");
    finds(&fleet, &["run.missing"]);
}

#[test]
fn two_names_for_one_machine_that_would_share_a_connection() {
    let fleet = healthy();
    let names = "Host fleet watch-fleet\n  HostName fleet.example.org\n";
    fs::create_dir_all(fleet.home().join(".ssh/config.d")).unwrap();
    write(&fleet, ".ssh/config", &format!("Include config.d/*.conf\n{names}"));
    finds(&fleet, &[]);
    write(&fleet, ".ssh/config.d/a.conf", "Host *\n  ControlPath ~/.ssh/cm-%C\n");
    finds(&fleet, &["ssh.control-path"]);
    write(&fleet, ".ssh/config.d/a.conf", "Host *\n  ControlPath ~/.ssh/cm-%n-%C\n");
    finds(&fleet, &[]);
    // ssh includes nothing of a directory without its ending.
    fs::rename(fleet.home().join(".ssh/config.d/a.conf"), fleet.home().join(".ssh/config.d/a.off")).unwrap();
    write(&fleet, ".ssh/config.d/a.off", "Host *\n  ControlPath ~/.ssh/cm-%C\n");
    finds(&fleet, &[]);
}

/// A check whose hazard nobody has made is one that nobody knows to work: its name has to be expected somewhere here.
#[test]
fn every_check_of_the_table_has_its_case() {
    let sources = [include_str!("doctor.rs"), include_str!("doctor/inside.rs"), include_str!("doctor/server.rs")];
    let of_the_machine = |line: &&str| !line.starts_with("const OF_THE_MACHINE");
    let code: Vec<&str> = sources.iter().flat_map(|text| text.lines()).filter(of_the_machine).collect();
    let is_expected =
        |id: &str| code.iter().any(|line| !line.trim_start().starts_with("//") && line.contains(&format!("{id}\"")));
    let checks = table::ALL.iter().flat_map(|(_, checks)| checks.iter());
    let unmade: Vec<&str> = checks.map(|check| check.id).filter(|id| !is_expected(id)).collect();
    assert!(unmade.is_empty(), "nobody makes these hazards: {unmade:?}");
}

#[test]
fn words_for_people_and_the_list_of_checks() {
    let fleet = healthy();
    let ran = fleet.run(&["doctor"]);
    assert!(ran.out.contains(" checks: "), "{ran:?}");
    assert!(fleet.run(&["doctor", "--list"]).with(0).out.contains("| `hazard.server-cgroup` |"));
}
