//! What a row shows of facts that were gathered: a pane, and what its runtime's record says that it is about. Judges
//! nothing.

use crate::fleet::{
    facts::PaneFacts,
    gate::Seen,
    ids::{PaneKey, Socket},
    reading::Reading,
    record::Record,
    row::{Context, Pane},
    runtime::Recognition,
    text, words,
};

/// Characters of a title or prompt that are shown.
const DOING_MOST: usize = 200;

/// What an agent is about, in one line.
pub(super) fn doing(record: &Record) -> Option<String> {
    record.doing().map(|doing| {
        let one_line: String = doing.split_whitespace().collect::<Vec<_>>().join(" ");
        text::visible(&one_line.chars().take(DOING_MOST).collect::<String>())
    })
}

/// How full an agent's context is: as its record says, else as its screen does.
pub(super) fn context(record: Option<&Record>, seen: Option<&Seen>) -> Option<Context> {
    let by_record = record.and_then(|record| Some((record.context_used_percent?, record.source)));
    let by_record = by_record.map(|(used, source)| (words::percent(used), source));
    let (used_percent, source) = by_record.or_else(|| Some((seen?.context_used?, "its screen")))?;
    Some(Context { used_percent, source: source.to_owned() })
}

/// A pane as a row shows it.
pub(super) fn pane(socket: &Socket, pane: PaneFacts, recognition: &Recognition) -> Pane {
    let (runtime, argv) = match recognition {
        Recognition::Runtime(it) => (Reading::Known(it.name.clone()), Some(it.command_line.clone())),
        Recognition::Shell(name) => (Reading::unknown(format!("nothing but a shell: {name}")), None),
        Recognition::Other(name) => (Reading::unknown(format!("{name} is no known runtime")), None),
        Recognition::Unknown(why) => (Reading::Unknown(why.clone()), None),
    };
    Pane {
        key: PaneKey { socket: socket.clone(), pane: pane.pane },
        pid: pane.pid,
        command: pane.command,
        runtime,
        version: None,
        argv,
        title: pane.title,
        cwd: pane.cwd,
        width: pane.width,
        height: pane.height,
        dead: pane.dead,
        in_mode: pane.in_mode,
        piped: pane.piped,
        mark: pane.mark,
    }
}
