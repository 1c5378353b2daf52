//! The recordings cut, wrapped and scrolled, and text that only looks like a dialog.

use mosaic_top::{
    fleet::gate::{Glance, State},
    screen::Size,
};
use proptest::prelude::*;

use crate::{
    recordings::{Recording, draw, is_stuck, rules},
    wrap::{self, Rows},
};

/// What must hold of every variant: nothing healthy is stuck, nothing that waits is idle or at work.
fn check(recording: &Recording, size: Size, rows: &[String]) -> Result<(), TestCaseError> {
    let screen = draw(size, rows);
    let seen = rules().read(&recording.glance(&screen));
    let told = || format!("{}: {:?} {:?}\n{}", recording.file, seen.state(), seen, screen.text().join("\n"));
    if recording.waits() {
        prop_assert!(!matches!(seen.state(), State::Idle | State::Working), "{}", told());
    } else {
        prop_assert!(!is_stuck(&seen), "{}", told());
    }
    Ok(())
}

fn plain(recording: &Recording) -> Vec<String> {
    let screen = recording.screen();
    // Not `text`: a blank that does not break is part of what is read.
    let row = |row| -> String {
        let cells = (0..recording.size.cols).filter_map(|col| screen.cell(row, col));
        cells.filter(|cell| !cell.continuation).map(|cell| if cell.text.is_empty() { " " } else { cell.text }).collect()
    };
    let rows: Vec<String> = (0..recording.size.rows).map(|at| row(at).trim_end_matches(' ').to_owned()).collect();
    let end = rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
    rows[..end].to_vec()
}

/// Checks every recording as `how` wraps it at this width. All the variants that do not hold, not only the first.
fn check_wrapped(how: fn(&Rows, usize) -> Rows, cols: usize) -> Result<(), TestCaseError> {
    let wrong: Vec<String> = Recording::all()
        .iter()
        .filter_map(|recording| {
            let rows = wrap::printed(&how(&wrap::rows_of(&recording.rows), cols));
            check(recording, size(rows.len().max(24), cols), &rows).err().map(|error| error.to_string())
        })
        .collect();
    prop_assert!(wrong.is_empty(), "{} at {cols} columns:\n{}", wrong.len(), wrong.join("\n\n"));
    Ok(())
}

fn size(rows: usize, cols: usize) -> Size {
    Size { rows: u16::try_from(rows).unwrap().max(1), cols: u16::try_from(cols).unwrap() }
}

/// How many of each: `PROPTEST_CASES=20000 cargo test --test gates prose` looks longer.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cut_at_the_top(cut in 1..30_usize) {
        // A limit whose words are gone cannot be told from an input line that waits.
        for recording in Recording::all().into_iter().filter(|it| it.label != "limit") {
            let keep = recording.rows.len().saturating_sub(cut).max(1);
            let rows = recording.rows[recording.rows.len() - keep..].to_vec();
            check(&recording, size(keep, usize::from(recording.size.cols)), &rows)?;
        }
    }

    #[test]
    fn wrapped_by_the_program(cols in 60..200_usize) {
        check_wrapped(wrap::by_words, cols)?;
    }

    #[test]
    fn wrapped_by_the_terminal(cols in 60..200_usize) {
        check_wrapped(wrap::by_cells, cols)?;
    }

    #[test]
    fn further_up_or_down_on_a_taller_screen(above in 0..30_usize, below in 0..30_usize) {
        for recording in Recording::all() {
            let mut rows: Vec<String> = (0..above).map(|n| format!("  compiled module {n} in {n} ms")).collect();
            rows.extend(recording.rows.iter().cloned());
            rows.push("\x1b[m".to_owned());
            rows.extend((0..below).map(|_| String::new()));
            check(&recording, size(rows.len(), usize::from(recording.size.cols)), &rows)?;
        }
    }

    #[test]
    fn any_text_is_read_without_harm(rows in prop::collection::vec("[ -~❯›→●│┃─✻…\u{a0}\u{1b}]{0,100}", 0..40), cols in 1..120_u16) {
        let screen = draw(Size { rows: 24, cols }, &rows);
        for runtime in ["claude", "codex", "pi", "opencode", "gemini", "aider", "other"] {
            let glance = Glance { screen: &screen, runtime: Some(runtime), version: None, title: "", cursor_shown: None,
                command: "", ended: false, still: None };
            let _ = rules().read(&glance);
        }
    }

    #[test]
    fn prose_logs_and_code_are_no_dialog(lines in prop::collection::vec(prose(), 1..60), runtime in 0..6_usize) {
        let runtime = ["claude", "codex", "pi", "opencode", "gemini", "aider"][runtime];
        let screen = draw(Size { rows: 50, cols: 120 }, &lines);
        let glance = Glance { screen: &screen, runtime: Some(runtime), version: None, title: "", cursor_shown: None,
            command: "", ended: false, still: Some(std::time::Duration::from_secs(600)) };
        let seen = rules().read(&glance);
        prop_assert!(seen.prompt.is_none(), "{:?}\n{}", seen.prompt, lines.join("\n"));
    }
}

