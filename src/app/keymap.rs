//! Keys and what they stand for: chords as text and back, and the map from chords to actions.
//!
//! PURE. The default map is the table of [`super::action`]; a map in which one key means two things is refused in
//! words. It never decides whether an action applies: that is the action's own business.

use std::{collections::BTreeMap, fmt, str::FromStr};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{self, Action};
use crate::{
    config::{KeyBinding, nearest},
    fleet::yaml::Problem,
};

/// One key with its modifiers, in one spelling: `G` has no Shift, `Ctrl-F` is stored in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// One chord, or two pressed one after the other (`o a`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    first: Chord,
    second: Option<Chord>,
}

/// Why a text is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKeys {
    /// Nothing there.
    #[error("a key must not be empty")]
    Empty,
    /// No key of that name.
    #[error("{0:?} is no key. Hint: write it like a, G, Ctrl-F, Space, Enter, Esc, Up, PgDn or F5")]
    Unknown(String),
    /// More than two.
    #[error("{0:?} has more than two keys")]
    Long(String),
}

/// What a chord means at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// It is, or completes, this action.
    Action(Action),
    /// It begins a sequence of two.
    Begins,
    /// Nothing.
    Nothing,
}

/// Which keys mean which action.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keymap {
    actions: Bound,
    /// What a key means before that, where it applies: on a mirror.
    over: Bound,
}

/// By the text of the sequence, which is unique for it; with its place among all bindings.
type Bound = BTreeMap<String, (Action, usize)>;

impl Chord {
    /// The chord of a key event of the terminal.
    #[must_use]
    pub fn of(event: KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }

    fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let kept = modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        match code {
            KeyCode::BackTab => Self { code: KeyCode::Tab, modifiers: kept | KeyModifiers::SHIFT },
            // Terminals disagree on whether Shift stands beside an upper-case letter; the letter itself says it.
            KeyCode::Char(c) if kept.contains(KeyModifiers::CONTROL) => {
                // The four control characters beyond the letters come under the digits that share their keys.
                let c = match c {
                    '4' => '\\',
                    '5' => ']',
                    '6' => '^',
                    '7' => '_',
                    c => c.to_ascii_lowercase(),
                };
                Self { code: KeyCode::Char(c), modifiers: kept - KeyModifiers::SHIFT }
            }
            KeyCode::Char(_) => Self { code, modifiers: kept - KeyModifiers::SHIFT },
            _ => Self { code, modifiers: kept },
        }
    }
}

/// The keys that have a name rather than a character.
const NAMED: [(&str, KeyCode); 16] = [
    ("Space", KeyCode::Char(' ')),
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Null", KeyCode::Null),
];

impl From<Chord> for KeyEvent {
    fn from(chord: Chord) -> Self {
        Self::new(chord.code, chord.modifiers)
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, word) in
            [(KeyModifiers::CONTROL, "Ctrl-"), (KeyModifiers::ALT, "Alt-"), (KeyModifiers::SHIFT, "Shift-")]
        {
            if self.modifiers.contains(modifier) {
                f.write_str(word)?;
            }
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                write!(f, "{}", c.to_ascii_uppercase())
            }
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(n) => write!(f, "F{n}"),
            other => write!(f, "{other:?}"),
        }
    }
}

impl FromStr for Chord {
    type Err = BadKeys;

    fn from_str(text: &str) -> Result<Self, BadKeys> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((modifier, tail)) = modifier_of(rest) {
            modifiers |= modifier;
            rest = tail;
        }
        code_of(rest).map(|code| Self::new(code, modifiers)).ok_or_else(|| match text {
            "" => BadKeys::Empty,
            _ => BadKeys::Unknown(text.to_owned()),
        })
    }
}

/// A modifier's word at the beginning, and what follows it; `Ctrl-` alone is no modifier of anything.
fn modifier_of(text: &str) -> Option<(KeyModifiers, &str)> {
    [("Ctrl-", KeyModifiers::CONTROL), ("Alt-", KeyModifiers::ALT), ("Shift-", KeyModifiers::SHIFT)]
        .into_iter()
        .find_map(|(word, modifier)| text.strip_prefix(word).map(|rest| (modifier, rest)))
}

