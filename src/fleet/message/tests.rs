//! The preamble to the byte, and what is left of a body.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is the test's failure")]

use proptest::prelude::*;

use super::*;

fn message(from: &str, to: &str, class: Option<Class>, body: &str) -> Message {
    Message { from: Label::new(from).unwrap(), to: Label::new(to).unwrap(), class, body: body.to_owned() }
}

fn check_write(class: Option<Class>, body: &str, expected: &str) {
    let message = message("web1:orch", "web2:coder0", class, body);
    assert_eq!(message.write(), expected);
    assert_eq!(Message::parse(expected), Some(message));
}

#[test]
fn the_preamble_is_the_contracts_to_the_byte() {
    check_write(None, "build it", "[web1:orch -> web2:coder0] build it");
    check_write(Some(Class::TerminalLog), "x", "[web1:orch -> web2:coder0 class=terminal-log] x");
    check_write(Some(Class::Actionable), "x", "[web1:orch -> web2:coder0 class=actionable] x");
    check_write(Some(Class::Human), "x", "[web1:orch -> web2:coder0 class=human] x");
    check_write(Some(Class::Reaction), "x", "[web1:orch -> web2:coder0 class=reaction] x");
}

#[test]
fn a_body_of_several_lines_has_its_preamble_before_the_first() {
    check_write(None, "one\ntwo\n] three", "[web1:orch -> web2:coder0] one\ntwo\n] three");
}

#[test]
fn what_is_no_message_is_not_read_as_one() {
    for text in [
        "",
        "build it",
        "[a -> b]",
        "[a -> b]x",
        "[a  -> b] x",
        "[a\t-> b] x",
        "[a -> b class=urgent] x",
        "[a -> b class=human]x",
        "[ -> b] x",
        "[a -> ] x",
        " [a -> b] x",
        "[a -> b\n] x",
    ] {
        assert_eq!(Message::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_reply_flips_the_labels() {
    let asked = Message::parse("[a:x -> b:y class=human] who?").unwrap();
    assert_eq!(asked.reply("me".to_owned()).write(), "[b:y -> a:x] me");
}

#[test]
fn the_sender_is_what_was_given_or_where_one_stands() {
    let sender = |from, session| Label::sender(from, "web1", session).unwrap().to_string();
    assert_eq!(sender(Some("me:here"), Some("orch")), "me:here");
    assert_eq!(sender(None, Some("orch")), "web1:orch");
    assert_eq!(sender(None, None), "operator:mosaic-top");
    assert!(Label::sender(Some("two words"), "web1", None).is_err());
    assert!(Label::sender(Some("admin\u{202e}toor"), "web1", None).is_err());
}

#[test]
fn an_unknown_class_is_refused_with_those_that_exist() {
    let error = Class::parse("urgent").unwrap_err().to_string();
    assert_eq!(error, "\"urgent\" is no class. Hint: terminal-log, actionable, human or reaction");
}

fn check_body(raw: &str, text: &str, stripped: usize) {
    let body = Body::clean(raw).unwrap();
    assert_eq!((body.text(), body.stripped()), (text, stripped), "{raw:?}");
}

#[test]
fn a_body_is_cleaned_of_what_could_steer_a_terminal() {
    check_body("plain", "plain", 0);
    check_body("one\r\ntwo\rthree\n\n", "one\ntwo\nthree", 0);
    check_body("a\tb\n", "a\tb", 0);
    check_body("\u{1b}[201~\u{1b}[31mred\u{7}", "[201~[31mred", 3);
    check_body("c1 \u{9b}31m del\u{7f}", "c1 31m del", 2);
    check_body("read \u{202e}fdp.exe\u{200b} now\u{e0061}", "read fdp.exe now", 3);
    check_body("漢字 👩\u{200d}💻 ", "漢字 👩\u{200d}💻", 0);
}

#[test]
fn an_empty_or_too_long_body_has_its_answer() {
    for raw in ["", "\n\n", " \t\n", "\u{1b}\u{7}"] {
        assert_eq!(Body::clean(raw), Err(MessageError::Empty), "{raw:?}");
    }
    assert_eq!(Body::clean(&"x".repeat(BODY_MOST)).unwrap().text().len(), BODY_MOST);
    let error = Body::clean(&"x".repeat(BODY_MOST + 1)).unwrap_err().to_string();
    assert_eq!(error, "the message has 100001 bytes, the most is 100000. Hint: write it into a file and send its path");
}

proptest! {
    #[test]
    fn what_is_written_reads_as_what_it_was(
        from in r"[^\s\p{C}]{0,11}[^\s\p{C}\]]",
        to in r"[^\s\p{C}]{0,11}[^\s\p{C}\]]",
        class in prop::sample::select(vec![None, Some(Class::TerminalLog), Some(Class::Actionable), Some(Class::Human), Some(Class::Reaction)]),
        body in r"(?s).{1,60}",
    ) {
        let message = message(&from, &to, class, &body);
        prop_assert_eq!(Message::parse(&message.write()), Some(message));
    }

    #[test]
    fn reading_never_fails_and_reads_what_it_would_write(text in r"(?s)\[?[\S]{0,4} ?-?>? ?.{0,30}") {
        if let Some(message) = Message::parse(&text) {
            prop_assert_eq!(message.write(), text);
        }
    }

    #[test]
    fn a_cleaned_body_is_clean_for_good(raw in r"(?s).{0,80}") {
        if let Ok(body) = Body::clean(&raw) {
            prop_assert!(!body.text().contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
            let again = Body::clean(body.text()).unwrap();
            prop_assert_eq!(again.text(), body.text());
        }
    }
}
