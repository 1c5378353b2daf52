//! Taking an agent's session over: a tmux client on a terminal, the mark that tells the others, and the agent's windows
//! put back to what they were.
//!
//! An attached client shrinks the windows to its own size, and they stay so when it leaves. So how they were is in the
//! mark before anything is attached, and whoever finds the mark of a dead owner puts them back (`mend`).

mod mend;
mod windows;

use std::time::Duration;

use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, timeout},
};

use super::{
    Steer, Turn,
    hand::{
        Hand,
        client::{Client, StandBy},
    },
    job::{End, Job, LIMIT},
    lines::exact,
    refused,
};
use crate::{
    adapter::{
        clock,
        exec::{Argv, Exec, ExecError, FileError},
        files::Files,
        identity::Who,
    },
    fleet::{
        facts::Process,
        ids::AgentName,
        order::{Aim, Confirmed, Ending, Order, Outcome, Refusal, Target},
        taken::{Before, Mark, Stroke, TakeNews, Taken},
        text::visible,
        words,
    },
    screen::Size,
};

/// How often it is looked whether the client still shows the agent: where `detach-on-destroy` is off, tmux moves a
/// client whose session ends to another agent's.
const STRAYED_EVERY: Duration = Duration::from_millis(300);

/// How long a client may take to leave before it is hung up.
const PARTING: Duration = Duration::from_secs(2);

/// The operator's place at an agent.
pub struct Seat {
    /// The size of a terminal of its own; `None`: the terminal that this program runs on is handed over.
    pub size: Option<Size>,
    /// What the operator does.
    pub strokes: mpsc::UnboundedReceiver<Stroke>,
    /// What comes back. It waits for whoever draws.
    pub news: mpsc::Sender<TakeNews>,
    /// What puts the windows back should this program be killed; `None`: the next one that starts does.
    pub guard: Option<Argv>,
}

/// Why a takeover ended.
enum Parting {
    /// The operator left.
    Left,
    /// The client ended by itself, with this as its last words.
    Ended(Result<i32, ExecError>, String),
    /// tmux moved the client to another session.
    Strayed,
}

/// What lasts while an agent is taken.
struct Hold {
    agent: AgentName,
    mark: Mark,
    before: Before,
    /// The mark of whoever had it already, when this was forced past them.
    over: Option<Mark>,
    // Dropped with it: then there is nobody left to stand by for.
    _guard: Option<StandBy>,
}

/// Takes over, serves until it ends, and puts everything back.
pub(super) async fn take(job: &mut Job<'_>, turn: Turn, seat: Seat) -> Result<End, Refusal> {
    let aim = job.aim()?;
    let agent = aim.agent().ok_or_else(|| Refusal::Missing(format!("{} is no agent's name", visible(&aim.name))))?;
    let over = free(job, &agent).await?;
    let now = windows::read(job, aim).await?;
    let mut hold = hold(job, agent, (now, over), seat.guard.as_ref()).await?;
    // From here on the mark speaks: other orders are refused by it, in words, and may be forced past it.
    drop(turn);
    let argv = job.lines(aim).attach(hold.before.session, seat.size.is_some());
    job.note(exact(&argv));
    let client = match job.steer.hand.attach(&argv, seat.size) {
        Ok(client) => client,
        Err(error) => {
            let back = release(job, &hold).await;
            return Ok(End::new(Ending::Failed, format!("{error}; {back}")));
        }
    };
    hold.mark.client = Some(client.pid);
    write(job, &hold).await;
    let began = clock::now().steady;
    let parting = serve(job, &hold, client, seat).await;
    let lasted = clock::now().steady.saturating_duration_since(began);
    let back = release(job, &hold).await;
    Ok(end(&parting, lasted, &back))
}

/// Makes sure that nobody else has it. The mark of a dead owner is mended. Past a living one only by force: they are
/// told, and theirs is the mark that comes back.
async fn free(job: &mut Job<'_>, agent: &AgentName) -> Result<Option<Mark>, Refusal> {
    let held = match holder(job, agent).await {
        Err(_) if job.order.forced.is_some() => None,
        held => held?,
    };
    match held {
        None => Ok(None),
        Some((mark, false)) => {
            mend::mend(job.steer, &job.who, agent, &mark).await;
            Ok(None)
        }
        Some((mark, true)) if job.order.forced.is_none() => Err(Refusal::taken(agent.as_str(), &mark.taken)),
        Some((mark, true)) => {
            if let Some(before) = &mark.before {
                windows::tell(job, before, &format!("{} takes {agent} over as well", job.by())).await;
            }
            Ok(Some(mark))
        }
    }
}

/// Who holds it, and whether they live.
async fn holder(job: &Job<'_>, agent: &AgentName) -> Result<Option<(Mark, bool)>, Refusal> {
    let files = job.steer.watch.files(&job.who);
    of(job.steer.hand.as_ref(), &job.who, &files, agent).await.map_err(|error| untold(agent, &error))
}

