//! Who runs here, what this machine is called, and which pane this program itself sits in.
//!
//! Nothing here asks a name server: a resolver that does not answer would hold up the first frame.
#![expect(clippy::disallowed_methods, reason = "reads what the machine says, for the border")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use nix::{
    ifaddrs::getifaddrs,
    unistd::{User, gethostname, getuid},
};

use crate::fleet::{
    facts::{Identity, ServerFacts, ServerState},
    ids::{HostName, PaneId, PaneKey, Socket, Tenant},
};

/// The user at one machine, as far as looking needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// User and machine.
    pub identity: Identity,
    /// `HOME`, else the user data base's.
    pub home: Option<PathBuf>,
    /// `MOSAIC_HOME`, when it is set and not empty.
    pub mosaic_home: Option<PathBuf>,
    /// `/run/user/<uid>`, only where `XDG_RUNTIME_DIR` is unset and that directory exists: ssh, su and cron forget it.
    pub missing_runtime_dir: Option<String>,
    /// Whether this is a system that could have systemd at all (Linux).
    pub may_have_systemd: bool,
    /// `$TMUX` and `$TMUX_PANE` of this program itself.
    pub inside: Option<Inside>,
}

/// The pane that this program was started in, by its environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inside {
    /// The pid of its tmux server, the second part of `$TMUX`.
    pub server: u32,
    /// `$TMUX_PANE`.
    pub pane: PaneId,
}

impl Default for Who {
    fn default() -> Self {
        let identity = Identity {
            tenant: Tenant("unknown".into()),
            host: HostName("unknown".into()),
            aliases: BTreeSet::from(["localhost".to_owned()]),
        };
        Self {
            identity,
            home: None,
            mosaic_home: None,
            missing_runtime_dir: None,
            may_have_systemd: true,
            inside: None,
        }
    }
}

/// The user and the machine that this program runs as and on. Blocks for as long as the user data base does.
#[must_use]
pub fn here() -> Who {
    let uid = getuid();
    let user = User::from_uid(uid).ok().flatten();
    let tenant = user.as_ref().map(|user| user.name.clone()).or_else(|| variable("USER"));
    let host = gethostname().ok().and_then(|name| name.into_string().ok()).filter(|name| !name.is_empty());
    let host = host.unwrap_or_else(|| "localhost".into());
    let hosts = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
    let identity = Identity {
        tenant: Tenant(tenant.unwrap_or_else(|| uid.to_string())),
        aliases: aliases(&host, &hosts, addresses()),
        host: HostName(host),
    };
    Who {
        identity,
        home: variable("HOME").map(PathBuf::from).or_else(|| user.map(|user| user.dir)),
        mosaic_home: variable("MOSAIC_HOME").map(PathBuf::from),
        missing_runtime_dir: missing_runtime_dir(uid.as_raw()),
        may_have_systemd: cfg!(target_os = "linux"),
        inside: variable("TMUX").zip(variable("TMUX_PANE")).and_then(|(tmux, pane)| inside(&tmux, &pane)),
    }
}

/// The pane this program runs in, when one of these servers is its server. The server's pid and the pane's id decide:
/// both come from that server, so no path has to be resolved the way tmux would.
#[must_use]
pub fn own_pane(inside: Option<Inside>, servers: &BTreeMap<Socket, ServerFacts>) -> Option<PaneKey> {
    let inside = inside?;
    let (socket, _) = servers
        .iter()
        .find(|(_, server)| matches!(server.state, ServerState::Up { pid, .. } if pid == inside.server))?;
    Some(PaneKey { socket: socket.clone(), pane: inside.pane })
}

/// `$TMUX` is `socket,pid,session`; the socket's path may itself hold commas.
fn inside(tmux: &str, pane: &str) -> Option<Inside> {
    let mut parts = tmux.rsplitn(3, ',');
    let server = parts.nth(1)?.parse().ok()?;
    Some(Inside { server, pane: pane.parse().ok()? })
}

/// Every other name of this machine: short and full names, loopback names, addresses of its interfaces.
fn aliases(host: &str, hosts_file: &str, addresses: BTreeSet<String>) -> BTreeSet<String> {
    let mut names = addresses;
    names.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
    let short = host.split('.').next().unwrap_or(host);
    names.insert(short.to_owned());
    for line in hosts_file.lines() {
        let line = line.split('#').next().unwrap_or_default();
        // A full name counts only where its first label is ours: a shared line may name other machines, too.
        let ours = |name: &&str| name.split('.').next().is_some_and(|first| first.eq_ignore_ascii_case(short));
        names.extend(line.split_whitespace().skip(1).filter(ours).map(str::to_owned));
    }
    names.remove(host);
    names
}

fn addresses() -> BTreeSet<String> {
    let Ok(interfaces) = getifaddrs() else { return BTreeSet::new() };
    interfaces
        .filter_map(|interface| interface.address)
        .filter_map(|address| {
            let v4 = address.as_sockaddr_in().map(|v4| v4.ip().to_string());
            v4.or_else(|| address.as_sockaddr_in6().map(|v6| v6.ip().to_string()))
        })
        .collect()
}

fn missing_runtime_dir(uid: u32) -> Option<String> {
    let guess = format!("/run/user/{uid}");
    (variable("XDG_RUNTIME_DIR").is_none() && Path::new(&guess).is_dir()).then_some(guess)
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_own_pane_is_read_from_the_environment_even_with_a_comma_in_the_sockets_path() {
        let found = inside("/tmp/a,b/tmux-0/default,4711,3", "%7").unwrap();
        assert_eq!((found.server, found.pane), (4711, PaneId(7)));
        for (tmux, pane) in [("", "%7"), ("/tmp/x,abc,3", "%7"), ("/tmp/x,4711,3", "7"), ("x", "%1")] {
            assert_eq!(inside(tmux, pane), None, "{tmux:?} {pane:?}");
        }
    }

    #[test]
    fn the_machine_answers_to_its_short_and_full_names_and_addresses_but_not_to_its_neighbours() {
        let hosts = "127.0.1.1 box.example.org box # me\n10.0.0.9 other.example.org boxer\n";
        let names = aliases("box", hosts, BTreeSet::from(["10.1.10.37".to_owned()]));
        for ours in ["box.example.org", "localhost", "127.0.0.1", "::1", "10.1.10.37"] {
            assert!(names.contains(ours), "{ours} is missing in {names:?}");
        }
        for other in ["other.example.org", "boxer", "10.0.0.9", "box"] {
            assert!(!names.contains(other), "{other} is in {names:?}");
        }
        assert!(aliases("box.example.org", "", BTreeSet::new()).contains("box"));
    }
}
