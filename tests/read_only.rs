//! Read-only mode against a real fleet: every key and every verb, after which tmux, the units and the files of the fleet
//! are what they were.
//!
//! What is pressed comes from the table of actions and what is run from the definition of the command line, so that a
//! new action or verb is driven here from its first day.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    cell::Cell,
    collections::BTreeMap,
    fmt::Debug,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use mosaic_top::{
    app::action::{self, Action, ActionSpec, Danger},
    cli,
};
use support::{
    SOON, UserManager, describe,
    program::{Dashboard, Fleet, Ran, line_of},
    recorder::Recorder,
    wait_until,
};

/// tmux commands that only tell something, each with the words without which it would do more.
const LOOKS: [(&str, &str); 7] = [
    ("server-access", "-l"),
    ("list-panes", ""),
    ("list-sessions", ""),
    ("list-clients", ""),
    ("show-options", ""),
    ("display-message", "-p"),
    // Without `p` it would write a paste buffer.
    ("capture-pane", "-p -pe -peN -apeqN -pJ -apqJ -pPC"),
];

/// Everything else that a read-only dashboard may ask of tmux, and why.
const MIRROR: [(&str, &str); 4] = [
    (
        "pipe-pane -O -t %",
        "opens the mirror's own pipe on a pane that has none: what the pane prints, never what it reads",
    ),
    ("set-option -p -t % @mosaic_pipe", "marks that pipe as the mirror's"),
    ("pipe-pane -t %", "closes that pipe again"),
    ("set-option -p -u -t % @mosaic_pipe", "and takes the mark away"),
];

/// What of systemctl and loginctl only tells something.
const UNIT_LOOKS: [&str; 7] =
    ["show", "show-environment", "list-units", "list-unit-files", "is-system-running", "show-user", "--version"];

/// What a verb does in read-only mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// What it always does, which changes nothing of the fleet.
    Looks,
    /// The same, and it wants a terminal.
    LooksOnTerminal,
    /// It refuses, because it would change something.
    #[allow(dead_code, reason = "for the verbs that change something, from the first one on")]
    Refuses,
}

/// An example of every verb, hidden ones too, aimed at the fleet of [`stage`]. `PID` is its tmux server's, `SOCKET` its
/// name. A verb that is missing here fails the test: nobody forgets to say what it does in read-only mode.
const VERBS: [(&str, &str, Does); 25] = [
    ("ps", "--json", Does::Looks),
    ("screen", "coder0 --ansi", Does::Looks),
    ("watch", "coder0", Does::LooksOnTerminal),
    // Reads the program's own state directory, and nothing of the fleet.
    ("replay", "--list", Does::Looks),
    // Of a fleet of its own, on a server of its own.
    ("demo", "--headless", Does::Looks),
    ("doctor", "--json", Does::Looks),
    ("send", "coder0 -m x", Does::Refuses),
    ("answer", "coder0 --safe --yes", Does::Refuses),
    ("reset", "coder0 --yes", Does::Refuses),
    ("interrupt", "coder0", Does::Refuses),
    ("relaunch", "coder0 --yes", Does::Refuses),
    ("pause", "--reason x", Does::Refuses),
    ("resume", "--yes", Does::Refuses),
    ("trust", "coder0", Does::Refuses),
    ("take", "coder0", Does::Refuses),
    ("log", "", Does::Looks),
    ("config", "", Does::Looks),
    ("keys", "", Does::Looks),
    ("schema", "ps", Does::Looks),
    ("completions", "bash", Does::Looks),
    ("man", "", Does::Looks),
    ("__tap", "--server PID --on SOCKET", Does::Looks),
    ("__handoff", "/nowhere 0 nothing", Does::Looks),
    ("__release", "coder0", Does::Refuses),
    ("__stub", "missing", Does::Looks),
];

/// A fleet in which everything could be changed, a recorder of all that is asked of tmux and systemd, and how it all was.
struct Stage {
    fleet: Fleet,
    recorder: Recorder,
    before: Seen,
}

