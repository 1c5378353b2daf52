//! The ring on a real disk.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failure is the test's failure")]

use std::{sync::mpsc::Receiver, time::Instant};

use super::*;

const SIZE: Size = Size { rows: 4, cols: 20 };

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(1_763_700_000_000 + millis).unwrap()
}

/// A recording of one megabyte in a folder, and why it ended.
fn track(recorder: &Recorder, folder: &Path) -> (Track, Receiver<String>) {
    let (ended, why) = mpsc::channel();
    let wish = Wish { agent: "coder0".into(), megabytes: 1, whole: Whole::default() };
    (recorder.track(folder.to_owned(), &wish, move |why| ended.send(why).unwrap()), why)
}

/// Waits until everything is on the disk.
fn settled(recorder: &Recorder) {
    let end = Instant::now() + Duration::from_secs(20);
    while recorder.waiting.load(Ordering::Relaxed) > 0 {
        assert!(Instant::now() < end, "the recorder does not write");
        std::thread::yield_now();
    }
}

fn casts(folder: &Path) -> Vec<Cast> {
    files(folder).unwrap().iter().map(|(path, _)| cast::read(&fs::read(path).unwrap()).unwrap()).collect()
}

fn said(cast: &Cast) -> String {
    let text = cast.events.iter().map(|event| match &event.what {
        What::Output(text) => text.replace(RESET, "<reset>"),
        What::Mark(words) => format!("<{words}>"),
        What::Resize(size) => format!("<{}x{}>", size.cols, size.rows),
    });
    text.collect()
}

#[test]
fn what_is_recorded_is_private_and_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("mosaic-top/records/default/coder0");
    let recorder = Recorder::start().unwrap();
    let (track, _why) = track(&recorder, &folder);
    assert!(track.begin(false, SIZE, at(20), b"seed".to_vec()) && track.bytes(at(1500), b" \xe6\xbc".to_vec()));
    assert!(track.bytes(at(1600), b"\xa2\x1b[m".to_vec()) && track.mark(at(1700), "◆ stuck".into()));
    settled(&recorder);
    let [cast] = casts(&folder).try_into().unwrap();
    assert_eq!(said(&cast), "seed 漢\u{1b}[m<◆ stuck>");
    assert_eq!((cast.head.title.as_str(), cast.events[0].at.as_millis(), cast.skipped), ("coder0", 20, 0));
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&files(&folder).unwrap()[0].0), mode(&folder)), (0o600, 0o700));
    assert_eq!(mode(&dir.path().join("mosaic-top")), 0o700);
}

#[test]
fn a_small_file_is_taken_up_again_also_after_half_a_line() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("coder0");
    let recorder = Recorder::start().unwrap();
    let (first, _why) = track(&recorder, &folder);
    assert!(first.begin(false, SIZE, at(0), b"one".to_vec()));
    settled(&recorder);
    // Whoever writes it is not disturbed.
    let other = Recorder::start().unwrap();
    let (second, _why) = track(&other, &folder);
    assert!(second.begin(false, SIZE, at(10), b"two".to_vec()));
    settled(&other);
    assert_eq!(files(&folder).unwrap().len(), 2);
    drop((first, second, recorder));
    drop(other);
    let newest = files(&folder).unwrap().pop().unwrap().0;
    OpenOptions::new().append(true).open(&newest).unwrap().write_all(b"[0.5, \"o\", \"hal").unwrap();
    let recorder = Recorder::start().unwrap();
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let (third, _why) = track(&recorder, &folder);
        assert!(third.begin(false, SIZE, at(20), b"three".to_vec()));
        settled(&recorder);
        match files(&folder).unwrap().len() {
            2 => break,
            // The other thread had not let go yet.
            _ => fs::remove_file(files(&folder).unwrap().pop().unwrap().0).unwrap(),
        }
        assert!(Instant::now() < end, "the file is not taken up again");
    }
    let newest = casts(&folder).pop().unwrap();
    assert!(said(&newest).starts_with("two<20x4><reset>three"), "{}", said(&newest));
    assert_eq!(newest.skipped, 1);
}

#[test]
fn the_oldest_goes_when_the_newest_needs_its_room() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("coder0");
    let recorder = Recorder::start().unwrap();
    let (track, _why) = track(&recorder, &folder);
    for round in 0..60 {
        let text = format!("round {round}");
        assert!(track.begin(true, SIZE, at(round * 1000), text.into_bytes()));
        assert!(track.bytes(at(round * 1000 + 1), vec![0x1b; 10_000]));
        settled(&recorder);
        let total: u64 = files(&folder).unwrap().iter().map(|(_, size)| size).sum();
        assert!(total <= 1_000_000, "{total} bytes");
    }
    let kept = casts(&folder);
    assert!(kept.len() > 5 && said(kept.last().unwrap()).starts_with("round 59"), "{} files", kept.len());
    assert!(!said(&kept[0]).starts_with("round 0\u{1b}"));
}

#[test]
fn what_cannot_be_written_ends_the_recording_with_its_reason() {
    let dir = tempfile::tempdir().unwrap();
    let open = dir.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    for (folder, words) in [(open, "chmod 700"), (dir.path().join("file/x"), "file/x")] {
        let recorder = Recorder::start().unwrap();
        let (track, why) = track(&recorder, &folder);
        assert!(track.begin(false, SIZE, at(0), b"x".to_vec()));
        let why = why.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(why.contains(words), "{why}");
        assert!(track.bytes(at(1), b"more".to_vec()), "whoever does not know yet is not held up");
    }
}

#[test]
fn nobody_waits_for_a_disk_that_does_not_keep_up() {
    let recorder = Recorder { jobs: mpsc::channel().0, waiting: Arc::default(), next: Arc::default() };
    let (jobs, inbox) = mpsc::channel();
    let recorder = Recorder { jobs, ..recorder };
    let dir = tempfile::tempdir().unwrap();
    let (track, _why) = track(&recorder, dir.path());
    let taken = (0..100).filter(|_| track.bytes(at(0), vec![0; 100_000])).count();
    assert_eq!(taken, MOST_WAITING / 100_000);
    drop(inbox);
}
