//! The bottom line: a prompt while one is open, words about the last key, else the keys that apply.
//!
//! PURE. Which keys these are is the table's business; here they are only made to fit.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Modifier,
    text::{Line, Span},
};
use tui_input::Input;

use super::{
    paint::{self, styled},
    theme::Theme,
};
use crate::app::{
    action::{self, Action, ActionSpec, Group, Offer},
    chooser,
    compose::Step,
    dialog::UNSEEN,
    mode::Mode,
    model::Model,
    words::{fit, fit_hint, fit_whole, width},
};

pub(super) fn draw(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    hint(model, theme, buffer);
    let area = model.layout().footer;
    if area.is_empty() {
        return;
    }
    let room = usize::from(area.width);
    let line = searched(model, room, theme).unwrap_or_else(|| said(model, room, theme));
    paint::line(area, &line, buffer);
    cursor(model, area, buffer);
}

/// What the line says while no search is typed.
fn said(model: &Model, room: usize, theme: &Theme) -> Line<'static> {
    match model.mode() {
        Mode::Filter(prompt) => {
            let words = prompt.error.as_ref().map(ToString::to_string);
            typed(
                "/",
                &prompt.input,
                words.as_deref().unwrap_or("Enter keeps it, Esc takes it back"),
                words.is_some(),
                room,
                theme,
            )
        }
        Mode::Command(line) => {
            let names = line.candidates(model);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let names = fit_whole(&names, " ", room.saturating_sub(width(line.input.value()) + 4));
            typed(":", &line.input, &names, false, room, theme)
        }
        Mode::Pending(first) => {
            let mut spans = vec![styled(format!(" {first} …  "), theme.accent)];
            let following = model.keymap().following(*first);
            let is_of = |action: Action| action::spec(action).is_some_and(|spec| spec.is_of(model));
            for (key, action) in following.into_iter().filter(|(_, action)| is_of(*action)) {
                spans.extend(key_and_word(&key, action::name(action).trim_start_matches("sort-"), false, theme));
            }
            Line::from(spans)
        }
        Mode::Compose(_) | Mode::Confirm(_) | Mode::Answer(_) if model.is_unseen() => words(UNSEEN, true, room, theme),
        Mode::Compose(message) => match (&message.says, &message.step) {
            (Some(says), _) => words(says, true, room, theme),
            (None, Step::Writing) => words(&model.compose_hint(message), false, room, theme),
            (None, Step::Asked) => words("y sends it · any other key goes back to writing", false, room, theme),
            (None, Step::Reason(_)) => words("Enter takes the reason · Esc goes back", false, room, theme),
        },
        Mode::Confirm(confirm) => match &confirm.says {
            Some(says) => words(says, true, room, theme),
            None => words(confirm.hint(), false, room, theme),
        },
        Mode::Taken(taken) => {
            let (says, warns) = model.taken_line(taken);
            words(&says, warns, room, theme)
        }
        Mode::Answer(ask) => words(ask.hint(), false, room, theme),
        Mode::Columns(chooser) => words(chooser.says.unwrap_or(chooser::HINT), chooser.says.is_some(), room, theme),
        Mode::Normal
        | Mode::Help { .. }
        | Mode::Problems { .. }
        | Mode::Receipts { .. }
        | Mode::Zoom
        | Mode::Still(_) => match model.notice() {
            Some(says) => words(says, true, room, theme),
            None => status_and_keys(model, room, theme),
        },
    }
}

/// Words about the last key; or what keys do, of which as many as fit are named, whole.
fn words(says: &str, warns: bool, room: usize, theme: &Theme) -> Line<'static> {
    let (style, room) = (if warns { theme.warn } else { theme.key }, room.saturating_sub(1));
    let text = if warns { fit(says, room) } else { fit_hint(says, room) };
    Line::styled(format!(" {text}"), style)
}

/// A search while it is typed, and what it has found.
fn searched(model: &Model, room: usize, theme: &Theme) -> Option<Line<'static>> {
    let (input, says) = match model.mode() {
        Mode::Still(still) => (&still.search.as_ref().filter(|search| search.typing)?.input, still.found()),
        Mode::Help { sought, .. } if sought.typing => (&sought.input, "Enter keeps it, Esc takes it back".to_owned()),
        _ => return None,
    };
    Some(typed("/", input, &says, false, room, theme))
}

/// The order that runs, if one does, and the keys.
fn status_and_keys(model: &Model, room: usize, theme: &Theme) -> Line<'static> {
    let Some(job) = model.jobs().running() else { return keys(model, room, theme) };
    let status = styled(format!(" {} ", fit(&job.line(), room.saturating_sub(2) / 2)), theme.accent);
    let mut spans = vec![status.clone()];
    spans.extend(keys(model, room.saturating_sub(status.width()), theme).spans);
    Line::from(spans)
}

