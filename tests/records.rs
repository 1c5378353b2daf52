//! What the runtimes wrote down about themselves: one file of `tests/cases/records/` a case, and real files that grow,
//! shrink, vanish and lie, beside a real process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on should stop")]
#![allow(clippy::disallowed_methods, reason = "this test writes what the runtimes would")]

mod support;

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::Mutex,
    time::{Duration, SystemTime},
};

use mosaic_top::{
    adapter::{
        clock,
        exec::{
            Answer, Argv, Content, Entry, Exec, ExecError, FileError, Follow, Followed, Local, Output, Question, Rows,
            Stamp,
        },
        identity::Who,
        process,
        records::{Asked, Records},
    },
    fleet::{
        facts::Process,
        ids::PaneId,
        reading::Reading,
        record::{
            Record, RecordStatus, claude, codex,
            journal::{Journal, Lines},
            opencode, pi,
        },
    },
};
use support::block_on;

#[test]
fn every_case_says_what_its_runtime_says() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/records");
    let mut checked = 0;
    for runtime in ["claude", "codex", "pi", "opencode"] {
        for case in fs::read_dir(cases.join(runtime)).unwrap().map(|entry| entry.unwrap().path()) {
            if case.extension().is_some_and(|it| it != "expected") {
                let expected = fs::read_to_string(case.with_extension("expected")).unwrap();
                assert_eq!(in_words(&record_of(runtime, &case)), expected, "{}", case.display());
                checked += 1;
            }
        }
    }
    assert!(checked >= 12, "only {checked} cases were found");
}

fn record_of(runtime: &str, case: &Path) -> Record {
    let mut journal: Box<dyn Journal> = match runtime {
        "claude" => Box::<claude::Transcript>::default(),
        "codex" => Box::<codex::Rollout>::default(),
        "pi" => Box::<pi::Session>::default(),
        _ => return database_record(case),
    };
    // In pieces, as a file grows.
    let mut lines = Lines::from(0);
    for piece in fs::read(case).unwrap().chunks(97) {
        lines.feed(piece, |line| journal.line(line));
    }
    journal.record()
}

/// The case's statements in a data base that its owner still has open, asked through the border.
fn database_record(case: &Path) -> Record {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("opencode.db");
    let owner = rusqlite::Connection::open(&path).unwrap();
    owner.execute_batch(&fs::read_to_string(case).unwrap()).unwrap();
    let ask = |sql, with: &[&str]| ask(&path, sql, with).unwrap();
    let mut talk = opencode::Conversation::default();
    let id = talk.take_session(&ask(opencode::SESSION, &["/srv/app", "1795186800000"])).unwrap();
    talk.take_messages(&ask(opencode::MESSAGES, &[&id]));
    talk.take_last_prompt(&ask(opencode::LAST_PROMPT, &[&id]));
    talk.take_prompt(&ask(opencode::PROMPT, &[&talk.wants_prompt().unwrap()]));
    talk.record().unwrap().clone()
}

fn ask(path: &Path, sql: &'static str, with: &[&str]) -> Result<opencode::Rows, String> {
    let question = Question { sql, with: with.iter().map(ToString::to_string).collect() };
    let mut answers = block_on(Local::new().ask(vec![(path.to_owned(), question)]));
    answers.pop().unwrap().map_err(|error| error.to_string())
}

fn in_words(record: &Record) -> String {
    let status = record.status.as_ref().map(|status| match status {
        RecordStatus::Idle => "idle".to_owned(),
        RecordStatus::Busy => "busy".to_owned(),
        RecordStatus::Waiting(on) => format!("waiting: {on}"),
        RecordStatus::Pending(call) => format!("pending: {call}"),
        RecordStatus::Error(said) => format!("error: {said}"),
        RecordStatus::NotReady(up) => format!("not ready after {}s", up.as_secs()),
    });
    let seconds = |at: jiff::Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let since = record.status_since.map_or_else(String::new, |at| format!(" since {}", seconds(at)));
    let limit = record.limit.as_ref().map(|limit| {
        let window = limit.window.unwrap_or_default().as_secs();
        format!("{:.1} of {window}s, resets {}", limit.used_percent, limit.resets_at.map_or("?".to_owned(), seconds))
    });
    let lines = [
        ("session", record.session.clone()),
        ("turns", Some(record.turns.to_string())),
        ("prompt", record.last_prompt.as_ref().map(|prompt| prompt.replace('\n', "⏎"))),
        ("status", status.map(|status| status + &since)),
        ("title", record.title.clone()),
        ("model", record.model.clone()),
        ("context", record.context_used_percent.map(|used| format!("{used:.1}"))),
        ("limit", limit),
        ("changed", record.changed.map(seconds)),
    ];
    lines.iter().filter_map(|(name, said)| Some(format!("{name} {}\n", said.as_ref()?))).collect()
}

/// This machine, and what was read of it since that was last asked.
struct Counting {
    local: Local,
    log: Mutex<Vec<String>>,
}

impl Default for Counting {
    fn default() -> Self {
        Self { local: Local::new(), log: Mutex::default() }
    }
}

