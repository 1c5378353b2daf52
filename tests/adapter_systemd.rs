//! The adapter against a real user manager. The tests in `inside` run within a private manager that the outer ones
//! start; by themselves they are ignored.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::UserManager;

#[test]
fn states_and_unit_files_are_told_as_they_are() {
    UserManager::run_inside("inside::states_and_unit_files");
}

#[test]
fn a_unit_whose_session_was_killed_behind_its_back_stays_active() {
    UserManager::run_inside("inside::killed_behind_its_back");
}

#[test]
fn the_servers_cgroup_tells_the_holder_from_an_agent() {
    UserManager::run_inside("inside::whose_cgroup");
}

#[test]
fn a_manager_that_ends_is_told_in_words() {
    UserManager::run_inside("inside::no_manager");
}

#[test]
fn a_forgotten_runtime_directory_is_found() {
    UserManager::run_inside("inside::forgotten_runtime_dir");
}

mod inside {
    use std::{collections::BTreeSet, process::Command, sync::Arc};

    use mosaic_top::{
        adapter::{Ask, Watch, WatchConfig, clock, exec::Local},
        fleet::{
            facts::{HostFacts, UnitFacts},
            ids::{AgentName, Socket},
        },
    };

    use super::support::{SOON, UserManager, block_on, need, wait_until};

    const SOCKET: &str = "fleet";

    fn snapshot(agents: &[&str]) -> HostFacts {
        let agents: BTreeSet<AgentName> = agents.iter().map(|name| name.parse().unwrap()).collect();
        let units = agents.iter().map(AgentName::unit).collect();
        let sockets = BTreeSet::from([Socket::Named(SOCKET.into())]);
        let ask = Ask { sockets, agents, units, ..Ask::default() };
        let watch = Watch::new(Arc::new(Local::new()), WatchConfig::default());
        block_on(watch.snapshot(&ask, clock::now()))
    }

