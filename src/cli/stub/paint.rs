//! The agents that try a mirror: wide characters with every colour, and a program on the alternate screen. PURE.

use std::{fmt::Write as _, time::Duration};

use super::Step;
use crate::screen::Size;

const EVERY: Duration = Duration::from_millis(400);

/// A line of each kind of text, one more every step; every line ends in a bar of 24-bit colours.
pub(super) fn wide(n: u64, size: Size) -> Step {
    const LINES: [&str; 8] = [
        "漢字とかなの混ざった行を翻訳しています。",
        "한국어 문장도 한 줄 있습니다.",
        "┏━━━━━━━┳━━━━━━━┓  ┌─┬─┐  ╔═╦═╗  ╭─╮",
        "┃ wide  ┃ 全角  ┃  ├─┼─┤  ╠═╬═╣  │ │",
        "┗━━━━━━━┻━━━━━━━┛  └─┴─┘  ╚═╩═╝  ╰─╯",
        "emoji 🦀 🚀 ✨ 📦 🧪, combining é ñ ü, arrows ← → ↑ ↓",
        "\x1b[1mbold\x1b[0m \x1b[2mdim\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munderlined\x1b[0m \x1b[7minverse\x1b[0m",
        "▁▂▃▄▅▆▇█ ░▒▓ ⠋⠙⠹⠸⠼⠴ ◆ ● ○ ✖",
    ];
    let line = LINES[usize::try_from(n).unwrap_or(0) % LINES.len()];
    let mut bytes = format!("\x1b[?25l\x1b[38;5;{}m●\x1b[0m {line}\r\n  ", 33 + n % 6);
    let steps = u64::from(size.cols.saturating_sub(4).min(64));
    for i in 0..steps {
        let (warm, cold) = (255 * i / steps.max(1), 255 - 255 * i / steps.max(1));
        let _ = write!(bytes, "\x1b[48;2;{warm};{};{cold}m ", (n * 16 + i) % 256);
    }
    bytes.push_str("\x1b[0m\r\n");
    Step { bytes, pause: EVERY }
}

/// Two boxes on the alternate screen: a list with a moving highlight, and bars that grow and shrink.
pub(super) fn full_screen(n: u64, size: Size) -> Step {
    let mut bytes = String::from(if n == 0 { "\x1b[?1049h\x1b[2J\x1b[?25l" } else { "" });
    let (rows, cols) = (u64::from(size.rows), u64::from(size.cols));
    let half = cols / 2;
    let open = |bytes: &mut String, row: u64, col: u64| {
        let _ = write!(bytes, "\x1b[{};{}H", row + 1, col + 1);
    };
    for (left, width, title) in [(0, half, " backlog "), (half, cols - half, " ideas ")] {
        let inside = usize::try_from(width.saturating_sub(2)).unwrap_or(0);
        let bar = "─".repeat(inside.saturating_sub(title.len()));
        open(&mut bytes, 0, left);
        let _ = write!(bytes, "\x1b[34m╭\x1b[1m{title}\x1b[22m{bar}╮\x1b[0m");
        for row in 1..rows.saturating_sub(2) {
            open(&mut bytes, row, left);
            let text = if left == 0 { item(row, n) } else { meter(row, n, inside) };
            let blank = " ".repeat(inside.saturating_sub(text.chars().count()));
            let shown: String = text.chars().take(inside).collect();
            let style = if left == 0 && row == 1 + n / 3 % 12 { "7" } else { "36" };
            let _ = write!(bytes, "\x1b[34m│\x1b[0m\x1b[{style}m{shown}{blank}\x1b[0m\x1b[34m│\x1b[0m");
        }
        open(&mut bytes, rows.saturating_sub(2), left);
        let _ = write!(bytes, "\x1b[34m╰{}╯\x1b[0m", "─".repeat(inside));
    }
    open(&mut bytes, rows.saturating_sub(1), 0);
    let _ = write!(bytes, "\x1b[2m Build · sonnet · ctrl+p commands\x1b[0m\x1b[K");
    Step { bytes, pause: EVERY }
}

fn item(row: u64, n: u64) -> String {
    const ITEMS: [&str; 4] = ["shorten the start-up", "one error type", "drop the old flag", "a test for the clock"];
    let (Ok(i), done) = (usize::try_from(row), (row * 7 + n / 20).is_multiple_of(3)) else { return String::new() };
    if row > 12 { String::new() } else { format!(" {} {}", if done { "✔" } else { "·" }, ITEMS[i % ITEMS.len()]) }
}

fn meter(row: u64, n: u64, inside: usize) -> String {
    let wave = (row * 5 + n) % 24;
    let length = if wave > 12 { 24 - wave } else { wave };
    let cells = usize::try_from(length).unwrap_or(0) * inside.saturating_sub(4) / 12;
    if row.is_multiple_of(2) { String::new() } else { format!("  {}", "▇".repeat(cells)) }
}
