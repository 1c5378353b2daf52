//! Cuts a byte stream where no escape sequence and no character is half said.
//!
//! A screen that only ever takes whole units can be written down between any two of them; the rest waits for the
//! next bytes. Never looks at what a unit means.

/// The longest unfinished unit worth waiting for. A longer one (an endless OSC 52, say) is passed on as it is: the
/// parser behind swallows it, and only a snapshot taken in that very moment would be wrong.
const LONGEST_HELD: usize = 64 * 1024;

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;
const DEL: u8 = 0x7f;

/// How many leading bytes of `bytes` end exactly at the end of a unit. The rest, if any, is the start of one.
#[must_use]
pub(super) fn whole_units(bytes: &[u8]) -> usize {
    let whole = unfinished_escape(bytes).unwrap_or_else(|| unfinished_char(bytes));
    if bytes.len() - whole > LONGEST_HELD { bytes.len() } else { whole }
}

/// Where an escape sequence begins that does not end within `bytes`.
fn unfinished_escape(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = bytes[from..].iter().position(|&byte| byte == ESC) {
        let start = from + found;
        match escape_length(&bytes[start..]) {
            Some(length) => from = start + length,
            None => return Some(start),
        }
    }
    None
}

/// The length of the escape sequence at the start of `bytes`, `None` when it does not end in them.
fn escape_length(bytes: &[u8]) -> Option<usize> {
    // A control within an escape is done, DEL and what is no ASCII is dropped, and the escape goes on behind it.
    let passes = |byte: u8| byte >= DEL || (byte < 0x20 && !matches!(byte, ESC | CAN | SUB));
    let kind = 1 + bytes.get(1..)?.iter().position(|&byte| !passes(byte))?;
    match bytes[kind] {
        b'[' => csi_length(bytes, kind),
        b']' | b'P' | b'X' | b'^' | b'_' => string_length(bytes, kind),
        0x20..=0x2f => {
            let ends = |byte: u8| !(0x20..=0x2f).contains(&byte) && !passes(byte);
            let end = kind + bytes[kind..].iter().position(|&byte| ends(byte))?;
            Some(if bytes[end] == ESC { end } else { end + 1 })
        }
        ESC => Some(kind),
        _ => Some(kind + 1),
    }
}

/// `CSI … final`: ended by a final byte, or cut short by ESC, CAN or SUB.
fn csi_length(bytes: &[u8], kind: usize) -> Option<usize> {
    let from = kind + 1;
    let end = bytes[from..].iter().position(|byte| matches!(*byte, 0x40..=0x7e | ESC | CAN | SUB))? + from;
    Some(if bytes[end] == ESC { end } else { end + 1 })
}

/// `OSC … BEL`, `OSC … ST` and the other strings. The `ESC \` of an ST belongs to it; any other ESC begins anew.
fn string_length(bytes: &[u8], kind: usize) -> Option<usize> {
    let from = kind + 1;
    let end = bytes[from..].iter().position(|byte| matches!(*byte, BEL | ESC | CAN | SUB))? + from;
    match bytes[end] {
        ESC => match *bytes.get(end + 1)? {
            b'\\' => Some(end + 2),
            _ => Some(end),
        },
        // Only OSC ends at BEL; in the others it is a byte like any other, and treating it as an end is harmless.
        _ => Some(end + 1),
    }
}

/// Where a UTF-8 character begins that does not end within `bytes`; their length when there is none.
fn unfinished_char(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let byte = bytes[bytes.len() - back];
        let length = match byte {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            0x80..=0xbf => continue,
            _ => return bytes.len(),
        };
        return if length > back { bytes.len() - back } else { bytes.len() };
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::whole_units;

    fn check(bytes: &[u8], held: &[u8]) {
        let whole = whole_units(bytes);
        assert_eq!(&bytes[whole..], held, "held back of {:?}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn plain_text_and_finished_sequences_are_passed_on_whole() {
        for whole in ["abc", "\x1b[31mred", "\x1b]0;title\x07x", "\x1b]0;title\x1b\\", "\x1b(0", "\x1b7", "é漢👩"] {
            check(whole.as_bytes(), b"");
        }
    }

    #[test]
    fn a_half_said_sequence_waits() {
        check(b"abc\x1b", b"\x1b");
        check(b"abc\x1b[3", b"\x1b[3");
        check(b"\x1b[31mabc\x1b[38;2;1", b"\x1b[38;2;1");
        check(b"x\x1b]0;tit", b"\x1b]0;tit");
        check(b"x\x1b]0;tit\x1b", b"\x1b]0;tit\x1b");
        check(b"x\x1b(", b"\x1b(");
        check(b"x\x1b\x7f", b"\x1b\x7f");
        check(b"x\x1b(\r", b"\x1b(\r");
        check(b"\x1b\x7f7\x1b\n[1", b"\x1b\n[1");
    }

    #[test]
    fn a_half_said_character_waits() {
        check(&"xé".as_bytes()[..2], &[0xc3]);
        check(&"x漢".as_bytes()[..3], &[0xe6, 0xbc]);
        check(&"x👩".as_bytes()[..4], &[0xf0, 0x9f, 0x91]);
        check(&[b'x', 0x80, 0x80], b"");
    }

    #[test]
    fn a_cut_short_sequence_does_not_hide_the_next() {
        check(b"\x1b[3\x1b[1m", b"");
        check(b"\x1b[3\x18ab", b"");
        check(b"\x1b\x1b[1", b"\x1b[1");
    }

    #[test]
    fn an_endless_string_is_not_kept() {
        let mut endless = b"\x1b]52;c;".to_vec();
        endless.resize(100 * 1024, b'A');
        check(&endless, b"");
    }

    proptest! {
        #[test]
        fn any_bytes_are_cut_somewhere_within_them(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(whole_units(&bytes) <= bytes.len());
        }
    }
}
