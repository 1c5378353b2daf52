//! The recorded streams, classified at every moment while they are played: not only their last picture.
//!
//! A stream is cut every few hundred bytes, mid-frame too; two looks in a row must agree, as in the program. What a
//! stream passes through on its way is written down in `REPLAY.txt` and looked over by a person.
//! `UPDATE=1` writes it anew; `STREAMS=directory` plays the streams there instead and prints what they pass through;
//! `CUT=directory` writes each state's picture there.

use std::{collections::BTreeMap, fmt::Write, fs};

use jiff::Timestamp;
use mosaic_top::{
    fleet::gate::{Glance, Tracker},
    screen::Screen,
};

use crate::recordings::{Recording, directory, rules};

/// So many bytes from one look to the next.
const STEP: usize = 256;

/// What was shown in turn: state, or rule of the prompt.
fn passed(recording: &Recording, stream: &[u8]) -> Vec<String> {
    let mut screen = Screen::new(recording.size);
    let mut tracker = Tracker::default();
    let mut all: Vec<String> = Vec::new();
    // At the end it is looked at twice more: nothing moves then.
    for (n, piece) in (0_i64..).zip(stream.chunks(STEP).chain([&[][..], &[][..]])) {
        screen.feed(piece);
        let at = Timestamp::from_second(1_782_000_000 + n).unwrap();
        // The title of the end is not that of the moment.
        let glance =
            Glance { title: "", cursor_shown: Some(screen.cursor().shown), ended: false, ..recording.glance(&screen) };
        let Some(shown) = tracker.take(rules().read(&glance), at) else { continue };
        let word = shown
            .seen
            .prompt
            .as_ref()
            .map_or_else(|| format!("{:?}", shown.state).to_lowercase(), |it| it.rule.clone());
        if all.last() != Some(&word) {
            if let Some(cut) = std::env::var_os("CUT") {
                let name = format!("{}-{n}-{word}.ansi", recording.file.replace('/', "_"));
                fs::write(std::path::Path::new(&cut).join(name), screen.ansi().join("\n")).unwrap();
            }
            all.push(word);
        }
    }
    all
}

fn streams() -> BTreeMap<String, Vec<u8>> {
    let from = std::env::var_os("STREAMS").map_or_else(directory, Into::into);
    let all = Recording::all().into_iter().filter_map(|it| {
        let stream = fs::read(from.join(format!("{}.raw", it.file))).ok()?;
        Some((it.file, stream))
    });
    all.collect()
}

#[test]
fn a_stream_passes_through_what_a_person_has_looked_over() {
    let mut told = String::new();
    for (file, stream) in streams() {
        let recording = Recording::named(&file);
        let passed = passed(&recording, &stream);
        writeln!(told, "{file} ({}): {}", recording.label, passed.join(" > ")).unwrap();
        // The title tells codex's work; the cursor's place tells nothing here.
        let ends_in_a_prompt = passed.last().is_some_and(|last| last.contains('.') || last == "limit");
        assert!(!ends_in_a_prompt || recording.waits(), "{file} ({}) ends in {passed:?}", recording.label);
    }
    if std::env::var_os("STREAMS").is_some() {
        return println!("{told}");
    }
    let path = directory().join("REPLAY.txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &told).unwrap();
    }
    assert_eq!(told, fs::read_to_string(&path).unwrap_or_default(), "Hint: UPDATE=1 cargo test --test gates");
}
