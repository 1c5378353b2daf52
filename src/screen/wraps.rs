//! Which rows of a screen go on in the row below because the terminal wrapped a line there, and text in its own lines.
//!
//! PURE. The engine keeps it for each row. A dump and a seed write blanks over the edge of such a row before they paint
//! it: a blank shows nothing, and the row goes on.

use super::{Cell, Screen, Size, cell::steered, paint};

/// Whether each of the rows of a capture goes on in the next one. `rows` are as `capture-pane -peN` gives them, `joined`
/// is what `capture-pane -pJ` said of the same rows: no line ends behind a row that goes on.
#[must_use]
pub fn told<R: AsRef<[u8]>>(rows: &[R], joined: &[u8]) -> Vec<bool> {
    let mut rest = Some(joined);
    let mut told = Vec::with_capacity(rows.len());
    for row in rows {
        let text = bare(row.as_ref());
        // tmux 3.4 and newer tell no blanks here that were never written.
        let end = text.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
        let after = rest.and_then(|rest| rest.strip_prefix(&text[..]).or_else(|| rest.strip_prefix(&text[..end])));
        // Where the two do not tell the same, nothing is joined from there on.
        told.push(after.is_some_and(|after| !after.is_empty() && !after.starts_with(b"\n")));
        rest = after.map(|after| after.strip_prefix(b"\n").unwrap_or(after));
    }
    told
}

/// A captured row without its colours, links and shifts to line drawing.
fn bare(row: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(row.len());
    let mut rest = row;
    while let Some((&byte, after)) = rest.split_first() {
        rest = match (byte, after.first()) {
            (0x1b, Some(b'[')) => behind(after, |at| (0x40..=0x7e).contains(&after[at]) && at > 0),
            (0x1b, Some(b']')) => behind(after, |at| after[at] == b'\\' && after[at - 1] == 0x1b),
            (0x0e | 0x0f, _) => after,
            _ => {
                text.push(byte);
                after
            }
        };
    }
    text
}

/// What stands behind the first place at which a sequence ends.
fn behind(bytes: &[u8], ends: impl Fn(usize) -> bool) -> &[u8] {
    (1..bytes.len()).find(|at| ends(*at)).map_or(&[], |end| &bytes[end + 1..])
}

/// Writes down that these rows go on. The screen must be blank, the pen the default, and rows must wrap.
pub(super) fn write(goes_on: impl IntoIterator<Item = bool>, size: Size, out: &mut Vec<u8>) {
    let rows = (0..size.rows.saturating_sub(1)).zip(goes_on).filter(|(_, goes_on)| *goes_on);
    for (row, _) in rows {
        paint::move_to(row, size.cols.saturating_sub(1), out);
        out.extend_from_slice(b"  ");
    }
}

impl Screen {
    /// Whether a row goes on in the next one: the terminal wrapped a line there.
    #[must_use]
    pub fn goes_on(&self, row: u16) -> bool {
        row.saturating_add(1) < self.size().rows && self.translator.shown().row_wrapped(row)
    }

    /// Whether a cell is only what is left at the edge where a wide character did not fit in: no part of the text.
    #[must_use]
    pub fn is_left_over(&self, row: u16, col: u16) -> bool {
        col + 1 == self.size().cols
            && self.goes_on(row)
            && self.cell(row, col).is_some_and(|cell| matches!(cell.text, "" | " ") && !cell.continuation)
            && self.cell(row + 1, 0).is_some_and(|next| next.wide)
    }

