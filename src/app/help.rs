//! The help as lines: the table of actions, as far as it applies in this dashboard.
//!
//! PURE. It adds nothing of its own but the mouse; a key is named in the table or nowhere.

use super::{
    action::{Danger, Group, Offer, table},
    model::Model,
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
        /// What they do.
        words: String,
        /// Whether it does not apply to what is selected just now.
        grey: bool,
    },
    /// Air.
    Blank,
}

/// From this width on the help stands in two columns.
const TWO_COLUMNS: u16 = 110;

/// The help in one column, or in two where there is room.
#[must_use]
pub fn help(model: &Model, width: u16) -> Vec<Vec<HelpLine>> {
    let groups = |groups: &[Group]| groups.iter().flat_map(|group| lines_of(model, *group)).collect::<Vec<_>>();
    if width >= TWO_COLUMNS {
        vec![
            groups(&[Group::Move, Group::Mirror]).into_iter().chain(mouse()).collect(),
            groups(&[Group::List, Group::Program]),
        ]
    } else {
        vec![groups(&Group::ALL).into_iter().chain(mouse()).collect()]
    }
}

fn lines_of(model: &Model, group: Group) -> Vec<HelpLine> {
    let mut lines = vec![HelpLine::Heading(group.heading())];
    for spec in table().iter().filter(|spec| spec.group == group) {
        if model.is_read_only() && spec.danger != Danger::Looks {
            continue;
        }
        let keys = model.keymap().keys_of(spec.id).join(" ");
        let asks = if spec.danger == Danger::Destroys { "; asks first" } else { "" };
        let grey = matches!(spec.offer(model), Offer::Greyed(_));
        lines.push(HelpLine::Key { keys, words: format!("{}{asks}", spec.words), grey });
    }
    lines.push(HelpLine::Blank);
    lines
}

fn mouse() -> Vec<HelpLine> {
    let key = |keys: &str, words: &str| HelpLine::Key { keys: keys.to_owned(), words: words.to_owned(), grey: false };
    vec![
        HelpLine::Heading("Mouse"),
        key("click", "select; a second click opens"),
        key("wheel", "scroll the list, or pan the mirror"),
    ]
}
