//! What the verbs that change something share: whom they mean, the question before, the receipts after.
//!
//! Each is an [`Order`] on [`Target`]s, carried out by `adapter::steer`; here nothing is decided about how.

pub mod answer;
pub mod interrupt;
pub mod log;
pub mod pause;
pub mod relaunch;
pub mod reset;
pub mod resume;
pub mod send;
pub mod take;

use std::{
    collections::BTreeSet,
    io::{self, BufRead, IsTerminal},
    time::Duration,
};

use clap::Args;
use color_eyre::eyre::{Result, eyre};
use serde_json::json;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};

use super::{
    Exit, Globals,
    access::Access,
    complain,
    front::{Front, Shown, agent},
    say,
};
use crate::{
    adapter::{Steer, audit::Audit},
    fleet::{
        order::{Act, Confirmed, Ending, Order, Outcome, Preview, Refusal, Surroundings, Target},
        text::visible,
    },
};

/// An order and whom it is for; or whom it was meant for, and why not.
type Asked = (Order, Result<Target, (String, Refusal)>);

/// What is carried out, and what was refused when it was looked at.
type Sorted = (Vec<(Confirmed<Order>, Target)>, Vec<(Order, Target, Refusal)>);

/// What every changing verb takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Say yes where it would ask
    #[arg(long)]
    pub yes: bool,
    /// One JSON object a line for each agent
    #[arg(long)]
    pub json: bool,
}

/// How to get past what holds an order up.
#[derive(Debug, Clone, Args)]
pub struct Force {
    /// Do it although it is paused, taken over, or (resume) cannot be logged; wants a reason, which is logged
    #[arg(long, requires = "reason")]
    pub force: bool,
    /// Why it is forced
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

impl Force {
    fn order(&self, act: Act) -> Order {
        Order { act, forced: self.reason.clone().filter(|_| self.force) }
    }
}

/// A verb at work: the fleet as it is now, and the hands.
pub(super) struct Deck {
    front: Front,
    shown: Shown,
    pub(super) steer: Steer,
    /// Whether a roster or the command line says which tmux server is meant.
    aimed: bool,
}

impl Deck {
    /// Looks at the fleet; refuses in read-only mode, before anything.
    pub(super) async fn open(globals: &Globals, access: Access) -> Result<Self, Exit> {
        let licence = access.licence().map_err(|why| {
            complain(&format!("mosaic-top: {why}"));
            Exit::Refused
        })?;
        let mut front = Front::open(globals).await;
        let shown = front.look(globals).await?;
        let steer = front.watch.steer(licence, Audit::here("cli"));
        let aimed = front.roster().is_some() || globals.socket.is_some();
        Ok(Self { front, shown, steer, aimed })
    }

    /// This machine's own name, for labels.
    pub(super) fn host(&self) -> &str {
        &self.shown.fleet.host.0
    }

    /// The same order for each of these agents; for the whole fleet where none is named.
    pub(super) async fn order(&self, order: &Order, agents: &[String], common: &Common) -> Result<Exit> {
        if agents.is_empty() {
            let fleet = Target::fleet(&self.shown.fleet);
            return self.carry_out(vec![(order.clone(), Ok(fleet))], common).await;
        }
        let each = agents.iter().map(|name| (order.clone(), self.target(order, name)));
        self.carry_out(each.collect(), common).await
    }

    /// The agent of that name, when it can take the order.
    pub(super) fn target(&self, order: &Order, name: &str) -> Result<Target, (String, Refusal)> {
        let fleet = &self.shown.fleet;
        // A roster that has gone must not turn every script to the default server.
        if !self.aimed {
            let says = "without a roster nothing says which tmux server is meant. \
                        Hint: --roster FILE, or --socket NAME ('' is the default server)";
            return Err((name.to_owned(), Refusal::Missing(says.to_owned())));
        }
        let row = agent(name, fleet).map_err(|why| (name.to_owned(), Refusal::Missing(why.to_string())))?;
        let (facts, roster, home) = (&self.shown.facts, self.front.roster(), self.front.home());
        let around = Surroundings { fleet, facts, roster, home };
        Target::of(order, row, &around).map_err(|refusal| (name.to_owned(), refusal))
    }

    /// What an order would do to each of these agents, as its dialog shows it; nothing is done. The exit code is the highest
    /// of the refusals'.
    pub(super) async fn preview(&self, order: &Order, agents: &[String]) -> Result<Exit> {
        let mut worst = 0;
        let mut refuse = |name: &str, refusal: &Refusal| {
            complain(&format!("{name}: will be refused: {}", hinted(refusal, order.word())));
            worst = worst.max(refusal.exit_code());
        };
        let mut targets = Vec::new();
        for name in agents {
            match self.target(order, name) {
                Ok(target) => targets.push(target),
                Err((name, refusal)) => refuse(&name, &refusal),
            }
        }
        for planned in self.steer.preview(order, targets).await.each {
            let name = planned.target.name();
            planned.refused.iter().for_each(|refusal| refuse(name, refusal));
            planned.warnings.iter().for_each(|warning| complain(&format!("{name}: {warning}")));
            for line in planned.commands.iter().filter(|_| planned.refused.is_none()) {
                say(&format!("{}\n", visible(&format!("{name}: {line}"))))?;
            }
        }
        Ok(exit_of(worst))
    }

