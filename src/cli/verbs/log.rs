//! `mosaic-top log`: what was done to the fleet, by whom, and how it ended.

use std::{collections::BTreeMap, time::Duration};

use clap::Args;
use color_eyre::eyre::Result;

use super::failed;
use crate::{
    cli::{
        Exit, Globals, complain,
        front::{self, Front},
        say,
    },
    fleet::{action_record::Logged, text::visible, words::utc},
};

/// How often a log that is followed is read.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);

/// The action log
///
/// Every action from here or by others on this fleet: who, when, whom, and the verdict. `unfinished` runs still, or was
/// cut off.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top log
  mosaic-top log --agent coder0 --json | jq .commands
  mosaic-top log --follow")]
pub struct Log {
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
    /// Go on printing what is added
    #[arg(long)]
    pub follow: bool,
    /// Only of this agent: its name or alias
    #[arg(long, value_name = "AGENT")]
    pub agent: Option<String>,
    /// At most so many of the newest
    #[arg(short = 'n', long, value_name = "N", default_value_t = 100)]
    pub last: usize,
}

impl Log {
    /// Prints, and goes on where it follows.
    pub async fn run(&self, globals: &Globals) -> Result<Exit> {
        let watch = globals.watch();
        let mut printed: BTreeMap<String, String> = BTreeMap::new();
        let (mut first, mut agent) = (true, self.agent.clone());
        loop {
            let (all, bad) = watch.actions().await.map_err(|why| failed(&why))?;
            if first && bad > 0 {
                complain(&format!("mosaic-top: {bad} lines of the log could not be read"));
            }
            if first && let Some(word) = agent.take() {
                agent = Some(named(word, &all, globals).await);
            }
            let wanted = |one: &&Logged| agent.is_none() || one.intent.target.agent == agent;
            let mine: Vec<&Logged> = all.iter().filter(wanted).collect();
            let skipped = if first { mine.len().saturating_sub(self.last) } else { 0 };
            for one in &mine[..skipped] {
                printed.insert(one.intent.id.clone(), one.word().to_owned());
            }
            for one in &mine[skipped..] {
                if printed.insert(one.intent.id.clone(), one.word().to_owned()).as_deref() != Some(one.word()) {
                    say(&self.line(one)?)?;
                }
            }
            if !self.follow {
                return Ok(Exit::Done);
            }
            first = false;
            tokio::time::sleep(FOLLOW_EVERY).await;
        }
    }

    fn line(&self, one: &Logged) -> Result<String> {
        let record = one.verdict.as_ref().unwrap_or(&one.intent);
        if self.json {
            let mut line = serde_json::to_value(record)?;
            line["schema"] = 1.into();
            line["began"] = one.intent.at.to_string().into();
            line["verdict"] = one.word().into();
            return Ok(format!("{line}\n"));
        }
        let from = record.who.ssh.as_ref().map(|ssh| format!(" from {ssh}")).unwrap_or_default();
        let who = format!("{}@{}{from} ({})", record.who.user, record.host, record.front);
        let target = record.target.agent.as_deref().unwrap_or("the fleet");
        let says = record.says.as_deref().map(|says| format!(": {says}")).unwrap_or_default();
        let reason = one.intent.reason.as_deref().map(|why| format!(" (reason: {why})")).unwrap_or_default();
        let body = record.body.as_ref().map(|body| format!(" {:?}", body.first)).unwrap_or_default();
        let line =
            format!("{}  {who}  {} {target}{body}  {}{says}{reason}", utc(one.intent.at), record.order, one.word());
        Ok(visible(&line) + "\n")
    }
}

/// The agent that a word means: one that the log names so, else the one whose alias it is.
async fn named(word: String, all: &[Logged], globals: &Globals) -> String {
    if all.iter().any(|one| one.intent.target.agent.as_ref() == Some(&word)) {
        return word;
    }
    let shown = Front::open(globals).await.look(globals).await.ok();
    shown.and_then(|shown| front::agent(&word, &shown.fleet).ok().map(|row| row.name.clone())).unwrap_or(word)
}
