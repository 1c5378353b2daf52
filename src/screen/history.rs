//! A pane's text from the oldest line that was fetched to the last row of its screen, as one capture gave it.
//!
//! PURE. Every line goes through a [`Screen`], when it is read and again when it is shown: what comes out is cells and
//! safe text, whatever a pane has printed. It asks tmux for nothing and follows nothing: it is a moment.

use super::{Screen, Size, paint, wraps};

/// So many lines are drawn at once to be read: the largest screen that is ever needed for it.
const AT_ONCE: usize = 64;

/// The text of a pane at one moment.
#[derive(Clone, PartialEq, Eq)]
pub struct History {
    size: Size,
    /// How many lines tmux keeps above the screen.
    kept: usize,
    lines: Vec<Line>,
    /// The capture that the lines point into.
    bytes: Vec<u8>,
    /// The pens that lines begin with, each once in a row.
    pens: Vec<Pen>,
}

/// How a line begins: colours and line drawing carry over from the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Pen {
    sgr: Vec<u8>,
    shifted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    /// Where it begins and ends in the capture.
    from: usize,
    to: usize,
    /// Which pen it begins with.
    pen: usize,
    /// Whether it goes on in the next one.
    goes_on: bool,
    text: String,
}

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("History").field("size", &self.size).field("lines", &self.lines.len()).finish_non_exhaustive()
    }
}

impl History {
    /// Reads a capture: lines as `capture-pane -pe` gives them, the pane's rows at the end, and the same lines as
    /// `capture-pane -pJ` joins them. `size` is the pane's, `kept` tmux's own count of the lines above the screen.
    #[must_use]
    pub fn read(size: Size, kept: usize, bytes: Vec<u8>, joined: &[u8]) -> Self {
        let mut history = Self { size, kept, lines: Vec::new(), bytes, pens: vec![Pen::default()] };
        let ranges = ranges(&history.bytes);
        let rows: Vec<&[u8]> = ranges.iter().map(|&(from, to)| &history.bytes[from..to]).collect();
        let wrapped = wraps::told(&rows, joined);
        for (some, wrapped) in ranges.chunks(AT_ONCE).zip(wrapped.chunks(AT_ONCE)) {
            history.take(some, wrapped);
        }
        history
    }

    /// Pieces of one pane's text put together, the oldest first; size and count are those of the last.
    #[must_use]
    pub fn joined(pieces: impl IntoIterator<Item = Self>) -> Option<Self> {
        pieces.into_iter().reduce(|mut whole, newer| {
            let (bytes, pens) = (whole.bytes.len(), whole.pens.len());
            whole.bytes.extend(newer.bytes);
            whole.pens.extend(newer.pens);
            whole.lines.extend(newer.lines.into_iter().map(|line| Line {
                from: line.from + bytes,
                to: line.to + bytes,
                pen: line.pen + pens,
                ..line
            }));
            Self { size: newer.size, kept: newer.kept, ..whole }
        })
    }

    /// Only its first lines.
    #[must_use]
    pub fn first(mut self, lines: usize) -> Self {
        self.lines.truncate(lines);
        self
    }

    /// Only its last lines.
    #[must_use]
    pub fn last(mut self, lines: usize) -> Self {
        self.lines.drain(..self.lines.len().saturating_sub(lines));
        self
    }

    /// How many bytes it takes up, near enough.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.bytes.len() + self.lines.iter().map(|line| line.text.len() + size_of::<Line>()).sum::<usize>()
    }

    /// Draws some lines one below the other, and keeps what each began with and what it says.
    fn take(&mut self, ranges: &[(usize, usize)], wrapped: &[bool]) {
        let rows = u16::try_from(ranges.len()).unwrap_or(u16::MAX);
        let mut screen = canvas(Size { rows, ..self.size }, wrapped.iter().copied());
        let mut pen = self.pens.len() - 1;
        let first = self.lines.len();
        for ((row, &(from, to)), &goes_on) in (0_u16..).zip(ranges).zip(wrapped) {
            self.lines.push(Line { from, to, pen, goes_on, text: String::new() });
            self.paint(first + usize::from(row), row, &mut screen);
            let after = screen.pen();
            if after != self.pens[pen] {
                self.pens.push(after);
                pen = self.pens.len() - 1;
            }
        }
        for ((row, line), text) in (0_u16..).zip(&mut self.lines[first..]).zip(screen.text()) {
            line.text = if line.goes_on { screen.part(row, 0, self.size.cols.saturating_sub(1)) } else { text };
        }
    }

    fn paint(&self, line: usize, row: u16, screen: &mut Screen) {
        let Some(line) = self.lines.get(line) else { return };
        let pen = &self.pens[line.pen];
        let mut said = Vec::with_capacity(line.to - line.from + pen.sgr.len() + 16);
        paint::move_to(row, 0, &mut said);
        said.extend_from_slice(b"\x1b[m");
        said.extend_from_slice(&pen.sgr);
        said.push(if pen.shifted { 0x0e } else { 0x0f });
        said.extend_from_slice(&self.bytes[line.from..line.to]);
        screen.feed(&said);
    }

    /// How many lines there are, those of the screen among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How many lines stand above the pane's screen.
    #[must_use]
    pub fn above(&self) -> usize {
        self.lines.len().saturating_sub(usize::from(self.size.rows))
    }

    /// How many older lines tmux keeps that were not fetched.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.kept.saturating_sub(self.above())
    }

    /// The pane's size at that moment.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// Whether a line goes on in the next one: the terminal wrapped it there.
    #[must_use]
    pub fn goes_on(&self, line: usize) -> bool {
        self.lines.get(line).is_some_and(|line| line.goes_on)
    }

    /// One line as text, safe to print, without trailing blanks unless it goes on; empty beyond the end.
    #[must_use]
    pub fn text(&self, line: usize) -> &str {
        self.lines.get(line).map_or("", |line| &line.text)
    }

    /// So many lines from one on, as a screen without a cursor. Beyond the end it is blank.
    #[must_use]
    pub fn page(&self, first: usize, rows: u16) -> Screen {
        let lines = (0..rows).map(|row| self.goes_on(first.saturating_add(usize::from(row))));
        let mut screen = canvas(Size { rows: rows.max(1), ..self.size }, lines);
        for row in 0..rows {
            self.paint(first.saturating_add(usize::from(row)), row, &mut screen);
        }
        screen.feed(b"\x1b[m\x0f");
        screen
    }
}

