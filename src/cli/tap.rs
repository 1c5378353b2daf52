//! The two hidden verbs of the mirror: the tap itself, and the handoff that brings it a pane's pipe.

use std::ffi::OsString;

use clap::Args;
use color_eyre::eyre::{Result, bail};

use super::Exit;

/// Words that our own program wrote.
#[derive(Debug, Args)]
pub struct Words {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<OsString>,
}

impl Words {
    /// The background process that drains every pipe it is given.
    #[expect(clippy::unused_async, reason = "not wired yet")]
    pub async fn tap(self) -> Result<Exit> {
        bail!("the tap is not wired yet ({} words)", self.words.len())
    }

    /// Passes its stdin on to the tap and ends.
    #[expect(clippy::unused_async, reason = "not wired yet")]
    pub async fn handoff(self) -> Result<Exit> {
        bail!("the handoff is not wired yet ({} words)", self.words.len())
    }
}
