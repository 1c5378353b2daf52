//! Who may reach each tmux server and who does; and how an ssh configuration writes its `ControlPath`.

use std::{collections::BTreeMap, os::unix::net::UnixStream, path::PathBuf, sync::Arc};

use super::Asked;
use crate::{
    adapter::tap::server::Server,
    fleet::{
        doctor::facts::{Client, Reach},
        facts::{ServerFacts, ServerState},
        ids::Socket,
        reading::Reading,
    },
};

impl Asked<'_> {
    /// The version of the tmux here.
    pub(super) async fn client(&self) -> Reading<String> {
        let argv = crate::adapter::exec::Argv::new(["tmux", "-V"]);
        let said = self.prints(&argv).await;
        said.map(|text| text.trim().trim_start_matches("tmux ").to_owned()).into()
    }

    pub(super) async fn servers(&self) -> BTreeMap<Socket, Reach> {
        let mut all = BTreeMap::new();
        for (socket, server) in &self.facts.servers {
            all.insert(socket.clone(), self.reach(socket, server).await);
        }
        all
    }

    async fn reach(&self, socket: &Socket, server: &ServerFacts) -> Reach {
        let up = matches!(server.state, ServerState::Up { .. });
        let path = match self.tmux(socket, &["display-message", "-p", "#{socket_path}"], up).await {
            Ok(path) if path.starts_with('/') => PathBuf::from(path.trim()),
            _ => self.usual_path(socket),
        };
        let directory = path.parent().map_or_else(|| PathBuf::from("/"), PathBuf::from);
        let mut places = self.places(vec![path, directory]).await.into_iter();
        let nothing = || crate::fleet::doctor::facts::Place { path: PathBuf::new(), ground: Reading::Known(None) };
        let (place, directory) = (places.next().unwrap_or_else(nothing), places.next().unwrap_or_else(nothing));
        let format = "#{client_readonly}|#{client_control_mode}|#{client_user}|#{client_session}|#{client_name}";
        let clients = self.tmux(socket, &["list-clients", "-F", format], up).await;
        Reach {
            socket: place,
            directory,
            clients: clients.map(|text| text.lines().filter_map(client).collect()).into(),
            access: self.access(socket, server).await,
            window_size: self.tmux(socket, &["show-options", "-gwv", "window-size"], up).await.into(),
            tap: self.tap(socket, server),
        }
    }

    /// What a server prints; nothing where none is up.
    async fn tmux(&self, socket: &Socket, words: &[&str], up: bool) -> Result<String, String> {
        if !up {
            return Ok(String::new());
        }
        let argv = self.watch.tmux().argv(socket, words.iter().copied());
        self.prints(&argv).await.map(|text| text.trim_end().to_owned())
    }

    /// The other users that are let in. Servers before 3.3 know no such list and let nobody in.
    async fn access(&self, socket: &Socket, server: &ServerFacts) -> Reading<Vec<String>> {
        let up = matches!(server.state, ServerState::Up { .. });
        match self.tmux(socket, &["server-access", "-l"], up).await {
            Err(why) if why.contains("unknown command") => Reading::Known(Vec::new()),
            said => {
                let own = &self.who.identity.tenant.0;
                let others = |line: &&str| line.split(' ').next().is_some_and(|user| user != own && user != "root");
                let list = |text: String| text.lines().filter(others).map(str::to_owned).collect::<Vec<_>>();
                said.map(list).into()
            }
        }
    }

    fn usual_path(&self, socket: &Socket) -> PathBuf {
        let variable = || std::env::var_os("TMUX_TMPDIR").filter(|value| !value.is_empty()).map(PathBuf::from);
        let dir = self.watch.tmux().tmpdir.clone().or_else(variable).unwrap_or_else(|| PathBuf::from("/tmp"));
        let name = match socket {
            Socket::Default => "default",
            Socket::Named(name) => name,
        };
        dir.join(format!("tmux-{}", nix::unistd::geteuid())).join(name)
    }

    /// Whether a tap listens. Only where a pane carries a mirror's mark is it asked; otherwise nobody needs one.
    fn tap(&self, socket: &Socket, server: &ServerFacts) -> bool {
        let ServerState::Up { pid, .. } = server.state else { return false };
        if server.panes.iter().all(|pane| pane.mark.is_none()) {
            return false;
        }
        let exec = Arc::new(crate::adapter::exec::Local::new());
        let server = Server { exec, tmux: self.watch.tmux().clone(), socket: socket.clone(), pid };
        server.place().is_ok_and(|place| UnixStream::connect(place.socket).is_ok())
    }
}

fn client(line: &str) -> Option<Client> {
    let mut fields = line.splitn(5, '|');
    let mut next = || fields.next().map(str::to_owned);
    let (read_only, control, user, session, name) = (next()?, next()?, next()?, next()?, next()?);
    Some(Client { name, session, read_only: read_only == "1", control: control == "1", user })
}

/// Every `ControlPath` that an ssh configuration writes, in its order.
pub(super) fn control_paths(config: &str) -> impl Iterator<Item = &str> {
    config.lines().filter_map(|line| {
        let (key, value) = line.trim().split_once([' ', '\t', '='])?;
        key.eq_ignore_ascii_case("controlpath").then(|| value.trim_matches([' ', '\t', '=', '"']))
    })
}

/// Whether a path is what a written one becomes: a `%` with its letter stands for anything, and so does `~`, which ssh
/// takes from the user data base.
pub(super) fn fills(written: &str, path: &str) -> bool {
    let mut parts: Vec<String> = vec![String::new()];
    let mut chars = written.chars();
    while let Some(c) = chars.next() {
        match (c, parts.last_mut()) {
            ('%' | '~', _) => {
                if c == '%' {
                    chars.next();
                }
                parts.push(String::new());
            }
            (c, Some(last)) => last.push(c),
            (_, None) => {}
        }
    }
    let Some(mut rest) = path.strip_prefix(parts[0].as_str()) else { return false };
    for part in &parts[1..] {
        match rest.find(part.as_str()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    parts.len() > 1 || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_path_is_found_again_in_what_ssh_makes_of_it() {
        assert!(fills("~/.ssh/cm-%C", "/h/u/.ssh/cm-0af3"));
        assert!(fills("~/.ssh/cm-%n-%C", "/h/u/.ssh/cm-box-0af3"));
        assert!(fills("/tmp/%r@%h:%p", "/tmp/dev@10.0.0.1:22"));
        assert!(!fills("~/.ssh/cm-%n-%C", "/h/u/.ssh/other-0af3"));
        assert!(!fills("/tmp/one", "/tmp/other"));
    }

    #[test]
    fn every_way_to_write_a_control_path_is_read() {
        let config = "Host a\n  ControlPath ~/a-%C\nHost b\ncontrolpath=\"~/b-%n\"\n# ControlPath no\n";
        assert_eq!(control_paths(config).collect::<Vec<_>>(), ["~/a-%C", "~/b-%n"]);
    }
}
