//! Verified sends through a real tmux to stand-ins of the runtimes: what a receipt says is what happened.
//!
//! Eight random messages for each runtime here; `scripts/bench sends --full` sends 200 to each and prints the table.

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
    collections::BTreeSet,
    io::Write as _,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use mosaic_top::{
    fleet::{
        delivery::{
            Delivery, Input, Kind, PaneSight, Plan, Receipt, Sight, Step, Timing, Touch, Verdict, WhenBusy, WhenDraft,
        },
        message::{Body, Label, Message},
        record::{Record, claude, codex, journal::Journal, pi},
        runtime::spec::RuntimeSpecs,
    },
    screen::{Screen, Size},
};
use support::{
    SOON, Tmux,
    standin::{self, Standin, lines},
    wait_until,
};

const RUNTIMES: [&str; 4] = ["claude", "codex", "pi", "opencode"];
const SIZE: Size = Size { rows: 24, cols: 80 };
const PLAYER: &str = "a_stand_in_plays_when_it_is_asked_to";

/// No test: what a pane runs.
#[test]
fn a_stand_in_plays_when_it_is_asked_to() {
    standin::play_if_asked();
}

/// A stand-in in a pane of its own server.
struct Stage {
    tmux: Tmux,
    agent: Standin,
    _dir: tempfile::TempDir,
    pane: String,
    pid: u32,
}

impl Stage {
    fn new(runtime: &'static str, seed: u64, asked: &'static str) -> Self {
        let tmux = Tmux::new();
        let dir = tempfile::tempdir().unwrap();
        let agent = Standin { runtime, seed, dir: dir.path().to_owned(), asked };
        tmux.session("agent", &agent.command(PLAYER));
        let pane = tmux.ask("agent", "#{pane_id}");
        let pid = tmux.ask("agent", "#{pane_pid}").parse().unwrap();
        let stage = Self { tmux, agent, _dir: dir, pane, pid };
        wait_until("the stand-in is up", SOON, || {
            let text = stage.screen().0.text().join("\n");
            text.contains("history begins").then_some(()).ok_or(text)
        });
        stage
    }

    /// Its screen and the facts beside it, from one command.
    fn screen(&self) -> (Screen, Vec<String>) {
        let facts = "#{cursor_y} #{cursor_x} #{cursor_flag} #{pane_pid} #{pane_dead} #{pane_in_mode} #{pane_title}";
        let said = self.tmux.tmux(&[
            "display-message",
            "-p",
            "-t",
            &self.pane,
            facts,
            ";",
            "capture-pane",
            "-p",
            "-e",
            "-t",
            &self.pane,
        ]);
        let (facts, picture) = said.split_once('\n').unwrap_or((&said, ""));
        let facts: Vec<String> = facts.splitn(7, ' ').map(str::to_owned).collect();
        let number = |at: usize| facts[at].parse::<u16>().unwrap() + 1;
        let mut bytes = "\x1b[?7l".to_owned();
        for (at, line) in picture.lines().enumerate() {
            bytes.extend([format!("\x1b[{};1H{line}", at + 1)]);
        }
        let mode = if facts[2] == "1" { 'h' } else { 'l' };
        bytes.extend([format!("\x1b[{};{}H\x1b[?25{mode}", number(0), number(1))]);
        (Screen::drawn(SIZE, bytes.as_bytes()), facts)
    }

    /// The runtime's own record, read as the product reads it; opencode's data base is not played.
    fn record(&self) -> Option<Record> {
        let mut journal: Box<dyn Journal> = match self.agent.runtime {
            _ if self.agent.asked.contains("silent") => return None,
            "claude" => Box::new(claude::Transcript::default()),
            "codex" => Box::new(codex::Rollout::default()),
            "pi" => Box::new(pi::Session::default()),
            _ => return None,
        };
        for line in lines(&self.agent.record()) {
            journal.line(&line);
        }
        Some(journal.record())
    }

