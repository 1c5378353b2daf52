//! The composer: a message while it is written, who would get it, and exactly what would arrive.
//!
//! PURE. Nothing is sent from here: the finished message leaves as an order for each receiver. A draft is kept for
//! whoever it was written to; what was sent once can be fetched back.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use ratatui::style::Style;
use ratatui_textarea::{CursorMove, TextArea, WrapMode};
use tui_input::Input;

use super::{
    job::{Job, JobId, Part, State},
    mode::Mode,
    model::Model,
};
use crate::fleet::{
    composer::{self, Composer},
    delivery::{Kind, Timing, WhenBusy, WhenDraft},
    judgement::{Flag, Readiness},
    message::{BODY_MOST, Body, Class, Label, Message, MessageError},
    order::{Act, Ending, Letter, Order, Refusal},
    row::{Row, RowKey},
    runtime::spec::RuntimeSpecs,
    text::{cleaned, visible},
    words::count,
};

/// So many messages can be fetched back, and so many drafts are kept.
const KEPT: usize = 100;

/// The keys that get past a pause or a takeover, a busy agent, somebody's draft.
const FORCE: &str = "Ctrl-F";
const QUEUE: &str = "Ctrl-O";
const REPLACE: &str = "Ctrl-X";

/// What the composer's other keys do, the most needed first.
const KEYS: [&str; 7] = [
    "Ctrl-J new line",
    "Ctrl-O waits if busy",
    "Ctrl-X clears a draft",
    "Ctrl-F past a pause",
    "Ctrl-P former messages",
    "Ctrl-T class",
    "Ctrl-R preamble",
];

/// A message while it is written.
#[derive(Debug)]
pub struct Compose {
    /// Who gets it.
    pub to: Vec<RowKey>,
    /// Whether it goes to all that are listed rather than to who was chosen.
    pub broadcast: bool,
    /// The text.
    pub editor: TextArea<'static>,
    /// The class of its preamble.
    pub class: Option<Class>,
    /// Without a preamble.
    pub raw: bool,
    /// A busy agent gets it at its turn's end, where its runtime can.
    pub queue: bool,
    /// A draft that stands in an agent's composer is cleared for it.
    pub replace: bool,
    /// Past a pause, for this reason.
    pub forced: Option<String>,
    /// How long evidence is waited for that it was accepted.
    pub patience: Duration,
    /// How far it is.
    pub step: Step,
    /// Words about the last key.
    pub says: Option<String>,
    /// Which of the former messages is shown, the last one first.
    pub(super) recalled: Option<usize>,
    /// What it lies over.
    pub under: Box<Mode>,
}

/// How far a message is.
#[derive(Debug, Clone)]
pub enum Step {
    /// It is written.
    Writing,
    /// It is shown once more, and waits for a yes: many would get it.
    Asked,
    /// The reason for sending it past a pause is written.
    Reason(Input),
}

/// Drafts and former messages.
#[derive(Debug, Default)]
pub struct Drafts {
    kept: BTreeMap<Vec<RowKey>, Draft>,
    sent: VecDeque<String>,
    /// What is on its way, until it is known what became of it.
    on_its_way: BTreeMap<JobId, (Vec<RowKey>, String)>,
}

/// A message that was not sent.
#[derive(Debug, Clone)]
struct Draft {
    text: String,
    /// It was to be sent, and nothing of it was typed.
    refused: bool,
}

impl Drafts {
    /// Keeps what was written to these.
    pub fn keep(&mut self, compose: &Compose) {
        let text = compose.text();
        if text.trim().is_empty() {
            self.kept.remove(&compose.to);
        } else {
            self.put(compose.to.clone(), Draft { text, refused: false });
        }
    }

    fn put(&mut self, to: Vec<RowKey>, draft: Draft) {
        if self.kept.len() < KEPT || self.kept.contains_key(&to) {
            self.kept.insert(to, draft);
        }
    }

    /// An order is over. The text of a message stays the draft for those who were refused it: nothing was typed there. Never
    /// for anybody who has it or may have it. Whether it was kept.
    pub fn over(&mut self, job: &Job) -> bool {
        let Some((to, text)) = self.on_its_way.remove(&job.id) else { return false };
        let was_refused = |part: &&Part| matches!(part.state, State::Ended { ending: Ending::Refused(_), .. });
        let refused: Vec<RowKey> = job.parts.iter().filter(was_refused).filter_map(|part| part.row.clone()).collect();
        let whom = match refused.len() {
            0 => Vec::new(),
            all if all == job.parts.len() => vec![to],
            _ => refused.into_iter().map(|one| vec![one]).collect(),
        };
        // What was begun there since is newer.
        let whom: Vec<_> = whom.into_iter().filter(|to| !self.kept.contains_key(to)).collect();
        let kept = !whom.is_empty();
        for to in whom {
            self.put(to, Draft { text: text.clone(), refused: true });
        }
        kept
    }

