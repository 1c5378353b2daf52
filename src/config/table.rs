//! Every option, one entry each: its name, what it takes, its default, what it is for, and how it is read.
//!
//! The order is the example's. A test holds that each default, read as if it had been written, is [`Config::default`].

use std::time::Duration;

use super::{
    Answer, Config, KeyBinding, LEAVE, Osc, Policy, ThemeName, colour,
    value::{Read, all, count, each, entries, flag, line, lines, nearest, shown, time, word, wrong},
};
use crate::fleet::{
    filter::Filter,
    sort::{Column, Sort},
    yaml::{
        Place, Problem,
        marked::{Entry, Kind, Marked},
    },
};

/// Takes a value in, or says what is wrong with it.
type Reader = fn(&mut Config, &Marked) -> Read<()>;

/// One option.
pub(super) struct Opt {
    /// Its name, with its section's before a dot.
    pub(super) path: &'static str,
    /// What it takes, in words.
    pub(super) takes: &'static str,
    /// Its default, as it would be written; several lines where the example shows an entry.
    pub(super) default: &'static str,
    /// What it is for.
    pub(super) words: &'static str,
    /// Takes the value in, or says what is wrong with it.
    pub(super) read: Reader,
}

/// The options' names.
pub(super) fn names() -> Vec<String> {
    OPTIONS.iter().map(|option| option.path.to_owned()).collect()
}

/// The names of a section's options, without the section.
pub(super) fn names_in(section: &str) -> Vec<&'static str> {
    OPTIONS.iter().filter_map(|option| option.path.strip_prefix(section)).collect()
}

const SECOND: Duration = Duration::from_secs(1);

const fn opt(path: &'static str, takes: &'static str, default: &'static str, words: &'static str, read: Reader) -> Opt {
    Opt { path, takes, default, words, read }
}

/// Sets a field to what was read.
macro_rules! set {
    ($field:ident $(. $rest:ident)*, $read:expr) => {
        |config, value| {
            config.$field$(.$rest)* = $read(value)?;
            Ok(())
        }
    };
}

