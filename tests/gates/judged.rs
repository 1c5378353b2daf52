//! Screens written down with what a person says of them (`judged.txt`): dialogs that stand where they are hard to see, and
//! healthy screens that only talk of limits, dialogs and errors.
//!
//! A case is `== what is right | runtime | columns | why`, then the rows as they are drawn. What is right is a state, the id
//! of a rule, `limit` with the words of its reset, or `no prompt`. In a row `\e` begins a colour, `\0` stands for a blank
//! that does not break, and `~~` fills a row with its character before.

use std::fs;

use mosaic_top::{
    fleet::gate::{Glance, Seen, State},
    screen::Size,
};

use crate::recordings::{directory, draw, rules};

struct Judged {
    expected: String,
    runtime: String,
    cols: u16,
    why: String,
    rows: Vec<String>,
}

fn all() -> Vec<Judged> {
    let text = fs::read_to_string(directory().join("judged.txt")).unwrap();
    text.split("\n== ").skip(1).map(judged).collect()
}

fn judged(case: &str) -> Judged {
    let (head, rows) = case.split_once('\n').unwrap();
    let [expected, runtime, cols, why] = head.splitn(4, " | ").collect::<Vec<_>>()[..] else {
        panic!("four fields: {head}")
    };
    let cols: u16 = cols.parse().unwrap();
    let rows = rows.lines().map(|row| drawn(row, cols)).collect();
    Judged { expected: expected.into(), runtime: runtime.into(), cols, why: why.into(), rows }
}

/// A row as a program prints it.
fn drawn(row: &str, cols: u16) -> String {
    let row = row.replace("\\e", "\x1b").replace("\\0", "\u{a0}");
    let Some(rest) = row.strip_suffix("~~") else { return row };
    let filler = rest.chars().last().unwrap();
    let missing = usize::from(cols).saturating_sub(rest.chars().count());
    format!("{rest}{}", filler.to_string().repeat(missing))
}

fn read(case: &Judged) -> Seen {
    let screen = draw(Size { rows: u16::try_from(case.rows.len() + 2).unwrap(), cols: case.cols }, &case.rows);
    // Where a runtime hides the cursor at a dialog, it shows it at its input line.
    let at_its_input = ["idle", "working", "limit", "codex.goal"].iter().any(|state| case.expected.starts_with(state));
    rules().read(&Glance {
        screen: &screen,
        runtime: Some(&case.runtime),
        version: None,
        title: "",
        cursor_shown: Some(at_its_input),
        command: &case.runtime,
        ended: false,
        still: None,
    })
}

fn told(seen: &Seen) -> String {
    match (seen.state(), &seen.prompt, &seen.limit) {
        (State::Prompt(_), Some(prompt), _) => prompt.rule.clone(),
        (State::Limit, _, Some(limit)) => {
            let resumes = if limit.resumes { " and goes on" } else { "" };
            format!("limit {}{resumes}", limit.resets.as_deref().unwrap_or("of unknown end"))
        }
        (state, ..) => format!("{state:?}").to_lowercase(),
    }
}

#[test]
fn each_is_what_a_person_says() {
    let wrong: Vec<String> = all()
        .iter()
        .filter_map(|case| {
            let seen = read(case);
            let right = match case.expected.as_str() {
                "no prompt" => seen.prompt.is_none(),
                expected => told(&seen) == expected,
            };
            let head = || format!("{} at {}: {}: not {}", case.runtime, case.cols, case.why, case.expected);
            (!right).then(|| format!("{}, but {}\n  {seen:?}\n{}", head(), told(&seen), case.rows.join("\n")))
        })
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

/// An unattended answer is for the dialog that the rule names, never for words that an agent has printed above another.
#[test]
fn nothing_is_safe_to_press_at_a_dialog_that_only_stands_below_the_words() {
    for case in all().iter().filter(|case| case.expected == "no prompt" || case.expected == "unsure") {
        let prompt = read(case).prompt;
        assert!(prompt.as_ref().is_none_or(|it| it.safe.is_none() && it.keys.is_empty()), "{}: {prompt:?}", case.why);
    }
}
