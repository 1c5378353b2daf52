//! Orders that are cut off: the pane, the server or this program goes while one runs. What is said is what is known, the
//! log has it, and no buffer with the text is left behind. And interrupts, which cut off a turn on purpose.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a failure is the test's failure"
)]
#![allow(clippy::disallowed_methods, reason = "a test works with real programs and the real clock")]

mod support;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use mosaic_top::fleet::{
    action_record::{self, Logged},
    order::{Act, Target},
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use support::{
    SOON,
    program::{Fleet, Ran},
    stage::{PLAYER, Receipt, Stage, letter},
    standin::{self, Standin},
    wait_until,
};

/// No test: what a pane runs.
#[test]
fn a_stand_in_plays_when_it_is_asked_to() {
    standin::play_if_asked();
}

/// Sends to an agent that takes no Enter, does `what` while that is waited for, and returns the receipt.
fn amid_a_send(what: impl FnOnce(&Stage)) -> (Stage, Receipt) {
    let stage = Stage::new("claude", 31, "calm deaf");
    // So that the server outlives the pane.
    stage.tmux.session("other", "exec sleep 1000");
    let receipt = thread::scope(|scope| {
        let sending = scope.spawn(|| stage.send(letter("half way\nthere")));
        stage.shows("the text is in the composer", "half way");
        what(&stage);
        sending.join().unwrap()
    });
    (stage, receipt)
}

#[track_caller]
fn is_told(stage: &Stage, receipt: &Receipt, says: &str) {
    assert_eq!(receipt.verdict(), "unverifiable", "{receipt:?}");
    assert!(receipt.says().contains(says), "{receipt:?}");
    let log = stage.log();
    let verdict = log[0].verdict.as_ref().expect("the log has no verdict");
    assert_eq!((log.len(), log[0].word()), (1, "unverifiable"));
    assert_eq!(verdict.says.as_deref(), Some(receipt.says()));
}

#[test]
fn a_pane_that_is_killed_amid_a_send() {
    let (stage, receipt) = amid_a_send(|stage| drop(stage.tmux.tmux(&["kill-pane", "-t", &stage.pane])));
    is_told(&stage, &receipt, "is gone");
    assert_eq!(stage.tmux.tmux(&["list-buffers"]), "");
    assert_eq!(stage.agent.submitted(), Vec::<String>::new());
}

#[test]
fn a_program_that_ends_amid_a_send_in_a_pane_that_stays() {
    let (stage, receipt) = amid_a_send(|stage| {
        stage.tmux.tmux(&["set-option", "-w", "-t", &stage.pane, "remain-on-exit", "on"]);
        let pid = stage.tmux.ask(&stage.pane, "#{pane_pid}").parse().unwrap();
        kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    });
    is_told(&stage, &receipt, "its program has ended");
    assert_eq!(stage.tmux.tmux(&["list-buffers"]), "");
}

#[test]
fn a_server_that_is_killed_amid_a_send() {
    let (stage, receipt) = amid_a_send(|stage| stage.tmux.kill());
    is_told(&stage, &receipt, "no tmux server runs");
}

/// The program itself amid a send, held at its paste by a tmux that takes its time.
struct Held {
    fleet: Fleet,
    sending: Child,
    _dir: tempfile::TempDir,
}

impl Held {
    fn new() -> Self {
        let mut fleet = Fleet::new();
        let dir = tempfile::tempdir().unwrap();
        fleet.roster(&["a"]);
        let agent = Standin { runtime: "claude", seed: 37, dir: dir.path().to_owned(), asked: "calm" };
        fleet.tmux.session("a", &agent.command(PLAYER));
        wait_until("the stand-in is up", SOON, || {
            let text = fleet.tmux.tmux(&["capture-pane", "-p", "-t", "=a:"]);
            text.contains("history begins").then_some(()).ok_or(text)
        });
        fleet.first_on_path = Some(slow_tmux(dir.path()));
        let mut program = fleet.program(&["send", "a", "--verify", "-m", "a secret that is half way"]);
        let sending = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let held = Self { fleet, sending, _dir: dir };
        wait_until("the text is in a buffer", SOON, || {
            let buffers = held.buffers();
            if buffers.contains("a secret") { Ok(()) } else { Err(buffers) }
        });
        held
    }

    fn buffers(&self) -> String {
        self.fleet.tmux.tmux(&["list-buffers"])
    }

    fn log(&self) -> Vec<Logged> {
        let path = self.fleet.home().join("fleet/run/actions.jsonl");
        action_record::read(&fs::read_to_string(path).unwrap_or_default()).0
    }

