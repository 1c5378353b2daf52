//! The small language of `/`: which rows are shown.
//!
//! Words are joined by AND. `text` is looked for, whatever its case, in the name, alias, class, runtime, model,
//! session, socket, state and flags; `field:text` in one field; a leading `!` turns a word round. A word that is not
//! finished yet (`!`, `class:`) leaves every row in, so that the list does not flicker while it is typed. Nothing
//! here knows keys or drawing.

use super::{
    judgement::{Flag, Readiness},
    row::Row,
};

/// What is shown. The default shows every row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    terms: Vec<Term>,
    /// Only rows that need a person (Ctrl-F), beside whatever the words say.
    pub faults_only: bool,
}

/// Why a filter could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}. Hint: {hint}")]
pub struct FilterError {
    /// Where the word begins, in characters from 0.
    pub at: usize,
    /// What is wrong, without a full stop.
    pub what: String,
    /// What to type instead, without a full stop.
    pub hint: String,
}

/// One word of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    inverse: bool,
    /// `None`: any of the fields that plain text looks at.
    field: Option<Field>,
    /// In lower case.
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Class,
    State,
    Runtime,
    Model,
    Flag,
    Host,
    Socket,
}

impl Filter {
    /// Reads a filter as it is typed after `/`.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let terms: Result<Vec<_>, _> = words(text).map(|(at, word)| Term::parse(at, word)).collect();
        let unfinished = |term: &Term| term.text.is_empty();
        Ok(Self { terms: terms?.into_iter().filter(|term| !unfinished(term)).collect(), faults_only: false })
    }

    /// Whether a row is shown.
    #[must_use]
    pub fn matches(&self, row: &Row) -> bool {
        (!self.faults_only || row.needs_you()) && self.terms.iter().all(|term| term.matches(row))
    }

    /// Whether every row is shown, whatever it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && !self.faults_only
    }
}

/// The words of a text, each with the character it begins at.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(char::is_whitespace)
        .scan(0, |next, word| {
            let at = *next;
            *next += word.chars().count() + 1;
            Some((at, word))
        })
        .filter(|(_, word)| !word.is_empty())
}

impl Term {
    fn parse(at: usize, word: &str) -> Result<Self, FilterError> {
        let (inverse, word) = word.strip_prefix('!').map_or((false, word), |rest| (true, rest));
        let (field, text) = match word.split_once(':') {
            None => (None, word),
            Some((name, text)) => (Some(Field::parse(at, name)?), text),
        };
        let text = text.to_lowercase();
        if let Some(field) = field {
            field.refuse_unheard_of(at, &text)?;
        }
        Ok(Self { inverse, field, text })
    }

    fn matches(&self, row: &Row) -> bool {
        let found = |field: Field| field.of(row).iter().any(|text| text.to_lowercase().contains(&self.text));
        let any = match self.field {
            Some(field) => found(field),
            None => Field::PLAIN.into_iter().any(found),
        };
        any != self.inverse
    }
}