    /// A message is on its way: its draft is done, and it can be fetched back.
    pub fn sent(&mut self, compose: &Compose, job: JobId) {
        self.kept.remove(&compose.to);
        let text = compose.text();
        self.on_its_way.insert(job, (compose.to.clone(), text.clone()));
        self.sent.retain(|former| *former != text);
        self.sent.push_front(text);
        self.sent.truncate(KEPT);
    }
}

/// One who would get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Its name.
    pub name: String,
    /// Its state.
    pub readiness: Readiness,
    /// What stands in the way, or should be known first.
    pub says: Option<String>,
    /// Whether it will not be sent to.
    pub refused: bool,
    /// The key that gets past what stands in the way.
    pub key: Option<&'static str>,
}

impl Compose {
    /// A message to these, going on with the draft that was left for them.
    #[must_use]
    pub fn to(to: Vec<RowKey>, broadcast: bool, drafts: &Drafts, patience: Duration) -> Self {
        let draft = drafts.kept.get(&to);
        let text = draft.map(|draft| draft.text.clone()).unwrap_or_default();
        let says = draft.map(|draft| {
            if draft.refused {
                "this was refused, and nothing of it was typed"
            } else {
                "this is the draft that you left"
            }
        });
        Self {
            to,
            broadcast,
            editor: editor(&text),
            class: None,
            raw: false,
            queue: false,
            replace: false,
            forced: None,
            patience,
            step: Step::Writing,
            says: says.map(str::to_owned),
            recalled: None,
            under: Box::default(),
        }
    }

    /// The text as it stands.
    #[must_use]
    pub fn text(&self) -> String {
        self.editor.lines().join("\n")
    }

    /// The next class.
    pub fn next_class(&mut self) {
        let place = self.class.and_then(|class| Class::ALL.iter().position(|other| *other == class));
        self.class = Class::ALL.get(place.map_or(0, |place| place + 1)).copied();
    }

    /// Takes text in whole, as a paste brings it. What could steer a terminal or hide is left out, and said.
    pub fn insert(&mut self, text: &str) {
        // A joiner that comes as a key of its own belongs to an emoji that is being typed; one that joins nothing is
        // taken out when the message is finished.
        let (kept, left_out) = if text == "\u{200d}" { (text.to_owned(), 0) } else { cleaned(text) };
        let room = BODY_MOST.saturating_sub(self.text().len());
        let end = (0..=room.min(kept.len())).rev().find(|end| kept.is_char_boundary(*end)).unwrap_or(0);
        if end < kept.len() {
            self.says = Some(format!("a message has at most {BODY_MOST} bytes: the rest was left out"));
        } else if left_out > 0 {
            self.says = Some(format!("{} left out", count(left_out, "hidden or controlling character")));
        }
        self.editor.insert_str(&kept[..end]);
    }

    /// Fetches a former message back: `older` or newer. What was being written is kept as the newest.
    pub fn recall(&mut self, older: bool, drafts: &Drafts) {
        let place = match (self.recalled, older) {
            (None, true) => Some(0),
            (Some(place), true) => Some(place + 1),
            (None | Some(0), false) => None,
            (Some(place), false) => Some(place - 1),
        };
        match place.map(|place| (place, drafts.sent.get(place))) {
            Some((_, None)) => self.says = Some("there is no older message".to_owned()),
            Some((place, Some(text))) => {
                self.recalled = Some(place);
                self.editor = editor(text);
            }
            None if self.recalled.take().is_some() => self.editor = editor(""),
            None => self.says = Some("this is the newest".to_owned()),
        }
    }

    /// Whether Up fetches a former message rather than moving the cursor.
    #[must_use]
    pub fn recalls(&self) -> bool {
        self.editor.is_empty() || self.recalled.is_some() && self.editor.cursor().0 == 0
    }

    /// The order that brings this text.
    #[must_use]
    pub fn order(&self, text: String) -> Order {
        // A command is no prose: it is typed, so that the runtime takes it for one.
        let command = self.raw && text.starts_with('/') && !text.contains('\n');
        let letter = Letter {
            text,
            kind: if command { Kind::Command } else { Kind::Message },
            busy: if self.queue { WhenBusy::Queue } else { WhenBusy::Refuse },
            draft: if self.replace { WhenDraft::Replace } else { WhenDraft::Refuse },
            verify: true,
            timing: Timing { give_up_after: self.patience, ..Timing::default() },
        };
        Order { act: Act::Send(letter), forced: self.forced.clone() }
    }
}

