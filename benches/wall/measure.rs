//! Frames, keys and the processor while somebody watches; and the same of what else one could watch with.

use std::{
    env, fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use portable_pty::{CommandBuilder, PtySize};

use crate::{
    AGENTS,
    agent::WORD,
    stage::{Stage, Watcher, cpu},
};

/// The terminal that everything is watched in.
const SIZE: PtySize = PtySize { rows: 50, cols: 200, pixel_width: 0, pixel_height: 0 };

/// The corner of the focused tile: nothing else on the wall is drawn with it, so it comes when the focus has moved.
const FOCUS: &str = "┏";

/// Panes in tmux's own grid: as many as the wall shows of its usual size.
const GRID: usize = 20;

/// Prints the table.
pub(crate) fn table(binary: &Path, seconds: u64) {
    println!("{AGENTS} agents that redraw ten times a second, watched on 200×50, {seconds} s each:\n");
    println!("| watched with | frames /s | frame p50 / p99 | key → bytes p50 / p99 | itself | tap | tmux server |");
    println!("|---|---|---|---|---|---|---|");
    for floods in [false, true] {
        let stage = Stage::new(1);
        populate(&stage, floods);
        let note = if floods { ", one flooding" } else { "" };
        println!("| nobody{note} | | | | | | {} |", alone(&stage, seconds));
        for (name, keys) in [("the wall, 20 tiles", ""), ("the wall, 50 tiles", "--")] {
            println!("| {name}{note} | {} |", wall(&stage, binary, keys, seconds));
        }
        println!("| `tmux attach -r`, one agent{note} | | | | {} |", attached(&stage, "agent-01", seconds));
    }
    let stage = Stage::new(1);
    grid(&stage);
    println!("| `tmux attach -r`, tmux's own grid of {GRID} | | | | {} |", attached(&stage, "grid", seconds));
    println!("| htop | | | | {} | | |\n", htop(&stage, seconds));
}

/// An agent's words for tmux.
fn agent(number: usize) -> String {
    format!("exec {} {WORD} {number}", env::current_exe().unwrap().display())
}

fn populate(stage: &Stage, floods: bool) {
    for number in 0..AGENTS {
        let name = format!("agent-{number:02}");
        let words = if floods && number == 3 { "exec yes flooding".to_owned() } else { agent(number) };
        stage.tmux(&["new-session", "-d", "-x", "80", "-y", "24", "-s", &name, &words]);
    }
}

/// Twenty agents in one window.
fn grid(stage: &Stage) {
    stage.tmux(&["new-session", "-d", "-x", "200", "-y", "49", "-s", "grid", &agent(0)]);
    for number in 1..GRID {
        stage.tmux(&["split-window", "-t", "=grid:", &agent(number)]);
        stage.tmux(&["select-layout", "-t", "=grid:", "tiled"]);
    }
}

/// What the tmux server uses by itself.
fn alone(stage: &Stage, seconds: u64) -> String {
    let server = stage.server();
    let [share] = shares([server], seconds, |_| {});
    share
}

/// The dashboard on the wall: frames from its own log, keys by what comes out of the terminal.
fn wall(stage: &Stage, binary: &Path, keys: &str, seconds: u64) -> String {
    let log = stage.dir().join("wall.log");
    let _ = fs::remove_file(&log);
    let mut words = CommandBuilder::new(binary);
    words.args(["--socket", "bench", "-vvv", "--log", &log.display().to_string()]);
    let mut dashboard = stage.in_terminal(words, SIZE);
    dashboard.until("unmanaged");
    dashboard.keys.write_all(format!("/\x15agent\r2{keys}").as_bytes()).unwrap();
    dashboard.until(FOCUS);
    thread::sleep(Duration::from_secs(3));
    let parts = [dashboard.pid(), stage.tap().expect("a tap"), stage.server()];
    let (from, mut answers) = (frames(&log).len(), Vec::new());
    let [own, tap, server] = shares(parts, seconds, |end| press(&mut dashboard, &mut answers, end));
    let mut micros = frames(&log).split_off(from);
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let rate = micros.len() as f64 / seconds as f64;
    format!(
        "{rate:.0} | {} | {} ({} keys) | {own} | {tap} | {server}",
        times(&mut micros),
        times(&mut answers),
        answers.len()
    )
}

/// Moves the focus to and fro at moments that no frame clock knows, until the end.
fn press(dashboard: &mut Watcher, answers: &mut Vec<u128>, end: Instant) {
    for key in 0.. {
        thread::sleep(Duration::from_millis(37 + key * 13 % 41));
        if Instant::now() >= end {
            return;
        }
        dashboard.drain();
        let pressed = Instant::now();
        dashboard.keys.write_all(if key % 2 == 0 { b"l" } else { b"h" }).unwrap();
        answers.push((dashboard.until(FOCUS) - pressed).as_micros());
    }
}

/// How long each frame took, in microseconds, as the dashboard's log says.
fn frames(log: &Path) -> Vec<u128> {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.lines().filter_map(|line| line.split_once("frame micros=")?.1.trim().parse().ok()).collect()
}

/// `tmux attach -r` on a session: its own share of a core, and the server's.
fn attached(stage: &Stage, session: &str, seconds: u64) -> String {
    let mut words = CommandBuilder::new("tmux");
    words.args(["-u", "-L", "bench", "-f", "/dev/null", "attach", "-r", "-t", &format!("={session}")]);
    let client = stage.in_terminal(words, SIZE);
    thread::sleep(Duration::from_secs(2));
    let [own, server] = shares([client.pid(), stage.server()], seconds, |_| {});
    format!("{own} | | {server}")
}

/// htop with its own pace, on this machine with everything that runs on it.
fn htop(stage: &Stage, seconds: u64) -> String {
    if Command::new("htop").arg("--version").output().is_err() {
        return "not installed".to_owned();
    }
    let htop = stage.in_terminal(CommandBuilder::new("htop"), SIZE);
    thread::sleep(Duration::from_secs(2));
    let [own] = shares([htop.pid()], seconds, |_| {});
    own
}

/// What each process uses of a core while something is done until the end.
fn shares<const N: usize>(pids: [u32; N], seconds: u64, act: impl FnOnce(Instant)) -> [String; N] {
    let (start, before) = (Instant::now(), pids.map(cpu));
    let end = start + Duration::from_secs(seconds);
    act(end);
    thread::sleep(end.saturating_duration_since(Instant::now()));
    let (after, spent) = (pids.map(cpu), start.elapsed().as_secs_f64());
    std::array::from_fn(|at| format!("{:.1} %", (after[at] - before[at]) / spent * 100.0))
}

/// Median and 99th percentile, in milliseconds.
fn times(micros: &mut [u128]) -> String {
    micros.sort_unstable();
    let at = |share: usize| micros.get(micros.len().saturating_sub(1) * share / 100).copied().unwrap_or(0);
    #[allow(clippy::cast_precision_loss, reason = "microseconds")]
    let millis = |micros: u128| micros as f64 / 1000.0;
    format!("{:.1} / {:.1} ms", millis(at(50)), millis(at(99)))
}
