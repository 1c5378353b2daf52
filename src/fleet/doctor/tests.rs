//! The checks as values: other versions of tmux, and what no test can make on a machine. What can be made is made in
//! `tests/doctor.rs`.

#![allow(clippy::unwrap_used, reason = "a failure is the test's failure")]

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Checkup, Examined, examine,
    facts::{Client, Extra, Ground, Launch, Left, Place, Reach, Ssh, Text, UnitFile},
    table,
};
use crate::fleet::{
    confirm::Memory,
    facts::{HostFacts, Limits, ServerState},
    fixtures,
    join::{JoinContext, join},
    reading::Reading,
};

fn ground() -> Ground {
    Ground { resolved: "/x".into(), directory: true, uid: 1000, mode: 0o700, writable: true, free: Some(1 << 40) }
}

fn place(path: &str) -> Place {
    Place { path: path.into(), ground: Reading::Known(Some(ground())) }
}

/// A host on which nothing is wrong: one server of this version.
fn healthy(version: &str) -> (HostFacts, Extra) {
    let mut facts = fixtures::host(vec![fixtures::pane("coder0", 5)]);
    if let ServerState::Up { version: theirs, .. } = &mut facts.servers.get_mut(&fixtures::socket()).unwrap().state {
        version.clone_into(theirs);
    }
    let reach = Reach {
        socket: place("/tmp/tmux-1000/fleet"),
        directory: place("/tmp/tmux-1000"),
        clients: Reading::Known(Vec::new()),
        access: Reading::Known(Vec::new()),
        window_size: Reading::Known("latest".into()),
        tap: false,
    };
    let extra = Extra {
        user: 1000,
        client: Reading::Known(version.into()),
        servers: facts.servers.keys().map(|socket| (socket.clone(), reach.clone())).collect(),
        units: Reading::Known(Vec::new()),
        places: vec![place("/m/fleet/run")],
        run: Reading::Known(Vec::new()),
        ssh: Vec::new(),
        ssh_settings: Reading::Known(Vec::new()),
        locale: "C.UTF-8".into(),
        launches: Vec::new(),
    };
    (facts, extra)
}

fn look(facts: &HostFacts, extra: &Extra) -> Checkup {
    let context = JoinContext {
        limits: Limits::default(),
        home: "/h",
        socket: None,
        zones: &fixtures::ZONES,
        ages_believed: true,
        live: BTreeMap::new(),
    };
    let fleet = join(None, facts, &context, &mut Memory::default().sights);
    examine(&Examined { fleet: &fleet, facts, extra, problems: &[], limits: Limits::default() })
}

/// Makes one thing wrong and says which checks find something then.
#[track_caller]
fn check(version: &str, wrong: impl Fn(&mut Extra), expected: &[&str]) {
    let (facts, mut extra) = healthy(version);
    assert_eq!(look(&facts, &extra), Checkup::default(), "a healthy host");
    wrong(&mut extra);
    let found: Vec<&str> = look(&facts, &extra).findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(found, expected);
}

fn reach(extra: &mut Extra) -> &mut Reach {
    extra.servers.values_mut().next().unwrap()
}

fn watcher(read_only: bool) -> Client {
    Client { name: "/dev/pts/1".into(), session: "coder0".into(), read_only, control: false, user: "u".into() }
}

#[test]
fn a_read_only_client_is_a_fault_from_3_7_on() {
    let attach = |read_only| move |extra: &mut Extra| reach(extra).clients = Reading::Known(vec![watcher(read_only)]);
    for version in ["3.7", "3.7c", "3.8", "4.0"] {
        check(version, attach(true), &["tmux.read-only-client", "access.clients"]);
        check(version, attach(false), &["access.clients"]);
    }
    for version in ["3.3a", "3.4", "3.6"] {
        check(version, attach(true), &["access.clients"]);
    }
}

#[test]
fn manual_window_sizes_are_a_fault_where_they_end_the_server() {
    let manual = |extra: &mut Extra| reach(extra).window_size = Reading::Known("manual".into());
    check("3.3a", manual, &["tmux.window-size-manual"]);
    check("3.5a", manual, &[]);
}

#[test]
fn an_older_or_another_tmux_is_said() {
    check("3.5a", |extra| extra.client = Reading::Known("3.6".into()), &["tmux.other-version"]);
    check("3.5a", |extra| extra.client = Reading::Known("3.1c".into()), &["tmux.too-old", "tmux.other-version"]);
    check("next-3.9", |_| {}, &[]);
}

#[test]
fn whoever_else_may_write_to_the_socket_is_said() {
    let of = |mode: u32, uid: u32| Reading::Known(Some(Ground { uid, mode, ..ground() }));
    check("3.5a", |extra| reach(extra).socket.ground = of(0o660, 1000), &[]);
    check("3.5a", |extra| reach(extra).directory.ground = of(0o755, 1000), &[]);
    let open = |extra: &mut Extra| {
        reach(extra).socket.ground = of(0o666, 1000);
        reach(extra).directory.ground = of(0o755, 1000);
    };
    check("3.5a", open, &["access.socket"]);
    check("3.5a", |extra| reach(extra).directory.ground = of(0o770, 1000), &["access.socket"]);
    check("3.5a", |extra| reach(extra).socket.ground = of(0o600, 0), &["access.socket"]);
    check("3.5a", |extra| reach(extra).access = Reading::Known(vec!["bob (R)".into()]), &["access.users"]);
}

