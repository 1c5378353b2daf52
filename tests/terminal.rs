//! The operator's terminal is as it was, however the dashboard ends; and a dashboard without its terminal ends.
#![allow(clippy::disallowed_methods, reason = "tests work with real programs and measure time")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    fs::OpenOptions,
    io::{Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use mosaic_top::{
    adapter::{
        Watch, WatchConfig,
        exec::{
            Answer, Argv, Content, Entry, Exec, ExecError, FileError, Follow, Followed, Local, Output as Said,
            Question, Rows, Stamp,
        },
        identity::Who,
    },
    app::settings::Settings,
    fleet::{
        facts::{Limits, Process},
        reading::Reading,
    },
    run::{self, Options},
    ui,
};
use nix::{
    fcntl::OFlag,
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use support::{
    SOON, block_on,
    program::{BINARY, Dashboard, Fleet},
    wait_until,
};

/// What is switched on and must be off again: alternate screen, mouse, bracketed paste.
const MODES: [&str; 6] = ["1049", "1000", "1002", "1003", "1006", "2004"];

/// A program on a terminal of its own, whose every byte is kept.
struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    reader: Option<JoinHandle<()>>,
    /// Tells the reader to end with what it reads next: a dashboard shows the time, so that comes within a second.
    leave: Arc<AtomicBool>,
    // Held, so that the terminal can still be asked when its program has ended.
    _slave: Box<dyn SlavePty + Send>,
    tty: PathBuf,
    child: Box<dyn Child + Send + Sync>,
    written: Arc<Mutex<Vec<u8>>>,
    before: String,
}

impl Terminal {
    /// Starts a program, and waits until the dashboard has the terminal.
    fn start(command: CommandBuilder) -> Self {
        let size = PtySize { rows: 40, cols: 120, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let tty = pair.master.tty_name().unwrap();
        let before = stty(&tty);
        let child = pair.slave.spawn_command(command).unwrap();
        let written = Arc::new(Mutex::new(Vec::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let kept = Arc::clone(&written);
        let leave = Arc::new(AtomicBool::new(false));
        let leaving = Arc::clone(&leave);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                kept.lock().unwrap().extend_from_slice(&buffer[..length]);
                if leaving.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        let keys = Some(pair.master.take_writer().unwrap());
        let terminal = Self {
            master: Some(pair.master),
            keys,
            reader: Some(reader),
            leave,
            _slave: pair.slave,
            tty,
            child,
            written,
            before,
        };
        terminal.until("the dashboard", |text| text.contains("\x1b[?1049h") && text.contains("mosaic-top"));
        terminal
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.written.lock().unwrap()).into_owned()
    }

    fn until(&self, what: &str, wanted: impl Fn(&str) -> bool) {
        wait_until(what, SOON, || if wanted(&self.text()) { Ok(()) } else { Err(self.text()) });
    }

    fn press(&mut self, keys: &str) {
        self.keys.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.process_id().unwrap();
        kill(Pid::from_raw(pid.cast_signed()), signal).unwrap();
    }

    /// Closes it, as a terminal emulator does when it is killed.
    fn vanish(&mut self) {
        (self.keys, self.master) = (None, None);
        self.leave.store(true, Ordering::Relaxed);
        self.reader.take().unwrap().join().unwrap();
    }

    /// Its exit code, once it has ended.
    fn ended(&mut self, limit: Duration) -> u32 {
        wait_until("the program has ended", limit, || self.child.try_wait().unwrap().ok_or("it runs")).exit_code()
    }

    /// The terminal is as it was before.
    #[track_caller]
    fn is_given_back(&self) {
        self.until("the cursor", |text| text.rfind("\x1b[?25h") > text.rfind("\x1b[?25l"));
        let text = self.text();
        let last = |mode: &str, end: char| text.rfind(&format!("\x1b[?{mode}{end}"));
        let on: Vec<&str> = MODES.into_iter().filter(|mode| last(mode, 'h') > last(mode, 'l')).collect();
        assert!(on.is_empty(), "left on: {on:?}");
        assert_eq!(stty(&self.tty), self.before, "the line discipline is another");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// Every setting of a terminal, as one word.
fn stty(tty: &PathBuf) -> String {
    let terminal = OpenOptions::new().read(true).custom_flags(OFlag::O_NOCTTY.bits()).open(tty).unwrap();
    let output = Command::new("stty").arg("-g").stdin(terminal).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// A program with the fleet's environment.
fn on(fleet: &Fleet, program: &str, words: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.args(words);
    for (name, value) in fleet.environment() {
        command.env(name, value);
    }
    command.env("TERM", "xterm-256color");
    command
}

/// Ends the dashboard in some way, after which the terminal must be as it was.
#[track_caller]
fn check(end: impl FnOnce(&mut Terminal)) {
    let fleet = Fleet::new();
    let mut terminal = Terminal::start(on(&fleet, BINARY, &[]));
    assert_ne!(terminal.before, stty(&terminal.tty), "the terminal is not raw");
    end(&mut terminal);
    assert_eq!(terminal.ended(SOON), 0);
    terminal.is_given_back();
}

#[test]
fn a_key_gives_the_terminal_back() {
    check(|terminal| terminal.press("q"));
    check(|terminal| terminal.press("\x03"));
}

#[test]
fn a_signal_gives_the_terminal_back() {
    check(|terminal| terminal.signal(Signal::SIGTERM));
    check(|terminal| terminal.signal(Signal::SIGHUP));
    check(|terminal| terminal.signal(Signal::SIGINT));
}

#[test]
fn a_dashboard_whose_terminal_has_gone_ends() {
    // With SIGHUP, and without: in a session that the terminal does not control. More than once, because what it must
    // not do, to read the end of its input for ever, hangs on which of its threads is the first to see it.
    for controlling in [true, false, true, false, false, false] {
        let fleet = Fleet::new();
        let mut command = on(&fleet, BINARY, &[]);
        command.set_controlling_tty(controlling);
        let mut terminal = Terminal::start(command);
        terminal.vanish();
        terminal.ended(Duration::from_secs(2));
    }
}

/// A machine on which looking at tmux is a bug.
struct Panics(Local);

impl Exec for Panics {
    fn run<'a>(&'a self, _: &'a Argv, _: Duration) -> Answer<'a, Result<Said, ExecError>> {
        panic!("a bug in the middle of a look")
    }

    fn read(&self, paths: Vec<PathBuf>, cap: usize) -> Answer<'_, Vec<Result<Content, FileError>>> {
        self.0.read(paths, cap)
    }

    fn follow(&self, asks: Vec<Follow>) -> Answer<'_, Vec<Result<Followed, FileError>>> {
        self.0.follow(asks)
    }

    fn list(&self, directories: Vec<PathBuf>, most: usize) -> Answer<'_, Vec<Result<Vec<Entry>, FileError>>> {
        self.0.list(directories, most)
    }

    fn ask(&self, questions: Vec<(PathBuf, Question)>) -> Answer<'_, Vec<Result<Rows, FileError>>> {
        self.0.ask(questions)
    }

    fn stat(&self, path: PathBuf) -> Answer<'_, Result<Stamp, FileError>> {
        self.0.stat(path)
    }

    fn processes(&self, roots: Vec<u32>) -> Answer<'_, Reading<std::collections::BTreeMap<u32, Process>>> {
        self.0.processes(roots)
    }

    fn who(&self) -> Answer<'_, Result<Who, String>> {
        self.0.who()
    }
}

