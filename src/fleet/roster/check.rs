//! The rules of a roster, over the marked tree: every problem at once, each with its place. Spec §3.
//!
//! Errors keep the roster from being used, warnings do not; what makes which is decided here and nowhere else.

use std::collections::HashMap;

use super::{
    EMPTY_HINT, HOLDER, Place, Problem,
    keys::{AGENT, Key, PLACES, ROSTER, Rule, TMUX, Want},
};
use crate::fleet::yaml::marked::{Entry, Kind, Marked};

/// Finds every problem of a roster, in the file's order.
pub(super) fn check(tree: &Marked) -> Vec<Problem> {
    let mut check = Check { problems: Vec::new() };
    let Kind::Map(entries) = &tree.kind else {
        check.wrong_type(tree, "the roster", "a mapping", EMPTY_HINT);
        return check.problems;
    };
    check.repeated_keys(tree);
    check.map(entries, ROSTER);
    check.version_is_there(tree, entries);
    check.agents_are_there(tree, entries);
    check.names_are_unique(entries);
    check.problems.sort_by_key(|problem| problem.place);
    // An alias brings the same keys, and so the same problems, twice.
    check.problems.dedup();
    check.problems
}

/// A key's value in a mapping, in either spelling; `null` counts as absent.
pub(super) fn get<'a>(entries: &'a [Entry], keys: &[Key], name: &str) -> Option<&'a Marked> {
    let key = keys.iter().find(|key| key.name == name)?;
    let entry = entries.iter().find(|entry| key.is_written(&entry.key))?;
    (entry.value.kind != Kind::Null).then_some(&entry.value)
}

struct Check {
    problems: Vec<Problem>,
}

impl Check {
    fn error(&mut self, at: Place, what: String, hint: &str) {
        self.problems.push(Problem::error(Some(at), what).hinted(hint));
    }

    fn warning(&mut self, at: Place, what: String, hint: &str) {
        self.problems.push(Problem::note(Some(at), what).hinted(hint));
    }

    /// Duplicate keys of any mapping, known or not.
    fn repeated_keys(&mut self, tree: &Marked) {
        match &tree.kind {
            Kind::Map(entries) => {
                let mut first: HashMap<&str, Place> = HashMap::new();
                for Entry { key, place, value } in entries {
                    if let Some(other) = first.get(key.as_str()) {
                        let what =
                            format!("the key {} stands twice (the other is on line {})", quoted(key), other.line);
                        self.error(*place, what, "keep one of them");
                    }
                    first.entry(key).or_insert(*place);
                    self.repeated_keys(value);
                }
            }
            Kind::List(items) => items.iter().for_each(|item| self.repeated_keys(item)),
            _ => {}
        }
    }

    fn map(&mut self, entries: &[Entry], keys: &'static [Key]) {
        let mut first: HashMap<&str, &Entry> = HashMap::new();
        for entry in entries {
            let Some(key) = keys.iter().find(|key| key.is_written(&entry.key)) else {
                self.unknown_key(entry, keys);
                continue;
            };
            let other = *first.entry(key.name).or_insert(entry);
            if other.key != entry.key {
                let what = format!(
                    "`{}` and `{}` (on line {}) are two spellings of one key",
                    entry.key, other.key, other.place.line
                );
                self.error(entry.place, what, "keep one of them");
            }
            self.value(&entry.value, key.name, &key.want);
        }
    }

    fn unknown_key(&mut self, entry: &Entry, keys: &[Key]) {
        let what = format!("the key {} is not known and has no effect", quoted(&entry.key));
        let elsewhere = PLACES.iter().find(|(_, keys)| keys.iter().any(|key| key.is_written(&entry.key)));
        let hint = match (nearest(&entry.key, keys), elsewhere) {
            (Some(name), _) => format!("did you mean `{name}`?"),
            (None, Some((place, _))) => format!("it belongs {place}"),
            (None, None) => "it is kept as it is".to_owned(),
        };
        self.warning(entry.place, what, &hint);
    }

