//! The screen by itself: what comes out of it, and that a dump is the whole of it. Against tmux: `tests/mirror.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::{seed::Seed, *};

fn size(rows: u16, cols: u16) -> Size {
    Size { rows, cols }
}

fn shown(rows: u16, cols: u16, bytes: &str) -> Screen {
    let mut screen = Screen::new(size(rows, cols));
    screen.feed(bytes.as_bytes());
    screen
}

/// Everything that can be seen: cells, rows that go on, and cursor.
fn picture(screen: &Screen) -> (Vec<String>, Vec<bool>, Cursor) {
    (screen.ansi(), (0..screen.size().rows).map(|row| screen.goes_on(row)).collect(), screen.cursor())
}

fn check(bytes: &str, rows: &[&str], cursor: (u16, u16)) {
    let screen = shown(4, 10, bytes);
    let text = screen.text();
    let used: Vec<&str> = text.iter().map(String::as_str).take(rows.len()).collect();
    assert_eq!(used, rows, "{bytes:?}");
    assert_eq!((screen.cursor().row, screen.cursor().col), cursor, "cursor after {bytes:?}");
}

#[test]
fn line_drawing_letters_become_lines() {
    check("\x1b(0lqk\x1b(Bq", &["┌─┐q"], (0, 4));
    check("\x1b)0\x0elqk\x0fq", &["┌─┐q"], (0, 4));
}

#[test]
fn a_window_name_is_not_text() {
    check("a\x1bkhidden\x1b\\b", &["ab"], (0, 2));
}

#[test]
fn titles_clipboards_links_and_queries_leave_no_trace() {
    check(
        "a\x1b]0;t\x07\x1b]52;c;QQ==\x07\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\\x1b[6n\x1bP+q\x1b\\c",
        &["abc"],
        (0, 3),
    );
}

#[test]
fn text_that_would_turn_what_stands_around_it_is_marked_when_printed() {
    let screen = shown(4, 10, "a\u{202e}b\u{200b}c\u{e0041}\u{e0042}d\u{2063}");
    for row in [&screen.text()[0], &screen.ansi()[0]] {
        assert!(!row.contains(['\u{202e}', '\u{200b}', '\u{e0041}', '\u{e0042}', '\u{2063}']), "{row:?}");
    }
}

#[test]
fn a_count_beyond_the_screen_is_the_screen() {
    for last in "ABCDEFGLMSTPXd@".chars() {
        for place in ["\x1b[2;3H", "\x1b[4;10H", "\x1b[1;1H\x1b[44m"] {
            let begin = format!("one\r\ntwo\r\nthree{place}");
            let (huge, whole) = (format!("{begin}\x1b[65535{last}."), format!("{begin}\x1b[99{last}."));
            assert_eq!(picture(&shown(4, 10, &huge)), picture(&shown(4, 10, &whole)), "{last} after {place:?}");
        }
    }
}

/// Endlessly said, it is left out in the end: what stands there then stays. The next piece has its share again.
#[track_caller]
fn check_left_out(unit: &str) {
    for begin in ["", "\x1b[44m", "\x1b[1;4;38;2;1;2;3;48;2;4;5;6m"] {
        let mut screen = shown(50, 20, begin);
        screen.feed((unit.repeat(10_000) + "\x1b[Hmark\x1b[H" + unit).as_bytes());
        assert!(screen.text()[0].starts_with("mark"), "{unit:?} after {begin:?}: {:?}", screen.text()[0]);
        screen.feed(unit.as_bytes());
        assert!(!screen.text()[0].starts_with("mark"), "{unit:?} after {begin:?}, in the next piece");
    }
}

#[test]
fn what_costs_whole_rows_is_drawn_so_often_a_piece_and_no_more() {
    for unit in [
        "\x1b#8",
        "\x1bc",
        "\x1b[99S",
        "\x1b[99T",
        "\x1b[99L",
        "\x1b[99M",
        "\x1b[J",
        "\x1b[2J",
        "\x1b[?47h\x1b[?47l\x1b[J",
    ] {
        check_left_out(unit);
    }
    let mut screen = shown(2, 3, "");
    screen.feed(("\x1b[?2026hx\x1b[?2026l".repeat(200) + "\x1b[?2026hy\x1b[H").as_bytes());
    screen.feed(b"z");
    assert!(screen.holds(), "an update that is drawn within one piece costs nothing");
    assert_eq!(screen.updates(), 200);
}

