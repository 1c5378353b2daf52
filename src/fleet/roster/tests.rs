//! Behaviour of the roster's reader. Whole bad files are in `tests/cases/roster`; here is what a case file cannot
//! hold (bytes that editors change, huge files) and what good rosters mean.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use super::*;

const HEAD: &str = "version: 1\nagents:\n";

fn roster(text: &str) -> Roster {
    let parsed = parse(text);
    let shown: Vec<_> = parsed.problems.iter().map(|problem| problem.show("roster.yaml")).collect();
    assert_eq!(shown, Vec::<String>::new());
    parsed.roster.unwrap()
}

fn check(text: &str, expected: &str) {
    let parsed = parse(text);
    let shown: Vec<_> = parsed.problems.iter().map(|problem| problem.show("roster.yaml")).collect();
    assert!(shown.iter().any(|line| line.starts_with(expected)), "{expected:?} is not among {shown:#?}");
}

#[test]
fn an_absent_an_empty_and_a_null_socket_are_the_default_server() {
    for tmux in ["", "tmux: {}\n", "tmux:\n", "tmux: { socket_name: }\n", "tmux: { socket_name: '' }\n"] {
        assert_eq!(roster(&format!("version: 1\n{tmux}agents: []\n")).socket, Socket::Default, "{tmux:?}");
    }
}

#[test]
fn an_agent_may_leave_the_fleets_socket_also_for_the_default_one() {
    let roster = roster(
        "version: 1\ntmux: { socket_name: f }\nagents:\n  - name: a\n  - name: b\n    socket: g\n  - name: c\n    socket: ''\n",
    );
    let sockets: Vec<_> = roster.agents.iter().map(|agent| roster.socket_of(agent).to_string()).collect();
    assert_eq!(sockets, ["f", "g", "default"]);
}

#[test]
fn defaults_are_filled_in_and_the_runtime_stays_open() {
    let roster = roster(&format!("{HEAD}  - name: a\n"));
    let a = &roster.agents[0];
    assert_eq!((roster.holder_session.as_str(), roster.working_directory.as_str()), ("_holder", "~/src"));
    assert_eq!((a.yolo, a.runtime.as_deref(), a.runtime_or_default()), (true, None, "pi"));
    assert_eq!(a.place, Place { line: 3, column: 5 });
}

#[test]
fn camel_case_and_json_say_the_same_as_snake_case_and_yaml() {
    let snake = "version: 1\ntmux:\n  socket_name: f\n  holder_session: h\ndefaults: { working_directory: /w }\nruntimes: { codex: { reset_command: /clear } }\nagents:\n  - { name: a, model_hint: m, working_directory: /a }\n";
    let json = r#"{"version": 1, "tmux": {"socketName": "f", "holderSession": "h"}, "defaults": {"workingDirectory": "/w"},
        "runtimes": {"codex": {"resetCommand": "/clear"}}, "agents": [{"name": "a", "modelHint": "m", "workingDirectory": "/a"}]}"#;
    let unplaced = |text: &str| {
        let mut roster = roster(text);
        roster.agents.iter_mut().for_each(|agent| agent.place = Place { line: 0, column: 0 });
        roster
    };
    assert_eq!(unplaced(snake), unplaced(json));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
    let plain = "version: 1\nagents:\n  - name: a\n    class: code\n";
    let windows = format!("\u{feff}{}", plain.replace('\n', "\r\n"));
    assert_eq!(roster(plain), roster(&windows));
    check(&windows.replace("code", "5"), "roster.yaml:4:12: `class` must be text");
}

#[test]
fn an_anchor_and_a_merge_key_are_followed_and_own_keys_win() {
    let roster = roster(&format!(
        "{HEAD}  - &base {{ name: a, class: code, runtime: pi }}\n  - {{ <<: *base, name: b, runtime: codex }}\n"
    ));
    let b = &roster.agents[1];
    assert_eq!((b.name.as_str(), b.class.as_deref(), b.runtime_or_default()), ("b", Some("code"), "codex"));
}

#[test]
fn a_file_made_to_exhaust_us_ends_in_one_problem() {
    let laughs: String = (1..12).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".into(), |text, i| {
        let refs = vec![format!("*a{}", i - 1); 9].join(", ");
        format!("{text}a{i}: &a{i} [{refs}]\n")
    });
    check(&laughs, "roster.yaml:5:5: the file holds more than 100000 values");
    check(&"[".repeat(100), "roster.yaml:1:34: values are nested deeper than 32 levels");
    check(&"- \n".repeat(400_000), "roster.yaml: the file has 1200000 bytes");
    check("a: &a [*a]", "roster.yaml:1:8: an alias stands inside the value that it repeats");
}

