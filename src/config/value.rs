//! What a value may be: each reader gives the value, or every problem in it with its place and what to write instead.

use std::{fmt::Display, ops::RangeInclusive, time::Duration};

use crate::fleet::yaml::{
    Problem,
    marked::{Entry, Kind, Marked},
};

/// A value, or everything that is wrong with it.
pub(super) type Read<T> = Result<T, Vec<Problem>>;

/// One problem at a value.
pub(super) fn wrong<T>(value: &Marked, what: impl Display, hint: impl Display) -> Read<T> {
    Err(vec![Problem::error(Some(value.place), what.to_string()).hinted(hint.to_string())])
}

/// `true` or `false`.
pub(super) fn flag(value: &Marked) -> Read<bool> {
    match &value.kind {
        Kind::Flag(flag) => Ok(*flag),
        _ => wrong(value, format!("{} is neither true nor false", shown(value)), "write true or false"),
    }
}

/// A whole number within bounds.
pub(super) fn count(value: &Marked, within: RangeInclusive<u32>) -> Read<u32> {
    let number = match &value.kind {
        Kind::Number(text) => text.parse().ok().filter(|number| within.contains(number)),
        _ => None,
    };
    let hint = || format!("write a whole number from {} to {}", within.start(), within.end());
    number.map_or_else(|| wrong(value, format!("{} is not possible here", shown(value)), hint()), Ok)
}

/// A time: a number of seconds, or one with its unit, within bounds.
pub(super) fn time(value: &Marked, within: RangeInclusive<Duration>) -> Read<Duration> {
    let parsed = match &value.kind {
        Kind::Number(text) | Kind::Text(text) => duration(text),
        _ => None,
    };
    let hint =
        || format!("write a time from {} to {}, like 2s, 500ms or 5m", brief(*within.start()), brief(*within.end()));
    match parsed {
        Some(time) if within.contains(&time) => Ok(time),
        Some(_) => wrong(value, format!("{} is out of bounds", shown(value)), hint()),
        None => wrong(value, format!("{} is no time", shown(value)), hint()),
    }
}

fn duration(text: &str) -> Option<Duration> {
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let factor = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    let number: f64 = number.trim().parse().ok()?;
    Duration::try_from_secs_f64(number * factor).ok()
}

/// A time as it is written in the file.
pub(super) fn brief(time: Duration) -> String {
    match time.as_millis() {
        millis if millis % 1000 != 0 => format!("{millis}ms"),
        millis if millis >= 60_000 && millis % 60_000 == 0 => format!("{}m", millis / 60_000),
        millis => format!("{}s", millis / 1000),
    }
}

/// One of some words.
pub(super) fn word<T: Copy>(value: &Marked, words: &[(&str, T)]) -> Read<T> {
    let text = match &value.kind {
        Kind::Text(text) => text.as_str(),
        Kind::Number(text) => text,
        // `off` is a word in YAML 1.2, `false` is not; either is meant where there is an `off`.
        Kind::Flag(false) => "off",
        _ => "",
    };
    if let Some((_, found)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(*found);
    }
    let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let what = format!("{} is none of {}", shown(value), all.join(", "));
    match nearest(text, all.iter().copied()) {
        Some(near) => wrong(value, what, format!("did you mean {near}?")),
        None => wrong(value, what, "write one of them"),
    }
}

/// One line of text.
pub(super) fn line(value: &Marked) -> Read<String> {
    match &value.kind {
        Kind::Text(text) if !text.contains(char::is_control) => Ok(text.clone()),
        Kind::Number(text) => Ok(text.clone()),
        _ => {
            wrong(value, format!("{} is not a line of text", shown(value)), "write text, in quotes where it is unusual")
        }
    }
}

/// Lines of text: one alone, or a list.
pub(super) fn lines(value: &Marked) -> Read<Vec<String>> {
    each(value, line)
}

/// One value alone, or a list of them; all problems of all of them.
pub(super) fn each<T>(value: &Marked, read: impl Fn(&Marked) -> Read<T>) -> Read<Vec<T>> {
    match &value.kind {
        Kind::List(items) => all(items.iter().map(read)),
        _ => read(value).map(|one| vec![one]),
    }
}

/// The entries of a mapping.
pub(super) fn entries(value: &Marked) -> Read<&[Entry]> {
    match &value.kind {
        Kind::Map(entries) => Ok(entries),
        _ => wrong(value, format!("{} is no mapping", shown(value)), "write lines of `name: value` below it, indented"),
    }
}

/// All values, or all problems.
pub(super) fn all<T>(reads: impl Iterator<Item = Read<T>>) -> Read<Vec<T>> {
    let (mut values, mut problems) = (Vec::new(), Vec::new());
    for read in reads {
        match read {
            Ok(value) => values.push(value),
            Err(more) => problems.extend(more),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}

/// A value as words quote it.
pub(super) fn shown(value: &Marked) -> String {
    match &value.kind {
        Kind::Null => "nothing".to_owned(),
        Kind::Flag(flag) => flag.to_string(),
        Kind::Number(text) => text.chars().take(40).collect(),
        Kind::Text(text) => format!("{:?}", text.chars().take(40).collect::<String>()),
        Kind::List(_) => "a list".to_owned(),
        Kind::Map(_) => "a mapping".to_owned(),
    }
}

/// What was most likely meant: no further away than a third of its letters.
pub(crate) fn nearest<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 60;
    if typed.is_empty() || typed.len() > LONGEST {
        return None;
    }
    let bare = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let typed = bare(typed);
    names
        .map(|name| (strsim::damerau_levenshtein(&typed, &bare(name)), name))
        .filter(|(distance, name)| *distance <= (name.len() / 3).max(1))
        .min()
        .map(|(_, name)| name)
}
