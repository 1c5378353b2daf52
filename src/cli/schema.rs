//! `mosaic-top schema`: the JSON Schemas of what is read and printed, as they are shipped.

use clap::{Args, ValueEnum};
use color_eyre::eyre::Result;

use super::{Exit, say};

/// The JSON Schema of `ps --json` or `doctor --json`, of the roster, of runtimes.yaml or of rules over screens
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mosaic-top schema roster > ~/.config/mosaic/roster.schema.json")]
pub struct Schema {
    /// Which
    #[arg(default_value = "ps")]
    of: Document,
}

/// A document that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Document {
    /// What `ps --json` prints
    Ps,
    /// What `doctor --json` prints
    Doctor,
    /// roster.yaml, for editors
    Roster,
    /// runtimes.yaml, for editors
    Runtimes,
    /// Rules over screens (gates.d/*.yaml), for editors
    Gates,
}

impl Document {
    /// Its schema.
    #[must_use]
    pub fn schema(self) -> &'static str {
        match self {
            Self::Ps => include_str!("../../assets/ps.schema.json"),
            Self::Doctor => include_str!("../../assets/doctor.schema.json"),
            Self::Roster => include_str!("../../assets/roster.schema.json"),
            Self::Runtimes => include_str!("../../assets/runtimes.schema.json"),
            Self::Gates => include_str!("../../assets/gates.schema.json"),
        }
    }
}

impl Schema {
    /// Prints it.
    pub fn run(&self) -> Result<Exit> {
        say(self.of.schema())?;
        Ok(Exit::Done)
    }
}
