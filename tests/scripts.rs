//! Holds what `scripts/lib.sh` promises a newcomer: it installs what is missing and nothing else, by the names that the
//! package manager knows, and asks for sudo only then.
//!
//! Every program that it could start is a stand-in which only writes down how it was called: nothing is installed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a failure is the test's failure"
)]
#![allow(clippy::disallowed_methods, reason = "this test starts a shell in a directory of its own")]

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::{Command, Stdio},
};

/// A machine that has only what it is given.
struct Machine {
    dir: tempfile::TempDir,
}

/// How a step of the set-up ended.
struct Ended {
    well: bool,
    /// What it told the newcomer.
    said: String,
    /// How installers and sudo were called, a line each.
    calls: Vec<String>,
}

impl Machine {
    /// A Linux with a shell, the named package manager and the named further programs.
    fn with(programs: &[&str], uid: u32) -> Self {
        let machine = Self { dir: tempfile::tempdir().unwrap() };
        for real in ["bash", "basename", "env", "chmod"] {
            let path = ["/bin", "/usr/bin", "/opt/homebrew/bin", "/usr/local/bin"].map(|dir| Path::new(dir).join(real));
            let path = path.iter().find(|path| path.exists()).unwrap_or_else(|| panic!("this test needs {real}"));
            symlink(path, machine.dir.path().join(real)).unwrap();
        }
        machine.program("id", &format!("echo {uid}"));
        machine.program("uname", "echo Linux");
        for program in programs {
            match *program {
                "sudo" => machine.program("sudo", r#"echo "sudo $*" >>"$CALLS"; exec "$@""#),
                "old tmux" => machine.program("tmux", "echo tmux 3.1c"),
                "tmux" => machine.program("tmux", "echo tmux 3.2a"),
                // An installer brings what it is asked for: enough to see that a fresh tmux is looked at again.
                installer @ ("apt-get" | "dnf" | "pacman" | "brew") => machine.program(
                    installer,
                    &format!(
                        r#"echo "{installer} $*" >>"$CALLS"
case " $* " in *" tmux "*) printf '#!/usr/bin/env bash\necho tmux 3.4\n' >"$HERE/tmux"; chmod +x "$HERE/tmux" ;; esac"#
                    ),
                ),
                other => machine.program(other, ""),
            }
        }
        machine
    }

