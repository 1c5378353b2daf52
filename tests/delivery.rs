//! Verified sends by the product's own driver, through a real tmux, to stand-ins of the runtimes: what a receipt says is
//! what happened, and each runtime's own record is read as it is in use.
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

use std::{collections::BTreeSet, process::Stdio, thread, time::Duration};

use mosaic_top::fleet::{
    delivery::{Kind, Timing, WhenBusy, WhenDraft},
    message::{Body, Label, Message},
    order::{Act, Letter},
    runtime::spec::RuntimeSpecs,
};
use support::{
    SOON,
    stage::{Stage, letter},
    standin::{self, Standin},
    wait_until,
};

const RUNTIMES: [&str; 4] = ["claude", "codex", "pi", "opencode"];

/// No test: what a pane runs.
#[test]
fn a_stand_in_plays_when_it_is_asked_to() {
    standin::play_if_asked();
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
        let receipt = stage.send(Letter { draft, ..letter(&text) });
        left_behind = receipt.typed() && receipt.verdict() != "accepted";
        let told = format!("{runtime} #{number} ({} bytes): {receipt:#?}", text.len());
        let screen = || stage.text();
        tally.more_enters += usize::from(receipt.enters() > 1);
        let submitted = stage.agent.submitted();
        match receipt.verdict() {
            "accepted" => {
                let last = submitted.last().map(|text| text.trim_end_matches('\n').to_owned());
                assert_eq!(submitted.len(), before + 1, "not once: {told}\n{}", screen());
                assert_eq!(last.as_deref(), Some(text.as_str()), "not the same: {told}");
                tally.accepted += 1;
                tally.by_record += usize::from(receipt.by_record());
                tally.queued += usize::from(receipt.says().starts_with("queued"));
                tally.took.push(receipt.0.took);
            }
            "draft" => {
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
        assert!(tally.by_record > 0, "{runtime}: none by its own record");
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
        let receipt = stage.send(letter(&text));
        assert_eq!(receipt.verdict(), "accepted", "{runtime}: {receipt:?}");
        assert_eq!(stage.agent.submitted(), [text], "{runtime}");
    }
}

#[test]
fn codex_behind_its_gate_is_not_sent_to() {
    let stage = Stage::new("codex", 5, "gate calm");
    let receipt = stage.send(letter("into the false composer"));
    assert_eq!((receipt.verdict(), receipt.typed()), ("refused", false), "{receipt:?}");
    assert!(receipt.says().contains("asks whether this folder is trusted"), "{receipt:?}");
    assert_eq!(stage.agent.submitted(), Vec::<String>::new());
}

#[test]
fn codex_that_is_still_starting_is_waited_for() {
    let stage = Stage::new("codex", 5, "calm");
    let receipt = stage.send(letter("as soon as it listens"));
    assert_eq!(receipt.verdict(), "accepted", "{receipt:?}");
    assert_eq!(stage.agent.submitted(), ["as soon as it listens"]);
}

#[test]
fn somebodys_draft_is_left_alone_and_replaced_when_asked() {
    for runtime in RUNTIMES {
        let stage = Stage::new(runtime, 11, "calm");
        stage.shows("the stand-in listens", if runtime == "codex" { "mock-model" } else { "history" });
        stage.tmux.tmux(&["send-keys", "-t", &stage.pane, "-l", "--", "an operator types"]);
        stage.shows("the draft is drawn", "an operator types");
        let refused = stage.send(letter("ours"));
        assert_eq!((refused.verdict(), refused.typed()), ("refused", false), "{runtime}: {refused:?}");
        let replaced = stage.send(Letter { draft: WhenDraft::Replace, ..letter("ours instead") });
        assert_eq!(replaced.verdict(), "accepted", "{runtime}: {replaced:?}");
        assert_eq!(stage.agent.submitted(), ["ours instead"], "{runtime}");
        assert_eq!(stage.agent.mishaps(), Vec::<String>::new(), "{runtime}");
    }
}

#[test]
fn a_busy_agent_is_refused_or_queued_never_cut() {
    for runtime in RUNTIMES {
        let stage = Stage::new(runtime, 13, "slow calm");
        let first = stage.send(letter("a long task"));
        assert_eq!(first.verdict(), "accepted", "{runtime}: {first:?}");
        let refused = stage.send(Letter { busy: WhenBusy::Refuse, ..letter("not now") });
        assert_eq!((refused.verdict(), refused.typed()), ("refused", false), "{runtime}: {refused:?}");
        let queued = stage.send(letter("and then this"));
        assert_eq!(queued.verdict(), "accepted", "{runtime}: {queued:?}");
        assert!(queued.says().starts_with("queued"), "{runtime}: {queued:?}");
        assert_eq!(stage.agent.submitted(), ["a long task", "and then this"], "{runtime}");
        assert_eq!(stage.agent.mishaps(), Vec::<String>::new(), "{runtime}");
    }
}

#[test]
fn a_reset_is_typed_and_seen() {
    for runtime in RUNTIMES {
        let stage = Stage::new(runtime, 17, "calm");
        let command = RuntimeSpecs::builtin().of(runtime).reset.unwrap();
        let receipt = stage.send(Letter { kind: Kind::Reset, ..letter(&command) });
        assert_eq!(receipt.verdict(), "accepted", "{runtime}: {receipt:?}");
        let submitted: Vec<String> = stage.agent.submitted().iter().map(|text| text.trim_end().to_owned()).collect();
        assert_eq!(submitted, [command], "{runtime}");
    }
}

/// From 3.7 on tmux refuses keys while such a client is attached; `scripts/bench read-only` runs this with one that does.
#[test]
fn a_read_only_client_on_the_server_holds_nothing_up() {
    let stage = Stage::new("claude", 43, "slow calm");
    println!("with tmux {}", stage.tmux.ask(&stage.pane, "#{version}"));
    let attach = ["-C", "attach-session", "-f", "read-only", "-t", "=agent"];
    let mut watcher = stage.tmux.command();
    let mut watcher = watcher.args(attach).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    wait_until("the watcher is attached", SOON, || {
        let clients = stage.tmux.tmux(&["list-clients", "-F", "#{client_readonly}"]);
        if clients == "1" { Ok(()) } else { Err(clients) }
    });
    let sent = stage.send(letter("while somebody watches"));
    assert_eq!(sent.verdict(), "accepted", "{sent:?}");
    let stopped = stage.carry_out(Act::Interrupt, stage.target());
    assert_eq!(stopped.verdict(), "done", "{stopped:?}");
    let reset = Act::Reset { draft: WhenDraft::Replace, timing: Timing::default() };
    let reset = stage.carry_out(reset, stage.target());
    assert_eq!(reset.verdict(), "accepted", "{reset:?}");
    let submitted: Vec<String> = stage.agent.submitted().iter().map(|text| text.trim_end().to_owned()).collect();
    assert_eq!(submitted, ["while somebody watches", "/clear"]);
    drop(watcher.stdin.take());
    watcher.wait().unwrap();
}

/// What a slash command may hold is typed as it stands, whatever a shell, tmux or its formats would make of it.
#[test]
fn a_typed_command_arrives_as_it_stands() {
    let stage = Stage::new("claude", 47, "calm");
    for text in ["/say it's; \"$HOME\" #{pid} ~ %1 {a} \\n", "/x;", "/-l C-c Enter 'q' ''", "/ä 漢字 \\;"] {
        stage.rests();
        let receipt = stage.send(Letter { kind: Kind::Command, ..letter(text) });
        assert_eq!(receipt.verdict(), "accepted", "{receipt:?}");
        assert_eq!(stage.agent.submitted().last().map(String::as_str), Some(text));
    }
}

#[test]
fn copy_mode_is_left_first() {
    let stage = Stage::new("claude", 19, "calm");
    stage.tmux.tmux(&["copy-mode", "-t", &stage.pane]);
    let receipt = stage.send(letter("through copy mode"));
    assert_eq!(receipt.verdict(), "accepted", "{receipt:?}");
    assert_eq!(stage.agent.submitted(), ["through copy mode"]);
}

#[test]
fn a_prompt_that_was_put_back_is_a_draft() {
    let stage = Stage::new("claude", 23, "slow calm silent");
    let text = "cut before it began";
    thread::scope(|scope| {
        let sending = scope.spawn(|| stage.send(letter(text)));
        stage.shows("the turn has begun", "Mulling");
        stage.tmux.tmux(&["send-keys", "-t", &stage.pane, "Escape"]);
        let receipt = sending.join().unwrap();
        // The first look may come before the cut or after it; what must not be is a second Enter on what was put back.
        assert_eq!(receipt.enters(), 1, "{receipt:?}");
    });
    assert_eq!(stage.agent.submitted().len(), 1, "one Enter, one submission");
}

#[test]
fn a_shell_where_an_agent_should_be_gets_nothing() {
    let stage = Stage::new("claude", 29, "calm");
    let before = stage.target();
    stage.tmux.tmux(&["respawn-pane", "-k", "-t", &stage.pane, "sh"]);
    for target in [before, stage.target()] {
        let receipt = stage.carry_out(Act::Send(letter("rm -rf x")), target);
        assert_eq!((receipt.verdict(), receipt.typed()), ("refused", false), "{receipt:?}");
    }
}

#[test]
fn an_unknown_program_is_never_claimed_to_have_accepted() {
    let dir = tempfile::tempdir().unwrap();
    let agent = Standin { runtime: "cat", seed: 1, dir: dir.path().to_owned(), asked: "" };
    let stage = Stage::running(agent, dir, "cat");
    let receipt = stage.send(letter("hello\nthere"));
    assert_eq!((receipt.verdict(), receipt.typed()), ("refused", false), "two messages, perhaps: {receipt:?}");
    let receipt = stage.send(letter("hello there"));
    assert_eq!(receipt.verdict(), "unverifiable", "{receipt:?}");
    stage.shows("it was sent all the same", "there");
}
