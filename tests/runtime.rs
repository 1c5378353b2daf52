//! Runtime recognition against process tables: one file of `tests/cases/runtime/` a case.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on should stop")]
#![allow(clippy::disallowed_methods, reason = "this test reads its cases")]

use std::{collections::BTreeMap, fs, path::Path};

use mosaic_top::fleet::{
    facts::Process,
    reading::Reading,
    runtime::{Family, Recognition, recognise},
};

#[test]
fn every_recorded_process_tree_is_recognised() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/runtime");
    let mut cases: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 20, "only {} cases were found", cases.len());
    for case in cases {
        check(&case);
    }
}

/// Reads a case, recognises its pane, and compares what was found with its `expect:` line.
fn check(case: &Path) {
    let text = fs::read_to_string(case).unwrap();
    let line = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let table: Vec<(u32, Process)> = text.lines().filter(|line| line.starts_with("pid=")).map(process).collect();
    let pane = line("pane:").map_or(table[0].0, |pid| pid.parse().unwrap());
    let wanted: Vec<String> = line("wanted:").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    let found = match recognise(pane, &Family::of(&table.into_iter().collect()), &wanted) {
        Recognition::Runtime(it) => format!("{} by {} at {}", it.name, it.rule.id(), it.pid),
        Recognition::Shell(name) => format!("shell {name}"),
        Recognition::Other(name) => format!("other {name}"),
        Recognition::Unknown(why) => format!("unknown {why}"),
    };
    assert_eq!(found, line("expect:").expect("a case says what it expects"), "{}", case.display());
}

/// `pid=… ppid=… pgrp=… tty=… tpgid=… comm=… exe=… argv=a|b|c`; `exe=?` could not be read.
fn process(line: &str) -> (u32, Process) {
    let (line, argv) = line.split_once(" argv=").unwrap();
    let (line, exe) = line.split_once(" exe=").unwrap();
    let fields: BTreeMap<&str, &str> = line.split(' ').map(|field| field.split_once('=').unwrap()).collect();
    let process = Process {
        ppid: fields["ppid"].parse().unwrap(),
        pgrp: fields["pgrp"].parse().unwrap(),
        tty: fields["tty"].parse().unwrap(),
        tpgid: fields["tpgid"].parse().unwrap(),
        comm: fields["comm"].to_owned(),
        argv: if argv.is_empty() { Vec::new() } else { argv.split('|').map(str::to_owned).collect() },
        exe: if exe == "?" { Reading::unknown("not allowed") } else { Reading::Known(exe.to_owned()) },
        started_ticks: 1,
    };
    (fields["pid"].parse().unwrap(), process)
}
