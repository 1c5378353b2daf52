//! When a usage limit ends: the words of a runtime (`4:28pm (UTC)`, `Sep 18 at 3am`, `3 hours 20 minutes`) as a moment.
//!
//! Pure: the time zones are handed in, and so is the moment at which it was said. Words that are not understood, and
//! zones that nobody knows, are `None`: a limit whose end is not known is never said to have ended.

use std::time::Duration;

use jiff::{
    Span, Timestamp,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};

use super::{text::visible, words};

/// The time zones that a machine knows.
#[derive(Debug, Clone)]
pub struct Zones {
    /// Its own: of a time that names none.
    pub local: TimeZone,
    /// One by its name, `America/Los_Angeles`.
    pub named: fn(&str) -> Option<TimeZone>,
}

impl Zones {
    /// A machine that knows no time but UTC.
    pub const UTC: Self = Self { local: TimeZone::UTC, named: |_| None };

    /// The zone that is meant by a word beside a time.
    fn of(&self, name: &str, at: Timestamp) -> Option<TimeZone> {
        let name = name.trim();
        if ["utc", "gmt", "z"].contains(&name.to_lowercase().as_str()) {
            return Some(TimeZone::UTC);
        }
        let own = self.local.iana_name() == Some(name) || self.local.to_offset_info(at).abbreviation() == name;
        if own { Some(self.local.clone()) } else { (self.named)(name) }
    }
}

/// The words before the end of a limit, in sentences of runtimes.
const BEFORE: [&str; 6] = ["resets at ", "resets in ", "resets ", "try again at ", "try again in ", "limit reached|"];
/// So many words say when, at most: `Nov 21st, 2026 at 4:27 PM (America/Los_Angeles)`.
const WORDS_MOST: usize = 9;
/// The most characters of a time that are looked at: the text is anybody's.
const MOST: usize = 80;

/// The moment that a sentence of a runtime names, of a limit that it speaks of, said at `said` or before.
#[must_use]
pub fn in_sentence(text: &str, said: Timestamp, zones: &Zones) -> Option<Timestamp> {
    let lower = text.to_lowercase();
    let same = lower.len() == text.len();
    let behind = BEFORE.iter().find_map(|words| lower.find(words).map(|at| at + words.len()))?;
    let behind = if same { text.get(behind..)? } else { lower.get(behind..)? };
    let behind = behind.split(['·', '\n', '"', '}', '│']).next()?;
    let words: Vec<&str> = behind.split_whitespace().take(WORDS_MOST).collect();
    // The longest beginning that is a time: what follows is the rest of the sentence.
    (1..=words.len()).rev().find_map(|count| moment(words[..count].join(" ").trim_end_matches('.'), said, zones))
}

/// The moment that these words mean, said at `said` or before: a time of day without a date is the next one from then
/// on, so that one that was said before midnight may lie after it.
#[must_use]
pub fn moment(text: &str, said: Timestamp, zones: &Zones) -> Option<Timestamp> {
    let text = text.trim().trim_end_matches(['.', ',', ';']);
    if text.len() > MOST {
        return None;
    }
    if let Some(exact) = exact(text) {
        return Some(exact);
    }
    let (text, zone) = match text.split_once('(') {
        Some((text, zone)) => (text, zones.of(zone.strip_suffix(')')?, said)?),
        None => (text, zones.local.clone()),
    };
    let mut words = Words { said, zone, date: None, day: None, time: None, within: Duration::ZERO, zones };
    let mut all = text.split([' ', ',', '\u{a0}']).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = all.next() {
        let took_two = words.take(word, all.peek().copied())?;
        if took_two {
            all.next();
        }
    }
    words.moment()
}

/// The words as they are shown: a number of seconds is none.
#[must_use]
pub fn shown(text: &str) -> String {
    exact(text.trim()).map_or_else(|| visible(text), words::utc)
}

/// A time that needs no reading: RFC 3339, or seconds or milliseconds since 1970.
fn exact(text: &str) -> Option<Timestamp> {
    if text.len() >= 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        return if text.len() >= 13 {
            Timestamp::from_millisecond(number).ok()
        } else {
            Timestamp::from_second(number).ok()
        };
    }
    text.parse().ok()
}

