//! The shipped knowledge, its layers, and what is said of a file that does not fit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is the test's failure")]

use super::*;

#[test]
fn the_shipped_knowledge_decodes_and_names_every_runtime_that_is_recognised() {
    yaml::decode::<File>(BUILTIN).unwrap().check().unwrap();
    for name in super::super::KNOWN {
        assert!(RuntimeSpecs::builtin().of(name).known, "{name}");
    }
}

#[test]
fn an_unknown_runtime_has_the_generic_rules_under_its_own_name() {
    let spec = RuntimeSpecs::builtin().of("my-agent");
    assert_eq!((spec.name.as_str(), spec.known, spec.composer.shape), ("my-agent", false, Shape::Unknown));
    assert_eq!(spec.keys.clear, Vec::<String>::new(), "no key is pressed on something unknown");
}

#[test]
fn what_a_runtime_does_not_say_is_generic_and_what_it_says_wins() {
    let codex = RuntimeSpecs::builtin().of("codex");
    assert_eq!(codex.input.settle, Duration::from_millis(150));
    assert_eq!((codex.input.longest_line, codex.keys.queue.as_deref()), (None, Some("Tab")));
}

#[test]
fn a_users_file_changes_one_key_and_leaves_the_rest() {
    let text = "schema: 1\nruntimes:\n  claude:\n    keys: {queue: \"\"}\n  mine:\n    reset: /fresh\n";
    let specs = RuntimeSpecs::with_user(text).unwrap();
    let (claude, builtin) = (specs.of("claude"), RuntimeSpecs::builtin().of("claude"));
    assert_eq!(claude.keys.queue, None);
    assert_eq!(RuntimeSpec { keys: builtin.keys.clone(), ..claude }, builtin);
    assert_eq!((specs.of("mine").known, specs.of("mine").reset.as_deref()), (true, Some("/fresh")));
    assert_eq!(specs.of("codex"), RuntimeSpecs::builtin().of("codex"));
}

#[test]
fn a_users_generic_reaches_every_runtime_that_says_nothing_else() {
    let specs = RuntimeSpecs::with_user("schema: 1\nruntimes: {generic: {input: {settle_ms: 700}}}").unwrap();
    assert_eq!(specs.of("pi").input.settle, Duration::from_millis(700));
}

fn check_problem(text: &str, expected: &str) {
    let problem = RuntimeSpecs::with_user(text).unwrap_err().show("runtimes.yaml");
    assert!(problem.contains(expected), "{problem}");
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    check_problem("schema: 1\nruntimes:\n  claude:\n    key: {}\n", "runtimes.yaml:4:5: unknown field `key`");
    check_problem("schema: 1\nruntimes:\n  pi: {composer: {shape: round}}\n", "3:26: unknown variant `round`");
    check_problem("schema: 1\nruntimes:\n  pi: {composer: {ghost_colours: [grey]}}\n", "\"grey\" is no colour");
    check_problem("schema: 7\n", "schema 7 is not known");
    check_problem("runtimes: {}\n", "missing field `schema`");
}

#[test]
fn a_settle_grows_with_the_text_up_to_its_most() {
    let input = RuntimeSpecs::builtin().of("claude").input;
    assert_eq!(input.settle_for(0), Duration::from_millis(150));
    assert_eq!(input.settle_for(10_000), Duration::from_millis(300));
    assert_eq!(input.settle_for(usize::MAX), Duration::from_secs(2));
}
