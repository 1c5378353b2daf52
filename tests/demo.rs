//! The demo on a real tmux: every agent of its cast comes up, and nothing of it outlives it, however it ends.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a failure is the test's failure"
)]
#![allow(clippy::disallowed_methods, reason = "this test starts the program, and waits for it")]

mod support;

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use mosaic_top::cli::demo::fleet::{CAST, Plays};
use support::{SOON, need, wait_until};
use tempfile::TempDir;

/// Everything of one test lies here, the demo's own directory too.
struct Demo {
    tmp: TempDir,
}

impl Demo {
    fn new() -> Self {
        need("tmux", &["-V"]);
        Self { tmp: tempfile::tempdir().unwrap() }
    }

    fn start(&self, args: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mosaic-top"));
        command
            .arg("demo")
            .args(args)
            .env("TMPDIR", self.tmp.path())
            .env("XDG_STATE_HOME", self.tmp.path().join("log"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The demo's directory, while there is one.
    fn dir(&self) -> Option<PathBuf> {
        let entries = self.tmp.path().read_dir().unwrap().map(|entry| entry.unwrap().path());
        entries.into_iter().find(|path| path.to_string_lossy().contains("mosaic-demo-"))
    }

    fn tmux(&self, words: &[&str]) -> String {
        let Some(dir) = self.dir() else { return String::new() };
        text(&tmux(&dir, words))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Only for a test that failed: a good one has left nothing.
        if let Some(dir) = self.dir() {
            tmux(&dir, &["kill-server"]);
        }
    }
}

fn tmux(dir: &Path, words: &[&str]) -> Output {
    let socket = dir.file_name().unwrap();
    let mut command = Command::new("tmux");
    command.args(["-u", "-f", "/dev/null", "-L"]).arg(socket).args(words).env("TMUX_TMPDIR", dir);
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn gone(demo: &Demo) {
    wait_until("the demo's directory is gone", SOON, || demo.dir().map_or(Ok(()), Err));
}

#[test]
fn every_agent_of_the_cast_comes_up_as_what_it_plays() {
    let demo = Demo::new();
    let kept = demo.start(&["--keep"]).wait_with_output().unwrap();
    assert!(kept.status.success(), "{}", String::from_utf8_lossy(&kept.stderr));
    assert!(text(&kept).contains("kill-server"), "it does not say how to end it:\n{}", text(&kept));
    let format = "#{session_name} #{pane_current_command} #{pane_dead}#{pane_dead_status} #{alternate_on}";
    let expected: Vec<String> = CAST
        .iter()
        .filter_map(|cast| match cast.plays? {
            Plays::Shell => Some(format!("{} sh 0 0", cast.name)),
            Plays::Stub(runtime, kind) => {
                let dead = if kind.word() == "missing" { "1127" } else { "0" };
                Some(format!("{} {runtime} {dead} {}", cast.name, u8::from(kind.word() == "box")))
            }
        })
        .collect();
    wait_until("every pane plays what it should", SOON, || {
        let panes = demo.tmux(&["list-panes", "-a", "-F", format]);
        let missing: Vec<_> = expected.iter().filter(|line| !panes.lines().any(|pane| pane == line.as_str())).collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("missing {missing:?} in\n{panes}")) }
    });
    wait_until("the question about the folder is there", SOON, || {
        let screen = demo.tmux(&["capture-pane", "-p", "-t", "=orchestrator:"]);
        if screen.contains("❯ No, exit") { Ok(()) } else { Err(screen) }
    });
    demo.tmux(&["kill-server"]);
    gone(&demo);
}

#[test]
fn a_demo_that_was_killed_leaves_nothing() {
    let demo = Demo::new();
    let mut child = demo.start(&["--headless"]);
    wait_until("the last session is there", SOON, || {
        let sessions = demo.tmux(&["list-sessions", "-F", "#{session_name}"]);
        if sessions.lines().any(|name| name == "scratch") { Ok(()) } else { Err(sessions) }
    });
    child.kill().unwrap();
    child.wait().unwrap();
    gone(&demo);
}
