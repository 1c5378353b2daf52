//! Watching over ssh, against a real sshd: the forced command shows the fleet, and nothing that a client asks for,
//! sends or presses gets anything else.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Stdio},
    time::Duration,
};

use support::{
    SOON,
    program::{Dashboard, Fleet, Ran, line_of},
    recorder::Recorder,
    sshd::{FULL, Sshd, USUAL_VARIABLES, WATCHER, recipe},
    wait_until,
};

/// An agent's program: says who it is, and waits.
const AGENT: &str = "echo I am an agent; read line";

/// A fleet of two, both up and well.
fn two() -> Fleet {
    let fleet = Fleet::new();
    fleet.roster(&["coder0", "coder1"]);
    fleet.agent("coder0", AGENT).agent("coder1", AGENT);
    fleet.beat("coder0", 1, "status=ok").beat("coder1", 1, "status=ok");
    fleet
}

/// The dashboard as a watcher gets it, with these words for ssh.
fn watching(sshd: &Sshd, words: &str) -> Dashboard {
    let dashboard = Dashboard::run(&sshd.shell_words(&format!("-tt {words}; echo ssh ended with $?; read line")));
    dashboard.until("the fleet", |text| line_of(text, "coder0").is_some() && text.contains("READ-ONLY"));
    dashboard
}

/// A finished `ssh` printed the table, and nothing else.
#[track_caller]
fn is_the_table(ran: Ran, asked: &str) {
    let ran = ran.with(0);
    let agents = ran.out.lines().skip_while(|line| !line.starts_with("AGENT ")).skip(1);
    let names: Vec<&str> = agents.filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["coder0", "coder1"], "{asked:?} gave: {}{}", ran.out, ran.err);
}

#[test]
fn the_dashboard_runs_there_resizes_and_leaves() {
    let fleet = two();
    let sshd = Sshd::start(&fleet, USUAL_VARIABLES);
    let dashboard = watching(&sshd, WATCHER);
    dashboard.until("the mirror", |text| text.contains("I am an agent") && text.contains("● live"));
    dashboard.resize(90, 30).until("the other size", |text| {
        text.contains("READ-ONLY") && text.lines().count() == 30 && text.lines().all(|line| line.chars().count() <= 90)
    });
    dashboard.resize(160, 45).until("a larger size", |text| {
        text.lines().count() == 45 && text.lines().any(|line| line.chars().count() > 150)
    });
    assert_eq!(fleet.tmux.ask("=coder0:", "#{window_width}x#{window_height}"), "80x24", "the agent was resized");
    dashboard.keys(&["q"]).says("ssh ended with 0");
}

#[test]
fn who_hangs_up_leaves_nothing_running() {
    if !cfg!(target_os = "linux") {
        return eprintln!("NOT APPLICABLE: whose processes run stands in /proc, which this system does not have");
    }
    let fleet = two();
    let sshd = Sshd::start(&fleet, USUAL_VARIABLES);
    let dashboard = watching(&sshd, WATCHER);
    dashboard.says("● live");
    let running = || processes_of(&fleet);
    assert!(!running().is_empty());
    // The whole terminal with its ssh client.
    dashboard.tmux.kill();
    wait_until("nothing of ours runs", SOON, || if running().is_empty() { Ok(()) } else { Err(running()) });
}

/// The command lines of our program's processes that look at this fleet.
fn processes_of(fleet: &Fleet) -> Vec<String> {
    let ours = format!("MOSAIC_HOME={}", fleet.home().display());
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        let words = String::from_utf8_lossy(&words).replace('\0', " ");
        if words.contains("mosaic-top") && environment.split(|byte| *byte == 0).any(|word| word == ours.as_bytes()) {
            found.push(words);
        }
    }
    found
}

/// What a client may ask for; `FILE` is one that must never come to be.
const ASKED: [&str; 16] = [
    "",
    "sh",
    "sh -c 'touch FILE'",
    "touch FILE",
    "; touch FILE",
    "$(touch FILE)",
    "`touch FILE`",
    "\n touch FILE\n",
    "| tee FILE",
    "> FILE",
    "--log FILE",
    "mosaic-top --log FILE --roster /etc/passwd --home / --config FILE",
    "ps --json",
    "demo --keep",
    "tmux kill-server",
    "/usr/lib/openssh/sftp-server",
];

