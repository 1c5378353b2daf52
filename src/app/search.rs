//! A search in a pane's text: what is looked for, the lines that hold it, and where on a screen it stands.
//!
//! PURE. It begins where the operator looks and goes up, since what is looked for has scrolled by. A capital letter in it
//! makes it look for capitals, else there is no difference.

use regex::{Regex, RegexBuilder};
use tui_input::Input;

use crate::screen::{Screen, history::History};

/// A search.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// What is looked for.
    pub input: Input,
    /// Whether it is still being typed.
    pub typing: bool,
    pattern: Option<Regex>,
    /// The lines that hold it, from the oldest.
    hits: Vec<usize>,
    /// Which of these is looked at.
    at: Option<usize>,
    /// The line from which it goes up.
    from: usize,
}

impl Search {
    /// Nothing is typed yet; it will go up from this line.
    #[must_use]
    pub fn from(line: usize) -> Self {
        Self { typing: true, from: line, ..Self::default() }
    }

    /// Looks through all of a text, for what is typed now; the line that is looked at then.
    pub fn look(&mut self, text: &History) -> Option<usize> {
        let typed = self.input.value();
        let smart = !typed.chars().any(char::is_uppercase);
        let build = || RegexBuilder::new(&regex::escape(typed)).case_insensitive(smart).build().ok();
        self.pattern = if typed.is_empty() { None } else { build() };
        self.hits = match &self.pattern {
            Some(pattern) => hits(text, pattern),
            None => Vec::new(),
        };
        let older = self.hits.partition_point(|line| *line <= self.from).checked_sub(1);
        self.at = older.or(if self.hits.is_empty() { None } else { Some(0) });
        self.line()
    }

    /// The line that is looked at.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.hits.get(self.at?).copied()
    }

    /// To the next older hit, or the next newer one; whether there was one.
    pub fn turn(&mut self, older: bool) -> bool {
        let next = self.at.and_then(|at| if older { at.checked_sub(1) } else { Some(at + 1) });
        let found = next.filter(|at| *at < self.hits.len());
        if let Some(line) = found.and_then(|at| self.hits.get(at)) {
            (self.at, self.from) = (found, *line);
        }
        found.is_some()
    }

    /// The text has become another one, in which this line is where that one was.
    pub fn moved(&mut self, before: usize, now: usize) {
        self.from = (self.from + now).saturating_sub(before);
    }

    /// How many lines hold it, and which one is looked at.
    #[must_use]
    pub fn says(&self) -> String {
        match (self.at, self.hits.len()) {
            (Some(at), hits) => format!("line {} of {hits} that hold it", at + 1),
            (None, _) if self.input.value().is_empty() => String::new(),
            (None, _) => "nothing holds it".to_owned(),
        }
    }

    /// Where it stands on a screen: its row, its first column and the one behind its last, once for each row it reaches into.
    #[must_use]
    pub fn marks(&self, screen: &Screen) -> Vec<(u16, u16, u16)> {
        let Some(pattern) = &self.pattern else { return Vec::new() };
        let (mut marks, mut text, mut begins) = (Vec::new(), String::new(), Vec::new());
        for row in 0..screen.size().rows {
            for col in (0..screen.size().cols).filter(|col| !screen.is_left_over(row, *col)) {
                let Some(cell) = screen.cell(row, col).filter(|cell| !cell.continuation) else { continue };
                begins.push((text.len(), row, col, col + if cell.wide { 2 } else { 1 }));
                text.push_str(&cell.printable());
            }
            if screen.goes_on(row) {
                continue;
            }
            for hit in pattern.find_iter(&text) {
                let before = |end: usize| begins.partition_point(|(at, ..)| *at < end);
                let cells = &begins[before(hit.start())..before(hit.end())];
                let ends =
                    |cells: &[(usize, u16, u16, u16)]| Some((cells.first()?.1, cells.first()?.2, cells.last()?.3));
                marks.extend(cells.chunk_by(|one, other| one.1 == other.1).filter_map(ends));
            }
            (text, begins) = Default::default();
        }
        marks
    }
}

