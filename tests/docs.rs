//! Holds that what is shipped under `docs/` is what the program itself makes. `UPDATE=1` writes it anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a failure is the test's failure"
)]
#![allow(clippy::disallowed_methods, reason = "this test compares files")]

use std::{fs, path::PathBuf};

use mosaic_top::{
    app::keymap::Keymap,
    cli::{doctor, reference},
    config::example,
};

fn check(file: &str, made: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs").join(file);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, made).unwrap();
        return;
    }
    let shipped = fs::read_to_string(&path).unwrap_or_default();
    let differs = shipped.lines().zip(made.lines()).position(|(old, new)| old != new);
    let line = differs.unwrap_or_else(|| shipped.lines().count().min(made.lines().count())) + 1;
    assert!(shipped == made, "docs/{file}:{line}: not what the program says. Hint: UPDATE=1 cargo test --test docs");
}

#[test]
fn the_command_line_reference_is_what_clap_prints() {
    check("cli.md", &reference::cli());
}

#[test]
fn the_keys_reference_is_the_table_of_actions() {
    check("keys.md", &reference::keys(&Keymap::of_the_table()));
}

#[test]
fn the_page_on_the_health_check_is_its_table() {
    check("doctor.md", &doctor::reference());
}

#[test]
fn the_example_configuration_is_the_table_of_options() {
    check("../assets/mosaic-top.yaml", &example::yaml());
}

#[test]
fn the_page_on_the_configuration_has_the_table_of_options() {
    let page = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/config.md")).unwrap();
    let (head, rest) = page.split_once("<!-- options -->\n").expect("docs/config.md has no place for the options");
    let (_, tail) = rest.split_once("<!-- end -->").expect("docs/config.md: the options have no end");
    check("config.md", &format!("{head}<!-- options -->\n{}<!-- end -->{tail}", example::markdown()));
}

#[test]
fn the_man_page_is_made_from_the_same_definition() {
    check("mosaic-top.1", &reference::man().unwrap());
}

/// What a finding is called stands in the source as `"tmux.absent"`; the page has it as (`tmux.absent`).
#[test]
fn every_finding_is_explained_where_an_operator_looks() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/troubleshooting.md")).unwrap();
    let mut rules = Vec::new();
    for file in ["src/fleet/join/findings.rs", "src/fleet/roster/mod.rs"] {
        let text = fs::read_to_string(root.join(file)).unwrap();
        rules.extend(text.split('"').skip(1).step_by(2).filter(|word| is_rule(word)).map(str::to_owned));
    }
    assert!(rules.len() > 10, "the rules are not where this test looks for them: {rules:?}");
    let silent: Vec<_> = rules.iter().filter(|rule| !page.contains(&format!("(`{rule}`)"))).collect();
    assert!(silent.is_empty(), "docs/troubleshooting.md does not say what to do about {silent:?}");
}

/// `source.what`, as in `hazard.server-cgroup`.
fn is_rule(word: &str) -> bool {
    let of_letters = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let parts = word.split_once('.').filter(|(_, what)| *what != "service");
    parts.is_some_and(|(source, what)| of_letters(source) && of_letters(what))
}

/// Every relative link of the README and the docs leads somewhere.
#[test]
fn no_link_leads_nowhere() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = docs.chain([root.join("README.md"), root.join("CHANGELOG.md")]);
    let mut dead = Vec::new();
    for page in pages.filter(|path| path.extension().is_some_and(|kind| kind == "md")) {
        let text = fs::read_to_string(&page).unwrap();
        for (number, line) in text.lines().enumerate() {
            for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let file = target.split('#').next().unwrap_or_default();
                if !file.is_empty() && !file.contains("://") && !page.parent().unwrap().join(file).exists() {
                    dead.push(format!("{}:{}: {target} is not there", page.display(), number + 1));
                }
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}
