//! The windows of a session that was taken over: how they are, who shows them, and putting them back.

use std::{collections::BTreeMap, time::Duration};

use super::{
    super::{Steer, job::Job, job::LIMIT, lines::Lines},
    ask, same_server,
};
use crate::{
    adapter::exec::Exec,
    fleet::{
        ids::{PaneId, SessionId, WindowId},
        order::{Aim, Refusal},
        taken::{Before, Window},
        text::visible,
    },
};

/// What stands between the answers about two windows: no value of `window-size` begins so.
const NEXT: &str = "=";

/// How often and how long it is looked for a client that is leaving.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS: usize = 40;

/// How the session's windows are now. Refuses the session that this program itself runs in, and another process than
/// the one that was looked at.
pub(super) async fn read(job: &Job<'_>, aim: &Aim) -> Result<Before, Refusal> {
    let name = visible(&aim.name);
    let session = aim.session.ok_or_else(|| Refusal::Missing(format!("{name} has no session")))?;
    let (exec, tmux): (&dyn Exec, _) = (job.steer.hand.as_ref(), job.steer.watch.tmux());
    let format = "#{pid} #{window_id} #{window_width} #{window_height} #{pane_id} #{pane_pid}";
    let listed =
        ask(exec, &tmux.argv(&aim.socket, ["list-panes", "-s", "-t", &session.to_string(), "-F", format])).await?;
    let mut sizes: BTreeMap<WindowId, (u16, u16)> = BTreeMap::new();
    let mut server = 0;
    for line in listed.lines() {
        let Some((pid, window, size, pane, process)) = fields(line) else {
            return Err(Refusal::Changed(format!("tmux listed the panes of {name} in words that are not understood")));
        };
        same_server(aim, pid)?;
        if job.who.inside.is_some_and(|own| own.server == pid && own.pane == pane) {
            return Err(Refusal::Own(name));
        }
        if aim.pane.is_some_and(|aimed| aimed.id == pane && aimed.pid != process) {
            return Err(Refusal::Changed(format!("the pane of {name} holds another process than before")));
        }
        server = pid;
        sizes.insert(window, size);
    }
    let mut words: Vec<String> = Vec::new();
    for window in sizes.keys() {
        let of = ["show-options", "-wqv", "-t", &window.to_string(), "window-size", ";"].map(str::to_owned);
        words.extend(of.into_iter().chain(["display-message", "-p", NEXT, ";"].map(str::to_owned)));
    }
    words.pop();
    let answers = ask(exec, &tmux.argv(&aim.socket, words)).await?;
    let mut own = answers.split(NEXT).map(|own| Some(own.trim().to_owned()).filter(|own| !own.is_empty()));
    let windows = sizes.into_iter().map(|(id, size)| Window { id, size, own: own.next().flatten() }).collect();
    Ok(Before { socket: aim.socket.clone(), server, session, windows })
}

/// The server, a window and its size, one of its panes and that pane's process.
type Line = (u32, WindowId, (u16, u16), PaneId, u32);

fn fields(line: &str) -> Option<Line> {
    let mut words = line.split(' ');
    let mut word = || words.next();
    let pid = word()?.parse().ok()?;
    let window = word()?.parse().ok()?;
    let size = (word()?.parse().ok()?, word()?.parse().ok()?);
    Some((pid, window, size, word()?.parse().ok()?, word()?.parse().ok()?))
}

/// Gives each window its size and its own option back, and looks whether it has them; how that went.
pub(super) async fn put_back(job: &mut Job<'_>, before: &Before) -> String {
    let mut said = Vec::new();
    for window in &before.windows {
        let lines = Lines { tmux: job.steer.watch.tmux(), socket: &before.socket, version: "" };
        if job.tidy(lines.put_back(window, before.server), Vec::new(), LIMIT).await.is_err() {
            continue;
        }
        said.extend(size_of(job.steer, before, window).await);
    }
    back(&before.windows, &said)
}

/// The same without an order: for the mark that a dead owner left.
pub(super) async fn mend(steer: &Steer, before: &Before) -> String {
    let mut said = Vec::new();
    for window in &before.windows {
        let lines = Lines { tmux: steer.watch.tmux(), socket: &before.socket, version: "" };
        let done = steer.hand.change(&lines.put_back(window, before.server), Vec::new(), LIMIT).await;
        if done.is_ok_and(|output| output.status == 0) {
            said.extend(size_of(steer, before, window).await);
        }
    }
    back(&before.windows, &said)
}

