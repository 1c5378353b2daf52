//! Relaunches by the program against a real user manager: what comes up again, what is refused, and what must live on.
//! The tests in `inside` run within a private manager that the outer ones start; by themselves they are ignored.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::UserManager;

#[test]
fn a_unit_is_restarted_whatever_became_of_its_session() {
    UserManager::run_inside("inside::comes_up_again");
}

#[test]
fn what_would_end_the_server_is_refused() {
    UserManager::run_inside("inside::hazards");
}

#[test]
fn a_start_that_fails_is_told_as_soon_as_it_has_failed() {
    UserManager::run_inside("inside::fails");
}

#[test]
fn a_fleet_of_fifty_whose_server_died_comes_back_by_one_plan() {
    UserManager::run_inside("inside::fifty");
}

#[test]
fn relaunches_at_once_start_the_holder_once() {
    UserManager::run_inside("inside::at_once");
}

mod inside {
    use std::{
        fs, thread,
        time::{Duration, Instant},
    };

    use super::support::{
        SOON, UserManager,
        program::{Fleet, Ran},
        wait_until,
    };

    const ORDERED: &str = "Wants=mosaic-tmux-holder.service\nAfter=mosaic-tmux-holder.service";
    const HOLDER: &str = "mosaic-tmux-holder.service";

    /// A fleet whose agents are units; each with or without the ordering that keeps the server out of them.
    fn fleet(ordering: &str, names: &[&str]) -> Fleet {
        let fleet = Fleet::new();
        fleet.roster(names);
        let dir = fleet.tmux.tmpdir().display();
        let service =
            format!("[Service]\nType=oneshot\nRemainAfterExit=yes\nKillMode=process\nEnvironment=TMUX_TMPDIR={dir}\n");
        let tmux = format!("tmux -f /dev/null -L {}", fleet.tmux.name());
        let start = |name: &str| format!("ExecStart={tmux} new-session -d -s {name} 'exec sleep 1000'\n");
        UserManager::unit(HOLDER, &format!("{service}{}", start("_holder")));
        let agent = format!("[Unit]\n{ordering}\n{service}{}ExecStop=-{tmux} kill-session -t =%i\n", start("%i"));
        UserManager::unit("mosaic-agent@.service", &agent);
        UserManager::systemctl(&["daemon-reload"]);
        fleet
    }

    fn unit(name: &str) -> String {
        format!("mosaic-agent@{name}.service")
    }

