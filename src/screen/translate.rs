//! Turns what a pane prints into what the engine understands, and keeps the state that the engine cannot write down.
//!
//! A pane may print anything. Each sequence is either said again in a form that the engine draws as tmux does, or
//! dropped: titles, clipboards, queries, links and modes never get further than this file.

use vte::{Params, Perform};

use super::{
    Cursor, Size,
    budget::Budget,
    charset::line_drawing,
    paint, sgr,
    state::State,
    status::{self, ProgramStatus, Report},
};

/// The engine with everything that stands in front of it.
pub(super) struct Translator {
    engine: vt100::Parser,
    /// Said, and not yet drawn by the engine.
    out: Vec<u8>,
    size: Size,
    /// The picture before a synchronised update, while the update is open.
    held: Option<Box<vt100::Screen>>,
    /// An update is open, and nothing of it has been drawn yet.
    opens: bool,
    /// How many updates have been whole.
    updates: u64,
    /// What the bytes at hand may still ask for that costs whole rows.
    pub(super) dear: Budget,
    /// Colours were set since the pen was last known to have no background.
    coloured: bool,
    pub(super) state: State,
}

/// What costs as much as so many emptied screens: to write one full, and to begin with a new engine's.
const WRITTEN: usize = 8;
const RENEWED: usize = 4;

impl Translator {
    /// A blank screen.
    pub(super) fn new(size: Size) -> Self {
        Self {
            engine: engine(size),
            out: Vec::new(),
            size,
            held: None,
            opens: false,
            updates: 0,
            dear: Budget::new(size),
            coloured: false,
            state: State::new(size),
        }
    }

    /// Whether the cursor surely stands at the beginning of a row.
    pub(super) fn begins_row(&self) -> bool {
        if self.out.is_empty() { self.screen().cursor_position().1 == 0 } else { self.out.ends_with(b"\r") }
    }

