//! Durations and ages in words: short for columns, long for sentences. It formats and never measures.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

/// How long ago `then` was at `now`; a time ahead of `now` is no time ago (spec §4: a future time counts as 0).
#[must_use]
pub fn age(then: Timestamp, now: Timestamp) -> Duration {
    now.duration_since(then).try_into().unwrap_or(Duration::ZERO)
}

/// For a column, at most six cells wide up to 99 999 days: `1s`, `6m`, `2h04m`, `3d04h`, `120d`.
#[must_use]
pub fn short(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match days {
        _ if minutes == 0 => format!("{seconds}s"),
        _ if hours == 0 => format!("{minutes}m"),
        0 => format!("{hours}h{:02}m", minutes % 60),
        1..100 => format!("{days}d{:02}h", hours % 24),
        _ => format!("{days}d"),
    }
}

/// For a sentence, the two largest units: `45 s`, `4 m 10 s`, `2 h 4 m`, `3 d 1 h`; a smaller unit of 0 is left out.
#[must_use]
pub fn long(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (large, unit, small, smaller_unit) = match seconds {
        0..60 => return format!("{seconds} s"),
        60..3_600 => (seconds / 60, "m", seconds % 60, "s"),
        3_600..86_400 => (seconds / 3_600, "h", seconds % 3_600 / 60, "m"),
        _ => (seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    };
    if small == 0 { format!("{large} {unit}") } else { format!("{large} {unit} {small} {smaller_unit}") }
}

/// A share in whole percent, at most 100. Whatever little there is is more than nothing, so that 0 is none at all.
#[must_use]
pub fn percent(share: f32) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let whole = share.clamp(0.0, 100.0).round() as u8;
    if share > 0.0 { whole.max(1) } else { whole }
}

/// A number of things: `1 agent`, `3 agents`. For words that take an `s`.
#[must_use]
pub fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// RFC 3339 in UTC with whole seconds: `2026-06-20T21:14:03Z`.
#[must_use]
pub fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A sentence with its times ([`utc`]) as they read in a time zone: `2026-06-20 23:14:03 CEST`. For people; data keeps UTC.
#[must_use]
pub fn local(text: &str, zone: &TimeZone) -> String {
    let (mut shown, mut done) = (String::with_capacity(text.len()), 0);
    for (place, _) in text.match_indices('T') {
        let Some(at) = place.checked_sub(UTC_DATE).filter(|at| *at >= done) else { continue };
        let time = text.get(at..at + UTC_LENGTH).filter(|time| time.ends_with('Z'));
        let Some(Ok(time)) = time.map(str::parse::<Timestamp>) else { continue };
        shown.push_str(&text[done..at]);
        shown.push_str(&time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string());
        done = at + UTC_LENGTH;
    }
    shown + &text[done..]
}

/// `2026-06-20` and `2026-06-20T21:14:03Z`.
const UTC_DATE: usize = 10;
const UTC_LENGTH: usize = 20;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

    use super::*;

    #[test]
    fn a_column_shows_the_size_of_a_duration_in_few_cells() {
        for (seconds, expected) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (3_599, "59m"),
            (3_600, "1h00m"),
            (7_440, "2h04m"),
            (86_399, "23h59m"),
            (86_400, "1d00h"),
            (273_600, "3d04h"),
            (8_639_999, "99d23h"),
            (8_640_000, "100d"),
        ] {
            assert_eq!(short(Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn a_sentence_names_the_two_largest_units() {
        for (seconds, expected) in [
            (0, "0 s"),
            (45, "45 s"),
            (60, "1 m"),
            (250, "4 m 10 s"),
            (7_440, "2 h 4 m"),
            (86_400, "1 d"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(long(Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn times_of_a_sentence_are_shown_as_they_read_where_one_is() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        for (text, shown) in [
            ("since 2026-06-20T21:14:03Z: why", "since 2026-06-20 23:14:03 CEST: why"),
            ("2026-01-01T00:00:00Z 2026-01-01T00:00:00Z", "2026-01-01 01:00:00 CET 2026-01-01 01:00:00 CET"),
            ("The Tap, a T and 漢字T, 2026-13-40T99:00:00Z", "The Tap, a T and 漢字T, 2026-13-40T99:00:00Z"),
            ("T", "T"),
            ("ends in 2026-06-20T21:14", "ends in 2026-06-20T21:14"),
        ] {
            assert_eq!(local(text, &zone), shown);
        }
    }

    #[test]
    fn a_time_ahead_of_now_is_no_time_ago() {
        let now: Timestamp = "2026-06-20T21:14:03.75Z".parse().unwrap();
        let later: Timestamp = "2026-06-20T21:14:09Z".parse().unwrap();
        assert_eq!(age(later, now), Duration::ZERO);
        assert_eq!(age(now, later), Duration::from_millis(5_250));
        assert_eq!(utc(now), "2026-06-20T21:14:03Z");
    }
}
