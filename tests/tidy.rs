//! Holds the house in order: the import rule of `src/lib.rs`, what may stand where, sizes, and words.
//!
//! Each rule reads the sources as text and gives every violation as `file:line: what. Hint: …`; a rule that finds
//! one fails with all of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a failure is the test's failure"
)]
#![allow(clippy::disallowed_methods, reason = "this test reads the sources")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Lines of a source file, without its inline tests; of a function, from its signature to its last brace.
const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 60;

/// What each layer may import: the table of `src/lib.rs`.
const LAYERS: [(&str, &[&str]); 8] = [
    ("screen", &[]),
    ("fleet", &["screen"]),
    ("config", &["fleet"]),
    ("adapter", &["fleet", "screen"]),
    ("app", &["config", "fleet", "screen"]),
    ("ui", &["app", "config", "fleet", "screen"]),
    ("run", &["ui", "app", "adapter", "config", "fleet", "screen"]),
    ("cli", &["run", "ui", "app", "adapter", "config", "fleet", "screen"]),
];

/// What may stand only in these places of `src/`, and why.
const PLACES: [(&[&str], &[&str], &str); 5] = [
    (
        &["Command::new("],
        &["src/adapter/", "benches/"],
        "programs are started in adapter/ only; the call itself is in clippy.toml",
    ),
    (&["vt100::"], &["src/screen/"], "screen/ is the one door to the terminal engine"),
    (
        &["Instant::now(", "SystemTime::now(", "Timestamp::now(", "Zoned::now("],
        &["src/adapter/clock.rs", "benches/"],
        "time is passed in; adapter/clock.rs reads it",
    ),
    (&["Access::Full"], &["src/cli/access.rs"], "full access is decided in one place; ask `Access::of`"),
    (&["serde_yaml::"], &["src/fleet/roster"], "serde_yaml is archived: it stays behind the one module that decodes"),
];

/// Crates that the user chose: they need no comment of their own in `Cargo.toml`.
const CHOSEN: [&str; 11] = [
    "ratatui",
    "crossterm",
    "tokio",
    "serde",
    "serde_yaml",
    "color-eyre",
    "tui-input",
    "vt100",
    "insta",
    "proptest",
    "clap",
];

/// A source file: its path from the root, and its lines.
struct Source {
    path: String,
    lines: Vec<String>,
}

