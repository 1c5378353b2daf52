//! Who has taken an agent over: the text of `fleet/run/<agent>.taken`, read and written.
//!
//! `key=value` lines, like the pause switch. The same file says how the agent's windows were before, so that whoever
//! comes next can put them back when the owner died. Pure: whether an owner lives is found out elsewhere.

use jiff::Timestamp;

use super::{
    facts::Process,
    ids::{SessionId, Socket, WindowId},
    text::{pairs, visible},
    words::{self, utc},
};
use crate::screen::Size;

/// A takeover that lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Who.
    pub by: String,
    /// From where: the far end of an ssh connection, else the host.
    pub from: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// The process that holds it; `None`: the file does not say.
    pub pid: Option<u32>,
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What others are told.
    pub taken: Taken,
    /// The host on which that process runs.
    pub host: Option<String>,
    /// When that process was started, in the kernel's ticks: a pid alone is given out again.
    pub started: Option<u64>,
    /// The tmux client through which the keys go.
    pub client: Option<u32>,
    /// How the agent's windows were before.
    pub before: Option<Before>,
}

/// A session's windows before somebody attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// Its server.
    pub socket: Socket,
    /// That server's pid: another one on the same socket has other windows.
    pub server: u32,
    /// The session.
    pub session: SessionId,
    /// Each of its windows.
    pub windows: Vec<Window>,
}

/// One window: its size, and its own `window-size` where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its id.
    pub id: WindowId,
    /// Columns and rows.
    pub size: (u16, u16),
    /// `manual`, `latest` …; `None`: it has none of its own.
    pub own: Option<String>,
}

/// What the operator does with an agent that was taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stroke {
    /// Types these bytes.
    Type(Vec<u8>),
    /// Has another terminal size now.
    Resize(Size),
    /// Leaves.
    Leave,
}

/// What comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakeNews {
    /// It is taken: from now on others see this.
    Began(Taken),
    /// The session's terminal printed this.
    Said(Vec<u8>),
}

impl Taken {
    /// In words: `by ops from 10.0.0.5 since 21:14:03Z`.
    #[must_use]
    pub fn words(&self) -> String {
        let from = self.from.as_ref().map_or_else(String::new, |from| format!(" from {}", visible(from)));
        format!("by {}{from} since {}", visible(&self.by), utc(self.since))
    }

    /// For how long, at this time.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> std::time::Duration {
        words::age(self.since, now)
    }
}

impl Mark {
    /// Reads a file. One that says nothing still takes: what it leaves out is unknown, and `modified` is its time.
    #[must_use]
    pub fn parse(text: &str, modified: Option<Timestamp>) -> Self {
        let last = |wanted: &str| {
            let value = pairs(text).filter(|(key, _)| *key == wanted).last()?.1;
            (!value.is_empty()).then(|| value.to_owned())
        };
        let number = |key: &str| last(key).and_then(|value| value.parse().ok());
        let since = last("since").and_then(|at| at.parse().ok()).or(modified).unwrap_or(Timestamp::UNIX_EPOCH);
        let taken = Taken {
            by: last("by").unwrap_or_else(|| "somebody".to_owned()),
            from: last("from"),
            since,
            pid: number("pid"),
        };
        let started = last("started").and_then(|value| value.parse().ok());
        let windows = pairs(text).filter(|(key, _)| *key == "window").filter_map(|(_, value)| Window::parse(value));
        let before = || {
            Some(Before {
                socket: Socket::from_name(pairs(text).find(|(key, _)| *key == "socket")?.1),
                server: number("server")?,
                session: last("session")?.parse().ok()?,
                windows: windows.collect(),
            })
        };
        Self { host: last("host"), started, client: number("client"), before: before(), taken }
    }

    /// Writes the file; each value stays on its own line whatever it holds.
    #[must_use]
    pub fn write(&self) -> String {
        let line = |key: &str, value: &str| format!("{key}={}\n", value.replace(['\n', '\r'], " "));
        let some = |key: &str, value: Option<String>| value.map_or_else(String::new, |value| line(key, &value));
        let mut text = line("by", &self.taken.by);
        text += &some("from", self.taken.from.clone());
        text += &some("host", self.host.clone());
        text += &line("since", &utc(self.taken.since));
        text += &some("pid", self.taken.pid.map(|pid| pid.to_string()));
        text += &some("started", self.started.map(|ticks| ticks.to_string()));
        text += &some("client", self.client.map(|pid| pid.to_string()));
        if let Some(before) = &self.before {
            let named = before.socket != Socket::Default;
            text += &line("socket", if named { before.socket.name() } else { "" });
            text += &line("server", &before.server.to_string());
            text += &line("session", &before.session.to_string());
            for window in &before.windows {
                text += &line("window", &window.write());
            }
        }
        text
    }