#[test]
fn whatever_is_asked_for_there_is_one_table_without_a_terminal() {
    let fleet = two();
    let sshd = Sshd::start(&fleet, USUAL_VARIABLES);
    let file = sshd.dir().join("proof");
    for asked in ASKED.map(|asked| asked.replace("FILE", &file.display().to_string())) {
        is_the_table(sshd.ssh(&[WATCHER, "--", &asked]), &asked);
        assert!(!file.exists(), "{asked:?} was executed");
    }
    // What comes on standard input is nobody's command either.
    let mut client = sshd.client("ssh", &[WATCHER]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let _ = client.stdin.take().unwrap().write_all(format!("touch {}\n:quit\nq", file.display()).as_bytes());
    is_the_table(Ran::of(&client.wait_with_output().unwrap()), "on standard input");
    assert!(!file.exists());
    // The same words do something over the other key: the above proves something.
    sshd.ssh(&[FULL, &format!("touch {}", file.display())]).with(0);
    assert!(file.exists());
}

#[test]
fn whatever_is_asked_for_there_is_the_dashboard_on_a_terminal() {
    let fleet = two();
    let sshd = Sshd::start(&fleet, USUAL_VARIABLES);
    let file = sshd.dir().join("proof");
    for asked in ["-- 'touch FILE'", "-- sh -i", "-- --log FILE ps"] {
        let asked = asked.replace("FILE", &file.display().to_string());
        let dashboard = watching(&sshd, &format!("{WATCHER} {asked}"));
        dashboard.keys(&["q"]).says("ssh ended with 0");
        assert!(!file.exists(), "{asked:?} was executed");
    }
}

/// Variables with which programs are talked into starting others, or into forgetting what they were told. `TOOL` is a
/// program that only records that it was started.
const SENT: [&str; 20] = [
    "MOSAIC_TOP_READ_ONLY=0",
    "MOSAIC_TOP_CONFIG=TOOL",
    "PAGER=TOOL",
    "MANPAGER=TOOL",
    "EDITOR=TOOL",
    "VISUAL=TOOL",
    "SHELL=TOOL",
    "BROWSER=TOOL",
    "LESSOPEN=|TOOL",
    "LESSSECURE=0",
    "TMUX=/tmp/nowhere,1,0",
    "TMUX_PANE=%0",
    "RUST_BACKTRACE=full",
    "RUST_LOG=trace",
    "COLORTERM=truecolor",
    "NO_COLOR=1",
    "LC_ALL=xx_XX.nonsense",
    "LANG=;TOOL",
    "TERMINFO=/nowhere",
    "SSH_ORIGINAL_COMMAND=TOOL",
];

/// Keys with which other programs of this kind start a shell, a pager or an editor, and all of ours that open something.
const PRESSED: [&str; 14] = ["!", "Escape", "v", "e", "E", "s", "|", "Enter", "C-z", "C-x", "C-e", "F1", "z", "1"];

/// A client that sends all of these gets the same dashboard, which starts none of the programs they name.
#[track_caller]
fn check_variables(accepted: &str, arrives: bool) {
    let mut fleet = two();
    let recorder = Recorder::of(
        &["tmux", "systemctl", "loginctl"],
        &["tool", "less", "more", "vi", "vim", "nano", "emacs", "ed", "man", "xdg-open", "bash", "sh", "env", "sudo"],
    );
    fleet.first_on_path = Some(recorder.path());
    let sshd = Sshd::start(&fleet, accepted);
    let tool = recorder.path().join("tool").display().to_string();
    let sent: Vec<String> = SENT.iter().map(|variable| variable.replace("TOOL", &tool)).collect();
    let option = format!("SetEnv={}", sent.iter().map(|v| format!("\"{v}\"")).collect::<Vec<_>>().join(" "));

    let seen = sshd.ssh(&["-o", &option, FULL, "/usr/bin/env"]).with(0).out;
    assert_eq!(seen.contains(&format!("PAGER={tool}")), arrives, "{seen}");
    is_the_table(sshd.ssh(&["-o", &option, WATCHER, "sh"]), "with variables");

    let dashboard = watching(&sshd, &format!("-o '{option}' {WATCHER}"));
    dashboard.says("● live");
    for key in PRESSED {
        dashboard.keys(&[key]);
        dashboard.until("a dashboard after a key", |text| text.contains("READ-ONLY"));
    }
    for command in [":!sh", ":sh", ":shell", ":edit", ":e /etc/passwd"] {
        dashboard.keys(&["1"]).types(command).keys(&["Enter"]).says("no action and no agent is called");
    }
    dashboard.keys(&["q"]).says("ssh ended with 0");
    let others: Vec<_> =
        recorder.calls().into_iter().filter(|c| !["tmux", "systemctl", "loginctl"].contains(&&*c[0])).collect();
    assert!(others.is_empty(), "started: {others:?}");
}

#[test]
fn variables_of_a_client_open_no_way_out() {
    check_variables(USUAL_VARIABLES, false);
}

#[test]
fn not_even_where_the_server_lets_all_of_them_in() {
    check_variables("*", true);
}

#[test]
fn ctrl_z_does_not_leave_a_dashboard_that_nobody_can_continue() {
    let fleet = two();
    let sshd = Sshd::start(&fleet, USUAL_VARIABLES);
    let dashboard = watching(&sshd, WATCHER);
    dashboard.keys(&["C-z"]).says("no shell stands above");
    let help = dashboard.keys(&["?"]).says(" keys · read-only");
    assert!(!help.contains("fg goes on"), "{help}");
    dashboard.keys(&["Escape"]).until("the help closed", |text| !text.contains(" keys · read-only"));
    dashboard.keys(&["q"]).says("ssh ended with 0");
    // Where there is a shell, also at the other end of ssh, it is as everywhere.
    let words = fleet.shell_words("--read-only");
    let shell = Dashboard::run(&sshd.shell_words(&format!("-tt {FULL} env PS1=there$ ENV= sh -i")));
    shell.says("there$");
    shell.types(&words).keys(&["Enter"]).says("READ-ONLY");
    shell.keys(&["C-z"]).says("Stopped");
    shell.types("fg").keys(&["Enter"]).says("READ-ONLY");
}

#[test]
fn files_are_neither_fetched_nor_put() {
    let fleet = two();
    let sshd = Sshd::start(&fleet, USUAL_VARIABLES);
    let (here, there) = (sshd.dir().join("here"), sshd.dir().join("there"));
    fs::write(&there, "the fleet's").unwrap();
    let batch = sshd.dir().join("batch");
    fs::write(&batch, format!("get {} {}\n", there.display(), here.display())).unwrap();
    let fetch = |alias: &str, way: &str| {
        let _ = fs::remove_file(&here);
        let remote = format!("{alias}:{}", there.display());
        let local = here.display().to_string();
        let words = match way {
            "sftp" => vec!["-q", "-b", batch.to_str().unwrap(), alias],
            "scp -O" => vec!["-q", "-O", &remote, &local],
            _ => vec!["-q", &remote, &local],
        };
        let ran = Ran::of(&sshd.client(way.split(' ').next().unwrap(), &words).output().unwrap());
        (ran.code == Some(0), here.exists())
    };
    for way in ["sftp", "scp", "scp -O"] {
        assert_eq!(fetch(FULL, way), (true, true), "{way} with the key to everything");
        assert_eq!(fetch(WATCHER, way), (false, false), "{way} with the watcher's key");
    }
}

/// A client that stays, killed when dropped.
struct Stays(Child);

impl Drop for Stays {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What comes out of a port that ssh forwards: the greeting of what listens behind it, or nothing.
fn through(port: u16) -> String {
    let mut stream = wait_until("ssh listens", SOON, || TcpStream::connect(("127.0.0.1", port)));
    stream.set_read_timeout(Some(SOON)).unwrap();
    let mut said = [0; 4];
    let length = stream.read(&mut said).unwrap_or(0);
    String::from_utf8_lossy(&said[..length]).into_owned()
}

#[test]
fn nothing_is_forwarded() {
    let fleet = two();
    let sshd = Sshd::start(&fleet, USUAL_VARIABLES);
    let behind = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = behind.local_addr().unwrap();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = behind.accept() {
            let _ = stream.write_all(b"here");
        }
    });
    let forwarded = |alias: &str| {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let words = format!("127.0.0.1:{port}:{target}");
        let _client = Stays(sshd.client("ssh", &["-N", "-L", &words, alias]).spawn().unwrap());
        through(port)
    };
    assert_eq!((forwarded(FULL).as_str(), forwarded(WATCHER).as_str()), ("here", ""), "a local port");
    let direct = |alias: &str| sshd.ssh(&["-W", &target.to_string(), alias]);
    assert_eq!(direct(FULL).with(0).out, "here");
    direct(WATCHER).with(255);
    let remote = |alias: &str| sshd.ssh(&["-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:9", alias, "true"]);
    remote(FULL).with(0);
    remote(WATCHER).with(255);
    // The tmux socket itself, which is the whole power.
    let (here, there) = (sshd.dir().join("tmux"), socket_of(&fleet));
    let words = format!("{}:{there}", here.display());
    let reached = |alias: &str| {
        let _ = fs::remove_file(&here);
        let _client = Stays(sshd.client("ssh", &["-N", "-L", &words, alias]).spawn().unwrap());
        let mut stream = wait_until("ssh listens", SOON, || std::os::unix::net::UnixStream::connect(&here));
        stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        // An open connection says nothing yet; a refused one ends.
        stream.read(&mut [0; 1]).is_err()
    };
    assert!(reached(FULL), "the tmux socket is not reached with the key to everything");
    assert!(!reached(WATCHER), "the tmux socket is reached with the watcher's key");
    assert!(sshd.log().contains("refused local port forward"), "{}", sshd.log());
}

