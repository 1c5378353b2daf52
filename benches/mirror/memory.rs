//! What one more mirror keeps in memory, measured in a fresh process: in one that ran before, freed memory would be used
//! again and the figure be too small.

use std::{env, fs, process::Command};

use mosaic_top::screen::{Screen, Size};

/// So many at once, so that what the allocator rounds up is shared.
const MIRRORS: usize = 400;

/// The word that makes this program measure once, and say kilobytes.
const WORD: &str = "--memory-of";

/// Prints the table.
pub(crate) fn table() {
    println!(
        "Memory of a mirror (one parser; the tap keeps one for each pane, a dashboard one for each that it shows):\n"
    );
    println!("| pane | nothing above | 5,000 lines above |\n|---|---|---|");
    for size in ["80x24", "200x50"] {
        let [none, many] = ["0", "5000"].map(|lines| {
            let output = Command::new(env::current_exe().unwrap()).args([WORD, size, lines]).output().unwrap();
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        });
        println!("| {} | {none} KB | {many} KB |", size.replace('x', "×"));
    }
}

/// The figure, where this process was started for one.
pub(crate) fn asked() -> Option<usize> {
    let words: Vec<String> = env::args().collect();
    let at = words.iter().position(|word| word == WORD)?;
    let (cols, rows) = words.get(at + 1)?.split_once('x')?;
    let size = Size { rows: rows.parse().ok()?, cols: cols.parse().ok()? };
    let lines: usize = words.get(at + 2)?.parse().ok()?;
    let before = resident();
    let screens: Vec<Screen> = (0..MIRRORS).map(|_| filled(size, lines)).collect();
    Some((resident() - before) / screens.len())
}

/// A screen with text in every cell, and so many lines that scrolled by before.
fn filled(size: Size, lines: usize) -> Screen {
    let mut screen = Screen::new(size);
    let row = format!("{}\r\n", "x".repeat(usize::from(size.cols) - 1));
    (0..lines + usize::from(size.rows)).for_each(|_| screen.feed(row.as_bytes()));
    screen
}

/// This process's resident memory in KB, as the kernel counts it page by page.
fn resident() -> usize {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup").unwrap();
    let line = rollup.lines().find(|line| line.starts_with("Rss:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
