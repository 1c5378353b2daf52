//! The acting half of the sample: what orders are made of, a prompt, a preview, receipts and an action log.

use std::{collections::BTreeMap, time::Duration};

use super::{at, before, socket};
use crate::{
    app::{
        effect::Effect,
        event::Event,
        job::{JobId, JobNews},
        model::Model,
        update::update,
    },
    fleet::{
        action_record::{ActionRecord, Asker, BodyMark, Logged, Mark, Stage},
        delivery::Proof,
        facts::{HostFacts, Identity, ServerFacts, ServerState, SystemdFacts},
        gate::{Body, Kind, Opt, Prompt},
        ids::{HostName, Tenant},
        order::{Act, Ending, Outcome, Planned, Preview, Progress, Target},
        reading::Reading,
    },
};

/// What the targets of orders are made of: the server, and nothing that the rows do not say.
pub(super) fn facts() -> HostFacts {
    let state = ServerState::Up { pid: 40_100, started: before(90_000), version: "3.4".to_owned() };
    let server = ServerFacts { state, panes: Vec::new(), cgroup: Reading::unknown("this is a sample") };
    HostFacts {
        rules: crate::fleet::gate::UserRules::default(),
        acknowledged: std::collections::BTreeSet::new(),
        at: at(),
        identity: Identity {
            tenant: Tenant("ops".to_owned()),
            host: HostName("dragon-lin".to_owned()),
            aliases: ["localhost".to_owned()].into(),
        },
        servers: [(socket(), server)].into(),
        systemd: SystemdFacts {
            units: Reading::unknown("this is a sample"),
            enabled: Reading::unknown("this is a sample"),
            linger: Reading::Known(true),
            expected: true,
            changed: BTreeMap::new(),
            read_at: None,
        },
        heartbeats: BTreeMap::new(),
        processes: Reading::unknown("this is a sample"),
        records: BTreeMap::new(),
        screens: BTreeMap::new(),
        pauses: BTreeMap::new(),
        taken: BTreeMap::new(),
        paused: Reading::Known(None),
        own_pane: None,
    }
}

/// What stands above its options in its picture.
const BODY: [&str; 5] = [
    "~/src/app",
    "Do you trust the files in this folder?",
    "The agent may read, change and run what is in it.",
    "Only go on in a project of your own, or in one",
    "whose authors you trust.",
];

/// The prompt that the orchestrator stands at; its words are our own.
#[must_use]
pub fn prompt() -> Prompt {
    let option = |label: &str, selected, row, does: &str, dangerous| Opt {
        label: label.to_owned(),
        number: None,
        selected,
        row,
        does: Some(does.to_owned()),
        dangerous,
    };
    Prompt {
        rule: "claude.trust".to_owned(),
        kind: Kind::Gate,
        about: "trust".to_owned(),
        body: Body { rows: BODY.map(str::to_owned).into(), says: None },
        subject: "srcappDoyoutrustthefilesinthisfolder".to_owned(),
        says: "trust gate".to_owned(),
        line: " Do you trust the files in this folder?".to_owned(),
        row: 6,
        options: vec![
            option("No, exit", true, 12, "quits", true),
            option("Yes, I trust this folder", false, 13, "trusts the folder", false),
        ],
        sideways: false,
        safe: Some(1),
        keys: Vec::new(),
        human: false,
        enter: Some("quits".to_owned()),
        resets: None,
    }
}

/// Answers every preview that these effects ask for, as a steer would.
pub fn preview(model: &mut Model, effects: &[Effect]) -> Vec<Effect> {
    let mut more = Vec::new();
    for effect in effects {
        let Effect::Preview { number, order, targets } = effect else { continue };
        let planned = |target: &Target| Planned {
            target: target.clone(),
            commands: commands(&order.act, target),
            warnings: if order.act == Act::Relaunch {
                vec!["it works: its turn is lost".to_owned()]
            } else {
                Vec::new()
            },
            refused: None,
        };
        let preview = Preview { order: order.clone(), each: targets.iter().map(planned).collect() };
        more.extend(update(model, Event::Preview(*number, Box::new(preview))));
    }
    more
}

