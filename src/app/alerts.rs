//! What goes out when agents need somebody: the bytes for the operator's terminal, and what programs are told.
//!
//! PURE. Words of a pane reach a terminal only after everything that could command it is taken out.

use super::{effect::Effect, model::Model};
use crate::{
    config::{Notify, Osc},
    fleet::{
        notify::{Alert, Pace},
        row::Row,
    },
};

/// The most characters that a terminal is given to show.
const MOST: usize = 200;

/// Tells somebody, where that is wanted, and puts the number of those who need somebody into the terminal's title.
pub(super) fn alerts(model: &mut Model) -> Vec<Effect> {
    let Some(fleet) = &model.fleet else { return Vec::new() };
    let notify = &model.settings.config.notify;
    let acknowledged = &model.desk.attention.acknowledged;
    let handled = |row: &Row| acknowledged.holds(row);
    let needs = fleet.rows.iter().filter(|row| row.needs_you() && row.confirmed && !handled(row)).count();
    let pace = Pace { every: notify.every, again: notify.again };
    let alert = model.desk.notifier.look(fleet, pace, handled);
    let mut effects: Vec<Effect> = alert.and_then(|alert| effect(&alert, notify)).into_iter().collect();
    if std::mem::replace(&mut model.desk.titled, needs) != needs {
        effects.push(Effect::Title(needs));
    }
    effects
}

/// Everything that is wanted of one alert; `None` where nothing is.
fn effect(alert: &Alert, notify: &Notify) -> Option<Effect> {
    let bell = if notify.bell { "\x07" } else { "" };
    let terminal = (bell.to_owned(), sequence(alert, notify.terminal));
    let desktop = notify.desktop.then(|| {
        let (title, body) = (harmless(&alert.title), unmarked(&harmless(&alert.body)));
        let words = ["notify-send", "--app-name=mosaic-top", "--", &title, &body];
        words.map(str::to_owned).to_vec()
    });
    let command = (!notify.command.is_empty()).then(|| notify.command.clone());
    let anything = notify.bell || notify.terminal != Osc::Off || desktop.is_some() || command.is_some();
    // Every key is text and no number is out of range: there is nothing that JSON could not carry.
    let json = serde_json::to_string(alert).unwrap_or_default() + "\n";
    anything.then_some(Effect::Alert { bell: terminal.0, sequence: terminal.1, desktop, command, json })
}

/// The escape sequence of a terminal's notification; nothing where none is wanted.
fn sequence(alert: &Alert, osc: Osc) -> String {
    let (title, body) = (harmless(&alert.title), harmless(&alert.body));
    match osc {
        Osc::Off => String::new(),
        // A number in front would be another command (progress, working directory), so words stand there.
        Osc::Osc9 => format!("\x1b]9;mosaic-top: {title}: {body}\x1b\\"),
        Osc::Osc777 => format!("\x1b]777;notify;mosaic-top: {title};{body}\x1b\\"),
        Osc::Osc99 => format!(
            "\x1b]99;i=mosaic-top:d=0:p=title;mosaic-top: {title}\x1b\\\x1b]99;i=mosaic-top:d=1:p=body;{body}\x1b\\"
        ),
    }
}

/// Words that can only be shown: no control character of either kind, and nothing that parts the fields of a sequence.
fn harmless(text: &str) -> String {
    let shown = text.chars().filter(|c| !c.is_control()).map(|c| if c == ';' { ',' } else { c });
    shown.take(MOST).collect()
}

/// The same words for a desktop that takes a notification's body as markup (its specification allows links and pictures).
fn unmarked(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The same sequence for a terminal behind tmux, which hands on what is wrapped so (`allow-passthrough`).
#[must_use]
pub fn through_tmux(sequence: &str) -> String {
    if sequence.is_empty() {
        String::new()
    } else {
        format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b"))
    }
}

/// The terminal's title.
#[must_use]
pub fn title(needs_you: usize) -> String {
    match needs_you {
        0 => "mosaic-top".to_owned(),
        1 => "(1) mosaic-top: 1 agent needs you".to_owned(),
        many => format!("({many}) mosaic-top: {many} agents need you"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(title: &str, body: &str) -> Alert {
        let (tenant_id, host, at) = (String::new(), String::new(), String::new());
        let (title, body) = (title.to_owned(), body.to_owned());
        Alert { schema: 1, at, tenant_id, host, needs_you: 1, title, body, agents: Vec::new() }
    }

    #[test]
    fn each_terminal_gets_its_own_sequence() {
        let alert = alert("a is stuck", "asks");
        for (osc, expected) in [
            (Osc::Off, ""),
            (Osc::Osc9, "\x1b]9;mosaic-top: a is stuck: asks\x1b\\"),
            (Osc::Osc777, "\x1b]777;notify;mosaic-top: a is stuck;asks\x1b\\"),
            (
                Osc::Osc99,
                "\x1b]99;i=mosaic-top:d=0:p=title;mosaic-top: a is stuck\x1b\\\x1b]99;i=mosaic-top:d=1:p=body;asks\x1b\\",
            ),
        ] {
            assert_eq!(sequence(&alert, osc), expected);
        }
    }

    #[test]
    fn no_word_of_a_pane_ends_the_sequence_or_begins_another() {
        let hostile = alert("a\x1b\\\x1b]52;c;eA==\x07", "\u{9c}\u{9d}0;x\n; more\r");
        for osc in [Osc::Osc9, Osc::Osc777, Osc::Osc99] {
            let sequence = sequence(&hostile, osc);
            let begins = if osc == Osc::Osc99 { 2 } else { 1 };
            assert_eq!(sequence.matches('\x1b').count(), begins * 2, "{sequence:?}");
            assert!(!sequence.contains(['\x07', '\n', '\r', '\u{9c}', '\u{9d}']), "{sequence:?}");
            assert_eq!(
                sequence.matches(';').count(),
                [1, 3, 4][usize::from(osc != Osc::Osc9) + begins - 1],
                "{sequence:?}"
            );
        }
        assert!(harmless(&"x".repeat(9999)).len() <= MOST);
    }

    #[test]
    fn behind_tmux_every_escape_is_doubled() {
        assert_eq!(through_tmux("\x1b]9;x\x1b\\"), "\x1bPtmux;\x1b\x1b]9;x\x1b\x1b\\\x1b\\");
        assert_eq!(through_tmux(""), "");
    }

    #[test]
    fn nothing_goes_out_that_is_not_wanted() {
        let notify = crate::config::Config::default().notify;
        assert_eq!(effect(&alert("a", "b"), &notify), None);
        let hook = Notify { command: vec!["hook".to_owned()], ..notify };
        assert!(matches!(effect(&alert("a", "b"), &hook), Some(Effect::Alert { command: Some(_), desktop: None, .. })));
    }
}
