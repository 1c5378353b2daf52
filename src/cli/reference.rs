//! The reference, made from the definitions: `docs/cli.md`, the man page, completions and keys.
//!
//! `tests/docs.rs` holds that what is shipped under `docs/` is what this makes.

use std::fmt::Write as _;

use clap::Command as Definition;
use clap_mangen::Man;
use color_eyre::eyre::{Result, WrapErr};

use super::definition;
use crate::app::keymap::Keymap;

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

/// `docs/keys.md`, or the same with the operator's own keys.
#[must_use]
pub fn keys(keymap: &Keymap) -> String {
    crate::app::action::reference_markdown(keymap)
}

/// `docs/mosaic-top.1`: one page for the program and all its verbs, which have no pages of their own to point to.
pub fn man() -> Result<String> {
    let mut page = Vec::new();
    let program = definition().disable_help_subcommand(true);
    let after = program.get_after_help().map(ToString::to_string).unwrap_or_default();
    let man = Man::new(program).title("MOSAIC-TOP").date("");
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    let mut text = String::from_utf8(page).wrap_err("the man page is not text")?;
    let mut literally = |heading: &str, lines: &str| {
        let lines: Vec<String> = lines.lines().map(|line| escaped(line.trim_end())).collect();
        let _ = writeln!(text, "{heading}\n.nf\n{}\n.fi", lines.join("\n"));
    };
    for (i, (title, mut command)) in commands().into_iter().skip(1).enumerate() {
        let heading = if i == 0 { ".SH VERBS\n" } else { "" };
        literally(&format!("{heading}.SS \"{}\"", escaped(&title)), &command.render_long_help().to_string());
    }
    literally(".SH EXAMPLES AND EXIT CODES", &after);
    Ok(text)
}

/// A shell's completions.
pub fn completions(shell: clap_complete::Shell) -> Result<String> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut offered(), "mosaic-top", &mut script);
    String::from_utf8(script).wrap_err("the completions are not text")
}

/// The definition without the verbs that are nobody's business: completions would offer them.
fn offered() -> Definition {
    let whole = definition();
    let verbs: Vec<Definition> = whole.get_subcommands().filter(|verb| !verb.is_hide_set()).cloned().collect();
    let arguments: Vec<clap::Arg> = whole.get_arguments().cloned().collect();
    Definition::new("mosaic-top").version(env!("CARGO_PKG_VERSION")).args(arguments).subcommands(verbs)
}

/// The program and its verbs, each with its full title, ready to render help. Not built as a whole: that would repeat
/// the options for every verb below every verb.
fn commands() -> Vec<(String, Definition)> {
    let main = definition().term_width(WIDTH).disable_help_subcommand(true);
    let titled = |verb: &Definition| {
        let title = format!("mosaic-top {}", verb.get_name());
        (title.clone(), verb.clone().bin_name(title).term_width(WIDTH))
    };
    let verbs: Vec<_> = main.get_subcommands().filter(|verb| !verb.is_hide_set()).map(titled).collect();
    std::iter::once(("mosaic-top".to_owned(), main)).chain(verbs).collect()
}

/// Text as roff takes it literally.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\\\").replace('-', "\\-");
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
}
