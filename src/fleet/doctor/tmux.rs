//! tmux itself: its versions, who is attached, who may reach the socket, and marks of mirrors that are gone.

use super::{
    Checkup, Examined,
    facts::{Client, Place, Reach},
    names, table,
};
use crate::fleet::{
    facts::{ServerFacts, ServerState},
    ids::Socket,
    judgement::Severity,
    text::visible,
};

/// Bits of a mode that let anybody but the owner write.
pub(super) const OTHERS_WRITE: u32 = 0o022;
/// Bits of a directory that let anybody but the owner pass through it.
const OTHERS_ENTER: u32 = 0o011;

pub(super) fn check(it: &Examined<'_>, checkup: &mut Checkup) {
    let ours = checkup.known("the version of tmux", &it.extra.client).map(String::as_str);
    if let Some(ours) = ours.filter(|ours| older(ours, (3, 2))) {
        checkup.add(&table::TOO_OLD, Severity::Fault, format!("tmux here is version {}", visible(ours)));
    }
    for (socket, server) in &it.facts.servers {
        let name = visible(&socket.to_string());
        if let ServerState::Up { version, .. } = &server.state {
            versions(version, ours, &name, checkup);
        }
        if let Some(reach) = it.extra.servers.get(socket) {
            hazards(server, reach, &name, checkup);
            socket_access(it, reach, &name, checkup);
            marks(server, reach, &name, checkup);
            clients(reach, &name, checkup);
        }
    }
    duplicates(it, checkup);
}

/// `3.3a` → (3, 3, "a"); what is no version (`master`, `next-3.9`) is newer than all.
fn parts(version: &str) -> Option<(u32, u32, &str)> {
    let version = version.strip_prefix("openbsd-").unwrap_or(version);
    let (major, rest) = version.split_once('.')?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Some((major.parse().ok()?, rest[..end].parse().ok()?, &rest[end..]))
}

fn older(version: &str, than: (u32, u32)) -> bool {
    parts(version).is_some_and(|(major, minor, _)| (major, minor) < than)
}

fn versions(theirs: &str, ours: Option<&str>, name: &str, checkup: &mut Checkup) {
    if older(theirs, (3, 2)) {
        let says = format!("the tmux server on socket {name} is version {}", visible(theirs));
        checkup.add(&table::TOO_OLD, Severity::Fault, says);
    }
    if let Some(ours) = ours.filter(|ours| *ours != theirs) {
        let (theirs, ours) = (visible(theirs), visible(ours));
        let says = format!("the tmux server on socket {name} runs {theirs}, and tmux here is {ours}");
        checkup.add(&table::OTHER_VERSION, Severity::Warning, says);
    }
}

fn hazards(server: &ServerFacts, reach: &Reach, name: &str, checkup: &mut Checkup) {
    let ServerState::Up { version, .. } = &server.state else { return };
    if version == "3.3a" && reach.window_size.known().is_some_and(|size| size == "manual") {
        let says = format!("window-size is manual for all windows on socket {name}, and its tmux is {version}");
        checkup.add(&table::MANUAL_SIZE, Severity::Fault, says);
    }
    let read_only: Vec<&str> = reach.clients.known().into_iter().flatten().filter(|it| it.read_only).map(who).collect();
    if !older(version, (3, 7)) && !read_only.is_empty() {
        let says = format!(
            "send-keys fails on socket {name} (tmux {}) while {} is attached read-only",
            visible(version),
            names(&read_only)
        );
        checkup.add(&table::READ_ONLY_CLIENT, Severity::Fault, says);
    }
}

fn who(client: &Client) -> &str {
    &client.name
}

/// Who may write to the socket; a directory that others cannot pass through keeps it closed whatever its own mode is.
fn socket_access(it: &Examined<'_>, reach: &Reach, name: &str, checkup: &mut Checkup) {
    let mut say = |says: String| checkup.add(&table::SOCKET, Severity::Fault, says);
    let of = |place: &Place| place.ground.known().and_then(Option::as_ref).map(|ground| (ground.uid, ground.mode));
    let (socket, directory) = (of(&reach.socket), of(&reach.directory));
    let path = |place: &Place| visible(&place.path.display().to_string());
    for (place, found) in [(&reach.socket, socket), (&reach.directory, directory)] {
        if let Some((uid, _)) = found.filter(|(uid, _)| *uid != it.extra.user) {
            say(format!("{} belongs to uid {uid}", path(place)));
        }
    }
    if let Some((_, mode)) = directory.filter(|(_, mode)| mode & OTHERS_WRITE != 0) {
        say(format!("others may put a socket of theirs into {} (mode {mode:o})", path(&reach.directory)));
    }
    let open = directory.is_none_or(|(_, mode)| mode & OTHERS_ENTER != 0);
    if let Some((_, mode)) = socket.filter(|(_, mode)| open && mode & OTHERS_WRITE != 0) {
        say(format!("others may write to the socket {} (mode {mode:o})", path(&reach.socket)));
    }
    if let Some(users) = checkup.known(&format!("server-access on socket {name}"), &reach.access)
        && !users.is_empty()
    {
        let says = format!("server-access on socket {name} lets in {}", names(users));
        checkup.add(&table::SERVER_ACCESS, Severity::Warning, says);
    }
}

/// Panes that carry our mark while no tap is there to hold their pipe.
fn marks(server: &ServerFacts, reach: &Reach, name: &str, checkup: &mut Checkup) {
    let marked = server.panes.iter().filter(|pane| pane.mark.is_some());
    let mut marked: Vec<String> = marked.map(|pane| pane.pane.to_string()).collect();
    marked.dedup();
    if !reach.tap && !marked.is_empty() {
        let says = format!("{} on socket {name} carries a mirror's mark, and no tap listens", names(&marked));
        checkup.add(&table::STALE_MARK, Severity::Warning, says);
    }
}

fn clients(reach: &Reach, name: &str, checkup: &mut Checkup) {
    let Some(clients) = checkup.known(&format!("the clients of socket {name}"), &reach.clients) else { return };
    let each = clients.iter().map(|client| {
        let user = if client.user.is_empty() { String::new() } else { format!(" ({})", client.user) };
        let may = if client.read_only { ", read-only" } else { "" };
        let kind = if client.control { ", control mode" } else { "" };
        format!("{}{user} on {}{may}{kind}", client.name, client.session)
    });
    let each: Vec<String> = each.collect();
    if !each.is_empty() {
        checkup.add(&table::CLIENTS, Severity::Note, format!("attached on socket {name}: {}", names(&each)));
    }
}

/// Agents that stand on a watched server that is not theirs, too.
fn duplicates(it: &Examined<'_>, checkup: &mut Checkup) {
    for row in it.fleet.rows.iter().filter(|row| row.managed) {
        let is_there = |socket: &Socket| {
            it.facts.servers.get(socket).is_some_and(|server| server.panes.iter().any(|p| p.session.name == row.name))
        };
        let other = it.facts.servers.keys().find(|socket| **socket != row.key.socket && is_there(socket));
        if let Some(other) = other.filter(|_| row.session.is_some()) {
            let (own, other) = (visible(&row.key.socket.to_string()), visible(&other.to_string()));
            let says = format!("{} has a session on socket {own} and one on socket {other}", visible(&row.name));
            checkup.add(&table::DUPLICATE, Severity::Warning, says);
        }
    }
}