fn commands(act: &Act, target: &Target) -> Vec<String> {
    let name = target.name();
    match act {
        Act::Relaunch => vec![
            format!("tmux -L mosaic-fleet kill-session -t '={name}'"),
            format!("systemctl --user restart mosaic-agent@{name}.service"),
        ],
        Act::Pause { .. } if target.aim.is_none() => vec!["write ~/.config/mosaic/fleet/run/PAUSED".to_owned()],
        Act::Pause { .. } => vec![format!("write ~/.config/mosaic/fleet/run/{name}.paused")],
        Act::Resume => vec![format!("remove ~/.config/mosaic/fleet/run/{name}.paused")],
        Act::Trust => {
            vec!["write /home/dev/.claude.json: projects[\"/srv/app\"].hasTrustDialogAccepted = true".to_owned()]
        }
        _ => vec!["tmux -L mosaic-fleet send-keys -l -t %2 -- /clear".to_owned()],
    }
}

/// The targets of every order that these effects carry out, with its number.
#[must_use]
pub fn carried_out(effects: &[Effect]) -> Vec<(JobId, &'static str, Target)> {
    let mut all = Vec::new();
    for effect in effects {
        let Effect::CarryOut(id, errands) = effect else { continue };
        for errand in errands {
            all.extend(errand.targets.iter().map(|target| (*id, errand.order.get().word(), target.clone())));
        }
    }
    all
}

/// An order is on its way to a target.
pub fn progress(model: &mut Model, id: JobId, target: &Target, says: &str) {
    let progress = Progress { target: target.clone(), says: says.to_owned() };
    update(model, Event::Job(id, JobNews::Progress(progress)));
}

/// It has ended there.
pub fn ended(model: &mut Model, id: JobId, order: &'static str, target: &Target, ending: Ending, says: &str) {
    let outcome = outcome(order, target, ending, says);
    update(model, Event::Job(id, JobNews::Ended(Box::new(outcome))));
}

/// How it ended.
#[must_use]
pub fn outcome(order: &'static str, target: &Target, ending: Ending, says: &str) -> Outcome {
    let proof = Proof { source: "record", rule: "claude.turn", says: "a new turn with this text".to_owned() };
    let evidence = if ending == Ending::Accepted { vec![proof] } else { Vec::new() };
    Outcome {
        order,
        target: target.clone(),
        ending,
        says: says.to_owned(),
        evidence,
        commands: Vec::new(),
        took: Duration::from_millis(740),
        unlogged: None,
    }
}

/// An action log: by us, by a script, over ssh, and one that was cut off.
#[must_use]
pub fn log() -> Vec<Logged> {
    let mut all = vec![
        logged("relaunch", Some("coder1"), 90_000, Some(("done", "up again after 6 s"))),
        logged("send", Some("orchestrator"), 7_300, Some(("unverifiable", "no pane change after send"))),
        logged("send", Some("coder0"), 320, Some(("accepted", "a new turn in its own record"))),
        logged("pause", None, 200, Some(("done", "the fleet is paused"))),
        logged("resume", None, 120, Some(("done", "the pause is taken back"))),
        logged("relaunch", Some("merge-gate"), 60, None),
    ];
    all[1].intent.who.ssh = Some("10.1.10.9".to_owned());
    "cli".clone_into(&mut all[2].intent.front);
    all[3].intent.reason = Some("release freeze".to_owned());
    all
}

fn logged(order: &str, agent: Option<&str>, seconds: u64, verdict: Option<(&str, &str)>) -> Logged {
    let body = BodyMark { bytes: 40, lines: 1, sha256: "0".repeat(64), first: "please go on".to_owned() };
    let intent = ActionRecord {
        at: before(seconds),
        id: format!("{seconds:x}"),
        stage: Stage::Intent,
        host: HostName("dragon-lin".to_owned()),
        tenant_id: Tenant("ops".to_owned()),
        who: Asker { uid: 1000, user: "ops".to_owned(), ssh: None },
        front: "tui".to_owned(),
        order: order.to_owned(),
        target: Mark { agent: agent.map(str::to_owned), ..Mark::default() },
        commands: Vec::new(),
        body: (order == "send").then_some(body),
        reason: None,
        verdict: None,
        says: None,
        evidence: Vec::new(),
        took_ms: None,
        more: BTreeMap::new(),
    };
    let verdict = verdict.map(|(word, says)| ActionRecord {
        stage: Stage::Verdict,
        verdict: Some(word.to_owned()),
        says: Some(says.to_owned()),
        took_ms: Some(740),
        ..intent.clone()
    });
    Logged { intent, verdict }
}
