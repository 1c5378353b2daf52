//! One order at a time on a target, here and in every other program. Locks are all that it writes.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::timeout;

use super::{Steer, hand::Held};
use crate::fleet::order::Target;

/// How long a lock file may take, and how often and how far apart a turn is tried for by what stops an agent.
const HELD_WITHIN: Duration = Duration::from_secs(2);
const TURN_TRIES: u32 = 10;
const TURN_STEP: Duration = Duration::from_millis(100);

/// A target's turn: one order at a time.
pub(super) struct Turn {
    running: Arc<Mutex<BTreeSet<String>>>,
    /// Its name, which stays over a relaunch, and its pane, which several names may mean.
    keys: Vec<String>,
    /// The locks against other programs.
    held: Vec<Held>,
}

impl Steer {
    /// The target's turn, against everybody: two texts that are pasted at the same time are one wrong text.
    pub(super) async fn turn(&self, target: &Target) -> Result<Turn, String> {
        let mut mine = Turn::take(&self.running, target).ok_or("another order runs on it")?;
        let files = self.watch.files(&self.watch.who().await);
        for key in mine.keys.clone() {
            match timeout(HELD_WITHIN, self.hand.hold(files.turn(&key))).await {
                Ok(Ok(Some(held))) => mine.held.push(held),
                Ok(Ok(None)) => return Err("another program's order runs on it".to_owned()),
                // Where no lock can be made, no line of the log can be written either, and that decides.
                Ok(Err(error)) => tracing::warn!(%error, "no lock against other programs"),
                Err(_) => tracing::warn!("no lock against other programs: the disk does not answer"),
            }
        }
        Ok(mine)
    }

    /// The turn of what stops an agent: it is waited for a little, and gone without.
    pub(super) async fn turn_soon(&self, target: &Target) -> Option<Turn> {
        for _ in 0..TURN_TRIES {
            if let Ok(turn) = self.turn(target).await {
                return Some(turn);
            }
            tokio::time::sleep(TURN_STEP).await;
        }
        None
    }
}

impl Turn {
    pub(super) fn take(running: &Arc<Mutex<BTreeSet<String>>>, target: &Target) -> Option<Self> {
        let keys = match &target.aim {
            None => vec![String::new()],
            Some(aim) => {
                let pane = aim.server.zip(aim.pane).map(|(server, pane)| format!("{server} {}", pane.id));
                [format!("{}:{}", aim.socket, aim.name)].into_iter().chain(pane).collect()
            }
        };
        let mut all = running.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.iter().any(|key| all.contains(key)) {
            return None;
        }
        all.extend(keys.iter().cloned());
        Some(Self { running: Arc::clone(running), keys, held: Vec::new() })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.held.clear();
        let mut all = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|key| !self.keys.contains(key));
    }
}
