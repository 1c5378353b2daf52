//! Records trust of an agent's working directory before it is launched (spec §7.1), so that nobody has to answer the
//! runtime's question. Idempotent; a file that does not parse is left alone; a failure never stops a launch.

use std::{path::PathBuf, sync::Arc};

use super::{
    Steer,
    hand::Change,
    job::{End, Job, LIMIT},
};
use crate::{
    adapter::{
        exec::{Exec, FileError},
        identity::Who,
        trust::surroundings,
    },
    fleet::{
        order::{Aim, Ending, Refusal, Target},
        text::{pairs, visible},
        trust::{Edit, Keeper},
    },
};

/// Claude keeps what it knows of every project in one file.
const FILE_MOST: usize = 32 * 1024 * 1024;

/// What is to be recorded, and where.
struct Plan {
    keeper: Keeper,
    file: PathBuf,
    directory: String,
}

impl Plan {
    async fn of(steer: &Steer, who: &Who, aim: &Aim) -> Result<Self, Refusal> {
        let name = visible(&aim.name);
        let unknown = || Refusal::Missing(format!("nothing is known of how {name} is started"));
        let (launch, files) = (aim.launch.clone().ok_or_else(unknown)?, steer.watch.files(who));
        let exec: &dyn Exec = steer.hand.as_ref();
        let manager = match &aim.unit {
            Some(_) => exec.run(&super::lines::systemctl(who, &["show-environment"]), LIMIT).await.ok(),
            None => None,
        };
        let manager = manager.filter(|output| output.status == 0).map(|output| {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            pairs(&text).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
        });
        let runs = aim.pane.filter(|pane| !pane.dead).map(|pane| pane.pid);
        let (launch, env) = surroundings(exec, &files, launch, manager.as_ref(), runs).await;
        let keeper = Keeper::of(&launch.runtime).ok_or_else(|| {
            Refusal::NoRule(format!("{} keeps no record of trust that is known here", visible(&launch.runtime)))
        })?;
        let place = exec.survey(vec![launch.directory.clone().into()]).await.pop();
        let missing =
            || Refusal::Missing(format!("the directory {} of {name} does not exist", visible(&launch.directory)));
        let place = place.and_then(Result::ok).filter(|place| place.directory).ok_or_else(missing)?;
        let directory = place.resolved.to_str().ok_or_else(missing)?.to_owned();
        let home = who.home.clone().unwrap_or_else(|| PathBuf::from("/"));
        Ok(Self { keeper, file: keeper.file(&env, &home), directory })
    }

    /// For people and the log.
    fn line(&self) -> String {
        format!("write {}: {}", self.file.display(), self.keeper.entry(&self.directory))
    }

    /// Why nothing would be written now, in words.
    async fn hindrance(&self, steer: &Steer) -> Option<String> {
        let text = match steer.hand.read(vec![self.file.clone()], FILE_MOST).await.pop()? {
            Ok(content) => Some(String::from_utf8_lossy(&content.bytes).into_owned()),
            Err(FileError::Missing(_)) => None,
            Err(error) => return Some(format!("it will be left alone: {error}")),
        };
        match self.keeper.record(text.as_deref(), &self.directory) {
            Ok(Edit::Recorded) => Some("it stands there already, so nothing will be written".to_owned()),
            Ok(Edit::Changed(_)) => None,
            Err(why) => {
                Some(format!("{} will be left alone: {}", visible(&self.file.display().to_string()), visible(&why)))
            }
        }
    }

    /// Whether it was recorded now; `false` where it was already.
    async fn record(&self, steer: &Steer) -> Result<bool, String> {
        let (keeper, directory) = (self.keeper, self.directory.clone());
        let change: Change = Arc::new(move |text| match keeper.record(text, &directory)? {
            Edit::Recorded => Ok(None),
            Edit::Changed(text) => Ok(Some(text)),
        });
        steer.hand.amend(self.file.clone(), change).await
    }
}

/// What would be written; nothing where nothing can be, or where it stands there already.
pub(super) async fn lines(steer: &Steer, who: &Who, target: &Target) -> Vec<String> {
    let Some(aim) = target.aim.as_deref() else { return Vec::new() };
    let Ok(plan) = Plan::of(steer, who, aim).await else { return Vec::new() };
    if plan.hindrance(steer).await.is_some() { Vec::new() } else { vec![plan.line()] }
}

/// What an operator should know before: that it stands there already, or that the file will be left alone.
pub(super) async fn warning(steer: &Steer, who: &Who, aim: &Aim) -> Option<String> {
    Plan::of(steer, who, aim).await.ok()?.hindrance(steer).await
}

/// Whether it could be recorded.
pub(super) async fn against(steer: &Steer, who: &Who, aim: &Aim) -> Result<(), Refusal> {
    Plan::of(steer, who, aim).await.map(drop)
}

/// Records it because it was asked for.
pub(super) async fn trust(job: &mut Job<'_>) -> Result<End, Refusal> {
    let plan = Plan::of(job.steer, &job.who, job.aim()?).await?;
    let (file, directory) = (plan.file.display().to_string(), &plan.directory);
    job.note(plan.line());
    Ok(match plan.record(job.steer).await {
        Ok(true) => End::done(format!("{directory} is trusted now, by {file}")),
        Ok(false) => End::done(format!("{directory} was trusted already, by {file}")),
        Err(why) => End::new(Ending::Failed, format!("{file} was left alone: {why}")),
    })
}

/// Records it before a launch. What fails is said, and stops nothing.
pub(super) async fn before_launch(job: &mut Job<'_>, aim: &Aim) {
    // A runtime that asks no such question, or a directory that the launch itself will complain of.
    let Ok(plan) = Plan::of(job.steer, &job.who, aim).await else { return };
    match plan.record(job.steer).await {
        Ok(true) => job.note(plan.line()),
        Ok(false) => {}
        Err(why) => {
            let says = format!("trust was not recorded: {} was left alone: {why}", plan.file.display());
            job.says(says.clone());
            job.note(says);
        }
    }
}
