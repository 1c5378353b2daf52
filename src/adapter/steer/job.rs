//! One order on one target while it runs: its log lines, the commands that it ran, and what it leaves behind when it is
//! dropped, which is nothing.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::{
    Steer,
    lines::{Line, Lines},
    look::Now,
};
use crate::{
    adapter::{
        audit::Log,
        clock,
        exec::{Argv, ExecError, Output},
        identity::Who,
    },
    fleet::{
        action_record::ActionRecord,
        delivery::Proof,
        order::{Aim, Ending, Order, Outcome, PaneAim, Progress, Refusal, Target},
    },
};

/// The longest that one tmux command may take. A server that hangs for longer is as good as gone.
pub(super) const LIMIT: Duration = Duration::from_secs(5);

/// How an order ended, before it is an [`Outcome`].
pub(super) struct End {
    pub(super) ending: Ending,
    pub(super) says: String,
    pub(super) evidence: Vec<Proof>,
    /// The receipt's own time, where there is one.
    pub(super) took: Option<Duration>,
}

impl End {
    pub(super) fn new(ending: Ending, says: impl Into<String>) -> Self {
        Self { ending, says: says.into(), evidence: Vec::new(), took: None }
    }

    pub(super) fn done(says: impl Into<String>) -> Self {
        Self::new(Ending::Done, says)
    }
}

impl From<Refusal> for End {
    fn from(refusal: Refusal) -> Self {
        let says = refusal.to_string();
        Self::new(Ending::Refused(refusal), says)
    }
}

/// A changing command that did not succeed.
pub(super) struct Failed {
    /// It was not over in time: what it began may go on without it.
    pub(super) slow: bool,
    pub(super) why: String,
}

/// An order under way.
pub(super) struct Job<'a> {
    pub(super) steer: &'a Steer,
    pub(super) order: &'a Order,
    pub(super) asked: bool,
    pub(super) target: &'a Target,
    pub(super) who: Who,
    log: Log,
    intent: Option<ActionRecord>,
    unlogged: Option<String>,
    commands: Vec<String>,
    begun: Instant,
    /// The line that deletes our buffer, while there may be one.
    buffer: Option<Argv>,
    progress: mpsc::Sender<Progress>,
}

impl<'a> Job<'a> {
    /// Nothing done yet; its intent is in the log, or the order is refused.
    pub(super) async fn begin(
        steer: &'a Steer,
        order: &'a Order,
        asked: bool,
        target: &'a Target,
        progress: mpsc::Sender<Progress>,
    ) -> Result<Self, (Refusal, Option<String>)> {
        let who = steer.watch.who().await;
        let log = Log::of(&steer.watch.files(&who), steer.audit.clone());
        let intent = log.intent(order, target, steer.plan(order, target, &who).await);
        let unlogged = log.write(steer.hand.as_ref(), &intent).await.err();
        if let Some(why) = unlogged.clone().filter(|_| !order.goes_without_log()) {
            return Err((Refusal::Log(why.clone()), Some(why)));
        }
        let intent = Some(intent);
        let begun = clock::now().steady;
        let (commands, buffer) = (Vec::new(), None);
        Ok(Self { steer, order, asked, target, who, log, intent, unlogged, commands, begun, buffer, progress })
    }

    /// The end: its verdict is in the log.
    pub(super) async fn end(mut self, end: End) -> Outcome {
        let outcome = self.outcome(end);
        let Some(intent) = self.intent.take() else { return outcome };
        let written = self.log.ended(self.steer.hand.as_ref(), &intent, &outcome).await;
        Outcome { unlogged: written.err().or(outcome.unlogged), ..outcome }
    }