    fn ends_by(&mut self, signal: Signal) -> Ran {
        kill(Pid::from_raw(self.sending.id().try_into().unwrap()), signal).unwrap();
        wait_until("the program has ended", SOON, || self.sending.try_wait().unwrap().map(drop).ok_or("it runs on"));
        let output = std::mem::replace(&mut self.sending, Command::new("true").spawn().unwrap());
        Ran::of(&output.wait_with_output().unwrap())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.sending.kill();
        let _ = self.sending.wait();
    }
}

/// A directory with a tmux that waits a minute before it pastes.
fn slow_tmux(dir: &Path) -> PathBuf {
    let bin = dir.join("slow");
    fs::create_dir(&bin).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let real = std::env::split_paths(&path).map(|dir| dir.join("tmux")).find(|path| path.exists()).unwrap();
    let script =
        format!("#!/bin/sh\ncase \"$*\" in *paste-buffer*) exec sleep 60;; esac\nexec {} \"$@\"\n", real.display());
    fs::write(bin.join("tmux"), script).unwrap();
    fs::set_permissions(bin.join("tmux"), fs::Permissions::from_mode(0o755)).unwrap();
    bin
}

#[test]
fn a_signal_amid_a_send_leaves_no_buffer_and_a_verdict() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let mut held = Held::new();
        let ran = held.ends_by(signal).with(1);
        assert!(ran.err.contains("stopped; what was begun is in the log"), "{signal}: {ran:?}");
        wait_until("the buffer is gone", SOON, || {
            let buffers = held.buffers();
            if buffers.is_empty() { Ok(()) } else { Err(buffers) }
        });
        let log = held.log();
        assert_eq!((log.len(), log[0].word()), (1, "unverifiable"), "{signal}: {log:?}");
        let says = log[0].verdict.as_ref().unwrap().says.clone().unwrap();
        assert_eq!(says, "it was stopped before its end was seen");
    }
}

#[test]
fn a_program_that_was_killed_amid_a_send_is_unfinished_in_the_log() {
    let mut held = Held::new();
    held.ends_by(Signal::SIGKILL);
    let log = held.log();
    assert_eq!((log.len(), log[0].word()), (1, "unfinished"), "{log:?}");
    let ran = held.fleet.run(&["log"]).with(0);
    assert!(ran.out.contains("send a") && ran.out.contains("unfinished"), "{ran:?}");
}

#[test]
fn an_interrupt_stops_a_turn_and_is_refused_where_there_is_none() {
    for runtime in ["claude", "codex", "pi", "opencode"] {
        let stage = Stage::new(runtime, 41, "slow calm");
        let sent = stage.send(letter("a long task"));
        assert_eq!(sent.verdict(), "accepted", "{runtime}: {sent:?}");
        let stopped = stage.carry_out(Act::Interrupt, stage.target());
        assert_eq!(stopped.verdict(), "done", "{runtime}: {stopped:?}");
        stage.rests();
        let refused = stage.carry_out(Act::Interrupt, stage.target());
        assert_eq!((refused.verdict(), refused.0.commands.len()), ("refused", 0), "{runtime}: {refused:?}");
        assert_eq!(stage.agent.mishaps(), Vec::<String>::new(), "{runtime}");
    }
}

/// As root on Linux, on a file system of its own that is full.
#[test]
fn on_a_full_disk_only_what_stops_is_done_and_says_that_it_is_not_logged() {
    if !nix::unistd::geteuid().is_root() || !cfg!(target_os = "linux") {
        eprintln!("NOT APPLICABLE: a full disk needs a file system of its own, which only root can mount");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mount = "mount -t tmpfs -o size=64k,mode=700 tmpfs \"$0\" && exec \"$@\"";
    let output = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-c", mount])
        .arg(dir.path())
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "inside_a_full_disk", "--ignored", "--nocapture", "--test-threads=1"])
        .env("FULL_DISK", dir.path())
        .output()
        .unwrap();
    let said = support::describe(&output);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "runs on a full disk, started by the test above"]
fn inside_a_full_disk() {
    let disk = PathBuf::from(std::env::var_os("FULL_DISK").unwrap());
    let stage = Stage::at(&disk, "claude", 53, "slow calm");
    let sent = stage.send(letter("a long task"));
    assert_eq!(sent.verdict(), "accepted", "{sent:?}");
    // The log's own last page would take more lines: it is filled with empty ones.
    let mut before = fs::read(disk.join("fleet/run/actions.jsonl")).unwrap();
    before.resize(before.len().next_multiple_of(4096), b'\n');
    fs::write(disk.join("fleet/run/actions.jsonl"), &before).unwrap();
    fs::write(disk.join("filler"), vec![0; 128 * 1024]).expect_err("the disk is full");

    let refused = stage.send(letter("not without a log"));
    assert_eq!((refused.verdict(), refused.typed()), ("refused", false), "{refused:?}");
    assert!(refused.says().contains("No space left on device"), "{refused:?}");
    let stopped = stage.carry_out(Act::Interrupt, stage.target());
    assert_eq!(stopped.verdict(), "done", "{stopped:?}");
    assert!(stopped.0.unlogged.as_ref().is_some_and(|why| why.contains("No space left")), "{stopped:?}");
    let fleet = Target { aim: None, ..stage.target() };
    let paused = stage.carry_out(Act::Pause { reason: Some("full".into()) }, fleet);
    assert_eq!(paused.verdict(), "done", "{paused:?}");
    assert!(paused.0.unlogged.is_some() && disk.join("fleet/run/PAUSED").exists(), "{paused:?}");
    let fleet = Target { aim: None, ..stage.target() };
    let refused = stage.carry_out(Act::Resume, fleet.clone());
    assert!(refused.verdict() == "refused" && disk.join("fleet/run/PAUSED").exists(), "{refused:?}");
    let forced = stage.force(Act::Resume, "the disk is full", fleet.clone());
    assert!(forced.verdict() == "done" && !disk.join("fleet/run/PAUSED").exists(), "{forced:?}");
    stage.carry_out(Act::Pause { reason: Some("full".into()) }, fleet);

    assert_eq!(fs::read(disk.join("fleet/run/actions.jsonl")).unwrap(), before, "half a line was left");
    fs::remove_file(disk.join("filler")).unwrap();
    let held = stage.send(letter("into the pause"));
    assert!(held.says().contains("paused"), "{held:?}");
    assert_eq!(stage.agent.submitted(), ["a long task"]);
}
