//! The record that each runtime keeps of itself, in its own form and place, as a stand-in writes it: claude's session file
//! and transcript, codex's rollout, pi's session file, opencode's data base. The homes come from the environment, as the
//! product finds them.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process,
    time::{SystemTime, UNIX_EPOCH},
};

use rusqlite::{Connection, params};
use serde_json::{Value, json};

/// The variables that lead a runtime to its home below a directory.
pub(super) fn homes(dir: &Path) -> Vec<(&'static str, PathBuf)> {
    let below = |name: &str| dir.join(name);
    vec![
        ("CLAUDE_CONFIG_DIR", below("claude")),
        ("CODEX_HOME", below("codex")),
        ("PI_CODING_AGENT_DIR", below("pi")),
        ("XDG_DATA_HOME", below("data")),
    ]
}

/// Writes the record of one agent.
pub(super) enum Keeper {
    /// It keeps none.
    Silent,
    Claude(Claude),
    Codex(Journal),
    Pi(Pi),
    OpenCode(Box<OpenCode>),
}

impl Keeper {
    pub(super) fn of(runtime: &str, dir: &Path) -> Self {
        match runtime {
            "claude" => Self::Claude(Claude::new(dir.join("claude"))),
            "codex" => Self::Codex(Journal::default()),
            "pi" => Self::Pi(Pi::default()),
            _ => Self::OpenCode(Box::new(OpenCode::new(&dir.join("data/opencode")))),
        }
    }

    /// A turn begins with this prompt.
    pub(super) fn begins(&mut self, dir: &Path, text: &str) {
        match self {
            Self::Silent => {}
            Self::Claude(claude) => claude.begins(text),
            Self::Codex(journal) => {
                let path = dir.join("codex/sessions/2026/11/21");
                let path = journal.path.get_or_insert_with(|| path.join(format!("rollout-{}.jsonl", now_ms()))).clone();
                if !path.exists() {
                    let meta = json!({"id": format!("c{}", now_ms()), "cwd": cwd(), "instructions": "be brief"});
                    append(&path, &json!({"type": "session_meta", "payload": meta}));
                }
                append(&path, &json!({"type": "event_msg", "payload": {"type": "user_message", "message": text}}));
            }
            Self::Pi(pi) => {
                pi.held.push(json!({"type": "message",
                    "message": {"role": "user", "content": [{"type": "text", "text": text}]}}));
                // Its first prompt is written with its first answer.
                if pi.path.is_some() {
                    pi.flush(dir);
                }
            }
            Self::OpenCode(database) => database.begins(text),
        }
    }

    /// The turn is over.
    pub(super) fn ends(&mut self, dir: &Path) {
        match self {
            Self::Claude(claude) => claude.status("idle"),
            Self::Pi(pi) => pi.flush(dir),
            Self::OpenCode(database) => database.ends(),
            Self::Silent | Self::Codex(_) => {}
        }
    }

    /// A new conversation.
    pub(super) fn renews(&mut self) {
        match self {
            Self::Silent => {}
            Self::Claude(claude) => {
                claude.session = format!("s-{}", now_ms());
                claude.status("idle");
            }
            Self::Codex(journal) => journal.path = None,
            Self::Pi(pi) => pi.path = None,
            Self::OpenCode(database) => database.session = None,
        }
    }
}

/// `sessions/<pid>.json`, and the transcript that it names.
pub(super) struct Claude {
    home: PathBuf,
    session: String,
}

impl Claude {
    fn new(home: PathBuf) -> Self {
        let claude = Self { home, session: format!("s-{}", now_ms()) };
        claude.status("idle");
        claude
    }

