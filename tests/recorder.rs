//! The flight recorder on real parts: what it kept is what the mirror showed, it stays within its bounds, and whatever
//! happens to it happens to nobody else.
#![allow(clippy::disallowed_methods, reason = "tests work with real files, programs and clocks")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is the test's failure")]

mod support;
#[path = "support/mirror.rs"]
mod watching;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use mosaic_top::{
    adapter::{recorder, tap::client::Mirrors},
    fleet::{
        cast::{self, Cast, What},
        mirror::Feed,
        reel::{Projector, Reel},
    },
    screen::Screen,
};
use serde_json::Value;
use support::{SOON, Tmux, block_on, describe, wait_until};
use watching::{Player, Watched, agrees, kill_taps, mirrors, pane_of, picture, program, server, tap};

/// Where the records of a server's agents are in these tests.
fn root(tmux: &Tmux) -> PathBuf {
    tmux.tmpdir().join("state/mosaic-top/records")
}

/// The mirrors of a server whose tap keeps its records below the server's own directory: it is started here, by hand,
/// because it takes the place from its environment.
fn recording(tmux: &Tmux) -> Arc<Mirrors> {
    recording_in(tmux, &tmux.tmpdir().join("state"))
}

fn recording_in(tmux: &Tmux, state: &Path) -> Arc<Mirrors> {
    let mirrors = mirrors(tmux);
    let pid = mirrors.server.pid.to_string();
    let mut command = program(tmux, &["__tap", "--server", &pid, "--on", tmux.name()]);
    let output = command.env("XDG_STATE_HOME", state).output().unwrap();
    assert!(output.status.success(), "{}", describe(&output));
    mirrors
}

fn folder(tmux: &Tmux, agent: &str) -> PathBuf {
    recorder::folder(&root(tmux), &tmux.socket(), agent)
}

fn files(folder: &Path) -> Vec<(PathBuf, u64)> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.map(|path| (path.clone(), path.metadata().map_or(0, |file| file.len()))).collect();
    files.sort();
    files
}

fn casts(folder: &Path) -> Vec<Cast> {
    files(folder).iter().map(|(path, _)| cast::read(&fs::read(path).unwrap()).unwrap()).collect()
}

/// What the record shows at its end.
fn at_the_end(casts: Vec<Cast>) -> Screen {
    let reel = Reel::of(casts);
    let length = reel.length();
    let mut projector = Projector::of(reel);
    projector.seek(length);
    Screen::drawn(projector.screen().size(), &projector.screen().dump())
}

/// Waits until the record ends with what a watcher sees.
#[track_caller]
fn ends_with(folder: &Path, watched: &Watched) {
    let seen = watched.picture().expect("there is a picture");
    wait_until("the record ends with what the mirror shows", SOON, || {
        let casts = casts(folder);
        let end = if casts.is_empty() { None } else { Some(picture(&at_the_end(casts))) };
        if end.as_ref() == Some(&seen) { Ok(()) } else { Err((end, seen.clone())) }
    });
}

/// Takes whatever comes until `holds`, also on a machine that has much else to do.
async fn patiently(watched: &mut Watched, what: &str, holds: impl Fn(&Watched) -> bool) {
    for _ in 0..300 {
        if holds(watched) {
            return;
        }
        watched.for_a_while(Duration::from_millis(200)).await;
    }
    panic!("not within a minute: {what}");
}

fn outputs(casts: &[Cast]) -> String {
    let events = casts.iter().flat_map(|cast| &cast.events);
    events.filter_map(|event| if let What::Output(text) = &event.what { Some(text.as_str()) } else { None }).collect()
}

fn marks(casts: &[Cast]) -> Vec<String> {
    let events = casts.iter().flat_map(|cast| &cast.events);
    events.filter_map(|event| if let What::Mark(words) = &event.what { Some(words.clone()) } else { None }).collect()
}