#[test]
fn a_problem_stays_a_line_however_long_the_text_is() {
    for text in ["x".repeat(5000), format!("version: 1\nagents: []\n{}: 1\n", "x".repeat(900))] {
        for problem in parse(&text).problems {
            assert!(problem.show("roster.yaml").len() < 250, "{problem:?}");
        }
    }
}

#[test]
fn bytes_that_yaml_forbids_are_named_with_their_place() {
    check("version: 1\nagents: [\u{0}]", "roster.yaml:2:10: the control character U+0000");
    check("version: 1\r\nagents:\r  - name: a\r\n", "roster.yaml:2:8: the control character U+000D");
    check("version: 1\n\tagents: []\n", "roster.yaml:2:1: this is not YAML");
    for empty in ["", "\u{feff}", "# only words\n", "---\n", "~\n", " \n\n"] {
        check(empty, "roster.yaml: the roster is empty. Hint: begin with `version: 1`");
    }
}

#[test]
fn a_problem_never_carries_a_control_character_to_the_terminal() {
    let parsed = parse("version: 1\nagents:\n  - name: \"a\\e[2J\"\n    \"k\\x9b\": 1\n");
    for problem in parsed.problems {
        assert!(!problem.show("r\u{1b}.yaml").contains(char::is_control), "{problem:?}");
    }
}

#[test]
fn the_floor_is_one_orchestrator_and_one_enhancer() {
    let says = |agents: &str| {
        let roster = roster(&format!("version: 1\nagents: [{agents}]\n"));
        floor(&roster).into_iter().map(|finding| finding.says).collect::<Vec<_>>()
    };
    assert_eq!(says(""), ["the roster has no orchestrator", "the roster has no enhancer"]);
    assert_eq!(says("{name: a, class: planner}, {name: b, class: enhancer}"), Vec::<String>::new());
    assert_eq!(says("{name: orchestrator}, {name: enhancer}"), Vec::<String>::new());
    assert_eq!(
        says("{name: a, class: planner}, {name: b, class: orchestrator}, {name: enhancer}"),
        ["the roster has 2 orchestrators: a, b"]
    );
}

#[test]
fn the_orchestrators_old_unit_is_looked_for_unless_the_roster_names_one() {
    let roster = roster(&format!(
        "{HEAD}  - {{ name: o, class: orchestrator }}\n  - {{ name: p, class: planner, unit: mine }}\n  - name: coder0\n"
    ));
    let units: Vec<_> = roster.agents.iter().map(|agent| (agent.unit_name(), agent.legacy_unit_name())).collect();
    assert_eq!(
        units,
        [
            ("mosaic-agent@o.service".to_owned(), Some("mosaic-fleet-orchestrator.service")),
            ("mine.service".to_owned(), None),
            ("mosaic-agent@coder0.service".to_owned(), None),
        ]
    );
}

#[test]
fn only_a_leading_tilde_of_ones_own_is_the_home() {
    let roster = roster(&format!(
        "{HEAD}  - name: a\n  - {{ name: b, working_directory: '~' }}\n  - {{ name: c, working_directory: ~bob/x }}\n  - {{ name: d, working_directory: /a/~ }}\n"
    ));
    let directories: Vec<_> =
        roster.agents.iter().map(|agent| roster.working_directory_of(agent, "/home/me/")).collect();
    assert_eq!(directories, ["/home/me/src", "/home/me", "~bob/x", "/a/~"]);
}

#[test]
fn the_schema_for_editors_knows_exactly_the_readers_keys() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../../assets/roster.schema.json")).unwrap();
    for (path, keys) in [
        ("/properties", keys::ROSTER),
        ("/$defs/tmux/properties", keys::TMUX),
        ("/$defs/defaults/properties", keys::DEFAULTS),
        ("/$defs/runtime/properties", keys::RUNTIME),
        ("/$defs/agent/properties", keys::AGENT),
    ] {
        let properties = schema.pointer(path).and_then(serde_json::Value::as_object).unwrap();
        for property in properties.keys() {
            assert!(keys.iter().any(|key| key.is_written(property)), "the reader does not know {path}/{property}");
        }
        for key in keys {
            let spellings = properties.keys().filter(|property| key.is_written(property)).count();
            let expected = if key.name.contains('_') { 2 } else { 1 };
            assert_eq!(spellings, expected, "{path} misses a spelling of {}", key.name);
        }
    }
}
