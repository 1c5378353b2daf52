//! The answer to a prompt while it is chosen: by what the options mean, never by a number or a place.
//!
//! PURE. The prompt is the one that was read last; when the screen shows another one, the choice begins anew.

use jiff::Timestamp;

use super::{
    dialog::{Page, Said, Tone},
    mode::Mode,
    mouse::soon,
};
use crate::fleet::{
    gate::{Opt, Prompt, answer::Choice},
    order::{Act, Order, Reply},
    row::{Row, RowKey},
    text::visible,
};

/// A prompt that is being answered.
#[derive(Debug)]
pub struct Ask {
    /// Whose.
    pub row: RowKey,
    /// Its name.
    pub name: String,
    /// The prompt as it was read last.
    pub prompt: Prompt,
    /// What is chosen, among the options; 0 where there are none.
    pub cursor: usize,
    /// The choice is dangerous and waits for a yes of its own.
    pub sure: bool,
    /// The prompt has gone.
    pub gone: bool,
    /// The first line shown, where the operator has scrolled; else what is chosen is in sight.
    pub scroll: Option<usize>,
    /// Words about what changed.
    pub says: Option<String>,
    /// The operator has chosen, and not only found what is highlighted.
    chosen: bool,
    /// When this prompt came into another one's place.
    swapped: Option<Timestamp>,
    /// What it lies over.
    pub under: Box<Mode>,
}

impl Ask {
    /// The prompt of a row: its highlighted option is where the choice begins.
    #[must_use]
    pub fn of(row: &Row) -> Option<Self> {
        let prompt = row.prompt.clone()?;
        let cursor = highlighted(&prompt);
        Some(Self {
            row: row.key.clone(),
            name: row.name.clone(),
            prompt,
            cursor,
            sure: false,
            gone: false,
            scroll: None,
            says: None,
            chosen: false,
            swapped: None,
            under: Box::default(),
        })
    }

    /// What the last look, at that time, says of it.
    pub fn look(&mut self, now: Option<&Prompt>, at: Option<Timestamp>) {
        let labels = |prompt: &Prompt| prompt.options.iter().map(|option| option.label.clone()).collect::<Vec<_>>();
        match now {
            None => {
                self.gone = true;
                self.says = Some("the prompt has gone".to_owned());
            }
            Some(now)
                if self.gone
                    || (&now.rule, &now.subject) != (&self.prompt.rule, &self.prompt.subject)
                    || labels(now) != labels(&self.prompt) =>
            {
                self.cursor = highlighted(now);
                self.prompt = now.clone();
                (self.sure, self.gone, self.chosen, self.scroll) = (false, false, false, None);
                self.swapped = at;
                self.says = Some("the screen shows another prompt now: choose again".to_owned());
            }
            // Only the highlight may have moved: the choice is by meaning and stays.
            Some(now) => {
                self.prompt = now.clone();
                self.gone = false;
            }
        }
    }

    /// Whether this prompt has only just come into the place of the one that was read: what is pressed was meant for that.
    #[must_use]
    pub fn is_new(&self, now: Option<Timestamp>) -> bool {
        self.swapped.is_some_and(|then| soon(Some(then), now))
    }

    /// Whether a click on an option takes it: one that the operator has chosen.
    #[must_use]
    pub fn is_taken_by(&self, choice: usize) -> bool {
        self.chosen && self.cursor == choice && !self.sure
    }

    /// Moves the choice.
    pub fn step(&mut self, by: isize) {
        let last = self.prompt.options.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
        (self.sure, self.says, self.chosen, self.scroll) = (false, None, true, None);
    }

    /// The first line to show in so many rows: what is chosen, or the words below it, stays in sight.
    #[must_use]
    pub fn first_line(&self, lines: &[Said], rows: usize) -> usize {
        let chosen = lines.iter().rposition(|said| said.choice == Some(self.cursor)).map(|at| at + 1);
        let last = chosen.filter(|_| !self.sure && self.says.is_none()).unwrap_or(lines.len());
        self.scroll.unwrap_or_else(|| last.saturating_sub(rows))
    }

