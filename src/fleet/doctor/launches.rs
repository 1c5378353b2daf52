//! What the next launch of each agent would meet: programs that are not there, directories, questions.

use std::collections::BTreeMap;

use super::{
    Checkup, Examined,
    facts::{Launch, Text},
    names, table,
};
use crate::fleet::{
    judgement::Severity,
    row::Row,
    text::visible,
    trust::{self, Keeper},
};

/// Agents by what they share.
type Groups = BTreeMap<(Severity, String), Vec<String>>;

pub(super) fn check(it: &Examined<'_>, checkup: &mut Checkup) {
    let (mut paths, mut gates, mut files): (Groups, Groups, Groups) = Default::default();
    for launch in &it.extra.launches {
        let name = || launch.agent.clone();
        for missing in &launch.missing {
            let runs = it.fleet.rows.iter().any(|row| row.managed && row.name == launch.agent && runs(row, launch));
            // It runs, so somebody finds it: then only the next launch by the unit, or from here, is in doubt.
            let severity = if runs || !launch.by_unit { Severity::Warning } else { Severity::Fault };
            let (path, from) = launch.path.known().cloned().unwrap_or_default();
            let says = format!("{} is not on the PATH of {}: {}", visible(missing), visible(&from), visible(&path));
            paths.entry((severity, says)).or_default().push(name());
        }
        if let Some(why) = launch.path.why() {
            checkup.unasked(&format!("the PATH of {}'s unit", visible(&launch.agent)), why);
        }
        if let Some(None) = launch.ground.known() {
            let says = format!("{} of {} does not exist", visible(&launch.directory), visible(&launch.agent));
            checkup.add(&table::LAUNCH_DIRECTORY, Severity::Warning, says);
        }
        match gate(launch) {
            Ok(all) => {
                for (severity, says) in all {
                    gates.entry((severity, says)).or_default().push(name());
                }
            }
            Err(says) => files.entry((Severity::Warning, says)).or_default().push(name()),
        }
    }
    for (check, groups) in [(&table::RUNTIME_PATH, paths), (&table::GATE, gates), (&table::TRUST_FILE, files)] {
        for ((severity, says), agents) in groups {
            checkup.add(check, severity, format!("{}: {says}", names(&agents)));
        }
    }
}

fn runs(row: &Row, launch: &Launch) -> bool {
    row.pane.as_ref().is_some_and(|pane| pane.dead.is_none() && pane.runtime.known() == Some(&launch.runtime))
}

/// The questions that a launch would meet; `Err`: a file that says so does not parse.
fn gate(launch: &Launch) -> Result<Vec<(Severity, String)>, String> {
    let mut met = Vec::new();
    let (Some(keeper), Some(file)) = (Keeper::of(&launch.runtime), &launch.trust) else { return Ok(met) };
    let Some(Some(ground)) = launch.ground.known() else { return Ok(met) };
    let directory = ground.resolved.to_string_lossy();
    let read = |file: &Text, ask: &dyn Fn(Option<&str>) -> Result<bool, String>| match file.text.known() {
        // What cannot be read says nothing.
        None => Ok(true),
        Some(text) => ask(text.as_deref())
            .map_err(|why| format!("{}: {}", visible(&file.path.display().to_string()), visible(&why))),
    };
    let asks = keeper == Keeper::Claude || launch.asks_codex;
    if asks && !read(file, &|text| keeper.trusts(text, &directory))? {
        let says = format!("{} would ask whether to trust {}", launch.runtime, visible(&directory));
        met.push((Severity::Fault, says));
    }
    if keeper == Keeper::Claude && !read(file, &trust::claude_is_onboarded)? {
        met.push((Severity::Warning, "claude would ask the questions of a first start (theme, login)".to_owned()));
    }
    if let Some(settings) = launch.settings.as_ref().filter(|_| keeper == Keeper::Claude && launch.yolo)
        && !read(settings, &trust::claude_bypass_accepted)?
    {
        met.push((Severity::Warning, "claude would warn of bypassed permissions, and Enter there quits".to_owned()));
    }
    Ok(met)
}