    fn look(&self, machine: &mut Delivery, now: Instant) -> Step {
        let (screen, facts) = self.screen();
        let record = self.record();
        let text = screen.text().join("\n");
        let pane = PaneSight {
            pid: facts[3].parse().unwrap(),
            dead: facts[4] == "1",
            in_mode: facts[5] != "0",
            own: false,
            title: facts.get(6).map_or("", String::as_str),
            cursor_shown: facts[2] == "1",
            command: self.agent.runtime,
        };
        let busy = ["esc to interrupt", "esc interrupt", "── ⠦ Working"].iter().any(|mark| text.contains(mark));
        let prompt = text.contains("Trust this folder?").then_some("Trust this folder?");
        let sight = Sight { screen: &screen, pane, prompt, busy: Some(busy), record: record.as_ref() };
        machine.next(Input::Saw(sight), now.elapsed())
    }

    fn touch(&self, touch: &Touch) {
        let pane = self.pane.as_str();
        match touch {
            Touch::LeaveMode => drop(self.tmux.tmux(&["send-keys", "-t", pane, "-X", "cancel"])),
            Touch::Keys(keys) => {
                let words = ["send-keys", "-t", pane].into_iter().chain(keys.iter().map(String::as_str));
                self.tmux.tmux(&words.collect::<Vec<_>>());
            }
            Touch::Type(text) => drop(self.tmux.tmux(&["send-keys", "-t", pane, "-l", "--", text])),
            Touch::Paste(text) => self.paste(text),
            Touch::Enter => drop(self.tmux.tmux(&["send-keys", "-t", pane, "Enter"])),
        }
    }

    fn paste(&self, text: &str) {
        let mut load = self.tmux.command();
        let mut load = load.args(["load-buffer", "-b", "sends", "-"]).stdin(Stdio::piped()).spawn().unwrap();
        load.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(load.wait().unwrap().success());
        self.tmux.tmux(&["paste-buffer", "-p", "-r", "-d", "-b", "sends", "-t", &self.pane]);
    }

    fn plan(&self, text: &str) -> Plan {
        Plan {
            text: text.to_owned(),
            kind: Kind::Message,
            pid: self.pid,
            spec: RuntimeSpecs::builtin().of(self.agent.runtime),
            host: self.tmux.ask(&self.pane, "#{host}"),
            busy: WhenBusy::Queue,
            draft: WhenDraft::Refuse,
            timing: Timing::default(),
        }
    }

    fn send(&self, plan: Plan) -> Receipt {
        let mut machine = Delivery::new(plan);
        let now = Instant::now();
        let mut step = machine.next(Input::Start, now.elapsed());
        loop {
            step = match step {
                Step::Look { after } => {
                    thread::sleep(after);
                    self.look(&mut machine, now)
                }
                Step::Do(touch) => {
                    self.touch(&touch);
                    machine.next(Input::Done, now.elapsed())
                }
                Step::End(receipt) => return receipt,
            };
        }
    }

    fn shows(&self, what: &str, shown: &str) {
        wait_until(what, SOON, || {
            let text = self.screen().0.text().join("\n");
            text.contains(shown).then_some(()).ok_or(text)
        });
    }

    /// Waits until the agent is at rest, so that the next send meets no turn.
    fn rests(&self) {
        wait_until("the agent is at rest", SOON, || {
            let text = self.screen().0.text().join("\n");
            let busy = ["esc to interrupt", "esc interrupt", "── ⠦ Working"].iter().any(|mark| text.contains(mark));
            (!busy).then_some(()).ok_or(text)
        });
    }
}

