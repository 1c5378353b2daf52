//! OpenCode's data base: asked only when it or its log has changed, and never waited for.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    Looking,
    agent::{Agent, Kind},
};
use crate::{
    adapter::exec::{FileError, Follow, Followed, Part, Question, Rows, Stamp},
    fleet::{
        reading::{Reading, Why},
        record::{Record, opencode},
    },
};

/// One agent's view of the data base.
pub(super) struct Database {
    path: PathBuf,
    log: PathBuf,
    /// What the data base and its log were when it was asked last.
    stamps: [Option<Stamp>; 2],
    changed: bool,
    conversation: Box<opencode::Conversation>,
    record: Result<Record, Why>,
    /// Turns of conversations before this one.
    turns: u64,
}

impl Database {
    pub(super) fn new(path: PathBuf) -> Self {
        let mut log = path.clone().into_os_string();
        log.push("-wal");
        let record = Err(Why::new("opencode's data base was not asked yet"));
        Self { path, log: log.into(), stamps: [None; 2], changed: true, conversation: Box::default(), record, turns: 0 }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Only what they are, not what is in them.
    pub(super) fn asks(&self) -> Vec<Follow> {
        let ask = |(path, known): (&PathBuf, &Option<Stamp>)| Follow {
            path: path.clone(),
            known: *known,
            part: Part::Head,
            cap: 0,
        };
        [&self.path, &self.log].into_iter().zip(&self.stamps).map(ask).collect()
    }

    pub(super) fn take(&mut self, path: &Path, found: &Result<Followed, FileError>) {
        let stamp = match found {
            Ok(Followed::Same) => return,
            Ok(Followed::New { stamp, .. }) => Some(*stamp),
            Err(_) => None,
        };
        let kept = &mut self.stamps[usize::from(path != self.path)];
        self.changed |= *kept != stamp;
        *kept = stamp;
    }

    pub(super) fn record(&self) -> Reading<Record> {
        match &self.record {
            Ok(record) => Reading::Known(Record { turns: self.turns.saturating_add(record.turns), ..record.clone() }),
            Err(why) => Reading::Unknown(why.clone()),
        }
    }

    /// What was known is not known to be its own any more; its turns have been. Once it may be, it is asked for afresh.
    fn leave(&mut self, why: Why) {
        let before = std::mem::replace(&mut self.record, Err(why));
        self.turns = self.turns.saturating_add(before.map_or(0, |before| before.turns));
        *self.conversation = opencode::Conversation::default();
        self.changed = true;
    }

    fn answered(&mut self, found: Result<Record, Why>) {
        let other = |before: &Record| found.as_ref().is_ok_and(|now| now.session != before.session);
        if let Ok(before) = &self.record
            && other(before)
        {
            self.turns = self.turns.saturating_add(before.turns);
        }
        // A data base that was busy, or is gone for a moment, has not unsaid what it said.
        if found.is_ok() || self.record.is_err() {
            self.record = found;
        }
    }
}

/// Asks every data base that has changed.
pub(super) async fn ask(looking: &Looking<'_>, agents: &mut BTreeMap<u32, Agent>, wanted: &[u32]) {
    let mut places: BTreeMap<(PathBuf, Option<String>), usize> = BTreeMap::new();
    for agent in agents.values() {
        if let Some(Kind::Database(database)) = &agent.kind {
            *places.entry((database.path().to_owned(), agent.cwd.clone())).or_default() += 1;
        }
    }
    for pane_pid in wanted {
        let Some(agent) = agents.get_mut(pane_pid) else { continue };
        let (cwd, started) = (agent.cwd.clone(), agent.started);
        let Some(Kind::Database(database)) = &mut agent.kind else { continue };
        let sharing = places.get(&(database.path.clone(), cwd.clone())).copied().unwrap_or(1);
        if let Some(cwd) = cwd.as_ref().filter(|_| sharing > 1) {
            database.leave(Why::new(format!(
                "{sharing} opencode agents share {cwd}: its data base does not tell whose conversation is whose"
            )));
            continue;
        }
        if !database.changed {
            continue;
        }
        let found = match (cwd, started) {
            (Some(cwd), Some(started)) => read(looking, database, cwd, started.as_millisecond()).await,
            _ => Err(Why::new("where opencode runs, or since when, is not known")),
        };
        // One that could not be asked is asked again, and so is one that may change unseen.
        let settled = database.stamps.iter().flatten().all(|stamp| stamp.is_settled(looking.at.wall));
        database.changed = !settled || found.is_err() && database.stamps[0].is_some();
        database.answered(found);
    }
}

/// Reads what is new of the agent's conversation. While the first answer is the same, nothing else is asked.
async fn read(looking: &Looking<'_>, database: &mut Database, cwd: String, started: i64) -> Result<Record, Why> {
    let path = database.path.clone();
    let ask = async |sql, with: Vec<String>| -> Result<Rows, Why> {
        let answers = looking.exec.ask(vec![(path.clone(), Question { sql, with })]).await;
        let answer = answers.into_iter().next().ok_or_else(|| Why::new("no answer"))?;
        answer.map_err(|error: FileError| Why::new(error.to_string()))
    };
    let session = ask(opencode::SESSION, vec![cwd, started.to_string()]).await?;
    let talk = &mut database.conversation;
    if let Some(id) = talk.take_session(&session) {
        talk.take_messages(&ask(opencode::MESSAGES, vec![id.clone()]).await?);
        if !talk.knows_a_prompt() {
            talk.take_last_prompt(&ask(opencode::LAST_PROMPT, vec![id]).await?);
        }
        if let Some(prompt) = talk.wants_prompt() {
            talk.take_prompt(&ask(opencode::PROMPT, vec![prompt]).await?);
        }
        talk.was_read(session);
    }
    talk.record().cloned().ok_or_else(|| Why::new("no conversation in opencode's data base since it was started"))
}