/// Everything that must not change.
#[derive(PartialEq, Eq)]
struct Seen {
    tmux: BTreeMap<String, String>,
    units: String,
    files: BTreeMap<PathBuf, String>,
}

const AGENT: &str = "echo I am $0; read line";

fn stage() -> Stage {
    UserManager::unit(
        "mosaic-agent@.service",
        "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n[Install]\nWantedBy=default.target\n",
    );
    UserManager::systemctl(&["daemon-reload"]);
    UserManager::systemctl(&["start", "mosaic-agent@coder0.service", "mosaic-agent@coder1.service"]);
    let recorder = Recorder::of(&["tmux", "systemctl", "loginctl"], &[]);
    let mut fleet = Fleet::new();
    fleet.first_on_path = Some(recorder.path());
    fleet.roster(&["coder0", "coder1", "gone"]);
    fleet.agent("coder0", AGENT).agent("coder1", AGENT).agent("stray", AGENT);
    fleet.beat("coder0", 1, "status=ok").beat("coder1", 1, "status=busy");
    // Where the program's own log goes.
    fs::create_dir_all(fleet.home().join("state/mosaic-top")).unwrap();
    fs::create_dir(fleet.home().join("fleet/agents")).unwrap();
    fs::write(fleet.home().join("fleet/agents/coder0.env"), "MOSAIC_AGENT_NAME=coder0\n").unwrap();
    fleet.tmux.tmux(&["set-buffer", "-b", "theirs", "text"]);
    wait_until("the agents have drawn", SOON, || {
        let screen = ["coder0", "coder1", "stray"].map(|agent| fleet.tmux.ask(&format!("={agent}:"), "#{cursor_y}"));
        if screen == ["1", "1", "1"] { Ok(()) } else { Err(screen) }
    });
    let before = Seen::of(&fleet);
    Stage { fleet, recorder, before }
}

impl Seen {
    fn of(fleet: &Fleet) -> Self {
        let units = ["mosaic-agent@coder0.service", "mosaic-agent@coder1.service"];
        let properties = "Id,ActiveState,SubState,UnitFileState,InvocationID,ActiveEnterTimestampMonotonic";
        let output = Command::new("systemctl").args(["--user", "show", "-p", properties]).args(units).output().unwrap();
        assert!(output.status.success(), "{}", describe(&output));
        let roots = [fleet.home().to_owned(), variable("HOME"), variable("XDG_CONFIG_HOME")];
        let mut files = BTreeMap::new();
        for root in &roots {
            walk(root, &mut files);
        }
        Self { tmux: server(fleet), units: String::from_utf8(output.stdout).unwrap(), files }
    }
}

fn variable(name: &str) -> PathBuf {
    std::env::var_os(name).unwrap().into()
}

/// Every file below a directory, with what would tell that somebody touched it. Left out is the program's own log.
fn walk(path: &Path, files: &mut BTreeMap<PathBuf, String>) {
    let Ok(meta) = fs::symlink_metadata(path) else { return };
    let text = if meta.is_file() { fs::read(path).unwrap() } else { Vec::new() };
    let stamp = (meta.mode(), meta.ino(), meta.mtime(), meta.mtime_nsec(), String::from_utf8_lossy(&text).into_owned());
    files.insert(path.to_owned(), format!("{stamp:?}"));
    if meta.is_dir() {
        let below = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        below.filter(|path| !path.ends_with("state/mosaic-top")).for_each(|path| walk(&path, files));
    }
}

