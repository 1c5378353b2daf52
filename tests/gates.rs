//! What the rules see on screens recorded from the real programs: state by state, cut, wrapped and scrolled.
//! `cargo test --test gates -- --nocapture` prints the table.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "a failure is the test's failure"
)]
#![allow(clippy::disallowed_methods, reason = "this test reads recordings")]

#[path = "gates/judged.rs"]
mod judged;
#[path = "gates/overrides.rs"]
mod overrides;
#[path = "gates/recordings.rs"]
mod recordings;
#[path = "gates/replay.rs"]
mod replay;
#[path = "gates/standing.rs"]
mod standing;
#[path = "gates/variants.rs"]
mod variants;
#[path = "gates/wrap.rs"]
mod wrap;
#[path = "gates/written.rs"]
mod written;

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

use mosaic_top::{
    fleet::gate::{Glance, Seen},
    screen::Screen,
};
use recordings::{Recording, Score, is_stuck, rules};

type Look = for<'a> fn(&'a Recording, &'a Screen) -> Glance<'a>;

/// How many of each runtime and label were read right, unsure and wrong.
type Table = BTreeMap<(String, String), [u32; 3]>;

#[test]
fn every_recording_with_all_that_tmux_tells() {
    check("with title and cursor", Recording::glance, 0);
}

#[test]
fn every_recording_by_its_screen_alone() {
    check("the screen alone", Recording::bare, 2);
}

/// Prints the table; fails on what must never be, and on more than so many that are wrong or unsure.
fn check(how: &str, look: Look, most: usize) {
    let (mut misses, mut never) = (Vec::new(), Vec::new());
    let table = tally(look, |recording, seen, score| {
        let line = format!("{:<45} {:<8} {}", recording.file, recording.label, told(seen));
        if is_stuck(seen) != recording.waits() && score == Score::Wrong {
            never.push(line.clone());
        }
        if score != Score::Right {
            misses.push(format!("{score:?}: {line}"));
        }
        if std::env::var_os("SHOW").is_some() {
            println!("{line}");
        }
    });
    println!("{how}\n{:<18} {:<9} {:>5} {:>6} {:>5}", "runtime", "state", "right", "unsure", "wrong");
    for ((runtime, label), [right, unsure, wrong]) in &table {
        println!("{runtime:<18} {label:<9} {right:>5} {unsure:>6} {wrong:>5}");
    }
    println!("{}", misses.join("\n"));
    assert!(never.is_empty(), "stuck or not, wrongly:\n{}", never.join("\n"));
    assert!(misses.len() <= most, "{} are not right:\n{}", misses.len(), misses.join("\n"));
}

/// Reads every recording, and hands each to `each`.
fn tally(look: Look, mut each: impl FnMut(&Recording, &Seen, Score)) -> Table {
    let mut table = Table::new();
    for recording in Recording::all() {
        let screen = recording.screen();
        let seen = rules().read(&look(&recording, &screen));
        let score = recording.score(&seen);
        table.entry((family(&recording), recording.label.clone())).or_default()[score as usize] += 1;
        each(&recording, &seen, score);
    }
    table
}

/// `docs/gates.md` shows how well the recordings are read; `UPDATE=1` writes it anew.
#[test]
fn the_documented_table_is_that_of_the_recordings() {
    let (full, bare) = (tally(Recording::glance, |_, _, _| {}), tally(Recording::bare, |_, _, _| {}));
    let mut table = "| runtime | state | recordings | right | unsure | wrong | by the screen alone |\n".to_owned();
    table.push_str("|---|---|---:|---:|---:|---:|---|\n");
    for ((runtime, label), counts @ [right, unsure, wrong]) in &full {
        let all: u32 = counts.iter().sum();
        let [bare_right, bare_unsure, bare_wrong] = bare[&(runtime.clone(), label.clone())];
        let alone = format!("{bare_right} / {bare_unsure} / {bare_wrong}");
        writeln!(table, "| {runtime} | {label} | {all} | {right} | {unsure} | {wrong} | {alone} |").unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/gates.md");
    let text = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- the table of the recordings -->\n", "<!-- its end -->");
    let (before, rest) = text.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let fresh = format!("{before}{begin}{table}{end}{after}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    assert_eq!(fresh, fs::read_to_string(&path).unwrap(), "Hint: UPDATE=1 cargo test --test gates");
}

fn family(recording: &Recording) -> String {
    let directory = recording.file.split('/').next().unwrap();
    directory.to_owned()
}

fn told(seen: &Seen) -> String {
    let prompt = seen.prompt.as_ref().map(|prompt| {
        let options: Vec<String> = prompt
            .options
            .iter()
            .map(|option| format!("{}{}", if option.selected { "*" } else { "" }, option.label))
            .collect();
        format!(
            "{} [{}] safe {:?} enter {:?} resets {:?}",
            prompt.rule,
            options.join(" | "),
            prompt.safe,
            prompt.enter,
            prompt.resets
        )
    });
    let rule = |it: &Option<mosaic_top::fleet::gate::Marker>| it.as_ref().map(|it| it.rule.clone()).unwrap_or_default();
    let limit = seen.limit.as_ref().map(|limit| format!("{} {:?}", limit.at.rule, limit.resets));
    let trouble = seen.trouble.as_ref().map(|it| it.at.rule.clone());
    format!(
        "{:?} {} w:{} i:{} limit:{} trouble:{} viewer:{}",
        seen.state(),
        prompt.unwrap_or_default(),
        rule(&seen.working),
        rule(&seen.idle),
        limit.unwrap_or_default(),
        trouble.unwrap_or_default(),
        rule(&seen.viewer)
    )
}
