//! Keys, the mouse and pastes as the bytes that a terminal of xterm's kind sends.
//!
//! PURE. The program behind them has said in which form it wants them; what it has not asked for it does not get.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::screen::terminal::{Modes, Mouse};

/// One key.
#[must_use]
pub fn key(event: KeyEvent, modes: Modes) -> Vec<u8> {
    let held = event.modifiers;
    match event.code {
        KeyCode::Char(c) => character(c, held),
        KeyCode::Null => alt(held, vec![0]),
        KeyCode::Enter => alt(held, vec![b'\r']),
        KeyCode::Esc => alt(held, vec![0x1b]),
        KeyCode::Tab if held.contains(KeyModifiers::SHIFT) => b"\x1b[Z".to_vec(),
        KeyCode::Tab => alt(held, vec![b'\t']),
        KeyCode::BackTab => b"\x1b[Z".to_vec(),
        KeyCode::Backspace => alt(held, vec![if held.contains(KeyModifiers::CONTROL) { 0x08 } else { 0x7f }]),
        KeyCode::Up => letter('A', held, modes.application_cursor),
        KeyCode::Down => letter('B', held, modes.application_cursor),
        KeyCode::Right => letter('C', held, modes.application_cursor),
        KeyCode::Left => letter('D', held, modes.application_cursor),
        KeyCode::KeypadBegin => letter('E', held, false),
        KeyCode::End => letter('F', held, modes.application_cursor),
        KeyCode::Home => letter('H', held, modes.application_cursor),
        KeyCode::Insert => number(2, held),
        KeyCode::Delete => number(3, held),
        KeyCode::PageUp => number(5, held),
        KeyCode::PageDown => number(6, held),
        KeyCode::F(n) => function(n, held),
        // Keys that no terminal of this kind has a form for.
        _ => Vec::new(),
    }
}

/// A paste. Between its marks where they were asked for; a mark inside it is no end of it.
#[must_use]
pub fn paste(text: &str, modes: Modes) -> Vec<u8> {
    let mut text = text.replace("\r\n", "\r").replace('\n', "\r");
    // Taking one away may leave another behind.
    while text.contains(PASTE_BEGINS) || text.contains(PASTE_ENDS) {
        text = text.replace(PASTE_BEGINS, "").replace(PASTE_ENDS, "");
    }
    if modes.bracketed_paste { format!("{PASTE_BEGINS}{text}{PASTE_ENDS}").into_bytes() } else { text.into_bytes() }
}

const PASTE_BEGINS: &str = "\x1b[200~";
const PASTE_ENDS: &str = "\x1b[201~";

/// What the mouse did on the cell of this column and row, from 0; nothing where it was not asked for.
#[must_use]
pub fn mouse(event: MouseEvent, (column, row): (u16, u16), modes: Modes) -> Vec<u8> {
    let (code, wanted) = match event.kind {
        MouseEventKind::Down(button) | MouseEventKind::Up(button) => (of(button), Mouse::Buttons),
        MouseEventKind::Drag(button) => (of(button) + 32, Mouse::Drags),
        MouseEventKind::Moved => (3 + 32, Mouse::Moves),
        MouseEventKind::ScrollUp => (64, Mouse::Buttons),
        MouseEventKind::ScrollDown => (65, Mouse::Buttons),
        MouseEventKind::ScrollLeft => (66, Mouse::Buttons),
        MouseEventKind::ScrollRight => (67, Mouse::Buttons),
    };
    if modes.mouse < wanted {
        return Vec::new();
    }
    let held = [(KeyModifiers::SHIFT, 4_u16), (KeyModifiers::ALT, 8), (KeyModifiers::CONTROL, 16)];
    let code = held.iter().filter(|(held, _)| event.modifiers.contains(*held)).fold(code, |code, (_, bit)| code + bit);
    let released = matches!(event.kind, MouseEventKind::Up(_));
    let (x, y) = (u32::from(column) + 1, u32::from(row) + 1);
    if modes.sgr_mouse {
        let last = if released { 'm' } else { 'M' };
        return format!("\x1b[<{code};{x};{y}{last}").into_bytes();
    }
    // The older form: one byte each, and no word for which button was let go.
    let code = if released { code | 3 } else { code };
    let byte = |value: u32| u8::try_from(value + 32).ok();
    match (byte(u32::from(code)), byte(x), byte(y)) {
        (Some(code), Some(x), Some(y)) => vec![0x1b, b'[', b'M', code, x, y],
        _ => Vec::new(),
    }
}

