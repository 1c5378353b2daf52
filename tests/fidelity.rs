//! Our screen against tmux's own, cell by cell: recorded programs and generated streams, played into a real pane.
//!
//! Each stream is compared at several moments, once with a screen that saw it from the beginning and once with one
//! that was seeded in the middle. The mismatches are printed as a table; what is known to differ stands in
//! `fidelity/known.txt` with its reason, and nothing else may. `scripts/bench fidelity` runs this with a newer tmux, too.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "fidelity/generated.rs"]
mod generated;
mod support;
#[path = "support/mirror.rs"]
mod watching;

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path, process::Command};

use mosaic_top::{
    adapter::tap::server::Server,
    fleet::ids::PaneId,
    screen::{Screen, Size, seed::Seed},
};
use support::{SOON, Tmux, block_on, wait_until};
use watching::{Player, pane_of, server};

/// What is known to differ, as data. A stream that keeps its pen from before the seed to after it is drawn with the
/// default one until it sets it: that is most of it.
const KNOWN: &str = include_str!("fidelity/known.txt");

/// At how many moments each stream is compared.
const MOMENTS: usize = 6;

/// One stream and the size it is for.
struct Stream {
    name: String,
    size: Size,
    bytes: Vec<u8>,
}

fn generated_streams() -> Vec<Stream> {
    let stream = |(name, text): (&str, String)| Stream {
        name: name.to_owned(),
        size: Size { rows: 24, cols: 80 },
        bytes: text.into_bytes(),
    };
    generated::all().into_iter().map(stream).collect()
}

/// The recordings below `tests/cases/streams`, named `program-COLSxROWS.raw`.
fn recorded_streams() -> Vec<Stream> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/streams");
    let mut paths: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "raw"));
    paths.sort();
    let stream = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let (cols, rows) = name.rsplit_once('-').unwrap().1.split_once('x').unwrap();
        let size = Size { rows: rows.parse().unwrap(), cols: cols.parse().unwrap() };
        Stream { size, bytes: fs::read(&path).unwrap(), name }
    };
    paths.into_iter().map(stream).collect()
}

/// A place to cut near the wish, where no sequence and no character is half said: tmux and we then know the same.
fn cut(bytes: &[u8], wish: usize) -> usize {
    (wish..bytes.len()).find(|&at| bytes[at] == 0x1b && whole(&bytes[..at])).unwrap_or(bytes.len())
}

/// Whether these bytes do not end within a sequence: told by a title that is set after them.
fn whole(bytes: &[u8]) -> bool {
    let Some(last) = bytes.iter().rposition(|&byte| byte == 0x1b) else { return true };
    match &bytes[last..] {
        [_, b'[', rest @ ..] => rest.iter().any(|byte| (0x40..=0x7e).contains(byte)),
        [_, b']' | b'P' | b'_' | b'k', rest @ ..] => rest.contains(&7),
        [_, b'(' | b')' | b'#', _, ..] | [_, b'\\', ..] => true,
        [_, second, ..] => !b"()#".contains(second),
        _ => false,
    }
}

/// tmux's screen once it has drawn everything so far: it has when the title that follows has come.
async fn truth(tmux: &Tmux, player: &mut Player, server: &Server, pane: PaneId, moment: usize) -> Seed {
    let title = format!("moment {moment}");
    player.play(title_of(moment));
    wait_until("tmux has drawn it", SOON, || match tmux.ask("=a:", "#{pane_title}") {
        there if there == title => Ok(()),
        other => Err(other),
    });
    server.look(pane, None).await.unwrap().seed
}

/// What is played after a piece, to us as to tmux: it is a sequence like any other.
fn title_of(moment: usize) -> Vec<u8> {
    format!("\x1b]2;moment {moment}\x07").into_bytes()
}

/// How many cells differ, and the first of them in words.
fn differing(ours: &Screen, theirs: &Screen, strict: bool) -> (usize, String) {
    let size = theirs.size();
    let mut count = 0;
    let mut first = String::new();
    for (row, col) in (0..size.rows).flat_map(|row| (0..size.cols).map(move |col| (row, col))) {
        let background = |screen: &Screen| screen.cell(row, col).map(|cell| cell.style.bg);
        let blanks_differ = strict && background(ours) != background(theirs);
        if blanks_differ || !ours.cell_agrees_with(theirs, row, col) {
            count += 1;
            if first.is_empty() {
                let [ours, theirs] = [ours, theirs].map(|screen| in_short(screen, row, col));
                first = format!("{row},{col}: ours {ours}, tmux {theirs}");
            }
        }
    }
    if ours.cursor() != theirs.cursor() {
        count += 1;
        first = format!("cursor: ours {:?}, tmux {:?}; {first}", ours.cursor(), theirs.cursor());
    }
    (count, first)
}