fn code_of(name: &str) -> Option<KeyCode> {
    if let Some((_, code)) = NAMED.iter().find(|(word, _)| *word == name) {
        return Some(*code);
    }
    let mut chars = name.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if !c.is_control() && c != ' ' => Some(KeyCode::Char(c)),
        (Some('F'), Some(_)) => name[1..].parse().ok().filter(|n| (1..=24).contains(n)).map(KeyCode::F),
        _ => None,
    }
}

impl Keys {
    /// Whether a hand could not tell them apart: the same, or one the beginning of the other.
    fn clashes(&self, other: &Self) -> bool {
        self.first == other.first && (self.second == other.second || self.second.is_none() || other.second.is_none())
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.second {
            None => write!(f, "{}", self.first),
            Some(second) => write!(f, "{} {second}", self.first),
        }
    }
}

impl FromStr for Keys {
    type Err = BadKeys;

    fn from_str(text: &str) -> Result<Self, BadKeys> {
        let mut chords = text.split_whitespace();
        let first = chords.next().ok_or(BadKeys::Empty)?.parse()?;
        let second = chords.next().map(str::parse).transpose()?;
        match chords.next() {
            None => Ok(Self { first, second }),
            Some(_) => Err(BadKeys::Long(text.to_owned())),
        }
    }
}

impl Keymap {
    /// The map of the table: every action with its default keys.
    #[must_use]
    pub fn of_the_table() -> Self {
        // A clash in our own table is found by a test, not by the operator.
        Self::build(defaults()).unwrap_or_default()
    }

    /// A map of these bindings; refused, with every clash in words, when a key would mean two things.
    pub fn build(bindings: impl IntoIterator<Item = (Action, Keys)>) -> Result<Self, Vec<String>> {
        let (mut actions, mut over) = (Bound::new(), Bound::new());
        let mut clashes = Vec::new();
        for (place, (action, keys)) in bindings.into_iter().enumerate() {
            let text = keys.to_string();
            let bound = if is_over(action) { &mut over } else { &mut actions };
            if let Some((other, _)) = bound.insert(text.clone(), (action, place))
                && other != action
            {
                clashes.push(format!("{text} means both {} and {}", action::name(other), action::name(action)));
            }
        }
        for text in actions.keys() {
            if let Some((first, _)) = text.split_once(' ')
                && let Some((alone, _)) = actions.get(first)
            {
                clashes.push(format!("{first} means {} and begins {text}", action::name(*alone)));
            }
        }
        if clashes.is_empty() { Ok(Self { actions, over }) } else { Err(clashes) }
    }

    /// The table's map with other keys for some actions; refused, with every problem at its place, when an action or a
    /// key is unknown, or when a key would mean two things.
    pub fn with(bindings: &[KeyBinding]) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let bound: Vec<(Action, Keys, &KeyBinding)> =
            bindings.iter().flat_map(|binding| read(binding, &mut problems)).collect();
        let replaced = |action: Action| bindings.iter().any(|binding| binding.action == action::name(action));
        if bindings.iter().any(|binding| binding.action == action::name(Action::Quit) && binding.keys.is_empty()) {
            problems.push(Problem::error(None, "quit has no key").hinted("leave it one"));
        }
        let mut all: Vec<(Action, Keys)> = defaults().filter(|(action, _)| !replaced(*action)).collect();
        for (action, keys, binding) in bound {
            if let Some((other, _)) = all.iter().find(|(other, taken)| clash((*other, taken), (action, &keys))) {
                let place = binding.keys.iter().find(|(text, _)| text.parse().as_ref() == Ok(&keys)).map(|(_, at)| *at);
                let (name, other) = (action::name(action), action::name(*other));
                problems.push(
                    Problem::error(place, format!("{keys} means {other} already, and cannot mean {name}"))
                        .hinted(format!("give `{other}` other keys, too")),
                );
            }
            all.push((action, keys));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Self::build(all).map_err(|clashes| clashes.into_iter().map(|what| Problem::error(None, what)).collect())
    }

