//! The command lines that change something, as data. Private to `steer`: nothing else can build one. Building runs nothing.
//!
//! Every target is an id. What is pressed or pasted is guarded by tmux itself: at the very moment it is done, the pane
//! must still hold the process that it held when it was looked at.

use crate::{
    adapter::{exec::Argv, identity::Who, tmux::Tmux},
    fleet::{
        ids::{SessionId, Socket},
        order::{
            PaneAim,
            launch::{Launch, quoted},
        },
        taken::Window,
        text::without_arguments,
    },
};

/// The unit that holds the tmux server (spec §4).
pub(super) const HOLDER_UNIT: &str = "mosaic-tmux-holder.service";

/// What tmux prints instead of touching a pane that holds another process.
pub(super) const ANOTHER: &str = "another process";

/// A client that does not exist. From 3.7 on `send-keys` is refused while any read-only client is attached anywhere on
/// the server, unless it names a client; one that cannot be resolved counts as none.
const NO_CLIENT: &str = "mosaic-top-none";

/// A command line with what people and the log see of it, where that is not all.
pub(super) struct Line {
    pub(super) argv: Argv,
    pub(super) shown: String,
}

impl From<Argv> for Line {
    fn from(argv: Argv) -> Self {
        Self { shown: exact(&argv), argv }
    }
}

/// One server's changing commands.
pub(super) struct Lines<'a> {
    pub(super) tmux: &'a Tmux,
    pub(super) socket: &'a Socket,
    /// The server's version, as it prints it.
    pub(super) version: &'a str,
}