fn editor(text: &str) -> TextArea<'static> {
    let mut editor = TextArea::new(text.split('\n').map(str::to_owned).collect());
    editor.set_wrap_mode(WrapMode::WordOrGlyph);
    editor.set_cursor_line_style(Style::new());
    editor.move_cursor(CursorMove::Bottom);
    editor.move_cursor(CursorMove::End);
    editor
}

impl Model {
    /// The rows that a message would go to, as they are now.
    #[must_use]
    pub fn receivers_of(&self, compose: &Compose) -> Vec<&Row> {
        compose.to.iter().filter_map(|key| self.row(key)).collect()
    }

    /// What exactly would arrive at a row.
    pub fn arrives(&self, compose: &Compose, row: &Row) -> Result<String, MessageError> {
        let body = Body::clean(&compose.text())?;
        if compose.raw {
            return Ok(body.text().to_owned());
        }
        let host = self.fleet().map_or("localhost", |fleet| fleet.host.0.as_str());
        let own = self.fleet().and_then(|fleet| fleet.rows.iter().find(|row| row.has(Flag::Own)));
        let from = Label::sender(None, host, own.map(|row| row.key.session.as_str()))?;
        let to = Label::new(format!("{host}:{}", row.key.session))?;
        Ok(Message { from, to, class: compose.class, body: body.text().to_owned() }.write())
    }

    /// Who would get it, and what stands in the way.
    #[must_use]
    pub fn receivers(&self, compose: &Compose) -> Vec<Receiver> {
        self.receivers_of(compose).into_iter().map(|row| self.receiver(compose, row)).collect()
    }

    fn receiver(&self, compose: &Compose, row: &Row) -> Receiver {
        let order = compose.order(String::new());
        let refusal = self.fleet().and_then(|fleet| order.fits(row, fleet).err());
        let (says, refused, key) = match refusal {
            Some(held @ (Refusal::Paused(_) | Refusal::Taken(_))) => {
                (Some(format!("{held}; Ctrl-F sends it all the same")), true, Some(FORCE))
            }
            Some(refusal) => (Some(refusal.to_string()), true, None),
            None => self.in_the_way(compose, row),
        };
        Receiver { name: row.name.clone(), readiness: row.readiness(), says, refused, key }
    }

    /// What the composer's keys do: first what gets past whatever stands in a receiver's way, then the most needed.
    #[must_use]
    pub fn compose_hint(&self, compose: &Compose) -> String {
        let helps: Vec<&str> = self.receivers(compose).iter().filter_map(|receiver| receiver.key).collect();
        let (first, rest): (Vec<&str>, Vec<&str>) =
            KEYS.into_iter().partition(|words| helps.iter().any(|key| words.starts_with(key)));
        let all = ["Enter sends"].into_iter().chain(first).chain(rest).chain(["Esc keeps a draft"]);
        all.collect::<Vec<_>>().join(" · ")
    }

    /// What the last look shows in the way of a message, whether it will be refused for that, and the key that gets past it.
    /// The real look comes right before it is typed, and reads the same signs.
    fn in_the_way(&self, compose: &Compose, row: &Row) -> (Option<String>, bool, Option<&'static str>) {
        if row.prompt.is_some() {
            return (Some("a prompt is up: answer it first (a)".to_owned()), true, None);
        }
        let runtime = row.pane.as_ref().and_then(|pane| pane.runtime.known()).or(row.runtime.as_ref());
        let spec = runtime.map(|runtime| RuntimeSpecs::builtin().of(runtime));
        let draft = spec.as_ref().zip(self.picture_of(row)).map(|(spec, screen)| composer::read(screen, spec));
        if let Some(Composer::Draft { text, .. }) = draft {
            let first = visible(text.lines().next().unwrap_or_default());
            return if compose.replace {
                (Some(format!("its draft “{first}” will be cleared")), false, None)
            } else {
                (Some(format!("a draft stands in its composer: “{first}”; Ctrl-X clears it")), true, Some(REPLACE))
            };
        }
        if row.busy != Some(true) {
            return (None, false, None);
        }
        let queues = spec.is_some_and(|spec| spec.keys.queue.is_some());
        match (compose.queue, queues) {
            (true, true) => (Some("busy: it waits for the turn's end".to_owned()), false, None),
            (true, false) => {
                (Some("busy, and its runtime does not queue: refused while it works".to_owned()), true, None)
            }
            (false, true) => (Some("busy: refused while it works; Ctrl-O lets it wait".to_owned()), true, Some(QUEUE)),
            (false, false) => (Some("busy: refused while it works".to_owned()), true, None),
        }
    }

    fn picture_of(&self, row: &Row) -> Option<&crate::screen::Screen> {
        self.mirrors.get(&row.mirror_pane()?.key)?.screen()
    }
}
