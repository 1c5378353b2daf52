//! One entry of codex's `config.toml`, a file that people write: comments, order and everything else stay.

use toml_edit::{DocumentMut, Item, Table, TableLike, value};

use super::Edit;

const LEVEL: &str = "trust_level";
const TRUSTED: &str = "trusted";

pub(super) fn trusts(text: &str, directory: &str) -> Result<bool, String> {
    Ok(level(&parsed(text)?, directory).is_some_and(|level| level == TRUSTED))
}

pub(super) fn record(text: &str, directory: &str) -> Result<Edit, String> {
    let mut document = parsed(text)?;
    match level(&document, directory) {
        Some(level) if level == TRUSTED => return Ok(Edit::Recorded),
        Some(level) => return Err(format!("it says {LEVEL} = {level:?} of {directory}, which is somebody's own word")),
        None => {}
    }
    let none = "projects, or what it says of this directory, is no table";
    // A table of its own is written only as its entries: `[projects."/w"]`.
    let projects = document.entry("projects").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let inline = projects.is_inline_table();
    let projects: &mut dyn TableLike = projects.as_table_like_mut().ok_or(none)?;
    let fresh = || if inline { value(toml_edit::InlineTable::new()) } else { Item::Table(Table::new()) };
    let project = projects.entry(directory).or_insert_with(fresh);
    project.as_table_like_mut().ok_or(none)?.insert(LEVEL, value(TRUSTED));
    Ok(Edit::Changed(document.to_string()))
}

fn parsed(text: &str) -> Result<DocumentMut, String> {
    text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())
}

fn level<'a>(document: &'a DocumentMut, directory: &str) -> Option<&'a str> {
    let projects = document.get("projects")?.as_table_like()?;
    projects.get(directory)?.as_table_like()?.get(LEVEL)?.as_str()
}