    fn value(&mut self, value: &Marked, name: &str, want: &'static Want) {
        match (want, &value.kind) {
            (_, Kind::Null) | (Want::Flag, Kind::Flag(_)) => {}
            (Want::Version, _) => self.version(value),
            (Want::Line, Kind::Text(text)) => self.line(value.place, name, text, |_| Ok(())),
            (Want::Text(rule), Kind::Text(text)) => self.line(value.place, name, text, *rule),
            (Want::Texts, Kind::List(items)) => items.iter().for_each(|item| self.text(item, name)),
            (Want::Env, Kind::Map(entries)) => entries.iter().for_each(|entry| self.variable(entry)),
            (Want::Map(keys), Kind::Map(entries)) => self.map(entries, keys),
            (Want::Each(keys), Kind::Map(entries)) => {
                for entry in entries {
                    self.each(&entry.value, &entry.key, keys);
                }
            }
            (Want::List(keys), Kind::List(items)) => items.iter().for_each(|item| self.item(item, name, keys)),
            (Want::Flag, _) => self.wrong_type(value, name, "`true` or `false`", "write `true` or `false`"),
            (Want::Line | Want::Text(_), _) => self.wrong_type(value, name, "text", "write one line of text"),
            (Want::Texts | Want::List(_), _) => self.wrong_type(value, name, "a list", "write lines of `- …` below it"),
            (Want::Env | Want::Map(_) | Want::Each(_), _) => self.no_mapping(value, name),
        }
    }

    fn line(&mut self, at: Place, name: &str, text: &str, rule: Rule) {
        if text.contains(char::is_control) {
            let what = format!("`{name}` must be one line without control characters");
            self.error(at, what, "write it on one line");
        } else if let Err(wrong) = rule(text) {
            self.error(at, format!("{} {}", quoted(text), wrong.what), wrong.hint);
        }
    }

    fn each(&mut self, value: &Marked, name: &str, keys: &'static [Key]) {
        match &value.kind {
            Kind::Null => {}
            Kind::Map(entries) => self.map(entries, keys),
            _ => self.no_mapping(value, name),
        }
    }

    fn item(&mut self, value: &Marked, list: &str, keys: &'static [Key]) {
        let Kind::Map(entries) = &value.kind else {
            return self.no_mapping(value, &format!("an entry of `{list}`"));
        };
        self.map(entries, keys);
        if std::ptr::eq(keys, AGENT) && get(entries, AGENT, "name").is_none() {
            self.error(value.place, "an agent has no `name`".to_owned(), "add `name: …`; it is its tmux session");
        }
    }

    fn variable(&mut self, entry: &Entry) {
        let first_is_digit = entry.key.starts_with(|c: char| c.is_ascii_digit());
        let word = !entry.key.is_empty() && entry.key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if first_is_digit || !word {
            let what = format!("{} is no name for a variable", quoted(&entry.key));
            self.error(entry.place, what, "use letters, digits and `_`, and no digit first");
        }
        if entry.value.kind != Kind::Null {
            self.text(&entry.value, &entry.key);
        }
    }

    /// A text that must be there, unlike a key's value, which may be left open.
    fn text(&mut self, value: &Marked, name: &str) {
        match value.kind {
            Kind::Null => self.wrong_type(value, name, "text", "write it, or delete the line"),
            _ => self.value(value, name, &Want::Line),
        }
    }

    fn version(&mut self, value: &Marked) {
        match &value.kind {
            Kind::Number(number) if number == "1" => {}
            Kind::Number(number) => {
                let what = format!("version {number} of the roster is not known here, only version 1");
                self.error(value.place, what, "a newer mosaic-top may read it");
            }
            _ => self.wrong_type(value, "version", "the number 1", "write `version: 1`, without quotes"),
        }
    }

