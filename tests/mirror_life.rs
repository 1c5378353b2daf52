//! The life and death of every part of a mirror, on real parts: whoever dies harms nobody, and whatever cannot be used
//! is refused in words.
#![allow(clippy::disallowed_methods, reason = "tests work with real files, programs and clocks")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;
#[path = "support/mirror.rs"]
mod watching;

use std::{
    fs,
    io::{Read, Write},
    os::unix::{
        fs::{DirBuilderExt, PermissionsExt, symlink},
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    process::{Child, Command},
    time::{Duration, Instant},
};

use mosaic_top::fleet::{ids::PaneId, mirror::Feed};
use support::{SOON, Tmux, block_on, describe, wait_until};
use watching::{Player, Watched, agrees, left, mirrors, pane_of, pipe, program, server, tap, taps};

/// Sooner than a mirror that is polled would try for a pipe again.
const AT_ONCE: Duration = Duration::from_secs(4);

/// Another process that watches a pane until it is killed.
struct Other(Child);

impl Other {
    fn watch(tmux: &Tmux, session: &str) -> Self {
        Self(program(tmux, &["screen", session, "--wait", "600000"]).spawn().unwrap())
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        // SIGKILL: it cannot say goodbye.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A player and its pane.
fn pane_with(tmux: &Tmux, session: &str, text: &str) -> (Player, PaneId) {
    let mut player = Player::start(tmux, session, 80, 24);
    player.play(text);
    (player, pane_of(tmux, session))
}

fn wait_for_pipe(tmux: &Tmux, begins: &str) {
    wait_until(&format!("the pipe is {begins:?}"), SOON, || {
        let there = pipe(tmux, "a");
        if there.starts_with(begins) { Ok(()) } else { Err(there) }
    });
}

fn play_in_again(tmux: &Tmux, player: &Player) {
    let command = format!("stty raw -echo; exec cat {}", player.fifo().display());
    tmux.tmux(&["respawn-pane", "-k", "-t", "=a:", &command]);
    wait_until("the new program reads", SOON, || {
        match tmux.ask("=a:", "#{pane_dead} #{pane_current_command}").as_str() {
            "0 cat" => Ok(()),
            other => Err(other.to_owned()),
        }
    });
}

#[test]
fn a_watcher_that_is_killed_harms_no_other_and_the_pipe_ends_after_the_last() {
    let tmux = Tmux::new();
    let (mut player, pane) = pane_with(&tmux, "a", "before ");
    block_on(async {
        let other = Other::watch(&tmux, "a");
        wait_for_pipe(&tmux, "1 ");
        let mark = pipe(&tmux, "a");
        let mut watched = Watched::open(&mirrors(&tmux), pane);
        watched.until("the picture", |w| w.shows("before")).await;
        let last = Other::watch(&tmux, "a");
        drop(other);
        player.play("after ");
        watched.until("what came after", |w| w.shows("before after")).await;
        agrees(&mut watched, &server(&tmux), pane, "after the kill").await;
        assert_eq!((watched.pictures, pipe(&tmux, "a")), (1, mark), "nothing was started anew");
        drop(watched);
        drop(last);
    });
    wait_for_pipe(&tmux, "0");
    assert_eq!(pipe(&tmux, "a"), "0", "and the mark with it");
}

#[test]
fn a_pane_that_was_respawned_shows_the_new_program_live() {
    let tmux = Tmux::new();
    let (mut player, pane) = pane_with(&tmux, "a", "the old one\x1b[?1049hover it\x1b[5;9r");
    block_on(async {
        let mut watched = Watched::open(&mirrors(&tmux), pane);
        watched.until("the old program", |w| w.shows("over it")).await;
        play_in_again(&tmux, &player);
        player.play("the new one");
        // Nobody tells the tap; it asks once the pane has come to rest.
        watched.until("the new program alone", |w| w.shows("the new one") && !w.shows("over it")).await;
        agrees(&mut watched, &server(&tmux), pane, "after the respawn").await;
        player.play(" goes on");
        watched.until("what came then", |w| w.shows("the new one goes on")).await;
        assert_eq!(watched.feed, Some(Feed::Live));
        agrees(&mut watched, &server(&tmux), pane, "after what came then").await;
    });
}

#[test]
fn a_dead_pane_that_is_respawned_turns_live_again_while_the_tap_serves_others() {
    let tmux = Tmux::new();
    let (_keeper, other_pane) = pane_with(&tmux, "b", "other");
    tmux.tmux(&["set-option", "-g", "remain-on-exit", "on"]);
    let (mut player, pane) = pane_with(&tmux, "a", "first life");
    block_on(async {
        let mirrors = mirrors(&tmux);
        let mut other = Watched::open(&mirrors, other_pane);
        let mut watched = Watched::open(&mirrors, pane);
        other.until("the other", |w| w.shows("other")).await;
        watched.until("the first life", |w| w.feed == Some(Feed::Live)).await;
        let program = tmux.ask("=a:", "#{pane_pid}");
        assert!(Command::new("kill").args(["-9", &program]).status().unwrap().success());
        wait_until("tmux has seen it die", SOON, || match tmux.ask("=a:", "#{pane_dead}").as_str() {
            "1" => Ok(()),
            other => Err(other.to_owned()),
        });
        watched.reseed();
        // With or without tmux's notice: a pane that died while its pipe still held bytes never gets one from 3.3a.
        watched.until("looked at by hand", |w| w.feed == Some(Feed::Polled)).await;
        agrees(&mut watched, &server(&tmux), pane, "dead").await;
        play_in_again(&tmux, &player);
        player.play("second ");
        watched.until("the second life", |w| w.shows("second")).await;
        player.play("life");
        watched.until("live again", |w| w.feed == Some(Feed::Live) && w.shows("second life")).await;
        agrees(&mut watched, &server(&tmux), pane, "in the second life").await;
        assert_eq!(other.feed, Some(Feed::Live));
    });
}

#[test]
fn a_session_that_is_renamed_goes_on() {
    let tmux = Tmux::new();
    let (mut player, pane) = pane_with(&tmux, "a", "before ");
    block_on(async {
        let mut watched = Watched::open(&mirrors(&tmux), pane);
        watched.until("the picture", |w| w.shows("before")).await;
        tmux.tmux(&["rename-session", "-t", "=a:", "b"]);
        player.play("after");
        watched.until("what came", |w| w.shows("before after")).await;
        assert_eq!((watched.pictures, watched.gone.clone()), (1, None));
    });
}

#[test]
fn a_server_that_took_the_place_of_another_is_not_taken_for_it() {
    let tmux = Tmux::new();
    let (_player, pane) = pane_with(&tmux, "a", "the old server");
    block_on(async {
        let before = mirrors(&tmux);
        let mut old = Watched::open(&before, pane);
        old.until("the old server", |w| w.shows("the old server")).await;
        tmux.kill();
        let (mut player, again) = pane_with(&tmux, "a", "the new server");
        assert_eq!(again, pane, "the same id");
        old.until("that it is another", |w| w.gone.as_ref().is_some_and(|why| why.contains("another one"))).await;
        assert!(!old.shows("the new server"));
        let mut new = Watched::open(&mirrors(&tmux), pane);
        new.until("the new server", |w| w.feed == Some(Feed::Live) && w.shows("the new server")).await;
        player.play(" lives");
        new.until("what came", |w| w.shows("the new server lives")).await;
        old.for_a_while(Duration::from_millis(1100)).await;
        assert!(old.gone.is_some() && !old.shows("lives"), "the old mirror stays gone");
        let place = before.place.clone().unwrap();
        wait_until("the old tap leaves no file", SOON, || {
            if place.socket.exists() || place.lock.exists() { Err(left(&tmux)) } else { Ok(()) }
        });
        new.until("the new one is still there", |w| w.feed == Some(Feed::Live)).await;
        assert_eq!(taps(&tmux).len(), 1);
    });
}

#[test]
fn two_that_start_in_the_same_moment_share_one_tap_and_are_both_live() {
    for round in 0..20 {
        let tmux = Tmux::new();
        let (_player, _) = pane_with(&tmux, "a", "here");
        let start = || program(&tmux, &["screen", "a", "--json", "--wait", "100"]).spawn().unwrap();
        let both = [start(), start()].map(|child| child.wait_with_output().unwrap());
        for output in both {
            let said = describe(&output);
            assert!(said.contains(r#""feed":"live""#) && said.contains("here"), "round {round}: {said}");
        }
        assert_eq!(taps(&tmux).len(), 1, "round {round}");
    }
}

/// Makes a place unusable, and expects a polled picture and these words in the log.
#[track_caller]
fn check_refused(spoil: impl FnOnce(&Path), words: &str) {
    let tmux = Tmux::new();
    let (_player, _) = pane_with(&tmux, "a", "here");
    let place = mirrors(&tmux).place.clone().unwrap();
    spoil(&place.dir);
    refused(&tmux, words);
}

#[track_caller]
fn refused(tmux: &Tmux, words: &str) {
    let logs = tempfile::Builder::new().prefix("ml").tempdir_in("/tmp").unwrap();
    let log = logs.path().join("log");
    let words_of_log = ["-v", "--log", log.to_str().unwrap(), "screen", "a", "--json"];
    let said = describe(&program(tmux, &words_of_log).output().unwrap());
    assert!(said.contains(r#""feed":"polled""#) && said.contains("here"), "{said}");
    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains(words), "{words:?} is not in the log:\n{log}");
    assert_eq!(pipe(tmux, "a"), "0", "the pane is left as it was");
    wait_until("no tap", SOON, || Some(taps(tmux)).filter(Vec::is_empty).ok_or_else(|| taps(tmux)));
}

#[test]
fn a_directory_that_others_may_enter_is_refused() {
    check_refused(
        |dir| {
            fs::create_dir(dir).unwrap();
            fs::set_permissions(dir, fs::Permissions::from_mode(0o777)).unwrap();
        },
        "may be entered by others (mode 777)",
    );
}

#[test]
fn a_directory_of_somebody_else_is_refused() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("NOT APPLICABLE: only root can give a directory away");
        return;
    }
    check_refused(
        |dir| {
            fs::DirBuilder::new().mode(0o700).create(dir).unwrap();
            std::os::unix::fs::chown(dir, Some(65534), None).unwrap();
        },
        "belongs to uid 65534",
    );
}

#[test]
fn a_link_in_place_of_the_directory_is_refused() {
    check_refused(|dir| symlink("/tmp", dir).unwrap(), "is not a directory");
}

#[test]
fn a_trap_behind_a_link_is_not_spoken_to() {
    let tmux = Tmux::new();
    let (_player, _) = pane_with(&tmux, "a", "here");
    let place = mirrors(&tmux).place.clone().unwrap();
    let trap = tempfile::Builder::new().prefix("mx").tempdir_in("/tmp").unwrap();
    symlink(trap.path(), &place.dir).unwrap();
    let listener = UnixListener::bind(&place.socket).unwrap();
    refused(&tmux, "is not a directory");
    let mut said = Vec::new();
    listener.accept().unwrap().0.read_to_end(&mut said).unwrap();
    assert_eq!(said, b"", "not even a greeting");
}

#[test]
fn a_file_in_place_of_the_directory_is_said() {
    check_refused(|dir| fs::write(dir, "").unwrap(), "Not a directory");
}

#[test]
fn a_full_disk_is_said_and_harms_nothing_else() {
    if !cfg!(target_os = "linux") || !nix::unistd::geteuid().is_root() {
        eprintln!("NOT APPLICABLE: only root can mount a small disk");
        return;
    }
    let output = Command::new("unshare")
        .args(["-m", "--propagation", "private"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "on_a_full_disk", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = describe(&output);
    if said.contains("unshare failed") || said.contains("permission denied") {
        eprintln!("NOT APPLICABLE: no mount namespace of one's own here: {said}");
        return;
    }
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "runs in a mount namespace of its own"]
fn on_a_full_disk() {
    let tmux = Tmux::new();
    let dir = tmux.tmpdir().to_owned();
    let mount = ["-t", "tmpfs", "-o", "size=64k,nr_inodes=32", "none"];
    assert!(Command::new("mount").args(mount).arg(&dir).status().unwrap().success());
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).unwrap();
    let (mut player, _) = pane_with(&tmux, "a", "here");
    let mut filled = (0..).map_while(|n| fs::File::create(dir.join(format!("fill{n}"))).ok());
    assert!(filled.by_ref().count() < 32);
    refused(&tmux, "No space left on device");
    player.play(" and on");
    wait_until("the pane goes on", SOON, || {
        let text = tmux.tmux(&["capture-pane", "-p", "-t", "=a:"]);
        if text.contains("here and on") { Ok(()) } else { Err(text) }
    });
    let _ = Command::new("umount").arg("-l").arg(&dir).status();
}

#[test]
fn a_watcher_that_comes_back_within_the_linger_joins_the_same_pipe() {
    let tmux = Tmux::new();
    let (mut player, pane) = pane_with(&tmux, "a", "before ");
    block_on(async {
        let mirrors = mirrors(&tmux);
        let mut watched = Watched::open(&mirrors, pane);
        watched.until("the picture", |w| w.shows("before")).await;
        let mark = pipe(&tmux, "a");
        drop(watched);
        player.play("meanwhile");
        let mut again = Watched::open(&mirrors, pane);
        again.until("all of it", |w| w.shows("before meanwhile")).await;
        assert_eq!((again.feed, pipe(&tmux, "a")), (Some(Feed::Live), mark));
    });
}

/// A directory for `PATH` in which the end of a pipe takes a second, and leaves the file that comes with it.
fn slow_end() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::Builder::new().prefix("mb").tempdir_in("/tmp").unwrap();
    let (script, ending) = (dir.path().join("tmux"), dir.path().join("ending"));
    let real = Command::new("sh").args(["-c", "command -v tmux"]).output().unwrap();
    let real = String::from_utf8(real.stdout).unwrap();
    let text = format!(
        "#!/bin/sh\ncase \"$*\" in *'set-option -p -u'*) : >{}; sleep 1;; esac\nexec {} \"$@\"\n",
        ending.display(),
        real.trim()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    (dir, ending)
}

#[test]
fn a_watcher_that_comes_while_the_pipe_is_being_ended_is_live_at_once() {
    let tmux = Tmux::new();
    let (mut player, pane) = pane_with(&tmux, "a", "here");
    let (path, ending) = slow_end();
    let path = format!("{}:{}", path.path().display(), std::env::var("PATH").unwrap());
    let said = describe(&program(&tmux, &["screen", "a"]).env("PATH", &path).output().unwrap());
    assert!(said.contains("here"), "{said}");
    wait_until("the pipe is being ended", SOON, || if ending.exists() { Ok(()) } else { Err("not yet") });
    let began = Instant::now();
    block_on(async {
        let mut watched = Watched::open(&mirrors(&tmux), pane);
        watched.until("a picture", |w| w.shows("here")).await;
        assert_eq!(watched.feed, Some(Feed::Live), "it waited for the end and began anew");
        assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
        player.play(" and on");
        watched.until("what came", |w| w.shows("here and on")).await;
        wait_for_pipe(&tmux, "1 ");
    });
}

#[test]
fn a_watcher_that_comes_as_the_tap_is_leaving_starts_the_next_one_at_once() {
    let tmux = Tmux::new();
    let (_player, pane) = pane_with(&tmux, "a", "here");
    let mirrors = mirrors(&tmux);
    let place = mirrors.place.clone().unwrap();
    place.prepare().unwrap();
    let listener = UnixListener::bind(&place.socket).unwrap();
    let leaving = std::thread::spawn(move || {
        let (taken, _) = listener.accept().unwrap();
        fs::remove_file(&place.socket).unwrap();
        drop((taken, listener));
    });
    let began = Instant::now();
    block_on(async {
        let mut watched = Watched::open(&mirrors, pane);
        watched.until("a picture", |w| w.shows("here")).await;
        assert_eq!(watched.feed, Some(Feed::Live));
        assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
    });
    leaving.join().unwrap();
}

/// A connection to the tap that says these bytes and nothing more.
fn connection(socket: &Path, says: &[u8]) -> UnixStream {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.write_all(says).unwrap();
    stream
}

fn greeting(version: u32, pane: PaneId) -> Vec<u8> {
    format!("{{\"v\":{version},\"watch\":{{\"pane\":{}}}}}\n", pane.0).into_bytes()
}

/// A line of `/proc/PID/status` in kilobytes.
fn kilobytes(pid: u32, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Fifty megabytes of lines, and how long the pane took to print them.
fn flood(tmux: &Tmux, player: &mut Player, name: &str) -> Duration {
    let line = format!("{} the quick brown fox jumps over the lazy dog\r\n", "0123456789".repeat(3));
    let chunk = line.repeat(50_000_000 / 50 / line.len());
    let began = Instant::now();
    for _ in 0..50 {
        player.play(&chunk);
    }
    player.play(format!("\x1b[H\x1b[2Jafter {name}"));
    wait_until(name, SOON, || {
        let text = tmux.tmux(&["capture-pane", "-p", "-t", "=a:"]);
        if text.contains(&format!("after {name}")) { Ok(()) } else { Err(text) }
    });
    began.elapsed()
}

#[test]
fn a_watcher_that_never_reads_slows_nobody_and_costs_no_memory() {
    let tmux = Tmux::new();
    let (mut player, pane) = pane_with(&tmux, "a", "here");
    let alone = flood(&tmux, &mut player, "alone");
    block_on(async {
        let mirrors = mirrors(&tmux);
        let mut watched = Watched::open(&mirrors, pane);
        watched.until("the picture", |w| w.feed == Some(Feed::Live)).await;
        let place = mirrors.place.clone().unwrap();
        let mut stalled = connection(&place.socket, &greeting(3, pane));
        let stalled_too = connection(&place.socket, &greeting(3, pane));
        let flooded = flood(&tmux, &mut player, "stalled");
        // Each wish is a new picture, which the stalled ones do not take either.
        for _ in 0..20 {
            stalled.write_all(b"r").unwrap();
        }
        // The tap of a build for development parses no faster than tmux does, so this takes a while.
        let drained = Instant::now();
        while !watched.shows("after stalled") && drained.elapsed() < SOON {
            watched.for_a_while(Duration::from_millis(50)).await;
        }
        agrees(&mut watched, &server(&tmux), pane, "beside the stalled ones").await;
        assert!(flooded < alone * 3 + Duration::from_secs(1), "{flooded:?} against {alone:?} alone");
        if cfg!(target_os = "linux") {
            let peak = kilobytes(tap(&tmux), "VmHWM:");
            eprintln!("50 MB: {alone:?} alone, {flooded:?} with stalled watchers; the tap's peak is {peak} kB");
            assert!(peak < 64 * 1024, "{peak} kB");
        }
        drop(stalled_too);
    });
}

#[test]
fn strangers_at_the_door_disturb_nobody() {
    let tmux = Tmux::new();
    let (mut player, pane) = pane_with(&tmux, "a", "here");
    block_on(async {
        let mirrors = mirrors(&tmux);
        let mut watched = Watched::open(&mirrors, pane);
        watched.until("the picture", |w| w.shows("here")).await;
        let socket = mirrors.place.clone().unwrap().socket;
        let mut silent = connection(&socket, b"");
        let garbage: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let mut garbled = UnixStream::connect(&socket).unwrap();
        // The tap hangs up as soon as it knows.
        let _ = garbled.write_all(&garbage);
        let mut newer = connection(&socket, &greeting(99, pane));
        let no_pipe = connection(&socket, b"{\"v\":2,\"handoff\":{\"pane\":0,\"generation\":\"x\"}}\n");
        let mut said = Vec::new();
        newer.read_to_end(&mut said).unwrap();
        assert!(String::from_utf8_lossy(&said).contains("this program version 99"), "{said:?}");
        silent.set_read_timeout(Some(SOON)).unwrap();
        assert_eq!(silent.read(&mut [0]).unwrap(), 0, "it is not waited for");
        player.play(" and on");
        watched.until("what came", |w| w.shows("here and on")).await;
        assert_eq!(watched.pictures, 1);
        drop(no_pipe);
    });
}

#[test]
fn another_user_is_neither_let_in_nor_served() {
    if !cfg!(target_os = "linux") || !nix::unistd::geteuid().is_root() {
        eprintln!("NOT APPLICABLE: only root can be another user, too");
        return;
    }
    let tmux = Tmux::new();
    let (_player, pane) = pane_with(&tmux, "a", "secret");
    // A copy, because the other user need not reach the build directory.
    let copy = tmux.tmpdir().join("other");
    fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    let open = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    open(tmux.tmpdir(), 0o755);
    open(&copy, 0o755);
    let as_nobody = |socket: &Path| {
        let output = Command::new("setpriv")
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
            .arg(&copy)
            .args(["--exact", "as_another_user", "--ignored", "--nocapture"])
            .env("TAP_SOCKET", socket)
            .env("TAP_PANE", pane.0.to_string())
            .output()
            .unwrap();
        describe(&output)
    };
    block_on(async {
        let mirrors = mirrors(&tmux);
        let mut watched = Watched::open(&mirrors, pane);
        watched.until("the picture", |w| w.shows("secret")).await;
        let place = mirrors.place.clone().unwrap();
        let said = as_nobody(&place.socket);
        assert!(said.contains("refused: permission denied"), "the directory's mode refuses: {said}");
        open(&place.dir, 0o755);
        open(&place.socket, 0o666);
        let said = as_nobody(&place.socket);
        assert!(said.contains("heard 0 bytes"), "the tap asks who it is: {said}");
    });
}

#[test]
#[ignore = "runs as another user"]
fn as_another_user() {
    let pane = PaneId(std::env::var("TAP_PANE").unwrap().parse().unwrap());
    match UnixStream::connect(std::env::var("TAP_SOCKET").unwrap()) {
        Err(error) => println!("refused: {}", error.kind()),
        Ok(mut stream) => {
            let _ = stream.write_all(&greeting(3, pane));
            let mut said = Vec::new();
            let _ = stream.read_to_end(&mut said);
            println!("heard {} bytes", said.len());
        }
    }
}
