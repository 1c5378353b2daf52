//! Answers against menus that behave as programs do, and as they should not.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failure is the test's failure")]

use std::time::Duration;

use proptest::prelude::*;

use super::{Answer, Brake, Choice, Input, Step, Verdict};
use crate::fleet::gate::{Body, Kind, Opt, Prompt, Seen, State};

/// A program with a menu.
#[derive(Debug, Clone)]
struct Program {
    labels: Vec<&'static str>,
    at: usize,
    wraps: bool,
    /// So many keys are lost at first.
    deaf: usize,
    /// Keys do something only so many looks after they were pressed, in their order.
    lag: usize,
    waiting: Vec<(usize, String)>,
    /// So many Enters are lost.
    swallows: usize,
    /// How far one arrow moves.
    stride: usize,
    /// The highlight goes there by itself after so many looks.
    jumps: Option<(usize, usize)>,
    /// Another prompt takes its place after so many keys.
    changes_after: Option<usize>,
    /// The same question about something else comes after it.
    asks_again: bool,
    kind: Kind,
    sideways: bool,
    subject: String,
    keys: Vec<String>,
    looks: usize,
    chosen: Vec<&'static str>,
}

fn program(labels: &[&'static str], at: usize) -> Program {
    Program {
        labels: labels.to_vec(),
        at,
        wraps: true,
        deaf: 0,
        lag: 0,
        waiting: Vec::new(),
        swallows: 0,
        stride: 1,
        jumps: None,
        changes_after: None,
        asks_again: false,
        kind: Kind::Gate,
        sideways: false,
        subject: "touch a".to_owned(),
        keys: Vec::new(),
        looks: 0,
        chosen: Vec::new(),
    }
}

impl Program {
    fn prompt(&self) -> Prompt {
        let option = |(at, label): (usize, &&str)| Opt {
            label: (*label).to_owned(),
            number: None,
            selected: at == self.at,
            row: 10 + u16::try_from(at).unwrap_or_default(),
            does: label.starts_with("No").then(|| "quits".to_owned()),
            dangerous: label.starts_with("No") || label.starts_with("Update"),
        };
        let changed = self.changes_after.is_some_and(|keys| self.keys.len() >= keys);
        Prompt {
            rule: if changed { "claude.bypass" } else { "claude.trust" }.to_owned(),
            kind: self.kind,
            about: "trust".to_owned(),
            says: "asks something".to_owned(),
            line: String::new(),
            row: 3,
            body: Body::default(),
            subject: self.subject.clone(),
            options: self.labels.iter().enumerate().map(option).collect(),
            sideways: self.sideways,
            safe: self.labels.iter().position(|label| label.starts_with("Yes")),
            keys: Vec::new(),
            human: false,
            enter: None,
            resets: None,
        }
    }

    fn press(&mut self, key: &str) {
        self.keys.push(key.to_owned());
        self.waiting.push((self.looks + self.lag, key.to_owned()));
        self.take_keys();
    }

    fn take_keys(&mut self) {
        while let Some((_, key)) = self.waiting.first().filter(|(due, _)| *due <= self.looks).cloned() {
            self.waiting.remove(0);
            self.take(&key);
        }
    }

    fn take(&mut self, key: &str) {
        if self.deaf > 0 {
            self.deaf -= 1;
            return;
        }
        let last = self.labels.len() - 1;
        let (back, forth) = if self.sideways { ("Left", "Right") } else { ("Up", "Down") };
        for _ in 0..self.stride {
            self.at = match key {
                _ if key == forth && self.at < last => self.at + 1,
                _ if key == forth && self.wraps => 0,
                _ if key == back && self.at > 0 => self.at - 1,
                _ if key == back && self.wraps => last,
                _ => self.at,
            };
        }
        if key == "Enter" && self.swallows > 0 {
            self.swallows -= 1;
        } else if key == "Enter" {
            self.chosen.push(self.labels[self.at]);
            if self.asks_again {
                self.subject = "rm -rf b".to_owned();
                self.at = 0;
            }
        }
    }

    fn seen(&mut self) -> Seen {
        self.looks += 1;
        self.take_keys();
        if let Some((_, to)) = self.jumps.filter(|(after, _)| self.looks == *after) {
            self.at = to;
        }
        if self.chosen.is_empty() || self.asks_again {
            return Seen { prompt: Some(self.prompt()), ..Seen::default() };
        }
        let marker = crate::fleet::gate::Marker { rule: "claude.composer".to_owned(), line: String::new(), row: None };
        Seen { idle: Some(marker), ..Seen::default() }
    }

    /// Runs an answer to its end, each key and look a quarter of a second.
    fn answered(&mut self, choice: &Choice, agreed: bool) -> Verdict {
        let mut answer = match Answer::new(self.prompt(), choice, agreed) {
            Ok(answer) => answer,
            Err(why) => return Verdict::Refused(why),
        };
        let mut step = answer.next(Input::Start, Duration::ZERO);
        let mut looked = false;
        for tick in 1..400_u32 {
            let elapsed = Duration::from_millis(250) * tick;
            step = match step {
                Step::End(verdict) => return verdict,
                Step::Look { .. } => {
                    looked = true;
                    let seen = self.seen();
                    answer.next(Input::Saw(&seen), elapsed)
                }
                Step::Keys(keys) => {
                    assert!(looked, "keys on a screen that was not read: {keys:?}");
                    assert_eq!(keys.len(), 1, "one key at a time: {keys:?}");
                    looked = false;
                    self.press(&keys[0]);
                    answer.next(Input::Pressed, elapsed)
                }
            };
        }
        Verdict::Unverified("it never ended".to_owned())
    }
}

fn idle() -> Verdict {
    Verdict::Answered { now: State::Idle, next: None }
}

#[track_caller]
fn check(mut program: Program, choice: &Choice, wanted: &Verdict, chosen: &[&str]) {
    let verdict = program.answered(choice, true);
    let matches = match (&verdict, wanted) {
        (Verdict::Refused(says), Verdict::Refused(part)) | (Verdict::Unverified(says), Verdict::Unverified(part)) => {
            says.contains(part)
        }
        (one, other) => one == other,
    };
    assert!(matches, "{verdict:?} instead of {wanted:?}; keys {:?}", program.keys);
    assert_eq!(program.chosen, chosen);
}

const LABELS: [&str; 3] = ["No, exit", "Maybe", "Yes, I trust this folder"];

#[test]
fn the_highlight_is_moved_and_only_then_confirmed() {
    check(program(&LABELS, 0), &Choice::Safe, &idle(), &["Yes, I trust this folder"]);
    check(program(&LABELS, 2), &Choice::Safe, &idle(), &["Yes, I trust this folder"]);
    check(program(&LABELS, 2), &Choice::Label("no, exit".to_owned()), &idle(), &["No, exit"]);
    let sideways = Program { sideways: true, ..program(&LABELS, 0) };
    check(sideways, &Choice::Label("maybe".to_owned()), &idle(), &["Maybe"]);
}

#[test]
fn a_highlight_that_moves_by_itself_is_followed() {
    for after in 1..6 {
        for to in 0..3 {
            let jumping = Program { jumps: Some((after, to)), ..program(&LABELS, 0) };
            let mut it = jumping;
            let verdict = it.answered(&Choice::Safe, false);
            assert!(verdict == idle() || matches!(verdict, Verdict::Refused(_)), "{verdict:?}");
            // Between the last look and the key it may have moved; no machine can see that.
            assert!(it.chosen.iter().all(|label| label.starts_with("Yes")), "{:?}", it.chosen);
        }
    }
}

#[test]
fn keys_that_are_lost_are_pressed_again_and_a_dead_menu_is_left_alone() {
    for deaf in 1..3 {
        check(Program { deaf, ..program(&LABELS, 0) }, &Choice::Safe, &idle(), &["Yes, I trust this folder"]);
    }
    for lag in 1..5 {
        let slow = Program { lag, ..program(&LABELS, 0) };
        check(slow, &Choice::Label("maybe".to_owned()), &idle(), &["Maybe"]);
    }
    let dead = Program { deaf: usize::MAX, ..program(&LABELS, 0) };
    check(dead, &Choice::Safe, &Verdict::Refused("does not move".to_owned()), &[]);
    let skipping = Program { stride: 2, ..program(&["No, exit", "Yes", "Maybe", "Later"], 0) };
    check(skipping, &Choice::Safe, &Verdict::Refused("never to that option".to_owned()), &[]);
}

#[test]
fn an_enter_that_is_swallowed_at_a_gate_is_pressed_once_more() {
    let once = Program { swallows: 1, ..program(&LABELS, 0) };
    check(once, &Choice::Safe, &idle(), &["Yes, I trust this folder"]);
    let always = Program { swallows: usize::MAX, ..program(&LABELS, 0) };
    check(always, &Choice::Safe, &Verdict::Unverified("still there".to_owned()), &[]);
}

#[test]
fn a_permission_is_confirmed_once_and_the_next_one_is_another_question() {
    let again = Program { asks_again: true, kind: Kind::Asks, ..program(&LABELS, 2) };
    let next = Verdict::Answered { now: State::Prompt(Kind::Asks), next: Some("claude.trust".to_owned()) };
    check(again, &Choice::Safe, &next, &["Yes, I trust this folder"]);
    let swallowed = Program { swallows: 1, kind: Kind::Asks, ..program(&LABELS, 2) };
    check(swallowed, &Choice::Safe, &Verdict::Unverified("still there".to_owned()), &[]);
}

#[test]
fn a_prompt_that_changes_midway_is_not_answered() {
    for keys in 1..3 {
        let changing = Program { changes_after: Some(keys), ..program(&LABELS, 0) };
        check(changing, &Choice::Label("yes".to_owned()), &Verdict::Refused("another prompt".to_owned()), &[]);
    }
}

#[test]
fn a_prompt_that_is_gone_before_it_was_confirmed_is_not_answered() {
    let mut answer = Answer::new(program(&LABELS, 0).prompt(), &Choice::Safe, false).unwrap();
    answer.next(Input::Start, Duration::ZERO);
    let marker = crate::fleet::gate::Marker { rule: "claude.composer".to_owned(), line: String::new(), row: None };
    let seen = Seen { composer: Some(marker), ..Seen::default() };
    let step = answer.next(Input::Saw(&seen), Duration::ZERO);
    assert!(matches!(step, Step::End(Verdict::Refused(_))), "{step:?}");
}

#[test]
fn what_a_pane_that_ended_or_went_blank_shows_is_not_taken_for_an_answer() {
    let start = |seen: &Seen| {
        let mut answer = Answer::new(program(&LABELS, 2).prompt(), &Choice::Safe, false).unwrap();
        answer.next(Input::Start, Duration::ZERO);
        let there = Seen { prompt: Some(program(&LABELS, 2).prompt()), ..Seen::default() };
        assert_eq!(answer.next(Input::Saw(&there), Duration::ZERO), Step::Keys(vec!["Enter".to_owned()]));
        answer.next(Input::Pressed, Duration::ZERO);
        answer.next(Input::Saw(seen), Duration::from_secs(60))
    };
    let blank = Seen { blank: true, ..Seen::default() };
    assert!(matches!(start(&blank), Step::End(Verdict::Unverified(_))));
    let gone = Seen { gone: Some("its program has ended".to_owned()), ..Seen::default() };
    assert_eq!(start(&gone), Step::End(Verdict::Answered { now: State::Gone, next: None }));
}

#[test]
fn what_cannot_be_answered_is_refused_with_its_reason() {
    let refused = |program: &mut Program, choice: Choice, agreed: bool| match program.answered(&choice, agreed) {
        Verdict::Refused(why) => why,
        other => panic!("{other:?}"),
    };
    let cases: [(&[&'static str], Choice, &str); 5] = [
        (&LABELS, Choice::Label("no, exit".to_owned()), "confirmation of its own"),
        (&LABELS, Choice::Label("perhaps".to_owned()), "no option is called"),
        (&["Yes, once", "Yes, always"], Choice::Label("yes".to_owned()), "several options"),
        (&["Left", "Right"], Choice::Safe, "no rule says"),
        (&LABELS, Choice::Label(" ".to_owned()), "by its words"),
    ];
    for (labels, choice, part) in cases {
        let mut it = program(labels, 0);
        let why = refused(&mut it, choice, false);
        assert!(why.contains(part), "{why}");
        assert_eq!(it.keys.len(), 0);
    }
}

#[test]
fn answers_with_nobody_there_are_braked() {
    let mut brake = Brake::default();
    let at = Duration::from_secs;
    let allowed: Vec<bool> = [0, 10, 20, 59, 61].map(|second| brake.allow(3, at(second))).to_vec();
    assert_eq!(allowed, [true, true, true, false, true]);
}

proptest! {
    /// Whatever a menu does, nothing but the wanted option is ever confirmed. One thing nobody can read off a screen: a
    /// jump that the program made by itself and has not drawn yet.
    #[test]
    fn nothing_but_what_was_wanted_is_confirmed(
        at in 0..5_usize, wanted in 0..5_usize, wraps: bool, deaf in 0..4_usize, lag in 0..5_usize, swallows in 0..3_usize,
        stride in 1..4_usize, jumps in prop::option::of((1..12_usize, 0..5_usize)),
        changes_after in prop::option::of(0..6_usize),
    ) {
        let labels = ["No, exit", "Maybe", "Yes, I trust this folder", "Later", "Update now"];
        let base = program(&labels, at);
        let jumps = jumps.filter(|_| lag == 0);
        let mut it = Program { wraps, deaf, lag, swallows, stride, jumps, changes_after, ..base };
        let choice = Choice::Label(labels[wanted].to_owned());
        it.answered(&choice, true);
        prop_assert!(it.chosen.iter().all(|label| *label == labels[wanted]), "{:?} by {:?}", it.chosen, it.keys);
    }
}