/// What the words told so far.
struct Words<'a> {
    said: Timestamp,
    zone: TimeZone,
    date: Option<(i8, i8, Option<i16>)>,
    day: Option<Day>,
    time: Option<Time>,
    within: Duration,
    zones: &'a Zones,
}

/// A day without a date.
#[derive(Clone, Copy)]
enum Day {
    Today,
    Tomorrow,
    Week(Weekday),
}

impl Words<'_> {
    /// Takes a word up; `true` when the next one belonged to it, `None` when it means nothing here.
    fn take(&mut self, word: &str, next: Option<&str>) -> Option<bool> {
        let lower = word.to_lowercase();
        let next = next.map(str::to_lowercase);
        if ["at", "on", "in", "and", "the"].contains(&lower.as_str()) {
            return Some(false);
        }
        if let Some(month) = month(&lower) {
            let day = next?.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()?;
            self.date = Some((month, day, None));
            return Some(true);
        }
        if let Some(day) = day(&lower) {
            self.day = Some(day);
            return Some(false);
        }
        if let Some((span, two)) = span(&lower, next.as_deref()) {
            self.within = self.within.checked_add(span)?;
            return Some(two);
        }
        if let Some((time, two)) = time(&lower, next.as_deref()) {
            self.time = Some(time);
            return Some(two);
        }
        if let (Some((month, day, None)), Ok(year @ 2000..=2999)) = (self.date, lower.parse::<i16>()) {
            self.date = Some((month, day, Some(year)));
            return Some(false);
        }
        self.time?;
        self.zone = self.zones.of(word, self.said)?;
        Some(false)
    }

    fn moment(self) -> Option<Timestamp> {
        if self.within > Duration::ZERO {
            let alone = self.date.is_none() && self.day.is_none() && self.time.is_none();
            return alone.then(|| self.said.checked_add(self.within).ok())?;
        }
        let said = self.said.to_zoned(self.zone.clone());
        let at = |date: Date, time: Time| {
            self.zone.to_ambiguous_zoned(date.to_datetime(time)).compatible().ok().map(|at| at.timestamp())
        };
        let later = |date: Date, days: i64| date.checked_add(Span::new().days(days)).ok();
        match (self.date, self.day, self.time) {
            (Some((month, day, year)), _, time) => {
                let date = match year {
                    Some(year) => Date::new(year, month, day).ok()?,
                    None => nearest(said.date(), month, day)?,
                };
                // A day without a time is over when the next one begins.
                time.map_or_else(|| at(later(date, 1)?, Time::midnight()), |time| at(date, time))
            }
            (None, Some(Day::Today), time) => at(said.date(), time?),
            (None, Some(Day::Tomorrow), time) => at(later(said.date(), 1)?, time?),
            (None, Some(Day::Week(wanted)), time) => {
                let days =
                    (0..=7).filter_map(|days| at(later(said.date(), days)?, time?).zip(later(said.date(), days)));
                days.into_iter().find(|(moment, date)| date.weekday() == wanted && *moment >= self.said).map(|it| it.0)
            }
            (None, None, time) => {
                (0..=1).filter_map(|days| at(later(said.date(), days)?, time?)).find(|moment| *moment >= self.said)
            }
        }
    }
}

/// The date of that day and month that is nearest to when it was said: a year is seldom named.
fn nearest(said: Date, month: i8, day: i8) -> Option<Date> {
    let years = [said.year().checked_sub(1)?, said.year(), said.year().checked_add(1)?];
    let dates = years.into_iter().filter_map(|year| Date::new(year, month, day).ok());
    dates.min_by_key(|date| date.duration_since(said).abs())
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches('.');
    let is = |name: &&str| word.len() >= 3 && name.starts_with(word);
    i8::try_from(MONTHS.iter().position(is)? + 1).ok()
}

fn day(word: &str) -> Option<Day> {
    const DAYS: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    match word {
        "today" => Some(Day::Today),
        "tomorrow" => Some(Day::Tomorrow),
        _ if word.len() < 3 => None,
        _ => DAYS.iter().find(|(name, _)| name.starts_with(word)).map(|(_, day)| Day::Week(*day)),
    }
}

