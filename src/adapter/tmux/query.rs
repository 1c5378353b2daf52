//! One question to a tmux server, `list-panes -a`, and what its answer means. It changes nothing.
//!
//! Names, titles and paths are written by anybody, so the answer's framing must not be theirs to forge. tmux itself
//! does the guarding, alike from 3.3a to 3.8: `s/[controls]/�/` leaves no line break in the values, `q:` puts a
//! backslash before every `|`, blank and backslash in them, and so a bare `|` is always ours and a line is always one
//! pane. (A control character as separator would not do: window names may hold it, and 3.4 rewrites it.)

use std::time::Duration;

use jiff::Timestamp;

use super::Tmux;
use crate::{
    adapter::exec::{Exec, ExecError, Output},
    fleet::{
        facts::{DeadPane, PaneFacts, ServerState, SessionFacts},
        ids::Socket,
        reading::Reading,
    },
};

/// Formats that tmux fills with numbers and ids of its own, in the order of the answer.
const NUMBERS: [&str; 22] = [
    "pid",
    "start_time",
    "version",
    "session_id",
    "session_created",
    "session_attached",
    "window_id",
    "pane_id",
    "pane_pid",
    "pane_width",
    "pane_height",
    "pane_dead",
    "pane_dead_status",
    "pane_dead_signal",
    "pane_dead_time",
    "pane_in_mode",
    "window_active",
    "pane_active",
    "window_activity",
    "cursor_flag",
    "alternate_on",
    "pane_pipe",
];

/// Formats that somebody else writes, after the numbers.
const TEXTS: [&str; 6] =
    ["session_name", "session_group", "pane_current_command", "pane_title", "pane_current_path", "@mosaic_pipe"];

/// What one server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its state.
    pub state: ServerState,
    /// Its panes; none unless it is up.
    pub panes: Vec<PaneFacts>,
}

impl Listing {
    fn without_panes(state: ServerState) -> Self {
        Self { state, panes: Vec::new() }
    }
}

/// Asks one server for all its panes: one process.
pub async fn list(exec: &dyn Exec, tmux: &Tmux, socket: &Socket, limit: Duration) -> Listing {
    let argv = tmux.argv(socket, ["list-panes", "-a", "-F", &format()]);
    match exec.run(&argv, limit).await {
        Ok(output) => listing(&output),
        Err(error) => Listing::without_panes(ServerState::Unreachable(not_asked(&error))),
    }
}

/// The `-F` argument.
#[must_use]
pub fn format() -> String {
    let numbers = NUMBERS.map(|name| format!("#{{{name}}}"));
    let texts = TEXTS.map(|name| format!("#{{q:{name}}}"));
    // One substitution over all texts of a pane: each costs tmux the compilation of the expression.
    format!("{}|#{{s/[\u{1}-\u{1f}\u{7f}]/\u{fffd}/:{}}}", numbers.join("|"), texts.join("|"))
}

/// What an answer means, whatever it is.
#[must_use]
pub fn listing(output: &Output) -> Listing {
    if !output.stdout.is_empty() {
        return parse(&output.stdout).unwrap_or_else(|why| Listing::without_panes(ServerState::Unreachable(why)));
    }
    Listing::without_panes(refusal(&output.complaint(), output.status))
}

/// Reads the listing itself. An error names the line that does not fit; then nothing of the answer is believed.
pub fn parse(stdout: &[u8]) -> Result<Listing, String> {
    let mut state = None;
    let mut panes = Vec::new();
    for (number, line) in lines(stdout).enumerate() {
        let bad =
            |why: String| format!("tmux answered something else than a list of panes (line {}: {why})", number + 1);
        let fields = fields(line);
        panes.push(pane(&fields).map_err(bad)?);
        if state.is_none() {
            state = Some(up(&fields).map_err(bad)?);
        }
    }
    Ok(Listing { state: state.unwrap_or(ServerState::Empty), panes })
}

/// What tmux's complaint means when it listed nothing.
fn refusal(complaint: &str, status: i32) -> ServerState {
    let says = |words: &str| complaint.contains(words);
    // `access not allowed` comes with exit status 0 up to 3.5a: the words decide, not the status.
    if says("access not allowed") || (says("error connecting to") && says("Permission denied")) {
        return ServerState::Unreachable(format!("this user has no right to the socket ({complaint})"));
    }
    if says("no server running on") || says("error connecting to") && (says("No such file") || says("refused")) {
        return ServerState::Absent;
    }
    if says("protocol version mismatch") || says("server version is too old") {
        return ServerState::OtherProtocol(complaint.to_owned());
    }
    // tmux up to 3.8 says `no current target` where `exit-empty off` left a server without a session.
    if says("no current target") || says("no sessions") || (status == 0 && complaint.is_empty()) {
        return ServerState::Empty;
    }
    // Died, or hung up, while it was asked (`server exited unexpectedly`, `lost server`): the next look will tell.
    if says("server exited") || says("lost server") {
        return ServerState::Unreachable(format!("the server hung up while it was asked ({complaint})"));
    }
    let words = if complaint.is_empty() { "no words" } else { complaint };
    ServerState::Unreachable(format!("tmux failed with status {status}: {words}"))
}