    fn program(&self, name: &str, does: &str) {
        let path = self.dir.path().join(name);
        let shell = self.dir.path().join("bash");
        fs::write(&path, format!("#!{}\n{does}\n", shell.display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs one step of `scripts/lib.sh`.
    fn step(&self, step: &str) -> Ended {
        let here = self.dir.path();
        let calls = here.join("calls");
        let output = Command::new(here.join("bash"))
            .args(["-euc", &format!(". scripts/lib.sh; {step}"), "scripts/test"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_clear()
            .envs([("PATH", here), ("HERE", here), ("HOME", here), ("CALLS", calls.as_path())])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let calls = fs::read_to_string(&calls).unwrap_or_default();
        Ended {
            well: output.status.success(),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
            calls: calls.lines().map(str::to_owned).collect(),
        }
    }
}

#[track_caller]
fn check(programs: &[&str], uid: u32, step: &str, expected: &[&str]) {
    let ended = Machine::with(programs, uid).step(step);
    assert_eq!(ended.calls, expected, "{programs:?}, uid {uid}, {step}: {}", ended.said);
    assert!(ended.well, "{programs:?}, uid {uid}, {step}: {}", ended.said);
}

const ROOT: u32 = 0;
const SOMEBODY: u32 = 1000;

#[test]
fn what_is_there_is_not_installed_and_sudo_is_not_asked() {
    check(&["apt-get", "sudo", "tmux"], SOMEBODY, "need_tmux", &[]);
    check(&["apt-get", "sudo", "cargo", "cc"], SOMEBODY, "need_rust", &[]);
    assert!(!Machine::with(&["tmux"], SOMEBODY).step("tmux_is_new_enough 5").well, "3.2a is not 3.5");
}

#[test]
fn a_missing_or_old_tmux_is_installed_with_each_package_manager() {
    for present in [None, Some("old tmux")] {
        for (manager, calls) in [
            ("apt-get", &["apt-get update -qq", "apt-get install -y -qq --no-install-recommends tmux"][..]),
            ("dnf", &["dnf install -y -q tmux"]),
            ("pacman", &["pacman -Sy --noconfirm --needed tmux"]),
            ("brew", &["brew install tmux"]),
        ] {
            let programs: Vec<&str> = [Some(manager), present].into_iter().flatten().collect();
            check(&programs, ROOT, "need_tmux", calls);
        }
    }
}

#[test]
fn somebody_who_is_not_root_is_asked_by_sudo_for_that_step_alone_and_brew_needs_none() {
    let asked = ["sudo dnf install -y -q tmux", "dnf install -y -q tmux"];
    check(&["dnf", "sudo"], SOMEBODY, "need_tmux", &asked);
    check(&["brew", "sudo"], SOMEBODY, "need_tmux", &["brew install tmux"]);
    let ended = Machine::with(&["dnf", "sudo"], SOMEBODY).step("need_tmux");
    assert!(ended.said.contains("sudo is needed for: dnf install -y -q tmux"), "{}", ended.said);
}

#[test]
fn the_parts_for_tests_have_each_managers_own_names() {
    for (manager, names) in [
        ("apt-get", "procps systemd dbus-user-session util-linux"),
        ("dnf", "procps-ng systemd dbus-daemon util-linux"),
        ("pacman", "procps-ng systemd dbus util-linux"),
    ] {
        let ended = Machine::with(&[manager], ROOT).step("need_test_components");
        let last = ended.calls.last().cloned().unwrap_or_default();
        assert!(last.ends_with(&format!(" {names}")), "{manager}: {last}");
        let ended = Machine::with(&[manager, "ps", "unshare"], ROOT).step("need_test_components");
        assert!(!ended.calls.last().unwrap().contains("procps"), "{:?}", ended.calls);
    }
    check(&["brew"], SOMEBODY, "need_test_components", &[]);
}

#[test]
fn an_ssh_server_is_brought_and_kept_from_listening() {
    let install = "apt-get install -y -qq --no-install-recommends openssh-server openssh-client";
    let mask = "systemctl mask --quiet ssh.service ssh.socket";
    let machine = Machine::with(&["apt-get"], ROOT);
    machine.program("systemctl", r#"echo "systemctl $*" >>"$CALLS""#);
    assert_eq!(machine.step("need_sshd").calls, [mask, "apt-get update -qq", install]);
    check(&["apt-get"], ROOT, "need_sshd", &["apt-get update -qq", install]);
    check(&["dnf"], ROOT, "need_sshd", &["dnf install -y -q openssh-server openssh-clients"]);
    check(&["pacman"], ROOT, "need_sshd", &["pacman -Sy --noconfirm --needed openssh"]);
    check(&["brew"], SOMEBODY, "need_sshd", &[]);
}

#[test]
fn a_compiler_is_brought_and_rust_is_not() {
    let calls = ["apt-get update -qq", "apt-get install -y -qq --no-install-recommends gcc libc6-dev"];
    check(&["apt-get", "cargo"], ROOT, "need_rust", &calls);
    let ended = Machine::with(&["apt-get", "cc"], ROOT).step("need_rust");
    assert!(!ended.well && ended.calls.is_empty() && ended.said.contains("https://rustup.rs"), "{}", ended.said);
}

#[test]
fn who_cannot_go_on_is_told_what_to_do() {
    for (programs, says) in [
        (&["dnf"][..], "Run as root, then start this again: dnf install -y -q tmux"),
        (&["sudo"], "Install by hand: tmux"),
    ] {
        let ended = Machine::with(programs, SOMEBODY).step("need_tmux");
        assert!(!ended.well && ended.calls.is_empty(), "{programs:?}: {:?}", ended.calls);
        assert!(ended.said.contains(says), "{programs:?}: {}", ended.said);
    }
    let ended = Machine::with(&["old tmux"], ROOT).step("install_missing() { :; }; need_tmux");
    assert!(ended.said.contains("this system brings 'tmux 3.1c'"), "{}", ended.said);
}
