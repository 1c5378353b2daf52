//! The health check against hazards that are really made: tmux, a user manager, files, ssh's configuration. Each test
//! shows the silence before it, too. Other versions of tmux are data, in `src/fleet/doctor/tests.rs`.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;
use support::{
    SOON, UserManager,
    program::{Fleet, Ran},
    wait_until,
};

const AGENT: &str = "echo up; read line";

/// A fleet of two on which nothing is wrong, with a home of its own in which claude trusts the agents' directory.
fn healthy() -> Fleet {
    let fleet = Fleet::new();
    let home = fleet.home().display().to_string();
    let launch = format!("runtime: claude, working_directory: {home}/work, env: {{ HOME: {home}/user }}");
    let agent = |name: &str| format!("  - {{ name: {name}, class: {name}, {launch} }}\n");
    fleet.roster_text(&format!(
        "version: 1\ntransport: tmux\ntmux: {{ socket_name: {} }}\nagents:\n{}{}",
        fleet.tmux.name(),
        agent("orchestrator"),
        agent("enhancer")
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
    fleet.agent("orchestrator", AGENT).agent("enhancer", AGENT);
    fleet.beat("orchestrator", 1, "status=ok").beat("enhancer", 1, "status=ok");
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

/// The findings that are not the machine's own, as `rule: says`.
fn found(report: &Value) -> Vec<String> {
    let machine = ["systemd.", "tmux.not-in-holder", "disk.full"];
    let each = report["findings"].as_array().unwrap().iter();
    each.filter(|it| machine.iter().all(|own| !it["rule"].as_str().unwrap().starts_with(own)))
        .map(|it| format!("{} {}: {}", it["severity"].as_str().unwrap(), it["rule"].as_str().unwrap(), it["says"]))
        .collect()
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
fn manual_sizes_on_a_tmux_that_they_end() {
    let fleet = healthy();
    let version = fleet.tmux.ask("=enhancer:", "#{version}");
    let manual = || drop(fleet.tmux.tmux(&["set-option", "-gw", "window-size", "manual"]));
    if version == "3.3a" {
        check(&fleet, manual, "fault tmux.window-size-manual", "window-size is manual");
    } else {
        eprintln!("NOT APPLICABLE: tmux {version} does not end of it");
        manual();
        assert_eq!(found(&doctor(&fleet).1), Vec::<String>::new());
    }
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
fn a_disk_that_is_full() {
    UserManager::run_inside("inside::disk");
}

#[test]
fn a_dashboard_makes_the_check_when_it_is_asked_to_refresh() {
    let fleet = healthy();
    mode(&fleet.home().join("fleet/run"), 0o777);
    let dashboard = fleet.dashboard();
    dashboard.says("orchestrator");
    dashboard.keys(&["C-r", "!"]).says("access.directory");
}

#[test]
fn words_for_people_and_the_list_of_checks() {
    let fleet = healthy();
    let ran = fleet.run(&["doctor"]);
    assert!(ran.out.contains(" checks: "), "{ran:?}");
    assert!(fleet.run(&["doctor", "--list"]).with(0).out.contains("| `hazard.server-cgroup` |"));
}

mod inside {
    use super::*;

    const HOLDER: &str = "mosaic-tmux-holder.service";
    const ORDERED: &str = "[Unit]\nWants=mosaic-tmux-holder.service\nAfter=mosaic-tmux-holder.service\n";
    const INSTALL: &str = "[Install]\nWantedBy=default.target\n";

    fn unit(name: &str, head: &str, service: &str) {
        let text =
            format!("{head}[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n{service}{INSTALL}");
        UserManager::unit(name, &text);
    }

    fn rules(fleet: &Fleet) -> Vec<String> {
        let report = doctor(fleet).1;
        let each = report["findings"].as_array().unwrap().iter();
        each.map(|it| it["rule"].as_str().unwrap().to_owned()).filter(|rule| !rule.starts_with("tmux.")).collect()
    }

    #[test]
    #[ignore = "runs inside a private user manager"]
    fn units() {
        let fleet = healthy();
        let bin = fleet.home().join("bin");
        fs::copy("/bin/true", bin.join("mosaic")).unwrap();
        let path = format!("PATH={}:/usr/bin:/bin", bin.display());
        UserManager::systemctl(&["set-environment", &path]);
        unit(HOLDER, "", "KillMode=process\n");
        unit("mosaic-agent@.service", ORDERED, "");
        UserManager::systemctl(&["daemon-reload"]);
        let agents = ["mosaic-agent@orchestrator.service", "mosaic-agent@enhancer.service"];
        UserManager::systemctl(&[&["enable", "--now", HOLDER], &agents[..]].concat());
        let user = nix::unistd::User::from_uid(nix::unistd::getuid()).unwrap().unwrap().name;
        let linger = Path::new("/var/lib/systemd/linger").join(user);
        let ours = !UserManager::is_nested();
        if ours {
            fs::write(&linger, "").unwrap();
            assert_eq!(rules(&fleet), Vec::<String>::new());
            fs::remove_file(&linger).unwrap();
            assert_eq!(rules(&fleet), ["systemd.linger"]);
            fs::write(&linger, "").unwrap();
        }
        let check = |expected: &[&str]| {
            let found: Vec<String> = rules(&fleet).into_iter().filter(|rule| rule != "systemd.linger").collect();
            assert_eq!(found, expected);
        };
        check(&[]);

        unit(HOLDER, "", "");
        check(&["unit.reload"]);
        UserManager::systemctl(&["daemon-reload"]);
        check(&["holder.kill-mode"]);
        unit(HOLDER, "", "KillMode=process\n");

        unit("mosaic-agent@.service", "", "");
        UserManager::systemctl(&["daemon-reload"]);
        check(&["unit.ordering"]);
        unit("mosaic-agent@.service", ORDERED, "");
        UserManager::systemctl(&["daemon-reload"]);

        UserManager::systemctl(&["disable", agents[0]]);
        check(&["unit.boot"]);
        UserManager::systemctl(&["enable", agents[0]]);

        fs::remove_file(bin.join("mosaic")).unwrap();
        check(&["path.runtime"]);
        fs::copy("/bin/true", bin.join("mosaic")).unwrap();
        check(&[]);

        UserManager::systemctl(&["disable", "--now", agents[1]]);
        UserManager::systemctl(&["mask", agents[1]]);
        check(&["unit.missing"]);
        UserManager::systemctl(&["unmask", agents[1]]);
        UserManager::unit(
            "mosaic-agent@enhancer.service",
            &format!("{ORDERED}[Service]\nType=oneshot\nExecStart=/bin/false\n"),
        );
        UserManager::systemctl(&["daemon-reload"]);
        let _ = Command::new("systemctl").args(["--user", "start", agents[1]]).output();
        check(&["unit.failed"]);

        let config = std::env::var("XDG_CONFIG_HOME").unwrap();
        UserManager::systemctl(&["reset-failed"]);
        UserManager::systemctl(&["disable", "--now", HOLDER]);
        fs::remove_file(Path::new(&config).join("systemd/user").join(HOLDER)).unwrap();
        UserManager::systemctl(&["daemon-reload"]);
        check(&["holder.missing"]);
    }

    /// A home that ssh itself takes for ours is only there in a private mount namespace.
    #[test]
    #[ignore = "runs inside a private user manager"]
    fn ssh() {
        if UserManager::is_nested() {
            eprintln!("NOT APPLICABLE: /etc/ssh cannot be covered without root");
            return;
        }
        let fleet = healthy();
        let text = fs::read_to_string(fleet.roster_path()).unwrap();
        fleet.roster_text(&(text + "  - { name: far, class: code, runtime: codex, host: farhost, ssh: farhost }\n"));
        let config = fleet.home().join("ssh_config");
        let has = |control: &str| {
            fs::write(&config, format!("Host farhost\n  HostName 192.0.2.1\n  ControlMaster auto\n{control}")).unwrap();
            let done = Command::new("mount").args(["--bind"]).arg(&config).arg("/etc/ssh/ssh_config").status().unwrap();
            assert!(done.success());
            let report = doctor(&fleet).1;
            Command::new("umount").arg("/etc/ssh/ssh_config").status().unwrap();
            found(&report).iter().any(|it| it.starts_with("fault ssh.control-path"))
        };
        assert!(!has(""));
        assert!(!has("  ControlPath ~/.ssh/cm-%n-%C\n"));
        assert!(has("  ControlPath ~/.ssh/cm-%C\n"));
    }

    #[test]
    #[ignore = "runs inside a private user manager"]
    fn disk() {
        if UserManager::is_nested() {
            eprintln!("NOT APPLICABLE: a small disk cannot be mounted without root");
            return;
        }
        let fleet = healthy();
        let run = fleet.home().join("fleet/run");
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs"]).arg(&run).status();
        assert!(done.unwrap().success());
        let report = doctor(&fleet).1;
        Command::new("umount").arg(&run).status().unwrap();
        let each = report["findings"].as_array().unwrap();
        let full = each.iter().find(|it| it["rule"] == "disk.full" && it["severity"] == "fault");
        assert!(full.is_some_and(|it| it["says"].as_str().unwrap().contains("fleet/run")), "{report:#}");
    }
}
