//! What is written is read again, and what anybody wrote does no harm.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failure is the test's failure")]

use proptest::prelude::*;

use super::*;
use crate::screen::Screen;

fn head() -> Head {
    let began = Timestamp::from_second(1_763_700_000).unwrap();
    Head { size: Size { rows: 24, cols: 80 }, began, title: "coder0".into() }
}

fn event(millis: u64, what: What) -> Event {
    Event { at: Duration::from_millis(millis), what }
}

#[test]
fn a_recording_is_read_as_it_was_written() {
    let events = vec![
        event(20, What::Output("a\u{1b}[31m\"\\\u{7}漢\r\n".into())),
        event(1500, What::Resize(Size { rows: 30, cols: 100 })),
        event(2000, What::Mark("◆ stuck: trust gate".into())),
    ];
    let text: String = std::iter::once(head().line()).chain(events.iter().map(Event::line)).collect();
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
    assert_eq!(read(text.as_bytes()), Ok(Cast { head: head(), events, skipped: 0 }));
}

#[test]
fn the_lines_are_those_of_the_format() {
    assert_eq!(event(1500, What::Resize(Size { rows: 30, cols: 100 })).line(), "[1.500000, \"r\", \"100x30\"]\n");
    let head: Value = serde_json::from_str(&head().line()).unwrap();
    assert_eq!((&head["version"], &head["width"], &head["height"]), (&json!(2), &json!(80), &json!(24)));
}

#[test]
fn half_a_line_and_what_is_no_event_are_passed_over() {
    let text = format!(
        "{}[0.1, \"o\", \"a\"]\n[0.2, \"i\", \"typed\"]\n[0.3, \"z\", \"?\"]\nnonsense\n[-1, \"o\", \"x\"]\n[1e300, \"o\", \"x\"]\n\
         [0.05, \"o\", \"b\"]\n[1, \"r\", \"9999x1\"]\n[2, \"o\", \"hal",
        head().line()
    );
    let cast = read(text.as_bytes()).unwrap();
    let millis: Vec<u128> = cast.events.iter().map(|event| event.at.as_millis()).collect();
    assert_eq!((millis, cast.skipped), (vec![100, 100], 5));
}

#[test]
fn what_is_no_recording_is_refused_in_words() {
    for (text, words) in [
        ("", "no asciicast header"),
        ("[1]", "no asciicast header"),
        ("{\"version\":3}", "version 3"),
        ("{\"version\":2,\"width\":0,\"height\":5}", "names no size"),
        ("{\"version\":2,\"width\":80,\"height\":100000}", "names no size"),
    ] {
        let why = read(text.as_bytes()).unwrap_err();
        assert!(why.words().contains(words), "{text}: {why}");
    }
}

#[test]
fn a_marker_and_a_title_cannot_steer_a_terminal() {
    let text = format!(
        "{}\n[1, \"m\", \"\\u001b[2J{}\"]",
        json!({"version":2,"width":9,"height":2,"title":"\u{1b}]0;x\u{7}"}),
        "y".repeat(999)
    );
    let cast = read(text.as_bytes()).unwrap();
    assert_eq!(cast.head.title, "␛]0;x␇");
    let What::Mark(words) = &cast.events[0].what else { panic!("a marker") };
    assert!(words.starts_with("␛[2Jy") && words.chars().count() == LONGEST_MARK);
}

#[test]
fn a_name_is_a_file_of_its_own_and_leads_nowhere() {
    for (name, file) in [("coder0", "coder0"), ("../x", "%2e%2e%2fx"), ("a b", "a%20b"), ("", "%"), (".", "%2e")] {
        assert_eq!(file_name(name), file);
    }
}

proptest! {
    #[test]
    fn bytes_become_the_same_text_however_they_are_cut(bytes in proptest::collection::vec(any::<u8>(), 0..60), cut in 0..60_usize) {
        let cut = cut.min(bytes.len());
        let mut decoder = Decoder::default();
        let said = decoder.text(&bytes[..cut]) + &decoder.text(&bytes[cut..]);
        let whole = String::from_utf8_lossy(&bytes).into_owned();
        prop_assert!(whole.starts_with(said.as_str()) && whole.len() - said.len() <= 3);
    }

    #[test]
    fn no_line_is_longer_than_its_cost(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let text = Decoder::default().text(&bytes);
        let line = Event { at: Duration::from_secs(99_999_999), what: What::Output(text) }.line();
        prop_assert!(line.len() <= cost(&bytes), "{line}");
    }

    #[test]
    fn text_draws_what_its_bytes_draw(text in "[a-zé漢\u{1b}\\[\\]0-9;mHJK\r\n]{0,60}", cut in 0..80_usize) {
        let bytes = text.as_bytes();
        let cut = cut.min(bytes.len());
        let size = Size { rows: 4, cols: 12 };
        let (mut one, mut other) = (Screen::new(size), Screen::new(size));
        let mut decoder = Decoder::default();
        for part in [&bytes[..cut], &bytes[cut..]] {
            one.feed(part);
            other.feed(decoder.text(part).as_bytes());
        }
        prop_assert_eq!(one.ansi(), other.ansi());
        prop_assert_eq!(one.cursor(), other.cursor());
    }

    #[test]
    fn anything_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut text = head().line().into_bytes();
        text.extend_from_slice(&bytes);
        let _ = read(&bytes);
        prop_assert!(read(&text).is_ok());
    }
}
