//! What a stub can be parked at: questions with rows of which one is highlighted, in the words that rules know. PURE.

use std::fmt::Write as _;

use super::Key;

/// What choosing a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// The folder is trusted: the agent begins to work.
    Trust,
    /// The program ends.
    Quit,
    /// The command is run.
    Allow,
    /// It is not run, and the turn is over.
    Refuse,
    /// Nothing happens.
    Skip,
    /// It says that it installs something, and ends.
    Update,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialog {
    looks: Looks,
    about: &'static [&'static str],
    options: &'static [(&'static str, Choice)],
    hint: &'static str,
    escape: Choice,
    selected: usize,
    /// Whether the pane's title says that something is asked.
    pub(super) asks: bool,
}

/// How its rows are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looks {
    /// Below each other, without numbers.
    Bare,
    /// Below each other, numbered.
    Numbered(&'static str),
    /// Beside each other, in a box.
    Beside,
}

impl Dialog {
    /// Claude's question about its folder: the row that refuses, and quits, is the highlighted one.
    pub(super) fn trust() -> Self {
        Self {
            looks: Looks::Bare,
            about: &[
                "─",
                "\x1b[33m Accessing workspace:\x1b[0m",
                "",
                " ~/src/app",
                "",
                " Quick safety check: Is this a project you created or one you trust?",
                " If not, have a look at what is in it first.",
                "",
                " The agent (a demo stub) would be able to read, edit, and run files here.",
                "",
            ],
            options: &[("No, exit", Choice::Quit), ("Yes, I trust this folder", Choice::Trust)],
            hint: " \x1b[2mEnter to confirm · Esc to cancel\x1b[0m",
            escape: Choice::Quit,
            selected: 0,
            asks: false,
        }
    }

    /// Codex's offer of an update, whose highlighted row installs it.
    pub(super) fn update() -> Self {
        Self {
            looks: Looks::Numbered("› "),
            about: &["", "  \x1b[1mUpdate available\x1b[0m · 0.169.0 → 0.999.0 (demo stub: nothing is installed)", ""],
            options: &[
                ("Update now (runs `true`)", Choice::Update),
                ("Skip", Choice::Skip),
                ("Skip until next version", Choice::Skip),
            ],
            hint: "  \x1b[2menter continue · esc skip\x1b[0m",
            escape: Choice::Skip,
            selected: 0,
            asks: false,
        }
    }

    /// Asks whether a command may run; `None` for runtimes that never ask.
    pub(super) fn permission(runtime: &str) -> Option<Self> {
        match runtime {
            "claude" => Some(Self {
                looks: Looks::Numbered(" ❯ "),
                about: &[
                    "─",
                    " \x1b[1mBash command\x1b[0m",
                    "",
                    "   rm -rf target/old-fixtures",
                    "",
                    " Do you want to proceed?",
                ],
                options: &[
                    ("Yes", Choice::Allow),
                    ("Yes, and always allow access to ~/src/app from this project", Choice::Allow),
                    ("No", Choice::Refuse),
                ],
                hint: " \x1b[2mEsc to cancel · Tab to amend\x1b[0m",
                escape: Choice::Refuse,
                selected: 0,
                asks: true,
            }),
            "codex" => Some(Self {
                looks: Looks::Numbered("› "),
                about: &[
                    "  \x1b[1mWould you like to run the following command?\x1b[0m",
                    "",
                    "  Reason: May I delete the old fixtures?",
                    "",
                    "  $ rm -rf target/old-fixtures",
                    "",
                ],
                options: &[
                    ("Yes, proceed (y)", Choice::Allow),
                    ("Yes, and don't ask again for commands that start with `rm` (p)", Choice::Allow),
                    ("No, and tell Codex what to do differently (esc)", Choice::Refuse),
                ],
                hint: "  \x1b[2mPress enter to confirm or esc to cancel\x1b[0m",
                escape: Choice::Refuse,
                selected: 0,
                asks: true,
            }),
            "opencode" => Some(Self {
                looks: Looks::Beside,
                about: &["△ Permission required", "  # Shell command", "", "$ rm -rf target/old-fixtures", ""],
                options: &[("Allow once", Choice::Allow), ("Allow always", Choice::Allow), ("Reject", Choice::Refuse)],
                hint: "⇆ select  enter confirm",
                escape: Choice::Refuse,
                selected: 0,
                asks: true,
            }),
            _ => None,
        }
    }

    /// What a key does to it: moves, or chooses.
    pub(super) fn take(&mut self, key: &Key) -> Option<Choice> {
        let count = self.options.len();
        match key {
            Key::Enter => return self.options.get(self.selected).map(|option| option.1),
            Key::Escape | Key::Cancel => return Some(self.escape),
            Key::Up | Key::Left => self.selected = (self.selected + count - 1) % count,
            Key::Down | Key::Right | Key::Tab => self.selected = (self.selected + 1) % count,
            Key::Text(text) if matches!(self.looks, Looks::Numbered(_)) => {
                let number: usize = text.parse().ok()?;
                return self.options.get(number.checked_sub(1)?).map(|option| option.1);
            }
            _ => {}
        }
        None
    }

    /// Its rows on a terminal of so many columns.
    pub(super) fn lines(&self, cols: usize) -> Vec<String> {
        if self.looks == Looks::Beside {
            return self.beside();
        }
        let rule = |line: &&str| if *line == "─" { "─".repeat(cols) } else { (*line).to_owned() };
        let mut lines: Vec<String> = self.about.iter().map(rule).collect();
        for (at, (label, _)) in self.options.iter().enumerate() {
            let (pointer, number) = match self.looks {
                Looks::Numbered(pointer) => (pointer, format!("{}. ", at + 1)),
                _ => (" ❯ ", String::new()),
            };
            let blank = " ".repeat(pointer.chars().count());
            let row = if at == self.selected { format!("\x1b[36m{pointer}") } else { blank };
            lines.push(format!("{row}{number}{label}\x1b[0m"));
        }
        lines.extend([String::new(), self.hint.to_owned()]);
        lines
    }

    fn beside(&self) -> Vec<String> {
        let bar = "  \x1b[33m┃\x1b[0m  ";
        let mut lines: Vec<String> = [""].iter().chain(self.about).map(|line| format!("{bar}{line}")).collect();
        // What tells the keys stands in a row of its own, and nothing is indented: so it fits 40 columns.
        let mut row = "  \x1b[33m┃\x1b[0m ".to_owned();
        for (at, (label, _)) in self.options.iter().enumerate() {
            let style = if at == self.selected { "\x1b[48;2;250;178;131m\x1b[38;2;20;20;20m" } else { "" };
            let _ = write!(row, "{style} {label} \x1b[0m ");
        }
        lines.extend([row, format!("{bar}\x1b[2m{}\x1b[0m", self.hint), bar.to_owned()]);
        lines
    }
}
