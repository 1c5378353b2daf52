//! The tap's questions to its tmux server: looks, starts and ends of pipes. The only place that changes a pane's pipe.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use super::{
    look::{self, Look, Start},
    place::Place,
};
use crate::{
    adapter::{exec::Exec, tmux::Tmux},
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
    /// Which server.
    pub socket: Socket,
}

impl Server {
    /// Where the tap of this server, by its pid, is to be found.
    pub fn place(&self, pid: u32) -> Result<Place, Why> {
        let from_environment = || std::env::var_os("TMUX_TMPDIR").filter(|dir| !dir.is_empty()).map(PathBuf::from);
        let dir = self.tmux.tmpdir.clone().or_else(from_environment).unwrap_or_else(|| PathBuf::from("/tmp"));
        Place::of(&dir, nix::unistd::geteuid().as_raw(), &self.socket, pid)
    }

    /// One atomic look, which may start a pipe.
    pub async fn look(&self, pane: PaneId, start: Option<&Start<'_>>) -> Result<Look, Why> {
        let mark = unguessable();
        let argv = self.tmux.argv(&self.socket, look::arguments(pane, start, &mark));
        let output = self.exec.run(&argv, PATIENCE).await.map_err(|error| Why::new(error.to_string()))?;
        let mut looks = look::read(&output.stdout, &output.complaint(), &mark)?;
        looks.pop().ok_or_else(|| Why::new("tmux answered without a look"))
    }

    /// Looks at several panes with one tmux. A pane that has gone ends the sequence: the answer may be shorter.
    pub async fn looks(&self, panes: &[PaneId]) -> Result<Vec<Look>, Why> {
        let mark = unguessable();
        let argv = self.tmux.argv(&self.socket, look::arguments_for(panes, &mark));
        let output = self.exec.run(&argv, PATIENCE).await.map_err(|error| Why::new(error.to_string()))?;
        look::read(&output.stdout, &output.complaint(), &mark)
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

/// A word that nobody can have guessed: separates a look's parts, and names a start.
pub(super) fn unguessable() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}
