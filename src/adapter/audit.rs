//! The action log of a fleet: writes the lines of [`action_record`](crate::fleet::action_record) and reads them back.
//!
//! One write a line, under a lock, so that many programs can write at once; the log moves to `….1` when it is full.
use std::{
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
    time::Duration,
};

use sha2::{Digest, Sha256};
use tokio::time::timeout;

use super::{clock, exec::Exec, files::Files, identity::Who, steer::hand::Hand};
use crate::fleet::{
    action_record::{ActionRecord, Asker, BodyMark, FIRST_LINE_MOST, Logged, Mark, Stage, UNATTENDED, read},
    delivery::Kind,
    ids::AgentName,
    order::{Act, Letter, Order, Outcome, Reply, Target},
    text::without_arguments,
};

/// At this size (10 MB: some ten thousand orders) the log moves aside, in place of the one before it.
pub const MOST: u64 = 10 * 1000 * 1000;

/// How long a line may take: a disk that hangs must hold up nobody who stops an agent.
const WRITTEN_WITHIN: Duration = Duration::from_secs(4);

/// The most that is read of a log: the whole of it and a line more.
const READ_MOST: usize = 12 * 1000 * 1000;

/// Who acts, and from where: what every line of the log begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// `tui` or `cli`.
    pub front: &'static str,
    /// Who acts.
    pub asker: Asker,
}

impl Audit {
    /// Whoever runs this program, at this front.
    #[must_use]
    pub fn here(front: &'static str) -> Self {
        let ssh = std::env::var("SSH_CONNECTION").ok();
        let ssh = ssh.and_then(|words| words.split_whitespace().next().map(str::to_owned));
        let uid = nix::unistd::getuid();
        let user = nix::unistd::User::from_uid(uid).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name);
        Self { front, asker: Asker { uid: uid.as_raw(), user, ssh } }
    }
}

/// The log of one fleet.
#[derive(Debug, Clone)]
pub(super) struct Log {
    path: PathBuf,
    audit: Audit,
}

impl Log {
    pub(super) fn of(files: &Files, audit: Audit) -> Self {
        Self { path: files.actions(), audit }
    }

    /// The intent line of an order, not yet written.
    pub(super) fn intent(&self, order: &Order, target: &Target, commands: Vec<String>) -> ActionRecord {
        ActionRecord {
            at: clock::now().wall,
            id: fresh_id(),
            stage: Stage::Intent,
            host: target.host.clone(),
            tenant_id: target.tenant.clone(),
            who: self.audit.asker.clone(),
            front: match &order.act {
                Act::Answer(Reply { by_policy: Some(_), .. }) => UNATTENDED.to_owned(),
                _ => self.audit.front.to_owned(),
            },
            order: order.word().to_owned(),
            target: Mark::from(target),
            commands,
            body: match &order.act {
                Act::Send(Letter { text, kind: Kind::Message, .. }) => Some(body_mark(text)),
                Act::Send(Letter { text, .. }) => Some(BodyMark { first: without_arguments(text), ..body_mark(text) }),
                _ => None,
            },
            reason: match &order.act {
                Act::Pause { reason } => reason.clone(),
                _ => order.forced.clone(),
            },
            verdict: None,
            says: None,
            evidence: Vec::new(),
            took_ms: None,
            more: std::collections::BTreeMap::new(),
        }
    }

    /// Writes a line; says why it could not be.
    pub(super) async fn write(&self, hand: &dyn Hand, record: &ActionRecord) -> Result<(), String> {
        let line = record.line().into_bytes();
        match timeout(WRITTEN_WITHIN, hand.append(self.path.clone(), line, MOST)).await {
            Ok(done) => done.map_err(|error| error.to_string()),
            Err(_) => Err(format!("{} was not written within {WRITTEN_WITHIN:?}", self.path.display())),
        }
    }

    /// Writes the verdict line of an intent.
    pub(super) async fn ended(&self, hand: &dyn Hand, intent: &ActionRecord, outcome: &Outcome) -> Result<(), String> {
        self.write(hand, &intent.ended(clock::now().wall, outcome)).await
    }

    /// That the leavings of somebody's takeover were put in order: an order of nobody's, so one line says it all.
    pub(super) async fn mended(&self, hand: &dyn Hand, who: &Who, agent: &AgentName, says: &str) {
        let order = Order::new(Act::Take { whole: false });
        let target = Target { tenant: who.identity.tenant.clone(), host: who.identity.host.clone(), aim: None };
        let mut record = self.intent(&order, &target, Vec::new());
        record.target.agent = Some(agent.to_string());
        (record.order, record.stage) = ("release".to_owned(), Stage::Verdict);
        (record.verdict, record.says) = (Some("done".to_owned()), Some(says.to_owned()));
        if let Err(error) = self.write(hand, &record).await {
            tracing::warn!(error, "what was put in order was not logged");
        }
    }

    /// The same at once, for a job that was dropped.
    pub(super) fn ended_now(&self, hand: &dyn Hand, intent: &ActionRecord, outcome: &Outcome) {
        let line = intent.ended(clock::now().wall, outcome).line();
        if let Err(error) = hand.append_now(&self.path, line.as_bytes(), MOST) {
            tracing::warn!(%error, "the verdict of a dropped order was not logged");
        }
    }
}

/// What a log holds, the older one first, and how many lines could not be read.
pub(super) async fn logged(exec: &dyn Exec, path: &Path) -> Result<(Vec<Logged>, usize), String> {
    let mut old = path.as_os_str().to_owned();
    old.push(".1");
    let mut text = String::new();
    for read in exec.read(vec![old.into(), path.to_owned()], READ_MOST).await {
        match read {
            Ok(content) => {
                text.push_str(&String::from_utf8_lossy(&content.bytes));
                text.push('\n');
            }
            Err(super::exec::FileError::Missing(_)) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(read(&text))
}

fn body_mark(text: &str) -> BodyMark {
    let digest = Sha256::digest(text.as_bytes());
    BodyMark {
        bytes: text.len(),
        lines: text.lines().count(),
        sha256: format!("{digest:x}"),
        first: text.lines().next().unwrap_or_default().chars().take(FIRST_LINE_MOST).collect(),
    }
}

/// An id that no other order has.
fn fresh_id() -> String {
    let random = RandomState::new().hash_one((std::process::id(), clock::now().wall));
    format!("{:x}-{random:016x}", clock::now().wall.as_millisecond())
}