/// All that the server tells of itself.
fn server(fleet: &Fleet) -> BTreeMap<String, String> {
    let everything = [
        "list-sessions -F #{session_id} #{session_name} #{session_created} #{session_activity} #{session_group} #{session_windows}",
        // Not the name: tmux itself changes it now and then. Who else does switches that off, which is an option.
        "list-windows -a -F #{window_id} #{window_layout} #{window_activity} #{window_flags}",
        "list-panes -a -F #{pane_id} #{pane_pid} #{pane_dead} #{pane_in_mode} #{pane_pipe} #{pane_title} \
         #{pane_start_command} #{cursor_x},#{cursor_y} #{history_size} #{@mosaic_pipe}",
        "list-clients",
        "list-buffers -F #{buffer_name} #{buffer_sample}",
        "list-keys",
        "show-environment -g",
        "show-options -s",
        "show-options -g",
        "show-options -gw",
        "show-hooks -g",
    ];
    let mut seen: BTreeMap<String, String> = everything
        .iter()
        .map(|command| {
            let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
            let words: Vec<&str> = match rest.split_once("-F ") {
                Some((flags, format)) => flags.split_whitespace().chain(["-F", format]).collect(),
                None => rest.split_whitespace().collect(),
            };
            ((*command).to_owned(), fleet.tmux.tmux(&[&[verb], &words[..]].concat()))
        })
        .collect();
    for pane in fleet.tmux.tmux(&["list-panes", "-a", "-F", "#{pane_id}"]).lines() {
        for of in ["-p", "-w", ""] {
            let words: Vec<&str> = ["show-options", of, "-t", pane].into_iter().filter(|w| !w.is_empty()).collect();
            seen.insert(words.join(" "), fleet.tmux.tmux(&words));
        }
        seen.insert(format!("capture {pane}"), fleet.tmux.tmux(&["capture-pane", "-p", "-t", pane]));
    }
    seen
}

impl Stage {
    /// Once the mirrors have let go, all is as it was, and nothing but looks and mirrors was ever asked for.
    #[track_caller]
    fn is_untouched(&self) {
        let pipes = || self.fleet.tmux.tmux(&["list-panes", "-a", "-F", "#{pane_pipe}#{@mosaic_pipe}"]);
        wait_until("the mirrors let go", SOON, || {
            let pipes = pipes();
            if pipes.lines().all(|line| line == "0") { Ok(()) } else { Err(pipes) }
        });
        let after = Seen::of(&self.fleet);
        differences("tmux", &self.before.tmux, &after.tmux);
        differences("files", &self.before.files, &after.files);
        assert_eq!(self.before.units, after.units, "the units");
        let strange: Vec<String> = self.recorder.calls().iter().flat_map(|call| self.strange(call)).collect();
        assert!(strange.is_empty(), "neither a look nor a mirror:\n{}", strange.join("\n"));
        let pipes = self.recorder.calls().iter().filter(|call| call.join(" ").contains("pipe-pane -O")).count();
        assert!(pipes > 0, "there was no mirror at all: the recorder is deaf");
    }

    /// What of a call is neither a look nor a mirror's own.
    fn strange(&self, call: &[String]) -> Vec<String> {
        let words: Vec<&str> = call.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["tmux", "-V"] => Vec::new(),
            // The demo's own server.
            ["tmux", "-u", "-f", "/dev/null", "-L", name, ..] if name.starts_with("mosaic-demo-") => Vec::new(),
            ["tmux", "-u", "-L", name, ..] if name.starts_with("mosaic-demo-") => Vec::new(),
            ["tmux", "-u", "-L", name, commands @ ..] if *name == self.fleet.tmux.name() => {
                commands.split(|word| *word == ";").filter_map(strange_command).collect()
            }
            ["systemctl", "--user", words @ ..] | ["loginctl", words @ ..] => {
                let verb = words.iter().find(|word| !word.starts_with("--property") && **word != "--");
                let looks = verb.is_some_and(|verb| UNIT_LOOKS.contains(verb));
                if looks { Vec::new() } else { vec![call.join(" ")] }
            }
            _ => vec![call.join(" ")],
        }
    }
}