fn of(button: MouseButton) -> u16 {
    match button {
        MouseButton::Left => 0,
        MouseButton::Middle => 1,
        MouseButton::Right => 2,
    }
}

fn character(c: char, held: KeyModifiers) -> Vec<u8> {
    if !held.contains(KeyModifiers::CONTROL) {
        return alt(held, c.to_string().into_bytes());
    }
    let control = match c.to_ascii_lowercase() {
        letter @ 'a'..='z' => Some(letter as u8 & 0x1f),
        ' ' | '@' | '2' => Some(0),
        '[' | '3' => Some(0x1b),
        '\\' | '4' => Some(0x1c),
        ']' | '5' => Some(0x1d),
        '^' | '6' => Some(0x1e),
        '_' | '7' | '/' | '-' => Some(0x1f),
        '?' | '8' => Some(0x7f),
        _ => None,
    };
    alt(held, control.map_or_else(|| c.to_string().into_bytes(), |byte| vec![byte]))
}

/// Alt is an Esc before it.
fn alt(held: KeyModifiers, mut bytes: Vec<u8>) -> Vec<u8> {
    if held.contains(KeyModifiers::ALT) {
        bytes.insert(0, 0x1b);
    }
    bytes
}

/// The number of what is held, where anything is.
fn modified(held: KeyModifiers) -> Option<u8> {
    let all = [(KeyModifiers::SHIFT, 1), (KeyModifiers::ALT, 2), (KeyModifiers::CONTROL, 4)];
    let sum: u8 = all.iter().filter(|(modifier, _)| held.contains(*modifier)).map(|(_, bit)| bit).sum();
    (sum > 0).then_some(sum + 1)
}

fn letter(letter: char, held: KeyModifiers, application: bool) -> Vec<u8> {
    match modified(held) {
        Some(modified) => format!("\x1b[1;{modified}{letter}"),
        None if application => format!("\x1bO{letter}"),
        None => format!("\x1b[{letter}"),
    }
    .into_bytes()
}

fn number(number: u8, held: KeyModifiers) -> Vec<u8> {
    match modified(held) {
        Some(modified) => format!("\x1b[{number};{modified}~"),
        None => format!("\x1b[{number}~"),
    }
    .into_bytes()
}

