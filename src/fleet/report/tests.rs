//! The document against its own schema. (`tests/schema.rs` holds the schema against the file that ships.)
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on should stop")]

use serde_json::{Value, json};

use super::*;
use crate::fleet::{
    facts::{DeadPane, Limits},
    fixtures::{ZONES, agent, at, host, pane, roster, socket},
    join::{JoinContext, join},
    reading::Reading,
    sights::Sights,
};

/// A fleet with an agent in most of its states, and hostile text in it.
fn fleet() -> Fleet {
    let mut dead = pane("gate", 2);
    dead.dead = Some(DeadPane { status: Some(127), signal: None, at: None });
    dead.title = "\u{1b}[2J\u{202e}".to_owned();
    let mut facts = host(vec![pane("coder0", 1), dead, pane("scratch", 3)]);
    facts.paused = Reading::Known(Some(Pause { by: None, host: None, at: Some(at(-60)), reason: Some("x".into()) }));
    let mut far = agent("far");
    far.host = Some("10.1.10.37".to_owned());
    let roster = roster(vec![agent("coder0"), agent("gate"), agent("gone"), far]);
    let context = JoinContext {
        limits: Limits::default(),
        home: "/home/dev",
        socket: None,
        zones: &ZONES,
        ages_believed: true,
        live: BTreeMap::new(),
    };
    join(Some(&roster), &facts, &context, &mut Sights::default())
}

fn document() -> Value {
    serde_json::to_value(Report::of(&fleet())).unwrap()
}

#[test]
fn a_document_is_what_its_schema_says() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let document = document();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert!(!validator.is_valid(&json!({"schema": 1})), "the schema asks for nothing");
}

#[test]
fn every_documented_field_is_there_also_when_it_is_null() {
    let document = document();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&document), "agents at findings host paused schema socket tenant_id");
    assert_eq!(
        keys(&document["agents"][0]),
        "alias cause class context doing drift evidence flags heartbeat host idle_seconds managed model name pane pause \
         readiness runtime session since since_exact socket taken tenant_id unit"
    );
    assert_eq!(keys(&document["agents"][0]["pane"]), "command cwd dead exit_status height id pid runtime width");
    assert_eq!(keys(&document["agents"][0]["heartbeat"]), "age_seconds health model other pid status ts");
    assert_eq!(keys(&document["agents"][0]["evidence"][0]), "at line rule says source");
}

#[test]
fn times_are_utc_and_durations_whole_seconds() {
    let document = document();
    let coder = &document["agents"][0];
    assert_eq!(document["at"], json!(utc(at(0))));
    assert_eq!((&coder["idle_seconds"], &coder["heartbeat"]["age_seconds"]), (&json!(10), &json!(5)));
    assert_eq!((&coder["socket"], &coder["pane"]["id"]), (&json!(socket().to_string()), &json!("%1")));
    assert_eq!(coder["pause"]["reason"], json!("x"));
}

#[test]
fn a_fault_carries_its_cause() {
    let document = document();
    assert_eq!(document["agents"][1]["pane"]["exit_status"], json!(127));
    assert_eq!(document["agents"][1]["cause"]["rule"], json!("pane.dead"));
    assert_eq!(document["agents"][2]["cause"]["kind"], json!("dead"));
    assert_eq!(document["agents"][3]["flags"], json!(["UNREACHABLE"]));
    assert_eq!(document["agents"][3]["heartbeat"]["health"], json!("unknown"));
}

#[test]
fn a_control_character_never_leaves_as_itself() {
    let text = serde_json::to_string(&Report::of(&fleet())).unwrap();
    assert!(!text.contains(char::is_control));
}