/// A tmux command that is neither a look nor a mirror's own; of `if-shell` also those inside.
fn strange_command(words: &[&str]) -> Option<String> {
    let text = words.join(" ");
    // A format may run a shell.
    if text.contains("#(") {
        return Some(text);
    }
    if words.first() == Some(&"if-shell") && words.contains(&"-F") {
        let inside = words.iter().rev().take_while(|word| !word.starts_with("#{")).collect::<Vec<_>>();
        let mut commands = inside.iter().flat_map(|word| word.split(" ; ")).map(|c| c.split(' ').collect::<Vec<_>>());
        return commands.find_map(|command| strange_command(&command));
    }
    let is_look = LOOKS.iter().any(|(verb, needs)| {
        words.first() == Some(verb) && (needs.is_empty() || needs.split(' ').any(|flag| words.contains(&flag)))
    });
    let plain = without_ids(&text);
    let is_mirrors = MIRROR.iter().any(|(allowed, _)| plain.starts_with(allowed));
    (!is_look && !is_mirrors).then_some(text)
}

/// `-t %17 x` → `-t % x`
fn without_ids(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        if !(c.is_ascii_digit() && plain.ends_with('%')) {
            plain.push(c);
        }
    }
    plain
}

/// Fails with the lines that are not in both.
#[track_caller]
fn differences<K: Ord + Debug>(what: &str, before: &BTreeMap<K, String>, after: &BTreeMap<K, String>) {
    let only = |of: &BTreeMap<K, String>, other: &BTreeMap<K, String>, sign: &str| -> Vec<String> {
        let lines = of.iter().flat_map(|(key, text)| text.lines().map(move |line| (key, line)));
        let new = lines.filter(|(key, line)| !other.get(key).is_some_and(|text| text.lines().any(|l| l == *line)));
        new.map(|(key, line)| format!("{sign} {key:?}: {line}")).collect()
    };
    let changed = [only(before, after, "-"), only(after, before, "+")].concat();
    assert!(before == after, "{what} changed:\n{}", changed.join("\n"));
}

