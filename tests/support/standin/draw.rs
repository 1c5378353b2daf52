//! How a stand-in looks: each runtime's input line as it was recorded, at whatever size the terminal has.

use unicode_width::UnicodeWidthChar;

use super::{Agent, FALSE_IDLE};

/// The stand-in of a long paste, as that runtime writes it.
pub(super) fn collapsed(runtime: &str, text: &str, number: usize) -> Option<String> {
    let (lines, chars) = (text.lines().count(), text.chars().count());
    match runtime {
        "claude" if lines > 4 || chars > 800 => Some(format!("[Pasted text #{number} +{} lines]", lines - 1)),
        "codex" if chars > 1000 => Some(format!("[Pasted Content {chars} chars]")),
        "pi" if lines > 10 || chars > 1000 => Some(format!("[paste #{number} +{lines} lines]")),
        "opencode" if lines >= 3 || chars > 600 => Some(format!("[Pasted ~{lines} lines] ")),
        _ => None,
    }
}

/// One frame: the whole screen anew, the cursor in the composer.
pub(super) fn frame(agent: &Agent) -> String {
    let (cols, rows) = crossterm::terminal::size().unwrap_or((80, 24));
    let (cols, rows) = (usize::from(cols), usize::from(rows));
    let mut scene = Scene { lines: Vec::new(), cursor: (0, 0), shown: false };
    if let Some(menu) = &agent.menu {
        scene.lines = menu.lines(cols);
        scene.cursor = (scene.lines.len(), 0);
        return scene.bytes(rows);
    }
    for line in agent.history.iter().rev().take(6).rev() {
        scene.lines.push(line.chars().take(cols / 2).collect());
    }
    if let Some((_, since, _)) = &agent.turn {
        let n = since.elapsed().as_millis() / 100;
        scene.lines.push(format!("streamed line {n}"));
    }
    match agent.runtime.as_str() {
        _ if agent.gate => gate(&mut scene),
        "codex" => codex(agent, cols, &mut scene),
        "pi" => pi(agent, cols, &mut scene),
        "opencode" => opencode(agent, cols, &mut scene),
        _ => claude(agent, cols, &mut scene),
    }
    scene.bytes(rows)
}

struct Scene {
    lines: Vec<String>,
    /// Line and column.
    cursor: (usize, usize),
    shown: bool,
}

impl Scene {
    /// The last lines that fit, as a terminal that has scrolled.
    fn bytes(&self, rows: usize) -> String {
        let above = self.lines.len().saturating_sub(rows);
        let mut out = "\x1b[?25l\x1b[?7l\x1b[H\x1b[m\x1b[2J".to_owned();
        for (at, line) in self.lines[above..].iter().enumerate() {
            out.extend([format!("\x1b[{};1H{line}\x1b[m", at + 1)]);
        }
        let (line, col) = self.cursor;
        let mode = if self.shown { 'h' } else { 'l' };
        out + &format!("\x1b[{};{}H\x1b[?25{mode}", line.saturating_sub(above) + 1, col + 1)
    }

    /// A draft, or the ghost in its place.
    fn input(&mut self, agent: &Agent, look: &Look<'_>) {
        let shown = agent.shown();
        if shown.is_empty() {
            self.cursor = (self.lines.len(), look.indent);
            let ghost = look.ghost.map(|text| format!("{}{text}\x1b[m", look.ghost_style)).unwrap_or_default();
            self.lines.push(format!("{}{ghost}", look.first));
            return;
        }
        let rows = wrapped(&shown, look.width);
        let from = rows.len().saturating_sub(look.most);
        for (at, row) in rows[from..].iter().enumerate() {
            let before = if at == 0 { look.first } else { look.next };
            self.lines.push(format!("{before}{}{row}\x1b[m", look.style));
        }
        let last: usize = rows.last().map_or(0, |row| row.chars().map(|c| c.width().unwrap_or(0)).sum());
        self.cursor = (self.lines.len() - 1, look.indent + last);
    }
}

/// How an input line looks.
struct Look<'a> {
    /// Columns of text; rows of it at most, the end of a longer one.
    width: usize,
    most: usize,
    /// What stands before the first row and before the others, and how wide that is.
    first: &'a str,
    next: &'a str,
    indent: usize,
    ghost: Option<&'a str>,
    style: &'a str,
    ghost_style: &'a str,
}

/// Rows of a width; tabs are blanks.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut used = 0;
    for c in text.chars() {
        if c == '\n' {
            rows.push(String::new());
            used = 0;
            continue;
        }
        let (c, wide) = if c == '\t' { (' ', 1) } else { (c, c.width().unwrap_or(0)) };
        if used + wide > width {
            rows.push(String::new());
            used = 0;
        }
        used += wide;
        if let Some(row) = rows.last_mut() {
            row.push(c);
        }
    }
    rows
}

