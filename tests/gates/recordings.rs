//! The recorded screens below `tests/cases/gates/`: what a person says that each shows, and the look that tmux gave.

use std::{fs, path::PathBuf, sync::LazyLock};

use mosaic_top::{
    fleet::gate::{Glance, Kind, Rules, Seen, State},
    screen::{Screen, Size},
};

/// One recorded screen.
pub struct Recording {
    pub file: String,
    pub runtime: Option<String>,
    pub version: String,
    /// `gate`, `asks`, `limit`, `working`, `idle`, `exited`.
    pub label: String,
    pub size: Size,
    pub cursor_shown: bool,
    pub command: String,
    pub ended: bool,
    pub title: String,
    /// Its rows with colours.
    pub rows: Vec<String>,
}

/// How a reading compares with what a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Score {
    Right,
    Unsure,
    Wrong,
}

impl Recording {
    /// All of them, in the order of the index.
    pub fn all() -> Vec<Self> {
        let index = fs::read_to_string(directory().join("INDEX.tsv")).unwrap();
        index.lines().filter(|line| !line.starts_with('#')).map(Self::of).collect()
    }

    pub fn named(file: &str) -> Self {
        Self::all().into_iter().find(|it| it.file == file).unwrap_or_else(|| panic!("no recording {file}"))
    }

    fn of(line: &str) -> Self {
        let fields: Vec<&str> = line.split('\t').collect();
        let [file, runtime, version, label, size, cursor, command, ended, title] = fields[..] else {
            panic!("nine fields: {line}")
        };
        let (cols, rows) = size.split_once('x').unwrap();
        let text = fs::read_to_string(directory().join(format!("{file}.ansi"))).unwrap();
        // After its end a shell has the terminal.
        let shell = command == "bash" && ended == "0";
        Self {
            file: file.to_owned(),
            runtime: (!shell).then(|| runtime.to_owned()),
            version: version.to_owned(),
            label: label.to_owned(),
            size: Size { rows: rows.parse().unwrap(), cols: cols.parse().unwrap() },
            cursor_shown: cursor == "1",
            command: command.to_owned(),
            ended: ended == "1",
            title: title.to_owned(),
            rows: text.lines().map(str::to_owned).collect(),
        }
    }

    /// Its picture.
    pub fn screen(&self) -> Screen {
        draw(self.size, &self.rows)
    }

    /// The look with all that tmux tells.
    pub fn glance<'a>(&'a self, screen: &'a Screen) -> Glance<'a> {
        Glance {
            screen,
            runtime: self.runtime.as_deref(),
            version: Some(&self.version),
            title: &self.title,
            cursor_shown: Some(self.cursor_shown),
            command: &self.command,
            ended: self.ended,
            still: None,
        }
    }

    /// The picture alone, with the runtime that has the terminal.
    pub fn bare<'a>(&'a self, screen: &'a Screen) -> Glance<'a> {
        Glance { version: None, title: "", cursor_shown: None, ..self.glance(screen) }
    }

    /// Whether what was seen is what a person says.
    pub fn score(&self, seen: &Seen) -> Score {
        let retrying = seen.trouble.as_ref().is_some_and(|trouble| trouble.retrying);
        match (self.label.as_str(), seen.state()) {
            ("gate", State::Prompt(Kind::Gate))
            | ("asks", State::Prompt(Kind::Asks))
            | ("limit", State::Limit | State::Prompt(Kind::Limit))
            | ("working", State::Working)
            | ("idle", State::Idle)
            | ("exited", State::Gone) => Score::Right,
            // A turn that is being tried again was recorded as one that ended in an error.
            ("idle", State::Working) if retrying => Score::Right,
            (_, State::Unsure | State::Frozen) => Score::Unsure,
            _ => Score::Wrong,
        }
    }

    /// Whether a person says that it waits for somebody.
    pub fn waits(&self) -> bool {
        matches!(self.label.as_str(), "gate" | "asks" | "limit")
    }
}

/// Whether a reading calls it stuck.
pub fn is_stuck(seen: &Seen) -> bool {
    matches!(seen.state(), State::Prompt(_) | State::Limit)
}

/// A screen with these rows; colours carry over from row to row.
pub fn draw(size: Size, rows: &[String]) -> Screen {
    let mut screen = Screen::new(size);
    let picture: Vec<&str> = rows.iter().map(String::as_str).take(usize::from(size.rows)).collect();
    screen.feed(picture.join("\r\n").as_bytes());
    screen
}

/// The rules that come with the program, compiled once.
pub fn rules() -> &'static Rules {
    static RULES: LazyLock<Rules> = LazyLock::new(Rules::builtin);
    &RULES
}

pub fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/gates")
}