impl Source {
    /// Its lines without comments, and without the inline tests at its end; counted from 1.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let end = self.lines.iter().position(|line| line.starts_with("#[cfg(test)]")).unwrap_or(self.lines.len());
        let numbered = self.lines[..end].iter().enumerate();
        numbered.map(|(i, line)| (i + 1, line.split("//").next().unwrap_or_default()))
    }

    fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    /// The layer it belongs to; `None` for the files on top.
    fn layer(&self) -> Option<&str> {
        let rest = self.path.strip_prefix("src/")?;
        let layer = rest.split(['/', '.']).next()?;
        LAYERS.iter().find(|(name, _)| *name == layer).map(|(name, _)| *name)
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(kinds: &[&str], under: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = under.iter().map(|directory| root().join(directory)).collect();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if kinds.iter().any(|kind| path.extension().map_or(kind.is_empty(), |have| have == *kind)) {
            let lines = fs::read_to_string(&path).unwrap_or_default().lines().map(str::to_owned).collect();
            let path = path.strip_prefix(root()).unwrap_or(Path::new("?")).to_string_lossy().into_owned();
            found.push(Source { path, lines });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn rust() -> Vec<Source> {
    sources(&["rs"], &["src", "tests", "benches"])
}

fn check(violations: &[String]) {
    assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
}

#[test]
fn a_layer_imports_only_what_lies_below_it() {
    let mut violations = Vec::new();
    for source in rust().iter().filter(|source| !source.is_test()) {
        let Some(layer) = source.layer() else { continue };
        let allowed = LAYERS.iter().find(|(name, _)| *name == layer).unwrap().1;
        for (number, name) in imports(source) {
            if name != layer && !allowed.contains(&name.as_str()) && LAYERS.iter().any(|(other, _)| *other == name) {
                violations.push(format!(
                    "{}:{number}: {layer} imports {name}. Hint: the table in src/lib.rs; pass data or move the code",
                    source.path
                ));
            }
        }
    }
    check(&violations);
}

/// Every top-level module that a file names through `crate::…` or by climbing with `super::`, with its line.
fn imports(source: &Source) -> Vec<(usize, String)> {
    // How many `super::` lead from this file's module to the crate's root.
    let depth = source.path.trim_end_matches("/mod.rs").matches('/').count();
    let climb = "super::".repeat(depth);
    let code: Vec<(usize, &str)> = source.code().collect();
    // One text, so that a `use crate::{ … }` over several lines is read as one.
    let text: String = code.iter().flat_map(|(_, line)| [*line, "\n"]).collect();
    let mut found = Vec::new();
    for prefix in ["crate::", "mosaic_top::", climb.as_str()] {
        for (at, _) in text.match_indices(prefix) {
            let number = text[..at].matches('\n').count() + 1;
            found.extend(first_words(&text[at + prefix.len()..]).into_iter().map(|name| (number, name)));
        }
    }
    found
}

/// `fleet::ids::X` → fleet; `{fleet::{a, b}, screen::Size}` → fleet, screen.
fn first_words(path: &str) -> Vec<String> {
    let word = |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let Some(group) = path.strip_prefix('{') else { return vec![word(path)] };
    let (mut depth, mut start, mut words) = (0, 0, Vec::new());
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                // A trailing comma leaves nothing before the brace.
                words.extend(Some(word(&group[start..i])).filter(|word: &String| !word.is_empty()));
                start = i + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    words
}

#[test]
fn every_file_says_first_what_it_is_for() {
    let silent = rust().into_iter().filter(|source| !source.lines.first().is_some_and(|line| line.starts_with("//! ")));
    check(
        &silent
            .map(|s| format!("{}:1: does not open with `//!`. Hint: say what it is for", s.path))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn no_file_and_no_function_is_too_long_to_read() {
    let mut violations = Vec::new();
    for source in rust().iter().filter(|source| !source.is_test()) {
        let length = source.code().count();
        if length > LONGEST_FILE {
            violations
                .push(format!("{}:{length}: over {LONGEST_FILE} lines. Hint: two files, one job each", source.path));
        }
        for (number, length) in functions(source) {
            if length > LONGEST_FUNCTION {
                violations.push(format!(
                    "{}:{number}: a function of {length} lines, over {LONGEST_FUNCTION}. Hint: name its steps",
                    source.path
                ));
            }
        }
    }
    check(&violations);
}

/// Where each function begins, and how many lines it has. rustfmt aligns its closing brace with its first line.
fn functions(source: &Source) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let lines: Vec<(usize, &str)> = source.code().collect();
    for (i, (number, line)) in lines.iter().enumerate() {
        let start = line.trim_start();
        let words = start.split('(').next().unwrap_or_default();
        if !words.split(' ').any(|word| word == "fn") || start.starts_with(['"', '#']) {
            continue;
        }
        let end = format!("{}}}", &line[..line.len() - start.len()]);
        if let Some(length) = lines[i..].iter().position(|(_, line)| *line == end) {
            found.push((*number, length + 1));
        }
    }
    found
}

#[test]
fn clock_programs_and_terminal_engine_stay_where_they_belong() {
    let mut violations = Vec::new();
    for source in rust().iter().filter(|source| !source.is_test()) {
        for (number, line) in source.code() {
            for (words, places, why) in PLACES {
                let Some(word) = words.iter().find(|word| line.contains(**word)) else { continue };
                if !places.iter().any(|place| source.path.starts_with(place)) {
                    violations.push(format!("{}:{number}: `{word}`. Hint: {why}", source.path));
                }
            }
        }
    }
    check(&violations);
}

/// Without a licence nothing changes, so who grants one decides what read-only means.
#[test]
fn a_licence_is_granted_in_one_place() {
    let mut places = Vec::new();
    for source in rust().iter().filter(|source| !source.is_test()) {
        for (number, line) in source.code() {
            let makes =
                line.contains("Licence::granted(") || line.contains("Licence::over(") || line.contains("Licence {");
            let defines = source.path == "src/adapter/steer.rs";
            if makes && !defines {
                places.push(format!("{}:{number}", source.path));
            }
        }
    }
    assert_eq!(places.len(), 1, "{places:?}");
    assert!(places[0].starts_with("src/cli/access.rs:"), "{places:?}");
}

#[test]
fn the_pure_layers_know_no_file_process_or_runtime() {
    let mut violations = Vec::new();
    for source in
        rust().iter().filter(|s| !s.is_test() && matches!(s.layer(), Some("screen" | "fleet" | "config" | "app")))
    {
        for (number, line) in source.code() {
            for word in
                ["std::fs", "std::env", "std::process", "std::net", "tokio::", "nix::", "println!", "std::thread"]
            {
                if line.contains(word) {
                    violations
                        .push(format!("{}:{number}: `{word}` in a pure layer. Hint: pass the data in", source.path));
                }
            }
        }
    }
    check(&violations);
}

/// Built from parts, so that this file does not find itself.
#[test]
fn nothing_shipped_mentions_a_path_of_one_machine() {
    let machine: Vec<String> = ["/work/", "/root/", "/home/", "/Users/"].map(|path| format!("{path}{{}}")).into();
    let mut violations = Vec::new();
    for source in sources(
        &["md", "1", "toml", "yaml", "yml", "sh", "rs", ""],
        &["docs", "src", "scripts", ".ci", "roster-examples", "assets"],
    )
    .into_iter()
    .chain(sources(&["md", "toml"], &["README.md", "CHANGELOG.md", "Cargo.toml", "clippy.toml", "deny.toml"]))
    {
        for (number, line) in source.lines.iter().enumerate() {
            for path in machine.iter().map(|path| path.trim_end_matches("{}")) {
                // `/home/ops` and the like stand for anybody's.
                if line.contains(path) && !line.contains("/home/ops") && !line.contains("/home/dev") {
                    violations.push(format!("{}:{}: `{path}…`. Hint: ~ or a made-up name", source.path, number + 1));
                }
            }
        }
    }
    check(&violations);
}

#[test]
fn every_dependency_beyond_the_chosen_ones_says_why_it_is_there() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (mut in_dependencies, mut explained, mut violations) = (false, false, Vec::new());
    for (number, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            in_dependencies = line.ends_with("dependencies]");
        }
        if line.trim().is_empty() || line.starts_with('[') {
            explained = false;
        } else if line.starts_with('#') {
            explained = true;
        } else if let Some((name, rest)) = line.split_once('=').filter(|_| in_dependencies) {
            let name = name.trim();
            // A comment covers the lines below it up to the next comment or blank line.
            let excused = explained || rest.contains('#') || CHOSEN.contains(&name);
            // tempfile needs no words; everybody who writes a test knows it.
            if !excused && name != "tempfile" {
                violations.push(format!("Cargo.toml:{}: {name} has no reason. Hint: a comment above it", number + 1));
            }
        }
    }
    check(&violations);
}

#[test]
fn the_rule_reads_groups_and_climbs() {
    let source =
        |path: &str, text: &str| Source { path: path.into(), lines: text.lines().map(str::to_owned).collect() };
    let names = |path: &str, text: &str| imports(&source(path, text)).into_iter().map(|(_, n)| n).collect::<Vec<_>>();
    assert_eq!(names("src/fleet/row.rs", "use crate::{\n  app::{a, b},\n  screen::Size,\n};"), ["app", "screen"]);
    assert_eq!(names("src/fleet/row.rs", "use super::super::ui::draw;"), ["ui"]);
    assert_eq!(names("src/fleet/mod.rs", "use super::ui::draw;"), ["ui"]);
    assert_eq!(names("src/fleet/row.rs", "// crate::ui\nlet x = crate::ui::draw();"), ["ui"]);
}
