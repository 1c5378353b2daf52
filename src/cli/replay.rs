//! `mosaic-top replay AGENT|FILE`: plays what the recorder kept.

use std::{
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use color_eyre::eyre::{Result, bail, eyre};
use jiff::tz::TimeZone;

use super::{
    Exit, Globals,
    config::Loaded,
    front::{Front, agent},
    say, terminal,
};
use crate::{
    adapter::{exec::Local, recorder},
    app::replay::{LATELY, Replay as Player, asked_place, place},
    fleet::{
        ids::Socket,
        reel::{Projector, Reel},
        text::visible,
    },
    run,
    ui::theme::Theme,
};

/// Play what the flight recorder kept of an agent, or an asciicast v2 file
///
/// While an agent's mirror is open in a dashboard, its last minutes are kept below `$XDG_STATE_HOME`. An agent that nobody
/// mirrors is not recorded. An agent's recording begins to play five minutes before its end, a file at its beginning.
/// Space pauses, the arrows seek, n and N jump to the state changes, q leaves.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top replay coder0
  mosaic-top replay coder0 --list
  mosaic-top replay coder0 --dump end-30     the screen half a minute before the end
  mosaic-top replay session.cast --dump 1:30")]
pub(super) struct Replay {
    /// The agent's name or alias, or a file (with a / or ending in .cast)
    #[arg(value_name = "AGENT|FILE", required_unless_present = "list")]
    what: Option<String>,
    /// Print the screen at a time: seconds, 1:30, 50%, end, end-30, or a time of day as 2026-05-01T10:00:00Z
    #[arg(long, value_name = "AT")]
    dump: Option<String>,
    /// Print what there is: the agents, or the markers of one
    #[arg(long, conflicts_with = "dump")]
    list: bool,
}

impl Replay {
    /// Plays, or prints.
    pub(super) async fn run(&self, globals: &Globals, loaded: Loaded) -> Result<Exit> {
        let Some(what) = &self.what else { return list_agents(&meant("", globals).await.0) };
        let (reel, is_file) = self.reel(what, globals).await?;
        if self.list {
            return list(&reel);
        }
        if let Some(at) = &self.dump {
            return dump(reel, at);
        }
        if !io::stdout().is_terminal() {
            bail!("replay needs a terminal; --dump AT prints the screen at a time, --list the markers");
        }
        let name = if is_file && !reel.title.is_empty() { reel.title.clone() } else { visible(what) };
        let replay = Player::of(reel, &name, TimeZone::system());
        let replay = if is_file { replay } else { replay.before_the_end(LATELY) };
        run::replay(replay, Theme::of(&loaded.1.config, &terminal())).await?;
        Ok(Exit::Done)
    }

    async fn reel(&self, what: &str, globals: &Globals) -> Result<(Reel, bool)> {
        let is_file = what.contains('/') || Path::new(what).extension().is_some_and(|kind| kind == "cast");
        let reel = if is_file {
            recorder::read_file(&Local::new(), Path::new(what)).await.map(|cast| Reel::of(vec![cast]))
        } else {
            let (socket, name) = meant(what, globals).await;
            run::recorded(&name, &socket).await
        };
        let reel = reel.map_err(|why| eyre!("{why}"))?;
        if reel.is_empty() {
            bail!("nothing is recorded in {what}");
        }
        Ok((reel, is_file))
    }
}

/// The server whose agents are meant (the one that was asked for, else the roster's), and the name of the agent that a
/// word means. One whose agent has gone from the roster still has its record.
async fn meant(word: &str, globals: &Globals) -> (Socket, String) {
    let shown = Front::open(globals).await.look(globals).await.ok();
    let fleet = shown.map(|shown| shown.fleet);
    let name =
        fleet.as_ref().and_then(|fleet| agent(word, fleet).ok()).map_or(word, |row| row.name.as_str()).to_owned();
    let socket = globals.socket().or(fleet.map(|fleet| fleet.socket)).unwrap_or(Socket::Default);
    (socket, name)
}

fn root() -> Result<PathBuf> {
    recorder::root().ok_or_else(|| eyre!("neither XDG_STATE_HOME nor HOME says where records are"))
}

fn list_agents(socket: &Socket) -> Result<Exit> {
    let names = recorder::recorded(&root()?, socket);
    let shown: Vec<String> = names.iter().map(|name| visible(name) + "\n").collect();
    say(&shown.concat())?;
    Ok(if names.is_empty() { Exit::Fault } else { Exit::Done })
}

fn list(reel: &Reel) -> Result<Exit> {
    let mut lines = Vec::new();
    let ends = [(Duration::ZERO, "begins"), (reel.length(), "ends")];
    let end = |(at, says): (Duration, &str)| Some((at, reel.wall(at)?, says.to_owned()));
    let marks = reel.markers().map(|marker| (marker.at, marker.wall, marker.says.to_owned()));
    for (at, wall, says) in ends[..1].iter().copied().filter_map(end).chain(marks).chain(end(ends[1])) {
        lines.push(format!("{:>9}  {}  {says}\n", place(at), wall.strftime("%Y-%m-%dT%H:%M:%SZ")));
    }
    if reel.skipped > 0 {
        lines.push(format!("{} lines could not be read\n", reel.skipped));
    }
    say(&lines.concat())?;
    Ok(Exit::Done)
}

fn dump(reel: Reel, at: &str) -> Result<Exit> {
    let place = asked_place(at, &reel)
        .ok_or_else(|| eyre!("{at:?} is no time of a recording: write seconds, 1:30, 50%, end or end-30"))?;
    let mut projector = Projector::of(reel);
    projector.seek(place);
    say(&(projector.screen().text().join("\n") + "\n"))?;
    Ok(Exit::Done)
}
