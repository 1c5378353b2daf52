//! The shape of `assets/gates.yaml` and of the user's `fleet/gates.d/*.yaml`. What a field means stands in the schema
//! and in `docs/gates.md`; what is found with it is `read.rs`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error};

use super::{
    Kind,
    pattern::{Expression, Pattern},
};

/// One file of rules over screens: `fleet/gates.d/*.yaml`. How rules are written: docs/gates.md.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "gates.d/*.yaml")]
pub(super) struct FileSpec {
    /// The version of this shape: 1.
    #[serde(rename = "version")]
    #[schemars(with = "u32", range(min = 1, max = 1))]
    pub(super) _version: FormatVersion,
    /// What is drawn around the input line, by runtime.
    #[serde(default)]
    pub(super) runtimes: BTreeMap<String, RuntimeSpec>,
    /// Dialogs that wait for somebody. One of a known id replaces that one.
    #[serde(default)]
    pub(super) rules: Vec<RuleSpec>,
    /// Signs of work, limits, errors, viewers. One of a known id replaces that one.
    #[serde(default)]
    pub(super) marks: Vec<MarkSpec>,
    /// Ids of rules and marks that do not apply here.
    #[serde(default)]
    pub(super) off: Vec<String>,
}

impl FileSpec {
    /// Every expression in it.
    pub(super) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let composers = self
            .runtimes
            .values()
            .flat_map(|it| [&it.composer, &it.composer_not, &it.ready, &it.message, &it.transcript, &it.context]);
        let rules = self.rules.iter().flat_map(|it| {
            let deeds = it.does.iter().map(|deed| &deed.option);
            it.all.iter().chain(&it.any).chain(&it.none).chain(&it.options).chain(&it.safe).chain(deeds)
        });
        let marks = self.marks.iter().flat_map(|it| it.any.iter().chain(&it.none));
        let marked = self.marks.iter().flat_map(|it| [&it.resets, &it.stands]);
        let resets = self.rules.iter().map(|it| &it.resets).chain(marked);
        let patterns = rules.chain(marks).filter_map(Pattern::expression);
        patterns.chain(composers.chain(resets).flatten())
    }
}

/// What is drawn around the input line of a runtime.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RuntimeSpec {
    /// The line that shows that the input line is up: the lowest that fits.
    pub(super) composer: Option<Expression>,
    /// A line that looks so and is none.
    pub(super) composer_not: Option<Expression>,
    /// How many rules stand above that line, the input line's upper edge included.
    pub(super) rules_above: u8,
    /// The input line stands in a box whose border runs up from that line.
    pub(super) boxed: bool,
    /// What stands below it never begins at the left edge: such a line means that it is an older message.
    pub(super) indented_below: bool,
    /// The terminal's cursor is shown exactly while the input line is up.
    pub(super) cursor: bool,
    /// What the lines below the input line must hold before it counts as ready; nothing: always.
    pub(super) ready: Option<Expression>,
    /// The first line of a message that was sent: what stands above it belongs to an older turn.
    pub(super) message: Option<Expression>,
    /// A sent message has a background of its own.
    pub(super) message_lit: bool,
    /// A row that belongs to what was said before: no dialog's own words stand beside it.
    pub(super) transcript: Option<Expression>,
    /// How much of its context is used, in percent, as it says at the bottom of its screen: the first group.
    pub(super) context: Option<Expression>,
    /// A panel of so many columns may stand at the right side, beside everything.
    pub(super) panel: u16,
}

/// Where a rule looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Where {
    /// A menu at the end of the screen and what stands above it; the input line is gone.
    Menu,
    /// The last lines of the screen; the input line is gone.
    Bottom,
    /// The live end of the screen, whatever stands below but a shell's prompt; the input line is gone.
    Live,
    /// Below the input line.
    Footer,
    /// The live screen, also beside an input line.
    Screen,
    /// The pane's title; the input line is gone.
    Title,
}

/// A dialog.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleSpec {
    /// Its name, which is shown: `claude.trust`.
    pub(super) id: String,
    /// For which runtimes; empty: for every one.
    #[serde(default)]
    pub(super) runtimes: Vec<String>,
    /// For which versions, as `>=2.1.200` or `<2.1.200`. A version that is not known fits.
    pub(super) versions: Option<Versions>,
    /// What kind of block it is.
    pub(super) kind: Kind,
    /// What it is about, in one word.
    pub(super) about: String,
    /// One line for a person.
    pub(super) says: String,
    /// Where it looks.
    #[serde(rename = "where")]
    pub(super) place: Where,
    /// What must be there. A plain text is found wherever it is wrapped, in any case; `/…/` is an expression.
    #[serde(default)]
    pub(super) all: Vec<Pattern>,
    /// Of which at least one must be there.
    #[serde(default)]
    pub(super) any: Vec<Pattern>,
    /// What must not be there.
    #[serde(default)]
    pub(super) none: Vec<Pattern>,
    /// Labels that must be among the options.
    #[serde(default)]
    pub(super) options: Vec<Pattern>,
    /// The label of the answer that lets the agent go on without harm.
    pub(super) safe: Option<Pattern>,
    /// The keys that do so where there is nothing to choose, or that step over it.
    #[serde(default)]
    pub(super) keys: Vec<String>,
    /// Only a person can answer it.
    #[serde(default)]
    pub(super) human: bool,
    /// What options do, by label; the first that fits.
    #[serde(default)]
    pub(super) does: Vec<Deed>,
    /// What a bare Enter does where there are no options.
    pub(super) enter: Option<String>,
    /// The reset time, as the expression's first group.
    pub(super) resets: Option<Expression>,
    /// The recordings (below `tests/cases/gates/`) and sources that it comes from.
    pub(super) cites: Vec<String>,
}