#[test]
fn what_is_replayed_is_what_the_mirror_showed() {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", 80, 24);
    player.play("before the record \x1b[1;31mred\x1b[m\r\n");
    block_on(async {
        let mirrors = recording(&tmux);
        let (server, pane) = (server(&tmux), pane_of(&tmux, "a"));
        let mut watched = Watched::open_recorded(&mirrors, pane, "a", 10);
        watched.until("a picture", |w| w.shows("before the record")).await;
        watched.mark("● working");
        // Half a character at a time, colours, an alternate screen, a title and a clipboard that must not get out.
        for piece in [
            "漢".as_bytes(),
            b"\xe6",
            b"\xbc\xa2",
            b"\x1b]0;t\x07\x1b]52;c;eA==\x07",
            b"\x1b[3",
            b"2mgreen\x1b[m",
            b"\xff",
        ] {
            player.play(piece);
            watched.for_a_while(Duration::from_millis(20)).await;
        }
        agrees(&mut watched, &server, pane, "before the alternate screen").await;
        ends_with(&folder(&tmux, "a"), &watched);
        player.play("\x1b[?1049h\x1b[2J\x1b[5;5Halternate\x1b[2;20r\x1b[20;1H");
        agrees(&mut watched, &server, pane, "on the alternate screen").await;
        ends_with(&folder(&tmux, "a"), &watched);
        tmux.tmux(&["resize-window", "-t", "=a:", "-x", "100", "-y", "30"]);
        watched.reseed();
        watched.until("the new size", |w| w.screen.as_ref().is_some_and(|s| s.size().cols == 100)).await;
        player.play("\r\nwider");
        agrees(&mut watched, &server, pane, "after the resize").await;
        ends_with(&folder(&tmux, "a"), &watched);
    });
    let casts = casts(&folder(&tmux, "a"));
    assert_eq!((casts.len(), marks(&casts)), (1, vec!["● working".to_owned()]));
    let shown = program(&tmux, &["replay", "a", "--dump", "end"]).output().unwrap();
    assert!(shown.status.success() && describe(&shown).contains("wider"), "{}", describe(&shown));
}

/// What asciicast v2 demands of a file, word for word: <https://docs.asciinema.org/manual/asciicast/v2/>. It shares nothing with
/// our own reader, which forgives much. How often each kind of event is there.
fn is_asciicast(path: &Path) -> BTreeMap<String, usize> {
    let text = String::from_utf8(fs::read(path).unwrap()).expect("UTF-8");
    assert!(text.ends_with('\n'), "its last line is not whole");
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("one JSON value a line"));
    let head = lines.next().expect("a header");
    let natural = |value: &Value| value.as_u64().is_some_and(|number| number > 0);
    let strings = |value: &Value| value.as_object().is_some_and(|map| map.values().all(Value::is_string));
    for (key, value) in head.as_object().expect("the header is an object") {
        let fits = match key.as_str() {
            "version" => *value == 2,
            "width" | "height" | "timestamp" => natural(value),
            "duration" | "idle_time_limit" => value.is_f64(),
            "command" | "title" => value.is_string(),
            "env" | "theme" => strings(value),
            _ => false,
        };
        assert!(fits, "{key} in the header: {value}");
    }
    assert!(["version", "width", "height"].iter().all(|key| head.get(key).is_some()), "{head}");
    let (mut latest, mut kinds) = (0.0, BTreeMap::new());
    for event in lines {
        let [at, code, data] = event.as_array().map(Vec::as_slice).expect("an event is an array") else {
            panic!("an event of another length: {event}");
        };
        let (at, code, data) = (at.as_f64().unwrap(), code.as_str().unwrap(), data.as_str().unwrap());
        assert!(at >= latest, "a time that goes back, from {latest} to {event}");
        latest = at;
        match code {
            "o" | "m" => {}
            "r" => {
                let (columns, rows) = data.split_once('x').expect("COLSxROWS");
                assert!(
                    columns.parse::<u16>().is_ok_and(|n| n > 0) && rows.parse::<u16>().is_ok_and(|n| n > 0),
                    "{event}"
                );
            }
            _ => panic!("an event of no kind: {event}"),
        }
        *kinds.entry(code.to_owned()).or_default() += 1;
    }
    kinds
}

#[test]
fn what_is_written_is_asciicast_v2_to_the_letter() {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", 80, 24);
    block_on(async {
        let mirrors = recording(&tmux);
        let mut watched = Watched::open_recorded(&mirrors, pane_of(&tmux, "a"), "a", 10);
        watched.until("a picture", |w| w.screen.is_some()).await;
        watched.mark("● working");
        watched.mark("◆ stuck: “trust” \u{1b}[2J\n\u{202e}");
        // Every byte there is, half characters, and what JSON must escape.
        player.play((0..=255_u8).filter(|byte| *byte != 0x0e).collect::<Vec<_>>());
        player.play(b"\xe6\xbc");
        watched.for_a_while(Duration::from_millis(50)).await;
        player.play(b"\xa2").play(" \u{1f98a} \\ \" / \u{2028} \u{7f}\r\n");
        tmux.tmux(&["resize-window", "-t", "=a:", "-x", "100", "-y", "30"]);
        watched.reseed();
        watched.until("the new size", |w| w.screen.as_ref().is_some_and(|s| s.size().cols == 100)).await;
        player.play("\x1bc\x0fthe last words");
        watched.until("the last words", |w| w.shows("the last words")).await;
        ends_with(&folder(&tmux, "a"), &watched);
    });
    let files = files(&folder(&tmux, "a"));
    assert_eq!(files.len(), 1);
    let kinds = is_asciicast(&files[0].0);
    assert!(["o", "r", "m"].iter().all(|kind| kinds.contains_key(*kind)), "{kinds:?}");
}

