//! Starts an agent again: its unit, else its pane, else a new session; and follows it until it is up or says why not.

pub(super) mod ground;
pub(in crate::adapter) mod launcher;
pub(super) mod pane;

use std::{collections::BTreeSet, time::Duration};

use self::ground::Ground;
use super::{
    hand::Held,
    job::{End, Failed, Job, LIMIT},
    lines::{ANOTHER, HOLDER_UNIT, Line, Lines, journal, systemctl},
    look::{only_a_shell, server_of},
    trust,
};
use crate::{
    adapter::{
        clock,
        exec::{Exec, Output},
        systemd::{Manager, SystemdReader},
        tmux::query,
    },
    fleet::{
        facts::{PaneFacts, ServerState, SystemdFacts, UnitFacts},
        order::{Aim, Ending, Refusal, launch::Launch},
        reading::Reading,
        text::visible,
    },
};

/// How long a unit's start may take before it counts as failed.
const UNIT_LIMIT: Duration = Duration::from_secs(30);
/// How long an agent may take to be up, how often that is looked at, and how many looks it must be up for: a program
/// that is not found dies within the first.
const UP_WITHIN: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(400);
const LOOKS_UP: u32 = 4;
/// Looks that may show nothing but a shell: one that prepares its program's start is there for a moment, too.
const LOOKS_SHELL: u32 = 15;
/// Looks without a session, after a unit has done all that it does, until nothing more is waited for.
const LOOKS_WITHOUT: u32 = 6;

/// How it is to be started.
enum Way {
    Unit(String, UnitFacts),
    Pane,
    Session,
}

fn on<'a>(job: &'a Job<'_>) -> Ground<'a> {
    Ground { steer: job.steer, who: &job.who }
}

/// What stands against a relaunch now, by the questions that it asks itself. Changes nothing.
pub(super) async fn against(ground: Ground<'_>, aim: &Aim) -> Result<(), Refusal> {
    ground::safe(ground, aim, &server(ground, aim).await).await?;
    let units = units(ground, aim).await?;
    match (way(aim, &units), aim.pane) {
        (Way::Unit(..), _) => Ok(()),
        (Way::Pane, Some(pane)) => pane::respawn(ground.steer, ground.who, aim, pane).await.map(drop),
        (Way::Pane | Way::Session, _) => session(ground, aim, has_holder(&units)).await.map(drop),
    }
}

/// Relaunches.
pub(super) async fn relaunch(job: &mut Job<'_>) -> Result<End, Refusal> {
    let aim = job.aim()?;
    let before = server(on(job), aim).await;
    ground::safe(on(job), aim, &before).await?;
    let units = units(on(job), aim).await?;
    if job.steer.trusts {
        trust::before_launch(job, aim).await;
    }
    let done = match way(aim, &units) {
        Way::Unit(unit, facts) => {
            holder(job, aim, &units).await?;
            // What was looked at first may be long ago by now: others start servers meanwhile.
            ground::safe(on(job), aim, &server(on(job), aim).await).await?;
            job.says(format!("restarting {unit}"));
            restart(job, aim, &unit, &facts).await
        }
        Way::Pane => {
            job.look().await?;
            let line = pane::respawn(job.steer, &job.who, aim, job.pane()?).await?;
            job.says("starting it again in the same pane");
            job.change(line, Vec::new(), LIMIT).await.and_then(|output| {
                let another = String::from_utf8_lossy(&output.stdout).contains(ANOTHER);
                if another { Err("its pane holds another process than before".to_owned()) } else { Ok(()) }
            })
        }
        Way::Session => launch(job, aim, &units).await?,
    };
    match done {
        Ok(()) => Ok(follow(job, aim).await),
        Err(why) => Ok(down(job, aim, &why).await),
    }
}

fn way(aim: &Aim, units: &SystemdFacts) -> Way {
    let loaded = aim.unit.as_ref().and_then(|unit| {
        let facts = units.units.known()?.get(unit).filter(|facts| facts.load == "loaded")?;
        Some(Way::Unit(unit.clone(), facts.clone()))
    });
    loaded.unwrap_or(if aim.pane.is_some() { Way::Pane } else { Way::Session })
}

/// The server as it is now; that it is another one than before is no reason not to start an agent on it.
async fn server(ground: Ground<'_>, aim: &Aim) -> query::Listing {
    let exec: &dyn Exec = ground.steer.hand.as_ref();
    query::list(exec, ground.steer.watch.tmux(), &aim.socket, LIMIT).await
}

