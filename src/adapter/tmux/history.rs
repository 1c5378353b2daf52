//! The lines that tmux keeps above a pane's screen, together with that screen (`capture-pane`). It changes nothing.
//!
//! Never `copy-mode`: that is a state of the pane, which everybody who is attached to it would see. While tmux writes a
//! capture it does nothing else, and 50,000 lines take it 0.2 s and more: so they are fetched in pieces, each a pause
//! too short for an agent to notice, and bounded in lines and, since a line may be anything, in bytes.

use std::time::Duration;

use super::{Tmux, unguessable};
use crate::{
    adapter::{Watch, exec::Exec},
    fleet::{
        ids::{PaneId, PaneKey, Socket},
        reading::Why,
    },
    screen::{Size, history::History},
};

/// What stands before the lines, separated by commas.
const FACTS: [&str; 5] = ["pid", "pane_width", "pane_height", "history_size", "alternate_on"];

/// Lines of one capture: tmux writes a thousand of 80 columns in a few milliseconds.
const PIECE: usize = 1000;

/// Lines that two pieces share, by which it is seen that nothing was lost between them.
const SHARED: usize = 4;

/// The most that is kept: lines of 200 columns in which every cell has two colours of its own are 7 kB each.
const MOST_BYTES: usize = 48 * 1024 * 1024;

/// How long each piece is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a piece may be in vain because the pane prints so fast.
const IN_VAIN: usize = 5;

/// A pane, and how it is asked.
struct Source<'a> {
    /// Starts tmux.
    exec: &'a dyn Exec,
    /// How it is called.
    tmux: &'a Tmux,
    /// The server's socket.
    socket: &'a Socket,
    /// The pid of the only server that may answer.
    server: u32,
    /// The pane.
    pane: PaneId,
    /// How long each answer is waited for.
    limit: Duration,
}

/// One capture, and what tmux said of the pane with it.
struct Piece {
    /// How many lines it kept above the screen.
    kept: usize,
    alternate: bool,
    lines: History,
}

impl Watch {
    /// What tmux keeps above the screen of a pane of that server, at most so many lines, and the screen.
    pub async fn history(&self, pane: &PaneKey, server: u32, lines: usize) -> Result<History, Why> {
        let (exec, tmux, limit) = (self.exec(), self.tmux(), PATIENCE);
        Source { exec, tmux, socket: &pane.socket, server, pane: pane.pane, limit }.fetch(lines).await
    }
}

impl Source<'_> {
    /// At most so many lines above the screen, and the screen.
    async fn fetch(&self, lines: usize) -> Result<History, Why> {
        let first = self.piece(&["-S".to_owned(), format!("-{}", lines.min(PIECE))]).await?;
        let rows = usize::from(first.lines.size().rows);
        if first.lines.len() < rows {
            return Err(Why::new("tmux's answer broke off"));
        }
        if first.alternate {
            return Ok(first.lines.last(rows));
        }
        let wanted = lines.min(first.kept);
        let (began, mut kept, mut have) = (first.kept, first.kept, first.lines.above());
        let (mut weight, mut in_vain) = (first.lines.weight(), 0);
        let mut pieces = vec![first.lines];
        while have < wanted && weight < MOST_BYTES && in_vain < IN_VAIN {
            let (ask, gone) = (PIECE.min(wanted - have), kept - began);
            let Ok(piece) = self.piece(&range(ask, have + gone)).await else { break };
            let Some(scrolled) = piece.kept.checked_sub(kept).filter(|_| !piece.alternate) else { break };
            kept = piece.kept;
            let new = ask.saturating_sub(scrolled);
            if new == 0 {
                in_vain += 1;
                continue;
            }
            if !pieces.last().is_some_and(|known| goes_on(&piece.lines, new, known)) {
                // Lines were dropped while they were fetched: what is there is whole by itself.
                break;
            }
            let lines = piece.lines.first(new);
            (have, weight, in_vain) = (have + new, weight + lines.weight(), 0);
            pieces.push(lines);
        }
        let whole = History::joined(pieces.into_iter().rev());
        whole.ok_or_else(|| Why::new("tmux answered nothing"))
    }

    async fn piece(&self, range: &[String]) -> Result<Piece, Why> {
        let mark = unguessable();
        let target = self.pane.to_string();
        let ask = FACTS.map(|name| format!("#{{{name}}}")).join(",");
        let mut words: Vec<String> = ["display-message", "-p", "-t", &target, &ask].map(str::to_owned).into();
        // The lines, and as tmux joins those that it wrapped.
        for capture in ["-peN", "-pJ"] {
            words.extend([";", "capture-pane", capture, "-t", &target].map(str::to_owned));
            words.extend_from_slice(range);
            words.extend([";", "display-message", "-p", &mark].map(str::to_owned));
        }
        let argv = self.tmux.argv(self.socket, words);
        let output = self.exec.run(&argv, self.limit).await.map_err(|error| Why::new(error.to_string()))?;
        if output.stdout.is_empty() {
            let complaint = output.complaint();
            let words = if complaint.is_empty() { "it answered nothing" } else { &complaint };
            return Err(Why::new(format!("tmux: {words}")));
        }
        let server = self.server;
        // Other work goes on while they are read.
        let read = tokio::task::spawn_blocking(move || read(output.stdout, server, &mark));
        read.await.map_err(|error| Why::new(error.to_string()))?
    }
}

