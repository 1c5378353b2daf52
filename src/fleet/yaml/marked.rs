//! YAML text → a tree in which every key and every value knows its place.
//!
//! Duplicate keys are kept, so that the rules can name both. Anchors, aliases and merge keys (`<<`) are followed
//! within a budget: a hostile file ends in one problem, never in a full memory or stack. Nothing here knows what
//! a file is for.

use std::collections::{BTreeMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::{Place, Problem};

/// The longest file that is read, in bytes: a thousand times a big roster.
const MOST_BYTES: usize = 1 << 20;
/// The deepest nesting; a roster needs five, a rule six.
const DEEPEST: usize = 32;
/// The most values in all, counting each again wherever an alias repeats it.
const MOST_VALUES: usize = 100_000;

/// One value and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Marked {
    /// Where it begins; for an aliased value where the alias stands.
    pub(crate) place: Place,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What a value is, by the core schema of YAML 1.2.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number, as it is written.
    Number(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Marked>),
    /// A mapping in the file's order, duplicates included.
    Map(Vec<Entry>),
}

/// One line of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The key, as it is written.
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) place: Place,
    /// Its value.
    pub(crate) value: Marked,
}

/// Reads the one document of a text; `None` when there is nothing in it but comments.
pub(crate) fn read(text: &str) -> Result<Option<Marked>, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > MOST_BYTES {
        let what = format!("the file has {} bytes, more than the {MOST_BYTES} that are read", text.len());
        return Err(Problem::error(None, what).hinted("is it the right file?"));
    }
    refuse_control_characters(text)?;
    Reader { parser: Parser::new_from_str(text), text, anchors: BTreeMap::new(), values: 0 }.document()
}

/// YAML allows no control characters, and the parser would take a NUL for the end of the file. A carriage return on
/// its own ends a line for YAML and not for editors: every place after it would be wrong.
fn refuse_control_characters(text: &str) -> Result<(), Problem> {
    let (mut line, mut column) = (1, 1);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let allowed = matches!(c, '\n' | '\t' | '\u{85}') || (c == '\r' && chars.peek() == Some(&'\n'));
        if c.is_control() && !allowed {
            let what = format!("the control character U+{:04X} cannot stand here", c as u32);
            return Err(Problem::error(Some(Place { line, column }), what).hinted("delete it, or end the line there"));
        }
        (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
    }
    Ok(())
}

/// Turns the parser's events into the tree.
struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    text: &'a str,
    anchors: BTreeMap<usize, Anchor>,
    values: usize,
}

/// A value that an alias may repeat, and how many values that costs.
struct Anchor {
    value: Marked,
    cost: usize,
}

