//! Every check: what is looked for, why it matters, how it is mended. `docs/doctor.md` is made of this table.

use std::fmt::Write;

/// One check.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    /// Its stable name: `findings[].rule` of `--json`.
    pub id: &'static str,
    /// What is wrong when it finds something.
    pub what: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do.
    pub mend: &'static str,
}

/// Declares the checks and the list of all of them.
macro_rules! checks {
    ($($area:literal { $($name:ident: $id:literal, $what:literal, $why:literal, $mend:literal;)* })*) => {
        $($(#[doc = $what] pub const $name: Check = Check { id: $id, what: $what, why: $why, mend: $mend };)*)*
        /// Every check, by what it is about.
        pub const ALL: &[(&str, &[&Check])] = &[$(($area, &[$(&$name),*])),*];
    };
}

checks! {
    "tmux" {
        ABSENT: "tmux.absent", "no tmux server runs where the roster has agents",
            "without the server no agent lives; their units may go on saying active",
            "start the holder, then restart the agents";
        EMPTY: "tmux.empty", "the tmux server has no session",
            "it lives on without agents (`exit-empty off`)", "restart the agents' units";
        OTHER_PROTOCOL: "tmux.other-protocol", "the server speaks another protocol than the tmux here",
            "tmux was upgraded under it: the agents are alive, and nothing can talk to them",
            "use the old binary, or restart the server when its agents can go";
        UNREACHABLE: "tmux.unreachable", "the tmux server could not be asked",
            "nothing is known of its agents", "read tmux's own words: no right, no tmux in PATH, no answer in time";
        MASS_DEATH: "tmux.mass-death", "most agents of a server have no session",
            "a new server has taken the place of one that died and took them along", "restart their units";
        TOO_OLD: "tmux.too-old", "tmux is older than 3.2",
            "formats and commands that this program needs are not there", "install tmux 3.2 or newer";
        OTHER_VERSION: "tmux.other-version", "the server runs another version of tmux than the one here",
            "tmux was upgraded under it; the next upgrade may change the protocol, and then nothing can talk to the agents",
            "restart the server with the new tmux when its agents can go";
        READ_ONLY_CLIENT: "tmux.read-only-client", "a read-only client is attached to a server of tmux 3.7 or newer",
            "from 3.7 on any attached read-only client makes every plain `send-keys` on that server fail: nobody can be \
             steered by other tools while somebody watches",
            "detach it and watch with a mirror: mosaic-top watch AGENT";
        MANUAL_SIZE: "tmux.window-size-manual", "`window-size manual` is set for all windows of tmux 3.3a",
            "this version crashes on the next `new-session -d -x -y`, and takes every agent along",
            "tmux set-option -gw window-size latest, and take it out of tmux.conf";
        SERVER_CGROUP: "hazard.server-cgroup", "the tmux server lives in the unit of one agent",
            "stopping that one agent kills the whole fleet, while all units go on saying active",
            "give agents' units Wants= and After=mosaic-tmux-holder.service and the holder KillMode=process; then stop \
             all, start the holder first, and the agents after it";
        NOT_IN_HOLDER: "tmux.not-in-holder", "the tmux server lives outside of the holder's unit",
            "it ends with what it lives in, a login for example", "start the holder before anything else";
    }
    "who can reach the fleet" {
        SOCKET: "access.socket", "others may write to the tmux socket, or it belongs to somebody else",
            "whoever can write to the socket can drive every agent and run commands as its owner",
            "chmod 700 the directory of the socket, or move it: TMUX_TMPDIR";
        SERVER_ACCESS: "access.users", "`server-access` lets other users in",
            "also a read-only user can run any command through control mode, in every version from 3.3a to 3.8",
            "tmux server-access -d USER; let somebody watch through ssh with a forced command instead (docs/read-only.md)";
        DIRECTORY: "access.directory", "others may write to a directory of the fleet, or it belongs to somebody else",
            "who writes there can pause, forge heartbeats and change how agents are launched",
            "chmod go-w it, and chown it to the fleet's user";
        CLIENTS: "access.clients", "somebody is attached",
            "an attached terminal types, and decides the size of the agent's window, which stays small afterwards",
            "tmux detach-client -t CLIENT; a mirror needs none";
        VIEWER: "viewer.attached", "an attached viewer of an older tool",
            "its terminal decides the size of the agent's window", "detach it; a mirror needs no attached client";
    }
    "systemd" {
        SYSTEMD: "systemd.unreachable", "the user manager gives no answer",
            "nothing starts the fleet again after a reboot, and the unit columns are empty",
            "in a container and on macOS nothing is wrong; elsewhere: systemctl --user status, XDG_RUNTIME_DIR";
        LINGER: "systemd.linger", "user lingering is off",
            "the whole fleet ends at logout and does not come back after a reboot", "loginctl enable-linger";
        NO_HOLDER: "holder.missing", "agents have units and the holder has none",
            "the tmux server then lives in the unit of the first agent, and stopping that one kills all",
            "install mosaic-tmux-holder.service, then start it before the agents";
        HOLDER_KILLS: "holder.kill-mode", "the holder is not `KillMode=process`",
            "restarting the holder kills every agent, while their units go on saying active",
            "set KillMode=process in mosaic-tmux-holder.service, then systemctl --user daemon-reload";
        ORDER: "unit.ordering", "agents' units do not want, or do not come after, the holder",
            "started together, the server landed in an agent's unit 6 times in 6; stopping that agent kills the fleet",
            "add Wants=mosaic-tmux-holder.service and After=mosaic-tmux-holder.service to [Unit], then daemon-reload";
        RELOAD: "unit.reload", "unit files on disk are not what the manager has loaded",
            "the next start uses the old file, so a change that somebody relies on is not there",
            "systemctl --user daemon-reload";
        BOOT: "unit.boot", "units run and are not enabled", "a reboot loses these agents",
            "systemctl --user enable UNIT";
        FAILED: "unit.failed", "units have failed", "the agent is not up, and a plain restart may fail again",
            "read journalctl --user -u UNIT; then mosaic-top relaunch AGENT, or reset-failed and start";
        NO_UNIT: "unit.missing", "agents of the roster have no unit, or a masked one",
            "nothing starts them again after a reboot", "install the template mosaic-agent@.service, then enable the instance";
        UNIT_OF_NOBODY: "unit.unknown", "an agent's unit runs or is enabled, and the roster has no such agent here",
            "it works, or comes back with the next reboot, and nobody watches it: the roster and the units have drifted apart",
            "systemctl --user disable --now UNIT, or add the agent to the roster";
    }
    "the next launch" {
        RUNTIME_PATH: "path.runtime", "a program of the launch (the launcher `mosaic`, the runtime) is not on the PATH that it gets",
            "the detached launch reads no ~/.bashrc: npm's directory is missing, and the pane dies with status 127",
            "install it, or with units: systemctl --user set-environment PATH=…, or Environment=PATH=… in the unit, or PATH in \
             the agent's env file; without: start this program with a PATH that has it";
        LAUNCH_DIRECTORY: "launch.directory", "an agent's working directory is not there",
            "tmux then silently starts it in the home directory", "make the directory, or mend the roster";
        GATE: "launch.gate", "the next launch would stop at a question",
            "a launched agent that asks for trust waits for hours with everything green; no flag skips that question",
            "mosaic-top trust AGENT; what only a person may accept: start the runtime there once by hand";
        TRUST_FILE: "launch.trust-file", "a runtime's own file does not parse",
            "the runtime may refuse to start or forget what it knew, and trust cannot be recorded",
            "mend the file by hand; nothing here touches it";
        RULES: "config.rules", "a file with your own rules cannot be used",
            "what you changed about runtimes and prompts does not apply", "mend it where the message says";
    }
    "files" {
        ROSTER: "roster.problems", "the roster has problems",
            "what cannot be read is not watched; with an error the last good roster stays in use", "mosaic-top ps says where";
        FLOOR: "roster.floor", "no orchestrator, no enhancer, or two orchestrators",
            "a fleet has a floor of two: nobody hands out work, or two do", "add or remove an agent in the roster";
        RUN: "run.missing", "`fleet/run` is not there, or cannot be looked into",
            "no heartbeat, no pause switch and no log have a place", "mkdir -p -m 700 it, as the fleet's user";
        LOG: "log.unwritable", "the action log cannot be written",
            "every action is refused then, except interrupting and pausing", "mend the owner and mode of fleet/run";
        DISK: "disk.full", "a disk is full, or nearly",
            "heartbeats go stale, logs stop, and runtimes lose what they work on", "make room";
        CLOCK: "clock.future", "a heartbeat or file is from the future",
            "a clock is wrong, and no age can be believed", "timedatectl; check the clock of the agent's host";
        STALE_TAKEN: "stale.taken", "a takeover whose owner is gone",
            "others are refused for nothing", "mosaic-top take and leave, or remove the file";
        OLD_PAUSE: "stale.pause", "a pause that is older than a day, or of nobody in the roster",
            "a forgotten pause is a fleet that does not work", "mosaic-top resume";
        STALE_MARK: "stale.pipe", "a pane carries a mirror's mark and no tap listens",
            "the mirror's pipe was cut off; the pane may be looked at with polling only",
            "open its mirror again, or: tmux pipe-pane -t PANE, tmux set-option -p -u -t PANE @mosaic_pipe";
        DUPLICATE: "session.duplicate", "an agent's session exists on two servers",
            "two agents of one name work on the same things, and only one of them is watched",
            "end the one on the wrong server";
        PAUSED: "fleet.paused", "the fleet is paused", "merging and dispatching stop while it is", "mosaic-top resume";
        PAUSE_UNREADABLE: "fleet.pause-unreadable", "whether the fleet is paused is not known",
            "take it as paused until you know", "mend the access to fleet/run";
        PROCESSES: "process.unreadable", "processes cannot be read",
            "runtimes are told by name only, and a runtime behind node may not be recognised", "mount /proc, without hidepid";
    }
    "around" {
        LOCALE: "locale.not-utf8", "the locale is not UTF-8",
            "tmux draws `_` for every character beyond ASCII in attached terminals, and this dashboard's shapes may be boxes",
            "export LANG=C.UTF-8";
        CONTROL_PATH: "ssh.control-path", "an ssh `ControlPath` without `%n`: of a host of the roster, or of two names for one user and machine in ~/.ssh/config",
            "with %C alone a restricted alias rides on the full-power master of the same user and host, past the forced command",
            "put %n into it: ControlPath ~/.ssh/cm-%n-%C";
        UNOBSERVED: "host.unobserved", "agents on hosts that are not observed from here",
            "they are neither seen nor steered; nothing is known of them", "look on that host";
    }
}

/// The check of this name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Check> {
    ALL.iter().flat_map(|(_, checks)| checks.iter().copied()).find(|check| check.id == id)
}

/// The table as Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::new();
    for (area, checks) in ALL {
        let mut title = (*area).to_owned();
        if !title.starts_with("tmux") && !title.starts_with("systemd") {
            title[..1].make_ascii_uppercase();
        }
        let _ = write!(text, "\n## {title}\n\n| check | what | why it matters | mend |\n|---|---|---|---|\n");
        for check in *checks {
            let cell = |words: &str| words.replace('|', "\\|");
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                check.id,
                cell(check.what),
                cell(check.why),
                cell(check.mend)
            );
        }
    }
    text
}
