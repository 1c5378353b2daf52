//! The whole of it at once: three dashboards, a `screen` and a user's own log on one pane, while parts of it die.
//!
//! With `--nocapture` it prints what happens, as it stands in `docs/mirrors.md`.
#![allow(clippy::disallowed_methods, reason = "tests work with real files, programs and clocks")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;
#[path = "support/mirror.rs"]
mod watching;

use std::{fs, path::PathBuf, process::Command};

use support::{
    SOON, Tmux,
    program::{Dashboard, Fleet},
    wait_until,
};
use watching::{kill_taps, pipe, taps};

/// One agent that prints what it is told, and everybody who looks at it.
struct Scene {
    fleet: Fleet,
    fifo: fs::File,
    printed: String,
    steps: usize,
    log: PathBuf,
    size: String,
}

const SIZE: &str = "#{window_width}x#{window_height}, #{session_attached} attached";

impl Scene {
    fn new() -> Self {
        let fleet = Fleet::new();
        fleet.roster(&["a"]);
        let path = fleet.home().join("bytes");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        fleet.agent("a", &format!("stty raw -echo; cat {}; :", path.display()));
        let fifo = fs::OpenOptions::new().write(true).open(&path).unwrap();
        let log = fleet.home().join("own.log");
        let size = fleet.tmux.ask("=a:", SIZE);
        Self { fleet, fifo, printed: String::new(), steps: 0, log, size }
    }

    fn tmux(&self) -> &Tmux {
        &self.fleet.tmux
    }

    fn user_logs(&self) {
        let command = format!("exec cat >> {}", self.log.display());
        self.tmux().tmux(&["pipe-pane", "-t", "=a:", &command]);
        say("$ tmux pipe-pane -t a 'cat >> own.log'          (the user's own log)");
    }

    /// The agent prints ten more steps.
    fn prints(&mut self) {
        use std::io::Write;
        let from = self.steps + 1;
        for _ in 0..10 {
            self.steps += 1;
            let line = format!("\x1b[3{}mstep {:03}\x1b[m ✔ ok\r\n", self.steps % 8, self.steps);
            self.fifo.write_all(line.as_bytes()).unwrap();
            self.printed.push_str(&line);
        }
        say(&format!("  the agent prints steps {from} to {}", self.steps));
    }

    /// The steps that tmux itself shows.
    fn truth(&self) -> Vec<String> {
        let last = format!("step {:03}", self.steps);
        let text = wait_until("tmux shows the last step", SOON, || {
            let text = self.tmux().tmux(&["capture-pane", "-p", "-t", "=a:"]);
            if text.contains(&last) { Ok(text) } else { Err(text) }
        });
        text.lines().filter(|line| line.starts_with("step")).map(str::to_owned).collect()
    }

    /// Every one of them shows what tmux shows, row under row, and says that it is fed so.
    fn agree(&self, dashboards: &[(&str, &Dashboard)], feed: &str) {
        let truth = self.truth();
        for (name, dashboard) in dashboards {
            dashboard.until(&format!("dashboard {name} shows what tmux shows, {feed}"), |text| {
                text.contains(feed) && shown(text) == truth
            });
            say(&format!("  dashboard {name}: {feed:6} {} rows as in tmux", truth.len()));
        }
        let (screen, words) = wait_until("`screen` shows what tmux shows", SOON, || {
            let ran = self.fleet.run(&["screen", "a", "--json"]).with(0);
            let live_or_not = ran.out.contains(&format!("\"feed\":\"{feed}\""));
            let text = self.fleet.run(&["screen", "a"]).with(0).out;
            let rows = shown(&text);
            if live_or_not && rows == truth { Ok((rows, feed)) } else { Err((ran.out, text)) }
        });
        say(&format!("  screen a:    {words:6} {} rows as in tmux", screen.len()));
    }

    fn log_is_complete(&self) {
        wait_until("the log is complete", SOON, || {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            if log == self.printed { Ok(()) } else { Err(log) }
        });
        say(&format!("  own.log:     complete, {} bytes", self.printed.len()));
    }

    fn pane_is_untouched(&self) {
        assert_eq!(self.tmux().ask("=a:", SIZE), self.size);
        say(&format!("  the pane:    {}, as at the beginning", self.size));
    }

    /// Kills a tap, if there is one.
    fn kill_tap(&self) {
        match taps(self.tmux()).as_slice() {
            [] => say("$ kill -9 TAP                                   (none: there is no pipe for it)"),
            pids => {
                kill_taps(pids);
                say("$ kill -9 TAP");
            }
        }
    }
}

fn say(line: &str) {
    println!("{line}");
}

/// The steps that a picture shows, whatever frame is around them.
fn shown(text: &str) -> Vec<String> {
    let step = |line: &str| {
        let from = line.find("step ")?;
        let row = line[from..].split('│').next().unwrap_or_default();
        Some(row.trim_end().to_owned())
    };
    text.lines().filter_map(step).collect()
}

/// A dashboard dies without a word.
fn kill(dashboard: &Dashboard) {
    let pid = dashboard.tmux.ask("=view:", "#{pane_pid}");
    assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
}

fn play(log_first: bool, feed: &str) {
    let mut scene = Scene::new();
    say("");
    if log_first {
        scene.user_logs();
    }
    scene.prints();
    let [one, two, three] = [(); 3].map(|()| scene.fleet.dashboard_of("watch a"));
    say("$ mosaic-top watch a                            (three times: one, two, three)");
    scene.agree(&[("one", &one), ("two", &two), ("three", &three)], feed);
    kill(&two);
    say("$ kill -9 dashboard two");
    scene.prints();
    scene.agree(&[("one", &one), ("three", &three)], feed);
    scene.kill_tap();
    scene.prints();
    scene.agree(&[("one", &one), ("three", &three)], feed);
    let pipes = pipe(scene.tmux(), "a");
    if log_first {
        assert_eq!(pipes, "1", "the log's pipe, without our mark");
        scene.log_is_complete();
    } else {
        assert_eq!(taps(scene.tmux()).len(), 1);
        say("  one tap, one pipe");
    }
    scene.pane_is_untouched();
}

#[test]
fn with_the_users_log_on_the_pane_everybody_is_polled_and_the_log_is_complete() {
    play(true, "polled");
}

#[test]
fn without_a_log_everybody_is_live() {
    play(false, "live");
}