/// What an option does.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Deed {
    /// Its label.
    pub(super) option: Pattern,
    /// What it does, as a word: `quits`.
    pub(super) does: String,
    /// It needs a confirmation of its own.
    #[serde(default)]
    pub(super) dangerous: bool,
}

/// What a mark tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Tells {
    /// It works.
    Working,
    /// A usage limit holds it up.
    Limit,
    /// The last turn ended in an error.
    Trouble,
    /// An error is being retried.
    Retrying,
    /// Somebody looks at something else.
    Viewer,
}

/// Where a mark stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Stands {
    /// The line directly above the input line (blank and indented lines may stand between), or its upper edge.
    Status,
    /// Below the input line.
    Footer,
    /// Since the last message that was sent, near the input line.
    Turn,
    /// The last lines of the screen.
    Bottom,
    /// The live end of the screen; the input line is gone.
    Live,
    /// The pane's title.
    Title,
}

/// A sign.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MarkSpec {
    /// Its name.
    pub(super) id: String,
    /// For which runtimes; empty: for every one.
    #[serde(default)]
    pub(super) runtimes: Vec<String>,
    /// For which versions.
    pub(super) versions: Option<Versions>,
    /// What it tells.
    pub(super) tells: Tells,
    /// Where it stands.
    #[serde(rename = "where")]
    pub(super) place: Stands,
    /// What is looked for: of these, any. In `status` and `title`, expressions over one line as it is shown.
    pub(super) any: Vec<Pattern>,
    /// What must not be there.
    #[serde(default)]
    pub(super) none: Vec<Pattern>,
    /// What it is about, in one word: `auth`, `api`, `quota`.
    #[serde(default)]
    pub(super) about: String,
    /// How the text ends when nothing but a person can mend an error: an agent that rests there for a minute is stuck.
    pub(super) stands: Option<Expression>,
    /// The reset time, as the expression's first group.
    pub(super) resets: Option<Expression>,
    /// It goes on by itself.
    #[serde(default)]
    pub(super) resumes: bool,
    /// Its row begins in some red.
    #[serde(default)]
    pub(super) red: bool,
    /// No other paragraph of the turn stands below it.
    #[serde(default)]
    pub(super) last: bool,
    /// It also waits for the next message.
    #[serde(default)]
    pub(super) idle: bool,
    /// The recordings and sources that it comes from.
    pub(super) cites: Vec<String>,
}

/// The version of the shape.
#[derive(Debug, Clone)]
pub(super) struct FormatVersion;

impl<'de> Deserialize<'de> for FormatVersion {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u32::deserialize(from)? {
            1 => Ok(Self),
            other => Err(D::Error::custom(format!("version {other} of the rules is not known: write version: 1"))),
        }
    }
}

/// A range of versions: `>=2.1.200`, `<2.1.200`, or both with a comma.
#[derive(Debug, Clone)]
pub(super) struct Versions(Vec<(bool, Vec<u32>)>);

impl Versions {
    /// Whether a version is within; one that cannot be read is.
    pub(super) fn hold(&self, version: &str) -> bool {
        let Some(version) = numbers(version) else { return true };
        self.0.iter().all(|(least, bound)| (version >= *bound) == *least)
    }
}

/// `2.1.329 (beta)` → 2, 1, 329.
fn numbers(version: &str) -> Option<Vec<u32>> {
    let plain = version.trim().trim_start_matches('v');
    let plain = plain.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    plain.split('.').map(|part| part.parse().ok()).collect()
}

impl<'de> Deserialize<'de> for Versions {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let bound = |part: &str| {
            let part = part.trim();
            let (least, version) =
                part.strip_prefix(">=").map(|v| (true, v)).or_else(|| part.strip_prefix('<').map(|v| (false, v)))?;
            numbers(version).map(|version| (least, version))
        };
        let bounds: Option<Vec<_>> = text.split(',').map(bound).collect();
        bounds
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("{text:?} is no range of versions, such as \">=2.1, <3\"")))
    }
}

impl JsonSchema for Versions {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Versions".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "`>=2.1.200`, `<2.1.200`, or both with a comma." })
    }
}
