//! What people do with agents, as the fleet's files say: who pauses whom, who looks after which fault,
//! and who has taken whom over.
//!
//! A look that gives no answer takes nothing back: an acknowledged fault would be raised again, and a policy would act on
//! an agent that somebody types into.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{MutexGuard, PoisonError},
};

use super::{Watch, run_dir::RunDir, within};
use crate::{
    adapter::{
        exec::FileError,
        files::{Files, MARK, PAUSED},
        identity::Who,
    },
    fleet::{attention::Fault, facts::Pause, ids::AgentName, pause, reading::Reading, taken::Taken},
};

/// What was known last.
#[derive(Debug, Default)]
pub(super) struct People {
    acknowledged: BTreeSet<Fault>,
    taken: BTreeMap<AgentName, Taken>,
    pauses: BTreeMap<AgentName, Pause>,
    paused: Option<Pause>,
}

impl Watch {
    /// The faults that somebody looks after.
    pub(super) async fn acknowledged(&self, files: &Files) -> BTreeSet<Fault> {
        let read = within(self.share(4), files.acknowledged(self.exec())).await;
        let mut people = self.people();
        match read {
            Ok(Ok(acknowledged)) => people.acknowledged = acknowledged,
            Ok(Err(error)) => tracing::warn!(%error, "who looks after what is as it was"),
            Err(why) => tracing::warn!(why, "who looks after what is as it was"),
        }
        people.acknowledged.clone()
    }

    /// Who has taken an agent over and still lives.
    pub(super) async fn taken(&self, who: &Who, run: &RunDir, files: &Files) -> BTreeMap<AgentName, Taken> {
        let look = async {
            let marks = files.marks_of(self.exec(), run.that_have(MARK)?).await;
            Ok(Files::owners(self.exec(), who, marks).await)
        };
        let read: Result<Result<_, FileError>, String> = within(self.share(4), look).await;
        let mut people = self.people();
        match read {
            Ok(Ok(marks)) => {
                let living = marks.into_iter().filter(|(.., lives)| *lives);
                people.taken = living.map(|(agent, mark, _)| (agent, mark.taken)).collect();
            }
            Ok(Err(error)) => tracing::warn!(%error, "who has taken what over is as it was"),
            Err(why) => tracing::warn!(why, "who has taken what over is as it was"),
        }
        people.taken.clone()
    }

    fn people(&self) -> MutexGuard<'_, People> {
        self.inner.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The agents' own pause switches. One that is listed and gives no answer pauses, whatever stands in it.
    pub(super) async fn pauses(
        &self,
        files: &Files,
        run: &RunDir,
        agents: &BTreeSet<AgentName>,
    ) -> BTreeMap<AgentName, Pause> {
        let agents = run.that_may_have(agents, PAUSED);
        let read = within(self.share(4), files.pauses(self.exec(), &agents)).await;
        let mut read = read.inspect_err(|why| tracing::warn!(why, "who is paused is as it was")).unwrap_or_default();
        let mut people = self.people();
        let mut before = std::mem::take(&mut people.pauses);
        let pauses = agents.into_iter().filter_map(|agent| {
            let pause = match read.remove(&agent) {
                Some(Reading::Known(pause)) => pause,
                Some(Reading::Unknown(_)) | None => {
                    before.remove(&agent).or_else(|| run.is_listed().then(|| pause::parse("", None)))
                }
            };
            Some((agent, pause?))
        });
        people.pauses = pauses.collect();
        people.pauses.clone()
    }

    /// The fleet's pause switch. One that was on is on until it is seen to be off.
    pub(super) async fn paused(&self, files: &Files) -> Reading<Option<Pause>> {
        let read = within(self.share(4), files.paused(self.exec())).await.unwrap_or_else(Reading::unknown);
        let mut people = self.people();
        match (&read, &people.paused) {
            (Reading::Known(paused), _) => people.paused.clone_from(paused),
            (Reading::Unknown(why), Some(paused)) => {
                tracing::warn!(%why, "the fleet's pause is as it was");
                return Reading::Known(Some(paused.clone()));
            }
            (Reading::Unknown(_), None) => {}
        }
        read
    }
}
