//! A runtime's input line, read from its screen: is it there, is it empty, or what is drafted in it.
//!
//! It only reads cells, styles and the cursor, by the rules of `RuntimeSpec`; it presses nothing. What it cannot read with
//! certainty it does not call a composer: a message is typed only into one that was recognised.

mod place;

use crate::screen::{Cell, Screen};

use super::runtime::spec::{ComposerSpec, RuntimeSpec};
use place::Place;

/// What a screen says of the input line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Composer {
    /// It is there and holds nothing.
    Empty {
        /// The placeholder or suggestion that is drawn in it.
        ghost: Option<String>,
    },
    /// It is there and holds text that was not submitted.
    Draft {
        /// What is shown of it, one line for each row: a long one is scrolled, a pasted one may be collapsed.
        text: String,
        /// Whether it shows the stand-in of a collapsed paste.
        collapsed: bool,
    },
    /// It is not there: a dialog, a menu, a shell, or a program that has ended.
    Absent {
        /// Why nothing was taken for it.
        why: String,
    },
    /// Nothing is known of this runtime's composer.
    Unknown,
}

/// Reads the composer of a runtime from its screen.
#[must_use]
pub fn read(screen: &Screen, spec: &RuntimeSpec) -> Composer {
    match place::find(screen, &spec.composer) {
        None => Composer::Unknown,
        Some(Err(why)) => Composer::Absent { why: why.to_owned() },
        Some(Ok(place)) => content(screen, &place, &spec.composer),
    }
}

/// Whether a runtime takes a message, beyond an empty composer: some draw one before they listen to it.
/// The error says what is missing. `host` is the title of a pane that nobody has given one.
pub fn ready(screen: &Screen, spec: &RuntimeSpec, title: &str, host: &str) -> Result<(), String> {
    if let (Some(wanted), Some(Ok(place))) = (&spec.ready.below, place::find(screen, &spec.composer)) {
        let below = screen.text().into_iter().skip(place.end.into());
        if !below.into_iter().any(|row| row.contains(wanted.as_str())) {
            return Err(format!("it is still starting: no row below its composer holds {wanted:?}"));
        }
    }
    let short = host.split('.').next().unwrap_or(host);
    if spec.ready.title && [host, short, ""].contains(&title) {
        return Err("it is still starting: it has not set the pane's title yet".to_owned());
    }
    Ok(())
}

/// What stands at the composer's place: a draft, or nothing but ghost text.
fn content(screen: &Screen, place: &Place, spec: &ComposerSpec) -> Composer {
    let (mut drafted, mut ghosts) = (Vec::new(), Vec::new());
    for row in place.rows.clone() {
        let cells: Vec<Cell<'_>> = (place.left..place.right).filter_map(|col| screen.cell(row, col)).collect();
        let ghost = ghost_cells(&cells, spec);
        drafted.push(words(&cells, |at| !ghost[at]));
        ghosts.push(words(&cells, |at| ghost[at]));
    }
    let (text, ghost) = (joined(&drafted), joined(&ghosts));
    let cursor = screen.cursor();
    let at_start = cursor.row == place.rows.start && cursor.col <= place.left.saturating_add(place.pad);
    let is_placeholder = at_start && spec.placeholders.iter().any(|start| text.starts_with(start.as_str()));
    match (text.is_empty(), is_placeholder) {
        (true, _) => Composer::Empty { ghost: Some(ghost).filter(|ghost| !ghost.is_empty()) },
        (false, true) => Composer::Empty { ghost: Some(text) },
        (false, false) => Composer::Draft { collapsed: is_collapsed(&text, spec), text },
    }
}

/// Which cells of a row are ghost text: dim, or of a colour that the runtime uses for nothing else there. The cursor that a
/// program draws itself is an inverse cell on the ghost's first character.
fn ghost_cells(cells: &[Cell<'_>], spec: &ComposerSpec) -> Vec<bool> {
    let mut ghost: Vec<bool> =
        cells.iter().map(|cell| cell.style.dim || spec.ghost_colours.contains(&cell.style.fg)).collect();
    for at in (0..cells.len()).rev() {
        let next = (at + 1..cells.len()).find(|next| !is_space(&cells[*next]));
        if cells[at].style.inverse && next.is_some_and(|next| ghost[next]) {
            ghost[at] = true;
        }
    }
    ghost
}

fn is_space(cell: &Cell<'_>) -> bool {
    cell.continuation || cell.text.trim().is_empty()
}

/// A row's text of those cells alone; the others leave a blank.
fn words(cells: &[Cell<'_>], wanted: impl Fn(usize) -> bool) -> String {
    let shown = cells.iter().enumerate().filter(|(_, cell)| !cell.continuation);
    let text: String = shown.map(|(at, cell)| if wanted(at) && !is_space(cell) { cell.text } else { " " }).collect();
    text.trim_end().to_owned()
}

/// Rows as lines, without the blank ones around them and without their common indentation.
fn joined(rows: &[String]) -> String {
    let first = rows.iter().position(|row| !row.is_empty()).unwrap_or(rows.len());
    let last = rows.iter().rposition(|row| !row.is_empty()).map_or(first, |last| last + 1);
    let rows = &rows[first..last];
    let indent = |row: &String| row.chars().take_while(|c| *c == ' ').count();
    let common = rows.iter().filter(|row| !row.is_empty()).map(indent).min().unwrap_or(0);
    let lines: Vec<&str> = rows.iter().map(|row| row.get(common..).unwrap_or_default()).collect();
    lines.join("\n")
}

/// Whether the stand-in of a collapsed paste is in it.
fn is_collapsed(text: &str, spec: &ComposerSpec) -> bool {
    spec.collapsed.iter().any(|start| text.find(start.as_str()).is_some_and(|at| text[at..].contains(']')))
}