impl Counting {
    fn note(&self, what: String) {
        self.log.lock().unwrap().push(what);
    }

    /// `name: bytes from place` of every file of which a byte was read, and the questions to data bases.
    fn read(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().unwrap())
    }
}

impl Exec for Counting {
    fn run<'a>(&'a self, argv: &'a Argv, limit: Duration) -> Answer<'a, Result<Output, ExecError>> {
        self.local.run(argv, limit)
    }
    fn read(&self, paths: Vec<PathBuf>, cap: usize) -> Answer<'_, Vec<Result<Content, FileError>>> {
        self.local.read(paths, cap)
    }
    fn stat(&self, path: PathBuf) -> Answer<'_, Result<Stamp, FileError>> {
        self.local.stat(path)
    }
    fn follow(&self, asks: Vec<Follow>) -> Answer<'_, Vec<Result<Followed, FileError>>> {
        Box::pin(async move {
            let names: Vec<String> =
                asks.iter().map(|ask| ask.path.file_name().unwrap().to_string_lossy().into_owned()).collect();
            let found = self.local.follow(asks).await;
            for (name, found) in names.iter().zip(&found) {
                if let Ok(Followed::New { bytes, from, .. }) = found
                    && !bytes.is_empty()
                {
                    self.note(format!("{name}: {} from {from}", bytes.len()));
                }
            }
            found
        })
    }
    fn list(&self, directories: Vec<PathBuf>, most: usize) -> Answer<'_, Vec<Result<Vec<Entry>, FileError>>> {
        self.local.list(directories, most)
    }
    fn ask(&self, questions: Vec<(PathBuf, Question)>) -> Answer<'_, Vec<Result<Rows, FileError>>> {
        let named = [
            (opencode::SESSION, "session"),
            (opencode::MESSAGES, "messages"),
            (opencode::LAST_PROMPT, "last prompt"),
            (opencode::PROMPT, "prompt"),
        ];
        for (_, question) in &questions {
            self.note(named.iter().find(|(sql, _)| *sql == question.sql).unwrap().1.to_owned());
        }
        self.local.ask(questions)
    }
    fn processes(&self, roots: Vec<u32>) -> Answer<'_, Reading<BTreeMap<u32, Process>>> {
        self.local.processes(roots)
    }
    fn who(&self) -> Answer<'_, Result<Who, String>> {
        self.local.who()
    }
}

/// A process that stands for a runtime, with a home of its own, and everything that is followed of it.
struct Stage {
    home: tempfile::TempDir,
    child: Child,
    records: Records,
    exec: Counting,
    asked: Asked,
}

impl Stage {
    fn new(runtime: &str) -> Self {
        Self::with(runtime, |_| Vec::new())
    }

