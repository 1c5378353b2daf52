//! The one table of what the operator can do: name, keys, words, danger, and when it applies.
//!
//! PURE. The help, the footer, the command line, `docs/keys.md` and `mosaic-top keys` read this table; nothing else
//! knows a key. An action that does not apply is greyed or hidden here, and pressing it says why.

mod table;
mod when;

use std::fmt::Write as _;

use self::{table::TABLE, when::always};
use super::{chooser, keymap::Keymap, model::Model};
use crate::fleet::sort::Column;

/// What the operator can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// One down: the next agent, the next line of a list, or the picture when it is zoomed.
    Down,
    /// One up.
    Up,
    /// Pan left in zoom.
    Left,
    /// Pan right in zoom.
    Right,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// To the first.
    Top,
    /// To the last.
    Bottom,
    /// Into the selected agent.
    Open,
    /// One step back.
    Back,
    /// To the fleet.
    Fleet,
    /// To the wall: a grid of mirrors.
    Wall,
    /// Larger tiles on the wall.
    Larger,
    /// Smaller tiles on the wall, and more of them.
    Smaller,
    /// What needs a human, worst first.
    Attention,
    /// Every action that was taken.
    Log,
    /// The next agent that needs a person.
    NextNeedsYou,
    /// The next one shown, around the end.
    Next,
    /// The previous one shown, around the end.
    Previous,
    /// Mark or unmark.
    Mark,
    /// Mark everything from the last mark to here.
    MarkRange,
    /// Mark all that the filter shows.
    MarkAll,
    /// Filter as you type.
    Filter,
    /// Only agents at fault.
    FaultsOnly,
    /// Sort by a column; without one, by attention.
    SortBy(Option<Column>),
    /// Choose the columns.
    Columns,
    /// Turn the order around.
    Reverse,
    /// The mirror alone.
    Zoom,
    /// Scroll back into what tmux keeps above the screen.
    ScrollBack,
    /// Hold the picture, or let it go on.
    Hold,
    /// Search in it and above it.
    Search,
    /// The next older line that holds what is looked for.
    Older,
    /// The next newer one.
    Newer,
    /// Follow the agent again.
    Follow,
    /// Copy the mirror's text.
    Copy,
    /// Play what was recorded of the agent.
    Replay,
    /// Everything that is wrong with the fleet and its roster.
    Problems,
    /// Send a message to the selected or the marked.
    Send,
    /// Send a message to all that are listed.
    Broadcast,
    /// Answer the prompt that is up.
    Answer,
    /// Interrupt the current turn.
    Interrupt,
    /// Begin a new conversation.
    Reset,
    /// Start it again.
    Relaunch,
    /// Record that its runtime may trust its working directory.
    Trust,
    /// Pause the agent, or let it go on.
    Pause,
    /// Take its session over, in the dashboard's frame.
    Take,
    /// Take its session over, with the whole terminal.
    TakeWhole,
    /// Pause the fleet, or let it go on.
    PauseFleet,
    /// What needs a human is in hand.
    Acknowledge,
    /// The receipts of the last order.
    Receipts,
    /// Any action by its name.
    Command,
    /// Gather facts now.
    Refresh,
    /// Draw afresh.
    Repaint,
    /// Stop, as any program does on Ctrl-Z.
    Suspend,
    /// This help.
    Help,
    /// Leave.
    Quit,
}

/// What an action can do to the fleet. In read-only mode only the first kind is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Danger {
    /// It only looks.
    Looks,
    /// It changes something that can be changed back.
    Changes,
    /// Something is lost: it asks first.
    Destroys,
}

/// Where an action stands in the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Moving about.
    Move,
    /// What is listed, and in which order.
    List,
    /// Changing what the agents do.
    Act,
    /// The live mirror.
    Mirror,
    /// The program itself.
    Program,
}

impl Group {
    /// Every group in the help's order.
    pub const ALL: [Self; 5] = [Self::Move, Self::List, Self::Act, Self::Mirror, Self::Program];

    /// Its heading.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::List => "List",
            Self::Act => "Act",
            Self::Mirror => "Mirror",
            Self::Program => "Program",
        }
    }
}

