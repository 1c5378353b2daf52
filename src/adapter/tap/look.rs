//! One atomic look at a pane: the tmux command sequence that starts a pipe and takes a seed, and how its answer reads.
//!
//! tmux runs a sequence without returning to its event loop in between, so pipe, facts and captures are one moment:
//! seed + what the pipe brings from then on = the screen. Never starts a program itself.

use crate::{
    fleet::{ids::PaneId, reading::Why},
    screen::{Cursor, Size, seed::Seed, wraps},
};

/// The facts of a look, in this order, separated by commas; only the last may hold anything but digits.
const FACTS: &str = "#{pane_width},#{pane_height},#{cursor_x},#{cursor_y},#{cursor_flag},#{alternate_on},\
#{scroll_region_upper},#{scroll_region_lower},#{origin_flag},#{insert_flag},#{wrap_flag},#{alternate_saved_x},\
#{alternate_saved_y},#{pane_pid},#{pane_dead},#{pane_pipe},#{s/,/ /:pane_tabs},#{pid},#{@mosaic_pipe}";

/// Whether the pane has but one column or row.
const TINY: &str = "#{||:#{==:#{pane_width},1},#{==:#{pane_height},1}}";

/// How many facts there are.
const FACT_COUNT: usize = 19;

/// Where the tab stops stand among them.
const TABS: usize = 16;

/// What one look gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The picture.
    pub seed: Seed,
    /// The pid of the server that answered: a new one on the same socket repeats the ids of the old one.
    pub server: u32,
    /// The process tmux started in the pane.
    pub pid: u32,
    /// Whether its program has ended.
    pub dead: bool,
    /// Whether somebody has a pipe on it.
    pub piped: bool,
    /// Our mark, when it is there: the generation of the pipe.
    pub mark: Option<String>,
}

impl Look {
    /// Whether the pane has but one column or row. The engine needs two of each: only a picture as a whole is right.
    #[must_use]
    pub fn is_tiny(&self) -> bool {
        self.seed.size.rows < 2 || self.seed.size.cols < 2
    }
}

/// How a pipe is started with a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start<'a> {
    /// What the pane is marked with, and the handoff sent with.
    pub generation: &'a str,
    /// The command that tmux runs with the pipe on its standard input, for `sh`.
    pub command: &'a str,
    /// The pid of the only server to start it on.
    pub server: u32,
    /// Start even though the pane has a pipe: only when that pipe is known to be ours.
    pub replace: bool,
}

/// The tmux arguments of a look, after `tmux -L …`. `mark` separates the parts and must be unguessable, because a
/// pane could print it otherwise.
#[must_use]
pub fn arguments(pane: PaneId, start: Option<&Start<'_>>, mark: &str) -> Vec<String> {
    let target = pane.to_string();
    let mut args: Vec<String> = Vec::new();
    if let Some(start) = start {
        let taken = if start.replace { "#{pane_dead}" } else { "#{||:#{pane_pipe},#{pane_dead}}" };
        let free = format!("#{{?#{{||:{taken},{TINY}}},0,1}}");
        let free = format!("#{{?#{{==:#{{pid}},{}}},{free},0}}", start.server);
        let begin = format!(
            "pipe-pane -O -t {target} {} ; set-option -p -t {target} @mosaic_pipe {}",
            tmux_quoted(&unexpanded(start.command)),
            tmux_quoted(start.generation),
        );
        then(&mut args, &["if-shell", "-F", "-t", &target, &free, &begin]);
    }
    for part in [
        &["display-message", "-p", "-t", &target, FACTS][..],
        &["capture-pane", "-peN", "-t", &target],
        &["capture-pane", "-pJ", "-t", &target],
        &["capture-pane", "-apeqN", "-t", &target],
        &["capture-pane", "-apqJ", "-t", &target],
        &["capture-pane", "-pPC", "-t", &target],
    ] {
        then(&mut args, part);
        then(&mut args, &["display-message", "-p", mark]);
    }
    args
}

/// The tmux arguments of looks at several panes in one sequence, each as by itself.
#[must_use]
pub fn arguments_for(panes: &[PaneId], mark: &str) -> Vec<String> {
    let mut args: Vec<String> = Vec::new();
    for pane in panes {
        let words = arguments(*pane, None, mark);
        then(&mut args, &words.iter().map(String::as_str).collect::<Vec<_>>());
    }
    args
}