/// Nothing is left out of it: it looks the same where each frame is a piece of its own.
#[track_caller]
fn check_whole(begin: &str, frame: impl Fn(usize) -> String) {
    let frames: Vec<String> = (0..2_000).map(frame).collect();
    let (mut whole, mut pieces) = (shown(50, 200, begin), shown(50, 200, begin));
    whole.feed(frames.concat().as_bytes());
    for frame in &frames {
        pieces.feed(frame.as_bytes());
    }
    assert_eq!(picture(&whole), picture(&pieces), "{begin:?} {:?}", frames[0]);
}

#[test]
fn nothing_that_draws_asks_for_more_than_its_bytes_earn() {
    let row = |n: usize| format!("{n:05}").repeat(20);
    // A frame that is cleared and drawn anew, some rows of it; the wheel in an editor, up and down; lines inserted and
    // deleted; a log on a coloured background; a pager that goes a page back.
    check_whole("", |n| format!("\x1b[H\x1b[2J{}\r\n{}", row(n), row(n + 1)));
    for begin in ["", "\x1b[44m\x1b[2J", "\x1b[44m\x1b[2J\x1b[3;48r"] {
        check_whole(begin, |n| format!("\x1b[3S\x1b[46;1H{}\r\n{}\r\n{}", row(n), row(n + 1), row(n + 2)));
        check_whole(begin, |n| format!("\x1b[T\x1b[3;1H{}", row(n)));
        check_whole(begin, |n| format!("\x1b[9H\x1b[L{}\x1b[20H\x1b[M", row(n)));
        check_whole(begin, |n| format!("line {n}\r\n"));
        check_whole(begin, |n| format!("\x1b[H\x1bM{}", row(n)));
        check_whole(begin, |n| format!("\x1b[9G\x1b[12@{}\r\x1b[5P", row(n)));
    }
    // A burst of frames that draw next to nothing.
    let clock = |n: usize| format!("\x1b[H\x1b[2J{n}");
    let mut screen = shown(50, 200, "");
    screen.feed((0..60).map(clock).collect::<String>().as_bytes());
    assert_eq!(screen.text()[0], "59");
}

#[test]
fn index_and_next_line_move_down() {
    check("ab\x1bDc\x1bEd", &["ab", "  c", "d"], (2, 1));
}

#[test]
fn saved_cursors_come_back_with_their_pen() {
    let screen = shown(4, 10, "\x1b[31mab\x1b7\x1b[m\x1b[3;3Hx\x1b8c");
    assert_eq!(screen.text()[0], "abc");
    assert_eq!(screen.cell(0, 2).unwrap().style.fg, Colour::Indexed(1));
}

#[test]
fn insert_mode_pushes_the_row_to_the_right() {
    check("abc\x1b[1G\x1b[4hxy\x1b[4lz", &["xyzbc"], (0, 3));
}

#[test]
fn without_autowrap_the_last_column_is_overwritten() {
    check("\x1b[?7l0123456789abc", &["012345678c", ""], (0, 9));
}

#[test]
fn a_character_is_repeated_to_the_edge_at_most() {
    check("ab\x1b[3b", &["abbbb"], (0, 5));
    check("ab\x1b[99b", &["abbbbbbbbb", ""], (0, 10));
}

#[test]
fn tab_stops_can_be_set_and_gone_back_to() {
    check("\x1b[3g\x1b[4G\x1bH\rx\ty", &["x  y"], (0, 4));
    check("0123456789\x1b[10G\x1b[Zx", &["01234567x9"], (0, 9));
}

#[test]
fn erasing_leaves_no_underlined_blanks() {
    let screen = shown(4, 10, "\x1b[4;7mab\x1b[K");
    assert!(screen.cell(0, 1).unwrap().style.underline);
    assert_eq!(screen.cell(0, 5).unwrap().style, Style::default());
}