/// Whether an action is offered now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// It applies.
    Now,
    /// It would apply to something else: shown greyed, and pressing it says why.
    Greyed(&'static str),
    /// Not here: not shown, and pressing it says why.
    Hidden(&'static str),
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct ActionSpec {
    /// What it is.
    pub id: Action,
    /// Its name on the command line (`:`) and in a key configuration.
    pub name: &'static str,
    /// Its default keys as [`super::keymap::Keys`] reads them, the one to show first.
    pub keys: &'static [&'static str],
    /// What it does, for the help: one line without a full stop.
    pub words: &'static str,
    /// Its word in the footer; `None` where hands know it.
    pub short: Option<&'static str>,
    /// What it can do to the fleet.
    pub danger: Danger,
    /// Where it stands in the help.
    pub group: Group,
    /// Whether it is about agents, so that one can be named to it on the command line.
    pub of_agent: bool,
    /// Whether its keys may mean something else where it does not apply: on a mirror it comes first.
    pub over: bool,
    /// Whether it applies to what is selected and shown.
    pub applies: fn(&Model) -> Offer,
}

impl ActionSpec {
    const fn new(
        id: Action,
        group: Group,
        name: &'static str,
        keys: &'static [&'static str],
        words: &'static str,
    ) -> Self {
        let (short, danger, of_agent, over, applies) = (None, Danger::Looks, false, false, always);
        Self { id, name, keys, words, short, danger, group, of_agent, over, applies }
    }

    const fn danger(mut self, danger: Danger) -> Self {
        self.danger = danger;
        self
    }

    const fn short(mut self, word: &'static str) -> Self {
        self.short = Some(word);
        self
    }

    const fn of_agent(mut self) -> Self {
        self.of_agent = true;
        self
    }

    const fn over(mut self) -> Self {
        self.over = true;
        self
    }

    const fn when(mut self, applies: fn(&Model) -> Offer) -> Self {
        self.applies = applies;
        self
    }

    /// Whether it is offered now: read-only mode hides whatever is not [`Danger::Looks`].
    #[must_use]
    pub fn offer(&self, model: &Model) -> Offer {
        if let Some(why) = model.read_only_because().filter(|_| self.danger != Danger::Looks) {
            return Offer::Hidden(why);
        }
        if model.watches_one() && !self.is_for_one() {
            return Offer::Hidden(WATCHED_ALONE);
        }
        (self.applies)(model)
    }

    /// Whether this dashboard has it at all, whatever is selected and open: the help shows nothing else.
    #[must_use]
    pub fn is_of(&self, model: &Model) -> bool {
        let changes = self.danger != Danger::Looks;
        !(changes && model.is_read_only() || self.id == Action::Suspend && !model.start.job_control)
    }

    /// Whether it makes sense while one agent alone is watched: looking at its picture, and leaving.
    fn is_for_one(&self) -> bool {
        use Action as A;
        let pan = matches!(
            self.id,
            A::Down | A::Up | A::Left | A::Right | A::PageDown | A::PageUp | A::Top | A::Bottom | A::Back
        );
        let still = matches!(self.id, A::ScrollBack | A::Hold | A::Search | A::Older | A::Newer | A::Follow);
        pan || still
            || matches!(self.id, A::Copy | A::Replay | A::Help | A::Refresh | A::Repaint | A::Suspend | A::Quit)
    }
}

/// Why an action is not offered in `watch`, and the way out.
const WATCHED_ALONE: &str = "one agent alone is watched: q leaves";

/// The table, in the order of the help and the footer.
#[must_use]
pub fn table() -> &'static [ActionSpec] {
    TABLE
}

/// An action's line of the table.
#[must_use]
pub fn spec(action: Action) -> Option<&'static ActionSpec> {
    TABLE.iter().find(|spec| spec.id == action)
}

/// An action's name.
#[must_use]
pub fn name(action: Action) -> &'static str {
    spec(action).map_or("?", |spec| spec.name)
}

/// The actions whose name begins like this, the exact one alone if there is one.
#[must_use]
pub fn named(beginning: &str) -> Vec<&'static ActionSpec> {
    match TABLE.iter().find(|spec| spec.name == beginning) {
        Some(exact) => vec![exact],
        None => TABLE.iter().filter(|spec| spec.name.starts_with(beginning)).collect(),
    }
}

/// What is open over the fleet reads keys of its own: they are no actions, and so no lines of the table.
fn where_others_stand() -> String {
    format!(
        "\n## Where something is open\n\nWhat is open over the fleet has keys of its own. They stand in the footer as long as it is open, \
         and cannot be configured: those of the composer, of the question before an order and of an answer also in \
         docs/acting.md, those of the player in docs/recorder.md. The choice of columns: {}. What is typed after `/` or \
         `:`: Enter takes it, Esc takes it back.\n",
        chooser::HINT
    )
}

