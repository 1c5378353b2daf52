//! From the agent's write to the bytes leaving the watcher: `tmux attach -r` and the dashboard, idle and under flood.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::{
    Scale,
    stage::{Stage, Watcher, cpu, wake_ups},
};

/// How many other panes flood.
const FLOODS: usize = 4;

/// A mark that takes longer is lost.
const LOST: Duration = Duration::from_secs(2);

/// Prints the table: latency, and what the dashboard does meanwhile when nothing is printed at all.
pub(crate) fn table(binary: &Path, scale: Scale) {
    let mut rests = Vec::new();
    println!("From the agent's write to the bytes leaving the watcher, {} marks each, in ms:\n", scale.marks);
    println!("| | `attach -r` p50 / p90 / p99 | dashboard p50 / p90 / p99 | ratio p50 / p99 |");
    println!("|---|---|---|---|");
    for agents in scale.agents {
        let mut stage = Stage::new(*agents);
        for floods in [0, FLOODS] {
            stage.flood(floods);
            let attach = measure(&mut stage, scale.marks, Stage::attach);
            let dashboard = measure(&mut stage, scale.marks, |stage| stage.dashboard(binary));
            if floods == 0 {
                rests.push((*agents, rest(&stage, binary, scale.seconds)));
            }
            stage.dry(floods);
            let name =
                format!("{agents} agents, {}", if floods == 0 { "idle".into() } else { format!("{floods} flooding") });
            let ratio = |at| dashboard.at(at) / attach.at(at);
            println!("| {name} | {attach} | {dashboard} | {:.1} / {:.1} |", ratio(0.5), ratio(0.99));
        }
    }
    println!("\nThe dashboard while nothing is printed, over {} s:\n", scale.seconds);
    println!("| | of a core | wake-ups /s | bytes to the terminal /s |\n|---|---|---|---|");
    for (agents, [share, wakes, bytes]) in rests {
        println!("| {agents} agents | {share:.1} % | {wakes:.0} | {bytes:.0} |");
    }
    println!();
}

/// The dashboard's share of a core in percent, its wake-ups and its bytes each second, with its mirror open.
fn rest(stage: &Stage, binary: &Path, seconds: u64) -> [f64; 3] {
    let mut dashboard = stage.dashboard(binary);
    thread::sleep(Duration::from_secs(1));
    dashboard.drain();
    let pid = dashboard.pid();
    let before = (cpu(pid), wake_ups(pid));
    thread::sleep(Duration::from_secs(seconds));
    let (spent, woken, bytes) = (cpu(pid) - before.0, wake_ups(pid) - before.1, dashboard.bytes());
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let each = |number: f64| number / seconds as f64;
    [each(spent) * 100.0, each(woken), each(bytes)]
}

/// Times marks, one after another, at moments that no frame clock knows.
fn measure(stage: &mut Stage, marks: usize, open: impl Fn(&Stage) -> Watcher) -> Times {
    let mut watcher = open(stage);
    thread::sleep(Duration::from_millis(500));
    let mut times = Vec::with_capacity(marks);
    for mark in 0..marks {
        // Every letter differs from the one before: nothing but the whole mark is drawn anew.
        let letter = char::from(b'A' + u8::try_from(mark % 26).unwrap_or(0));
        let text = letter.to_string().repeat(8);
        watcher.drain();
        let start = Instant::now();
        stage.play(format!("\x1b[H{text}").as_bytes());
        times.push(watcher.find(&text, LOST).map_or(LOST, |seen| seen - start));
        thread::sleep(Duration::from_millis(23 + (mark as u64 * 7) % 31));
    }
    Times::of(times)
}

/// Sorted times.
struct Times(Vec<Duration>);

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The time below which that share lies, in milliseconds.
    fn at(&self, share: f64) -> f64 {
        #[allow(clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "an index of a short list")]
        let index = ((self.0.len() - 1) as f64 * share).round() as usize;
        self.0[index].as_secs_f64() * 1000.0
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("{:.1} / {:.1} / {:.1}", self.at(0.5), self.at(0.9), self.at(0.99)))
    }
}