impl Field {
    const ALL: [(&'static str, Self); 8] = [
        ("name", Self::Name),
        ("class", Self::Class),
        ("state", Self::State),
        ("runtime", Self::Runtime),
        ("model", Self::Model),
        ("flag", Self::Flag),
        ("host", Self::Host),
        ("socket", Self::Socket),
    ];

    /// Where plain text is looked for. Not the host: on one host it would match every row.
    const PLAIN: [Self; 7] =
        [Self::Name, Self::Class, Self::State, Self::Runtime, Self::Model, Self::Flag, Self::Socket];

    fn parse(at: usize, name: &str) -> Result<Self, FilterError> {
        let found = Self::ALL.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
        found.map(|(_, field)| field).ok_or_else(|| FilterError {
            at,
            what: format!("there is no field {name:?}"),
            hint: format!("fields are {}", Self::ALL.map(|(known, _)| known).join(", ")),
        })
    }

    /// A state or flag of which no part reads so would silently empty the list.
    fn refuse_unheard_of(self, at: usize, text: &str) -> Result<(), FilterError> {
        let (what, known): (_, Vec<String>) = match self {
            Self::State => ("state", Readiness::ALL.map(|state| state.word().to_owned()).into()),
            Self::Flag => ("flag", Flag::ALL.map(|flag| flag.word().to_lowercase()).into()),
            _ => return Ok(()),
        };
        if known.iter().any(|word| word.contains(text)) {
            return Ok(());
        }
        let hint = format!("{what}s are {}", known.join(", "));
        Err(FilterError { at, what: format!("there is no {what} {text:?}"), hint })
    }

    /// What a row has in this field.
    fn of(self, row: &Row) -> Vec<&str> {
        match self {
            Self::Name => {
                let mut names = vec![row.name.as_str(), row.key.session.as_str()];
                names.extend(row.alias.as_deref());
                names
            }
            Self::Class => row.class.as_deref().into_iter().collect(),
            Self::State => vec![row.readiness().word()],
            Self::Runtime => row.runtime.as_deref().into_iter().collect(),
            Self::Model => row.model.as_deref().into_iter().collect(),
            Self::Flag => row.judgement.flags.iter().map(|flag| flag.word()).collect(),
            Self::Host => vec![row.key.host.0.as_str()],
            Self::Socket => vec![row.key.socket.name()],
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use proptest::prelude::*;

    use super::*;
    use crate::fleet::sample::{row, row_in};

    fn fleet() -> Vec<Row> {
        let mut rows = vec![
            row_in("orchestrator", Readiness::Stuck, &[]),
            row_in("coder0", Readiness::Working, &[Flag::Drift]),
            row("coder1"),
            row_in("scratch", Readiness::Dead, &[Flag::Unmanaged]),
        ];
        rows[0].alias = Some("Mos".into());
        rows[0].class = Some("orchestrator".into());
        rows[1].model = Some("openai/gpt-5.5:high".into());
        rows[2].runtime = Some("codex".into());
        rows[3].managed = false;
        rows[3].class = None;
        rows
    }

    fn check(filter: &str, expected: &str) {
        let parsed = Filter::parse(filter).unwrap();
        let rows = fleet();
        let shown: Vec<_> = rows.iter().filter(|row| parsed.matches(row)).map(|row| row.name.as_str()).collect();
        assert_eq!(shown.join(" "), expected, "{filter:?}");
    }

    #[test]
    fn plain_text_is_found_in_any_field_whatever_its_case() {
        check("CODER", "coder0 coder1");
        check("mos", "orchestrator");
        check("codex", "coder1");
        check("gpt", "coder0");
        check("stuck", "orchestrator");
        check("drift", "coder0");
        check("fleet", "orchestrator coder0 coder1 scratch");
        check("lin", "");
    }

    #[test]
    fn words_are_joined_by_and_and_a_mark_turns_one_round() {
        check("coder !drift", "coder1");
        check("!coder", "orchestrator scratch");
        check("!class:code", "orchestrator scratch");
        check("  ", "orchestrator coder0 coder1 scratch");
    }

    #[test]
    fn a_field_is_asked_alone() {
        check("class:code", "coder0 coder1");
        check("state:stuck", "orchestrator");
        check("runtime:codex", "coder1");
        check("flag:drift", "coder0");
        check("host:LIN name:r1", "coder1");
        check("socket:fleet model:6:high", "");
        check("model:5.5:high", "coder0");
    }

    #[test]
    fn a_word_that_is_not_finished_hides_nothing() {
        for typing in ["!", "class:", "!state:", "state:st"] {
            assert!(Filter::parse(typing).is_ok(), "{typing:?}");
        }
        check("! class: !state:", "orchestrator coder0 coder1 scratch");
        assert!(Filter::parse("! class:").unwrap().is_empty());
    }

    #[test]
    fn faults_only_leaves_the_managed_agents_that_need_a_person() {
        let faults = Filter { faults_only: true, ..Filter::default() };
        let shown: Vec<_> = fleet().into_iter().filter(|row| faults.matches(row)).map(|row| row.name).collect();
        assert_eq!(shown, ["orchestrator", "coder0"]);
    }

    #[test]
    fn what_no_row_can_have_is_refused_in_words() {
        for (filter, at, says) in [
            ("coder sate:x", 6, "there is no field \"sate\". Hint: fields are name, class, state,"),
            ("ä !state:stcuk", 2, "there is no state \"stcuk\". Hint: states are stuck, dead,"),
            ("flag:x", 0, "there is no flag \"x\". Hint: flags are hazard,"),
            (":x", 0, "there is no field \"\". Hint:"),
        ] {
            let error = Filter::parse(filter).unwrap_err();
            assert_eq!(error.at, at, "{filter:?}");
            assert!(error.to_string().starts_with(says), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_filter(text in "(?s).{0,40}|(!?(class|state|flag|name):?.{0,4} ){0,5}") {
            if let Ok(filter) = Filter::parse(&text) {
                let _ = fleet().iter().filter(|row| filter.matches(row)).count();
            }
        }
    }
}
