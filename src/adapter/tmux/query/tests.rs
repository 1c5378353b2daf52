//! The answers of tmux servers that a real one does not give on demand, and hostile texts.

#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;

use super::*;
use crate::fleet::ids::{PaneId, SessionId};

/// A line as tmux would print it, with these texts.
fn line(texts: [&str; 6]) -> String {
    let numbers = "4711|1795229711|3.3a|$1|1795229711|2|@2|%3|812|80|24|0||||0|1|1|1795229800|1|0|1";
    let quoted = texts.map(quote);
    format!("{numbers}|{}\n", quoted.join("|"))
}

/// What `#{s/[controls]/�/;q:…}` does to a value.
fn quote(text: &str) -> String {
    let mut quoted = String::new();
    for c in text.chars() {
        if "|&;<>()$`\\\"'*?[# =%".contains(c) {
            quoted.push('\\');
        }
        quoted.push(if matches!(c, '\u{1}'..='\u{1f}' | '\u{7f}') { '\u{fffd}' } else { c });
    }
    quoted
}

/// The kind of a state and its words.
fn kind(state: &ServerState) -> (&'static str, String) {
    match state {
        ServerState::Up { version, .. } => ("up", version.clone()),
        ServerState::Empty => ("empty", String::new()),
        ServerState::Absent => ("absent", String::new()),
        ServerState::OtherProtocol(says) => ("other protocol", says.clone()),
        ServerState::Unreachable(why) => ("unreachable", why.clone()),
    }
}

fn check_refusal(status: i32, stderr: &str, expected: &str, words: &str) {
    let output = Output { status, stdout: Vec::new(), stderr: stderr.into() };
    let (found, says) = kind(&listing(&output).state);
    assert_eq!(found, expected, "{stderr:?} → {says}");
    assert!(says.contains(words), "{stderr:?} → {says:?}, without {words:?}");
}

#[test]
fn each_refusal_of_tmux_is_its_own_state() {
    check_refusal(1, "no server running on /tmp/tmux-0/f\n", "absent", "");
    check_refusal(1, "error connecting to /tmp/tmux-0/f (No such file or directory)\n", "absent", "");
    check_refusal(1, "error connecting to /tmp/tmux-0/f (Connection refused)\n", "absent", "");
    check_refusal(1, "error connecting to /tmp/tmux-0/f (Permission denied)\n", "unreachable", "no right");
    check_refusal(0, "access not allowed\n", "unreachable", "no right");
    check_refusal(1, "protocol version mismatch (client 8, server 7)\n", "other protocol", "server 7");
    check_refusal(1, "server version is too old for client\n", "other protocol", "too old");
    check_refusal(1, "server exited unexpectedly\n", "unreachable", "hung up");
    check_refusal(1, "lost server\n", "unreachable", "hung up");
    check_refusal(1, "no current target\n", "empty", "");
    check_refusal(0, "", "empty", "");
    check_refusal(1, "directory /tmp/tmux-0 has unsafe permissions\n", "unreachable", "unsafe permissions");
    check_refusal(127, "", "unreachable", "no words");
}

#[test]
fn a_line_becomes_a_pane() {
    let found = parse(line(["a", "g", "node", "π - x", "/src", ""]).as_bytes()).unwrap();
    assert_eq!(kind(&found.state), ("up", "3.3a".to_owned()));
    let [pane] = found.panes.as_slice() else { panic!("{found:?}") };
    assert_eq!((pane.session.id, pane.pane, pane.pid), (SessionId(1), PaneId(3), 812));
    assert_eq!((pane.width, pane.height, pane.session.attached), (80, 24, 2));
    assert_eq!((pane.active, pane.piped, pane.in_mode, pane.cursor_shown), (true, true, false, true));
    assert_eq!((pane.dead, pane.mark.as_deref(), pane.session.group.as_deref()), (None, None, Some("g")));
}

#[test]
fn a_dead_pane_without_a_pid_is_still_a_pane_and_a_live_one_is_garbage() {
    let live = line(["a", "", "sh", "t", "/", ""]);
    let dead = live.replace("|812|80|24|0||||", "||80|24|1|3||1795229790|");
    let found = parse(dead.as_bytes()).unwrap().panes;
    assert_eq!(
        (found[0].pid, found[0].dead),
        (0, Some(DeadPane { status: Some(3), signal: None, at: Timestamp::from_second(1_795_229_790).ok() }))
    );
    assert!(parse(live.replace("|812|", "||").as_bytes()).is_err());
}

#[test]
fn something_else_than_a_list_is_told_with_its_line() {
    let good = line(["a", "", "sh", "t", "/", ""]);
    for garbage in ["x\n", "|||\n", "\n", &good.replace("4711", "x"), &format!("{good}{}", &good[..40])] {
        let why = parse(garbage.as_bytes()).unwrap_err();
        assert!(why.contains("line "), "{garbage:?} → {why}");
    }
}

#[test]
fn bytes_that_are_no_text_shift_nothing() {
    let mut raw = line(["a", "", "sh", "t", "/PATH", ""]).into_bytes();
    let at = raw.windows(4).position(|part| part == b"PATH").unwrap();
    raw.splice(at..at + 4, b"x\xff\\377\\|".iter().copied());
    let found = parse(&raw).unwrap();
    assert_eq!(found.panes[0].cwd, Reading::Known("/x\u{fffd}\u{fffd}|".into()));
}

proptest! {
    #[test]
    fn no_answer_panics(stdout in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&stdout);
    }

    #[test]
    fn an_answer_with_bytes_changed_never_panics(place in 0usize..200, byte in any::<u8>()) {
        let mut raw = line(["a b", "", "sh", "t|x", "/", "m"]).into_bytes();
        let place = place % raw.len();
        raw[place] = byte;
        let _ = parse(&raw);
    }

    #[test]
    fn hostile_texts_come_back_whole_and_shift_nothing(
        texts in proptest::array::uniform6("[^\u{0}-\u{1f}\u{7f}]{0,30}|[\\\\| #$é漢]{0,20}"),
    ) {
        let [name, group, command, title, cwd, mark] = texts.each_ref().map(String::as_str);
        let found = parse(line([name, group, command, title, cwd, mark]).as_bytes()).unwrap();
        let pane = &found.panes[0];
        prop_assert_eq!(&pane.session.name, name);
        prop_assert_eq!(pane.session.group.as_deref().unwrap_or_default(), group);
        prop_assert_eq!(&pane.command, command);
        prop_assert_eq!(&pane.title, title);
        prop_assert_eq!(pane.cwd.known().map_or("", String::as_str), cwd);
        prop_assert_eq!(pane.mark.as_deref().unwrap_or_default(), mark);
    }
}
