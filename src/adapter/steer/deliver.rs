//! Sends a text, resets, interrupts: whatever goes through a pane's input. What to do next is `fleet::delivery`'s.

use std::time::Duration;

use super::{
    Steer,
    job::{End, Job, LIMIT},
    lines::{ANOTHER, Line},
    look::{Now, Recorded, only_a_shell},
};
use crate::{
    adapter::identity::Who,
    fleet::{
        delivery::{Delivery, Input, Kind, LEFT, Plan, Step, Touch, Verdict, WhenBusy},
        gate::State,
        order::{Act, Aim, Ending, Letter, Order, PaneAim, Refusal},
        text::visible,
    },
};

/// How long an interrupted agent may take to stop, and how often that is looked at.
const STOPS_WITHIN: Duration = Duration::from_secs(6);
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Between two interrupting keys: opencode wants to have drawn `esc again to interrupt`.
const BETWEEN_KEYS: Duration = Duration::from_millis(200);

/// How often is looked before an order is given: what stands in the way must be seen twice.
const LOOKS_BEFORE: u32 = 3;

/// Sends or resets.
pub(super) async fn send(job: &mut Job<'_>) -> Result<End, Refusal> {
    let plan = plan_of(job.steer, &job.who, job.order, job.aim()?, job.pane()?).await?;
    deliver(job, plan).await
}

/// What is to be typed, and how.
async fn plan_of(steer: &Steer, who: &Who, order: &Order, aim: &Aim, pane: PaneAim) -> Result<Plan, Refusal> {
    let spec = steer.spec(who, aim.runtime.as_deref().unwrap_or_default()).await;
    let host = who.identity.host.0.clone();
    match &order.act {
        Act::Send(letter) => {
            let Letter { text, kind, busy, draft, timing, verify } = letter.clone();
            Ok(Plan { text, kind, pid: pane.pid, spec, host, verify, busy, draft, timing })
        }
        Act::Reset { draft, timing } => {
            let text = aim.reset_command.clone().or_else(|| spec.reset.clone()).ok_or_else(|| {
                Refusal::NoRule(format!(
                    "nothing is known of how {} is reset. Hint: runtimes.<name>.reset_command in the roster",
                    spec.name
                ))
            })?;
            let (draft, timing) = (*draft, *timing);
            let (kind, busy) = (Kind::Reset, WhenBusy::Refuse);
            Ok(Plan { text, kind, pid: pane.pid, spec, host, verify: true, busy, draft, timing })
        }
        _ => Err(Refusal::NoRule("this order sends nothing".into())),
    }
}

/// What stands against it at this moment: its beginning is played, looks and all, up to where something would be typed.
/// What may pass by itself does not stand against it.
pub(super) async fn against(steer: &Steer, who: &Who, order: &Order, aim: &Aim, pane: PaneAim) -> Result<(), Refusal> {
    let plan = plan_of(steer, who, order, aim, pane).await?;
    let mut delivery = Delivery::new(plan);
    let (mut step, mut elapsed) = (delivery.next(Input::Start, Duration::ZERO), Duration::ZERO);
    for look in 0..LOOKS_BEFORE {
        step = match step {
            Step::Look { after } => {
                tokio::time::sleep(after).await;
                elapsed += after;
                let now = Now::of(steer, who, aim, pane, None).await?;
                if look == 0 {
                    not_a_shell(steer, &now).await?;
                }
                delivery.next(Input::Saw(now.sight(None)), elapsed)
            }
            other => other,
        };
    }
    match step {
        Step::End(receipt) if receipt.verdict == Verdict::Refused => Err(Refusal::Unsafe(receipt.says)),
        _ => Ok(()),
    }
}

/// What is sent to a shell is run. A reason that passes a pause does not pass this: it was meant for an agent.
async fn not_a_shell(steer: &Steer, now: &Now) -> Result<(), Refusal> {
    match only_a_shell(steer, &now.pane, &[]).await {
        Some(shell) => Err(Refusal::NoRule(format!(
            "nothing but a shell ({}) has its terminal: what is sent there would be run as a command",
            visible(&shell)
        ))),
        None => Ok(()),
    }
}

async fn deliver(job: &mut Job<'_>, plan: Plan) -> Result<End, Refusal> {
    // Before the first touch a target that has changed is a refusal; after it, a receipt.
    let first = job.look().await?;
    not_a_shell(job.steer, &first).await?;
    let mut recorded = Recorded::open(job.steer, &first).await;
    let begun = job.elapsed();
    let mut delivery = Delivery::new(plan);
    let mut step = delivery.next(Input::Start, Duration::ZERO);
    loop {
        let elapsed = |job: &Job<'_>| job.elapsed().saturating_sub(begun);
        step = match step {
            Step::Look { after } => {
                tokio::time::sleep(after).await;
                match job.look().await {
                    Ok(now) => {
                        let record = match &mut recorded {
                            Some(recorded) => recorded.read(job.steer, &job.who).await,
                            None => None,
                        };
                        delivery.next(Input::Saw(now.sight(record.as_ref())), elapsed(job))
                    }
                    Err(refusal @ Refusal::Unreachable(_)) => {
                        delivery.next(Input::Missed(refusal.reason()), elapsed(job))
                    }
                    Err(refusal) if !delivery.has_touched() => return Err(refusal),
                    Err(refusal) => delivery.next(Input::Failed(refusal.reason()), elapsed(job)),
                }
            }
            Step::Do(what) => match touch(job, what).await {
                Ok(()) => delivery.next(Input::Done, elapsed(job)),
                Err(why) => delivery.next(Input::Failed(why), elapsed(job)),
            },
            Step::End(receipt) => {
                let ending = match receipt.verdict {
                    Verdict::Refused => Ending::Refused(Refusal::Unsafe(receipt.says.clone())),
                    verdict => verdict.into(),
                };
                return Ok(End { ending, says: receipt.says, evidence: receipt.evidence, took: Some(receipt.took) });
            }
        };
    }
}

