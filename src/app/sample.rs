//! A fleet with an agent in every state, for the snapshot tests and the pictures in the documentation.
//!
//! Not for use by the program: it is in the library only so that tests and pictures show one and the same fleet.

pub mod acting;

use std::time::Duration;

use jiff::Timestamp;

use super::{
    event::{Event, Feed, MirrorNews},
    model::{Model, Start},
    update::update,
};
use crate::{
    fleet::{
        facts::{DeadPane, SessionFacts, UnitFacts},
        heartbeat::{Health, Heartbeat, Status},
        ids::{HostName, PaneId, PaneKey, SessionId, Socket, Tenant},
        judgement::{Cause, CauseKind, Drift, Evidence, Finding, Flag, Judgement, Readiness, Severity},
        reading::Reading,
        row::{Beat, Context, Fleet, Pane, Row, RowKey, Unit},
    },
    screen::{Screen, Size},
};

/// When the sample was taken.
#[must_use]
pub fn at() -> Timestamp {
    Timestamp::constant(1_781_990_043, 0)
}

/// The sample's server.
#[must_use]
pub fn socket() -> Socket {
    Socket::Named("mosaic-fleet".to_owned())
}

/// A dashboard before any news.
#[must_use]
pub fn start(size: (u16, u16)) -> Model {
    start_as(false, size)
}

/// The same, read-only or not.
#[must_use]
pub fn start_as(read_only: bool, size: (u16, u16)) -> Model {
    let read_only = read_only.then_some("this is read-only: it was started with --read-only");
    Model::new(Start { read_only, ..told(size) })
}

/// What a dashboard of that size is told when it starts.
#[must_use]
pub fn told(size: (u16, u16)) -> Start {
    Start { size, home: "/home/ops".to_owned(), job_control: true, ..Start::default() }
}

/// A dashboard over the sample fleet, with the selected agent's mirror live.
#[must_use]
pub fn model(size: (u16, u16)) -> Model {
    let mut model = start(size);
    model.facts = Some(Box::new(acting::facts()));
    model.show_fleet(fleet());
    update(&mut model, Event::Tick(at()));
    answer_mirrors(&mut model);
    model
}

/// Lets every mirror that was asked for come up.
pub fn answer_mirrors(model: &mut Model) {
    for pane in 1..16 {
        update(model, Event::Mirror(PaneKey { socket: socket(), pane: PaneId(pane) }, picture(pane)));
    }
}

/// The picture of one of the sample's panes.
#[must_use]
pub fn picture(pane: u32) -> MirrorNews {
    let mut screen = Screen::new(Size { rows: 24, cols: 80 });
    screen.feed(
        match pane {
            1 => TRUST,
            5 => ENDED,
            _ => WORKING,
        }
        .replace('\n', "\r\n")
        .as_bytes(),
    );
    MirrorNews::Picture { screen: Box::new(screen), feed: Feed::Live, at: at() }
}