fn not_asked(error: &ExecError) -> String {
    match error {
        ExecError::NotInstalled { .. } => "tmux is not installed here, or not on PATH".into(),
        ExecError::TimedOut { limit, .. } => format!("the tmux server gave no answer within {limit:?}"),
        other => other.to_string(),
    }
}

fn lines(stdout: &[u8]) -> impl Iterator<Item = &[u8]> {
    let body = stdout.strip_suffix(b"\n").unwrap_or(stdout);
    body.split(|byte| *byte == b'\n')
}

/// Splits at bare `|` and takes the quoting off. From 3.4 on a byte that is no UTF-8 comes as `\377`.
fn fields(line: &[u8]) -> Vec<String> {
    let mut fields = vec![Vec::new()];
    let mut rest = line;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let field = match byte {
            b'|' => {
                fields.push(Vec::new());
                continue;
            }
            b'\\' => match (octal(rest), rest.split_first()) {
                (Some(byte), _) => {
                    rest = &rest[3..];
                    byte
                }
                (None, Some((&quoted, tail))) => {
                    rest = tail;
                    quoted
                }
                (None, None) => b'\\',
            },
            plain => plain,
        };
        if let Some(last) = fields.last_mut() {
            last.push(field);
        }
    }
    fields.into_iter().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
}

/// Three octal digits: tmux never quotes a digit, so after a backslash they can only be a byte.
fn octal(rest: &[u8]) -> Option<u8> {
    let digits = rest.get(..3)?;
    let digits = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|b| matches!(b, b'0'..=b'7')))?;
    u8::from_str_radix(digits, 8).ok()
}

fn up(fields: &[String]) -> Result<ServerState, String> {
    let answer = Answer::of(fields)?;
    let started = answer.time("start_time").known().copied().ok_or("no start time")?;
    Ok(ServerState::Up { pid: answer.number("pid")?, started, version: answer.get("version").to_owned() })
}

fn pane(fields: &[String]) -> Result<PaneFacts, String> {
    let answer = Answer::of(fields)?;
    let cwd = answer.get("pane_current_path");
    Ok(PaneFacts {
        session: session(&answer)?,
        window: answer.get("window_id").parse()?,
        pane: answer.get("pane_id").parse()?,
        // tmux 3.8 gives a dead pane's process no number any more.
        pid: if answer.yes("pane_dead") {
            answer.number("pane_pid").unwrap_or(0)
        } else {
            answer.number("pane_pid")?
        },
        command: answer.get("pane_current_command").to_owned(),
        title: answer.get("pane_title").to_owned(),
        cwd: if cwd.is_empty() {
            Reading::unknown("tmux does not know the directory")
        } else {
            Reading::Known(cwd.into())
        },
        width: answer.number("pane_width")?,
        height: answer.number("pane_height")?,
        dead: answer.dead(),
        in_mode: answer.yes("pane_in_mode"),
        active: answer.yes("window_active") && answer.yes("pane_active"),
        activity: answer.time("window_activity"),
        cursor_shown: answer.yes("cursor_flag"),
        alternate: answer.yes("alternate_on"),
        piped: answer.yes("pane_pipe"),
        mark: answer.some("@mosaic_pipe"),
    })
}

fn session(answer: &Answer<'_>) -> Result<SessionFacts, String> {
    Ok(SessionFacts {
        id: answer.get("session_id").parse()?,
        name: answer.get("session_name").to_owned(),
        group: answer.some("session_group"),
        created: answer.time("session_created"),
        attached: answer.number("session_attached")?,
    })
}

/// One line's fields, asked for by their tmux names.
struct Answer<'a>(&'a [String]);

impl<'a> Answer<'a> {
    fn of(fields: &'a [String]) -> Result<Self, String> {
        let wanted = NUMBERS.len() + TEXTS.len();
        if fields.len() != wanted {
            return Err(format!("{} fields instead of {wanted}", fields.len()));
        }
        Ok(Self(fields))
    }

    fn get(&self, name: &str) -> &'a str {
        let place = NUMBERS.iter().chain(&TEXTS).position(|known| *known == name);
        place.and_then(|place| self.0.get(place)).map_or("", String::as_str)
    }

    fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn yes(&self, name: &str) -> bool {
        !matches!(self.get(name), "" | "0")
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, String> {
        let text = self.get(name);
        text.parse().map_err(|_| format!("{name} is {text:?}"))
    }

    fn time(&self, name: &str) -> Reading<Timestamp> {
        let seconds = self.get(name).parse().unwrap_or(0);
        match Timestamp::from_second(seconds) {
            Ok(time) if seconds > 0 => Reading::Known(time),
            _ => Reading::unknown(format!("tmux gives no {name}")),
        }
    }

    fn dead(&self) -> Option<DeadPane> {
        let number = |name| self.get(name).parse().ok();
        let at = self.time("pane_dead_time").known().copied();
        let dead = DeadPane { status: number("pane_dead_status"), signal: number("pane_dead_signal"), at };
        self.yes("pane_dead").then_some(dead)
    }
}

#[cfg(test)]
mod tests;
