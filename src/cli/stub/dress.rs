//! How each runtime looks: its header, which says that this is a stub, its input line and its signs of work, near enough
//! to the real ones for the shipped rules (`assets/gates.yaml`, `assets/runtimes.yaml`). PURE.

use std::time::Duration;

use super::{
    agent::{Agent, State},
    frame::{cells, wrapped},
};

/// The rows of a draft that are shown: its end.
const DRAFT_ROWS: usize = 6;

/// What stands under the transcript.
#[derive(Debug, Default)]
pub(super) struct Foot {
    pub(super) lines: Vec<String>,
    /// Row within these lines, and column.
    pub(super) cursor: (usize, usize),
    pub(super) cursor_shown: bool,
    /// At the bottom of the screen, not right behind the transcript.
    pub(super) at_bottom: bool,
}

/// What stands before a message and before an answer: the first row, the others.
pub(super) struct Marks {
    pub(super) asked: (&'static str, &'static str),
    pub(super) says: (&'static str, &'static str),
}

/// The model that a runtime's stub claims to run.
pub(super) fn model(runtime: &str) -> &'static str {
    match runtime {
        "claude" => "opus",
        "codex" => "gpt-5.5",
        "opencode" => "sonnet",
        _ => "gpt-5.5:high",
    }
}

/// Whether it draws on the alternate screen.
pub(super) fn is_full_screen(runtime: &str) -> bool {
    matches!(runtime, "codex" | "opencode")
}

/// The lines at the top of its session.
pub(super) fn header(runtime: &str) -> &'static [&'static str] {
    match runtime {
        "claude" => &[
            "\x1b[38;5;173m ▗▄▄▖  \x1b[39;1mclaude\x1b[0m \x1b[2m(demo stub)\x1b[0m",
            "\x1b[38;5;173m ▐▛▜▌\x1b[0m  opus · ~/src/app",
        ],
        "codex" => &["", "  \x1b[1m>_ codex\x1b[0m \x1b[2m(demo stub)\x1b[0m", "     \x1b[2m~/src/app\x1b[0m"],
        "opencode" => &["", "  \x1b[1mopen\x1b[2mcode\x1b[0m \x1b[2m(demo stub)\x1b[0m"],
        _ => &["\x1b[1m pi\x1b[0m \x1b[2m(demo stub)\x1b[0m", "\x1b[2m escape interrupt · / commands · ! shell\x1b[0m"],
    }
}

/// The marks of a runtime's transcript.
pub(super) fn marks(runtime: &str) -> Marks {
    let (asked, says) = match runtime {
        "claude" => (("\x1b[48;5;237m❯ ", "\x1b[48;5;237m  "), ("\x1b[38;5;173m●\x1b[0m ", "  ")),
        "codex" => (("\x1b[2;48;5;236m› \x1b[22m", "\x1b[48;5;236m  "), ("\x1b[2m•\x1b[0m ", "  ")),
        "opencode" => (("  \x1b[34m┃\x1b[0m  ", "  \x1b[34m┃\x1b[0m  "), ("     ", "     ")),
        _ => ((" \x1b[48;5;236m", " \x1b[48;5;236m"), (" ", " ")),
    };
    Marks { asked, says }
}

/// The pane's title, where the runtime has set one by now.
pub(super) fn title(agent: &Agent) -> Option<String> {
    let asks = matches!(&agent.state, State::Asked(dialog) if dialog.asks);
    match (agent.runtime.as_str(), &agent.state) {
        ("codex", _) if asks => Some("[ ! ] Action Required | app".to_owned()),
        (_, State::Asked(_)) if !asks => None,
        ("codex", _) => Some(agent.turn().map_or("app".to_owned(), |(_, age)| format!("{} app", spinner(age)))),
        ("claude", _) => Some("✳ Claude Code".to_owned()),
        ("opencode", _) => Some("OC | app".to_owned()),
        _ => Some("π - app".to_owned()),
    }
}

/// What stands at the bottom: signs of work, the input line, the lines below it.
pub(super) fn foot(agent: &Agent, cols: usize) -> Foot {
    match agent.runtime.as_str() {
        "claude" => claude(agent, cols),
        "codex" => codex(agent, cols),
        "opencode" => opencode(agent, cols),
        _ => pi(agent, cols),
    }
}

fn claude(agent: &Agent, cols: usize) -> Foot {
    let rule = format!("\x1b[38;5;244m{}\x1b[0m", "─".repeat(cols));
    let mut foot = Foot { lines: vec![String::new()], ..Foot::default() };
    if let Some((_, age)) = agent.turn() {
        let glyph = turning(&["·", "✢", "✳", "✶", "✻", "✽"], age);
        let (secs, tokens) = (age.as_secs(), age.as_millis() / 90);
        foot.lines.push(format!("\x1b[38;5;173m{glyph} Thinking…\x1b[0m \x1b[2m({secs}s · ↓ {tokens} tokens)\x1b[0m"));
        foot.lines.extend(queued(agent, "  ⎿  Queued: "));
        foot.lines.push(String::new());
    }
    foot.lines.push(rule.clone());
    foot.input(agent, cols.saturating_sub(3), &Input { first: "❯\u{a0}", next: "  ", indent: 2, ..Input::default() });
    let hint = if agent.busy() { "esc to interrupt" } else { "? for shortcuts" };
    foot.lines.extend([rule, format!("  \x1b[35m⏵⏵ auto mode on\x1b[0m \x1b[2m· {hint}\x1b[0m")]);
    foot
}

