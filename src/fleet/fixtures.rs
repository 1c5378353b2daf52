//! Facts for tests: one healthy agent on one healthy server, to be spoilt one field at a time.

#![expect(clippy::panic, reason = "a test that cannot go on should stop")]

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use super::{
    agent_facts::{AgentFacts, Declared, Place},
    facts::{
        HostFacts, Identity, Limits, PaneFacts, Process, ServerFacts, ServerState, SessionFacts, SystemdFacts,
        UnitFacts,
    },
    heartbeat::{Health, Heartbeat, Status},
    ids::{HostName, PaneId, SessionId, Socket, Tenant, WindowId},
    judgement::Flag,
    reading::Reading,
    roster::{Agent, Place as RosterPlace, Roster},
    row::{Beat, Unit},
    runtime::{Recognised, Recognition, Rule},
    until::Zones,
};

/// A machine that knows no time but UTC.
pub(crate) static ZONES: Zones = Zones::UTC;

/// The socket of every fixture.
pub(crate) fn socket() -> Socket {
    Socket::Named("fleet".to_owned())
}

/// The moment of every fixture, so many seconds on.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_782_000_000 + seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A server that is up, with these panes, in the holder's unit.
pub(crate) fn server(panes: Vec<PaneFacts>) -> ServerFacts {
    ServerFacts {
        state: ServerState::Up { pid: 10, started: at(-9_000), version: "3.3a".to_owned() },
        panes,
        cgroup: Reading::Known("/user.slice/user@1000.service/app.slice/mosaic-tmux-holder.service".to_owned()),
    }
}

/// The pane `%number` of a session, which runs the process 100 + number and was quiet for 10 s.
pub(crate) fn pane(session: &str, number: u32) -> PaneFacts {
    PaneFacts {
        session: SessionFacts {
            id: SessionId(number),
            name: session.to_owned(),
            group: None,
            created: Reading::Known(at(-1_000)),
            attached: 0,
        },
        window: WindowId(number),
        pane: PaneId(number),
        pid: 100 + number,
        command: "claude".to_owned(),
        title: "✳ Claude Code".to_owned(),
        cwd: Reading::Known("/home/dev/src".to_owned()),
        width: 80,
        height: 24,
        dead: None,
        active: true,
        in_mode: false,
        activity: Reading::Known(at(-10)),
        cursor_shown: true,
        alternate: false,
        piped: false,
        mark: None,
    }
}

/// A process that has its terminal, one terminal a process.
pub(crate) fn process(pid: u32, argv0: &str) -> (u32, Process) {
    let group = i32::try_from(pid).unwrap_or(1);
    let process = Process {
        ppid: 10,
        pgrp: group,
        tty: group,
        tpgid: group,
        comm: argv0.to_owned(),
        argv: vec![argv0.to_owned()],
        exe: Reading::Known(format!("/usr/bin/{argv0}")),
        started_ticks: 1,
    };
    (pid, process)
}

/// A declared claude.
pub(crate) fn agent(name: &str) -> Agent {
    Agent {
        name: name.parse().unwrap_or_else(|bad| panic!("{name}: {bad}")),
        class: Some("code".to_owned()),
        runtime: Some("claude".to_owned()),
        alias: None,
        model_hint: None,
        working_directory: None,
        host: None,
        ssh: None,
        socket: None,
        yolo: true,
        command: None,
        channels: Vec::new(),
        env: BTreeMap::new(),
        unit: None,
        place: RosterPlace { line: 1, column: 1 },
    }
}

/// A roster of these agents.
pub(crate) fn roster(agents: Vec<Agent>) -> Roster {
    Roster {
        socket: socket(),
        holder_session: "_holder".to_owned(),
        working_directory: "~/src".to_owned(),
        runtimes: BTreeMap::new(),
        agents,
    }
}