/// Presses keys in the pane.
pub(super) async fn press(job: &mut Job<'_>, keys: Vec<String>) -> Result<(), String> {
    touch(job, Touch::Keys(keys)).await
}

/// Does one thing to the pane.
async fn touch(job: &mut Job<'_>, touch: Touch) -> Result<(), String> {
    let aim = job.aim().map_err(|refusal| refusal.to_string())?;
    let pane = job.pane().map_err(|refusal| refusal.to_string())?;
    let lines = job.lines(aim);
    let types = matches!(touch, Touch::Type(_) | Touch::Paste(_));
    let line: Line = match touch {
        Touch::LeaveMode => lines.leave_mode(pane).into(),
        Touch::Keys(keys) => lines.keys(&keys, pane).into(),
        Touch::Enter => lines.keys(&["Enter".to_owned()], pane).into(),
        Touch::Type(text) => lines.typed(&text, pane),
        Touch::Paste(text) => {
            job.says(format!("pasting {} bytes", text.len()));
            let buffer = crate::adapter::tmux::unguessable();
            let buffer = format!("mosaic-top-{buffer}");
            job.holds(Some(lines.forget(&buffer)));
            job.change(lines.load(&buffer), text.into_bytes(), LIMIT).await?;
            lines.paste(&buffer, pane).into()
        }
    };
    let done = job.change(line, Vec::new(), LIMIT).await;
    let held = done.as_ref().is_ok_and(|output| !String::from_utf8_lossy(&output.stdout).contains(ANOTHER));
    if held {
        // `paste-buffer -d` has deleted it.
        job.holds(None);
        return Ok(());
    }
    forget(job).await;
    match done {
        Ok(_) => Err("the pane holds another process than before, or none".to_owned()),
        // tmux may have done it, whole or in part, before it failed or gave no answer.
        Err(why) if types => Err(format!("{why}; {LEFT}")),
        Err(why) => Err(why),
    }
}

/// Deletes the buffer that was not pasted.
async fn forget(job: &mut Job<'_>) {
    if let Some(argv) = job.held() {
        // Where it cannot be deleted, its server is gone and the buffer with it.
        let _ = job.tidy(argv, Vec::new(), LIMIT).await;
        job.holds(None);
    }
}

/// Interrupts the turn that runs; refuses where none does.
pub(super) async fn interrupt(job: &mut Job<'_>) -> Result<End, Refusal> {
    let aim = job.aim()?;
    let name = visible(&aim.name);
    let now = job.look().await?;
    if now.sight(None).pane.own {
        return Err(Refusal::Own(name));
    }
    let spec = job.steer.spec(&job.who, aim.runtime.as_deref().unwrap_or_default()).await;
    if spec.keys.interrupt.is_empty() {
        return Err(Refusal::NoRule(format!("nothing is known of how {} is interrupted", spec.name)));
    }
    if now.busy() != Some(true) {
        let why = match now.seen.state() {
            State::Prompt(_) => "it stands at a prompt",
            State::Idle | State::Limit => "it does not work",
            _ => "nothing on its screen says that it works",
        };
        return Err(Refusal::NotWorking(format!("{name} was not interrupted: {why}")));
    }
    for (place, key) in spec.keys.interrupt.iter().enumerate() {
        if place > 0 {
            tokio::time::sleep(BETWEEN_KEYS).await;
        }
        job.says(format!("pressing {key}"));
        if let Err(why) = touch(job, Touch::Keys(vec![key.clone()])).await {
            let ending = if place > 0 { Ending::Unverifiable } else { Ending::Failed };
            return Ok(End::new(ending, why));
        }
    }
    let until = job.elapsed() + STOPS_WITHIN;
    while job.elapsed() < until {
        tokio::time::sleep(LOOK_EVERY).await;
        match job.look().await {
            Ok(now) if now.busy() != Some(true) => return Ok(End::done(format!("{name} has stopped working"))),
            Ok(_) | Err(Refusal::Unreachable(_)) => {}
            // From the first key on it is no refusal any more.
            Err(Refusal::Missing(why)) => return Ok(End::done(format!("{name} has stopped working: {why}"))),
            Err(why) => {
                return Ok(End::new(
                    Ending::Unverifiable,
                    format!("{why}, after it was interrupted", why = why.reason()),
                ));
            }
        }
    }
    Ok(End::new(Ending::Unverifiable, format!("{name} still works {STOPS_WITHIN:?} after it was interrupted")))
}
