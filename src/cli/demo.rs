//! `mosaic-top demo`: a private tmux server with a fleet of stub agents in every state, and the dashboard on it.
//!
//! It starts nothing itself: `adapter::demo` does, and ends it. The dashboard runs as this very process with the
//! demo's environment, so it is exactly the one that a real fleet gets.

pub mod fleet;

use std::{ffi::OsString, path::Path, thread, time::Duration};

use clap::Args;
use color_eyre::eyre::{Result, WrapErr};

use super::{Exit, access::Access, say, stub::Kind};
use crate::{
    adapter::demo::{self, Place, Server, Session},
    fleet::order::launch::quoted,
};
use fleet::{Beat, CAST, Cast, Plays};

/// How long `--headless` lets the fleet live before it looks: every agent has drawn, and the quiet ones have been
/// quiet for longer than the demo's threshold (3 s, in whole seconds of tmux's clock).
const SETTLE: Duration = Duration::from_millis(4500);

/// A fleet to look at, without an agent.
#[derive(Debug, Args)]
pub struct Demo {
    /// Bring it up, print `ps`, take it down: no terminal needed
    #[arg(long, conflicts_with = "keep")]
    headless: bool,
    /// Leave it running, and say how to reach it and how to end it
    #[arg(long)]
    keep: bool,
}

impl Demo {
    /// Runs it. Without `--headless` and `--keep` this does not return: the process becomes the dashboard.
    pub fn run(&self, access: Access) -> Result<Exit> {
        let exe = std::env::current_exe().wrap_err("cannot tell where this program's own file is")?;
        let server = bring_up(&exe, self.keep)?;
        if self.headless {
            thread::sleep(SETTLE);
            let status = server.run(&exe, &["ps"])?;
            return Ok(if status.success() { Exit::Done } else { Exit::Fault });
        }
        if self.keep {
            let words = how_to_reach(server.place(), &exe);
            server.keep();
            say(&words)?;
            return Ok(Exit::Done);
        }
        Err(server.become_dashboard(&exe, access.handed_down()).into())
    }
}

fn bring_up(exe: &Path, keep: bool) -> Result<Server> {
    let place = Place::create(exe, std::process::id())?;
    if let Err(error) = write_files(&place) {
        place.remove();
        return Err(error.into());
    }
    let keeper = keeper(&place, exe, keep);
    let sessions: Vec<Session> = CAST
        .iter()
        .filter_map(|cast| Some(Session { name: cast.name.to_owned(), argv: argv(cast, &place)? }))
        .collect();
    Ok(place.start(keeper, &sessions)?)
}

fn write_files(place: &Place) -> Result<(), demo::Error> {
    place.write_roster(&fleet::roster(&place.socket, &place.work_dir()))?;
    for cast in CAST {
        let Some(declared) = cast.declared else { continue };
        let launched = Cast { plays: Some(Plays::Stub(declared.runtime, Kind::Idle)), beat: Beat::Fresh, ..cast };
        let words: Vec<String> =
            argv(&launched, place).unwrap_or_default().iter().map(|word| quoted(&word.to_string_lossy())).collect();
        place.write_launch(cast.name, Some(&words.join(" ")))?;
    }
    Ok(())
}

fn keeper(place: &Place, exe: &Path, keep: bool) -> Vec<OsString> {
    let mut argv = stub_argv(exe, Kind::Keeper);
    argv.extend(["--dir".into(), place.dir.clone().into(), "--socket".into(), place.socket.clone().into()]);
    if !keep {
        argv.extend(["--demo".into(), std::process::id().to_string().into()]);
    }
    argv
}

/// What runs in its session, if it has one.
fn argv(cast: &Cast, place: &Place) -> Option<Vec<OsString>> {
    let Plays::Stub(runtime, kind) = cast.plays? else {
        // A shell of its own kind: no profile, no history, no surprise.
        return Some(["env", "PS1=$ ", "ENV=", "HISTFILE=", "sh", "-i"].map(OsString::from).to_vec());
    };
    let mut argv = stub_argv(&place.runtime(runtime), kind);
    argv.extend(["--runtime".into(), runtime.into()]);
    let heartbeat = place.run_dir().join(format!("{}.hb", cast.name));
    match cast.beat {
        Beat::Fresh => argv.extend(["--heartbeat".into(), heartbeat.into()]),
        Beat::Old => argv.extend(["--heartbeat".into(), heartbeat.into(), "--old".into()]),
        Beat::None => {}
    }
    Some(argv)
}

fn stub_argv(program: &Path, kind: Kind) -> Vec<OsString> {
    vec![program.into(), "__stub".into(), kind.word().into()]
}

fn how_to_reach(place: &Place, exe: &Path) -> String {
    let environment: Vec<String> =
        place.environment().iter().map(|(key, value)| format!("{key}={}", value.to_string_lossy())).collect();
    format!(
        "The demo fleet runs on a tmux server of its own.\n\
         \x20 look: {} {}\n\
         \x20 end:  TMUX_TMPDIR={dir} tmux -L {socket} kill-server\n\
         Ending it removes {dir}, too.\n",
        environment.join(" "),
        exe.display(),
        dir = place.dir.display(),
        socket = place.socket,
    )
}