/// Random messages: one line or many, short or long, plain or wide.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    fn body(&mut self, number: usize) -> String {
        const WORDS: [&str; 12] =
            ["build", "it", "naïve", "漢字", "--flag", "C-c", "Enter", "$(x)", "a/b.rs", "\"q\"", "#{x}", "👩‍💻"];
        let lines = if self.roll(3) == 0 { 1 } else { 1 + self.roll(30) };
        let most = if self.roll(4) == 0 { 120 } else { 12 };
        let words = 1 + self.roll(most);
        let mut body = format!("number {number}");
        for line in 0..lines {
            if line > 0 {
                body.push('\n');
            }
            for _ in 0..words {
                body.push(' ');
                body += WORDS[self.roll(WORDS.len() as u64) as usize];
            }
        }
        body
    }
}

/// What became of the sends to one runtime.
#[derive(Debug, Default)]
struct Tally {
    accepted: usize,
    by_record: usize,
    queued: usize,
    draft: usize,
    other: usize,
    more_enters: usize,
    took: Vec<Duration>,
}

/// Sends so many messages and holds every receipt against what the stand-in wrote down.
fn sends(runtime: &'static str, count: usize, seed: u64) -> Tally {
    let stage = Stage::new(runtime, seed, "");
    let mut dice = Dice(seed | 1);
    let (mut tally, mut left_behind) = (Tally::default(), false);
    for number in 0..count {
        // Now and then straight into a turn that runs: queued.
        if dice.roll(5) > 0 {
            stage.rests();
        }
        let from = Label::new("operator:mosaic-top").unwrap();
        let to = Label::new("here:agent").unwrap();
        let body = Body::clean(&dice.body(number)).unwrap().text().to_owned();
        let text = Message { from, to, class: None, body }.write();
        let before = stage.agent.submitted().len();
        // What an earlier one left behind, on a machine that was too busy for its three tries, is ours to clear.
        let draft = if left_behind { WhenDraft::Replace } else { WhenDraft::Refuse };
        let receipt = stage.send(Plan { draft, ..stage.plan(&text) });
        left_behind = receipt.typed && receipt.verdict != Verdict::Accepted;
        let told = format!("{runtime} #{number} ({} bytes): {receipt:#?}", text.len());
        let screen = || stage.screen().0.text().join("\n");
        tally.more_enters += usize::from(receipt.enters > 1);
        let submitted = stage.agent.submitted();
        match receipt.verdict {
            Verdict::Accepted => {
                let last = submitted.last().map(|text| text.trim_end_matches('\n').to_owned());
                assert_eq!(submitted.len(), before + 1, "not once: {told}\n{}", screen());
                assert_eq!(last.as_deref(), Some(text.as_str()), "not the same: {told}");
                tally.accepted += 1;
                tally.by_record += usize::from(receipt.evidence.iter().any(|it| it.rule == "turn"));
                tally.queued += usize::from(receipt.says.starts_with("queued"));
                tally.took.push(receipt.took);
            }
            Verdict::Draft => {
                assert_eq!(submitted.len(), before, "submitted after all: {told}\n{}", screen());
                tally.draft += 1;
                println!("{told}\n{}", screen());
            }
            _ => {
                assert!(submitted.len() <= before + 1, "doubled: {told}\n{}", screen());
                tally.other += 1;
                println!("{told}\n{}", screen());
            }
        }
    }
    assert_eq!(stage.agent.mishaps(), Vec::<String>::new(), "{runtime}");
    let submitted = stage.agent.submitted();
    let numbers: BTreeSet<&String> = submitted.iter().collect();
    assert_eq!(numbers.len(), submitted.len(), "{runtime}: one was submitted twice");
    tally
}

