//! The help as lines: the table of actions, as far as it applies in this dashboard.
//!
//! PURE. It adds nothing of its own but the mouse; a key is named in the table or nowhere.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;

use super::{
    action::{Action, Danger, Group, Offer, table},
    dialog_keys::type_into,
    mode::Mode,
    model::Model,
    words::wrap,
};

/// What is looked for in the help.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// The words.
    pub input: Input,
    /// Whether they are still being typed.
    pub typing: bool,
}

impl Sought {
    /// Whether an action is found: by its keys, its name or its words.
    fn finds(&self, keys: &str, name: &str, words: &str) -> bool {
        let wanted = self.input.value().to_lowercase();
        let said = format!("{keys} {name} {words}");
        // One letter alone is a key, and one that is a capital is another key.
        match self.input.value() {
            "" => true,
            key if key.chars().count() == 1 => keys.split(' ').any(|other| other == key),
            _ => wanted.split(' ').all(|word| said.to_lowercase().contains(word)),
        }
    }
}

/// Begins to look for something.
pub(super) fn seek(model: &mut Model) {
    if let Mode::Help { sought, .. } = &mut model.mode {
        sought.typing = true;
    }
}

/// One key while it is typed: the list follows.
pub(super) fn typed(model: &mut Model, key: KeyEvent) {
    let Mode::Help { scroll, sought, .. } = &mut model.mode else { return };
    *scroll = 0;
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Enter => sought.typing = false,
        KeyCode::Esc => *sought = Sought::default(),
        KeyCode::Char('c') if control => *sought = Sought::default(),
        KeyCode::Backspace if sought.input.value().is_empty() => sought.typing = false,
        _ => type_into(&mut sought.input, key),
    }
}

/// One line of the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpLine {
    /// A group's heading.
    Heading(&'static str),
    /// Keys and what they do.
    Key {
        /// The keys as they are shown.
        keys: String,
        /// What they do; a line that goes on has no keys.
        words: String,
        /// Whether it does not apply to what is selected just now.
        grey: bool,
        /// What it is about; none where it is the mouse.
        action: Option<Action>,
    },
    /// Air.
    Blank,
}

/// How many cells the keys take, with the air around them.
pub const KEYS: usize = 15;

/// From this width on the help stands in two columns.
const TWO_COLUMNS: u16 = 110;

/// The help in one column, or in two where there is room.
#[must_use]
pub fn help(model: &Model, width: u16) -> Vec<Vec<HelpLine>> {
    let columns: &[&[Group]] = match width {
        TWO_COLUMNS.. => &[&[Group::Move, Group::Act, Group::Mirror], &[Group::List, Group::Program]],
        _ => &[&Group::ALL],
    };
    let nothing = Sought::default();
    let sought = if let Mode::Help { sought, .. } = model.mode() { sought } else { &nothing };
    let cells = (usize::from(width) / columns.len()).saturating_sub(KEYS + 1).max(8);
    let mut lines: Vec<Vec<HelpLine>> = columns
        .iter()
        .map(|groups| groups.iter().flat_map(|group| lines_of(model, *group, sought, cells)).collect())
        .collect();
    if let Some(first) = lines.first_mut() {
        first.extend(mouse(sought, cells));
        if lines.iter().all(Vec::is_empty) {
            lines[0].extend(key("", "no key and no action has that in it", true, None, cells));
        }
    }
    lines
}

fn lines_of(model: &Model, group: Group, sought: &Sought, cells: usize) -> Vec<HelpLine> {
    let mut lines = vec![HelpLine::Heading(group.heading())];
    for spec in table().iter().filter(|spec| spec.group == group) {
        if !spec.is_of(model) {
            continue;
        }
        let keys = model.keymap().keys_of(spec.id).join(" ");
        if !sought.finds(&keys, spec.name, spec.words) {
            continue;
        }
        let asks = if spec.danger == Danger::Destroys { "; asks first" } else { "" };
        let grey = matches!(spec.offer(model), Offer::Greyed(_));
        lines.extend(key(&keys, &format!("{}{asks}", spec.words), grey, Some(spec.id), cells));
    }
    if lines.len() == 1 {
        return Vec::new();
    }
    lines.push(HelpLine::Blank);
    lines
}

fn key(keys: &str, words: &str, grey: bool, action: Option<Action>, cells: usize) -> impl Iterator<Item = HelpLine> {
    let mut keys = keys.to_owned();
    wrap(words, cells).into_iter().map(move |words| HelpLine::Key {
        keys: std::mem::take(&mut keys),
        words,
        grey,
        action,
    })
}

fn mouse(sought: &Sought, cells: usize) -> Vec<HelpLine> {
    let does = [
        ("click", "select; on a column's head sort, again the other way; in a dialog choose"),
        ("double click", "open, or choose and answer"),
        ("drag", "mark text of a mirror and copy it; with Alt or Ctrl a block"),
        ("wheel", "scroll the list, scroll a zoomed mirror back, turn the wall's page"),
    ];
    let found: Vec<_> = does.iter().filter(|(what, words)| sought.finds(what, "mouse", words)).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![HelpLine::Heading("Mouse")];
    lines.extend(found.into_iter().flat_map(|(what, words)| key(what, words, false, None, cells)));
    lines
}

/// What stands on a line of the help, at so many cells from the left; nothing between its lines.
pub(super) fn action_at(model: &Model, width: u16, (line, cell): (usize, u16)) -> Option<Action> {
    let columns = help(model, width);
    let wide = (width / u16::try_from(columns.len()).unwrap_or(1).max(1)).max(1);
    match columns.get(usize::from(cell / wide))?.get(line)? {
        HelpLine::Key { action, .. } => *action,
        HelpLine::Heading(_) | HelpLine::Blank => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::sample;

    fn check(words: &str, expected: &[&str]) {
        let mut model = sample::model((80, 24));
        let sought = Sought { input: Input::new(words.to_owned()), typing: true };
        model.mode = Mode::Help { scroll: 0, sought, under: Box::default() };
        let lines = help(&model, 80).concat();
        let keys = lines.iter().filter_map(|line| match line {
            HelpLine::Key { keys, .. } => Some(keys.as_str()).filter(|keys| !keys.is_empty()),
            _ => None,
        });
        assert_eq!(keys.collect::<Vec<_>>(), expected, "{words:?}");
    }

    #[test]
    fn what_is_looked_for_is_found_by_key_name_and_words() {
        check("suspend", &["Ctrl-Z"]);
        check("CLIPBOARD", &["y"]);
        check("heartbeat sort", &["o h"]);
        check("G", &["G End"]);
        check("g", &["g Home", "o g"]);
        check("nonsense", &[]);
    }
}