    fn unit<'a>(facts: &'a HostFacts, name: &str) -> &'a UnitFacts {
        let units = facts.systemd.units.known().unwrap_or_else(|| panic!("{:?}", facts.systemd));
        units.get(name).unwrap_or_else(|| panic!("no {name} in {units:#?}"))
    }

    fn states<'a>(facts: &'a HostFacts, agent: &str) -> (&'a str, &'a str, &'a str) {
        let name = format!("mosaic-agent@{agent}.service");
        let unit = unit(facts, &name);
        let enabled = facts.systemd.enabled.known().unwrap_or_else(|| panic!("{:?}", facts.systemd));
        (&unit.active, &unit.sub, enabled.get(&name).map_or("", String::as_str))
    }

    fn tmux(words: &[&str]) -> std::process::Output {
        Command::new("tmux").args(["-L", SOCKET]).args(words).output().unwrap()
    }

    /// A fleet's units: a holder and a template of agents, with or without the ordering that keeps them apart.
    fn install(ordering: &str) {
        need("tmux", &["-V"]);
        let start =
            |session: &str| format!("tmux -f /dev/null -L {SOCKET} new-session -d -s {session} 'exec sleep 1000'");
        let service = format!(
            "[Service]\nType=oneshot\nRemainAfterExit=yes\nKillMode=process\nEnvironment=TMUX_TMPDIR={}\n",
            std::env::var("TMUX_TMPDIR").unwrap()
        );
        let install = "[Install]\nWantedBy=default.target\n";
        UserManager::unit("mosaic-tmux-holder.service", &format!("{service}ExecStart={}\n{install}", start("_holder")));
        let agent = format!("[Unit]\n{ordering}\n{service}ExecStart={}\n{install}", start("%i"));
        UserManager::unit("mosaic-agent@.service", &agent);
        UserManager::unit("mosaic-agent@broken.service", "[Service]\nType=oneshot\nExecStart=false\n");
        UserManager::systemctl(&["daemon-reload"]);
    }

    const ORDERED: &str = "Wants=mosaic-tmux-holder.service\nAfter=mosaic-tmux-holder.service";

    #[test]
    #[ignore = "runs inside a private user manager"]
    fn states_and_unit_files() {
        install(ORDERED);
        UserManager::systemctl(&["enable", "--now", "mosaic-agent@a.service"]);
        UserManager::systemctl(&["start", "mosaic-agent@b.service"]);
        let _ = Command::new("systemctl").args(["--user", "start", "mosaic-agent@broken.service"]).output();
        UserManager::systemctl(&["mask", "mosaic-agent@masked.service"]);
        let facts = snapshot(&["a", "b", "broken", "never", "masked"]);
        assert_eq!(states(&facts, "a"), ("active", "exited", "enabled"));
        assert_eq!(states(&facts, "b"), ("active", "exited", "disabled"));
        assert_eq!(states(&facts, "broken"), ("failed", "failed", "static"));
        assert_eq!(states(&facts, "never"), ("inactive", "dead", "disabled"));
        assert_eq!(unit(&facts, "mosaic-agent@masked.service").load, "masked");
        assert_eq!(unit(&facts, "mosaic-tmux-holder.service").sub, "exited");
        assert_eq!(facts.servers[&Socket::Named(SOCKET.into())].panes.len(), 3, "{facts:?}");
        if !UserManager::is_nested() {
            assert_eq!(facts.systemd.linger.known(), Some(&false));
        }
    }

    #[test]
    #[ignore = "runs inside a private user manager"]
    fn killed_behind_its_back() {
        install(ORDERED);
        UserManager::systemctl(&["start", "mosaic-agent@a.service"]);
        assert!(tmux(&["kill-session", "-t", "=a"]).status.success());
        let facts = snapshot(&["a"]);
        assert_eq!(states(&facts, "a"), ("active", "exited", "disabled"));
        let sessions: Vec<_> =
            facts.servers[&Socket::Named(SOCKET.into())].panes.iter().map(|pane| &pane.session.name).collect();
        assert_eq!(sessions, ["_holder"]);
    }

    #[test]
    #[ignore = "runs inside a private user manager"]
    fn whose_cgroup() {
        let cgroup = || {
            let server = snapshot(&["a"]).servers[&Socket::Named(SOCKET.into())].clone();
            server.cgroup.known().cloned().unwrap_or_else(|| panic!("{server:?}"))
        };
        install(ORDERED);
        UserManager::systemctl(&["start", "mosaic-agent@a.service"]);
        assert!(cgroup().ends_with("/mosaic-tmux-holder.service"), "{}", cgroup());
        UserManager::systemctl(&["stop", "mosaic-agent@a.service", "mosaic-tmux-holder.service"]);
        assert!(tmux(&["kill-server"]).status.success());
        wait_until("the server is gone", SOON, || {
            let output = tmux(&["list-sessions"]);
            if output.status.success() { Err(output) } else { Ok(()) }
        });
        install("");
        UserManager::systemctl(&["start", "mosaic-agent@a.service"]);
        assert!(cgroup().ends_with("/mosaic-agent@a.service"), "{}", cgroup());
    }

    #[test]
    #[ignore = "runs inside a private user manager"]
    fn no_manager() {
        // Not by ending the manager, which the wrapper owns: by looking where there is none.
        let empty = tempfile::tempdir().unwrap();
        let me = std::env::current_exe().unwrap();
        let output = Command::new(me)
            .args(["--exact", "inside::no_manager_here", "--ignored", "--nocapture"])
            .env("XDG_RUNTIME_DIR", empty.path())
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", super::support::describe(&output));
    }

    #[test]
    #[ignore = "started by no_manager with an empty runtime directory"]
    fn no_manager_here() {
        let facts = snapshot(&["a"]);
        let why = facts.systemd.units.why().unwrap_or_else(|| panic!("{:?}", facts.systemd)).words();
        assert!(why.contains("no user manager is running"), "{why}");
        assert_eq!(facts.systemd.enabled.why().map(ToString::to_string), Some(why.to_owned()));
    }

    #[test]
    #[ignore = "runs inside a private user manager"]
    fn forgotten_runtime_dir() {
        if UserManager::is_nested() {
            eprintln!("NOT APPLICABLE: /run/user/<uid> belongs to the machine's own manager here");
            return;
        }
        install(ORDERED);
        UserManager::systemctl(&["start", "mosaic-agent@a.service"]);
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "inside::forgotten_runtime_dir_here", "--ignored", "--nocapture"])
            .env_remove("XDG_RUNTIME_DIR")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", super::support::describe(&output));
    }

    #[test]
    #[ignore = "started by forgotten_runtime_dir without XDG_RUNTIME_DIR"]
    fn forgotten_runtime_dir_here() {
        assert_eq!(states(&snapshot(&["a"]), "a"), ("active", "exited", "disabled"));
    }
}