/// The lines in which it begins, also where it goes on in the next because the terminal wrapped it there.
fn hits(text: &History, pattern: &Regex) -> Vec<usize> {
    let (mut hits, mut from) = (Vec::new(), 0);
    while from < text.len() {
        let mut to = from + 1;
        while text.goes_on(to - 1) && to < text.len() {
            to += 1;
        }
        if to == from + 1 {
            hits.extend(pattern.is_match(text.text(from)).then_some(from));
        } else {
            let (mut whole, mut ends) = (String::new(), Vec::new());
            for line in from..to {
                whole.push_str(text.text(line));
                ends.push(whole.len());
            }
            for hit in pattern.find_iter(&whole) {
                let line = from + ends.partition_point(|end| *end <= hit.start());
                hits.extend((hits.last() != Some(&line)).then_some(line));
            }
        }
        from = to;
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::Size;

    fn text() -> History {
        let lines = "an Error\nok\nerror again\nok\n漢字 error, ERROR\nok\n";
        History::read(Size { rows: 2, cols: 20 }, 4, lines.as_bytes().to_vec(), &[])
    }

    /// What is typed, the line it begins at, and the hits that are then looked at while it goes up.
    fn check(typed: &str, from: usize, expected: &[usize]) {
        let (text, mut search) = (text(), Search::from(from));
        search.input = Input::new(typed.to_owned());
        let mut seen: Vec<usize> = search.look(&text).into_iter().collect();
        while search.turn(true) {
            seen.extend(search.line());
        }
        assert_eq!(seen, expected, "{typed:?} from {from}");
    }

    #[test]
    fn it_goes_up_from_where_one_looks_and_a_capital_counts() {
        check("error", 5, &[4, 2, 0]);
        check("error", 3, &[2, 0]);
        check("Error", 5, &[0]);
        check("ERROR", 5, &[4]);
        check("again", 0, &[2]);
        check("", 5, &[]);
        check("(", 5, &[]);
    }

    #[test]
    fn what_was_wrapped_is_found_and_marked_in_both_rows() {
        let size = Size { rows: 2, cols: 8 };
        let rows = b"ok\nan error\n and err\nor\nok\n".to_vec();
        let text = History::read(size, 3, rows, b"ok\nan error and error\nok\n");
        let mut search = Search::from(9);
        search.input = Input::new("error".to_owned());
        assert_eq!((search.look(&text), search.says().as_str()), (Some(2), "line 2 of 2 that hold it"));
        let page = text.page(0, 5);
        assert_eq!(search.marks(&page), [(1, 3, 8), (2, 5, 8), (3, 0, 2)]);
        search.input = Input::new("error and".to_owned());
        assert_eq!(search.look(&text), Some(1));
    }

    #[test]
    fn a_line_that_holds_it_twice_is_one_hit_also_among_many_that_are_wrapped() {
        let rows: String = (0..20_000).map(|_| "err err\n err\n").collect();
        let whole: String = (0..20_000).map(|_| "err err err\n").collect();
        let text = History::read(Size { rows: 2, cols: 7 }, 39_998, rows.into_bytes(), whole.as_bytes());
        let mut search = Search::from(0);
        search.input = Input::new("err".to_owned());
        assert_eq!((search.look(&text), search.says().as_str()), (Some(0), "line 1 of 40000 that hold it"));
    }

    #[test]
    fn it_turns_around_and_ends_at_both_ends() {
        let (text, mut search) = (text(), Search::from(5));
        search.input = Input::new("error".to_owned());
        search.look(&text);
        assert_eq!(search.says(), "line 3 of 3 that hold it");
        assert!(!search.turn(false) && search.turn(true) && search.turn(false));
        assert_eq!(search.line(), Some(4));
    }

    #[test]
    fn marks_are_cells_also_behind_wide_characters() {
        let (text, mut search) = (text(), Search::from(5));
        search.input = Input::new("error".to_owned());
        search.look(&text);
        assert_eq!(search.marks(&text.page(4, 1)), [(0, 5, 10), (0, 12, 17)]);
        search.input = Input::new("字".to_owned());
        search.look(&text);
        assert_eq!(search.marks(&text.page(4, 1)), [(0, 2, 4)]);
    }
}
