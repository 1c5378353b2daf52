//! The rules: read from data, the user's beside the built-in ones. How they are applied is `read.rs`.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use super::{
    Glance, Kind as Block, Seen,
    pattern::Pattern,
    read::read,
    spec::{FileSpec, MarkSpec, RuleSpec, RuntimeSpec, Versions},
};
use crate::fleet::yaml::{
    self, Place, Problem,
    marked::{self, Kind, Marked},
};

/// The rules that come with the program.
const BUILTIN: &str = include_str!("../../../assets/gates.yaml");

/// All the rules that apply.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    pub(super) runtimes: BTreeMap<String, RuntimeSpec>,
    pub(super) prompts: Vec<RuleSpec>,
    pub(super) marks: Vec<MarkSpec>,
}

impl Rules {
    /// The rules of `assets/gates.yaml`. A test holds that there is nothing wrong with them.
    #[must_use]
    pub fn builtin() -> Self {
        Self::shared().as_ref().clone()
    }

    /// The same, read once for the whole program.
    #[must_use]
    pub fn shared() -> Arc<Self> {
        static SHARED: LazyLock<Arc<Rules>> = LazyLock::new(|| {
            // Its expressions are compiled when they are first tried; a test holds that each can be.
            let mut rules = Rules::default();
            let added = yaml::decode(BUILTIN).ok().and_then(|file| rules.add(file).ok());
            Arc::new(added.map(|()| rules).unwrap_or_default())
        });
        Arc::clone(&SHARED)
    }

    /// The same with a file of the user's: a rule or mark is added, or replaces the one with its id, or is put `off`;
    /// what is said of a runtime's input line replaces what was said of it.
    ///
    /// Errors: the first thing that does not fit, with its place; nothing of the file is then used.
    pub fn with(&self, text: &str) -> Result<Self, Problem> {
        let file: FileSpec = yaml::decode(text)?;
        self.and(file).map_err(|wrong| {
            let tree = marked::read(text).ok().flatten();
            let places = tree.map(|tree| places_of(&tree, &wrong.stands)).unwrap_or_default();
            let place = if wrong.second { places.get(1) } else { places.last() };
            Problem::error(place.copied(), wrong.what)
        })
    }

    fn and(&self, file: FileSpec) -> Result<Self, Wrong> {
        let mut rules = self.clone();
        for it in file.expressions() {
            it.check().map_err(|what| Wrong { stands: it.source().to_owned(), second: false, what })?;
        }
        rules.add(file)?;
        Ok(rules)
    }

    fn add(&mut self, file: FileSpec) -> Result<(), Wrong> {
        self.runtimes.extend(file.runtimes);
        replace(&mut self.prompts, file.rules, |rule| &rule.id)?;
        replace(&mut self.marks, file.marks, |mark| &mark.id)?;
        for id in file.off {
            let before = self.prompts.len() + self.marks.len();
            self.prompts.retain(|rule| rule.id != id);
            self.marks.retain(|mark| mark.id != id);
            if before == self.prompts.len() + self.marks.len() {
                let what = format!("off: there is no rule or mark {id:?}");
                return Err(Wrong { stands: id, second: false, what });
            }
        }
        Ok(())
    }

    /// What one look says. Total and pure.
    #[must_use]
    pub fn read(&self, glance: &Glance<'_>) -> Seen {
        read(self, glance)
    }

    /// The ids of the rules that know a prompt, with what each is about and what it comes from: for `doctor` and docs.
    pub fn known(&self) -> impl Iterator<Item = (&str, &str, &[String])> {
        let rules = self.prompts.iter().map(|rule| (rule.id.as_str(), rule.says.as_str(), rule.cites.as_slice()));
        rules.chain(self.marks.iter().map(|mark| (mark.id.as_str(), mark.about.as_str(), mark.cites.as_slice())))
    }

    /// The ids of the rules that know a prompt.
    pub fn prompt_ids(&self) -> impl Iterator<Item = &str> {
        self.prompts.iter().map(|rule| rule.id.as_str())
    }

    /// Every runtime that something here is about.
    pub fn runtimes(&self) -> impl Iterator<Item = &str> {
        let named = self.prompts.iter().flat_map(|rule| &rule.runtimes);
        named.chain(self.marks.iter().flat_map(|mark| &mark.runtimes)).chain(self.runtimes.keys()).map(String::as_str)
    }