/// A place, the keys that lead there from the fleet, and how it looks.
type Place = (&'static str, &'static [&'static str], fn(&str) -> bool);

/// Where keys may mean something else.
const PLACES: [Place; 5] = [
    ("the fleet", &[], |_| true),
    ("marked agents", &["Space"], |text| text.contains("1 marked")),
    ("the agent", &["Enter"], |text| text.contains("READ-ONLY") && !text.contains("╭ fleet")),
    ("the zoomed mirror", &["z"], |text| !text.contains("╭ fleet")),
    ("the help", &["?"], |text| text.contains(" keys · read-only")),
];

/// A key of ours as tmux calls it.
fn tmux_key(chord: &str) -> String {
    let key = chord.strip_prefix("Ctrl-").map(|key| format!("C-{}", key.to_lowercase())).unwrap_or(chord.to_owned());
    match key.as_str() {
        "Esc" => "Escape".into(),
        "PgUp" => "PageUp".into(),
        "PgDn" => "PageDown".into(),
        "C-space" => "C-Space".into(),
        ";" => "\\;".into(),
        _ => key,
    }
}

/// Keys of an action, each as the keys that tmux is to press one after the other.
fn keys(spec: &ActionSpec) -> Vec<Vec<String>> {
    spec.keys.iter().map(|keys| keys.split(' ').map(tmux_key).collect()).collect()
}

fn press(dashboard: &Dashboard, keys: &[String]) {
    dashboard.keys(&keys.iter().map(String::as_str).collect::<Vec<_>>());
}

/// Back to the fleet from wherever one is, until the dashboard itself says so.
fn home(dashboard: &Dashboard) {
    back(dashboard, "this is the fleet already");
}

fn back(dashboard: &Dashboard, said: &str) {
    insist(dashboard, ESCAPE, said);
}

/// The Escape key as the one sequence that no key after it can turn into Alt with that key.
const ESCAPE: &str = "\x1b[27u";

/// Types these bytes until the screen says so; again only after a while, since a busy machine answers late.
fn insist(dashboard: &Dashboard, bytes: &str, said: &str) {
    let typed: Cell<Option<Instant>> = Cell::new(None);
    dashboard.until(said, |text| {
        let there = text.contains(said);
        if !there && typed.get().is_none_or(|then| then.elapsed() > Duration::from_millis(400)) {
            dashboard.types(bytes);
            typed.set(Some(Instant::now()));
        }
        there
    });
}

/// From anywhere in the list: the worst comes first, and that is the one which is dead.
const TO_CODER0: &[&str] = &["g", "j"];

fn start(stage: &Stage) -> Dashboard {
    let dashboard = stage.fleet.dashboard_of("--read-only");
    dashboard.until("the fleet", |text| line_of(text, "coder0").is_some() && text.contains("READ-ONLY"));
    dashboard.keys(TO_CODER0).says("● live");
    dashboard
}

/// Neither the footer nor, once it is open, the help offers what changes something.
fn offers_nothing_that_changes(dashboard: &Dashboard) {
    let changing: Vec<&ActionSpec> = action::table().iter().filter(|spec| spec.danger != Danger::Looks).collect();
    home(dashboard);
    // A long screen, on which all of the help fits; and any key that says nothing, so that the footer shows keys.
    let footer = dashboard.resize(160, 100).keys(&["g"]).until("the footer", |text| text.contains("? help"));
    let help = dashboard.keys(&["?"]).says(" keys · read-only");
    for spec in changing {
        let last = footer.lines().last().unwrap_or_default();
        let offered = spec.short.is_some_and(|short| last.contains(&format!("{} {short} ", spec.keys[0])));
        assert!(!offered, "the footer offers {}:\n{footer}", spec.name);
        // The help may wrap: its first words tell.
        let words: Vec<&str> = spec.words.split(' ').take(5).collect();
        assert!(!help.contains(&words.join(" ")), "the help offers {}:\n{help}", spec.name);
    }
    home(dashboard);
}

/// Presses an action's keys and calls it by its name; one that changes something must say why it does not.
fn drive(dashboard: &Dashboard, spec: &ActionSpec) {
    let by_name = vec![":".to_owned(), spec.name.to_owned(), "Enter".to_owned()];
    for keys in keys(spec).into_iter().chain([by_name]) {
        home(dashboard);
        press(dashboard, &keys);
        let says_why = |text: &str| spec.danger == Danger::Looks || text.contains("this is read-only");
        dashboard.until(&format!("{} by {keys:?}", spec.name), says_why);
    }
}

#[test]
#[ignore = "runs inside a private user manager, started by the test below"]
fn inside_every_key() {
    let stage = stage();
    let dashboard = start(&stage);
    let leaves = |spec: &&ActionSpec| spec.id == Action::Quit;
    for spec in action::table().iter().filter(|spec| !leaves(spec)) {
        drive(&dashboard, spec);
    }
    for (place, way, shown) in PLACES {
        for spec in action::table().iter().filter(|spec| spec.danger != Danger::Looks) {
            for keys in keys(spec) {
                home(&dashboard);
                dashboard.keys(TO_CODER0).keys(way).until(place, shown);
                press(&dashboard, &keys);
                dashboard.until(&format!("{} in {place}", spec.name), |text| text.contains("this is read-only"));
            }
        }
        home(&dashboard);
        dashboard.keys(TO_CODER0).keys(way).until(place, shown);
        sweep(&dashboard);
        home(&dashboard);
    }
    offers_nothing_that_changes(&dashboard);
    dashboard.keys(&["q"]).ended();
    for keys in action::table().iter().filter(leaves).flat_map(keys) {
        let dashboard = start(&stage);
        press(&dashboard, &keys);
        dashboard.ended();
    }
    stage.is_untouched();
}

/// Every key that a keyboard has, but those that leave and those that open a line to type in; clicks and the wheel.
fn sweep(dashboard: &Dashboard) {
    let plain = (0x21..0x7f_u8).map(char::from).filter(|c| !"q:/;H".contains(*c)).map(String::from);
    let control = ('a'..='z').filter(|c| *c != 'c').map(|c| format!("C-{c}"));
    let alt = ('a'..='z').map(|c| format!("M-{c}"));
    let named = ["Enter", "Tab", "BTab", "Space", "BSpace", "DC", "IC", "Home", "End", "Up", "Down", "Left", "Right"];
    let function = (1..=12).map(|n| format!("F{n}"));
    let all: Vec<String> = plain.chain(control).chain(alt).chain(named.map(str::to_owned)).chain(function).collect();
    press(dashboard, &all);
    for row in 1..6 {
        dashboard.click(3, row).click(3, row).click(100, row);
    }
    dashboard.types("\x1b[<64;10;5M\x1b[<65;10;5M\x1b[200~:relaunch\r\x1b[201~");
    // Last, because a replay takes the keys until it is left.
    press(dashboard, &["H".to_owned()]);
}

#[test]
fn no_key_changes_anything_of_the_fleet() {
    UserManager::run_inside("inside_every_key");
}

#[test]
#[ignore = "runs inside a private user manager, started by the test below"]
fn inside_every_verb() {
    let stage = stage();
    let known: Vec<&str> = VERBS.iter().map(|(verb, ..)| *verb).collect();
    let definition = cli::definition();
    let missing: Vec<&str> =
        definition.get_subcommands().map(clap::Command::get_name).filter(|verb| !known.contains(verb)).collect();
    assert!(missing.is_empty(), "what do these do in read-only mode? Add them to VERBS: {missing:?}");
    let scratch = tempfile::tempdir().unwrap();
    for (verb, words, does) in VERBS {
        let pid = stage.fleet.tmux.ask("=coder0:", "#{pid}");
        let words = words.replace("PID", &pid).replace("SOCKET", stage.fleet.tmux.name());
        let line: Vec<&str> = [verb].into_iter().chain(words.split_whitespace()).collect();
        if does == Does::LooksOnTerminal {
            let dashboard = stage.fleet.dashboard_of(&format!("--read-only {}", line.join(" ")));
            dashboard.says("● live");
            sweep(&dashboard);
            back(&dashboard, "one agent alone is watched");
            dashboard.keys(&["q"]).ended();
            continue;
        }
        // By the line, and by a variable that nobody understands.
        let mut by_line = stage.fleet.program(&[&["--read-only"], &line[..]].concat());
        let mut by_variable = stage.fleet.program(&line);
        by_variable.env("MOSAIC_TOP_READ_ONLY", "perhaps");
        let ways = if does == Does::Refuses { vec![&mut by_line, &mut by_variable] } else { vec![&mut by_line] };
        for way in ways {
            let ran = Ran::of(&way.env("TMPDIR", scratch.path()).output().unwrap());
            let refused = ran.err.contains("read-only") && ran.code != Some(0);
            assert_eq!(refused, does == Does::Refuses, "{line:?}: {ran:?}");
        }
    }
    stage.is_untouched();
}

#[test]
fn no_verb_changes_anything_of_the_fleet() {
    UserManager::run_inside("inside_every_verb");
}

#[test]
fn the_wall_of_these_tests_has_no_hole() {
    let strange = |text: &str| strange_command(&text.split(' ').collect::<Vec<_>>()).is_some();
    for fine in [
        "list-panes -a -F #{pane_id}",
        "display-message -p -t %5 #{pid}",
        "capture-pane -peN -t %5",
        "pipe-pane -O -t %12 'x'",
        "set-option -p -t %12 @mosaic_pipe 1f",
    ] {
        assert!(!strange(fine), "{fine}");
    }
    for changes in [
        "send-keys -t %5 x",
        "display-message -t %5 x",
        "display-message -p #(touch x)",
        "capture-pane -t %5",
        "pipe-pane -I -t %5 x",
        "pipe-pane -IO -t %5 x",
        "set-option -g @mosaic_pipe x",
        "set-option -p -t %5 remain-on-exit on",
        "kill-session -t =coder0",
        "if-shell true kill-server",
        "resize-window -t %5 -x 3",
    ] {
        assert!(strange(changes), "{changes}");
    }
    assert!(strange_command(&["if-shell", "-F", "-t", "%5", "#{x}", "pipe-pane -O -t %5 'x' ; kill-server"]).is_some());
    assert!(strange_command(&["if-shell", "-F", "#{x}", "list-panes", "send-keys -t %5 y"]).is_some());
}