fn back(windows: &[Window], now: &[(u16, u16)]) -> String {
    let size = |(columns, rows): &(u16, u16)| format!("{columns}×{rows}");
    match (windows, now) {
        (_, []) => "its window is gone".to_owned(),
        ([one], [now]) if one.size == *now => format!("its window is {} again", size(now)),
        // Somebody else looks at it: then tmux sizes it for them.
        ([one], [now]) => {
            format!("its window is {} for others who are attached; it was {}", size(now), size(&one.size))
        }
        (many, now) => format!("{} of its {} windows are as they were", now.len(), many.len()),
    }
}

async fn size_of(steer: &Steer, before: &Before, window: &Window) -> Option<(u16, u16)> {
    let words = ["display-message", "-p", "-t", &window.id.to_string(), "#{pid} #{window_width} #{window_height}"]
        .map(str::to_owned);
    let said = ask(steer.hand.as_ref(), &steer.watch.tmux().argv(&before.socket, words)).await.ok()?;
    let mut words = said.split_whitespace();
    let server: u32 = words.next()?.parse().ok()?;
    let size = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    (server == before.server).then_some(size)
}

/// A client of the server: its process, what tmux calls it, the session that it shows.
type Shown = (u32, String, SessionId);

async fn clients(steer: &Steer, before: &Before) -> Vec<Shown> {
    let words = ["list-clients", "-F", "#{pid} #{client_pid} #{session_id} #{client_name}"];
    let said = ask(steer.hand.as_ref(), &steer.watch.tmux().argv(&before.socket, words)).await.unwrap_or_default();
    let client = |line: &str| {
        let (server, rest) = line.split_once(' ')?;
        let (pid, rest) = rest.split_once(' ').filter(|_| server.parse() == Ok(before.server))?;
        let (session, name) = rest.split_once(' ')?;
        Some((pid.parse().ok()?, name.to_owned(), session.parse().ok()?))
    };
    said.lines().filter_map(client).collect()
}

/// The session that a client shows.
pub(super) async fn shown_by(job: &Job<'_>, before: &Before, pid: u32) -> Option<SessionId> {
    clients(job.steer, before).await.into_iter().find(|(client, ..)| *client == pid).map(|(.., session)| session)
}

/// Asks a client to leave, and waits until the server has let it go: only then do sizes stay.
pub(super) async fn detach(job: &mut Job<'_>, before: &Before, pid: u32) {
    if let Some(argv) = parting(job.steer, before, pid).await {
        // One that has left meanwhile cannot be asked any more.
        let _ = job.tidy(argv, Vec::new(), LIMIT).await;
        gone(job.steer, before, pid).await;
    }
}

/// The same without an order.
pub(super) async fn dismiss(steer: &Steer, before: &Before, pid: u32) {
    if let Some(argv) = parting(steer, before, pid).await {
        let _ = steer.hand.change(&argv, Vec::new(), LIMIT).await;
        gone(steer, before, pid).await;
    }
}

async fn parting(steer: &Steer, before: &Before, pid: u32) -> Option<crate::adapter::exec::Argv> {
    let (_, name, _) = clients(steer, before).await.into_iter().find(|(client, ..)| *client == pid)?;
    Some(Lines { tmux: steer.watch.tmux(), socket: &before.socket, version: "" }.detach(&name))
}

async fn gone(steer: &Steer, before: &Before, pid: u32) {
    for _ in 0..LOOKS {
        if clients(steer, before).await.iter().all(|(client, ..)| *client != pid) {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Tells everybody who shows the session.
pub(super) async fn tell(job: &mut Job<'_>, before: &Before, says: &str) {
    for (_, name, session) in clients(job.steer, before).await {
        if session == before.session {
            let lines = Lines { tmux: job.steer.watch.tmux(), socket: &before.socket, version: "" };
            // One that has left meanwhile need not be told.
            let _ = job.tidy(lines.tell(&name, says), Vec::new(), LIMIT).await;
        }
    }
}