/// A host with these panes on its one server; claude in every pane, a healthy heartbeat and an active, enabled unit
/// for every named session.
pub(crate) fn host(panes: Vec<PaneFacts>) -> HostFacts {
    let names: Vec<String> = panes.iter().map(|pane| pane.session.name.clone()).collect();
    let unit = |name: &String| format!("mosaic-agent@{name}.service");
    let beat = format!("ts={}\npid=1\nstatus=ok\n", at(-5));
    HostFacts {
        rules: crate::fleet::gate::UserRules::default(),
        acknowledged: std::collections::BTreeSet::new(),
        at: at(0),
        identity: Identity {
            tenant: Tenant("ops".to_owned()),
            host: HostName("dragon".to_owned()),
            aliases: ["localhost".to_owned()].into(),
        },
        systemd: SystemdFacts {
            units: Reading::Known(names.iter().map(|name| (unit(name), unit_facts("active", "exited"))).collect()),
            enabled: Reading::Known(names.iter().map(|name| (unit(name), "enabled".to_owned())).collect()),
            linger: Reading::Known(true),
            expected: true,
            changed: BTreeMap::new(),
            read_at: Some(at(0)),
        },
        heartbeats: names
            .iter()
            .filter_map(|name| name.parse().ok())
            .map(|name| (name, Reading::Known(beat.clone())))
            .collect(),
        processes: Reading::Known(panes.iter().map(|pane| process(pane.pid, "claude")).collect()),
        records: BTreeMap::new(),
        screens: BTreeMap::new(),
        pauses: BTreeMap::new(),
        taken: BTreeMap::new(),
        paused: Reading::Known(None),
        own_pane: None,
        servers: [(socket(), server(panes))].into(),
    }
}

/// A loaded unit.
pub(crate) fn unit_facts(active: &str, sub: &str) -> UnitFacts {
    UnitFacts { active: active.to_owned(), sub: sub.to_owned(), load: "loaded".to_owned() }
}

/// A claude that works: healthy heartbeat, quiet for 10 s, active and enabled.
pub(crate) fn working() -> AgentFacts {
    let pane = pane("coder0", 5);
    AgentFacts {
        now: at(0),
        declared: Some(Declared {
            runtime: "claude".to_owned(),
            runtime_named: true,
            program: None,
            model: None,
            working_directory: "/home/dev/src".to_owned(),
        }),
        place: Place::Here,
        socket: socket(),
        server: Some(server(Vec::new()).state),
        session: Some(pane.session.clone()),
        also_on: Vec::new(),
        pane: Some(pane),
        panes_in_window: 1,
        unit: Reading::Known(Unit {
            name: "mosaic-agent@coder0.service".to_owned(),
            facts: unit_facts("active", "exited"),
            enabled: Reading::Known("enabled".to_owned()),
        }),
        beat: beat(Health::Healthy, 5, Status::Ok),
        recognition: recognised("claude"),
        version: None,
        idle: Reading::Known(Duration::from_secs(10)),
        record: Reading::unknown("no record was looked for"),
        context: None,
        told: None,
        beside: Vec::new(),
        prompt: None,
        busy: None,
        pause: None,
        taken: None,
        own: false,
        hazard: None,
        limits: Limits::default(),
        ages_believed: true,
    }
}

/// A heartbeat of that health and age.
pub(crate) fn beat(health: Health, age: u64, status: Status) -> Beat {
    let read = Heartbeat {
        ts: Some(at(-i64::try_from(age).unwrap_or(0))),
        pid: Some(1),
        status: Some(status),
        model: Some("claude-opus-4-5".to_owned()),
        other: BTreeMap::new(),
    };
    let why = (health != Health::Healthy).then(|| "not well".to_owned());
    Beat { health, why, read: Some(read), age: Some(Duration::from_secs(age)) }
}

/// A runtime recognised by its process's name.
pub(crate) fn recognised(name: &str) -> Recognition {
    let (name, command_line) = (name.to_owned(), format!("{name} --flag"));
    Recognition::Runtime(Recognised { name, pid: 105, rule: Rule::Argv0, command_line })
}

/// Flags as they are printed behind a state: ` DRIFT BOOT`.
pub(crate) fn flag_words(flags: &[Flag]) -> String {
    flags.iter().flat_map(|flag| [" ", flag.word()]).collect()
}
