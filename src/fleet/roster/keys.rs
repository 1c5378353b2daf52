//! The keys of a roster, as a table: what each mapping may hold, and what each value must be. Spec §3.
//!
//! A new key is a new line here, a field in `decode.rs` and a property in `assets/roster.schema.json`. The rules
//! that look at one value stand below the tables; rules that compare values are in `check.rs`.

use crate::fleet::ids::AgentName;

/// One key of a mapping. `holder_session` may also be written `holderSession`.
pub(super) struct Key {
    /// Its name in `snake_case`.
    pub(super) name: &'static str,
    /// What its value must be.
    pub(super) want: Want,
}

/// What a value must be.
pub(super) enum Want {
    /// The number 1.
    Version,
    /// `true` or `false`.
    Flag,
    /// One line of text.
    Line,
    /// One line of text that passes a rule.
    Text(Rule),
    /// A list of texts.
    Texts,
    /// Variables: names to texts.
    Env,
    /// A mapping with these keys.
    Map(&'static [Key]),
    /// A mapping of any names to mappings with these keys.
    Each(&'static [Key]),
    /// A list of mappings with these keys.
    List(&'static [Key]),
}

/// Looks at one text: what is wrong with it, if anything is.
pub(super) type Rule = fn(&str) -> Result<(), Wrong>;

/// What is wrong with a text, and what to do.
pub(super) struct Wrong {
    /// Follows the quoted text: `"a b" is no …`.
    pub(super) what: String,
    /// What to do next.
    pub(super) hint: &'static str,
}

const fn key(name: &'static str, want: Want) -> Key {
    Key { name, want }
}

/// The file's own keys.
pub(super) const ROSTER: &[Key] = &[
    // For editors and for people; nothing is read from them.
    key("$schema", Want::Line),
    key("//", Want::Line),
    key("version", Want::Version),
    key("transport", Want::Text(transport)),
    key("tmux", Want::Map(TMUX)),
    key("defaults", Want::Map(DEFAULTS)),
    key("runtimes", Want::Each(RUNTIME)),
    key("agents", Want::List(AGENT)),
];

/// `tmux`.
pub(super) const TMUX: &[Key] = &[key("socket_name", Want::Text(socket)), key("holder_session", Want::Text(name))];

/// `defaults`.
pub(super) const DEFAULTS: &[Key] = &[key("working_directory", Want::Line)];

/// `runtimes.<name>`.
pub(super) const RUNTIME: &[Key] = &[key("reset_command", Want::Line)];

/// One of `agents`.
pub(super) const AGENT: &[Key] = &[
    key("name", Want::Text(name)),
    key("class", Want::Line),
    key("runtime", Want::Line),
    key("alias", Want::Line),
    key("model_hint", Want::Line),
    key("working_directory", Want::Line),
    key("host", Want::Text(destination)),
    key("ssh", Want::Text(destination)),
    key("socket", Want::Text(socket)),
    key("yolo", Want::Flag),
    key("command", Want::Line),
    key("channels", Want::Texts),
    key("env", Want::Env),
    key("unit", Want::Text(unit)),
];

/// Every mapping by the words that say where it is, for hints about a key that stands in the wrong one.
pub(super) const PLACES: &[(&str, &[Key])] = &[
    ("at the top level", ROSTER),
    ("under `tmux`", TMUX),
    ("under `defaults`", DEFAULTS),
    ("under a runtime in `runtimes`", RUNTIME),
    ("in an agent", AGENT),
];

impl Key {
    /// Whether a key of the file is this one, in either spelling.
    pub(super) fn is_written(&self, key: &str) -> bool {
        key == self.name || (self.name.contains('_') && key == camel(self.name))
    }
}

/// `socket_name` → `socketName`.
fn camel(snake: &str) -> String {
    let mut words = snake.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut joined, word| {
        let mut chars = word.chars();
        joined.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        joined.push_str(chars.as_str());
        joined
    })
}

fn wrong(what: impl Into<String>, hint: &'static str) -> Result<(), Wrong> {
    Err(Wrong { what: what.into(), hint })
}

fn name(text: &str) -> Result<(), Wrong> {
    match text.parse::<AgentName>() {
        Ok(_) => Ok(()),
        Err(bad) => wrong(
            format!("is no name for a session: {bad}"),
            "a name is also the tmux session and the systemd instance: use letters, digits, `-` and `_`",
        ),
    }
}

/// A socket's name is a file's name in tmux's directory. Empty means the default server.
fn socket(text: &str) -> Result<(), Wrong> {
    if text.contains('/') || matches!(text, "." | "..") {
        return wrong(
            "is no name for a tmux socket: tmux makes a file of that name",
            "write the name that `tmux -L` takes, without a path; leave it out for the default server",
        );
    }
    Ok(())
}

fn transport(text: &str) -> Result<(), Wrong> {
    if text == "tmux" { Ok(()) } else { wrong("is no transport that is known here", "the only one is `tmux`") }
}

/// A host reaches ssh's command line, where a leading `-` would be an option.
fn destination(text: &str) -> Result<(), Wrong> {
    if text.starts_with('-') || text.contains(char::is_whitespace) {
        return wrong("is no host that ssh could be given", "write `host` or `user@host`");
    }
    Ok(())
}

fn unit(text: &str) -> Result<(), Wrong> {
    if text.starts_with('-') || text.contains(|c: char| c == '/' || c.is_whitespace()) {
        return wrong("is no name for a systemd unit", "write a name such as `my-agent.service`, without a path");
    }
    Ok(())
}