fn socket_of(fleet: &Fleet) -> String {
    fleet.tmux.ask("=coder0:", "#{socket_path}")
}

/// Asks for something with the watcher's key while the other one's master is open, with this path for both.
fn beside_a_master(control_path: &str) -> String {
    let fleet = two();
    let sshd = Sshd::start(&fleet, USUAL_VARIABLES);
    let path = format!("ControlPath={}/{control_path}", sshd.dir().display());
    let _master = Stays(sshd.client("ssh", &["-N", "-o", "ControlMaster=yes", "-o", &path, FULL]).spawn().unwrap());
    wait_until("the master", SOON, || {
        let ran = sshd.ssh(&["-O", "check", "-o", &path, FULL]);
        if ran.code == Some(0) { Ok(()) } else { Err(ran) }
    });
    sshd.ssh(&["-o", &path, WATCHER, "echo not a dashboard"]).with(0).out
}

#[test]
fn a_control_path_without_the_alias_rides_on_the_other_keys_master_past_the_forced_command() {
    assert_eq!(beside_a_master("cm-%C"), "not a dashboard\n", "the trap is gone: mend docs/read-only.md");
    let shown = beside_a_master("cm-%n-%C");
    assert!(shown.contains("AGENT") && !shown.contains("not a dashboard"), "{shown}");
}

#[test]
fn the_recipe_names_a_whole_path_and_a_control_path_with_the_alias() {
    let recipe = recipe();
    let line = recipe.lines().find(|line| line.starts_with("command=")).unwrap();
    let program = line.strip_prefix("command=\"").and_then(|rest| rest.split([' ', '"']).next()).unwrap();
    assert!(Path::new(program).is_absolute() && line.contains(" --read-only\",restrict,pty "), "{line}");
    let path = recipe.lines().find_map(|line| line.trim().strip_prefix("ControlPath ")).unwrap();
    assert!(path.contains("%n"), "{path}");
}