/// Its unit and the holder's; an error where it has one and nobody can say whether that is still there.
async fn units(ground: Ground<'_>, aim: &Aim) -> Result<SystemdFacts, Refusal> {
    let manager = Manager { exec: ground.steer.hand.as_ref(), who: ground.who, limit: LIMIT };
    let named: BTreeSet<String> = aim.unit.iter().cloned().chain([HOLDER_UNIT.to_owned()]).collect();
    let units = SystemdReader::default().read(&manager, &named, clock::now(), true).await;
    match (&aim.unit, &units.units) {
        (Some(unit), Reading::Unknown(why)) => {
            Err(Refusal::Unreachable(format!("whether {unit} is still there is not known: {why}")))
        }
        _ => Ok(units),
    }
}

fn has_holder(units: &SystemdFacts) -> bool {
    units.units.known().and_then(|units| units.get(HOLDER_UNIT)).is_some_and(|unit| unit.load == "loaded")
}

/// With no server left the holder's unit goes on saying active, and the first agent would get the server into its own
/// unit: so the holder is started anew before it. That there is nothing on it that could be lost is looked at again under
/// a lock: of several relaunches at once only one may restart it, and the others find a fleet that has just come up.
async fn holder(job: &mut Job<'_>, aim: &Aim, units: &SystemdFacts) -> Result<(), Refusal> {
    if !has_holder(units) || !is_absent(job, aim).await {
        return Ok(());
    }
    let _alone = alone(job, aim).await?;
    if !is_absent(job, aim).await {
        return Ok(());
    }
    ground::unheard(on(job), aim).await?;
    job.says("starting the holder first: no tmux server is left");
    let argv = systemctl(&job.who, &["restart", "--", HOLDER_UNIT]);
    // Where it fails, the agent's own start says more.
    let _ = job.change(argv, Vec::new(), UNIT_LIMIT).await;
    Ok(())
}

async fn is_absent(job: &Job<'_>, aim: &Aim) -> bool {
    matches!(server(on(job), aim).await.state, ServerState::Absent)
}

/// The one turn at the holder of a socket, against every other order and program.
async fn alone(job: &Job<'_>, aim: &Aim) -> Result<Held, Refusal> {
    let path = job.steer.watch.files(&job.who).turn(&format!("{HOLDER_UNIT} {}", aim.socket));
    let until = job.elapsed() + UNIT_LIMIT;
    loop {
        let held = job.steer.hand.hold(path.clone()).await;
        let held = held.map_err(|error| Refusal::Hazard(format!("nothing keeps others from the holder: {error}")))?;
        match held {
            Some(held) => return Ok(held),
            None if job.elapsed() < until => tokio::time::sleep(LOOK_EVERY).await,
            None => {
                let says = "another program has been starting the holder of the tmux server for";
                return Err(Refusal::Running(format!("{says} {UNIT_LIMIT:?}")));
            }
        }
    }
}

/// Restarts a unit. A failed one, or one whose session outlived it, first needs both out of the way: its start would
/// only say `duplicate session`.
async fn restart(job: &mut Job<'_>, aim: &Aim, unit: &str, facts: &UnitFacts) -> Result<(), String> {
    let argv = systemctl(&job.who, &["restart", "--", unit]);
    let alive = facts.active == "active" || facts.active == "activating";
    if alive {
        let done = job.try_change(argv.clone(), Vec::new(), UNIT_LIMIT).await;
        if begun(job, done).is_ok() {
            return Ok(());
        }
    }
    let now = server(on(job), aim).await;
    let same = server_of(&now.state, aim).is_ok();
    if let Some(left) = now.panes.iter().find(|pane| same && pane.session.name == aim.name) {
        job.change(job.lines(aim).kill_session(left.session.id), Vec::new(), LIMIT).await?;
    } else if let Some(why) = job.steer.ended() {
        return Err(why);
    }
    // Fails where there is no failure to forget, which is as good.
    let _ = job.tidy(systemctl(&job.who, &["reset-failed", "--", unit]), Vec::new(), LIMIT).await;
    // What was ended for it is started again, whatever has happened meanwhile.
    let done = job.tidy(argv, Vec::new(), UNIT_LIMIT).await;
    begun(job, done)
}

/// A restart that is not over in time goes on in the manager: what comes of it is seen, and nothing of it is ended.
fn begun(job: &Job<'_>, done: Result<Output, Failed>) -> Result<(), String> {
    match done {
        Err(failed) if failed.slow => {
            job.says(format!("its start takes longer than {UNIT_LIMIT:?}"));
            Ok(())
        }
        done => done.map(drop).map_err(|failed| failed.why),
    }
}

/// A new session, with the holder before it where no server is left.
async fn launch(job: &mut Job<'_>, aim: &Aim, units: &SystemdFacts) -> Result<Result<(), String>, Refusal> {
    // Before the holder is started for nothing.
    session(on(job), aim, has_holder(units)).await?;
    holder(job, aim, units).await?;
    let line = session(on(job), aim, false).await?;
    job.says("starting it in a new session");
    Ok(job.change(line, Vec::new(), LIMIT).await.map(drop))
}

