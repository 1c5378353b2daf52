//! ssh: connections that are shared at a path which does not tell one name of a machine from another.
//!
//! PURE. ssh itself says how it would go to the roster's hosts; of all other names the configuration is read here as ssh
//! reads it: the first value counts, `Host` lines with patterns, `Include` in its place. A `Match` other than `all` is not
//! followed, since only ssh can tell whether it holds.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checkup, Examined, names, table};
use crate::fleet::{judgement::Severity, text::visible};

/// One line of an ssh configuration, with the conditions that it stands under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// All of them must hold.
    pub conditions: Vec<Condition>,
    /// In lower case: `controlpath`, `include`, `hostname`.
    pub key: String,
    /// As it is written, without quotes.
    pub value: String,
}

/// When a line holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// `Host`, with its patterns.
    Host(Vec<String>),
    /// A `Match` that only ssh can judge.
    Unjudged,
}

/// The lines of one file; those before its first `Host` stand under `outer` alone.
#[must_use]
pub fn settings(text: &str, outer: &[Condition]) -> Vec<Setting> {
    let mut conditions = outer.to_vec();
    let mut all = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let Some((key, value)) = line.split_once([' ', '\t', '=']) else { continue };
        let value = value.trim_matches([' ', '\t', '=', '"']).to_owned();
        let now = match key.to_ascii_lowercase().as_str() {
            "host" => Condition::Host(value.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect()),
            "match" if value.eq_ignore_ascii_case("all") => Condition::Host(vec!["*".to_owned()]),
            "match" => Condition::Unjudged,
            key => {
                all.push(Setting { conditions: conditions.clone(), key: key.to_owned(), value });
                continue;
            }
        };
        conditions = outer.iter().cloned().chain([now]).collect();
    }
    all
}

pub(super) fn check(it: &Examined<'_>, checkup: &mut Checkup) {
    for ssh in &it.extra.ssh {
        let host = visible(&ssh.host);
        let path = checkup.known(&format!("how ssh goes to {host}"), &ssh.control_path).and_then(Option::as_ref);
        if let Some(path) = path.filter(|path| !path.contains("%n")) {
            let says = format!("ssh to {host} shares connections at {}", visible(path));
            checkup.add(&table::CONTROL_PATH, Severity::Fault, says);
        }
    }
    let Some(settings) = checkup.known("the configuration of ssh", &it.extra.ssh_settings) else { return };
    for (path, aliases) in shared(settings) {
        let says =
            format!("{} are one user and machine to ssh, and share connections at {}", names(&aliases), visible(&path));
        checkup.add(&table::CONTROL_PATH, Severity::Warning, says);
    }
}

/// The paths at which several names of one user and machine would share a connection, with these names.
fn shared(settings: &[Setting]) -> Vec<(String, Vec<String>)> {
    let aliases: BTreeSet<&str> = settings.iter().flat_map(|it| &it.conditions).flat_map(literal).collect();
    let mut together: BTreeMap<[String; 4], Vec<String>> = BTreeMap::new();
    for alias in aliases {
        let value = |key: &str| settings.iter().find(|it| it.key == key && it.holds_for(alias)).map(|it| &it.value);
        let Some(path) = value("controlpath").filter(|path| *path != "none" && !path.contains("%n")) else { continue };
        let host = value("hostname").map_or_else(|| alias.to_owned(), |host| host.replace("%h", alias));
        let or = |value: Option<&String>, default: &str| value.cloned().unwrap_or_else(|| default.to_owned());
        let one = [path.clone(), host.to_ascii_lowercase(), or(value("user"), ""), or(value("port"), "22")];
        together.entry(one).or_default().push(alias.to_owned());
    }
    together.into_iter().filter(|(_, names)| names.len() > 1).map(|([path, ..], names)| (path, names)).collect()
}

/// The patterns of a `Host` line that are one name each.
fn literal(condition: &Condition) -> impl Iterator<Item = &str> {
    let patterns = match condition {
        Condition::Host(patterns) => patterns.as_slice(),
        Condition::Unjudged => &[],
    };
    patterns.iter().map(String::as_str).filter(|pattern| !pattern.contains(['*', '?', '!']))
}

impl Setting {
    fn holds_for(&self, alias: &str) -> bool {
        self.conditions.iter().all(|condition| match condition {
            Condition::Host(patterns) => {
                let not = patterns.iter().filter_map(|it| it.strip_prefix('!')).any(|it| fits(it, alias));
                !not && patterns.iter().any(|it| fits(it, alias))
            }
            Condition::Unjudged => false,
        })
    }
}

/// Whether a name fits a pattern of `*` and `?`.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    bytes_fit(pattern.as_bytes(), name.as_bytes())
}

fn bytes_fit(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], rest) => rest.is_empty(),
        ([b'*', rest @ ..], _) => (0..=name.len()).any(|skipped| bytes_fit(rest, &name[skipped..])),
        ([b'?', rest @ ..], [_, more @ ..]) => bytes_fit(rest, more),
        ([one, rest @ ..], [other, more @ ..]) => one == other && bytes_fit(rest, more),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(config: &str, expected: &[&str]) {
        let found: Vec<String> = shared(&settings(config, &[]))
            .into_iter()
            .map(|(path, names)| format!("{path}: {}", names.join(" ")))
            .collect();
        assert_eq!(found, expected, "{config}");
    }

    const TWO: &str = "Host fleet watch-fleet\n  HostName fleet.example.org\n";

    #[test]
    fn two_names_of_one_user_and_machine_share_where_the_path_has_no_name() {
        check(&format!("{TWO}Host *\n ControlPath ~/cm-%C\n"), &["~/cm-%C: fleet watch-fleet"]);
        check(&format!("{TWO}Host *\n ControlPath ~/cm-%n-%C\n"), &[]);
        check(&format!("{TWO}Host *\n ControlPath none\n"), &[]);
        check(TWO, &[]);
        check("Host a\n HostName X\nHost b\nHostname=x\nMatch all\ncontrolpath=\"~/c\"\n", &["~/c: a b"]);
    }

    #[test]
    fn other_machines_users_ports_and_paths_share_nothing() {
        let all = "Host *\n ControlPath ~/cm-%C\n";
        check(&format!("Host a b\n{all}"), &[]);
        check(&format!("Host a\n User u\nHost a b\n HostName x\n{all}"), &[]);
        check(&format!("Host a\n Port 2222\nHost a b\n HostName x\n{all}"), &[]);
        check(&format!("Host a\n ControlPath ~/own\nHost a b\n HostName x\n{all}"), &[]);
        check("Host a b\n HostName x\nHost * !b\n ControlPath ~/c\n", &[]);
    }

    #[test]
    fn the_first_value_counts_and_a_match_is_not_guessed_at() {
        check(&format!("ControlPath ~/first-%n\n{TWO}  ControlPath ~/cm-%C\n"), &[]);
        check(&format!("Match exec true\n ControlPath ~/cm-%n\n{TWO}  ControlPath ~/c\n"), &["~/c: fleet watch-fleet"]);
    }

    #[test]
    fn an_included_file_stands_under_the_host_that_includes_it() {
        let outer = [Condition::Host(vec!["a".to_owned()])];
        let inner = settings("Port 1\nHost *\nUser u\n", &outer);
        assert!(inner.iter().all(|it| it.holds_for("a") && !it.holds_for("b")), "{inner:?}");
    }

    #[test]
    fn patterns_are_those_of_ssh() {
        for (pattern, name, expected) in
            [("*", "", true), ("a*c", "abbc", true), ("a?c", "abc", true), ("a?c", "ac", false), ("ab", "abc", false)]
        {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