/// Where it cannot be read whether somebody has it, nobody else gets it unless by force.
fn untold(agent: &AgentName, error: &FileError) -> Refusal {
    Refusal::Taken(format!("whether somebody has taken {agent} over is not known: {error}"))
}

/// Who holds an agent, and whether they live.
pub(super) async fn of(
    hand: &dyn Hand,
    who: &Who,
    files: &Files,
    agent: &AgentName,
) -> Result<Option<(Mark, bool)>, FileError> {
    let exec: &dyn Exec = hand;
    let Some(mark) = files.mark_of(exec, agent).await? else { return Ok(None) };
    let mut owners = Files::owners(exec, who, [(agent.clone(), mark)].into()).await;
    Ok(owners.pop().map(|(_, mark, lives)| (mark, lives)))
}

/// What stands against an order because somebody has the agent taken over.
pub(super) async fn held(steer: &Steer, who: &Who, target: &Target) -> Result<(), Refusal> {
    let Some(agent) = target.aim.as_ref().and_then(|aim| aim.agent()) else { return Ok(()) };
    match of(steer.hand.as_ref(), who, &steer.watch.files(who), &agent).await {
        Ok(Some((mark, true))) => Err(Refusal::taken(agent.as_str(), &mark.taken)),
        Ok(_) => Ok(()),
        Err(error) => Err(untold(&agent, &error)),
    }
}

/// Leaves the mark, before anything is attached: how the windows are now, or were before the one whose mark it replaces.
async fn hold(
    job: &mut Job<'_>,
    agent: AgentName,
    (now, over): (Before, Option<Mark>),
    guard: Option<&Argv>,
) -> Result<Hold, Refusal> {
    let before = over.as_ref().and_then(|mark| mark.before.clone()).unwrap_or(now);
    let pid = std::process::id();
    let processes = job.steer.hand.processes(vec![pid]).await;
    let own = processes.known().and_then(|table| table.get(&pid)).map(|process: &Process| process.started_ticks);
    let host = job.who.identity.host.0.clone();
    let from = job.from().unwrap_or_else(|| host.clone());
    let taken = Taken { by: job.by(), from: Some(from), since: clock::now().wall, pid: Some(pid) };
    let mark = Mark { taken, host: Some(host), started: own, client: None, before: Some(before.clone()) };
    let path = job.steer.watch.files(&job.who).mark(&agent);
    job.note(format!("write {}", path.display()));
    if over.is_some() {
        job.steer.hand.remove(path.clone()).await.map_err(|error| Refusal::Log(error.to_string()))?;
    }
    match job.steer.hand.claim(path, mark.write().into_bytes()).await {
        Ok(true) => {}
        Ok(false) => {
            let other = holder(job, &agent).await?.map(|(mark, _)| Refusal::taken(agent.as_str(), &mark.taken));
            return Err(other.unwrap_or_else(|| Refusal::Changed(format!("somebody else was faster with {agent}"))));
        }
        Err(error) => return Err(Refusal::Log(error.to_string())),
    }
    // Without a guard the next start puts things back.
    let guard = guard.and_then(|argv| {
        let argv = argv.words.iter().cloned().chain([agent.to_string()]);
        job.steer.hand.stand_by(&Argv::new(argv)).inspect_err(|error| tracing::warn!(%error, "no guard")).ok()
    });
    Ok(Hold { agent, mark, before, over, _guard: guard })
}

/// Writes the mark again, with what has become known.
async fn write(job: &Job<'_>, hold: &Hold) {
    let path = job.steer.watch.files(&job.who).mark(&hold.agent);
    if let Err(error) = job.steer.hand.write(path, hold.mark.write().into_bytes()).await {
        tracing::warn!(%error, "the mark of a takeover could not be written again");
    }
}