fn codex(agent: &Agent, cols: usize) -> Foot {
    let mut foot = Foot { at_bottom: true, cursor_shown: true, ..Foot::default() };
    if let Some((_, age)) = agent.turn() {
        foot.lines.extend([
            String::new(),
            format!("\x1b[2m•\x1b[0m Working \x1b[2m({}s • esc to interrupt)\x1b[0m", age.as_secs()),
        ]);
        foot.lines.extend(queued(agent, "  ↳ "));
    }
    foot.lines.push(String::new());
    let ghost = "\x1b[2mAsk the stub to do anything\x1b[0m";
    foot.input(
        agent,
        cols.saturating_sub(4),
        &Input { first: "\x1b[1m›\x1b[0m ", next: "  ", indent: 2, ghost, ..Input::default() },
    );
    foot.lines.extend([
        String::new(),
        "  \x1b[36mgpt-5.5\x1b[0m \x1b[2mhigh · ~/src/app\x1b[0m".to_owned(),
        "  \x1b[2m← for agents · ? for shortcuts\x1b[0m".to_owned(),
    ]);
    foot
}

fn pi(agent: &Agent, cols: usize) -> Foot {
    let grey = "\x1b[38;2;80;80;80m";
    let mut foot = Foot { lines: vec![String::new()], ..Foot::default() };
    foot.lines.extend(queued(agent, " Steering: "));
    let label = agent.turn().map_or(String::new(), |(_, age)| format!("── {} Working ", spinner(age)));
    let rest = "─".repeat(cols.saturating_sub(cells(&label)));
    foot.lines.push(format!("{grey}{label}{rest}\x1b[0m"));
    foot.input(agent, cols.saturating_sub(1), &Input::default());
    let used = agent.turn().map_or(3.2, |(_, age)| 3.2 + age.as_secs_f32().min(600.0) / 20.0);
    foot.lines.extend([
        format!("{grey}{}\x1b[0m", "─".repeat(cols)),
        "\x1b[2m~/src/app\x1b[0m".to_owned(),
        format!("\x1b[2m{used:.1}%/400k (auto)    gpt-5.5:high\x1b[0m"),
    ]);
    foot
}

fn opencode(agent: &Agent, cols: usize) -> Foot {
    let blue = "\x1b[38;2;92;156;245m";
    let bar = format!("  {blue}┃\x1b[39m\x1b[48;2;30;30;30m");
    // The box's background to its right end, then what stands in the row.
    let row = |text: &str| format!("{bar}{}\r{bar}  {text}\x1b[0m", " ".repeat(cols.saturating_sub(5)));
    let mut foot = Foot { at_bottom: true, cursor_shown: true, ..Foot::default() };
    foot.lines.push(String::new());
    foot.lines.extend(queued(agent, "  ┃  QUEUED "));
    foot.lines.push(row(""));
    let from = foot.lines.len();
    let ghost = if agent.said.is_empty() { "\x1b[38;2;128;128;128mAsk anything…" } else { "" };
    let input = Input { indent: 5, ghost, style: "\x1b[38;2;238;238;238m", ..Input::default() };
    foot.input(agent, cols.saturating_sub(9), &input);
    for line in &mut foot.lines[from..] {
        *line = row(line);
    }
    foot.lines.push(row(""));
    foot.lines.push(row(&format!("{blue}Build\x1b[38;2;128;128;128m · sonnet")));
    foot.lines.push(format!("  {blue}╹\x1b[38;2;30;30;30m{}\x1b[0m", "▀".repeat(cols.saturating_sub(5))));
    foot.lines.push(match agent.turn() {
        Some((_, age)) => {
            let at = usize::try_from(age.as_millis() / 150).unwrap_or(0) % 8;
            let dots: String = (0..8).map(|i| if (i + 8 - at) % 8 < 3 { '■' } else { '⬝' }).collect();
            let hint = if agent.escaped { "esc again to interrupt" } else { "esc interrupt" };
            format!("   {blue}{dots}\x1b[0m  {hint}")
        }
        None => "   \x1b[2m~/src/app · ctrl+p commands\x1b[0m".to_owned(),
    });
    foot
}

/// How an input line looks.
#[derive(Debug, Default)]
struct Input<'a> {
    /// What stands before the first row and before the others, and how wide that is.
    first: &'a str,
    next: &'a str,
    indent: usize,
    /// What an empty one shows.
    ghost: &'a str,
    /// The draft's own colour.
    style: &'a str,
}

impl Foot {
    /// The draft, or the ghost in its place; the cursor behind it.
    fn input(&mut self, agent: &Agent, width: usize, look: &Input<'_>) {
        if agent.draft.is_empty() {
            self.cursor = (self.lines.len(), look.indent);
            self.lines.push(format!("{}{}", look.first, look.ghost));
            return;
        }
        let rows: Vec<String> = agent.draft.split('\n').flat_map(|line| wrapped(line, width.max(1))).collect();
        let from = rows.len().saturating_sub(DRAFT_ROWS);
        for (at, row) in rows[from..].iter().enumerate() {
            let before = if at == 0 { look.first } else { look.next };
            self.lines.push(format!("{before}{}{row}", look.style));
        }
        let last = rows.last().map_or(0, |row| cells(row));
        self.cursor = (self.lines.len() - 1, look.indent + last);
    }
}

/// The messages that wait, a row each.
fn queued<'a>(agent: &'a Agent, before: &'a str) -> impl Iterator<Item = String> + 'a {
    let first = |text: &str| text.lines().next().unwrap_or_default().chars().take(60).collect::<String>();
    agent.queued.iter().map(move |text| format!("\x1b[2m{before}{}\x1b[0m", first(text)))
}

fn spinner(age: Duration) -> &'static str {
    turning(&["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"], age)
}

fn turning(glyphs: &[&'static str], age: Duration) -> &'static str {
    let at = usize::try_from(age.as_millis() / 150).unwrap_or(0);
    glyphs.get(at % glyphs.len()).copied().unwrap_or_default()
}
