//! What a key does in a dialog: in the composer, before a yes, and in front of a prompt.
//!
//! PURE, a part of [`super::update`]. A dialog takes every key: nothing behind it is done by accident.

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, backend::crossterm::EventHandler};

use super::{
    acting,
    compose::{Compose, Step},
    effect::Effect,
    mode::{LONGEST_PROMPT, Mode},
    model::{Change, Model},
    places,
};
use crate::fleet::order::Act;

/// One key in the composer.
pub(super) fn compose(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let unseen = model.is_unseen();
    let Mode::Compose(compose) = &mut model.mode else { return Vec::new() };
    compose.says = None;
    let written = matches!(compose.step, Step::Writing | Step::Reason(_)) && key.code != KeyCode::Enter;
    if unseen && confirms(key) && !written {
        // The footer says why.
        return Vec::new();
    }
    match &mut compose.step {
        Step::Writing => {}
        Step::Asked => {
            match key.code {
                KeyCode::Char('y') if plain(key) => return acting::send(model),
                KeyCode::Enter => compose.says = Some("y sends it".to_owned()),
                _ => compose.step = Step::Writing,
            }
            return Vec::new();
        }
        Step::Reason(input) => {
            match (key.code, input.value().trim().is_empty()) {
                (KeyCode::Esc, _) => compose.step = Step::Writing,
                (KeyCode::Enter, true) => compose.says = Some("a reason is needed: it goes into the log".to_owned()),
                (KeyCode::Enter, false) => {
                    compose.forced = Some(input.value().trim().to_owned());
                    compose.step = Step::Writing;
                }
                _ => type_into(input, key),
            }
            return Vec::new();
        }
    }
    writing(model, key)
}

fn writing(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let Mode::Compose(compose) = &mut model.mode else { return Vec::new() };
    let drafts = &model.desk.drafts;
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Esc => return leave(model),
        KeyCode::Char('c') if control => return leave(model),
        KeyCode::Char('j') if control => compose.editor.insert_newline(),
        KeyCode::Enter if key.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::SHIFT) => {
            compose.editor.insert_newline();
        }
        KeyCode::Enter => return finished(model),
        KeyCode::Char('t') if control => compose.next_class(),
        KeyCode::Char('r') if control => compose.raw = !compose.raw,
        KeyCode::Char('o') if control => compose.queue = !compose.queue,
        KeyCode::Char('x') if control => compose.replace = !compose.replace,
        KeyCode::Char('f') if control && compose.forced.take().is_none() => {
            compose.step = Step::Reason(Input::default());
        }
        KeyCode::Char('f') if control => {}
        KeyCode::Char('p') if control => compose.recall(true, drafts),
        KeyCode::Char('n') if control => compose.recall(false, drafts),
        KeyCode::Up if compose.recalls() => compose.recall(true, drafts),
        KeyCode::Tab => compose.insert("\t"),
        KeyCode::Char(c) if !control && !key.modifiers.contains(KeyModifiers::ALT) => {
            compose.insert(c.encode_utf8(&mut [0; 4]));
        }
        _ => {
            compose.editor.input(key);
        }
    }
    Vec::new()
}

/// The message is written. One that goes to several is shown once more.
fn finished(model: &mut Model) -> Vec<Effect> {
    let Mode::Compose(compose) = &mut model.mode else { return Vec::new() };
    if compose.text().trim().is_empty() {
        compose.says = Some("the message is empty".to_owned());
        return Vec::new();
    }
    if compose.broadcast || compose.to.len() > 1 {
        compose.step = Step::Asked;
        return Vec::new();
    }
    acting::send(model)
}

/// Leaves the composer; what was written is kept for these receivers.
fn leave(model: &mut Model) -> Vec<Effect> {
    let Mode::Compose(compose) = std::mem::take(&mut model.mode) else { return Vec::new() };
    model.desk.drafts.keep(&compose);
    if !compose.text().trim().is_empty() {
        model.notice = Some("the draft is kept for when you write there again".to_owned());
    }
    model.mode = *compose.under;
    Vec::new()
}

/// A paste into the composer comes whole, and none of it is a key.
pub(super) fn paste(compose: &mut Compose, text: &str) {
    compose.says = None;
    match &mut compose.step {
        Step::Writing => compose.insert(text),
        Step::Reason(input) => {
            let line = text.chars().filter(|c| !c.is_control()).take(LONGEST_PROMPT);
            for c in line {
                input.handle(tui_input::InputRequest::InsertChar(c));
            }
        }
        // Pasted text is never a yes.
        Step::Asked => {}
    }
}

