//! The hazards of units, mounts and cgroups: these run inside a private user manager with mounts of its own.

use super::*;

const HOLDER: &str = "mosaic-tmux-holder.service";
const ORDERED: &str = "[Unit]\nWants=mosaic-tmux-holder.service\nAfter=mosaic-tmux-holder.service\n";
const INSTALL: &str = "[Install]\nWantedBy=default.target\n";

fn unit(name: &str, head: &str, service: &str) {
    let text = format!("{head}[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n{service}{INSTALL}");
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
    UserManager::systemctl(&["enable", "mosaic-agent@gone.service"]);
    UserManager::systemctl(&["start", "mosaic-agent@gone.service"]);
    check(&["unit.unknown"]);
    UserManager::systemctl(&["disable", "--now", "mosaic-agent@gone.service"]);
    check(&[]);
    let empty = tempfile::tempdir().unwrap();
    let nowhere = [("XDG_RUNTIME_DIR", empty.path().to_str().unwrap()), ("DBUS_SESSION_BUS_ADDRESS", "")];
    assert_eq!(told(&doctor(&fleet).1, "systemd.unreachable"), None);
    assert!(told(&doctor_with(&fleet, &nowhere).1, "systemd.unreachable").is_some());
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

/// One check's answer of a program that sees the mounts which this shell makes for it alone.
fn says_behind(fleet: &Fleet, mounts: &str, rule: &str) -> Option<String> {
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-ec", &format!("{mounts}\nexec \"$0\" doctor --json"), program::BINARY]);
    command.envs(fleet.environment()).env_remove("TMUX").env_remove("TMUX_PANE").stdin(Stdio::null());
    let ran = Ran::of(&command.output().unwrap());
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    told(&report, rule).map(str::to_owned)
}

#[test]
#[ignore = "runs inside a private user manager"]
fn mounts() {
    if UserManager::is_nested() {
        eprintln!("NOT APPLICABLE: nothing can be mounted without root");
        return;
    }
    let fleet = healthy();
    let run = fleet.home().join("fleet/run").display().to_string();
    let disk = |options: &str| format!("mount -t tmpfs -o mode=700,{options} tmpfs {run}");
    assert_eq!(says_behind(&fleet, &disk("size=1g"), "disk.full"), None);
    let full = says_behind(&fleet, &disk("size=1m"), "disk.full");
    assert!(full.as_ref().is_some_and(|says| says.contains("fleet/run")), "{full:?}");
    assert_eq!(says_behind(&fleet, &disk("size=1g"), "log.unwritable"), None);
    let unwritable = says_behind(&fleet, &disk("size=1g,ro"), "log.unwritable");
    assert!(unwritable.as_ref().is_some_and(|says| says.contains("cannot be written")), "{unwritable:?}");
    assert_eq!(says_behind(&fleet, "", "process.unreadable"), None);
    let hidden = says_behind(&fleet, "mount -t tmpfs tmpfs /proc", "process.unreadable");
    assert!(hidden.is_some());
}

/// In whose unit the server lives.
#[test]
#[ignore = "runs inside a private user manager"]
fn cgroups() {
    let fleet = healthy();
    let started = |session: &str| {
        let (name, tmpdir) = (fleet.tmux.name(), fleet.tmux.tmpdir().display());
        let command = format!("tmux -f /dev/null -L {name} new-session -d -s {session} 'exec sleep 1000'");
        format!(
            "[Service]\nType=oneshot\nRemainAfterExit=yes\nKillMode=process\nEnvironment=TMUX_TMPDIR={tmpdir}\nExecStart={command}\n"
        )
    };
    let finds = |expected: Option<&str>| {
        let report = doctor(&fleet).1;
        let found =
            ["tmux.not-in-holder", "hazard.server-cgroup"].into_iter().find(|rule| told(&report, rule).is_some());
        assert_eq!(found, expected, "{report:#}");
    };
    // No units, no holder: wherever it lives is right.
    finds(None);
    UserManager::unit(HOLDER, &started("_holder"));
    UserManager::unit("mosaic-agent@.service", &started("%i"));
    UserManager::systemctl(&["daemon-reload"]);
    // A unit that is not loaded is none of the fleet's yet.
    UserManager::systemctl(&["start", HOLDER]);
    finds(Some("tmux.not-in-holder"));
    fleet.tmux.kill();
    UserManager::systemctl(&["restart", HOLDER]);
    finds(None);
    fleet.tmux.kill();
    UserManager::systemctl(&["stop", HOLDER]);
    UserManager::systemctl(&["start", "mosaic-agent@orchestrator.service"]);
    finds(Some("hazard.server-cgroup"));
}