impl Lines<'_> {
    /// Loads standard input into a buffer of our own.
    pub(super) fn load(&self, buffer: &str) -> Argv {
        self.line(["load-buffer", "-b", buffer, "-"])
    }

    /// Pastes that buffer in brackets and deletes it.
    pub(super) fn paste(&self, buffer: &str, pane: PaneAim) -> Argv {
        self.guarded(pane, &format!("paste-buffer -p -d -b {buffer} -t {}", pane.id))
    }

    /// Deletes it.
    pub(super) fn forget(&self, buffer: &str) -> Argv {
        self.line(["delete-buffer", "-b", buffer])
    }

    /// Presses keys, by tmux's names.
    pub(super) fn keys(&self, keys: &[String], pane: PaneAim) -> Argv {
        let keys: Vec<String> = keys.iter().map(|key| word(key)).collect();
        self.guarded(pane, &format!("send-keys{} -t {} {}", self.client(), pane.id, keys.join(" ")))
    }

    /// Leaves copy mode or whatever mode it is in.
    pub(super) fn leave_mode(&self, pane: PaneAim) -> Argv {
        self.guarded(pane, &format!("send-keys{} -X -t {} cancel", self.client(), pane.id))
    }

    /// Types a text, never read as keys. Only its first word is shown.
    pub(super) fn typed(&self, text: &str, pane: PaneAim) -> Line {
        let of = |text: &str| {
            self.guarded(pane, &format!("send-keys{} -l -t {} -- {}", self.client(), pane.id, literal(text)))
        };
        Line { argv: of(text), shown: exact(&of(&without_arguments(text))) }
    }

    /// Ends a session.
    pub(super) fn kill_session(&self, session: SessionId) -> Argv {
        self.line(["kill-session", "-t", &session.to_string()])
    }

    /// Attaches a client; on a terminal of ours with the colours that it shows. `-E`: the session keeps its environment,
    /// which tmux would else change to the client's for every program that is started in it later.
    pub(super) fn attach(&self, session: SessionId, ours: bool) -> Argv {
        let session = session.to_string();
        let words = ["-T", "256,RGB", "attach-session", "-E", "-t", &session];
        self.tmux.argv(self.socket, words.into_iter().skip(if ours { 0 } else { 2 }))
    }

    /// Sends a client away, by the name that tmux gives it.
    pub(super) fn detach(&self, client: &str) -> Argv {
        self.line(["detach-client", "-t", client])
    }

    /// Says something on a client's status line. tmux expands formats and times in it: neither is meant.
    pub(super) fn tell(&self, client: &str, says: &str) -> Argv {
        self.line(["display-message", "-c", client, &says.replace('#', "##").replace('%', "%%")])
    }

    /// Gives a window its size and its own `window-size` back, unless it has that size, or is one of another server than
    /// that one: after a restart its id is some other agent's.
    pub(super) fn put_back(&self, window: &Window, server: u32) -> Argv {
        let (id, (columns, rows)) = (window.id, window.size);
        let same = format!("#{{&&:#{{==:#{{window_width}},{columns}}},#{{==:#{{window_height}},{rows}}}}}");
        let leave = format!("#{{||:#{{!=:#{{pid}},{server}}},{same}}}");
        let own = match &window.own {
            // `resize-window` leaves `manual` behind.
            Some(own) => format!("set-option -w -t {id} window-size {own}"),
            None => format!("set-option -wu -t {id} window-size"),
        };
        let resize = format!("resize-window -t {id} -x {columns} -y {rows} ; {own}");
        self.line(["if-shell", "-F", "-t", &id.to_string(), &leave, "", &resize])
    }

    /// Starts a pane's own command again, also where it has ended.
    pub(super) fn respawn(&self, pane: PaneAim) -> Argv {
        let holds = format!("#{{==:#{{pane_pid}},{}}}", pane.pid);
        self.only_if(&holds, pane, &format!("respawn-pane -k -t {}", pane.id))
    }

    /// Launches it in the pane, in place of what runs there.
    pub(super) fn respawn_with(&self, pane: PaneAim, launch: &Launch, path: &str) -> Line {
        let holds = format!("#{{==:#{{pane_pid}},{}}}", pane.pid);
        let directory = literal(&launch.directory);
        let of = |command: &str| {
            let command = literal(command);
            self.only_if(&holds, pane, &format!("respawn-pane -k -t {} -c {directory} -- {command}", pane.id))
        };
        Line { argv: of(&launch.pane_line(path)), shown: exact(&of(&launch.shown_line(path))) }
    }

    /// Launches it in a new session.
    pub(super) fn new_session(&self, launch: &Launch, path: &str) -> Line {
        let of = |command: &str| {
            self.line(["new-session", "-d", "-s", &launch.name, "-c", &launch.directory, "--", command])
        };
        Line { argv: of(&launch.pane_line(path)), shown: exact(&of(&launch.shown_line(path))) }
    }

    fn line<const N: usize>(&self, words: [&str; N]) -> Argv {
        self.tmux.argv(self.socket, words)
    }

    /// Does it only while the pane lives and holds that process.
    fn guarded(&self, pane: PaneAim, command: &str) -> Argv {
        let holds = format!("#{{&&:#{{==:#{{pane_pid}},{}}},#{{?pane_dead,0,1}}}}", pane.pid);
        self.only_if(&holds, pane, command)
    }

    fn only_if(&self, holds: &str, pane: PaneAim, command: &str) -> Argv {
        let otherwise = format!("display-message -p '{ANOTHER}'");
        self.line(["if-shell", "-F", "-t", &pane.id.to_string(), holds, command, &otherwise])
    }

    fn client(&self) -> String {
        if at_least(self.version, 3, 7) { format!(" -c {NO_CLIENT}") } else { String::new() }
    }
}

/// `systemctl --user` with these words.
pub(super) fn systemctl(who: &Who, words: &[&str]) -> Argv {
    user(who, ["systemctl", "--user"].iter().chain(words))
}

/// The last lines that a unit left in the journal. It changes nothing.
pub(super) fn journal(who: &Who, unit: &str) -> Argv {
    user(who, ["journalctl", "--user", "--no-pager", "-o", "cat", "-n", "5", "-u", unit].iter())
}

fn user<'a>(who: &Who, words: impl Iterator<Item = &'a &'a str>) -> Argv {
    let argv = Argv::new(words.copied());
    match &who.missing_runtime_dir {
        Some(dir) => argv.with("XDG_RUNTIME_DIR", dir),
        None => argv,
    }
}

