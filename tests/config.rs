//! The configuration as an operator lives with it: a file, the verbs, and a dashboard that reads it again.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;

use support::{SOON, program::Fleet, wait_until};

/// A fleet of two and a configuration in these words.
fn configured(text: &str) -> Fleet {
    let fleet = Fleet::new();
    fleet.roster(&["coder0", "coder1"]);
    fleet.agent("coder0", "read line").agent("coder1", "read line");
    fleet.beat("coder0", 1, "status=ok").beat("coder1", 1, "status=ok");
    fleet.configure(text);
    fleet
}

#[test]
fn the_example_is_a_configuration_without_problems() {
    let fleet = configured("");
    let example = fleet.run(&["config"]).with(0).out;
    fleet.configure(&example);
    assert!(fleet.run(&["config", "--check"]).with(0).out.contains("no problems"));
}

#[test]
fn a_verb_does_nothing_by_half_a_configuration_and_says_all_that_is_wrong() {
    let fleet = configured("mouse: perhaps\nkeys: {qiut: x}\n");
    for verb in [&["ps"][..], &["config", "--check"], &["keys"], &["screen", "coder0"]] {
        let ran = fleet.run(verb).with(3);
        assert_eq!(ran.out, "");
        assert!(ran.err.contains("mosaic-top.yaml:1:8: \"perhaps\""), "{}", ran.err);
        assert!(ran.err.contains("mosaic-top.yaml:2:8: no action is called \"qiut\""), "{}", ran.err);
    }
    let ran = fleet.run(&["--config", "nowhere.yaml", "ps"]).with(3);
    assert!(ran.err.contains("nowhere.yaml does not exist"), "{}", ran.err);
    fleet.run(&["schema"]).with(0);
}

#[test]
fn a_policy_that_names_nothing_is_told_with_its_place_and_one_that_never_acts_is_a_note() {
    let text = "prompts:\n  policies:\n  - {rule: claude.thrust, runtime: cluade, answer: clear}\n";
    let fleet = configured(&format!("{text}  - {{rule: claude.bypass, answer: clear}}\nmouse: perhaps\n"));
    let ran = fleet.run(&["config", "--check"]).with(3);
    for says in [
        "mosaic-top.yaml:3:12: there is no rule \"claude.thrust\"",
        "did you mean claude.trust?",
        "mosaic-top.yaml:3:36: there is no runtime \"cluade\"",
        "mosaic-top.yaml:4:12: this policy never acts",
        "mosaic-top.yaml:5:8: \"perhaps\"",
    ] {
        assert!(ran.err.contains(says), "{says} is not in {}", ran.err);
    }
    // No other verb needs it, so none fails of it.
    fleet.configure(text);
    fleet.run(&["ps"]).with(0);
    fleet.configure("prompts: {policies: [{rule: claude.bypass, answer: clear}]}\n");
    let ran = fleet.run(&["config", "--check"]).with(0);
    assert!(ran.err.contains("never acts") && ran.out.contains("no problems"), "{ran:?}");
    fleet.configure("prompts: {policies: [{rule: claude.trust, runtime: claude, answer: clear}]}\n");
    assert_eq!(fleet.run(&["config", "--check"]).with(0).err, "");
}

#[test]
fn an_open_dashboard_holds_policies_against_the_rules_whenever_either_changes() {
    let policy = "prompts: {policies: [{rule: my.gate, answer: clear}]}\n";
    let fleet = configured(policy);
    let view = fleet.dashboard();
    view.says("mosaic-top.yaml: 1 problem");
    view.keys(&["!"]).says("there is no rule \"my.gate\"");
    fs::create_dir_all(fleet.home().join("fleet/gates.d")).unwrap();
    let rule =
        "id: my.gate, kind: gate, about: own, says: asks, where: menu, all: [really sure], safe: go on, cites: [me]";
    fs::write(fleet.home().join("fleet/gates.d/my.yaml"), format!("version: 1\nrules: [{{{rule}}}]\n")).unwrap();
    view.until("the rule is known", |text| !text.contains("there is no rule"));
    fleet.configure(&policy.replace("my.gate", "my.gaet"));
    view.says("did you mean my.gate?");
}

#[test]
fn the_reference_of_keys_has_the_configured_ones() {
    let fleet = configured("keys: {zoom: Ctrl-T}\n");
    assert!(fleet.run(&["keys"]).with(0).out.contains("| `Ctrl-T` | `zoom` |"));
}

#[test]
fn an_open_dashboard_takes_up_a_good_edit_and_keeps_the_last_good_one_over_a_bad() {
    let fleet = configured("keys: {send: Y}\n");
    let view = fleet.dashboard();
    view.says("Y send");
    fleet.configure("keys: {send: Z}\ncolumns: [state, agent]\n");
    view.says("Z send");
    let text = view.until("the columns", |text| !text.contains("RUNTIME"));
    let heads = text.lines().find(|line| line.contains("AGENT")).unwrap();
    assert!(heads.find("STATE") < heads.find("AGENT"), "{text}");
    fleet.configure("keys: {send: q}\n");
    view.says("1 problem, the last good one holds");
    view.says("Z send");
    view.keys(&["!"]).says("q means quit already");
    fleet.configure("");
    view.until("the problems are gone", |text| !text.contains("last good one"));
    view.keys(&["Escape"]).says("s send");
}

