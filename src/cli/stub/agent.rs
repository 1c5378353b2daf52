//! What a stub knows and does with what is typed into it: a machine without a terminal and without a clock. PURE.

use std::{collections::VecDeque, time::Duration};

use super::{
    super::Exit,
    Key, Kind,
    dialog::{Choice, Dialog},
    script::{self, Line, Play, What},
};

/// The longest transcript that is kept, in paragraphs.
const MOST: usize = 200;

/// One agent. Times count from its start.
#[derive(Debug)]
pub(super) struct Agent {
    pub(super) runtime: String,
    /// What was said before this turn.
    pub(super) said: Vec<Line>,
    /// What stands in its input line.
    pub(super) draft: String,
    pub(super) state: State,
    /// Messages that wait for the turn's end.
    pub(super) queued: VecDeque<String>,
    /// Escape was pressed once where two are needed.
    pub(super) escaped: bool,
    now: Duration,
}

/// What it does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum State {
    /// Waits for a message.
    Ready,
    /// Works since then.
    Turn(Duration, Play),
    /// Stands at a question.
    Asked(Dialog),
    /// Its program ends so, with these words.
    Over(Exit, &'static str),
}

impl Agent {
    /// One that begins as its kind says.
    pub(super) fn new(runtime: &str, kind: Kind) -> Self {
        let working = |play| (State::Turn(Duration::ZERO, play), script::errand());
        let (state, said) = match kind {
            Kind::Working => working(Play::Session),
            Kind::Flood => working(Play::Flood),
            Kind::Wide => working(Play::Wide),
            Kind::Trust => (State::Asked(Dialog::trust()), Vec::new()),
            Kind::Update => (State::Asked(Dialog::update()), Vec::new()),
            Kind::Asks => {
                let asked = vec![What::Asked.line("Tidy up the fixtures.")];
                (Dialog::permission(runtime).map_or(State::Ready, State::Asked), asked)
            }
            Kind::Limit => {
                let asked = [What::Asked.line("Read the whole archive and sum it up.")];
                (State::Ready, asked.into_iter().chain(limit(runtime)).collect())
            }
            Kind::Idle | Kind::Missing | Kind::Keeper => (State::Ready, script::done()),
        };
        let (runtime, draft, queued) = (runtime.to_owned(), String::new(), VecDeque::new());
        Self { runtime, said, draft, state, queued, escaped: false, now: Duration::ZERO }
    }

    /// The turn that runs, and for how long it is shown to run.
    pub(super) fn turn(&self) -> Option<(Play, Duration)> {
        let State::Turn(since, play) = self.state else { return None };
        Some((play, play.shown(self.now.saturating_sub(since))))
    }

    /// Whether its heartbeat would say that it works.
    pub(super) fn busy(&self) -> bool {
        matches!(self.state, State::Turn(..))
    }

    /// Time passes: turns end, and what was queued begins.
    pub(super) fn pass(&mut self, now: Duration) {
        self.now = now;
        if let State::Turn(since, play) = self.state
            && play.lasts().is_some_and(|lasts| now.saturating_sub(since) >= lasts)
        {
            self.end(play);
        }
        if self.state == State::Ready
            && let Some(next) = self.queued.pop_front()
        {
            self.begin(next);
        }
    }

    /// A turn comes to its own end.
    fn end(&mut self, play: Play) {
        self.finish();
        match play {
            Play::Asks => match Dialog::permission(&self.runtime) {
                Some(dialog) => self.state = State::Asked(dialog),
                None => self.say(What::Says, "This runtime asks for no permissions."),
            },
            Play::Limit => self.said.extend(limit(&self.runtime)),
            Play::Crash => self.state = State::Over(Exit::Fault, "Crashed, as it was asked to (a demo stub)."),
            _ => self.worked(),
        }
    }

    /// What the turn has said so far stays; the agent is ready.
    fn finish(&mut self) {
        if let Some((play, age)) = self.turn() {
            self.said.extend(play.left(age));
        }
        self.said.drain(..self.said.len().saturating_sub(MOST));
        self.state = State::Ready;
        self.escaped = false;
    }

    fn worked(&mut self) {
        match self.runtime.as_str() {
            "claude" => self.say(What::Notice, "\x1b[2m✻ Worked for 6s\x1b[0m"),
            "codex" => self.say(What::Notice, "\x1b[2m  Worked for 6s\x1b[0m"),
            "opencode" => self.say(What::Notice, "     \x1b[34m▣\x1b[0m  Build \x1b[2m· sonnet · 6.0s\x1b[0m"),
            _ => {}
        }
    }