    fn start(names: &[&str]) {
        let units: Vec<String> = names.iter().map(|name| unit(name)).collect();
        UserManager::systemctl(&[&["start"], &units.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat());
    }

    fn pid(fleet: &Fleet, name: &str) -> String {
        fleet.tmux.ask(&format!("={name}:"), "#{pane_pid}")
    }

    /// The unit that the tmux server lives in.
    fn home_of_the_server(fleet: &Fleet) -> String {
        let server = fleet.tmux.tmux(&["display-message", "-p", "#{pid}"]);
        fs::read_to_string(format!("/proc/{server}/cgroup")).unwrap()
    }

    #[track_caller]
    fn is_up(ran: Ran, name: &str) {
        let ran = ran.with(0);
        assert!(ran.out.contains(&format!("{name}: done: {name} is up")), "{ran:?}");
    }

    #[test]
    #[ignore = "runs inside a private user manager"]
    fn comes_up_again() {
        let fleet = fleet(ORDERED, &["a", "b"]);
        start(&["a", "b"]);
        let (a, b) = (pid(&fleet, "a"), pid(&fleet, "b"));
        is_up(fleet.run(&["relaunch", "a", "--yes"]), "a");
        assert_ne!(pid(&fleet, "a"), a, "a plain restart");

        fleet.tmux.tmux(&["kill-session", "-t", "=a"]);
        is_up(fleet.run(&["relaunch", "a", "--yes"]), "a");

        // A unit that has failed beside a session that stands: its start only says `duplicate session`.
        fleet.tmux.tmux(&["kill-session", "-t", "=a"]);
        UserManager::systemctl(&["stop", &unit("a")]);
        fleet.tmux.session("a", "exec sleep 2000");
        let by_hand = pid(&fleet, "a");
        let started = std::process::Command::new("systemctl").args(["--user", "start", &unit("a")]).output().unwrap();
        assert!(!started.status.success(), "a duplicate session should have failed it");
        is_up(fleet.run(&["relaunch", "a", "--yes"]), "a");
        assert_ne!(pid(&fleet, "a"), by_hand);
        assert_eq!(pid(&fleet, "b"), b, "the other agent was touched");

        // No server at all: the holder comes first, or the server would live in the agent's unit.
        fleet.tmux.kill();
        is_up(fleet.run(&["relaunch", "a", "--yes"]), "a");
        let home = home_of_the_server(&fleet);
        assert!(home.contains(HOLDER), "the server lives in {home}");
        assert!(fleet.tmux.tmux(&["list-sessions"]).contains("_holder"));
    }

    /// The one who looked first and came last would end what the others have started by then.
    #[test]
    #[ignore = "runs inside a private user manager"]
    fn at_once() {
        let names = ["a", "b", "c"];
        let fleet = fleet(ORDERED, &names);
        let starts = fleet.home().join("starts");
        let dir = fleet.tmux.tmpdir().display();
        let server = format!("tmux -f /dev/null -L {} new-session -d -s _holder 'exec sleep 1000'", fleet.tmux.name());
        let service = format!(
            "[Service]\nType=oneshot\nRemainAfterExit=yes\nEnvironment=TMUX_TMPDIR={dir}\n\
             ExecStart=sh -c 'echo x >>{}; sleep 2'\nExecStart={server}\n",
            starts.display()
        );
        UserManager::unit(HOLDER, &service);
        UserManager::systemctl(&["daemon-reload"]);
        thread::scope(|scope| {
            let each = names.map(|name| scope.spawn(|| fleet.run(&["relaunch", name, "--yes"])));
            each.into_iter().zip(names).for_each(|(ran, name)| is_up(ran.join().unwrap(), name));
        });
        assert_eq!(fs::read_to_string(&starts).unwrap().lines().count(), 1, "the holder was started more than once");
        assert_eq!(fleet.tmux.tmux(&["list-sessions"]).lines().count(), 4);
    }

    #[test]
    #[ignore = "runs inside a private user manager"]
    fn hazards() {
        // Without a holder the first agent's unit gets the server.
        let fleet = fleet("", &["a", "b"]);
        start(&["a"]);
        start(&["b"]);
        let (a, b) = (pid(&fleet, "a"), pid(&fleet, "b"));
        let refused = fleet.run(&["relaunch", "a", "--yes"]).with(4);
        assert!(refused.err.contains("would end every agent"), "{refused:?}");
        assert!(refused.err.contains("KillMode=process"), "how to mend it: {refused:?}");
        assert_eq!((pid(&fleet, "a"), pid(&fleet, "b")), (a.clone(), b.clone()));

        // The holder under an agent's name.
        let socket = fleet.tmux.name();
        let agents = format!("  - {{ name: _holder, class: code, runtime: claude, unit: {HOLDER} }}\n");
        fleet.roster_text(&format!(
            "version: 1\ntmux: {{ socket_name: {socket}, holder_session: other }}\nagents:\n{agents}"
        ));
        let refused = fleet.run(&["relaunch", "_holder", "--yes"]);
        assert_eq!(refused.code, Some(4), "{refused:?}");
        assert!(refused.err.contains("keeps the tmux server alive"), "{refused:?}");

        // A server that lost its socket file is not gone.
        fleet.roster(&["a", "b"]);
        let path = fleet.tmux.tmux(&["display-message", "-p", "#{socket_path}"]);
        let aside = format!("{path}.aside");
        fs::rename(&path, &aside).unwrap();
        let refused = fleet.run(&["relaunch", "a", "--yes"]);
        fs::rename(&aside, &path).unwrap();
        assert_eq!(refused.code, Some(4), "{refused:?}");
        assert!(refused.err.contains("kill -USR1"), "{refused:?}");
        assert_eq!((pid(&fleet, "a"), pid(&fleet, "b")), (a, b));
    }

    #[test]
    #[ignore = "runs inside a private user manager"]
    fn fails() {
        let fleet = fleet(ORDERED, &["a", "broken", "hollow", "late"]);
        let service = "[Service]\nType=oneshot\nRemainAfterExit=yes\nKillMode=process\n";
        let broken = format!("{service}ExecStart=sh -c 'echo no such model >&2; exit 3'\n");
        UserManager::unit(&unit("broken"), &broken);
        UserManager::unit(&unit("hollow"), &format!("{service}ExecStart=true\n"));
        UserManager::unit(&unit("late"), "[Service]\nType=exec\nExecStart=sh -c 'sleep 1; exit 3'\n");
        UserManager::systemctl(&["daemon-reload"]);
        start(&["a"]);
        for (name, says) in [
            ("broken", "systemctl failed with status"),
            ("hollow", "there is no session of its name"),
            ("late", "mosaic-agent@late.service has failed"),
        ] {
            let begun = Instant::now();
            let ran = fleet.run(&["relaunch", name, "--yes"]).with(1);
            assert!(ran.out.contains(says), "{ran:?}");
            assert!(begun.elapsed() < Duration::from_secs(15), "{name}: {:?}", begun.elapsed());
            if UserManager::has_journal() && name == "broken" {
                assert!(ran.out.contains("no such model"), "its journal's last lines: {ran:?}");
            }
        }
    }

    #[test]
    #[ignore = "runs inside a private user manager"]
    fn fifty() {
        let names: Vec<String> = (0..50).map(|n| format!("a{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let fleet = fleet(ORDERED, &names);
        start(&names);
        wait_until("fifty agents and the holder", SOON, || {
            let sessions = fleet.tmux.tmux(&["list-sessions"]).lines().count();
            if sessions == 51 { Ok(()) } else { Err(sessions) }
        });
        fleet.tmux.kill();
        let report: serde_json::Value = serde_json::from_str(&fleet.run(&["ps", "--json"]).out).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let faults: Vec<_> = findings.iter().filter(|finding| finding["severity"] == "fault").collect();
        assert_eq!(faults.len(), 1, "one event: {faults:#?}");

        // Nobody is asked, so nothing is done; what would be done is shown.
        let words: Vec<&str> = ["relaunch"].into_iter().chain(names.iter().copied()).collect();
        let plan = fleet.run(&words).with(4);
        assert_eq!(plan.err.matches("systemctl --user restart").count(), 50, "{plan:?}");
        assert!(plan.err.contains("50 agents"), "{plan:?}");
        assert!(!fleet.home().join("fleet/run/actions.jsonl").exists(), "something was done without a yes");

        // The first come back, one after the other, and the server lives in the holder.
        let two = fleet.run(&["relaunch", "a0", "a1", "--yes"]).with(0);
        assert_eq!(two.out.matches(" is up").count(), 2, "{two:?}");
        assert!(home_of_the_server(&fleet).contains(HOLDER));

        // What hits three in a row is not theirs alone.
        UserManager::unit("mosaic-agent@.service", "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=false\n");
        UserManager::systemctl(&["daemon-reload"]);
        let words: Vec<&str> = ["relaunch"].into_iter().chain(names[2..].iter().copied()).chain(["--yes"]).collect();
        let stopped = fleet.run(&words);
        assert_eq!(stopped.out.matches(": failed: ").count(), 3, "{stopped:?}");
        assert_eq!(stopped.err.matches("stopped after 3 failures in a row").count(), 45, "{stopped:?}");
    }
}
