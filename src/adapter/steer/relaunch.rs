//! Starts an agent again: its unit, else its pane, else a new session; and follows it until it is up or says why not.

pub(super) mod ground;
pub(in crate::adapter) mod launcher;

use std::{collections::BTreeSet, time::Duration};

use self::ground::Ground;
use super::{
    job::{End, Job, LIMIT},
    lines::{ANOTHER, HOLDER_UNIT, exact, journal, systemctl},
    look::server_of,
    trust,
};
use crate::{
    adapter::{
        clock,
        exec::Exec,
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

/// Relaunches.
pub(super) async fn relaunch(job: &mut Job<'_>) -> Result<End, Refusal> {
    let aim = job.aim()?;
    let before = server(job, aim).await;
    ground::safe(on(job), job.order, aim, &before).await?;
    let units = units(job, aim).await;
    if let (Some(unit), Reading::Unknown(why)) = (&aim.unit, &units.units) {
        return Err(Refusal::Unreachable(format!("whether {unit} is still there is not known: {why}")));
    }
    if job.steer.trusts {
        trust::before_launch(job, aim).await;
    }
    let done = match way(aim, &units) {
        Way::Unit(unit, facts) => {
            holder(job, &before, &units).await;
            job.says(format!("restarting {unit}"));
            restart(job, aim, &unit, &facts).await
        }
        Way::Pane => {
            let pane = job.pane()?;
            job.look().await?;
            job.says("starting its command again in the same pane");
            let done = job.change(job.lines(aim).respawn(pane), Vec::new(), LIMIT).await;
            done.and_then(|output| {
                let another = String::from_utf8_lossy(&output.stdout).contains(ANOTHER);
                if another { Err("its pane holds another process than before".to_owned()) } else { Ok(()) }
            })
        }
        Way::Session => launch(job, aim, &before, &units).await?,
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
async fn server(job: &Job<'_>, aim: &Aim) -> query::Listing {
    let exec: &dyn Exec = job.steer.hand.as_ref();
    query::list(exec, job.steer.watch.tmux(), &aim.socket, LIMIT).await
}

async fn units(job: &Job<'_>, aim: &Aim) -> SystemdFacts {
    let manager = Manager { exec: job.steer.hand.as_ref(), who: &job.who, limit: LIMIT };
    let named: BTreeSet<String> = aim.unit.iter().cloned().chain([HOLDER_UNIT.to_owned()]).collect();
    SystemdReader::default().read(&manager, &named, clock::now(), true).await
}

/// With no server left the holder's unit goes on saying active, and the first agent would get the server into its own
/// unit: so the holder is started anew before it. There is nothing on it that could be lost.
async fn holder(job: &mut Job<'_>, server: &query::Listing, units: &SystemdFacts) {
    let gone = matches!(server.state, ServerState::Absent);
    let known = units.units.known().and_then(|units| units.get(HOLDER_UNIT)).is_some_and(|unit| unit.load == "loaded");
    if gone && known {
        job.says("starting the holder first: no tmux server is left");
        let argv = systemctl(&job.who, &["restart", "--", HOLDER_UNIT]);
        // Where it fails, the agent's own start says more.
        let _ = job.change(argv, Vec::new(), UNIT_LIMIT).await;
    }
}

/// Restarts a unit. A failed one, or one whose session outlived it, first needs both out of the way: its start would
/// only say `duplicate session`.
async fn restart(job: &mut Job<'_>, aim: &Aim, unit: &str, facts: &UnitFacts) -> Result<(), String> {
    let argv = systemctl(&job.who, &["restart", "--", unit]);
    let alive = facts.active == "active" || facts.active == "activating";
    if alive && job.change(argv.clone(), Vec::new(), UNIT_LIMIT).await.is_ok() {
        return Ok(());
    }
    let now = server(job, aim).await;
    let same = server_of(&now.state, aim).is_ok();
    if let Some(left) = now.panes.iter().find(|pane| same && pane.session.name == aim.name) {
        job.change(job.lines(aim).kill_session(left.session.id), Vec::new(), LIMIT).await?;
    }
    // Fails where there is no failure to forget, which is as good.
    let _ = job.change(systemctl(&job.who, &["reset-failed", "--", unit]), Vec::new(), LIMIT).await;
    job.change(argv, Vec::new(), UNIT_LIMIT).await.map(drop)
}

/// A new session, on a server that runs: one that this program started would live and die with this program's login.
async fn launch(
    job: &mut Job<'_>,
    aim: &Aim,
    server: &query::Listing,
    units: &SystemdFacts,
) -> Result<Result<(), String>, Refusal> {
    let nothing = || Refusal::NoLaunch(format!("nothing is known of how {} is started", visible(&aim.name)));
    let launch = aim.launch.clone().ok_or_else(nothing)?;
    let launch = with_env_file(job, aim, launch).await;
    let exec: &dyn Exec = job.steer.hand.as_ref();
    let path = launcher::path();
    let argv = job.lines(aim).new_session(&launch.name, &launch.directory, &launch.pane_line(&path));
    let by_hand = exact(&argv);
    let refuse = |why: &str| Refusal::NoLaunch(format!("{why}. By hand: {by_hand}"));
    holder(job, server, units).await;
    let now = self::server(job, aim).await;
    if !matches!(now.state, ServerState::Up { .. } | ServerState::Empty) {
        return Err(refuse("no tmux server runs, and one that was started from here would end with this login"));
    }
    if exec.stat(launch.directory.clone().into()).await.is_err() {
        return Err(refuse(&format!("its directory {} does not exist", visible(&launch.directory))));
    }
    if let Some(why) = launcher::missing(exec, &launch, &path).await {
        return Err(refuse(&why));
    }
    job.says("starting it in a new session");
    Ok(job.change(argv, Vec::new(), LIMIT).await.map(drop))
}

/// With what the agent's env file says laid over it.
async fn with_env_file(job: &Job<'_>, aim: &Aim, launch: Launch) -> Launch {
    let exec: &dyn Exec = job.steer.hand.as_ref();
    let Some(agent) = aim.agent() else { return launch };
    match exec.read(vec![job.steer.watch.files(&job.who).env_file(&agent)], 64 * 1024).await.pop() {
        Some(Ok(content)) => launch.with_env_file(&String::from_utf8_lossy(&content.bytes)),
        _ => launch,
    }
}

/// Waits until its session stands with a living process that is not the one before.
async fn follow(job: &Job<'_>, aim: &Aim) -> End {
    job.says("waiting until it is up");
    let (name, until) = (visible(&aim.name), job.elapsed() + UP_WITHIN);
    let (mut up, mut without, mut seen): (u32, u32, Option<PaneFacts>) = (0, 0, None);
    while job.elapsed() < until {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = server(job, aim).await;
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
        let Some(launch) = &aim.launch else { return String::new() };
        let launch = with_env_file(job, aim, launch.clone()).await;
        let missing = launcher::missing(exec, &launch, &launcher::path()).await;
        return missing.map_or_else(String::new, |why| format!(". By the roster {why}"));
    };
    let Ok(output) = exec.run(&journal(&job.who, unit), LIMIT).await else { return String::new() };
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<String> = text.lines().filter(|line| !line.trim().is_empty()).map(visible).collect();
    if lines.is_empty() { String::new() } else { format!(". Its journal: {}", lines.join(" | ")) }
}