impl Screen {
    /// The same picture by itself: what its pane prints from now on does not change it.
    #[must_use]
    pub fn still(&self) -> Self {
        Self::drawn(self.size(), &self.dump())
    }

    fn pen(&self) -> Pen {
        Pen { sgr: self.translator.pen(), shifted: self.translator.state.charset.shifted }
    }
}

/// A blank screen that takes lines of a capture: line drawing comes as SO … SI, nothing wraps but the lines that did in
/// the pane, nobody types there.
fn canvas(size: Size, wrapped: impl IntoIterator<Item = bool>) -> Screen {
    let mut edges = Vec::new();
    wraps::write(wrapped, size, &mut edges);
    let mut screen = Screen::drawn(size, &edges);
    screen.feed(b"\x1b)0\x1b[?7l\x1b[?25l");
    screen
}

/// Where each line begins and ends.
fn ranges(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut from = 0;
    let mut ranges = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let to = from + line.len();
        ranges.push((from, to - usize::from(line.ends_with(b"\n"))));
        from = to;
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(kept: usize, rows: u16, text: &str) -> History {
        History::read(Size { rows, cols: 20 }, kept, text.as_bytes().to_vec(), &[])
    }

    #[test]
    fn lines_are_counted_from_the_oldest_that_was_fetched() {
        let history = history(7, 2, "one\ntwo\nthree\nfour\n");
        assert_eq!((history.len(), history.above(), history.missing()), (4, 2, 5));
        assert_eq!((history.text(0), history.text(3), history.text(4)), ("one", "four", ""));
        assert_eq!(history.page(1, 3).text(), ["two", "three", "four"]);
        assert_eq!(history.page(3, 2).text(), ["four", ""]);
        assert_eq!(history.page(usize::MAX, 2).text(), ["", ""]);
    }

    #[test]
    fn colours_and_line_drawing_carry_over_from_line_to_line_wherever_a_page_begins() {
        let mut text = String::from("\x1b[31mred\n\x0eqq\n");
        text.push_str(&"x\n".repeat(200));
        text.push_str("\x0f\x1b[mplain\n");
        let history = history(0, 2, &text);
        for first in [1, 60, 63, 64, 65, 128, 200] {
            let page = history.page(first, 2);
            let style = page.cell(0, 0).map(|cell| (cell.style.fg, cell.text.to_owned()));
            assert_eq!(style, Some((super::super::Colour::Indexed(1), if first == 1 { "─" } else { "│" }.to_owned())));
        }
        assert_eq!(history.page(202, 1).ansi(), ["plain"]);
        assert!(history.pens.len() < 10, "{}", history.pens.len());
    }

    #[test]
    fn what_no_capture_holds_reaches_nothing_but_cells_of_its_own_page() {
        let mean = "a\x1b]52;c;QQ==\x07\x1b]0;t\x07\x1b[2J\x1b[?1049hb\u{202e}c\x1bc\n\x1b[99;99Hfar\nlast\n";
        let history = history(0, 1, mean);
        for line in 0..3 {
            assert!(
                !history.text(line).contains(|c: char| c.is_control() || c == '\u{202e}'),
                "{:?}",
                history.text(line)
            );
        }
        assert_eq!(history.page(2, 1).text(), ["last"]);
    }

    #[test]
    fn a_line_that_was_wrapped_is_one_also_where_a_page_begins_and_ends() {
        let long = "https://example.org/ and what stands behind it";
        let rows: Vec<String> =
            long.as_bytes().chunks(20).map(|row| String::from_utf8_lossy(row).into_owned()).collect();
        let captured = format!("first\n{}\nlast\n", rows.join("\n"));
        let joined = format!("first\n{long}\nlast\n");
        let size = Size { rows: 2, cols: 20 };
        let history = History::read(size, 3, captured.into_bytes(), joined.as_bytes());
        assert_eq!([0, 1, 2, 3, 4].map(|line| history.goes_on(line)), [false, true, true, false, false]);
        assert_eq!(history.text(1), rows[0], "a blank at the edge belongs to it");
        assert_eq!(history.page(0, 5).whole_text(), format!("first\n{long}\nlast"));
        assert_eq!(history.page(1, 2).whole_text(), long[..40].trim_end());
        assert_eq!(history.page(2, 3).whole_text(), format!("{}\nlast", &long[20..]));
    }

    #[test]
    fn a_still_picture_stays_what_it_was() {
        let mut screen = Screen::new(Size { rows: 2, cols: 10 });
        screen.feed(b"\x1b[1mbefore");
        let still = screen.still();
        screen.feed(b"\x1b[2J");
        assert_eq!((still.text()[0].as_str(), screen.text()[0].as_str()), ("before", ""));
    }
}
