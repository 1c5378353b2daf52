//! The command that starts an agent where no unit does. Spec §9.
//!
//! A detached launch reads no `~/.bashrc`, so PATH and the agent's name are baked into the pane's command, and the
//! runtime is `exec`ed. Pure: the agent's env file is handed in as text.

use std::collections::BTreeMap;

use crate::fleet::{
    roster::{Agent, Roster},
    text::pairs,
};

/// What starts every runtime (spec §9).
const LAUNCHER: &str = "mosaic";

/// First words that `exec` takes from the shell rather than from PATH, or that cannot follow it anyway.
const BUILT_IN: [&str; 6] = ["cd", "export", "if", "for", "while", "."];

/// How an agent is launched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The session to make: the agent's name.
    pub name: String,
    /// Where it works, `~` expanded.
    pub directory: String,
    /// Its runtime.
    pub runtime: String,
    /// Its model.
    pub model: Option<String>,
    /// Bypass permissions: `mosaic yolo …`. Never a second flag beside it.
    pub yolo: bool,
    /// Replaces the whole command.
    pub command: Option<String>,
    /// Variables of the roster.
    pub env: BTreeMap<String, String>,
}

impl Launch {
    /// What the roster says of an agent.
    #[must_use]
    pub fn of(roster: &Roster, agent: &Agent, home: &str) -> Self {
        Self {
            name: agent.name.to_string(),
            directory: roster.working_directory_of(agent, home),
            runtime: agent.runtime_or_default().to_owned(),
            model: agent.model_hint.clone(),
            yolo: agent.yolo,
            command: agent.command.clone(),
            env: agent.env.clone(),
        }
    }

    /// With what the agent's env file says laid over it: the unit reads that file, so it is what would run.
    #[must_use]
    pub fn with_env_file(mut self, text: &str) -> Self {
        for (key, value) in pairs(text).filter(|(_, value)| !value.is_empty()) {
            let value = unquoted(value).to_owned();
            match key {
                "MOSAIC_AGENT_RUNTIME" => self.runtime = value,
                "MOSAIC_AGENT_MODEL" => self.model = Some(value),
                "MOSAIC_AGENT_WORKDIR" => self.directory = value,
                "MOSAIC_AGENT_COMMAND" => self.command = Some(value),
                "MOSAIC_AGENT_NAME" | "MOSAIC_TMUX_SOCKET" => {}
                _ => {
                    self.env.insert(key.to_owned(), value);
                }
            }
        }
        self
    }

    /// The runtime's own command line, for a shell.
    #[must_use]
    pub fn runtime_line(&self) -> String {
        if let Some(command) = &self.command {
            return command.clone();
        }
        let model = self.model.as_ref().map(|model| format!(" --model {}", quoted(model))).unwrap_or_default();
        let yolo = if self.yolo { "yolo " } else { "" };
        format!("{LAUNCHER} {yolo}{}{model}", quoted(&self.runtime))
    }

    /// The program that the launch begins with: the launcher, or the first word of a command that replaces it. `None` where
    /// that word is a shell's own business.
    #[must_use]
    pub fn launcher(&self) -> Option<&str> {
        let word = match &self.command {
            Some(command) => command.split_whitespace().next()?,
            None => LAUNCHER,
        };
        let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "_-./+".contains(c));
        (plain && !BUILT_IN.contains(&word)).then_some(word)
    }

    /// The pane's whole command, for tmux's shell: the variables, then `exec`.
    #[must_use]
    pub fn pane_line(&self, path: &str) -> String {
        self.line_with(path, quoted)
    }

    /// The same for people and the log: the variables without their values, which may be keys and passwords.
    #[must_use]
    pub fn shown_line(&self, path: &str) -> String {
        self.line_with(path, |_| "…".to_owned())
    }

    fn line_with(&self, path: &str, value: impl Fn(&str) -> String) -> String {
        let mut line = format!("PATH={} MOSAIC_AGENT_NAME={}", quoted(path), quoted(&self.name));
        let ours = |key: &&String| key.as_str() != "PATH" && key.as_str() != "MOSAIC_AGENT_NAME" && is_variable(key);
        for key in self.env.keys().filter(ours) {
            line = format!("{line} {key}={}", value(&self.env[key]));
        }
        format!("export {line}; exec {}", self.runtime_line())
    }
}

/// A word as a POSIX shell reads it back.
#[must_use]
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// A name that a shell can export.
fn is_variable(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A value of an env file, as systemd reads it: one pair of quotes around the whole goes.
fn unquoted(value: &str) -> &str {
    let inner = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}
