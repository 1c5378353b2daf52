//! The fleet's files as they may be found: missing, hostile, replaced, unreadable.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use mosaic_top::{
    adapter::{Ask, Watch, WatchConfig, clock, exec::Local, files::RosterRead},
    fleet::{ids::AgentName, reading::Reading},
};
use support::block_on;

/// A mosaic home with its run directory.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join("fleet/run")).unwrap();
    home
}

fn watch(home: &Path) -> Watch {
    let config = WatchConfig { home: Some(home.to_owned()), ..WatchConfig::default() };
    Watch::new(Arc::new(Local::new()), config)
}

/// The heartbeat of the agent `a`, after `prepare` has made whatever is at its path.
fn heartbeat(prepare: impl FnOnce(&Path)) -> Reading<String> {
    let home = home();
    prepare(&home.path().join("fleet/run/a.hb"));
    let agent: AgentName = "a".parse().unwrap();
    let ask = Ask { agents: BTreeSet::from([agent.clone()]), ..Ask::default() };
    block_on(watch(home.path()).snapshot(&ask, clock::now())).heartbeats[&agent].clone()
}

fn check_unknown(words: &str, prepare: impl FnOnce(&Path)) {
    let found = heartbeat(prepare);
    assert!(found.why().is_some_and(|why| why.words().contains(words)), "{found:?} without {words:?}");
}

#[test]
fn a_heartbeat_is_its_text_or_the_reason_why_there_is_none() {
    let text = "ts=2026-06-20T21:14:03Z\nstatus=ok\n";
    assert_eq!(heartbeat(|path| fs::write(path, text).unwrap()), Reading::Known(text.to_owned()));
    check_unknown("does not exist", |_| {});
    check_unknown("no regular file", |path| fs::create_dir(path).unwrap());
    check_unknown("larger than 65536 bytes", |path| fs::write(path, vec![b'x'; 65537]).unwrap());
    check_unknown("not UTF-8", |path| fs::write(path, b"status=\xff\n").unwrap());
    check_unknown("does not exist", |path| std::os::unix::fs::symlink("/nonexistent/hb", path).unwrap());
}

#[test]
fn a_pipe_in_a_heartbeats_place_holds_nobody() {
    check_unknown("no regular file", |path| {
        nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRUSR | nix::sys::stat::Mode::S_IWUSR).unwrap();
    });
}

#[test]
fn whatever_stands_at_its_path_is_a_pause() {
    let check = |paused: bool, reason: Option<&str>, prepare: &dyn Fn(&Path)| {
        let home = home();
        prepare(&home.path().join("fleet/run/PAUSED"));
        let found = block_on(watch(home.path()).snapshot(&Ask::default(), clock::now())).paused;
        let found = found.known().unwrap().clone();
        assert_eq!(found.is_some(), paused, "{found:?}");
        assert_eq!(found.as_ref().and_then(|pause| pause.reason.as_deref()), reason);
        assert!(found.is_none_or(|pause| pause.at.is_some()));
    };
    check(false, None, &|_| {});
    check(true, None, &|path| fs::write(path, "").unwrap());
    check(true, Some("release"), &|path| fs::write(path, "by=ana\nreason=release\n").unwrap());
    check(true, None, &|path| fs::create_dir(path).unwrap());
    check(true, None, &|path| fs::write(path, vec![b'x'; 100_000]).unwrap());
}

#[test]
fn a_roster_is_read_again_only_when_it_changed() {
    let home = home();
    let watch = watch(home.path());
    let path = home.path().join("fleet/roster.yaml");
    let look = |known: Option<&mosaic_top::adapter::exec::Stamp>| block_on(watch.roster(known));
    let RosterRead::Missing { looked, why } = look(None) else { panic!() };
    assert_eq!(looked, [path.display().to_string()]);
    assert!(why.words().contains("does not exist"), "{why}");

    fs::write(&path, "version: 1\n").unwrap();
    let RosterRead::Read(first) = look(None) else { panic!() };
    assert_eq!(first.text, "version: 1\n");
    assert_eq!(look(Some(&first.stamp)), RosterRead::Same);

    // Replaced by one of the same size, as an editor would.
    fs::write(home.path().join("new"), "version: 2\n").unwrap();
    fs::rename(home.path().join("new"), &path).unwrap();
    let RosterRead::Read(second) = look(Some(&first.stamp)) else { panic!() };
    assert_eq!(second.text, "version: 2\n");

    fs::write(&path, b"\xff").unwrap();
    assert!(matches!(look(Some(&second.stamp)), RosterRead::Missing { why, .. } if why.words().contains("UTF-8")));
    fs::remove_file(&path).unwrap();
    assert!(matches!(look(Some(&second.stamp)), RosterRead::Missing { .. }));
}