/// One cell in few words.
fn in_short(screen: &Screen, row: u16, col: u16) -> String {
    screen.cell(row, col).map_or("none".into(), |cell| {
        let style = cell.style;
        let mut marks = String::new();
        for (on, mark) in
            [(style.bold, 'b'), (style.dim, 'd'), (style.italic, 'i'), (style.underline, 'u'), (style.inverse, 'v')]
        {
            marks.extend(on.then_some(mark));
        }
        format!("{:?} {marks} {:?}/{:?}", cell.text, style.fg, style.bg)
    })
}

/// Plays a stream and counts what differs at every moment: seen from the beginning, and seeded in the middle.
fn play(stream: &Stream) -> (usize, usize, String) {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", stream.size.cols, stream.size.rows);
    let (server, pane) = (server(&tmux), pane_of(&tmux, "a"));
    let mut from_start = Screen::new(stream.size);
    let mut seeded: Option<Screen> = None;
    let strict = keeps_backgrounds();
    let (mut wrong, mut wrong_seeded, mut words) = (0, 0, String::new());
    let mut done = 0;
    block_on(async {
        for moment in 1..=MOMENTS {
            let to = if moment == MOMENTS {
                stream.bytes.len()
            } else {
                cut(&stream.bytes, done.max(stream.bytes.len() * moment / MOMENTS))
            };
            let piece = &stream.bytes[done..to];
            done = to;
            player.play(piece);
            for screen in [Some(&mut from_start), seeded.as_mut()].into_iter().flatten() {
                screen.feed(piece);
                screen.feed(&title_of(moment));
            }
            let seed = truth(&tmux, &mut player, &server, pane, moment).await;
            let theirs = Screen::seeded(&seed);
            from_start.let_go();
            let (count, first) = differing(&from_start, &theirs, strict);
            wrong += count;
            if count > 0 {
                write!(words, "\n    moment {moment}: {count} cells; {first}").unwrap();
            }
            if let Some(screen) = &mut seeded {
                screen.let_go();
                let (count, first) = differing(screen, &theirs, strict);
                wrong_seeded += count;
                if count > 0 {
                    write!(words, "\n    seeded, moment {moment}: {count} cells; {first}").unwrap();
                }
            } else if moment == MOMENTS / 2 {
                seeded = Some(theirs);
            }
        }
    });
    (wrong, wrong_seeded, words)
}

/// Whether this tmux captures the background of erased cells: 3.5 and later do, and development builds.
fn keeps_backgrounds() -> bool {
    let output = Command::new("tmux").arg("-V").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let version = said.trim().trim_start_matches("tmux ").trim_start_matches("next-").to_owned();
    let mut numbers = version.split('.').map(|part| part.trim_end_matches(char::is_alphabetic).parse::<u32>());
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= (3, 5),
        _ => true,
    }
}

/// How many cells may differ in each stream, with this tmux.
fn known() -> BTreeMap<&'static str, usize> {
    let column = if keeps_backgrounds() { 2 } else { 1 };
    let line = |line: &'static str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert!(words.len() > 3, "{line:?} gives no reason");
        (words[0], words[column].parse().unwrap())
    };
    KNOWN.lines().filter(|line| !line.starts_with('#')).map(line).collect()
}

#[test]
fn what_is_known_to_differ_is_a_stream_that_is_played() {
    let there: Vec<String> =
        generated_streams().into_iter().chain(recorded_streams()).map(|stream| stream.name).collect();
    let gone: Vec<&str> = known().into_keys().filter(|name| !there.iter().any(|it| it == name)).collect();
    assert!(gone.is_empty(), "{gone:?} are not played any more");
}

fn check(streams: &[Stream]) {
    let (known, mut unknown) = (known(), Vec::new());
    println!("{:28} {:>7} {:>7} {:>7}", "stream", "bytes", "wrong", "seeded");
    for stream in streams {
        let (wrong, seeded, words) = play(stream);
        println!("{:28} {:>7} {wrong:>7} {seeded:>7}{words}", stream.name, stream.bytes.len());
        let allowed = known.get(stream.name.as_str()).copied().unwrap_or(0);
        if wrong + seeded > allowed {
            unknown.push(format!("{}: {wrong} wrong, {seeded} when seeded, {allowed} known", stream.name));
        }
    }
    assert!(unknown.is_empty(), "differs from tmux: {unknown:#?}");
}

#[test]
fn generated_streams_look_as_in_tmux() {
    check(&generated_streams());
}

#[test]
fn recorded_programs_look_as_in_tmux() {
    check(&recorded_streams());
}
