//! A screen as the terminal of a program that we started ourselves: it also answers what the program asks its terminal,
//! and knows in which form the program wants to be told of keys, the mouse and pastes.
//!
//! PURE. The answers are a handful of fixed forms, made here and sent to that program alone; nothing that it prints
//! reaches the operator's terminal but cells.

use super::{Cursor, Screen, Size};

/// A terminal of our own making.
pub struct Terminal {
    screen: Screen,
    parser: vte::Parser,
    heard: Heard,
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terminal")
            .field("screen", &self.screen)
            .field("modes", &self.heard.modes)
            .finish_non_exhaustive()
    }
}

/// In which form the program wants its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Modes {
    /// DECCKM: the arrows begin with `ESC O`.
    pub application_cursor: bool,
    /// 2004: a paste stands between marks.
    pub bracketed_paste: bool,
    /// What it wants to be told of the mouse.
    pub mouse: Mouse,
    /// 1006: in the form that has no largest column.
    pub sgr_mouse: bool,
}

/// What a program wants to be told of the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Mouse {
    /// Nothing.
    #[default]
    Off,
    /// 1000: buttons and the wheel.
    Buttons,
    /// 1002: and moving while one is held.
    Drags,
    /// 1003: and every moving.
    Moves,
}

impl Terminal {
    /// A blank one.
    #[must_use]
    pub fn new(size: Size) -> Self {
        Self { screen: Screen::new(size), parser: vte::Parser::new(), heard: Heard::default() }
    }

    /// What the program printed next; what it is to be answered.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let (mut answers, mut shown) = (Vec::new(), 0);
        for (at, byte) in bytes.iter().enumerate() {
            self.parser.advance(&mut self.heard, std::slice::from_ref(byte));
            if let Some(question) = self.heard.question.take() {
                // Where the cursor is must be where it was when that was asked.
                self.screen.feed(&bytes[shown..=at]);
                shown = at + 1;
                answers.extend(question.answer(self.screen.cursor(), self.screen.size()));
            }
        }
        self.screen.feed(&bytes[shown..]);
        answers
    }

    /// Another size: blank until the program draws anew, which it does when it is told.
    pub fn resize(&mut self, size: Size) {
        if size != self.screen.size() {
            self.screen = Screen::new(size);
        }
    }

    /// What it shows.
    #[must_use]
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// In which form the program wants its input.
    #[must_use]
    pub fn modes(&self) -> Modes {
        self.heard.modes
    }
}

/// What a program may ask its terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    /// DA1: what are you?
    Kind,
    /// DA2: which version?
    Version,
    /// DSR 5: are you well?
    Status,
    /// DSR 6, or its private form: where is the cursor?
    Place { private: bool },
}

impl Question {
    fn answer(self, cursor: Cursor, size: Size) -> Vec<u8> {
        let (row, col) = (u32::from(cursor.row) + 1, u32::from(cursor.col.min(size.cols.saturating_sub(1))) + 1);
        match self {
            // A VT220 with colour; nothing that would make the program send more than cells.
            Self::Kind => b"\x1b[?62;22c".to_vec(),
            Self::Version => b"\x1b[>0;0;0c".to_vec(),
            Self::Status => b"\x1b[0n".to_vec(),
            Self::Place { private: false } => format!("\x1b[{row};{col}R").into_bytes(),
            Self::Place { private: true } => format!("\x1b[?{row};{col}R").into_bytes(),
        }
    }
}

/// What the program has said beside its picture.
#[derive(Default)]
struct Heard {
    modes: Modes,
    question: Option<Question>,
}

impl Heard {
    fn set(&mut self, mode: u16, on: bool) {
        let modes = &mut self.modes;
        let mouse = |wanted: Mouse| if on { wanted } else { Mouse::Off };
        match mode {
            1 => modes.application_cursor = on,
            1000 => modes.mouse = mouse(Mouse::Buttons),
            1002 => modes.mouse = mouse(Mouse::Drags),
            1003 => modes.mouse = mouse(Mouse::Moves),
            1006 => modes.sgr_mouse = on,
            2004 => modes.bracketed_paste = on,
            _ => {}
        }
    }
}

impl vte::Perform for Heard {
    fn csi_dispatch(&mut self, params: &vte::Params, intermediates: &[u8], ignore: bool, action: char) {
        let first = params.iter().next().and_then(|param| param.first().copied()).unwrap_or(0);
        if ignore {
            return;
        }
        self.question = match (intermediates, action, first) {
            ([], 'c', 0) => Some(Question::Kind),
            ([b'>'], 'c', 0) => Some(Question::Version),
            ([], 'n', 5) => Some(Question::Status),
            ([], 'n', 6) => Some(Question::Place { private: false }),
            ([b'?'], 'n', 6) => Some(Question::Place { private: true }),
            ([b'?'], 'h' | 'l', _) => {
                for mode in params.iter().filter_map(|param| param.first()) {
                    self.set(*mode, action == 'h');
                }
                None
            }
            _ => None,
        };
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _ignore: bool, byte: u8) {
        // RIS: as at the beginning.
        if intermediates.is_empty() && byte == b'c' {
            self.modes = Modes::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &str, answers: &str) {
        let mut terminal = Terminal::new(Size { rows: 4, cols: 10 });
        let said = terminal.feed(bytes.as_bytes());
        assert_eq!(String::from_utf8_lossy(&said), answers, "{bytes:?}");
        // The same when it comes byte by byte.
        let mut slow = Terminal::new(Size { rows: 4, cols: 10 });
        let said: Vec<u8> = bytes.bytes().flat_map(|byte| slow.feed(&[byte])).collect();
        assert_eq!(String::from_utf8_lossy(&said), answers, "{bytes:?}, byte by byte");
        assert_eq!(slow.screen().text(), terminal.screen().text());
    }

    #[test]
    fn a_program_is_told_what_its_terminal_is_and_where_the_cursor_was_when_it_asked() {
        check("\x1b[c\x1b[>c\x1b[5n", "\x1b[?62;22c\x1b[>0;0;0c\x1b[0n");
        check("ab\x1b[6ncd\r\n\x1b[?6n", "\x1b[1;3R\x1b[?2;1R");
        check("0123456789\x1b[6n", "\x1b[1;10R");
        // What is no question, what is asked of another kind of terminal, and a question inside a title.
        check("\x1b[1c\x1b[=c\x1b[7n\x1b[>q\x1b]10;?\x07\x1b]0;\x1b[c", "\x1b[?62;22c");
    }

    #[test]
    fn what_a_program_wants_of_keys_and_mouse_is_known_also_after_a_resize() {
        let mut terminal = Terminal::new(Size { rows: 4, cols: 10 });
        terminal.feed(b"\x1b[?1h\x1b=\x1b[?1000;1006h\x1b[?1002h\x1b[?2004h");
        terminal.resize(Size { rows: 9, cols: 20 });
        let all = Modes { application_cursor: true, bracketed_paste: true, mouse: Mouse::Drags, sgr_mouse: true };
        assert_eq!((terminal.modes(), terminal.screen().size()), (all, Size { rows: 9, cols: 20 }));
        terminal.feed(b"\x1b[?1002l\x1b[?2004l");
        assert_eq!((terminal.modes().mouse, terminal.modes().bracketed_paste), (Mouse::Off, false));
        terminal.feed(b"\x1bc");
        assert_eq!(terminal.modes(), Modes::default());
    }
}