#[test]
fn the_alternate_screen_keeps_the_primary_one_and_the_cursor() {
    check("abc\x1b[?1049h\x1b[Hxyz\x1b[?1049ld", &["abcd"], (0, 4));
    check("abc\x1b[?1049ld", &["abcd"], (0, 4));
    check("abc\x1b[?1049hx", &["   x"], (0, 4));
}

#[test]
fn a_region_that_is_none_is_ignored() {
    check("a\x1b[3;2rb", &["ab"], (0, 2));
}

#[test]
fn an_open_update_is_held_back_until_it_is_whole_or_takes_too_long() {
    let mut screen = shown(4, 10, "old\x1b[?2026h\rne");
    assert_eq!((screen.text()[0].as_str(), screen.cursor().col, screen.holds()), ("old", 3, true));
    let copy = Screen::drawn(screen.size(), &screen.dump());
    assert!(copy.holds(), "a watcher that joins meanwhile sees it whole, too");
    screen.feed(b"w\x1b[?2026l");
    assert_eq!((screen.text()[0].as_str(), screen.cursor().col, screen.holds()), ("new", 3, false));
    screen.feed(b"\x1b[?2026h\rnever ends");
    screen.let_go();
    assert_eq!(screen.text()[0], "never ends");
}

#[test]
fn a_seed_is_drawn_with_its_cursor_and_what_was_half_said() {
    let seed = Seed {
        size: size(3, 4),
        cursor: Cursor { row: 1, col: 4, shown: false },
        rows: vec![b"\x1b[31mab".to_vec(), b"c\x0eqq\x0fd".to_vec()],
        wrapped: vec![false],
        under: Some(vec![b"old ".to_vec(), b"er".to_vec()]),
        under_wrapped: vec![true],
        left: Some((0, 3)),
        tabs: None,
        region: (0, 2),
        origin: false,
        insert: false,
        autowrap: true,
        pending: b"\x1b[3".to_vec(),
    };
    let mut screen = Screen::seeded(&seed);
    assert_eq!(screen.text(), ["ab", "c──d", ""]);
    assert_eq!(screen.cursor(), seed.cursor);
    // SGR carries over from row to row in a capture.
    assert_eq!(screen.cell(1, 0).unwrap().style.fg, Colour::Indexed(1));
    screen.feed(b"2me");
    assert_eq!(screen.text(), ["ab", "c──d", "e"]);
    assert_eq!(screen.cell(2, 0).unwrap().style.fg, Colour::Indexed(2));
    screen.feed(b"\x1b[?1049l");
    assert_eq!(screen.text(), ["old", "er", ""]);
    assert_eq!((screen.goes_on(0), screen.goes_on(1), screen.whole_text().as_str()), (true, false, "old er\n"));
    assert_eq!(screen.cursor(), Cursor { row: 0, col: 3, shown: false });
}

/// What was fed before a dump and what after it: the copy goes on as the screen does.
#[track_caller]
fn check_dump(rows: u16, cols: u16, before: &str, after: &[u8]) {
    let mut screen = shown(rows, cols, before);
    let mut copy = Screen::drawn(screen.size(), &screen.dump());
    assert_eq!(picture(&copy), picture(&screen), "a dump after {before:?}");
    screen.feed(after);
    copy.feed(after);
    assert_eq!(picture(&copy), picture(&screen), "after {before:?} and {:?}", String::from_utf8_lossy(after));
}

#[test]
fn a_dump_keeps_what_cannot_be_seen_yet() {
    // A mark that combines with a blank shows the pen that the blank was left with: printed, or where a wide character
    // was pushed over the edge.
    check_dump(2, 4, "\x1b[31m a", "\x1b[1;2H\u{301}".as_bytes());
    check_dump(2, 4, "\x1b[1m\x1b[4ha漢\x1b[1;1Hx", "\x1b[1;5H\u{300}".as_bytes());
    check_dump(2, 4, "\x1b[1mabc ", "\u{300}".as_bytes());
    // A cursor that was saved before the region was chosen stands outside of it.
    check_dump(3, 2, "\x1b[?6h\x1b7\x1b[2;3r", b"\x1b[1;2r\x1b8a");
    // Rows that go on, also where the last character or the first behind it is a blank.
    check_dump(3, 4, "abcdef\r\n\x1b[31mabc d", b"");
    check_dump(3, 4, "abcd  ef 漢", b"");
}