/// `3 hours`, `20 min`, `3h`, `1h20m`.
fn span(word: &str, next: Option<&str>) -> Option<(Duration, bool)> {
    let seconds = |unit: &str| match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(60),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(3_600),
        "d" | "day" | "days" => Some(86_400),
        "w" | "week" | "weeks" => Some(604_800_u64),
        _ => None,
    };
    let of = |number: u64, unit: u64| Some(Duration::from_secs(number.checked_mul(unit)?));
    if let Ok(number) = word.parse::<u64>() {
        return Some((of(number, seconds(next?)?)?, true));
    }
    let (mut rest, mut sum) = (word, Duration::ZERO);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number = rest[..digits].parse().ok()?;
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |end| digits + end);
        sum = sum.checked_add(of(number, seconds(&rest[digits..unit])?)?)?;
        rest = &rest[unit..];
    }
    Some((sum, false))
}

/// `4pm`, `4:28pm`, `4:28 PM`, `16:28`.
fn time(word: &str, next: Option<&str>) -> Option<(Time, bool)> {
    let half = |word: &str| match word.replace('.', "").as_str() {
        "am" => Some(0),
        "pm" => Some(12),
        _ => None,
    };
    let digits = word.find(|c: char| !(c.is_ascii_digit() || c == ':')).unwrap_or(word.len());
    let (clock, behind) = word.split_at(digits);
    let (hour, minute) = clock.split_once(':').map_or((clock, None), |(hour, minute)| (hour, Some(minute)));
    let mut hour: i8 = hour.parse().ok()?;
    let minute: Option<i8> = minute.map(str::parse).transpose().ok()?;
    let (after, two) = match (behind, next.and_then(half)) {
        ("", Some(after)) => (Some(after), true),
        ("", None) => (None, false),
        _ => (Some(half(behind)?), false),
    };
    match after {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(after) => hour = hour % 12 + after,
        // A bare number is no time.
        None => drop(minute?),
    }
    Some((Time::new(hour, minute.unwrap_or(0), 0, 0).ok()?, two))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

    use proptest::prelude::*;

    use super::*;
    use crate::fleet::words::utc;

    /// Central Europe is local; one other zone is known by its name.
    fn zones() -> Zones {
        let named =
            |name: &str| (name == "America/Los_Angeles").then(|| TimeZone::posix("PST8PDT,M3.2.0,M11.1.0").unwrap());
        Zones { local: TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap(), named }
    }

    /// When a limit ends, of which that was said at that moment; `-` where that is not known.
    fn check(text: &str, said: &str, expected: &str) {
        let moment = moment(text, said.parse().unwrap(), &zones());
        assert_eq!(moment.map_or("-".to_owned(), utc), expected, "{text:?} said at {said}");
    }

    #[test]
    fn a_time_of_day_is_the_next_one_in_its_zone() {
        check("4:28pm (UTC)", "2026-11-20T15:00:00Z", "2026-11-20T16:28:00Z");
        check("4:28pm (UTC)", "2026-11-20T16:28:01Z", "2026-11-21T16:28:00Z");
        check("4:28pm", "2026-11-20T15:00:00Z", "2026-11-20T15:28:00Z");
        check("3am (America/Los_Angeles)", "2026-11-20T15:00:00Z", "2026-11-21T11:00:00Z");
        check("4:27 PM", "2026-11-20T15:00:00Z", "2026-11-20T15:27:00Z");
        check("16:27", "2026-11-20T15:00:00Z", "2026-11-20T15:27:00Z");
        check("4:27 p.m. UTC", "2026-11-20T15:00:00Z", "2026-11-20T16:27:00Z");
        check("4:27 PM CET", "2026-11-20T15:00:00Z", "2026-11-20T15:27:00Z");
    }

    #[test]
    fn a_time_after_midnight_is_of_the_next_day_of_its_zone() {
        check("12:30am (UTC)", "2026-11-20T23:00:00Z", "2026-11-21T00:30:00Z");
        check("12am", "2026-11-20T22:30:00Z", "2026-11-20T23:00:00Z");
        check("12pm (UTC)", "2026-12-31T13:00:00Z", "2027-01-01T12:00:00Z");
        // The clocks go back in that night: 2:30 comes an hour later by UTC than on the day before.
        check("2:30am", "2026-10-24T23:50:00Z", "2026-10-25T00:30:00Z");
        check("4:30am", "2026-10-24T23:50:00Z", "2026-10-25T03:30:00Z");
    }

    #[test]
    fn a_date_is_the_nearest_one_and_a_day_without_a_time_is_over_at_its_end() {
        check("Sep 18 at 3am (America/Los_Angeles)", "2026-09-16T12:00:00Z", "2026-09-18T10:00:00Z");
        check("Jan 2, 4pm (UTC)", "2026-12-30T12:00:00Z", "2027-01-02T16:00:00Z");
        check("Dec 30 at 4pm (UTC)", "2027-01-02T12:00:00Z", "2026-12-30T16:00:00Z");
        check("Nov 21st, 2026 4:27 PM", "2026-11-20T15:00:00Z", "2026-11-21T15:27:00Z");
        check("Nov 21 (UTC)", "2026-11-20T15:00:00Z", "2026-11-22T00:00:00Z");
        check("tomorrow at 9am (UTC)", "2026-11-20T15:00:00Z", "2026-11-21T09:00:00Z");
        check("Mon 9:00 AM (UTC)", "2026-11-20T15:00:00Z", "2026-11-23T09:00:00Z");
        check("Friday 9am (UTC)", "2026-11-20T15:00:00Z", "2026-11-27T09:00:00Z");
    }

    #[test]
    fn a_span_counts_from_when_it_was_said() {
        check("3 hours 20 minutes", "2026-11-20T15:00:00Z", "2026-11-20T18:20:00Z");
        check("2 days 1 hour", "2026-11-20T15:00:00Z", "2026-11-22T16:00:00Z");
        check("1h20m", "2026-11-20T15:00:00Z", "2026-11-20T16:20:00Z");
        check("1795186800", "2026-11-20T15:00:00Z", "2026-11-20T15:00:00Z");
        check("2026-11-20T18:00:00Z", "2026-11-20T15:00:00Z", "2026-11-20T18:00:00Z");
    }

    #[test]
    fn what_is_not_understood_is_not_known() {
        let texts = ["", "4", "soon", "4:28pm (Mars/Olympus)", "25:00", "13pm", "Feb 31 at 4pm", "4pm or so", "(", "3"];
        for text in texts {
            check(text, "2026-11-20T15:00:00Z", "-");
        }
    }

    #[test]
    fn a_time_is_found_in_a_runtimes_sentence() {
        for (text, expected) in [
            ("You've hit your limit · resets 4:28pm (UTC)", "2026-11-20T16:28:00Z"),
            ("rate_limit: 5-hour limit reached ∙ resets 6pm (UTC) · /upgrade", "2026-11-20T18:00:00Z"),
            ("You've hit your usage limit. Upgrade to Pro, or try again at 4:27 PM.", "2026-11-20T15:27:00Z"),
            ("limit. Try again in 3 hours 20 minutes. Or buy more.", "2026-11-20T18:20:00Z"),
            ("Claude AI usage limit reached|1795197600", "2026-11-20T18:00:00Z"),
        ] {
            let moment = in_sentence(text, "2026-11-20T15:00:00Z".parse().unwrap(), &zones());
            assert_eq!(moment.map(utc).as_deref(), Some(expected), "{text:?}");
        }
        assert_eq!([shown("1795186800"), shown("4pm")], ["2026-11-20T15:00:00Z", "4pm"]);
        assert_eq!(in_sentence("429: too many requests", Timestamp::UNIX_EPOCH, &zones()), None);
    }

    proptest! {
        #[test]
        fn no_words_are_too_strange(text in "(resets )?[0-9a-zA-Z:,.() |\u{e9}\u{130}]{0,60}", said in 0_i64..4_000_000_000) {
            let said = Timestamp::from_second(said).unwrap();
            let _ = (moment(&text, said, &zones()), in_sentence(&text, said, &zones()));
        }

        #[test]
        fn a_time_of_day_lies_within_a_day_and_an_hour(hour in 1_u8..=12, minute in 0_u8..60, pm: bool, said in 0_i64..4_000_000_000) {
            let said = Timestamp::from_second(said).unwrap();
            let text = format!("{hour}:{minute:02}{}", if pm { "pm" } else { "am" });
            let ahead = moment(&text, said, &zones()).unwrap().duration_since(said).as_secs();
            prop_assert!((0..=90_000).contains(&ahead), "{text} at {said} is {ahead} s ahead");
        }
    }
}
