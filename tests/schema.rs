//! Holds that the generated JSON Schemas under `assets/` are those of the types. `UPDATE=1` writes it anew.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failure is the test's failure")]
#![allow(clippy::disallowed_methods, reason = "this test compares files")]

use std::{fs, path::PathBuf};

fn check(file: &str, schema: &impl serde::Serialize) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets").join(file);
    let made = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let shipped = fs::read_to_string(&path).unwrap_or_default();
    assert!(shipped == made, "assets/{file} is not what the types say. Hint: UPDATE=1 cargo test --test schema");
}

#[test]
fn the_shipped_schema_of_ps_is_the_one_of_its_types() {
    check("ps.schema.json", &mosaic_top::fleet::report::schema());
}

#[test]
fn the_shipped_schema_of_doctor_is_the_one_of_its_types() {
    check("doctor.schema.json", &mosaic_top::fleet::doctor::report::schema());
}

#[test]
fn the_shipped_schema_of_runtimes_is_the_one_of_its_types() {
    check("runtimes.schema.json", &mosaic_top::fleet::runtime::spec::schema());
}

#[test]
fn the_shipped_schema_of_rules_over_screens_is_the_one_of_its_types_and_the_shipped_rules_fit_it() {
    check("gates.schema.json", &mosaic_top::fleet::gate::schema());
    let assets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets");
    let read = |file: &str| fs::read_to_string(assets.join(file)).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&read("gates.schema.json")).unwrap();
    let rules: serde_json::Value = serde_yaml::from_str(&read("gates.yaml")).unwrap();
    let problems: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&rules).map(|it| it.to_string()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
