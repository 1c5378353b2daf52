//! systemd: the holder, the order in which units start, and their files.

use super::{Checkup, Examined, facts::UnitFile, names, table};
use crate::fleet::judgement::Severity;

/// The unit that should hold the tmux server (spec §4).
const HOLDER: &str = "mosaic-tmux-holder.service";

pub(super) fn check(it: &Examined<'_>, checkup: &mut Checkup) {
    let Some(units) = checkup.known("the files of the units", &it.extra.units) else { return };
    let is_there = |unit: &&UnitFile| unit.load != "not-found" && unit.load != "masked";
    let agents: Vec<&UnitFile> = units.iter().filter(|unit| unit.name != HOLDER).collect();
    let there: Vec<&UnitFile> = agents.iter().copied().filter(is_there).collect();
    match units.iter().find(|unit| unit.name == HOLDER).filter(is_there) {
        None if !there.is_empty() => {
            let says = format!("{HOLDER} is not there, and {} is", names(&of(&there, |_| true)));
            checkup.add(&table::NO_HOLDER, Severity::Fault, says);
        }
        Some(holder) if holder.kill_mode != "process" => {
            let says = format!("{HOLDER} has KillMode={}", holder.kill_mode);
            checkup.add(&table::HOLDER_KILLS, Severity::Fault, says);
        }
        _ => {}
    }
    let has = |list: &[String]| list.iter().any(|unit| unit == HOLDER);
    let all: Vec<&UnitFile> = units.iter().filter(is_there).collect();
    let mut say = |check, severity, units: &[String], says: &str| {
        if !units.is_empty() {
            checkup.add(check, severity, format!("{} {says}", names(units)));
        }
    };
    let unordered = of(&there, |unit| !has(&unit.wants) || !has(&unit.after));
    say(&table::ORDER, Severity::Fault, &unordered, "does not want, or does not come after, the holder");
    let reload = of(&all, |unit| unit.reload);
    say(&table::RELOAD, Severity::Warning, &reload, "changed on disk since the manager read it");
    let failed = of(&all, |unit| unit.active == "failed");
    say(&table::FAILED, Severity::Fault, &failed, "has failed");
    let lost = of(&all, |unit| unit.active == "active" && unit.enabled == "disabled");
    say(&table::BOOT, Severity::Warning, &lost, "runs and is not enabled: a reboot loses it");
    let nobodys = of_nobody(it, units);
    say(&table::UNIT_OF_NOBODY, Severity::Warning, &nobodys, "is of no agent of this host in the roster");
    if !there.is_empty() {
        let without = of(&agents, |unit| !is_there(&unit));
        say(&table::NO_UNIT, Severity::Warning, &without, "is not there, or is masked");
    }
}

/// Units of agents that the roster does not have, where there is a roster.
fn of_nobody(it: &Examined<'_>, units: &[UnitFile]) -> Vec<String> {
    let systemd = &it.facts.systemd;
    let Some(loaded) = systemd.units.known().filter(|_| it.fleet.rows.iter().any(|row| row.managed)) else {
        return Vec::new();
    };
    let stays =
        |name: &str| systemd.enabled.known().and_then(|all| all.get(name)).is_some_and(|state| state == "enabled");
    let nobodys = loaded.iter().filter(|(name, unit)| {
        let is_agents = name.starts_with("mosaic-agent@") && name.ends_with(".service");
        let known = units.iter().any(|unit| unit.name == **name);
        is_agents && !known && (unit.active == "active" || stays(name))
    });
    nobodys.map(|(name, _)| name.clone()).collect()
}

fn of(units: &[&UnitFile], is: impl Fn(&UnitFile) -> bool) -> Vec<String> {
    units.iter().filter(|unit| is(unit)).map(|unit| unit.name.clone()).collect()
}