#[test]
#[ignore = "runs inside the terminal of the test below"]
fn inside_a_dashboard_with_a_bug() {
    let watch = Watch::new(Arc::new(Panics(Local::new())), WatchConfig::default());
    let options = Options {
        steer: None,
        watch,
        socket: None,
        read_only: None,
        limits: Limits::default(),
        terminal: ui::theme::Terminal::default(),
        settings: Settings::default(),
        config_file: None,
        remembers: None,
        watched: None,
        take: None,
        guard: None,
    };
    block_on(run::dashboard(options)).unwrap();
}

#[test]
fn a_panic_anywhere_gives_the_terminal_back_and_is_told_on_it() {
    let fleet = Fleet::new();
    let this = std::env::current_exe().unwrap();
    let words = ["--exact", "inside_a_dashboard_with_a_bug", "--ignored", "--nocapture"];
    let mut terminal = Terminal::start(on(&fleet, this.to_str().unwrap(), &words));
    assert_eq!(terminal.ended(SOON), 101);
    terminal.is_given_back();
    let text = terminal.text();
    let told = text.rfind("a bug in the middle of a look");
    assert!(told > text.rfind("\x1b[?1049l"), "the report is lost with the screen: {text:?}");
}

#[test]
fn a_stopped_dashboard_leaves_a_sane_shell_and_comes_back_whole() {
    let fleet = Fleet::new();
    let shell = Dashboard::run("exec env PS1='sane$ ' ENV= sh -i");
    let modes = || shell.tmux.ask("=view:", "#{alternate_on}#{mouse_any_flag}#{cursor_flag}");
    let is_sane = |mark: &str| {
        shell.types(&format!("stty -a; echo {mark}-''done")).keys(&["Enter"]);
        let text = shell.says(&format!("{mark}-done"));
        let said = text.rsplit("stty -a;").next().unwrap();
        let words: Vec<&str> = said.split([' ', ';', '\n']).collect();
        assert!(words.contains(&"icanon") && words.contains(&"echo") && words.contains(&"isig"), "{text}");
        assert_eq!(modes(), "001");
    };
    shell.says("sane$");
    shell.types(&fleet.shell_words("")).keys(&["Enter"]);
    shell.says("╭ fleet");
    assert_eq!(modes(), "110");
    shell.keys(&["C-z"]).says("Stopped");
    is_sane("stopped");
    // Nobody tells a stopped program that its terminal has become another size.
    shell.resize(100, 30);
    shell.types("fg").keys(&["Enter"]);
    shell.until("the whole of the new terminal", |text| {
        text.contains("╭ fleet") && text.lines().count() == 30 && text.lines().all(|line| line.chars().count() <= 100)
    });
    assert_eq!(modes(), "110");
    shell.keys(&["q"]).until("the shell", |text| !text.contains("╭ fleet"));
    is_sane("left");
}