    fn status(&self, status: &str) {
        let pid = process::id();
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        // The 22nd field; the name in brackets is the second.
        let ticks = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(19)).map(str::to_owned);
        let told = json!({"pid": pid, "sessionId": self.session, "cwd": cwd(), "procStart": ticks,
            "startedAt": now_ms(), "status": status, "updatedAt": now_ms(), "statusUpdatedAt": now_ms()});
        let path = self.home.join(format!("sessions/{pid}.json"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let fresh = path.with_extension("new");
        fs::write(&fresh, told.to_string()).unwrap();
        fs::rename(fresh, path).unwrap();
    }

    fn begins(&self, text: &str) {
        let project = cwd().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let path = self.home.join("projects").join(project).join(format!("{}.jsonl", self.session));
        append(&path, &json!({"type": "user", "message": {"role": "user", "content": text}}));
        self.status("busy");
    }
}

/// A log that comes into being with the first prompt of a conversation.
#[derive(Default)]
pub(super) struct Journal {
    path: Option<PathBuf>,
}

/// Pi's session file, and what is not written yet.
#[derive(Default)]
pub(super) struct Pi {
    path: Option<PathBuf>,
    held: Vec<Value>,
}

impl Pi {
    fn flush(&mut self, dir: &Path) {
        let name = format!("--{}--", cwd().trim_start_matches('/').replace(['/', ':'], "-"));
        let below = dir.join("pi/sessions").join(name);
        let path = self.path.get_or_insert_with(|| below.join(format!("{}_a.jsonl", now_ms()))).clone();
        if !path.exists() {
            append(&path, &json!({"type": "session", "id": format!("p{}", now_ms()), "cwd": cwd()}));
        }
        for line in self.held.drain(..) {
            append(&path, &line);
        }
    }
}

/// `opencode.db`, held open as its owner does.
pub(super) struct OpenCode {
    database: Connection,
    session: Option<String>,
    count: u64,
}

impl OpenCode {
    fn new(home: &Path) -> Self {
        fs::create_dir_all(home).unwrap();
        let database = Connection::open(home.join("opencode.db")).unwrap();
        database
            .execute_batch(
                "PRAGMA journal_mode = WAL;
                 CREATE TABLE session (id TEXT PRIMARY KEY, parent_id TEXT, directory TEXT, title TEXT,
                     time_created INTEGER, time_updated INTEGER);
                 CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, data TEXT);
                 CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, data TEXT);",
            )
            .unwrap();
        Self { database, session: None, count: 0 }
    }

    /// Ids that sort as they were made.
    fn id(&mut self, of: &str) -> String {
        self.count += 1;
        format!("{of}_{:08}", self.count)
    }

    fn run(&self, sql: &str, with: impl rusqlite::Params) {
        self.database.execute(sql, with).unwrap();
    }

    fn message(&mut self, session: &str, data: &Value) -> String {
        let id = self.id("msg");
        self.run("INSERT INTO message VALUES (?1, ?2, ?3, ?4)", params![id, session, ms(), data.to_string()]);
        self.run("UPDATE session SET time_updated = ?1 WHERE id = ?2", params![ms(), session]);
        id
    }

    fn begins(&mut self, text: &str) {
        let session = self.session.clone().unwrap_or_else(|| {
            let id = self.id("ses");
            let title = "New session - 2026-11-21T00:00:00.000Z";
            self.run("INSERT INTO session VALUES (?1, NULL, ?2, ?3, ?4, ?4)", params![id, cwd(), title, ms()]);
            id
        });
        self.session = Some(session.clone());
        let message = self.message(&session, &json!({"role": "user", "time": {"created": ms()}}));
        let part = self.id("prt");
        let data = json!({"type": "text", "text": text}).to_string();
        self.run("INSERT INTO part VALUES (?1, ?2, ?3, ?4)", params![part, message, session, data]);
    }

    fn ends(&mut self) {
        let Some(session) = self.session.clone() else { return };
        let time = json!({"created": ms(), "completed": ms()});
        let tokens = json!({"input": 10, "output": 5, "reasoning": 0, "cache": {"read": 0, "write": 0}});
        let data = json!({"role": "assistant", "time": time, "modelID": "mock", "finish": "stop", "tokens": tokens});
        self.message(&session, &data);
    }
}

fn append(path: &Path, line: &Value) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn cwd() -> String {
    env::current_dir().unwrap().display().to_string()
}

fn now_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// The same as SQLite counts.
fn ms() -> i64 {
    i64::try_from(now_ms()).unwrap()
}
