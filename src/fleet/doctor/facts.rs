//! What the health check rests on beside the facts of every look. Gathered by `adapter::doctor`, as plain data.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::Timestamp;

use super::ssh::Setting;
use crate::fleet::{ids::Socket, reading::Reading};

/// All of it, about one host at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// This user's number.
    pub user: u32,
    /// The version that `tmux -V` prints.
    pub client: Reading<String>,
    /// Beside each server: who may reach it and who does.
    pub servers: BTreeMap<Socket, Reach>,
    /// The files of the fleet's units, the holder's among them.
    pub units: Reading<Vec<UnitFile>>,
    /// The fleet's own directories and its log.
    pub places: Vec<Place>,
    /// What lies in `fleet/run`.
    pub run: Reading<Vec<Left>>,
    /// How ssh would go to the hosts of the roster.
    pub ssh: Vec<Ssh>,
    /// Every line of the configuration of ssh.
    pub ssh_settings: Reading<Vec<Setting>>,
    /// The locale of this program: `LC_ALL`, else `LC_CTYPE`, else `LANG`.
    pub locale: String,
    /// What the next launch of each agent of this host would find.
    pub launches: Vec<Launch>,
}

/// What a path is, and what this user may do there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Where it really is, links followed.
    pub resolved: PathBuf,
    /// Whether it is a directory.
    pub directory: bool,
    /// Its owner.
    pub uid: u32,
    /// Its permission bits.
    pub mode: u32,
    /// Whether this user may write there.
    pub writable: bool,
    /// Bytes left to this user on its file system, where that tells.
    pub free: Option<u64>,
}

/// A place of the fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its path.
    pub path: PathBuf,
    /// What is there; `None`: nothing.
    pub ground: Reading<Option<Ground>>,
}

/// Who may reach a tmux server, and who does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Its socket.
    pub socket: Place,
    /// The directory that the socket is in.
    pub directory: Place,
    /// Everybody attached.
    pub clients: Reading<Vec<Client>>,
    /// Other users that `server-access` lets in, with their right: `bob (R)`.
    pub access: Reading<Vec<String>>,
    /// The global `window-size` option.
    pub window_size: Reading<String>,
    /// Whether a tap listens for it.
    pub tap: bool,
}

/// A client of a tmux server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its terminal, or what it calls itself.
    pub name: String,
    /// The session it is attached to.
    pub session: String,
    /// Whether it may only look.
    pub read_only: bool,
    /// Whether it is a program in control mode, which has no terminal and so no size.
    pub control: bool,
    /// Its user, where tmux tells.
    pub user: String,
}

/// A unit as its file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnitFile {
    /// Its full name.
    pub name: String,
    /// `LoadState`.
    pub load: String,
    /// `ActiveState`.
    pub active: String,
    /// `UnitFileState`.
    pub enabled: String,
    /// `KillMode`.
    pub kill_mode: String,
    /// `Wants` and `Requires`.
    pub wants: Vec<String>,
    /// `After`.
    pub after: Vec<String>,
    /// `NeedDaemonReload`.
    pub reload: bool,
}

/// A file in `fleet/run`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its name.
    pub name: String,
    /// When it was last written.
    pub modified: Option<Timestamp>,
    /// Of a file that names its owner on this host by `pid`: that pid.
    pub owner: Option<u32>,
    /// Whether that process lives.
    pub owner_lives: bool,
}

/// How ssh would go to a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ssh {
    /// The word that the roster has for it.
    pub host: String,
    /// The `ControlPath` as it is written, where connections are shared.
    pub control_path: Reading<Option<String>>,
}

/// What the next launch of an agent would find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The agent.
    pub agent: String,
    /// Its runtime.
    pub runtime: String,
    /// Whether it bypasses permissions.
    pub yolo: bool,
    /// Its working directory, as declared.
    pub directory: String,
    /// What is there.
    pub ground: Reading<Option<Ground>>,
    /// Whether codex would ask of that directory: it is in a git repository, or has a `.codex`.
    pub asks_codex: bool,
    /// Whether a unit starts it; otherwise only a relaunch from here does.
    pub by_unit: bool,
    /// Where programs are looked for, and by whose word.
    pub path: Reading<(String, String)>,
    /// The programs of its launch that are not there.
    pub missing: Vec<String>,
    /// The file with the runtime's record of trust: its path, and its text where there is one.
    pub trust: Option<Text>,
    /// Claude's `settings.json`.
    pub settings: Option<Text>,
}

/// A file's text; `None` where there is no file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its path.
    pub path: PathBuf,
    /// Its text.
    pub text: Reading<Option<String>>,
}