/// Or the tests above hold nothing.
#[test]
fn what_is_wrapped_has_more_rows_and_none_is_wider_than_its_screen() {
    for how in [wrap::by_words, wrap::by_cells] {
        let longer = Recording::all().into_iter().filter(|recording| {
            let before = wrap::rows_of(&recording.rows);
            let after = how(&before, 60);
            let screen = draw(size(after.len(), 200), &wrap::printed(&after));
            let wide: Vec<String> = screen.text().into_iter().filter(|row| row.chars().count() > 60).collect();
            assert!(wide.is_empty(), "{}: {wide:#?}", recording.file);
            if std::env::var("SHOW").is_ok_and(|wanted| recording.file.contains(&wanted)) {
                println!("{}\n{}\n", recording.file, screen.text().join("\n"));
            }
            after.len() > before.len()
        });
        let longer = longer.count();
        assert!(longer > Recording::all().len() / 2, "only {longer} have rows that wrap at 60 columns");
    }
}

/// A line as agents and their tools print it, also about dialogs.
fn prose() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "● I looked at the trust dialog: it asks \"Do you trust the files in this folder?\" and stops.",
        "  1. Read the file",
        "  2. Change `update_prompt.rs`",
        "- [ ] handle 'Yes, I trust this folder'",
        "    if text.contains(\"Do you want to proceed?\") { return Gate::Permission; }",
        "2026-06-20T21:14:03Z INFO  worker-3 GET /page/17 200 93 ms",
        "❯ cargo test --workspace",
        "› please look at the update gate",
        "> quoted: Press enter to continue with the reading of this long line of prose, which goes on and on for a while",
        "error[E0308]: mismatched types",
        "  --> src/main.rs:10:5",
        "",
        "fn main() {",
        "│ a table │ with cells │",
        "• Ran cargo build",
        "  └ Compiling mosaic v0.1.0",
        "✻ Worked for 3s",
        "You've hit a snag: the usage of limit() reached the wrong branch",
    ])
    .prop_map(str::to_owned)
}

/// A shell below a dialog that its program left behind: not a prompt, whatever is believed to run there.
#[test]
fn a_dialog_above_a_shell_is_history() {
    let behind =
        ["lab$ ", "user@host:~/src$ ", "[exited]", "Claude Code didn't start because this folder isn't trusted."];
    for recording in Recording::all().into_iter().filter(|it| it.label == "gate" || it.label == "asks") {
        // Below a log-in may stand an address or a code: any text but a shell's prompt.
        if recording.file.contains("login-no-models") || recording.file.contains("login-waits") {
            continue;
        }
        for line in behind {
            let mut rows = recording.rows.clone();
            let end = rows.iter().rposition(|row| !row.trim().is_empty()).map_or(0, |last| last + 1);
            rows.truncate(end);
            rows.push(format!("\x1b[m{line}"));
            let screen = draw(size(rows.len() + 3, usize::from(recording.size.cols)), &rows);
            let seen = rules().read(&Glance { title: "", ..recording.glance(&screen) });
            assert!(seen.prompt.is_none(), "{} above {line:?}: {:?}", recording.file, seen.prompt);
        }
    }
}

/// An agent that prints a recording of a dialog shows it above its own input line.
#[test]
fn a_dialog_that_an_agent_quotes_is_not_its_own() {
    for host in ["claude/idle-120x40", "codex/done-120x40", "opencode/error-E401-80x24", "pi/done-tool-80x24"] {
        let host = Recording::named(host);
        for quoted in Recording::all().iter().filter(|it| it.waits() && !it.file.contains("login-no-models")) {
            let mut rows: Vec<String> = plain(quoted).iter().map(|row| format!("  {row}")).collect();
            rows.extend(host.rows.iter().cloned());
            let screen = draw(size(rows.len(), usize::from(host.size.cols).max(122)), &rows);
            let seen = rules().read(&host.glance(&screen));
            assert!(seen.prompt.is_none(), "{} in {}: {:?}", quoted.file, host.file, seen.prompt);
        }
    }
}