    /// With variables in its environment, which may lie in its home.
    fn with(runtime: &str, variables: impl Fn(&Path) -> Vec<(&'static str, PathBuf)>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new("sleep");
        command.arg("600").env("HOME", home.path()).envs(variables(home.path()));
        let child = command.spawn().expect("this test needs sleep");
        let pid = child.id();
        // Until the program is another than this test's, its environment is this test's, too.
        support::wait_until("sleep runs", Duration::from_secs(10), || {
            let exe = fs::read_link(format!("/proc/{pid}/exe")).map_err(|error| error.to_string())?;
            let environ = fs::read(format!("/proc/{pid}/environ")).map_err(|error| error.to_string())?;
            if Some(&exe) == std::env::current_exe().ok().as_ref() || environ.is_empty() {
                Err("still this test".to_owned())
            } else {
                Ok(())
            }
        });
        let Reading::Known(processes) = process::trees(&[pid]) else { panic!("this test needs /proc") };
        let asked = Asked {
            pane_pid: pid,
            pane: PaneId(5),
            runtime: runtime.to_owned(),
            pid,
            started_ticks: processes[&pid].started_ticks,
            cwd: Some("/srv/app".to_owned()),
        };
        Self { home, child, records: Records::default(), exec: Counting::default(), asked }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.home.path().join(below)
    }

    fn write(&self, below: &str, text: impl AsRef<[u8]>) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn append(&self, below: &str, text: &str) {
        let mut file = fs::OpenOptions::new().append(true).open(self.path(below)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Claude's session file, as this process would write it.
    fn session(&self, session: &str, status: &str) {
        let Asked { pid, started_ticks, .. } = self.asked;
        let text = format!(
            r#"{{"pid":{pid},"sessionId":"{session}","cwd":"/srv/app","startedAt":1,"procStart":"{started_ticks}","version":"2.1.329","kind":"interactive","tmux":"coder0:@3.%5","status":"{status}","waitingFor":"permission prompt","updatedAt":1795186800000,"statusUpdatedAt":1795186800000}}"#
        );
        self.write(&format!(".claude/sessions/{pid}.json"), text);
    }

    /// A look, so many seconds from now.
    fn look_in(&mut self, seconds: u64) -> Reading<Record> {
        let at = clock::now().later(Duration::from_secs(seconds));
        let asked = [self.asked.clone()];
        let who = Who::default();
        let mut told = block_on(self.records.all(&self.exec, &who, &asked, at, false));
        told.remove(&self.asked.pane_pid).unwrap()
    }

    fn look(&mut self) -> Record {
        match self.look_in(0) {
            Reading::Known(record) => record,
            Reading::Unknown(why) => panic!("no record: {why}"),
        }
    }

    fn why(&mut self) -> String {
        self.look_in(0).why().expect("there should be no record").words().to_owned()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn prompt(said: &str) -> String {
    format!("{{\"type\":\"user\",\"message\":{{\"role\":\"user\",\"content\":\"{said}\"}}}}\n")
}

const TRANSCRIPT: &str = ".claude/projects/-srv-app/s-1.jsonl";

#[test]
fn a_transcript_is_followed_line_by_line_as_it_grows() {
    let mut stage = Stage::new("claude");
    stage.session("s-1", "busy");
    assert_eq!((stage.look().turns, stage.look().status), (0, Some(RecordStatus::Busy)));
    stage.write(TRANSCRIPT, prompt("one"));
    let before = stage.look_in(10).known().cloned().unwrap();
    assert_eq!((before.turns, before.last_prompt.as_deref()), (1, Some("one")));
    let two = prompt("two");
    let (half, rest) = two.split_at(20);
    stage.append(TRANSCRIPT, half);
    assert_eq!(stage.look().turns, 1);
    stage.append(TRANSCRIPT, rest);
    let after = stage.look();
    assert!(after.took(&before, "two") && !after.took(&before, "one"), "{after:?}");
}

#[test]
fn a_conversation_in_which_nothing_was_said_is_empty_and_one_that_was_not_read_whole_is_not_known() {
    let mut stage = Stage::new("claude");
    stage.session("s-1", "idle");
    assert_eq!(stage.look().context_used_percent, Some(0.0), "claude writes its transcript with the first prompt");
    stage.write(TRANSCRIPT, "{\"type\":\"mode\",\"mode\":\"default\"}\n");
    assert_eq!(stage.look_in(10).known().unwrap().context_used_percent, Some(0.0));
    stage.append(TRANSCRIPT, &prompt("one"));
    assert_eq!(stage.look().context_used_percent, None, "how much a prompt takes is not known before the answer");
    // A transcript under a name that cannot be guessed: what was said in it is not known.
    stage.write(".claude/projects/renamed/s-3.jsonl", prompt("one"));
    stage.session("s-3", "idle");
    assert_eq!(stage.look().context_used_percent, None);
    assert_eq!(stage.look_in(10).known().unwrap().context_used_percent, None);
    // One that came into being there only later, after a look that found none.
    stage.session("s-4", "idle");
    assert_eq!(stage.look().context_used_percent, Some(0.0));
    stage.write(".claude/projects/renamed/s-4.jsonl", prompt("one"));
    assert_eq!(stage.look_in(10).known().unwrap().context_used_percent, None);
    // Another conversation, whose beginning is too far back.
    stage.session("s-2", "idle");
    let lines = "{\"type\":\"mode\",\"mode\":\"default\"}\n".repeat(10_000);
    stage.write(".claude/projects/-srv-app/s-2.jsonl", lines);
    assert_eq!(stage.look().context_used_percent, None);
}

#[test]
fn what_has_not_changed_is_not_read_again_and_what_has_grown_is_read_from_where_it_grew() {
    let mut stage = Stage::new("claude");
    stage.session("s-1", "busy");
    let first = prompt(&"x".repeat(50_000));
    stage.write(TRANSCRIPT, &first);
    let session = format!("{}.json", stage.asked.pid);
    stage.look();
    let read = stage.exec.read();
    assert!(read[0].starts_with(&session) && read[1] == format!("s-1.jsonl: {} from 0", first.len()), "{read:?}");
    for seconds in 0..3 {
        assert_eq!(stage.look_in(seconds * 10).known().unwrap().turns, 1);
    }
    assert_eq!(stage.exec.read(), Vec::<String>::new(), "nothing has changed");
    stage.append(TRANSCRIPT, &prompt("two"));
    assert_eq!(stage.look().turns, 2);
    assert_eq!(stage.exec.read(), [format!("s-1.jsonl: {} from {}", prompt("two").len(), first.len())]);
    stage.session("s-1", "idle");
    assert_eq!(stage.look().status, Some(RecordStatus::Idle));
    let read = stage.exec.read();
    assert!(read.len() == 1 && read[0].starts_with(&session), "{read:?}");
}

#[test]
fn a_log_that_is_found_in_a_directory_is_read_once_and_then_from_where_it_grew() {
    for (runtime, path, line) in [
        ("codex", ".codex/sessions/2026/11/20/rollout-1.jsonl", rollout("/srv/app", "hello")),
        ("pi", ".pi/agent/sessions/--srv-app--/1_a.jsonl", "{\"type\":\"session\",\"id\":\"p\"}\n".to_owned()),
    ] {
        let mut stage = Stage::new(runtime);
        stage.write(path, &line);
        stage.look();
        assert!(!stage.exec.read().is_empty());
        for seconds in 0..4 {
            stage.look_in(seconds * 10);
        }
        assert_eq!(stage.exec.read(), Vec::<String>::new(), "{runtime}: nothing has changed");
        stage.append(path, "{\"type\":\"x\"}\n");
        stage.look_in(40);
        let name = Path::new(path).file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(stage.exec.read(), [format!("{name}: 13 from {}", line.len())]);
    }
}

/// Opencode's data base as version 1.18 makes it, with so many messages in a conversation of this directory.
fn opencode_database(stage: &Stage, messages: u32) -> rusqlite::Connection {
    let path = stage.path(".local/share/opencode/opencode.db");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let owner = rusqlite::Connection::open(&path).unwrap();
    let schema = "PRAGMA journal_mode = WAL; \
        CREATE TABLE session (id TEXT PRIMARY KEY, parent_id TEXT, directory TEXT, title TEXT, time_updated INTEGER); \
        CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT); \
        CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, time_created INTEGER, data TEXT); \
        CREATE INDEX message_session_time_created_id_idx ON message (session_id, time_created, id); \
        CREATE INDEX part_message_id_id_idx ON part (message_id, id); \
        INSERT INTO session VALUES ('ses_1', NULL, '/srv/app', 'Long', 4102444800000);";
    owner.execute_batch(schema).unwrap();
    owner.execute_batch("BEGIN").unwrap();
    for number in 0..messages {
        let role = if number % 50 == 0 { "user" } else { "assistant" };
        let data = format!(r#"{{"role":"{role}","time":{{"created":1,"completed":2}},"finish":"tool-calls"}}"#);
        let id = format!("msg_{number:06}");
        owner.execute("INSERT INTO message VALUES (?1, 'ses_1', ?2, 0, ?3)", (&id, number, data)).unwrap();
        let text = format!(r#"{{"type":"text","text":"said in {number}"}}"#);
        owner
            .execute("INSERT INTO part VALUES (?1, ?2, 'ses_1', 1, ?3)", (format!("prt_{number}"), &id, text))
            .unwrap();
    }
    owner.execute_batch("COMMIT").unwrap();
    owner
}

#[test]
fn of_a_data_base_that_others_write_nothing_but_what_is_new_of_the_own_conversation_is_asked() {
    let mut stage = Stage::new("opencode");
    let owner = opencode_database(&stage, 5_040);
    let before = stage.look();
    assert_eq!(
        (before.last_prompt.as_deref(), before.status.clone()),
        (Some("said in 5000"), Some(RecordStatus::Busy))
    );
    assert_eq!(stage.exec.read(), ["session", "messages", "last prompt", "prompt"]);
    let directory = stage.path(".local/share/opencode");
    let written = |at: SystemTime| {
        for name in ["opencode.db", "opencode.db-wal"] {
            fs::File::options().append(true).open(directory.join(name)).unwrap().set_modified(at).unwrap();
        }
    };
    written(SystemTime::now() + Duration::from_secs(60));
    for _ in 0..2 {
        stage.look();
        assert_eq!(stage.exec.read(), ["session"], "so young, it may have changed within what its time can tell apart");
    }
    written(SystemTime::now() - Duration::from_secs(60));
    stage.look();
    stage.exec.read();
    stage.look();
    assert_eq!(stage.exec.read(), Vec::<String>::new(), "nothing has changed");
    owner.execute_batch("INSERT INTO session VALUES ('ses_2', NULL, '/srv/other', 'Other', 4102444800001)").unwrap();
    stage.look();
    assert_eq!(stage.exec.read(), ["session"], "another agent's conversation has changed");
    let add = "INSERT INTO message VALUES ('msg_new', 'ses_1', 9999, 0, '{\"role\":\"user\"}'); \
               INSERT INTO part VALUES ('prt_new', 'msg_new', 'ses_1', 9999, '{\"type\":\"text\",\"text\":\"go on\"}')";
    owner.execute_batch(add).unwrap();
    let after = stage.look();
    assert!(after.took(&before, "go on") && after.turns == before.turns + 1, "{after:?}");
    assert_eq!(stage.exec.read(), ["session", "messages", "prompt"]);
    owner.execute_batch("UPDATE message SET data = '{\"role\":\"user\",\"x\":1}' WHERE id = 'msg_000000'").unwrap();
    stage.look();
    assert_eq!(stage.exec.read(), ["session"], "old messages are none of its business");
}

/// Each question finds its rows by opencode's own indices, newest first: none looks at a whole conversation.
#[test]
fn no_question_to_opencodes_data_base_reads_a_table_of_messages_through() {
    let stage = Stage::new("opencode");
    let owner = opencode_database(&stage, 1);
    for sql in [opencode::SESSION, opencode::MESSAGES, opencode::LAST_PROMPT, opencode::PROMPT] {
        let mut plan = owner.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let with: Vec<&str> = ["a", "1"].into_iter().take(plan.parameter_count()).collect();
        let steps = plan.query_map(rusqlite::params_from_iter(with), |row| row.get::<_, String>(3)).unwrap();
        let steps: Vec<String> = steps.map(Result::unwrap).collect();
        let scans = steps.iter().any(|step| step.starts_with("SCAN message") || step.starts_with("SCAN part"));
        let sorts = sql != opencode::SESSION && steps.iter().any(|step| step.contains("TEMP B-TREE"));
        assert!(!scans && !sorts, "{sql}\n{steps:#?}");
    }
}

#[test]
fn a_transcript_that_was_cut_short_or_replaced_does_not_count_its_turns_twice() {
    let mut stage = Stage::new("claude");
    stage.session("s-1", "idle");
    stage.write(TRANSCRIPT, prompt("one") + &prompt("two"));
    assert_eq!(stage.look().turns, 2);
    stage.write(TRANSCRIPT, prompt("one"));
    assert_eq!(stage.look().turns, 2);
    fs::rename(stage.path(TRANSCRIPT), stage.path("old")).unwrap();
    stage.write(TRANSCRIPT, prompt("one") + &prompt("two"));
    assert_eq!(stage.look().turns, 2);
    stage.append(TRANSCRIPT, &prompt("three"));
    let record = stage.look();
    assert_eq!((record.turns, record.last_prompt.as_deref()), (3, Some("three")));
}

#[test]
fn a_reset_begins_another_transcript_and_goes_on_counting() {
    let mut stage = Stage::new("claude");
    stage.session("s-1", "idle");
    stage.write(TRANSCRIPT, prompt("one") + "{\"type\":\"ai-title\",\"aiTitle\":\"Old\"}\n");
    assert_eq!(stage.look().title.as_deref(), Some("Old"));
    stage.session("s-22", "busy");
    stage.write(".claude/projects/-srv-app/s-22.jsonl", prompt("two"));
    let record = stage.look();
    assert_eq!((record.turns, record.session.as_deref(), record.title), (2, Some("s-22"), None));
}

#[test]
fn a_huge_line_and_a_huge_file_are_passed_over_in_bounded_memory() {
    let mut stage = Stage::new("claude");
    stage.session("s-1", "idle");
    let image = prompt(&"x".repeat(3 * 1024 * 1024));
    stage.write(TRANSCRIPT, prompt("lost before the tail") + &image + &prompt("seen"));
    let record = stage.look();
    assert_eq!((record.turns, record.last_prompt.as_deref()), (1, Some("seen")));
    stage.append(TRANSCRIPT, &(image + &prompt("after")));
    let last = || stage.look().last_prompt;
    let seen: Vec<_> = std::iter::repeat_with(last).take(4).flatten().collect();
    assert_eq!(seen.last().map(String::as_str), Some("after"), "{:?}", seen.len());
}

#[test]
fn a_session_file_that_kill_9_left_behind_is_refused_with_the_reason() {
    let mut stage = Stage::new("claude");
    let pid = stage.asked.pid;
    let file = format!(".claude/sessions/{pid}.json");
    let check = |stage: &mut Stage, text: String, expected: &str| {
        stage.write(&file, text);
        let why = stage.why();
        assert!(why.contains(expected), "{why:?} does not say {expected:?}");
    };
    let of = |pid: u32, start: &str, rest: &str| {
        format!(r#"{{"pid":{pid},"sessionId":"s","cwd":"/srv/app","status":"busy","procStart":{start}{rest}}}"#)
    };
    check(&mut stage, of(pid, "\"12\"", ""), "an earlier process");
    check(&mut stage, of(pid, "12", ""), "an earlier process");
    check(&mut stage, of(pid + 1, "\"12\"", ""), "it is of process");
    check(&mut stage, of(pid, "\"Fri Nov 20 2026\"", ",\"startedAt\":1000"), "it is older than process");
    check(&mut stage, of(pid, "null", ",\"tmux\":\"a:@1.%77\""), "names another pane");
    check(&mut stage, "{".to_owned(), "claude's session file: EOF");
    check(&mut stage, "{}".to_owned(), "has no pid");
    check(&mut stage, "x".repeat(70_000), "is larger than");
}

#[test]
fn a_claude_that_never_writes_its_session_file_is_not_ready() {
    let mut stage = Stage::new("claude");
    assert!(stage.why().contains("has not written its session file yet"));
    let Reading::Known(record) = stage.look_in(60) else { panic!("being silent for a minute says something") };
    assert!(matches!(record.status, Some(RecordStatus::NotReady(up)) if up >= Duration::from_secs(58)), "{record:?}");
    stage.session("s-1", "waiting");
    assert_eq!(stage.look().status, Some(RecordStatus::Waiting("permission prompt".to_owned())));
    fs::remove_file(stage.path(&format!(".claude/sessions/{}.json", stage.asked.pid))).unwrap();
    assert!(stage.look_in(0).known().is_none());
}

#[test]
fn records_are_found_by_the_agents_environment() {
    let mut stage = Stage::with("claude", |home| vec![("CLAUDE_CONFIG_DIR", home.join("cfg"))]);
    stage.session("s-1", "idle");
    assert!(stage.why().contains("has not written"));
    fs::rename(stage.path(".claude"), stage.path("cfg")).unwrap();
    assert_eq!(stage.look().status, Some(RecordStatus::Idle));

    let mut stage = Stage::with("codex", |home| vec![("CODEX_HOME", home.join("cx"))]);
    stage.write("cx/sessions/2026/11/20/rollout-2026-11-20T15-15-00-a.jsonl", rollout("/srv/app", "hello"));
    assert_eq!(stage.look().last_prompt.as_deref(), Some("hello"));

    let mut stage = Stage::with("pi", |_| vec![("PI_CODING_AGENT_DIR", "~/agent".into())]);
    stage.write("agent/sessions/--srv-app--/1_a.jsonl", "{\"type\":\"session\",\"id\":\"p\",\"cwd\":\"/srv/app\"}\n");
    assert_eq!(stage.look().session.as_deref(), Some("p"));
}

fn rollout(cwd: &str, said: &str) -> String {
    let instructions = "be brief ".repeat(20_000);
    format!(
        "{{\"type\":\"session_meta\",\"payload\":{{\"id\":\"{said}\",\"cwd\":\"{cwd}\",\"instructions\":\"{instructions}\"}}}}\n\
         {{\"type\":\"event_msg\",\"payload\":{{\"type\":\"user_message\",\"message\":\"{said}\"}}}}\n"
    )
}

#[test]
fn of_many_rollouts_the_agents_own_is_the_last_written_of_its_directory() {
    let mut stage = Stage::new("codex");
    let at = |name: &str| format!(".codex/sessions/2026/11/20/rollout-{name}.jsonl");
    stage.write(&at("1"), rollout("/srv/elsewhere", "another's"));
    stage.write(&at("2"), rollout("/srv/app", "before it was started"));
    let file = fs::File::options().append(true).open(stage.path(&at("2"))).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
    stage.write(&at("notes.txt"), "");
    assert!(stage.why().contains("codex has written no log of this directory since it was started"));
    stage.write(&at("3"), rollout("/srv/app", "its own"));
    let Reading::Known(record) = stage.look_in(6) else { panic!("a listing is not older than 5 s") };
    assert_eq!((record.turns, record.last_prompt.as_deref()), (1, Some("its own")));
    // A reset: the next one, also of the next month.
    stage.write(".codex/sessions/2026/12/01/rollout-4.jsonl", rollout("/srv/app", "after a reset"));
    let Reading::Known(record) = stage.look_in(12) else { panic!("it had a record before") };
    assert_eq!((record.turns, record.last_prompt.as_deref()), (2, Some("after a reset")));
}

#[test]
fn a_conversation_beside_the_one_that_is_shown_is_not_the_agents() {
    let mut stage = Stage::new("codex");
    let at = |name: &str| format!(".codex/sessions/2026/11/20/rollout-{name}.jsonl");
    stage.write(&at("1"), rollout("/srv/app", "its own"));
    for (name, source) in [("2", "\"exec\""), ("3", "{\"subagent\":{\"other\":\"review\"}}")] {
        let beside = rollout("/srv/app", "beside").replacen("{\"id\"", &format!("{{\"source\":{source},\"id\""), 1);
        stage.write(&at(name), beside);
    }
    assert_eq!(stage.look().last_prompt.as_deref(), Some("its own"));
}

#[test]
fn a_conversation_that_began_many_days_ago_is_still_followed() {
    let mut stage = Stage::new("codex");
    stage.write(".codex/sessions/2026/11/20/rollout-1.jsonl", rollout("/srv/app", "its own"));
    assert_eq!(stage.look().last_prompt.as_deref(), Some("its own"));
    for day in 21..25 {
        stage.write(&format!(".codex/sessions/2026/11/{day}/rollout-2.jsonl"), rollout("/srv/elsewhere", "another's"));
    }
    let Reading::Known(record) = stage.look_in(6) else { panic!("it was being followed") };
    assert_eq!(record.last_prompt.as_deref(), Some("its own"));
}

#[test]
fn two_agents_in_one_directory_get_no_record_rather_than_each_others() {
    let mut stage = Stage::new("codex");
    stage.write(".codex/sessions/2026/11/20/rollout-1.jsonl", rollout("/srv/app", "whose?"));
    let asked = [stage.asked.clone(), Asked { pane_pid: 1, ..stage.asked.clone() }];
    let told = block_on(stage.records.all(&stage.exec, &Who::default(), &asked, clock::now(), false));
    for reading in told.values() {
        assert!(reading.why().unwrap().words().contains("2 codex agents share /srv/app"), "{reading:?}");
    }
}

/// What two agents are told, by their panes' pids: the second is another process.
fn told(stages: &mut [Stage; 2], seconds: u64) -> [Reading<Record>; 2] {
    let at = clock::now().later(Duration::from_secs(seconds));
    let asked: Vec<Asked> = stages.iter().map(|stage| stage.asked.clone()).collect();
    let [first, _] = stages;
    let mut told = block_on(first.records.all(&first.exec, &Who::default(), &asked, at, false));
    [told.remove(&asked[0].pane_pid).unwrap(), told.remove(&asked[1].pane_pid).unwrap()]
}

/// Claude names its file by process: two in one directory and one home keep theirs.
#[test]
fn two_claudes_in_one_directory_each_have_their_own_record() {
    let home = tempfile::tempdir().unwrap();
    let shared = |_: &Path| vec![("CLAUDE_CONFIG_DIR", home.path().to_owned())];
    let mut stages = [Stage::with("claude", shared), Stage::with("claude", shared)];
    fs::create_dir_all(home.path().join("sessions")).unwrap();
    fs::create_dir_all(home.path().join("projects/-srv-app")).unwrap();
    for (name, stage) in ["a", "b"].iter().zip(&stages) {
        let Asked { pid, started_ticks, .. } = stage.asked;
        let text = format!(
            r#"{{"pid":{pid},"sessionId":"{name}","cwd":"/srv/app","procStart":"{started_ticks}","status":"idle"}}"#
        );
        fs::write(home.path().join(format!("sessions/{pid}.json")), text).unwrap();
        fs::write(home.path().join(format!("projects/-srv-app/{name}.jsonl")), prompt(&format!("to {name}"))).unwrap();
    }
    let prompts = told(&mut stages, 0).map(|it| it.known().unwrap().last_prompt.clone().unwrap());
    assert_eq!(prompts, ["to a", "to b"]);
}

/// The others do not: then neither has one, also the one that had one while it was alone, until it is alone again.
#[test]
fn a_second_agent_in_the_directory_takes_the_record_from_the_first_rather_than_share_it() {
    for runtime in ["codex", "pi", "opencode"] {
        let home = tempfile::tempdir().unwrap();
        let shared = |_: &Path| {
            let home = home.path().to_owned();
            vec![("CODEX_HOME", home.clone()), ("PI_CODING_AGENT_DIR", home.clone()), ("XDG_DATA_HOME", home)]
        };
        let mut stages = [Stage::with(runtime, shared), Stage::with(runtime, shared)];
        let write = |below: &str, text: String| {
            let path = home.path().join(below);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        match runtime {
            "codex" => write("sessions/2026/11/20/rollout-1.jsonl", rollout("/srv/app", "the first one's")),
            "pi" => write("sessions/--srv-app--/1_a.jsonl", "{\"type\":\"session\",\"id\":\"p\"}\n".to_owned()),
            _ => {
                let other = Stage::new("opencode");
                drop(opencode_database(&other, 3));
                fs::create_dir_all(home.path().join("opencode")).unwrap();
                fs::copy(other.path(".local/share/opencode/opencode.db"), home.path().join("opencode/opencode.db"))
                    .unwrap();
            }
        }
        assert!(stages[0].look_in(0).known().is_some(), "{runtime}: it is alone");
        for reading in told(&mut stages, 10) {
            let why = reading.why().unwrap_or_else(|| panic!("{runtime}: {reading:?}")).to_string();
            assert!(why.contains(&format!("2 {runtime} agents share /srv/app")), "{why}");
        }
        // Who only asks for one, and knows of the other, is not told the other's either.
        let [first, second] = &mut stages;
        let (asked, beside) = (first.asked.clone(), [second.asked.clone()]);
        let mut records = Records::default();
        let one = block_on(records.one(&first.exec, &Who::default(), asked, &beside, clock::now()));
        assert!(one.why().unwrap().words().contains("agents share /srv/app"), "{runtime}: {one:?}");
        assert!(first.look_in(20).known().is_some(), "{runtime}: it is alone again");
    }
}

#[test]
fn what_may_not_be_read_or_is_no_file_is_said() {
    let mut stage = Stage::new("claude");
    let pid = stage.asked.pid;
    let file = stage.path(&format!(".claude/sessions/{pid}.json"));
    fs::create_dir_all(&file).unwrap();
    assert!(stage.why().contains("is no regular file"));
    fs::remove_dir(&file).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", &file).unwrap();
    assert!(stage.why().contains("has not written"));
    fs::remove_file(&file).unwrap();
    stage.session("s-1", "idle");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o0)).unwrap();
    // Root may read everything: then there is nothing to refuse.
    match stage.look_in(0) {
        Reading::Unknown(why) => assert!(why.words().contains("may not be read"), "{why}"),
        Reading::Known(_) => assert!(nix::unistd::geteuid().is_root()),
    }
    stage.session("../../../etc/passwd", "idle");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(stage.look().turns, 0);
}

/// The files that came, went or changed.
fn traces(before: &BTreeMap<PathBuf, Vec<u8>>, after: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<PathBuf> {
    let paths = before.keys().chain(after.keys());
    paths.filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// Another process that has a data base open, as opencode has: within one process SQLite shares what it knows of it.
struct Owner {
    child: Child,
    words: BufReader<ChildStdout>,
}

impl Owner {
    fn of(path: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "inside_the_owner_of_a_data_base", "--ignored", "--nocapture"])
            .env("DATA_BASE", path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let words = BufReader::new(child.stdout.take().unwrap());
        Self { child, words }
    }

    /// Has it execute statements, and waits until it has.
    fn does(&mut self, sql: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{}", sql.replace('\n', " ")).unwrap();
        let mut word = String::new();
        while !word.contains("owner: ") {
            assert!(self.words.read_line(&mut word).unwrap() > 0, "the owner ended: {word}");
        }
        assert!(word.contains("owner: done"), "{word}");
    }

    fn closes(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
#[ignore = "runs as the other process of the test below"]
fn inside_the_owner_of_a_data_base() {
    let owner = rusqlite::Connection::open(std::env::var_os("DATA_BASE").unwrap()).unwrap();
    for sql in std::io::stdin().lines() {
        match owner.execute_batch(&sql.unwrap()) {
            Ok(()) => println!("owner: done"),
            Err(error) => println!("owner: {error}"),
        }
    }
}

#[test]
fn a_data_base_is_asked_without_a_trace_and_without_holding_up_its_owner() {
    let mut stage = Stage::new("opencode");
    let path = stage.path(".local/share/opencode/opencode.db");
    let directory = path.parent().unwrap().to_owned();
    fs::create_dir_all(&directory).unwrap();
    assert!(stage.why().contains("opencode.db does not exist"), "{}", stage.why());
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/records/opencode/running.sql");
    let mut owner = Owner::of(&path);
    owner.does(&fs::read_to_string(case).unwrap());
    owner.does("UPDATE session SET time_updated = 4102444800000 WHERE id = 'ses_1'");
    let before = files(&directory);
    assert!(before.keys().any(|path| path.to_string_lossy().ends_with("-wal")), "{:?}", before.keys());
    let record = stage.look();
    assert_eq!((record.turns, record.status), (1, Some(RecordStatus::Busy)));
    assert_eq!(traces(&before, &files(&directory)), Vec::<PathBuf>::new());
    // Its owner in the middle of writing: the reader sees what was before, and the owner notices nothing.
    owner.does("BEGIN EXCLUSIVE; INSERT INTO message VALUES ('msg_9','ses_1',4102444800000,1,'{\"role\":\"user\"}')");
    assert_eq!(stage.look().turns, 1);
    owner.does("COMMIT");
    assert_eq!(stage.look().turns, 2);
    owner.does("PRAGMA wal_checkpoint(TRUNCATE)");
    assert_eq!(stage.look().turns, 2);
    // Nobody has it open any more: the log is folded in, and no file comes back into being.
    owner.closes();
    let before = files(&directory);
    assert_eq!(before.len(), 1, "{:?}", before.keys());
    assert_eq!(stage.look().turns, 2);
    assert_eq!(traces(&before, &files(&directory)), Vec::<PathBuf>::new());
    fs::write(&path, "no data base at all, but a text that is long enough to be looked at").unwrap();
    assert_eq!(stage.look().turns, 2, "what was known stays known while the data base cannot be read");
}

#[test]
fn a_statement_that_writes_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("x.db");
    let owner = rusqlite::Connection::open(&path).unwrap();
    owner.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)").unwrap();
    assert!(ask(&path, "DELETE FROM t", &[]).unwrap_err().contains("readonly"));
    drop(owner);
    assert!(ask(&path, "DELETE FROM t", &[]).unwrap_err().contains("readonly"));
}

/// One look at 50 agents, in milliseconds: the first, one at which nothing is new, one at which all have a new line.
#[test]
#[ignore = "a measurement: cargo test --release --test records -- --ignored --nocapture the_cost"]
fn the_cost_of_a_look_at_fifty_records() {
    let mut stages: Vec<Stage> = (0..50).map(|_| Stage::new("claude")).collect();
    for stage in &stages {
        stage.session("s-1", "busy");
        stage.write(TRANSCRIPT, prompt(&"word ".repeat(200)).repeat(1000));
    }
    let asked: Vec<Asked> = stages.iter().map(|stage| stage.asked.clone()).collect();
    let mut records = Records::default();
    let exec = Local::new();
    let mut look = || {
        let begun = clock::now();
        block_on(records.all(&exec, &Who::default(), &asked, begun, false));
        begun.steady.elapsed().as_secs_f64() * 1000.0
    };
    let mut median = |before: &mut dyn FnMut()| {
        let mut took: Vec<f64> = (0..21)
            .map(|_| {
                before();
                look()
            })
            .collect();
        let first = took[0];
        took.sort_by(f64::total_cmp);
        (first, took[10])
    };
    let (first, same) = median(&mut || {});
    let (_, changed) = median(&mut || stages.iter_mut().for_each(|stage| stage.append(TRANSCRIPT, &prompt("go on"))));
    println!("50 records: first look {first:.1} ms, nothing new {same:.2} ms, a new line in each {changed:.2} ms");
}
