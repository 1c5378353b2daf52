//! Turns what a pane prints into what the engine understands, and keeps the state that the engine cannot write down.
//!
//! A pane may print anything. Each sequence is either said again in a form that the engine draws as tmux does, or
//! dropped: titles, clipboards, queries, links and modes never get further than this file.

use vte::{Params, Perform};

use super::{
    Cell, Cursor, Size,
    charset::line_drawing,
    paint, sgr,
    state::{Saved, State},
};

/// The engine with everything that stands in front of it.
pub(super) struct Translator {
    engine: vt100::Parser,
    /// Said, and not yet drawn by the engine.
    out: Vec<u8>,
    size: Size,
    /// The picture before a synchronised update, while the update is open.
    held: Option<Box<vt100::Screen>>,
    pub(super) state: State,
}

impl Translator {
    /// A blank screen.
    pub(super) fn new(size: Size) -> Self {
        Self { engine: engine(size), out: Vec::new(), size, held: None, state: State::new(size) }
    }

    /// Has the engine draw what was said.
    pub(super) fn flush(&mut self) {
        if !self.out.is_empty() {
            self.engine.process(&self.out);
            self.out.clear();
        }
    }

    /// The engine's screen; what was said after the last [`flush`](Self::flush) is not on it.
    pub(super) fn screen(&self) -> &vt100::Screen {
        self.engine.screen()
    }

    /// What is to be shown: the engine's screen, or while the program holds it back, the one before.
    pub(super) fn shown(&self) -> &vt100::Screen {
        self.held.as_deref().unwrap_or_else(|| self.screen())
    }

    /// Whether the program holds the picture back.
    pub(super) fn holds(&self) -> bool {
        self.held.is_some()
    }

    /// Shows what is there, although the program has not said that it is whole.
    pub(super) fn let_go(&mut self) {
        self.held = None;
    }

    /// Synchronised output (2026): begins or ends an update that is to be seen as one.
    fn synchronised(&mut self, on: bool) {
        if on && !self.state.sync {
            self.flush();
            self.held = Some(Box::new(self.screen().clone()));
        } else if !on {
            self.held = None;
        }
        self.state.sync = on;
    }

    /// The primary screen while the alternate one is shown.
    pub(super) fn primary(&self) -> vt100::Parser {
        let mut copy = engine(self.size);
        *copy.screen_mut() = self.screen().clone();
        copy.process(b"\x1b[?47l");
        copy
    }

    /// Where the cursor of a screen stands.
    pub(super) fn cursor_of(screen: &vt100::Screen) -> Cursor {
        let (row, col) = screen.cursor_position();
        Cursor { row, col, shown: !screen.hide_cursor() }
    }

    fn here(&mut self) -> Cursor {
        self.flush();
        Self::cursor_of(self.screen())
    }

    fn pen(&self) -> Vec<u8> {
        self.screen().attributes_formatted()
    }