    /// The text of a row from one column to another, both included, with its blanks.
    pub(super) fn part(&self, row: u16, from: u16, to: u16) -> String {
        let cols = (from..=to).filter(|col| !self.is_left_over(row, *col));
        let cells = cols.filter_map(|col| self.cell(row, col)).filter(|cell| !cell.continuation);
        steered(cells.map(|cell: Cell<'_>| cell.printable().into_owned()).collect())
    }

    /// The text between two cells in reading order, the last one included, without blanks at the end of a line. What the
    /// terminal wrapped is one line; of a block only the columns between the cells are taken, and each row is a line.
    #[must_use]
    pub fn text_between(&self, from: (u16, u16), to: (u16, u16), block: bool) -> String {
        let last = self.size().cols.saturating_sub(1);
        let ((top, left), (bottom, right)) = if from <= to { (from, to) } else { (to, from) };
        let mut lines: Vec<String> = Vec::new();
        let mut open = false;
        for row in top..=bottom.min(self.size().rows.saturating_sub(1)) {
            let (begin, end) = if block {
                (left.min(right), left.max(right))
            } else {
                (if row == top { left } else { 0 }, if row == bottom { right } else { last })
            };
            let part = self.part(row, begin, end.min(last));
            match lines.last_mut() {
                Some(line) if open => line.push_str(&part),
                _ => lines.push(part),
            }
            open = !block && self.goes_on(row);
        }
        let lines: Vec<&str> = lines.iter().map(|line| line.trim_end_matches(' ')).collect();
        lines.join("\n")
    }

    /// All of its text, as [`text_between`](Self::text_between) gives it.
    #[must_use]
    pub fn whole_text(&self) -> String {
        self.text_between((0, 0), (u16::MAX, u16::MAX), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(bytes: &str) -> Screen {
        let mut screen = Screen::new(Size { rows: 4, cols: 8 });
        screen.feed(bytes.as_bytes());
        screen
    }

    #[test]
    fn text_between_two_cells_is_what_a_hand_would_mark() {
        let mut screen = Screen::new(Size { rows: 3, cols: 10 });
        screen.feed("abcdef\r\n漢字ij\r\nxyz".as_bytes());
        for (from, to, block, expected) in [
            ((0, 2), (0, 4), false, "cde"),
            ((0, 4), (1, 1), false, "ef\n漢"),
            ((1, 1), (0, 4), false, "ef\n漢"),
            ((0, 1), (2, 2), true, "bc\n字\nyz"),
            ((2, 2), (0, 1), true, "bc\n字\nyz"),
            ((0, 4), (9, 99), false, "ef\n漢字ij\nxyz"),
        ] {
            assert_eq!(screen.text_between(from, to, block), expected, "{from:?} {to:?} {block}");
        }
    }

    #[test]
    fn what_the_terminal_wrapped_is_one_line() {
        for (bytes, text) in [
            ("https://example.org/x\r\n$ ", "https://example.org/x\n$"),
            // A blank at the edge is a part of the line.
            ("cp that  there", "cp that  there"),
            // A full row that was ended by the program is a line of its own.
            ("12345678\r\nnext", "12345678\nnext"),
            // A wide character that does not fit leaves a cell that was never written, or one that was.
            ("1234567漢字", "1234567漢字"),
            ("\x1b[8Gx\r1234567漢字", "1234567x漢字"),
            ("\x1b[44m1234567漢字", "1234567漢字"),
            // What was erased goes on nowhere.
            ("12345678more\x1b[A\x1b[2Knew", "    new\nmore"),
        ] {
            let screen = screen(bytes);
            assert_eq!(screen.whole_text().trim_end(), text, "{bytes:?}");
            assert_eq!(screen.still().whole_text().trim_end(), text, "a copy of {bytes:?}");
        }
        let screen = screen("12345678abcdefgh");
        assert_eq!(screen.text_between((0, 6), (1, 1), false), "78ab");
        assert_eq!(screen.text_between((0, 0), (1, 1), true), "12\nab");
    }

    /// Rows, what is told of them joined, and which of them go on.
    #[track_caller]
    fn check(rows: &[&str], joined: &str, expected: &[bool]) {
        assert_eq!(told(rows, joined.as_bytes()), expected, "{rows:?} {joined:?}");
    }

    #[test]
    fn tmux_tells_which_rows_go_on_by_what_it_joins() {
        check(&["abcd", "ef", "gh"], "abcdef\ngh\n", &[true, false, false]);
        check(&["abc ", "    ", " ef "], "abc      ef \n", &[true, true, false]);
        check(&["\x1b[1;31mab\x1b[0mcd", "\x0elq\x0f", "漢"], "abcdlq\n漢\n", &[true, false, false]);
        check(&["\x1b]8;;http://x\x1b\\ab\x1b]8;;\x1b\\", "c"], "abc\n", &[true, false]);
        // Blanks that were never written are in the rows alone.
        check(&["ab  ", "  cd", "e   "], "ab\n  cd\ne\n", &[false, false, false]);
        check(&["ab  ", "cd  "], "abcd\n", &[true, false]);
        // Another text than that of the rows says nothing of them.
        check(&["ab", "cd", "ef"], "ab\nxy\nef\n", &[false, false, false]);
        check(&["ab", "cd"], "", &[false, false]);
    }
}
