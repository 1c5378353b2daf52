//! The pause switches: the fleet's `PAUSED` and an agent's own. Whoever made one is in it; only they take it back unasked.

use std::path::PathBuf;

use super::{
    Steer, deliver,
    job::{End, Job},
};
use crate::{
    adapter::{clock, exec::Exec, identity::Who},
    fleet::{
        facts::Pause,
        order::{Ending, Refusal, Target},
        pause,
        reading::Reading,
        text::visible,
        words,
    },
};

/// Pauses the agent or the fleet. A working agent is interrupted, too.
pub(super) async fn pause(job: &mut Job<'_>, reason: Option<&str>) -> Result<End, Refusal> {
    let (path, there) = switch(job.steer, &job.who, job.target).await?;
    let name = visible(job.target.name());
    if let Some(there) = there {
        return Ok(End::done(format!("{name} is paused already{}", made(&there))));
    }
    let by = job.who.identity.tenant.0.clone();
    let host = job.who.identity.host.0.clone();
    let text = pause::write(&by, &host, clock::now().wall, reason);
    job.note(format!("write {}", path.display()));
    let mut lacks = String::new();
    if let Err(error) = job.steer.hand.write(path.clone(), text.into_bytes()).await {
        // Any file counts, and an empty one has room where the disk is full.
        if job.steer.hand.write(path, Vec::new()).await.is_err() {
            return Ok(End::new(Ending::Failed, error.to_string()));
        }
        lacks = format!(", without who and why ({error})");
    }
    if job.target.aim.as_ref().is_none_or(|aim| aim.pane.is_none()) {
        return Ok(End::done(format!("{name} is paused{lacks}")));
    }
    let _turn = job.steer.turn_soon(job.target).await;
    let stopped = match deliver::interrupt(job).await {
        Ok(end) => end.says,
        Err(refusal) => refusal.to_string(),
    };
    Ok(End::done(format!("{name} is paused{lacks}; {stopped}")))
}

/// Takes a pause back; asks when somebody else made it.
pub(super) async fn resume(job: &mut Job<'_>) -> Result<End, Refusal> {
    let (path, there) = switch(job.steer, &job.who, job.target).await?;
    let name = visible(job.target.name());
    let Some(there) = there else { return Ok(End::done(format!("{name} was not paused"))) };
    if !job.asked {
        others(&job.who, job.target, &there)?;
    }
    job.note(format!("remove {}", path.display()));
    match job.steer.hand.remove(path).await {
        Ok(_) => Ok(End::done(format!("{name} goes on"))),
        Err(error) => Ok(End::new(Ending::Failed, error.to_string())),
    }
}

/// Refuses a pause that somebody else made.
pub(super) fn others(who: &Who, target: &Target, there: &Pause) -> Result<(), Refusal> {
    if there.by.as_deref() == Some(who.identity.tenant.0.as_str()) {
        return Ok(());
    }
    Err(Refusal::Others(format!("somebody else paused {}{}", visible(target.name()), made(there))))
}

/// What holds the target up: its own pause or the fleet's.
pub(super) async fn held(steer: &Steer, who: &Who, target: &Target) -> Result<(), Refusal> {
    let files = steer.watch.files(who);
    let exec: &dyn Exec = steer.hand.as_ref();
    match files.paused(exec).await {
        Reading::Known(None) => {}
        Reading::Known(Some(pause)) => return Err(Refusal::paused("the fleet", &pause)),
        Reading::Unknown(why) => {
            return Err(Refusal::Paused(format!("whether the fleet is paused is not known: {why}")));
        }
    }
    let Some(agent) = target.aim.as_ref().and_then(|aim| aim.agent()) else { return Ok(()) };
    match files.pauses(exec, &[agent.clone()].into()).await.remove(&agent) {
        Some(Reading::Known(Some(pause))) => Err(Refusal::paused(agent.as_str(), &pause)),
        Some(Reading::Unknown(why)) => Err(Refusal::Paused(format!("whether {agent} is paused is not known: {why}"))),
        Some(Reading::Known(None)) | None => Ok(()),
    }
}

/// The target's switch and what is in it.
pub(super) async fn switch(steer: &Steer, who: &Who, target: &Target) -> Result<(PathBuf, Option<Pause>), Refusal> {
    let files = steer.watch.files(who);
    let exec: &dyn Exec = steer.hand.as_ref();
    let Some(aim) = &target.aim else {
        return match files.paused(exec).await {
            Reading::Known(there) => Ok((files.fleet_pause(), there)),
            Reading::Unknown(why) => Err(Refusal::Missing(why.words().to_owned())),
        };
    };
    let agent = aim.agent().ok_or_else(|| Refusal::Missing(format!("{} is no agent's name", visible(&aim.name))))?;
    // Not known whether it is there: a pause is made all the same.
    let there = files.pauses(exec, &[agent.clone()].into()).await.remove(&agent);
    Ok((files.agent_pause(&agent), there.and_then(|there| there.known().cloned()).flatten()))
}

fn made(pause: &Pause) -> String {
    let by = pause.by.as_ref().map_or_else(|| ", without a name".to_owned(), |by| format!(", by {}", visible(by)));
    let at = pause.at.map_or_else(String::new, |at| format!(" at {}", words::utc(at)));
    let reason = pause.reason.as_ref().map_or_else(String::new, |why| format!(": {}", visible(why)));
    format!("{by}{at}{reason}")
}