/// Appends a command to a sequence.
fn then(args: &mut Vec<String>, words: &[&str]) {
    if !args.is_empty() {
        args.push(";".into());
    }
    args.extend(words.iter().map(|word| (*word).to_owned()));
}

/// Reads what tmux printed: as many looks as it got to. `error` is its standard error, for the words when it is none.
pub fn read(output: &[u8], error: &str, mark: &str) -> Result<Vec<Look>, Why> {
    let mut lines = output.split(|&byte| byte == b'\n').peekable();
    let mut looks = Vec::new();
    while let Some(look) = next_look(&mut lines, mark) {
        looks.push(look);
    }
    match error.trim() {
        _ if !looks.is_empty() => Ok(looks),
        "" => Err(Why::new("tmux answered with something else than a look at the pane")),
        words => Err(Why::new(format!("tmux: {words}"))),
    }
}

fn next_look<'a>(lines: &mut impl Iterator<Item = &'a [u8]>, mark: &str) -> Option<Look> {
    let facts = facts(lines.next()?)?;
    let mut part = || -> Option<Vec<Vec<u8>>> {
        let mut rows = Vec::new();
        loop {
            match lines.next()? {
                line if line == mark.as_bytes() => return Some(rows),
                line => rows.push(line.to_vec()),
            }
        }
    };
    // Nothing stands between the facts and their mark.
    part()?.is_empty().then_some(())?;
    // Each screen in its rows, and as it is joined where a row goes on in the next.
    let mut screen = || {
        let (rows, joined) = (part()?, part()?.join(&b'\n'));
        let wrapped = wraps::told(&rows, &joined);
        Some((rows, wrapped))
    };
    let (shown, under) = (screen()?, screen()?);
    let pending = unescaped(&part()?.concat());
    Some(facts.look(shown, under, pending))
}

/// The rows of a screen, and which of them go on in the next.
type Rows = (Vec<Vec<u8>>, Vec<bool>);

struct Facts {
    numbers: Vec<Option<u32>>,
    tabs: Option<Vec<u16>>,
    mark: Option<String>,
}

fn facts(line: &[u8]) -> Option<Facts> {
    let line = std::str::from_utf8(line).ok()?;
    let fields: Vec<&str> = line.splitn(FACT_COUNT, ',').collect();
    let (mark, numbers) = fields.split_last().filter(|_| fields.len() == FACT_COUNT)?;
    let tabs: Option<Vec<u16>> = numbers[TABS].split(' ').map(|stop| stop.parse().ok()).collect();
    let numbers: Vec<Option<u32>> = numbers.iter().map(|field| field.parse().ok()).collect();
    // Without a size there is no picture.
    numbers.first().copied().flatten()?;
    numbers.get(1).copied().flatten()?;
    Some(Facts { numbers, tabs, mark: Some((*mark).to_owned()).filter(|mark| !mark.is_empty()) })
}

impl Facts {
    fn number(&self, at: usize) -> u32 {
        self.numbers.get(at).copied().flatten().unwrap_or(0)
    }

    fn cells(&self, at: usize) -> u16 {
        u16::try_from(self.number(at)).unwrap_or(u16::MAX)
    }

    fn on(&self, at: usize) -> bool {
        self.number(at) == 1
    }

    fn look(self, (rows, wrapped): Rows, (under, under_wrapped): Rows, pending: Vec<u8>) -> Look {
        let size = Size { cols: self.cells(0).max(1), rows: self.cells(1).max(1) };
        let inside = |row: u16, col: u16| (row.min(size.rows - 1), col.min(size.cols));
        let (row, col) = inside(self.cells(3), self.cells(2));
        let seed = Seed {
            size,
            cursor: Cursor { row, col, shown: self.on(4) },
            rows,
            wrapped,
            under: self.on(5).then_some(under),
            under_wrapped,
            // Without one tmux says the largest number there is.
            left: (self.cells(11) < u16::MAX && self.numbers[11].is_some())
                .then(|| inside(self.cells(12), self.cells(11))),
            tabs: self.tabs.clone(),
            region: (self.cells(6), self.cells(7).min(size.rows - 1)),
            origin: self.on(8),
            insert: self.on(9),
            autowrap: self.on(10),
            pending,
        };
        Look {
            seed,
            server: self.number(17),
            pid: self.number(13),
            dead: self.on(14),
            piped: self.on(15),
            mark: self.mark,
        }
    }
}