/// A command line as a shell would read it: what is previewed and logged can be copied.
pub(super) fn exact(argv: &Argv) -> String {
    argv.words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word inside a tmux command, as tmux reads it back.
fn word(text: &str) -> String {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match text {
        _ if plain => text.to_owned(),
        "'" => "\"'\"".to_owned(),
        _ => format!("'{}'", text.replace('\'', "")),
    }
}

/// A text as one word inside a tmux command, whatever is in it: between single quotes tmux reads nothing as its own.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\"'\"'"))
}

/// Whether a version as tmux prints it (`3.3a`, `next-3.8`) is at least this one; an unreadable one is old.
fn at_least(version: &str, major: u32, minor: u32) -> bool {
    let digits = version.trim_start_matches(|c: char| !c.is_ascii_digit());
    let mut numbers = digits.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (major, minor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::ids::PaneId;

    const PANE: PaneAim = PaneAim { id: PaneId(5), pid: 42, dead: false };

    fn check(version: &str, line: impl Fn(&Lines<'_>) -> Argv, expected: &[&str]) {
        let (tmux, socket) = (Tmux::default(), Socket::Named("f".into()));
        let lines = Lines { tmux: &tmux, socket: &socket, version };
        assert_eq!(line(&lines).words[4..], *expected);
    }

    #[test]
    fn a_key_is_pressed_only_where_the_pane_still_holds_its_process() {
        let holds = "#{&&:#{==:#{pane_pid},42},#{?pane_dead,0,1}}";
        let otherwise = "display-message -p 'another process'";
        let enter = ["Enter".to_owned()];
        check(
            "3.3a",
            |lines| lines.keys(&enter, PANE),
            &["if-shell", "-F", "-t", "%5", holds, "send-keys -t %5 Enter", otherwise],
        );
        check(
            "3.7c",
            |lines| lines.keys(&enter, PANE),
            &["if-shell", "-F", "-t", "%5", holds, "send-keys -c mosaic-top-none -t %5 Enter", otherwise],
        );
    }

    #[test]
    fn typed_text_is_never_read_as_keys_options_or_commands() {
        for (text, typed) in [
            ("/clear", "'/clear'"),
            ("-x C-c", "'-x C-c'"),
            ("a;", "'a;'"),
            ("it's", "'it'\"'\"'s'"),
            ("$X ~", "'$X ~'"),
        ] {
            let line = Lines { tmux: &Tmux::default(), socket: &Socket::Default, version: "3.3a" }.typed(text, PANE);
            let command = format!("send-keys -l -t %5 -- {typed}");
            assert!(line.argv.words.contains(&command), "{:?}", line.argv);
        }
    }

    #[test]
    fn what_is_shown_holds_no_arguments_of_a_command_and_no_values_of_variables() {
        let (tmux, socket) = (Tmux::default(), Socket::Default);
        let lines = Lines { tmux: &tmux, socket: &socket, version: "3.3a" };
        let launch = Launch {
            name: "a".into(),
            directory: "/w".into(),
            runtime: "claude".into(),
            model: None,
            yolo: false,
            command: None,
            env: [("API_KEY".to_owned(), "s3cret".to_owned())].into(),
        };
        for (line, shown) in [
            (lines.typed("/login s3cret", PANE), "/login …"),
            (lines.typed("/clear", PANE), "/clear"),
            (lines.new_session(&launch, "/bin"), "API_KEY=…"),
            (lines.respawn_with(PANE, &launch, "/bin"), "API_KEY=…"),
        ] {
            assert!(line.shown.contains(shown) && !line.shown.contains("s3cret"), "{}", line.shown);
            assert_eq!(line.argv.to_string().contains("s3cret"), !shown.contains("clear"));
        }
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        for (version, new) in
            [("3.7", true), ("3.10", true), ("next-3.8", true), ("3.3a", false), ("3.6", false), ("", false)]
        {
            assert_eq!(at_least(version, 3, 7), new, "{version}");
        }
    }
}
