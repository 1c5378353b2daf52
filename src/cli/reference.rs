//! The reference, made from the definitions: `docs/cli.md`, the man page, completions and keys.
//!
//! `tests/docs.rs` holds that what is shipped under `docs/` is what this makes.

use std::fmt::Write as _;

use clap::Command;
use clap_mangen::Man;
use color_eyre::eyre::{Result, WrapErr};

use super::definition;

/// The width of help in the reference, whatever terminal makes it.
const WIDTH: usize = 100;

/// `docs/cli.md`.
#[must_use]
pub fn cli() -> String {
    let mut text = String::from(
        "# The command line\n\n\
         Generated from the program's own definition; `UPDATE=1 cargo test --test docs` writes it anew.\n\
         What `ps --json` prints has its schema in `mosaic-top schema ps`.\n",
    );
    for (title, mut command) in commands() {
        let help = command.render_long_help().to_string();
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        let _ = write!(text, "\n## {title}\n\n```text\n{}\n```\n", lines.join("\n").trim_end());
    }
    text
}

/// `docs/keys.md`.
#[must_use]
pub fn keys() -> String {
    // TODO(ui): `crate::app::action::reference_markdown()`.
    String::from("# Keys\n\nThe table of actions is not wired yet.\n")
}

/// `docs/mosaic-top.1`: one page for the program and all its verbs.
pub fn man() -> Result<String> {
    let mut page = Vec::new();
    let main = definition().term_width(WIDTH);
    Man::new(main).title("MOSAIC-TOP").date("").render(&mut page)?;
    let mut text = String::from_utf8(page).wrap_err("the man page is not text")?;
    // The verbs have no pages of their own to point to: they follow here.
    text = text.replace("mosaic\\-top\\-", "").replace("(1)\n", "\n");
    text.push_str(".SH VERBS\n");
    for (title, mut command) in commands().into_iter().skip(1) {
        let _ = writeln!(text, ".SS \"{}\"\n.nf", escaped(&title));
        for line in command.render_long_help().to_string().lines() {
            let _ = writeln!(text, "{}", escaped(line.trim_end()));
        }
        text.push_str(".fi\n");
    }
    Ok(text)
}

/// A shell's completions.
pub fn completions(shell: clap_complete::Shell) -> Result<String> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut definition(), "mosaic-top", &mut script);
    String::from_utf8(script).wrap_err("the completions are not text")
}

/// The program and its verbs, each with its full title, ready to render help.
fn commands() -> Vec<(String, Command)> {
    let mut main = definition().term_width(WIDTH).disable_help_subcommand(true);
    main.build();
    let verbs: Vec<_> = main
        .get_subcommands()
        .filter(|verb| !verb.is_hide_set())
        .map(|verb| (format!("mosaic-top {}", verb.get_name()), verb.clone().term_width(WIDTH)))
        .collect();
    std::iter::once(("mosaic-top".to_owned(), main)).chain(verbs).collect()
}

/// Text as roff takes it literally.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\\\").replace('-', "\\-");
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
}
