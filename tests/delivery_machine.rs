//! Plays the machine of a verified send through stories: every file of `tests/cases/delivery` is one.
//!
//! A story says what each look sees (`see …`) and which touch fails (`fail …`); what the machine does stands between
//! (`miss …`: a look tells nothing; `> …`) and is compared. When the looks run out the last one is seen again and again. `UPDATE=1` writes what is done: look at it.
//!
//! What is seen: `empty`, `ghost TEXT`, `draft TEXT` (`\n` breaks the line, `OURS` is the text), `absent`, `shell TEXT`, and behind
//! `|` what goes beyond it: `busy`, `idle`, `prompt=…`, `record=TURNS,SESSION,LAST`, `mode`, `dead`, `own`, `pid=…`, `title=…`,
//! `below=…`, `above=…`.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a failure is the test's failure")]
#![allow(clippy::disallowed_methods, reason = "this test reads its stories")]

use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration};

use mosaic_top::{
    fleet::{
        delivery::{Delivery, Input, Kind, PaneSight, Plan, Sight, Step, Timing, Touch, WhenBusy, WhenDraft},
        record::Record,
        runtime::spec::RuntimeSpecs,
    },
    screen::{Screen, Size},
};
use proptest::prelude::*;

const SIZE: Size = Size { rows: 20, cols: 50 };

/// One line `see …`.
#[derive(Debug, Clone)]
struct Seen {
    line: String,
    what: String,
    extra: BTreeMap<String, String>,
}

impl Seen {
    fn parse(line: &str, ours: &str) -> Self {
        let line = line.trim();
        let (what, extra) = line.split_once(" | ").unwrap_or((line, ""));
        let pair = |word: &str| {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            (key.trim().to_owned(), value.trim().replace("OURS", ours))
        };
        let what = what.replace("OURS", ours).replace("\\n", "\n");
        let extra = extra.split(';').filter(|word| !word.trim().is_empty()).map(pair).collect();
        Self { line: line.to_owned(), what, extra }
    }

    fn has(&self, key: &str) -> bool {
        self.extra.contains_key(key)
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.extra.get(key).map(String::as_str)
    }

    fn record(&self) -> Option<Record> {
        let fields: Vec<&str> = self.get("record")?.splitn(3, ',').collect();
        let last_prompt = Some(fields[2].to_owned()).filter(|text| !text.is_empty());
        let session = Some(fields[1].to_owned());
        Some(Record { session, turns: fields[0].parse().unwrap(), last_prompt, ..Record::new("claude") })
    }

    /// The screen as that runtime would draw it.
    fn screen(&self, runtime: &str) -> Screen {
        let (kind, text) = self.what.split_once(' ').unwrap_or((&self.what, ""));
        let mut top = vec!["history".to_owned()];
        top.extend(self.get("above").map(str::to_owned));
        let rule = "\x1b[38;5;244m".to_owned() + &"─".repeat(SIZE.cols.into()) + "\x1b[m";
        let codex = runtime == "codex";
        let (prompt, indent) = if codex { ("\x1b[1m›\x1b[m ", "  ") } else { ("❯\u{a0}", "  ") };
        let input = match kind {
            "empty" => format!("{prompt}\x1b7"),
            "ghost" => format!("{prompt}\x1b7\x1b[2m{text}\x1b[m"),
            "draft" => format!("{prompt}{}\x1b7", text.replace('\n', &format!("\r\n{indent}"))),
            "shell" => format!("{text}\x1b7"),
            "absent" => "a menu\x1b7".to_owned(),
            other => panic!("{other} is nothing that can be seen"),
        };
        let footer = self.get("below").unwrap_or(if codex { "  model low · /srv/x" } else { "  manual mode on" });
        let mut rows = top;
        match kind {
            "shell" | "absent" => rows.push(input),
            _ if codex => rows.extend([String::new(), input, String::new(), footer.to_owned()]),
            _ => rows.extend([rule.clone(), input, rule, footer.to_owned()]),
        }
        Screen::drawn(SIZE, (rows.join("\r\n") + "\x1b8").as_bytes())
    }
}

struct Story {
    path: PathBuf,
    head: Vec<String>,
    lines: Vec<String>,
}

