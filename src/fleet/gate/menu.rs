//! A menu on a screen: rows or words of which exactly one is highlighted, with key hints and little else below. It knows no
//! runtime; whether the menu is a prompt is for the rules to say.

use super::lines::{Line, Lines};
use crate::screen::{Colour, Screen};

/// How many rows that speak may stand below the last option.
const MOST_BELOW: usize = 12;
/// So many of them may be neither hints nor a description: a count of what still runs, an address.
const MOST_OTHERS: usize = 3;
/// So many columns at the right edge hold no hint.
const HINTS_END_BEFORE: usize = 4;
/// How many rows from one option to the next: its description, wrapped.
const MOST_BETWEEN: usize = 8;

/// One option as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) label: String,
    pub(super) number: Option<u8>,
    pub(super) selected: bool,
    pub(super) row: u16,
}

/// A menu at the end of a screen.
#[derive(Debug)]
pub(super) struct Menu {
    pub(super) choices: Vec<Choice>,
    pub(super) sideways: bool,
    /// Keys are named below or beside it (`Enter to confirm · Esc to cancel`).
    pub(super) hints: bool,
    /// Other words stand below it, too: only options that a rule knows make it a prompt then.
    pub(super) others: bool,
}

impl Menu {
    /// The row of its first option.
    pub(super) fn first(&self) -> Option<usize> {
        self.choices.first().map(|choice| usize::from(choice.row))
    }
}

/// The menu at the end of the screen, if there is one.
pub(super) fn find(screen: &Screen, lines: &Lines) -> Option<Menu> {
    pointed(lines).or_else(|| sideways(screen, lines)).or_else(|| coloured(screen, lines))
}

/// A menu whose highlighted row has a pointer before it.
fn pointed(lines: &Lines) -> Option<Menu> {
    (lines.start..lines.end).rev().find_map(|at| {
        let (pointer, label) = pointer_of(&lines.all[at])?;
        let numbered = number_of(label).is_some();
        // Some programs begin every paragraph of theirs with such a glyph.
        if !numbered && !matches!(pointer, '❯' | '›' | '→' | '▸' | '▶' | '➤') {
            return None;
        }
        let choices = if numbered { numbered_around(lines, at) } else { bare_around(lines, at) };
        below(lines, choices, at)
    })
}

/// The choices with what stands below them, when that is hints and little else.
fn below(lines: &Lines, choices: Vec<Choice>, at: usize) -> Option<Menu> {
    let last = usize::from(choices.last()?.row).max(at);
    let indent = lines.all[last].indent();
    let rest = lines.between(last + 1, lines.end);
    let mut previewed = false;
    let (mut spoken, mut others) = (0, 0);
    let mut hinted: Option<&Line> = None;
    for line in rest {
        previewed ^= line.rule && line.shown.contains('╌');
        if !line.speaks() || previewed {
            continue;
        }
        spoken += 1;
        if is_hint(&line.shown) || hinted.is_some_and(|hint| is_rest_of(lines, hint, line)) {
            hinted = Some(line);
        } else if line.indent() <= indent || hinted.is_some() {
            others += 1;
            if !(line.bordered || line.indent() > 0) {
                return None;
            }
        }
    }
    let shell = rest.iter().rfind(|line| line.speaks()).is_some_and(|line| others > 0 && line.is_shells());
    let is_menu = choices.len() >= 2 && spoken <= MOST_BELOW && others <= MOST_OTHERS && !shell;
    is_menu.then_some(Menu { choices, sideways: false, hints: hinted.is_some(), others: others > 0 })
}

/// Whether a row is what did not fit into the hint above it.
fn is_rest_of(lines: &Lines, hint: &Line, line: &Line) -> bool {
    let below = line.row == hint.row + 1 && line.indent() >= hint.indent() && !line.is_shells();
    below && lines.goes_on_within(hint, line, HINTS_END_BEFORE)
}

/// The pointer of a highlighted row and the words after it.
fn pointer_of(line: &Line) -> Option<(char, &str)> {
    let text = line.shown.trim_start_matches(' ');
    let pointer = text.chars().next().filter(|c| matches!(c, '❯' | '›' | '→' | '●' | '▸' | '▶' | '➤' | '◉' | '>'))?;
    let label = text[pointer.len_utf8()..].strip_prefix(' ')?.trim_start_matches(' ');
    (!label.is_empty()).then_some((pointer, label))
}

