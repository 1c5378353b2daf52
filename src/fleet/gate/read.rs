//! One look at a screen, read with the rules: a pure and total function.
//!
//! What counts is position, not words alone: a prompt is the last thing on a screen whose input line is gone; a sign of
//! work stands directly at the input line; a limit belongs to the last turn. What an agent quotes stands elsewhere.

use std::{cell::OnceCell, time::Duration};

use super::{
    super::words,
    Body, Glance, Kind, Limit, Marker, Opt, Prompt, Rules, Seen, Trouble,
    lines::{Line, Lines, Text, is_red},
    menu::{self, Menu},
    pattern::{Expression, Pattern},
    spec::{MarkSpec, RuleSpec, RuntimeSpec, Stands, Tells, Where},
    zones::{self, Zones},
};

/// How long a menu that no rule knows must stand still.
pub(in crate::fleet) const STILL: Duration = Duration::from_secs(10);
/// Text wraps so many columns before the right edge, at most.
const WRAPS_BEFORE: usize = 4;
/// So many of the last lines that speak are the bottom of a screen.
const BOTTOM: usize = 5;
/// So many lines above its options say what a prompt is about.
const SUBJECT: usize = 8;

pub(super) fn read(rules: &Rules, glance: &Glance<'_>) -> Seen {
    let runtime = match (glance.ended, glance.runtime) {
        (true, _) => return gone("its program has ended"),
        (false, None) => return gone("no runtime has the terminal"),
        (false, Some(runtime)) => runtime,
    };
    let nothing = RuntimeSpec::default();
    let about = rules.runtimes.get(runtime).unwrap_or(&nothing);
    let mut lines = Lines::of(glance.screen, about.panel);
    let (composer, menu) = zones::survey(&mut lines, about, glance);
    let zones = Zones::new(&lines, composer.as_ref());
    let mut seen = marks(rules, glance, about, &zones);
    seen.blank = lines.end == 0;
    seen.composer = composer.as_ref().map(|found| mark(&format!("{runtime}.composer"), &lines.all[found.row]));
    let hidden = composer.is_none() && !(about.cursor && glance.cursor_shown == Some(true));
    let look = Look {
        rules,
        glance,
        about,
        lines: &lines,
        menu: menu.as_ref(),
        zones: &zones,
        working: seen.working.is_some(),
        live: OnceCell::new(),
    };
    let dialog = hidden.then(|| look.dialog()).flatten();
    seen.prompt = dialog.filter(|prompt| !is_viewed(prompt, seen.viewer.as_ref())).or_else(|| look.notice());
    if composer.is_some() {
        seen.context_used = about.context.as_ref().and_then(|context| percent(context, &zones));
    }
    if seen.prompt.is_some() {
        // It stands where a sign of work would stand: it is newer.
        seen.working = None;
    }
    if let (Some(_), None, None, None) = (&composer, &seen.prompt, &seen.working, &seen.limit) {
        let footer = Text::of(zones.footer());
        let ready = about.ready.as_ref().is_none_or(|ready| ready.is_in(&footer.joined));
        seen.idle = seen.idle.or_else(|| seen.composer.clone().filter(|_| ready));
    }
    seen
}

/// Whether a dialog is what a viewer shows: it names itself below, or no rule knows the dialog.
fn is_viewed(prompt: &Prompt, viewer: Option<&Marker>) -> bool {
    let last = prompt.options.last().map_or(prompt.row, |option| option.row);
    viewer.is_some_and(|viewer| prompt.kind == Kind::Prompt || viewer.row.is_some_and(|row| row > last))
}

/// A percentage at the bottom of the screen. Whatever little is used is more than nothing.
fn percent(context: &Expression, zones: &Zones<'_>) -> Option<u8> {
    let used: f32 = context.group(&Text::of(zones.bottom(BOTTOM)).joined)?.parse().ok()?;
    (0.0..=100.0).contains(&used).then(|| words::percent(used))
}

fn gone(why: &str) -> Seen {
    Seen { gone: Some(why.to_owned()), ..Seen::default() }
}

fn mark(rule: &str, line: &Line) -> Marker {
    Marker { rule: rule.to_owned(), line: line.shown.trim().to_owned(), row: Some(line.row) }
}

/// A mark that was found, and how new it is: what stands lower is newer, and a title is of now.
struct Hit<'a> {
    spec: &'a MarkSpec,
    at: Marker,
    newness: u32,
    /// What `resets` is read from.
    text: String,
}

