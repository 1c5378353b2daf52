//! A fleet of any size as its sources would tell of it: roster, tmux's answer, processes, heartbeats. Made up.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    time::Duration,
};

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use mosaic_top::{
    adapter::tmux::query,
    app::{
        event::{Event, Feed, MirrorNews, RosterNews},
        model::Model,
        sample::told,
        update::update,
    },
    fleet::{
        facts::{HostFacts, Identity, Process, ServerFacts, SystemdFacts},
        ids::{HostName, PaneId, PaneKey, Socket, Tenant},
        reading::Reading,
        roster,
    },
    screen::{Screen, Size},
};

const RUNTIMES: [&str; 4] = ["claude", "codex", "pi", "opencode"];
/// What a runtime starts below itself: language servers, tools, shells.
const CHILDREN: u32 = 4;

fn name(agent: u32) -> String {
    format!("agent-{agent:03}")
}

fn runtime(agent: u32) -> &'static str {
    RUNTIMES[agent as usize % RUNTIMES.len()]
}

pub(crate) fn roster(agents: u32) -> String {
    let mut text = "version: 1\ntmux: { socket_name: fleet }\nagents:\n".to_owned();
    for agent in 0..agents {
        let (name, runtime) = (name(agent), runtime(agent));
        writeln!(text, "  - name: {name}\n    class: code\n    runtime: {runtime}\n    model_hint: 'gpt-5.5:high'")
            .unwrap();
    }
    text
}

/// What `list-panes -a` answers, a pane an agent.
pub(crate) fn list_panes(agents: u32) -> String {
    let line = |agent: u32| {
        let (name, runtime, pid) = (name(agent), runtime(agent), pid(agent));
        format!(
            "4711|1781900000|3.3a|${agent}|1781900000|0|@{agent}|%{agent}|{pid}|100|30|0|||0|1|1|1781990000|1|0|0|\
             {name}||{runtime}|✳\\ Mending\\ the\\ export|/home/ops/src/app|\n"
        )
    };
    (0..agents).map(line).collect()
}

fn pid(agent: u32) -> u32 {
    10_000 + agent * 10
}

/// The facts of one moment: so many seconds after the first, with heartbeats as old as they then are.
pub(crate) fn facts(agents: u32, second: i64) -> HostFacts {
    let listing = query::parse(list_panes(agents).as_bytes()).unwrap();
    let server = ServerFacts { state: listing.state, panes: listing.panes, cgroup: Reading::unknown("not asked") };
    let beat = Timestamp::new(1_781_990_040 + second / 15 * 15, 0).unwrap();
    let text = format!("ts={beat}\npid=41234\nstatus=ok\nmodel=gpt-5.5\n");
    let unknown = || Reading::unknown("no user manager is running for this user");
    HostFacts {
        rules: mosaic_top::fleet::gate::UserRules::default(),
        acknowledged: std::collections::BTreeSet::new(),
        at: Timestamp::new(1_781_990_043 + second, 0).unwrap(),
        identity: Identity {
            tenant: Tenant("ops".to_owned()),
            host: HostName("box".to_owned()),
            aliases: BTreeSet::new(),
        },
        servers: BTreeMap::from([(Socket::Named("fleet".to_owned()), server)]),
        systemd: SystemdFacts {
            changed: BTreeMap::new(),
            expected: true,
            units: unknown(),
            enabled: Reading::unknown("not asked"),
            linger: Reading::unknown("not asked"),
            read_at: None,
        },
        heartbeats: (0..agents).map(|a| (name(a).parse().unwrap(), Reading::Known(text.clone()))).collect(),
        processes: Reading::Known((0..agents).flat_map(tree).collect()),
        records: BTreeMap::new(),
        screens: BTreeMap::new(),
        pauses: BTreeMap::new(),
        taken: BTreeMap::new(),
        paused: Reading::Known(None),
        own_pane: None,
    }
}

/// A runtime in an interpreter, and what it has started.
fn tree(agent: u32) -> impl Iterator<Item = (u32, Process)> {
    let (root, runtime) = (pid(agent), runtime(agent));
    (0..=CHILDREN).map(move |n| {
        let script = if n == 0 { format!("/usr/lib/node_modules/.bin/{runtime}") } else { format!("server-{n}.js") };
        let process = Process {
            ppid: if n == 0 { 4711 } else { root },
            pgrp: i32::try_from(root + n).unwrap(),
            tty: 34_816 + i32::try_from(agent).unwrap(),
            tpgid: i32::try_from(root).unwrap(),
            comm: "node".to_owned(),
            argv: vec!["node".to_owned(), script],
            exe: Reading::Known("/usr/bin/node".to_owned()),
            started_ticks: 1000,
        };
        (root + n, process)
    })
}

/// A dashboard over it, with the selected agent's mirror live.
pub(crate) fn model(agents: u32, size: (u16, u16)) -> Model {
    let mut model = Model::new(told(size));
    let parsed = roster::parse(&roster(agents));
    update(&mut model, Event::Roster(RosterNews::Read { path: "roster.yaml".to_owned(), parsed }));
    let facts = facts(agents, 0);
    update(&mut model, Event::Facts { facts: Box::new(facts), elapsed: Duration::ZERO });
    pictures(&mut model, agents);
    model
}

/// The same with all of them on the wall, in the smallest tiles.
pub(crate) fn wall(agents: u32, size: (u16, u16)) -> Model {
    let mut model = model(agents, size);
    for key in ['2', '-'] {
        let key = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
        update(&mut model, Event::Terminal(TerminalEvent::Key(key)));
    }
    pictures(&mut model, agents);
    model
}

/// Lets every mirror that was asked for come up.
fn pictures(model: &mut Model, agents: u32) {
    let at = facts(1, 0).at;
    for pane in 0..agents {
        let key = PaneKey { socket: Socket::Named("fleet".to_owned()), pane: PaneId(pane) };
        let mut screen = Box::new(Screen::new(Size { rows: 30, cols: 100 }));
        (0..60)
            .for_each(|n| screen.feed(format!("\x1b[3{}m● line {n}\x1b[m of an agent's words\r\n", n % 8).as_bytes()));
        update(model, Event::Mirror(key, MirrorNews::Picture { screen, feed: Feed::Live, at }));
    }
    update(model, Event::Tick(at));
}