/// `2. Skip` → 2 and `Skip`.
fn number_of(text: &str) -> Option<(u8, &str)> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let number = text.get(..digits)?.parse().ok().filter(|n| *n > 0)?;
    let label = text[digits..].strip_prefix(['.', ')'])?.strip_prefix(' ')?.trim();
    (!label.is_empty()).then_some((number, label))
}

/// A numbered option in a row that is not the highlighted one.
fn numbered_option(line: &Line) -> Option<(u8, &str)> {
    if line.rule { None } else { number_of(line.shown.trim_start_matches(' ')) }
}

/// The options 1 to n around the highlighted row; between them may stand descriptions, blanks and one rule.
fn numbered_around(lines: &Lines, at: usize) -> Vec<Choice> {
    let Some((number, label)) = pointer_of(&lines.all[at]).and_then(|(_, label)| number_of(label)) else {
        return Vec::new();
    };
    let choice = |line: &Line, number: u8, label: &str, selected| Choice {
        label: tidy(label),
        number: Some(number),
        selected,
        row: line.row,
    };
    let mut choices = vec![choice(&lines.all[at], number, label, true)];
    let mut wanted = number;
    let mut quiet = 0;
    for line in lines.between(0, at).iter().rev() {
        match numbered_option(line).filter(|(n, _)| *n + 1 == wanted) {
            Some((n, label)) => {
                choices.insert(0, choice(line, n, label, false));
                (wanted, quiet) = (n, 0);
            }
            None => quiet += 1,
        }
        if quiet > MOST_BETWEEN || wanted == 1 {
            break;
        }
    }
    wanted = number;
    quiet = 0;
    for line in lines.between(at + 1, lines.end) {
        match numbered_option(line).filter(|(n, _)| *n == wanted.saturating_add(1)) {
            Some((n, label)) => {
                choices.push(choice(line, n, label, false));
                (wanted, quiet) = (n, 0);
            }
            None => quiet += 1,
        }
        if quiet > MOST_BETWEEN {
            break;
        }
    }
    for choice in &mut choices {
        unwrap(lines, choice);
    }
    choices
}

/// Adds to a label what was wrapped into the rows below it.
fn unwrap(lines: &Lines, choice: &mut Choice) {
    for pair in lines.between(usize::from(choice.row), lines.end).windows(2).take(MOST_BETWEEN) {
        let [before, next] = pair else { return };
        if numbered_option(next).is_some() || is_hint(&next.shown) || !lines.goes_on(before, next) {
            return;
        }
        if !choice.label.ends_with(['-', '/']) {
            choice.label.push(' ');
        }
        choice.label.push_str(&tidy(&next.shown));
    }
}

/// The options around a highlighted row without numbers: those that begin where its words begin.
fn bare_around(lines: &Lines, at: usize) -> Vec<Choice> {
    let line = &lines.all[at];
    let Some((_, label)) = pointer_of(line) else { return Vec::new() };
    let column = line.shown.chars().count() - label.chars().count();
    // `❯ ✔ Auto`: the words of the others stand below the words, not below the tick.
    let words = label.trim_start_matches(['✔', '✓', ' ']);
    let columns = [column, column + label.chars().count() - words.chars().count()];
    let belongs = |line: &&Line| line.speaks() && line.indent() >= column && !is_hint(&line.shown);
    let choice = |line: &Line, text: &str, selected| {
        let label = tidy(text.trim_start_matches(['✔', '✓', ' ']));
        Choice { label, number: None, selected, row: line.row }
    };
    let is_option = |line: &&Line| columns.contains(&line.indent());
    let above: Vec<&Line> = lines.between(0, at).iter().rev().take_while(belongs).filter(is_option).collect();
    let under = lines.between(at + 1, lines.end).iter().take_while(belongs).filter(is_option);
    let mut choices: Vec<Choice> = above.into_iter().rev().map(|line| choice(line, &line.shown, false)).collect();
    choices.push(choice(line, label, true));
    choices.extend(under.map(|line| choice(line, &line.shown, false)));
    choices
}

