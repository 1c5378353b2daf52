//! The two hidden verbs of the mirror: the tap itself, and the handoff that brings it a pane's pipe.

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use color_eyre::eyre::{Result, eyre};

use super::Exit;
use crate::{
    adapter::{
        exec::Local,
        tap::{binary::Binary, daemon, handoff, server::Server},
        tmux::Tmux,
    },
    fleet::ids::Socket,
};

/// The background process that drains every pipe it is given. Our own program writes these words.
#[derive(Debug, Args)]
pub struct Tap {
    /// The pid of the tmux server
    #[arg(long)]
    server: u32,
    /// The socket's name; absent, the default server
    #[arg(long)]
    on: Option<String>,
    /// Be the tap, instead of starting it and waiting until it listens
    #[arg(long)]
    pub(super) serve: bool,
}

/// The pipe's command: passes its stdin on to the tap and ends. Our own program writes these words.
#[derive(Debug, Args)]
pub struct Handoff {
    tap: PathBuf,
    pane: u32,
    generation: String,
}

impl Tap {
    /// Starts the tap, or is it.
    pub async fn run(self) -> Result<Exit> {
        let binary = Binary::ours();
        let socket = self.on.map_or(Socket::Default, Socket::Named);
        let done = if self.serve {
            let server = Server { exec: Arc::new(Local::new()), tmux: Tmux::default(), socket, pid: self.server };
            let place = server.place().map_err(|why| eyre!("{why}"))?;
            daemon::serve(server, &place, binary).await
        } else {
            daemon::start(binary.runnable(), &socket, self.server)
        };
        done.map(|()| Exit::Done).map_err(|why| eyre!("{why}"))
    }
}

impl Handoff {
    /// Hands stdin over.
    pub fn run(&self) -> Result<Exit> {
        handoff::run(&self.tap, self.pane, &self.generation)?;
        Ok(Exit::Done)
    }
}
