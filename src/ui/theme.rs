//! Colours. A state is a shape and a word of its own (`Readiness::shape`, `word`) and a colour: never a colour alone.
//!
//! PURE data: every theme has the same roles. Which one to take is told by the configuration and the environment, which
//! are passed in.

use ratatui::style::{Color, Modifier, Style};

use crate::{
    app::job::Mood,
    config::{Config, ThemeName, colour::Role},
    fleet::judgement::{Readiness, Severity},
};

/// What the environment says of the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terminal {
    /// Whether `NO_COLOR` is set and not empty.
    pub no_color: bool,
    /// `TERM`.
    pub term: String,
    /// `COLORTERM`.
    pub colorterm: String,
    /// `COLORFGBG`: foreground and background by their numbers among 16 colours, as some terminals tell.
    pub colorfgbg: String,
}

impl Terminal {
    /// Whether its background is light, as far as it tells.
    fn is_light(&self) -> bool {
        matches!(self.colorfgbg.rsplit(';').next(), Some("7" | "15"))
    }

    /// The theme that suits it.
    fn theme(&self) -> Theme {
        let many = self.term.contains("256color") || self.term.contains("direct") || !self.colorterm.is_empty();
        match (self.term.as_str(), many, self.is_light()) {
            ("dumb", ..) => Theme::plain(),
            (_, true, true) => Theme::light(),
            (_, true, false) => Theme::dark(),
            (_, false, _) => Theme::contrast(),
        }
    }
}

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

    /// The same for a light background.
    #[must_use]
    pub fn light() -> Self {
        let fg = |index| Style::new().fg(Color::Indexed(index));
        let on = |text, ground| fg(text).bg(Color::Indexed(ground)).add_modifier(Modifier::BOLD);
        Self {
            dim: fg(242),
            accent: fg(30).add_modifier(Modifier::BOLD),
            head: fg(242).add_modifier(Modifier::BOLD),
            frame: fg(250),
            title: fg(236).add_modifier(Modifier::BOLD),
            selected: Style::new().bg(Color::Indexed(253)).add_modifier(Modifier::BOLD),
            mark: fg(30).add_modifier(Modifier::BOLD),
            key: fg(30),
            good: fg(28),
            free: fg(25),
            bad: fg(124).add_modifier(Modifier::BOLD),
            warn: fg(130),
            unknown: fg(242),
            banner_bad: on(231, 124),
            banner_warn: on(16, 222),
            banner_note: fg(236).bg(Color::Indexed(252)),
            ..Self::dark()
        }
    }

    /// High contrast, from the terminal's own 16 colours: nothing is dim, and what is selected is reversed.
    #[must_use]
    pub fn contrast() -> Self {
        let fg = |colour| Style::new().fg(colour);
        let on = |text, ground| fg(text).bg(ground).add_modifier(Modifier::BOLD);
        Self {
            dim: Style::new(),
            accent: fg(Color::Cyan).add_modifier(Modifier::BOLD),
            head: Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            frame: Style::new(),
            title: Style::new().add_modifier(Modifier::BOLD),
            selected: Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
            mark: fg(Color::Cyan).add_modifier(Modifier::BOLD),
            key: fg(Color::Cyan).add_modifier(Modifier::BOLD),
            good: fg(Color::Green),
            free: fg(Color::Cyan),
            bad: fg(Color::Red).add_modifier(Modifier::BOLD),
            warn: fg(Color::Yellow).add_modifier(Modifier::BOLD),
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
            dim: Style::new().add_modifier(Modifier::DIM),
            frame: Style::new().add_modifier(Modifier::DIM),
            head: bold,
            selected: reversed,
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
            ..Self::contrast()
        }
    }

    /// The theme that is configured, or suits the terminal, with the configured roles. `NO_COLOR` stands above both.
    #[must_use]
    pub fn of(config: &Config, terminal: &Terminal) -> Self {
        let mut theme = match (terminal.no_color, config.theme) {
            (true, _) => return Self::plain(),
            (false, ThemeName::Auto) => terminal.theme(),
            (false, ThemeName::Dark) => Self::dark(),
            (false, ThemeName::Light) => Self::light(),
            (false, ThemeName::Contrast) => Self::contrast(),
            (false, ThemeName::Plain) => Self::plain(),
        };
        for (role, style) in &config.colours {
            *theme.role(*role) = *style;
        }
        theme
    }

    fn role(&mut self, role: Role) -> &mut Style {
        match role {
            Role::Text => &mut self.text,
            Role::Dim => &mut self.dim,
            Role::Accent => &mut self.accent,
            Role::Head => &mut self.head,
            Role::Frame => &mut self.frame,
            Role::Title => &mut self.title,
            Role::Selected => &mut self.selected,
            Role::Mark => &mut self.mark,
            Role::Key => &mut self.key,
            Role::Good => &mut self.good,
            Role::Free => &mut self.free,
            Role::Bad => &mut self.bad,
            Role::Warn => &mut self.warn,
            Role::Unknown => &mut self.unknown,
            Role::BannerBad => &mut self.banner_bad,
            Role::BannerWarn => &mut self.banner_warn,
            Role::BannerNote => &mut self.banner_note,
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

    fn terminal(term: &str, colorterm: &str, colorfgbg: &str) -> Terminal {
        let (term, colorterm, colorfgbg) = (term.to_owned(), colorterm.to_owned(), colorfgbg.to_owned());
        Terminal { no_color: false, term, colorterm, colorfgbg }
    }

    fn configured(theme: ThemeName) -> Config {
        let colours = vec![(Role::Bad, Style::new().fg(Color::Blue))];
        Config { theme, colours, ..Config::default() }
    }

    #[test]
    fn no_color_leaves_no_colour_anywhere_whatever_is_configured() {
        for theme in [ThemeName::Auto, ThemeName::Light] {
            let no_color = Terminal { no_color: true, ..terminal("xterm-256color", "truecolor", "") };
            assert_eq!(Theme::of(&configured(theme), &no_color), Theme::plain());
        }
        let plain = format!("{:?}", Theme::plain());
        assert!(!plain.contains("Indexed") && !plain.contains("Red") && !plain.contains("Cyan"), "{plain}");
    }

    #[test]
    fn the_terminal_decides_where_nothing_is_configured() {
        let of = |term, colorterm, colorfgbg| Theme::of(&Config::default(), &terminal(term, colorterm, colorfgbg));
        assert_eq!(of("linux", "", ""), Theme::contrast());
        assert_eq!(of("tmux-256color", "", ""), Theme::dark());
        assert_eq!(of("xterm", "truecolor", "15;0"), Theme::dark());
        assert_eq!(of("xterm-256color", "", "0;15"), Theme::light());
        assert_eq!(of("dumb", "", ""), Theme::plain());
    }

    #[test]
    fn a_configured_role_is_drawn_so_in_every_theme() {
        let linux = terminal("linux", "", "");
        for theme in [ThemeName::Auto, ThemeName::Dark, ThemeName::Light, ThemeName::Contrast, ThemeName::Plain] {
            assert_eq!(Theme::of(&configured(theme), &linux).bad, Style::new().fg(Color::Blue), "{theme:?}");
        }
    }

    #[test]
    fn high_contrast_dims_nothing() {
        assert!(!format!("{:?}", Theme::contrast()).contains("DIM"));
    }
}
