//! An upgrade while mirrors are open: a newer build takes over from a tap, an older one joins it, one that speaks
//! otherwise is left alone; a program whose file was replaced goes on; and a tap outlives the unit that started it.
#![allow(clippy::disallowed_methods, reason = "tests work with real files, programs and clocks")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;
#[path = "support/mirror.rs"]
mod watching;

use std::{
    fs::{self, File},
    io::Write,
    os::unix::{fs::DirBuilderExt, net::UnixListener},
    path::PathBuf,
    process::{Child, Command},
    sync::Arc,
    time::{Duration, SystemTime},
};

use mosaic_top::{
    adapter::tap::{binary::Binary, client::Mirrors},
    fleet::mirror::Feed,
};
use support::{SOON, Tmux, UserManager, block_on, describe, wait_until};
use watching::{Player, Watched, agrees, kill_taps, pane_of, pipe, program_of, server, tap, taps};

/// A copy of the program that was built so many seconds after the first.
fn build(tmux: &Tmux, name: &str, seconds: u64) -> PathBuf {
    let copy = tmux.tmpdir().join(name);
    fs::copy(env!("CARGO_BIN_EXE_mosaic-top"), &copy).unwrap();
    let made = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds);
    File::options().write(true).open(&copy).unwrap().set_modified(made).unwrap();
    copy
}

fn mirrors_of(tmux: &Tmux, binary: &PathBuf) -> Arc<Mirrors> {
    let server = server(tmux);
    Arc::new(Mirrors { place: server.place(), server, binary: Binary::at(binary) })
}

/// What a process runs.
fn image(pid: u32) -> PathBuf {
    fs::read_link(format!("/proc/{pid}/exe")).unwrap()
}

/// Runs a process until it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_newer_build_takes_over_and_those_who_watched_follow() {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", 80, 24);
    player.play("one ");
    let (pane, server) = (pane_of(&tmux, "a"), server(&tmux));
    let (old, new) = (build(&tmux, "old", 1), build(&tmux, "new", 2));
    block_on(async {
        let mut first = Watched::open(&mirrors_of(&tmux, &old), pane);
        first.until("live", |w| w.feed == Some(Feed::Live)).await;
        let replaced = tap(&tmux);
        assert_eq!(image(replaced), old);
        let mut second = Watched::open(&mirrors_of(&tmux, &new), pane);
        player.play("two ");
        second.until("live with the newer one", |w| w.feed == Some(Feed::Live) && w.shows("one two")).await;
        assert_eq!(second.pictures, 1, "whoever brings the newer build is live at once");
        assert_eq!(image(tap(&tmux)), new, "the older one has gone");
        first.until("looked at meanwhile", |w| w.feed == Some(Feed::Polled)).await;
        player.play("three ");
        first.until("live again", |w| w.feed == Some(Feed::Live) && w.shows("one two three")).await;
        for (watched, who) in [(&mut first, "who was there"), (&mut second, "who came")] {
            agrees(watched, &server, pane, who).await;
        }
        drop(second);
        player.play("four ");
        first.until("it goes on", |w| w.shows("three four")).await;
        assert_eq!(image(tap(&tmux)), new, "the older one does not take its place back");
    });
}

#[test]
fn an_older_build_joins_a_newer_tap() {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", 80, 24);
    player.play("one ");
    let pane = pane_of(&tmux, "a");
    let (old, new) = (build(&tmux, "old", 1), build(&tmux, "new", 2));
    block_on(async {
        let mut first = Watched::open(&mirrors_of(&tmux, &new), pane);
        first.until("live", |w| w.feed == Some(Feed::Live)).await;
        let (serving, mark) = (tap(&tmux), pipe(&tmux, "a"));
        let mut second = Watched::open(&mirrors_of(&tmux, &old), pane);
        second.until("live, too", |w| w.feed == Some(Feed::Live) && w.shows("one")).await;
        assert_eq!((tap(&tmux), pipe(&tmux, "a")), (serving, mark));
        assert_eq!(first.pictures, 1);
    });
}

/// A tap that answers whoever greets it with these bytes: the mirror is polled, says why, and leaves it alone.
#[track_caller]
fn check_left_alone(answer: &[u8], words: &str) {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", 80, 24);
    player.play("here");
    let place = server(&tmux).place().unwrap();
    fs::DirBuilder::new().mode(0o700).create(&place.dir).unwrap();
    let listener = UnixListener::bind(&place.socket).unwrap();
    let answer = answer.to_vec();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(&answer);
            // It stays, and so does the connection.
            std::mem::forget(stream);
        }
    });
    let log = tmux.tmpdir().join("log");
    let binary = build(&tmux, "ours", 1);
    let said = program_of(&tmux, &binary, &["-v", "--log", log.to_str().unwrap(), "screen", "a", "--json"]).output();
    let said = describe(&said.unwrap());
    assert!(said.contains(r#""feed":"polled""#) && said.contains("here"), "{said}");
    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains(words), "{words:?} is not in the log:\n{log}");
    assert!(place.socket.exists() && taps(&tmux).is_empty(), "it is not replaced");
    assert_eq!(pipe(&tmux, "a"), "0", "the pane is left as it was");
}