/// The line of a new session, on a server that runs, or will by then (`comes`): one that this program started would live
/// and die with this program's login.
async fn session(ground: Ground<'_>, aim: &Aim, comes: bool) -> Result<Line, Refusal> {
    let Ground { steer, who } = ground;
    let nothing = || Refusal::NoLaunch(format!("nothing is known of how {} is started", visible(&aim.name)));
    let launch = pane::launch_of(steer, who, aim).await.ok_or_else(nothing)?;
    let version = aim.version.as_deref().unwrap_or_default();
    let lines = Lines { tmux: steer.watch.tmux(), socket: &aim.socket, version };
    let line = lines.new_session(&launch, &launcher::path());
    let refuse = |why: &str| Refusal::NoLaunch(format!("{why}. By hand: {}", line.shown));
    let now = server(ground, aim).await;
    let comes = comes && matches!(now.state, ServerState::Absent);
    if !comes && !matches!(now.state, ServerState::Up { .. } | ServerState::Empty) {
        return Err(refuse("no tmux server runs, and one that was started from here would end with this login"));
    }
    if let Some(why) = lacks(steer.hand.as_ref(), &launch).await {
        return Err(refuse(&why));
    }
    Ok(line)
}

/// What a launch cannot do without.
async fn lacks(exec: &dyn Exec, launch: &Launch) -> Option<String> {
    if exec.stat(launch.directory.clone().into()).await.is_err() {
        return Some(format!("its directory {} does not exist", visible(&launch.directory)));
    }
    launcher::missing(exec, launch, &launcher::path()).await
}

/// Waits until its session stands with a living process that is not the one before.
async fn follow(job: &Job<'_>, aim: &Aim) -> End {
    job.says("waiting until it is up");
    let (name, until) = (visible(&aim.name), job.elapsed() + UP_WITHIN);
    let (mut up, mut without, mut seen): (u32, u32, Option<PaneFacts>) = (0, 0, None);
    while job.elapsed() < until {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = server(on(job), aim).await;
        if matches!(now.state, ServerState::Unreachable(_)) {
            // That look told nothing.
            continue;
        }
        let pane = now.panes.into_iter().find(|pane| pane.session.name == aim.name && pane.active);
        let fresh = |pane: &PaneFacts| pane.dead.is_none() && aim.pane.is_none_or(|old| old.pid != pane.pid);
        match pane {
            Some(pane) if fresh(&pane) => {
                up = if seen.as_ref().is_some_and(|seen| seen.pid == pane.pid) { up + 1 } else { 1 };
                seen = Some(pane);
            }
            Some(pane) if pane.dead.is_some() => return down(job, aim, "its program has ended again").await,
            _ if seen.is_some() => return down(job, aim, "it came up and went down again").await,
            _ => {
                without += 1;
                if let Some(why) = ground::hopeless(on(job), aim, without >= LOOKS_WITHOUT).await {
                    return down(job, aim, &why).await;
                }
            }
        }
        if let Some(pane) = seen.as_ref().filter(|_| up >= LOOKS_UP) {
            if let Some(shell) = only_a_shell(job.steer, pane, &pane::programs(aim)).await {
                if up < LOOKS_SHELL {
                    continue;
                }
                return down(job, aim, &format!("nothing but a shell ({}) has come up", visible(&shell))).await;
            }
            return End::done(format!(
                "{name} is up: pane {}, process {}, {}",
                pane.pane,
                pane.pid,
                visible(&pane.command)
            ));
        }
    }
    down(job, aim, &format!("it was not up within {UP_WITHIN:?}")).await
}

async fn down(job: &Job<'_>, aim: &Aim, why: &str) -> End {
    End::new(Ending::Failed, format!("{} is not up: {why}{}", visible(&aim.name), last_words(job, aim).await))
}

/// The last lines of its unit's journal; without a unit the programs of its launch that are not there, since a pane that
/// goes with its program (no `remain-on-exit`) takes the words along.
async fn last_words(job: &Job<'_>, aim: &Aim) -> String {
    let exec: &dyn Exec = job.steer.hand.as_ref();
    let Some(unit) = &aim.unit else {
        let Some(launch) = pane::launch_of(job.steer, &job.who, aim).await else { return String::new() };
        let missing = launcher::missing(exec, &launch, &launcher::path()).await;
        return missing.map_or_else(String::new, |why| format!(". By the roster {why}"));
    };
    let Ok(output) = exec.run(&journal(&job.who, unit), LIMIT).await else { return String::new() };
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<String> = text.lines().filter(|line| !line.trim().is_empty()).map(visible).collect();
    if lines.is_empty() { String::new() } else { format!(". Its journal: {}", lines.join(" | ")) }
}
