//! What asks before an order is carried out: its targets, the exact commands, what is lost, and the yes or the reason.
//!
//! PURE. The preview comes from outside, looked at afresh; nothing is confirmed that was not shown. Only `y` says yes:
//! Enter is pressed by accident.

use tui_input::Input;

use super::{
    dialog::{Page, Tone},
    job::{JobId, Part, State},
    mode::Mode,
    model::Model,
};
use crate::fleet::{
    order::{Act, Ending, Order, Planned, Preview, Refusal, Target},
    row::RowKey,
};

/// How one comes back from a session that has the whole terminal: no key of the dashboard's is read there.
const BACK: &str = "tmux has the terminal then. Back here by tmux's own detach: its prefix (usually Ctrl-b), then d";

/// An order that waits for a yes.
#[derive(Debug)]
pub struct Confirm {
    /// The number of the preview that was asked for: another one's answer comes late.
    pub number: JobId,
    /// The order.
    pub order: Order,
    /// The rows that it was given for; none for the whole fleet.
    pub rows: Vec<RowKey>,
    /// Those that can take it.
    pub targets: Vec<Target>,
    /// Those that cannot, with the reason.
    pub left_out: Vec<Part>,
    /// What it would do; `None` while that is looked at.
    pub preview: Option<Preview>,
    /// A reason that is being written.
    pub reason: Option<Input>,
    /// The first line shown.
    pub scroll: usize,
    /// Words about the last key.
    pub says: Option<String>,
    /// What it lies over.
    pub under: Box<Mode>,
}

impl Confirm {
    /// Whether what holds it up (a pause, somebody's takeover) yields to a reason.
    #[must_use]
    pub fn is_held(&self) -> bool {
        let yields = |refusal: &Refusal| refusal.yields(self.order.word());
        let planned = self.preview.iter().flat_map(|preview| &preview.each);
        self.order.forced.is_none()
            && (self
                .left_out
                .iter()
                .any(|part| matches!(&part.state, State::Ended { ending: Ending::Refused(why), .. } if yields(why)))
                || planned.filter_map(|planned| planned.refused.as_ref()).any(yields))
    }

    /// Whether a yes would do anything.
    #[must_use]
    pub fn can(&self) -> bool {
        let does = |planned: &Planned| self.order.act != Act::Trust || !planned.commands.is_empty();
        let mut planned = self.preview.iter().flat_map(|preview| &preview.each);
        planned.any(|planned| planned.goes() && does(planned))
    }

    /// Its title: the order and whom it is for.
    #[must_use]
    pub fn title(&self) -> String {
        let whom = match (self.rows.len(), self.targets.as_slice(), self.left_out.as_slice()) {
            (0, ..) => "the fleet".to_owned(),
            (1, [one], _) => one.name().to_owned(),
            (1, [], [one]) => one.name.clone(),
            (many, ..) => format!("{many} agents"),
        };
        match self.order.act {
            Act::Take { whole: true } => format!("take {whom} with the whole terminal?"),
            _ => format!("{} {whom}?", self.order.word()),
        }
    }

    /// What the keys do now.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match (&self.order.act, &self.reason) {
            (Act::Pause { .. }, Some(_)) => "Enter pauses · a reason may be left out · Esc leaves it",
            (_, Some(_)) => "Enter takes the reason · Esc goes back",
            (_, None) if self.is_held() && self.can() => "y does it · f also what is held · Esc leaves it",
            (_, None) if self.is_held() => "f forces it, with a reason · Esc leaves it",
            (_, None) if self.can() => "y does it · Esc leaves it",
            (_, None) => "Esc closes",
        }
    }
}

/// The dialog's lines.
#[must_use]
pub fn lines(model: &Model, confirm: &Confirm, width: usize) -> Vec<super::dialog::Said> {
    let mut page = Page::new(width);
    if let Some(reason) = &confirm.reason {
        let what = if matches!(confirm.order.act, Act::Pause { .. }) { "reason" } else { "reason to force it" };
        page.under(&format!("{what}: "), Tone::Chosen, &format!("{}▏", reason.value()));
        page.gap();
    }
    if let Some(reason) = &confirm.order.forced {
        page.under("forced: ", Tone::Warn, reason);
    }
    match &confirm.preview {
        None => page.say(Tone::Dim, "looking at what it would do …"),
        Some(preview) => plan(model, confirm, preview, &mut page),
    }
    for part in &confirm.left_out {
        let State::Ended { says, .. } = &part.state else { continue };
        page.under("✗ ", Tone::Bad, &format!("{}: {says}", part.name));
    }
    page.lines
}

fn plan(model: &Model, confirm: &Confirm, preview: &Preview, page: &mut Page) {
    if let Some(asks) = preview.asks() {
        page.say(Tone::Bad, &asks);
    }
    if confirm.can() && confirm.order.act == (Act::Take { whole: true }) {
        page.say(Tone::Strong, BACK);
    }
    let many = preview.targets().len() > 1;
    if many && confirm.order.act == Act::Relaunch {
        page.say(Tone::Plain, "One after the other, a second or two apart; it stops after three failures in a row.");
    }
    for planned in &preview.each {
        page.gap();
        target(model, planned, page);
    }
}

fn target(model: &Model, planned: &Planned, page: &mut Page) {
    let row = planned.target.aim.as_ref().and_then(|aim| model.row(&aim.row));
    let state = row.map_or_else(String::new, |row| format!(" · {} {}", row.readiness().shape(), row.readiness()));
    page.say(Tone::Strong, &format!("{}{state}", planned.target.name()));
    if let Some(refusal) = &planned.refused {
        page.under("  ✗ ", Tone::Bad, &refusal.to_string());
    }
    // What will not be done is not shown as if it would be.
    if planned.goes() {
        planned.commands.iter().for_each(|command| page.under("  $ ", Tone::Plain, command));
        planned.warnings.iter().for_each(|warning| page.under("  ! ", Tone::Warn, warning));
    }
}
