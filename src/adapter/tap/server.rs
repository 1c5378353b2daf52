//! The tap's questions to its tmux server: looks, starts and ends of pipes. The only place that changes a pane's pipe.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{
    look::{self, Look, Start},
    place::Place,
};
use crate::{
    adapter::{
        exec::Exec,
        tmux::{Tmux, unguessable},
    },
    fleet::{
        ids::{PaneId, Socket},
        reading::Why,
    },
};

/// How long tmux may take. Starting twenty pipes in one command takes 30 ms; a server that floods answers in 14 ms.
const PATIENCE: Duration = Duration::from_secs(3);

/// One tmux server, asked through its client.
#[derive(Clone)]
pub struct Server {
    /// Starts the client.
    pub exec: Arc<dyn Exec>,
    /// How this user's tmux is called.
    pub tmux: Tmux,
    /// Where it listens.
    pub socket: Socket,
    /// Its pid: a server that has taken its place on the socket is another one, whatever its panes are called.
    pub pid: u32,
}

impl Server {
    /// Where the tap of this server is to be found.
    pub fn place(&self) -> Result<Place, Why> {
        let from_environment = || std::env::var_os("TMUX_TMPDIR").filter(|dir| !dir.is_empty()).map(PathBuf::from);
        let dir = self.tmux.tmpdir.clone().or_else(from_environment).unwrap_or_else(|| PathBuf::from("/tmp"));
        Place::of(&dir, nix::unistd::geteuid().as_raw(), &self.socket, self.pid)
    }

    /// One atomic look, which may start a pipe.
    pub async fn look(&self, pane: PaneId, start: Option<&Start<'_>>) -> Result<Look, Why> {
        let mark = unguessable();
        let argv = self.tmux.argv(&self.socket, look::arguments(pane, start, &mark));
        let output = self.exec.run(&argv, PATIENCE).await.map_err(|error| Why::new(error.to_string()))?;
        let mut looks = self.ours(look::read(&output.stdout, &output.complaint(), &mark)?)?;
        looks.pop().ok_or_else(|| Why::new("tmux answered without a look"))
    }

    /// Looks at several panes with one tmux. A pane that has gone ends the sequence: the answer may be shorter.
    pub async fn looks(&self, panes: &[PaneId]) -> Result<Vec<Look>, Why> {
        let mark = unguessable();
        let argv = self.tmux.argv(&self.socket, look::arguments_for(panes, &mark));
        let output = self.exec.run(&argv, PATIENCE).await.map_err(|error| Why::new(error.to_string()))?;
        self.ours(look::read(&output.stdout, &output.complaint(), &mark)?)
    }

    /// Refuses looks at the panes of another server.
    fn ours(&self, looks: Vec<Look>) -> Result<Vec<Look>, Why> {
        match looks.iter().find(|look| look.server != self.pid) {
            Some(Look { server, .. }) => Err(Why::new(format!(
                "the tmux server {} has ended; another one ({server}) listens in its place",
                self.pid
            ))),
            None => Ok(looks),
        }
    }

    /// Ends a pipe of ours, if the pane still carries its mark, and takes the mark away.
    pub async fn stop(&self, pane: PaneId, generation: &str) -> Result<(), Why> {
        let target = pane.to_string();
        let ours = format!("#{{==:#{{@mosaic_pipe}},{generation}}}");
        let end = format!("pipe-pane -t {target} ; set-option -p -u -t {target} @mosaic_pipe");
        let argv = self.tmux.argv(&self.socket, ["if-shell", "-F", "-t", &target, &ours, &end]);
        self.exec.run(&argv, PATIENCE).await.map(drop).map_err(|error| Why::new(error.to_string()))
    }
}