    /// Has the engine draw what was said.
    pub(super) fn flush(&mut self) {
        if !self.out.is_empty() {
            if std::mem::take(&mut self.opens) && self.dear.affords_screens(1) {
                self.held = Some(Box::new(self.screen().clone()));
            }
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
        self.held.is_some() || self.opens
    }

    /// How many synchronised updates have been whole.
    pub(super) fn updates(&self) -> u64 {
        self.updates
    }

    /// Shows what is there, although the program has not said that it is whole.
    pub(super) fn let_go(&mut self) {
        (self.held, self.opens) = (None, false);
    }

    /// Synchronised output (2026): begins or ends an update that is to be seen as one. The picture before it is kept when
    /// the first of it is drawn.
    fn synchronised(&mut self, on: bool) {
        if on && !self.state.sync {
            self.flush();
            self.opens = true;
        } else if !on {
            self.updates += u64::from(self.state.sync);
            self.let_go();
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

    /// Takes up a pen that was kept: it may have a background again.
    pub(super) fn take_pen(&mut self, pen: &[u8]) {
        self.coloured = true;
        self.say(pen);
    }

    /// Whether the pen has a background, which tmux leaves behind wherever something scrolls or is erased.
    pub(super) fn has_background(&mut self) -> bool {
        if self.coloured {
            self.flush();
            self.coloured = self.screen().bgcolor() != vt100::Color::Default;
        }
        self.coloured
    }

    /// The size of the screen.
    pub(super) fn size(&self) -> Size {
        self.size
    }

    /// Where the cursor of a screen stands.
    pub(super) fn cursor_of(screen: &vt100::Screen) -> Cursor {
        let (row, col) = screen.cursor_position();
        Cursor { row, col, shown: !screen.hide_cursor() }
    }

    pub(super) fn here(&mut self) -> Cursor {
        self.flush();
        Self::cursor_of(self.screen())
    }

    pub(super) fn pen(&self) -> Vec<u8> {
        self.screen().attributes_formatted()
    }

    pub(super) fn say(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    pub(super) fn say_csi(&mut self, numbers: &[u16], last: char) {
        let said: Vec<String> = numbers.iter().map(u16::to_string).collect();
        self.say(format!("\x1b[{}{last}", said.join(";")).as_bytes());
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
        let times = times.min(self.room());
        // Each pushes the row aside.
        if self.state.insert && !self.dear.affords(usize::from(times)) {
            return;
        }
        for _ in 0..times {
            self.print(last);
        }
    }

    /// How many columns there are from the cursor to the edge.
    pub(super) fn room(&mut self) -> u16 {
        self.size.cols.saturating_sub(self.here().col)
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
        if !self.dear.affords_screens(WRITTEN) {
            return;
        }
        let size = self.size;
        self.set_origin(false);
        self.set_region(0, size.rows.saturating_sub(1));
        self.say(b"\x1b[m");
        for row in 0..size.rows {
            paint::move_to(row, 0, &mut self.out);
            self.say("E".repeat(usize::from(size.cols)).as_bytes());
        }
        paint::move_to(0, 0, &mut self.out);
        self.flush();
    }

    fn plain_csi(&mut self, params: &Params, numbers: &[u16], last: char) {
        let one = match (number(numbers, 0, 1), last) {
            // tmux moves no further than there is room; the engine would do it as often as it is told.
            (one, 'L' | 'M' | 'S' | 'T') => one.min(self.size.rows),
            (one, '@' | 'P' | 'X') => one.min(self.size.cols),
            (one, _) => one,
        };
        match last {
            'A' | 'B' => {
                // tmux forgets a pending wrap when the cursor moves up or down.
                if self.here().col >= self.size.cols {
                    self.say_csi(&[self.size.cols], 'G');
                }
                self.say_csi(&[one], last);
            }
            'C' | 'D' | 'E' | 'F' | 'G' | 'd' => self.say_csi(&[one], last),
            '`' => self.say_csi(&[one], 'G'),
            'H' | 'f' => self.say_csi(&[one, number(numbers, 1, 1)], 'H'),
            '@' if one >= self.room() && self.room() > 1 => {
                // tmux moves nothing when there is no room to move to, and erases nothing either.
            }
            '@' | 'L' | 'M' | 'P' | 'S' | 'T' => self.shift(one, last),
            'X' => self.erase(&[one], last),
            'J' | 'K'
                if numbers.first().is_none_or(|what| *what <= 2) && (last == 'K' || self.dear.affords_screens(1)) =>
            {
                self.erase(&[number(numbers, 0, 0)], last);
            }
            'm' => {
                self.coloured = true;
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

/// An engine without scrollback. At least 2×2: smaller ones are where it panics, with one row at any wrap.
#[expect(clippy::disallowed_methods, reason = "this is the place that the rule points to")]
fn engine(size: Size) -> vt100::Parser {
    vt100::Parser::new(size.rows.max(2), size.cols.max(2), 0)
}

/// The parameter at a place; missing or 0 reads as `otherwise`.
pub(super) fn number(numbers: &[u16], at: usize, otherwise: u16) -> u16 {
    numbers.get(at).copied().filter(|number| *number > 0).unwrap_or(otherwise)
}

impl Perform for Translator {
    fn print(&mut self, c: char) {
        if self.state.naming || ('\u{80}'..'\u{a0}').contains(&c) {
            return;
        }
        let c = if self.state.charset.draws_lines() { line_drawing(c) } else { c };
        let width = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if width == 0 && self.here().col == 0 {
            // tmux combines with nothing across the edge; the engine would with the end of a wrapped row above.
            return;
        }
        let too_wide = width == 2 && self.room() == 1;
        if too_wide && !self.state.autowrap {
            // tmux does not draw what has no room.
            return;
        }
        if self.state.insert && width > 0 {
            self.erase(&[width as u16], '@');
        }
        if too_wide {
            self.fill_edge();
        }
        let mut utf8 = [0; 4];
        self.say(c.encode_utf8(&mut utf8).as_bytes());
        if !self.state.autowrap && width > 0 && self.room() == 0 {
            self.say_csi(&[self.size.cols], 'G');
        }
        self.state.last = Some(c);
    }

    fn execute(&mut self, byte: u8) {
        self.state.last = None;
        match byte {
            0x08 | 0x0d => self.out.push(byte),
            0x0a..=0x0c => self.line_feed(),
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

    fn osc_dispatch(&mut self, words: &[&[u8]], _bell: bool) {
        self.state.last = None;
        if let [status::NUMBER, report, ..] = words
            && let Some(report) = ProgramStatus::parse(report)
        {
            self.state.status = match report {
                Report::Status(status) => Some(status),
                Report::Clear => None,
            };
        }
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _ignore: bool, byte: u8) {
        self.state.last = None;
        match (intermediates, byte) {
            ([], b'7') => self.state.saved = self.save(),
            ([], b'8') => self.restore(),
            ([], b'D') => self.line_feed(),
            ([], b'E') => {
                self.say(b"\r");
                self.line_feed();
            }
            ([], b'H') => self.set_tab(true),
            ([], b'M') => self.reverse_index(),
            ([], b'c') if self.dear.affords_screens(RENEWED) => {
                self.say(b"\x1bc");
                self.let_go();
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