    pub(super) fn aim(&self) -> Result<&'a Aim, Refusal> {
        self.target.aim.as_deref().ok_or_else(|| Refusal::Missing("this order needs an agent".into()))
    }

    pub(super) fn pane(&self) -> Result<PaneAim, Refusal> {
        let aim = self.aim()?;
        aim.pane.ok_or_else(|| Refusal::Missing(format!("{} has no pane", aim.name)))
    }

    /// The id of its lines in the log.
    pub(super) fn id(&self) -> &str {
        self.intent.as_ref().map_or("", |intent| intent.id.as_str())
    }

    /// The changing command lines of the target's server.
    pub(super) fn lines(&self, aim: &'a Aim) -> Lines<'a> {
        Lines {
            tmux: self.steer.watch.tmux(),
            socket: &aim.socket,
            version: aim.version.as_deref().unwrap_or_default(),
        }
    }

    /// Who asks.
    pub(super) fn by(&self) -> String {
        self.steer.audit.asker.user.clone()
    }

    /// From where, when that is not this machine itself.
    pub(super) fn from(&self) -> Option<String> {
        self.steer.audit.asker.ssh.clone()
    }

    /// The target as it is now.
    pub(super) async fn look(&self) -> Result<Now, Refusal> {
        Now::of(self.steer, &self.who, self.aim()?, self.pane()?, None).await
    }

    /// The same for one who answers: a menu that no rule knows was seen to stand still before somebody asked for that.
    pub(super) async fn look_at_prompt(&self) -> Result<Now, Refusal> {
        Now::of(self.steer, &self.who, self.aim()?, self.pane()?, Some(Duration::MAX)).await
    }

    /// Tells the front. A front that has gone or is behind does not hold the order up.
    pub(super) fn says(&self, says: impl Into<String>) {
        let _ = self.progress.try_send(Progress { target: self.target.clone(), says: says.into() });
    }

    pub(super) fn elapsed(&self) -> Duration {
        clock::now().steady.saturating_duration_since(self.begun)
    }

    /// Runs one changing command; `Err` says why it failed.
    pub(super) async fn change(
        &mut self,
        line: impl Into<Line>,
        stdin: Vec<u8>,
        limit: Duration,
    ) -> Result<Output, String> {
        self.try_change(line, stdin, limit).await.map_err(|failed| failed.why)
    }

    /// The same, where it matters whether it has failed or is only not over yet.
    pub(super) async fn try_change(
        &mut self,
        line: impl Into<Line>,
        stdin: Vec<u8>,
        limit: Duration,
    ) -> Result<Output, Failed> {
        match self.steer.ended() {
            Some(why) => Err(Failed { slow: false, why }),
            None => self.tidy(line, stdin, limit).await,
        }
    }

    /// The same for what puts things back, which is done whatever has happened.
    pub(super) async fn tidy(
        &mut self,
        line: impl Into<Line>,
        stdin: Vec<u8>,
        limit: Duration,
    ) -> Result<Output, Failed> {
        let Line { argv, shown } = line.into();
        self.commands.push(shown);
        let output =
            self.steer.hand.change(&argv, stdin, limit).await.map_err(|error| Failed {
                slow: matches!(error, ExecError::TimedOut { .. }),
                why: error.to_string(),
            })?;
        match output.status {
            0 => Ok(output),
            status => {
                let why = format!("{} failed with status {status}: {}", argv.program(), output.complaint());
                Err(Failed { slow: false, why })
            }
        }
    }

    /// From now on a buffer of ours may be there.
    pub(super) fn holds(&mut self, buffer: Option<Argv>) {
        self.buffer = buffer;
    }

    /// The line that deletes our buffer.
    pub(super) fn held(&self) -> Option<Argv> {
        self.buffer.clone()
    }

    /// Notes a change that no program makes.
    pub(super) fn note(&mut self, what: String) {
        self.commands.push(what);
    }

    fn outcome(&mut self, end: End) -> Outcome {
        Outcome {
            order: self.order.word(),
            target: self.target.clone(),
            ending: end.ending,
            says: end.says,
            evidence: end.evidence,
            commands: std::mem::take(&mut self.commands),
            took: end.took.unwrap_or_else(|| self.elapsed()),
            unlogged: self.unlogged.take(),
        }
    }
}

impl Drop for Job<'_> {
    /// Whoever is dropped in the middle (Ctrl-C, a front that quits) cannot wait any more, and still owes two things.
    fn drop(&mut self) {
        if let Some(argv) = self.buffer.take() {
            self.steer.hand.leave(&argv);
        }
        let Some(intent) = self.intent.take() else { return };
        let outcome = self.outcome(End::new(Ending::Unverifiable, "it was stopped before its end was seen"));
        self.log.ended_now(self.steer.hand.as_ref(), &intent, &outcome);
    }
}