    /// What a chord means on a mirror, where that applies.
    #[must_use]
    pub fn over(&self, chord: Chord) -> Option<Action> {
        self.over.get(&chord.to_string()).map(|(action, _)| *action)
    }

    /// What a chord means, after the first half of a sequence or without one.
    #[must_use]
    pub fn press(&self, pending: Option<Chord>, chord: Chord) -> Press {
        let text = match pending {
            Some(first) => format!("{first} {chord}"),
            None => chord.to_string(),
        };
        if let Some((action, _)) = self.actions.get(&text).or_else(|| self.over.get(&text)) {
            return Press::Action(*action);
        }
        let begins = pending.is_none()
            && self
                .actions
                .keys()
                .chain(self.over.keys())
                .any(|keys| keys.split_once(' ').is_some_and(|k| k.0 == text));
        if begins { Press::Begins } else { Press::Nothing }
    }

    /// The keys of an action in the order in which they are written, the one to show first.
    #[must_use]
    pub fn keys_of(&self, action: Action) -> Vec<String> {
        let mut keys: Vec<(usize, &String)> = self
            .actions
            .iter()
            .chain(&self.over)
            .filter(|(_, bound)| bound.0 == action)
            .map(|(keys, (_, place))| (*place, keys))
            .collect();
        keys.sort();
        keys.into_iter().map(|(_, keys)| keys.clone()).collect()
    }

    /// What may follow the first half of a sequence: the second key and its action.
    #[must_use]
    pub fn following(&self, first: Chord) -> Vec<(String, Action)> {
        let first = first.to_string();
        self.actions
            .iter()
            .filter_map(|(keys, (action, _))| {
                keys.split_once(' ').filter(|(head, _)| *head == first).map(|(_, second)| (second.to_owned(), *action))
            })
            .collect()
    }
}

fn is_over(action: Action) -> bool {
    action::spec(action).is_some_and(|spec| spec.over)
}

/// Whether these keys of two actions could not be told apart: not where one is over the other.
fn clash((other, taken): (Action, &Keys), (action, keys): (Action, &Keys)) -> bool {
    other != action && is_over(other) == is_over(action) && taken.clashes(keys)
}

/// The keys of one binding; what is no action or no key goes to the problems.
fn read<'a>(binding: &'a KeyBinding, problems: &mut Vec<Problem>) -> Vec<(Action, Keys, &'a KeyBinding)> {
    let Some(spec) = action::table().iter().find(|spec| spec.name == binding.action) else {
        let near = nearest(&binding.action, action::table().iter().map(|spec| spec.name));
        let hint =
            near.map_or_else(|| "docs/keys.md has their names".to_owned(), |near| format!("did you mean `{near}`?"));
        let what = format!("no action is called {:?}", binding.action);
        problems.push(Problem::error(Some(binding.place), what).hinted(hint));
        return Vec::new();
    };
    let mut found = Vec::new();
    for (text, place) in &binding.keys {
        match text.parse::<Keys>() {
            Ok(keys) => found.push((spec.id, keys, binding)),
            Err(error) => {
                let words = error.to_string();
                let (what, hint) = words.split_once(". Hint: ").unwrap_or((&words, "write like a, Ctrl-F or o a"));
                problems.push(Problem::error(Some(*place), what).hinted(hint));
            }
        }
    }
    found
}

