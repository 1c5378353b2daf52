//! A real sshd of a test's own, on loopback: own host key, own keys of users, own port; ended when dropped.
//!
//! It lets in the user that runs the tests and nobody else: with one key to everything (`fleet`), and with another
//! (`watcher`) to what `docs/read-only.md` gives a watcher, by the very line that stands there. Touches no key, no
//! configuration and no agent of the user's.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use super::{
    SOON, describe,
    program::{BINARY, Fleet},
    wait_until,
};

/// The alias with the key to everything.
pub const FULL: &str = "fleet";

/// The alias with the watcher's key.
pub const WATCHER: &str = "watcher";

/// Where the recipe has the program.
const RECIPES_BINARY: &str = "/usr/local/bin/mosaic-top";

/// What Debian and Fedora let a client send.
pub const USUAL_VARIABLES: &str = "LANG LC_* COLORTERM NO_COLOR";

/// The server and its two keys.
pub struct Sshd {
    dir: tempfile::TempDir,
    server: Child,
}

impl Sshd {
    /// A server whose sessions see this fleet, and which accepts these variables from a client.
    pub fn start(fleet: &Fleet, accepted: &str) -> Self {
        let dir = tempfile::Builder::new().prefix("ms").tempdir_in("/tmp").unwrap();
        for name in ["hostkey", FULL, WATCHER] {
            keygen(&dir.path().join(name));
        }
        let public = |name: &str| fs::read_to_string(dir.path().join(format!("{name}.pub"))).unwrap();
        fs::write(dir.path().join("authorized_keys"), public(FULL) + &authorized(&public(WATCHER))).unwrap();
        if nix::unistd::geteuid().is_root() {
            // Where root's sshd shuts its children in; packages make it when they start theirs.
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let (server, port) = listening(dir.path(), fleet, accepted);
        let key = public("hostkey");
        fs::write(dir.path().join("known_hosts"), format!("[127.0.0.1]:{port} {key}")).unwrap();
        fs::write(dir.path().join("config"), client_config(dir.path(), port)).unwrap();
        Self { dir, server }
    }

    /// A place for a test's own files.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// `ssh` (or `sftp`, `scp`) as this client, with these words, not started yet.
    pub fn client(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.arg("-F").arg(self.dir().join("config")).args(words).stdin(Stdio::null());
        command
    }

    /// Runs `ssh` to its end.
    pub fn ssh(&self, words: &[&str]) -> super::program::Ran {
        super::program::Ran::of(&self.client("ssh", words).output().unwrap())
    }

    /// A shell's words that run `ssh` with these words.
    pub fn shell_words(&self, words: &str) -> String {
        format!("ssh -F {} {words}", self.dir().join("config").display())
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir().join("log")).unwrap_or_default()
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The line of the recipe, for this key and this build.
fn authorized(key: &str) -> String {
    let line =
        recipe().lines().find(|line| line.starts_with("command=\"")).expect("the recipe has its line").to_owned();
    let (options, _) = line.split_once(" ssh-ed25519 ").expect("the recipe's line ends in a key");
    assert!(options.contains(RECIPES_BINARY), "{options}");
    format!("{} {key}", options.replace(RECIPES_BINARY, BINARY))
}

/// The document that tells how to let a watcher in.
pub fn recipe() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/read-only.md")).unwrap()
}

fn keygen(path: &Path) {
    super::need("ssh-keygen", &["-?"]);
    let output = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path).output().unwrap();
    assert!(output.status.success(), "ssh-keygen: {}", describe(&output));
}

/// Starts the server on a port that is free; somebody else may take it first, then on another one.
fn listening(dir: &Path, fleet: &Fleet, accepted: &str) -> (Child, u16) {
    let (program, log) = (program(), dir.join("log"));
    for _ in 0..10 {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        fs::write(dir.join("sshd_config"), server_config(dir, port, fleet, accepted)).unwrap();
        fs::write(&log, "").unwrap();
        let mut server =
            Command::new(&program).args(["-D", "-f"]).arg(dir.join("sshd_config")).arg("-E").arg(&log).spawn().unwrap();
        let listens = wait_until("sshd listens", SOON, || {
            let said = fs::read_to_string(&log).unwrap();
            match server.try_wait().unwrap() {
                None if said.contains("Server listening on") => Ok(true),
                Some(_) if said.contains("Address already in use") => Ok(false),
                state => Err((state, said)),
            }
        });
        if listens {
            return (server, port);
        }
    }
    panic!("no port of loopback is free");
}

/// sshd insists on being started by its whole path.
fn program() -> PathBuf {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&on_path).collect();
    places.extend(["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from));
    let found = places.into_iter().map(|dir| dir.join("sshd")).find(|path| path.is_file());
    found.expect("this test needs sshd (openssh-server): run scripts/test")
}

fn server_config(dir: &Path, port: u16, fleet: &Fleet, accepted: &str) -> String {
    let dir = dir.display();
    let home = ("HOME", fleet.home().display().to_string());
    let environment: Vec<String> =
        fleet.environment().into_iter().chain([home]).map(|(name, value)| format!("{name}={value}")).collect();
    let environment = environment.join(" ");
    format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {dir}/hostkey\nPidFile none\n\
         AuthorizedKeysFile {dir}/authorized_keys\nStrictModes no\nUsePAM no\n\
         PasswordAuthentication no\nKbdInteractiveAuthentication no\n\
         LogLevel VERBOSE\nPrintMotd no\nPrintLastLog no\nMaxStartups 100\nMaxSessions 64\n\
         Subsystem sftp internal-sftp\nAcceptEnv {accepted}\nSetEnv {environment}\n"
    )
}

fn client_config(dir: &Path, port: u16) -> String {
    let dir = dir.display();
    let user = nix::unistd::User::from_uid(nix::unistd::geteuid()).unwrap().expect("this user has a name").name;
    let host = |alias: &str| format!("Host {alias}\n  IdentityFile {dir}/{alias}\n");
    format!(
        "{}{}Host *\n  HostName 127.0.0.1\n  Port {port}\n  User {user}\n  IdentitiesOnly yes\n  IdentityAgent none\n  \
         BatchMode yes\n  UserKnownHostsFile {dir}/known_hosts\n  GlobalKnownHostsFile /dev/null\n  ConnectTimeout 10\n  \
         LogLevel ERROR\n",
        host(FULL),
        host(WATCHER)
    )
}
