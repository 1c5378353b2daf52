//! Rosters from the outside: the shipped examples, the schema for editors, and bad files by the case.
//!
//! A new case is a new `tests/cases/roster/NAME.yaml` with what is expected in `NAME.expected`: first whether the
//! schema takes it, then every problem. `MOSAIC_BLESS=1 cargo test --test roster` writes the expectations afresh.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use mosaic_top::fleet::{
    ids::Socket,
    roster::{self, Parsed, Problem},
};
use proptest::prelude::*;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(directory: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let all = fs::read_dir(root().join(directory)).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> =
        all.filter(|path| extensions.iter().any(|wanted| path.extension().is_some_and(|e| e == *wanted))).collect();
    found.sort();
    assert!(!found.is_empty(), "{directory} holds nothing to test");
    found
}

fn examples() -> Vec<(String, String)> {
    let named = |path: PathBuf| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path));
    files("roster-examples", &["yaml", "json"])
        .into_iter()
        .map(named)
        .map(|(name, text)| (name, text.unwrap()))
        .collect()
}

fn schema() -> jsonschema::Validator {
    let text = fs::read_to_string(root().join("assets/roster.schema.json")).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

/// The file as an editor's language server sees it; `None` when it is no YAML to it.
fn as_json(text: &str) -> Option<serde_json::Value> {
    let mut value: serde_yaml::Value = serde_yaml::from_str(text).ok()?;
    value.apply_merge().ok()?;
    serde_json::to_value(value).ok()
}

fn shown(problems: &[Problem], file: &str) -> Vec<String> {
    let kind = |problem: &Problem| if problem.error { "error" } else { "warning" };
    problems.iter().map(|problem| format!("{} {}", kind(problem), problem.show(file))).collect()
}

#[test]
fn every_example_is_read_without_a_problem_and_names_its_socket() {
    for (name, text) in examples() {
        let Parsed { roster, problems } = roster::parse(&text);
        assert_eq!(shown(&problems, &name), Vec::<String>::new());
        assert_ne!(roster.unwrap().socket, Socket::Default, "{name} does not name its socket");
    }
}

#[test]
fn every_example_says_when_to_use_it_and_fits_the_schema() {
    let schema = schema();
    for (name, text) in examples() {
        assert!(text.contains("Use it "), "{name} does not say when to use it");
        let errors: Vec<_> = schema.iter_errors(&as_json(&text).unwrap()).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_examples_of_whole_fleets_stand_on_the_floor() {
    for (name, text) in examples() {
        let findings = roster::floor(&roster::parse(&text).roster.unwrap());
        let below = ["minimal.yaml", "local-canary.yaml"].contains(&name.as_str());
        assert_eq!(findings.is_empty(), !below, "{name}: {findings:?}");
    }
}

#[test]
fn every_bad_roster_tells_all_its_problems() {
    let schema = schema();
    for path in files("tests/cases/roster", &["yaml"]) {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        let Parsed { roster, problems } = roster::parse(&text);
        assert!(!problems.is_empty(), "{name} has no problem");
        assert_eq!(roster.is_none(), problems.iter().any(|problem| problem.error), "{name}");

        let verdict = match as_json(&text) {
            None => "no YAML to it",
            Some(json) if schema.is_valid(&json) => "takes it",
            Some(_) => "refuses it",
        };
        assert!(roster.is_none() || verdict == "takes it", "{name} is read, and yet the schema refuses it");
        let found = format!("schema: {verdict}\n{}\n", shown(&problems, &name).join("\n"));
        let expected = path.with_extension("expected");
        if std::env::var_os("MOSAIC_BLESS").is_some() {
            fs::write(&expected, &found).unwrap();
        }
        assert_eq!(found, fs::read_to_string(&expected).unwrap_or_default(), "{name}");
    }
}

/// Fragments that mean something to YAML or to the rules.
fn fragment() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "\n",
        "  ",
        "\t",
        "- ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "#",
        "&a ",
        "*a",
        "<<: *a\n",
        "|",
        ">",
        "---\n",
        "~",
        "null",
        "0x1",
        "!t ",
        "\u{feff}",
        "\r\n",
        "\u{0}",
        "name: coder0\n",
        "socketName: x\n",
        "agents:\n",
        "%",
        "? ",
    ]);
    prop_oneof![known.prop_map(str::to_owned), "(?s).{0,4}"]
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(fragments in prop::collection::vec(fragment(), 0..40)) {
        check_total(&fragments.concat());
    }

    #[test]
    fn no_damage_to_a_roster_breaks_the_reader(
        which in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize, fragment()), 1..6),
    ) {
        let mut chars: Vec<char> = which.get(&examples()).1.chars().collect();
        for (at, length, with) in damage {
            let start = at.index(chars.len() + 1);
            let end = (start + length).min(chars.len());
            chars.splice(start..end, with.chars());
        }
        check_total(&chars.into_iter().collect::<String>());
    }
}

/// A roster exactly when there is no error, every place inside the file, every line safe to print.
fn check_total(text: &str) {
    let Parsed { roster, problems } = roster::parse(text);
    assert_eq!(roster.is_none(), problems.iter().any(|problem| problem.error), "{text:?}");
    let lines = text.split('\n').count();
    for problem in problems {
        assert!(problem.place.is_none_or(|at| at.line >= 1 && at.column >= 1 && at.line <= lines + 1), "{problem:?}");
        assert!(!problem.show("roster.yaml").contains(char::is_control), "{problem:?}");
        assert!(
            !problem.what.contains("the roster cannot be used"),
            "the rules let through what cannot be decoded: {problem:?}"
        );
    }
}