impl Story {
    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap();
        let (head, body) = text.split_once("---\n").unwrap();
        let lines = |text: &str| text.lines().map(str::to_owned).collect();
        Self { path, head: lines(head), lines: lines(body) }
    }

    fn field(&self, key: &str) -> Option<&str> {
        self.head.iter().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
    }

    fn plan(&self) -> Plan {
        let runtime = self.field("runtime").unwrap_or("claude");
        let mut spec = RuntimeSpecs::builtin().of(runtime);
        if let Some(user) = self.field("spec") {
            let text = format!("schema: 1\nruntimes: {{{runtime}: {user}}}");
            spec = RuntimeSpecs::with_user(&text).unwrap().of(runtime);
        }
        let asked = |word: &str| self.field("asked").is_some_and(|asked| asked.contains(word));
        Plan {
            text: self.field("text").unwrap_or("please do the thing").replace("\\n", "\n"),
            kind: if asked("reset") {
                Kind::Reset
            } else if asked("command") {
                Kind::Command
            } else {
                Kind::Message
            },
            pid: 1,
            spec,
            host: "vm".to_owned(),
            verify: !asked("no verdict"),
            busy: if asked("queue") { WhenBusy::Queue } else { WhenBusy::Refuse },
            draft: if asked("replace") { WhenDraft::Replace } else { WhenDraft::Refuse },
            timing: Timing::default(),
        }
    }

    /// The story as it goes: what is seen as it stands, what is done as the machine does it.
    fn play(&self) -> Vec<String> {
        let plan = self.plan();
        let (runtime, ours) = (plan.spec.name.clone(), plan.text.replace('\n', "\\n"));
        let mut inputs = self.lines.iter().filter(|line| !line.starts_with('>') && !line.is_empty()).peekable();
        let (mut told, mut machine, mut now) = (Vec::new(), Delivery::new(plan), Duration::ZERO);
        let mut last = Seen::parse("empty", &ours);
        let mut step = machine.next(Input::Start, now);
        for _ in 0..100 {
            step = match step {
                Step::Look { after } => {
                    now += after;
                    if let Some(line) = inputs.next_if(|line| line.starts_with("miss ")) {
                        told.push(line.clone());
                        machine.next(Input::Missed(line["miss ".len()..].to_owned()), now)
                    } else {
                        if let Some(line) = inputs.next_if(|line| line.starts_with("see ")) {
                            last = Seen::parse(&line["see ".len()..], &ours);
                            told.push(format!("see {}", last.line));
                        }
                        look(&mut machine, &last, &runtime, now)
                    }
                }
                Step::Do(touch) => {
                    told.push(format!("> {:>4} ms: {}", now.as_millis(), done(&touch, &ours)));
                    now += Duration::from_millis(5);
                    match inputs.next_if(|line| line.starts_with("fail ")) {
                        Some(line) => {
                            told.push(line.clone());
                            machine.next(Input::Failed(line["fail ".len()..].to_owned()), now)
                        }
                        None => machine.next(Input::Done, now),
                    }
                }
                Step::End(receipt) => {
                    told.push(format!(
                        "> {:>4} ms: {} ({} Enter{}): {}",
                        now.as_millis(),
                        receipt.verdict.word(),
                        receipt.enters,
                        if receipt.typed { "" } else { ", nothing typed" },
                        receipt.says
                    ));
                    told.extend(receipt.evidence.iter().map(|it| format!(">          {}.{}", it.source, it.rule)));
                    assert!(inputs.peek().is_none(), "{}: over before {:?}", self.path.display(), inputs.peek());
                    return told;
                }
            };
        }
        panic!("{}: no end: {told:#?}", self.path.display());
    }
}

fn look(machine: &mut Delivery, seen: &Seen, runtime: &str, now: Duration) -> Step {
    let (screen, record) = (seen.screen(runtime), seen.record());
    let pane = PaneSight {
        pid: seen.get("pid").map_or(1, |pid| pid.parse().unwrap()),
        dead: seen.has("dead"),
        in_mode: seen.has("mode"),
        own: seen.has("own"),
        title: seen.get("title").unwrap_or("task"),
        cursor_shown: true,
        command: runtime,
    };
    let busy = [("busy", true), ("idle", false)].into_iter().find_map(|(word, busy)| seen.has(word).then_some(busy));
    let sight = Sight { screen: &screen, pane, prompt: seen.get("prompt"), busy, record: record.as_ref() };
    machine.next(Input::Saw(sight), now)
}