    fn no_mapping(&mut self, value: &Marked, name: &str) {
        self.wrong_type(value, name, "a mapping", "write `key: value`, or lines of it below");
    }

    /// A number or flag where text belongs is most often text without its quotes.
    fn wrong_type(&mut self, value: &Marked, name: &str, wanted: &str, hint: &str) {
        let (found, quoted) = match &value.kind {
            Kind::Null => ("nothing".to_owned(), None),
            Kind::Flag(flag) => (format!("the flag {flag}"), Some(flag.to_string())),
            Kind::Number(number) => (format!("the number {number}"), Some(number.clone())),
            Kind::Text(text) => (format!("the text {}", quoted(text)), None),
            Kind::List(_) => ("a list".to_owned(), None),
            Kind::Map(_) => ("a mapping".to_owned(), None),
        };
        let name = if name.contains(' ') { name.to_owned() } else { format!("`{name}`") };
        let what = format!("{name} must be {wanted}, not {found}");
        match quoted {
            Some(text) if wanted == "text" => self.error(value.place, what, &format!("write it in quotes: {text:?}")),
            _ => self.error(value.place, what, hint),
        }
    }

    fn version_is_there(&mut self, tree: &Marked, entries: &[Entry]) {
        if get(entries, ROSTER, "version").is_none() {
            let what = "the roster does not say its version; it is read as version 1".to_owned();
            self.warning(tree.place, what, "add `version: 1`");
        }
    }

    /// A file without `agents` is more likely the wrong file than a fleet of nobody.
    fn agents_are_there(&mut self, tree: &Marked, entries: &[Entry]) {
        if get(entries, ROSTER, "agents").is_none() {
            let what = "the roster has no `agents`".to_owned();
            self.error(tree.place, what, "list them, or write `agents: []` for a fleet of nobody");
        }
    }

    /// No two agents share a name, and none has the holder's.
    fn names_are_unique(&mut self, entries: &[Entry]) {
        let holder = match get(entries, ROSTER, "tmux").map(|tmux| &tmux.kind) {
            Some(Kind::Map(tmux)) => get(tmux, TMUX, "holder_session"),
            _ => None,
        };
        let holder_name = holder.map_or(Some(HOLDER), text_of);
        let Some(Kind::List(agents)) = get(entries, ROSTER, "agents").map(|agents| &agents.kind) else { return };
        let mut first: HashMap<&str, Place> = HashMap::new();
        for agent in agents {
            let Kind::Map(agent) = &agent.kind else { continue };
            let Some(value) = get(agent, AGENT, "name") else { continue };
            let Some(name) = text_of(value) else { continue };
            if let Some(other) = first.get(name) {
                let what = format!("two agents are named {name:?} (the other is on line {})", other.line);
                self.error(value.place, what, "rename one: a name is one tmux session and one unit");
            } else if Some(name) == holder_name {
                let what = format!("an agent is named {name:?}, which is the holder's session");
                self.error(value.place, what, "rename the agent, or set `tmux.holder_session` to another name");
            }
            first.entry(name).or_insert(value.place);
        }
    }
}

fn text_of(value: &Marked) -> Option<&str> {
    match &value.kind {
        Kind::Text(text) => Some(text),
        _ => None,
    }
}

/// A text of the file in quotes, cut where it is too long for a line.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// The known key that somebody who typed this one probably meant.
fn nearest(typed: &str, keys: &[Key]) -> Option<&'static str> {
    // Longer ones are no typing mistake, and comparing them costs time.
    const LONGEST: usize = 40;
    if typed.len() > LONGEST {
        return None;
    }
    // `modelhint`, `Model-Hint` and `model_hint` differ only in how they are written.
    let bare = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let typed = bare(typed);
    keys.iter()
        .map(|key| (strsim::damerau_levenshtein(&typed, &bare(key.name)), key.name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .min()
        .map(|(_, name)| name)
}
