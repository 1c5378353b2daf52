//! A program that behaves like a runtime's terminal front, for tests: raw mode, bracketed paste, and the habits that make
//! sending hard. It writes down what it took as submitted, so that a test can show that nothing was lost or doubled.
//!
//! The test binary starts itself as one: [`play_if_asked`] from a test, [`Standin::command`] for the pane. Habits: Enter right
//! after a paste is swallowed (codex: becomes a line break), and now and then any Enter; long pastes collapse; ghost text that a
//! bare Enter would submit; a menu on `/`; a young turn that Escape cuts puts its prompt back; codex shows a composer before it
//! listens; opencode loses long typed texts; `C-c` on an empty line ends codex and opencode.

mod draw;
mod menu;
mod record;

use std::{
    collections::VecDeque,
    env, fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use record::Keeper;
use serde_json::{Value, json};

/// The environment variable that makes the test binary a stand-in: runtime, seed, directory, and what else it does.
const ASKED: &str = "MOSAIC_TEST_STANDIN";

/// Enter within this time after a paste is not taken as one.
const DIGESTS: Duration = Duration::from_millis(120);
/// For so long codex shows its first composer.
const FALSE_IDLE: Duration = Duration::from_millis(1500);

/// How a test starts one, and where it finds what it did.
#[derive(Debug, Clone)]
pub struct Standin {
    pub runtime: &'static str,
    pub seed: u64,
    pub dir: PathBuf,
    /// `trust-no`, `trust-yes`: claude comes up at its trust question, in its newer and its older layout.
    /// `again` with one of them: it asks once more whenever a file `again` is put into its directory.
    /// `gate`: codex comes up behind its trust question. `slow`: turns last half a minute. `calm`: no Enter is lost at random.
    /// `silent`: it keeps no record. `deaf`: no Enter is ever taken.
    pub asked: &'static str,
}

impl Standin {
    /// The shell command for its pane. `test` is the name of the test that calls [`play_if_asked`].
    pub fn command(&self, test: &str) -> String {
        let asked = format!("{} {} {} {}", self.runtime, self.seed, self.dir.display(), self.asked);
        let exe = env::current_exe().unwrap();
        // Like the real program in a process list: argv[0] is the runtime's name. With one thread the test harness does
        // not print into the pane that its test takes long.
        let homes = record::homes(&self.dir).into_iter().map(|(name, path)| format!("{name}={} ", path.display()));
        let homes = homes.collect::<String>();
        format!(
            "{homes}{ASKED}='{asked}' exec bash -c 'exec -a {} {} --exact {test} --nocapture --test-threads=1'",
            self.runtime,
            exe.display()
        )
    }

    /// What was submitted, in order.
    pub fn submitted(&self) -> Vec<String> {
        lines(&self.dir.join("submitted.jsonl")).iter().map(|line| line["text"].as_str().unwrap().to_owned()).collect()
    }

    /// What must never happen, as it was noted: a suggestion submitted, a turn cut, an end by `C-c`.
    pub fn mishaps(&self) -> Vec<String> {
        lines(&self.dir.join("mishaps.jsonl")).iter().map(ToString::to_string).collect()
    }
}

/// The whole lines of a file of JSON lines.
fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Becomes a stand-in when the environment asks for one; then it does not return.
pub fn play_if_asked() {
    let Ok(asked) = env::var(ASKED) else { return };
    let mut words = asked.splitn(4, ' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let (runtime, seed, dir) = (word(), word().parse().unwrap(), PathBuf::from(word()));
    let asked = word();
    crossterm::terminal::enable_raw_mode().unwrap();
    Agent::new(runtime, seed, dir, asked).run();
    let _ = crossterm::terminal::disable_raw_mode();
    std::process::exit(0);
}

/// What it shows and knows.
struct Agent {
    runtime: String,
    dir: PathBuf,
    asked: String,
    chance: u64,
    started: Instant,
    history: Vec<String>,
    /// The draft's parts: typed text and pastes.
    draft: Vec<Part>,
    pastes: usize,
    pasted_at: Option<Instant>,
    ghost: Option<&'static str>,
    /// A turn: its prompt, since when, until when.
    turn: Option<(String, Instant, Instant)>,
    queued: VecDeque<String>,
    /// Enters in a row that were lost.
    swallowed: u8,
    gate: bool,
    menu: Option<menu::Menu>,
    over: bool,
    keeper: Keeper,
}

#[derive(Debug, Clone)]
enum Part {
    Typed(String),
    Paste { text: String, shown: String },
}

impl Agent {
    fn new(runtime: String, seed: u64, dir: PathBuf, asked: String) -> Self {
        let keeper = if asked.contains("silent") { Keeper::Silent } else { Keeper::of(&runtime, &dir) };
        Self {
            runtime,
            dir,
            menu: menu::Menu::asked(&asked),
            asked,
            chance: seed | 1,
            started: Instant::now(),
            history: vec!["history begins".to_owned()],
            draft: Vec::new(),
            pastes: 0,
            pasted_at: None,
            ghost: None,
            turn: None,
            queued: VecDeque::new(),
            swallowed: 0,
            gate: false,
            over: false,
            keeper,
        }
    }

    fn run(&mut self) {
        let keys = keys();
        say("\x1b[?2004h");
        if self.runtime != "codex" {
            say(&format!("\x1b]2;{} at work\x1b\\", self.runtime));
        }
        let (mut held, mut last) = (Vec::new(), String::new());
        while !self.over {
            match keys.recv_timeout(Duration::from_millis(30)) {
                Ok(bytes) => {
                    held.extend(bytes);
                    self.take(&mut held);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.pass();
            let frame = draw::frame(self);
            if frame != last {
                say(&frame);
                last = frame;
            }
        }
    }

    /// Time passes: a turn streams and ends, the next queued prompt begins, codex gets ready.
    fn pass(&mut self) {
        let now = Instant::now();
        self.ask_again();
        if self.runtime == "codex" && !self.gate && self.started.elapsed() > FALSE_IDLE && self.history.len() == 1 {
            self.gate = self.asked.contains("gate");
            self.history.push("ready".to_owned());
            if !self.gate {
                say("\x1b]2;work\x1b\\");
            }
        }
        if let Some((_, _, end)) = &self.turn
            && now >= *end
        {
            self.turn = None;
            self.keeper.ends(&self.dir);
            self.history.push("✻ Worked for 1s".to_owned());
            self.ghost = (self.draw_lots(3) == 0).then_some("Once fixed, resend your message");
        }
        if self.turn.is_none()
            && let Some(next) = self.queued.pop_front()
        {
            self.begin(next);
        }
    }

    /// A number below `most`, the same for the same seed.
    fn draw_lots(&mut self, most: u64) -> u64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        self.chance % most
    }

    /// Takes what has come in whole; a paste is held until its end.
    fn take(&mut self, held: &mut Vec<u8>) {
        const BEGIN: &[u8] = b"\x1b[200~";
        const END: &[u8] = b"\x1b[201~";
        while !held.is_empty() {
            if self.menu_takes(held) {
                continue;
            }
            if held.starts_with(BEGIN) {
                let Some(end) = held.windows(END.len()).position(|at| at == END) else { return };
                let text = String::from_utf8_lossy(&held[BEGIN.len()..end]).replace("\r\n", "\n").replace('\r', "\n");
                held.drain(..end + END.len());
                self.paste(text);
                continue;
            }
            // Characters up to the next key or paste come as one burst.
            let burst = held.iter().position(|byte| *byte < b' ').unwrap_or(held.len());
            if burst > 0 {
                let Ok(text) = String::from_utf8(held[..burst].to_vec()) else { return };
                held.drain(..burst);
                self.typed(&text);
                continue;
            }
            let key = held.remove(0);
            self.key(key);
        }
    }

    fn paste(&mut self, text: String) {
        self.pasted_at = Some(Instant::now());
        if self.gate {
            return;
        }
        self.pastes += 1;
        let shown = draw::collapsed(&self.runtime, &text, self.pastes).unwrap_or_else(|| text.clone());
        self.draft.push(Part::Paste { text, shown });
    }

    fn typed(&mut self, text: &str) {
        if self.gate {
            return;
        }
        if self.runtime == "codex" && text.chars().count() > 3 {
            self.pasted_at = Some(Instant::now());
        }
        if self.runtime == "opencode" && text.chars().count() >= 900 {
            return;
        }
        self.draft.push(Part::Typed(text.to_owned()));
    }

    fn key(&mut self, key: u8) {
        match key {
            b'\r' if self.gate => self.pass_gate(),
            b'\r' => self.enter(),
            b'\n' if !self.gate => self.draft.push(Part::Typed("\n".to_owned())),
            b'\t' if self.runtime == "codex" && self.turn.is_some() => self.submit_queued(),
            0x15 if self.runtime == "claude" => self.clear_line(),
            0x03 => self.ctrl_c(),
            0x1b => self.escape(),
            _ => {}
        }
    }

    fn text(&self) -> String {
        self.draft
            .iter()
            .map(|part| match part {
                Part::Typed(text) | Part::Paste { text, .. } => text.as_str(),
            })
            .collect()
    }

    fn shown(&self) -> String {
        self.draft
            .iter()
            .map(|part| match part {
                Part::Typed(text) => text.as_str(),
                Part::Paste { shown, .. } => shown.as_str(),
            })
            .collect()
    }

    fn enter(&mut self) {
        if self.asked.contains("deaf") {
            return;
        }
        let digesting = self.pasted_at.is_some_and(|at| at.elapsed() < DIGESTS);
        let text = self.text();
        if digesting {
            self.swallowed += 1;
            if self.runtime == "codex" {
                self.draft.push(Part::Typed("\n".to_owned()));
            }
            return;
        }
        // Not more than two in a row: the contract allows two more tries.
        if !text.is_empty() && !self.asked.contains("calm") && self.swallowed < 2 && self.draw_lots(6) == 0 {
            self.swallowed += 1;
            return;
        }
        self.swallowed = 0;
        if text.is_empty() {
            if self.ghost.is_some() {
                self.mishap("an Enter too many submitted the suggestion");
            }
            return;
        }
        // Its menu completes the command first.
        if self.runtime == "pi" && text.starts_with('/') && !text.ends_with(' ') {
            self.draft.push(Part::Typed(" ".to_owned()));
            return;
        }
        self.draft.clear();
        if self.runtime == "codex" && self.started.elapsed() < FALSE_IDLE {
            // It leaves the composer, and comes back as a draft behind the gate.
            self.queued.push_front(text);
            return;
        }
        if self.turn.is_some() && self.runtime == "codex" {
            self.mishap("Enter cut the turn that ran");
        }
        self.take_up(text);
    }

    fn submit_queued(&mut self) {
        let text = self.text();
        self.draft.clear();
        self.take_up(text);
    }

    /// It is the agent's now: written down, and begun or queued.
    fn take_up(&mut self, text: String) {
        self.ghost = None;
        self.note("submitted.jsonl", &json!({ "text": text }));
        if text.trim_end() == "/clear" || text.trim_end() == "/new" {
            self.history = vec!["✓ New session started".to_owned(), String::new()];
            self.keeper.renews();
            return;
        }
        if self.turn.is_some() { self.queued.push_back(text) } else { self.begin(text) }
    }

    fn begin(&mut self, text: String) {
        self.history.push(format!("> {}", text.lines().next().unwrap_or_default()));
        self.keeper.begins(&self.dir, &text);
        let lasts = if self.asked.contains("slow") { 30_000 } else { 100 + self.draw_lots(1400) };
        let now = Instant::now();
        self.turn = Some((text, now, now + Duration::from_millis(lasts)));
    }

    fn pass_gate(&mut self) {
        self.gate = false;
        say("\x1b]2;work\x1b\\");
        if let Some(text) = self.queued.pop_front() {
            self.draft.push(Part::Typed(text));
        }
    }

    fn clear_line(&mut self) {
        let text = self.text();
        let kept = text.trim_end_matches('\n').rsplit_once('\n').map(|(kept, _)| kept.to_owned());
        self.draft = kept.map(Part::Typed).into_iter().collect();
    }

    fn ctrl_c(&mut self) {
        if self.draft.is_empty() && matches!(self.runtime.as_str(), "codex" | "opencode") {
            self.mishap("C-c on an empty input line ended it");
            self.over = true;
        }
        self.draft.clear();
    }

    /// Cuts the turn; a young one puts its prompt back.
    fn escape(&mut self) {
        let Some((text, since, _)) = self.turn.take() else { return };
        self.keeper.ends(&self.dir);
        if since.elapsed() < Duration::from_millis(700) {
            self.draft = vec![Part::Typed(text)];
        }
    }

    fn mishap(&self, what: &str) {
        self.note("mishaps.jsonl", &json!({ "what": what }));
    }

    fn note(&self, file: &str, value: &Value) {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(self.dir.join(file)).unwrap();
        file.write_all(format!("{value}\n").as_bytes()).unwrap();
    }
}

fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// What is typed, as it comes.
fn keys() -> Receiver<Vec<u8>> {
    let (send, keys) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = vec![0; 65536];
        while let Ok(read @ 1..) = io::stdin().lock().read(&mut buffer) {
            if send.send(buffer[..read].to_vec()).is_err() {
                return;
            }
        }
    });
    keys
}