/// Every action of the table with each of its default keys.
fn defaults() -> impl Iterator<Item = (Action, Keys)> {
    action::table().iter().flat_map(|spec| spec.keys.iter().filter_map(|keys| Some((spec.id, keys.parse().ok()?))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot parse its own keys has failed")]
    use super::*;
    use crate::fleet::yaml::Place;

    #[test]
    fn a_chord_is_written_as_it_is_read() {
        for text in
            ["a", "G", "/", "-", "Ctrl-F", "Ctrl-Space", "Alt-x", "Space", "Esc", "PgDn", "F5", "Shift-Tab", "*", "?"]
        {
            assert_eq!(text.parse::<Chord>().map(|chord| chord.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn what_is_no_key_is_refused_in_words() {
        for bad in ["", "Ctrl-", "Hyper-x", "ab", "F99", "\u{1b}"] {
            assert!(bad.parse::<Chord>().is_err(), "{bad:?} was taken");
        }
        assert!("a b c".parse::<Keys>().is_err());
    }

    #[test]
    fn terminals_that_spell_a_key_differently_mean_the_same() {
        let event = |code, modifiers| Chord::of(KeyEvent::new(code, modifiers));
        let upper = event(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(upper, event(KeyCode::Char('G'), KeyModifiers::NONE));
        assert_eq!(
            event(KeyCode::Char('F'), KeyModifiers::CONTROL | KeyModifiers::SHIFT),
            event(KeyCode::Char('f'), KeyModifiers::CONTROL)
        );
        assert_eq!(event(KeyCode::BackTab, KeyModifiers::SHIFT), event(KeyCode::Tab, KeyModifiers::SHIFT));
    }

    #[test]
    fn the_tables_own_keys_parse_and_do_not_clash() {
        for spec in action::table() {
            for keys in spec.keys {
                assert_eq!(keys.parse::<Keys>().map(|k| k.to_string()), Ok((*keys).to_owned()), "{}", spec.name);
            }
        }
        assert!(Keymap::build(defaults()).is_ok(), "{:?}", Keymap::build(defaults()));
    }

    fn binding(action: &str, keys: &[&str]) -> KeyBinding {
        let place = |column| Place { line: 1, column };
        let keys = keys.iter().enumerate().map(|(i, key)| ((*key).to_owned(), place(10 + i))).collect();
        KeyBinding { action: action.to_owned(), place: place(1), keys }
    }

    #[test]
    fn other_keys_replace_the_tables_and_show_where_keys_are_shown() {
        let map =
            Keymap::with(&[binding("quit", &["X", "Ctrl-Q"]), binding("help", &[]), binding("copy", &["q"])]).unwrap();
        assert_eq!(map.keys_of(Action::Quit), ["X", "Ctrl-Q"]);
        assert_eq!(map.keys_of(Action::Copy), ["q"]);
        assert!(map.keys_of(Action::Help).is_empty());
        assert_eq!(map.press(None, "y".parse().unwrap()), Press::Nothing);
    }

    #[test]
    fn two_actions_can_swap_their_keys() {
        let map = Keymap::with(&[binding("down", &["k"]), binding("up", &["j"])]).unwrap();
        assert_eq!((map.keys_of(Action::Down), map.keys_of(Action::Up)), (vec!["k".to_owned()], vec!["j".to_owned()]));
    }

    #[test]
    fn every_wrong_binding_is_told_with_its_place() {
        let bindings = [
            binding("qiut", &["x"]),
            binding("copy", &["Hyper-x", "w"]),
            binding("zoom", &["o"]),
            binding("quit", &[]),
        ];
        let seen: Vec<String> = Keymap::with(&bindings).unwrap_err().iter().map(|problem| problem.show("c")).collect();
        assert_eq!(
            seen,
            [
                "c:1:1: no action is called \"qiut\". Hint: did you mean `quit`?",
                "c:1:10: \"Hyper-x\" is no key. Hint: write it like a, G, Ctrl-F, Space, Enter, Esc, Up, PgDn or F5",
                "c: quit has no key. Hint: leave it one",
                "c:1:11: w means next-needs-you already, and cannot mean copy. Hint: give `next-needs-you` other keys, too",
                "c:1:10: o means sort-attention already, and cannot mean zoom. Hint: give `sort-attention` other keys, too",
            ]
        );
    }

    #[test]
    fn a_key_with_two_meanings_is_refused_naming_both() {
        let keys = |text: &str| text.parse::<Keys>().unwrap();
        let clash = Keymap::build([(Action::Quit, keys("x")), (Action::Help, keys("x"))]);
        assert_eq!(clash, Err(vec!["x means both quit and help".to_owned()]));
        let prefix = Keymap::build([(Action::Quit, keys("x")), (Action::Help, keys("x y"))]);
        assert_eq!(prefix, Err(vec!["x means quit and begins x y".to_owned()]));
    }
}
