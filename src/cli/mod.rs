//! The command line: one definition, one file a verb.
//!
//! Data goes to stdout, words for people to stderr. Verbs gather through `adapter`, judge through `fleet` and print;
//! none starts a program or touches a file itself. The reference (`docs/cli.md`, the man page, completions) is made
//! from the same definition.

pub mod access;
mod config;
pub mod demo;
pub mod doctor;
mod front;
mod log;
pub mod ps;
pub mod ps_table;
pub mod reference;
mod replay;
pub mod schema;
pub mod screen;
pub mod stub;
pub mod tap;
pub mod trust;
pub mod verbs;
mod watch;

use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};
use color_eyre::eyre::{Report, Result, WrapErr};

use self::{access::Access, config::Loaded};
use crate::{
    adapter::{
        audit::Audit,
        exec::Argv,
        state_file::StateFile,
        tap::{binary::Binary, daemon},
    },
    app::settings::Settings,
    config::Config as Configured,
    fleet::{
        order::{Confirmed, Order, Outcome, Target},
        text::visible,
    },
    run::{self, memory::Place},
    ui::theme::Terminal,
};

/// A live dashboard for a fleet of AI coding agents in tmux
///
/// Shows every agent that the roster declares, joined to what really runs, with an exact live mirror of the selected
/// one. Looking never attaches, types or resizes. Without a verb it opens the dashboard; without a terminal on stdout
/// it prints what `ps` prints.
#[derive(Debug, Parser)]
#[command(name = "mosaic-top", version, propagate_version = false, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    verb: Option<Verb>,
}

const EXAMPLES: &str = "\
Examples:
  mosaic-top                          the dashboard on the fleet of ~/.config/mosaic
  mosaic-top demo                     the dashboard on a fleet of stub agents; removed on leaving
  mosaic-top --roster ./roster.yaml   another roster
  mosaic-top --socket '' ps           who is on the default tmux server
  mosaic-top ps --check || page-me    for cron: exit code 1 when an agent is at fault

Exit codes:
  0  done
  1  a fault was found, the target is missing, or it could not be done
  2  left as a draft that was not submitted
  3  wrong usage, or a bad roster or configuration
  4  refused before anything was done: read-only, paused, a draft or a prompt in the way, a policy
  5  delivered, and the agent now stands at a prompt
With several agents, the highest of theirs.";

/// What every verb takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options for every verb")]
pub struct Globals {
    /// The roster, instead of fleet/roster.yaml under the mosaic home
    #[arg(long, global = true, value_name = "FILE")]
    pub roster: Option<PathBuf>,
    /// The mosaic home, instead of `MOSAIC_HOME` (~/.config/mosaic)
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// The tmux server, instead of the roster's; '' is the default server
    #[arg(long, global = true, value_name = "NAME")]
    pub socket: Option<String>,
    /// Look only: nothing of the fleet can be changed from here. Also when `MOSAIC_TOP_READ_ONLY` is set, unless to 0,
    /// no, false, off or nothing; no value of it undoes this option
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Record nothing of what is mirrored. Also when `MOSAIC_TOP_NO_RECORDER` is set, unless to 0, no, false, off or nothing
    #[arg(long, global = true)]
    pub no_recorder: bool,
    /// The configuration, instead of `MOSAIC_TOP_CONFIG` (mosaic-top/mosaic-top.yaml under `$XDG_CONFIG_HOME` or
    /// ~/.config)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The log, instead of mosaic-top/mosaic-top.log under `$XDG_STATE_HOME` (~/.local/state)
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Log more: -v what is done, -vv how, -vvv everything
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// What the configuration says, once it is read.
    #[arg(skip)]
    pub configured: Configured,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Ps(ps::Ps),
    Screen(screen::Screen),
    Watch(watch::Watch),
    Replay(replay::Replay),
    Demo(demo::Demo),
    Doctor(doctor::Doctor),
    Send(verbs::send::Send),
    Answer(verbs::answer::Answer),
    Reset(verbs::reset::Reset),
    Interrupt(verbs::interrupt::Interrupt),
    Relaunch(verbs::relaunch::Relaunch),
    Pause(verbs::pause::Pause),
    Resume(verbs::resume::Resume),
    Take(verbs::take::Take),
    Trust(trust::Trust),
    Log(verbs::log::Log),
    /// The reference of keys, as Markdown
    Keys,
    Schema(schema::Schema),
    Config(config::Config),
    /// Completions for a shell, to be sourced or installed
    #[command(
        after_help = "Example:\n  mosaic-top completions bash > ~/.local/share/bash-completion/completions/mosaic-top"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// The man page
    #[command(after_help = "Example:\n  mosaic-top man | man -l -")]
    Man,
    #[command(name = "__tap", hide = true)]
    Tap(tap::Tap),
    #[command(name = "__handoff", hide = true)]
    Handoff(tap::Handoff),
    #[command(name = "__release", hide = true)]
    Release(verbs::take::Release),
    #[command(name = "__stub", hide = true)]
    Stub(stub::Stub),
}

