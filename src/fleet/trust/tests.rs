//! Trust as text: what is recorded, what stays as it was, and what is left alone.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failure is the test's failure")]

use std::{collections::BTreeMap, path::Path};

use proptest::prelude::*;

use super::{Edit, Keeper, claude_bypass_accepted, claude_is_onboarded};

#[track_caller]
fn check(keeper: Keeper, text: &str, expected: &str) {
    let Edit::Changed(made) = keeper.record(Some(text), "/w/app").unwrap() else { panic!("nothing was changed") };
    assert_eq!(made, expected);
    assert_eq!(keeper.trusts(Some(&made), "/w/app"), Ok(true));
    assert_eq!(keeper.record(Some(&made), "/w/app"), Ok(Edit::Recorded), "a second time changes nothing");
}

#[test]
fn claudes_file_keeps_every_other_byte() {
    let check = |text, expected| check(Keeper::Claude, text, expected);
    check("{}", "{\n  \"projects\": {\"/w/app\": {\"hasTrustDialogAccepted\": true}}\n}");
    check(
        "{\n  \"b\": 1.0,\n  \"a\": \"}\\\"{\"\n}\n",
        "{\n  \"b\": 1.0,\n  \"a\": \"}\\\"{\",\n  \"projects\": {\"/w/app\": {\"hasTrustDialogAccepted\": true}}\n}\n",
    );
    check(
        "{\"projects\": {\n    \"/o\": {\"x\": [1, {}]}\n  }, \"z\": null}",
        "{\"projects\": {\n    \"/o\": {\"x\": [1, {}]},\n    \"/w/app\": {\"hasTrustDialogAccepted\": true}\n  }, \"z\": null}",
    );
    check(
        "{\"projects\":{\"/w/app\":{\"hasTrustDialogAccepted\":false,\"n\":1}}}",
        "{\"projects\":{\"/w/app\":{\"hasTrustDialogAccepted\":true,\"n\":1}}}",
    );
    check(
        "{\"projects\":{\"/w\\u002fapp\":{\"n\":1}}}",
        "{\"projects\":{\"/w\\u002fapp\":{\"n\":1, \"hasTrustDialogAccepted\": true}}}",
    );
}

#[test]
fn claudes_file_is_begun_where_there_is_none_and_left_alone_where_it_is_empty() {
    let begun = "{\n  \"projects\": {\"/w/app\": {\"hasTrustDialogAccepted\": true}}\n}\n";
    assert_eq!(Keeper::Claude.record(None, "/w/app"), Ok(Edit::Changed(begun.to_owned())));
    for text in ["", "\n"] {
        assert!(Keeper::Claude.record(Some(text), "/w/app").unwrap_err().contains("empty"), "{text:?}");
    }
}

#[test]
fn codexs_file_keeps_comments_and_order() {
    let check = |text, expected| check(Keeper::Codex, text, expected);
    check("", "[projects.\"/w/app\"]\ntrust_level = \"trusted\"\n");
    check(
        "# mine\nmodel = \"m\" # why\n\n[a]\nb = 1\n",
        "# mine\nmodel = \"m\" # why\n\n[a]\nb = 1\n\n[projects.\"/w/app\"]\ntrust_level = \"trusted\"\n",
    );
    check(
        "[projects.\"/w/app\"]\n# kept\nother = 1\n",
        "[projects.\"/w/app\"]\n# kept\nother = 1\ntrust_level = \"trusted\"\n",
    );
    check(
        "projects = { \"/o\" = { trust_level = \"trusted\" } }\n",
        "projects = { \"/o\" = { trust_level = \"trusted\" } , \"/w/app\" = { trust_level = \"trusted\" } }\n",
    );
}

#[test]
fn what_does_not_parse_or_has_another_shape_is_left_alone() {
    for text in ["{", "[]", "\"x\"", "{\"projects\": []}", "{\"projects\": {\"/w/app\": 1}}", "{} x"] {
        assert!(Keeper::Claude.record(Some(text), "/w/app").is_err(), "{text}");
    }
    for text in ["a = ", "projects = 1", "[projects]\n\"/w/app\" = 1\n"] {
        assert!(Keeper::Codex.record(Some(text), "/w/app").is_err(), "{text}");
    }
}

#[test]
fn a_directory_that_somebody_marked_untrusted_stays_so() {
    let text = "[projects.\"/w/app\"]\ntrust_level = \"untrusted\"\n";
    assert!(Keeper::Codex.record(Some(text), "/w/app").unwrap_err().contains("somebody's own word"));
    assert_eq!(Keeper::Codex.trusts(Some(text), "/w/app"), Ok(false));
}

#[test]
fn trust_of_a_directory_above_counts() {
    let text = "{\"projects\":{\"/w\":{\"hasTrustDialogAccepted\":true}}}";
    assert_eq!(Keeper::Claude.trusts(Some(text), "/w/app"), Ok(true));
    assert_eq!(Keeper::Claude.trusts(Some(text), "/wapp"), Ok(false));
    assert_eq!(Keeper::Claude.trusts(None, "/w"), Ok(false));
}

#[test]
fn the_file_is_found_by_the_agents_environment() {
    let check = |keeper: Keeper, env: &[(&str, &str)], expected: &str| {
        let env: BTreeMap<String, String> = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(keeper.file(&env, Path::new("/h/us")), Path::new(expected));
    };
    check(Keeper::Claude, &[], "/h/us/.claude.json");
    check(Keeper::Claude, &[("HOME", "/h/a")], "/h/a/.claude.json");
    check(Keeper::Claude, &[("HOME", "/h/a"), ("CLAUDE_CONFIG_DIR", "/c")], "/c/.claude.json");
    check(Keeper::Claude, &[("CLAUDE_CONFIG_DIR", "/c"), ("MOSAIC_CLAUDE_JSON", "/m.json")], "/m.json");
    check(Keeper::Claude, &[("CLAUDE_CONFIG_DIR", "")], "/h/us/.claude.json");
    check(Keeper::Codex, &[], "/h/us/.codex/config.toml");
    check(Keeper::Codex, &[("CODEX_HOME", "/x")], "/x/config.toml");
}

#[test]
fn flags_of_a_first_start_are_read() {
    assert_eq!(claude_is_onboarded(None), Ok(false));
    assert_eq!(claude_is_onboarded(Some("{\"hasCompletedOnboarding\":true}")), Ok(true));
    assert_eq!(claude_bypass_accepted(Some("{\"skipDangerousModePermissionPrompt\":true}")), Ok(true));
    assert!(claude_bypass_accepted(Some("{")).is_err());
}

proptest! {
    #[test]
    fn any_object_keeps_its_values_and_gains_the_one_entry(
        keys in proptest::collection::btree_map("[a-z\"\\\\{}é]{0,6}", "[ -~]{0,8}", 0..5),
        pretty: bool, directory in "/[a-z /\"\\\\é]{0,12}",
    ) {
        let mut before = serde_json::json!({ "n": [1, {"x": "]"}], "keys": keys });
        let text = if pretty { serde_json::to_string_pretty(&before) } else { serde_json::to_string(&before) }.unwrap();
        let Edit::Changed(made) = Keeper::Claude.record(Some(&text), &directory).unwrap() else { panic!() };
        before["projects"] = serde_json::json!({ directory: { "hasTrustDialogAccepted": true } });
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&made).unwrap(), before);
    }

    #[test]
    fn no_text_panics(text in "[{}\\[\\]\":, a-z\\\\\n=.]{0,60}") {
        let _ = (Keeper::Claude.record(Some(&text), "/w"), Keeper::Codex.record(Some(&text), "/w"));
    }
}
