//! The fleet's files as they may be found: missing, hostile, replaced, unreadable.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use mosaic_top::{
    adapter::{
        Ask, Watch, WatchConfig, clock,
        exec::{FileError, Local, scripted::Scripted},
        files::RosterRead,
    },
    fleet::{facts::HostFacts, ids::AgentName, reading::Reading},
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

/// What a second look says, where the file was last changed so long ago at the first, and then in the way of `change`.
fn heartbeat_again(ago: u64, change: impl FnOnce(&Path, SystemTime)) -> Reading<String> {
    let home = home();
    let path = home.path().join("fleet/run/a.hb");
    let changed = SystemTime::now() - Duration::from_secs(ago);
    write_as_of(&path, "status=ok\n", changed);
    let agent: AgentName = "a".parse().unwrap();
    let ask = Ask { agents: BTreeSet::from([agent.clone()]), ..Ask::default() };
    let watch = watch(home.path());
    let look = || block_on(watch.snapshot(&ask, clock::now())).heartbeats[&agent].clone();
    assert_eq!(look(), Reading::Known("status=ok\n".to_owned()));
    change(&path, changed);
    look()
}

fn write_as_of(path: &Path, text: &str, at: SystemTime) {
    fs::write(path, text).unwrap();
    fs::File::options().write(true).open(path).unwrap().set_modified(at).unwrap();
}

#[test]
fn a_heartbeat_is_read_again_only_where_its_file_may_have_changed() {
    let down = || Reading::Known("status=no\n".to_owned());
    assert_eq!(heartbeat_again(60, |path, _| fs::write(path, "status=no\n").unwrap()), down());
    let replaced = |path: &Path, at| {
        write_as_of(&path.with_extension("new"), "status=no\n", at);
        fs::rename(path.with_extension("new"), path).unwrap();
    };
    assert_eq!(heartbeat_again(60, replaced), down());
    // Nothing tells this one from the one that was read: it was not read again.
    let unseen = |path: &Path, at| write_as_of(path, "status=no\n", at);
    assert_eq!(heartbeat_again(60, unseen), Reading::Known("status=ok\n".to_owned()));
    // Within what time stamps can tell apart it is.
    assert_eq!(heartbeat_again(0, unseen), down());
    let gone = heartbeat_again(60, |path, _| fs::remove_file(path).unwrap());
    assert!(gone.why().is_some_and(|why| why.words().contains("does not exist")), "{gone:?}");
}

#[test]
fn a_run_directory_that_cannot_be_listed_hides_no_heartbeat_and_no_pause() {
    let home = home();
    let run = home.path().join("fleet/run");
    fs::write(run.join("a.hb"), "status=ok\n").unwrap();
    fs::write(run.join("a.paused"), "reason=release\n").unwrap();
    // More than anybody would list stands for every listing that gives no answer.
    for n in 0..20_000 {
        fs::write(run.join(format!("x{n}")), "").unwrap();
    }
    let agent: AgentName = "a".parse().unwrap();
    let ask = Ask { agents: BTreeSet::from([agent.clone()]), ..Ask::default() };
    let facts = block_on(watch(home.path()).snapshot(&ask, clock::now()));
    assert_eq!(facts.heartbeats[&agent], Reading::Known("status=ok\n".to_owned()));
    assert_eq!(facts.pauses[&agent].reason.as_deref(), Some("release"));
}

/// A policy would answer a paused agent otherwise.
#[test]
fn a_pause_that_gives_no_answer_is_as_it_was_and_one_never_read_holds_all_the_same() {
    let machine = Arc::new(Scripted::new());
    let config = WatchConfig { home: Some("/h".into()), ..WatchConfig::default() };
    let watch = Watch::new(machine.clone(), config);
    let ask = Ask { agents: ["a", "b"].map(|name| name.parse().unwrap()).into(), ..Ask::default() };
    let look = || block_on(watch.snapshot(&ask, clock::now()));
    let reasons = |facts: &HostFacts| -> Vec<Option<String>> {
        let own = facts.pauses.values().map(|pause| pause.reason.clone());
        own.chain(facts.paused.known().cloned().flatten().map(|pause| pause.reason)).collect()
    };
    let (fleets, of_a, of_b) = ("/h/fleet/run/PAUSED", "/h/fleet/run/a.paused", "/h/fleet/run/b.paused");
    machine.broken(fleets, "Input/output error");
    assert!(look().paused.known().is_none());
    machine.file(fleets, "reason=freeze\n");
    machine.file(of_a, "reason=release\n");
    machine.broken(of_b, "Input/output error");
    let known = [Some("release".to_owned()), None, Some("freeze".to_owned())];
    assert_eq!(reasons(&look()), known);
    machine.broken(fleets, "Input/output error");
    machine.broken(of_a, "Input/output error");
    assert_eq!(reasons(&look()), known);
    for path in [fleets, of_a, of_b] {
        machine.fails(path, FileError::Missing(path.into()));
    }
    let off = look();
    assert!(off.pauses.is_empty() && off.paused == Reading::Known(None), "{off:?}");
}

#[test]
fn a_mark_that_is_listed_and_cannot_be_read_is_somebodys() {
    let machine = Arc::new(Scripted::new());
    machine.broken("/h/fleet/run/a.taken", "Input/output error");
    let config = WatchConfig { home: Some("/h".into()), ..WatchConfig::default() };
    let facts = block_on(Watch::new(machine, config).snapshot(&Ask::default(), clock::now()));
    assert_eq!(facts.taken.into_values().map(|taken| taken.by).collect::<Vec<_>>(), ["somebody"]);
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
