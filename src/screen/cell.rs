//! One cell of a screen, in our own words, so that the engine behind it could be changed.

use std::borrow::Cow;

/// What one cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a> {
    /// Its text: one base character and what combines with it; empty for a blank.
    pub text: &'a str,
    /// Whether it is two columns wide; the next cell is then its [`Cell::continuation`].
    pub wide: bool,
    /// Whether it is the second half of a wide character and shows nothing itself.
    pub continuation: bool,
    /// How it is drawn.
    pub style: Style,
}

/// Bidirectional marks, embeddings, overrides and isolates, line and paragraph separators, what has no width but a
/// joiner within an emoji, and tags, which hide whole sentences beside the letter that they stand at.
fn steers(c: char) -> bool {
    matches!(
        c,
        '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// A text whose characters that would turn or hide the text around them are marked instead.
pub(super) fn steered(text: String) -> String {
    if text.contains(steers) { text.replace(steers, "\u{fffd}") } else { text }
}

/// How a cell is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Text colour.
    pub fg: Colour,
    /// Background colour.
    pub bg: Colour,
    /// SGR 1.
    pub bold: bool,
    /// SGR 2.
    pub dim: bool,
    /// SGR 3.
    pub italic: bool,
    /// SGR 4.
    pub underline: bool,
    /// SGR 7.
    pub inverse: bool,
}

/// A colour as the program asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// The terminal's own.
    #[default]
    Default,
    /// One of the 256 of the palette.
    Indexed(u8),
    /// 24-bit.
    Rgb(u8, u8, u8),
}

impl From<vt100::Color> for Colour {
    fn from(colour: vt100::Color) -> Self {
        match colour {
            vt100::Color::Default => Self::Default,
            vt100::Color::Idx(index) => Self::Indexed(index),
            vt100::Color::Rgb(r, g, b) => Self::Rgb(r, g, b),
        }
    }
}

impl<'a> Cell<'a> {
    /// Whether it shows nothing: no text, and no background or line that would be seen.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        let style = self.style;
        matches!(self.text, "" | " ") && style.bg == Colour::Default && !style.inverse && !style.underline
    }

    /// Its text as it may be printed where no cell keeps it in its place: a blank is a space, and characters that
    /// would turn or hide the text around them are marked instead.
    #[must_use]
    pub fn printable(&self) -> Cow<'a, str> {
        match self.text {
            "" => Cow::Borrowed(" "),
            text if text.contains(steers) => Cow::Owned(text.replace(steers, "\u{fffd}")),
            text => Cow::Borrowed(text),
        }
    }

    /// Whether both look the same: a blank is a blank, written or not.
    pub(super) fn shows_the_same_as(&self, other: &Self) -> bool {
        let text = |cell: &Self| if cell.text == " " { "" } else { cell.text }.to_owned();
        (self.wide, self.continuation, self.style, text(self))
            == (other.wide, other.continuation, other.style, text(other))
    }

    /// Whether it has neither text nor line nor inverse: at most a background.
    pub(super) fn is_bare(&self) -> bool {
        matches!(self.text, "" | " ") && !self.style.inverse && !self.style.underline && !self.continuation
    }

    /// What the engine's cell shows. A blank has no text colour and no weight: nobody could see them.
    pub(super) fn from_engine(cell: &'a vt100::Cell) -> Self {
        let Self { text, style, .. } = Self::exactly(cell);
        if matches!(text, "" | " ") && !style.underline && !style.inverse {
            return Self { style: Style { bg: style.bg, ..Style::default() }, ..Self::exactly(cell) };
        }
        Self::exactly(cell)
    }

    /// All that the engine keeps of its cell. What cannot be seen of a blank is seen once a mark combines with it.
    pub(super) fn exactly(cell: &'a vt100::Cell) -> Self {
        let style = Style {
            fg: cell.fgcolor().into(),
            bg: cell.bgcolor().into(),
            bold: cell.bold(),
            dim: cell.dim(),
            italic: cell.italic(),
            underline: cell.underline(),
            inverse: cell.inverse(),
        };
        Self { text: cell.contents(), wide: cell.is_wide(), continuation: cell.is_wide_continuation(), style }
    }
}
