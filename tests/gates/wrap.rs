//! Recorded screens at another width: their rows wrapped with their colours.

use std::rc::Rc;

use unicode_width::UnicodeWidthChar;

/// A cell: what is drawn there, and the colours it is drawn in, as the escape codes since they were last put off.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    shown: char,
    colours: Rc<str>,
}

/// A screen's rows.
pub type Rows = Vec<Vec<Cell>>;

/// What a program draws from edge to edge: it is drawn as long as the screen is wide, and never wraps.
const RULES: [char; 12] = ['─', '━', '╌', '╭', '╰', '╹', '▀', '▄', '▔', '▁', '┌', '└'];

/// What a program draws before every row of a box.
const BARS: [char; 4] = ['│', '┃', '▌', '▎'];

/// The rows of a recording; colours carry over from row to row.
pub fn rows_of(rows: &[String]) -> Rows {
    let mut colours = String::new();
    let mut told: Rows = rows.iter().map(|row| cells_of(row, &mut colours)).collect();
    let end = told.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
    told.truncate(end);
    told
}

fn cells_of(row: &str, colours: &mut String) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut chars = row.chars();
    while let Some(shown) = chars.next() {
        if shown != '\x1b' {
            cells.push(Cell { shown, colours: colours.as_str().into() });
            continue;
        }
        let code: String = chars.by_ref().skip_while(|c| *c == '[').take_while(|c| !c.is_ascii_alphabetic()).collect();
        if code.is_empty() || code == "0" {
            colours.clear();
        }
        if let Some(code) = code.strip_prefix("0;").or(Some(&code)).filter(|code| !code.is_empty() && *code != "0") {
            colours.push_str(&format!("\x1b[{code}m"));
        }
    }
    let plain = |cell: &Cell| cell.shown == ' ' && cell.colours.is_empty();
    let end = cells.iter().rposition(|cell| !plain(cell)).map_or(0, |last| last + 1);
    cells.truncate(end);
    cells
}

/// As text that draws them.
pub fn printed(rows: &Rows) -> Vec<String> {
    let row = |row: &Vec<Cell>| {
        let (mut text, mut colours) = ("\x1b[m".to_owned(), "");
        for cell in row {
            if *cell.colours != *colours {
                text.push_str("\x1b[m");
                text.push_str(&cell.colours);
                colours = &cell.colours;
            }
            text.push(cell.shown);
        }
        text + "\x1b[m"
    };
    rows.iter().map(row).collect()
}

/// As a terminal wraps what was printed when it gets narrower: in the middle of words. Only rules are cut.
pub fn by_cells(rows: &Rows, cols: usize) -> Rows {
    rows.iter().flat_map(|row| if is_rule(row) { vec![cut(row, cols)] } else { pieces(row, cols) }).collect()
}

/// As a program draws it at another width: words go to the next row below the first word of theirs, and the bars of a box
/// are drawn before and behind each.
pub fn by_words(rows: &Rows, cols: usize) -> Rows {
    rows.iter().flat_map(|row| if is_rule(row) { vec![cut(row, cols)] } else { words(row, cols) }).collect()
}

fn words(row: &[Cell], cols: usize) -> Rows {
    if width(row) <= cols {
        return vec![row.to_vec()];
    }
    let bar = row.last().filter(|last| row.len() > 1 && BARS.contains(&last.shown)).cloned();
    let inner = bar.as_ref().map_or(row, |_| blank_end(&row[..row.len() - 1]));
    let room = cols - if bar.is_some() { 2 } else { 0 };
    let first = inner.iter().position(|cell| cell.shown.is_alphanumeric()).unwrap_or(0).min(12);
    let hang: Vec<Cell> = inner[..first]
        .iter()
        .map(|cell| if BARS.contains(&cell.shown) { cell.clone() } else { Cell { shown: ' ', ..cell.clone() } })
        .collect();
    let (mut out, mut line) = (Vec::new(), inner[..first].to_vec());
    for word in inner[first..].split_inclusive(|cell| cell.shown == ' ') {
        if width(&line) + width(blank_end(word)) > room && line.len() > first {
            out.push(std::mem::replace(&mut line, hang.clone()));
        }
        line.extend_from_slice(word);
    }
    out.push(line);
    let out = out.into_iter().flat_map(|line| pieces(blank_end(&line), room));
    out.map(|line| boxed(line, bar.as_ref(), room)).collect()
}

/// A row with the bar at its end.
fn boxed(mut line: Vec<Cell>, bar: Option<&Cell>, room: usize) -> Vec<Cell> {
    if let Some(bar) = bar {
        let missing = room.saturating_sub(width(&line)) + 1;
        line.extend(std::iter::repeat_n(Cell { shown: ' ', ..bar.clone() }, missing));
        line.push(bar.clone());
    }
    line
}

fn blank_end(row: &[Cell]) -> &[Cell] {
    let end = row.iter().rposition(|cell| cell.shown != ' ').map_or(0, |last| last + 1);
    &row[..end]
}

/// A row in pieces of at most so many columns; one for an empty row.
fn pieces(row: &[Cell], cols: usize) -> Rows {
    let (mut out, mut piece) = (Vec::new(), Vec::new());
    for cell in row {
        if width(&piece) + columns(cell) > cols {
            out.push(std::mem::take(&mut piece));
        }
        piece.push(cell.clone());
    }
    out.push(piece);
    out
}

fn cut(row: &[Cell], cols: usize) -> Vec<Cell> {
    pieces(row, cols).swap_remove(0)
}

fn is_rule(row: &[Cell]) -> bool {
    row.iter().find(|cell| cell.shown != ' ').is_some_and(|cell| RULES.contains(&cell.shown))
}

fn width(row: &[Cell]) -> usize {
    row.iter().map(columns).sum()
}

fn columns(cell: &Cell) -> usize {
    cell.shown.width().unwrap_or(0)
}
