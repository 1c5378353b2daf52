//! Keeps in the fleet's file what somebody looks after: read, changed and written again under a lock. Nothing else.

use std::time::Duration;

use super::{FILE_MOST, Steer};
use crate::{
    adapter::{clock, exec::FileError},
    fleet::attention::{self, Fault},
};

/// How often, and how far apart, the lock is tried for.
const TRIES: u32 = 40;
const STEP: Duration = Duration::from_millis(50);

impl Steer {
    /// Keeps for every dashboard that somebody looks after these faults, or does not any more. Errors in words; then
    /// nothing was written.
    pub async fn acknowledge(&self, faults: &[Fault], on: bool) -> Result<(), String> {
        let who = self.watch.who().await;
        let path = self.watch.files(&who).attention();
        let mut lock = None;
        for _ in 0..TRIES {
            lock = self.hand.hold(path.with_extension("lock")).await.map_err(|error| error.to_string())?;
            if lock.is_some() {
                break;
            }
            tokio::time::sleep(STEP).await;
        }
        let _lock = lock.ok_or("another program holds its lock")?;
        let text = match self.hand.read(vec![path.clone()], FILE_MOST).await.pop() {
            Some(Ok(content)) => String::from_utf8_lossy(&content.bytes).into_owned(),
            None | Some(Err(FileError::Missing(_))) => String::new(),
            Some(Err(error)) => return Err(error.to_string()),
        };
        let text = attention::changed(&text, faults, on, &who.identity.tenant.0, clock::now().wall);
        self.hand.write(path, text.into_bytes()).await.map_err(|error| error.to_string())
    }
}