    /// What a policy could do about the prompts of a rule; `None`: there is no such rule.
    #[must_use]
    pub fn policed(&self, id: &str) -> Option<Policed<'_>> {
        let rule = self.prompts.iter().find(|rule| rule.id == id)?;
        Some(Policed { runtimes: &rule.runtimes, never: never_cleared(rule) })
    }

    /// The rules for prompts that apply to a runtime.
    pub(super) fn rules_of(&self, glance: &Glance<'_>) -> impl Iterator<Item = &RuleSpec> {
        self.prompts.iter().filter(|rule| applies(&rule.runtimes, rule.versions.as_ref(), glance))
    }

    /// The marks that apply to a runtime.
    pub(super) fn marks_of(&self, glance: &Glance<'_>) -> impl Iterator<Item = &MarkSpec> {
        self.marks.iter().filter(|mark| applies(&mark.runtimes, mark.versions.as_ref(), glance))
    }
}

/// What a policy could do about the prompts of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policed<'a> {
    /// The runtimes that it is for; empty: every one.
    pub runtimes: &'a [String],
    /// Why nothing but a person ever answers it, after the rule's name.
    pub never: Option<&'static str>,
}

/// Why no policy ever clears a prompt of this rule, as far as the rule alone tells.
fn never_cleared(rule: &RuleSpec) -> Option<&'static str> {
    let dangerous = || {
        let labels = rule.safe.as_ref().map(Pattern::examples).unwrap_or_default();
        let does = |label: &String| rule.does.iter().find(|deed| deed.option.is_in(label));
        !labels.is_empty() && labels.iter().all(|label| does(label).is_some_and(|deed| deed.dangerous))
    };
    match rule.kind {
        Block::Asks => Some("asks inside a turn, and only gates are ever cleared"),
        Block::Limit | Block::Error | Block::Prompt => Some("is no gate, and only gates are ever cleared"),
        Block::Gate if rule.human => Some("can only be answered by a person"),
        Block::Gate if rule.safe.is_none() && rule.keys.is_empty() => Some("has no answer that is known to be safe"),
        Block::Gate if rule.keys.is_empty() && dangerous() => Some("has a safe answer that is dangerous all the same"),
        Block::Gate => None,
    }
}

/// The JSON Schema of a file of rules.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(FileSpec)
}

fn applies(runtimes: &[String], versions: Option<&Versions>, glance: &Glance<'_>) -> bool {
    let runtime = runtimes.is_empty() || glance.runtime.is_some_and(|name| runtimes.iter().any(|it| it == name));
    runtime && versions.is_none_or(|versions| glance.version.is_none_or(|version| versions.hold(version)))
}

/// What does not fit in a file, and the text that stands where it is wrong.
struct Wrong {
    stands: String,
    /// The second place of that text is meant, not the last.
    second: bool,
    what: String,
}

/// Where a text stands as a value, in the file's order; an expression stands there with or without its slashes.
fn places_of(tree: &Marked, text: &str) -> Vec<Place> {
    match &tree.kind {
        Kind::Text(it) if it == text || it.strip_prefix('/').and_then(|it| it.strip_suffix('/')) == Some(text) => {
            vec![tree.place]
        }
        Kind::List(list) => list.iter().flat_map(|it| places_of(it, text)).collect(),
        Kind::Map(entries) => entries.iter().flat_map(|it| places_of(&it.value, text)).collect(),
        _ => Vec::new(),
    }
}

/// Puts the new ones in the places of those with the same id, or at the end.
fn replace<T>(old: &mut Vec<T>, new: Vec<T>, id: impl Fn(&T) -> &String) -> Result<(), Wrong> {
    for (at, one) in new.iter().enumerate() {
        if new[..at].iter().any(|other| id(other) == id(one)) {
            let what = format!("the id {:?} stands in the file a second time", id(one));
            return Err(Wrong { stands: id(one).clone(), second: true, what });
        }
    }
    for one in new {
        match old.iter().position(|other| id(other) == id(&one)) {
            Some(at) => old[at] = one,
            None => old.push(one),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{BUILTIN, Rules};

    #[test]
    #[expect(clippy::panic, reason = "a failure is the test's failure")]
    fn nothing_is_wrong_with_the_rules_that_come_with_the_program() {
        if let Err(problem) = Rules::default().with(BUILTIN) {
            panic!("{}", problem.show("assets/gates.yaml"));
        }
    }
}
