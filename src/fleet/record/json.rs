//! Small looks into JSON that anybody may have written: a field that is missing or of another type is `None`.

use jiff::Timestamp;
use serde_json::Value;

/// The text at a path of keys.
pub(super) fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(value, path)?.as_str()
}

/// The whole number at a path of keys.
pub(super) fn number(value: &Value, path: &[&str]) -> Option<u64> {
    at(value, path)?.as_u64()
}

/// Whether the value at a path of keys is `true`.
pub(super) fn is_true(value: &Value, path: &[&str]) -> bool {
    at(value, path).and_then(Value::as_bool) == Some(true)
}

/// The value at a path of keys; `null` is none.
pub(super) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| value.get(key)).filter(|value| !value.is_null())
}

/// The time at a path of keys: RFC 3339, or a number of seconds or milliseconds.
pub(super) fn time(value: &Value, path: &[&str]) -> Option<Timestamp> {
    /// As seconds this is the year 5138, as milliseconds 1973: no runtime is older.
    const MILLISECONDS_FROM: i64 = 100_000_000_000;
    match at(value, path)? {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => match number.as_i64()? {
            ms if ms >= MILLISECONDS_FROM => Timestamp::from_millisecond(ms).ok(),
            seconds => Timestamp::from_second(seconds).ok(),
        },
        _ => None,
    }
}

/// The text of a message's content: a string, or the `text` of its blocks of one of these types, a line each.
pub(super) fn content(content: &Value, types: &[&str]) -> Option<String> {
    match content {
        Value::String(text) => Some(text.clone()),
        Value::Array(blocks) => {
            let of_type = |block: &&Value| text(block, &["type"]).is_some_and(|it| types.contains(&it));
            let texts: Vec<&str> = blocks.iter().filter(of_type).filter_map(|block| text(block, &["text"])).collect();
            (!texts.is_empty()).then(|| texts.join("\n"))
        }
        _ => None,
    }
}