/// Options beside each other, of which one has a background of its own: `Allow once   Allow always   Reject`.
fn sideways(screen: &Screen, lines: &Lines) -> Option<Menu> {
    let rows = lines.live().iter().rev().filter(|line| line.speaks()).take(3);
    rows.filter(|line| line.bordered).find_map(|line| {
        let pieces = pieces(screen, line.row, lines.cols);
        let (hints, options): (Vec<_>, Vec<_>) = pieces.into_iter().partition(|piece| is_hint(&piece.text));
        let selected = options.iter().filter(|piece| piece.lit).count();
        let short = options.iter().all(|piece| piece.text.chars().count() <= 40);
        let told = !hints.is_empty() || lines.live().iter().any(|below| below.row > line.row && is_hint(&below.shown));
        let below = lines.between(usize::from(line.row) + 1, lines.end);
        let last = below.iter().all(|below| !below.speaks() || is_hint(&below.shown));
        let is_menu = last && (2..=6).contains(&options.len()) && selected == 1 && short && told;
        let choice = |piece: Piece| Choice { label: piece.text, number: None, selected: piece.lit, row: line.row };
        let choices = options.into_iter().map(choice).collect();
        is_menu.then_some(Menu { choices, sideways: true, hints: true, others: false })
    })
}

/// Numbered options below each other without a pointer, of which one has a background of its own.
fn coloured(screen: &Screen, lines: &Lines) -> Option<Menu> {
    let mut choices: Vec<Choice> = Vec::new();
    for line in lines.live().iter().filter(|line| line.bordered) {
        let Some((number, label)) = numbered_option(line) else { continue };
        if number == 1 {
            choices.clear();
        }
        if choices.len() + 1 == usize::from(number) {
            let selected = pieces(screen, line.row, lines.cols).first().is_some_and(|piece| piece.lit);
            choices.push(Choice { label: tidy(label), number: Some(number), selected, row: line.row });
        }
    }
    let last = usize::from(choices.last()?.row);
    let one = choices.iter().filter(|choice| choice.selected).count() == 1;
    below(lines, choices, last).filter(|menu| one && menu.hints)
}

/// Words of a row with a gap around them.
struct Piece {
    text: String,
    /// Its background is not the row's.
    lit: bool,
}

/// The pieces of a row up to a column, without its border.
fn pieces(screen: &Screen, row: u16, cols: usize) -> Vec<Piece> {
    let cells: Vec<_> = (0..screen.size().cols).filter_map(|col| screen.cell(row, col)).take(cols).collect();
    let is_blank = |text: &str| matches!(text, "" | " ");
    let mut blanks: Vec<(Colour, usize)> = Vec::new();
    let border = cells.iter().position(|cell| matches!(cell.text, "┃" | "│" | "║"));
    let inside = &cells[border.map_or(0, |at| at + 1)..];
    for cell in inside.iter().filter(|cell| is_blank(cell.text)) {
        match blanks.iter_mut().find(|(bg, _)| *bg == cell.style.bg) {
            Some((_, count)) => *count += 1,
            None => blanks.push((cell.style.bg, 1)),
        }
    }
    let ground = blanks.iter().max_by_key(|(_, count)| *count).map_or(Colour::Default, |(bg, _)| *bg);
    let mut pieces: Vec<Piece> = Vec::new();
    let mut gap = 2;
    for cell in inside.iter().filter(|cell| !cell.continuation) {
        if is_blank(cell.text) {
            gap += 1;
            continue;
        }
        let lit = cell.style.bg != ground || cell.style.inverse;
        match pieces.last_mut().filter(|_| gap < 2) {
            Some(piece) => {
                if gap == 1 {
                    piece.text.push(' ');
                }
                piece.text.push_str(cell.text);
            }
            None => pieces.push(Piece { text: cell.text.to_owned(), lit }),
        }
        gap = 0;
    }
    pieces
}

/// Whether a line names keys and what they do, and nothing else.
pub(super) fn is_hint(text: &str) -> bool {
    let text = text.trim();
    if text.contains("focus-events") {
        return true;
    }
    if text.contains(['{', '}']) {
        return false;
    }
    let names_key = |word: &str| {
        let word =
            word.trim_matches(|c: char| matches!(c, '·' | '|' | ',' | ';' | '(' | ')' | '[' | ']')).to_lowercase();
        let named = ["enter", "esc", "escape", "tab", "space", "↑/↓", "↑↓", "⇆", "←/→", "press", "return"];
        named.contains(&word.as_str())
            || ["ctrl+", "ctrl-", "shift+", "alt+", "escape/"].iter().any(|key| word.starts_with(key))
    };
    // Prose may name a key, too; a hint begins with one, or holds little else.
    let words: Vec<&str> = text.split_whitespace().collect();
    let first = words.iter().take(2).any(|word| names_key(word));
    (first && words.len() <= 24) || (words.len() <= 10 && words.iter().any(|word| names_key(word)))
}

/// A label without blanks at its ends and in one line.
fn tidy(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ")
}
