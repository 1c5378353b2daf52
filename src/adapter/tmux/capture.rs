//! The visible screens of several panes, asked for with one `tmux`, and what its answer means. It changes nothing.
//!
//! Pictures to be judged, not to be continued: no history, no pending bytes, no other screen. A mirror asks for those
//! (`tap::look`).

use std::time::Duration;

use super::{Tmux, unguessable};
use crate::{
    adapter::exec::Exec,
    fleet::ids::{PaneId, Socket},
    screen::{Cursor, Screen, Size, seed::Seed},
};

/// What stands before each picture, separated by commas.
const FACTS: [&str; 8] =
    ["pane_id", "pane_width", "pane_height", "cursor_x", "cursor_y", "cursor_flag", "pane_pid", "pid"];

/// One captured pane.
#[derive(Debug)]
pub struct Captured {
    /// Its id.
    pub pane: PaneId,
    /// The process in it.
    pub pid: u32,
    /// The pid of the server that answered.
    pub server: u32,
    /// What it shows.
    pub screen: Screen,
}

/// The most bytes of words that one `tmux` is given. Its client refuses what does not fit into one message of 16 kB
/// (tmux's `MAX_IMSGSIZE`), "command too long": measured with 3.3a between 80 and 85 panes.
const MOST_WORDS: usize = 12 * 1024;

/// Captures these panes, with as few `tmux` as carry the question. A pane that has gone meanwhile ends its sequence: those
/// behind it are missing in the answer, and so is everything when tmux gives none within `limit`. The next look asks again.
pub async fn panes(exec: &dyn Exec, tmux: &Tmux, socket: &Socket, panes: &[PaneId], limit: Duration) -> Vec<Captured> {
    let mut captured = Vec::new();
    for some in batches(panes) {
        let mark = unguessable();
        match exec.run(&tmux.argv(socket, words(some, &mark)), limit).await {
            Ok(output) => {
                let read = read(&output.stdout, &mark);
                if read.is_empty() {
                    tracing::warn!(%socket, panes = some.len(), why = output.complaint(), "no screen was captured");
                }
                captured.extend(read);
            }
            Err(error) => {
                tracing::warn!(%error, %socket, "screens were not captured");
                break;
            }
        }
    }
    captured
}

/// Panes that one question can be about.
fn batches(panes: &[PaneId]) -> impl Iterator<Item = &[PaneId]> {
    // The longest there is: with an id of ten digits.
    let longest: usize = words(&[PaneId(u32::MAX)], &unguessable()).iter().map(|word| word.len() + 1).sum();
    panes.chunks((MOST_WORDS / (longest + 2)).max(1))
}

fn words(panes: &[PaneId], mark: &str) -> Vec<String> {
    let facts = FACTS.map(|name| format!("#{{{name}}}")).join(",");
    let mut words: Vec<String> = Vec::new();
    for pane in panes {
        let target = pane.to_string();
        let ask = ["display-message", "-p", "-t", &target, &facts];
        let picture = ["capture-pane", "-pe", "-t", &target];
        let end = ["display-message", "-p", mark];
        for command in [&ask[..], &picture, &end] {
            if !words.is_empty() {
                words.push(";".to_owned());
            }
            words.extend(command.iter().map(|word| (*word).to_owned()));
        }
    }
    words
}

fn read(output: &[u8], mark: &str) -> Vec<Captured> {
    let mut lines = output.split(|&byte| byte == b'\n');
    let mut captured = Vec::new();
    while let Some(facts) = lines.next().and_then(facts) {
        let mut rows: Vec<Vec<u8>> = Vec::new();
        loop {
            match lines.next() {
                // Cut off in the middle: what is there of this picture is no picture.
                None => return captured,
                Some(line) if line == mark.as_bytes() => break,
                Some(line) => rows.push(line.to_vec()),
            }
        }
        captured.push(facts.captured(rows));
    }
    captured
}

struct Facts {
    pane: PaneId,
    size: Size,
    cursor: Cursor,
    pid: u32,
    server: u32,
}

fn facts(line: &[u8]) -> Option<Facts> {
    let line = std::str::from_utf8(line).ok()?;
    let fields: Vec<&str> = line.split(',').collect();
    let [pane, width, height, x, y, flag, pid, server] = fields.as_slice() else { return None };
    let size = Size { rows: height.parse().ok()?, cols: width.parse().ok()? };
    if size.rows == 0 || size.cols == 0 {
        return None;
    }
    let row = y.parse().unwrap_or(0_u16).min(size.rows - 1);
    let cursor = Cursor { row, col: x.parse().unwrap_or(0_u16).min(size.cols), shown: *flag == "1" };
    Some(Facts { pane: pane.parse().ok()?, size, cursor, pid: pid.parse().unwrap_or(0), server: server.parse().ok()? })
}

impl Facts {
    fn captured(self, rows: Vec<Vec<u8>>) -> Captured {
        let seed = Seed {
            size: self.size,
            cursor: self.cursor,
            rows,
            wrapped: Vec::new(),
            under: None,
            under_wrapped: Vec::new(),
            left: None,
            tabs: None,
            region: (0, self.size.rows - 1),
            origin: false,
            insert: false,
            autowrap: true,
            pending: Vec::new(),
        };
        Captured { pane: self.pane, pid: self.pid, server: self.server, screen: Screen::seeded(&seed) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn several_pictures_come_with_one_question() {
        let words = words(&[PaneId(1), PaneId(2)], "M");
        assert_eq!(words.iter().filter(|word| *word == "capture-pane").count(), 2);
        assert_eq!(words.iter().filter(|word| *word == ";").count(), 5);
    }

    #[test]
    fn no_question_is_longer_than_tmux_takes_and_no_pane_is_left_out() {
        for many in [0, 1, 49, 50, 100, 500_u32] {
            let panes: Vec<PaneId> = (0..many).map(|pane| PaneId(u32::MAX - pane)).collect();
            let asked: Vec<PaneId> = batches(&panes).flatten().copied().collect();
            assert_eq!(asked, panes);
            for some in batches(&panes) {
                let bytes: usize = words(some, &unguessable()).iter().map(|word| word.len() + 1).sum();
                assert!(bytes <= MOST_WORDS, "{bytes} bytes for {} panes", some.len());
            }
        }
    }

    #[test]
    fn each_picture_is_read_with_its_facts() {
        let answer = b"%1,10,2,3,1,0,42,7\nab\n\x1b[2mcd\nM\n%2,80,24,0,0,1,43,7\n\nM\n";
        let [one, two] = read(answer, "M").try_into().unwrap();
        assert_eq!((one.pane, one.pid, one.server), (PaneId(1), 42, 7));
        assert_eq!(one.screen.text(), ["ab", "cd"]);
        assert_eq!(one.screen.cursor(), Cursor { row: 1, col: 3, shown: false });
        assert!(one.screen.cell(1, 0).unwrap().style.dim);
        assert_eq!(two.screen.size(), Size { rows: 24, cols: 80 });
    }

    #[test]
    fn an_answer_that_breaks_off_keeps_what_was_whole() {
        for end in ["", "%2,80,24", "%2,80,24,0,0,1,43,7\nab\n", "can't find pane: %2\n"] {
            assert_eq!(read(format!("%1,10,2,3,1,0,42,7\nab\nM\n{end}").as_bytes(), "M").len(), 1, "{end:?}");
        }
    }
}