/// A prompt with what is typed, and words at its right.
fn typed(sign: &str, input: &Input, words: &str, bad: bool, room: usize, theme: &Theme) -> Line<'static> {
    let scroll = input.visual_scroll(room.saturating_sub(3));
    let text: String = input.value().chars().skip(scroll).collect();
    let text = fit(&text, room.saturating_sub(2));
    let left = room.saturating_sub(width(&text) + 4);
    let style = if bad { theme.bad } else { theme.dim };
    Line::from(vec![
        styled(sign, theme.accent),
        Span::styled(text, theme.text),
        Span::raw("   "),
        styled(fit(words, left), style),
    ])
}

/// The prompt's cursor, as a reversed cell.
fn cursor(model: &Model, area: Rect, buffer: &mut Buffer) {
    let input = match model.mode() {
        Mode::Filter(prompt) => &prompt.input,
        Mode::Command(line) => &line.input,
        Mode::Help { sought, .. } if sought.typing => &sought.input,
        Mode::Still(still) if still.is_typing() => match &still.search {
            Some(search) => &search.input,
            None => return,
        },
        _ => return,
    };
    let room = usize::from(area.width).saturating_sub(3);
    let at = input.visual_cursor().saturating_sub(input.visual_scroll(room)) + 1;
    let x = area.x.saturating_add(u16::try_from(at).unwrap_or(u16::MAX));
    if x < area.right()
        && let Some(cell) = buffer.cell_mut((x, area.y))
    {
        cell.modifier.toggle(Modifier::REVERSED);
    }
}

/// The keys that apply, as many as fit; the way to the help and out are always there.
fn keys(model: &Model, room: usize, theme: &Theme) -> Line<'static> {
    let fixed = |spec: &&ActionSpec| matches!(spec.id, Action::Help | Action::Quit);
    let part = |spec: &ActionSpec| -> Option<Vec<Span<'static>>> {
        let word = spec.short?;
        let key = model.keymap().keys_of(spec.id).into_iter().next()?;
        match spec.offer(model) {
            Offer::Now => Some(key_and_word(&key, word, false, theme)),
            Offer::Greyed(_) => Some(key_and_word(&key, word, true, theme)),
            Offer::Hidden(_) => None,
        }
    };
    let last: Vec<Span> = action::table().iter().filter(fixed).filter_map(part).flatten().collect();
    let mut left = room.saturating_sub(1 + last.iter().map(Span::width).sum::<usize>());
    let mut spans = vec![Span::raw(" ")];
    // Of a mirror that stands still its own keys come first.
    let still = model.still_in_front().is_some();
    let is_first = |spec: &&ActionSpec| still && spec.group == Group::Mirror;
    let table = action::table().iter().filter(|spec| !fixed(spec));
    let in_order = table.clone().filter(is_first).chain(table.filter(|spec| !is_first(spec)));
    for spans_of in in_order.filter_map(part) {
        let cells: usize = spans_of.iter().map(Span::width).sum();
        if cells > left {
            break;
        }
        left -= cells;
        spans.extend(spans_of);
    }
    spans.extend(last);
    Line::from(spans)
}

fn key_and_word(key: &str, word: &str, grey: bool, theme: &Theme) -> Vec<Span<'static>> {
    let (key_style, word_style) =
        if grey { (theme.dim, theme.dim.add_modifier(Modifier::DIM)) } else { (theme.key, theme.text) };
    vec![styled(key.to_owned(), key_style), styled(format!(" {word}  "), word_style)]
}

/// The keys that matter, for who is here for the first time.
fn hint(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    let area = model.layout().hint;
    if area.is_empty() {
        return;
    }
    let matter = [
        (Action::Help, "has every key", "help"),
        (Action::Open, "opens an agent", "opens"),
        (Action::NextNeedsYou, "goes to who needs you", "needs you"),
        (Action::Filter, "filters", "filters"),
        (Action::Quit, "leaves", "leaves"),
        (Action::Back, "puts this away", "hides this"),
    ];
    let parts = |short: bool| -> Vec<(String, &str)> {
        let key = |action| model.keymap().keys_of(action).into_iter().next();
        matter
            .iter()
            .filter_map(|(action, long, word)| Some((key(*action)?, if short { *word } else { *long })))
            .collect()
    };
    let cells =
        |parts: &[(String, &str)]| parts.iter().map(|(key, words)| width(key) + width(words) + 3).sum::<usize>();
    let (lead, room) = (" new here?  ", usize::from(area.width));
    let mut parts = if width(lead) + cells(&parts(false)) <= room { parts(false) } else { parts(true) };
    // How to put it away stands last and stays.
    while parts.len() > 2 && width(lead) + cells(&parts) > room {
        parts.remove(parts.len() - 2);
    }
    let mut spans = vec![styled(lead, theme.title)];
    for (key, words) in parts {
        spans.extend([styled(key, theme.key), styled(format!(" {words}  "), theme.text)]);
    }
    buffer.set_style(area, theme.banner_note);
    paint::line(area, &Line::from(spans), buffer);
}