/// The parameters of every sequence that sets a colour.
fn colours(text: &str) -> Vec<&str> {
    let is_colour = |number: &str| matches!(number.parse(), Ok(30..=38 | 40..=48 | 58 | 90..=97 | 100..=107));
    let sequences = text.split("\x1b[").skip(1).filter_map(|rest| rest.split_once('m')).map(|(numbers, _)| numbers);
    let plain = |numbers: &&str| numbers.chars().all(|c| c.is_ascii_digit() || matches!(c, ';' | ':'));
    sequences.filter(plain).filter(|numbers| numbers.split([';', ':']).any(is_colour)).collect()
}

#[test]
fn with_no_color_no_colour_is_written_not_even_in_a_mirror() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0"]);
    fleet.agent("coder0", "stty -echo; printf '\\033[31mscarlet\\033[0m\\n'; read line").beat("coder0", 1, "status=ok");
    // Set and empty is not set.
    for (no_color, coloured) in [("1", false), ("", true)] {
        let mut command = on(&fleet, BINARY, &[]);
        command.env("NO_COLOR", no_color);
        let mut terminal = Terminal::start(command);
        terminal.until("the mirror", |text| text.contains("scarlet"));
        terminal.press("?");
        terminal.until("the help", |text| text.contains("MOVE"));
        let text = terminal.text();
        assert_eq!(!colours(&text).is_empty(), coloured, "{:?}", colours(&text));
        assert!(text.contains("\x1b[1m") || text.contains(";1m"), "what is plain is still set off: {text:?}");
        terminal.press("\x1bq");
    }
}

#[test]
fn without_a_terminal_there_is_one_table() {
    let fleet = Fleet::new();
    fleet.roster(&["coder0"]);
    let ran = fleet.run(&[]).with(0);
    assert!(ran.out.contains("AGENT") && ran.out.contains("coder0") && !ran.out.contains('\x1b'), "{}", ran.out);
}
