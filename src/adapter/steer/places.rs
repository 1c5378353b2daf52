//! Whether the fleet's own directories are what an order may rest on: whoever can write there can pause, forge heartbeats,
//! and write the log. It only looks.

use super::Steer;
use crate::{
    adapter::{exec::Exec, identity::Who},
    fleet::{
        order::{Order, Refusal},
        text::visible,
    },
};

/// Everybody may write.
const EVERYBODY: u32 = 0o002;

/// Refuses where everybody may write to `fleet` or `fleet/run`, or somebody else owns them. What stops an agent is done all
/// the same. What cannot be told, and what is not there yet, stands against nothing.
pub(super) async fn safe(steer: &Steer, who: &Who, order: &Order) -> Result<(), Refusal> {
    if order.stops() {
        return Ok(());
    }
    let exec: &dyn Exec = steer.hand.as_ref();
    let [_, fleet, run, _] = steer.watch.files(who).directories();
    let own = nix::unistd::geteuid().as_raw();
    for (path, found) in [&fleet, &run].into_iter().zip(exec.survey(vec![fleet.clone(), run.clone()]).await) {
        let Ok(found) = found else { continue };
        let path = visible(&path.display().to_string());
        if found.uid != own && found.uid != 0 {
            return Err(Refusal::Open(format!(
                "{path} belongs to uid {}, so what is written there is not this fleet's own. Hint: chown it to its user",
                found.uid
            )));
        }
        if found.mode & EVERYBODY != 0 {
            return Err(Refusal::Open(format!(
                "everybody may write to {path} (mode {:o}), so its pauses, heartbeats and log may be anybody's. \
                 Hint: chmod go-w {path}",
                found.mode & 0o777
            )));
        }
    }
    Ok(())
}
