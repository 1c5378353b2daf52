//! Directories and files of the fleet, the disk, clocks, what was left behind; the locale.

use std::{collections::BTreeSet, time::Duration};

use super::{
    Checkup, Examined,
    facts::{Ground, Left, Place},
    names, table,
    tmux::OTHERS_WRITE,
};
use crate::fleet::{
    heartbeat,
    judgement::Severity,
    text::visible,
    words::{self, age, long},
};

/// Less room than this and nothing can be written for long; less than that and it soon will be so.
const FULL: u64 = 32 << 20;
const NEARLY_FULL: u64 = 512 << 20;
/// A pause that has lasted longer was most likely forgotten.
const LONG_PAUSE: Duration = Duration::from_secs(24 * 3600);
/// Clocks of one host and its file systems differ by less.
const CLOCK_SLACK: Duration = Duration::from_secs(60);

pub(super) fn check(it: &Examined<'_>, checkup: &mut Checkup) {
    roster(it, checkup);
    let mut disks = BTreeSet::new();
    for place in &it.extra.places {
        let path = visible(&place.path.display().to_string());
        let Some(ground) = checkup.known(&path, &place.ground) else { continue };
        place_is(it, place, &path, ground.as_ref(), checkup);
        if let Some(free) = ground.as_ref().and_then(|ground| ground.free) {
            disk(free, &path, &mut disks, checkup);
        }
    }
    if let Some(left) = checkup.known("what lies in fleet/run", &it.extra.run) {
        left_behind(it, left, checkup);
    }
    clocks(it, checkup);
    around(it, checkup);
}

fn roster(it: &Examined<'_>, checkup: &mut Checkup) {
    let errors = it.problems.iter().filter(|problem| problem.error).count();
    if let Some(first) = it.problems.iter().find(|problem| problem.error).or(it.problems.first()) {
        let severity = if errors > 0 { Severity::Fault } else { Severity::Warning };
        let says = format!("{}, the first: {}", words::count(it.problems.len(), "problem"), first.show("roster.yaml"));
        checkup.add(&table::ROSTER, severity, says);
    }
}

fn place_is(it: &Examined<'_>, place: &Place, path: &str, ground: Option<&Ground>, checkup: &mut Checkup) {
    let is_log = place.path.extension().is_some_and(|kind| kind == "jsonl");
    let is_run = place.path.ends_with("fleet/run");
    match ground {
        None if is_run && it.fleet.rows.iter().any(|row| row.managed) => {
            checkup.add(&table::RUN, Severity::Warning, format!("{path} does not exist"));
        }
        None => {}
        Some(ground) => {
            if is_run && !ground.directory {
                checkup.add(&table::RUN, Severity::Fault, format!("{path} is no directory"));
            }
            if (is_log || is_run) && !ground.writable {
                checkup.add(&table::LOG, Severity::Fault, format!("{path} cannot be written by this user"));
            }
            if ground.uid != it.extra.user {
                checkup.add(&table::DIRECTORY, Severity::Fault, format!("{path} belongs to uid {}", ground.uid));
            }
            if ground.mode & OTHERS_WRITE != 0 {
                let says = format!("others may write to {path} (mode {:o})", ground.mode);
                checkup.add(&table::DIRECTORY, Severity::Fault, says);
            }
        }
    }
}

/// Once for each amount: places on one disk have the same.
fn disk(free: u64, path: &str, said: &mut BTreeSet<u64>, checkup: &mut Checkup) {
    if free >= NEARLY_FULL || !said.insert(free >> 20) {
        return;
    }
    let severity = if free < FULL { Severity::Fault } else { Severity::Warning };
    checkup.add(&table::DISK, severity, format!("{} MB are left at {path}", free >> 20));
}

fn left_behind(it: &Examined<'_>, left: &[Left], checkup: &mut Checkup) {
    let agents: BTreeSet<&str> = it.fleet.rows.iter().filter(|r| r.managed).map(|r| r.name.as_str()).collect();
    for file in left {
        let name = visible(&file.name);
        let old = file.modified.map(|at| age(at, it.facts.at)).filter(|old| *old > LONG_PAUSE);
        if file.name.strip_suffix(".taken").is_some() && file.owner.is_some() && !file.owner_lives {
            let says = format!("{name}: its owner, process {}, is gone", file.owner.unwrap_or_default());
            checkup.add(&table::STALE_TAKEN, Severity::Warning, says);
        }
        let of_agent = file.name.strip_suffix(".paused");
        if let Some(agent) = of_agent.filter(|agent| !agents.is_empty() && !agents.contains(agent)) {
            let says = format!("{name} pauses {}, who is not in the roster", visible(agent));
            checkup.add(&table::OLD_PAUSE, Severity::Note, says);
        } else if let Some(old) = old.filter(|_| of_agent.is_some() || file.name == "PAUSED") {
            checkup.add(&table::OLD_PAUSE, Severity::Warning, format!("{name} has been there for {}", long(old)));
        }
    }
}

/// Heartbeats and files that are ahead of this clock.
fn clocks(it: &Examined<'_>, checkup: &mut Checkup) {
    let mut ahead: Vec<String> = Vec::new();
    for (agent, read) in &it.facts.heartbeats {
        let ts = read.known().and_then(|text| heartbeat::parse(text).ok()?.ts);
        if ts.is_some_and(|ts| age(it.facts.at, ts) > it.limits.heartbeat_interval) {
            ahead.push(format!("the heartbeat of {agent}"));
        }
    }
    let files = it.extra.run.known().into_iter().flatten();
    let files = files.filter(|file| file.modified.is_some_and(|at| age(it.facts.at, at) > CLOCK_SLACK));
    ahead.extend(files.map(|file| file.name.clone()));
    if !ahead.is_empty() {
        checkup.add(&table::CLOCK, Severity::Warning, format!("from the future: {}", names(&ahead)));
    }
}

fn around(it: &Examined<'_>, checkup: &mut Checkup) {
    let locale = &it.extra.locale;
    let charset = locale.to_ascii_lowercase().replace('-', "");
    if !charset.contains("utf8") {
        let named = if locale.is_empty() { "not set".to_owned() } else { visible(locale) };
        checkup.add(&table::LOCALE, Severity::Warning, format!("the locale is {named}"));
    }
}
