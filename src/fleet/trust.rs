//! Trust recorded before a launch (spec §7.1), so that nobody has to answer the question "do you trust this folder?".
//!
//! PURE: the text of a runtime's own file goes in, the text with the one entry changed comes out; all the rest stands as
//! it stood, to the byte for JSON, with comments and order for TOML. It reads and writes nothing itself.

mod json;
#[cfg(test)]
mod tests;
mod toml;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// A runtime that keeps a record of trusted directories that is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// `projects["<dir>"].hasTrustDialogAccepted` of `.claude.json`.
    Claude,
    /// `projects."<dir>".trust_level` of `config.toml`.
    Codex,
}

/// What recording trust in a file's text would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// It stands there already.
    Recorded,
    /// The whole text with the entry in it.
    Changed(String),
}

impl Keeper {
    /// The keeper of a runtime's trust; `None` for a runtime that asks no such question, or is not known.
    #[must_use]
    pub fn of(runtime: &str) -> Option<Self> {
        match runtime {
            "claude" => Some(Self::Claude),
            "codex" => Some(Self::Codex),
            _ => None,
        }
    }

    /// The file, by the agent's own environment; `home` where that has no `HOME`.
    #[must_use]
    pub fn file(self, env: &BTreeMap<String, String>, home: &Path) -> PathBuf {
        let set = |name: &str| env.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = set("HOME").unwrap_or_else(|| home.to_owned());
        match self {
            Self::Claude => set("MOSAIC_CLAUDE_JSON")
                .or_else(|| Some(set("CLAUDE_CONFIG_DIR")?.join(".claude.json")))
                .unwrap_or_else(|| home.join(".claude.json")),
            Self::Codex => set("CODEX_HOME").unwrap_or_else(|| home.join(".codex")).join("config.toml"),
        }
    }

    /// What is written, for people: `projects["/w"].hasTrustDialogAccepted = true`.
    #[must_use]
    pub fn entry(self, directory: &str) -> String {
        match self {
            Self::Claude => format!("projects[{directory:?}].hasTrustDialogAccepted = true"),
            Self::Codex => format!("projects.{directory:?}.trust_level = \"trusted\""),
        }
    }

    /// Records trust for exactly this directory. `text` is the file's; `None` where there is no file yet.
    ///
    /// Errors, in words: the text does not parse or has another shape, so it is to be left alone; or somebody wrote into
    /// it that this directory is *not* trusted, which is theirs to take back.
    pub fn record(self, text: Option<&str>, directory: &str) -> Result<Edit, String> {
        match self {
            // What is there and empty is being written by somebody, or was cut off: a fresh one would take all else away.
            Self::Claude if text.is_some_and(|text| text.trim().is_empty()) => {
                Err("it is empty, as where another program is about to write it".to_owned())
            }
            Self::Claude => json::record(text.unwrap_or_default(), directory),
            Self::Codex => toml::record(text.unwrap_or_default(), directory),
        }
    }

    /// Whether a launch there would not ask: this directory is trusted, or one above it (which both count).
    pub fn trusts(self, text: Option<&str>, directory: &str) -> Result<bool, String> {
        let up = Path::new(directory).ancestors().filter_map(Path::to_str);
        let mut up = up.map(|directory| match self {
            Self::Claude => json::trusts(text.unwrap_or_default(), directory),
            Self::Codex => toml::trusts(text.unwrap_or_default(), directory),
        });
        up.find(|trusted| trusted != &Ok(false)).unwrap_or(Ok(false))
    }
}

/// Whether claude would still ask the questions of a first start.
pub fn claude_is_onboarded(text: Option<&str>) -> Result<bool, String> {
    flag(text, "hasCompletedOnboarding")
}

/// Whether claude's warning about bypassed permissions has been accepted for good, by its `settings.json`.
pub fn claude_bypass_accepted(settings: Option<&str>) -> Result<bool, String> {
    flag(settings, "skipDangerousModePermissionPrompt")
}

fn flag(text: Option<&str>, key: &str) -> Result<bool, String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    let Some(text) = text else { return Ok(false) };
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(value.get(key).and_then(serde_json::Value::as_bool) == Some(true))
}