/// All marks, weighed against each other: the newest wins.
fn marks(rules: &Rules, glance: &Glance<'_>, about: &RuntimeSpec, zones: &Zones<'_>) -> Seen {
    let footer = Text::of(zones.footer());
    let turn = Text::of(zones.turn(glance.screen, about));
    let bottom = Text::of(zones.bottom(BOTTOM));
    let status: Vec<&Line> = zones.status().collect();
    let hits: Vec<Hit<'_>> = rules
        .marks_of(glance)
        .filter_map(|spec| match spec.place {
            Stands::Status => on_a_line(spec, &status),
            Stands::Title => on_the_title(spec, glance.title),
            Stands::Footer => in_a_text(spec, &footer, zones.lines, 1 << 16),
            Stands::Turn => in_a_text(spec, &turn, zones.lines, 0),
            Stands::Bottom => in_a_text(spec, &bottom, zones.lines, 1 << 16),
            Stands::Live => in_a_text(spec, zones.alone(), zones.lines, 1 << 16),
        })
        .filter(|hit| !hit.spec.red || hit.at.row.is_some_and(|row| is_red(glance.screen, row)))
        .filter(|hit| !hit.spec.last || hit.at.row.is_some_and(|row| zones.is_last(row, glance.screen, about)))
        .collect();
    let newest =
        |tells: &[Tells]| hits.iter().filter(|hit| tells.contains(&hit.spec.tells)).max_by_key(|hit| hit.newness);
    let (limit, working) = (newest(&[Tells::Limit]), newest(&[Tells::Working, Tells::Retrying]));
    let limit_is_newer = |limit: &&Hit| working.is_none_or(|working| limit.newness >= working.newness);
    let limit = limit.filter(limit_is_newer);
    let limits = || hits.iter().filter(|hit| hit.spec.tells == Tells::Limit);
    let resets_of = |hit: &Hit| hit.spec.resets.as_ref().and_then(|resets| resets.group(&hit.text));
    let trouble = newest(&[Tells::Trouble, Tells::Retrying]);
    let viewer = newest(&[Tells::Viewer]);
    Seen {
        limit: limit.map(|hit| Limit {
            at: hit.at.clone(),
            resets: resets_of(hit).or_else(|| limits().find_map(resets_of)),
            resumes: limits().any(|hit| hit.spec.resumes),
        }),
        trouble: trouble.map(|hit| Trouble {
            at: hit.at.clone(),
            about: hit.spec.about.clone(),
            retrying: hit.spec.tells == Tells::Retrying,
            stands: hit.spec.stands.as_ref().is_some_and(|stands| stands.is_in(&hit.text)),
        }),
        working: working.filter(|_| limit.is_none()).map(|hit| hit.at.clone()),
        idle: viewer.filter(|hit| hit.spec.idle).map(|hit| hit.at.clone()),
        viewer: viewer.map(|hit| hit.at.clone()),
        ..Seen::default()
    }
}

fn on_a_line<'a>(spec: &'a MarkSpec, status: &[&Line]) -> Option<Hit<'a>> {
    let is = |line: &&&Line| fits_line(&spec.any, &spec.none, &line.shown);
    let line = status.iter().find(is)?;
    Some(Hit { spec, at: mark(&spec.id, line), newness: u32::from(line.row), text: line.shown.clone() })
}

fn on_the_title<'a>(spec: &'a MarkSpec, title: &str) -> Option<Hit<'a>> {
    let at = || Marker { rule: spec.id.clone(), line: title.to_owned(), row: None };
    fits_line(&spec.any, &spec.none, title).then(|| Hit { spec, at: at(), newness: u32::MAX, text: title.to_owned() })
}

fn in_a_text<'a>(spec: &'a MarkSpec, text: &Text, lines: &Lines, zone: u32) -> Option<Hit<'a>> {
    let row = spec.any.iter().filter_map(|pattern| pattern.row_in(text)).max()?;
    if spec.none.iter().any(|pattern| pattern.row_in(text).is_some()) {
        return None;
    }
    let at = Marker { rule: spec.id.clone(), line: lines.words_of(row), row: Some(row) };
    // Within the footer one thing is as new as the other.
    let newness = if zone == 0 { u32::from(row) } else { zone };
    Some(Hit { spec, at, newness, text: text.joined.clone() })
}

fn fits_line(any: &[Pattern], none: &[Pattern], line: &str) -> bool {
    any.iter().any(|pattern| pattern.is_in(line)) && !none.iter().any(|pattern| pattern.is_in(line))
}

/// What a prompt is looked for in.
struct Look<'a> {
    rules: &'a Rules,
    glance: &'a Glance<'a>,
    about: &'a RuntimeSpec,
    lines: &'a Lines,
    menu: Option<&'a Menu>,
    zones: &'a Zones<'a>,
    working: bool,
    live: OnceCell<Text>,
}