/// The sum of all files never exceeds what may be kept, and the newest are there.
#[test]
fn a_flood_stays_within_the_bound_and_leaves_the_newest() {
    let tmux = Tmux::new();
    let player = Player::start(&tmux, "a", 80, 24);
    let folder = folder(&tmux, "a");
    block_on(async {
        let mirrors = recording(&tmux);
        let pane = pane_of(&tmux, "a");
        let mut watched = Watched::open_recorded(&mirrors, pane, "a", 1);
        watched.until("a picture", |w| w.screen.is_some()).await;
        // A stream that is no flood yet, and one that is.
        let fifo = player.fifo().display().to_string();
        let script = format!(
            "i=0; while [ $i -lt 150 ]; do i=$((i+1)); head -c 12000 /dev/urandom | base64; sleep 0.01; done >{fifo}; \
             head -c 8000000 /dev/urandom | base64 >{fifo}; sleep 0.3; printf '\\r\\nthe last line' >{fifo}"
        );
        let mut flood = Command::new("sh").args(["-c", &script]).spawn().unwrap();
        let mut most = 0;
        while flood.try_wait().unwrap().is_none() {
            watched.for_a_while(Duration::from_millis(20)).await;
            most = most.max(files(&folder).iter().map(|(_, size)| size).sum::<u64>());
        }
        // The pane is still printing when all has been written.
        patiently(&mut watched, "the last line", |w| w.shows("the last line")).await;
        watched.for_a_while(Duration::from_millis(600)).await;
        ends_with(&folder, &watched);
        most = most.max(files(&folder).iter().map(|(_, size)| size).sum::<u64>());
        assert!((400_000..=1_000_000).contains(&most), "{most} bytes at most");
    });
    // Each by itself is a picture and what followed, for other players, too.
    assert!(files(&folder).iter().all(|(path, _)| is_asciicast(path).contains_key("o")));
    for cast in casts(&folder) {
        let alone = at_the_end(vec![cast]);
        assert!(alone.text().iter().any(|row| row.len() > 60), "{:?}", alone.text());
    }
}

#[test]
fn two_who_watch_one_agent_keep_one_record() {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", 80, 24);
    player.play("first\r\n");
    block_on(async {
        let mirrors = recording(&tmux);
        let pane = pane_of(&tmux, "a");
        let mut one = Watched::open_recorded(&mirrors, pane, "a", 10);
        let mut two = Watched::open_recorded(&mirrors, pane, "a", 10);
        for watched in [&mut one, &mut two] {
            watched.until("a picture", |w| w.shows("first")).await;
            watched.mark("● working");
        }
        player.play("second\r\n");
        for watched in [&mut one, &mut two] {
            watched.until("the second line", |w| w.shows("second")).await;
        }
        ends_with(&folder(&tmux, "a"), &one);
        drop(two);
        player.play("third\r\n");
        one.until("the third line", |w| w.shows("third")).await;
        ends_with(&folder(&tmux, "a"), &one);
    });
    let casts = casts(&folder(&tmux, "a"));
    assert_eq!(casts.len(), 1);
    assert_eq!(outputs(&casts).matches("second").count(), 1);
    assert_eq!(marks(&casts), ["● working"]);
}

/// The tap is killed while bytes come, within a line; the next one goes on with the same record.
#[test]
fn a_tap_that_is_killed_leaves_a_record_that_goes_on() {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", 80, 24);
    let folder = folder(&tmux, "a");
    let recorded = |words: &str| {
        wait_until(&format!("{words} is recorded"), SOON, || {
            let said = outputs(&casts(&folder));
            if said.contains(words) { Ok(()) } else { Err(said) }
        });
    };
    block_on(async {
        let mirrors = recording(&tmux);
        let pane = pane_of(&tmux, "a");
        let mut watched = Watched::open_recorded(&mirrors, pane, "a", 10);
        watched.until("a picture", |w| w.screen.is_some()).await;
        player.play("one\r\n");
        recorded("one");
        kill_taps(&[tap(&tmux)]);
        // What a kill within a line leaves.
        let newest = files(&folder).pop().unwrap().0;
        let mut text = fs::read(&newest).unwrap();
        text.extend_from_slice(b"[1.5, \"o\", \"hal");
        fs::write(&newest, text).unwrap();
        // Without the tap tmux drops the pipe at the next output; then a new tap comes.
        player.play("lost\r\n");
        let again = recording(&tmux);
        drop(mirrors);
        // A tap that ended without a word is tried again after a while.
        patiently(&mut watched, "the new tap", |w| w.pictures > 1 && w.feed == Some(Feed::Live)).await;
        player.play("two\r\n");
        watched.until("two", |w| w.shows("two")).await;
        recorded("two");
        ends_with(&folder, &watched);
        drop(again);
    });
    let casts = casts(&folder);
    assert_eq!(casts.iter().map(|cast| cast.skipped).sum::<usize>(), 1, "half a line is passed over");
    assert!(outputs(&casts).contains("one"));
}