impl<'a> Reader<'a> {
    fn document(mut self) -> Result<Option<Marked>, Problem> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(_) if root.is_none() => {}
                Event::DocumentStart(_) => {
                    return Err(Problem::error(Some(place(span)), "a second document begins here")
                        .hinted("this file is one document: delete the `---` or everything below it"));
                }
                other => root = Some(self.value(other, span, 0)?),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Problem> {
        match self.parser.next_event() {
            Some(Ok(found)) => Ok(found),
            Some(Err(error)) => Err(self.syntax_error(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn value(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Marked, Problem> {
        let place = place(span);
        let before = self.values;
        self.spend(1, place)?;
        if depth > DEEPEST {
            let what = format!("values are nested deeper than {DEEPEST} levels");
            return Err(Problem::error(Some(place), what).hinted("no file of ours needs more than a few"));
        }
        let (kind, anchor) = match event {
            Event::Alias(id) => (self.repeat(id, place)?, 0),
            Event::Scalar(text, style, id, tag) => (scalar(text.into_owned(), style, tag.as_deref(), place)?, id),
            Event::SequenceStart(id, tag) => {
                refuse_tag(tag.as_deref(), place)?;
                (self.list(depth)?, id)
            }
            Event::MappingStart(id, tag) => {
                refuse_tag(tag.as_deref(), place)?;
                (self.map(depth)?, id)
            }
            _ => return Err(Problem::error(Some(place), "a value is missing here")),
        };
        let value = Marked { place, kind };
        if anchor > 0 {
            let cost = self.values - before;
            self.spend(cost, place)?;
            self.anchors.insert(anchor, Anchor { value: value.clone(), cost });
        }
        Ok(value)
    }

    fn list(&mut self, depth: usize) -> Result<Kind, Problem> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Kind::List(items)),
                (event, span) => items.push(self.value(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Kind, Problem> {
        let (mut entries, mut merged) = (Vec::new(), Vec::new());
        loop {
            let (event, span) = self.next()?;
            let at = place(span);
            let (key, plain) = match event {
                Event::MappingEnd => return Ok(Kind::Map(with_merged(entries, merged))),
                Event::Scalar(text, style, ..) => (text.into_owned(), style == ScalarStyle::Plain),
                _ => {
                    let what = "a key must be a word, not a list, a mapping or an alias";
                    return Err(Problem::error(Some(at), what).hinted("write `key: value`"));
                }
            };
            let (event, span) = self.next()?;
            let value = self.value(event, span, depth + 1)?;
            if plain && key == "<<" {
                merged.extend(merge_source(value)?);
            } else {
                entries.push(Entry { key, place: at, value });
            }
        }
    }

    fn repeat(&mut self, id: usize, at: Place) -> Result<Kind, Problem> {
        let Some(anchor) = self.anchors.get(&id) else {
            return Err(Problem::error(Some(at), "an alias stands inside the value that it repeats")
                .hinted("write the value out"));
        };
        let (kind, cost) = (anchor.value.kind.clone(), anchor.cost);
        self.spend(cost, at)?;
        Ok(kind)
    }

    fn spend(&mut self, values: usize, at: Place) -> Result<(), Problem> {
        self.values += values;
        if self.values > MOST_VALUES {
            let what = format!("the file holds more than {MOST_VALUES} values, aliases counted each time");
            return Err(Problem::error(Some(at), what).hinted("write less, or repeat less with aliases"));
        }
        Ok(())
    }

    /// The parser's own words and place; where a tab is to blame it notices it a line before or after.
    fn syntax_error(&self, error: &ScanError) -> Problem {
        let mark = error.marker();
        let at = Place { line: mark.line().max(1), column: mark.col() + 1 };
        let nearby = self.text.lines().enumerate().skip(at.line.saturating_sub(2)).take(3);
        let tab = nearby.into_iter().find_map(|(index, line)| {
            let column = line.chars().take_while(|c| matches!(c, ' ' | '\t')).position(|c| c == '\t')? + 1;
            Some(Place { line: index + 1, column })
        });
        let problem = Problem::error(Some(tab.unwrap_or(at)), format!("this is not YAML: {}", error.info()));
        match tab {
            Some(_) => problem.hinted("indent with spaces: YAML allows no tabs there"),
            None => problem.hinted("look at the indentation, at open brackets, and at text with `:` that needs quotes"),
        }
    }
}

/// Columns are counted from 0 by the parser, from 1 by people and editors.
fn place(span: Span) -> Place {
    Place { line: span.start.line().max(1), column: span.start.col() + 1 }
}

/// The mappings under a `<<`, first wins.
fn merge_source(value: Marked) -> Result<Vec<Entry>, Problem> {
    match value.kind {
        Kind::Map(entries) => Ok(entries),
        Kind::List(items) => {
            let sources: Result<Vec<_>, _> = items.into_iter().map(merge_source).collect();
            Ok(sources?.into_iter().flatten().collect())
        }
        _ => Err(Problem::error(Some(value.place), "`<<` merges mappings, and this is none")
            .hinted("write `<<: *anchor`, where `&anchor` stands before a mapping")),
    }
}

/// A mapping's own keys win over merged ones.
fn with_merged(mut own: Vec<Entry>, merged: Vec<Entry>) -> Vec<Entry> {
    let mut taken: HashSet<String> = own.iter().map(|entry| entry.key.clone()).collect();
    own.extend(merged.into_iter().filter(|entry| taken.insert(entry.key.clone())));
    own
}

fn scalar(text: String, style: ScalarStyle, tag: Option<&Tag>, at: Place) -> Result<Kind, Problem> {
    if tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str") {
        return Ok(Kind::Text(text));
    }
    refuse_tag(tag, at)?;
    Ok(if style == ScalarStyle::Plain { plain(text) } else { Kind::Text(text) })
}

fn refuse_tag(tag: Option<&Tag>, at: Place) -> Result<(), Problem> {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema() => {
            Err(Problem::error(Some(at), format!("the tag {tag} means nothing in this file")).hinted("delete it"))
        }
        _ => Ok(()),
    }
}

/// What a plain word means: YAML 1.2's core schema, in which `yes` and `on` are words.
fn plain(text: String) -> Kind {
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Flag(true),
        "false" | "False" | "FALSE" => Kind::Flag(false),
        number if is_number(number) => Kind::Number(text),
        _ => Kind::Text(text),
    }
}

fn is_number(text: &str) -> bool {
    let radix = |prefix, radix| {
        text.strip_prefix(prefix).is_some_and(|rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix)))
    };
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let decimal = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') && unsigned.parse::<f64>().is_ok();
    let special = matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN");
    decimal || special || radix("0x", 16) || radix("0o", 8)
}