/// How a verb ended: the process's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// A fault was found, the target is missing, or it could not be done.
    Fault = 1,
    /// A text was left in the composer, not submitted.
    Draft = 2,
    /// Wrong usage, or a bad roster or configuration.
    Usage = 3,
    /// Refused before anything was done: read-only, paused, a draft or a prompt in the way, or a policy.
    Refused = 4,
    /// Delivered, and the agent now stands at a prompt.
    Blocked = 5,
    /// What a shell says of a program that is not there; only the demo's stub of one ends so.
    NotFound = 127,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The program: parses, runs one verb, says what went wrong.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refused(&error).into(),
    };
    match start(cli) {
        Ok(exit) => exit.into(),
        Err(report) if is_broken_pipe(&report) => Exit::Done.into(),
        Err(report) => {
            complain(&format!("mosaic-top: {report:#}"));
            Exit::Fault.into()
        }
    }
}

/// The definition of the command line, for everything that is generated from it.
#[must_use]
pub fn definition() -> clap::Command {
    Cli::command()
}

/// Prints data. A reader that has left is no fault: [`main`] then ends quietly.
pub fn say(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Prints words for people. What is said may quote a session, a file or tmux: it is shown, never obeyed.
pub fn complain(text: &str) {
    let shown: Vec<String> = text.lines().map(visible).collect();
    // When stderr is gone, too, there is nobody left to tell.
    let _ = writeln!(io::stderr(), "{}", shown.join("\n"));
}

fn start(cli: Cli) -> Result<Exit> {
    if matches!(&cli.verb, Some(Verb::Tap(tap)) if tap.serve) {
        daemon::drop_inherited();
    }
    // Now its path still leads to it.
    let _ = Binary::ours();
    color_eyre::install()?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().wrap_err("cannot start the event loop")?;
    let outcome = runtime.block_on(verb(cli));
    // A look at a dead network mount may hang for ever on its own thread; nobody waits for it.
    runtime.shutdown_background();
    outcome
}

async fn verb(cli: Cli) -> Result<Exit> {
    let Cli { mut globals, verb } = cli;
    if !matches!(verb, Some(Verb::Stub(_) | Verb::Handoff(_))) {
        log::start(globals.log.as_deref(), globals.verbose);
    }
    let mut loaded = match settings(&globals, verb.as_ref()).await {
        Ok(loaded) => loaded,
        Err(exit) => return Ok(exit),
    };
    globals.configured = loaded.1.config.clone();
    loaded.1.unrecorded = globals.no_recorder || access::is_asked("MOSAIC_TOP_NO_RECORDER");
    let access = Access::of(globals.read_only).configured(loaded.1.read_only);
    match verb {
        None => Box::pin(dashboard(&globals, access, loaded)).await,
        Some(Verb::Ps(ps)) => ps.run(&globals).await,
        Some(Verb::Screen(screen)) => screen.run(&globals).await,
        Some(Verb::Watch(watch)) => Box::pin(watch.run(&globals, access, loaded)).await,
        Some(Verb::Replay(replay)) => replay.run(&globals, loaded).await,
        Some(Verb::Demo(demo)) => demo.run(access),
        Some(Verb::Doctor(doctor)) => doctor.run(&globals).await,
        Some(Verb::Send(send)) => send.run(&globals, access).await,
        Some(Verb::Answer(answer)) => answer.run(&globals, access).await,
        Some(Verb::Reset(reset)) => reset.run(&globals, access).await,
        Some(Verb::Interrupt(interrupt)) => interrupt.run(&globals, access).await,
        Some(Verb::Relaunch(relaunch)) => relaunch.run(&globals, access).await,
        Some(Verb::Pause(pause)) => pause.run(&globals, access).await,
        Some(Verb::Resume(resume)) => resume.run(&globals, access).await,
        Some(Verb::Take(take)) => Box::pin(take.run(&globals, access, loaded)).await,
        Some(Verb::Release(release)) => release.run(&globals, access).await,
        Some(Verb::Trust(trust)) => trust.run(&globals, access).await,
        Some(Verb::Log(log)) => log.run(&globals).await,
        Some(Verb::Keys) => say(&reference::keys(&loaded.1.keymap)).map(|()| Exit::Done),
        Some(Verb::Schema(schema)) => schema.run(),
        Some(Verb::Config(config)) => config.run(&globals).await,
        Some(Verb::Completions { shell }) => say(&reference::completions(shell)?).map(|()| Exit::Done),
        Some(Verb::Man) => say(&reference::man()?).map(|()| Exit::Done),
        Some(Verb::Tap(tap)) => tap.run().await,
        Some(Verb::Handoff(handoff)) => handoff.run(),
        Some(Verb::Stub(stub)) => stub.run().await,
    }
}

/// The configuration for a verb. A dashboard starts with what of it could be understood and shows the rest; a verb that
/// ends does nothing by half of one; what only describes the program asks for none.
async fn settings(globals: &Globals, verb: Option<&Verb>) -> Result<Loaded, Exit> {
    let shows = verb.is_none() && io::stdout().is_terminal();
    match verb {
        Some(
            Verb::Config(_)
            | Verb::Schema(_)
            | Verb::Completions { .. }
            | Verb::Man
            | Verb::Demo(_)
            | Verb::Tap(_)
            | Verb::Handoff(_)
            | Verb::Stub(_),
        ) => Ok((None, Settings::default())),
        _ if shows || matches!(verb, Some(Verb::Watch(_) | Verb::Take(_) | Verb::Release(_))) => {
            config::load(globals).await
        }
        _ => config::load(globals).await.and_then(config::strictly),
    }
}

/// The dashboard; without a terminal to show it on, one table.
async fn dashboard(globals: &Globals, access: Access, loaded: Loaded) -> Result<Exit> {
    if !io::stdout().is_terminal() {
        return ps::Ps::default().run(globals).await;
    }
    show(globals, access, loaded, None, None).await?;
    Ok(Exit::Done)
}

/// The dashboard, whole, narrowed to one agent, or with one taken over; how that ended.
async fn show(
    globals: &Globals,
    access: Access,
    loaded: Loaded,
    watched: Option<String>,
    take: Option<(Confirmed<Order>, Target)>,
) -> Result<Option<Outcome>> {
    let (config_file, settings) = loaded;
    let watch = globals.watch();
    // One agent alone is shown as it is: there is no list to remember.
    let remembers = if watched.is_none() { memory(globals).await } else { None };
    let options = run::Options {
        steer: access.licence().ok().map(|licence| {
            let steer = watch.steer(licence, Audit::here("tui"));
            if settings.config.trust_before_relaunch { steer } else { steer.without_trust() }
        }),
        watch,
        socket: globals.socket(),
        read_only: access.refusal(),
        limits: front::limits(globals),
        terminal: terminal(),
        settings,
        config_file,
        remembers,
        watched,
        take,
        guard: Some(guard(globals)),
    };
    Box::pin(run::dashboard(options)).await.wrap_err("the dashboard ended")
}

/// What puts a taken agent's window back should this program be killed: itself, for the same fleet.
fn guard(globals: &Globals) -> Argv {
    let text = |path: &Path| path.display().to_string();
    let mut words = vec![text(Binary::ours().runnable())];
    if let Some(home) = &globals.home {
        words.extend(["--home".to_owned(), text(home)]);
    }
    words.push("__release".to_owned());
    Argv::new(words)
}

/// What this program's terminal says of itself.
fn terminal() -> Terminal {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    Terminal {
        no_color: no_color(),
        term: variable("TERM"),
        colorterm: variable("COLORTERM"),
        colorfgbg: variable("COLORFGBG"),
    }
}

/// Where it is remembered how this fleet's list was left: one fleet is told from another by all that names it.
async fn memory(globals: &Globals) -> Option<Place> {
    let file = StateFile::new(log::own_directory()?.join("state.json"));
    let who = globals.watch().who().await;
    let home = globals.home.clone().or(who.mosaic_home).or_else(|| Some(who.home?.join(".config/mosaic")))?;
    let whole = |path: PathBuf| std::path::absolute(&path).unwrap_or(path).display().to_string();
    let mut fleet = format!("{}@{} {}", who.identity.tenant, who.identity.host, whole(home));
    for (word, value) in [("roster", globals.roster.clone().map(whole)), ("socket", globals.socket.clone())] {
        fleet.extend(value.map(|value| format!(" {word}={value}")));
    }
    Some(Place { file, fleet })
}

/// <https://no-color.org>: set to anything but nothing.
fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// Help and version are answers; everything else that clap says is wrong usage, exit code 3.
fn refused(error: &clap::Error) -> Exit {
    // When it cannot be printed there is nobody left to tell.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

fn is_broken_pipe(report: &Report) -> bool {
    report.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds_together() {
        definition().debug_assert();
    }

    #[test]
    fn an_empty_socket_is_not_an_absent_one() {
        let parsed = |words: &[&str]| Cli::try_parse_from(words).ok().and_then(|cli| cli.globals.socket);
        assert_eq!(parsed(&["mosaic-top", "--socket", ""]), Some(String::new()));
        assert_eq!(parsed(&["mosaic-top", "ps", "--socket", "f"]), Some("f".to_owned()));
        assert_eq!(parsed(&["mosaic-top"]), None);
    }

    #[test]
    fn help_is_an_answer_and_wrong_usage_is_exit_code_3() {
        let exit = |words: &[&str]| Cli::try_parse_from(words).err().map(|error| error.use_stderr());
        assert_eq!(exit(&["mosaic-top", "--help"]), Some(false));
        assert_eq!(exit(&["mosaic-top", "--version"]), Some(false));
        assert_eq!(exit(&["mosaic-top", "--nonsense"]), Some(true));
    }
}
