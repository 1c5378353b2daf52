//! Hazards of the tmux server and of who reaches it. Another version, and a server of another protocol, are given by a
//! stand-in named tmux on the PATH, since there is one real tmux here; all else is really made.

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::*;

/// Replaces tmux for the program, not for the test: `V` is what `-V` says, `version` what servers call themselves.
fn stands_in(fleet: &Fleet, version: &str) {
    let real = real_tmux();
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = -V ] && {{ echo 'tmux {version}'; exit; }}\n\
         for word do shift; set -- \"$@\" \"$(printf %s \"$word\" | sed 's/#{{version}}/{version}/g')\"; done\nexec {real} \"$@\"\n"
    );
    write(fleet, "bin/tmux", &script);
    mode(&fleet.home().join("bin/tmux"), 0o755);
}

fn real_tmux() -> String {
    let real = Command::new("sh").args(["-c", "command -v tmux"]).output().unwrap();
    String::from_utf8(real.stdout).unwrap().trim().to_owned()
}

fn real_tmux_again(fleet: &Fleet) {
    fs::remove_file(fleet.home().join("bin/tmux")).unwrap();
}

/// Stopped as by Ctrl-Z, and let go on when dropped, or nobody could end it.
struct Stopped(Pid);

impl Stopped {
    fn server_of(fleet: &Fleet) -> Self {
        let pid = Pid::from_raw(fleet.tmux.ask("=enhancer:", "#{pid}").parse().unwrap());
        kill(pid, Signal::SIGSTOP).unwrap();
        Self(pid)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = kill(self.0, Signal::SIGCONT);
    }
}

/// A client in control mode, until it is dropped.
struct Client {
    child: std::process::Child,
}

impl Client {
    fn attached(fleet: &Fleet, words: &[&str]) -> Self {
        let mut command = fleet.tmux.command();
        command.args(["-C", "attach"]).args(words).stdin(Stdio::piped()).stdout(Stdio::null());
        let child = command.spawn().unwrap();
        wait_until("it is attached", SOON, || match fleet.tmux.tmux(&["list-clients"]) {
            none if none.is_empty() => Err(none),
            _ => Ok(()),
        });
        Self { child }
    }

    /// Its input ends, and so does it.
    fn leaves(mut self, fleet: &Fleet) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
        wait_until("it is gone", SOON, || match fleet.tmux.tmux(&["list-clients"]) {
            none if none.is_empty() => Ok(()),
            some => Err(some),
        });
    }
}

#[test]
fn a_server_that_hangs_is_empty_or_gone() {
    let fleet = healthy();
    finds(&fleet, &[]);
    let stopped = Stopped::server_of(&fleet);
    finds(&fleet, &["tmux.unreachable"]);
    drop(stopped);
    finds(&fleet, &[]);
    fleet.tmux.tmux(&["set-option", "-s", "exit-empty", "off"]);
    fleet.tmux.tmux(&["kill-session", "-t", "=orchestrator"]);
    fleet.tmux.tmux(&["kill-session", "-t", "=enhancer"]);
    finds(&fleet, &["tmux.empty"]);
    fleet.tmux.kill();
    finds(&fleet, &["tmux.absent"]);
    write(&fleet, "bin/tmux", "#!/bin/sh\necho 'protocol version mismatch (client 8, server 7)' >&2\nexit 1\n");
    mode(&fleet.home().join("bin/tmux"), 0o755);
    finds(&fleet, &["tmux.other-protocol"]);
    real_tmux_again(&fleet);
    finds(&fleet, &["tmux.absent"]);
}

#[test]
fn most_sessions_are_gone_at_once() {
    let names = ["orchestrator", "enhancer", "coder0", "coder1"];
    let fleet = healthy_fleet_of(&names);
    finds(&fleet, &[]);
    let end = |name: &str| fleet.tmux.tmux(&["kill-session", "-t", &format!("={name}")]);
    end("coder0");
    end("coder1");
    finds(&fleet, &[]);
    end("enhancer");
    finds(&fleet, &["tmux.mass-death"]);
}

#[test]
fn versions_that_a_stand_in_gives() {
    let fleet = healthy();
    let server = fleet.tmux.ask("=enhancer:", "#{version}");
    stands_in(&fleet, "3.1c");
    // The client, and the server.
    finds(&fleet, &["tmux.too-old", "tmux.too-old"]);
    write(
        &fleet,
        "bin/tmux",
        &format!("#!/bin/sh\n[ \"$1\" = -V ] && {{ echo tmux 9.9; exit; }}\nexec {} \"$@\"\n", real_tmux()),
    );
    finds(&fleet, &["tmux.other-version"]);
    stands_in(&fleet, &server);
    finds(&fleet, &[]);
    let watcher = Client::attached(&fleet, &["-r", "-t", "=enhancer"]);
    stands_in(&fleet, "3.6a");
    finds(&fleet, &["access.clients"]);
    stands_in(&fleet, "3.7");
    finds(&fleet, &["access.clients", "tmux.read-only-client"]);
    watcher.leaves(&fleet);
    finds(&fleet, &[]);
    fleet.tmux.tmux(&["set-option", "-gw", "window-size", "manual"]);
    finds(&fleet, &[]);
    stands_in(&fleet, "3.3a");
    finds(&fleet, &["tmux.window-size-manual"]);
}

#[test]
fn viewers_and_other_users() {
    let fleet = healthy();
    fleet.tmux.tmux(&["new-session", "-d", "-t", "=enhancer", "-s", "enhancer-watch-4711"]);
    finds(&fleet, &[]);
    let viewer = Client::attached(&fleet, &["-r", "-t", "=enhancer-watch-4711"]);
    finds(&fleet, &["access.clients", "viewer.attached"]);
    viewer.leaves(&fleet);
    finds(&fleet, &[]);
    let access = |way: &[&str]| fleet.tmux.command().arg("server-access").args(way).output().unwrap();
    if !access(&["-l"]).status.success() {
        eprintln!("NOT APPLICABLE: this tmux lets no other user in");
        return;
    }
    assert!(access(&["-a", "-r", "nobody"]).status.success());
    let (_, report) = doctor(&fleet);
    let told = told(&report, "access.users").unwrap_or_else(|| panic!("{report:#}"));
    assert!(told.contains("lets in nobody (R)"), "{told}");
    assert!(access(&["-d", "nobody"]).status.success());
    finds(&fleet, &[]);
}