#[test]
fn units_are_checked_only_where_there_are_some() {
    let unit = |name: &str, load: &str| UnitFile {
        name: name.into(),
        load: load.into(),
        kill_mode: "process".into(),
        wants: vec!["mosaic-tmux-holder.service".into()],
        after: vec!["mosaic-tmux-holder.service".into()],
        ..UnitFile::default()
    };
    let (holder, agent) = ("mosaic-tmux-holder.service", "mosaic-agent@a.service");
    let all = |units: &[UnitFile]| {
        let units = units.to_vec();
        move |extra: &mut Extra| extra.units = Reading::Known(units.clone())
    };
    check("3.5a", all(&[unit(holder, "not-found"), unit(agent, "not-found")]), &[]);
    check("3.5a", all(&[unit(holder, "loaded"), unit(agent, "loaded")]), &[]);
    check("3.5a", all(&[unit(holder, "not-found"), unit(agent, "loaded")]), &["holder.missing"]);
    let kills = UnitFile { kill_mode: "control-group".into(), ..unit(holder, "loaded") };
    check("3.5a", all(&[kills, unit(agent, "loaded")]), &["holder.kill-mode"]);
    let unordered = UnitFile { after: Vec::new(), ..unit(agent, "loaded") };
    check("3.5a", all(&[unit(holder, "loaded"), unordered]), &["unit.ordering"]);
}

#[test]
fn places_disks_and_what_was_left_behind() {
    let at = |extra: &mut Extra, change: fn(&mut Ground)| {
        let mut there = ground();
        change(&mut there);
        extra.places[0].ground = Reading::Known(Some(there));
    };
    check("3.5a", |extra| at(extra, |it| it.writable = false), &["log.unwritable"]);
    check("3.5a", |extra| at(extra, |it| it.mode = 0o770), &["access.directory"]);
    check("3.5a", |extra| at(extra, |it| it.uid = 7), &["access.directory"]);
    check("3.5a", |extra| at(extra, |it| it.free = Some(1 << 20)), &["disk.full"]);
    let left = |owner_lives| Left { name: "a.taken".into(), modified: None, owner: Some(7), owner_lives };
    check("3.5a", |extra| extra.run = Reading::Known(vec![left(false)]), &["stale.taken"]);
    check("3.5a", |extra| extra.run = Reading::Known(vec![left(true)]), &[]);
    check("3.5a", |extra| extra.locale = "C".into(), &["locale.not-utf8"]);
    check("3.5a", |extra| extra.locale = "de_DE.utf8".into(), &[]);
    let ssh = |path: &str| Ssh { host: "h".into(), control_path: Reading::Known(Some(path.into())) };
    check("3.5a", |extra| extra.ssh = vec![ssh("~/cm-%C")], &["ssh.control-path"]);
    check("3.5a", |extra| extra.ssh = vec![ssh("~/cm-%n-%C")], &[]);
}

fn launch(runtime: &str, text: Option<&str>) -> Launch {
    let file = |text: Option<&str>| Some(Text { path: "/h/f".into(), text: Reading::Known(text.map(str::to_owned)) });
    Launch {
        agent: "a".into(),
        runtime: runtime.into(),
        yolo: true,
        directory: "/x".into(),
        ground: Reading::Known(Some(ground())),
        asks_codex: true,
        by_unit: true,
        path: Reading::Known((String::new(), String::new())),
        missing: Vec::new(),
        trust: file(text),
        settings: file(Some("{\"skipDangerousModePermissionPrompt\": true}")),
    }
}

#[test]
fn the_next_launch_is_asked_what_it_would_meet() {
    let with = |launch: Launch| move |extra: &mut Extra| extra.launches = vec![launch.clone()];
    let trusted = "{\"hasCompletedOnboarding\":true,\"projects\":{\"/x\":{\"hasTrustDialogAccepted\":true}}}";
    check("3.5a", with(launch("claude", Some(trusted))), &[]);
    check("3.5a", with(launch("claude", None)), &["launch.gate", "launch.gate"]);
    check("3.5a", with(launch("claude", Some("{"))), &["launch.trust-file"]);
    check(
        "3.5a",
        with(Launch { settings: launch("claude", None).trust, ..launch("claude", Some(trusted)) }),
        &["launch.gate"],
    );
    check("3.5a", with(launch("codex", Some("[projects.\"/x\"]\ntrust_level = \"trusted\"\n"))), &[]);
    check("3.5a", with(launch("codex", None)), &["launch.gate"]);
    check("3.5a", with(Launch { asks_codex: false, ..launch("codex", None) }), &[]);
    check("3.5a", with(launch("opencode", None)), &[]);
    check("3.5a", with(Launch { ground: Reading::Known(None), ..launch("pi", None) }), &["launch.directory"]);
    check("3.5a", with(Launch { missing: vec!["pi".into()], ..launch("pi", None) }), &["path.runtime"]);
}

#[test]
fn what_could_not_be_asked_is_not_healthy() {
    let (facts, mut extra) = healthy("3.5a");
    extra.units = Reading::unknown("no user manager");
    extra.servers.values_mut().for_each(|reach| reach.clients = Reading::unknown("no answer"));
    let checkup = look(&facts, &extra);
    assert_eq!((checkup.findings.len(), checkup.unasked.len()), (0, 2), "{checkup:#?}");
}

#[test]
fn every_check_stands_once_and_every_finding_of_a_look_is_a_check() {
    let ids: Vec<&str> = table::ALL.iter().flat_map(|(_, checks)| checks.iter().map(|check| check.id)).collect();
    let set: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), set.len());
    let sources = [include_str!("../join/findings.rs"), include_str!("../roster/mod.rs")];
    let is_rule = |word: &&str| {
        let letters = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        word.split_once('.').is_some_and(|(a, b)| letters(a) && letters(b) && b != "service" && b != "yaml")
    };
    for rule in sources.iter().flat_map(|text| text.split('"').skip(1).step_by(2)).filter(is_rule) {
        assert!(table::find(rule).is_some(), "{rule} is not in the table of checks");
    }
}
