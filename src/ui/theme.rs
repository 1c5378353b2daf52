//! Colours. A state is a shape and a word of its own (`Readiness::shape`, `word`) and a colour: never a colour alone.
//!
//! PURE data: three themes from the same roles. Which one to take is told by the environment, which is passed in.

use ratatui::style::{Color, Modifier, Style};

use crate::{
    app::job::Mood,
    fleet::judgement::{Readiness, Severity},
};

/// How each role is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// Text of less weight: labels, aliases, unconfirmed rows.
    pub dim: Style,
    /// The program's name, headings of parts.
    pub accent: Style,
    /// Column heads.
    pub head: Style,
    /// Frames.
    pub frame: Style,
    /// The title of a frame.
    pub title: Style,
    /// The selected row; its cells keep their own text colour.
    pub selected: Style,
    /// A mark.
    pub mark: Style,
    /// Keys in footer and help.
    pub key: Style,
    /// Good: working.
    pub good: Style,
    /// Free to be used: available.
    pub free: Style,
    /// Needs a person now.
    pub bad: Style,
    /// Needs a look.
    pub warn: Style,
    /// Not known.
    pub unknown: Style,
    /// A banner that reports a fault.
    pub banner_bad: Style,
    /// A banner that warns.
    pub banner_warn: Style,
    /// A banner that only tells.
    pub banner_note: Style,
    /// Whether a mirror shows the colours of its pane.
    pub mirror_colours: bool,
}

impl Theme {
    /// For terminals with 256 colours; drawn on the terminal's own background.
    #[must_use]
    pub fn dark() -> Self {
        let fg = |index| Style::new().fg(Color::Indexed(index));
        let on = |text, ground| fg(text).bg(Color::Indexed(ground)).add_modifier(Modifier::BOLD);
        Self {
            text: Style::new(),
            dim: fg(245),
            accent: fg(80).add_modifier(Modifier::BOLD),
            head: fg(245).add_modifier(Modifier::BOLD),
            frame: fg(239),
            title: fg(252).add_modifier(Modifier::BOLD),
            selected: Style::new().bg(Color::Indexed(237)).add_modifier(Modifier::BOLD),
            mark: fg(80).add_modifier(Modifier::BOLD),
            key: fg(80),
            good: fg(114),
            free: fg(110),
            bad: fg(210).add_modifier(Modifier::BOLD),
            warn: fg(221),
            unknown: fg(247),
            banner_bad: on(231, 124),
            banner_warn: on(16, 179),
            banner_note: fg(252).bg(Color::Indexed(238)),
            mirror_colours: true,
        }
    }

    /// For terminals with 16 colours.
    #[must_use]
    pub fn sixteen() -> Self {
        let fg = |colour| Style::new().fg(colour);
        let on = |text, ground| fg(text).bg(ground).add_modifier(Modifier::BOLD);
        Self {
            dim: Style::new().add_modifier(Modifier::DIM),
            accent: fg(Color::Cyan).add_modifier(Modifier::BOLD),
            head: Style::new().add_modifier(Modifier::BOLD),
            frame: Style::new().add_modifier(Modifier::DIM),
            title: Style::new().add_modifier(Modifier::BOLD),
            selected: Style::new().add_modifier(Modifier::REVERSED),
            mark: fg(Color::Cyan).add_modifier(Modifier::BOLD),
            key: fg(Color::Cyan),
            good: fg(Color::Green),
            free: fg(Color::Blue),
            bad: fg(Color::Red).add_modifier(Modifier::BOLD),
            warn: fg(Color::Yellow),
            unknown: Style::new(),
            banner_bad: on(Color::White, Color::Red),
            banner_warn: on(Color::Black, Color::Yellow),
            banner_note: Style::new().add_modifier(Modifier::REVERSED),
            ..Self::dark()
        }
    }

    /// Without any colour (`NO_COLOR`): bold, dim, underlined and reversed only, in mirrors too.
    #[must_use]
    pub fn plain() -> Self {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let reversed = Style::new().add_modifier(Modifier::REVERSED);
        Self {
            accent: bold,
            mark: bold,
            key: bold,
            good: Style::new(),
            free: Style::new(),
            bad: bold,
            warn: bold,
            banner_bad: reversed.add_modifier(Modifier::BOLD),
            banner_warn: reversed.add_modifier(Modifier::BOLD),
            banner_note: reversed,
            mirror_colours: false,
            ..Self::sixteen()
        }
    }

    /// The theme for a terminal: `no_color` is whether `NO_COLOR` is set and not empty, `term` and `colorterm` are
    /// `TERM` and `COLORTERM`.
    #[must_use]
    pub fn of_terminal(no_color: bool, term: &str, colorterm: &str) -> Self {
        let many = term.contains("256color") || term.contains("direct") || !colorterm.is_empty();
        match (no_color || term == "dumb", many) {
            (true, _) => Self::plain(),
            (false, true) => Self::dark(),
            (false, false) => Self::sixteen(),
        }
    }

    /// The colour of a state.
    #[must_use]
    pub fn state(&self, state: Readiness) -> Style {
        match state {
            Readiness::Stuck | Readiness::Dead => self.bad,
            Readiness::Stale => self.warn,
            Readiness::Working => self.good,
            Readiness::Available => self.free,
            Readiness::Unknown => self.unknown,
        }
    }

    /// The colour of an order on its way, and of how it ended.
    #[must_use]
    pub fn mood(&self, mood: Mood) -> Style {
        match mood {
            Mood::Busy => self.accent,
            Mood::Good => self.good,
            Mood::Bad => self.bad,
        }
    }

    /// How a banner of this severity is drawn.
    #[must_use]
    pub fn banner(&self, severity: Severity) -> Style {
        match severity {
            Severity::Fault => self.banner_bad,
            Severity::Warning => self.banner_warn,
            Severity::Note => self.banner_note,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_color_leaves_no_colour_anywhere() {
        let plain = format!("{:?}", Theme::of_terminal(true, "xterm-256color", "truecolor"));
        assert!(!plain.contains("Indexed") && !plain.contains("Red"), "{plain}");
    }

    #[test]
    fn the_terminal_decides_how_many_colours_there_are() {
        assert_eq!(Theme::of_terminal(false, "linux", ""), Theme::sixteen());
        assert_eq!(Theme::of_terminal(false, "tmux-256color", ""), Theme::dark());
        assert_eq!(Theme::of_terminal(false, "dumb", ""), Theme::plain());
    }
}