fn table(count: usize) -> bool {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
    let all: Vec<(&str, Tally)> = thread::scope(|scope| {
        let started: Vec<_> =
            RUNTIMES.iter().map(|runtime| (*runtime, scope.spawn(move || sends(runtime, count, seed)))).collect();
        started.into_iter().map(|(runtime, tally)| (runtime, tally.join().unwrap())).collect()
    });
    println!(
        "| runtime | sends | accepted | by its record | queued | more than one Enter | draft | other | Enter → verdict, median | worst |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut all_accepted = true;
    for (runtime, mut tally) in all {
        tally.took.sort();
        let (median, worst) = (tally.took[tally.took.len() / 2], tally.took[tally.took.len() - 1]);
        println!(
            "| {runtime} | {count} | {} | {} | {} | {} | {} | {} | {} ms | {} ms |",
            tally.accepted,
            tally.by_record,
            tally.queued,
            tally.more_enters,
            tally.draft,
            tally.other,
            median.as_millis(),
            worst.as_millis()
        );
        all_accepted &= tally.accepted == count;
        assert!(runtime == "opencode" || tally.by_record > 0, "{runtime}: none by its own record");
    }
    all_accepted
}

#[test]
fn what_is_accepted_was_submitted_once_and_whole() {
    assert!(table(8), "the stand-in takes the third Enter at the latest");
}

/// `scripts/bench sends [--full]`.
#[test]
#[ignore = "minutes: scripts/bench sends"]
fn sends_as_many_as_the_bench_asks_for() {
    table(std::env::var("SENDS").ok().and_then(|count| count.parse().ok()).unwrap_or(200));
}

#[test]
fn a_hundred_kilobytes_arrive_as_one_message() {
    for runtime in RUNTIMES {
        let stage = Stage::new(runtime, 3, "calm");
        let text = "0123456789 abcdefg hi\n".repeat(100_000 / 22);
        let text = Body::clean(&text).unwrap().text().to_owned();
        let receipt = stage.send(stage.plan(&text));
        assert_eq!(receipt.verdict, Verdict::Accepted, "{runtime}: {receipt:?}");
        assert_eq!(stage.agent.submitted(), [text], "{runtime}");
    }
}

#[test]
fn codex_behind_its_gate_is_not_sent_to() {
    let stage = Stage::new("codex", 5, "gate calm");
    let receipt = stage.send(stage.plan("into the false composer"));
    assert_eq!((receipt.verdict, receipt.typed), (Verdict::Refused, false), "{receipt:?}");
    assert!(receipt.says.contains("Trust this folder?"), "{receipt:?}");
    assert_eq!(stage.agent.submitted(), Vec::<String>::new());
}

#[test]
fn codex_that_is_still_starting_is_waited_for() {
    let stage = Stage::new("codex", 5, "calm");
    let receipt = stage.send(stage.plan("as soon as it listens"));
    assert_eq!(receipt.verdict, Verdict::Accepted, "{receipt:?}");
    assert_eq!(stage.agent.submitted(), ["as soon as it listens"]);
}

#[test]
fn somebodys_draft_is_left_alone_and_replaced_when_asked() {
    for runtime in RUNTIMES {
        let stage = Stage::new(runtime, 11, "calm");
        stage.shows("the stand-in listens", if runtime == "codex" { "mock-model" } else { "history" });
        stage.tmux.tmux(&["send-keys", "-t", &stage.pane, "-l", "--", "an operator types"]);
        stage.shows("the draft is drawn", "an operator types");
        let refused = stage.send(stage.plan("ours"));
        assert_eq!((refused.verdict, refused.typed), (Verdict::Refused, false), "{runtime}: {refused:?}");
        let replaced = stage.send(Plan { draft: WhenDraft::Replace, ..stage.plan("ours instead") });
        assert_eq!(replaced.verdict, Verdict::Accepted, "{runtime}: {replaced:?}");
        assert_eq!(stage.agent.submitted(), ["ours instead"], "{runtime}");
        assert_eq!(stage.agent.mishaps(), Vec::<String>::new(), "{runtime}");
    }
}

#[test]
fn a_busy_agent_is_refused_or_queued_never_cut() {
    for runtime in RUNTIMES {
        let stage = Stage::new(runtime, 13, "slow calm");
        let first = stage.send(stage.plan("a long task"));
        assert_eq!(first.verdict, Verdict::Accepted, "{runtime}: {first:?}");
        let refused = stage.send(Plan { busy: WhenBusy::Refuse, ..stage.plan("not now") });
        assert_eq!((refused.verdict, refused.typed), (Verdict::Refused, false), "{runtime}: {refused:?}");
        let queued = stage.send(stage.plan("and then this"));
        assert_eq!(queued.verdict, Verdict::Accepted, "{runtime}: {queued:?}");
        assert!(queued.says.starts_with("queued"), "{runtime}: {queued:?}");
        assert_eq!(stage.agent.submitted(), ["a long task", "and then this"], "{runtime}");
        assert_eq!(stage.agent.mishaps(), Vec::<String>::new(), "{runtime}");
    }
}

#[test]
fn a_reset_is_typed_and_seen() {
    for runtime in RUNTIMES {
        let stage = Stage::new(runtime, 17, "calm");
        let command = RuntimeSpecs::builtin().of(runtime).reset.unwrap();
        let receipt = stage.send(Plan { kind: Kind::Reset, ..stage.plan(&command) });
        assert_eq!(receipt.verdict, Verdict::Accepted, "{runtime}: {receipt:?}");
        let submitted: Vec<String> = stage.agent.submitted().iter().map(|text| text.trim_end().to_owned()).collect();
        assert_eq!(submitted, [command], "{runtime}");
    }
}

#[test]
fn copy_mode_is_left_first() {
    let stage = Stage::new("claude", 19, "calm");
    stage.tmux.tmux(&["copy-mode", "-t", &stage.pane]);
    let receipt = stage.send(stage.plan("through copy mode"));
    assert_eq!(receipt.verdict, Verdict::Accepted, "{receipt:?}");
    assert_eq!(stage.agent.submitted(), ["through copy mode"]);
}

#[test]
fn a_prompt_that_was_put_back_is_a_draft() {
    let stage = Stage::new("claude", 23, "slow calm silent");
    let text = "cut before it began";
    thread::scope(|scope| {
        let sending = scope.spawn(|| stage.send(stage.plan(text)));
        stage.shows("the turn has begun", "Mulling");
        stage.tmux.tmux(&["send-keys", "-t", &stage.pane, "Escape"]);
        let receipt = sending.join().unwrap();
        // The first look may come before the cut or after it; what must not be is a second Enter on what was put back.
        assert_eq!(receipt.enters, 1, "{receipt:?}");
    });
    assert_eq!(stage.agent.submitted().len(), 1, "one Enter, one submission");
}

#[test]
fn a_shell_where_an_agent_should_be_gets_nothing() {
    let stage = Stage::new("claude", 29, "calm");
    stage.tmux.tmux(&["respawn-pane", "-k", "-t", &stage.pane, "sh"]);
    let receipt = stage.send(stage.plan("rm -rf x"));
    assert_eq!((receipt.verdict, receipt.typed), (Verdict::Refused, false), "{receipt:?}");
    let pid = stage.tmux.ask(&stage.pane, "#{pane_pid}").parse().unwrap();
    let receipt = stage.send(Plan { pid, ..stage.plan("rm -rf x") });
    assert_eq!((receipt.verdict, receipt.typed), (Verdict::Refused, false), "{receipt:?}");
}

#[test]
fn an_unknown_program_is_never_claimed_to_have_accepted() {
    let tmux = Tmux::new();
    tmux.session("agent", "cat");
    let dir = tempfile::tempdir().unwrap();
    let agent = Standin { runtime: "opencode", seed: 1, dir: dir.path().to_owned(), asked: "" };
    let (pane, pid) = (tmux.ask("agent", "#{pane_id}"), tmux.ask("agent", "#{pane_pid}").parse().unwrap());
    let stage = Stage { tmux, agent, _dir: dir, pane, pid };
    let spec = RuntimeSpecs::builtin().of("cat");
    let receipt = stage.send(Plan { spec, ..stage.plan("hello\nthere") });
    assert_eq!(receipt.verdict, Verdict::Unverifiable, "{receipt:?}");
    stage.shows("it was sent all the same", "there");
}
