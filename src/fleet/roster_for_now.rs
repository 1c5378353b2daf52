//! What the roster tells about an agent with its defaults filled in, until `roster` itself says so. It parses nothing.

use super::{
    ids::Socket,
    roster::{Agent, Roster},
};

impl Agent {
    /// Its runtime, else the launcher's default.
    #[must_use]
    pub fn runtime_or_default(&self) -> &str {
        self.runtime.as_deref().unwrap_or("pi")
    }

    /// Its unit's full name.
    #[must_use]
    pub fn unit_name(&self) -> String {
        self.unit.clone().unwrap_or_else(|| format!("mosaic-agent@{}.service", self.name))
    }

    /// The unit of older fleets, looked for when the other does not exist.
    #[must_use]
    pub fn legacy_unit_name(&self) -> Option<&'static str> {
        let orchestrator = self.class.as_deref() == Some("orchestrator") || self.name.as_str() == "orchestrator";
        (orchestrator && self.unit.is_none()).then_some("mosaic-fleet-orchestrator.service")
    }
}

impl Roster {
    /// The socket that an agent lives on.
    #[must_use]
    pub fn socket_of<'a>(&'a self, agent: &'a Agent) -> &'a Socket {
        agent.socket.as_ref().unwrap_or(&self.socket)
    }

    /// Where an agent works, with `~` expanded.
    #[must_use]
    pub fn working_directory_of(&self, agent: &Agent, home: &str) -> String {
        let written = agent.working_directory.as_deref().unwrap_or(&self.working_directory);
        written.strip_prefix('~').map_or_else(|| written.to_owned(), |rest| format!("{home}{rest}"))
    }
}
