//! Where a runtime keeps its records, by the environment of its process. It reads nothing itself.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
};

use crate::adapter::identity::Who;

/// The directories of one agent's runtimes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Homes {
    /// `CLAUDE_CONFIG_DIR`, else `~/.claude`.
    pub(super) claude: PathBuf,
    /// `CODEX_HOME`, else `~/.codex`.
    pub(super) codex: PathBuf,
    /// `PI_CODING_AGENT_DIR`, else `~/.pi/agent`.
    pub(super) pi: PathBuf,
    /// `PI_CODING_AGENT_SESSION_DIR`: then all sessions lie in it, whatever their directory.
    pub(super) pi_sessions: Option<PathBuf>,
    /// `XDG_DATA_HOME`, else `~/.local/share`, with `opencode` in it.
    pub(super) opencode: PathBuf,
}

impl Homes {
    /// From the bytes of `/proc/<pid>/environ`; where they say nothing, what is usual for the user.
    pub(super) fn of(environ: &[u8], who: &Who) -> Self {
        let set = variables(environ);
        // As the runtimes do it: an empty one is none, and one that is not absolute would depend on where they started.
        let path = |name: &str| set.get(name).filter(|path| path.is_absolute()).cloned();
        let home = path("HOME").or_else(|| who.home.clone()).unwrap_or_else(|| PathBuf::from("/"));
        let or = |name: &str, usual: &str| path(name).unwrap_or_else(|| home.join(usual));
        Self {
            claude: or("CLAUDE_CONFIG_DIR", ".claude"),
            codex: or("CODEX_HOME", ".codex"),
            pi: tilde(set.get("PI_CODING_AGENT_DIR"), &home).unwrap_or_else(|| home.join(".pi/agent")),
            pi_sessions: tilde(set.get("PI_CODING_AGENT_SESSION_DIR"), &home),
            opencode: or("XDG_DATA_HOME", ".local/share").join("opencode"),
        }
    }
}

/// Pi reads `~` in its variables itself.
fn tilde(path: Option<&PathBuf>, home: &Path) -> Option<PathBuf> {
    let path = path?;
    match path.strip_prefix("~") {
        Ok(below) => Some(home.join(below)),
        Err(_) => path.is_absolute().then(|| path.clone()),
    }
}

/// The variables that matter here; the first of a name counts, as for `getenv`.
fn variables(environ: &[u8]) -> BTreeMap<&str, PathBuf> {
    const WANTED: [&str; 6] = [
        "HOME",
        "CLAUDE_CONFIG_DIR",
        "CODEX_HOME",
        "PI_CODING_AGENT_DIR",
        "PI_CODING_AGENT_SESSION_DIR",
        "XDG_DATA_HOME",
    ];
    let mut found = BTreeMap::new();
    for pair in environ.split(|byte| *byte == 0) {
        let Some(equals) = pair.iter().position(|byte| *byte == b'=') else { continue };
        if let Some(name) = WANTED.into_iter().find(|name| name.as_bytes() == &pair[..equals]) {
            found.entry(name).or_insert_with(|| PathBuf::from(OsString::from_vec(pair[equals + 1..].to_vec())));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(environ: &str, of: fn(&Homes) -> &Path, expected: &str) {
        let who = Who { home: Some("/h/us".into()), ..Who::default() };
        assert_eq!(of(&Homes::of(environ.as_bytes(), &who)), Path::new(expected), "{environ:?}");
    }

    #[test]
    fn the_agents_own_environment_says_where_its_records_are() {
        check("HOME=/h/a\0CLAUDE_CONFIG_DIR=/c\0", |homes| &homes.claude, "/c");
        check("CODEX_HOME=/x\0HOME=/h/a\0", |homes| &homes.codex, "/x");
        check("HOME=/h/a\0PI_CODING_AGENT_DIR=~/p\0", |homes| &homes.pi, "/h/a/p");
        check("HOME=/h/a\0XDG_DATA_HOME=/d\0", |homes| &homes.opencode, "/d/opencode");
    }

    #[test]
    fn what_it_does_not_say_is_what_is_usual_in_its_home() {
        check("HOME=/h/a\0", |homes| &homes.claude, "/h/a/.claude");
        check("HOME=/h/a\0CODEX_HOME=\0", |homes| &homes.codex, "/h/a/.codex");
        check("HOME=/h/a\0XDG_DATA_HOME=data\0", |homes| &homes.opencode, "/h/a/.local/share/opencode");
        check("", |homes| &homes.pi, "/h/us/.pi/agent");
        check("HOME\0=x\0\0\0HOMES=/y\0", |homes| &homes.claude, "/h/us/.claude");
    }

    #[test]
    fn the_first_of_two_variables_of_a_name_counts() {
        check("HOME=/a\0HOME=/b\0", |homes| &homes.claude, "/a/.claude");
    }
}