impl Look<'_> {
    /// The dialog that has taken the input line's place.
    fn dialog(&self) -> Option<Prompt> {
        let from_menu = self.menu.and_then(|menu| {
            let text = Text::of(self.lines.between(self.begins(menu)?, self.lines.end));
            let rule = newest(self.known(Where::Menu), &text, |rule| has_options(rule, menu));
            rule.map(|(rule, row)| self.prompt(rule, row, Some(menu), &text))
        });
        let bare = from_menu.or_else(|| self.at_the_bottom()).or_else(|| self.in_the_live_end());
        bare.or_else(|| self.on_the_title()).or_else(|| self.unknown(self.menu?))
    }

    /// Where the dialog around a menu begins: with its box, with the line that is drawn above it, or below what was said
    /// before. Words further up are not its own.
    fn begins(&self, menu: &Menu) -> Option<usize> {
        self.begins_above(menu.first()?)
    }

    /// The same of the dialog that goes on in a row; as far up as counts, where nothing says so.
    fn begins_above(&self, first: usize) -> Option<usize> {
        let all = &self.lines.all;
        let reach = first.saturating_sub(self.lines.reach());
        let mut above = (reach..first).rev();
        if all[first].bordered {
            return Some(above.take_while(|at| all[*at].bordered || all[*at].rule).last().unwrap_or(first));
        }
        let said = |at: &usize| self.about.transcript.as_ref().is_some_and(|said| said.is_in(&all[*at].shown));
        let begin = above.find(|at| all[*at].is_edge() || said(at));
        let Some(begin) = begin else { return Some(reach) };
        if all[begin].is_edge() {
            return Some(begin);
        }
        // What was said may take several rows.
        let ends = |at: &usize| !self.lines.goes_on_within(&all[*at], &all[*at + 1], WRAPS_BEFORE);
        (begin..first).find(ends).map(|at| at + 1)
    }

    /// A dialog without a menu: the last lines ask for a key or a text.
    fn at_the_bottom(&self) -> Option<Prompt> {
        let text = self.live();
        let lowest = self.zones.bottom(BOTTOM).first()?.row;
        let (rule, row) = newest(self.known(Where::Bottom), text, |_| true)?;
        let below: Vec<&Line> = self.lines.live().iter().filter(|line| line.row > row && line.speaks()).collect();
        let last = row >= lowest && below.iter().all(|line| menu::is_hint(&line.shown));
        last.then(|| self.prompt(rule, row, None, text))
    }

    /// A dialog that fills the screen, such as a log-in: below its words may stand an address or a code.
    fn in_the_live_end(&self) -> Option<Prompt> {
        let text = self.live();
        let (rule, row) = newest(self.known(Where::Live), text, |_| true)?;
        let log_in = rule.kind == Kind::Gate;
        let outside = |line: &&Line| line.is_shells() || !(log_in || line.bordered || line.indent() > 0);
        let over = self.zones.bottom(1).first().filter(|line| line.row > row).is_some_and(|line| outside(&line));
        (!over).then(|| self.prompt(rule, row, None, text))
    }

    /// A dialog that only the title tells of.
    fn on_the_title(&self) -> Option<Prompt> {
        let title = self.glance.title;
        let rule = self.known(Where::Title).find(|rule| fits_line(&rule.any, &rule.none, title))?;
        Some(Prompt {
            line: title.to_owned(),
            body: Body::of(&[], true),
            ..self.prompt(rule, 0, None, &Text::default())
        })
    }

    /// Something that holds the agent up although its input line is there.
    fn notice(&self) -> Option<Prompt> {
        let below = || self.known(Where::Footer).next().map(|_| Text::of(self.zones.footer()));
        let found = |place, text: &Text| {
            newest(self.known(place), text, |_| true).map(|(rule, row)| self.prompt(rule, row, None, text))
        };
        let notice = below().and_then(|text| found(Where::Footer, &text));
        let anywhere = || self.known(Where::Screen).next().and_then(|_| found(Where::Screen, self.live()));
        notice.or_else(anywhere).filter(|_| !self.working)
    }

    /// The live end of the screen, joined once.
    fn live(&self) -> &Text {
        self.live.get_or_init(|| Text::of(self.lines.live()))
    }

    /// A menu that nobody has written a rule for: it names its keys, nothing works, and it has stood still.
    fn unknown(&self, menu: &Menu) -> Option<Prompt> {
        let still = self.glance.still.is_some_and(|still| still >= STILL);
        let rule = self.rules.rules_of(self.glance).find(|rule| rule.kind == Kind::Prompt)?;
        let row = menu.choices.first()?.row;
        let is = menu.hints && !menu.others && still && !self.working;
        is.then(|| self.prompt(rule, row, Some(menu), &Text::default()))
    }

    fn known(&self, place: Where) -> impl Iterator<Item = &RuleSpec> {
        self.rules.rules_of(self.glance).filter(move |rule| rule.place == place && rule.kind != Kind::Prompt)
    }

    fn prompt(&self, rule: &RuleSpec, row: u16, menu: Option<&Menu>, text: &Text) -> Prompt {
        let options: Vec<Opt> = menu.map_or_else(Vec::new, |menu| self.options(rule, menu));
        let selected = options.iter().find(|option| option.selected);
        let enter = selected.and_then(|option| option.does.clone()).or_else(|| rule.enter.clone());
        let safe = rule.safe.as_ref().and_then(|safe| options.iter().position(|option| safe.is_in(&option.label)));
        Prompt {
            rule: rule.id.clone(),
            kind: rule.kind,
            about: rule.about.clone(),
            says: rule.says.clone(),
            line: self.lines.words_of(row),
            row,
            body: self.body(menu, row),
            subject: self.subject(menu.and_then(|menu| menu.choices.first()).map_or(row, |first| first.row)),
            sideways: menu.is_some_and(|menu| menu.sideways),
            safe,
            keys: rule.keys.clone(),
            human: rule.human,
            enter,
            resets: rule.resets.as_ref().and_then(|resets| self.resets(resets, text)),
            options,
        }
    }

    /// When a limit ends: a dialog says so itself, or the turn above it does.
    fn resets(&self, resets: &Expression, text: &Text) -> Option<String> {
        resets.group(&text.joined).or_else(|| resets.group(&self.live().joined))
    }

    /// What it asks about, for people: the rows above its options, or down to its line where it has none.
    fn body(&self, menu: Option<&Menu>, row: u16) -> Body {
        let (goes_on, end) = match menu.and_then(Menu::first) {
            Some(first) => (first, first),
            None => (usize::from(row), usize::from(row) + 1),
        };
        let begin = self.begins_above(goes_on).unwrap_or(goes_on);
        let told = begin > goes_on.saturating_sub(self.lines.reach());
        let rows: Vec<&str> =
            self.lines.between(begin, end).iter().filter(|line| line.speaks()).map(|line| &*line.shown).collect();
        Body::of(&rows, told)
    }

    /// What stands right above a row: without marks that blink.
    fn subject(&self, row: u16) -> String {
        let above = self.lines.between(0, usize::from(row)).iter().rev().filter(|line| line.speaks()).take(SUBJECT);
        let above: Vec<&Line> = above.collect();
        above.into_iter().rev().flat_map(|line| line.shown.chars()).filter(|c| c.is_alphanumeric()).collect()
    }

    fn options(&self, rule: &RuleSpec, menu: &Menu) -> Vec<Opt> {
        // What any option of that name does, where the rule does not say.
        let general = self.rules.prompts.iter().find(|rule| rule.kind == Kind::Prompt);
        let option = |choice: &menu::Choice| {
            let deeds = rule.does.iter().chain(general.iter().flat_map(|rule| &rule.does));
            let deed = deeds.into_iter().find(|deed| deed.option.is_in(&choice.label));
            Opt {
                label: choice.label.clone(),
                number: choice.number,
                selected: choice.selected,
                row: choice.row,
                does: deed.map(|deed| deed.does.clone()),
                dangerous: deed.is_some_and(|deed| deed.dangerous),
            }
        };
        menu.choices.iter().map(option).collect()
    }
}