    fn say(&mut self, what: What, text: &str) {
        self.said.push(what.line(text));
    }

    /// Something is typed.
    pub(super) fn take(&mut self, key: Key) {
        if let State::Asked(dialog) = &mut self.state {
            if let Some(choice) = dialog.take(&key) {
                self.choose(choice);
            }
            return;
        }
        match key {
            Key::Text(text) => self.draft.push_str(&text),
            Key::Newline => self.draft.push('\n'),
            Key::Backspace => drop(self.draft.pop()),
            Key::Enter => self.enter(),
            Key::Tab if self.runtime == "codex" && self.busy() => self.queue(),
            Key::Clear => {
                let kept = self.draft.trim_end_matches('\n').rfind('\n').map_or(0, |end| end + 1);
                self.draft.truncate(kept);
            }
            Key::Cancel if self.draft.is_empty() => {
                self.state = State::Over(Exit::Done, "The demo stub was ended by C-c.");
            }
            Key::Cancel => self.draft.clear(),
            Key::Escape => self.escape(),
            Key::Up | Key::Down | Key::Left | Key::Right | Key::Tab => {}
        }
    }

    fn choose(&mut self, choice: Choice) {
        self.state = State::Ready;
        match choice {
            Choice::Trust => {
                self.said = script::errand();
                self.state = State::Turn(self.now, Play::Session);
            }
            Choice::Quit => {
                self.state = State::Over(Exit::Fault, "The agent did not start: this folder is not trusted.");
            }
            Choice::Allow => {
                self.say(What::Ran, "$ rm -rf target/old-fixtures");
                self.say(What::Printed, "(a demo stub: nothing was run)");
                self.state = State::Turn(self.now, Play::Answer);
            }
            Choice::Refuse => self.interrupted(),
            Choice::Skip => self.said = script::done(),
            Choice::Update => {
                self.state = State::Over(Exit::Done, "Updated (a demo stub: nothing was). Start it again.");
            }
        }
    }

    fn enter(&mut self) {
        if self.draft.trim().is_empty() {
            return;
        }
        match (self.busy(), self.runtime.as_str()) {
            // Like the real one: Enter cuts the turn that runs.
            (true, "codex") => {
                self.finish();
                let text = std::mem::take(&mut self.draft);
                self.begin(text);
            }
            (true, _) => self.queue(),
            (false, _) => {
                let text = std::mem::take(&mut self.draft);
                self.begin(text);
            }
        }
    }

    fn queue(&mut self) {
        let text = std::mem::take(&mut self.draft);
        if !text.trim().is_empty() {
            self.queued.push_back(text);
        }
    }

    fn begin(&mut self, text: String) {
        let command = text.trim();
        match command {
            "/clear" | "/new" => {
                self.said = vec![What::Notice.line("\x1b[2m  ✓ New session started\x1b[0m")];
            }
            _ if command.starts_with('/') => {
                let says = format!("{command}: a demo stub knows /clear and /new.");
                self.said.extend([What::Asked.line(command), What::Says.line(says)]);
            }
            _ => {
                let play = Play::of(&text);
                self.said.push(What::Asked.line(text));
                self.state = State::Turn(self.now, play);
            }
        }
    }

    /// Interrupts; an escape too many does nothing.
    fn escape(&mut self) {
        if !self.busy() {
            return;
        }
        if self.runtime == "opencode" && !self.escaped {
            self.escaped = true;
            return;
        }
        self.finish();
        self.interrupted();
    }

    fn interrupted(&mut self) {
        self.say(
            What::Notice,
            match self.runtime.as_str() {
                "claude" => "  ⎿  \x1b[31mInterrupted\x1b[0m · What should it do instead?",
                "codex" => "\x1b[31m■ Conversation interrupted\x1b[0m",
                "opencode" => "     \x1b[34m▣\x1b[0m  Build \x1b[2m· sonnet · interrupted\x1b[0m",
                _ => " \x1b[31mOperation aborted\x1b[0m",
            },
        );
    }
}

/// What a runtime shows at its usage limit.
fn limit(runtime: &str) -> Vec<Line> {
    let text = match runtime {
        "claude" => "  ⎿  You've hit your limit · resets 9:30pm (UTC)",
        "codex" => "\x1b[31m■ You've hit your usage limit. Try again at 9:30 PM.\x1b[0m",
        "opencode" => "     \x1b[31mUsage limit reached\x1b[0m",
        _ => " \x1b[31mError: 429: usage limit reached; try again at 9:30 PM\x1b[0m",
    };
    vec![What::Notice.line(text)]
}