/// So many lines above those that are known, which end so far above the screen, and the seam.
fn range(ask: usize, known: usize) -> [String; 4] {
    // Rows of the screen count from 0, the lines above it from -1 upwards.
    let last = match (SHARED - 1).checked_sub(known) {
        Some(row) => row.to_string(),
        None => format!("-{}", known + 1 - SHARED),
    };
    ["-S".to_owned(), format!("-{}", known + ask), "-E".to_owned(), last]
}

/// Whether behind so many lines of a piece come the lines that are known.
fn goes_on(piece: &History, new: usize, known: &History) -> bool {
    let shared = piece.len().saturating_sub(new).min(known.len());
    // Of its last line a capture does not tell whether it goes on, and so with blanks at its end.
    shared > 0 && (0..shared).all(|line| piece.text(new + line).trim_end() == known.text(line).trim_end())
}

fn read(mut answer: Vec<u8>, server: u32, mark: &str) -> Result<Piece, Why> {
    let cut = || Why::new("tmux's answer broke off");
    let first = answer.iter().position(|byte| *byte == b'\n').ok_or_else(cut)?;
    let (size, kept, alternate) = facts(&answer[..first], server)?;
    let end = answer.strip_suffix(b"\n").and_then(|rest| rest.strip_suffix(mark.as_bytes())).ok_or_else(cut)?.len();
    let line = format!("\n{mark}\n").into_bytes();
    let found = answer[..end].windows(line.len()).position(|window| window == line).filter(|at| *at > first);
    let lines = found.ok_or_else(cut)? + 1;
    let joined = answer[lines + mark.len() + 1..end].to_vec();
    answer.truncate(lines);
    answer.drain(..=first);
    Ok(Piece { kept, alternate, lines: History::read(size, if alternate { 0 } else { kept }, answer, &joined) })
}

fn facts(line: &[u8], server: u32) -> Result<(Size, usize, bool), Why> {
    let other = || Why::new("tmux answered with something else than a look at the pane");
    let line = std::str::from_utf8(line).map_err(|_| other())?;
    let numbers: Vec<u32> = line.split(',').filter_map(|number| number.parse().ok()).collect();
    let [pid, cols, rows, kept, alternate] = numbers.as_slice() else { return Err(other()) };
    if *pid != server {
        return Err(Why::new("another tmux server has taken the place of the pane's own"));
    }
    let cells = |number: u32| u16::try_from(number).ok().filter(|cells| *cells > 0).ok_or_else(other);
    let size = Size { rows: cells(*rows)?, cols: cells(*cols)? };
    Ok((size, *kept as usize, *alternate == 1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failure is the test's failure")]
    use super::*;

    #[test]
    fn an_answer_is_read_with_its_facts() {
        let piece = read(b"7,2,2,9,0\nol\n\x1b[1mab\ncd\nMARK\nol\nabcd\nMARK\n".to_vec(), 7, "MARK").unwrap();
        assert_eq!((piece.kept, piece.alternate), (9, false));
        assert_eq!((piece.lines.len(), piece.lines.above(), piece.lines.missing()), (3, 1, 8));
        assert_eq!(piece.lines.text(1), "ab");
        assert_eq!([0, 1, 2].map(|line| piece.lines.goes_on(line)), [false, true, false]);
    }

    #[test]
    fn another_servers_answer_and_one_that_breaks_off_are_refused() {
        for answer in [
            "8,10,2,9,0\nab\nMARK\nab\nMARK\n",
            "7,10,2,9,0\nab\nMARK\nab\n",
            "7,10,2,9,0\nab\nMARK\n",
            "7,10,2\nMARK\nMARK\n",
            "7,0,0,0,0\nMARK\nMARK\n",
            "\n",
            "",
        ] {
            assert!(read(answer.as_bytes().to_vec(), 7, "MARK").is_err(), "{answer:?}");
        }
    }

    #[test]
    fn a_piece_belongs_above_another_when_they_share_their_seam() {
        let history = |text: &str| History::read(Size { rows: 1, cols: 9 }, 0, text.as_bytes().to_vec(), &[]);
        let known = history("c\nd\ne\n");
        assert!(goes_on(&history("a\nb\nc\nd\n"), 2, &known));
        assert!(!goes_on(&history("a\nb\nd\ne\n"), 2, &known));
        assert!(!goes_on(&history("a\nb\n"), 2, &known), "nothing is shared");
    }
}