/// What a runtime shows that waits for its folder to be trusted; our own words.
const TRUST: &str = "\x1b[38;5;214m╭─ Open a workspace ────────────────────────────╮\x1b[m
\x1b[38;5;214m│\x1b[m                                               \x1b[38;5;214m│\x1b[m
\x1b[38;5;214m│\x1b[m   \x1b[1m~/src/app\x1b[m                                   \x1b[38;5;214m│\x1b[m
\x1b[38;5;214m│\x1b[m                                               \x1b[38;5;214m│\x1b[m
\x1b[38;5;214m╰───────────────────────────────────────────────╯\x1b[m

 \x1b[1mDo you trust the files in this folder?\x1b[m

 The agent may read, change and run what is in it.
 \x1b[2mOnly go on in a project of your own, or in one\x1b[m
 \x1b[2mwhose authors you trust.\x1b[m

 \x1b[38;5;111m❯ 1. No, exit\x1b[m
   2. Yes, I trust this folder

 \x1b[2mEnter confirms · Esc cancels\x1b[m\x1b[?25l";

/// What tmux leaves of a pane whose program was not found.
const ENDED: &str = "\x1b[2m$\x1b[m exec pi --model default
sh: 1: exec: pi: not found

Pane is dead (status 127, Sat Jun 20 21:10:03 2026)\x1b[?25l";

const WORKING: &str = "\x1b[1;38;5;208m●\x1b[m I'll make the retry loop stop at its deadline.

\x1b[32m●\x1b[m \x1b[1mEdit\x1b[m(src/retry.rs)
  \x1b[48;5;22m+    while attempt < limit && now() < deadline {      \x1b[m
  \x1b[48;5;52m-    while attempt < limit {                          \x1b[m

\x1b[32m●\x1b[m \x1b[1mRun\x1b[m(cargo test retry)
  \x1b[2m└\x1b[m running 12 tests … \x1b[32m12 passed\x1b[m; \x1b[31m0 failed\x1b[m
    翻訳テスト: \x1b[32mok\x1b[m  naïve café: \x1b[32mok\x1b[m  \x1b[7m inverse \x1b[m

\x1b[38;5;208m✻ Working…\x1b[m \x1b[2m(38s · esc to interrupt)\x1b[m

\x1b[2m──────────────────────────────────────────────────────────\x1b[m
> ";

/// The fleet.
#[must_use]
pub fn fleet() -> Fleet {
    let rows = vec![
        orchestrator(),
        coder0(),
        coder1(),
        review(),
        merge_gate(),
        enhancer(),
        translator(),
        docs(),
        remote(),
        tester(),
        unmanaged(13, "scratch", "bash"),
        dashboard(),
        hostile(),
    ];
    Fleet {
        tenant: Tenant("ops".to_owned()),
        host: HostName("dragon-lin".to_owned()),
        at: at(),
        socket: socket(),
        paused: None,
        findings: vec![Finding {
            severity: Severity::Warning,
            rule: "systemd.linger",
            says: "user lingering is off: a logout or a reboot loses the whole fleet".to_owned(),
            hint: Some("loginctl enable-linger ops".to_owned()),
        }],
        rows,
    }
}

/// A healthy managed row with pane `number`, to be changed where it differs.
#[must_use]
pub fn row(number: u32, name: &str, class: &str, runtime: &str, readiness: Readiness, idle: u64) -> Row {
    Row {
        key: RowKey { host: HostName("dragon-lin".to_owned()), socket: socket(), session: name.to_owned(), pane: None },
        name: name.to_owned(),
        alias: None,
        class: Some(class.to_owned()),
        runtime: Some(runtime.to_owned()),
        model: None,
        tenant: Tenant("ops".to_owned()),
        managed: true,
        unit: Reading::Known(unit(name, "enabled")),
        session: Some(session(number, name)),
        pane: Some(pane(number, runtime)),
        idle: Reading::Known(Duration::from_secs(idle)),
        doing: None,
        context: None,
        heartbeat: beat(Health::Healthy, 2 + u64::from(number)),
        pause: None,
        taken: None,
        prompt: None,
        busy: (readiness == Readiness::Working).then_some(true),
        judgement: Judgement {
            readiness,
            cause: None,
            evidence: vec![evidence("heartbeat", "heartbeat.healthy", "the heartbeat is fresh", 2, None)],
            flags: Vec::new(),
            drift: Vec::new(),
        },
        since: before(idle),
        since_exact: true,
        confirmed: true,
    }
}

fn before(seconds: u64) -> Timestamp {
    at().checked_sub(Duration::from_secs(seconds)).unwrap_or(at())
}

fn unit(name: &str, enabled: &str) -> Unit {
    Unit {
        name: format!("mosaic-agent@{name}.service"),
        facts: UnitFacts { active: "active".to_owned(), sub: "exited".to_owned(), load: "loaded".to_owned() },
        enabled: Reading::Known(enabled.to_owned()),
    }
}

fn session(number: u32, name: &str) -> SessionFacts {
    SessionFacts {
        id: SessionId(number),
        name: name.to_owned(),
        group: None,
        created: Reading::Known(before(90_000)),
        attached: 0,
    }
}

fn pane(number: u32, runtime: &str) -> Pane {
    Pane {
        key: PaneKey { socket: socket(), pane: PaneId(number) },
        pid: 41_200 + number,
        command: if runtime == "codex" { "codex" } else { "node" }.to_owned(),
        runtime: Reading::Known(runtime.to_owned()),
        version: None,
        argv: Some(format!("node /usr/lib/node_modules/.bin/{runtime} --model default")),
        title: format!("✳ {runtime}"),
        cwd: Reading::Known("/home/ops/src/app".to_owned()),
        width: 80,
        height: 24,
        dead: None,
        in_mode: false,
        piped: true,
        mark: Some("1".to_owned()),
    }
}

fn beat(health: Health, seconds: u64) -> Beat {
    let read = Heartbeat {
        ts: Some(before(seconds)),
        pid: Some(41_300),
        status: Some(Status::Ok),
        model: None,
        other: std::collections::BTreeMap::new(),
    };
    Beat { health, why: None, read: Some(read), age: Some(Duration::from_secs(seconds)) }
}

fn silent(why: &str) -> Beat {
    Beat { health: Health::Unknown, why: Some(why.to_owned()), read: None, age: None }
}

fn evidence(source: &'static str, rule: &'static str, says: &str, seconds: u64, line: Option<&str>) -> Evidence {
    Evidence { source, rule: rule.into(), says: says.to_owned(), at: before(seconds), line: line.map(str::to_owned) }
}

fn blame(row: &mut Row, kind: CauseKind, rule: &str, says: &str) {
    row.judgement.cause = Some(Cause { kind, rule: rule.to_owned(), says: says.to_owned() });
}

fn orchestrator() -> Row {
    let mut row = row(1, "orchestrator", "orchestrator", "claude", Readiness::Stuck, 7_440);
    row.alias = Some("Mos".to_owned());
    row.prompt = Some(acting::prompt());
    row.model = Some("opus".to_owned());
    blame(&mut row, CauseKind::Gate, "claude.trust", "trust gate · Enter would quit");
    row.judgement.evidence = vec![
        evidence(
            "screen",
            "claude.trust",
            "a trust prompt is up, and “No, exit” is highlighted",
            7_440,
            Some("❯ 1. No, exit"),
        ),
        evidence("heartbeat", "heartbeat.healthy", "disagrees: fresh, status ok", 3, None),
    ];
    row
}

fn coder0() -> Row {
    let mut row = row(2, "coder0", "code", "pi", Readiness::Working, 1);
    row.model = Some("gpt-5.5:high".to_owned());
    row.doing = Some("make the parser total".to_owned());
    row.context = Some(Context { used_percent: 91, source: "pi".to_owned() });
    row
}

fn coder1() -> Row {
    let mut row = row(3, "coder1", "code", "codex", Readiness::Available, 372);
    row.unit = Reading::Known(unit("coder1", "disabled"));
    row.judgement.flags = vec![Flag::Boot];
    row
}

fn review() -> Row {
    let mut row = row(4, "review", "review", "claude", Readiness::Working, 0);
    row.judgement.flags = vec![Flag::Drift];
    row.judgement.evidence.push(evidence("process", "runtime.argv", "pi runs below the pane, not claude", 2, None));
    row.judgement.drift = vec![Drift { field: "runtime", roster: "claude".to_owned(), actual: "pi".to_owned() }];
    if let Some(pane) = &mut row.pane {
        pane.runtime = Reading::Known("pi".to_owned());
        pane.argv = Some("node /usr/lib/node_modules/.bin/pi".to_owned());
        "π - app".clone_into(&mut pane.title);
    }
    row
}

fn merge_gate() -> Row {
    let mut row = row(5, "merge-gate", "merge-gate", "pi", Readiness::Dead, 240);
    row.idle = Reading::unknown("its pane is dead");
    row.heartbeat = beat(Health::Stale, 252);
    blame(&mut row, CauseKind::Dead, "pane.dead", "ended with status 127");
    row.judgement.evidence = vec![evidence("tmux", "pane.dead", "the pane is dead, status 127", 2, None)];
    if let Some(pane) = &mut row.pane {
        pane.dead = Some(DeadPane { status: Some(127), signal: None, at: None });
    }
    row
}

fn enhancer() -> Row {
    let mut row = row(6, "enhancer", "enhancer", "pi", Readiness::Stale, 724);
    row.heartbeat = beat(Health::Stale, 731);
    blame(&mut row, CauseKind::Stale, "heartbeat.stale", "no heartbeat for 12m (limit 45s)");
    row.judgement.evidence =
        vec![evidence("heartbeat", "heartbeat.stale", "12m old, three intervals are 45s", 2, None)];
    row
}

fn translator() -> Row {
    let mut row = row(12, "translator", "documentation", "claude", Readiness::Working, 3);
    row.alias = Some("翻訳係 🦊".to_owned());
    row
}

fn docs() -> Row {
    let mut row = row(7, "docs", "documentation", "opencode", Readiness::Unknown, 64);
    row.heartbeat = silent("no heartbeat file");
    row.confirmed = false;
    row
}

fn remote() -> Row {
    let mut row = row(8, "coder0-0", "code", "codex", Readiness::Unknown, 0);
    row.key.host = HostName("10.1.10.37".to_owned());
    row.session = None;
    row.pane = None;
    row.idle = Reading::unknown("its host is not observed");
    row.unit = Reading::unknown("its host is not observed");
    row.heartbeat = silent("its host is not observed");
    row.judgement.flags = vec![Flag::Unreachable];
    row.judgement.cause = Some(Cause {
        kind: CauseKind::Error,
        rule: "host.unobserved".to_owned(),
        says: "10.1.10.37 is not observed".to_owned(),
    });
    row
}

fn tester() -> Row {
    let mut row = row(9, "site-tester", "site-tester", "codex", Readiness::Available, 11_220);
    row.judgement.flags = vec![Flag::Paused];
    row
}

fn unmanaged(number: u32, name: &str, runtime: &str) -> Row {
    let mut row = row(number, name, "", runtime, Readiness::Unknown, 540);
    row.managed = false;
    row.class = None;
    row.runtime = None;
    row.heartbeat = silent("an unmanaged session has none");
    row.unit = Reading::unknown("no unit of that name");
    row.judgement.flags = vec![Flag::Unmanaged];
    if let Some(pane) = &mut row.pane {
        runtime.clone_into(&mut pane.command);
        pane.runtime = Reading::unknown("a shell is no runtime");
        pane.argv = None;
    }
    row
}

fn dashboard() -> Row {
    let mut row = unmanaged(14, "top", "mosaic-top");
    row.judgement.flags = vec![Flag::Unmanaged, Flag::Own];
    row
}

fn hostile() -> Row {
    let mut row = unmanaged(15, "evil\u{1b}[2J\u{202e}", "bash");
    if let Some(pane) = &mut row.pane {
        "\u{1b}]0;pwned\u{7}".clone_into(&mut pane.title);
    }
    row
}