/// What `:` takes, and behind which actions an agent can be named.
fn the_command_line() -> String {
    let of_agent = TABLE.iter().filter(|spec| spec.of_agent);
    let of_agent: Vec<String> = of_agent.map(|spec| format!("`{}`", spec.name)).collect();
    format!(
        "\n## The command line\n\n`:` takes any action by its name, or by as much of it as no other begins with. Behind some an \
         agent can be named, by its name or its alias (that whatever its case): `:open coder0`, `:relaunch Mos`. It is selected first; a filter that \
         hides it is taken back, and that is said. The agent that is named is the one that is meant: marks stay, and count for \
         nothing here. An agent alone (`:coder0`) is gone to. An agent takes its whole name, so that no order hits whoever \
         begins alike; Tab completes both words as far as all have them in common, then goes around what is left, \
         Shift-Tab backwards. Esc leaves the mirror as it was, also one that is scrolled back.\n\nThese take an agent: {}.\n",
        of_agent.join(", ")
    )
}

/// The table as Markdown, with the keys of a map: `docs/keys.md` and `mosaic-top keys`.
#[must_use]
pub fn reference_markdown(keymap: &Keymap) -> String {
    let mut page =
        String::from("# Keys\n\nWritten by `mosaic-top keys` from the table that the program itself uses.\n");
    for group in Group::ALL {
        // Writing to a String cannot fail.
        let _ = write!(page, "\n## {}\n\n| key | name | does |\n|---|---|---|\n", group.heading());
        for spec in TABLE.iter().filter(|spec| spec.group == group) {
            let keys: Vec<String> =
                keymap.keys_of(spec.id).iter().map(|key| format!("`{}`", key.replace('|', "\\|"))).collect();
            let asks = match spec.danger {
                Danger::Looks => "",
                Danger::Changes => " (changes the fleet)",
                Danger::Destroys => " (asks first: something is lost)",
            };
            let _ = writeln!(page, "| {} | `{}` | {}{asks} |", keys.join(" "), spec.name, spec.words);
        }
    }
    page.push_str(&where_others_stand());
    page.push_str(&the_command_line());
    page.push_str(
        "\n## Mouse\n\nA click selects; on a column's head it sorts, again the other way; in a dialog it chooses. A double click \
         opens. Dragging marks text of a mirror and copies it, with Alt or Ctrl held a block. The wheel scrolls the list, \
         scrolls a zoomed mirror back and turns the wall's page.\n",
    );
    page
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::app::sample;

    #[test]
    fn every_action_has_one_line_one_name_and_its_words() {
        let names: HashSet<_> = TABLE.iter().map(|spec| spec.name).collect();
        let ids: HashSet<_> = TABLE.iter().map(|spec| spec.id).collect();
        assert_eq!((names.len(), ids.len()), (TABLE.len(), TABLE.len()));
        for spec in table() {
            assert!(!spec.words.is_empty() && !spec.words.ends_with('.') && !spec.keys.is_empty(), "{}", spec.name);
        }
    }

    #[test]
    fn a_beginning_finds_every_name_and_a_whole_name_only_its_own() {
        assert_eq!(named("mark").len(), 1);
        assert_eq!(named("mark-").len(), 2);
        assert!(named("nonsense").is_empty());
    }

    #[test]
    fn every_column_can_be_sorted_by_its_letter() {
        for column in Column::ALL {
            let keys = spec(Action::SortBy(Some(column))).map(|spec| spec.keys);
            assert_eq!(keys, Some(&[format!("o {}", column.letter()).as_str()][..]), "{column:?}");
        }
    }

    #[test]
    fn what_changes_the_fleet_is_no_part_of_a_read_only_dashboard_and_says_why() {
        let read_only = sample::start_as(true, (120, 40));
        let full = sample::start_as(false, (120, 40));
        for danger in [Danger::Changes, Danger::Destroys] {
            for spec in table().iter().filter(|spec| spec.offer(&full) == Offer::Now) {
                let changes = ActionSpec { danger, ..*spec };
                assert!(!changes.is_of(&read_only) && changes.is_of(&full), "{}", spec.name);
                assert_eq!(changes.offer(&full), Offer::Now, "{}", spec.name);
                let why = read_only.read_only_because().unwrap_or_default();
                assert_eq!(changes.offer(&read_only), Offer::Hidden(why), "{}", spec.name);
            }
        }
    }

    #[test]
    fn the_reference_names_every_action() {
        let page = reference_markdown(&Keymap::of_the_table());
        for spec in table() {
            assert!(page.contains(&format!("`{}`", spec.name)), "{} is missing", spec.name);
        }
    }
}