    fn say(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn say_csi(&mut self, numbers: &[u16], last: char) {
        let said: Vec<String> = numbers.iter().map(u16::to_string).collect();
        self.say(format!("\x1b[{}{last}", said.join(";")).as_bytes());
    }

    /// Erases with the background alone: tmux leaves no underlined or inverse blanks behind, the engine would.
    fn erase(&mut self, numbers: &[u16], last: char) {
        self.flush();
        let screen = self.screen();
        let plain = !(screen.underline() || screen.inverse() || screen.bold() || screen.dim() || screen.italic());
        if plain {
            return self.say_csi(numbers, last);
        }
        let background = super::Style { bg: screen.bgcolor().into(), ..super::Style::default() };
        let pen = self.pen();
        paint::style(background, &mut self.out);
        self.say_csi(numbers, last);
        self.say(&pen);
    }

    /// Puts the cursor at an absolute place; a column past the edge is a pending wrap.
    pub(super) fn go(&mut self, row: u16, col: u16) {
        self.flush();
        let pen = self.pen();
        let mut said = Vec::new();
        self.write_place(row, col, &mut said);
        self.say(&said);
        if col >= self.size.cols {
            self.say(&pen);
        }
    }

    /// Writes down how the cursor gets to an absolute place. A wrap is pending only after a character was drawn in
    /// the last column: then that one is drawn again, and the pen is left as that cell's.
    pub(super) fn write_place(&self, row: u16, col: u16, out: &mut Vec<u8>) {
        let top = if self.state.origin { self.state.region.0 } else { 0 };
        let line = row.saturating_sub(top);
        if col < self.size.cols {
            return paint::move_to(line, col, out);
        }
        let cell_at = |col| self.screen().cell(row, col).map(Cell::from_engine);
        let mut at = self.size.cols.saturating_sub(1);
        if cell_at(at).is_some_and(|cell| cell.continuation) {
            at = at.saturating_sub(1);
        }
        paint::move_to(line, at, out);
        if let Some(cell) = cell_at(at) {
            paint::style(cell.style, out);
            out.extend_from_slice(if cell.text.is_empty() { b" " } else { cell.text.as_bytes() });
        }
    }

    /// The cursor as tmux keeps it: a pending wrap is forgotten.
    fn save(&mut self) -> Saved {
        let cursor = self.here();
        Saved {
            row: cursor.row,
            col: cursor.col.min(self.size.cols.saturating_sub(1)),
            pen: self.pen(),
            origin: self.state.origin,
            charset: self.state.charset,
        }
    }

    /// DECRC, in our own words: the engine keeps one saved cursor a screen, tmux one for both.
    fn restore(&mut self) {
        let saved = self.state.saved.clone();
        self.state.charset = saved.charset;
        self.set_origin(saved.origin);
        self.go(saved.row, saved.col);
        self.say(b"\x1b[m");
        self.say(&saved.pen);
    }

    fn set_origin(&mut self, on: bool) {
        self.state.origin = on;
        self.say(if on { b"\x1b[?6h" } else { b"\x1b[?6l" });
    }

    fn set_region(&mut self, top: u16, bottom: u16) {
        self.state.region = (top, bottom);
        self.say_csi(&[top + 1, bottom + 1], 'r');
    }

    /// DECSTBM: tmux ignores a region that is none, and sends the cursor home.
    fn region(&mut self, numbers: &[u16]) {
        let last = self.size.rows.saturating_sub(1);
        let top = number(numbers, 0, 1).saturating_sub(1).min(last);
        let bottom = number(numbers, 1, self.size.rows).saturating_sub(1).min(last);
        if top < bottom {
            self.set_region(top, bottom);
            self.go(if self.state.origin { top } else { 0 }, 0);
        }
    }

    /// To the alternate screen or back. The cursor stays where it is, unless the switch (1049) also keeps it.
    fn alternate(&mut self, on: bool, with_cursor: bool) {
        if on == self.state.left.is_some() {
            return;
        }
        let col = self.here().col;
        let here = self.save();
        let (row, col, pen) = if on {
            self.say(b"\x1b[?47h\x1b[m\x1b[2J");
            self.state.left = Some(here.clone());
            (here.row, col, here.pen)
        } else {
            self.say(b"\x1b[?47l");
            let left = self.state.left.take().filter(|_| with_cursor).unwrap_or(here);
            (left.row, left.col, left.pen)
        };
        // The engine has one region and one origin mode a screen; tmux has one for both.
        let (top, bottom) = self.state.region;
        let origin = self.state.origin;
        self.set_origin(false);
        self.set_region(top, bottom);
        self.set_origin(origin);
        self.go(row, col);
        self.say(b"\x1b[m");
        self.say(&pen);
    }

    fn private_mode(&mut self, mode: u16, on: bool) {
        match mode {
            6 => {
                self.set_origin(on);
                self.go(if on { self.state.region.0 } else { 0 }, 0);
            }
            7 => self.state.autowrap = on,
            25 => self.say(if on { b"\x1b[?25h" } else { b"\x1b[?25l" }),
            47 | 1047 => self.alternate(on, false),
            1049 => self.alternate(on, true),
            2026 => self.synchronised(on),
            _ => {}
        }
    }

    fn repeat(&mut self, times: u16) {
        let Some(last) = self.state.last else { return };
        let room = self.size.cols.saturating_sub(self.here().col);
        for _ in 0..times.min(room) {
            self.print(last);
        }
    }

    fn tab(&mut self) {
        if self.state.tabs.is_none() {
            return self.say(b"\t");
        }
        let col = self.here().col;
        let next = self.state.next_tab(col, self.size.cols);
        self.say_csi(&[next + 1], 'G');
    }

    fn back_tab(&mut self, times: u16) {
        let mut col = self.here().col;
        for _ in 0..times.min(self.size.cols) {
            col = self.state.previous_tab(col);
        }
        self.say_csi(&[col + 1], 'G');
    }

    fn set_tab(&mut self, on: bool) {
        let col = usize::from(self.here().col);
        if let Some(stop) = self.state.tabs_mut(self.size.cols).get_mut(col) {
            *stop = on;
        }
    }

    /// DECALN: the whole screen full of E.
    fn alignment(&mut self) {
        let size = self.size;
        self.set_origin(false);
        self.set_region(0, size.rows.saturating_sub(1));
        self.say(b"\x1b[m");
        for row in 0..size.rows {
            paint::move_to(row, 0, &mut self.out);
            self.say("E".repeat(usize::from(size.cols)).as_bytes());
        }
        paint::move_to(0, 0, &mut self.out);
    }

    fn plain_csi(&mut self, params: &Params, numbers: &[u16], last: char) {
        let one = number(numbers, 0, 1);
        match last {
            'A' | 'B' | 'C' | 'D' | 'E' | 'F' | 'G' | 'd' => self.say_csi(&[one], last),
            '`' => self.say_csi(&[one], 'G'),
            'H' | 'f' => self.say_csi(&[one, number(numbers, 1, 1)], 'H'),
            '@' | 'L' | 'M' | 'P' | 'S' | 'T' | 'X' => self.erase(&[one], last),
            'J' | 'K' if numbers.first().is_none_or(|what| *what <= 2) => {
                self.erase(&[number(numbers, 0, 0)], last);
            }
            'm' => {
                let params: Vec<Vec<u16>> = params.iter().map(<[u16]>::to_vec).collect();
                sgr::write(&params, &mut self.out);
            }
            'r' => self.region(numbers),
            's' => self.state.saved = self.save(),
            'u' => self.restore(),
            'b' => self.repeat(one),
            'Z' => self.back_tab(one),
            'g' => match number(numbers, 0, 0) {
                0 => self.set_tab(false),
                3 => self.state.tabs = Some(vec![false; usize::from(self.size.cols)]),
                _ => {}
            },
            'h' | 'l' if numbers.contains(&4) => self.state.insert = last == 'h',
            _ => {}
        }
    }
}

/// An engine without scrollback. At least 2×2: smaller ones are where it panics.
#[expect(clippy::disallowed_methods, reason = "this is the place that the rule points to")]
fn engine(size: Size) -> vt100::Parser {
    vt100::Parser::new(size.rows.max(2), size.cols.max(2), 0)
}

/// The parameter at a place; missing or 0 reads as `otherwise`.
fn number(numbers: &[u16], at: usize, otherwise: u16) -> u16 {
    numbers.get(at).copied().filter(|number| *number > 0).unwrap_or(otherwise)
}

impl Perform for Translator {
    fn print(&mut self, c: char) {
        if self.state.naming || ('\u{80}'..'\u{a0}').contains(&c) {
            return;
        }
        let c = if self.state.charset.draws_lines() { line_drawing(c) } else { c };
        let width = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if self.state.insert && width > 0 {
            self.erase(&[width as u16], '@');
        }
        if !self.state.autowrap && width > 0 && self.here().col >= self.size.cols {
            self.say_csi(&[self.size.cols], 'G');
        }
        let mut utf8 = [0; 4];
        self.say(c.encode_utf8(&mut utf8).as_bytes());
        self.state.last = Some(c);
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            0x08 | 0x0a..=0x0d => self.out.push(byte),
            0x09 => self.tab(),
            0x0e => self.state.charset.shifted = true,
            0x0f => self.state.charset.shifted = false,
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], ignore: bool, last: char) {
        if ignore {
            return;
        }
        let numbers: Vec<u16> = params.iter().filter_map(|param| param.first().copied()).collect();
        match (intermediates, last) {
            ([], _) => self.plain_csi(params, &numbers, last),
            ([b'?'], 'h' | 'l') => numbers.iter().for_each(|mode| self.private_mode(*mode, last == 'h')),
            _ => {}
        }
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _ignore: bool, byte: u8) {
        match (intermediates, byte) {
            ([], b'7') => self.state.saved = self.save(),
            ([], b'8') => self.restore(),
            ([], b'D') => self.say(b"\n"),
            ([], b'E') => self.say(b"\r\n"),
            ([], b'H') => self.set_tab(true),
            ([], b'M') => self.say(b"\x1bM"),
            ([], b'c') => {
                self.say(b"\x1bc");
                self.held = None;
                self.state = State::new(self.size);
            }
            ([], b'k') => self.state.naming = true,
            ([], b'\\') => self.state.naming = false,
            ([b'('], set) => self.state.charset.g0_lines = set == b'0',
            ([b')'], set) => self.state.charset.g1_lines = set == b'0',
            ([b'#'], b'8') => self.alignment(),
            _ => {}
        }
    }
}