/// `capture-pane -C` writes what cannot be printed as `\ooo`, and a backslash as `\\`.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let octal: Option<u32> = after
            .get(..3)
            .filter(|digits| digits.iter().all(|digit| (b'0'..=b'7').contains(digit)))
            .map(|digits| digits.iter().fold(0, |sum, digit| sum * 8 + u32::from(digit - b'0')));
        match octal.and_then(|value| u8::try_from(value).ok()) {
            Some(value) => {
                out.push(value);
                rest = &after[3..];
            }
            None if after.first() == Some(&b'\\') => {
                out.push(b'\\');
                rest = &after[1..];
            }
            None => out.push(byte),
        }
    }
    out
}

/// The command as `pipe-pane` must get it: tmux expands `#` as formats and `%` as times in it.
fn unexpanded(command: &str) -> String {
    command.replace('#', "##").replace('%', "%%")
}

/// A word for tmux's own command parser.
fn tmux_quoted(word: &str) -> String {
    let mut quoted = String::with_capacity(word.len() + 2);
    quoted.push('"');
    for c in word.chars() {
        if matches!(c, '"' | '\\' | '$') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// A word for `sh`.
#[must_use]
pub fn shell_quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_answer_is_read_part_by_part() {
        let output =
            b"80,24,3,1,1,1,0,23,0,0,1,2,0,4242,0,1,8 16,77,g1\nMARK\nab\ncd\nMARK\nabcd\nMARK\nold\nMARK\nold\nMARK\n\\033[3\nMARK\n";
        let [look] = read(output, "", "MARK").unwrap().try_into().unwrap();
        assert_eq!(look.seed.size, Size { rows: 24, cols: 80 });
        assert_eq!(look.seed.cursor, Cursor { row: 1, col: 3, shown: true });
        assert_eq!(look.seed.rows, [b"ab".to_vec(), b"cd".to_vec()]);
        assert_eq!((look.seed.wrapped, look.seed.under_wrapped), (vec![true, false], vec![false]));
        assert_eq!(look.seed.under, Some(vec![b"old".to_vec()]));
        assert_eq!((look.seed.left, look.seed.tabs), (Some((0, 2)), Some(vec![8, 16])));
        assert_eq!(look.seed.pending, b"\x1b[3");
        assert_eq!(look.server, 77);
        assert_eq!((look.pid, look.dead, look.piped, look.mark.as_deref()), (4242, false, true, Some("g1")));
    }

    #[test]
    fn of_several_looks_those_that_came_are_read() {
        let one =
            "80,24,3,1,1,0,0,23,0,0,1,4294967295,4294967295,7,0,1,,77,g1\nMARK\nab\nMARK\nab\nMARK\nMARK\nMARK\nMARK\n";
        let looks = read(format!("{one}{one}80,24").as_bytes(), "can't find pane: %9", "MARK").unwrap();
        assert_eq!(looks.len(), 2);
        assert_eq!(looks[1].seed.rows, [b"ab".to_vec()]);
    }

    #[test]
    fn what_tmux_complains_of_is_the_reason() {
        let why = read(b"", "can't find pane: %9\n", "MARK").unwrap_err();
        assert_eq!(why.words(), "tmux: can't find pane: %9");
    }

    #[test]
    fn an_answer_of_another_form_is_refused() {
        for output in ["", "garbage", "80,24\nMARK\n", "80,24,3,1,1,1,0,23,0,0,1,2,0,1,0,1,,77,\nOTHER\n"] {
            assert!(read(output.as_bytes(), "", "MARK").is_err(), "{output:?}");
        }
    }

    #[test]
    fn octal_escapes_are_bytes_again() {
        assert_eq!(unescaped(br"a\033[\\b\9"), b"a\x1b[\\b\\9");
    }

    #[test]
    fn the_pipes_command_is_neither_a_format_nor_a_time() {
        let start = Start { generation: "g", command: "exec '/a b/#x' %5 \"$HOME\"", server: 77, replace: false };
        let args = arguments(PaneId(5), Some(&start), "M");
        assert!(args[5].starts_with(r#"pipe-pane -O -t %5 "exec '/a b/##x' %%5 \"\$HOME\"" ; "#), "{}", args[5]);
    }
}