    /// The name of the agent that is meant by a word; the word itself where there is none.
    pub(super) fn name_of<'a>(&'a self, word: &'a str) -> &'a str {
        agent(word, &self.shown.fleet).map_or(word, |row| row.name.as_str())
    }

    /// Asks where it must, carries out, prints one receipt each. The exit code is the highest of theirs.
    pub(super) async fn carry_out(&self, each: Vec<Asked>, common: &Common) -> Result<Exit> {
        if let Some(twice) = given_twice(&each) {
            return Ok(usage(&format!("{} was given twice; nothing was done", visible(twice))));
        }
        let mut worst = 0;
        let mut goes = Vec::new();
        for (order, target) in each {
            match target {
                Ok(target) => goes.push((order, target)),
                Err((name, refusal)) => {
                    let unlogged = self.steer.refused(&order, &Target::fleet(&self.shown.fleet), &name, &refusal).await;
                    worst = worst.max(self.receipt_of_refusal(&order, &name, &refusal, common, unlogged.as_deref())?);
                }
            }
        }
        let (goes, refused) = match self.confirmed(goes, common).await {
            Ok(sorted) => sorted,
            Err(exit) => return Ok(exit),
        };
        for (order, target, refusal) in refused {
            let unlogged = self.steer.refused(&order, &target, target.name(), &refusal).await;
            let code = self.receipt_of_refusal(&order, target.name(), &refusal, common, unlogged.as_deref())?;
            worst = worst.max(code);
        }
        let ends = ends()?;
        let done = tokio::select! {
            done = self.run(goes) => done,
            () = ends => {
                complain("mosaic-top: stopped; what was begun is in the log");
                return Ok(Exit::Fault);
            }
        };
        for outcome in &done {
            receipt(outcome, common)?;
            worst = worst.max(outcome.ending.exit_code());
        }
        Ok(exit_of(worst))
    }

    /// Every order with the yes that it needs; and those that were refused when they were looked at. These are not tried
    /// either: nobody was asked about them, and what stood in their way may have gone by then.
    async fn confirmed(&self, goes: Vec<(Order, Target)>, common: &Common) -> Result<Sorted, Exit> {
        let (mut confirmed, mut refused) = (Vec::new(), Vec::new());
        let mut questions: Vec<Preview> = Vec::new();
        // What is the same for many is one question.
        for same in goes.chunk_by(|(one, _), (other, _)| one == other && one.loses().is_some()) {
            let Some((order, _)) = same.first() else { continue };
            let targets: Vec<Target> = same.iter().map(|(_, target)| target.clone()).collect();
            let preview = self.steer.preview(order, targets).await;
            let unasked = Confirmed::unasked(order.clone()).ok().filter(|_| preview.asks().is_none());
            let sure = unasked.unwrap_or_else(|| preview.confirmed());
            for planned in &preview.each {
                match planned.refused.clone().filter(|_| !planned.goes()) {
                    Some(refusal) => refused.push((order.clone(), planned.target.clone(), refusal)),
                    None => confirmed.push((sure.clone(), planned.target.clone())),
                }
            }
            if sure.asked() && !preview.targets().is_empty() {
                questions.push(preview);
            }
        }
        if questions.is_empty() || common.yes || ask(&questions)? {
            Ok((confirmed, refused))
        } else {
            Err(Exit::Refused)
        }
    }

    async fn run(&self, goes: Vec<(Confirmed<Order>, Target)>) -> Vec<Outcome> {
        let (news, mut heard) = mpsc::channel::<crate::fleet::order::Progress>(64);
        let talk = async {
            while let Some(progress) = heard.recv().await {
                if io::stderr().is_terminal() {
                    complain(&format!("{}: {}", progress.target.name(), progress.says));
                }
            }
        };
        let work = async {
            let relaunch = goes.first().filter(|(order, _)| order.get().act == Act::Relaunch).cloned();
            if let Some((order, _)) = relaunch {
                let targets = goes.into_iter().map(|(_, target)| target).collect();
                return self.steer.carry_out_all(order, targets, news).await;
            }
            self.steer.carry_out_each(goes, news).await
        };
        tokio::join!(work, talk).0
    }

