//! Reports of programs about themselves: what is told, what is passed over, and that a dump says the same.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::screen::{Screen, Size};

const SIZE: Size = Size { rows: 4, cols: 20 };

fn fed(stream: &[u8]) -> Screen {
    let mut screen = Screen::new(SIZE);
    screen.feed(stream);
    screen
}

/// What a stream leaves told: `state kind app message`, `-` for what is not told.
fn check(stream: &str, expected: &str) {
    let screen = fed(stream.as_bytes());
    let told = screen.status().map_or_else(String::new, |status| {
        let state = format!("{:?}", status.state).to_lowercase();
        let kind = status.kind.map_or("-".to_owned(), |kind| format!("{kind:?}").to_lowercase());
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        format!("{state} {kind} {} {}", text(&status.app), text(&status.message))
    });
    assert_eq!(told, expected, "{stream:?}");
    assert_eq!(Screen::drawn(SIZE, &screen.dump()).status(), screen.status(), "after a dump of {stream:?}");
}

#[test]
fn the_last_report_counts() {
    check("\x1b]7501;state=idle:app=codex\x1b\\", "idle - codex -");
    check("\x1b]7501;state=working\x07x\x1b]7501;state=done\x1b\\y", "done - - -");
    check("\x1b]7501;state=blocked:app=codex:kind=question\x1b\\", "blocked question codex -");
    check(
        "\x1b]7501;state=blocked:app=claude-code:kind=permission:msg=dHJ1c3QgdGhpcyBmb2xkZXI=\x1b\\",
        "blocked permission claude-code trust this folder",
    );
    check("\x1b]7501;state=error:msg=YQ\x1b\\", "error - - a");
}

#[test]
fn a_report_is_taken_back_by_clear_and_by_a_reset_of_the_terminal() {
    check("\x1b]7501;state=working\x07\x1b]7501;state=clear\x07", "");
    check("\x1b]7501;state=working\x07\x1bc", "");
}

#[test]
fn what_is_no_report_changes_nothing() {
    for other in
        ["?", "?:states=idle,working", "state=dancing", "state", "", "kind=question", "STATE=idle", "0;state=idle"]
    {
        check(&format!("\x1b]7501;state=working\x07\x1b]7501;{other}\x07"), "working - - -");
    }
    check("\x1b]75010;state=idle\x07\x1b]750;state=idle\x07\x1b]0;state=idle\x07", "");
    check("\x1b]7501;state=idle:kind=dancing:msg=%%%\x07", "idle - - -");
    check("\x1b]7501;state=idle", "");
}

#[test]
fn a_report_draws_nothing_and_a_half_said_one_waits_through_a_dump() {
    let screen = fed(b"ab\x1b]7501;state=working\x07cd");
    assert_eq!(screen.text()[0], "abcd");
    let half = fed(b"ab\x1b]7501;state=work");
    let mut copy = Screen::drawn(SIZE, &half.dump());
    copy.feed(b"ing\x07cd");
    assert_eq!((copy.text()[0].as_str(), copy.status().map(|it| it.state)), ("abcd", Some(ProgramState::Working)));
}

#[test]
fn long_texts_are_cut_and_a_new_seed_keeps_the_report() {
    let message = BASE64.encode("é".repeat(5000));
    let screen = fed(format!("\x1b]7501;state=idle:app={}:msg={message}\x07", "a".repeat(500)).as_bytes());
    let status = screen.status().unwrap();
    assert_eq!((status.app.as_ref().unwrap().len(), status.message.as_ref().unwrap().len()), (64, 1024));
    assert_eq!(Screen::new(SIZE).with_status_of(&screen).status(), screen.status());
    let newer = fed(b"\x1b]7501;state=error\x07").with_status_of(&screen);
    assert_eq!(newer.status().unwrap().state, ProgramState::Error);
}

proptest! {
    #[test]
    fn any_report_survives_a_dump_and_draws_nothing(
        report in proptest::collection::vec(any::<u8>().prop_filter("ends the string", |b| !matches!(b, 0x07 | 0x18 | 0x1a | 0x1b)), 0..200),
        state in "(idle|working|done|blocked|error|clear|x)",
        message in "\\PC{0,40}",
    ) {
        let mut stream = format!("\x1b]7501;state={state}:msg={}:", BASE64.encode(message)).into_bytes();
        stream.extend_from_slice(&report);
        stream.extend_from_slice(b"\x1b\\");
        let screen = fed(&stream);
        prop_assert!(screen.text().iter().all(String::is_empty));
        let copy = Screen::drawn(SIZE, &screen.dump());
        prop_assert_eq!(copy.status(), screen.status());
    }
}
