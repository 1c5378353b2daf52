//! Never asleep, end to end: the dashboard on busy agents in a real tmux, and a prompt that appears at a random time. How
//! long until the row says stuck; how often a busy agent is called so; and recorded streams judged as they play.
//!
//! A share of it here; `scripts/bench prompts --full` shows a hundred prompts among fifty agents, ten minutes of busy
//! output, and, with `MOSAIC_SCREENS=DIR`, every recording of a collection.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs, and the real clock")]

mod support;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use support::{
    SOON,
    program::{Dashboard, Fleet, Picture, line_of},
    wait_until,
};

/// The prompts that appear, as they were recorded.
const PROMPTS: [&str; 5] = [
    "claude/trust-gate-120x40",
    "claude-2.1.197/trust-gate-120x40",
    "claude/permission-bash-120x40",
    "claude/bypass-warning-120x40",
    "claude/login-120x40",
];

/// An agent that works without end: its spinner's clock counts, and what it streams talks of prompts. USR1 shows the
/// prompt whose number is in its file, USR2 takes it away.
const BUSY: &str = r#"
gate= n=0 bar=$(printf '%120s' '' | sed 's/ /─/g')
stty raw -echo
trap 'gate=$(cat "$0.which"); draw' USR1
trap 'gate=; draw' USR2
draw() {
    if [ -n "$gate" ]; then printf '\033[H\033[2J\033[?25l'; cat "$gate"; return; fi
    n=$((n + 1))
    printf '\033[H\033[2J\033[?25l● line %s of the transcript\r\n' $n
    case $((n % 5)) in
    0) printf '  Do you trust the files in this folder?\r\n  ❯ 1. Yes, proceed\r\n    2. No, exit\r\n  Enter to confirm · Esc to cancel\r\n';;
    1) printf '  Do you want to proceed?\r\n  ❯ 1. Yes\r\n    2. No\r\n';;
    2) printf '  Press Enter to continue…\r\n  Select login method:\r\n';;
    3) printf '  You have hit your usage limit, resets 3pm\r\n  API Error: 401\r\n';;
    *) printf '  ok\r\n';;
    esac
    printf '\r\n✽ Mulling… (%ss · ↓ 66 tokens)\r\n\r\n' $n
    printf '%s\r\n❯\302\240\r\n%s\r\n  ⏵⏵ bypass permissions on · esc to interrupt' "$bar" "$bar"
}
while :; do draw; sleep 1 & wait $!; done
"#;

/// A fleet of busy agents and a dashboard that nobody touches.
struct Stage {
    fleet: Fleet,
    dashboard: Dashboard,
    pids: Vec<(String, String)>,
}