#[test]
fn what_is_erased_keeps_nothing_of_the_pen_but_its_background() {
    let screen = shown(2, 4, "\x1b[31;44m\x1b[K\x1b[1;2H\u{301}");
    assert_eq!(screen.cell(0, 0).unwrap().style, Style { bg: Colour::Indexed(4), ..Style::default() });
}

/// Bytes as programs print them, and as nobody should.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[a-z漢é\u{301} ]{1,12}".prop_map(String::into_bytes),
        2 => (1..6_u16, 1..14_u16).prop_map(|(row, col)| format!("\x1b[{row};{col}H").into_bytes()),
        2 => prop_oneof![Just("\r\n"), Just("\n"), Just("\t"), Just("\x08"), Just("\x1bM"), Just("\x1bD"), Just("\x1bE")]
            .prop_map(|text| text.as_bytes().to_vec()),
        3 => prop_oneof![
            Just("0"), Just("1"), Just("4"), Just("7"), Just("31"), Just("44"), Just("38;5;200"), Just("48;2;1;2;3")
        ].prop_map(|sgr| format!("\x1b[{sgr}m").into_bytes()),
        2 => (0..4_u16, prop_oneof![Just('J'), Just('K'), Just('L'), Just('M'), Just('P'), Just('X'), Just('@'), Just('S')])
            .prop_map(|(n, last)| format!("\x1b[{n}{last}").into_bytes()),
        1 => (1..5_u16, 1..6_u16).prop_map(|(top, bottom)| format!("\x1b[{top};{bottom}r").into_bytes()),
        2 => prop_oneof![
            Just("\x1b7"), Just("\x1b8"), Just("\x1b(0"), Just("\x1b(B"), Just("\x1b)0"), Just("\x0e"), Just("\x0f"),
            Just("\x1b[?1049h"), Just("\x1b[?1049l"), Just("\x1b[?6h"), Just("\x1b[?6l"), Just("\x1b[4h"), Just("\x1b[4l"),
            Just("\x1b[?7l"), Just("\x1b[?7h"), Just("\x1bH"), Just("\x1b[g"), Just("\x1b[3g"), Just("\x1b[?25l"), Just("\x1b[Z"),
        ].prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 1..6),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_dump_is_the_whole_screen_also_in_what_is_to_come(
        before in stream(), after in stream(), rows in 2..7_u16, cols in 2..14_u16,
    ) {
        let mut screen = Screen::new(size(rows, cols));
        screen.feed(&before);
        let mut copy = Screen::drawn(screen.size(), &screen.dump());
        prop_assert_eq!(picture(&copy), picture(&screen), "after the dump");
        screen.feed(&after);
        copy.feed(&after);
        prop_assert_eq!(picture(&copy), picture(&screen), "after what followed");
        prop_assert!(!screen.broken() && !copy.broken());
    }

    #[test]
    fn where_a_stream_is_cut_does_not_matter(bytes in stream(), cut in 0..400_usize) {
        let mut whole = Screen::new(size(5, 12));
        whole.feed(&bytes);
        let mut cut_up = Screen::new(size(5, 12));
        let cut = cut.min(bytes.len());
        cut_up.feed(&bytes[..cut]);
        cut_up.feed(&bytes[cut..]);
        prop_assert_eq!(picture(&cut_up), picture(&whole));
    }

    #[test]
    fn nothing_but_text_and_sgr_ever_comes_out(bytes in proptest::collection::vec(any::<u8>(), 0..300), rows in 1..5_u16, cols in 1..9_u16) {
        let mut screen = Screen::new(size(rows, cols));
        screen.feed(&bytes);
        for row in screen.ansi() {
            let mut rest = row.as_str();
            while let Some(at) = rest.find('\x1b') {
                let sgr = &rest[at..];
                let end = sgr.find('m').expect("an escape that is no SGR");
                prop_assert!(sgr[1..end].chars().all(|c| c == '[' || c == ';' || c.is_ascii_digit()), "{:?}", &sgr[..=end]);
                rest = &sgr[end + 1..];
            }
            prop_assert!(!row.chars().any(|c| c.is_control() && c != '\x1b'), "{row:?}");
        }
    }
}