/// Keys there, pictures back, until it ends.
async fn serve(job: &mut Job<'_>, hold: &Hold, mut client: Client, mut seat: Seat) -> Parting {
    let _ = seat.news.send(TakeNews::Began(hold.mark.taken.clone())).await;
    job.says(format!("taken over {}", hold.mark.taken.words()));
    let mut looks = interval(STRAYED_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    looks.tick().await;
    let mut last = Vec::new();
    let (pid, mut output) = (client.pid, client.output());
    loop {
        tokio::select! {
            biased;
            stroke = seat.strokes.recv() => match stroke {
                Some(Stroke::Type(bytes)) => client.types(bytes),
                Some(Stroke::Resize(size)) => client.resize(size),
                Some(Stroke::Leave) | None => {
                    windows::detach(job, &hold.before, pid).await;
                    let _ = timeout(PARTING, client.ended()).await;
                    return Parting::Left;
                }
            },
            Some(said) = output.recv() => {
                keep_tail(&mut last, &said);
                // Whoever draws has gone: their leaving comes as a stroke.
                let _ = seat.news.send(TakeNews::Said(said)).await;
            }
            status = client.ended() => {
                while let Ok(Some(said)) = timeout(Duration::from_millis(200), output.recv()).await {
                    keep_tail(&mut last, &said);
                }
                return Parting::Ended(status, last_words(&last));
            }
            _ = looks.tick() => match windows::shown_by(job, &hold.before, pid).await {
                Some(session) if session != hold.before.session => {
                    windows::detach(job, &hold.before, pid).await;
                    return Parting::Strayed;
                }
                _ => {}
            }
        }
    }
}

/// Puts the windows back and takes the mark away, unless somebody else has it by now.
async fn release(job: &mut Job<'_>, hold: &Hold) -> String {
    match holder(job, &hold.agent).await {
        Ok(Some((mark, true))) if mark.taken.pid != hold.mark.taken.pid || mark.started != hold.mark.started => {
            return format!("its window is put back when the other leaves, {}", mark.taken.words());
        }
        Ok(_) => {}
        // Somebody else may have it by now: what is left is put back as after one that was killed.
        Err(error) => {
            return format!(
                "whose it is now is not known ({error}): its window and its mark stay as they are; they are put back by \
                 the next mosaic-top that starts after this one has ended"
            );
        }
    }
    let path = job.steer.watch.files(&job.who).mark(&hold.agent);
    if let Some(over) = hold.over.as_ref() {
        // Who was there first types on: the mark is theirs again.
        let shown = match over.before.as_ref().zip(over.client) {
            Some((before, client)) => windows::shown_by(job, before, client).await,
            None => None,
        };
        if shown.is_some() && shown == over.before.as_ref().map(|before| before.session) {
            job.note(format!("write {}", path.display()));
            let written = job.steer.hand.write(path, over.write().into_bytes()).await;
            let why = written.err().map_or_else(String::new, |error| format!("; {error}"));
            return format!("its window is put back when the other leaves, {}{why}", over.taken.words());
        }
    }
    let back = windows::put_back(job, &hold.before).await;
    job.note(format!("remove {}", path.display()));
    match job.steer.hand.remove(path).await {
        Ok(_) => back,
        Err(error) => format!("{back}; {error}"),
    }
}

fn end(parting: &Parting, lasted: Duration, back: &str) -> End {
    let time = words::long(lasted);
    let (ending, says) = match parting {
        Parting::Left => (Ending::Done, format!("left after {time}")),
        Parting::Strayed => {
            (Ending::Done, format!("left after {time}: tmux went on to another session, where no key of yours belongs"))
        }
        // On the operator's own terminal its last words stand there.
        Parting::Ended(Ok(0), last) if last.is_empty() => (Ending::Done, format!("left after {time}")),
        Parting::Ended(Ok(0), last) => (Ending::Done, format!("ended after {time}: {last}")),
        Parting::Ended(Ok(_), last) => (Ending::Failed, format!("ended after {time}: {last}")),
        Parting::Ended(Err(error), _) => (Ending::Failed, format!("ended after {time}: {error}")),
    };
    End::new(ending, format!("{says}; {back}"))
}

/// The most that is kept of what was printed last.
const TAIL: usize = 512;

fn keep_tail(tail: &mut Vec<u8>, said: &[u8]) {
    tail.extend_from_slice(&said[said.len().saturating_sub(TAIL)..]);
    tail.drain(..tail.len().saturating_sub(TAIL));
}

/// A tmux client's last words stand in brackets: `[exited]`, `[server exited]`; where it could not begin, it complains.
fn last_words(tail: &[u8]) -> String {
    let text = String::from_utf8_lossy(tail);
    let words = text.lines().rev().find_map(|line| line.trim_end().strip_suffix(']')?.rsplit_once('[').map(|it| it.1));
    let line = words.or_else(|| text.lines().rev().find(|line| !line.trim().is_empty()));
    line.map_or_else(String::new, |line| visible(line.trim()))
}

impl Steer {
    /// Takes a session over for as long as somebody sits there. Refused like any order; the log has its begin and its
    /// end. Dropping the future leaves the mark: whoever stands by puts the windows back.
    pub async fn take(&self, order: Confirmed<Order>, target: Target, seat: Seat) -> Outcome {
        let turn = match self.turn(&target).await {
            Ok(turn) => turn,
            Err(why) => return refused(order.get(), target, Refusal::Running(why), None),
        };
        let mut job = match Job::begin(self, order.get(), order.asked(), &target, mpsc::channel(1).0).await {
            Ok(job) => job,
            Err((refusal, unlogged)) => return refused(order.get(), target.clone(), refusal, unlogged),
        };
        let end = take(&mut job, turn, seat).await.unwrap_or_else(End::from);
        job.end(end).await
    }
}

/// One question to the agent's server.
async fn ask(exec: &dyn Exec, argv: &Argv) -> Result<String, Refusal> {
    let output = exec.run(argv, LIMIT).await.map_err(|error| Refusal::Missing(error.to_string()))?;
    match output.status {
        0 => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        _ => Err(Refusal::Missing(output.complaint())),
    }
}

/// The aim's server is the one that was looked at.
fn same_server(aim: &Aim, server: u32) -> Result<(), Refusal> {
    if aim.server.is_none_or(|before| before == server) {
        return Ok(());
    }
    Err(Refusal::Changed(format!("{} has another tmux server than before", aim.socket)))
}
