//! From the agent's write to the bytes leaving the watcher: `tmux attach -r` and the dashboard, idle and under flood.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::{
    Scale,
    stage::{Stage, Watcher},
};

/// How many other panes flood.
const FLOODS: usize = 4;

/// A mark that takes longer is lost.
const LOST: Duration = Duration::from_secs(2);

/// Prints the table.
pub(crate) fn table(binary: &Path, scale: Scale) {
    println!("from the agent's write to the bytes leaving the watcher, ms ({} marks each)", scale.marks);
    println!("{:28} {:>22} {:>22} {:>14}", "", "attach -r", "dashboard", "ratio");
    println!("{:28} {:>22} {:>22} {:>14}", "", "p50 / p90 / p99", "p50 / p90 / p99", "p50 / p99");
    for agents in scale.agents {
        let mut stage = Stage::new(*agents);
        for floods in [0, FLOODS] {
            stage.flood(floods);
            let attach = measure(&mut stage, scale.marks, Stage::attach);
            let dashboard = measure(&mut stage, scale.marks, |stage| stage.dashboard(binary));
            stage.dry(floods);
            let name =
                format!("{agents} agents, {}", if floods == 0 { "idle".into() } else { format!("{floods} flooding") });
            let ratio = |at| dashboard.at(at) / attach.at(at);
            println!("{name:28} {attach:>22} {dashboard:>22} {:>6.1} / {:>4.1}", ratio(0.5), ratio(0.99));
        }
    }
    println!();
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