pub(super) static OPTIONS: &[Opt] = &[
    opt(
        "read_only",
        "true or false",
        "false",
        "Refuse everything that would change the fleet. Neither an option nor a variable undoes it. A file of which it \
         cannot be told whether it says so counts as saying so.",
        set!(read_only, flag),
    ),
    opt(
        "theme",
        "auto, dark, light, contrast or plain",
        "auto",
        "The colours. auto: what suits the terminal (TERM, COLORTERM, COLORFGBG). contrast uses the terminal's own 16 \
         colours and nothing dim. NO_COLOR in the environment is plain, whatever stands here.",
        set!(theme, theme),
    ),
    opt(
        "colours",
        "role: style",
        "{}",
        "Roles drawn otherwise than the theme says. A style is a colour (a name, #rrggbb or 0 to 255), perhaps `on` \
         another, and words of bold, dim, italic, underlined, reversed. Roles: text, dim, accent, head, frame, title, \
         selected, mark, key, good, free, bad, warn, unknown, banner_bad, banner_warn, banner_note.",
        set!(colours, colour::colours),
    ),
    opt(
        "mouse",
        "true or false",
        "true",
        "Listen to the mouse. Without, the terminal selects text itself.",
        set!(mouse, flag),
    ),
    opt(
        "frames_per_second",
        "1 to 120",
        "60",
        "The most frames that are drawn in a second. Less where the line is slow.",
        set!(frames_per_second, |value| count(value, 1..=120)),
    ),
    opt(
        "refresh.attended",
        "a time from 500ms to 1m",
        "1s",
        "How often the fleet is looked at while somebody uses the dashboard.",
        set!(refresh.attended, |value| time(value, SECOND / 2..=60 * SECOND)),
    ),
    opt(
        "refresh.unattended",
        "a time from 500ms to 5m",
        "2s",
        "The same while nobody touches it.",
        set!(refresh.unattended, |value| time(value, SECOND / 2..=300 * SECOND)),
    ),
    opt(
        "columns",
        "auto, or a list of columns",
        "auto",
        "The columns of the table, in this order; what does not fit is left out. agent, class, runtime, state, idle, \
         heartbeat, flags, doing, context, model, unit, pid, command, host, socket.",
        set!(columns, columns),
    ),
    opt(
        "sort",
        "attention or a column, with `-` before it to turn it around",
        "attention",
        "The order at the first start; later the last one is remembered.",
        set!(sort, sort),
    ),
    opt(
        "filter",
        "text as it is typed after /",
        "''",
        "The filter at the first start; later the last one is remembered.",
        set!(filter, filter),
    ),
    opt(
        "remember",
        "true or false",
        "true",
        "Remember order, filter and columns of each fleet in mosaic-top/state.json below $XDG_STATE_HOME (~/.local/state).",
        set!(remember, flag),
    ),
    opt(
        "keys",
        "action: key, or a list of keys",
        "{}",
        "Other keys for an action than docs/keys.md has: `quit: [q, Ctrl-Q]`, `sort-agent: o n`. They replace the \
         action's own; `[]` leaves it without. A key that then means two things is an error.",
        set!(keys, keys),
    ),
    opt("take.leave", "a key", "Ctrl-]", "Leaves an agent that was taken over.", set!(take.leave, leave)),
    opt(
        "send.timeout",
        "a time from 1s to 5m",
        "6s",
        "How long evidence is waited for that a message was accepted, where the command line does not say.",
        set!(send.timeout, |value| time(value, SECOND..=300 * SECOND)),
    ),
    opt(
        "stalled_after",
        "a time from 1m to 24h",
        "5m",
        "From when on an agent that says it works, while nothing of it has moved, has stalled.",
        set!(stalled_after, |value| time(value, 60 * SECOND..=86_400 * SECOND)),
    ),
    opt(
        "notify.bell",
        "true or false",
        "false",
        "Ring the terminal's bell when an agent needs somebody.",
        set!(notify.bell, flag),
    ),
    opt(
        "notify.terminal",
        "off, osc9, osc777 or osc99",
        "off",
        "Have the terminal notify, through ssh and tmux as well. osc9: iTerm2, WezTerm, Windows Terminal; osc777: foot, \
         Ghostty, urxvt; osc99: kitty.",
        set!(notify.terminal, osc),
    ),
    opt("notify.desktop", "true or false", "false", "Call notify-send.", set!(notify.desktop, flag)),
    opt(
        "notify.command",
        "a program with its arguments, as a list",
        "[]",
        "A program that gets the event as JSON on its standard input. No shell reads it.",
        set!(notify.command, lines),
    ),
    opt(
        "notify.every",
        "a time from 1s to 1h",
        "30s",
        "At most one notification of each kind in this time.",
        set!(notify.every, |value| time(value, SECOND..=3600 * SECOND)),
    ),
    opt(
        "notify.again",
        "0 or a time up to 24h",
        "15m",
        "What was told, nobody has acknowledged and still stands after this time is told again; so is what stood already \
         when the dashboard started. 0: never.",
        set!(notify.again, |value| time(value, Duration::ZERO..=86_400 * SECOND)),
    ),
    opt(
        "prompts.most_a_minute",
        "0 to 60",
        "2",
        "So many prompts of one agent are answered unattended in a minute at most; then they are only flagged.",
        set!(prompts.most_a_minute, |value| count(value, 0..=60)),
    ),
    opt(
        "prompts.policies",
        "a list of {rule, answer, runtime, agent}",
        "[]",
        "Which prompts are answered unattended: `- {rule: claude.trust, answer: clear}`; answer is flag or clear. With \
         `runtime` or `agent` only there; an agent's own counts above its runtime's, and that above the rest.",
        policies,
    ),
    opt(
        "trust_before_relaunch",
        "true or false",
        "true",
        "Record trust for an agent's working directory before it is relaunched, so that it does not park at that prompt.",
        set!(trust_before_relaunch, flag),
    ),
    opt(
        "recorder.on",
        "true or false",
        "true",
        "Keep the last minutes of every agent whose mirror is open. --no-recorder, and MOSAIC_TOP_NO_RECORDER in the \
         environment, switch it off for one start, whatever stands here.",
        set!(recorder.on, flag),
    ),
    opt(
        "recorder.megabytes",
        "1 to 1000",
        "10",
        "The most that is kept of one agent; the oldest goes first.",
        set!(recorder.megabytes, |value| count(value, 1..=1000)),
    ),
    opt(
        "recorder.megabytes_of_all",
        "1 to 100000",
        "500",
        "The most that is kept of all agents and fleets together; the oldest goes first, what is being recorded stays.",
        set!(recorder.megabytes_of_all, |value| count(value, 1..=100_000)),
    ),
    opt(
        "recorder.days",
        "1 to 3650",
        "14",
        "For how many days after its last line a recording is kept.",
        set!(recorder.days, |value| count(value, 1..=3650)),
    ),
];

fn theme(value: &Marked) -> Read<ThemeName> {
    use ThemeName as T;
    let words =
        [("auto", T::Auto), ("dark", T::Dark), ("light", T::Light), ("contrast", T::Contrast), ("plain", T::Plain)];
    word(value, &words)
}

