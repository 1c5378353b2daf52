//! Answers the prompt that a screen shows: what to press next is `fleet::gate::answer`'s. Never presses a key on a screen
//! that it has not just read.

use std::time::Duration;

use super::{
    deliver::press,
    job::{End, Job},
    look::Now,
};
use crate::{
    adapter::clock,
    fleet::{
        action_record::answered_unattended,
        gate::{
            Prompt, Seen, State,
            answer::{Answer, Input, Step, Verdict},
        },
        order::{Ending, Refusal, Reply},
        text::visible,
    },
};

/// How many looks in a row may tell nothing, and how far apart they are.
const MOST_MISSED: u32 = 5;
const MISSED_AGAIN: Duration = Duration::from_millis(400);

/// Answers.
pub(super) async fn answer(job: &mut Job<'_>, reply: &Reply) -> Result<End, Refusal> {
    let name = visible(&job.aim()?.name);
    if let Some(most) = reply.by_policy {
        brake(job, most, &name).await?;
    }
    let now = job.look_at_prompt().await?;
    if now.own {
        return Err(Refusal::Own(name));
    }
    let prompt = meant(&now, reply, &name)?;
    let mut answer = Answer::new(prompt.clone(), &reply.choice, reply.confirmed).map_err(|why| {
        let why = visible(&why);
        // With a yes it would go: then a yes is what is missing.
        let goes = !reply.confirmed && Answer::new(prompt.clone(), &reply.choice, true).is_ok();
        if goes { Refusal::Unconfirmed(why) } else { Refusal::Unsafe(why) }
    })?;
    let (says, rule) = (visible(&answer.says()), prompt.rule);
    job.says(format!("answering {rule}: {says}"));
    let verdict = carry_out(job, &mut answer).await;
    Ok(ending(verdict, &rule, &says))
}

/// Whether a policy may answer once more. The log is asked, which all dashboards share; an order on
/// an agent is the only one, so none is added meanwhile.
async fn brake(job: &Job<'_>, most: u32, name: &str) -> Result<(), Refusal> {
    let (log, _) = job.steer.watch.actions().await.map_err(Refusal::Log)?;
    let answered = answered_unattended(&log, job.id(), &job.aim()?.name, clock::now().wall);
    if answered < most as usize {
        return Ok(());
    }
    Err(Refusal::Stopped(format!(
        "{name} was answered unattended {answered} times within a minute: somebody should look"
    )))
}

/// The prompt that is up, when it is the one that was meant.
fn meant(now: &Now, reply: &Reply, name: &str) -> Result<Prompt, Refusal> {
    let Some(prompt) = &now.seen.prompt else {
        return Err(Refusal::Missing(format!("no prompt is up on the screen of {name}")));
    };
    if (&prompt.rule, &prompt.subject) == (&reply.rule, &reply.subject) {
        return Ok(prompt.clone());
    }
    let (rule, says) = (&prompt.rule, visible(&prompt.says));
    Err(Refusal::Changed(format!("{name} shows another prompt now ({rule}: {says}) than was answered")))
}

async fn carry_out(job: &mut Job<'_>, answer: &mut Answer) -> Verdict {
    let begun = job.elapsed();
    let mut missed = 0;
    let mut step = answer.next(Input::Start, Duration::ZERO);
    loop {
        let elapsed = |job: &Job<'_>| job.elapsed().saturating_sub(begun);
        step = match step {
            Step::Look { after } => {
                tokio::time::sleep(after).await;
                match job.look_at_prompt().await {
                    Ok(now) => {
                        missed = 0;
                        answer.next(Input::Saw(&now.seen), elapsed(job))
                    }
                    // A look that told nothing says nothing about the agent: one more.
                    Err(Refusal::Unreachable(_)) if missed < MOST_MISSED => {
                        missed += 1;
                        Step::Look { after: MISSED_AGAIN }
                    }
                    // An option that quits takes the pane with it.
                    Err(Refusal::Missing(why)) => {
                        answer.next(Input::Saw(&Seen { gone: Some(why), ..Seen::default() }), elapsed(job))
                    }
                    Err(refusal) => answer.next(Input::Failed(refusal.reason()), elapsed(job)),
                }
            }
            Step::Keys(keys) => match press(job, keys).await {
                Ok(()) => answer.next(Input::Pressed, elapsed(job)),
                Err(why) => answer.next(Input::Failed(why), elapsed(job)),
            },
            Step::End(verdict) => return verdict,
        };
    }
}

fn ending(verdict: Verdict, rule: &str, says: &str) -> End {
    match verdict {
        Verdict::Answered { next: Some(next), .. } => {
            End::new(Ending::Blocked, format!("answered {rule} with {says}; now it stands at {next}"))
        }
        Verdict::Answered { now: State::Gone, .. } => {
            End::done(format!("answered {rule} with {says}; its program has ended"))
        }
        Verdict::Answered { .. } => End::done(format!("answered {rule} with {says}; the prompt is gone")),
        Verdict::Refused(why) => Refusal::Unsafe(visible(&why)).into(),
        Verdict::Unverified(why) => {
            End::new(Ending::Unverifiable, format!("answered {rule} with {says}; {}", visible(&why)))
        }
    }
}
