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

use mosaic_top::cli::demo::fleet::CAST;
use support::{SOON, need, wait_until};
use tempfile::TempDir;

/// Everything of one test lies here, the demo's own directory too.
struct Demo {
    tmp: TempDir,
}

impl Demo {
    fn new() -> Self {
        need("tmux", &["-V"]);
        let demo = Self { tmp: tempfile::tempdir().unwrap() };
        std::fs::create_dir(demo.home()).unwrap();
        demo
    }

    /// The home of the user who looks at the demo.
    fn home(&self) -> PathBuf {
        self.tmp.path().join("home")
    }

    fn start(&self, args: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mosaic-top"));
        command
            .arg("demo")
            .args(args)
            .env("TMPDIR", self.tmp.path())
            .env("HOME", self.home())
            .env_remove("XDG_CONFIG_HOME")
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

/// The demo is gone, and has left nothing in its user's home.
fn gone(demo: &Demo) {
    wait_until("the demo's directory is gone", SOON, || demo.dir().map_or(Ok(()), Err));
    let left: Vec<_> = demo.home().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A demo that was kept, and how to run the program on it.
struct Kept {
    demo: Demo,
    environment: Vec<(String, String)>,
}

impl Kept {
    fn new() -> Self {
        let demo = Demo::new();
        let kept = demo.start(&["--keep"]).wait_with_output().unwrap();
        assert!(kept.status.success(), "{}", String::from_utf8_lossy(&kept.stderr));
        let says = text(&kept);
        assert!(says.contains("kill-server"), "it does not say how to end it:\n{says}");
        let look = says.lines().find_map(|line| line.trim().strip_prefix("look: ")).unwrap();
        let pairs = look.split(' ').filter_map(|word| word.split_once('='));
        let environment = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Self { demo, environment }
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mosaic-top"));
        command.args(args).envs(self.environment.iter().cloned()).env_remove("TMUX").env_remove("TMUX_PANE");
        command.stdin(Stdio::null()).output().unwrap()
    }

    /// Does something to agents, and says how that ended.
    fn says(&self, args: &[&str], code: i32, word: &str) {
        let ran = self.run(args);
        let out = format!("{}{}", text(&ran), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.code() == Some(code) && out.contains(word), "{args:?} → {:?}:\n{out}", ran.status.code());
    }

    /// State, cause and flags of everybody, once they are as expected.
    fn shows(&self, expected: &[(&str, &str, &str, &str)]) {
        wait_until("every agent is as it should be", SOON, || {
            let ps: serde_json::Value = serde_json::from_slice(&self.run(&["ps", "--json"]).stdout).unwrap();
            let of = |name: &str| {
                let agent = ps["agents"].as_array().unwrap().iter().find(|agent| agent["name"] == name).unwrap();
                let word = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
                let flags: Vec<String> = agent["flags"].as_array().unwrap().iter().map(word).collect();
                (word(&agent["readiness"]), word(&agent["cause"]["kind"]), flags.join(" "))
            };
            let wrong: Vec<String> = expected
                .iter()
                .map(|(name, state, cause, flags)| (name, of(name), (*state, *cause, *flags)))
                .filter(|(_, is, wanted)| (is.0.as_str(), is.1.as_str(), is.2.as_str()) != *wanted)
                .map(|(name, is, wanted)| format!("{name}: {is:?}, not {wanted:?}"))
                .collect();
            if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
        });
    }

    fn screen(&self, agent: &str, says: &str) {
        wait_until(says, SOON, || {
            let screen = self.demo.tmux(&["capture-pane", "-p", "-t", &format!("={agent}:")]);
            if screen.contains(says) { Ok(()) } else { Err(screen) }
        });
    }
}

/// Everybody: state, kind of cause, flags.
const SHOWN: [(&str, &str, &str, &str); 16] = [
    ("orchestrator", "stuck", "gate", ""),
    ("enhancer", "available", "-", ""),
    ("coder0", "available", "-", ""),
    ("coder1", "stuck", "asks", ""),
    ("coder2", "working", "-", ""),
    ("review", "stale", "stale", ""),
    ("researcher", "stuck", "limit", ""),
    ("security-review", "unknown", "-", "DRIFT"),
    ("documentation", "available", "-", "DRIFT"),
    ("site-tester", "working", "-", ""),
    ("translator", "working", "-", ""),
    ("rebase", "unknown", "-", ""),
    ("release", "stuck", "gate", ""),
    ("merge-gate", "dead", "dead", ""),
    ("session-review", "dead", "dead", ""),
    ("scratch", "unknown", "-", "UNMANAGED"),
];

#[test]
fn the_fleet_has_every_state_and_takes_messages_and_orders() {
    let kept = Kept::new();
    assert_eq!(SHOWN.map(|shown| shown.0), CAST.map(|cast| cast.name));
    kept.shows(&SHOWN);
    // One agent of each runtime.
    for (agent, name) in [("review", "claude"), ("rebase", "codex"), ("coder0", "pi"), ("enhancer", "opencode")] {
        kept.says(&["send", agent, "-m", &format!("Are you there, {name}?"), "--verify"], 0, "accepted");
        kept.screen(agent, "A stub has no model");
    }
    kept.says(&["send", "orchestrator", "-m", "Are you there?", "--verify"], 4, "");
    kept.says(&["interrupt", "translator"], 0, "");
    kept.says(&["reset", "translator", "--yes"], 0, "accepted");
    kept.says(&["pause", "coder2"], 0, "");
    kept.says(&["relaunch", "merge-gate", "--yes"], 0, "is up");
    kept.says(&["relaunch", "session-review", "--yes"], 0, "is up");
    kept.says(&["relaunch", "review", "--yes"], 0, "is up");
    kept.shows(&[
        ("translator", "available", "-", ""),
        ("coder2", "available", "-", "PAUSED"),
        ("merge-gate", "available", "-", ""),
        ("session-review", "available", "-", ""),
        ("review", "available", "-", ""),
    ]);
    kept.demo.tmux(&["kill-server"]);
    gone(&kept.demo);
}

#[test]
fn the_gate_is_passed_with_its_other_row_and_ends_the_agent_with_the_first() {
    let kept = Kept::new();
    let keys = |keys: &[&str]| {
        kept.screen("orchestrator", "❯ No, exit");
        for key in keys {
            kept.demo.tmux(&["send-keys", "-t", "=orchestrator:", key]);
        }
    };
    keys(&["Enter"]);
    kept.screen("orchestrator", "not trusted");
    kept.shows(&[("orchestrator", "dead", "dead", "")]);
    kept.says(&["relaunch", "orchestrator", "--yes"], 0, "is up");
    keys(&["Down", "Enter"]);
    kept.screen("orchestrator", "esc to interrupt");
    kept.shows(&[("orchestrator", "working", "-", "")]);
    kept.demo.tmux(&["kill-server"]);
    gone(&kept.demo);
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
