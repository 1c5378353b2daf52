//! Answers to prompts, end to end: the program, a real tmux, and stand-ins that ask whether a folder is trusted in both
//! of claude's layouts. By hand, by policy with nobody there, by two dashboards at once; and the user's own rules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]

mod support;

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use mosaic_top::fleet::action_record::{self, Logged, UNATTENDED};
use serde_json::Value;
use support::{
    SOON,
    program::{Dashboard, Fleet, Picture, line_of},
    standin::{self, Standin},
    wait_until,
};

const PLAYER: &str = "a_stand_in_plays_when_it_is_asked_to";

/// No test: what a pane runs.
#[test]
fn a_stand_in_plays_when_it_is_asked_to() {
    standin::play_if_asked();
}

/// Some things take ten seconds by themselves.
const LONG: Duration = Duration::from_secs(60);

fn is_of(one: &Logged, agent: usize) -> bool {
    one.intent.target.agent.as_deref() == Some(&format!("coder{agent}"))
}

/// A fleet of stand-ins at a prompt.
struct Stage {
    fleet: Fleet,
    agents: Vec<Standin>,
}

impl Stage {
    /// One agent for each of these, called `coder0`, `coder1` …
    fn new(asked: &[&'static str]) -> Self {
        let fleet = Fleet::new();
        let names: Vec<String> = (0..asked.len()).map(|number| format!("coder{number}")).collect();
        fleet.roster(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let agents = names.iter().zip(asked).map(|(name, asked)| {
            let dir: PathBuf = fleet.home().join(name);
            fs::create_dir(&dir).unwrap();
            let agent = Standin { runtime: "claude", seed: 1, dir, asked };
            fleet.tmux.session(name, &agent.command(PLAYER));
            agent
        });
        let agents = agents.collect();
        let stage = Self { fleet, agents };
        for name in &names {
            wait_until("the stand-in is up", SOON, || {
                let text = stage.fleet.tmux.tmux(&["capture-pane", "-p", "-t", &format!("={name}:")]);
                if text.contains('❯') { Ok(()) } else { Err(text) }
            });
        }
        stage
    }

    fn log(&self) -> Vec<Logged> {
        let text = fs::read_to_string(self.fleet.home().join("fleet/run/actions.jsonl")).unwrap_or_default();
        action_record::read(&text).0
    }

    fn answers(&self, agent: usize) -> usize {
        let agent = &self.agents[agent];
        assert_eq!(agent.mishaps(), Vec::<String>::new());
        fs::read_to_string(agent.dir.join("answers.jsonl")).unwrap_or_default().lines().count()
    }

    /// Has an agent ask once more.
    fn asks_again(&self, agent: usize) {
        fs::write(self.agents[agent].dir.join("again"), "").unwrap();
    }

    /// Waits until an agent was answered so often, and its answers are in the log.
    fn answered(&self, agent: usize, times: usize, dashboard: &Dashboard) {
        wait_until(&format!("coder{agent} was answered {times} times"), LONG, || {
            let done = self.log().iter().filter(|one| one.word() == "done" && is_of(one, agent)).count();
            let picture = Picture(format!("{}\n{:#?}", dashboard.text(), self.log()));
            if self.answers(agent) == times && done == times { Ok(()) } else { Err(picture) }
        });
    }
}

/// Shown, and answered by its words, on both layouts.
#[test]
fn the_prompt_is_shown_and_answered_by_its_words() {
    let stage = Stage::new(&["trust-no", "trust-yes", ""]);
    let shown = stage.fleet.run(&["answer", "coder0"]).with(0);
    let place = shown.out.find("  │ ").expect("what is answered stands above the options");
    assert!(place < shown.out.find("▸ No, exit").unwrap(), "{}", shown.out);
    assert!(shown.out.contains("▸ No, exit  (highlighted, quits, asks first)"), "{}", shown.out);
    let shown: Value = serde_json::from_str(&stage.fleet.run(&["answer", "coder1", "--json"]).with(0).out).unwrap();
    assert_eq!(shown["prompt"]["rule"], "claude.trust");
    assert!(!shown["prompt"]["body"].as_array().unwrap().is_empty(), "{shown}");
    assert_eq!(shown["prompt"]["options"][0]["highlighted"], true);
    assert!(stage.log().is_empty(), "who only looks leaves no line in the log");
    stage.fleet.run(&["answer", "coder2"]).with(1);
    stage.fleet.run(&["answer", "coder0", "--option", "maybe"]).with(3);
    // Nobody is there who could confirm that it quits.
    stage.fleet.run(&["answer", "coder0", "--option", "No, exit"]).with(4);
    let done = stage.fleet.run(&["answer", "coder0", "--option", "yes"]).with(0);
    assert!(done.out.starts_with("coder0: done: answered claude.trust with Yes, I trust this folder"), "{}", done.out);
    stage.fleet.run(&["answer", "coder1", "--safe"]).with(0);
    stage.fleet.run(&["answer", "coder1", "--safe"]).with(1);
    assert_eq!((stage.answers(0), stage.answers(1)), (1, 1));
    let log = stage.log();
    let words: Vec<(&str, &str)> = log.iter().map(|one| (one.intent.front.as_str(), one.word())).collect();
    assert_eq!(words, [("cli", "done"), ("cli", "done")], "{log:#?}");
    assert!(log[0].verdict.as_ref().unwrap().commands.iter().any(|line| line.contains("Down")), "{log:#?}");
}

#[test]
fn an_option_that_quits_is_confirmed_only_with_a_yes() {
    let stage = Stage::new(&["trust-yes"]);
    stage.fleet.run(&["answer", "coder0", "--option", "No, exit", "--yes"]).with(0);
    assert_eq!(stage.agents[0].mishaps().len(), 1, "the program has ended because somebody said so");
}

const CLEAR: &str = "prompts: {policies: [{rule: claude.trust, answer: clear}]}\n";

/// Two dashboards with the same policy: each prompt is answered once, by one of them.
#[test]
fn the_trust_gate_is_cleared_with_nobody_there_once_and_logged() {
    let stage = Stage::new(&["trust-no", "trust-yes"]);
    stage.fleet.configure(CLEAR);
    let dashboards = [stage.fleet.dashboard(), stage.fleet.dashboard()];
    for agent in [0, 1] {
        wait_until("the gate is cleared", SOON, || {
            if stage.answers(agent) > 0 { Ok(()) } else { Err(Picture(dashboards[0].text())) }
        });
    }
    for dashboard in &dashboards {
        dashboard.until("nobody is stuck", |text| !text.contains("stuck"));
    }
    let done = |log: &[Logged]| log.iter().filter(|one| one.word() == "done").count();
    wait_until("both are logged", SOON, || if done(&stage.log()) == 2 { Ok(()) } else { Err(stage.log()) });
    assert!(stage.log().iter().all(|one| one.intent.front == UNATTENDED && one.intent.order == "answer"));
    assert_eq!((stage.answers(0), stage.answers(1)), (1, 1));
}

/// Two dashboards with the same policy, either of which alone would go on. An agent that asks again and again is answered
/// so often in a minute by both together; then the prompt is only shown.
#[test]
fn the_brake_holds_for_all_dashboards_together() {
    let stage = Stage::new(&["trust-yes again"]);
    stage.fleet.configure(&CLEAR.replace("policies", "most_a_minute: 2, policies"));
    let one = stage.fleet.dashboard();
    stage.answered(0, 1, &one);
    stage.asks_again(0);
    // The first waits for a while before it answers the same agent again; this one knows of no answer but by the log.
    let other = stage.fleet.dashboard();
    stage.answered(0, 2, &one);
    stage.asks_again(0);
    let brake = "coder0 was answered unattended 2 times within a minute: somebody should look";
    wait_until("the brake", LONG, || {
        let says = |one: &Logged| one.verdict.as_ref().is_some_and(|verdict| verdict.says.as_deref() == Some(brake));
        if stage.log().iter().any(says) { Ok(()) } else { Err(stage.log()) }
    });
    for dashboard in [&one, &other] {
        dashboard.row("coder0", "stuck");
    }
    let pressed = |one: &&Logged| one.word() != "refused";
    let answers: Vec<Logged> = stage.log().iter().filter(pressed).cloned().collect();
    assert!(answers.iter().all(|one| one.intent.front == UNATTENDED), "{answers:#?}");
    for three in answers.windows(3) {
        let took = three[2].intent.at.duration_since(three[0].intent.at);
        assert!(took.as_secs() >= 60, "three within {took}: {answers:#?}");
    }
    assert_eq!(answers.len(), stage.answers(0), "the log tells of each answer: {answers:#?}");
}

/// A menu that no rule knows, with a note of every line that is typed at it.
const UNKNOWN: &str = r#"
stty -echo
printf '\033[H\033[2J\033[?25l Workspace index\n\n The index of this workspace is out of date. What should happen?\n\n'
printf ' ❯ Build it now\n   Build it later\n   Leave it as it is\n\n Enter to select · Esc to go back\n'
while read -r line; do echo "typed: $line" >>"$0.typed"; done
"#;

/// It is stuck after it has stood for ten seconds, and is left alone even where a policy says otherwise.
#[test]
fn a_prompt_that_nobody_has_written_down_is_shown_and_never_answered() {
    let stage = Stage::new(&["trust-yes again"]);
    stage.fleet.roster(&["coder0", "coder1"]);
    stage
        .fleet
        .configure("prompts: {policies: [{rule: claude.trust, answer: clear}, {rule: generic.menu, answer: clear}]}\n");
    let begun = Instant::now();
    stage.fleet.agent("coder1", UNKNOWN);
    let dashboard = stage.fleet.dashboard();
    stage.answered(0, 1, &dashboard);
    let is_stuck = |text: &str| line_of(text, "coder1").is_some_and(|line| line.contains("stuck"));
    wait_until("coder1 is stuck", LONG, || {
        let text = dashboard.text();
        if is_stuck(&text) { Ok(()) } else { Err(Picture(text)) }
    });
    assert!(begun.elapsed() >= Duration::from_secs(10), "stuck after {:?}", begun.elapsed());
    dashboard.says("└ unknown prompt");
    // The policy is awake: what it may answer it answers, at looks that see both.
    stage.asks_again(0);
    stage.answered(0, 2, &dashboard);
    assert!(is_stuck(&dashboard.text()), "{}", dashboard.text());
    assert!(!stage.log().iter().any(|one| is_of(one, 1)), "{:#?}", stage.log());
    let typed = fs::read_to_string(stage.fleet.home().join("coder1.sh.typed"));
    assert!(typed.is_err(), "{typed:?}");
}

#[test]
fn without_a_policy_or_in_read_only_nothing_is_answered() {
    for (words, policy) in [("", ""), ("--read-only", CLEAR)] {
        let stage = Stage::new(&["trust-yes"]);
        stage.fleet.configure(policy);
        let dashboard = stage.fleet.dashboard_of(words);
        dashboard.row("coder0", "stuck");
        dashboard.says("stuck for at least 3s");
        assert_eq!(stage.answers(0), 0, "{words}");
        assert!(stage.log().is_empty(), "{words}");
    }
}

/// A rule of the user's counts from the moment that its file is there; one with a mistake is named.
#[test]
fn the_users_rules_are_read_while_it_runs_and_mistakes_are_named() {
    let stage = Stage::new(&["trust-yes"]);
    let gates = stage.fleet.home().join("fleet/gates.d");
    fs::create_dir(&gates).unwrap();
    let dashboard = stage.fleet.dashboard();
    dashboard.row("coder0", "stuck");
    fs::write(gates.join("mine.yaml"), "version: 1\noff: [claude.trust]\n").unwrap();
    dashboard.until("it is no trust gate any more", |text| !text.contains("asks whether this folder is trusted"));
    fs::write(gates.join("bad.yaml"), "version: 1\nruels: []\n").unwrap();
    dashboard.keys(&["!"]).says("bad.yaml:2:1");
    let ps = stage.fleet.run(&["ps"]);
    assert!(ps.err.contains("gates.d/bad.yaml:2:1"), "{ps:?}");
    let report: Value = serde_json::from_str(&stage.fleet.run(&["ps", "--json"]).out).unwrap();
    assert!(report["findings"].as_array().unwrap().iter().any(|finding| finding["rule"] == "config.rules"), "{report}");
    fs::write(stage.fleet.home().join("fleet/runtimes.yaml"), "nonsense: 1\n").unwrap();
    assert!(stage.fleet.run(&["ps"]).err.contains("runtimes.yaml:1:1"));
}
