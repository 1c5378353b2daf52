//! Reads the composer from screens of the real runtimes: every file of `tests/cases/composer` is one, with what is to
//! be read from it. A new recording is a new file with `expect: ?`; `UPDATE=1` writes what is read: look at it.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a failure is the test's failure")]
#![allow(clippy::disallowed_methods, reason = "this test reads its cases")]

use std::{fs, path::PathBuf};

use mosaic_top::{
    fleet::{
        composer::{self, Composer},
        runtime::spec::{RuntimeSpec, RuntimeSpecs},
    },
    screen::{Screen, Size},
};
use proptest::prelude::*;

/// A recorded screen.
struct Case {
    path: PathBuf,
    head: Vec<String>,
    body: String,
}

impl Case {
    fn all() -> Vec<Self> {
        let place = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/composer");
        let mut paths: Vec<PathBuf> = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.into_iter().map(Self::read).collect()
    }

    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap();
        let (head, body) = text.split_once("---\n").unwrap();
        Self { path, head: head.lines().map(str::to_owned).collect(), body: body.to_owned() }
    }

    fn field(&self, key: &str) -> &str {
        self.head.iter().find_map(|line| line.strip_prefix(key)?.strip_prefix(": ")).unwrap_or_default()
    }

    fn name(&self) -> String {
        self.path.file_stem().unwrap().to_string_lossy().into_owned()
    }

    fn spec(&self) -> RuntimeSpec {
        RuntimeSpecs::builtin().of(self.field("runtime").split(' ').next().unwrap())
    }

    fn size(&self) -> Size {
        let (cols, rows) = self.field("size").split_once('x').unwrap();
        Size { rows: rows.parse().unwrap(), cols: cols.parse().unwrap() }
    }

    /// The recorded picture on a screen of a size, with its cursor.
    fn screen(&self, size: Size) -> Screen {
        let (place, shown) = self.field("cursor").split_once(' ').unwrap();
        let (col, row) = place.split_once(',').unwrap();
        let (col, row): (u16, u16) = (col.parse().unwrap(), row.parse().unwrap());
        let mut bytes = b"\x1b[?7l".to_vec();
        for (at, line) in self.body.lines().enumerate() {
            bytes.extend(format!("\x1b[{};1H{line}", at + 1).bytes());
        }
        let mode = if shown == "shown" { 'h' } else { 'l' };
        bytes.extend(format!("\x1b[{};{}H\x1b[?25{mode}", row + 1, col + 1).bytes());
        Screen::drawn(size, &bytes)
    }

    fn seen(&self) -> String {
        let (screen, spec) = (self.screen(self.size()), self.spec());
        let ready = match composer::ready(&screen, &spec, self.field("title"), "vm") {
            Ok(()) => String::new(),
            Err(why) => format!("; not ready: {why}"),
        };
        words(&composer::read(&screen, &spec)) + &ready
    }
}

fn words(composer: &Composer) -> String {
    match composer {
        Composer::Empty { ghost: None } => "empty".to_owned(),
        Composer::Empty { ghost: Some(ghost) } => format!("empty, ghost {ghost:?}"),
        Composer::Draft { text, collapsed: false } => format!("draft {text:?}"),
        Composer::Draft { text, collapsed: true } => format!("draft, collapsed {text:?}"),
        Composer::Absent { why } => format!("absent: {why}"),
        Composer::Unknown => "unknown".to_owned(),
    }
}

#[test]
fn every_recorded_screen_reads_as_its_file_says() {
    let mut wrong = Vec::new();
    for case in Case::all() {
        let (expected, seen) = (case.field("expect").to_owned(), case.seen());
        if expected == seen {
            continue;
        }
        if std::env::var_os("UPDATE").is_some() {
            let head: Vec<String> = case.head.iter().filter(|line| !line.starts_with("expect: ")).cloned().collect();
            fs::write(&case.path, format!("{}\nexpect: {seen}\n---\n{}", head.join("\n"), case.body)).unwrap();
        }
        wrong.push(format!("{}: expected {expected}, seen {seen}", case.name()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a case's file name promises, whatever its expectation says: nobody may update it away.
#[test]
fn no_dialog_is_a_composer_and_no_draft_is_empty() {
    for case in Case::all() {
        let (name, seen) = (case.name(), composer::read(&case.screen(case.size()), &case.spec()));
        let label = case.field("state").to_owned();
        let parked = ["(gate)", "(asks)", "(exited)"].iter().any(|end| label.ends_with(end));
        if parked && !name.contains("no-models") {
            assert!(matches!(seen, Composer::Absent { .. } | Composer::Unknown), "{name}: {seen:?}");
        }
        if name.contains("draft") || name.contains("before-output") {
            assert!(matches!(seen, Composer::Draft { .. }), "{name}: {seen:?}");
        }
        if name.contains("-idle-") {
            assert!(matches!(seen, Composer::Empty { .. }), "{name}: {seen:?}");
        }
    }
}

/// A mirror that is smaller than its pane shows a part; what is then read is the same, or nothing.
#[test]
fn a_cropped_screen_never_turns_a_draft_into_an_empty_composer() {
    for case in Case::all() {
        let (whole, spec) = (case.size(), case.spec());
        let full = composer::read(&case.screen(whole), &spec);
        for cols in (1..=whole.cols).step_by(13) {
            for rows in [1, whole.rows / 2, whole.rows] {
                let seen = composer::read(&case.screen(Size { rows, cols }), &spec);
                let was_empty = matches!(full, Composer::Empty { .. });
                let is_empty = matches!(seen, Composer::Empty { .. });
                assert!(!is_empty || was_empty, "{} at {cols}x{rows}: {full:?} became {seen:?}", case.name());
            }
        }
    }
}

/// A larger screen with nothing more on it reads the same.
#[test]
fn a_taller_screen_reads_the_same() {
    for case in Case::all() {
        let (whole, spec) = (case.size(), case.spec());
        let full = composer::read(&case.screen(whole), &spec);
        let taller = Size { rows: whole.rows + 20, cols: whole.cols };
        assert_eq!(composer::read(&case.screen(taller), &spec), full, "{}", case.name());
    }
}

const PIECES: [&str; 16] = [
    "─",
    "────────",
    "❯",
    "\u{a0}",
    "› ",
    "┃",
    "╹▀▀",
    " ",
    "  ",
    "text",
    "Build · x",
    "0.0%/1",
    "\x1b[2m",
    "\x1b[7m",
    "\x1b[m",
    "漢",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_screen_has_an_answer(
        pieces in prop::collection::vec((0..PIECES.len(), 1_u16..12, 1_u16..30), 0..60),
        rows in 1_u16..12, cols in 1_u16..30, at in (1_u16..12, 1_u16..30),
    ) {
        let mut bytes = String::new();
        for (piece, row, col) in pieces {
            bytes.extend([format!("\x1b[{row};{col}H{}", PIECES[piece])]);
        }
        bytes.extend([format!("\x1b[{};{}H", at.0, at.1)]);
        let screen = Screen::drawn(Size { rows, cols }, bytes.as_bytes());
        for name in ["claude", "codex", "pi", "opencode", "gemini", "other"] {
            let spec = RuntimeSpecs::builtin().of(name);
            let seen = composer::read(&screen, &spec);
            prop_assert_eq!(seen == Composer::Unknown, matches!(name, "gemini" | "other"));
            let _ = composer::ready(&screen, &spec, "", "host");
        }
    }
}