/// A disk that was mounted for a test.
struct Mounted(PathBuf);
impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-l"]).arg(&self.0).status();
    }
}

/// On a disk that is full the recording ends with a word; the mirror goes on.
#[test]
fn a_full_disk_ends_the_recording_and_nothing_else() {
    let tmux = Tmux::new();
    let disk = tempfile::Builder::new().prefix("md").tempdir_in("/tmp").unwrap();
    let mount =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k,mode=0700", "none"]).arg(disk.path()).output();
    if !mount.as_ref().is_ok_and(|output| output.status.success()) {
        eprintln!("NOT APPLICABLE: a small disk cannot be mounted here, so a full one is not tried: {mount:?}");
        return;
    }
    let _mounted = Mounted(disk.path().to_owned());
    let mut player = Player::start(&tmux, "a", 80, 24);
    block_on(async {
        let mirrors = recording_in(&tmux, disk.path());
        let (server, pane) = (server(&tmux), pane_of(&tmux, "a"));
        let mut watched = Watched::open_recorded(&mirrors, pane, "a", 10);
        watched.until("a picture", |w| w.screen.is_some()).await;
        for line in 0..200 {
            player.play(format!("{line} {}\r\n", "x".repeat(700)));
        }
        watched.until("the word", |w| w.unrecorded.is_some()).await;
        let why = watched.unrecorded.clone().unwrap();
        assert!(why.contains("No space left"), "{why}");
        player.play("the mirror goes on");
        agrees(&mut watched, &server, pane, "after the disk was full").await;
        assert!(watched.gone.is_none());
        // Who comes later hears it, too.
        let mut late = Watched::open_recorded(&mirrors, pane, "a", 10);
        late.until("the word", |w| w.unrecorded.is_some()).await;
    });
}

/// Who wants no record gets none, and writes nothing.
#[test]
fn without_the_wish_nothing_is_written() {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", 80, 24);
    player.play("hello");
    block_on(async {
        let mirrors = recording(&tmux);
        let mut watched = Watched::open(&mirrors, pane_of(&tmux, "a"));
        watched.until("a picture", |w| w.shows("hello")).await;
    });
    assert!(!root(&tmux).exists());
}

/// What recording costs, for the documents: `cargo test --test recorder -- --ignored --nocapture`. With and without take
/// turns, so that a busy machine is as unfair to the one as to the other.
#[test]
#[ignore = "measures; holds nothing"]
fn what_recording_costs() {
    const ROUNDS: usize = 6;
    const ECHOES: usize = 150;
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", 200, 50);
    let line = format!("\x1b[32m{}\x1b[m\r\n", "some words of a usual line, ".repeat(6));
    let (mut echoes, mut streams) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    block_on(async {
        let mirrors = recording(&tmux);
        let pane = pane_of(&tmux, "a");
        for round in 0..ROUNDS * 2 {
            let on = round % 2;
            let mut watched = match on {
                1 => Watched::open_recorded(&mirrors, pane, "a", 10),
                _ => Watched::open(&mirrors, pane),
            };
            watched.until("a picture", |w| w.screen.is_some()).await;
            for echo in 0..ECHOES {
                let word = format!("e{round}-{echo}.");
                let begun = std::time::Instant::now();
                player.play(format!("\r{word}"));
                watched.until("the echo", |w| w.shows(&word)).await;
                echoes[on].push(begun.elapsed());
            }
            // 4 MB in pieces that are no flood.
            let begun = std::time::Instant::now();
            for piece in 0..100 {
                player.play(line.repeat(40_000 / line.len()));
                let word = format!("p{round}-{piece}.");
                player.play(&word);
                watched.until("the piece", |w| w.shows(&word)).await;
            }
            streams[on].push(begun.elapsed());
            drop(watched);
            // Longer than a pipe outlives its last watcher.
            tokio::time::sleep(Duration::from_secs(4)).await;
        }
    });
    for (on, word) in ["off", "on"].iter().enumerate() {
        echoes[on].sort();
        streams[on].sort();
        let (echo, stream) = (&echoes[on], &streams[on]);
        println!(
            "recording {word}: echo p50 {:?}, p99 {:?}; 4 MB in {:?} (median of {ROUNDS})",
            echo[echo.len() / 2],
            echo[echo.len() * 99 / 100],
            stream[stream.len() / 2],
        );
    }
}
