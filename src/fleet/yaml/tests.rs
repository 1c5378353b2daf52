//! What a type refuses is said with the place it stands at.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use serde::Deserialize;

use super::decode;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Sample {
    name: String,
    #[serde(default)]
    times: Option<u32>,
    #[serde(default)]
    kinds: Vec<Kind>,
    #[serde(default)]
    more: BTreeMap<String, f64>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    OnlyLook,
    Keys(Vec<String>),
}

fn check(text: &str, says: &str) {
    assert_eq!(decode::<Sample>(text).unwrap_err().show("f.yaml"), says);
}

#[test]
fn a_document_becomes_the_type_that_is_asked_for() {
    let text = "name: 007\ntimes: 3\nkinds: [only-look, {keys: [C-u, x]}]\nmore: {a: 1, b: .5}\n";
    let more = [("a".to_owned(), 1.0), ("b".to_owned(), 0.5)].into();
    let kinds = vec![Kind::OnlyLook, Kind::Keys(vec!["C-u".into(), "x".into()])];
    assert_eq!(decode::<Sample>(text), Ok(Sample { name: "007".into(), times: Some(3), kinds, more }));
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    check("name: a\ntimes: soon\n", "f.yaml:2:8: invalid type: string \"soon\", expected u32");
    check("name: [a]\n", "f.yaml:1:7: invalid type: sequence, expected a string");
    check("times: 1\n", "f.yaml:1:1: missing field `name`");
    check("", "f.yaml:1:1: missing field `name`");
    check("name: a\nkinds:\n  - only-lok\n", "f.yaml:3:5: unknown variant `only-lok`, expected `only-look` or `keys`");
    check("name: a\nname: b\n", "f.yaml:2:1: the key \"name\" stands here a second time");
    check("name: a\nmore: {x: many}\n", "f.yaml:2:11: invalid type: string \"many\", expected f64");
}

#[test]
fn an_unknown_key_is_told_with_the_known_ones() {
    check("name: a\nnmae: b\n", "f.yaml:2:1: unknown field `nmae`, expected one of `name`, `times`, `kinds`, `more`");
}
