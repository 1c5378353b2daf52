//! What lies in `fleet/run`: one listing a look tells which heartbeats are new and which pauses and marks there are.
//!
//! A heartbeat is read only when the listing shows that it has changed; pauses and marks, of which there are few, whenever
//! they are listed. Where the listing gives no answer, everything is asked for by its name. Reads, never writes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{MutexGuard, PoisonError},
};

use jiff::Timestamp;

use super::{Watch, within};
use crate::{
    adapter::{
        exec::{FileError, Stamp},
        files::Files,
    },
    fleet::{ids::AgentName, reading::Reading},
};

/// Heartbeats as they were read last, each with the file's state then; `None` where that proves nothing.
#[derive(Debug, Default)]
pub(super) struct Beats(BTreeMap<AgentName, (Option<Stamp>, Reading<String>)>);

/// What one listing showed.
#[derive(Debug)]
pub(super) struct RunDir {
    entries: Result<BTreeMap<String, Stamp>, FileError>,
}

impl RunDir {
    /// The agents that may have a file of this kind, of all these; those that have none are spared.
    pub(super) fn that_may_have(&self, agents: &BTreeSet<AgentName>, suffix: &str) -> BTreeSet<AgentName> {
        let may = |agent: &&AgentName| match &self.entries {
            Ok(entries) => entries.contains_key(&format!("{agent}{suffix}")),
            Err(_) => true,
        };
        agents.iter().filter(may).cloned().collect()
    }

    /// Whether it was listed: then what may be there is there.
    pub(super) fn is_listed(&self) -> bool {
        self.entries.is_ok()
    }

    /// All agents that have a file of this kind, in the roster or not.
    ///
    /// # Errors
    ///
    /// The directory gave no answer.
    pub(super) fn that_have(&self, suffix: &str) -> Result<Vec<AgentName>, FileError> {
        let entries = self.entries.as_ref().map_err(Clone::clone)?;
        Ok(entries.keys().filter_map(|name| name.strip_suffix(suffix)?.parse().ok()).collect())
    }

    /// The state of an agent's heartbeat file.
    fn beat(&self, agent: &AgentName) -> Option<&Stamp> {
        self.entries.as_ref().ok()?.get(&format!("{agent}.hb"))
    }
}

impl Watch {
    /// Lists the directory. One that does not exist has nothing in it.
    pub(super) async fn run_dir(&self, files: &Files) -> RunDir {
        let entries = within(self.share(2), files.in_run(self.exec())).await;
        let failed = |why| Err(FileError::Failed { path: files.run(), why });
        RunDir { entries: entries.unwrap_or_else(failed) }
    }

    /// Spec §5: each agent's heartbeat. Read is what has changed since the last look.
    pub(super) async fn heartbeats(
        &self,
        files: &Files,
        run: &RunDir,
        agents: &BTreeSet<AgentName>,
        now: Timestamp,
    ) -> BTreeMap<AgentName, Reading<String>> {
        let new: BTreeSet<AgentName> = {
            let beats = self.beats();
            let same = |agent: &&AgentName| {
                let known = beats.0.get(*agent).and_then(|(stamp, _)| stamp.as_ref());
                known.is_some() && known == run.beat(agent)
            };
            agents.iter().filter(|agent| !same(agent)).cloned().collect()
        };
        let read = match within(self.share(4), files.heartbeats(self.exec(), &new)).await {
            Ok(read) => read,
            Err(why) => new.iter().map(|agent| (agent.clone(), (None, Reading::unknown(&why)))).collect(),
        };
        let mut beats = self.beats();
        beats.0.retain(|agent, _| agents.contains(agent));
        beats.0.extend(
            read.into_iter().map(|(agent, (stamp, text))| (agent, (stamp.filter(|stamp| stamp.is_settled(now)), text))),
        );
        beats.0.iter().map(|(agent, (_, text))| (agent.clone(), text.clone())).collect()
    }

    fn beats(&self) -> MutexGuard<'_, Beats> {
        self.inner.beats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