fn has_options(rule: &RuleSpec, menu: &Menu) -> bool {
    // Words with a pointer before them and nothing that names a key, or with other words below: any text looks so.
    let bare = !menu.hints && menu.choices.iter().all(|choice| choice.number.is_none());
    let known = !(menu.others || bare) || !rule.options.is_empty();
    known && rule.options.iter().all(|wanted| menu.choices.iter().any(|choice| wanted.is_in(&choice.label)))
}

/// The rule whose words stand lowest, the first of equals, and the row of those words.
fn newest<'a>(
    rules: impl Iterator<Item = &'a RuleSpec>,
    text: &Text,
    fits: impl Fn(&RuleSpec) -> bool,
) -> Option<(&'a RuleSpec, u16)> {
    let found = rules.filter_map(|rule| words_of(rule, text).map(|row| (rule, row))).filter(|(rule, _)| fits(rule));
    found.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

/// The lowest row that a rule's words stand in, when they are all there; the first row for a rule without words.
fn words_of(rule: &RuleSpec, text: &Text) -> Option<u16> {
    let all: Option<Vec<u16>> = rule.all.iter().map(|pattern| pattern.row_in(text)).collect();
    let all = all?;
    let any: Vec<u16> = rule.any.iter().filter_map(|pattern| pattern.row_in(text)).collect();
    let complete = rule.any.is_empty() || !any.is_empty();
    let refused = || rule.none.iter().any(|pattern| pattern.row_in(text).is_some());
    (complete && !refused()).then(|| all.into_iter().chain(any).max().unwrap_or_default())
}
