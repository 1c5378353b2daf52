//! What the process tables of `tests/runtime.rs` do not show: panes without readable processes, and nonsense.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on should stop")]

use proptest::prelude::*;

use super::*;
use crate::fleet::{facts::DeadPane, fixtures::pane};

/// What a pane with that `pane_current_command` is taken for where there is no `/proc`.
fn check(command: &str, expected: &str) {
    let pane = PaneFacts { command: command.to_owned(), ..pane("a", 1) };
    let found = match recognise_pane(&pane, &Reading::unknown("there is no /proc here"), &["my-agent".to_owned()]) {
        Recognition::Runtime(it) => format!("{} by {}", it.name, it.rule.id()),
        Recognition::Unknown(why) => why.words().to_owned(),
        other => format!("{other:?}"),
    };
    assert_eq!(found, expected);
}

#[test]
fn without_processes_only_an_exact_name_is_believed() {
    check("claude", "claude by tmux.pane_current_command");
    check("my-agent", "my-agent by tmux.pane_current_command");
    for command in ["node", "2.1.329", "bash", "python3", "claude-watch"] {
        check(command, &format!("{command:?} alone does not tell the runtime, and there is no /proc here"));
    }
}

#[test]
fn a_dead_pane_runs_nothing() {
    let pane = PaneFacts { dead: Some(DeadPane { status: Some(0), signal: None, at: None }), ..pane("a", 1) };
    let found = recognise_pane(&pane, &Reading::unknown("no /proc"), &[]);
    assert_eq!(found, Recognition::Unknown(Why::new("its program has ended")));
}

#[test]
fn a_command_line_starts_its_first_program() {
    for (command, expected) in [
        ("exec env A=b /opt/bin/my-agent --fast", Some("my-agent")),
        ("claude --resume", Some("claude")),
        ("'/opt/bin/agent.js' x", Some("agent")),
        ("mosaic yolo claude --model opus", Some("claude")),
        ("A=b", None),
        ("", None),
    ] {
        assert_eq!(program_of(command).as_deref(), expected, "{command:?}");
    }
}

prop_compose! {
    fn any_process()(
        ppid in 0..8_u32, pgrp in -1..8_i32, tty in 0..2_i32, tpgid in -1..8_i32, comm in "[a-z ]{0,6}",
        argv in prop::collection::vec("(/|-|claude|node|codex|bash|@openai/codex/|\\PC){0,4}", 0..4),
        exe in prop::option::of("(/|claude|node|versions|\\PC){0,4}"),
    ) -> Process {
        let exe = exe.map_or_else(|| Reading::unknown("not allowed"), Reading::Known);
        Process { ppid, pgrp, tty, tpgid, comm, argv, exe, started_ticks: 0 }
    }
}

proptest! {
    #[test]
    fn any_table_of_processes_gives_an_answer_from_the_table(
        processes in prop::collection::btree_map(0..8_u32, any_process(), 0..8), pane in 0..8_u32,
    ) {
        match recognise(pane, &Family::of(&processes), &["node".to_owned()]) {
            Recognition::Runtime(it) => {
                prop_assert!(KNOWN.contains(&it.name.as_str()) || it.name == "node");
                prop_assert_eq!(processes[&it.pid].tty, processes[&pane].tty);
            }
            Recognition::Shell(name) => prop_assert!(is_shell(&name)),
            Recognition::Other(_) | Recognition::Unknown(_) => {}
        }
    }
}
