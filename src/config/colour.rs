//! The roles of a theme, and how a style is written: `bold #ff5f5f on 52`.
//!
//! PURE. Which colours a role has by itself is the theme's business.

use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};

use super::value::{Read, entries, line, nearest, wrong};
use crate::fleet::yaml::{Problem, marked::Marked};

/// What can be drawn in a style of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Text of less weight.
    Dim,
    /// The program's name, the selection's sign.
    Accent,
    /// Column heads.
    Head,
    /// Frames.
    Frame,
    /// The title of a frame.
    Title,
    /// The selected row.
    Selected,
    /// A mark.
    Mark,
    /// Keys in footer and help.
    Key,
    /// Working.
    Good,
    /// Available.
    Free,
    /// Needs a person now: stuck, dead.
    Bad,
    /// Needs a look: stale, flags.
    Warn,
    /// Not known.
    Unknown,
    /// A banner that reports a fault.
    BannerBad,
    /// A banner that warns.
    BannerWarn,
    /// A banner that only tells.
    BannerNote,
}

impl Role {
    /// Every role with its name.
    pub const ALL: [(&'static str, Self); 17] = [
        ("text", Self::Text),
        ("dim", Self::Dim),
        ("accent", Self::Accent),
        ("head", Self::Head),
        ("frame", Self::Frame),
        ("title", Self::Title),
        ("selected", Self::Selected),
        ("mark", Self::Mark),
        ("key", Self::Key),
        ("good", Self::Good),
        ("free", Self::Free),
        ("bad", Self::Bad),
        ("warn", Self::Warn),
        ("unknown", Self::Unknown),
        ("banner_bad", Self::BannerBad),
        ("banner_warn", Self::BannerWarn),
        ("banner_note", Self::BannerNote),
    ];
}

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// The `colours` section: roles with their styles.
pub(super) fn colours(value: &Marked) -> Read<Vec<(Role, Style)>> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for entry in entries(value)? {
        let role = Role::ALL.into_iter().find(|(name, _)| *name == entry.key);
        if role.is_none() {
            let near = nearest(&entry.key, Role::ALL.iter().map(|(name, _)| *name));
            let hint = near.map_or_else(
                || format!("roles are {}", Role::ALL.map(|(name, _)| name).join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            problems.push(Problem::error(Some(entry.place), format!("there is no role {:?}", entry.key)).hinted(hint));
        }
        match (role, style(&entry.value)) {
            (Some((_, role)), Ok(style)) => found.push((role, style)),
            (_, Err(more)) => problems.extend(more),
            (None, Ok(_)) => {}
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

fn style(value: &Marked) -> Read<Style> {
    let text = line(value)?;
    let (mut style, mut ground) = (Style::new(), false);
    for word in text.split_whitespace() {
        if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*modifier);
        } else if word == "on" {
            ground = true;
        } else if let Ok(colour) = Color::from_str(word) {
            style = if ground { style.bg(colour) } else { style.fg(colour) };
            ground = false;
        } else {
            let hint = "write words like: bold red, #ff8700 on 236, reversed, default";
            return wrong(
                value,
                format!("{word:?} is neither a colour nor bold, dim, italic, underlined, reversed"),
                hint,
            );
        }
    }
    Ok(style)
}
