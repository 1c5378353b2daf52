//! Mending what a dead owner left: its client sent away, the windows as they were, the mark removed, and a line in the log.

use super::{super::Steer, of, windows};
use crate::{
    adapter::{audit::Log, files::Files, identity::Who},
    fleet::{
        ids::AgentName,
        taken::{Mark, Taken},
    },
};

/// How long the owner's end may take to be seen, in looks.
const LOOKS: usize = 100;
const LOOK: std::time::Duration = std::time::Duration::from_millis(100);

impl Steer {
    /// Mends what every dead owner of this fleet left. What was done, in words, one for each agent.
    pub async fn mend(&self) -> Vec<String> {
        let who = self.watch.who().await;
        let marks = match self.watch.files(&who).marks(self.hand.as_ref()).await {
            Ok(marks) => marks,
            Err(error) => {
                tracing::warn!(%error, "whether a dead owner left anything to mend is not known");
                return Vec::new();
            }
        };
        let mut done = Vec::new();
        for (agent, mark, lives) in Files::owners(self.hand.as_ref(), &who, marks).await {
            if !lives {
                done.extend(mend(self, &who, &agent, &mark).await);
            }
        }
        done
    }

    /// Stands by for one agent: its owner is believed to end now. Mends once that is so; `None`: there is nothing to
    /// mend, or its owner lives on.
    pub async fn mend_after(&self, agent: &AgentName) -> Option<String> {
        let who = self.watch.who().await;
        let files = self.watch.files(&who);
        for _ in 0..LOOKS {
            match of(self.hand.as_ref(), &who, &files, agent).await {
                Ok(None) => return None,
                Ok(Some((mark, false))) => return mend(self, &who, agent, &mark).await,
                Ok(Some((_, true))) | Err(_) => tokio::time::sleep(LOOK).await,
            }
        }
        None
    }
}

/// Mends one. Two who do it at once do no harm: the same is done twice, and the second finds no mark.
pub(super) async fn mend(steer: &Steer, who: &Who, agent: &AgentName, mark: &Mark) -> Option<String> {
    let files = steer.watch.files(who);
    let log = Log::of(&files, steer.audit.clone());
    let Taken { by, .. } = &mark.taken;
    let says = match &mark.before {
        Some(before) => {
            if let Some(client) = mark.client {
                windows::dismiss(steer, before, client).await;
            }
            windows::mend(steer, before).await
        }
        None => "how its window was before is not known".to_owned(),
    };
    // Somebody may have taken it meanwhile: theirs stays.
    match of(steer.hand.as_ref(), who, &files, agent).await {
        Ok(Some((there, false))) if there == *mark => {}
        _ => return None,
    }
    if let Err(error) = steer.hand.remove(files.mark(agent)).await {
        tracing::warn!(%error, "the mark of a dead owner stays");
        return None;
    }
    let says = format!("the program with which {by} had taken it over has ended; {says}");
    log.mended(steer.hand.as_ref(), who, agent, &says).await;
    Some(format!("{agent}: {says}"))
}
