//! Where reality differs from the roster. Only what is surely different counts: a flag that cries wolf is ignored.

use super::{
    agent_facts::{AgentFacts, Declared},
    heartbeat::Health,
    judgement::Drift,
    runtime::{self, Recognition},
};

/// The launcher of spec §9: while it has the terminal, the runtime is still being started.
const LAUNCHER: &str = "mosaic";

/// Every field that differs. The working directory is not among them: an agent may `cd`, so it is evidence at most.
#[must_use]
pub fn of(facts: &AgentFacts) -> Vec<Drift> {
    let Some(declared) = &facts.declared else { return Vec::new() };
    let alive = facts.pane.as_ref().is_some_and(|pane| pane.dead.is_none());
    let runtime = alive.then(|| runtime_drift(declared, &facts.recognition)).flatten();
    runtime.into_iter().chain(alive.then(|| model_drift(declared, facts)).flatten()).collect()
}

/// Whether the pane's directory is neither the declared one nor below it.
#[must_use]
pub fn elsewhere(declared: &str, actual: &str) -> bool {
    let declared = declared.trim_end_matches('/');
    let below = actual.strip_prefix(declared).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    !below
}

/// What to look for in an agent's pane, the preferred first: its named runtime, then the program of its own command
/// (a wrapper may stay above the runtime); without a named runtime its program; else the default. A shell that is to
/// start a named runtime is not what the agent should be.
#[must_use]
pub fn wanted(declared: &Declared) -> Vec<String> {
    let program = declared.program.clone();
    let program = program.filter(|program| !declared.runtime_named || !runtime::is_shell(program));
    let by_runtime = declared.runtime_named || program.is_none();
    let runtime = by_runtime.then(|| runtime::program_of(&declared.runtime).unwrap_or_default());
    runtime.into_iter().chain(program).collect()
}

fn runtime_drift(declared: &Declared, recognition: &Recognition) -> Option<Drift> {
    let own_command = declared.program.is_some();
    let wanted = wanted(declared);
    let is_it = |name: &String| wanted.contains(name);
    let roster = wanted.first().cloned().unwrap_or_default();
    let actual = match recognition {
        Recognition::Unknown(_) => return None,
        Recognition::Runtime(it) if is_it(&it.name) => return None,
        // A command of the operator's own may start anything: only a runtime that contradicts a named one counts.
        Recognition::Runtime(_) if own_command && !declared.runtime_named => return None,
        Recognition::Runtime(it) => it.name.clone(),
        Recognition::Shell(name) => format!("{name}, a shell"),
        Recognition::Other(name) if own_command || name == LAUNCHER => return None,
        Recognition::Other(name) => name.clone(),
    };
    Some(Drift { field: "runtime", roster, actual })
}

fn model_drift(declared: &Declared, facts: &AgentFacts) -> Option<Drift> {
    let hint = declared.model.as_deref()?;
    let actual = facts.beat.read.as_ref().filter(|_| facts.beat.health == Health::Healthy)?.model.as_deref()?;
    differ(hint, actual).then(|| Drift { field: "model", roster: hint.to_owned(), actual: actual.to_owned() })
}

/// Whether two names of models surely mean different ones. A provider before `/` and an effort behind `:` do not
/// count, nor does a shorter name of the same model (`opus` for `claude-opus-4-5`).
fn differ(hint: &str, actual: &str) -> bool {
    let (hint, actual) = (words_of(hint), words_of(actual));
    let silent = |words: &[String]| {
        words.is_empty() || words.iter().any(|word| matches!(word.as_str(), "default" | "auto" | "best" | "opusplan"))
    };
    let within = |few: &[String], many: &[String]| few.iter().all(|word| many.contains(word));
    !silent(&hint) && !silent(&actual) && !within(&hint, &actual) && !within(&actual, &hint)
}

/// The words of a model's name: `openai-codex/gpt-5.5:high` is `gpt`, `5`, `5`.
fn words_of(model: &str) -> Vec<String> {
    let name = model.rsplit('/').next().unwrap_or(model);
    let name = name.split([':', '[', '@']).next().unwrap_or(name);
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_differs_only_when_it_is_surely_another() {
        for (hint, actual, expected) in [
            ("openai-codex/gpt-5.5:high", "openai-codex/gpt-5.5", false),
            ("openai-codex/gpt-5.5", "openai/gpt-5.5:low", false),
            ("opus", "claude-opus-4-5", false),
            ("opus[1m]", "claude-opus-4-5-20251101", false),
            ("claude-opus-4.5", "claude-opus-4-5", false),
            ("Opus", "claude-OPUS-4-5", false),
            ("default", "claude-opus-4-5", false),
            ("opusplan", "claude-sonnet-4-5", false),
            ("", "claude-sonnet-4-5", false),
            ("opus", "claude-sonnet-4-5", true),
            ("claude-opus-4-1", "claude-opus-4-5", true),
            ("openai-codex/gpt-5.5:high", "anthropic/claude-opus-4-5", true),
        ] {
            assert_eq!(differ(hint, actual), expected, "{hint} against {actual}");
        }
    }

    #[test]
    fn a_directory_below_the_declared_one_is_not_elsewhere() {
        assert!(!elsewhere("/home/dev/src/app/", "/home/dev/src/app"));
        assert!(!elsewhere("/home/dev/src", "/home/dev/src/app"));
        assert!(!elsewhere("/", "/tmp"));
        assert!(elsewhere("/home/dev/src/app", "/home/dev/src/app2"));
        assert!(elsewhere("/home/dev/src/app", "/home/dev"));
    }
}