impl Stage {
    fn new(agents: usize) -> Self {
        let fleet = Fleet::new();
        for (number, prompt) in PROMPTS.iter().enumerate() {
            let text = fs::read_to_string(cases().join("gates").join(format!("{prompt}.ansi"))).unwrap();
            let text = text.trim_end_matches('\n').replace('\n', "\r\n");
            fs::write(fleet.home().join(format!("prompt{number}")), text).unwrap();
        }
        let names: Vec<String> = (0..agents).map(|number| format!("busy{number:02}")).collect();
        fleet.roster(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let mut pids = Vec::new();
        for name in names {
            let script = fleet.home().join(format!("{name}.sh"));
            fs::write(&script, BUSY).unwrap();
            let command = format!("exec {} {}", fleet.home().join("bin/claude").display(), script.display());
            fleet.tmux.tmux(&["new-session", "-d", "-x", "120", "-y", "40", "-s", &name, &command]);
            let pid = fleet.tmux.ask(&format!("={name}:"), "#{pane_pid}");
            pids.push((name, pid));
        }
        let dashboard = fleet.dashboard();
        dashboard.resize(120, u16::try_from(agents * 2 + 20).unwrap());
        let last = pids.last().unwrap().0.clone();
        dashboard.row(&last, "working");
        Self { fleet, dashboard, pids }
    }

    fn signal(&self, agent: usize, signal: &str) {
        let done = Command::new("kill").args([signal, &self.pids[agent].1]).status().unwrap();
        assert!(done.success());
    }

    fn is_stuck(text: &str, name: &str) -> bool {
        line_of(text, name).is_some_and(|line| line.contains("stuck"))
    }

    /// Shows a prompt, and says how long it took until the row said stuck.
    fn prompt(&self, agent: usize, prompt: usize) -> Duration {
        let name = &self.pids[agent].0;
        let path = self.fleet.home().join(format!("prompt{prompt}"));
        fs::write(self.fleet.home().join(format!("{name}.sh.which")), path.display().to_string()).unwrap();
        let begun = Instant::now();
        self.signal(agent, "-USR1");
        let took =
            self.until(&format!("{name} is stuck at {}", PROMPTS[prompt]), begun, |text| Self::is_stuck(text, name));
        self.signal(agent, "-USR2");
        self.until(&format!("{name} works again"), begun, |text| !Self::is_stuck(text, name));
        took
    }

    /// Looks at the dashboard as often as costs little.
    fn until(&self, what: &str, begun: Instant, wanted: impl Fn(&str) -> bool) -> Duration {
        wait_until(what, SOON, || {
            let text = self.dashboard.text();
            if wanted(&text) {
                return Ok(begun.elapsed());
            }
            thread::sleep(Duration::from_millis(40));
            Err(Picture(text))
        })
    }

    /// How many rows are called stuck while nobody waits, over so long.
    fn false_alarms(&self, time: Duration) -> usize {
        let (begun, mut alarms, mut before) = (Instant::now(), 0, 0);
        while begun.elapsed() < time {
            let text = self.dashboard.text();
            let stuck: Vec<&str> =
                text.lines().filter(|line| line.contains("busy") && line.contains("stuck")).collect();
            if stuck.len() > before {
                alarms += stuck.len() - before;
                eprintln!("a false alarm:\n{}", stuck.join("\n"));
            }
            before = stuck.len();
            thread::sleep(Duration::from_millis(250));
        }
        alarms
    }
}

/// Prompts one after the other, at random agents and random times; prints the table.
fn detect(agents: usize, prompts: usize, quiet: Duration) -> (Vec<Duration>, usize) {
    let stage = Stage::new(agents);
    // After ten looks without a key nobody is there, and the dashboard looks every two seconds.
    let alarms = stage.false_alarms(quiet);
    let mut chance = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = |most: usize| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        usize::try_from(chance % most as u64).unwrap()
    };
    let mut took: Vec<Duration> = (0..prompts)
        .map(|_| {
            thread::sleep(Duration::from_millis(draw(2500) as u64));
            stage.prompt(draw(agents), draw(PROMPTS.len()))
        })
        .collect();
    took.sort();
    let at = |percent| share(&took, percent).as_millis();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    println!(
        "{agents} busy agents, {prompts} prompts, nobody at the dashboard, load {load}: \
         stuck after p50 {} ms, p95 {} ms, at most {} ms; false alarms in {} s of busy output: {alarms}",
        at(50),
        at(95),
        at(100),
        quiet.as_secs(),
    );
    (took, alarms)
}

/// The time that so many percent of them did not exceed, by the nearest rank.
fn share(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() * percent).div_ceil(100).clamp(1, sorted.len()) - 1]
}

#[test]
fn the_share_of_times_is_the_nearest_rank() {
    let times: Vec<Duration> = (1..=100).map(Duration::from_secs).collect();
    assert_eq!([50, 95, 100].map(|percent| share(&times, percent).as_secs()), [50, 95, 100]);
    assert_eq!([1, 95].map(|percent| share(&times[..20], percent).as_secs()), [1, 19]);
}

#[test]
fn a_prompt_among_busy_agents_is_seen_and_no_busy_one_is_called_stuck() {
    let (took, alarms) = detect(6, 8, Duration::from_secs(5));
    assert_eq!((took.len(), alarms), (8, 0));
}

/// For the bench: as many as it asks for.
#[test]
#[ignore = "takes a quarter of an hour: scripts/bench prompts"]
fn prompts_as_the_bench_asks_for_them() {
    let number = |name: &str, usual| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (took, alarms) = detect(50, number("PROMPTS", 20), Duration::from_secs(number("QUIET", 30) as u64));
    assert_eq!(alarms, 0);
    let most = Duration::from_millis(number("P95_MS", 0) as u64);
    let p95 = share(&took, 95);
    assert!(most.is_zero() || p95 <= most, "the p95 is {} ms; {} ms are promised", p95.as_millis(), most.as_millis());
}

/// A stream that a runtime wrote, and what a person says that its end shows.
struct Stream {
    file: PathBuf,
    runtime: String,
    label: String,
    cols: String,
    rows: String,
}

/// What is known of recordings, by `runtime-state` or `directory/state`.
fn labels(index: &Path) -> BTreeMap<String, (String, String)> {
    let text = fs::read_to_string(index).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let fields = lines.map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    fields.map(|fields| (fields[0].clone(), (fields[1].clone(), fields[3].clone()))).collect()
}

