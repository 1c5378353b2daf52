//! The help as lines: the table of actions, as far as it applies in this dashboard.
//!
//! PURE. It adds nothing of its own but the mouse; a key is named in the table or nowhere.

use super::{
    action::{Danger, Group, Offer, table},
    model::Model,
    words::wrap,
};

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
        TWO_COLUMNS.. => &[&[Group::Move, Group::Act, Group::Program], &[Group::List, Group::Mirror]],
        _ => &[&Group::ALL],
    };
    let cells = (usize::from(width) / columns.len()).saturating_sub(KEYS + 1).max(8);
    let mut lines: Vec<Vec<HelpLine>> =
        columns.iter().map(|groups| groups.iter().flat_map(|group| lines_of(model, *group, cells)).collect()).collect();
    if let Some(first) = lines.first_mut() {
        first.extend(mouse(cells));
    }
    lines
}

fn lines_of(model: &Model, group: Group, cells: usize) -> Vec<HelpLine> {
    let mut lines = vec![HelpLine::Heading(group.heading())];
    for spec in table().iter().filter(|spec| spec.group == group) {
        if !spec.is_of(model) {
            continue;
        }
        let keys = model.keymap().keys_of(spec.id).join(" ");
        let asks = if spec.danger == Danger::Destroys { "; asks first" } else { "" };
        let grey = matches!(spec.offer(model), Offer::Greyed(_));
        lines.extend(key(&keys, &format!("{}{asks}", spec.words), grey, cells));
    }
    lines.push(HelpLine::Blank);
    lines
}

fn key(keys: &str, words: &str, grey: bool, cells: usize) -> impl Iterator<Item = HelpLine> {
    let mut keys = keys.to_owned();
    wrap(words, cells).into_iter().map(move |words| HelpLine::Key { keys: std::mem::take(&mut keys), words, grey })
}

fn mouse(cells: usize) -> Vec<HelpLine> {
    let mut lines = vec![HelpLine::Heading("Mouse")];
    lines.extend(key("click", "select; a second click opens", false, cells));
    lines.extend(key("wheel", "scroll the list, pan the mirror, turn the wall's page", false, cells));
    lines
}