    /// Whether its owner has died, as far as this host's processes tell. What cannot be told counts as alive: it is
    /// better to ask a person twice than to let two type into one agent.
    #[must_use]
    pub fn is_stale(&self, here: &str, process: Option<&Process>) -> bool {
        let elsewhere = self.host.as_ref().is_some_and(|host| host != here);
        if elsewhere || self.taken.pid.is_none() {
            return false;
        }
        // One that has ended and that nobody has waited for yet still has a number, but no arguments.
        process.is_none_or(|process| {
            process.argv.is_empty() || self.started.is_some_and(|started| started != process.started_ticks)
        })
    }
}

impl Window {
    fn parse(value: &str) -> Option<Self> {
        let mut words = value.split_whitespace();
        let id = words.next()?.parse().ok()?;
        let size = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let own = words.next().filter(|own| own.bytes().all(|byte| byte.is_ascii_lowercase()));
        Some(Self { id, size, own: own.map(str::to_owned) })
    }

    fn write(&self) -> String {
        let (columns, rows) = self.size;
        format!("{} {columns} {rows} {}", self.id, self.own.as_deref().unwrap_or("-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::fixtures;

    fn mark() -> Mark {
        Mark {
            taken: Taken {
                by: "ops".to_owned(),
                from: Some("10.0.0.5".to_owned()),
                since: "2026-06-20T21:14:03Z".parse().unwrap_or_default(),
                pid: Some(4711),
            },
            host: Some("dragon".to_owned()),
            started: Some(99),
            client: Some(4720),
            before: Some(Before {
                socket: Socket::Default,
                server: 17,
                session: SessionId(3),
                windows: vec![
                    Window { id: WindowId(3), size: (80, 24), own: None },
                    Window { id: WindowId(4), size: (200, 50), own: Some("manual".to_owned()) },
                ],
            }),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = mark().write();
        assert_eq!(Mark::parse(&text, None), mark(), "{text}");
        assert_eq!(mark().taken.words(), "by ops from 10.0.0.5 since 2026-06-20T21:14:03Z");
    }

    #[test]
    fn anyones_touch_takes_and_hostile_values_stay_on_their_lines() {
        for text in ["", "taken!", "since=soon\npid=x\nwindow=@1;kill-server 1 1\n"] {
            let read = Mark::parse(text, Some(Timestamp::UNIX_EPOCH));
            assert_eq!((read.taken.by.as_str(), read.before, read.taken.pid), ("somebody", None, None), "{text:?}");
        }
        let mut hostile = mark();
        hostile.taken.by = "a\npid=1".to_owned();
        assert_eq!(Mark::parse(&hostile.write(), None).taken.pid, Some(4711));
        for bad in ["@x 1 1 -", "3 1 1 -", "@3 1", "@3 -1 2 -", ""] {
            assert_eq!(Window::parse(bad), None, "{bad:?}");
        }
        let odd = Window::parse("@3 1 2 latest;x").map(|window| window.own);
        assert_eq!(odd, Some(None));
    }

    #[test]
    fn an_owner_is_dead_when_its_process_is_gone_or_another_has_its_number() {
        let (_, mut process) = fixtures::process(4711, "mosaic-top");
        process.started_ticks = 99;
        let check = |mark: &Mark, here: &str, process: Option<&Process>, stale: bool| {
            assert_eq!(mark.is_stale(here, process), stale, "{mark:?} {here} {process:?}");
        };
        check(&mark(), "dragon", Some(&process), false);
        check(&mark(), "dragon", None, true);
        process.started_ticks = 100;
        check(&mark(), "dragon", Some(&process), true);
        process.started_ticks = 99;
        process.argv.clear();
        check(&mark(), "dragon", Some(&process), true);
        check(&mark(), "elsewhere", None, false);
        check(&Mark::parse("by=x\n", None), "dragon", None, false);
    }
}
