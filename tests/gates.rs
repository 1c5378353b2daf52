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
#[path = "gates/written.rs"]
mod written;

use std::collections::BTreeMap;

use mosaic_top::{
    fleet::gate::{Glance, Seen},
    screen::Screen,
};
use recordings::{Recording, Score, is_stuck, rules};

type Look = for<'a> fn(&'a Recording, &'a Screen) -> Glance<'a>;

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
    let rules = rules();
    let mut table: BTreeMap<String, [u32; 3]> = BTreeMap::new();
    let mut misses = Vec::new();
    let mut never = Vec::new();
    for recording in Recording::all() {
        let screen = recording.screen();
        let seen = rules.read(&look(&recording, &screen));
        let score = recording.score(&seen);
        table.entry(family(&recording)).or_default()[score as usize] += 1;
        let line = format!("{:<45} {:<8} {}", recording.file, recording.label, told(&seen));
        if is_stuck(&seen) != recording.waits() && score == Score::Wrong {
            never.push(line.clone());
        }
        if score != Score::Right {
            misses.push(format!("{score:?}: {line}"));
        }
        if std::env::var_os("SHOW").is_some() {
            println!("{line}");
        }
    }
    println!("{how}\n{:<18} {:>5} {:>6} {:>5}", "runtime", "right", "unsure", "wrong");
    for (runtime, [right, unsure, wrong]) in &table {
        println!("{runtime:<18} {right:>5} {unsure:>6} {wrong:>5}");
    }
    println!("{}", misses.join("\n"));
    assert!(never.is_empty(), "stuck or not, wrongly:\n{}", never.join("\n"));
    assert!(misses.len() <= most, "{} are not right:\n{}", misses.len(), misses.join("\n"));
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
