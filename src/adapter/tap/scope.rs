//! Moves the tap into a unit of its own where a user manager answers: whatever unit or login opened the dashboard that
//! started it then ends without it.
//!
//! What `systemd-run --user --scope` does, done when the tap already listens: nobody's first picture waits for it, and
//! where there is no manager nothing is lost but this.

use std::time::Duration;

use super::server::Server;
use crate::{adapter::exec::Argv, fleet::reading::Why};

/// How long the manager may take. Nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks the user manager for a scope around this process; says its name.
pub(super) async fn enter(server: &Server) -> Result<String, Why> {
    let who = server.exec.who().await.map_err(Why::new)?;
    if !who.may_have_systemd {
        return Err(Why::new("this machine has no systemd"));
    }
    let pid = std::process::id();
    // Not `mosaic-…`: those are the fleet's own units.
    let name = format!("app-mosaic_top-tap-{pid}.scope");
    let mut argv = Argv::new(words(&name, pid, server.pid));
    if let Some(dir) = &who.missing_runtime_dir {
        argv = argv.with("XDG_RUNTIME_DIR", dir);
    }
    let output = server.exec.run(&argv, PATIENCE).await.map_err(|error| Why::new(error.to_string()))?;
    if output.status == 0 { Ok(name) } else { Err(Why::new(output.complaint())) }
}

/// The command line: a method call on the manager, with its arguments and their types.
fn words(name: &str, pid: u32, server: u32) -> Vec<String> {
    let manager = ["org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"];
    let mut words: Vec<String> = ["busctl", "--user", "call"].into_iter().chain(manager).map(str::to_owned).collect();
    words.extend(["StartTransientUnit", "ssa(sv)a(sa(sv))", name, "fail", "3"].map(str::to_owned));
    words.extend(["Description", "s", &format!("mosaic-top: mirrors of the tmux server {server}")].map(str::to_owned));
    words.extend(["PIDs", "au", "1", &pid.to_string()].map(str::to_owned));
    // A scope that was killed leaves nothing behind, as one that ended does.
    words.extend(["CollectMode", "s", "inactive-or-failed", "0"].map(str::to_owned));
    words
}
