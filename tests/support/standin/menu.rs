//! Claude's trust question as a menu, in both of its layouts: which option stands first, and is highlighted, differs
//! between versions. Refusing ends the program, as the real one does.

use std::fs;

use super::Agent;

const YES: &str = "Yes, I trust this folder";
const NO: &str = "No, exit";

/// The question while it is up.
pub(super) struct Menu {
    options: [&'static str; 2],
    numbered: bool,
    at: usize,
}

/// What a key did.
pub(super) enum Chosen {
    Nothing,
    Trusted,
    Refused,
}

impl Menu {
    /// `trust-no`: the newer layout, `No, exit` first and highlighted. `trust-yes`: the older one, numbered, `Yes` first.
    pub(super) fn asked(asked: &str) -> Option<Self> {
        if asked.contains("trust-no") {
            return Some(Self { options: [NO, YES], numbered: false, at: 0 });
        }
        asked.contains("trust-yes").then_some(Self { options: [YES, NO], numbered: true, at: 0 })
    }

    /// Takes the next key out of what was typed.
    pub(super) fn take(&mut self, held: &mut Vec<u8>) -> Chosen {
        let (length, by) = match held.as_slice() {
            [0x1b, b'[', b'A', ..] => (3, -1),
            [0x1b, b'[', b'B', ..] => (3, 1),
            [b'\r', ..] => {
                held.drain(..1);
                return if self.options[self.at] == YES { Chosen::Trusted } else { Chosen::Refused };
            }
            [0x1b] | [0x1b, b'[' | b'O', ..] => (held.len(), 0),
            [0x1b, ..] => return Chosen::Refused,
            _ => (1, 0),
        };
        held.drain(..length);
        self.at = self.at.saturating_add_signed(by).min(self.options.len() - 1);
        Chosen::Nothing
    }

    pub(super) fn lines(&self, cols: usize) -> Vec<String> {
        let mut lines = vec![
            format!("\x1b[38;5;220m{}\x1b[m", "─".repeat(cols)),
            " \x1b[1m\x1b[38;5;220mAccessing workspace:\x1b[m".to_owned(),
            String::new(),
            " \x1b[1m/srv/work\x1b[m".to_owned(),
            String::new(),
            " Quick safety check: Is this a project you created or one you trust?".to_owned(),
            String::new(),
            " Claude Code'll be able to read, edit, and execute files here.".to_owned(),
            String::new(),
            " \x1b[38;5;246mSecurity guide\x1b[m".to_owned(),
            String::new(),
        ];
        for (at, option) in self.options.iter().enumerate() {
            let number = if self.numbered { format!("\x1b[38;5;246m{}. ", at + 1) } else { String::new() };
            lines.push(if at == self.at {
                format!(" \x1b[38;5;153m❯\x1b[39m {number}\x1b[38;5;153m{option}\x1b[39m")
            } else {
                format!("   {number}\x1b[39m{option}")
            });
        }
        lines.extend([String::new(), " \x1b[38;5;246mEnter to confirm · Esc to cancel\x1b[39m".to_owned()]);
        lines
    }
}

impl Agent {
    /// Asks again when the test wants it.
    pub(super) fn ask_again(&mut self) {
        let wanted = self.menu.is_none() && self.asked.contains("again");
        if wanted && fs::remove_file(self.dir.join("again")).is_ok() {
            self.menu = Menu::asked(&self.asked);
        }
    }

    /// The next key is the menu's while it is up.
    pub(super) fn menu_takes(&mut self, held: &mut Vec<u8>) -> bool {
        let Some(menu) = &mut self.menu else { return false };
        match menu.take(held) {
            Chosen::Nothing => {}
            Chosen::Trusted => {
                self.menu = None;
                self.note("answers.jsonl", &serde_json::json!({ "answer": YES }));
            }
            Chosen::Refused => {
                self.mishap("the trust question was refused");
                self.over = true;
                held.clear();
            }
        }
        true
    }
}
