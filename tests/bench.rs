//! The bench itself: that it still finds what it measures. Its figures are nobody's concern here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "these are tests")]

mod support;

#[test]
#[expect(clippy::disallowed_methods, reason = "runs the script as a person would")]
fn the_fleet_bench_gives_every_figure() {
    if !cfg!(target_os = "linux") {
        eprintln!("NOT APPLICABLE: the bench reads /proc");
        return;
    }
    let output = std::process::Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/bench"))
        .args(["fleet", "--smoke"])
        .env("MOSAIC_TOP", env!("CARGO_BIN_EXE_mosaic-top"))
        .output()
        .unwrap();
    let said = support::describe(&output);
    assert!(output.status.success(), "{said}");
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    for (row, unit) in [
        ("start to the first bytes", " ms"),
        ("start to the first rows", " ms"),
        ("idle: the dashboard", " %"),
        ("idle: tmux clients and systemctl", " %"),
        ("idle: the tmux server", " %"),
        ("idle: the tap", " %"),
        ("idle: all of these", " %"),
        ("idle: wake-ups of the dashboard", " /s"),
        ("idle: bytes to the terminal", " /s"),
        ("attended: all of these", " %"),
        ("memory of the dashboard", " MiB"),
        ("memory of the tap", " MiB"),
        ("tmux list-panes -a, CPU", " ms"),
        ("ps --json", " ms"),
        ("one look, CPU", " ms"),
    ] {
        let line = table.lines().find(|line| line.starts_with(row)).unwrap_or_else(|| panic!("no {row:?}: {said}"));
        let figure = line[row.len()..].split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
        assert!(figure.is_some_and(|figure| figure >= 0.0) && line.contains(unit), "{line:?}: {said}");
    }
}
