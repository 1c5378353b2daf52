//! The table of options as a file with every option commented out, and as a page. A test holds that what is shipped
//! is what this makes.

use std::fmt::Write as _;

use super::table::{OPTIONS, Opt};

/// Columns of text in the example.
const WIDTH: usize = 96;

/// `assets/mosaic-top.yaml`, and what `mosaic-top config` prints.
#[must_use]
pub fn yaml() -> String {
    let mut text = String::from(
        "# mosaic-top.yaml: every option with its default, commented out.\n\
         # It belongs at $XDG_CONFIG_HOME/mosaic-top/mosaic-top.yaml (~/.config/mosaic-top/mosaic-top.yaml);\n\
         # `mosaic-top config --check` says what is wrong with it. A dashboard that is open reads it again when it\n\
         # changes.\n",
    );
    let mut open = "";
    for option in OPTIONS {
        let (section, name) = option.path.split_once('.').unwrap_or(("", option.path));
        let indent = if section.is_empty() { "" } else { "  " };
        text.push('\n');
        if section != open && !section.is_empty() {
            let _ = writeln!(text, "#{section}:");
        }
        open = section;
        for line in wrap(option, WIDTH) {
            let _ = writeln!(text, "# {indent}{line}");
        }
        let _ = writeln!(text, "#{indent}{name}: {}", option.default);
    }
    text
}

/// The table in `docs/config.md`.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from("| option | takes | default | what it is for |\n|---|---|---|---|\n");
    for option in OPTIONS {
        let words = option.words.replace('|', "\\|");
        let _ = writeln!(page, "| `{}` | {} | `{}` | {words} |", option.path, option.takes, option.default);
    }
    page
}

fn wrap(option: &Opt, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in format!("{} Takes {}.", option.words, option.takes).split(' ') {
        let last =
            lines.last_mut().filter(|line| line.is_empty() || line.chars().count() + 1 + word.chars().count() <= width);
        match last {
            Some(line) if line.is_empty() => word.clone_into(line),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}