fn function(n: u8, held: KeyModifiers) -> Vec<u8> {
    const NUMBERS: [u8; 16] = [15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34];
    match (n, modified(held)) {
        (1..=4, None) => vec![0x1b, b'O', b'O' + n],
        (1..=4, Some(_)) => letter(char::from(b'O' + n), held, false),
        (5..=20, _) => number(NUMBERS[usize::from(n - 5)], held),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;
    use crate::app::keymap::Chord;

    /// A chord as it is written, or a key that has no name there.
    #[track_caller]
    fn check(chord: &str, modes: Modes, bytes: &str) {
        let event = chord.parse::<Chord>().map_or_else(|bad| panic!("{bad}"), KeyEvent::from);
        assert_eq!(String::from_utf8_lossy(&key(event, modes)), bytes, "{chord}");
    }

    #[test]
    fn characters_control_and_alt_are_the_bytes_that_a_terminal_sends() {
        for (chord, bytes) in [
            ("a", "a"),
            ("Q", "Q"),
            ("ß", "ß"),
            ("漢", "漢"),
            ("🦀", "🦀"),
            ("Alt-x", "\x1bx"),
            ("Alt-ö", "\x1bö"),
            ("Ctrl-A", "\x01"),
            ("Ctrl-C", "\x03"),
            ("Ctrl-Z", "\x1a"),
            ("Ctrl-Space", "\0"),
            ("Ctrl-[", "\x1b"),
            ("Ctrl-\\", "\x1c"),
            ("Ctrl-4", "\x1c"),
            ("Ctrl-]", "\x1d"),
            ("Ctrl-/", "\x1f"),
            ("Ctrl-Alt-C", "\x1b\x03"),
            ("Enter", "\r"),
            ("Alt-Enter", "\x1b\r"),
            ("Esc", "\x1b"),
            ("Tab", "\t"),
            ("Shift-Tab", "\x1b[Z"),
            ("Backspace", "\x7f"),
            ("Ctrl-Backspace", "\x08"),
            ("Alt-Backspace", "\x1b\x7f"),
            ("Null", "\0"),
        ] {
            check(chord, Modes::default(), bytes);
        }
    }

    #[test]
    fn arrows_take_the_form_that_the_program_asked_for_unless_something_is_held() {
        let application = Modes { application_cursor: true, ..Modes::default() };
        for (chord, usual, asked) in [
            ("Up", "\x1b[A", "\x1bOA"),
            ("Left", "\x1b[D", "\x1bOD"),
            ("Home", "\x1b[H", "\x1bOH"),
            ("End", "\x1b[F", "\x1bOF"),
            ("Shift-Up", "\x1b[1;2A", "\x1b[1;2A"),
            ("Alt-Right", "\x1b[1;3C", "\x1b[1;3C"),
            ("Ctrl-Left", "\x1b[1;5D", "\x1b[1;5D"),
            ("Ctrl-Alt-Shift-Down", "\x1b[1;8B", "\x1b[1;8B"),
            ("PgUp", "\x1b[5~", "\x1b[5~"),
            ("Ctrl-PgDn", "\x1b[6;5~", "\x1b[6;5~"),
            ("Insert", "\x1b[2~", "\x1b[2~"),
            ("Delete", "\x1b[3~", "\x1b[3~"),
            ("F1", "\x1bOP", "\x1bOP"),
            ("F4", "\x1bOS", "\x1bOS"),
            ("Shift-F1", "\x1b[1;2P", "\x1b[1;2P"),
            ("F5", "\x1b[15~", "\x1b[15~"),
            ("F12", "\x1b[24~", "\x1b[24~"),
            ("Ctrl-F5", "\x1b[15;5~", "\x1b[15;5~"),
        ] {
            check(chord, Modes::default(), usual);
            check(chord, application, asked);
        }
        assert_eq!(key(KeyEvent::new(KeyCode::F(20), KeyModifiers::NONE), application), b"\x1b[34~");
        assert!(key(KeyEvent::new(KeyCode::CapsLock, KeyModifiers::NONE), application).is_empty());
    }

    #[test]
    fn a_paste_has_its_marks_only_where_they_were_asked_for_and_never_inside() {
        let marked = Modes { bracketed_paste: true, ..Modes::default() };
        assert_eq!(paste("a\nb\r\nc", Modes::default()), b"a\rb\rc");
        assert_eq!(paste("a\nb", marked), b"\x1b[200~a\rb\x1b[201~");
        for hostile in ["\x1b[201~rm", "\x1b[20\x1b[201~1~rm", "\x1b[2\x1b[200~01~rm"] {
            assert_eq!(paste(hostile, marked), b"\x1b[200~rm\x1b[201~", "{hostile:?}");
        }
    }

    #[track_caller]
    fn check_mouse(kind: MouseEventKind, modes: Modes, bytes: &[u8]) {
        let event = MouseEvent { kind, column: 0, row: 0, modifiers: KeyModifiers::CONTROL };
        assert_eq!(mouse(event, (9, 4), modes), bytes, "{kind:?} {modes:?}");
    }

    #[test]
    fn the_mouse_is_told_as_far_and_in_the_form_that_was_asked_for() {
        use MouseEventKind as K;
        let left = MouseButton::Left;
        let modes = |mouse, sgr_mouse| Modes { mouse, sgr_mouse, ..Modes::default() };
        check_mouse(K::Down(left), modes(Mouse::Off, true), b"");
        check_mouse(K::Down(left), modes(Mouse::Buttons, true), b"\x1b[<16;10;5M");
        check_mouse(K::Up(MouseButton::Right), modes(Mouse::Buttons, true), b"\x1b[<18;10;5m");
        check_mouse(K::ScrollDown, modes(Mouse::Buttons, true), b"\x1b[<81;10;5M");
        check_mouse(K::Drag(left), modes(Mouse::Buttons, true), b"");
        check_mouse(K::Drag(left), modes(Mouse::Drags, true), b"\x1b[<48;10;5M");
        check_mouse(K::Moved, modes(Mouse::Drags, true), b"");
        check_mouse(K::Moved, modes(Mouse::Moves, true), b"\x1b[<51;10;5M");
        check_mouse(K::Down(left), modes(Mouse::Buttons, false), b"\x1b[M\x30\x2a\x25");
        check_mouse(K::Up(left), modes(Mouse::Buttons, false), b"\x1b[M\x33\x2a\x25");
        let far = MouseEvent { kind: K::Down(left), column: 0, row: 0, modifiers: KeyModifiers::NONE };
        assert_eq!(mouse(far, (300, 4), modes(Mouse::Buttons, false)), b"");
    }
}
