//! How fast a mirror takes in what a pane prints, and how long writing its picture down takes. `cargo bench`.
//!
//! The corpora are what makes panes loud: `yes`, colours, a log, wide characters. They are made up, the same each time.
#![allow(clippy::unwrap_used, reason = "a failure is the bench's failure")]

use divan::{Bencher, counter::BytesCount};
use mosaic_top::{
    fleet::gate::{Glance, Rules},
    screen::{Screen, Size},
};

/// What one pane prints in a burst.
const BURST: usize = 1 << 20;

const SIZES: [(u16, u16); 2] = [(24, 80), (50, 200)];
const CORPORA: [&str; 4] = ["yes", "colours", "log", "wide"];

fn main() {
    divan::main();
}

#[divan::bench(args = CORPORA)]
fn bytes_are_fed(bencher: Bencher, corpus: &str) {
    let bytes = burst(corpus);
    let mut screen = Screen::new(Size { rows: 50, cols: 200 });
    // In pieces as tmux hands them over.
    bencher
        .counter(BytesCount::new(bytes.len()))
        .bench_local(|| bytes.chunks(4096).for_each(|piece| screen.feed(piece)));
}

#[divan::bench(args = SIZES)]
fn picture_is_written_down(bencher: Bencher, (rows, cols): (u16, u16)) {
    let mut screen = Screen::new(Size { rows, cols });
    screen.feed(&burst("colours"));
    bencher.bench_local(|| screen.dump());
}

/// One look at a screen full of a dialog's text: it must stay far below a millisecond.
#[divan::bench(args = ["claude", "codex", "other"])]
fn screen_is_read_by_the_rules(bencher: Bencher, runtime: &str) {
    let rules = Rules::builtin();
    let mut screen = Screen::new(Size { rows: 50, cols: 200 });
    screen.feed(&burst("log")[..40_000]);
    screen.feed("\r\n Quick safety check: is this a project you trust?\r\n\r\n ❯ No, exit\r\n   Yes, I trust this folder\r\n\r\n Enter to confirm".as_bytes());
    let glance = Glance {
        screen: &screen,
        runtime: Some(runtime),
        version: None,
        title: "",
        cursor_shown: Some(false),
        command: runtime,
        ended: false,
        still: None,
    };
    bencher.bench_local(|| rules.read(&glance));
}

fn burst(corpus: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(BURST + 256);
    for line in 0.. {
        bytes.extend_from_slice(
            match corpus {
                "yes" => "y\r\n".to_owned(),
                "colours" => colours(line),
                "wide" => format!("{line} 翻訳テスト naïve café 🦊 ─────── e\u{301} 日本語の行\r\n"),
                _ => {
                    format!("2026-06-20T21:14:03Z INFO  worker-{} GET /page/{line} 200 {} ms\r\n", line % 8, line % 913)
                }
            }
            .as_bytes(),
        );
        if bytes.len() >= BURST {
            break;
        }
    }
    bytes
}

/// Words of a few characters, each in colours of its own.
fn colours(line: u32) -> String {
    let word =
        |n: u32| format!("\x1b[1;38;5;{}m{:>6}\x1b[0m \x1b[48;2;{};20;40mx\x1b[m ", (line + n) % 256, line + n, n * 9);
    (0..12).map(word).chain(["\r\n".to_owned()]).collect()
}
