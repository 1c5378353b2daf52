//! The command line (`:`): any action by its name, on an agent that is named behind it, with completion of both.
//!
//! PURE, a part of [`super::update`]. What is typed is found in the table of actions and among the rows, and does what the
//! action's key would do on that agent. An agent is taken by its whole name only: no order hits whoever begins alike.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;

use super::{
    action::{self, Action, ActionSpec},
    dialog_keys::type_into,
    effect::Effect,
    keys::{by_name, offered},
    mode::Mode,
    model::{Model, View},
    places,
};
use crate::{
    config::nearest,
    fleet::{
        row::{Row, RowKey},
        text::visible,
    },
};

/// The command line.
#[derive(Debug, Default)]
pub struct CommandLine {
    /// What is typed.
    pub input: Input,
    /// What it lies over.
    pub(super) under: Box<Mode>,
    /// The round that Tab goes.
    round: Option<Round>,
}

/// What Tab puts into the place of a word, one after the other.
#[derive(Debug)]
struct Round {
    /// What stands before the word.
    before: String,
    words: Vec<String>,
    at: usize,
}

impl CommandLine {
    /// An empty one.
    #[must_use]
    pub(super) fn over(under: Box<Mode>) -> Self {
        Self { under, ..Self::default() }
    }

    /// What is typed, to be typed into: that ends Tab's round.
    pub(super) fn typing(&mut self) -> &mut Input {
        self.round = None;
        &mut self.input
    }

    /// What the word that is typed may become; on Tab's round the one that stands there first, then those that follow.
    #[must_use]
    pub fn candidates(&self, model: &Model) -> Vec<String> {
        match &self.round {
            Some(round) => {
                let (before, from) = round.words.split_at(round.at);
                [from, before].concat()
            }
            None => candidates(model, self.input.value()),
        }
    }

    /// Completes the word as far as all have it in common, then goes around them, forward or back.
    fn complete(&mut self, model: &Model, forward: bool) {
        if let Some(round) = &mut self.round {
            let count = round.words.len();
            round.at = (round.at + if forward { 1 } else { count - 1 }) % count;
            self.input = Input::new(format!("{}{}", round.before, round.words[round.at]));
            return;
        }
        let typed = self.input.value();
        let words = candidates(model, typed);
        let (before, word) = typed.split_at(typed.len() - last_word(typed).len());
        let Some(common) = common(&words) else { return };
        if let [only] = words.as_slice() {
            let goes_on = before.is_empty() && action::named(only).iter().any(|spec| spec.of_agent);
            self.input = Input::new(format!("{before}{only}{}", if goes_on { " " } else { "" }));
        } else if common.len() > word.len() {
            self.input = Input::new(format!("{before}{common}"));
        } else {
            let others = words.iter().position(|other| other != word).unwrap_or(0);
            let at = if forward { others } else { words.len() - 1 };
            let before = before.to_owned();
            self.input = Input::new(format!("{before}{}", words[at]));
            self.round = Some(Round { before, words, at });
        }
    }
}

/// One key in the command line.
pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let Mode::Command(line) = &mut model.mode else { return Vec::new() };
    match key.code {
        KeyCode::Enter => {
            let typed = line.input.value().trim().to_owned();
            places::close(model);
            return command(model, &typed);
        }
        KeyCode::Esc => places::close(model),
        KeyCode::Backspace if line.input.value().is_empty() => places::close(model),
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => return vec![Effect::Quit],
        KeyCode::Tab | KeyCode::BackTab => {
            let mut line = std::mem::take(line);
            line.complete(model, key.code == KeyCode::Tab);
            model.mode = Mode::Command(line);
        }
        _ => type_into(line.typing(), key),
    }
    Vec::new()
}

