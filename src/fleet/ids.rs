//! Names and numbers that stand for something outside: refused where tmux or systemd could not carry them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The Unix user that owns a fleet. Every record carries it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tenant(pub String);

/// A host's name, as the machine itself gives it. Every record carries it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HostName(pub String);

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The tmux server that a fleet lives on. Spec §3, the socket trap: absent means the default server everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Socket {
    /// The user's default tmux server: no `-L` at all.
    Default,
    /// `tmux -L name`.
    Named(String),
}

impl Socket {
    /// An empty name is the default server, as in the roster and in `--socket ''`.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        if name.is_empty() { Self::Default } else { Self::Named(name.to_owned()) }
    }

    /// Its name for people: `default` for the default server.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Default => "default",
            Self::Named(name) => name,
        }
    }
}

impl fmt::Display for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An agent's name: also its tmux session and its systemd instance, so it must be legal as all three.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct AgentName(String);

/// Why a text cannot be an agent's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Nothing there.
    #[error("a name must not be empty")]
    Empty,
    /// tmux reads `:` and `.` as parts of a target, systemd `/` as a path; a space would split both.
    #[error("{0:?} in a name cannot be carried by tmux or systemd")]
    Character(char),
    /// A leading `-` is an option, a leading `=` an exact-match mark, `@`, `$` and `%` an id.
    #[error("a name must not begin with {0:?}")]
    Leading(char),
    /// systemd unit names end at 255 bytes, of which `mosaic-agent@.service` takes 21.
    #[error("a name of {0} bytes is longer than systemd can carry (200)")]
    Long(usize),
}

impl AgentName {
    /// The longest name, in bytes, that still fits a unit name.
    const LONGEST: usize = 200;

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its unit where the roster names no other, spelled as systemd spells it: what a unit's name cannot hold is
    /// written `\x20`. Spec §4.
    #[must_use]
    pub fn unit(&self) -> String {
        let spell = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b':' | b'-' | b'_' | b'.' | b'\\' | b'@' => {
                char::from(byte).to_string()
            }
            other => format!("\\x{other:02x}"),
        };
        let instance: String = self.0.bytes().map(spell).collect();
        format!("mosaic-agent@{instance}.service")
    }
}

impl FromStr for AgentName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let first = text.chars().next().ok_or(BadName::Empty)?;
        if matches!(first, '-' | '=' | '@' | '$' | '%') {
            return Err(BadName::Leading(first));
        }
        let bad = |c: &char| matches!(c, ':' | '.' | '/' | '\\' | '\'' | '"') || c.is_whitespace() || c.is_control();
        if let Some(c) = text.chars().find(bad) {
            return Err(BadName::Character(c));
        }
        if text.len() > Self::LONGEST {
            return Err(BadName::Long(text.len()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for AgentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Defines an id that tmux hands out: a sigil and a number, unique for the life of one server.
macro_rules! tmux_id {
    ($(#[$doc:meta])* $name:ident, $sigil:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($sigil, "{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                text.strip_prefix($sigil)
                    .and_then(|digits| digits.parse().ok())
                    .map(Self)
                    .ok_or_else(|| format!(concat!("{:?} is no tmux id of the form ", $sigil, "1"), text))
            }
        }
    };
}

tmux_id!(
    /// A pane: `%5`. The only target that actions and mirrors use.
    PaneId,
    "%"
);
tmux_id!(
    /// A session: `$3`.
    SessionId,
    "$"
);
tmux_id!(
    /// A window: `@2`.
    WindowId,
    "@"
);

/// A pane of one server: ids repeat between servers, so the socket belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PaneKey {
    /// The server.
    pub socket: Socket,
    /// The pane on it.
    pub pane: PaneId,
}

impl fmt::Display for PaneKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.socket, self.pane)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agents_unit_is_spelled_as_systemd_spells_it() {
        for (agent, unit) in [("coder0-0", "coder0-0"), ("größe", "gr\\xc3\\xb6\\xc3\\x9fe"), ("a+b", "a\\x2bb")] {
            assert_eq!(AgentName(agent.into()).unit(), format!("mosaic-agent@{unit}.service"));
        }
    }

    #[test]
    fn a_name_that_tmux_or_systemd_cannot_carry_is_refused() {
        for bad in ["", "a:b", "a.b", "a/b", "a b", "-a", "=a", "%1", "a\u{1b}", "a\n"] {
            assert!(bad.parse::<AgentName>().is_err(), "{bad:?} was taken");
        }
        for good in ["coder0", "merge-gate", "coder0-0", "security_review", "größe"] {
            assert!(good.parse::<AgentName>().is_ok(), "{good:?} was refused");
        }
    }

    #[test]
    fn an_id_is_written_as_it_is_read() {
        assert_eq!("%5".parse::<PaneId>().map(|id| id.to_string()), Ok("%5".to_owned()));
        assert!("5".parse::<PaneId>().is_err());
        assert!("$".parse::<SessionId>().is_err());
    }

    #[test]
    fn an_empty_socket_name_is_the_default_server() {
        assert_eq!(Socket::from_name(""), Socket::Default);
        assert_eq!(Socket::from_name("f"), Socket::Named("f".into()));
    }
}
