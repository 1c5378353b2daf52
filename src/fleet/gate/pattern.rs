//! What rules look for: plain texts and expressions. An expression is compiled when it is first tried, and tried only
//! where words that it cannot do without are there: most never are. It knows no rule.

use std::sync::OnceLock;

use memchr::memmem;
use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind, literal::Extractor};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error};

use super::lines::{Text, squeezed};

/// The most memory that one expression may take when it is compiled, in bytes.
const MOST_COMPILED: usize = 1 << 19;
/// A word of so many characters tells something.
const TELLING: usize = 3;

/// Something to look for: a plain text, or an expression between slashes.
#[derive(Debug, Clone)]
pub(super) enum Pattern {
    /// Lower case, without blanks.
    Fragment(String),
    /// Over lines joined by one blank.
    Expression(Expression),
}

impl Pattern {
    /// Where it is in a text: the row, from 0. The last place: the newest counts.
    pub(super) fn row_in(&self, text: &Text) -> Option<u16> {
        match self {
            Self::Fragment(fragment) => has(&text.squeezed, fragment)
                .then(|| text.squeezed.rfind(fragment.as_str()))?
                .map(|at| text.row_of_squeezed(at)),
            Self::Expression(it) if it.may_be_in(text) => it.row_in(text),
            Self::Expression(_) => None,
        }
    }

    /// Whether it is in one line or label.
    pub(super) fn is_in(&self, line: &str) -> bool {
        match self {
            Self::Fragment(fragment) => squeezed(line).contains(fragment.as_str()),
            Self::Expression(it) => it.is_in(line),
        }
    }

    /// Texts that it is in, one for each way in which it may begin; empty where there are too many to say.
    pub(super) fn examples(&self) -> Vec<String> {
        match self {
            Self::Fragment(fragment) => vec![fragment.clone()],
            Self::Expression(it) => it.examples(),
        }
    }

    /// The expression, if it is one.
    pub(super) fn expression(&self) -> Option<&Expression> {
        match self {
            Self::Fragment(_) => None,
            Self::Expression(it) => Some(it),
        }
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if let Some(inside) = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
            return Expression::new(inside).map(Self::Expression).map_err(D::Error::custom);
        }
        let fragment = squeezed(&text);
        if fragment.chars().count() < TELLING {
            return Err(D::Error::custom(format!("{text:?} is too short to tell anything: at least three letters")));
        }
        Ok(Self::Fragment(fragment))
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "minLength": 3, "description": "A plain text, or an expression between slashes." })
    }
}

/// A regular expression, without regard to case.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    source: String,
    /// Words, lower case and without blanks, of which one must be there wherever it fits; empty: none is known.
    needs: Vec<String>,
    compiled: OnceLock<Option<Regex>>,
}

impl Expression {
    fn new(source: &str) -> Result<Self, String> {
        let parsed = regex_syntax::parse(source).map_err(|error| refusal(source, &error.to_string()))?;
        Ok(Self { source: source.to_owned(), needs: needs(&parsed), compiled: OnceLock::new() })
    }

    /// As it is written.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// Whether it fits somewhere in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.compiled().is_some_and(|it| it.is_match(text))
    }

    /// Its first group in a text.
    pub(super) fn group(&self, text: &str) -> Option<String> {
        let found = self.compiled()?.captures_iter(text).last()?.get(1)?.as_str().trim();
        (!found.is_empty()).then(|| found.to_owned())
    }

    /// Texts that it fits, one for each way in which it may begin; empty where none is that short and sure.
    fn examples(&self) -> Vec<String> {
        let Ok(parsed) = regex_syntax::parse(&self.source) else { return Vec::new() };
        let seq = Extractor::new().extract(&parsed);
        let texts =
            seq.literals().unwrap_or_default().iter().map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
        let texts: Vec<String> = texts.collect();
        if texts.iter().all(|text| self.is_in(text)) { texts } else { Vec::new() }
    }

    /// Compiles it now. Errors: why it can never be used, with its text.
    pub(super) fn check(&self) -> Result<(), String> {
        let compiled = self.build().map_err(|error| refusal(&self.source, &error.to_string()))?;
        let _ = self.compiled.set(Some(compiled));
        Ok(())
    }

    /// The last row of a text that it fits in; one that begins with `^` fits where a row begins.
    fn row_in(&self, text: &Text) -> Option<u16> {
        let compiled = self.compiled()?;
        if self.source.starts_with('^') {
            let mut rows = text.beginnings().rev();
            return rows.find(|(_, rest)| compiled.is_match(rest)).map(|(row, _)| row);
        }
        compiled.find_iter(&text.joined).last().map(|hit| text.row_of_joined(hit.start()))
    }

    fn may_be_in(&self, text: &Text) -> bool {
        self.needs.is_empty() || self.needs.iter().any(|word| has(&text.squeezed, word))
    }

    fn compiled(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| self.build().ok()).as_ref()
    }

    fn build(&self) -> Result<Regex, regex::Error> {
        RegexBuilder::new(&self.source).case_insensitive(true).size_limit(MOST_COMPILED).build()
    }
}

fn refusal(source: &str, error: &str) -> String {
    let last = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
    format!("{source:?} is no expression that can be used: {last}")
}

fn has(text: &str, word: &str) -> bool {
    memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}

/// Words of which one stands wherever an expression fits.
fn needs(of: &Hir) -> Vec<String> {
    match of.kind() {
        HirKind::Literal(literal) => {
            let word = std::str::from_utf8(&literal.0).map(squeezed).unwrap_or_default();
            if word.chars().count() < TELLING { Vec::new() } else { vec![word] }
        }
        HirKind::Capture(capture) => needs(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => needs(&repetition.sub),
        HirKind::Concat(parts) => {
            let shortest = |words: &Vec<String>| words.iter().map(String::len).min();
            parts.iter().map(needs).max_by_key(shortest).unwrap_or_default()
        }
        HirKind::Alternation(parts) => {
            let each: Vec<Vec<String>> = parts.iter().map(needs).collect();
            if each.iter().any(Vec::is_empty) { Vec::new() } else { each.into_iter().flatten().collect() }
        }
        _ => Vec::new(),
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for Expression {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "A regular expression, without regard to case." })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failure is the test's failure")]

    use super::*;

    fn check(expression: &str, expected: &[&str]) {
        assert_eq!(Expression::new(expression).unwrap().needs, expected, "{expression}");
    }

    #[test]
    fn an_expression_is_tried_only_where_words_are_that_it_cannot_do_without() {
        check("do you want to (create|make)\\b", &["doyouwantto"]);
        check("^(trust and continue|Skip)", &["trustandcontinue", "skip"]);
        check("(x|usage) limit", &["limit"]);
        check("[a-z]+ \\d", &[]);
        check("(usage)? ab", &[]);
    }

    #[test]
    fn one_that_is_too_large_is_refused_in_words() {
        let said = Expression::new("\\w{900}{9}").unwrap().check().unwrap_err();
        assert!(said.contains("is no expression that can be used"), "{said}");
    }
}
