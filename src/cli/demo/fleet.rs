//! The demo's fleet as data: which agents its roster declares, and what really runs in their place.
//!
//! PURE. Every state that a dashboard can show without a user manager is here once, with each kind of cause.

use std::{fmt::Write as _, path::Path};

use crate::cli::stub::Kind;

/// One line of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cast {
    /// The agent's name, which is its session's.
    pub name: &'static str,
    /// What the roster says of it; `None`: the roster does not name it.
    pub declared: Option<Declared>,
    /// What runs in its session; `None`: there is no session.
    pub plays: Option<Plays>,
    /// Its heartbeat.
    pub beat: Beat,
}

/// What the roster says of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// `class`.
    pub class: &'static str,
    /// `runtime`.
    pub runtime: &'static str,
    /// Further lines of its entry, as YAML.
    pub more: &'static str,
}

/// What really runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plays {
    /// A stub that poses as this runtime.
    Stub(&'static str, Kind),
    /// A plain shell.
    Shell,
}

/// What the sidecar does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beat {
    /// It writes, always fresh.
    Fresh,
    /// It wrote once, long ago.
    Old,
    /// It was never there.
    None,
}

/// Everybody, in the roster's order.
pub const CAST: [Cast; 16] = [
    managed("orchestrator", "orchestrator", "claude", "alias: Mos, model_hint: opus").stub("claude", Kind::Trust),
    managed("enhancer", "enhancer", "opencode", "alias: Ada, model_hint: sonnet").stub("opencode", Kind::Idle),
    managed("coder0", "code", "pi", "model_hint: 'gpt-5.5:high'").stub("pi", Kind::Idle),
    managed("coder1", "code", "codex", "model_hint: gpt-5.5").stub("codex", Kind::Asks),
    managed("coder2", "code", "claude", "model_hint: opus").stub("claude", Kind::Working),
    managed("review", "review", "claude", "model_hint: opus").stub("claude", Kind::Idle).beat(Beat::Old),
    managed("researcher", "research", "claude", "model_hint: opus").stub("claude", Kind::Limit),
    managed("security-review", "security-review", "codex", "").shell().beat(Beat::None),
    managed("documentation", "documentation", "claude", "").stub("codex", Kind::Idle),
    managed("site-tester", "site-tester", "opencode", "").stub("opencode", Kind::Flood),
    managed("translator", "translation", "pi", "").stub("pi", Kind::Wide),
    managed("rebase", "rebase", "codex", "").stub("codex", Kind::Idle).beat(Beat::None),
    managed("release", "release", "codex", "").stub("codex", Kind::Update),
    managed("merge-gate", "merge-gate", "pi", "").stub("pi", Kind::Missing).beat(Beat::Old),
    managed("session-review", "session-review", "claude", "").beat(Beat::None),
    Cast { name: "scratch", declared: None, plays: Some(Plays::Shell), beat: Beat::None },
];

const fn managed(name: &'static str, class: &'static str, runtime: &'static str, more: &'static str) -> Cast {
    Cast { name, declared: Some(Declared { class, runtime, more }), plays: None, beat: Beat::Fresh }
}

impl Cast {
    const fn stub(mut self, runtime: &'static str, kind: Kind) -> Self {
        self.plays = Some(Plays::Stub(runtime, kind));
        self
    }

    const fn shell(mut self) -> Self {
        self.plays = Some(Plays::Shell);
        self
    }

    const fn beat(mut self, beat: Beat) -> Self {
        self.beat = beat;
        self
    }
}

/// The demo's roster. Units are named after the demo, so that a real fleet's units on the same machine are never
/// taken for these agents'.
#[must_use]
pub fn roster(socket: &str, work_dir: &Path) -> String {
    let mut text = format!(
        "# The roster of one demo; it is removed with it.\n\
         version: 1\ntransport: tmux\ntmux:\n  socket_name: {socket}\n  holder_session: _holder\n\
         defaults:\n  working_directory: '{}'\nagents:\n",
        work_dir.display()
    );
    for cast in CAST {
        let Some(Declared { class, runtime, more }) = cast.declared else { continue };
        let comma = if more.is_empty() { "" } else { ", " };
        let name = cast.name;
        let _ = writeln!(
            text,
            "  - {{ name: {name}, class: {class}, runtime: {runtime}, unit: {socket}-{name}.service{comma}{more} }}"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_roster_is_yaml_and_names_every_declared_agent() {
        let value: serde_json::Value =
            serde_yaml::from_str(&roster("mosaic-demo-1", Path::new("/w"))).unwrap_or_default();
        let names: Vec<_> = value["agents"].as_array().into_iter().flatten().map(|a| a["name"].as_str()).collect();
        let declared: Vec<_> = CAST.iter().filter(|c| c.declared.is_some()).map(|c| Some(c.name)).collect();
        assert_eq!(names, declared);
        assert_eq!(value["tmux"]["socket_name"], "mosaic-demo-1");
    }

    #[test]
    fn every_name_is_one_that_tmux_and_systemd_can_carry_and_stands_once() {
        let names: BTreeSet<_> = CAST.iter().map(|cast| cast.name).collect();
        assert_eq!(names.len(), CAST.len());
        for name in names {
            assert!(name.parse::<crate::fleet::ids::AgentName>().is_ok(), "{name}");
        }
    }

    #[test]
    fn the_fleet_has_its_two_agent_floor() {
        for class in ["orchestrator", "enhancer"] {
            assert_eq!(CAST.iter().filter(|c| c.declared.is_some_and(|d| d.class == class)).count(), 1);
        }
    }
}