/// The streams that are kept here, and those of a collection (`MOSAIC_SCREENS`).
fn streams() -> Vec<Stream> {
    let known = labels(&cases().join("gates/INDEX.tsv"));
    let mut found = Vec::new();
    let mut add = |file: PathBuf, name: &str| {
        let Some((runtime, label)) = known.get(name) else { return };
        let (cols, rows) = name.rsplit_once('-').unwrap().1.split_once('x').unwrap();
        // A shell that has the terminal back cannot be played by a program of the runtime's name.
        if label != "exited" && file.exists() {
            let [runtime, label, cols, rows] = [runtime.as_str(), label, cols, rows].map(str::to_owned);
            found.push(Stream { file, runtime, label, cols, rows });
        }
    };
    for name in known.keys() {
        let flat = cases().join("streams").join(format!("{}.raw", name.replacen('/', "-", 1)));
        let here = cases().join("gates").join(format!("{name}.raw"));
        match std::env::var_os("MOSAIC_SCREENS") {
            Some(collection) => add(Path::new(&collection).join(format!("{name}.raw")), name),
            None => add(if flat.exists() { flat } else { here }, name),
        }
    }
    found
}

/// Every stream plays in a pane of its own, at its own size, under its runtime's name; `ps` says what it sees.
#[test]
fn recorded_streams_are_judged_as_they_play() {
    let (fleet, streams) = (Fleet::new(), streams());
    let mut roster = format!("version: 1\ntransport: tmux\ntmux: {{ socket_name: {} }}\nagents:\n", fleet.tmux.name());
    let script = fleet.home().join("play.sh");
    fs::write(&script, "stty raw -echo; cat \"$1\"; touch \"$2\"; while :; do sleep 1000; done\n").unwrap();
    for (number, stream) in streams.iter().enumerate() {
        let name = format!("s{number}");
        roster.extend([format!("  - {{ name: {name}, class: code, runtime: {} }}\n", stream.runtime)]);
        let runtime = fleet.home().join("bin").join(&stream.runtime);
        if !runtime.exists() {
            std::os::unix::fs::symlink("/bin/sh", &runtime).unwrap();
        }
        let (runtime, file) = (runtime.display(), stream.file.display());
        let command = format!(
            "exec {runtime} {} {file} {}",
            script.display(),
            fleet.home().join(format!("{name}.played")).display()
        );
        fleet.tmux.tmux(&["new-session", "-d", "-x", &stream.cols, "-y", &stream.rows, "-s", &name, &command]);
    }
    fleet.roster_text(&roster);
    wait_until("all have played", SOON, || {
        let left: Vec<usize> =
            (0..streams.len()).filter(|number| !fleet.home().join(format!("s{number}.played")).exists()).collect();
        if left.is_empty() { Ok(()) } else { Err(left) }
    });
    let report: Value = serde_json::from_str(&fleet.run(&["ps", "--json"]).out).unwrap();
    let mut wrong = Vec::new();
    for (number, stream) in streams.iter().enumerate() {
        let agent =
            report["agents"].as_array().unwrap().iter().find(|agent| agent["name"] == format!("s{number}")).unwrap();
        let (readiness, kind) = (agent["readiness"].as_str().unwrap(), agent["cause"]["kind"].as_str());
        let right = match stream.label.as_str() {
            label @ ("gate" | "asks" | "limit") => (readiness, kind) == ("stuck", Some(label)),
            "working" => readiness == "working",
            _ => readiness != "stuck",
        };
        if !right {
            wrong.push(format!("{} is {}, judged {readiness} {kind:?}", stream.file.display(), stream.label));
        }
    }
    println!("{} streams, {} wrong\n{}", streams.len(), wrong.len(), wrong.join("\n"));
    assert!(streams.len() >= 30, "the recordings are gone");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a program reports of itself stands in its stream alone: only a mirror hears it.
#[test]
fn an_agent_whose_mirror_is_open_is_stuck_by_what_it_reports() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0"]);
    let report = r"\033]7501;state=blocked:kind=permission:msg=YXBwcm92ZSBCYXNo\033\\";
    let words = "a screen that no rule knows";
    fleet.agent("coder0", &format!("while :; do printf '{report}\\033[H{words}'; sleep 0.2; done"));
    let unheard = fleet.run(&["ps"]).out;
    assert!(!unheard.contains("stuck"), "{unheard}");
    let dashboard = fleet.dashboard();
    dashboard.row("coder0", "stuck");
    // Tall enough for the evidence: above it stands what this machine's user manager says, in as many lines as it takes.
    dashboard.resize(120, 70);
    dashboard.keys(&["Enter"]);
    let card = dashboard.until("the evidence", |text| text.contains("rule osc7501"));
    // In as many lines as its width makes of it.
    assert!(card.contains("it reports that it waits") && card.contains("permission: approve Bash"), "{card}");
}

fn cases() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}
