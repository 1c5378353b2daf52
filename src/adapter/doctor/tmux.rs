//! Who may reach each tmux server and who does.

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
