//! The user's own rules laid over the built-in ones, file by file. A file with a mistake changes nothing and is named.
//! Pure: whoever reads the files hands their texts in.

use std::sync::Arc;

use super::Rules;
use crate::fleet::runtime::spec::RuntimeSpecs;

/// The rules that apply, and what is wrong with the user's files.
#[derive(Debug, Clone, Default)]
pub struct UserRules {
    /// The built-in rules with the user's; `None` where nothing was looked for.
    pub rules: Option<Arc<Rules>>,
    /// Each problem as `file:line:column: what`, safe to print.
    pub problems: Vec<String>,
}

/// A file of the user's: its path as it is shown, and its text, or why that cannot be read.
pub type UserFile = (String, Result<String, String>);

impl UserRules {
    /// Reads rules from these files, in their order, and checks what is said of runtimes.
    #[must_use]
    pub fn of(gates: &[UserFile], runtimes: Option<&UserFile>) -> Self {
        let (mut rules, mut problems) = (Rules::shared(), Vec::new());
        for (path, text) in gates {
            match text {
                Ok(text) => match rules.with(text) {
                    Ok(with) => rules = Arc::new(with),
                    Err(problem) => problems.push(problem.show(path)),
                },
                Err(why) => problems.push(why.clone()),
            }
        }
        match runtimes {
            Some((path, Ok(text))) => {
                problems.extend(RuntimeSpecs::with_user(text).err().map(|problem| problem.show(path)));
            }
            Some((_, Err(why))) => problems.push(why.clone()),
            None => {}
        }
        Self { rules: Some(rules), problems }
    }
}

impl PartialEq for UserRules {
    /// The same rules are the same object: they are read again only when a file is another one.
    fn eq(&self, other: &Self) -> bool {
        let same = match (&self.rules, &other.rules) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        same && self.problems == other.problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_a_mistake_changes_nothing_and_is_named_with_its_place() {
        let good = ("a.yaml".to_owned(), Ok("version: 1\noff: [claude.trust]\n".to_owned()));
        let bad = ("b.yaml".to_owned(), Ok("version: 1\nruels: []\n".to_owned()));
        let lost = ("c.yaml".to_owned(), Err("c.yaml cannot be read".to_owned()));
        let user = UserRules::of(&[good, bad, lost], Some(&("r.yaml".to_owned(), Ok("x: 1\n".to_owned()))));
        assert!(user.rules.is_some_and(|rules| rules.known().all(|(id, _, _)| id != "claude.trust")));
        assert_eq!(user.problems.len(), 3, "{:?}", user.problems);
        assert!(user.problems[0].starts_with("b.yaml:2:1: "), "{:?}", user.problems);
        assert!(user.problems[2].starts_with("r.yaml:1:1: "), "{:?}", user.problems);
    }
}
