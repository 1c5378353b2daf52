//! Holds that the JSON Schema of `ps --json` under `assets/` is the one of the types. `UPDATE=1` writes it anew.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failure is the test's failure")]
#![allow(clippy::disallowed_methods, reason = "this test compares files")]

use std::{fs, path::PathBuf};

#[test]
fn the_shipped_schema_of_ps_is_the_one_of_its_types() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/ps.schema.json");
    let made = serde_json::to_string_pretty(&mosaic_top::fleet::report::schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let shipped = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        shipped == made,
        "assets/ps.schema.json is not what the types say. Hint: UPDATE=1 cargo test --test schema"
    );
}