fn gate(scene: &mut Scene) {
    scene.lines.clear();
    let said = [
        "",
        "  Folder access",
        "  /srv/work",
        "",
        "  Trust this folder? Codex can read, edit, and run files here. Your trust",
        "  decision will be saved.",
        "",
        "› 1. Trust and continue",
        "  2. Back to Agent Command Center",
        "",
        "  enter continue · esc back",
    ];
    scene.lines.extend(said.map(str::to_owned));
    scene.cursor = (1, 0);
}

fn claude(agent: &Agent, cols: usize, scene: &mut Scene) {
    let rule = format!("\x1b[38;5;244m{}", "─".repeat(cols));
    if agent.turn.is_some() {
        scene.lines.push("✽ Mulling… (1s · ↓ 66 tokens)".to_owned());
    }
    scene.lines.push(rule.clone());
    let ghost = if agent.queued.is_empty() { agent.ghost } else { Some("Press up to edit queued messages") };
    let look = Look {
        width: cols - 3,
        most: usize::MAX,
        first: "❯\u{a0}",
        next: "  ",
        indent: 2,
        ghost,
        style: "",
        ghost_style: "\x1b[2m",
    };
    scene.input(agent, &look);
    scene.lines.push(rule);
    if agent.shown().starts_with('/') {
        scene.lines.push("  /clear   Start a new conversation".to_owned());
    }
    let busy = if agent.turn.is_some() { " · esc to interrupt" } else { " · ? for shortcuts" };
    scene.lines.push(format!("  ⏸ manual mode on{busy}"));
}

fn codex(agent: &Agent, cols: usize, scene: &mut Scene) {
    scene.shown = true;
    if agent.turn.is_some() {
        scene.lines.push("• Working (1s • esc to interrupt)".to_owned());
    }
    scene.lines.push(String::new());
    let look = Look {
        width: cols - 4,
        most: 12,
        first: "› ",
        next: "  ",
        indent: 2,
        ghost: Some("Ask Codex to do anything"),
        style: "",
        ghost_style: "\x1b[2m",
    };
    scene.input(agent, &look);
    scene.lines.push(String::new());
    if agent.shown().starts_with('/') {
        scene.lines.push("  /clear  clear the conversation".to_owned());
        return;
    }
    if agent.started.elapsed() > FALSE_IDLE {
        scene.lines.push("  mock-model low · /srv/work".to_owned());
    }
    scene.lines.push("  ? for shortcuts".to_owned());
}

fn pi(agent: &Agent, cols: usize, scene: &mut Scene) {
    let grey = "\x1b[38;2;80;80;80m";
    let label = if agent.turn.is_some() { "── ⠦ Working " } else { "" };
    scene.lines.push(format!("{grey}{label}{}", "─".repeat(cols - label.chars().count())));
    let look =
        Look { width: cols - 1, most: 7, first: "", next: "", indent: 0, ghost: None, style: "", ghost_style: "" };
    scene.input(agent, &look);
    scene.lines.push(format!("{grey}{}", "─".repeat(cols)));
    if agent.shown().starts_with('/') {
        scene.lines.push("→ new   Start a new session".to_owned());
    }
    scene.lines.extend(["/srv/work", "0.0%/128k (auto)        mock-model"].map(str::to_owned));
}

fn opencode(agent: &Agent, cols: usize, scene: &mut Scene) {
    scene.shown = true;
    let bar = "  \x1b[38;2;92;156;245m┃\x1b[38;2;255;255;255m\x1b[48;2;30;30;30m";
    let blank = format!("{bar}{}", " ".repeat(cols - 6));
    let row = format!("{bar}  ");
    scene.lines.push(blank.clone());
    let top = scene.lines.len();
    let look = Look {
        width: cols - 10,
        most: 6,
        first: &row,
        next: &row,
        indent: 5,
        ghost: Some("Ask anything… \"Fix broken tests\""),
        style: "\x1b[38;2;238;238;238m",
        ghost_style: "\x1b[38;2;128;128;128m",
    };
    scene.input(agent, &look);
    // The box's background to its right end.
    for line in &mut scene.lines[top..] {
        *line = format!("{blank}\r{line}");
    }
    scene.lines.push(blank.clone());
    scene.lines.push(format!("{blank}\r{row}\x1b[38;2;92;156;245mBuild\x1b[38;2;128;128;128m · Mock Model"));
    scene.lines.push(format!("  \x1b[38;2;92;156;245m╹\x1b[38;2;30;30;30m{}", "▀".repeat(cols - 6)));
    let busy = if agent.turn.is_some() { "   ⬝⬝⬝⬝⬝⬝⬝⬝  esc interrupt" } else { "   /srv/work" };
    scene.lines.push(busy.to_owned());
}
