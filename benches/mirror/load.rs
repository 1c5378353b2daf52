//! What a mirror costs: the agent's own throughput, the dashboard under a flood, twenty open mirrors at rest.

use std::{
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use mosaic_top::{
    adapter::{
        exec::Local,
        tap::{
            binary::Binary,
            client::{Mirror, Mirrors},
            server::Server,
        },
        tmux::Tmux,
    },
    fleet::{ids::Socket, mirror::MirrorNews},
};

use crate::{
    Scale,
    stage::{Stage, cpu},
};

/// How much the agent prints to measure its throughput.
const PAYLOAD: usize = 24 << 20;

/// How many mirrors are open at rest.
const MIRRORS: usize = 20;

/// Prints the figures.
pub(crate) fn tables(binary: &Path, scale: Scale) {
    println!("| load | figure |\n|---|---|");
    throughput(binary);
    flooded(binary, scale);
    at_rest(binary, scale);
    println!();
}

/// The agent writes as fast as tmux takes it, with a mirror open and without.
fn throughput(binary: &Path) {
    let mut stage = Stage::new(1);
    let rate = |stage: &mut Stage| {
        let line =
            b"\x1b[32mone\x1b[m line of an agent that prints a great deal of text, \x1b[38;5;200mcoloured\x1b[m\r\n";
        let payload = line.repeat(PAYLOAD / line.len());
        let start = Instant::now();
        stage.play(&payload);
        // tmux answers when it has taken what came before.
        stage.tmux(&["display-message", "-p", "done"]);
        #[allow(clippy::cast_precision_loss, reason = "megabytes")]
        let megabytes = payload.len() as f64 / 1e6;
        megabytes / start.elapsed().as_secs_f64()
    };
    let mean = |stage: &mut Stage| (rate(stage) + rate(stage) + rate(stage)) / 3.0;
    let before = mean(&mut stage);
    let open = stage.dashboard(binary);
    let with = mean(&mut stage);
    drop(open);
    // The pipe outlives its last watcher by three seconds.
    thread::sleep(Duration::from_secs(5));
    let without = f64::midpoint(before, mean(&mut stage));
    println!(
        "| the agent's throughput, MB/s | {without:.1} without a mirror, {with:.1} with one: {:.2} |",
        with / without
    );
}

/// The dashboard while the very pane that it shows floods: its cost, and how soon a key is answered.
fn flooded(binary: &Path, scale: Scale) {
    let stage = Stage::new(1);
    stage.flood(1);
    let mut dashboard = stage.dashboard(binary);
    dashboard.keys.write_all(b"/\x15flood-0\r").unwrap();
    dashboard.until("flooding");
    let (server, tap) = (stage.server(), stage.tap().expect("a tap"));
    let parts = [("dashboard", dashboard.pid()), ("tap", tap), ("tmux", server)];
    let before = parts.map(|(_, pid)| cpu(pid));
    let start = Instant::now();
    let mut answers = Vec::new();
    while start.elapsed() < Duration::from_secs(scale.seconds) {
        for (key, text) in [(&b"?"[..], "Esc closes"), (b"?", "flooding")] {
            thread::sleep(Duration::from_millis(60));
            dashboard.drain();
            let pressed = Instant::now();
            dashboard.keys.write_all(key).unwrap();
            answers.push(dashboard.until(text) - pressed);
        }
    }
    let spent = start.elapsed().as_secs_f64();
    let shares: Vec<String> = parts
        .iter()
        .zip(before)
        .map(|((name, pid), before)| format!("{name} {:.1} %", (cpu(*pid) - before) / spent * 100.0))
        .collect();
    answers.sort_unstable();
    let at = |share: usize| answers[(answers.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    println!("| its pane flooding, of a core | {} |", shares.join(", "));
    println!("| a key answered meanwhile, {} keys | p50 {:.1} ms, p99 {:.1} ms |", answers.len(), at(50), at(99));
}

/// Twenty mirrors that nothing happens in: tap, server, and whoever watches.
fn at_rest(binary: &Path, scale: Scale) {
    let stage = Stage::new(MIRRORS);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let panes: Vec<String> =
            stage.tmux(&["list-panes", "-a", "-F", "#{pane_id}"]).lines().map(String::from).collect();
        let tmux = Tmux { tmpdir: Some(stage.dir().to_owned()) };
        let server =
            Server { exec: Arc::new(Local::new()), tmux, socket: Socket::Named("bench".into()), pid: stage.server() };
        let place = server.place();
        let mirrors = Arc::new(Mirrors { server, place, binary: Binary::at(binary) });
        let mut open: Vec<Mirror> = panes.iter().map(|pane| mirrors.open(pane.parse().unwrap())).collect();
        for mirror in &mut open {
            while !matches!(mirror.news.recv().await, Some(MirrorNews::Picture { .. })) {}
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
        let parts = [("watcher", std::process::id()), ("tap", stage.tap().expect("a tap")), ("tmux", stage.server())];
        let before = parts.map(|(_, pid)| cpu(pid));
        let seconds = scale.seconds * 3;
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        #[allow(clippy::cast_precision_loss, reason = "seconds")]
        let shares =
            parts.iter().zip(before).map(|((name, pid), before)| (name, (cpu(*pid) - before) / seconds as f64 * 100.0));
        let words: Vec<String> = shares.map(|(name, share)| format!("{name} {share:.2} %")).collect();
        println!("| {MIRRORS} open mirrors at rest, of a core over {seconds} s | {} |", words.join(", "));
    });
}
