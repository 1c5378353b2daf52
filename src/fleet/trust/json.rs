//! One entry of claude's `.claude.json`, a file that a program writes and a person may read: every other byte stays.
//!
//! The text is known to be JSON before it is walked, so the walk only has to find the ends of things.

use std::ops::Range;

use serde_json::Value;

use super::Edit;

const PROJECTS: &str = "projects";
const ACCEPTED: &str = "hasTrustDialogAccepted";

pub(super) fn trusts(text: &str, directory: &str) -> Result<bool, String> {
    let whole = parsed(text)?;
    Ok(whole.get(PROJECTS).and_then(|all| all.get(directory)?.get(ACCEPTED)?.as_bool()) == Some(true))
}

pub(super) fn record(text: &str, directory: &str) -> Result<Edit, String> {
    if trusts(text, directory)? {
        return Ok(Edit::Recorded);
    }
    let text = if text.trim().is_empty() { "{}\n" } else { text };
    let start = text.find(|c: char| !c.is_ascii_whitespace()).unwrap_or_default();
    let mut at = Object::read(text, start).ok_or("it is no JSON object")?;
    // As deep as the path is there already; what is missing is made of one piece.
    let (mut rest, mut made) = (vec![ACCEPTED, directory, PROJECTS], "true".to_owned());
    while let Some(key) = rest.pop() {
        let Some(value) = at.value(text, key) else {
            for inner in &rest {
                made = format!("{{{}: {made}}}", quoted(inner));
            }
            return changed(text, at.end_of_members(text, &format!("{}: {made}", quoted(key))));
        };
        if rest.is_empty() {
            return changed(text, (value, made));
        }
        at = Object::read(text, value.start).ok_or_else(|| format!("{} is no object", quoted(key)))?;
    }
    Err("there is nothing to record".to_owned())
}

/// The text with one stretch replaced; never anything that is not JSON.
fn changed(text: &str, (place, with): (Range<usize>, String)) -> Result<Edit, String> {
    let mut text = text.to_owned();
    text.replace_range(place, &with);
    parsed(&text)?;
    Ok(Edit::Changed(text))
}

fn parsed(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn quoted(key: &str) -> String {
    Value::from(key).to_string()
}

/// Where the members of one object stand.
struct Object {
    open: usize,
    close: usize,
    members: Vec<(Range<usize>, Range<usize>)>,
}

impl Object {
    /// The object that begins here; `None` when there is something else.
    fn read(text: &str, open: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.get(open) != Some(&b'{') {
            return None;
        }
        let mut members = Vec::new();
        let mut at = blank(bytes, open + 1);
        while bytes.get(at) == Some(&b'"') {
            let key = at..end_of(bytes, at)?;
            let start = blank(bytes, blank(bytes, key.end) + 1);
            let value = start..end_of(bytes, start)?;
            at = blank(bytes, value.end);
            members.push((key, value));
            if bytes.get(at) == Some(&b',') {
                at = blank(bytes, at + 1);
            }
        }
        (bytes.get(at) == Some(&b'}')).then_some(Self { open, close: at, members })
    }

    /// Where the value of a key stands; of a key that stands twice the last one counts, as for every reader of JSON.
    fn value(&self, text: &str, key: &str) -> Option<Range<usize>> {
        let is = |name: &&(Range<usize>, Range<usize>)| {
            serde_json::from_str::<String>(&text[name.0.clone()]).is_ok_and(|name| name == key)
        };
        self.members.iter().rev().find(is).map(|(_, value)| value.clone())
    }

    /// Where a new member goes and what has to stand there, indented as the others are.
    fn end_of_members(&self, text: &str, member: &str) -> (Range<usize>, String) {
        if let Some((key, value)) = self.members.last() {
            let before = &text[self.open + 1..key.start];
            let line = before.rfind('\n').map_or(" ", |at| &before[at..]);
            return (value.end..value.end, format!(",{line}{member}"));
        }
        let line_start = text[..self.open].rfind('\n').map_or(0, |at| at + 1);
        let indent: String = text[line_start..].chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        (self.open + 1..self.close, format!("\n{indent}  {member}\n{indent}"))
    }
}

fn blank(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Where the value that begins here ends.
fn end_of(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, start);
    loop {
        match bytes.get(at)? {
            b'"' => at = end_of_string(bytes, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth -= 1;
                at += 1;
            }
            // A number or a word.
            _ if depth == 0 => {
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
                return Some(at + bytes[at..].iter().take_while(|byte| !ends(byte)).count());
            }
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}