/// A frame as every version writes it: length, kind, time, words.
fn frame(kind: u8, words: &str) -> Vec<u8> {
    let length = u32::try_from(9 + words.len()).unwrap().to_be_bytes();
    [&length[..], &[kind], &[0; 8], words.as_bytes()].concat()
}

#[test]
fn a_tap_that_speaks_another_version_is_left_alone_and_its_reason_is_said() {
    let words = "the tap behind it speaks version 99, this program version 2";
    check_left_alone(&frame(b'G', words), words);
}

#[test]
fn a_tap_that_cannot_be_understood_is_left_alone() {
    check_left_alone(&frame(b'?', "what a later version may say"), "the tap sent a frame that cannot be read");
    check_left_alone(b"HTTP/1.1 400 Bad Request\r\n\r\n", "the tap sent a frame of");
}

#[test]
fn a_program_whose_file_is_gone_still_starts_a_tap_which_still_opens_pipes() {
    if !cfg!(target_os = "linux") {
        eprintln!("NOT APPLICABLE: only Linux keeps a way to a file that is gone");
        return;
    }
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", 80, 24);
    player.play("one ");
    let binary = build(&tmux, "ours", 1);
    let watching = program_of(&tmux, &binary, &["screen", "a", "--wait", "600000"]).spawn().unwrap();
    let _watching = Running(watching);
    let live = |what: &str| {
        wait_until(what, SOON, || match (pipe(&tmux, "a"), taps(&tmux)) {
            (pipe, taps) if pipe.starts_with("1 ") && taps.len() == 1 => Ok(taps[0]),
            other => Err(other),
        })
    };
    let first = live("the first tap");
    fs::remove_file(&binary).unwrap();
    kill_taps(&[first]);
    // tmux drops a dead tap's pipe at the pane's next outputs.
    wait_until("a tap of its own again", SOON * 2, || {
        player.play("more ");
        match (pipe(&tmux, "a"), taps(&tmux)) {
            (pipe, taps) if pipe.starts_with("1 ") && taps.len() == 1 && taps[0] != first => Ok(()),
            other => Err(other),
        }
    });
}

#[test]
fn a_tap_outlives_the_unit_that_started_it() {
    UserManager::run_inside("inside_a_user_manager");
}

#[test]
#[ignore = "runs inside a private user manager"]
fn inside_a_user_manager() {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", 80, 24);
    player.play("one ");
    let (pane, server) = (pane_of(&tmux, "a"), server(&tmux));
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_mosaic-top"));
    let command = program_of(&tmux, &binary, &["screen", "a", "--wait", "600000"]);
    let mut unit = Command::new("systemd-run");
    unit.args(["--user", "--quiet", "--unit=dashboard.service"]);
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            unit.arg(format!("--setenv={}={}", name.to_str().unwrap(), value.to_str().unwrap()));
        }
    }
    let started = unit.arg("--").arg(command.get_program()).args(command.get_args()).output().unwrap();
    assert!(started.status.success(), "{}", describe(&started));
    let serving = wait_until("the tap", SOON, || match taps(&tmux)[..] {
        [one] => Ok(one),
        ref other => Err(other.to_vec()),
    });
    let cgroup = || fs::read_to_string(format!("/proc/{serving}/cgroup")).unwrap();
    let own = format!("app-mosaic_top-tap-{serving}.scope");
    wait_until("a scope of its own", SOON, || match cgroup() {
        there if there.trim().ends_with(&own) => Ok(()),
        other => Err(other),
    });
    block_on(async {
        let mut watched = Watched::open(&watching::mirrors(&tmux), pane);
        watched.until("live", |w| w.feed == Some(Feed::Live)).await;
        UserManager::systemctl(&["stop", "dashboard.service"]);
        player.play("two ");
        watched.until("it goes on", |w| w.shows("one two")).await;
        agrees(&mut watched, &server, pane, "after the unit's end").await;
        assert_eq!((watched.pictures, tap(&tmux)), (1, serving), "the tap is the same");
    });
    let loaded =
        || Command::new("systemctl").args(["--user", "list-units", "--all", "--plain", &own]).output().unwrap();
    wait_until("the scope ends with the tap", SOON, || match describe(&loaded()) {
        said if said.contains(&own) => Err(said),
        _ => Ok(()),
    });
}