fn done(touch: &Touch, ours: &str) -> String {
    let text = |text: &String| text.replace('\n', "\\n").replace(ours, "OURS");
    match touch {
        Touch::LeaveMode => "leave copy mode".to_owned(),
        Touch::Keys(keys) => format!("press {}", keys.join(" ")),
        Touch::Type(it) => format!("type {}", text(it)),
        Touch::Paste(it) => format!("paste {}", text(it)),
        Touch::Enter => "Enter".to_owned(),
    }
}

#[test]
fn every_story_goes_as_it_is_told() {
    let place = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/delivery");
    let mut paths: Vec<PathBuf> = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut wrong = Vec::new();
    for story in paths.into_iter().map(Story::read) {
        let told = story.play();
        if told != story.lines {
            if std::env::var_os("UPDATE").is_some() {
                fs::write(&story.path, format!("{}\n---\n{}\n", story.head.join("\n"), told.join("\n"))).unwrap();
            }
            let name = story.path.file_stem().unwrap().to_string_lossy().into_owned();
            wrong.push(format!("{name}: {}\n  {}", story.head[0], told.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

const SIGHTS: [&str; 14] = [
    "empty",
    "ghost later",
    "draft OURS",
    "draft another",
    "draft [Pasted text #1 +2 lines]",
    "absent",
    "shell $ ",
    "empty | busy",
    "empty | idle",
    "absent | prompt=Trust?",
    "empty | record=1,a,old",
    "empty | record=2,a,OURS",
    "empty | mode",
    "empty | dead",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    /// Whatever is seen in whatever order: it ends in time, types once, and presses Enter three times at most and only
    /// while it sees its own text. Evidence of acceptance is never made of an empty sight.
    #[test]
    fn any_story_ends_and_no_text_is_typed_twice(
        sights in prop::collection::vec(0..SIGHTS.len(), 1..40), replace in any::<bool>(), queue in any::<bool>(),
        verify in any::<bool>(),
        runtime in prop::sample::select(vec!["claude", "codex", "unheard-of"]),
    ) {
        let ours = "please do the thing";
        let plan = Plan {
            text: ours.to_owned(),
            kind: Kind::Message,
            pid: 1,
            spec: RuntimeSpecs::builtin().of(runtime),
            host: "vm".to_owned(),
            verify,
            busy: if queue { WhenBusy::Queue } else { WhenBusy::Refuse },
            draft: if replace { WhenDraft::Replace } else { WhenDraft::Refuse },
            timing: Timing::default(),
        };
        let known = plan.spec.known;
        let mut machine = Delivery::new(plan);
        let (mut now, mut at, mut pasted, mut enters, mut steps) = (Duration::ZERO, 0, 0, 0, 0);
        let mut step = machine.next(Input::Start, now);
        let mut seen = Seen::parse("absent", ours);
        loop {
            steps += 1;
            prop_assert!(steps < 200, "no end");
            step = match step {
                Step::Look { after } => {
                    now += after;
                    seen = Seen::parse(SIGHTS[sights[at % sights.len()]], ours);
                    at += 1;
                    look(&mut machine, &seen, runtime, now)
                }
                Step::Do(touch) => {
                    match &touch {
                        Touch::Paste(_) | Touch::Type(_) => pasted += 1,
                        Touch::Enter => enters += 1,
                        Touch::Keys(keys) if keys.iter().any(|key| key == "Tab") => enters += 1,
                        Touch::Keys(_) => prop_assert!(seen.what.starts_with("draft"), "cleared {:?}", seen.what),
                        Touch::LeaveMode => {}
                    }
                    let submits = !matches!(touch, Touch::LeaveMode | Touch::Paste(_)) && pasted > 0;
                    let is_ours = seen.what == "draft please do the thing" || seen.what.contains("[Pasted");
                    prop_assert!(!submits || is_ours || !known, "{touch:?} on {:?}", seen.what);
                    machine.next(Input::Done, now)
                }
                Step::End(receipt) => {
                    prop_assert!(pasted <= 1 && enters <= 3);
                    prop_assert_eq!(receipt.enters, enters);
                    prop_assert_eq!(receipt.typed, pasted == 1);
                    prop_assert!(receipt.verdict.word() != "accepted" || !receipt.evidence.is_empty());
                    prop_assert!(verify || receipt.verdict.word() != "accepted");
                    break;
                }
            };
        }
    }
}