    /// The option that is chosen.
    #[must_use]
    pub fn option(&self) -> Option<&Opt> {
        self.prompt.options.get(self.cursor)
    }

    /// Whether anything can be answered from here.
    #[must_use]
    pub fn can(&self) -> bool {
        !self.gone && (self.option().is_some() || !self.prompt.human && !self.prompt.keys.is_empty())
    }

    /// Whether the choice needs a yes of its own.
    #[must_use]
    pub fn is_dangerous(&self) -> bool {
        self.option().is_some_and(|option| option.dangerous)
    }

    /// The order that carries the choice.
    #[must_use]
    pub fn order(&self) -> Order {
        let choice = self.option().map_or(Choice::Safe, |option| Choice::Label(option.label.clone()));
        Order::new(Act::Answer(Reply::to(&self.prompt, choice, self.sure)))
    }

    /// What the keys do now.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match (self.can(), self.sure) {
            (false, _) => "Esc closes",
            (true, true) => "y does it · Esc leaves it",
            (true, false) if self.option().is_none() => "Enter does it · Esc leaves it",
            (true, false) => "j k choose · Enter answers · Esc leaves it",
        }
    }
}

fn highlighted(prompt: &Prompt) -> usize {
    prompt.options.iter().position(|option| option.selected).unwrap_or(0)
}

/// The dialog's lines, and which of them is chosen.
#[must_use]
pub fn lines(ask: &Ask, width: usize) -> Vec<Said> {
    let mut page = Page::new(width);
    page.say(Tone::Strong, &ask.prompt.says);
    let body = &ask.prompt.body;
    body.rows.iter().for_each(|row| page.under("│ ", Tone::Plain, &visible(row)));
    if body.rows.is_empty() {
        page.under("  ", Tone::Dim, &format!("“{}”", visible(ask.prompt.line.trim())));
    }
    body.says.iter().for_each(|says| page.under("! ", Tone::Warn, says));
    page.say(Tone::Dim, &format!("rule {}", ask.prompt.rule));
    if let Some(does) = &ask.prompt.enter {
        page.say(Tone::Warn, &format!("Enter alone, as it stands: {does}"));
    }
    page.gap();
    for (place, option) in ask.prompt.options.iter().enumerate() {
        choice(place, place == ask.cursor, option, &mut page);
    }
    if ask.prompt.human && ask.prompt.options.is_empty() {
        page.say(Tone::Warn, "only somebody at its terminal can answer this one");
    } else if ask.prompt.options.is_empty() {
        match ask.prompt.keys.as_slice() {
            [] => page.say(Tone::Warn, "nothing is known that answers it: look at its screen"),
            keys => page.under("▸ ", Tone::Chosen, &format!("press {}: it goes on", keys.join(" "))),
        }
    }
    if ask.sure {
        page.gap();
        let does =
            ask.option().and_then(|option| option.does.clone()).unwrap_or_else(|| "cannot be taken back".to_owned());
        page.say(Tone::Bad, &format!("This {does}. Press y to do it."));
    }
    if let Some(says) = &ask.says {
        page.gap();
        page.say(Tone::Warn, says);
    }
    page.lines
}

fn choice(place: usize, chosen: bool, option: &Opt, page: &mut Page) {
    let mut notes: Vec<String> = Vec::new();
    notes.extend(option.selected.then(|| "highlighted there".to_owned()));
    notes.extend(option.does.as_deref().map(visible));
    notes.extend(option.dangerous.then(|| "asks again".to_owned()));
    let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join(", ")) };
    let (mark, tone) = if chosen { ("▸ ", Tone::Chosen) } else { ("  ", Tone::Plain) };
    page.offer(place, mark, tone, &format!("{}{notes}", visible(&option.label)));
}
