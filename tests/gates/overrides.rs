//! Rules of the user's beside the built-in ones: added, replaced, put off, refused with a place; and what the built-in
//! ones must hold.

use std::{collections::BTreeSet, fs};

use mosaic_top::{
    fleet::gate::{Glance, Rules},
    screen::{Screen, Size},
};

use crate::recordings::{Recording, directory, rules};

const SCREEN: &str = "Shall the deploy go on?\r\n\r\n❯ 1. Yes\r\n  2. No\r\n\r\nEnter to confirm";

fn rule(id: &str, more: &str) -> String {
    format!(
        "version: 1\nrules:\n  - id: {id}\n    kind: asks\n    about: deploy\n    says: asks about a deploy\n    where: menu\n    any: ['shall the deploy go on']\n    cites: [mine]\n{more}"
    )
}

/// The rule that a screen is known by, for a runtime of a version.
fn known(rules: &Rules, text: &str, version: Option<&str>) -> Option<String> {
    let screen = Screen::drawn(Size { rows: 24, cols: 80 }, text.as_bytes());
    let glance = Glance {
        screen: &screen,
        runtime: Some("mine"),
        version,
        title: "",
        cursor_shown: None,
        command: "",
        ended: false,
        still: None,
    };
    rules.read(&glance).prompt.map(|prompt| prompt.rule)
}

fn refused(text: &str) -> String {
    rules().with(text).unwrap_err().show("mine.yaml")
}

#[test]
fn a_rule_of_the_users_is_added() {
    assert_eq!(known(rules(), SCREEN, None), None);
    let mine = rules().with(&rule("mine.deploy", "")).unwrap();
    assert_eq!(known(&mine, SCREEN, None).as_deref(), Some("mine.deploy"));
    assert_eq!(mine.known().count(), rules().known().count() + 1);
}

#[test]
fn one_with_a_known_id_takes_that_ones_place() {
    let mine = rules().with(&rule("claude.trust", "")).unwrap();
    assert_eq!(mine.known().count(), rules().known().count());
    let trust = Recording::named("claude/trust-gate-120x40");
    let screen = trust.screen();
    assert_ne!(mine.read(&trust.glance(&screen)).prompt.map(|it| it.rule).as_deref(), Some("claude.trust"));
    assert_eq!(known(&mine, SCREEN, None).as_deref(), Some("claude.trust"));
}

#[test]
fn one_that_is_off_does_not_apply() {
    let mine = rules().with("version: 1\noff: [claude.trust]").unwrap();
    let trust = Recording::named("claude/trust-gate-120x40");
    let screen = trust.screen();
    assert!(mine.read(&trust.glance(&screen)).prompt.is_none());
}

#[test]
fn a_rule_applies_to_its_versions_and_to_one_that_is_not_known() {
    let mine = rules().with(&rule("mine.deploy", "    versions: '>=2.1.200, <3'\n")).unwrap();
    for (version, applies) in [
        (None, true),
        (Some("2.1.200"), true),
        (Some("v2.1.329 (beta)"), true),
        (Some("2.1.199"), false),
        (Some("2.1"), false),
        (Some("3.0.0"), false),
        (Some("nightly"), true),
    ] {
        assert_eq!(known(&mine, SCREEN, version).is_some(), applies, "{version:?}");
    }
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    for (text, says) in [
        (
            rule("a", "  - id: a\n    kind: asks\n    about: b\n    says: c\n    where: menu\n    cites: []\n"),
            "mine.yaml:10:9: the id \"a\" stands in the file a second time",
        ),
        (
            "version: 1\noff:\n  - claude.thrust\n".to_owned(),
            "mine.yaml:3:5: off: there is no rule or mark \"claude.thrust\"",
        ),
        (
            rule("a", "    all: ['/(open/']\n"),
            "mine.yaml:10:11: \"(open\" is no expression that can be used: unclosed group",
        ),
        (
            rule("a", "    none: ['/\\w{900}{9}/']\n"),
            "mine.yaml:10:12: \"\\\\w{900}{9}\" is no expression that can be used",
        ),
        (rule("a", "    none: [ab]\n"), "mine.yaml:10:12: \"ab\" is too short to tell anything"),
        (rule("a", "    versions: '2.x'\n"), "mine.yaml:10:15: \"2.x\" is no range of versions"),
        (rule("a", "    colour: red\n"), "mine.yaml:10:5: unknown field `colour`"),
        ("version: 2".to_owned(), "mine.yaml:1:10: version 2 of the rules is not known"),
    ] {
        let said = refused(&text);
        assert!(said.starts_with(says), "{said}\nnot {says}");
    }
}

/// A rule comes from something that can be looked at: a recording that is here, or a source by name.
#[test]
fn every_rule_says_where_it_comes_from() {
    let here: BTreeSet<String> =
        fs::read_dir(directory()).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    for (id, _, cites) in rules().known() {
        assert!(!cites.is_empty(), "{id} cites nothing");
        for cite in cites {
            let (first, rest) = cite.split_once('/').unwrap_or((cite, ""));
            let is_recording = here.contains(first) && !rest.contains('/') && rest.contains('x');
            let there = directory().join(format!("{cite}.ansi")).exists();
            let is_source = rest.contains(['/', '#']) || cite.contains([' ', '#']) || rest.contains('.');
            assert!(
                there || (!is_recording && is_source),
                "{id} cites {cite:?}, which is neither a recording here nor a source"
            );
        }
    }
}