/// What a line asks for.
enum Wanted {
    /// An action, as its key would do it.
    Do(Action),
    /// An action on one agent.
    On(&'static ActionSpec, RowKey),
    /// To that agent, and nothing else.
    Go(RowKey),
}

fn command(model: &mut Model, typed: &str) -> Vec<Effect> {
    if typed.is_empty() {
        return Vec::new();
    }
    match wanted(model, typed) {
        Ok(Wanted::Do(action)) => by_name(model, action),
        Ok(Wanted::On(spec, row)) => on(model, spec, &row),
        Ok(Wanted::Go(row)) => {
            model.notice = places::go_to(model, &row);
            Vec::new()
        }
        Err(says) => {
            model.notice = Some(says);
            Vec::new()
        }
    }
}

/// Does an action on one agent. What is marked stays marked, and is not what it is done to.
fn on(model: &mut Model, spec: &ActionSpec, row: &RowKey) -> Vec<Effect> {
    if !spec.is_of(model) {
        return offered(model, spec.id);
    }
    let found = places::go_to(model, row);
    if spec.id == Action::Open && matches!(model.view, View::Agent { .. }) {
        // It is open: only what lies over it has to go.
        (model.mode, model.notice) = (places::resting(model), found);
        return Vec::new();
    }
    let marks = (spec.id != Action::Mark).then(|| model.listing.put_marks_aside());
    let effects = by_name(model, spec.id);
    if let Some(marks) = marks {
        model.listing.take_marks_back(marks);
    }
    let says = [found, model.notice.take()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    model.notice = Some(says).filter(|says| !says.is_empty());
    effects
}

/// What a line asks for, or why it asks for nothing. An action's whole name goes before an agent's, and that before the
/// beginning of an action's.
fn wanted(model: &Model, typed: &str) -> Result<Wanted, String> {
    let (first, agent) = words(typed);
    let actions = action::named(first);
    let is_whole = matches!(actions.as_slice(), [spec] if spec.name == first);
    match (actions.as_slice(), agent) {
        _ if !is_whole && !called(model, typed).is_empty() => Ok(Wanted::Go(row_of(model, typed)?)),
        ([spec], None) => Ok(Wanted::Do(spec.id)),
        ([spec], Some(_)) if !spec.of_agent => Err(format!("{} is about no agent: it stands alone", spec.name)),
        ([spec], Some(name)) => Ok(Wanted::On(spec, row_of(model, name)?)),
        ([], Some(second)) if !called(model, first).is_empty() && !action::named(second).is_empty() => {
            Err(format!("{first:?} is an agent: the action comes first, :{second} {first}"))
        }
        ([], _) => {
            let actions = action::table().iter().map(|spec| spec.name);
            let near = nearest(first, actions.chain(plain_names(model)));
            let hint = near.map_or_else(|| "? lists the actions".to_owned(), |near| format!("did you mean {near}?"));
            Err(format!("no action and no agent is called {first:?}: {hint}"))
        }
        (several, _) => {
            let names: Vec<&str> = several.iter().map(|spec| spec.name).collect();
            Err(format!("{first:?} could be {}", names.join(", ")))
        }
    }
}

/// The row of an agent that was named.
fn row_of(model: &Model, name: &str) -> Result<RowKey, String> {
    match called(model, name).as_slice() {
        [one] => Ok(one.key.clone()),
        [] if model.fleet().is_none() => Err("the fleet is not known yet".to_owned()),
        [] => {
            let near = nearest(name, plain_names(model));
            let hint = near.map_or_else(String::new, |near| format!(": did you mean {near}?"));
            Err(format!("no agent is called {name:?}{hint}"))
        }
        several => Err(format!("{} panes are called {name:?}: choose one in the list", several.len())),
    }
}

/// Who is called so: the agent of the roster, else who has it as an alias, whatever its case, else a session that no
/// roster names.
fn called<'a>(model: &'a Model, name: &str) -> Vec<&'a Row> {
    let is = |managed: bool, row: &&Row| row.managed == managed && row.name == name;
    let same = |alias: &String| alias.to_lowercase() == name.to_lowercase();
    let of: [Vec<&Row>; 3] = [
        rows(model).filter(|row| is(true, row)).collect(),
        rows(model).filter(|row| row.alias.as_ref().is_some_and(same)).collect(),
        rows(model).filter(|row| is(false, row)).collect(),
    ];
    of.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

fn rows(model: &Model) -> impl Iterator<Item = &Row> {
    model.fleet().into_iter().flat_map(|fleet| &fleet.rows)
}

/// A row's name and alias, as far as they can be typed.
fn names(row: &Row) -> impl Iterator<Item = &str> {
    [Some(row.name.as_str()), row.alias.as_deref()].into_iter().flatten().filter(|name| visible(name) == *name)
}

/// Those that a slip of the finger can be measured against.
fn plain_names(model: &Model) -> impl Iterator<Item = &str> {
    rows(model).flat_map(names).filter(|name| name.is_ascii())
}

/// The first word, and what follows behind a blank: a session's name may have blanks itself.
fn words(typed: &str) -> (&str, Option<&str>) {
    let typed = typed.trim();
    typed.split_once(char::is_whitespace).map_or((typed, None), |(first, rest)| (first, Some(rest.trim_start())))
}

/// The word that is being typed: the agent's, once a blank stands behind an action.
fn last_word(typed: &str) -> &str {
    let begun = typed.trim_start();
    begun.split_once(char::is_whitespace).map_or(begun, |(_, rest)| rest.trim_start())
}

/// What the word that is being typed may become: actions, then agents; behind an action each agent by its name, or by its
/// alias where only that begins so.
fn candidates(model: &Model, typed: &str) -> Vec<String> {
    let word = last_word(typed);
    let agents = rows(model).filter_map(|row| names(row).find(|name| name.starts_with(word)));
    let second = typed.trim_start().len() > word.len();
    let all: Vec<&str> = match action::named(words(typed).0).as_slice() {
        [spec] if second && spec.of_agent && spec.is_of(model) => agents.collect(),
        _ if second => Vec::new(),
        _ => {
            let begins_so = |spec: &&ActionSpec| spec.name.starts_with(word) && spec.is_of(model);
            action::table().iter().filter(begins_so).map(|spec| spec.name).chain(agents).collect()
        }
    };
    let mut once: Vec<String> = Vec::new();
    for name in all {
        if !once.iter().any(|known| known == name) {
            once.push(name.to_owned());
        }
    }
    once
}

/// As much as all of them begin with.
fn common(words: &[String]) -> Option<&str> {
    let (first, others) = words.split_first()?;
    let common = others.iter().fold(first.as_str(), |common, word| {
        let same = common.chars().zip(word.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        &common[..same]
    });
    Some(common)
}

#[cfg(test)]
mod tests;
