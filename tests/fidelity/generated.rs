//! Streams made to try one thing each: every attribute, every kind of character, every way to move, erase and scroll.
#![allow(clippy::format_collect, reason = "short streams, written to be read")]

/// A stream with its name. Each begins on a blank screen of 80×24.
pub(crate) fn all() -> Vec<(&'static str, String)> {
    vec![
        ("attributes", attributes()),
        ("colours-256", (0..256).map(|n| format!("\x1b[38;5;{n}m#\x1b[48;5;{}m \x1b[m", 255 - n)).collect()),
        (
            "colours-rgb",
            (0..400).map(|n| format!("\x1b[38;2;{};{};{}m*", n % 256, 255 - n % 256, n * 7 % 256)).collect(),
        ),
        (
            "colours-colon",
            "\x1b[38:2::10:20:30mA\x1b[48:5:100mB\x1b[38:2:1:2:3mC\x1b[4:3mD\x1b[58:2::1:2:3mE\x1b[4:0mF".into(),
        ),
        ("wide", "漢字かな交じり文 ｆｕｌｌ 한글 ".repeat(30)),
        ("combining", "e\u{301}a\u{308}o\u{302}\u{323} n\u{303} ".repeat(40)),
        ("emoji", "😀 🚀 ✅ ✨ 🔥 💥 ".repeat(20)),
        ("line-drawing", "\x1b(0lqqqwqqk\r\nx   x  x\r\nmqqqvqqj\x1b(B text\r\n\x1b)0a\x0eqxq\x0fb".into()),
        ("regions", regions()),
        ("insert-delete", insert_delete()),
        ("erase", erase()),
        (
            "tabs",
            "a\tb\tc\r\n\x1b[3g\x1b[5G\x1bH\x1b[20G\x1bH\ra\tb\tc\t d\x1b[Ze\x1b[2Zf\r\n\x1b[5G\x1b[g\rx\ty".into(),
        ),
        ("alternate", alternate()),
        ("repeat", "ab\x1b[10bc\x1b[200bd\r\n=\x1b[79b\r\n".into()),
        ("pending-wrap", pending_wrap()),
        ("moves", moves()),
        (
            "saved-cursor",
            "one\x1b7\x1b[10;10H\x1b[31mtwo\x1b8three\x1b[s\x1b[20;1Hfour\x1b[ufive\x1b[1;5r\x1b[?6h\x1b[2;2Hsix"
                .into(),
        ),
        ("insert-mode", "abcdef\x1b[3G\x1b[4hXY漢\x1b[4lZ".into()),
        ("no-autowrap", format!("\x1b[?7l{}\x1b[?7hx", "0123456789".repeat(12))),
        ("alignment", "\x1b#8\x1b[3;5Hhere".into()),
        ("reset", "\x1b[31m\x1b[3;5rtext\x1b(0\x1bcplain q".into()),
        (
            "strings",
            "a\x1b]0;t\x07b\x1b]8;;http://x\x1b\\c\x1b]8;;\x1b\\d\x1bP1$r\x1b\\e\x1b_app\x1b\\f\x1bkname\x1b\\g".into(),
        ),
        ("origin", "\x1b[5;10r\x1b[?6h\x1b[1;1HA\x1b[99;1HB\x1b[?6lC".into()),
        ("scroll-history", (0..100).map(|n| format!("line {n} \x1b[{}m{n}\x1b[m\r\n", 31 + n % 7)).collect()),
        ("wide-at-edge", format!("{}漢x\r\n{}漢字", "a".repeat(79), "b".repeat(78))),
        ("backspace", "abc\x08\x08X\r\n\x08\x08Y".into()),
        ("background-erase", background()),
        ("soft-hyphen-free-text", "naïve façade — “quotes” … ½ × ÷ ± µ\r\n".repeat(10)),
    ]
}

fn attributes() -> String {
    let single = (0..=107).filter(|n| ![5, 6, 8, 9].contains(n)).map(|n| format!("\x1b[{n}m{n:3}\x1b[m "));
    let pairs = [(1, 4), (3, 7), (2, 31), (4, 44), (7, 95)].map(|(a, b)| format!("\x1b[{a};{b}mpair\x1b[m "));
    single.chain(pairs).collect()
}

fn regions() -> String {
    let fill: String = (1..=24).map(|n| format!("\x1b[{n};1Hrow {n}")).collect();
    format!(
        "{fill}\x1b[5;15r\x1b[15;1H\n\nA\x1b[5;1H\x1bM\x1bMB\x1b[3S\x1b[2T\x1b[10;1H\x1b[2LC\x1b[12;1H\x1b[3MD\x1b[r\x1b[24;1H\nE"
    )
}

fn insert_delete() -> String {
    let fill: String = (1..=10).map(|n| format!("\x1b[{n};1Habcdefghijklmnop{n}")).collect();
    format!(
        "{fill}\x1b[2;5H\x1b[3@\x1b[3;5H\x1b[4P\x1b[4;5H\x1b[5X\x1b[5;1H\x1b[L\x1b[7;1H\x1b[2M\x1b[1;1H\x1b[99P\x1b[8;3H\x1b[99@"
    )
}

fn erase() -> String {
    let fill: String = (1..=12).map(|n| format!("\x1b[{n};1H\x1b[32mabcdefghijklmnop{n}")).collect();
    format!(
        "{fill}\x1b[4;7m\x1b[2;5H\x1b[K\x1b[3;5H\x1b[1K\x1b[4;5H\x1b[2K\x1b[11;4H\x1b[J\x1b[5;3H\x1b[4X\x1b[m!\x1b[1;3H\x1b[1J"
    )
}

fn alternate() -> String {
    "primary\r\n\x1b[31mred\x1b[?1049halt\x1b[2;2Hmore\x1b[?1049l back\x1b[?47hold\x1b[?47l!\x1b[?1047hx\x1b[?1047ly\x1b[?1049h\x1b[?1049hz\x1b[?1049l.".into()
}

fn pending_wrap() -> String {
    let edge = "0123456789".repeat(8);
    format!(
        "{edge}\x1b[31mX\r\n{edge}\rY\r\n{edge}\x08Z\r\n{edge}\x1b[KW\r\n{edge}\x1b[A!\x1b[10;1H{edge}\x1b7\x1b[1;1H\x1b8V"
    )
}

fn moves() -> String {
    "\x1b[10;10HA\x1b[2AB\x1b[3BC\x1b[4CD\x1b[5DE\x1b[2EF\x1b[3FG\x1b[20GH\x1b[15dI\x1b[99;99HJ\x1b[0;0HK\x1b[5;7fL\x1b[30`M\x1bDN\x1bEO\x1bMP".into()
}

fn background() -> String {
    "\x1b[44m\x1b[2J\x1b[5;5Htext\x1b[41m\x1b[K\x1b[10;1H\x1b[42m\x1b[3L\x1b[12;3H\x1b[2M\x1b[43m\x1b[24;1H\n\n\x1b[45m\x1b[1;1H\x1bM\
     \x1b[46m\x1b[8;3H\x1b[4P\x1b[9;3H\x1b[4@\x1b[100m\x1b[2S\x1b[101m\x1b[3T\x1b[m\x1b[15;1H\x1b[J"
        .into()
}
