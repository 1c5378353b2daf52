//! The rules: read from data, the user's beside the built-in ones. How they are applied is `read.rs`.

use std::collections::BTreeMap;

use super::{
    Glance, Seen,
    read::read,
    spec::{FileSpec, MarkSpec, RuleSpec, RuntimeSpec, Versions},
};
use crate::fleet::yaml::{self, Problem};

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
        Self::default().with(BUILTIN).unwrap_or_default()
    }

    /// The same with a file of the user's: a rule or mark is added, or replaces the one with its id, or is put `off`;
    /// what is said of a runtime's input line replaces what was said of it.
    ///
    /// Errors: the first thing that does not fit, with its place; nothing of the file is then used.
    pub fn with(&self, text: &str) -> Result<Self, Problem> {
        let file: FileSpec = yaml::decode(text)?;
        let mut rules = self.clone();
        rules.runtimes.extend(file.runtimes);
        replace(&mut rules.prompts, file.rules, |rule| &rule.id)?;
        replace(&mut rules.marks, file.marks, |mark| &mark.id)?;
        for id in &file.off {
            let before = rules.prompts.len() + rules.marks.len();
            rules.prompts.retain(|rule| rule.id != *id);
            rules.marks.retain(|mark| mark.id != *id);
            if before == rules.prompts.len() + rules.marks.len() {
                return Err(Problem::error(None, format!("off: there is no rule or mark {id:?}")));
            }
        }
        Ok(rules)
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

    /// The rules for prompts that apply to a runtime.
    pub(super) fn rules_of(&self, glance: &Glance<'_>) -> impl Iterator<Item = &RuleSpec> {
        self.prompts.iter().filter(|rule| applies(&rule.runtimes, rule.versions.as_ref(), glance))
    }

    /// The marks that apply to a runtime.
    pub(super) fn marks_of(&self, glance: &Glance<'_>) -> impl Iterator<Item = &MarkSpec> {
        self.marks.iter().filter(|mark| applies(&mark.runtimes, mark.versions.as_ref(), glance))
    }
}

fn applies(runtimes: &[String], versions: Option<&Versions>, glance: &Glance<'_>) -> bool {
    let runtime = runtimes.is_empty() || glance.runtime.is_some_and(|name| runtimes.iter().any(|it| it == name));
    runtime && versions.is_none_or(|versions| glance.version.is_none_or(|version| versions.hold(version)))
}

/// Puts the new ones in the places of those with the same id, or at the end.
fn replace<T>(old: &mut Vec<T>, new: Vec<T>, id: impl Fn(&T) -> &String) -> Result<(), Problem> {
    for (at, one) in new.iter().enumerate() {
        if new[..at].iter().any(|other| id(other) == id(one)) {
            return Err(Problem::error(None, format!("the id {:?} stands in the file a second time", id(one))));
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