/// Which words are keys is not known here.
fn leave(value: &Marked) -> Read<Option<(String, Place)>> {
    let text = line(value)?;
    Ok((text != LEAVE).then_some((text, value.place)))
}

fn osc(value: &Marked) -> Read<Osc> {
    word(value, &[("off", Osc::Off), ("osc9", Osc::Osc9), ("osc777", Osc::Osc777), ("osc99", Osc::Osc99)])
}

fn column(value: &Marked) -> Read<Column> {
    word(value, &Column::ALL.map(|column| (column.name(), column)))
}

fn columns(value: &Marked) -> Read<Option<Vec<Column>>> {
    if value.kind == Kind::Text("auto".to_owned()) {
        return Ok(None);
    }
    let columns = each(value, column)?;
    let twice = columns.iter().enumerate().find(|(place, column)| columns[..*place].contains(column));
    match (columns.is_empty(), twice) {
        (true, _) => wrong(value, "a table needs a column", "name some, or write auto"),
        (_, Some((_, column))) => wrong(value, format!("{} stands twice", column.name()), "name each column once"),
        _ => Ok(Some(columns)),
    }
}

fn sort(value: &Marked) -> Read<Sort> {
    let text = line(value)?;
    let (reversed, name) = text.strip_prefix('-').map_or((false, text.as_str()), |name| (true, name));
    if name == "attention" {
        return Ok(Sort { column: None, reversed });
    }
    let named = Marked { place: value.place, kind: Kind::Text(name.to_owned()) };
    column(&named).map(|column| Sort { column: Some(column), reversed })
}

fn filter(value: &Marked) -> Read<String> {
    let text = line(value)?;
    match Filter::parse(&text) {
        Ok(_) => Ok(text),
        Err(error) => wrong(value, error.what, error.hint),
    }
}

/// Actions are not known here: who knows them says which of these are none.
fn keys(value: &Marked) -> Read<Vec<KeyBinding>> {
    all(entries(value)?.iter().map(|Entry { key, place, value }| {
        let keys = each(value, |one| line(one).map(|text| (text, one.place)))?;
        Ok(KeyBinding { action: key.clone(), place: *place, keys })
    }))
}

fn policies(config: &mut Config, value: &Marked) -> Read<()> {
    let Kind::List(items) = &value.kind else {
        return wrong(value, format!("{} is no list", shown(value)), "write lines of `- {rule: …, answer: clear}`");
    };
    let (written, problems): (Vec<_>, Vec<_>) = items.iter().map(policy).unzip();
    let (written, problems): (Vec<Policy>, Vec<Problem>) =
        (written.into_iter().flatten().collect(), problems.into_iter().flatten().collect());
    config.prompts.policies = if problems.is_empty() { written.clone() } else { Vec::new() };
    config.prompts.written = written;
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

const OF_A_POLICY: [&str; 4] = ["rule", "answer", "runtime", "agent"];

/// A policy, when it names a rule; and what is wrong with it.
fn policy(value: &Marked) -> (Option<Policy>, Vec<Problem>) {
    let mut problems = Vec::new();
    let (mut rule, mut answer, mut runtime, mut agent) = (None, Answer::Flag, None, None);
    let entries = entries(value).unwrap_or_else(|wrong| {
        problems.extend(wrong);
        &[]
    });
    let is_mapping = problems.is_empty();
    for entry in entries {
        let named = |text| (text, entry.value.place);
        let read = match entry.key.as_str() {
            "rule" => line(&entry.value).map(|text| rule = Some(named(text))),
            "answer" => {
                word(&entry.value, &[("flag", Answer::Flag), ("clear", Answer::Clear)]).map(|word| answer = word)
            }
            "runtime" => line(&entry.value).map(|text| runtime = Some(named(text))),
            "agent" => line(&entry.value).map(|text| agent = Some(text)),
            other => {
                let hint = nearest(other, OF_A_POLICY.into_iter());
                let hint = hint.map_or_else(|| OF_A_POLICY.join(", "), |near| format!("did you mean `{near}`?"));
                let what = format!("a policy has no {other:?}");
                Err(vec![Problem::error(Some(entry.place), what).hinted(hint)])
            }
        };
        problems.extend(read.err().unwrap_or_default());
    }
    let names_a_rule = rule.is_some() || entries.iter().any(|entry| entry.key == "rule");
    if is_mapping && !names_a_rule {
        problems.push(
            Problem::error(Some(value.place), "this policy names no rule")
                .hinted("write `rule:` with the name that the cause of a stuck agent shows"),
        );
    }
    (rule.map(|(rule, place)| Policy { rule, place, runtime, agent, answer }), problems)
}