#[test]
fn a_dashboard_starts_with_what_could_be_understood() {
    let fleet = configured("thme: dark\nkeys: {send: Y}\n");
    let view = fleet.dashboard();
    view.says("Y send");
    view.says("1 problem, the rest of it holds");
}

#[test]
fn read_only_holds_in_every_way_it_can_be_said_and_is_not_given_back() {
    for text in ["read_only: true\n", "readonly: false\n", "read_only: [\n"] {
        configured(text).dashboard().says("READ-ONLY");
    }
    let fleet = configured("");
    let view = fleet.dashboard();
    view.until("the fleet", |text| text.contains("coder1") && !text.contains("READ-ONLY"));
    fleet.configure("read_only: true\n");
    view.says("READ-ONLY");
    fleet.configure("read_only: false\nkeys: {zoom: Z}\n");
    assert!(view.says("Z zoom").contains("READ-ONLY"));
}

#[test]
fn a_slip_while_it_is_open_takes_the_hands_away_until_it_is_mended() {
    let fleet = configured("");
    let view = fleet.dashboard();
    view.until("the fleet", |text| text.contains("coder1") && !text.contains("READ-ONLY"));
    fleet.configure("theme: [\n");
    let text = view.says("the last good one holds, read-only until it is mended");
    assert!(text.contains("READ-ONLY"), "{text}");
    view.keys(&["s"]).says("this is read-only until the configuration is mended");
    fleet.configure("theme: dark\n");
    view.until("it may act again", |text| !text.contains("READ-ONLY") && !text.contains("until it is mended"));
    // Not only in words.
    view.types(":pause coder0").keys(&["Enter"]).says("Enter pauses");
    view.keys(&["Enter"]);
    wait_until("coder0 is paused", SOON, || {
        let log = fleet.run(&["log"]).out;
        if log.contains("pause coder0") { Ok(()) } else { Err(log) }
    });
    // What said so once, and was understood, holds on over a slip and its repair.
    fleet.configure("read_only: true\n");
    view.says("READ-ONLY");
    view.keys(&["s"]).says("the configuration says read_only");
    fleet.configure("theme: [\n");
    assert!(!view.says("the last good one holds").contains("until it is mended"));
    fleet.configure("theme: dark\n");
    let text = view.until("it is mended", |text| !text.contains("last good one"));
    assert!(text.contains("READ-ONLY"), "{text}");
}

#[test]
fn a_start_that_could_not_be_understood_stays_read_only_when_it_is_mended() {
    let fleet = configured("theme: [\n");
    let view = fleet.dashboard();
    view.says("READ-ONLY");
    fleet.configure("keys: {zoom: Z}\n");
    assert!(view.says("Z zoom").contains("READ-ONLY"));
}

#[test]
fn a_file_that_is_gone_is_a_problem_only_where_it_was_named() {
    let fleet = configured("keys: {send: Y}\n");
    let path = fleet.home().join("config/mosaic-top/mosaic-top.yaml");
    let view = fleet.dashboard();
    view.says("Y send");
    fs::remove_file(&path).unwrap();
    view.until("the defaults", |text| text.contains("s send") && !text.contains("problem"));
    let named = fleet.home().join("mine.yaml");
    fs::write(&named, "keys: {send: Y}\n").unwrap();
    let view = fleet.dashboard_of(&format!("--config {}", named.display()));
    view.says("Y send");
    fs::remove_file(&named).unwrap();
    view.says("mine.yaml: 1 problem, the last good one holds");
    let text = view.keys(&["!"]).says("what it said before holds on");
    assert_eq!(text.split_whitespace().collect::<String>().matches("/mine.yaml").count(), 1, "{text}");
}

#[test]
fn the_next_start_looks_as_the_last_one_was_left_and_the_hint_is_shown_until_it_is_put_away() {
    let fleet = configured("");
    let state = fleet.home().join("state/mosaic-top/state.json");
    fs::write(&state, "no memory of ours").unwrap();
    let view = fleet.dashboard();
    view.says("new here?");
    view.keys(&["Escape"]).until("the hint is gone", |text| !text.contains("new here?"));
    view.types("oi/coder0").keys(&["Enter"]).says("1 of 2");
    view.keys(&["q"]).ended();
    let kept = fs::read_to_string(&state).unwrap();
    assert!(kept.contains("\"sort\": \"idle\"") && kept.contains("\"hint_read\": true"), "{kept}");
    let view = fleet.dashboard();
    let text = view.says("1 of 2");
    assert!(text.contains("↓ idle") && !text.contains("new here?"), "{text}");
    fleet.dashboard_of("--socket other").until("another fleet", |text| !text.contains("/coder0"));
}

#[test]
fn what_a_later_version_remembered_is_left_alone() {
    let fleet = configured("");
    let state = fleet.home().join("state/mosaic-top/state.json");
    fs::write(&state, r#"{"version":99}"#).unwrap();
    let view = fleet.dashboard();
    view.says("coder1");
    view.types("oi").says("↓ idle");
    view.keys(&["q"]).ended();
    assert_eq!(fs::read_to_string(&state).unwrap(), r#"{"version":99}"#);
}

#[test]
fn completions_offer_no_verb_that_is_nobodys_business() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Fleet::new().run(&["completions", shell]).with(0).out;
        assert!(!script.contains("__tap") && script.contains("watch"), "{shell}");
    }
}