/// One key before a yes.
pub(super) fn confirm(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let end = model.scroll_end();
    let page = model.page();
    let unseen = model.is_unseen();
    let Mode::Confirm(confirm) = &mut model.mode else { return Vec::new() };
    confirm.says = None;
    if unseen && confirms(key) {
        return Vec::new();
    }
    if confirm.reason.is_some() {
        return reason(model, key);
    }
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c') if control => places::close(model),
        KeyCode::Esc | KeyCode::Char('n' | 'q') => places::close(model),
        KeyCode::Char('y') if plain(key) && confirm.preview.is_some() && !confirm.can() => {
            confirm.says = Some("nothing would be done".to_owned());
        }
        KeyCode::Char('y') if plain(key) => return acting::yes(model),
        KeyCode::Char('f') if plain(key) && confirm.is_held() => confirm.reason = Some(Input::default()),
        KeyCode::Enter => confirm.says = Some("y does it; Enter is pressed too easily".to_owned()),
        KeyCode::Down | KeyCode::Char('j') => confirm.scroll = (confirm.scroll + 1).min(end),
        KeyCode::Up | KeyCode::Char('k') => confirm.scroll = confirm.scroll.saturating_sub(1),
        KeyCode::PageDown => confirm.scroll = (confirm.scroll + page).min(end),
        KeyCode::PageUp => confirm.scroll = confirm.scroll.saturating_sub(page),
        _ => {}
    }
    Vec::new()
}

/// The reason of a pause, or for passing one.
fn reason(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let Mode::Confirm(confirm) = &mut model.mode else { return Vec::new() };
    let Some(input) = &mut confirm.reason else { return Vec::new() };
    let words = input.value().trim().to_owned();
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match (key.code, &mut confirm.order.act) {
        (KeyCode::Char('c'), _) if control => places::close(model),
        (KeyCode::Esc, Act::Pause { .. }) => places::close(model),
        (KeyCode::Esc, _) => confirm.reason = None,
        (KeyCode::Enter, Act::Pause { reason }) if confirm.preview.is_some() => {
            let words = Some(words).filter(|words| !words.is_empty());
            reason.clone_from(&words);
            if let Some(preview) = &mut confirm.preview {
                preview.order.act = Act::Pause { reason: words };
            }
            return acting::yes(model);
        }
        (KeyCode::Enter, Act::Pause { .. }) => confirm.says = Some("one moment: it is being looked at".to_owned()),
        (KeyCode::Enter, _) if words.is_empty() => {
            confirm.says = Some("a reason is needed: it goes into the log".to_owned());
        }
        (KeyCode::Enter, _) => return acting::force(model, words),
        _ => type_into(input, key),
    }
    Vec::new()
}

/// One key in front of a prompt.
pub(super) fn answer(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let (unseen, now) = (model.is_unseen(), model.now);
    let (page, end, (_, first)) = (model.page(), model.scroll_end(), model.dialog_place());
    let Mode::Answer(ask) = &mut model.mode else { return Vec::new() };
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        _ if unseen && confirms(key) => {}
        _ if ask.is_new(now) && confirms(key) => ask.says = Some(NEW.to_owned()),
        KeyCode::Char('c') if control => places::close(model),
        KeyCode::Esc | KeyCode::Char('n' | 'q') => places::close(model),
        KeyCode::Down | KeyCode::Right | KeyCode::Char('j' | 'l') => ask.step(1),
        KeyCode::Up | KeyCode::Left | KeyCode::Char('k' | 'h') => ask.step(-1),
        KeyCode::PageUp => ask.scroll = Some(first.saturating_sub(page)),
        KeyCode::PageDown => ask.scroll = Some((first + page).min(end)),
        KeyCode::Char('y') if plain(key) && ask.sure && ask.can() => return acting::answer(model),
        KeyCode::Enter if !ask.can() => ask.says = Some("there is nothing that could be answered from here".to_owned()),
        KeyCode::Enter if ask.sure => ask.says = Some("y does it; Enter is pressed too easily".to_owned()),
        KeyCode::Enter if ask.is_dangerous() => (ask.sure, ask.scroll) = (true, None),
        KeyCode::Enter => return acting::answer(model),
        _ => {}
    }
    model.change = Change::Everything;
    Vec::new()
}

/// What is said of a prompt that nobody can have read yet.
const NEW: &str = "this prompt has only just come: read it, then answer";

/// Whether a key could be a yes.
fn confirms(key: KeyEvent) -> bool {
    matches!(key.code, KeyCode::Enter | KeyCode::Char('y')) && plain(key)
}

fn plain(key: KeyEvent) -> bool {
    (key.modifiers - KeyModifiers::SHIFT).is_empty()
}

/// A prompt takes a key, unless it is full.
pub(super) fn type_into(input: &mut Input, key: KeyEvent) {
    let full = input.value().chars().count() >= LONGEST_PROMPT;
    if !(full && matches!(key.code, KeyCode::Char(_))) {
        input.handle_event(&TerminalEvent::Key(key));
    }
}