    fn receipt_of_refusal(
        &self,
        order: &Order,
        name: &str,
        refusal: &Refusal,
        common: &Common,
        unlogged: Option<&str>,
    ) -> Result<u8> {
        let fleet = &self.shown.fleet;
        if common.json {
            let line = json!({
                "schema": 1, "tenant_id": fleet.tenant, "host": fleet.host, "agent": name, "order": order.word(),
                "verdict": "refused", "refusal": refusal.word(), "exit_code": refusal.exit_code(),
                "hint": refusal.hint(order.word()),
                "says": refusal.to_string(), "evidence": [], "commands": [], "took_ms": 0, "unlogged": unlogged,
            });
            say(&format!("{line}\n"))?;
        } else {
            complain(&format!("{name}: refused: {}", hinted(refusal, order.word())));
        }
        Ok(refusal.exit_code())
    }
}

/// Who stands twice among the targets, by name or by alias: a second order would find the first one running.
fn given_twice(each: &[Asked]) -> Option<&str> {
    let mut seen = BTreeSet::new();
    let aims = each.iter().filter_map(|(_, target)| target.as_ref().ok()?.aim.as_ref());
    aims.into_iter().find(|aim| !seen.insert(&aim.row)).map(|aim| aim.name.as_str())
}

/// Comes when this program is told to end: by Ctrl-C, by a terminal that goes, by `kill`. Whatever runs is dropped then,
/// and leaves nothing behind.
fn ends() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Shows what would be done and waits for a yes. Without a terminal nobody can be asked.
fn ask(questions: &[Preview]) -> Result<bool, Exit> {
    for preview in questions {
        complain(&preview.asks().unwrap_or_default());
        for planned in &preview.each {
            let name = planned.target.name();
            if let Some(refusal) = planned.refused.as_ref().filter(|refusal| !matches!(refusal, Refusal::Others(_))) {
                complain(&format!("  {name}: will be refused: {}", hinted(refusal, preview.order.word())));
                continue;
            }
            planned.warnings.iter().for_each(|warning| complain(&format!("  {name}: {warning}")));
            planned.commands.iter().for_each(|line| complain(&format!("  {line}")));
        }
    }
    yes()
}

/// Waits for a yes.
fn yes() -> Result<bool, Exit> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        complain("mosaic-top: nothing was done: there is no terminal to ask on. Hint: --yes");
        return Err(Exit::Refused);
    }
    complain("Go on? [y/N]");
    let mut answer = String::new();
    // An input that ends or breaks is no yes.
    let _ = io::stdin().lock().read_line(&mut answer);
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// One outcome: data on stdout, and a log that could not be written on stderr.
fn receipt(outcome: &Outcome, common: &Common) -> Result<()> {
    if let Some(why) = &outcome.unlogged {
        complain(&format!("mosaic-top: this is not in the action log: {why}"));
    }
    if !common.json {
        let name = outcome.target.name();
        if let Ending::Refused(refusal) = &outcome.ending {
            complain(&format!("{name}: refused: {}", hinted(refusal, outcome.order)));
            return Ok(());
        }
        let line = format!("{name}: {}: {}", outcome.ending.word(), outcome.says);
        return say(&format!("{}\n", visible(&line)));
    }
    let refusal = match &outcome.ending {
        Ending::Refused(refusal) => Some(refusal),
        _ => None,
    };
    let evidence: Vec<_> =
        outcome.evidence.iter().map(|p| json!({"source": p.source, "rule": p.rule, "says": p.says})).collect();
    let line = json!({
        "schema": 1,
        "tenant_id": outcome.target.tenant,
        "host": outcome.target.host,
        "agent": outcome.target.aim.as_ref().map(|aim| &aim.name),
        "order": outcome.order,
        "verdict": outcome.ending.word(),
        "refusal": refusal.map(Refusal::word),
        "hint": refusal.and_then(|refusal| refusal.hint(outcome.order)),
        "exit_code": outcome.ending.exit_code(),
        "says": outcome.says,
        "evidence": evidence,
        "commands": outcome.commands,
        "took_ms": u64::try_from(outcome.took.as_millis()).unwrap_or(u64::MAX),
        "unlogged": outcome.unlogged,
    });
    say(&format!("{line}\n"))
}

/// A refusal with what to do about it here.
fn hinted(refusal: &Refusal, order: &str) -> String {
    refusal.hint(order).map_or_else(|| refusal.to_string(), |hint| format!("{refusal}. Hint: {hint}"))
}

fn exit_of(code: u8) -> Exit {
    match code {
        0 => Exit::Done,
        2 => Exit::Draft,
        3 => Exit::Usage,
        4 => Exit::Refused,
        5 => Exit::Blocked,
        _ => Exit::Fault,
    }
}

/// How long evidence is waited for: milliseconds from the command line, else what the configuration says.
fn timing(timeout: Option<u64>, globals: &Globals) -> crate::fleet::delivery::Timing {
    let default = crate::fleet::delivery::Timing::default();
    let give_up_after = timeout.map_or(globals.configured.send.timeout, Duration::from_millis);
    crate::fleet::delivery::Timing { give_up_after, ..default }
}

/// Wrong usage, in words.
fn usage(why: &str) -> Exit {
    complain(&format!("mosaic-top: {why}"));
    Exit::Usage
}

/// An error of the adapter as one of a verb.
fn failed(why: &str) -> color_eyre::Report {
    eyre!("{why}")
}
